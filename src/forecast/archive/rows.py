"""How one round becomes rows: names as numbers, months and dates as text, missing numbers as NULL."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from forecast.archive.schema import ArchiveError

#: A source file has at most so many bytes; a small packed one could else fill the memory.
MOST_UNPACKED = 500_000_000
#: What makes a row of forecasts: model, what it knew, scenario, series.
NAME = ("model", "knowledge", "scenario", "series_id")
RUN_COLUMNS = (
    "experiment",
    "kind",
    "as_of",
    "revision",
    "written",
    "headline",
    "baseline",
    "last_month",
    "config",
    "config_digest",
    "figures",
    "events",
    "known",
    "inputs",
    "software",
    "result",
)


#: The reason of a change as it is hashed: one that an older version wrote counts as it was written.
_REASON = (
    "CASE WHEN why IN ('', 'text') AND month = '' AND number = 0 THEN text"
    " ELSE why || '|' || month || '|' || number || '|' || text END"
)
_SCORE_NOTE = "CASE s.note WHEN 'text' THEN s.message WHEN '' THEN '' ELSE s.note || '|' || s.message END"
#: The rows that a run wrote of itself; its forecasts have a hash in `runs.result`.
_OWN = (
    f"SELECT {', '.join(RUN_COLUMNS)} FROM runs WHERE id = ?",  # noqa: S608
    (
        "SELECT n.model, n.knowledge, n.scenario, n.series_id, f.origin, f.status, f.n_months, f.events_used,"
        " f.message FROM folds f JOIN names n ON n.id = f.name WHERE f.run = ? ORDER BY 1, 2, 3, 4, 5"
    ),
    (
        "SELECT n.model, n.knowledge, n.scenario, n.series_id, s.horizon, s.scale, s.metric, s.value,"
        " s.skill, s.n_ok, s.n, {note} FROM scores s JOIN names n ON n.id = s.name WHERE s.run = ? ORDER BY"
        " 1, 2, 3, 4, 5, 6, 7"
    ),
    (
        "SELECT series_id, position, replace(step, '_', ' '), forecast, change, {why} FROM changes WHERE run"
        " = ? ORDER BY 1, 2"
    ),
    "SELECT path, title, summary, command, png, digest FROM reports WHERE run = ?",
)


def run_digest(connection: sqlite3.Connection, run: int) -> str:
    """Return the hash of all rows that a run wrote of itself, as the archive has them."""
    total = hashlib.sha256()
    # an archive of schema 3 that is only read has sentences, and no columns for values
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    why, note = (_REASON, _SCORE_NOTE) if version > 3 else ("why", "s.note")
    for number, question in enumerate(_OWN):
        for row in connection.execute(question.replace("{why}", why).replace("{note}", note), (run,)):
            total.update(f"{number}{row!r}\n".encode())
    return total.hexdigest()


class ReportEntry(TypedDict):
    """The report of a round: its place in the site, what it says, how it was made, the hash of its folder."""

    path: str
    title: str
    summary: str
    command: str
    png: bool
    digest: str


@dataclass(frozen=True)
class Entry:
    """One round as the archive takes it.

    Attributes
    ----------
    experiment, kind, as_of, headline, baseline, last_month : str
        What was made; `kind` is published or replayed, `as_of` an ISO date.
    config, config_digest : str
        The settings as JSON, and their hash.
    figures, events, known : str
        Hashes of the figures, of the calendar, and of the figures as known at `as_of`.
    software : mapping
        Package -> version.
    forecasts : DataFrame
        The forecasts of this origin, scenario forecasts included.
    inputs : mapping of str to bytes
        The source files by name; kept once for each content.
    vintages, folds, scores, matured, changes : DataFrame
        Figures seen; folds of this origin and those that failed; the replay's scores over all eras; forecasts
        of earlier runs that can be scored now (with a column ``run``); steps of 'what changed'.
    report : ReportEntry, optional
        The page, where there is one.
    """

    experiment: str
    kind: str
    as_of: str
    headline: str
    baseline: str
    last_month: str
    config: str
    config_digest: str
    figures: str
    events: str
    known: str
    software: Mapping[str, str]
    forecasts: pd.DataFrame
    written: str
    revision: int = 1
    inputs: Mapping[str, bytes] = field(default_factory=dict)
    vintages: pd.DataFrame = field(default_factory=pd.DataFrame)
    folds: pd.DataFrame = field(default_factory=pd.DataFrame)
    scores: pd.DataFrame = field(default_factory=pd.DataFrame)
    matured: pd.DataFrame = field(default_factory=pd.DataFrame)
    changes: pd.DataFrame = field(default_factory=pd.DataFrame)
    report: ReportEntry | None = None

    @property
    def result(self) -> str:
        """Hash of the forecasts."""
        return digest_of(self.forecasts)


def digest_of(forecasts: pd.DataFrame) -> str:
    """Return the hash of a forecast table, whatever the order of its rows; values count to ten digits.

    Means, which have no level and are not kept, do not count.
    """
    kept = forecasts[forecasts["level"].notna()]
    columns = (*NAME, "month", "horizon", "level", "value")
    return rows_digest(zip(*(kept[column] for column in columns), strict=True))


def rows_digest(rows: Iterable[tuple[str | float | None, ...]]) -> str:
    """Return the hash of forecasts given row by row: name, month, horizon, level, value."""
    lines = sorted(
        f"{m}|{k}|{c}|{s}|{month}|{h}|{p:g}|{value:.10g}" for m, k, c, s, month, h, p, value in rows
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def insert_input(connection: sqlite3.Connection, data: bytes, name: str = "a source file") -> str:
    """Insert a source file where it is not there yet, and return its hash."""
    if len(data) > MOST_UNPACKED:
        raise ArchiveError(
            f"{name}: has {len(data) / 1e6:,.0f} MB, and the archive takes source files up to"
            f" {MOST_UNPACKED / 1e6:g} MB; nothing was changed"
        )
    digest = hashlib.sha256(data).hexdigest()
    if connection.execute("SELECT 1 FROM inputs WHERE digest = ?", (digest,)).fetchone() is None:
        connection.execute("INSERT INTO inputs VALUES (?, ?)", (digest, zlib.compress(data, 9)))
    return digest


def insert(connection: sqlite3.Connection, entry: Entry, on_step: Callable[[str], None]) -> int:
    """Insert a round inside the open transaction and return its number."""
    digests = {name: insert_input(connection, data, name) for name, data in sorted(entry.inputs.items())}
    values = {
        **{column: getattr(entry, column) for column in RUN_COLUMNS if column not in ("inputs", "software")},
        "inputs": json.dumps(digests),
        "software": json.dumps(dict(sorted(entry.software.items()))),
    }
    columns, marks = ", ".join(RUN_COLUMNS), ", ".join("?" * len(RUN_COLUMNS))
    run = connection.execute(
        f"INSERT INTO runs ({columns}) VALUES ({marks})",  # noqa: S608
        [values[column] for column in RUN_COLUMNS],
    ).lastrowid
    number = int(run or 0)
    on_step("archive: rows")
    names = _Names(connection)
    _rows(connection, "forecasts", entry.forecasts, ("horizon", "level", "month", "value"), number, names)
    _rows(
        connection,
        "folds",
        entry.folds,
        ("origin", "status", "n_months", "events_used", "message"),
        number,
        names,
    )
    score_columns = ("horizon", "scale", "metric", "value", "skill", "n_ok", "n", "note", "message")
    _rows(connection, "scores", entry.scores, score_columns, number, names)
    _matured(connection, entry.matured, names)
    _vintages(connection, entry.vintages, entry.written)
    for position, row in enumerate(entry.changes.itertuples(index=False)):
        cells = (
            number,
            row.series_id,
            position,
            row.step,
            _number(row.forecast),
            _real(row.change),
            str(row.why),
            str(row.month),
            row.number,
            str(row.text),
        )
        connection.execute("INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", cells)
    if entry.report is not None:
        r = entry.report
        connection.execute(
            "INSERT INTO reports VALUES (?, ?, ?, ?, ?, ?, ?)",
            (number, r["path"], r["title"], r["summary"], r["command"], int(r["png"]), r["digest"]),
        )
    connection.execute("INSERT INTO digests VALUES (?, ?)", (number, run_digest(connection, number)))
    return number


class _Names:
    """Numbers of (model, knowledge, scenario, series), made when first needed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.known: dict[tuple[str, ...], int] = {}

    def __call__(self, key: tuple[str, ...]) -> int:
        if key not in self.known:
            self.connection.execute(
                "INSERT OR IGNORE INTO names (model, knowledge, scenario, series_id) VALUES (?, ?, ?, ?)", key
            )
            row = self.connection.execute(
                "SELECT id FROM names WHERE model = ? AND knowledge = ? AND scenario = ? AND series_id = ?",
                key,
            ).fetchone()
            self.known[key] = int(row[0])
        return self.known[key]


