"""numba's `njit` with kept code that is checked before it is read.

numba keeps compiled code as pickles, which do whatever their writer wanted when they are read. So a folder
that others may write is not used, and a file is read only if the hash at its end is right: one that was cut,
emptied or garbled is compiled again.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from numba import config, njit

from forecast.files import digest, tell, writable_by_others, write_file

P = ParamSpec("P")
R = TypeVar("R")
_DIGITS = 64
_told = cache(tell)  # many functions, one line


def kept_jit(**options: object) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that compiles a function and keeps what was compiled; Python where numba is told to.

    Parameters
    ----------
    **options
        Those of `numba.njit`.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        if config.DISABLE_JIT:  # NUMBA_DISABLE_JIT=1: njit gives the function back, and nothing is kept
            return function
        made = njit(cache=True, **options)(function)
        _choose_folder(made)
        _guard(made._cache)
        compiled: Callable[P, R] = made
        return compiled

    return decorate


def _choose_folder(made: Any) -> None:
    """Take numba's folder, else a private one, else none: never one that others may write."""
    problem = writable_by_others(Path(made._cache.cache_path))
    if not problem:
        return
    own = _own_folder()
    if own is None:
        made._cache.disable()
        _told(f"{made._cache.cache_path}: {problem}; compiled code is not kept there and is made by each run")
        return
    _told(f"{made._cache.cache_path}: {problem}; compiled code is kept in {own} instead")
    before, config.CACHE_DIR = config.CACHE_DIR, str(own)
    try:
        made.enable_caching()
    finally:
        config.CACHE_DIR = before


@cache
def _own_folder() -> Path | None:
    """Return a folder that only this user can write, or None where there is none."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "border-forecast"
    with contextlib.suppress(OSError, RuntimeError):
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        return base if not writable_by_others(base) else None
    return None


def _guard(kept: Any) -> None:
    """Let a cache of numba write each file with its hash, and forget the files whose hash is wrong."""
    file = kept._cache_file
    load_index, load_data = file._load_index, file._load_data
    load, save = kept.load_overload, kept.save_overload
    # names of our own: numba's files of the same function have no hash
    file._index_path = str(Path(file._index_path).with_name(f"hashed-{file._index_name}"))
    file._data_name_pattern = f"hashed-{file._data_name_pattern}"

    @contextlib.contextmanager
    def write(path: str) -> Iterator[io.BytesIO]:
        content = io.BytesIO()
        yield content
        data = content.getvalue()
        write_file(Path(path), data + digest(data).encode())

    def checked_index() -> object:
        _refuse_damaged(Path(file._index_path))
        return load_index()

    def checked_data(name: str) -> object:
        _refuse_damaged(Path(file._data_path(name)))
        return load_data(name)

    def forget(error: Exception) -> None:
        _told(
            f"{kept.cache_path}: the kept compiled code was damaged and is compiled again"
            f" ({type(error).__name__})"
        )
        index = Path(file._index_path)
        for path in (index, *index.parent.glob(f"{index.stem}.*.nbc")):
            with contextlib.suppress(OSError):
                path.unlink()

    def guarded_load(signature: object, target: object) -> object:
        try:
            return load(signature, target)
        except Exception as error:
            forget(error)
            return None

    def guarded_save(signature: object, data: object) -> None:
        try:
            save(signature, data)
        except Exception as error:
            forget(error)

    file._open_for_write, file._load_index, file._load_data = write, checked_index, checked_data
    kept.load_overload, kept.save_overload = guarded_load, guarded_save


def _refuse_damaged(path: Path) -> None:
    """Raise where a file does not end in the hash of what stands
    before it; nothing of it was unpickled then.
    """
    if not path.exists():
        return
    content = path.read_bytes()
    if digest(content[:-_DIGITS]).encode() != content[-_DIGITS:]:
        raise ValueError(f"{path} is not as it was written")
