"""Exponential smoothing and Theta, on one scale, series by series."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Literal, cast

import numpy as np

from forecast.errors import DataError
from forecast.models.base import Array, SeriesData, SeriesFit, SeriesModel
from forecast.models.transform import Scale


def complete(data: SeriesData) -> Array:
    """Return the values, which these models need without a hole.

    Raises
    ------
    DataError
        Naming the months that are missing.
    """
    holes = [str(m) for m, v in zip(data.months, data.y, strict=True) if np.isnan(v)]
    if holes:
        raise DataError(
            f"{data.name}: {len(holes)} months are missing ({', '.join(holes[:4])}); this model needs all"
        )
    return data.y


@dataclass(frozen=True)
class Ets(SeriesModel):
    """Exponential smoothing by maximum likelihood, its form chosen by AICc among additive ones.

    Parameters
    ----------
    trend, seasonal : {"auto", "yes", "no"}
        ``auto`` tries both; trends are damped.
    """

    min_months: ClassVar[int] = 36
    trend: Literal["auto", "yes", "no"] = "auto"
    seasonal: Literal["auto", "yes", "no"] = "auto"
    transform: Scale = "log"
    window: int | None = None

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Fit every admitted form and keep the one with the lowest AICc."""
        y = complete(data)
        forms = itertools.product(_choices(self.trend), _choices(self.seasonal))
        best = min((smooth(y, trend, season) for trend, season in forms), key=lambda fit: fit.aicc)
        return SeriesFit(best.steps)


def _choices(word: str) -> list[bool]:
    return {"auto": [False, True], "yes": [True], "no": [False]}[word]


@dataclass(frozen=True)
class Smoothing:
    """One additive form at its maximum of likelihood: parameters, states after the last month, variance."""

    alpha: float
    beta: float
    gamma: float
    phi: float
    level: float
    slope: float
    season: Array  #: of the next twelve months
    sigma2: float
    aicc: float

    def steps(self, h: int) -> tuple[Array, Array]:
        """Centre and standard deviation of the months ahead."""
        k = np.arange(1, h + 1)
        damp = np.cumsum(self.phi**k)
        centre = self.level + self.slope * damp + self.season[(k - 1) % 12]
        response = self.alpha + self.beta * damp + self.gamma * (k % 12 == 0)
        growth = 1.0 + np.concatenate([[0.0], np.cumsum(response[:-1] ** 2)])
        return centre, np.sqrt(self.sigma2 * growth)


def smooth(y: Array, trend: bool, season: bool) -> Smoothing:
    """Fit one form: smoothing parameters by search, the first states by least squares at each of them.

    One-step errors are linear in the first states, so these need no search.
    """
    from scipy.optimize import minimize

    run = _compiled()
    unit = _unit_states(trend, season)
    share = (1e-4, 0.9999)
    bounds = [share, *[share, (0.8, 0.98)] * trend, *[share] * season]

    def at(x: Array) -> tuple[Array, Array, float]:
        """Parameters (beta is a share of alpha, gamma of what alpha leaves), last states, sum of squares."""
        beta, phi = (x[0] * x[1], x[2]) if trend else (0.0, 1.0)
        chosen = np.array([x[0], beta, (1.0 - x[0]) * x[-1] if season else 0.0, phi])
        errors, states = run(y, chosen, unit)
        basis = errors[:, 1:]
        normal = basis.T @ basis
        normal[np.diag_indices_from(normal)] *= 1.0 + 1e-10  # columns come near each other when alpha nears 1
        mix = np.append(1.0, np.linalg.solve(normal, -basis.T @ errors[:, 0]))
        return chosen, states @ mix, max(float(np.sum((errors @ mix) ** 2)), 1e-12 * len(y))

    def loss(x: Array) -> tuple[float, Array]:
        value = np.log(at(x)[2])
        steps = np.diag(np.where(x < 0.5, 1e-7, -1e-7))
        return value, np.array([(np.log(at(x + step)[2]) - value) / step.sum() for step in steps])

    grid = itertools.product((0.1, 0.4, 0.9), *[(0.05, 0.3), (0.95,)] * trend, *[(0.05, 0.3)] * season)
    start = min((np.array(x) for x in grid), key=lambda x: at(x)[2])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    chosen, states, sse = at(found.x)
    n, k = len(y), len(bounds) + unit.shape[1]  # first states that are free, and the variance
    aicc = n * (np.log(2.0 * np.pi * sse / n) + 1.0) + 2.0 * k + 2.0 * k * (k + 1) / max(n - k - 1, 1)
    ahead = np.roll(states[2:], -(n % 12))
    alpha, beta, gamma, phi, level, slope = map(float, (*chosen, *states[:2]))
    return Smoothing(alpha, beta, gamma, phi, level, slope, ahead, sse / n, float(aicc))


