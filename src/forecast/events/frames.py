"""A calendar that is given as a table in memory: in our own columns, or in those of Prophet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from forecast.data.cells import checked_texts
from forecast.errors import Finding
from forecast.events.reading import ID_COLUMNS

#: How a table in memory is named in messages.
MEMORY = "events"
#: What Prophet calls the first and the last day of a holiday, in days from `ds`.
_WINDOW = ("lower_window", "upper_window")


def calendar_texts(rows: pd.DataFrame | Sequence[Mapping[str, Any]]) -> tuple[pd.DataFrame, list[Finding]]:
    """Return a calendar in memory as a table of texts, as a file is read, and what is wrong with it.

    Examples
    --------
    >>> table, _ = calendar_texts([{"holiday": "fair", "ds": "2024-05-03", "upper_window": 2}])
    >>> table.loc[1, ["id", "effective_start", "end_date", "shape"]].tolist()
    ['fair 2024-05-03', '2024-05-03', '2024-05-05', 'pulse']
    """
    table = pd.DataFrame(rows).reset_index(drop=True)
    table.index = pd.RangeIndex(1, len(table) + 1)
    table.columns = [str(column) for column in table.columns]
    if not table.columns.is_unique:
        column = str(table.columns[table.columns.duplicated()][0])
        return pd.DataFrame(), [
            Finding("column", "error", f"the column '{column}' stands there twice", file=MEMORY)
        ]
    findings: list[Finding] = []
    if {"holiday", "ds"} <= set(table.columns):
        table, findings = _from_prophet(table)
    texts = pd.DataFrame(
        {
            column: pd.array([_text(value) for value in cells], dtype=object)
            for column, cells in table.items()
        },
        index=table.index,
    )
    for column in texts.columns:
        cells, found = checked_texts(texts[column], texts.index, column, MEMORY, is_id=column in ID_COLUMNS)
        texts[column] = pd.array(cells, dtype=object)
        findings.extend(found)
    return texts, findings


def _text(value: Any) -> str:
    """Return a cell as a file has it: days as ISO, nothing as nothing."""
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return ""
    if isinstance(value, (list, tuple, set)):
        return ";".join(_text(one) for one in value)  # several patterns, sources or names, as a file has them
    if isinstance(value, dt.date):  # a Timestamp is one; with a time of day it is refused as in a file
        day = pd.Timestamp(value)
        return str(day.date()) if day == day.normalize() and day.tzinfo is None else str(day)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _from_prophet(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Return Prophet's holidays as events: a pulse over the days of each, one bundle a holiday."""
    days = pd.to_datetime(table["ds"], errors="coerce")
    findings = [
        Finding("ds", "error", f"'{table.loc[row, 'ds']}' is no day", file=MEMORY, row=row, expected="a date")
        for row in table.index[days.isna()].tolist()
    ]
    known = days.notna()
    table, days = table[known], days[known]
    lower, upper = (
        pd.to_timedelta(pd.to_numeric(table[name]).fillna(0) if name in table else 0, unit="D")
        for name in _WINDOW
    )
    first, last = days + lower, days + upper
    names = table["holiday"].astype(str)
    told = first.dt.strftime("%Y-%m-%d")
    made = pd.DataFrame(
        {
            "id": names + " " + days.dt.strftime("%Y-%m-%d"),
            "announced_date": told,
            "effective_start": told,
            "end_date": last.dt.strftime("%Y-%m-%d"),
            "shape": "pulse",
            "bundle": names,
        }
    )
    own = [c for c in table.columns if c not in ("holiday", "ds", *_WINDOW, "prior_scale")]
    return made.assign(**{column: table[column] for column in own}), findings
