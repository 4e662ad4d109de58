"""Files that state many months at once, each public from one day, as an append-only history.

A snapshot says what was known on its day. Merged in the order of their days, snapshots leave one row for
each change; a month that first appears after its own update stands in from that update's day, marked
``backfilled``.
"""

from __future__ import annotations

import bisect
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from forecast.data.official import OFFICIAL_LAG_DAYS, OfficialFile
from forecast.data.parse import day_text, month_end, month_text, parse_day, parse_month
from forecast.data.read import read_table
from forecast.data.tidy import Rows
from forecast.errors import Finding, counted

_DAY_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2}-\d{2}-\d{2})(?!\d)")

#: (released, value, file) of each figure of a month, in the order of release.
History = dict[tuple[str, int], list[tuple[int, float, str]]]


@dataclass(frozen=True)
class Snapshot:
    """One vintage.

    Attributes
    ----------
    name : str
        The file.
    figures : dict
        series_id -> (first month, values of consecutive months).
    day : int
        The day on which it became public.
    given : bool
        True when the day was stated rather than assumed.
    own_day : callable
        month -> the day on which a month's own update is taken to have come out.
    closed_to : int
        Months up to this one are final; -1 when that is unknown (then every month is).
    newest : int
        The month that this vintage was published for.
    """

    name: str
    figures: Mapping[str, tuple[int, np.ndarray]]
    day: int
    given: bool
    own_day: Callable[[int], int]
    closed_to: int
    newest: int


@cache
def calendar() -> Mapping[int, int]:
    """Return the bundled calendar of updates: month -> day, as numbers."""
    raw = read_table(Path(__file__).parent / "bundled" / "releases.csv")
    pairs = zip(raw.cells["month"], raw.cells["released"], strict=True)
    return {
        m: d for m, d in ((parse_month(a), parse_day(b)) for a, b in pairs) if m is not None and d is not None
    }


def day_in_name(name: str) -> int | None:
    """Return the day that a file's name states, the last one of several; None when there is none."""
    days = [parse_day(text) for text in _DAY_IN_NAME.findall(Path(name).name)]
    return next((day for day in reversed(days) if day is not None), None)


def sidecar(folder: Path) -> tuple[dict[str, int], list[Finding]]:
    """Return file name -> release day of ``released.csv`` in a folder (columns ``file,released``)."""
    path = folder / "released.csv"
    if not path.is_file():
        return {}, []
    raw = read_table(path)
    if not {"file", "released"}.issubset(raw.columns):
        what = f"the columns are {', '.join(raw.columns)}"
        return {}, [raw.finding("header", what, expected="file,released")]
    days, findings = {}, list(raw.findings)
    for i, (file, text) in enumerate(zip(raw.cells["file"], raw.cells["released"], strict=True)):
        day = parse_day(text)
        if day is None:
            findings.append(raw.finding("released", f"'{text}' is not a day", i, "YYYY-MM-DD"))
        else:
            days[file.strip()] = day
    return days, findings


def official_snapshot(
    file: OfficialFile, day: int | None, lag: int = 0
) -> tuple[Snapshot | None, list[Finding]]:
    """Return an official file as a vintage.

    Parameters
    ----------
    file : OfficialFile
        The file.
    day : int or None
        The day on which it became public, when stated.
    lag : int
        Days after a month's end for months outside the bundled calendar; 0 = `OFFICIAL_LAG_DAYS`.
    """
    days = calendar()

    def own_day(month: int) -> int:
        return days.get(month, int(month_end(np.array(month))) + (lag or OFFICIAL_LAG_DAYS))

    end = int(month_end(np.array(file.data_month)))
    if day is not None and day < end:
        finding = Finding(
            "released",
            "error",
            f"released {day_text(day)}, before the file's data month ended",
            file=file.name,
            month=month_text(file.data_month),
            expected=f"{day_text(end)} or later",
            hint="correct the day in released.csv, in the file's name or in the call",
        )
        return None, [finding]
    # The last closed fiscal year ends in the September before the data month, or in the data month itself.
    closed_to = file.data_month if file.closed else file.data_month - (file.data_month - 8) % 12
    snapshot = Snapshot(
        file.name,
        file.figures,
        own_day(file.data_month) if day is None else day,
        day is not None,
        own_day,
        closed_to,
        file.data_month,
    )
    return snapshot, []


def merge(snapshots: list[Snapshot], history: History | None = None) -> tuple[list[Row], list[Finding]]:
    """Merge vintages, oldest first, into a history.

    Parameters
    ----------
    snapshots : list of Snapshot
        The vintages.
    history : dict, optional
        What is there already; it is extended.

    Returns
    -------
    rows : list of Row
        The rows to add.
    findings : list of Finding
        Two files of one day that disagree, and a vintage older than what is there.
    """
    known: History = {} if history is None else history
    rows: list[Row] = []
    findings: list[Finding] = []
    newest: dict[str, int] = {}
    for (series_id, _), entries in known.items():
        newest[series_id] = max(newest.get(series_id, entries[-1][0]), entries[-1][0])
    for snapshot in sorted(snapshots, key=lambda s: (s.day, s.name)):
        rows.extend(_merge_one(snapshot, known, newest, findings))
    return rows, findings


