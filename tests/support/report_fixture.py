"""A run made by rule, for the tests of the report: real counts as known on a date, simple forecasts, all tables.

Nothing is fitted, so it is made in a moment and the same everywhere. `make_run` takes what a test wants to be
missing, late, refused or failed.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import fields, replace
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from forecast.archive.changes import STEP_COLUMNS, Reason, steps_between
from forecast.arima.kernel import job_of
from forecast.config.outlook import OutlookSpec
from forecast.config.settings import (
    BacktestSpec,
    CombinationSpec,
    DataSpec,
    Experiment,
    ModelSpec,
    ReportSpec,
    TargetSpec,
)
from forecast.data.load import load_observations
from forecast.data.observations import Observations
from forecast.events.calendar import EventCalendar, load_events
from forecast.events.estimability import Action, Verdict, Why, estimability_frame
from forecast.experiment import effects
from forecast.experiment.outlook import outlook
from forecast.experiment.run import Correction, Run
from forecast.interventions.compared import COMPARED_COLUMNS
from forecast.postprocess.chances import chances
from forecast.report.blocks import Chart
from forecast.report.figures.renderer import Studio
from forecast.report.pages import make_report
from forecast.report.sections.report import Report
from forecast.scoring.reliability import RELIABILITY_COLUMNS, with_reliability
from forecast.tables.columns import FOLD_COLUMNS, FORECAST_COLUMNS
from sharing import once

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
Z = np.array([NormalDist().inv_cdf(level) for level in LEVELS])
H = 12
MODELS = (
    ("short", "none", 0.19),
    ("random_walk", "none", 0.22),
    ("arima", "none", 0.19),
    ("arima", "at_origin", 0.19),
    ("seasonal_naive", "none", 0.4),
)
SERIES_COLUMNS = ("label", "name", "region", "component", "area", "demographic", "citizenship", "unit")


@functools.cache
def _observations() -> Observations:
    return load_observations()


@functools.cache
def _events() -> EventCalendar:
    return load_events()


def experiment(series: tuple[str, ...], as_of: str, **changes: Any) -> Experiment:
    """Return the settings of the run."""
    base: dict[str, Any] = {
        "name": "fixture",
        "question": "What comes next?",
        "as_of": as_of,
        "data": DataSpec(expected_by=35),
        "target": TargetSpec(series=series, total=series[0] if len(series) > 1 else None),
        "model": {
            "random_walk": ModelSpec("random_walk"),
            "arima": ModelSpec("arima"),
            "seasonal_naive": ModelSpec("seasonal_naive"),
        },
        "combination": {"short": CombinationSpec(members=("random_walk", "arima"))},
        "backtest": BacktestSpec(start="2010-01"),
        "report": ReportSpec(headline="short"),
    }
    return Experiment(**{**base, **changes})


def _paths(values: np.ndarray[Any, Any], at: int, model: str) -> np.ndarray[Any, Any]:
    """Return medians of the next `H` months from position `at`, by a simple rule for each model."""
    last, h = values[at], np.arange(1, H + 1)
    if model == "seasonal_naive":
        return np.array([values[at - 11 + k] for k in range(H)])
    if model == "random_walk":
        return np.full(H, last)
    year = np.array([values[max(0, at - 11 + k)] for k in range(H)])
    season = np.clip(year / values[max(0, at - 11)], 0.6, 1.6)
    power = 0.25 if model == "short" else 0.45
    return last * season**power * 1.004**h


def _forecast_table(series_id: str, counts: pd.Series, origins: pd.Series, first: int) -> pd.DataFrame:
    values, h, k = counts.to_numpy(float), np.arange(1, H + 1), len(LEVELS)
    months = counts.index.astype("int64").to_numpy()
    made, keys = [], []
    for model, knowledge, sd in MODELS:
        shift = 1.0 if knowledge == "none" else 0.97
        for at in range(first, len(values)):
            median = _paths(values, at, model) * shift
            wide = median[:, None] * np.exp(sd * np.sqrt(h)[:, None] * Z[None, :])
            made.append(np.maximum(0, wide).ravel())
            keys.append((model, knowledge, origins.iloc[at], months[at]))
    model, knowledge, origin, month = (list(column) for column in zip(*keys, strict=True))
    ahead = np.repeat(np.array(month), H * k) + np.tile(np.repeat(h, k), len(keys))
    columns = {
        "model": np.repeat(model, H * k),
        "series_id": series_id,
        "origin": pd.DatetimeIndex(origin).repeat(H * k),
        "month": pd.PeriodIndex.from_ordinals(ahead, freq="M"),
        "horizon": np.tile(np.repeat(h, k), len(keys)),
        "knowledge": np.repeat(knowledge, H * k),
        "scenario": "",
        "level": np.tile(LEVELS, H * len(keys)),
        "value": np.concatenate(made),
    }
    return pd.DataFrame(columns)[list(FORECAST_COLUMNS)]


def _wide(table: pd.DataFrame, truth: pd.Series) -> pd.DataFrame:
    keys = ["model", "knowledge", "series_id", "origin", "month", "horizon"]
    out = table.pivot_table(index=keys, columns="level", values="value").reset_index()
    return out.assign(truth=out["month"].map(truth)).dropna(subset=["truth"])


def _scores(wide: pd.DataFrame, eras: dict[str, tuple[str, str]]) -> pd.DataFrame:
    y = np.log(wide["truth"].to_numpy(float))
    q = np.log(np.maximum(wide[list(LEVELS)].to_numpy(float), 0.5))
    loss = np.maximum((y[:, None] - q) * np.array(LEVELS), (q - y[:, None]) * (1 - np.array(LEVELS))).mean(
        axis=1
    )
    frame = wide.assign(wis=2 * loss, mae=np.abs(y - q[:, 3]))
    rows = []
    for era, (first, last) in {"all": ("0001-01", "9999-12"), **eras}.items():
        months = frame["month"].astype(str)
        part = frame[(months >= first) & (months <= last)]
        if not len(part):
            continue
        groups = part.groupby(["model", "knowledge", "series_id", "horizon"])
        table = (
            groups[["wis", "mae"]]
            .mean()
            .assign(median_error=groups["mae"].median(), n=groups.size())
            .reset_index()
        )
        base = table[table["model"] == "random_walk"].set_index(["series_id", "horizon"])
        of = base[["wis", "mae", "median_error"]].to_dict("index")
        for row in table.itertuples():
            for metric in ("wis", "mae", "median_error"):
                value = float(getattr(row, metric))
                rows.append(
                    (
                        row.model,
                        row.knowledge,
                        "",
                        row.series_id,
                        row.horizon,
                        era,
                        "log",
                        metric,
                        value,
                        1 - value / of[row.series_id, row.horizon][metric],
                        row.n,
                        row.n,
                        "",
                    )
                )
    columns = [
        "model",
        "knowledge",
        "scenario",
        "series_id",
        "horizon",
        "era",
        "scale",
        "metric",
        "value",
        "skill",
        "n_ok",
        "n",
        "note",
    ]
    made = pd.DataFrame(rows, columns=columns)
    return made.assign(due=made["n"], scored=made["n_ok"], missing=0, not_common=0, message="")


def _calibration(wide: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for (model, knowledge, series_id, h), part in wide.groupby(
        ["model", "knowledge", "series_id", "horizon"]
    ):
        for nominal, low, high in ((0.5, 0.25, 0.75), (0.8, 0.1, 0.9), (0.95, 0.025, 0.975)):
            share = float(((part["truth"] >= part[low]) & (part["truth"] <= part[high])).mean())
            rows.append(
                (
                    model,
                    knowledge,
                    series_id,
                    h,
                    "all",
                    nominal,
                    share,
                    len(part),
                    len(part) / h,
                    share - 0.05,
                    share + 0.05,
                )
            )
    columns = [
        "model",
        "knowledge",
        "series_id",
        "horizon",
        "era",
        "nominal",
        "covered",
        "n",
        "n_independent",
        "lower",
        "upper",
    ]
    return pd.DataFrame(rows, columns=columns)


def _folds(backtest: pd.DataFrame) -> pd.DataFrame:
    keys = ["model", "knowledge", "scenario", "series_id", "origin"]
    rows = backtest[backtest["model"] != "short"][keys].drop_duplicates()
    return rows.assign(status="ok", n_months=200, events_used=0, message="")[list(FOLD_COLUMNS)]


@functools.cache
def _tables(series: tuple[str, ...], as_of: str, start: str) -> dict[str, pd.DataFrame]:
    obs, day = _observations(), pd.Timestamp(as_of)
    known = obs.known(day, list(series))
    parts: list[pd.DataFrame] = []
    newest: list[pd.DataFrame] = []
    wides = []
    for s in series:
        rows = known[known["series_id"] == s].sort_values("month")
        counts = pd.Series(rows["value"].to_numpy(float), index=pd.PeriodIndex(rows["month"], freq="M"))
        days = obs.first_released(s).reindex(counts.index).reset_index(drop=True)
        days.iloc[-1] = day
        table = _forecast_table(s, counts, days, max(24, (pd.Period(start, "M") - counts.index[0]).n))
        newest.append(table[table["origin"] == day])
        parts.append(table[table["origin"] < day])
        wides.append(_wide(parts[-1], counts))
    backtest, forecasts = (pd.concat(p, ignore_index=True) for p in (parts, newest))
    wide = pd.concat(wides, ignore_index=True)
    eras = dict(ReportSpec().eras)
    basis = forecasts[["model", "knowledge", "scenario", "series_id", "origin", "horizon"]].drop_duplicates()
    later = obs.known("latest", list(series))
    last = {s: known.loc[known["series_id"] == s, "month"].max() for s in series}
    later = later[[m > last[s] for s, m in zip(later["series_id"], later["month"], strict=True)]]
    calendar = _events().known(day)
    events = pd.concat([calendar.touching(s) for s in series]).drop_duplicates("id")
    return {
        "series": obs.series.loc[list(series)],
        "observations": known,
        "afterwards": later[["series_id", "month", "value", "released"]].reset_index(drop=True),
        "forecasts": forecasts.reset_index(drop=True),
        "backtest": backtest,
        "folds": _folds(backtest),
        "scores": _scores(wide, eras),
        "calibration": _calibration(wide),
        "intervals": basis.assign(method="square_root", n_errors=150, max_central=0.98, note="").reset_index(
            drop=True
        ),
        "events": events.sort_values(["effective_start", "id"]).reset_index(drop=True),
        "breaks": obs.breaks[obs.breaks["series_pattern"].str.contains("southwest.usbp", regex=False)],
        "leaks": obs.leaks[obs.leaks["released"] <= day],
    }


def models() -> pd.DataFrame:
    """Return the table of models."""
    rows = [
        ("random_walk", "random_walk", "Same as last month.", False),
        ("arima", "arima", "Seasonal ARIMA on logs.", True),
        ("seasonal_naive", "seasonal_naive", "Same month last year.", False),
        ("short", "combination", "random_walk, arima: weighted by inverse past errors", False),
    ]
    table = pd.DataFrame(rows, columns=["model", "kind", "description", "uses_events"])
    return table.assign(folds_ok=150, folds_failed=0, folds_skipped=0, refit_every=1)


def make_run(
    as_of: str = "2026-09-30",
    series: tuple[str, ...] = ("southwest.usbp",),
    start: str = "2010-01",
    **changes: Any,
) -> Run:
    """Return a run with every table of step one; `changes` replace fields."""
    tables = _tables(series, as_of, start)
    run = Run(
        experiment=experiment(series, as_of),
        as_of=pd.Timestamp(as_of),
        comparison=pd.DataFrame(),
        knowledge=pd.DataFrame(),
        effects=pd.DataFrame(),
        response=pd.DataFrame(),
        specification=pd.DataFrame(),
        fading=pd.DataFrame(),
        estimability=pd.DataFrame(),
        scenarios=pd.DataFrame(columns=list(FORECAST_COLUMNS)),
        scenario_notes=pd.DataFrame(),
        weights=pd.DataFrame(),
        cases=pd.DataFrame(),
        diagnostics=pd.DataFrame(),
        coefficients=pd.DataFrame(),
        models=models(),
        headline="short",
        digests={"figures": "f" * 64, "events": "e" * 64},
        **tables,
    )
    return replace(run, **{"chances": _chances(run.forecasts)} | changes)


def _chances(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return the chances of the headline, none of which was ever said before."""
    return with_reliability(
        chances(forecasts[forecasts["model"] == "short"], _observations()),
        pd.DataFrame(columns=list(RELIABILITY_COLUMNS)),
    )


