"""Folders of reports: written aside, put in place whole, and finished after a crash."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from forecast.errors import ForecastError
from forecast.files import digest, inside, sync

if TYPE_CHECKING:
    import pandas as pd

#: Where a report is written before it is put in place; inside the site, so that a rename is enough.
INCOMING = ".incoming"


def folder_of(site: Path, path: str) -> Path:
    """Return the folder of a report in the site, which a path of the archive never leaves."""
    return inside(site, path, "reports.path")


def aside(site: Path, path: str) -> Path:
    """Return the folder in which the report of a path is written before it is put in place."""
    folder_of(site, path)
    return inside(site / INCOMING, path.replace("/", "~"), "reports.path")


def folder_digest(folder: Path) -> str:
    """Return the hash of all files of a folder but the manifest, which holds a clock."""
    return _joined(
        {
            file.relative_to(folder).as_posix(): digest(file.read_bytes())
            for file in folder.rglob("*")
            if file.is_file() and file.name != "manifest.json"
        }
    )


def manifest_digest(folder: Path) -> str:
    """Return the same hash by what a folder's manifest says of its
    files; empty where there is no such manifest.
    """
    try:
        files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        return _joined({str(name): str(told) for name, told in files.items() if name != "manifest.json"})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""


def _joined(digests: Mapping[str, str]) -> str:
    """Return one hash of files by their names and hashes."""
    ordered = sorted(digests.items(), key=lambda item: PurePosixPath(item[0]))
    return digest("".join(f"{name}\0{told}\n" for name, told in ordered).encode())


def compare_published(runs: pd.DataFrame, site: Path) -> tuple[list[str], bool]:
    """Compare the published reports of archived runs with the archive: their files and their manifests.

    Returns
    -------
    lines : list of str
        What was found.
    same : bool
        Whether every folder that is there is the one that was archived.
    """
    reports = runs[runs["path"].notna()]
    lines, missing = [], 0
    for path, archived in zip(reports["path"], reports["digest"], strict=True):
        folder = folder_of(site, str(path))
        if not folder.is_dir():
            missing += 1
            continue
        if folder_digest(folder) != archived:
            lines.append(f"changed: {folder}: its files are not those that were archived")
        if manifest_digest(folder) != archived:
            lines.append(f"changed: {folder}: its manifest.json tells of other files than the archive")
    there = len(reports) - missing
    if lines:
        how = (
            "one of the two was changed: `forecast rerun FOLDER` makes a report again. If the folder is"
            " wrong, move it aside and publish puts it back; if the archive is, restore its backup"
        )
        return [*lines, how], False
    gone = f", {missing} are missing and come back with the next publish" if missing else ""
    return [f"published reports: {there} are as the archive says, their manifests too{gone}"], True


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


@contextlib.contextmanager
def told(site: Path) -> Iterator[None]:
    """Turn an error of the file system into words."""
    try:
        yield
    except OSError as error:
        raise ForecastError(
            f"{site}: the site cannot be written"
            f" ({error.strerror or error}{': ' + str(error.filename) if error.filename else ''}); what was"
            " published before stands as it was. Give publish.site a place that can be written and has room"
        ) from error
