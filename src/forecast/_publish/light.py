"""The forecasts of one origin and nothing else: what re-runs and replays need of an experiment.

Same functions, same order as `experiment.run`, without scores, effects, cases and scenarios, which decide no forecast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from forecast.backtesting.origins import explicit_origins, monthly_origins
from forecast.backtesting.runner import backtest
from forecast.data.observations import Observations, load_observations, replace_rows
from forecast.events.calendar import EventCalendar, load_events
from forecast.models.base import Model, set_starts
from forecast.models.registry import make_model, make_models
from forecast.ranges import add_up, lay_events, postprocess
from forecast.spec import LEVELS, Experiment, FitError


@dataclass(frozen=True)
class Forecasts:
    """The part of a run that the archive keeps of a replay."""

    as_of: pd.Timestamp
    forecasts: pd.DataFrame
    folds: pd.DataFrame
    headline: str
    digests: Mapping[str, str]
    scores: pd.DataFrame = field(default_factory=pd.DataFrame)
    scenarios: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True)
class Inputs:
    """What an experiment reads, as public on its day."""

    as_of: pd.Timestamp
    obs: Observations
    calendar: EventCalendar
    models: Mapping[str, Model]
    origins: tuple[pd.Timestamp, ...]
    levels: tuple[float, ...]


def inputs(exp: Experiment) -> Inputs:
    """Read what an experiment reads; its origins end with its day."""
    everything = load_observations(
        exp.data.path, release_lag_days=exp.data.release_lag_days, allow_gaps=exp.data.allow_gaps
    )
    as_of = everything.day_of(exp.as_of)
    obs = replace_rows(
        everything, everything.table[everything.table["released"] <= as_of].reset_index(drop=True)
    )
    models = make_models(exp.model)
    if exp.backtest.baseline not in models:
        models = {exp.backtest.baseline: make_model(exp.backtest.baseline), **models}
    models = {
        n: set_starts(m, exp.backtest.starts) if getattr(m, "starts", "") is None else m
        for n, m in models.items()
    }
    b = exp.backtest
    if b.origins:
        days = explicit_origins(b.origins, as_of)
    else:
        days = monthly_origins(b.start, b.end, obs, exp.target.series, b.step, as_of)
    levels = LEVELS if exp.intervals.method == "model" else (0.5,)
    return Inputs(as_of, obs, load_events(exp.events.path), models, tuple(sorted({*days, as_of})), levels)


def forecast_only(exp: Experiment, cache: Path | None = None, progress: bool = False) -> Forecasts:
    """Return the forecasts of an experiment's day, the same as `experiment.run` makes.

    Raises
    ------
    ConfigError, DataError
        For words or files that are wrong.
    FitError
        When the headline has no forecast.
    """
    x = inputs(exp)
    bt = backtest(
        x.models, x.obs, x.calendar, list(exp.target.series), list(x.origins), exp.horizon, exp.backtest.knowledge,
        exp.backtest.baseline, coding=exp.events.coding, max_columns=exp.events.max_columns, priority=exp.events.priority,
        unseen=exp.events.unseen, window=exp.backtest.window, include_leaks=exp.data.include_leaks, levels=x.levels,
        refit_every={name: spec.refit_every for name, spec in exp.model.items()}, cache=cache, progress=progress,
    )  # fmt: skip
    ranges, _, _ = postprocess(exp, bt.forecasts, x.obs, x.as_of)
    adjusted, _ = lay_events(exp, ranges, x.obs, x.calendar)
    ranges = add_up(exp, pd.concat([ranges, adjusted], ignore_index=True), x.obs, x.as_of).forecasts
    newest = ranges[ranges["origin"] == x.as_of].reset_index(drop=True)
    if not (newest["model"] == exp.report.headline).any():
        raise FitError(f"the headline '{exp.report.headline}' has no forecast as of {x.as_of.date()}")
    digests = {"figures": x.obs.digest, "events": x.calendar.digest}
    return Forecasts(x.as_of, newest, bt.folds, exp.report.headline, digests)