def refuse(run: Run, central: float, from_horizon: int = 1, errors: int = 3) -> Run:
    """Return the run without central ranges of this level and more from a distance on."""
    low = (1 - central) / 2
    levels = [level for level in LEVELS if level <= low + 1e-9 or level >= 1 - low - 1e-9]
    gone = run.forecasts["level"].isin(levels) & (run.forecasts["horizon"] >= from_horizon)
    basis = run.intervals.copy()
    basis.loc[basis["horizon"] >= from_horizon, "n_errors"] = errors
    basis.loc[basis["horizon"] >= from_horizon, "max_central"] = 0.5
    left = run.forecasts[~gone].reset_index(drop=True)
    return replace(run, forecasts=left, intervals=basis, chances=_chances(left))


# --------------------------------------------------------------------------- causes


FIRST_ACTIVE = {
    "covid19_shock": "2020-03",
    "biden_inauguration": "2021-01",
    "mexico_enforcement_2024": "2024-01",
    "securing_border_proclamation_2024": "2024-06",
    "proc_10888_invasion": "2025-01",
}


def _effects(series_id: str) -> pd.DataFrame:
    rows = []
    for event, group, estimate, se, p in (
        ("covid19_shock", "covid19_shock;title42", -0.99, 0.25, 0.001),
        ("biden_inauguration", "biden_inauguration;mpp_suspension_2021", 0.17, 0.33, 0.087),
        ("mexico_enforcement_2024", "mexico_enforcement_2024", -0.84, 0.22, 0.0),
        ("securing_border_proclamation_2024", "", -0.02, 0.25, 0.857),
        ("proc_10888_invasion", "proc_10888_invasion;national_emergency_2025", -1.9, 0.35, 0.0),
    ):
        for level, z in ((0.8, 1.2816), (0.95, 1.96)):
            low, high = estimate - z * se, estimate + z * se
            percents = [100 * np.expm1(v) for v in (estimate, low, high)]
            rows.append(
                (
                    series_id,
                    "arima",
                    event,
                    group,
                    level,
                    estimate,
                    se,
                    low,
                    high,
                    *percents,
                    estimate * 0.8,
                    se * 0.7,
                    p,
                    231,
                    12,
                    "",
                )
            )
    columns = [
        "series_id",
        "model",
        "event",
        "group",
        "level",
        "estimate",
        "se",
        "lower",
        "upper",
        "percent",
        "percent_lower",
        "percent_upper",
        "shrunken",
        "shrunken_se",
        "placebo_p",
        "placebo_n",
        "active_months",
        "note",
    ]
    table = pd.DataFrame(rows, columns=columns)
    clear = table["placebo_p"] < 0.05
    sizes = {end: 100 * np.expm1(sign * 2.8 * table["se"]) for end, sign in (("fall", -1), ("rise", 1))}
    return table.assign(
        coding="rule",
        placebo_larger=(table["placebo_p"] * 231).round(),
        placebo_p_recent=np.where(table["event"] == "covid19_shock", np.nan, table["placebo_p"]),
        placebo_n_recent=60,
        placebo_lower=np.nan,
        placebo_upper=np.nan,
        clear=clear,
        why_group="",
        words=np.where(clear, "stands_out", "not_apart"),
        group_values="",
        message="",
        detectable_fall=sizes["fall"],
        detectable_rise=sizes["rise"],
        members=table["group"].where(table["group"] != "", table["event"]),
        raw_change=np.where(table["event"] == "biden_inauguration", -4.0, table["percent"] / 2),
        usual_change=3.0,
        test_years=np.where(clear, "passed", "failed"),
        test_recent=np.where(
            table["event"] == "covid19_shock", "not_testable", np.where(clear, "passed", "failed")
        ),
        test_models="not_run",
        first_active=pd.PeriodIndex(table["event"].map(FIRST_ACTIVE), freq="M"),
    )


