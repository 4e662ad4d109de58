"""A small round for tests of the archive; other processes import it too."""

import contextlib
import sqlite3
import tempfile
from pathlib import Path

import pandas as pd

from forecast.archive import schema
from forecast.archive.rows import Entry
from forecast.archive.store import Archive

__all__ = ["Archive", "entry", "older", "reachable", "tampered"]


def older(archive, version):
    """Turn an archive into one that an older version of this package wrote."""
    old = archive.path.with_name("old.sqlite")
    with contextlib.closing(sqlite3.connect(old)) as made:
        for script in schema.MIGRATIONS[:version]:
            made.executescript(script)
        made.execute(f"PRAGMA application_id = {schema.APPLICATION}")
        made.execute(f"PRAGMA user_version = {version}")
        made.execute("ATTACH ? AS new", (str(archive.path),))
        there = {name for (name,) in made.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")}
        for table in (t for t in schema.TABLES if t in there):
            columns = ", ".join(row[1] for row in made.execute(f"PRAGMA main.table_info({table})"))
            made.execute(f"INSERT INTO main.{table} SELECT {columns} FROM new.{table}")
        made.commit()
    for name in (archive.path.name, f"{archive.path.name}-wal", f"{archive.path.name}-shm"):
        archive.path.with_name(name).unlink(missing_ok=True)
    old.rename(archive.path)


@contextlib.contextmanager
def tampered(archive):
    """Yield a connection that may change anything; the guards are back afterwards, as a forger would leave them."""
    with contextlib.closing(sqlite3.connect(archive.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in guards:
            connection.execute(sql)


def reachable(folder):
    """Let every user reach a folder of tests, but not write into it."""
    top = Path(tempfile.gettempdir())
    for path in (folder, *folder.parents):
        if top in path.parents:
            path.chmod(0o755)


def entry(as_of="2024-05-07", **more):
    levels = (0.1, 0.25, 0.5, 0.75, 0.9)
    last = pd.Period(as_of[:7], "M") - 1
    rows = [
        {
            "model": m,
            "series_id": "a",
            "origin": pd.Timestamp(as_of),
            "month": last + h,
            "horizon": h,
            "knowledge": "none",
            "scenario": "",
            "level": p,
            "value": 100.0 + 10 * h + 50 * p + len(m),
        }
        for m in ("short", "random_walk")
        for h in (1, 2, 3)
        for p in levels
    ]
    vintages = pd.DataFrame(
        {
            "series_id": "a",
            "month": pd.period_range("2024-01", last, freq="M"),
            "value": 100.0,
            "released": pd.Timestamp(as_of),
            "release_basis": "day",
            "status": "final",
            "value_basis": "published",
            "rounding": 1.0,
            "source": "x",
        }
    )
    folds = pd.DataFrame(
        [
            {
                "model": "short",
                "knowledge": "none",
                "scenario": "",
                "series_id": "a",
                "origin": pd.Timestamp(as_of),
                "status": "ok",
                "n_months": 40,
                "events_used": "",
                "message": "",
            }
        ]
    )
    made = {
        "experiment": "e",
        "kind": "published",
        "as_of": as_of,
        "headline": "short",
        "baseline": "random_walk",
        "last_month": str(last),
        "config": "{}",
        "config_digest": "c",
        "figures": "f",
        "events": "v",
        "known": "k" + as_of,
        "software": {"python": "3"},
        "forecasts": pd.DataFrame(rows),
        "written": as_of + "T00:00:00Z",
        "inputs": {"figures.csv": b"month,value\\n" * 50},
        "vintages": vintages,
        "folds": folds,
    }
    return Entry(**{**made, **more})
