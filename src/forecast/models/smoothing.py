"""Forms of exponential smoothing at their maximum of likelihood, and what they say of the months ahead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from forecast.models.transform import Array

#: The smallest and the largest share of a smoothing parameter, and of the damping of a trend.
SHARES, DAMPING = (1e-4, 0.9999), (0.8, 0.98)


class Form(NamedTuple):
    """One form of exponential smoothing.

    Attributes
    ----------
    relative : bool
        Errors are multiplicative: shares of the mean. A multiplicative season has no others.
    """

    relative: bool
    trend: Literal["none", "additive", "damped"]
    season: Literal["none", "additive", "multiplicative"]


SEASONS = ("none", "additive", "multiplicative")
#: Additive errors, for any scale.
ADDITIVE = tuple(
    Form(False, trend, season) for trend in ("none", "additive", "damped") for season in ("none", "additive")
)
#: Multiplicative errors, for positive figures.
RELATIVE = tuple(
    Form(True, trend, season)
    for trend in ("none", "additive", "damped")
    for season in ("none", "additive", "multiplicative")
)


@dataclass(frozen=True)
class Smoothing:
    """One form at its maximum of likelihood: parameters, states after the last month, variance.

    `doubt` gives the covariance (15, 15) of what was estimated: level, slope, seasons of the next twelve
    months, and the damping phi.
    """

    form: Form
    alpha: float
    beta: float
    gamma: float
    phi: float
    level: float
    slope: float
    season: Array  #: of the next twelve months
    sigma2: float
    aicc: float
    doubt: Callable[[], Array]

    def steps(self, h: int) -> tuple[Array, Array]:
        """Centre and sd of the months ahead: of the errors to come, and of what was estimated.

        The first is that of Hyndman, Koehler, Ord and Snyder (2008, chapter 6), the second the delta method.
        """
        centre, sd = self._ahead(h)
        slopes = self._slopes(h)
        estimated = np.einsum("hi,ij,hj->h", slopes, self.doubt(), slopes)
        return centre, np.sqrt(sd**2 + np.maximum(estimated, 0.0))

    def _slopes(self, h: int) -> Array:
        """Derivatives (h, 15) of the centre of each month by level, slope, seasons and phi."""
        k = np.arange(1, h + 1)
        damp, place = np.cumsum(self.phi**k), (k - 1) % 12
        base = np.column_stack(
            [np.ones(h), damp, np.zeros((h, 12)), self.slope * np.cumsum(k * self.phi ** (k - 1))]
        )
        own = np.ones(h)
        if self.form.season == "multiplicative":
            base = base * self.season[place][:, None]
            own = self.level + self.slope * damp
        base[k - 1, 2 + place] = own
        return base

    def _ahead(self, h: int) -> tuple[Array, Array]:
        """Centre and standard deviation of the months ahead as if every parameter was known."""
        k = np.arange(1, h + 1)
        damp = np.cumsum(self.phi**k)
        base, season = self.level + self.slope * damp, self.season[(k - 1) % 12]
        multiplied = self.form.season == "multiplicative"
        response = self.alpha + self.beta * damp
        if not multiplied:
            response = response + self.gamma * (k % 12 == 0)
        if not self.form.relative:
            growth = 1.0 + np.concatenate([[0.0], np.cumsum(response[:-1] ** 2)])
            return base + season, np.sqrt(self.sigma2 * growth)
        mean = base if multiplied else base + season
        second = mean**2  # expected square of the mean of each month, the errors before it unknown
        for j in range(1, h):
            second[j] += self.sigma2 * (response[:j] ** 2 @ second[j - 1 :: -1])
        if not multiplied:
            return mean, np.sqrt((1.0 + self.sigma2) * second - mean**2)
        of_season = (1.0 + self.gamma**2 * self.sigma2) ** ((k - 1) // 12)
        return mean * season, season * np.sqrt((1.0 + self.sigma2) * second * of_season - mean**2)


def smooth(y: Array, form: Form, limit: float = np.inf) -> Smoothing | None:
    """Fit one form: of a grid of smoothing parameters the best start, then a search over all with the first
    states.

    None where a form with multiplicative errors finds no positive mean for every month, and where its AICc
    stays above the limit. The search is made in
    units of the series, so that it ends at the same place whatever the figures are counted in.
    """
    from forecast.models import recursions as r

    shift = 0.0 if form.relative else float(y.mean())
    unit = float(np.abs(y).mean() if form.relative else y.std()) or 1.0
    y = (y - shift) / unit

    season, n = SEASONS.index(form.season), len(y)
    space = _search_space(form)
    first = _first_states(y, form)
    k = len(space.free) + 1  # and the variance
    penalty = 2.0 * k + 2.0 * k * (k + 1) / max(n - k - 1, 1)
    # n (2 value + constant) is the deviance
    constant = 2.0 * np.log(unit) + np.log(2.0 * np.pi / n) + 1.0
    low_enough = 0.5 * ((limit - penalty) / n - constant)
    recursion = r.Recursion(space.low, space.high, form.relative, season)
    best, value = r.fit(y, space.grid, first, space.free, recursion, low_enough)
    if not value <= low_enough or not np.isfinite(value):
        return None
    errors = np.empty(n)
    last, _, _ = r.errors_of(y, best, np.empty(0, dtype=int), form.relative, season, errors, np.empty((n, 0)))
    aicc = n * (2.0 * value + constant) + penalty
    alpha, beta, gamma, phi = map(float, best[: r.LEVEL])
    seen = n % 12
    ahead = np.concatenate([last[2 + seen :], last[2 : 2 + seen]])
    of_season = 1.0 if form.season == "multiplicative" else unit
    sigma2 = float(errors @ errors) / max(n - len(space.free), 1) * (1.0 if form.relative else unit**2)
    made = (
        alpha,
        alpha * beta,
        (1.0 - alpha) * gamma,
        phi,
        shift + unit * float(last[0]),
        unit * float(last[1]),
    )
    units = np.array([unit, unit, *[of_season] * 12, 1.0])
    doubt = partial(_doubt, y, best, form, units)
    return Smoothing(form, *made, of_season * ahead, sigma2, float(aicc), doubt)


def _doubt(y: Array, x: Array, form: Form, units: Array) -> Array:
    """Return the covariance (15, 15) of last level, slope, seasons ahead and phi, in the units given.

    That of the estimated parameters comes from the derivatives of the errors (Gauss and Newton), that of the
    last states from theirs. A share or a damping is known at least as well as its bounds say, as if it was
    uniform between them, and one that lies on a bound stays there.
    """
    from forecast.models import recursions as r

    space, season, n = _search_space(form), SEASONS.index(form.season), len(y)
    errors, slopes = np.empty(n), np.empty((n, len(space.free)))
    _, moved, logs = r.errors_of(y, x, space.free, form.relative, season, errors, slopes)
    inside = (x > space.low)[space.free] & (x < space.high)[space.free]
    slopes = (slopes + np.outer(errors, logs[1:] / n))[:, inside]
    sigma2 = float(errors @ errors) / max(n - len(space.free), 1)
    bounds = (space.high - space.low)[space.free[inside]]
    information = slopes.T @ slopes / max(sigma2, 1e-300) + np.diag(12.0 / bounds**2)
    seen = n % 12
    order = [0, 1, *range(2 + seen, 14), *range(2, 2 + seen), 14]
    of_phi = (space.free == r.PHI)[None, :].astype(float)
    root = (np.vstack([moved, of_phi])[order] * units[:, None])[:, inside]
    return np.asarray(root @ np.linalg.pinv(information, hermitian=True) @ root.T)


class _Space(NamedTuple):
    """Parameters that a form has, their bounds, and the smoothing parameters that are tried first."""

    free: npt.NDArray[np.int64]
    low: Array
    high: Array
    grid: Array


@cache
def _search_space(form: Form) -> _Space:
    """Return where the parameters of a form are looked for, whatever the figures."""
    from forecast.models import recursions as r

    season, trended = form.season != "none", form.trend != "none"
    low, high = np.full(r.SIZE, -np.inf), np.full(r.SIZE, np.inf)
    low[: r.PHI], high[: r.PHI] = SHARES
    low[r.PHI], high[r.PHI] = DAMPING
    shares = [r.ALPHA, *[r.BETA] * trended, *[r.PHI] * (form.trend == "damped"), *[r.GAMMA] * season]
    # a level and seasons that all move against it are the same forecast, so the first season stays
    states = [r.LEVEL, *[r.SLOPE] * trended, *range(r.SEASON + 1, r.SIZE)[: 11 * season]]
    phi = 0.95 if form.trend == "damped" else float(trended)
    gammas = (0.05, 0.3) if season else (0.0,)
    grid = np.array([(a, 0.1 * trended, g, phi) for a in (0.1, 0.4, 0.9) for g in gammas])
    return _Space(np.array([*shares, *states]), low, high, grid)


def _first_states(y: Array, form: Form) -> Array:
    """Level, slope and seasons before the first month, from the first two years and all years' season."""
    season = np.zeros(12)
    if form.season == "additive":
        season = additive_season(y)
    elif form.season == "multiplicative":
        season = np.exp(additive_season(np.log(y)))
    month = np.arange(24) % 12
    rest = y[:24] / season[month] if form.season == "multiplicative" else y[:24] - season[month]
    slope = (rest[12:].mean() - rest[:12].mean()) / 12.0 if form.trend != "none" else 0.0
    level = rest[:12].mean() - 6.5 * slope
    if form.season == "multiplicative":  # the first one is one
        return np.concatenate([[level * season[0], slope * season[0]], season / season[0]])
    return np.concatenate([[level + season[0], slope], season - season[0]])