#: Events of the fixture that stand out: their effect in percent, and how it varies with the shape.
CLAIMED = {
    "covid19_shock": (-60.0, 2.0),
    "mexico_enforcement_2024": (-55.0, 90.0),
    "proc_10888_invasion": (-85.0, 1.0),
}


def _specification(series_id: str) -> pd.DataFrame:
    rows = []
    for event, (percent, gap) in CLAIMED.items():
        choices = itertools.product(
            ("step", "decay", "ramp"),
            ("log", "none"),
            ("all", "last_120"),
            ("given", "auto"),
            ("all", "none", "without_title42"),
        )
        for n, (shape, transform, window, order, beside) in enumerate(choices):
            value = percent + gap * (shape == "ramp") + 0.1 * n
            rows.append(
                {
                    "event": event,
                    "shape": shape,
                    "transform": transform,
                    "window": window,
                    "order": order,
                    "beside": beside,
                    "percent": value,
                    "percent_lower_95": value - 20,
                    "percent_upper_95": value + 30,
                }
            )
    table = pd.DataFrame(rows).sort_values(["event", "percent"], ignore_index=True)
    return table.assign(series_id=series_id, words="", counted=True)


def _response(run: Run, series_id: str) -> pd.DataFrame:
    counts = run.observations.set_index("month")["value"].astype(float)
    rows = []
    for event, (percent, _) in CLAIMED.items():
        start = {
            "covid19_shock": "2020-03",
            "mexico_enforcement_2024": "2024-01",
            "proc_10888_invasion": "2025-01",
        }[event]
        months = counts.loc[start:].iloc[:15]
        for basis, at in (("same months", months), ("forecast before", months.iloc[:12])):
            for month, happened in [*at.items(), (pd.NaT, at.sum())]:
                middle = happened / (1 + percent / 100)
                cells = {
                    "without": middle,
                    "without_lower_80": 0.7 * middle,
                    "without_upper_80": 1.5 * middle,
                }
                cells |= {f"difference{k[7:]}": happened - v for k, v in cells.items()}
                note = "the first 12 months of 15" if pd.isna(month) and len(at) < 15 else ""
                rows.append(
                    {
                        "event": event,
                        "basis": basis,
                        "part": "total" if pd.isna(month) else "month",
                        "month": month,
                        "happened": happened,
                        **cells,
                        "percent": percent,
                        "note": note,
                    }
                )
    return pd.DataFrame(rows).assign(series_id=series_id)


