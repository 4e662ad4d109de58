"""What changed between two issues: the difference of their forecasts for one month, in steps that add up exactly.

This module subtracts tables. The runs between the two issues are made by `publish`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pandas as pd

#: The steps from the last issue to this one, in the order in which they are taken.
STEPS: tuple[str, ...] = ("software", "revised figures", "new figure", "events", "settings")
CHANGE_COLUMNS: tuple[str, ...] = ("series_id", "step", "forecast", "change", "why")
LAST, THIS = "last issue", "this issue"


def steps_between(
    before: float, medians: Sequence[float | None], after: float, whys: Sequence[str], whole: bool = True
) -> pd.DataFrame:
    """Return the steps from one forecast to another as a table whose changes add up exactly.

    Parameters
    ----------
    before, after : float
        The middle of the last issue's and of this issue's forecast of the same month.
    medians : sequence of float or None
        The middle after each of `STEPS`; None where a step was not taken, so that it changes nothing. The last
        one that counts is `after` whatever stands there.
    whys : sequence of str
        Why, one for each step.
    whole : bool
        Round to whole counts; otherwise to six digits after the point.

    Returns
    -------
    DataFrame
        ``step, forecast, change, why``: the last issue, the steps, this issue.

    Examples
    --------
    >>> table = steps_between(9800.4, [9800.4, 9700.6, 9123.5, None, None], 9123.5, [""] * 5)
    >>> table["change"].tolist()[1:-1], table["forecast"].tolist()[-1]
    ([0.0, -99.0, -577.0, 0.0, 0.0], 9124.0)
    """
    if len(medians) != len(STEPS) or len(whys) != len(STEPS):
        raise ValueError(f"{len(medians)} medians and {len(whys)} reasons; expected {len(STEPS)} of each")
    digits = 0 if whole else 6
    first, end = _rounded(before, digits), _rounded(after, digits)
    running = first
    rows: list[tuple[str, float, float, str]] = [(LAST, float(first), float("nan"), "")]
    for k, (step, median, why) in enumerate(zip(STEPS, medians, whys, strict=True)):
        value = running if median is None else _rounded(median, digits)
        if k == len(STEPS) - 1:
            # the last step ends at what this issue says, so that nothing is left over
            value = end
        rows.append((step, float(value), float(value - running), why))
        running = value
    rows.append((THIS, float(end), float(end - first), ""))
    return pd.DataFrame(rows, columns=["step", "forecast", "change", "why"])


def _rounded(value: float, digits: int) -> Decimal:
    if not np.isfinite(value):
        raise ValueError(f"a forecast of {value} cannot be compared")
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)


def changes(
    last: pd.DataFrame,
    reruns: Mapping[str, pd.DataFrame | None],
    this: pd.DataFrame,
    whys: Mapping[str, str],
    whole: bool = True,
) -> pd.DataFrame:
    """Return what changed for each series, for the first month that both issues forecast.

    Parameters
    ----------
    last, this : DataFrame
        Middles of the two issues, months x series.
    reruns : mapping
        Step -> middles after it; None or absent = nothing changed at this step.
    whys : mapping
        Step -> why.
    whole : bool
        Counts are whole.

    Returns
    -------
    DataFrame
        `CHANGE_COLUMNS`; empty where the issues have no month in common.
    """
    months = last.index.intersection(this.index)
    parts = []
    for series in this.columns:
        if not len(months) or series not in last.columns:
            continue
        month = months[0]
        medians: list[float | None] = []
        for step in STEPS:
            table = reruns.get(step)
            known = table is not None and month in table.index and series in table.columns
            medians.append(
                float(np.asarray(table.loc[month, series])) if table is not None and known else None
            )
        before, after = float(np.asarray(last.loc[month, series])), float(np.asarray(this.loc[month, series]))
        table = steps_between(before, medians, after, [whys.get(step, "") for step in STEPS], whole)
        parts.append(table.assign(series_id=series))
    if not parts:
        return pd.DataFrame(columns=list(CHANGE_COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(CHANGE_COLUMNS)]


def sentence(table: pd.DataFrame, month: pd.Period | str) -> str:
    """Return what changed in one sentence.

    Examples
    --------
    >>> sentence(steps_between(9800, [9800, 9700, 9124, None, None], 9124, [""] * 5), "2026-09")
    'The forecast of September 2026 went from 9,800 to 9,124: revised figures −100, new figure −576.'
    """
    first, last = float(table["forecast"].iloc[0]), float(table["forecast"].iloc[-1])
    name = f"{pd.Period(month, 'M'):%B %Y}"
    moved = [
        f"{step} {change:+,.0f}".replace("-", "−")
        for step, change in zip(table["step"].iloc[1:-1], table["change"].iloc[1:-1], strict=True)
        if change
    ]
    if not moved:
        return f"The forecast of {name} is what it was in the last issue, {last:,.0f}."
    return f"The forecast of {name} went from {first:,.0f} to {last:,.0f}: {', '.join(moved)}."
