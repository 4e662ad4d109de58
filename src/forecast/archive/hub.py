"""The layout of forecast hubs (hubverse): model output, target data with vintages, and the tasks they answer.

A hub takes one file for each model and day, ``model-output/TEAM-MODEL/DATE-TEAM-MODEL.csv``, quantiles in
rows. Everything in it can be read back, and forecasts of other hubs become a table that `score` takes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.archive.hub_tasks import TARGET, admin, common_levels, hub_name, tasks
from forecast.arguments import checked
from forecast.config.bounds import Text
from forecast.config.convert import check_arguments
from forecast.config.settings import LEVELS
from forecast.data.cells import checked_texts
from forecast.errors import ConfigError, DataError, Finding, nearest, raise_for_errors
from forecast.files import inside, plain_cell, safe_cells, write_file
from forecast.tables.columns import FORECAST_COLUMNS
from forecast.tables.forecasts import Forecasts, select

if TYPE_CHECKING:
    from forecast.data.observations import Observations

#: Columns of model output, in the order in which they are written.
HUB_COLUMNS: tuple[str, ...] = (
    "origin_date",
    "target",
    "horizon",
    "location",
    "target_end_date",
    "output_type",
    "output_type_id",
    "value",
)
#: What rows of a hub may hold; medians and quantiles are read.
_OUTPUT_TYPES = ("quantile", "median", "mean", "cdf", "pmf", "sample")
#: Names that hubs give to the day of a forecast.
_ORIGINS = ("origin_date", "reference_date", "forecast_date")


def to_hub(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return the forecasts of one model as rows of a hub file, in a fixed order."""
    out = pd.DataFrame(
        {
            "origin_date": pd.to_datetime(forecasts["origin"]).dt.strftime("%Y-%m-%d"),
            "target": TARGET,
            "horizon": forecasts["horizon"].astype(int),
            "location": forecasts["series_id"].astype(str),
            "target_end_date": [m.end_time.strftime("%Y-%m-%d") for m in forecasts["month"]],
            "output_type": "quantile",
            "output_type_id": forecasts["level"].astype(float).round(4),
            "value": forecasts["value"].astype(float),
        }
    )
    return out.sort_values(["origin_date", "location", "horizon", "output_type_id"], ignore_index=True)


@checked
def write_hub(
    forecasts: pd.DataFrame, obs: Observations, folder: str | Path, team: str = "forecast"
) -> list[Path]:
    """Write forecasts into a hub's folder: model output, target data, tasks; files that are there stay as
    they are.

    Parameters
    ----------
    forecasts : DataFrame
        A forecast table; scenario rows are left out. What a row knew of events becomes part of its model's
        name.
    obs : Observations
        Figures; every vintage of the series goes into ``target-data/time-series.csv``.
    folder : str or Path
        The hub.
    team : str
        First part of the names of models.

    Returns
    -------
    list of Path
        Files written now.

    Raises
    ------
    ConfigError
        For a table without forecasts, or without a column that a hub needs.

    Notes
    -----
    A hub asks for the same levels of every forecast of a horizon. Where ranges were refused for some dates,
    the levels that all have are written; the others stay in the archive.
    """
    check_arguments(team=(team, Text))
    folder = Path(folder)
    rows = select(Forecasts.of(forecasts).frame, scenario="")
    if not len(rows):
        raise ConfigError("write_hub: the table holds no forecast that belongs to no scenario")
    rows = rows.assign(level=rows["level"].astype(float).round(4))
    common = common_levels(rows)
    rows = rows[[level in common[int(h)] for h, level in zip(rows["horizon"], rows["level"], strict=True)]]
    written = []
    for (model, knowledge), mine in rows.groupby(["model", "knowledge"], sort=True):
        known = "" if knowledge == "none" else f"_{hub_name(str(knowledge))}"
        name = f"{hub_name(team)}-{hub_name(str(model))}{known}"
        for origin, part in mine.groupby("origin"):
            file = f"model-output/{name}/{pd.Timestamp(str(origin)):%Y-%m-%d}-{name}.csv"
            path = inside(folder, file, "hub file")
            if not path.is_file():
                write_file(path, _csv(to_hub(part)))
                written.append(path)
        about = inside(folder, f"model-metadata/{name}.yml", "hub file")
        if not about.is_file():
            write_file(
                about,
                f"team_abbr: {hub_name(team)}\nmodel_abbr: {name.partition('-')[2]}\ndesignated_model:"
                " true\n",
            )
            written.append(about)
    series = sorted(set(rows["series_id"]))
    for path, text in (
        (folder / "target-data" / "time-series.csv", _csv(target_series(obs, series))),
        (folder / "hub-config" / "tasks.json", json.dumps(tasks(rows), indent=2) + "\n"),
        (folder / "hub-config" / "admin.json", json.dumps(admin(team), indent=2) + "\n"),
    ):
        if write_file(path, text):
            written.append(path)
    return written