def _fading(series_id: str) -> pd.DataFrame:
    rows = [
        ("covid19_shock", "decay", 0.5, 0.3, 0.8, "decay", 1.0, 0),
        ("covid19_shock", "lead", 0.0, 0.0, 1.2, "lead", np.nan, 3),
    ]
    columns = ["event", "what", "best", "lower_95", "upper_95", "words", "half_life", "most"]
    return pd.DataFrame(rows, columns=columns).assign(series_id=series_id)


def _estimability(series_id: str, day: pd.Timestamp) -> pd.DataFrame:
    rows = [
        ("covid19_shock", "2020-03", _verdict(7, "used", "active", "2020-03-01", "2020-09-30")),
        (
            "title42",
            "2020-03",
            _verdict(39, "merged", "active", "2020-03-21", "2023-05-11")._replace(
                merged_with="covid19_shock", detail="same_months"
            ),
        ),
        (
            "cbp_one_end",
            "2025-01",
            _verdict(19, "merged", "active", "2025-01-20")._replace(
                merged_with="proc_10888_invasion", detail="bundle", bundle="2025-01 emergency"
            ),
        ),
        (
            "great_recession",
            "2007-12",
            _verdict(19, "over_limit", "active", "2007-12-01", "2009-06-30")._replace(
                detail="later", later=10
            ),
        ),
        ("zero_tolerance", "2018-05", _verdict(2, "no_active_month", "outside", "2018-05-07", "2018-06-20")),
    ]
    verdicts = [
        (series_id, event, verdict._replace(first_active=pd.Period(month, "M").ordinal))
        for event, month, verdict in rows
    ]
    return estimability_frame(verdicts, pd.Timestamp(day))


