"""Figures that were known before they were official: leaks and
first statements, and how far off they were.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from forecast.data.observations import Observations

EARLY_COLUMNS: tuple[str, ...] = (
    "series_id",
    "month",
    "kind",
    "value",
    "released",
    "official",
    "official_released",
    "log_error",
)


def early_figures(obs: Observations, series: Sequence[str], as_of: str | dt.date) -> pd.DataFrame:
    """Return leaks and first statements public on a day, beside the first official figure of their month.

    Parameters
    ----------
    obs : Observations
        Figures.
    series : sequence of str
    as_of : date
        What came out later is left open.

    Returns
    -------
    DataFrame
        `EARLY_COLUMNS`: kind is ``leak`` or ``flash``; the error is early over official, on logs.

    Examples
    --------
    >>> import forecast as fc
    >>> obs = fc.load_observations()
    >>> found = early_figures(obs, ["southwest.usbp"], "latest")
    >>> found.groupby("kind").size().to_dict()
    {'flash': 4, 'leak': 1}
    """
    day = obs.day_of(as_of)
    columns = ["series_id", "month", "status", "value", "released"]
    rows = pd.concat([obs.leaks[columns], obs.table.loc[obs.table["status"] == "flash", columns]])
    rows = rows[rows["series_id"].isin(list(series)) & (rows["released"] <= day)]
    official = obs.table[(obs.table["status"] != "flash") & (obs.table["released"] <= day)]
    first = official.sort_values("released", kind="stable").drop_duplicates(["series_id", "month"])
    first = first.rename(columns={"value": "official", "released": "official_released"})
    found = rows.rename(columns={"status": "kind"}).merge(
        first[["series_id", "month", "official", "official_released"]], how="left", on=["series_id", "month"]
    )
    found = found[~(found["official_released"] <= found["released"])]  # no longer early when it came out
    known = (found["value"] > 0) & (found["official"] > 0)
    ratio = np.where(known, found["value"] / found["official"].where(known, 1.0), np.nan)
    found["log_error"] = np.log(ratio)
    return found.sort_values(["series_id", "released", "month"], ignore_index=True)[list(EARLY_COLUMNS)]