def target_series(obs: Observations, series: Sequence[str]) -> pd.DataFrame:
    """Return every vintage of some series as a hub's target data:
    ``target_end_date, target, location, as_of, observation``.
    """
    rows = obs.table[obs.table["series_id"].isin(list(series))]
    out = pd.DataFrame(
        {
            "target_end_date": [m.end_time.strftime("%Y-%m-%d") for m in rows["month"]],
            "target": TARGET,
            "location": rows["series_id"].astype(str).to_numpy(),
            "as_of": rows["released"].dt.strftime("%Y-%m-%d").to_numpy(),
            "observation": rows["value"].to_numpy(float),
        }
    )
    return out.sort_values(["location", "target_end_date", "as_of"], ignore_index=True)


def _csv(table: pd.DataFrame) -> str:
    return str(safe_cells(table).to_csv(index=False, lineterminator="\n"))


# --------------------------------------------------------------------------- reading


@checked
def read_hub(
    folder: str | Path,
    models: Sequence[str] | None = None,
    locations: Mapping[str, str] | None = None,
    target: str | None = None,
    obs: Observations | None = None,
) -> pd.DataFrame:
    """Return the forecasts of a hub's folder as a forecast table.

    Parameters
    ----------
    folder : str or Path
        A hub, or its ``model-output``.
    models : sequence of str, optional
        Folders of ``model-output``; all when None.
    locations : mapping, optional
        Location -> series_id, where they differ.
    target : str, optional
        The target to read, where the files hold several.
    obs : Observations, optional
        Count horizons as `fc.backtest` does, from the last official month of each series on the day of the
        forecast, so that the table can be joined with one of ours; forecasts of months that were official by
        then are left out. A hub counts from a month of its own.

    Raises
    ------
    DataError
        With every problem of every file, for files of several targets, and for a model with two forecasts of
        one day.
    """
    folder = Path(folder)
    place = folder / "model-output" if (folder / "model-output").is_dir() else folder
    files = [p for p in sorted(place.glob("*/*.csv")) if models is None or p.parent.name in models]
    if not files:
        raise DataError(f"{place}: holds no model output (MODEL/DATE-MODEL.csv)")
    tables, findings, others, targets = [], list[Finding](), list[Finding](), dict[str, str]()
    for path in files:
        table, found, named = _read(path, locations or {}, target)
        if target is not None and [f.check for f in found] == ["target"]:
            others += found  # a file of other targets than the one that is named
            continue
        findings += found
        tables.append(table)
        targets.setdefault(named, path.name)
    raise_for_errors(findings if tables else others)
    if len(targets) > 1:
        told = ", ".join(f"'{name}' ({file})" for name, file in targets.items())
        raise DataError(f"{place}: its files hold several targets: {told}; say which one, target='...'")
    table = pd.concat(tables, ignore_index=True)
    twice = table[table.duplicated(["model", "series_id", "origin", "month", "level"])]
    if len(twice):
        model, day = twice.iloc[0][["model", "origin"]]
        raise DataError(f"{place}: two files hold forecasts of {model} made on {day:%Y-%m-%d}; expected one")
    return table if obs is None else _from_last_official(table, obs)


def _from_last_official(table: pd.DataFrame, obs: Observations) -> pd.DataFrame:
    """Count the months of each forecast from the last official one of its series on its day."""
    last = {
        (series, day): obs.as_of(day, [str(series)]).last_official[str(series)].ordinal
        for series, day in table[["series_id", "origin"]].drop_duplicates().itertuples(index=False)
    }
    start = np.array([last[key] for key in zip(table["series_id"], table["origin"], strict=True)])
    counted = table.assign(horizon=pd.PeriodIndex(table["month"]).asi8 - start)
    return counted[counted["horizon"] > 0].reset_index(drop=True)