def _cells(table: pd.DataFrame, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return rows as SQLite takes them: months and dates as text,
    missing numbers as NULL, texts never NULL.
    """
    out = []
    for column in columns:
        values = table[column]
        if isinstance(values.dtype, pd.PeriodDtype):
            cells: list[Any] = values.astype(str).tolist()
        elif values.dtype.kind == "M":
            cells = values.dt.strftime("%Y-%m-%d").tolist()
        elif values.dtype.kind == "f":
            cells = [None if not np.isfinite(v) else float(v) for v in values]
        elif values.dtype.kind in "iu":
            cells = [int(v) for v in values]
        else:
            cells = ["" if v is None or v is pd.NA or v != v else _plain(v) for v in values]
        out.append(cells)
    return list(zip(*out, strict=True))


def _plain(value: Any) -> Any:
    if isinstance(value, (str, int, float)):
        return value
    return value.strftime("%Y-%m-%d") if isinstance(value, pd.Timestamp) else str(value)


def _number(value: Any) -> float:
    return float(value)


def _real(value: Any) -> float | None:
    return None if value is None or not np.isfinite(float(value)) else float(value)


def _rows(
    connection: sqlite3.Connection,
    table: str,
    rows: pd.DataFrame,
    columns: Sequence[str],
    run: int,
    names: _Names,
) -> None:
    if rows.empty:
        return
    rows = rows.assign(scenario=rows.get("scenario", ""))
    if table == "scores":
        rows = rows.assign(horizon=rows["horizon"].astype(str))
    if table == "forecasts":
        rows = rows[rows["level"].notna()]  # means are made from the paths of one run and not kept
        rows = rows.assign(level=rows["level"].astype(float).round(6))
    keys = [names(tuple(map(str, key))) for key in zip(*(rows[c] for c in NAME), strict=True)]
    marks = ", ".join("?" * (2 + len(columns)))
    connection.executemany(
        f"INSERT INTO {table} (run, name, {', '.join(columns)}) VALUES ({marks})",  # noqa: S608
        [(run, key, *cells) for key, cells in zip(keys, _cells(rows, columns), strict=True)],
    )


_MATURED = (
    "month",
    "truth_kind",
    "as_of",
    "horizon",
    "truth",
    "error",
    "wis",
    "spread",
    "over",
    "under",
    "inside_50",
    "inside_80",
)


def _matured(connection: sqlite3.Connection, rows: pd.DataFrame, names: _Names) -> None:
    if rows.empty:
        return
    keys = [names(tuple(map(str, key))) for key in zip(*(rows[c] for c in NAME), strict=True)]
    marks = ", ".join("?" * (2 + len(_MATURED)))
    connection.executemany(
        f"INSERT OR IGNORE INTO matured (run, name, {', '.join(_MATURED)}) VALUES ({marks})",  # noqa: S608
        [
            (int(run), key, *(int(c) if i >= 10 and c is not None else c for i, c in enumerate(cells)))
            for run, key, cells in zip(rows["run"], keys, _cells(rows, _MATURED), strict=True)
        ],
    )


_VINTAGE = (
    "series_id",
    "month",
    "released",
    "value",
    "status",
    "release_basis",
    "value_basis",
    "rounding",
    "source",
)


def _vintages(connection: sqlite3.Connection, rows: pd.DataFrame, seen: str) -> None:
    if rows.empty:
        return
    columns, marks = ", ".join((*_VINTAGE, "seen")), ", ".join("?" * 10)
    connection.executemany(
        f"INSERT OR IGNORE INTO vintages ({columns}) VALUES ({marks})",  # noqa: S608
        [(*cells, seen) for cells in _cells(rows, _VINTAGE)],
    )
