"""What the counts themselves did as an event began, and what the same months usually do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from forecast.interventions.regression import Floats, Group, Regression

#: Months compared, from the beginning on and before it, and years in which the same months are looked at.
MONTHS, YEARS = 3, 5
#: An event that began on this day of its month or later is not of that month.
LATE = 25


class RawChange(NamedTuple):
    """Changes in percent; NaN where figures are missing.

    Attributes
    ----------
    change : float
        Mean of the first three months against the mean of the three before.
    months : int
        How many of the first three have a figure.
    usual, years : float, int
        Median of the same change in the five years before, and in how many of them it is known.
    """

    change: float
    months: int
    usual: float
    years: int


def raw_change(values: Floats, before: int, first: int) -> RawChange:
    """Compare the months from `first` on with those that end before `before`, now and in earlier years.

    Parameters
    ----------
    values : array
        Counts by month, NaN where missing.
    before, first : int
        Positions of the month in which the event began, and of its first month: the next one for a late
        start, whose month is on neither side.

    Examples
    --------
    >>> raw_change(np.array([10.0, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 20, 20, 20]), 12, 12)[:2]
    (100.0, 3)
    """
    now = values[first : first + MONTHS]
    months = int(np.isfinite(now).sum())
    usual = [_change(values, before - 12 * k, first - 12 * k, months) for k in range(1, YEARS + 1)]
    known = [change for change in usual if np.isfinite(change)]
    return RawChange(
        _change(values, before, first, months),
        months,
        float(np.median(known)) if known else np.nan,
        len(known),
    )


def _change(values: Floats, before: int, first: int, months: int) -> float:
    if before < MONTHS or not months:
        return float("nan")
    base = float(values[before - MONTHS : before].mean())
    return 100.0 * (float(values[first : first + months].mean()) / base - 1.0) if base > 0 else float("nan")


def group_change(regression: Regression, group: Group) -> RawChange:
    """Return the raw change of a group, from the month in which its first member began."""
    begun = int(group.active[0])
    days = [day for day in group.starts(regression.calendar) if pd.notna(day)]
    late = bool(days) and pd.Period(min(days), "M") == regression.months[begun] and min(days).day >= LATE
    values = np.where(np.isfinite(regression.y), regression.scale.inverse(regression.y), np.nan)
    return raw_change(values, begun, begun + late)
