"""What a series of counts shows of itself: a new level, or its largest recent jump."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Values = NDArray[np.float64]


class Change(NamedTuple):
    """A change that a title tells: which kind, by how much (share), when, and for how many years it is clear.

    A ``level`` moved within few months and every month since lies beyond all months of the years before; a
    ``jump`` is the largest change of one month lately.
    """

    kind: str
    share: float
    months: int
    end: pd.Period
    years: int


def told(counts: pd.Series) -> Change | None:
    """Return the change that a title tells, or None."""
    values = counts.dropna()
    return _new_level(values) or _largest_jump(values)


def _new_level(values: pd.Series) -> Change | None:
    counts, months = values.to_numpy(float), pd.PeriodIndex(values.index)
    age = months.asi8[-1] - months.asi8
    found: list[tuple[tuple[float, int, int], Change]] = []
    for end in np.flatnonzero((age >= 2) & (age < 36)).tolist():
        for span in (1, 2, 3):
            start = int(np.searchsorted(-age, -age[end] - span))
            if age[start] != age[end] + span or start < 36 or not min(counts[start], counts[end]) > 0:
                continue
            share = float(counts[end] / counts[start]) - 1
            size = abs(float(np.log1p(share)))
            years = _clear_years(counts[:start], counts[end:], share < 0)
            if size >= 0.5 and years >= 3:
                rank = round(size - 0.2 * span, 6), years, -span
                found.append((rank, Change("level", share, span, months[end], years)))
    # the largest change in few months, then the longest span
    return max(found, key=lambda row: row[0])[1] if found else None


def _clear_years(before: Values, since: Values, below: bool) -> int:
    """Return how many whole years before lie wholly on one side of every month since, at most ten."""
    years = 0
    for n in range(1, min(10, len(before) // 12) + 1):
        past = before[-12 * n :]
        if not (since.max() < past.min() if below else since.min() > past.max()):
            break
        years = n
    return years


def _largest_jump(values: pd.Series) -> Change | None:
    recent = values.iloc[-25:]
    if len(recent) < 3 or (recent <= 0).any():
        return None
    ratio = (recent / recent.shift(1)).iloc[1:]
    strength = ratio.where(ratio >= 1, 1 / ratio)
    at = int(np.argmax(strength.round(6).to_numpy(float)))
    if float(strength.iloc[at]) < 1.5:
        return None
    return Change("jump", float(ratio.iloc[at]) - 1, 1, recent.index[at + 1], 0)
