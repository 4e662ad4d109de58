"""One publisher at a time: a lock that the system lets go of when its owner dies, whatever killed it."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from forecast.errors import ForecastError


class LockedError(ForecastError):
    """Another publisher holds the lock."""

    exit_code = 7


@contextlib.contextmanager
def locked(path: Path, wait_seconds: float, poll: float = 0.2) -> Iterator[None]:
    """Hold the lock of a file, waiting for it if need be.

    The lock is one of the operating system, so it cannot outlive its owner: after ``kill -9`` or a power cut
    nobody has to remove anything. The file says who holds it and since when.

    Raises
    ------
    LockedError
        When another publisher holds it for longer than one is ready to wait.
    ForecastError
        When the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise ForecastError(
            f"{path}: the lock cannot be made ({error.strerror or error}); nothing was changed. It stands beside"
            " the archive: give publish.archive a place that can be written"
        ) from error
    with file:
        deadline = time.monotonic() + wait_seconds
        while not _take(file):
            if time.monotonic() >= deadline:
                raise LockedError(f"{_owner(path)}; waited {wait_seconds:g} s, nothing was changed")
            time.sleep(min(poll, max(0.01, deadline - time.monotonic())))
        try:
            _sign(file)
            yield
        finally:
            _clear(file)


def _sign(file: IO[str]) -> None:
    since = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = json.dumps({"process": os.getpid(), "host": socket.gethostname(), "since": since})
    with contextlib.suppress(OSError):  # a full disk: the lock holds without its label
        file.seek(0)
        file.truncate()
        file.write(text)
        file.flush()


def _clear(file: IO[str]) -> None:
    with contextlib.suppress(OSError):
        file.seek(0)
        file.truncate()
        file.flush()
    _let_go(file)


def _owner(path: Path) -> str:
    """Say who holds the lock and for how long; a clock that was set back gives no negative age."""
    try:
        label: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        since = dt.datetime.fromisoformat(str(label["since"]))
        age = max(0, round((dt.datetime.now(dt.UTC) - since).total_seconds()))
        return f"{path}: process {label['process']} on {label['host']} has been publishing for {age} s"
    except (OSError, ValueError, KeyError):
        return f"{path}: another process is publishing"


if sys.platform == "win32":  # pragma: no cover - not run where the tests run
    import msvcrt

    def _take(file: IO[str]) -> bool:
        try:
            file.seek(1 << 20)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _let_go(file: IO[str]) -> None:
        with contextlib.suppress(OSError):
            file.seek(1 << 20)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(file: IO[str]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _let_go(file: IO[str]) -> None:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_UN)
