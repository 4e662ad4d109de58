"""What an experiment says of events: what each seemed to do, what
knowing them was worth, and what if one changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from forecast.arima.kernel import same_kernel
from forecast.backtesting.folds import FoldSource
from forecast.config.settings import Coding, Experiment, Knowledge
from forecast.data.observations import Observations
from forecast.errors import ForecastError
from forecast.events.calendar import EventCalendar
from forecast.experiment.named import pair_with_events
from forecast.interventions.compared import COMPARED_COLUMNS, GAP_COLUMNS
from forecast.interventions.counterfactual import RESPONSE_COLUMNS
from forecast.interventions.effects import EFFECT_COLUMNS, with_other_models
from forecast.interventions.event_study import LEAD_LAG_COLUMNS
from forecast.interventions.foresight import (
    CASE_COLUMNS,
    WORTH_COLUMNS,
    adjusted_rows,
    case_forecasts,
    knowledge_table,
)
from forecast.interventions.profiles import FADING_COLUMNS
from forecast.interventions.regression import ENOUGH_MONTHS
from forecast.interventions.robustness import SPECIFICATION_COLUMNS
from forecast.interventions.scenarios import NOTE_COLUMNS, run_scenarios
from forecast.interventions.study import Study
from forecast.interventions.volatility import SEASON_COLUMNS, VOLATILITY_BREAK_COLUMNS, VOLATILITY_COLUMNS
from forecast.models.base import Model
from forecast.tables.columns import FORECAST_COLUMNS

CODINGS: tuple[Coding, ...] = ("rule", "judged")
#: What the page prints of the worth of knowing; `knowledge_table` can measure more.
MEASURES = ("median_error", "mae", "log_wis")


def policy_effects(
    exp: Experiment, obs: Observations, calendar: EventCalendar, as_of: pd.Timestamp
) -> pd.DataFrame:
    """Return what each event seemed to do to the first series, as could be estimated at `as_of`."""
    if exp.events.effects is None:
        return pd.DataFrame(columns=list(EFFECT_COLUMNS))
    return _study(exp, obs, calendar, as_of).effects()


def _study(
    exp: Experiment,
    obs: Observations,
    calendar: EventCalendar,
    as_of: pd.Timestamp,
    donors: Sequence[str] = (),
) -> Study:
    name = exp.target.total or exp.target.series[0]
    panel = obs.as_of(as_of, [name, *donors], include_leaks=exp.data.include_leaks).window(
        exp.backtest.window
    )
    told = exp.events.effects if len(calendar.rules) else None  # a user's calendar has one coding
    return Study(panel, calendar, spec=replace(exp.events, coding=told or "rule"), series_id=name)


@dataclass(frozen=True)
class Looked:
    """Effects with the test of other models, month by month, under every choice, and how they faded."""

    effects: pd.DataFrame
    response: pd.DataFrame
    specification: pd.DataFrame
    fading: pd.DataFrame


def closer_look(
    exp: Experiment, obs: Observations, calendar: EventCalendar, as_of: pd.Timestamp, table: pd.DataFrame
) -> Looked:
    """Return the months with and without each effect; under every choice, and how it faded, those that are
    claimed.

    Claimed are the effects that stand out; where none does, the largest that is not too short to tell.
    """
    empty = [pd.DataFrame(columns=list(c)) for c in (RESPONSE_COLUMNS, SPECIFICATION_COLUMNS, FADING_COLUMNS)]
    nothing = Looked(table, *empty)
    rows = table[
        (table["level"] == 0.8) & (table["active_months"] >= ENOUGH_MONTHS) & table["estimate"].notna()
    ]
    if not len(rows):
        return nothing
    study = _study(exp, obs, calendar, as_of)
    response = study.counterfactual(seed=exp.seed)
    which = exp.specification.effects
    rows = rows.assign(size=rows["estimate"].abs()).sort_values(
        ["clear", "size"], ascending=False, kind="stable"
    )
    claimed = (
        rows if which == "all" else rows[rows["clear"].astype(bool)] if rows["clear"].any() else rows.head(1)
    )
    if which == "none":
        return replace(nothing, response=response)
    names = claimed["event"].tolist()
    curves = study.robustness(*names, choices=exp.specification)
    profiles = [profile.row() for name in names for profile in study.profiles(name)]
    specification = pd.concat([c.table for c in curves], ignore_index=True)
    return Looked(
        with_other_models(table, specification),
        response,
        specification,
        pd.DataFrame(profiles)[list(FADING_COLUMNS)],
    )


def compared_effects(
    exp: Experiment, obs: Observations, calendar: EventCalendar, as_of: pd.Timestamp, table: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare the months of each effect with series that it did not touch, where `events.donors` names such.

    Returns
    -------
    compared, gaps : DataFrame
        One row an effect, refused ones with their reason; each month's figure beside what the donors make
        of it.
    """
    empty = pd.DataFrame(columns=list(COMPARED_COLUMNS)), pd.DataFrame(columns=list(GAP_COLUMNS))
    rows = table[(table["level"] == 0.8) & table["estimate"].notna()]
    if not exp.events.donors or rows.empty:
        return empty
    study = _study(exp, obs, calendar, as_of, exp.events.donors)
    donors = [name for name in exp.events.donors if name != study.series]
    found = [study.compared(event, donors) for event in rows["event"]]
    gaps = [one.gaps for one in found if len(one.gaps)]
    return (
        pd.concat([one.table for one in found], ignore_index=True),
        pd.concat(gaps, ignore_index=True) if gaps else empty[1],
    )


