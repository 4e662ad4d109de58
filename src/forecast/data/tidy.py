"""A tidy table, ``month, value`` at the least, as rows of numbers: each row judged by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast.config.bounds import Days
from forecast.config.convert import check_arguments
from forecast.data.cells import checked_texts, holds_controls
from forecast.data.parse import (
    OBSERVATION_COLUMNS,
    RELEASE_BASES,
    STATUSES,
    VALUE_BASES,
    BoolArray,
    IntArray,
    Number,
    TextArray,
    day_text,
    month_end,
    month_text,
    parse_cells,
    parse_day,
    parse_month,
    parse_value,
)
from forecast.data.read import RawTable
from forecast.errors import Finding, nearest

_VOCABULARIES = {"release_basis": RELEASE_BASES, "status": STATUSES, "value_basis": VALUE_BASES}
_ALIASES = {
    "date": "month",
    "period": "month",
    "time": "month",
    "ds": "month",
    "month_year": "month",
    "y": "value",
    "count": "value",
    "encounters": "value",
    "encounter_count": "value",
    "total": "value",
    "series": "series_id",
    "unique_id": "series_id",
    "name": "series_id",
    "published": "released",
    "release_date": "released",
    "vintage": "released",
}


@dataclass
class Rows:
    """Figures read from files, before they are a table: columns of numbers and where each row stood.

    `month` and `released` are ordinals (months and days since January 1970), `file` counts into `files`.
    """

    series_id: TextArray
    month: IntArray
    value: np.ndarray
    released: IntArray
    release_basis: TextArray
    status: TextArray
    value_basis: TextArray
    rounding: IntArray
    source: TextArray
    row: IntArray
    file: IntArray
    files: tuple[str, ...] = field(default_factory=tuple)

    def __len__(self) -> int:
        return len(self.month)

    def take(self, which: np.ndarray) -> Rows:
        """Return the rows at these positions (or where this mask is true)."""
        columns = {name: getattr(self, name)[which] for name in (*OBSERVATION_COLUMNS, "row", "file")}
        return Rows(**columns, files=self.files)

    def place(self, position: int | np.integer) -> tuple[str, int | None]:
        """Return the file and the line of one row; no line when the row is a sum of many."""
        return self.files[int(self.file[position])], int(self.row[position]) or None

    def finding(
        self,
        check: str,
        severity: Literal["error", "warning"],
        what: str,
        at: int | np.integer,
        expected: str = "",
        hint: str = "",
        month: str | None = None,
    ) -> Finding:
        """Return a finding about one row: its file, line, series and month."""
        file, line = self.place(at)
        when = month_text(int(self.month[at])) if month is None else month
        return Finding(check, severity, what, file, line, str(self.series_id[at]), when, expected, hint)


def join_rows(parts: Sequence[Rows]) -> Rows:
    """Return the rows of several files as one."""
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in (*OBSERVATION_COLUMNS, "row")
    }
    files: list[str] = []
    file_numbers = []
    for part in parts:
        file_numbers.append(part.file + len(files))
        files.extend(part.files)
    return Rows(**columns, file=np.concatenate(file_numbers), files=tuple(files))


def parse_tidy(
    raw: RawTable,
    series_id: str | None = None,
    release_lag_days: int = 0,
    counts: bool = False,
) -> tuple[Rows, list[Finding]]:
    """Read a tidy table: ``month, value`` at the least.

    Parameters
    ----------
    raw : RawTable
        The file.
    series_id : str, optional
        Name of the series of a file without a column of that name (default: the file's stem).
    release_lag_days : int
        Days after the month's end at which a row without `released` became public (basis ``assumed``).
    counts : bool
        True when every value must be a non-negative whole number.

    Returns
    -------
    rows : Rows
        The rows that could be read.
    findings : list of Finding
        Everything wrong with the others.
    """
    check_arguments(release_lag_days=(release_lag_days, Days))
    findings = [*raw.findings, *_check_header(raw)]
    stopped = not len(raw) and any(f.severity == "error" for f in raw.findings)
    if stopped or any(f.check == "header" and f.severity == "error" for f in findings):
        return _no_rows(raw.name), findings
    if not len(raw):
        findings.append(
            Finding("rows", "error", "a header and no rows", file=raw.name, expected="one row for each month")
        )
        return _no_rows(raw.name), findings
    rows = _without_missing(_read_rows(raw, series_id, release_lag_days, findings), findings)
    findings.extend(_check_values(rows, counts))
    return rows, findings


def _read_rows(raw: RawTable, series_id: str | None, lag: int, findings: list[Finding]) -> Rows:
    """Return the rows whose every cell could be read; what is
    wrong with the others is added to the findings.
    """
    month, bad_month = _column(raw, "month", parse_month, np.int64, findings, "a month (YYYY-MM)")
    value, bad_value = _column(raw, "value", parse_value, np.float64, findings, "a number")
    released, bad_released, given = _releases(raw, month, bad_month, lag, findings)
    rounding, bad_rounding = _roundings(raw, findings)
    names = _names(raw, series_id, findings)
    bad = bad_month | bad_value | bad_released | bad_rounding | (names == "")
    words: dict[str, TextArray] = {}
    for column, default in (
        ("release_basis", np.where(given, "day", "assumed").astype(object)),
        ("status", "final"),
        ("value_basis", np.where(given, "published", "backfilled").astype(object)),
    ):
        words[column], wrong = _words(raw, column, default, findings)
        bad |= wrong
    source = raw.cells.get("source", _filled(len(raw), Path(raw.name).name))
    sources, unclean = checked_texts(source, raw.rows, "source", raw.name, is_id=False)
    findings.extend(unclean)
    rows = Rows(
        names,
        month,
        value,
        released,
        words["release_basis"],
        words["status"],
        words["value_basis"],
        rounding,
        np.array(sources, dtype=object),
        raw.rows,
        np.zeros(len(raw), dtype=np.int64),
        (raw.name,),
    )
    return rows.take(~bad)


def _no_rows(name: str) -> Rows:
    texts = np.empty(0, dtype=object)
    whole = np.empty(0, dtype=np.int64)
    return Rows(texts, whole, np.empty(0), whole, texts, texts, texts, whole, texts, whole, whole, (name,))


def _filled(count: int, text: str) -> TextArray:
    array = np.empty(count, dtype=object)
    array[:] = text
    return array


def _check_header(raw: RawTable) -> list[Finding]:
    present = {column for column in raw.columns if column}
    if is_calendar(raw):
        what = "this is a calendar of events, not a table of figures"
        hint = "check it with: forecast events check"
        return [raw.finding("header", what, expected="month,value", hint=hint)]
    missing = [column for column in ("month", "value") if column not in present]
    if missing:
        near = {
            column: (
                next((c for c in sorted(present) if _means(c) == column), "")
                or "".join(get_close_matches(column, sorted(present), n=1))
            )
            for column in missing
        }
        renamed = ", ".join(f"rename '{name}' to '{column}'" for column, name in near.items() if name)
        what = f"there is no column {' and no column '.join(missing)} (found: {', '.join(raw.columns)[:200]})"
        hint = renamed or "one row for each month, with the columns month and value"
        return [raw.finding("header", what, expected="month,value", hint=hint)]
    found, ignored = [], []
    absent = [c for c in OBSERVATION_COLUMNS if c not in present]
    for column in sorted(present - set(OBSERVATION_COLUMNS)):
        meant = _means(column)
        close = f"Did you mean '{meant}'?" if meant in absent else nearest(column.lower(), absent).strip()
        if not close:
            ignored.append(column)
            continue
        # A misspelt 'released' must not pass: the figures would count as known too early.
        expected = f"one of {', '.join(OBSERVATION_COLUMNS)}"
        found.append(
            raw.finding("column", f"the column '{column}' is unknown", expected=expected, hint=close)
        )
    if ignored:
        one = len(ignored) == 1
        what = f"the column{'' if one else 's'} {', '.join(ignored)} {'is' if one else 'are'} unknown"
        found.append(Finding("column", "warning", what, file=raw.name, row=1, hint="ignored"))
    return found


def _means(column: str) -> str:
    """Return the column that another name usually stands for, or the name itself in lower case."""
    return _ALIASES.get(column.lower(), column.lower())


def is_calendar(raw: RawTable) -> bool:
    """Tell whether a table is a calendar of events, which may lie in a folder of figures."""
    return "effective_start" in raw.columns and "value" not in raw.columns


def _column(
    raw: RawTable,
    column: str,
    parse: Callable[[str], float | None],
    dtype: type[Number],
    findings: list[Finding],
    expected: str,
) -> tuple[npt.NDArray[Number], BoolArray]:
    values, bad = parse_cells(raw.cells[column], parse, dtype)
    hints = {"month": "monthly figures need a month's name, its first or its last day"}
    hint = hints.get(column, "correct the cell")
    for i in np.flatnonzero(bad):
        what = f"'{raw.cells[column][i]}' is not {expected}"
        findings.append(raw.finding(column, what, i, expected, hint))
    return values, bad


def _releases(
    raw: RawTable, month: IntArray, bad_month: BoolArray, lag: int, findings: list[Finding]
) -> tuple[IntArray, BoolArray, BoolArray]:
    """Return the release days, which could not be read, and which were given rather than assumed."""
    end = month_end(month)
    none = np.zeros(len(raw), dtype=bool)
    if "released" not in raw.cells:
        return end + lag, none, none
    cells = raw.cells["released"]
    empty = np.array([not text.strip() for text in cells], dtype=bool)
    days, bad = parse_cells(cells, lambda text: parse_day(text) if text.strip() else 0, np.int64)
    for i in np.flatnonzero(bad):
        hint = "correct the cell, or leave it empty"
        findings.append(raw.finding("released", f"'{cells[i]}' is not a day", i, "YYYY-MM-DD", hint))
    early = ~bad & ~empty & ~bad_month & (days < end)
    for i in np.flatnonzero(early):
        findings.append(
            Finding(
                "released",
                "error",
                f"released {day_text(days[i])}, before the month's end",
                file=raw.name,
                row=int(raw.rows[i]),
                month=month_text(int(month[i])),
                expected=f"{day_text(end[i])} or later",
                hint="give the day on which the figure was published, not the month it is about",
            )
        )
    return np.where(empty, end + lag, days), bad | early, ~empty


def _roundings(raw: RawTable, findings: list[Finding]) -> tuple[IntArray, BoolArray]:
    if "rounding" not in raw.cells:
        return np.ones(len(raw), dtype=np.int64), np.zeros(len(raw), dtype=bool)

    def read(text: str) -> int | None:
        if not text.strip():
            return 1
        value = parse_value(text)
        return int(value) if value is not None and value >= 1 and value == int(value) else None

    values, bad = parse_cells(raw.cells["rounding"], read, np.int64)
    for i in np.flatnonzero(bad):
        what = f"'{raw.cells['rounding'][i]}' is not a rounding unit"
        findings.append(raw.finding("rounding", what, i, "1, 10 ..."))
    return values, bad


def _names(raw: RawTable, series_id: str | None, findings: list[Finding]) -> TextArray:
    if "series_id" not in raw.cells:
        name = series_id or Path(raw.name.split("?")[0]).stem
        if holds_controls(name):
            what = f"the name {name!r} would name the series, and holds a control character"
            findings.append(raw.finding("control", what, None, "printable characters", "rename the file"))
        return _filled(len(raw), name)
    findings.extend(checked_texts(raw.cells["series_id"], raw.rows, "series_id", raw.name, is_id=True)[1])
    codes, distinct = pd.factorize(raw.cells["series_id"])
    stripped = np.array([text.strip() for text in distinct], dtype=object)
    names: TextArray = stripped[codes]
    for i in np.flatnonzero(names == ""):
        what = "the series_id is empty"
        findings.append(raw.finding("series_id", what, i, "the name of a series", "fill the cell"))
    return names


def _words(
    raw: RawTable, column: str, default: str | TextArray, findings: list[Finding]
) -> tuple[TextArray, BoolArray]:
    words = _filled(len(raw), default) if isinstance(default, str) else default
    if column not in raw.cells:
        return words, np.zeros(len(raw), dtype=bool)
    codes, distinct = pd.factorize(raw.cells[column])
    stripped = np.array([text.strip() for text in distinct], dtype=object)
    cells = stripped[codes]
    known = _VOCABULARIES[column]
    wrong_word = np.array([bool(word) and word not in known for word in stripped], dtype=bool)
    wrong: BoolArray = wrong_word[codes]
    for i in np.flatnonzero(wrong):
        expected, hint = f"one of {', '.join(known)}", nearest(str(cells[i]), known).strip()
        findings.append(raw.finding(column, f"'{cells[i]}' is unknown", i, expected, hint))
    return np.where(cells == "", words, cells), wrong


def _without_missing(rows: Rows, findings: list[Finding]) -> Rows:
    missing = np.isnan(rows.value)
    if not missing.any():
        return rows
    for i in np.flatnonzero(missing):
        hint = "the row is left out; write 0 for none"
        findings.append(rows.finding("value", "warning", "there is no figure", i, "a number", hint))
    return rows.take(~missing)


def _check_values(rows: Rows, counts: bool) -> list[Finding]:
    """Tell negative and broken values, errors of counts and else one warning a series, and vast ones."""
    found = [
        rows.finding(
            "large",
            "error",
            f"{rows.value[i]:g} has more than 15 digits",
            i,
            "a figure below 1e15, which is told apart from its neighbours",
            "correct the cell, or give the figures in larger units",
        )
        for i in np.flatnonzero(np.abs(rows.value) >= 1e15)
    ]
    for check, wrong, what in (
        ("negative", rows.value < 0, "is negative"),
        ("whole", rows.value != np.floor(rows.value), "is not a whole number"),
    ):
        positions = np.flatnonzero(wrong)
        if not counts:
            _, firsts = np.unique(rows.series_id[positions].astype(str), return_index=True)
            totals = Counter(str(name) for name in rows.series_id[positions])
            positions = positions[np.sort(firsts)]
        for i in positions:
            text = f"{rows.value[i]:g} {what}"
            if counts:
                found.append(
                    rows.finding(check, "error", text, i, "a whole number, 0 or more", "correct the cell")
                )
                continue
            rest = totals[str(rows.series_id[i])] - 1
            text += f", and {rest} more in this series" if rest else ""
            found.append(rows.finding(check, "warning", text, i, "", "the series is not treated as counts"))
    return found