def _verdict(months: int, action: Action, why: Why, begins: str, ends: str = "") -> Verdict:
    """Return a verdict on an event with its days."""
    first, last = (np.datetime64(day, "D").astype(int).item() if day else None for day in (begins, ends))
    return Verdict(active_months=months, action=action, why=why, begins=first, ends=last, window_months=300)


def _cases(run: Run, dates: tuple[str, ...]) -> pd.DataFrame:
    known = run.observations.set_index("month")["value"]
    parts = []
    for date, words in zip(
        dates,
        (
            "Title 42 had ended ten days before",
            "the record month was under way",
            "the day of the Guatemala talks",
            "the day after the emergency measures",
        ),
        strict=False,
    ):
        rows = run.backtest[(run.backtest["model"] == "short") & (run.backtest["horizon"] <= 6)]
        origins = rows.loc[rows["origin"] <= pd.Timestamp(date), "origin"]
        rows = rows[rows["origin"] == origins.max()]
        for knowledge, times in (("none", 1.0), ("at_origin", 1.07), ("hindsight", 0.75)):
            parts.append(
                rows.assign(
                    case=date,
                    label=words,
                    knowledge=knowledge,
                    value=rows["value"] * times,
                    actual=rows["month"].map(known),
                )
            )
    columns = [
        "case",
        "label",
        "model",
        "series_id",
        "origin",
        "month",
        "horizon",
        "knowledge",
        "level",
        "value",
        "actual",
    ]
    return pd.concat(parts, ignore_index=True)[columns]


