"""Small counts and series with many zeros: a negative binomial whose mean is smoothed month by month.

Events multiply the mean. Their sizes are drawn towards their prior by Fisher scoring, in which the level
follows the counts that events leave, as it does in the forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import pandas as pd

from forecast.errors import ConfigError, DataError, counted
from forecast.models.base import SeriesFit
from forecast.models.parameters import Window
from forecast.models.series import SeriesData
from forecast.models.series_model import SeriesModel
from forecast.models.smoothing import is_seasonal
from forecast.models.transform import Array, Scale

#: Shares of a month's surprise that may stay in the level, and dispersions (near 0: Poisson).
SHARES = np.array([0.0, 0.02, 0.05, 0.08, 0.12, 0.18, 0.25, 0.35, 0.5, 0.7])
DISPERSIONS = np.geomspace(1e-4, 10.0, 26)
#: Fisher scoring: steps at most, the largest step on logs, and the one after which it ends.
_STEPS, _LARGEST, _LAST = 40, 0.5, 1e-5
#: Step of the numerical derivative of the means by the sizes, on logs.
_APART = 1e-4


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


class Effects(NamedTuple):
    """What events do to counts.

    Attributes
    ----------
    sizes : array (k,)
        By which the log of the mean rises where the weight of an event is 1.
    covariance : array (k, k)
        Of the sizes.
    pull : array (k,)
        How the log of the last level moves with each size.
    """

    sizes: Array
    covariance: Array
    pull: Array


@dataclass(frozen=True)
class Counts(SeriesModel):
    """Counts as a negative binomial around a smoothed level, with a season where a test finds one.

    Quantiles are whole numbers. The level moves by a share of each month's surprise (Snyder, Ord and Beaumont
    2012); share and dispersion are the likeliest of a grid.

    Parameters
    ----------
    events : bool
        Whether events multiply the mean, each by a size that is drawn towards its prior.
    """

    min_months: ClassVar[int] = 24
    events: bool = False
    transform: Scale = "none"
    window: Window = None

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Fit level and scatter; a month that is missing leaves the level as it was."""
        y = data.y
        _refuse_other_than_counts(data)
        month = data.months.month.to_numpy() - 1
        season = _season(y, month)
        names = data.columns if self.events else ()
        x = data.past.to_numpy(dtype=float) if names else np.zeros((len(y), 0))
        level = _fit(y, season[month])
        effects = _effects(y, season[month], x, _prior(data, names), level)
        if names:
            level = _fit(y, season[month] * np.exp(x @ effects.sizes))
            effects = _effects(y, season[month], x, _prior(data, names), level)
        coming = int(data.months[-1].month)

        def moments(h: int) -> tuple[Array, Array]:
            ahead = _weights_ahead(data, names, h)
            factors = season[(coming + np.arange(h)) % 12] * np.exp(ahead @ effects.sizes)
            mean, variance = _moments(level, factors)
            moved = ahead + effects.pull
            return mean, variance + mean**2 * np.einsum("hi,ij,hj->h", moved, effects.covariance, moved)

        def steps(h: int) -> tuple[Array, Array]:
            mean, variance = moments(h)
            return mean, np.sqrt(variance)

        def quantiles(h: int, levels: Array) -> Array:
            from scipy.stats import nbinom

            mean, variance = (a[:, None] for a in moments(h))
            share = mean / variance  # above the mean by construction, so below one
            whole: Array = nbinom.ppf(levels[None, :], mean * share / (1.0 - share), share)
            return whole

        def coefficients() -> pd.DataFrame:
            return _coefficients(names, effects, _prior(data, names))

        return SeriesFit(steps, coefficients if names else None, quantiles=quantiles)


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
    levels = _levels(ratio[:, None], SHARES)
    means = levels[:-1][known] * factors[known, None]
    likelihood = _log_likelihood(y[known, None, None], means[..., None], DISPERSIONS)
    at, of = np.unravel_index(int(np.argmax(likelihood)), likelihood.shape)
    dispersion, last, n = float(DISPERSIONS[of]), float(levels[-1, at]), int(known.sum())
    return Level(float(SHARES[at]), dispersion, last, (last + dispersion * last**2) / n)


