"""The tables of the archive, version by version, and the words for what SQLite may complain of."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from forecast.errors import ForecastError
from forecast.files import file_aside, tell

#: `PRAGMA application_id` of an archive: a file of another programme is refused.
APPLICATION = 0x46435354

_TABLES = """
CREATE TABLE names (
  id INTEGER PRIMARY KEY, model TEXT NOT NULL, knowledge TEXT NOT NULL, scenario TEXT NOT NULL,
  series_id TEXT NOT NULL, UNIQUE (model, knowledge, scenario, series_id)) STRICT;
CREATE TABLE inputs (digest TEXT PRIMARY KEY, data BLOB NOT NULL) STRICT;
CREATE TABLE vintages (
  series_id TEXT NOT NULL, month TEXT NOT NULL, released TEXT NOT NULL, value REAL NOT NULL,
  status TEXT NOT NULL,
  release_basis TEXT NOT NULL, value_basis TEXT NOT NULL, rounding REAL, source TEXT NOT NULL,
  seen TEXT NOT NULL,
  PRIMARY KEY (series_id, month, released, value, status)) STRICT, WITHOUT ROWID;
CREATE TABLE runs (
  id INTEGER PRIMARY KEY, experiment TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('published',
  'replayed')),
  as_of TEXT NOT NULL, revision INTEGER NOT NULL, written TEXT NOT NULL, headline TEXT NOT NULL,
  baseline TEXT NOT NULL,
  last_month TEXT NOT NULL, config TEXT NOT NULL, config_digest TEXT NOT NULL, figures TEXT NOT NULL,
  events TEXT NOT NULL, known TEXT NOT NULL, inputs TEXT NOT NULL, software TEXT NOT NULL,
  result TEXT NOT NULL,
  UNIQUE (experiment, kind, as_of, revision)) STRICT;
CREATE TABLE forecasts (
  run INTEGER NOT NULL REFERENCES runs, name INTEGER NOT NULL REFERENCES names, horizon INTEGER NOT NULL,
  level REAL NOT NULL, month TEXT NOT NULL, value REAL NOT NULL,
  PRIMARY KEY (run, name, horizon, level)) STRICT, WITHOUT ROWID;
CREATE TABLE folds (
  run INTEGER NOT NULL REFERENCES runs, name INTEGER NOT NULL REFERENCES names, origin TEXT NOT NULL,
  status TEXT NOT NULL, n_months INTEGER, events_used TEXT NOT NULL, message TEXT NOT NULL,
  PRIMARY KEY (run, name, origin)) STRICT, WITHOUT ROWID;
CREATE TABLE scores (
  run INTEGER NOT NULL REFERENCES runs, name INTEGER NOT NULL REFERENCES names, horizon TEXT NOT NULL,
  scale TEXT NOT NULL, metric TEXT NOT NULL, value REAL, skill REAL, n_ok INTEGER, n INTEGER,
  note TEXT NOT NULL,
  PRIMARY KEY (run, name, horizon, scale, metric)) STRICT, WITHOUT ROWID;
CREATE TABLE matured (
  run INTEGER NOT NULL REFERENCES runs, name INTEGER NOT NULL REFERENCES names, month TEXT NOT NULL,
  truth_kind TEXT NOT NULL CHECK (truth_kind IN ('first', 'latest')), as_of TEXT NOT NULL,
  horizon INTEGER NOT NULL,
  truth REAL NOT NULL, error REAL NOT NULL, wis REAL, spread REAL, over REAL, under REAL, inside_50 INTEGER,
  inside_80 INTEGER, PRIMARY KEY (run, name, month, truth_kind, as_of)) STRICT, WITHOUT ROWID;
CREATE TABLE changes (
  run INTEGER NOT NULL REFERENCES runs, series_id TEXT NOT NULL, position INTEGER NOT NULL,
  step TEXT NOT NULL,
  forecast REAL NOT NULL, change REAL, why TEXT NOT NULL,
  PRIMARY KEY (run, series_id, position)) STRICT, WITHOUT ROWID;
CREATE TABLE reports (
  run INTEGER PRIMARY KEY REFERENCES runs, path TEXT NOT NULL, title TEXT NOT NULL, summary TEXT NOT NULL,
  command TEXT NOT NULL, png INTEGER NOT NULL, digest TEXT NOT NULL) STRICT;