def around_starts(
    exp: Experiment, obs: Observations, calendar: EventCalendar, as_of: pd.Timestamp, events: Sequence[str]
) -> pd.DataFrame:
    """Return the leads and lags of events: one estimate for each month around their start."""
    empty = pd.DataFrame(columns=list(LEAD_LAG_COLUMNS))
    if not len(events):
        return empty
    study = _study(exp, obs, calendar, as_of)
    return pd.concat([study.leads_and_lags(event) for event in events], ignore_index=True)


def restlessness(
    exp: Experiment, obs: Observations, calendar: EventCalendar, as_of: pd.Timestamp
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return how large the monthly surprises were, when that changed, and the season of each five years.

    A series that its model refuses, or that is too short, has empty tables but for the reason.

    Returns
    -------
    volatility, volatility_breaks, season : DataFrame
    """
    study = _study(exp, obs, calendar, as_of)
    try:
        return (*study.volatility(), study.season())
    except ForecastError:
        columns = (VOLATILITY_COLUMNS, VOLATILITY_BREAK_COLUMNS, SEASON_COLUMNS)
        first, second, third = (pd.DataFrame(columns=list(names)) for names in columns)
        second.loc[0, ["series_id", "verdict", "decides_ranges"]] = study.series, "no_model", False
        return first, second, third


def worth_of_knowing(
    exp: Experiment,
    past: pd.DataFrame,
    obs: Observations,
    calendar: EventCalendar,
    as_of: pd.Timestamp,
    source: FoldSource | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lay events over the headline combination as known and with hindsight, and compare with none.

    Parameters
    ----------
    past : DataFrame
        Scored forecasts with their ranges.
    obs : Observations
        Figures public at `as_of`; a month of a case that came out later is left open.
    source : FoldSource, optional
        Panels that the backtest made already.

    Returns
    -------
    knowledge, cases : DataFrame
        Empty where no row with events stands beside the headline.
    """
    pair = pair_with_events(exp)
    nothing = pd.DataFrame(columns=list(WORTH_COLUMNS)), pd.DataFrame(columns=list(CASE_COLUMNS))
    rows = past[past["model"] == exp.report.headline]
    if pair is None or pair[0] != exp.report.headline or rows.empty:
        return nothing
    name = exp.target.total or exp.target.series[0]
    rows = rows[(rows["series_id"] == name) & rows["level"].notna()]
    laid = past[(past["model"] == pair[1]) & (past["series_id"] == name) & past["level"].notna()]
    laid = laid.assign(model=exp.report.headline)
    if exp.report.headline in exp.combination:
        by_coding = _laid_over(exp, rows, laid, obs, calendar, source)
    elif len(laid):  # a model that was fitted with the events as known, never with hindsight
        by_coding = {exp.events.coding: pd.concat([rows, laid], ignore_index=True)}
    else:
        return nothing
    days = set(rows["origin"])
    named = {k: c for k, c in exp.report.cases.items() if pd.Timestamp(c["origin"]) in days}
    return (
        knowledge_table(by_coding, obs, MEASURES, as_of=as_of),
        case_forecasts(by_coding[exp.events.coding], obs, named),
    )


def _laid_over(
    exp: Experiment,
    rows: pd.DataFrame,
    laid: pd.DataFrame,
    obs: Observations,
    calendar: EventCalendar,
    source: FoldSource | None,
) -> dict[str, pd.DataFrame]:
    """Return, by coding, the rows of a combination without events, with those known, and in hindsight."""
    from joblib import Parallel, delayed

    name = str(rows["series_id"].iloc[0])
    seen = rows["origin"].unique()
    panels = None if source is None else {o: source.panel(pd.Timestamp(o), (name,)) for o in seen}
    codings = CODINGS if len(calendar.rules) else CODINGS[:1]

    def states(coding: Coding) -> tuple[Knowledge, ...]:
        return ("hindsight",) if coding == exp.events.coding and len(laid) else ("at_origin", "hindsight")

    tables = Parallel()(
        delayed(same_kernel(adjusted_rows))(
            rows,
            obs,
            calendar,
            replace(exp.events, coding=coding),
            states(coding),
            include_leaks=exp.data.include_leaks,
            panels=panels,
        )
        for coding in codings
    )
    return {
        coding: table if "at_origin" in states(coding) else pd.concat([table, laid], ignore_index=True)
        for coding, table in zip(codings, tables, strict=True)
    }


def what_if(
    exp: Experiment,
    newest: pd.DataFrame,
    models: Mapping[str, Model],
    source: FoldSource,
    as_of: pd.Timestamp,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Forecast under each scenario of the experiment: a table like
    any other, and what each takes as its size.
    """
    if not exp.scenario:
        return pd.DataFrame(columns=list(FORECAST_COLUMNS)), pd.DataFrame(columns=list(NOTE_COLUMNS))
    spec = exp.combination.get(exp.report.headline)
    lay_over = {exp.report.headline: spec.members} if spec is not None else {}
    made = run_scenarios(newest, models, source, exp.scenario, as_of, lay_over)
    return made.forecasts, made.notes
