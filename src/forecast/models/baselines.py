"""Baselines: the random walk on logs that every skill is measured against, drift, and the seasonal naive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from forecast.models.base import SeriesFit
from forecast.models.parameters import Period, Window
from forecast.models.series import SeriesData
from forecast.models.series_model import SeriesModel
from forecast.models.transform import Array, Scale


def _last(y: Array) -> float:
    return float(y[~np.isnan(y)][-1])


def _sd(values: Array) -> float:
    known = values[~np.isnan(values)]
    return float(np.sqrt(np.mean(known**2))) if len(known) else 0.0


@dataclass(frozen=True)
class RandomWalk(SeriesModel):
    """Every month ahead equals the last known one.

    Examples
    --------
    >>> import forecast as fc
    >>> panel = fc.load_observations().as_of("2024-05-07", ["southwest.usbp"])
    >>> model = fc.make_model("random_walk")
    >>> forecast = model.fit(panel, fc.Design.none(panel, 12)).forecast(12)
    >>> round(float(forecast.median.iloc[0, 0]))
    137480
    """

    min_months: ClassVar[int] = 3
    transform: Scale = "log"
    window: Window = None

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Return the last value; the standard deviation is that of
        changes times the square root of the step.
        """
        last, sd = _last(data.y), _sd(np.diff(data.y))
        return SeriesFit(lambda h: (np.full(h, last), sd * np.sqrt(np.arange(1.0, h + 1))))


@dataclass(frozen=True)
class Drift(SeriesModel):
    """The last value moved on by the average change of the window."""

    min_months: ClassVar[int] = 13
    transform: Scale = "log"
    window: Window = None

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Return a straight line through the first and the last value, extended."""
        last, change = _last(data.y), np.diff(data.y)
        change = change[~np.isnan(change)]
        slope, n = float(np.mean(change)), len(change)
        sd = _sd(change - slope)

        def steps(h: int) -> tuple[Array, Array]:
            k = np.arange(1.0, h + 1)
            return last + slope * k, sd * np.sqrt(k * (1 + k / n))

        return SeriesFit(steps)


@dataclass(frozen=True)
class SeasonalNaive(SeriesModel):
    """Each month ahead equals the same month a year before."""

    min_months: ClassVar[int] = 25
    transform: Scale = "log"
    window: Window = None
    period: Period = 12

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Repeat the last year; the standard deviation is that of yearly changes."""
        y, s = data.y, self.period
        filled = y.copy()
        for i in range(len(filled) - s, len(filled)):
            if np.isnan(filled[i]):
                filled[i] = filled[i - s]
        last, sd = filled[-s:], _sd(y[s:] - y[:-s])

        def steps(h: int) -> tuple[Array, Array]:
            k = np.arange(h)
            return last[k % s], sd * np.sqrt(k // s + 1.0)

        return SeriesFit(steps)