"""
_FIRST_TABLES = (
    "names",
    "inputs",
    "vintages",
    "runs",
    "forecasts",
    "folds",
    "scores",
    "matured",
    "changes",
    "reports",
)
TABLES = (*_FIRST_TABLES, "digests")


def _append_only(tables: Sequence[str], verbs: Sequence[str] = ("UPDATE", "DELETE")) -> str:
    parts = []
    for table in tables:
        for verb in verbs:
            parts.append(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN"
                f" SELECT RAISE(ABORT, 'the archive is append-only: {table} takes no {verb}'); END;"
            )
    return "\n".join(parts)


_VIEWS = """
CREATE VIEW forecast_rows AS
  SELECT r.experiment, r.kind, r.as_of AS origin, r.revision, n.model, n.knowledge, n.scenario, n.series_id,
  f.month,
         f.horizon, f.level, f.value
  FROM forecasts f JOIN runs r ON r.id = f.run JOIN names n ON n.id = f.name;
CREATE VIEW matured_rows AS
  SELECT r.experiment, r.kind, r.as_of AS origin, r.revision, n.model, n.knowledge, n.scenario, n.series_id,
  m.month,
         m.horizon, m.truth_kind, m.as_of AS scored, m.truth, m.error, m.wis, m.spread, m.over, m.under,
         m.inside_50,
         m.inside_80
  FROM matured m JOIN runs r ON r.id = m.run JOIN names n ON n.id = m.name;
CREATE INDEX vintages_released ON vintages (released);
"""
#: The hash of the rows that a run wrote of itself; a run of an older schema has none.
_DIGESTS = """
CREATE TABLE digests (run INTEGER PRIMARY KEY REFERENCES runs, content TEXT NOT NULL) STRICT;
"""
#: Reasons as codes with their values; a sentence of an older version is kept under the code ``text``.
_REASONS = """
DROP TRIGGER changes_no_update;
DROP TRIGGER scores_no_update;
ALTER TABLE changes ADD COLUMN month TEXT NOT NULL DEFAULT '';
ALTER TABLE changes ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE changes ADD COLUMN text TEXT NOT NULL DEFAULT '';
UPDATE changes SET step = replace(step, ' ', '_'), text = why, why = CASE why WHEN '' THEN '' ELSE 'text' END;
ALTER TABLE scores ADD COLUMN message TEXT NOT NULL DEFAULT '';
UPDATE scores SET message = note, note = CASE note WHEN '' THEN '' ELSE 'text' END;
"""
#: Scripts that lead from version k to k + 1; an archive's version is `PRAGMA user_version`.
MIGRATIONS: tuple[str, ...] = (
    _TABLES + _append_only(_FIRST_TABLES),
    _VIEWS,
    _DIGESTS + _append_only(["digests"]),
    _REASONS + _append_only(["changes", "scores"], ["UPDATE"]),
)
VERSION = len(MIGRATIONS)


class ArchiveError(ForecastError):
    """The archive cannot be used; the message says why, that nothing was changed, and what to do."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def refuse_foreign(connection: sqlite3.Connection, path: Path) -> int:
    """Refuse an archive whose schema is not exactly what this package makes, and return its version.

    Only `sqlite_master` is read: a foreign view may be endless, and a foreign trigger runs with the next
    insert.

    Raises
    ------
    ArchiveError
        If the file is of another programme, of a newer version of this one, or was changed.
    """
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    # one look: another process may be bringing the schema forward
    connection.execute("BEGIN")
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        application = int(connection.execute("PRAGMA application_id").fetchone()[0])
        found = _described(connection)
    finally:
        connection.execute("COMMIT")
    if found and application != APPLICATION:
        raise ArchiveError(
            f"{path}: is an SQLite file of another programme; nothing was changed. Give another"
            " publish.archive",
            2,
        )
    if version > VERSION:
        raise ArchiveError(
            f"{path}: was written by a newer version of this package (schema {version}, here {VERSION});"
            " nothing was changed. Upgrade the package"
        )
    wanted = _expected(version)
    if found != wanted:
        foreign = [f"{kind} {name!r} is not as this package makes it" for kind, name, *_ in found - wanted]
        names = {name for _, name, *_ in found}
        gone = [f"{kind} {name!r} is missing" for kind, name, *_ in wanted - found if name not in names]
        raise corrupt(path, "; ".join(sorted([*foreign, *gone])[:3]))
    return version


