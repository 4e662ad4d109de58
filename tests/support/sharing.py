"""What is dear to make is made once for all workers: by the first that asks, and read by the others."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

from forecast.files import digest, write_file

T = TypeVar("T")
_folder: list[Path] = []


def share_in(folder: Path) -> None:
    """Name the folder that all workers of this session see (conftest does)."""
    _folder[:] = [folder]


def once(name: str, make: Callable[[], T]) -> T:
    """Return what `make` returns, from a file if a worker of this session made it before."""
    path = _folder[0] / f"{digest(name.encode())[:16]}.pickle"
    with FileLock(path.with_suffix(".lock")):
        if path.exists():
            return pickle.loads(path.read_bytes())
        made = make()
        write_file(path, pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL))
    return made
