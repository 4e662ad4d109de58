"""The one way to write a file or a folder: aside, synced,
renamed; paths and texts from data made harmless.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from forecast.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

#: A value of a JSON document.
Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

#: Two letters at the least, since `C:` is a drive; fsspec chains addresses with "::".
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:(//|:)", re.IGNORECASE)
#: Names that are devices on Windows, whatever their ending.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{i}" for port in ("com", "lpt") for i in range(1, 10))}


def is_address(source: object) -> bool:
    """Tell whether a source is an address rather than a path.

    Examples
    --------
    >>> is_address("HTTPS://example.org/a.csv"), is_address("a.csv")
    (True, False)
    """
    return isinstance(source, str) and _SCHEME.match(source) is not None


def path_problem(name: str) -> str:
    """Return why a relative path from data may not be used; empty if it may.

    Backslashes count as separators and drive letters as absolute, so the answer is the same on every system.

    Examples
    --------
    >>> path_problem("mine"), path_problem("../mine")
    ('', "it climbs with '..'")
    """
    path = PurePosixPath(name.replace("\\", "/"))
    if not name.strip() or not path.parts:
        return "it is empty"
    if any(not character.isprintable() for character in name):
        return "it holds a control character"
    if path.is_absolute() or ":" in name:
        return "it is absolute or names a drive"
    if ".." in path.parts:
        return "it climbs with '..'"
    if device := next((part for part in path.parts if part.split(".")[0].strip().lower() in _DEVICES), ""):
        return f"'{device}' is the name of a device"
    return ""


def inside(folder: str | Path, name: str, what: str = "path") -> Path:
    """Return the path of a name inside a folder; every path that comes from data passes here before it is
    written.

    Parameters
    ----------
    folder : str or Path
        The folder that may not be left.
    name : str
        A relative path from data: a setting, a row of an archive, a name in a manifest.
    what : str
        Where the name comes from, for the message.

    Raises
    ------
    ConfigError
        If the name is empty, absolute, climbs, names a device, or leads out of the folder through a link.
    """
    path = Path(folder) / name
    problem = path_problem(name)
    root = Path(folder).resolve()
    if not problem and (path.resolve() == root or not path.resolve().is_relative_to(root)):
        problem = "it leads out of the folder"
    if problem:
        raise ConfigError(f"{what}: {name!r} is no path inside {folder} ({problem}); nothing was written")
    return path


def tell(line: str) -> None:
    """Say one line where errors go: a kept file was damaged and is made again."""
    sys.stderr.write(f"forecast: {line}\n")


def writable_by_others(folder: Path) -> str:
    """Return why others than this user may write into a folder;
    empty if none may, or the system knows no owners.
    """
    if not hasattr(os, "getuid"):
        return ""
    found = folder.stat()
    if found.st_uid not in (os.getuid(), 0):
        return "it belongs to another user"
    return "others may write it" if found.st_mode & 0o022 else ""


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes as hex digits."""
    return hashlib.sha256(data).hexdigest()


def sync(path: Path) -> None:
    """Write a file or folder through to the disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_file(path: Path, data: bytes | str) -> bool:
    """Write a file aside, sync it and rename it into place; return False where it had this content already.

    The file's permissions are kept; a reader sees the old content or the new one, never a part.
    """
    content = data.encode() if isinstance(data, str) else data
    if path.is_file() and path.read_bytes() == content:
        return False
    with file_aside(path) as aside, aside.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return True


@contextlib.contextmanager
def file_aside(target: Path) -> Iterator[Path]:
    """Yield a new name beside the target for what others write; at the end it is synced and takes the
    target's place.

    If the block raises, the target stays as it was and the file is gone.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = _beside(target, "part")
    try:
        yield aside
        if target.exists():
            aside.chmod(target.stat().st_mode & 0o777)
        sync(aside)
        aside.replace(target)
        sync(target.parent)
    finally:
        aside.unlink(missing_ok=True)


@contextlib.contextmanager
def folder_aside(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside the target; at the end it is synced and takes the target's place as a
    whole.

    If the block raises, the target stays as it was and the folder is gone.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = _beside(target, "part")
    aside.mkdir()
    try:
        yield aside
        sync_folder(aside)
        _swap(aside, target)
        sync(target.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def sync_folder(folder: Path) -> None:
    """Write a folder and all that it holds through to the disk; links are not followed."""
    for path in [*sorted(folder.rglob("*")), folder]:
        if not path.is_symlink():
            sync(path)


def _swap(aside: Path, target: Path) -> None:
    """Rename a finished folder into place; the one that stood there goes back if that fails."""
    if not target.exists():
        aside.replace(target)
        return
    if not target.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "is a file, not a folder", str(target))
    old = _beside(target, "old")
    target.replace(old)
    try:
        aside.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            old.replace(target)
        raise
    finally:
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)


def _beside(path: Path, ending: str) -> Path:
    """Return a hidden name beside a path that no other writer uses."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.{ending}")


# --------------------------------------------------------------------------- text from data

#: What a spreadsheet would run: a formula's mark with a word behind it, but no number; quotes may stand
#: before it.
_FORMULA = re.compile(r"'*(?![-+][\d.,]*\d%?(?:[eE][-+]?\d+)?\Z)[=+\-@\t\r].*\w", re.DOTALL)
#: What steers a terminal, turns the direction of a line or is no character of XML; tabs and line feeds are
#: not.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def safe_cell(text: str) -> str:
    """Return a text as a cell of a CSV file: one quote more before what a spreadsheet would run.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell("'=1+1"), safe_cell("-5"), safe_cell("-")
    ("'=1+1", "''=1+1", '-5', '-')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def plain_cell(text: str) -> str:
    """Return the text that `safe_cell` made a cell of.

    Examples
    --------
    >>> plain_cell("'=1+1"), plain_cell("'tis")
    ('=1+1', "'tis")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def safe_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with every text made a safe cell; numbers are not touched."""
    made = table.copy(deep=False)
    for name, column in table.select_dtypes(["object", "string", "category"]).items():
        texts = {cell: safe_cell(cell) for cell in column.unique() if isinstance(cell, str)}
        if any(cell != text for text, cell in texts.items()):
            made[name] = [texts.get(cell, cell) for cell in column]
    return made


def printable(text: str) -> str:
    r"""Return a text with its control characters written out, for a terminal, a page or a drawing.

    Examples
    --------
    >>> printable("\x1b[2J")
    '\\u001b[2J'
    """
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
