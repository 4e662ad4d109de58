"""What a forecast hub asks for, as its files of configuration say it: ``tasks.json`` and ``admin.json``."""

from __future__ import annotations

import re

import pandas as pd

from forecast.files import Json

#: The version of the hubs' own schema that `tasks.json` is written for.
SCHEMA = "https://raw.githubusercontent.com/hubverse-org/schemas/main/v5.0.1/{}-schema.json"
TARGET = "monthly count"


def hub_name(text: str) -> str:
    """Return a text as hubs allow it in the name of a team or model.

    Examples
    --------
    >>> hub_name("arima-011 (log)")
    'arima_011_log'
    """
    return re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")


def tasks(forecasts: pd.DataFrame) -> dict[str, Json]:
    """Return the tasks that a set of forecasts answers, as ``tasks.json`` states them."""
    levels = common_levels(forecasts)
    groups: dict[tuple[float, ...], list[int]] = {}
    for horizon, found in sorted(levels.items()):
        groups.setdefault(tuple(sorted(found)), []).append(horizon)
    origins = sorted({f"{d:%Y-%m-%d}" for d in pd.to_datetime(forecasts["origin"])})
    return {
        "schema_version": SCHEMA.format("tasks"),
        "rounds": [
            {
                "round_id_from_variable": True,
                "round_id": "origin_date",
                "model_tasks": [
                    _task(forecasts, origins, horizons, wanted) for wanted, horizons in groups.items()
                ],
                "submissions_due": {"relative_to": "origin_date", "start": 0, "end": 20},
            }
        ],
        "output_type_id_datatype": "double",
        "derived_task_ids": ["target_end_date"],
    }


def _task(
    forecasts: pd.DataFrame, origins: list[str], horizons: list[int], levels: tuple[float, ...]
) -> dict[str, Json]:
    rows = forecasts[forecasts["horizon"].isin(horizons)]
    ends = sorted({m.end_time.strftime("%Y-%m-%d") for m in rows["month"].unique()})
    least = {"minimum": 0} if (rows["value"] >= 0).all() else {}
    return {
        "task_ids": {
            "origin_date": {"required": None, "optional": origins},
            "target": {"required": None, "optional": [TARGET]},
            "horizon": {"required": None, "optional": horizons},
            "location": {"required": None, "optional": sorted(set(rows["series_id"].astype(str)))},
            "target_end_date": {"required": None, "optional": ends},
        },
        "output_type": {
            "quantile": {
                "output_type_id": {"required": list(levels)},
                "is_required": True,
                "value": {"type": "double", **least},
            }
        },
        "target_metadata": [
            {
                "target_id": TARGET,
                "target_name": TARGET,
                "target_units": "count",
                "target_keys": {"target": TARGET},
                "description": (
                    "The count of a series (location) in the month that ends on target_end_date, [horizon]"
                    " months after the last month public on origin_date."
                ),
                "target_type": "continuous",
                "is_step_ahead": True,
                "time_unit": "month",
            }
        ],
    }


def admin(team: str) -> dict[str, Json]:
    """Return what ``admin.json`` says of a hub."""
    return {
        "schema_version": SCHEMA.format("admin"),
        "name": f"Forecasts of {team}",
        "maintainer": team,
        "contact": {"name": team, "email": "nobody@example.org"},
        "repository": {"host": "github", "owner": hub_name(team), "name": "hub"},
        "file_format": ["csv"],
        # the hubs' list of zones has none named UTC; this one keeps it all the year
        "timezone": "Atlantic/Reykjavik",
    }


def common_levels(rows: pd.DataFrame) -> dict[int, set[float]]:
    """Horizon -> the levels that every forecast of it has."""
    out: dict[int, set[float]] = {}
    keys = ["model", "knowledge", "series_id", "origin", "month"]
    for horizon, part in rows.groupby("horizon"):
        counts = part.assign(level=part["level"].astype(float).round(4)).groupby("level").size()
        most = len(part[keys].drop_duplicates())
        out[int(str(horizon))] = {float(str(level)) for level, n in counts.items() if n == most}
    return out