@dataclass(frozen=True)
class Row:
    """One row to add to a table of observations."""

    series_id: str
    month: int
    value: float
    released: int
    release_basis: str
    status: str
    value_basis: str
    source: str


def _merge_one(
    snapshot: Snapshot, known: History, newest: dict[str, int], findings: list[Finding]
) -> list[Row]:
    rows: list[Row] = []
    clashes: dict[str, list[str]] = {}
    same: dict[str, int] = {}
    older: list[str] = []
    for series_id, (first, values) in snapshot.figures.items():
        for month, value in enumerate(values.tolist(), start=first):
            if math.isnan(value):  # a month that the file does not hold
                continue
            entries = known.setdefault((series_id, month), [])
            at = bisect.bisect_right([released for released, _, _ in entries], snapshot.day)
            current = entries[at - 1] if at else None
            own = Path(snapshot.name).name
            what = f"{series_id} {month_text(month)}: {value:,.10g}"
            if current is not None and current[1] == value:
                if current[0] == snapshot.day and current[2] != own:
                    same[current[2]] = same.get(current[2], 0) + 1
            elif entries and snapshot.day < newest.get(series_id, snapshot.day):
                # A stand-in of a later file may already lie before this day: adding would undo that file.
                older.append(f"{what} here, {entries[-1][1]:,.10g} from {entries[-1][2]}")
            elif current is not None and current[0] == snapshot.day:
                clashes.setdefault(current[2], []).append(f"{what} here, {current[1]:,.10g} there")
            else:
                row = _row(
                    snapshot, series_id, month, value, bool(entries), known.get((series_id, month - 1))
                )
                entries.append((row.released, value, own))
                rows.append(row)
    for series_id in snapshot.figures:
        newest[series_id] = max(newest.get(series_id, snapshot.day), snapshot.day)
    findings.extend(_merge_findings(snapshot, clashes, same, older))
    return rows


def _row(
    snapshot: Snapshot,
    series_id: str,
    month: int,
    value: float,
    revised: bool,
    before: list[tuple[int, float, str]] | None,
) -> Row:
    released, basis, value_basis = snapshot.day, "day" if snapshot.given else "assumed", "published"
    if not revised and month < snapshot.newest:
        own = snapshot.own_day(month)
        if before:
            # The vintage that first held the preceding month did not hold this one.
            own = max(own, before[0][0] + 1)
        if own < released:
            released, basis, value_basis = own, "assumed", "backfilled"
    final = snapshot.closed_to < 0 or (
        month <= snapshot.closed_to and (value_basis == "published" or month % 12 == 8)
    )
    status = "final" if final else "provisional"
    return Row(series_id, month, value, released, basis, status, value_basis, Path(snapshot.name).name)


def _merge_findings(
    snapshot: Snapshot, clashes: dict[str, list[str]], same: dict[str, int], older: list[str]
) -> list[Finding]:
    found = []
    for other, told in clashes.items():
        found.append(
            Finding(
                "overlap",
                "error",
                f"{counted(len(told), 'figure', 'differ')} from those of {other}, released the same day"
                f" ({day_text(snapshot.day)}): {told[0]}",
                file=snapshot.name,
                expected="one figure for each series, month and day",
                hint="leave one of the two files out, or state their days in released.csv (file,released)",
            )
        )
    for other, count in same.items():
        found.append(
            Finding(
                "overlap",
                "warning",
                f"{counted(count, 'figure', 'stand')} in {other} of the same day as well",
                file=snapshot.name,
                hint="counted once",
            )
        )
    if older:
        found.append(
            Finding(
                "order",
                "error",
                f"released {day_text(snapshot.day)}, but later files are there already and differ in"
                f" {counted(len(older), 'figure')}: {older[0]}",
                file=snapshot.name,
                expected="files in the order of their release",
                hint="import the older file first, into an empty folder, then the newer ones",
            )
        )
    return found


def rows_of(added: list[Row], files: tuple[str, ...]) -> Rows:
    """Return rows of snapshots as rows of files, without a place in them."""
    names = {Path(file).name: k for k, file in enumerate(files)}

    def texts(name: str) -> np.ndarray:
        column = np.empty(len(added), dtype=object)
        column[:] = [getattr(row, name) for row in added]
        return column

    return Rows(
        texts("series_id"),
        np.array([row.month for row in added], dtype=np.int64),
        np.array([row.value for row in added], dtype=np.float64),
        np.array([row.released for row in added], dtype=np.int64),
        texts("release_basis"),
        texts("status"),
        texts("value_basis"),
        np.ones(len(added), dtype=np.int64),
        texts("source"),
        np.zeros(len(added), dtype=np.int64),
        np.array([names.get(row.source, 0) for row in added], dtype=np.int64),
        files,
    )