def _unit_states(trend: bool, season: bool) -> Array:
    """First states (14, column): none for the column of the data, then one unit for each that is free.

    A level and seasons that all move against it are the same forecast, so the first season stays zero.
    """
    free = [0, *[1] * trend, *range(3, 14)] if season else [0, *[1] * trend]
    unit = np.zeros((14, 1 + len(free)))
    unit[free, np.arange(1, 1 + len(free))] = 1.0
    return unit


def _recursion(y: Array, parameters: Array, unit: Array) -> tuple[Array, Array]:
    """One-step errors (month, column) and last states (14, column): level, slope, season of each month of the year.

    The first column follows the data from states of zero, each other one a unit of one first state without data.
    """
    alpha, beta, gamma, phi = parameters
    states = unit.copy()
    errors = np.empty((len(y), unit.shape[1]))
    for t in range(len(y)):
        now = 2 + t % 12
        for j in range(unit.shape[1]):
            drift = phi * states[1, j]
            e = -states[0, j] - drift - states[now, j]
            if j == 0:
                e += y[t]
            errors[t, j] = e
            states[0, j] += drift + alpha * e
            states[1, j] = drift + beta * e
            states[now, j] += gamma * e
    return errors, states


@cache
def _compiled() -> Callable[[Array, Array, Array], tuple[Array, Array]]:
    """The recursion, compiled where numba can be used."""
    try:
        from forecast.arima.jit import kept_jit

        return cast("Callable[[Array, Array, Array], tuple[Array, Array]]", kept_jit()(_recursion))
    except (
        Exception
    ):  # numba fails in many ways: absent, too old, no place for its cache; the loop is the same, slowly
        return _recursion


@dataclass(frozen=True)
class Theta(SeriesModel):
    """The Theta method, deseasonalised where a test finds a season.

    Parameters
    ----------
    theta : float
        Weight of the curvature; 2 is the standard method.
    deseasonalize : bool
        Take an additive season out first, if a test of the autocorrelation at twelve months rejects none at 10 %.
    """

    min_months: ClassVar[int] = 36
    theta: float = 2.0
    deseasonalize: bool = True
    transform: Scale = "log"
    window: int | None = None

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Fit one series: simple smoothing, a part of the slope of the whole, and the season."""
        y = complete(data)
        season = additive_season(y) if self.deseasonalize and is_seasonal(y) else np.zeros(12)
        rest = y - season[np.arange(len(y)) % 12]
        fit = smooth(rest, False, False)
        slope = (self.theta - 1.0) / self.theta * float(np.polyfit(np.arange(len(y)), rest, 1)[0])

        def steps(h: int) -> tuple[Array, Array]:
            centre, sd = fit.steps(h)
            moved = np.arange(h) + (1.0 - (1.0 - fit.alpha) ** len(y)) / fit.alpha
            return centre + slope * moved + season[(len(y) + np.arange(h)) % 12], sd

        return SeriesFit(steps)


def is_seasonal(y: Array) -> bool:
    """Whether the autocorrelation at twelve months is beyond its 90 % range, given the shorter ones."""
    z = y - y.mean()
    r = np.array([z[k:] @ z[: len(z) - k] for k in range(13)]) / max(float(z @ z), 1e-300)
    return bool(len(y) * r[12] ** 2 > 1.645**2 * np.sum(r[:12] ** 2))


def additive_season(y: Array) -> Array:
    """Mean distance of each month of the year (counted from the first value) from a centred year's average."""
    year = np.convolve(y, np.array([0.5, *[1.0] * 11, 0.5]) / 12.0, mode="valid")
    month = np.arange(6, 6 + len(year)) % 12
    mean = np.bincount(month, y[6:-6] - year, minlength=12) / np.bincount(month, minlength=12)
    return np.asarray(mean - mean.mean(), dtype=float)