def _described(connection: sqlite3.Connection) -> set[tuple[str, ...]]:
    """Return what a schema holds: kind, name, table and text of each part."""
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
    return {(kind, name, table, " ".join((sql or "").split())) for kind, name, table, sql in rows}


@cache
def _expected(version: int) -> set[tuple[str, ...]]:
    with contextlib.closing(sqlite3.connect(":memory:")) as made:
        for script in MIGRATIONS[:version]:
            made.executescript(script)
        return _described(made)


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring an archive to the newest version, each step in one transaction.

    Raises
    ------
    ArchiveError
        If the file cannot be used; see `refuse_foreign`.
    """
    version = refuse_foreign(connection, path)
    if 0 < version < VERSION:
        keep_copy(connection, path.with_name(f"{path.name}.schema{version}"))
    while version < VERSION:
        # one script, one transaction: another process may have taken the step meanwhile
        with transaction(connection):
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version < VERSION:
                for statement in statements(MIGRATIONS[version]):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
                connection.execute(f"PRAGMA user_version = {version + 1}")
                version += 1


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write all of a block or nothing, whatever ends it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # a full disk may have rolled the transaction back already
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def statements(script: str) -> list[str]:
    """Return the statements of a script; a trigger's body is one with it."""
    out, part = [], ""
    for line in script.splitlines():
        part += line + "\n"
        if sqlite3.complete_statement(part):
            out.append(part.strip())
            part = ""
    return [s for s in out if s]


def keep_copy(connection: sqlite3.Connection, target: Path) -> None:
    """Copy a whole archive into another file, aside first; a copy
    that is there already is kept if it is whole.
    """
    if target.exists():
        if not problems_of_copy(target):
            return
        tell(f"{target}: the kept copy of the archive was damaged and is made again")
    copy_whole(connection, target)


def copy_whole(connection: sqlite3.Connection, target: Path) -> None:
    """Copy a whole archive into another file, aside first, and check the copy before it gets its name."""
    with file_aside(target) as aside:
        with contextlib.closing(sqlite3.connect(aside)) as copy:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        if problem := problems_of_copy(aside):
            raise corrupt(target, problem)


def problems_of_copy(path: Path) -> str:
    """Return what is wrong with a copy of an archive; empty where it is whole."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            if not refuse_foreign(copy, path):
                return "it has no tables"
            found = str(copy.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except (sqlite3.Error, ArchiveError, UnicodeDecodeError) as error:
        return str(error)
    return "" if found == "ok" else found


def explain(error: sqlite3.Error, path: Path) -> ArchiveError:
    """Return the error of this package for an error of SQLite, with what to do."""
    name = getattr(error, "sqlite_errorname", "") or ""
    text = f"{path}: "
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")) or "disk is full" in str(error):
        return ArchiveError(
            text
            + "the archive could not be written, there is no space left, a limit on file sizes, or a failing"
            f" disk ({name}); the round was rolled back and nothing of it is kept. Free some space and"
            " publish again"
        )
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "malformed" in str(error):
        return corrupt(path, str(error))
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return ArchiveError(
            text
            + f"the archive cannot be opened for writing ({error}); is the file system read-only, does its"
            " folder exist and may it be written? Nothing was changed"
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return ArchiveError(
            text
            + "another process has been writing to the archive for too long; nothing was changed. Try again"
            " later"
        )
    if name.startswith("SQLITE_CONSTRAINT"):
        return ArchiveError(
            text + f"the archive refuses what was to be written ({error}); nothing was changed"
        )
    return ArchiveError(
        text + f"the archive could not be used ({name or type(error).__name__}: {error}); nothing was changed"
    )


def corrupt(path: Path, what: str) -> ArchiveError:
    """Return the error of a damaged archive: what is wrong, and how to restore it."""
    what = " ".join(what.split())
    return ArchiveError(
        f"{path}: the archive is damaged ({what}). Nothing was touched. {how_to_restore(path)}", 4
    )


def how_to_restore(path: Path) -> str:
    """Return what to do about an archive that is not as it was written."""
    copy = path.with_name(f"{path.name}.backup")
    source = str(copy) if copy.is_file() else "your last backup (forecast archive backup PATH makes one)"
    return (
        f"To restore: move {path.name}, {path.name}-wal and {path.name}-shm aside, then copy {source} to"
        f" {path}; `forecast archive check` must then say that all is well. Published report folders do not"
        " depend on the archive"
    )