def _levels(ratio: Array, shares: Array) -> Array:
    """Return the level before each month and after the last, a column for each share or column of ratios."""
    # a level of nothing would make every count but 0 impossible
    least = 0.5 / len(ratio)
    start = np.broadcast_to(np.nanmean(ratio, axis=0), (max(len(shares), ratio.shape[1]),))
    for months in (ratio[::-1], ratio):  # cast back: with a share of 0 the mean of all months
        levels = np.empty((len(ratio) + 1, len(start)))
        levels[0] = start
        for t, value in enumerate(months):
            surprise = np.where(np.isnan(value), 0.0, value - levels[t])
            levels[t + 1] = levels[t] + shares * surprise
        start = np.maximum(levels[-1], least)
    return np.maximum(levels, least)


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


# --------------------------------------------------------------------------- events


def _prior(data: SeriesData, names: tuple[str, ...]) -> Array:
    """Return mean and standard deviation of each size, on logs whatever the model's scale."""
    return np.asarray(data.design.sizes(data.name), dtype=float) if names else np.zeros((0, 2))


def _weights_ahead(data: SeriesData, names: tuple[str, ...], h: int) -> Array:
    if not names:
        return np.zeros((h, 0))
    if len(data.future) < h:
        known = counted(len(data.future), "month")
        raise ConfigError(f"{data.name}: columns of {known} to come; {h} are asked for")
    return data.future.iloc[:h].to_numpy(dtype=float)


def _effects(y: Array, factors: Array, x: Array, prior: Array, level: Level) -> Effects:
    """Return the sizes that make counts and prior likeliest, for a share and a dispersion that are given."""
    known, count = ~np.isnan(y), x.shape[1]
    sizes, precision = prior[:, 0].copy(), 1.0 / prior[:, 1] ** 2
    covariance: Array = np.zeros((count, count))
    pull: Array = np.zeros(count)
    if not count:
        return Effects(sizes, covariance, pull)
    for _ in range(_STEPS):
        means, slopes = _log_means(y, factors, x, sizes, level.share)
        mean, slope = np.exp(means[:-1][known]), slopes[:-1][known]
        scatter = 1.0 + level.dispersion * mean
        information = slope.T @ (slope * (mean / scatter)[:, None]) + np.diag(precision)
        score = slope.T @ ((y[known] - mean) / scatter) + precision * (prior[:, 0] - sizes)
        try:
            covariance, pull = np.asarray(np.linalg.inv(information), dtype=float), slopes[-1]
        except np.linalg.LinAlgError as error:
            raise DataError(
                "the counts do not tell these event columns apart; leave one out, or give each a prior"
            ) from error
        step = covariance @ score
        sizes = sizes + np.clip(step, -_LARGEST, _LARGEST)
        if np.abs(step).max() < _LAST:
            break
    return Effects(sizes, covariance, pull)


def _log_means(y: Array, factors: Array, x: Array, sizes: Array, share: float) -> tuple[Array, Array]:
    """Return logs of each month's mean and of the last level, and how both move with each size."""
    tried = sizes[:, None] + _APART * np.eye(len(sizes), len(sizes) + 1, k=1)
    events = x @ tried
    levels = np.log(_levels((y / factors)[:, None] / np.exp(events), np.array([share])))
    levels[:-1] += np.log(factors)[:, None] + events
    return levels[:, 0], (levels[:, 1:] - levels[:, :1]) / _APART


def _coefficients(names: tuple[str, ...], effects: Effects, prior: Array) -> pd.DataFrame:
    se = np.sqrt(np.diag(effects.covariance))
    return pd.DataFrame(
        {
            "term": names,
            "estimate": effects.sizes,
            "se": se,
            "lower": effects.sizes - 1.96 * se,
            "upper": effects.sizes + 1.96 * se,
            "kind": np.where(np.isfinite(prior[:, 1]), "shrunken", "plain"),
        }
    )