def _knowledge(series_id: str) -> pd.DataFrame:
    rows = [
        ("short", series_id, "rule", h, "median_error", a, b, c, a - b, -0.01, 0.05, 123)
        for h, a, b, c in ((1, 0.113, 0.113, 0.104), (3, 0.307, 0.307, 0.247), (6, 0.588, 0.56, 0.365))
    ]
    return pd.DataFrame(
        rows,
        columns=[
            "model",
            "series_id",
            "coding",
            "horizon",
            "metric",
            "none",
            "at_origin",
            "hindsight",
            "gain",
            "lower",
            "upper",
            "n",
        ],
    )


def _scenarios(run: Run) -> tuple[pd.DataFrame, dict[str, Any]]:
    base = run.forecasts[run.forecasts["model"] == "short"]
    parts = []
    for name, start, times in (("stronger", 3, 0.52), ("half_undone", 5, 2.5)):
        moved = base["value"] * np.where(base["horizon"] >= start, times, 1.0)
        parts.append(base.assign(scenario=name, value=moved))
    from forecast.config.settings import ScenarioSpec

    specs = {
        "stronger": ScenarioSpec(label="A measure like that of January 2023 from November"),
        "half_undone": ScenarioSpec(label="Half of the January 2025 drop undone"),
    }
    return pd.concat(parts, ignore_index=True), specs


def with_causes(run: Run) -> Run:
    """Return the run with changes, effects, cases, knowledge and scenarios as well."""
    series_id = run.experiment.target.series[0]
    scenarios, specs = _scenarios(run)
    middle = float(run.forecasts.query("model == 'short' and level == 0.5 and horizon == 1")["value"].iloc[0])
    changes = pd.DataFrame(
        [
            ("last_issue", middle + 3100, np.nan, *Reason()),
            ("software", middle + 3100, 0.0, *Reason("same_again")),
            ("revised_figures", middle + 3103, 3.0, *Reason("several_revised", "2026-05", 3)),
            ("new_figure", middle, -3103.0, *Reason("new_month", "2026-08")),
            ("events", middle, 0.0, *Reason("new_events", text="Ports rule")),
            ("settings", middle, 0.0, *Reason("same_settings")),
            ("this_issue", middle, np.nan, *Reason()),
        ],
        columns=list(STEP_COLUMNS),
    )
    return replace(
        run,
        experiment=replace(run.experiment, scenario=specs),
        effects=_effects(series_id),
        response=_response(run, series_id),
        specification=_specification(series_id),
        fading=_fading(series_id),
        estimability=_estimability(series_id, run.as_of),
        cases=_cases(run, ("2023-05-21", "2023-12-23", "2024-05-07", "2025-01-21")),
        knowledge=_knowledge(series_id),
        scenarios=scenarios,
        changes=changes,
    )


