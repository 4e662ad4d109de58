"""Unofficial figures of part of a month: a count to date, a week. They stand in ``leaks.csv`` too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from forecast.data.cells import checked_texts
from forecast.data.parse import (
    BoolArray,
    IntArray,
    TextArray,
    days_stamps,
    month_end,
    months_index,
    parse_cells,
    parse_day,
    parse_month,
    parse_value,
)
from forecast.data.read import RawTable
from forecast.errors import Finding

#: Columns of ``leaks.csv`` that say which days a figure covers; empty = from the first, to the last of its
#: month.
COVERS: tuple[str, ...] = ("covers_from", "covers_to")
PART_COLUMNS: tuple[str, ...] = ("series_id", "month", "value", "released", "rounding", "source", *COVERS)


def no_parts() -> pd.DataFrame:
    """Return the table of a folder without figures of part of a month."""
    none = np.array([], dtype=np.int64)
    texts = pd.Series([], dtype=object)
    days = days_stamps(none)
    frame = {"series_id": texts, "month": months_index(none), "value": none.astype(float), "released": days}
    return pd.DataFrame(frame | {"rounding": none, "source": texts, "covers_from": days, "covers_to": days})


def split_leaks(raw: RawTable) -> tuple[RawTable, pd.DataFrame, list[Finding]]:
    """Return the rows that tell a whole month, a table of those that tell a part of it, and what is wrong.

    Parameters
    ----------
    raw : RawTable
        ``leaks.csv``.
    """
    if not set(COVERS) & set(raw.columns):
        return raw, no_parts(), []
    cells = {name: _stripped(raw, name) for name in raw.columns} | {
        name: _stripped(raw, name) for name in COVERS
    }
    month, bad_month = parse_cells(_stripped(raw, "month"), parse_month, np.int64)
    first, last = month_end(month - 1) + 1, month_end(month)
    (start, bad_start), (stop, bad_stop) = (
        _days(cells[name], usual) for name, usual in zip(COVERS, (first, last), strict=True)
    )
    bad = bad_start | bad_stop
    part = bad | (start != first) | (stop != last)
    part &= ~bad_month  # told by the reader of whole months
    plain = tuple(name for name in raw.columns if name not in COVERS)
    whole = _take(replace(raw, columns=plain), ~part)
    outside = (start < first) | (stop > last) | (start > stop)
    findings = _wrong_days(raw, np.flatnonzero(part & (bad | outside)), bad)
    table, found = _table(raw, cells, np.flatnonzero(part & ~bad & ~outside), month, (start, stop))
    return whole, table, findings + found


def _table(
    raw: RawTable,
    cells: dict[str, TextArray],
    at: IntArray,
    month: IntArray,
    covers: tuple[IntArray, IntArray],
) -> tuple[pd.DataFrame, list[Finding]]:
    missing = [name for name in ("series_id", "value", "released") if name not in cells]
    if missing:
        expected = ", ".join(("series_id", "month", "value", "released", "covers_to"))
        what = f"there is no column {', '.join(missing)}, which figures of part of a month need"
        return no_parts(), [raw.finding("header", what, None, expected)]
    start, stop = (x[at] for x in covers)
    value, bad_value = parse_cells(cells["value"][at], parse_value, np.float64)
    released, bad_day = parse_cells(cells["released"][at], parse_day, np.int64)
    rounding, bad_unit = parse_cells(
        cells.get("rounding", np.full(len(raw), "1", object))[at], _unit, np.int64
    )
    names, findings = checked_texts(cells["series_id"][at], raw.rows[at], "series_id", raw.name, True)
    texts = cells.get("source", np.full(len(raw), "", object))[at]
    sources, found = checked_texts(texts, raw.rows[at], "source", raw.name, False)
    for wrong, column, what, expected in (
        (bad_value | ~(np.nan_to_num(value) >= 0), "value", "is no count", "a number, 0 or more"),
        (bad_day, "released", "is not a day", "YYYY-MM-DD"),
        (
            ~bad_day & (released < stop),
            "released",
            "is before the last day that is covered",
            "covers_to or later",
        ),
        (bad_unit, "rounding", "is not a rounding unit", "1, 10 ..."),
    ):
        findings += [
            raw.finding(column, f"'{cells[column][i]}' {what}", i, expected, "correct the cell")
            for i in at[wrong]
        ]
    frame = {
        "series_id": pd.Series(names, dtype=object),
        "month": months_index(month[at]),
        "value": value,
        "released": days_stamps(released),
        "rounding": rounding,
        "source": pd.Series(sources, dtype=object),
        "covers_from": days_stamps(start),
        "covers_to": days_stamps(stop),
    }
    made = pd.DataFrame(frame).sort_values(
        ["series_id", "month", "released"], kind="stable", ignore_index=True
    )
    return (no_parts() if findings else made), [*findings, *found]


def _wrong_days(raw: RawTable, at: IntArray, bad: BoolArray) -> list[Finding]:
    found = []
    for i in at:
        told = ", ".join(f"{name} '{raw.cells[name][i]}'" for name in COVERS if name in raw.cells)
        what = f"{told}: {'not days' if bad[i] else 'not days of its month, in order'}"
        found.append(
            raw.finding("covers_to", what, i, "YYYY-MM-DD inside the month", "one row for each month")
        )
    return found


def _stripped(raw: RawTable, column: str) -> TextArray:
    if column not in raw.cells:
        return np.full(len(raw), "", dtype=object)
    return np.array([text.strip() for text in raw.cells[column]], dtype=object)


def _days(cells: TextArray, usual: IntArray) -> tuple[IntArray, BoolArray]:
    """Days of a column; the usual one where a cell is empty."""
    days, bad = parse_cells(cells, lambda text: parse_day(text) if text else 0, np.int64)
    return np.where(cells == "", usual, days), bad


def _unit(text: str) -> int | None:
    value = parse_value(text) if text else 1.0
    return int(value) if value is not None and value >= 1 and value == int(value) else None


def _take(raw: RawTable, which: BoolArray) -> RawTable:
    cells = {name: raw.cells[name][which] for name in raw.columns}
    return replace(raw, cells=cells, rows=raw.rows[which])
