"""One more event at the end of a calendar file, checked with all that stands there already."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from forecast.errors import Finding, nearest, raise_for_errors
from forecast.events import reading
from forecast.events.calendar import read_calendar
from forecast.files import safe_cell, write_file


def add_event(path: str | Path, cells: Mapping[str, str]) -> list[Finding]:
    """Append one event to a calendar file, if the file with it passes every check; the file is replaced as a
    whole.

    Parameters
    ----------
    path : str or Path
        The file; it is made when there is none.
    cells : mapping of str to str
        At least ``id``, ``announced_date``, ``effective_start`` and ``shape``. A column that the file lacks
        is an error: a row is appended, nothing is rewritten.

    Returns
    -------
    list of Finding
        Warnings about the new row.

    Raises
    ------
    DataError
        With every problem; the file is then left as it is.
    """
    target = Path(path)
    findings, row = check_event(target, cells)
    raise_for_errors(findings)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    before = target.read_bytes() if target.exists() else b""
    if not before:
        writer.writerow(map(safe_cell, row.columns))
    elif not before.endswith((b"\n", b"\r")):
        text.write("\n")
    writer.writerow(map(safe_cell, row.iloc[0]))
    write_file(target, before + text.getvalue().encode())
    return findings


def check_event(path: str | Path, cells: Mapping[str, str]) -> tuple[list[Finding], pd.DataFrame]:
    """Return what would be wrong or doubtful if an event were
    appended to a file, and its row; nothing is written.
    """
    target = Path(path)
    if target.exists():
        table, findings = read_calendar(target)
        raise_for_errors(findings)
        header = [str(column) for column in table.columns]
        raise_for_errors(_cells_without_column(cells, header, target.name))
        line = len(target.read_text(encoding="utf-8-sig").splitlines()) + 1
    else:
        header = [c for c in reading.COLUMNS if c in cells or c in reading.NEEDED]
        header += [c for c in cells if c not in header]
        table, line = pd.DataFrame(columns=header), 2
    row = pd.DataFrame([[str(cells.get(c, "")).strip() for c in header]], columns=header, index=[line])
    both = pd.concat([table, row]) if len(table) else row
    findings = [*reading.check_rows(both, target.name), *reading.check_sources(row, target.name)]
    return [f for f in findings if f.row == line or f.severity == "error"], row


def _cells_without_column(cells: Mapping[str, str], header: list[str], file: str) -> list[Finding]:
    return [
        Finding(
            "column",
            "error",
            f"the file has no column '{column}'",
            file=file,
            row=1,
            hint=nearest(column, header).strip() or "add the column to the file first",
        )
        for column in cells
        if column not in header
    ]