def read_hub_file(
    path: Path, locations: Mapping[str, str] | None = None, target: str | None = None
) -> pd.DataFrame:
    """Return the forecasts of one hub file; the model's name is taken from the file's name.

    Parameters
    ----------
    path : Path
    locations, target
        As in `read_hub`.

    Raises
    ------
    DataError
        With every problem of the file.
    """
    table, findings, _ = _read(path, locations or {}, target)
    raise_for_errors(findings)
    return table


def _read(
    path: Path, locations: Mapping[str, str], target: str | None
) -> tuple[pd.DataFrame, list[Finding], str]:
    """Return the forecasts of a file, what is wrong with it, and of which target they are."""
    raw, findings = _raw_rows(path)
    if not findings:
        raw, findings = _of_target(raw, target, path.name)
    if findings:
        return pd.DataFrame(), findings, ""
    named = str(raw["target"].iloc[0]) if "target" in raw and len(raw) else ""
    cells, findings = _cells(raw, path.name)
    if raw.empty:
        expected = "output_type quantile"
        what = "holds no quantile or median"
        findings.append(Finding("rows", "error", what, file=path.name, expected=expected))
    if findings:
        return pd.DataFrame(), findings, named
    dated = re.match(r"\d{4}-\d{2}-\d{2}(?=-)", path.stem)
    if dated and (day := f"{cells['origin'].iloc[0]:%Y-%m-%d}") != dated[0]:
        what = f"holds forecasts made on {day}"
        findings.append(
            Finding("origin", "error", what, file=path.name, expected=f"{dated[0]}, as its name says")
        )
    table = cells.assign(
        model=path.stem[11:] if dated else path.parent.name,
        series_id=[locations.get(x, x) for x in raw["location"]],
        knowledge="none",
        scenario="",
    )
    table = table.drop_duplicates(["series_id", "origin", "month", "level"], keep="first")
    falling = _falling(table)
    if falling:
        what = f"quantiles fall with the level in {falling}"
        findings.append(Finding("levels", "error", what, file=path.name, expected="never"))
    order = ["series_id", "origin", "month", "level"]
    return table.sort_values(order, ignore_index=True)[list(FORECAST_COLUMNS)], findings, named


def _raw_rows(path: Path) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the quantiles and medians of a file as texts, with the line of each and its origin."""
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        return pd.DataFrame(), [Finding("file", "error", f"cannot be read as CSV ({error})", file=path.name)]
    origin = next((c for c in _ORIGINS if c in raw), None)
    needed = ["location", "output_type", "output_type_id", "value", "target_end_date"]
    missing = [c for c in needed if c not in raw] + ([] if origin else [" or ".join(_ORIGINS)])
    if missing:
        what = f"has no column {', '.join(missing)}"
        columns = ", ".join(HUB_COLUMNS)
        return pd.DataFrame(), [Finding("header", "error", what, file=path.name, row=1, expected=columns)]
    texts = [column for column in ("location", "target") if column in raw]
    raw = raw.map(str.strip)
    raw[texts] = raw[texts].map(plain_cell)
    raw = raw.assign(row=np.arange(2, len(raw) + 2))
    for column in texts:
        _, unclean = checked_texts(raw[column], raw["row"], column, path.name, is_id=True)
        if unclean:
            return pd.DataFrame(), unclean
    unknown = raw[~raw["output_type"].isin(_OUTPUT_TYPES)]
    if len(unknown):
        return pd.DataFrame(), [
            Finding(
                "output_type",
                "error",
                f"output_type is '{kind}'",
                file=path.name,
                row=int(row),
                expected=f"one of {', '.join(_OUTPUT_TYPES)}",
                hint=nearest(kind, _OUTPUT_TYPES).strip(),
            )
            for kind, row in list(zip(unknown["output_type"], unknown["row"], strict=True))[:3]
        ]
    return raw[raw["output_type"].isin(["quantile", "median"])], []


def _of_target(raw: pd.DataFrame, target: str | None, name: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the rows of one target; a file of several needs one that is named."""
    if "target" not in raw:
        return raw, []
    found = sorted(set(raw["target"]))
    kept = raw if target is None else raw[raw["target"] == target]
    if (len(found) > 1 and target is None) or (found and kept.empty):
        what = f"holds forecasts of {', '.join(map(repr, found))}"
        wanted = "one of them, chosen by target=" if target is None else repr(target)
        return kept, [Finding("target", "error", what, file=name, expected=wanted)]
    return kept, []


