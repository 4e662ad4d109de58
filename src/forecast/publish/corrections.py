"""What a report corrects: the page of the same day that was published before it."""

from __future__ import annotations

import pandas as pd

from forecast.archive.store import Archive
from forecast.experiment.run import Correction


def correction_of(
    archive: Archive,
    experiment: str,
    kind: str,
    as_of: str,
    written: str,
    result: str,
    before: int | None = None,
) -> Correction | None:
    """Return what a report corrects, or None where it is the first page of its day.

    Parameters
    ----------
    archive : Archive
    experiment, kind, as_of : str
        Which report.
    written : str
        When it is made, as the archive keeps it: a report made again has the same bytes.
    result : str
        Hash of its forecasts.
    before : int, optional
        Only rounds before this one.
    """
    runs = archive.runs(experiment, kind)
    runs = runs[runs["as_of"] == as_of]
    if before is not None:
        runs = runs[runs["id"] < before]
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
