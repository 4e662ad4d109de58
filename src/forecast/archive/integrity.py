"""Whether the content of an archive is what was written: hashes of every run, limits of what is unpacked."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from forecast.archive.rows import MOST_UNPACKED, rows_digest, run_digest
from forecast.archive.schema import TABLES, ArchiveError, corrupt, how_to_restore
from forecast.files import path_problem

_CHUNK = 1 << 20
_FORECASTS = (
    "SELECT n.model, n.knowledge, n.scenario, n.series_id, f.month, f.horizon, f.level, f.value"
    " FROM forecasts f JOIN names n ON n.id = f.name WHERE f.run = ?"
)


def unpacked(packed: bytes, most: int = MOST_UNPACKED) -> Iterator[bytes]:
    """Yield the pieces of a packed source file.

    Raises
    ------
    ValueError
        When it is damaged, cut, or larger than the limit.
    """
    machine, size = zlib.decompressobj(), 0
    try:
        while not machine.eof:
            piece = machine.decompress(packed, _CHUNK)
            packed = machine.unconsumed_tail
            if not piece and not packed and not machine.eof:
                raise ValueError("it is cut")
            size += len(piece)
            if size > most:
                raise ValueError(f"it unpacks to more than {most / 1e6:g} MB")
            yield piece
    except zlib.error as error:
        raise ValueError(f"it cannot be unpacked ({error})") from error


def unpack(packed: bytes, digest: str) -> bytes:
    """Return a source file of the archive.

    Raises
    ------
    ValueError
        When it cannot be unpacked within the limit or does not match its hash.
    """
    data = b"".join(unpacked(packed))
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError("it does not match its hash")
    return data


def check_content(connection: sqlite3.Connection, path: Path) -> list[str]:
    """Check everything that an archive holds against its hashes and return what a reader should know.

    The schema must have been looked at before.

    Raises
    ------
    ArchiveError
        At the first table that is not what was written, with how to restore it.
    """
    found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
    if found != ["ok"]:
        raise corrupt(path, "; ".join(found[:3]))
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise corrupt(path, f"rows point to rows that are missing: {len(broken)}")
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    counts = {
        table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
        for table in TABLES
        if table in there
    }
    _check_inputs(connection, path)
    old = _check_runs(connection, path)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    rows = ", ".join(f"{n:,} {table}" for table, n in counts.items() if n)
    lines = [
        "integrity: ok",
        f"schema {version}, {path.stat().st_size / 1e6:.1f} MB",
        f"rows: {rows or 'none'}",
        f"contents: {counts['runs']:,} runs and {counts['inputs']:,} source files are as their hashes say",
    ]
    if old:
        lines.append(f"no hash kept: settings, folds and scores of {len(old):,} runs of an older schema")
    means = sum(old)
    if means:
        lines.append(f"no hash kept: forecasts of {means:,} runs of an older schema that made series add up")
    return lines


def _check_inputs(connection: sqlite3.Connection, path: Path) -> None:
    for digest, packed in connection.execute("SELECT digest, data FROM inputs"):
        total = hashlib.sha256()
        try:
            for piece in unpacked(packed):
                total.update(piece)
        except ValueError as error:
            raise corrupt(path, f"source file {digest!r}: {error}") from error
        if total.hexdigest() != digest:
            raise corrupt(path, f"source file {digest!r} does not match its hash")


def _check_runs(connection: sqlite3.Connection, path: Path) -> list[bool]:
    """Check every run; return for each without a hash of its own whether its forecasts have none either."""
    kept = dict(_digests(connection))
    inputs = {digest for (digest,) in connection.execute("SELECT digest FROM inputs")}
    reports = dict(connection.execute("SELECT run, path FROM reports"))
    old = []
    runs = connection.execute("SELECT id, result, inputs, config FROM runs ORDER BY id").fetchall()
    for run, result, files, config in runs:
        named, settings = _plain(files, run, path), _plain(config, run, path)
        _check_paths([reports.get(run, "reports"), *named], run, path)
        if missing := [name for name, digest in named.items() if digest not in inputs]:
            raise corrupt(path, f"run {run}: the source file {missing[0]!r} is missing")
        # means have no level and are not kept; before schema 3 they were part of the hash
        summed = (settings.get("reconciliation") or {}).get("method", "none") != "none"
        uncertain = summed and run not in kept
        if not uncertain and rows_digest(connection.execute(_FORECASTS, (run,))) != result:
            raise corrupt(path, f"run {run}: its forecasts are not those that were written")
        if run not in kept:
            old.append(uncertain)
        elif run_digest(connection, run) != kept[run]:
            raise corrupt(
                path, f"run {run}: its settings, folds, scores or report are not those that were written"
            )
    return old


def _digests(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'digests'").fetchone()
    return connection.execute("SELECT run, content FROM digests").fetchall() if there else []


def _plain(text: str, run: int, path: Path) -> dict[str, Any]:
    try:
        plain = json.loads(text)
    except ValueError as error:
        raise corrupt(path, f"run {run}: its settings or inputs are no JSON ({error})") from error
    if not isinstance(plain, dict):
        raise corrupt(path, f"run {run}: its settings or inputs are no group of keys")
    return plain


def _check_paths(names: list[str], run: int, path: Path) -> None:
    for name in names:
        if problem := path_problem(name):
            raise ArchiveError(
                f"{path}: run {run} names the path {name!r}, which leaves its folder ({problem}); nothing was"
                f" written. {how_to_restore(path)}",
                2,
            )
