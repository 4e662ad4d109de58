"""Scenarios of earlier issues: which of them came true, and so may be scored."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from forecast.archive.store import Archive
from forecast.data.observations import Observations
from forecast.events.calendar import EventCalendar
from forecast.interventions.premise import PREMISE_COLUMNS, premises
from forecast.publish.rounds import settings_from


def premises_of(
    archive: Archive, record: pd.DataFrame, calendar: EventCalendar, obs: Observations, as_of: Any
) -> pd.DataFrame:
    """Tell of each scenario in a record whether what it assumed has happened, by the settings of its own issue.

    Returns
    -------
    DataFrame
        ``run, origin, scenario, state, why``.
    """
    rows = record[record["scenario"] != ""]
    if rows.empty:
        return pd.DataFrame(columns=["run", "origin", *PREMISE_COLUMNS])
    runs = archive.runs()
    config = dict(zip(runs["id"], runs["config"], strict=True))
    parts = []
    for number in rows["run"].unique():
        mine = rows[rows["run"] == number]
        exp, origin = settings_from(config[number]), mine["origin"].iloc[0]
        asked = {name: exp.scenario[name] for name in mine["scenario"].unique()}
        found = premises(asked, calendar, as_of, origin, obs, exp.target.total or exp.target.series[0])
        found["run"], found["origin"] = number, origin
        parts.append(found)
    return pd.concat(parts, ignore_index=True)[["run", "origin", *PREMISE_COLUMNS]]


def came_true(record: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a record without those of scenarios whose premise did not come true."""
    good = found[found["state"] == "true"]
    keys = set(zip(good["run"], good["scenario"], strict=True))
    pairs = zip(record["run"], record["scenario"], strict=True)
    kept = np.array([not s or (r, s) in keys for r, s in pairs], dtype=bool)
    return record.loc[kept]
