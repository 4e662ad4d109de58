"""Figures with their first counts: what a source changed without
another day counts from the day it was seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from forecast.archive.store import Archive
from forecast.data.corrected import CORRECTED, Vintage, correction_day
from forecast.data.csv_text import observations_csv
from forecast.data.load import load_observations
from forecast.data.observations import Observations, replace_rows
from forecast.files import safe_cells
from forecast.publish.sources import Source, laid_out

#: A row of the table: series, month, day of release.
Key = tuple[str, str, str]


def with_first_counts(
    obs: Observations, archive: Archive, series: list[str], today: pd.Timestamp
) -> Observations:
    """Return the figures with every count under its day as it was seen first, and its corrections as rows of
    their own.

    Parameters
    ----------
    obs : Observations
        What the source says now.
    archive : Archive
        What was seen before.
    series : list of str
        The series of the experiment.
    today : Timestamp
        From this day on a correction counts that was never seen before.
    """
    seen = archive.vintages(series) if archive.path.is_file() else pd.DataFrame()
    if seen.empty:
        return obs
    table, first = obs.table, _first_values(seen)
    own = table[table["series_id"].isin(series)]
    says = dict(zip(_keys(own), zip(own.index, own["value"], own["value_basis"], strict=True), strict=True))
    changed = {key: at for key, (at, value, _) in says.items() if first.get(key, value) != value}
    kept = [(key, value) for key, value in _corrections(seen) if key not in says]
    months = {key[:2] for key in [*changed, *(key for key, _ in kept)]}
    if not months:
        return obs
    known: dict[tuple[str, str], list[Vintage]] = {month: [] for month in months}
    for key, (_, value, basis) in says.items():
        if key[:2] in months:
            known[key[:2]].append(Vintage(key[2], first.get(key, value), basis))
    for key, value in kept:
        known[key[:2]].append(Vintage(key[2], value, CORRECTED))
    new = [
        ((*key[:2], day), value)
        for key, (_, value, basis) in says.items()
        if key[:2] in months and basis != CORRECTED
        if (day := correction_day(value, key[2], known[key[:2]], str(today.date()))) is not None
    ]
    made = table.astype({"value": float})  # a correction of whole numbers need not be one
    for key, at in changed.items():
        made.loc[at, "value"] = first[key]
    rows = [_row(made, key, value) for key, value in (*kept, *new)]
    return replace_rows(obs, pd.concat([made, *rows], ignore_index=True))


def _keys(rows: pd.DataFrame) -> list[Key]:
    days = rows["released"].dt.strftime("%Y-%m-%d")
    return list(zip(rows["series_id"], rows["month"].astype(str), days, strict=True))


def _first_values(seen: pd.DataFrame) -> dict[Key, float]:
    """Return the value of each row as it was seen first."""
    return dict(_valued(seen.sort_values("seen", kind="stable", ascending=False)))


def _corrections(seen: pd.DataFrame) -> list[tuple[Key, float]]:
    """Return the corrections seen so far, each by the value that was seen first."""
    return list(_first_values(seen[seen["value_basis"] == CORRECTED]).items())


def _valued(seen: pd.DataFrame) -> list[tuple[Key, float]]:
    keys = zip(seen["series_id"], seen["month"], seen["released"], strict=True)
    return list(zip(keys, seen["value"].astype(float), strict=True))


def _row(table: pd.DataFrame, key: Key, value: float) -> pd.DataFrame:
    """Return a correction as a row of the table, like the row that it corrects."""
    name, month, day = key
    like = table[(table["series_id"] == name) & (table["month"] == pd.Period(month, "M"))].head(1)
    made = like.assign(value=value, released=pd.Timestamp(day), release_basis="day", value_basis=CORRECTED)
    return made.astype(table.dtypes.to_dict())


def rewritten(source: Source, obs: Observations, folder: Path) -> Source:
    """Return the source whose figures are these, so that the archive and a run made again read the same."""
    files = {name: data for name, data in source.files.items() if name not in _figures(source.files)}
    files["data/observations.csv"] = observations_csv(obs.table).encode()
    if "data/series.csv" not in files:
        files["data/series.csv"] = safe_cells(obs.series.reset_index()).to_csv(index=False).encode()
    experiment = laid_out(source.experiment, files, folder)
    if source.experiment.events.path is None:
        experiment = replace(experiment, events=source.experiment.events)
    copy, given = str(experiment.data.path), source.places.get(str(source.experiment.data.path))
    places = {**source.places, **({copy: given} if given else {})}
    return Source(files, experiment, places)


def _figures(files: Mapping[str, bytes]) -> set[str]:
    """Return the names of the source files that hold figures."""
    beside = {"series", "leaks", "hierarchy", "breaks", "releases", "sources", "published"}
    return {name for name in files if name.startswith("data/") and Path(name).stem not in beside}


def reread(source: Source) -> Observations:
    """Return the figures of a rewritten source, as every later reader will see them."""
    data = source.experiment.data
    return load_observations(data.path, release_lag_days=data.release_lag_days, allow_gaps=data.allow_gaps)
