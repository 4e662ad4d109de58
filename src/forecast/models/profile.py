"""Random walks that know a season or a mean: cheap members of combinations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from forecast.config.bounds import Bounds
from forecast.models.base import SeriesFit
from forecast.models.parameters import Positive, Share, Window
from forecast.models.series import SeriesData
from forecast.models.series_model import SeriesModel
from forecast.models.transform import Array, Scale


@dataclass(frozen=True)
class SeasonalProfile(SeriesModel):
    """The last figure moved by a discounted, clipped profile of monthly changes.

    The profile is the mean change of each calendar month, weights halving every `half_life` years, changes
    clipped at `clip` robust standard deviations, centred on zero over the year. The last level stays as it
    is.

    Parameters
    ----------
    half_life : float
        Years.
    clip : float
        Robust standard deviations (1.4826 times the median absolute deviation).
    """

    min_months: ClassVar[int] = 37
    half_life: Positive = 3.0
    clip: Positive = 3.0
    transform: Scale = "log"
    window: Window = None

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Return the random walk plus the cumulated profile of the months ahead."""
        y = data.y
        last = float(y[~np.isnan(y)][-1])
        profile, sd = seasonal_profile(y, data.months[0].month, self.half_life, self.clip)
        final = data.months[-1].month

        def steps(h: int) -> tuple[Array, Array]:
            ahead = (final - 1 + np.arange(1, h + 1)) % 12
            return last + np.cumsum(profile[ahead]), sd * np.sqrt(np.arange(1.0, h + 1))

        return SeriesFit(steps)


def seasonal_profile(y: Array, first_month: int, half_life: float, clip: float) -> tuple[Array, float]:
    """Return the centred mean change of each calendar month (12,), and the sd of changes around it.

    Parameters
    ----------
    y : array (n,)
        Levels on logs; NaN where unknown.
    first_month : int
        Calendar month (1..12) of the first value.
    half_life, clip : float
        Years; robust standard deviations.
    """
    changes = np.diff(y)
    known = ~np.isnan(changes)
    centre = np.median(changes[known])
    spread = 1.4826 * float(np.median(np.abs(changes[known] - centre)))
    bound = clip * spread if spread > 0 else np.inf  # most changes equal: nothing to measure outliers by
    clipped = np.clip(changes, -bound, bound)
    age = (len(changes) - 1 - np.arange(len(changes))) / 12.0
    weight = np.where(known, 0.5 ** (age / half_life), 0.0)
    month = (first_month + np.arange(len(changes))) % 12  # position 0..11 of the month that a change leads to
    total = np.bincount(month, weight, minlength=12)
    mean = np.bincount(month, weight * np.nan_to_num(clipped), minlength=12) / np.where(total > 0, total, 1.0)
    profile = np.where(total > 0, mean, 0.0)
    profile = profile - profile.mean()
    rest = changes[known] - profile[month[known]]
    return profile, float(np.sqrt(np.mean(rest**2)))


@dataclass(frozen=True)
class MeanReversion(SeriesModel):
    """The last figure, drawn slowly back to the mean of a long window.

    Parameters
    ----------
    months : int
        Months of the mean.
    rho : float
        Share of the distance from the mean that is left after each month.
    """

    min_months: ClassVar[int] = 24
    months: Annotated[int, Bounds(2, 1200)] = 120
    rho: Share = 0.98
    transform: Scale = "log"
    window: Window = None

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Return the mean plus the shrinking distance of the last value from it."""
        known = data.y[~np.isnan(data.y)]
        mean, last = float(np.mean(known[-self.months :])), float(known[-1])
        change = np.diff(data.y)
        sd = float(np.sqrt(np.nanmean(change**2)))

        def steps(h: int) -> tuple[Array, Array]:
            k = np.arange(1.0, h + 1)
            spread = (
                sd * np.sqrt((1 - self.rho ** (2 * k)) / (1 - self.rho**2))
                if self.rho < 1
                else sd * np.sqrt(k)
            )
            return mean + (last - mean) * self.rho**k, spread

        return SeriesFit(steps)
