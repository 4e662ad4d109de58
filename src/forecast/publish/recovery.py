"""After a crash: finish what was archived, remove halves of what was not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from forecast.archive.store import Archive
from forecast.config.settings import Experiment
from forecast.files import sync_folder
from forecast.publish import folders
from forecast.publish.release import remade


def recover(
    archive: Archive, exp: Experiment, site: Path, scratch: Path, on_step: Callable[[str], None]
) -> list[str]:
    """Finish rounds that were archived but not put in place; remove halves of those that were not archived.

    Returns
    -------
    list of str
        What was done, a line each.
    """
    wanted = _not_in_place(archive, exp, site)
    notes = [_finish(archive, row, site, scratch / "recover", on_step) for row in wanted]
    keep = {
        folders.aside(site, row["path"])
        for row in wanted
        if not folders.folder_of(site, row["path"]).exists()
    }
    notes += [
        f"removed: {gone.name}, half a report of an interrupted round" for gone in folders.clear(site, keep)
    ]
    return notes


def unfinished(archive: Archive, exp: Experiment, site: Path) -> list[str]:
    """Return what `recover` would put in place, a line each; nothing is changed."""
    if not archive.path.is_file():
        return []
    return [f"would finish: {row['path']}" for row in _not_in_place(archive, exp, site)]


def _not_in_place(archive: Archive, exp: Experiment, site: Path) -> list[pd.Series]:
    """Return the archived rounds whose reports are not in the site."""
    runs = archive.runs(exp.name)
    reports = [runs.iloc[i] for i in range(len(runs)) if isinstance(runs["path"].iloc[i], str)]
    return [row for row in reports if not folders.folder_of(site, row["path"]).exists()]


def _finish(
    archive: Archive, row: pd.Series, site: Path, scratch: Path, on_step: Callable[[str], None]
) -> str:
    path = str(row["path"])
    aside = folders.aside(site, path)
    if aside.is_dir() and folders.folder_digest(aside) == row["digest"]:
        folders.put(aside, folders.folder_of(site, path))
        return f"finished: {path}, which an interrupted round had archived but not put in place"
    on_step(f"recover: {path}")
    shutil.rmtree(scratch, ignore_errors=True)
    made = remade(archive, row, scratch)
    if folders.folder_digest(made) != row["digest"]:
        return f"missing: {path}; made again from the archive it differs, so it is not put back"
    shutil.rmtree(aside, ignore_errors=True)
    aside.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(made, aside)
    sync_folder(aside)
    folders.put(aside, folders.folder_of(site, path))
    return f"restored: {path}, made again from the archive, every byte the same"
