"""What a report corrects: the page of the same day that was published before it."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from forecast.archive.store import Archive
from forecast.data.corrected import CORRECTED
from forecast.data.observations import Observations
from forecast.experiment.run import Correction


class Which(NamedTuple):
    """Which issue: of which experiment, published or replayed, of which day."""

    experiment: str
    kind: str
    as_of: str


def correction_of(
    archive: Archive,
    which: Which,
    written: str,
    result: str,
    before: int | None = None,
    alone: bool = False,
) -> Correction | None:
    """Return what a report corrects, or None where it is the first page of its day.

    Parameters
    ----------
    archive : Archive
    which : Which
        The report.
    written : str
        When it is made, as the archive keeps it: a report made again has the same bytes.
    result : str
        Hash of its forecasts.
    before : int, optional
        Only rounds before this one.
    alone : bool
        Whether nothing but corrected figures is new: then the report corrects the one before it.
    """
    runs = archive.runs(which.experiment, which.kind)
    if before is not None:
        runs = runs[runs["id"] < before]
    day = which.as_of
    if alone and not (runs["as_of"] == day).any():
        day = max((d for d in runs["as_of"] if d < day), default=day)
    runs = runs[runs["as_of"] == day]
    # rounds of a backfill have no page that could be corrected
    pages = runs[runs["path"].notna()]
    if pages.empty:
        return None
    first, last = pages.iloc[0], pages.iloc[-1]
    return Correction(
        day=pd.Timestamp(written[:10]),
        before=archive.forecasts([int(last["id"])], str(last["headline"])),
        headline=str(last["headline"]),
        same=str(last["result"]) == result,
        first=str(first["path"]),
        last=str(last["path"]) if last["id"] != first["id"] else "",
    )


def only_corrected(obs: Observations, series: list[str], archive: Archive, which: Which) -> bool:
    """Tell whether nothing but corrected figures came out since the issue before one."""
    experiment, kind, as_of = which
    runs = archive.runs(experiment, kind)
    last = max((day for day in runs["as_of"] if day < as_of), default=None)
    if last is None:
        return False
    rows = obs.table[obs.table["series_id"].isin(series)]
    rows = rows[(rows["released"] > pd.Timestamp(last)) & (rows["released"] <= pd.Timestamp(as_of))]
    return len(rows) > 0 and bool((rows["value_basis"] == CORRECTED).all())
