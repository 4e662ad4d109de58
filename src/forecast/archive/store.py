"""The archive: one SQLite file that only grows. What was published once is never changed.

Vintages seen, runs with all that decides them (settings, source files, software), the forecasts made at the
origin, folds, scores, matured forecasts, what changed, reports. A round is written in one transaction, so a
machine that is switched off leaves either all of it or nothing. Several processes may write at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from forecast.archive.integrity import check_content, unpack
from forecast.archive.rows import Entry, digest_of, insert, insert_input
from forecast.archive.schema import (
    ArchiveError,
    copy_whole,
    corrupt,
    explain,
    migrate,
    problems_of_copy,
    refuse_foreign,
    transaction,
)
from forecast.files import tell

__all__ = ["Archive", "ArchiveError", "Entry", "digest_of"]

_CHANGES = (
    "SELECT series_id, step, forecast, change, why, month, number, text FROM changes WHERE run = ?"
    " ORDER BY series_id, position"
)
#: The same of an archive that is only read, in which reasons are sentences.
_CHANGES_OF_SCHEMA_3 = (
    "SELECT series_id, replace(step, ' ', '_') AS step, forecast, change,"
    " CASE why WHEN '' THEN '' ELSE 'text' END AS why, '' AS month, 0 AS number, why AS text"
    " FROM changes WHERE run = ? ORDER BY series_id, position"
)

#: A writer waits so long for another one.
BUSY_SECONDS = 60.0


_RUNS = (
    "SELECT r.*, p.path, p.title, p.summary, p.command, p.png, p.digest FROM runs r LEFT JOIN reports p ON"
    " p.run = r.id"
)
_FORECASTS = (
    "SELECT f.run, r.kind, n.model, n.series_id, r.as_of AS origin, f.month, f.horizon, n.knowledge,"
    " n.scenario, f.level, f.value FROM forecasts f JOIN runs r ON r.id = f.run JOIN names n ON n.id = f.name"
)


def no_step(_: str) -> None:
    """Take note of nothing."""


@dataclass(frozen=True)
class Archive:
    """An archive file.

    Parameters
    ----------
    path : Path
        The file; made with its tables by the first writing.

    Examples
    --------
    >>> import tempfile
    >>> archive = Archive(Path(tempfile.mkdtemp()) / "archive.sqlite")
    >>> archive.create()
    >>> archive.check().splitlines()[0]
    'integrity: ok'
    """

    path: Path

    # ----------------------------------------------------------------------- connections

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        if not self.path.parent.is_dir():
            with contextlib.suppress(OSError):
                self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._told():
            if self.path.is_file() and self.path.stat().st_size:
                # looked at before it is opened for writing: closing such a connection may write
                with contextlib.closing(self._open_to_read()) as looking:
                    refuse_foreign(looking, self.path)
                    _refuse_damaged(looking, self.path)
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA foreign_keys = ON")
                migrate(connection, self.path)
                yield connection
            finally:
                connection.close()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        if not self.path.is_file():
            raise ArchiveError(f"{self.path}: there is no archive; `forecast publish` makes it", 2)
        with self._told():
            connection = self._open_to_read()
            try:
                if not refuse_foreign(connection, self.path):
                    raise corrupt(self.path, "it has no tables")
                yield connection
            finally:
                connection.close()

    def _open_to_read(self) -> sqlite3.Connection:
        """Open without writing; on a read-only file system the log beside the file cannot be made, so none is
        used.

        A connection that may only read leaves `-wal` and `-shm` behind, so where there is no log yet the file
        is opened by one that may write, and is told not to.
        """
        uri = self.path.absolute().as_uri()
        mode = "ro" if self.path.with_name(f"{self.path.name}-wal").exists() else "rw"
        connection = sqlite3.connect(
            f"{uri}?mode={mode}", uri=True, timeout=BUSY_SECONDS, isolation_level=None
        )
        try:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except UnicodeDecodeError:
            connection.close()
            raise
        except sqlite3.Error as error:
            connection.close()
            if os.access(self.path.parent, os.W_OK) or not isinstance(error, sqlite3.OperationalError):
                raise
            connection = sqlite3.connect(f"{uri}?mode=ro&immutable=1", uri=True, isolation_level=None)
        return connection

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise explain(error, self.path) from error
        except UnicodeDecodeError as error:  # SQLite's own words on a damaged schema may be no text
            raise corrupt(self.path, "a text in it is none") from error

    # ----------------------------------------------------------------------- writing

    def create(self) -> None:
        """Make the file and its tables, or bring an older one to the newest schema."""
        with self._writing():
            pass

    def record(self, entry: Entry, on_step: Callable[[str], None] = no_step) -> int:
        """Add a round in one transaction and return its number.

        Raises
        ------
        ArchiveError
            When it cannot be written whole; nothing of it is kept then.
        """
        with self._writing() as connection:
            on_step("archive: begin")
            with transaction(connection):
                run = insert(connection, entry, on_step)
                on_step("archive: commit")
        return run

    def keep(self, files: Iterable[bytes]) -> None:
        """Add source files to the store, each content once."""
        with self._writing() as connection, transaction(connection):
            for data in files:
                insert_input(connection, data)

    # ----------------------------------------------------------------------- reading

    def kept(self, digest: str) -> bytes | None:
        """Return a source file by its hash; None where the store has none such."""
        if not self.path.is_file():
            return None
        with self._reading() as connection:
            row = connection.execute("SELECT data FROM inputs WHERE digest = ?", (digest,)).fetchone()
        try:
            return None if row is None else unpack(row[0], digest)
        except ValueError as error:
            raise corrupt(self.path, f"source file {digest!r}: {error}") from error

    def query(self, sql: str, parameters: Sequence[str | int] = ()) -> pd.DataFrame:
        """Return the rows of a question; the file is opened read-only."""
        with self._reading() as connection:
            cursor = connection.execute(sql, tuple(parameters))
            columns = [c[0] for c in cursor.description]
            return pd.DataFrame(cursor.fetchall(), columns=columns)

    def runs(self, experiment: str | None = None, kind: str | None = None) -> pd.DataFrame:
        """Return the rounds in the order of their origins, with their reports (path None: none)."""
        where = [
            f"{name} = ?" for name, value in (("experiment", experiment), ("kind", kind)) if value is not None
        ]
        return self.query(
            _RUNS
            + (f" WHERE {' AND '.join(where)}" if where else "")
            + " ORDER BY r.as_of, r.revision, r.id",
            [value for value in (experiment, kind) if value is not None],
        )

    def forecasts(
        self, runs: Sequence[int], model: str | None = None, baseline: str | None = None
    ) -> pd.DataFrame:
        """Return the forecasts of runs with columns ``run, kind`` before those of a forecast table."""
        marks = ",".join("?" * len(runs))
        names = [name for name in (model, baseline) if name is not None]
        which = f" AND n.model IN ({','.join('?' * len(names))})" if names else ""
        table = self.query(
            f"{_FORECASTS} WHERE f.run IN ({marks}){which} ORDER BY f.run, f.name, f.horizon, f.level",
            [*map(int, runs), *names],
        )
        table["origin"] = pd.to_datetime(table["origin"])
        # a few hundred months stand in many thousand rows
        codes, months = pd.factorize(table["month"].astype(str))
        table["month"] = pd.PeriodIndex(months, freq="M").take(codes)
        return table

    def vintages(self, series: Sequence[str]) -> pd.DataFrame:
        """Return the figures seen of some series, one row a vintage."""
        marks, order = ",".join("?" * len(series)), "series_id, month, released"
        return self.query(
            f"SELECT * FROM vintages WHERE series_id IN ({marks}) ORDER BY {order}",  # noqa: S608
            list(series),
        )

    def changes(self, run: int) -> pd.DataFrame:
        """Return the steps of 'what changed' of a run."""
        version = int(self.query("PRAGMA user_version")["user_version"].iloc[0])
        return self.query(_CHANGES if version > 3 else _CHANGES_OF_SCHEMA_3, [run])

    def inputs(self, run: int) -> dict[str, bytes]:
        """Return the source files of a run by their names."""
        listed = self.query("SELECT inputs FROM runs WHERE id = ?", [run])
        if listed.empty:
            raise ArchiveError(f"{self.path}: there is no run {run}", 2)
        out = {}
        with self._reading() as connection:
            for name, digest in json.loads(listed["inputs"].iloc[0]).items():
                row = connection.execute("SELECT data FROM inputs WHERE digest = ?", (digest,)).fetchone()
                try:
                    out[name] = unpack(row[0] if row else b"", digest)
                except ValueError as error:
                    raise corrupt(self.path, f"{name!r} of run {run}: {error}") from error
        return out

    # ----------------------------------------------------------------------- care

    def check(self) -> str:
        """Return what a full check says: schema, pages, and every run against its hashes.

        Raises
        ------
        ArchiveError
            When the file is not as it was written, with how to restore it.
        """
        with self._reading() as connection:
            # one look: another process may be adding a round
            connection.execute("BEGIN")
            return "\n".join(check_content(connection, self.path))

    def backup(self, target: str | Path) -> str:
        """Copy the archive, check the copy, then put it in place under the given name.

        Parameters
        ----------
        target : str or Path
            A file, or a folder: one that is there, or a text that ends in ``/``.

        Raises
        ------
        ArchiveError
            When the copy cannot be made; a copy that was there before is kept then.
        """
        folder = Path(target).is_dir() or str(target).endswith(("/", os.sep))
        target = Path(target) / self.path.name if folder else Path(target)
        if target.resolve() == self.path.resolve():
            raise ArchiveError(f"{target}: is the archive itself; give another path", 2)
        if target.is_file() and problems_of_copy(target):
            tell(f"{target}: the copy that stood there was damaged and is made again")
        try:
            with self._reading() as connection:
                try:
                    copy_whole(connection, target)
                except sqlite3.OperationalError as error:
                    raise _no_copy(target, error) from error
        except OSError as error:
            raise _no_copy(target, error) from error
        return f"{target}: {target.stat().st_size / 1e6:.1f} MB, checked"

    def export(self, folder: Path) -> str:
        """Write every table as CSV (source files beside them, by hash) and return what was written."""
        from forecast.archive.export import export

        with self._reading() as connection:
            return export(connection, folder)

    def vacuum(self) -> str:
        """Rewrite the file without gaps and return the sizes before and after."""
        before = self.path.stat().st_size if self.path.is_file() else 0
        with self._reading():
            pass
        with self._writing() as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return f"{self.path}: {before / 1e6:.1f} MB before, {self.path.stat().st_size / 1e6:.1f} MB after"


# --------------------------------------------------------------------------- details


def _refuse_damaged(connection: sqlite3.Connection, path: Path) -> None:
    found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
    if found != ["ok"]:
        raise corrupt(path, "; ".join(found))


def _no_copy(target: Path, error: Exception) -> ArchiveError:
    why = getattr(error, "strerror", None) or error
    return ArchiveError(
        f"{target}: the copy cannot be written ({why}); give a place that can be written and has room."
        " The archive was not touched"
    )
