"""Small counts and series with many zeros: a negative binomial whose mean is smoothed month by month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from forecast.errors import DataError, counted
from forecast.models.base import SeriesFit, SeriesModel
from forecast.models.parameters import Window
from forecast.models.series import SeriesData
from forecast.models.smoothing import is_seasonal
from forecast.models.transform import Array, Scale

#: Shares of a month's surprise that may stay in the level, and dispersions (near 0: Poisson).
SHARES = np.array([0.0, 0.02, 0.05, 0.08, 0.12, 0.18, 0.25, 0.35, 0.5, 0.7])
DISPERSIONS = np.geomspace(1e-4, 10.0, 26)


class Level(NamedTuple):
    """The level after the last month, and how counts scatter around it.

    Attributes
    ----------
    share : float
        Of a month's surprise that stays in the level.
    dispersion : float
        The variance of a count of mean m is m + dispersion m^2.
    last, variance : float
        The level and the variance of its estimate.
    """

    share: float
    dispersion: float
    last: float
    variance: float


@dataclass(frozen=True)
class Counts(SeriesModel):
    """Counts as a negative binomial around a smoothed level, with a season where a test finds one.

    Quantiles are whole numbers. The level moves by a share of each month's surprise (Snyder, Ord and Beaumont
    2012); share and dispersion are the likeliest of a grid.
    """

    min_months: ClassVar[int] = 24
    transform: Scale = "none"
    window: Window = None

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Fit level and scatter; a month that is missing leaves the level as it was."""
        y = data.y
        _refuse_other_than_counts(data)
        month = data.months.month.to_numpy() - 1
        season = _season(y, month)
        level = _fit(y, season[month])
        coming = int(data.months[-1].month)

        def moments(h: int) -> tuple[Array, Array]:
            factors = season[(coming + np.arange(h)) % 12]
            return _moments(level, factors)

        def steps(h: int) -> tuple[Array, Array]:
            mean, variance = moments(h)
            return mean, np.sqrt(variance)

        def quantiles(h: int, levels: Array) -> Array:
            from scipy.stats import nbinom

            mean, variance = (a[:, None] for a in moments(h))
            share = mean / variance  # above the mean by construction, so below one
            whole: Array = nbinom.ppf(levels[None, :], mean * share / (1.0 - share), share)
            return whole

        return SeriesFit(steps, quantiles=quantiles)


def _refuse_other_than_counts(data: SeriesData) -> None:
    known = data.y[~np.isnan(data.y)]
    bad = [m for m, v in zip(data.months.astype(str), data.y, strict=True) if v < 0 or v % 1 > 0]
    if bad:
        raise DataError(
            f"{data.name}: no counts in {counted(len(bad), 'month')} ({', '.join(bad[:4])});"
            " expected whole numbers from 0 on; take another model"
        )
    if not known.any():
        raise DataError(f"{data.name}: every known month is 0; a model of counts needs months that are not")


def _season(y: Array, month: np.ndarray) -> Array:
    """Return factors of the twelve months, drawn to 1 by one average year more; all 1 without a season."""
    known = ~np.isnan(y)
    mean = float(y[known].mean())
    if len(y) < 36 or not is_seasonal(np.sqrt(np.where(known, y, mean))):
        return np.ones(12)
    total = np.bincount(month[known], y[known], minlength=12)
    times = np.bincount(month[known], minlength=12)
    factors = (total + mean) / (mean * (times + 1))
    return np.asarray(factors / factors.mean(), dtype=float)


def _fit(y: Array, factors: Array) -> Level:
    """Return the likeliest share and dispersion of a grid, and the level after the last month."""
    known = ~np.isnan(y)
    ratio = y / factors
    start = np.full(len(SHARES), float(np.nanmean(ratio)))
    first = _levels(ratio[::-1], start)[-1]  # cast back: with a share of 0 the mean of all months
    levels = _levels(ratio, first)
    means = levels[:-1][known] * factors[known, None]
    likelihood = _log_likelihood(y[known, None, None], means[..., None], DISPERSIONS)
    at, of = np.unravel_index(int(np.argmax(likelihood)), likelihood.shape)
    dispersion, last, n = float(DISPERSIONS[of]), float(levels[-1, at]), int(known.sum())
    return Level(float(SHARES[at]), dispersion, last, (last + dispersion * last**2) / n)


def _levels(ratio: Array, first: Array) -> Array:
    """Return the level before each month and after the last, a column for each share."""
    levels = np.empty((len(ratio) + 1, len(SHARES)))
    levels[0] = first
    for t, value in enumerate(ratio):
        levels[t + 1] = levels[t] if np.isnan(value) else levels[t] + SHARES * (value - levels[t])
    # a level of nothing would make every count but 0 impossible
    return np.maximum(levels, 0.5 / len(ratio))


def _log_likelihood(y: Array, mean: Array, dispersion: Array) -> Array:
    """Return the log-likelihood of counts, months down, a column for each mean and dispersion."""
    from scipy.special import gammaln

    size = 1.0 / dispersion
    scatter = gammaln(y + size) - gammaln(size)
    told: Array = np.sum(scatter - size * np.log1p(mean / size) - y * np.log1p(size / mean), axis=0)
    return told


def _moments(level: Level, factors: Array) -> tuple[Array, Array]:
    """Return mean and variance of the counts ahead: each month's scatter, and the level's way until then."""
    variance, out = level.variance, []
    square = level.last**2
    for factor in factors:
        own = level.last / factor + level.dispersion * (square + variance)
        out.append(factor**2 * (own + variance))
        variance += level.share**2 * own
    return level.last * factors, np.array(out)
