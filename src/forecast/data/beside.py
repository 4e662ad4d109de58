"""Tables beside the figures that name series: forecasts by others and breaks."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.data.checks import raise_for_errors
from forecast.data.frames import side_frame
from forecast.data.parse import parse_day, parse_month
from forecast.data.patterns import patterns
from forecast.data.read import RawTable, decode, parse_table, read_bytes
from forecast.errors import Finding, nearest

#: Columns of `published.csv` that every row fills.
_FILLED = ("forecaster", "made", "first_month", "last_month", "series_id")


def read_published(file: str | Path, content: bytes | None = None) -> pd.DataFrame:
    """Return the forecasts by others of a file: months as periods, figures as numbers, all else as texts.

    Parameters
    ----------
    file : str or Path
        The file, or its name where its content is given.
    content : bytes, optional
        Its content.

    Raises
    ------
    DataError
        With every row that is wrong.
    """
    name, data = (str(file), content) if content is not None else read_bytes(file)
    raw = parse_table(name, *decode(name, data))
    frame, findings = side_frame("published", raw)
    raise_for_errors([*findings, *published_findings(raw)])
    return frame


def published_findings(raw: RawTable, known: Collection[str] | None = None) -> list[Finding]:
    """Return what is wrong with forecasts by others, but for cells that are no month or number.

    Parameters
    ----------
    raw : RawTable
        The file.
    known : collection of str, optional
        The series that have figures; a row of another is told.
    """
    if not set(_FILLED) <= set(raw.columns):
        return []
    cells = {column: [str(text).strip() for text in raw.cells[column]] for column in raw.columns}
    found = []
    for at in range(len(raw)):
        row = {column: texts[at] for column, texts in cells.items()}
        empty = [column for column in _FILLED if not row[column]]
        if empty:
            found.append(
                raw.finding(
                    "empty", f"no {', '.join(empty)}", at, "a text in each", "fill it, or take the row out"
                )
            )
        elif not _is_date(row["made"]):
            what, hint = f"made is '{row['made']}'", "correct the cell"
            found.append(raw.finding("made", what, at, "a day, month or year (YYYY-MM-DD)", hint))
        first, last = parse_month(row["first_month"]), parse_month(row["last_month"])
        if first is not None and last is not None and last < first:
            what = f"last_month {row['last_month']} is before first_month {row['first_month']}"
            found.append(raw.finding("months", what, at, "a span of months", "exchange them"))
        figures = [_number(row.get(column, "")) for column in ("low", "point", "high")]
        if not _ascending(figures):
            what = "low, point and high are {}, {} and {}".format(
                *(row.get(c, "") for c in ("low", "point", "high"))
            )
            found.append(raw.finding("range", what, at, "low <= point <= high", "correct the row"))
        if known is not None and row["series_id"] and row["series_id"] not in known:
            found.append(_unknown(raw, at, row["series_id"], known))
    return found


def break_findings(raw: RawTable, known: Collection[str]) -> list[Finding]:
    """Return the rows of `breaks.csv` whose patterns touch no series that has figures."""
    if "series_pattern" not in raw.columns:
        return []
    found = []
    for at, text in enumerate(map(str, raw.cells["series_pattern"])):
        chosen = [pattern for removes, pattern in patterns(text) if not removes]
        if text.strip() and not any(pattern.match(name) for pattern in chosen for name in known):
            found.append(_unknown(raw, at, text.strip(), known))
    return found


def _unknown(raw: RawTable, at: int, name: str, known: Collection[str]) -> Finding:
    hint = nearest(name, known).strip() or "add its figures, or take the row out"
    return replace(
        raw.finding("names", f"no series is called '{name}'", at, "names of series", hint), severity="warning"
    )


def _is_date(text: str) -> bool:
    """Tell whether a text is a day, a month or a year."""
    whole: Callable[[str], object] = parse_day if len(text) == 10 else parse_month
    year = len(text) == 4 and text.isdecimal() and int(text) > 1900
    return year or (len(text) in (7, 10) and whole(text) is not None)


def _number(text: str) -> float:
    return float(pd.to_numeric(pd.Series([text], dtype=object), errors="coerce").iloc[0])


def _ascending(figures: list[float]) -> bool:
    given = [figure for figure in figures if np.isfinite(figure)]
    return given == sorted(given)