def is_seasonal(y: Array) -> bool:
    """Whether the autocorrelation at twelve months is beyond its 90 % range, given the shorter ones."""
    z = y - y.mean()
    r = np.array([z[k:] @ z[: len(z) - k] for k in range(13)]) / max(float(z @ z), 1e-300)
    return bool(len(y) * r[12] ** 2 > 1.645**2 * np.sum(r[:12] ** 2))


def additive_season(y: Array) -> Array:
    """Mean distance of each month of the year (counted from the
    first value) from a centred year's average.
    """
    year = np.convolve(y, np.array([0.5, *[1.0] * 11, 0.5]) / 12.0, mode="valid")
    month = np.arange(6, 6 + len(year)) % 12
    mean = np.bincount(month, y[6:-6] - year, minlength=12) / np.bincount(month, minlength=12)
    return np.asarray(mean - mean.mean(), dtype=float)


def season_variance(y: Array, season: Array) -> Array:
    """Return the variance of each month of `additive_season`: that of a distance over the years averaged."""
    year = np.convolve(y, np.array([0.5, *[1.0] * 11, 0.5]) / 12.0, mode="valid")
    month = np.arange(6, 6 + len(year)) % 12
    apart = y[6:-6] - year - season[month]
    return np.asarray(apart @ apart / (len(year) - 12.0) / np.bincount(month, minlength=12), dtype=float)