# --------------------------------------------------------------------------- totals, chances, surprises


@functools.cache
def _looked(as_of: str) -> tuple[pd.DataFrame, ...]:
    """Return surprises, their changes, the season, and leads and lags of one measure, as a run has them."""
    exp, obs, events = experiment(("southwest.usbp",), as_of), _observations(), _events()
    with job_of(1):  # the same kernel in every process of the tests
        found = effects.restlessness(exp, obs, events, pd.Timestamp(as_of))
        return (*found, effects.around_starts(exp, obs, events, pd.Timestamp(as_of), ["clp_rule"]))


def with_outlook(run: Run) -> Run:
    """Return the run with all that is told beyond single months, made by the functions that a run calls."""
    spec = replace(run.experiment.data, layout=replace(run.experiment.data.layout, fiscal_start=10))
    exp = replace(run.experiment, data=spec, outlook=OutlookSpec(paths=100))
    rows = pd.concat([run.backtest, run.forecasts], ignore_index=True)
    found = outlook(exp, rows, _observations(), run.as_of, run.backtest["origin"].min())
    volatility, breaks, season, study = _looked(f"{run.as_of:%Y-%m-%d}")
    tables = {field.name: getattr(found, field.name) for field in fields(found)}
    tables |= {"volatility": volatility, "volatility_breaks": breaks, "season": season, "leads_lags": study}
    return replace(run, experiment=exp, **tables, compared=_compared(), gaps=_gaps())


def _compared() -> pd.DataFrame:
    """Return one comparison that was made and two that were refused."""
    base = {"series_id": "southwest.usbp", "months_before": 279, "months_after": 12, "n_placebos": 372}
    moved = "northern.usbp.blaine:touched;northern.usbp.havre:gaps;northern.usbp.swanton:0.040"
    told = {"event": "chnv_parole", "percent": 108.3, "p": 0.327, "verdict": "not_apart", "dropped": moved}
    rows = [base | told | {"reason": ""}]
    for event, reason in (("title42_end", "too_few_months_after"), ("clp_rule", "no_likeness")):
        rows.append(base | {"event": event, "verdict": "refused", "reason": reason, "dropped": ""})
    return pd.DataFrame(rows).reindex(columns=list(COMPARED_COLUMNS))


def _gaps() -> pd.DataFrame:
    months = pd.period_range("2020-01", "2023-12", freq="M")
    frame = {"series_id": "southwest.usbp", "event": "chnv_parole", "month": months, "actual": 150_000.0}
    made = pd.DataFrame(frame).assign(expected=90_000.0)
    made["part"] = np.where(made["month"] < pd.Period("2023-01", "M"), "before", "after")
    return made.assign(gap=np.log(made["actual"] / made["expected"]))


# --------------------------------------------------------------------------- whole reports, made once a worker

STATES = (
    "plain",
    "causes",
    "as_of_2024",
    "refused",
    "far_refused",
    "no_forecast",
    "late",
    "sectors",
    "own",
    "first",
    "published",
    "unmatured",
    "corrected",
)


def own_run() -> Run:
    """Return a run on a user's own figures: one series with a name only, no events, no breaks."""
    run = make_run("2019-03-01", start="2016-01")
    empty = {"events": run.events.iloc[:0], "breaks": run.breaks.iloc[:0], "leaks": run.leaks.iloc[:0]}
    series = pd.DataFrame(
        {"label": ["visits"], "name": ["visits"], "unit": ["count"]}, index=["southwest.usbp"]
    )
    spec = replace(run.experiment, data=DataSpec(path="visits.csv"))
    return replace(run, experiment=spec, series=series, afterwards=run.afterwards.iloc[:0], **empty)