def _cells(raw: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Return origin, month, horizon, level and value of rows of text, and the cells that are wrong."""
    origin = next(c for c in _ORIGINS if c in raw)
    stated = raw["output_type_id"].where(raw["output_type"] == "quantile", "0.5")
    level = pd.to_numeric(stated, errors="coerce")
    value = pd.to_numeric(raw["value"], errors="coerce")
    days = pd.to_datetime(raw[origin], format="%Y-%m-%d", errors="coerce")
    ends = pd.to_datetime(raw["target_end_date"], format="%Y-%m-%d", errors="coerce")
    inside = ends.isna() | ((ends + pd.Timedelta(days=1)).dt.day != 1)
    steps = pd.to_numeric(raw["horizon"] if "horizon" in raw else pd.Series(0, raw.index), errors="coerce")
    wrong = (
        ("horizon", ~(steps % 1 == 0), "a whole number of months"),
        ("output_type_id", ~(level > 0) | ~(level < 1), "a level between 0 and 1"),
        ("value", ~np.isfinite(value), "a number"),
        (origin, days.isna(), "a date YYYY-MM-DD"),
        ("target_end_date", inside, "the last day of a month: only monthly forecasts can be read"),
    )
    findings = [
        Finding("cell", "error", f"{column} is '{cell}'", file=name, row=int(row), expected=expected)
        for column, bad, expected in wrong
        if bad.any()
        for row, cell in list(zip(raw["row"][bad], raw[column][bad], strict=True))[:3]
    ]
    if findings:
        return pd.DataFrame(), findings
    months = pd.PeriodIndex(ends, freq="M")
    if "horizon" not in raw:
        steps = pd.Series([m.ordinal - pd.Period(d, "M").ordinal for m, d in zip(months, days, strict=True)])
    columns = {"origin": days.to_numpy(), "month": months, "horizon": steps.astype(int).to_numpy()}
    table = pd.DataFrame({**columns, "level": level.to_numpy(float), "value": value.to_numpy(float)})
    return table, _contradictions(table, raw, origin, name)


def _contradictions(table: pd.DataFrame, raw: pd.DataFrame, origin: str, name: str) -> list[Finding]:
    """Find what a file says twice and not alike: the day, the count of months, a quantile."""
    rows, findings = raw["row"].to_numpy(), []
    found = table["origin"].drop_duplicates()
    if len(found) > 1:
        what = f"two days of {origin}: {found.iloc[0]:%Y-%m-%d} and {found.iloc[1]:%Y-%m-%d}"
        findings.append(Finding("origin", "error", what, file=name, row=int(rows[found.index[1]])))
        return findings
    # each series is counted from its own last month
    start = pd.Series(pd.PeriodIndex(table["month"]).asi8 - table["horizon"].to_numpy())
    location = raw["location"].to_numpy()
    odd = np.flatnonzero(start != start.groupby(location).transform("first"))
    if len(odd):
        what = f"horizon {table['horizon'][odd[0]]} for {table['month'][odd[0]]}"
        first = int(np.flatnonzero(location == location[odd[0]])[0])
        expected = (
            "horizons that agree with target_end_date, as horizon"
            f" {table['horizon'][first]} for {table['month'][first]}"
        )
        findings.append(
            Finding("horizon", "error", what, file=name, row=int(rows[odd[0]]), expected=expected)
        )
    keyed = table.assign(location=location)
    key = ["location", "month", "level"]
    spread = keyed.groupby(key)["value"].transform(lambda values: values.max() - values.min())
    for at in np.flatnonzero(keyed.duplicated(key) & (spread > 0))[:3]:
        what = (
            f"level {table['level'][at]:g} of {raw['location'].iloc[at]}, {table['month'][at]}, stands twice"
        )
        findings.append(Finding("levels", "error", what, file=name, row=int(rows[at]), expected="one value"))
    return findings


def _falling(table: pd.DataFrame) -> str:
    for (series, month), part in table.groupby(["series_id", "month"]):
        if (part.sort_values("level")["value"].diff() < -1e-9).any():
            return f"{series} {month}"
    return ""


__all__ = [
    "HUB_COLUMNS",
    "LEVELS",
    "hub_name",
    "read_hub",
    "read_hub_file",
    "target_series",
    "tasks",
    "to_hub",
    "write_hub",
]
