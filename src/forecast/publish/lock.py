"""Process lock for publishing; the system lets go of it when its owner dies."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from forecast.errors import ForecastError
from forecast.files import write_file


class LockedError(ForecastError):
    """Another publisher holds the lock."""

    exit_code = 7


@contextlib.contextmanager
def locked(path: Path, wait_seconds: float, poll: float = 0.2) -> Iterator[None]:
    """Hold the lock of a file, waiting for it if need be; `owner_file` says who holds it and since when.

    Raises
    ------
    LockedError
        When another publisher holds it for longer than one is ready to wait.
    ForecastError
        When the file cannot be made.
    """
    lock, owner = FileLock(path), owner_file(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=wait_seconds, poll_interval=poll)
    except Timeout:
        raise LockedError(f"{_held_by(path)}; waited {wait_seconds:g} s, nothing was changed") from None
    except (OSError, NotImplementedError) as error:  # the second: a file system without locks
        raise ForecastError(
            f"{path}: the lock cannot be made ({getattr(error, 'strerror', None) or error}); nothing was"
            " changed. It stands beside the archive: give publish.archive a place that can be written"
        ) from error
    try:
        with contextlib.suppress(OSError):  # a full disk: the lock holds without its label
            write_file(owner, _label())
        yield
    finally:
        with contextlib.suppress(OSError):
            owner.unlink(missing_ok=True)
        lock.release()


def owner_file(path: Path) -> Path:
    """Return the file that names the owner of a lock; the lock's
    own file may be emptied by those who wait.
    """
    return path.with_name(f"{path.stem}.owner{path.suffix}")


def _label() -> str:
    since = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps({"process": os.getpid(), "host": socket.gethostname(), "since": since})


def _held_by(path: Path) -> str:
    """Say who holds the lock and for how long; a clock that was set back gives no negative age."""
    try:
        label: dict[str, Any] = json.loads(owner_file(path).read_text(encoding="utf-8"))
        since = dt.datetime.fromisoformat(str(label["since"]))
        age = max(0, round((dt.datetime.now(dt.UTC) - since).total_seconds()))
        return f"{path}: process {label['process']} on {label['host']} has been publishing for {age} s"
    except (OSError, ValueError, KeyError):
        return f"{path}: another process is publishing"
