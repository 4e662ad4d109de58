"""What changed between two issues: the difference of their forecasts for one month, in steps that add up
exactly.

This module subtracts tables. The runs between the two issues are made by `publish`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

Step = Literal["software", "revised_figures", "new_figure", "events", "settings"]
Why = Literal[
    "",
    "same_software",
    "same_again",
    "differs_again",
    "none_revised",
    "one_revised",
    "several_revised",
    "no_new_month",
    "new_month",
    "no_new_event",
    "new_events",
    "more_events",
    "calendar_corrected",
    "same_settings",
    "other_settings",
    "failed",
    "text",
]
#: The steps from the last issue to this one, in the order in which they are taken.
STEPS: tuple[Step, ...] = get_args(Step)
WHYS: tuple[Why, ...] = get_args(Why)
LAST, THIS = "last_issue", "this_issue"


class Reason(NamedTuple):
    """Why a step changed what it did: a code and its values.

    Attributes
    ----------
    why : Why
        ``text`` is a sentence of an older version, kept as it was written.
    month : str
        The first or the newest month that the code speaks of, ``YYYY-MM``.
    number : int
        How many figures were revised.
    text : str
        Names of events, the message of a failure, or the older sentence.
    """

    why: Why = ""
    month: str = ""
    number: int = 0
    text: str = ""


#: Columns of one series, and of all.
STEP_COLUMNS: tuple[str, ...] = ("step", "forecast", "change", *Reason._fields)
CHANGE_COLUMNS: tuple[str, ...] = ("series_id", *STEP_COLUMNS)


def steps_between(
    before: float, medians: Sequence[float | None], after: float, whys: Sequence[Reason], whole: bool = True
) -> pd.DataFrame:
    """Return the steps from one forecast to another as a table whose changes add up exactly.

    Parameters
    ----------
    before, after : float
        The middle of the last issue's and of this issue's forecast of the same month.
    medians : sequence of float or None
        The middle after each of `STEPS`; None where a step was not taken, so that it changes nothing. The
        last one that counts is `after` whatever stands there.
    whys : sequence of Reason
        Why, one for each step.
    whole : bool
        Round to whole counts; otherwise to six digits after the point, more of small figures.

    Returns
    -------
    DataFrame
        `STEP_COLUMNS`: the last issue, the steps, this issue.

    Examples
    --------
    >>> table = steps_between(9800.4, [9800.4, 9700.6, 9123.5, None, None], 9123.5, [Reason()] * 5)
    >>> table["change"].tolist()[1:-1], table["forecast"].tolist()[-1]
    ([0.0, -99.0, -577.0, 0.0, 0.0], 9124.0)
    """
    if len(medians) != len(STEPS) or len(whys) != len(STEPS):
        raise ValueError(f"{len(medians)} medians and {len(whys)} reasons; expected {len(STEPS)} of each")
    size = max(abs(before), abs(after))
    digits = 0 if whole else 6 if size >= 1.0 or not size else 6 - int(np.floor(np.log10(size)))
    first, end = _rounded(before, digits), _rounded(after, digits)
    running = first
    rows: list[tuple[str | float | int, ...]] = [(LAST, float(first), float("nan"), *Reason())]
    for k, (step, median, why) in enumerate(zip(STEPS, medians, whys, strict=True)):
        value = running if median is None else _rounded(median, digits)
        if k == len(STEPS) - 1:
            # the last step ends at what this issue says, so that nothing is left over
            value = end
        rows.append((step, float(value), float(value - running), *why))
        running = value
    rows.append((THIS, float(end), float(end - first), *Reason()))
    return pd.DataFrame(rows, columns=list(STEP_COLUMNS))


def _rounded(value: float, digits: int) -> Decimal:
    if not np.isfinite(value):
        raise ValueError(f"a forecast of {value} cannot be compared")
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)


def changes(
    last: pd.DataFrame,
    reruns: Mapping[Step, pd.DataFrame | None],
    this: pd.DataFrame,
    whys: Mapping[Step, Reason],
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
        table = steps_between(before, medians, after, [whys.get(step, Reason()) for step in STEPS], whole)
        parts.append(table.assign(series_id=series))
    if not parts:
        return pd.DataFrame(columns=list(CHANGE_COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(CHANGE_COLUMNS)]
