"""A calendar that is given as a table in memory: in our own columns, or in those of Prophet."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from forecast.data.cells import checked_texts
from forecast.data.parse import whole_day
from forecast.errors import ConfigError, Finding
from forecast.events.reading import FIRST_YEAR, ID_COLUMNS, LAST_YEAR

#: How a table in memory is named in messages.
MEMORY = "events"
#: What Prophet calls the first and the last day of a holiday, in days from `ds`.
_WINDOW = ("lower_window", "upper_window")


def calendar_texts(rows: pd.DataFrame | Sequence[Mapping[str, object]]) -> tuple[pd.DataFrame, list[Finding]]:
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


def _day(value: object) -> pd.Timestamp | None:
    """Return a day as it is read everywhere, None for anything else."""
    try:
        day = whole_day(value, "ds")
    except ConfigError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _whole(value: object) -> int | None:
    """Return a whole number of days, 0 for an empty cell, None for anything else."""
    text = _text(value) or "0"
    return int(text) if re.fullmatch(r"-?\d{1,4}", text) else None


def _cells(
    table: pd.DataFrame, name: str, read: Callable[[object], object], expected: str, findings: list[Finding]
) -> pd.Series:
    """Return a column read cell by cell; `findings` learns which cells could not be read."""
    cells = table[name] if name in table else pd.Series("", index=table.index)
    made = pd.Series([read(cell) for cell in cells], index=table.index, dtype=object)
    for row in made.index[made.isna()].tolist():
        what = f"{name} is '{cells[row]}'"
        findings.append(Finding("ds", "error", what, file=MEMORY, row=row, expected=expected))
    return made


def _from_prophet(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Return Prophet's holidays as events: a pulse over the days of each, one bundle a holiday."""
    findings: list[Finding] = []
    days, lower, upper = (
        _cells(table, name, read, expected, findings)
        for name, read, expected in (
            ("ds", _day, "a date YYYY-MM-DD without a time of day"),
            *((name, _whole, "a whole number of days") for name in _WINDOW),
        )
    )
    known = days.notna() & lower.notna() & upper.notna()
    table, days = table[known], pd.to_datetime(days[known])
    first, last = (days + pd.to_timedelta(move[known].astype(int), unit="D") for move in (lower, upper))
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
