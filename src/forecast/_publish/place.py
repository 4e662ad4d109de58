"""Folders of reports: written aside, put in place whole, and finished after a crash."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from forecast.spec import ForecastError

#: Where a report is written before it is put in place; inside the site, so that a rename is enough.
INCOMING = ".incoming"


def aside(site: Path, path: str) -> Path:
    """Return the folder in which the report of a path is written before it is put in place."""
    return site / INCOMING / path.replace("/", "~")


def folder_digest(folder: Path) -> str:
    """Return the hash of all files of a folder but the manifest, which holds a clock."""
    total = hashlib.sha256()
    for file in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "manifest.json"):
        name = file.relative_to(folder).as_posix()
        total.update(f"{name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def to_disk(folder: Path) -> None:
    """Make sure that a folder's files outlive a power cut."""
    for path in [*sorted(folder.rglob("*")), folder]:
        sync(path)


def sync(path: Path) -> None:
    """Write one file or folder through to the disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def put(source: Path, target: Path) -> None:
    """Rename a finished folder into place.

    Raises
    ------
    ForecastError
        If something stands there already: what was published is never replaced.
    """
    if target.exists():
        raise ForecastError(
            f"{target}: stands there already and is not replaced; the new report stays in {source}"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)
    sync(target.parent)
    if source.parent.name == INCOMING:
        with contextlib.suppress(OSError):
            source.parent.rmdir()


def differences(folder: Path, made: Path) -> list[str]:
    """Return where two folders differ, a line each; manifests are left out."""
    here, there = ({p.relative_to(f) for p in f.rglob("*") if p.is_file()} for f in (folder, made))
    lines = [f"only in {folder}: {p}" for p in sorted(here - there)]
    lines += [f"only made now: {p}" for p in sorted(there - here)]
    return lines + [
        f"differs: {p}"
        for p in sorted(here & there)
        if p.name != "manifest.json" and (folder / p).read_bytes() != (made / p).read_bytes()
    ]


def clear(site: Path, keep: set[Path]) -> list[Path]:
    """Remove half reports that no archived round belongs to, and return them."""
    gone = []
    for path in sorted((site / INCOMING).glob("*")) if (site / INCOMING).is_dir() else []:
        if path not in keep:
            shutil.rmtree(path, ignore_errors=True)
            gone.append(path)
    with contextlib.suppress(OSError):
        (site / INCOMING).rmdir()
    return gone


def write_file(path: Path, data: bytes) -> bool:
    """Write a file aside and rename it into place, if its content is new; tell whether it was."""
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return True


@contextlib.contextmanager
def told(site: Path) -> Iterator[None]:
    """Turn an error of the file system into words."""
    try:
        yield
    except OSError as error:
        raise ForecastError(
            f"{site}: the site cannot be written ({error.strerror or error}"
            f"{': ' + str(error.filename) if error.filename else ''}); what was published before stands as it was."
            " Give publish.site a place that can be written and has room"
        ) from error