def published_run(matured: bool = True) -> Run:
    """Return a run with published forecasts in its track record."""
    from forecast.report import view

    run = make_run(start="2022-01")
    table = view.track_record(view.replayed(run, "southwest.usbp"), "southwest.usbp")
    table = table[table["month"] >= pd.Period("2025-01", "M")].assign(kind="published")
    if not matured:
        table = table[table["origin"] == table["origin"].max()].assign(truth=np.nan)
    return replace(run, track_record=table.reset_index(drop=True))


def corrected_run() -> Run:
    """Return a run whose page was published before with one figure wrong."""
    from forecast.report import view

    run = make_run(start="2022-01")
    rows = view.headline_rows(run.forecasts, run.headline, "southwest.usbp")
    now = float(rows.loc[(rows["horizon"] == 1) & (rows["level"] == 0.5), "value"].iloc[0])
    reasons = [
        Reason("same_software"),
        Reason("one_revised", "2026-07", 1),
        Reason("no_new_month"),
        Reason(),
        Reason(),
    ]
    changes = steps_between(now * 1.1, [now * 1.1, now, now, now, now], now, reasons)
    before = rows.assign(value=rows["value"] * 1.1)
    return replace(
        run,
        changes=changes,
        correction=Correction(pd.Timestamp("2026-10-02"), before, run.headline, False, "reports/2026-09-30"),
    )


@functools.cache
def state(name: str) -> Run:
    """Return a run in one of the states that the page knows."""
    if name == "causes":
        return with_causes(make_run(start="2018-01"))
    if name == "as_of_2024":
        return with_outlook(make_run("2024-05-07", start="2018-01"))
    if name == "refused":
        return refuse(make_run(start="2022-01"), 0.8)
    if name == "far_refused":
        return refuse(make_run(start="2022-01"), 0.8, from_horizon=4)
    if name == "no_forecast":
        run = make_run(start="2022-01")
        return replace(run, forecasts=run.forecasts[run.forecasts["model"] != "short"])
    if name == "late":
        return replace(make_run(start="2022-01"), as_of=pd.Timestamp("2026-11-24"))
    if name == "sectors":
        return make_run(
            "2024-05-07", ("southwest.usbp", "southwest.usbp.del_rio", "southwest.usbp.big_bend"), "2022-01"
        )
    if name == "own":
        return own_run()
    if name == "first":
        run = make_run(start="2022-01")
        none = {
            "backtest": run.backtest.iloc[:0],
            "scores": run.scores.iloc[:0],
            "calibration": run.calibration.iloc[:0],
            "folds": run.folds.iloc[:0],
        }
        return replace(run, **none)
    if name == "corrected":
        return corrected_run()
    if name in ("published", "unmatured"):
        return published_run(matured=name == "published")
    return make_run(start="2018-01")


@functools.cache
def brief(name: str) -> Run:
    """Return the run of a state whose report is one page."""
    run = state(name)
    spec = replace(run.experiment, report=replace(run.experiment.report, brief=True))
    return replace(run, experiment=spec)


@functools.cache
def files(name: str) -> dict[str, bytes]:
    """Return all files of the report of a state, without PNG."""
    from forecast.report.build import report_files

    return once(
        f"report of {name}",
        lambda: report_files(state(name), versions={"python": "3"}, durations={}, png=False),
    )


class Blank(Studio):
    """A studio that draws nothing."""

    def chart(self, draw: Any, chart: Chart) -> Chart:
        return chart


def report(run: Run) -> Report:
    """Return what the sections of a run's pages are made from; nothing is drawn."""
    return make_report(run, Blank(png=False), versions={"python": "3"})


@functools.cache
def report_of(name: str) -> Report:
    """Return the report of a state; nothing is drawn."""
    return report(state(name))
