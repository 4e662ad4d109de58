"""The whole archive as CSV files, for those who read no SQLite."""

from __future__ import annotations

import csv
import sqlite3
from pathlib import Path

from forecast.archive.integrity import unpack
from forecast.archive.schema import TABLES, ArchiveError
from forecast.errors import counted
from forecast.files import folder_aside, inside, safe_cell

#: What stands in a file: names in place of their numbers.
_QUESTIONS = {
    "forecasts": "SELECT * FROM forecast_rows",
    "matured": "SELECT * FROM matured_rows",
    "folds": (
        "SELECT f.run, n.model, n.knowledge, n.scenario, n.series_id, f.origin, f.status, f.n_months,"
        " f.events_used, f.message FROM folds f JOIN names n ON n.id = f.name"
    ),
    "scores": (
        "SELECT s.run, n.model, n.knowledge, n.scenario, n.series_id, s.horizon, s.scale, s.metric, s.value,"
        " s.skill, s.n_ok, s.n, s.note FROM scores s JOIN names n ON n.id = s.name"
    ),
}


def export(connection: sqlite3.Connection, folder: Path) -> str:
    """Write every table into a new folder, aside first, and return what was written.

    Raises
    ------
    ArchiveError
        If the folder exists and is not empty, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ArchiveError(f"{folder}: exists and is not an empty folder; give a new one", 2)
    try:
        with folder_aside(folder) as aside:
            lines = [_table(connection, table, aside) for table in TABLES if table not in ("names", "inputs")]
            number = _inputs(connection, aside / "inputs")
    except OSError as error:
        raise ArchiveError(f"{folder}: cannot be written ({error.strerror or error})") from error
    return "\n".join([f"{folder}:", *lines, f"  inputs/: {number} source files"])


def _inputs(connection: sqlite3.Connection, folder: Path) -> int:
    """Write the source files by their hashes and return how many they are."""
    folder.mkdir()
    number = 0
    for digest, packed in connection.execute("SELECT digest, data FROM inputs ORDER BY digest"):
        path = inside(folder, f"{digest}.csv", "inputs.digest")
        try:
            path.write_bytes(unpack(packed, digest))
        except ValueError as error:
            raise ArchiveError(
                f"source file {digest!r}: {error}; `forecast archive check` says more", 4
            ) from error
        number += 1
    return number


def _table(connection: sqlite3.Connection, table: str, folder: Path) -> str:
    cursor = connection.execute(_QUESTIONS.get(table, f"SELECT * FROM {table}"))  # noqa: S608
    count = 0
    with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([c[0] for c in cursor.description])
        for row in cursor:
            writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
            count += 1
    return f"  {table}.csv: {counted(count, 'row')}"
