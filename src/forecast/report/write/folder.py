"""A report's folder: put in place as a whole, never over files that are not a report's."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from forecast.errors import ForecastError
from forecast.files import folder_aside, inside


def put_in_place(files: Mapping[str, bytes], target: Path) -> None:
    """Write files beside the target and rename the whole into place."""
    try:
        with folder_aside(target) as aside:
            for name, data in files.items():
                path = inside(aside, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            for name in others_in(target):
                _carry_over(target / name, aside / name)
    except OSError as error:
        raise ForecastError(_trouble(error, target)) from error


def files_of(folder: Path) -> set[str] | None:
    """Return the files of a report by its manifest, only to be
    compared; None where the folder has none of ours.
    """
    manifest = folder / "manifest.json"
    if manifest.is_symlink() or not manifest.is_file():
        return None
    try:
        held = json.loads(manifest.read_bytes())
    except (ValueError, RecursionError):
        return None
    ours = isinstance(held, dict) and "experiment" in held and isinstance(held.get("files"), dict)
    return {"manifest.json", *held["files"]} if ours else None


def others_in(folder: Path) -> list[str]:
    """Return the files and links in a report's folder that are not its own: they stay when it is replaced.

    Raises ForecastError where the folder holds files and no report of ours: it is not replaced.
    """
    paths = (Path(place, name) for place, folders, names in os.walk(folder) for name in [*folders, *names])
    found = sorted(p.relative_to(folder).as_posix() for p in paths if p.is_symlink() or not p.is_dir())
    own = files_of(folder)
    if found and own is None:
        raise ForecastError(
            f"{folder}: is no report's folder (no manifest.json of a report) and holds"
            f" {', '.join(found[:5])};"
            " give a folder of its own (report.folder), or move them away. Nothing was changed"
        )
    return [name for name in found if name not in (own or ())]


def _carry_over(source: Path, target: Path) -> None:
    """Copy a file that is not ours beside the new report's; a link as a link."""
    if os.path.lexists(target):
        raise ForecastError(
            f"{source}: is not of the report that stands there, and the new report has a file of this name;"
            " move it away. Nothing was changed"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target, follow_symlinks=False)


def _trouble(error: OSError, target: Path) -> str:
    where = error.filename or target
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"the report cannot be written: {where} is read-only; choose another folder (report.folder, or"
            " publish.site). Nothing was changed"
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"the report cannot be written: no space left for {target}; free some or choose another folder"
            " (report.folder, or publish.site). Nothing was changed"
        )
    return (
        f"the report cannot be written to {target}: {error.strerror or error} ({where}). Nothing was changed"
    )
