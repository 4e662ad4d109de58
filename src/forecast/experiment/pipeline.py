"""What an experiment and a re-run of it have in common: what
enters, the folds, and every row of forecasts.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from forecast.backtesting.folds import FoldSource
from forecast.backtesting.origins import explicit_origins, monthly_origins
from forecast.backtesting.progress import Progress
from forecast.backtesting.result import Backtest
from forecast.backtesting.runner import backtest
from forecast.config.settings import Experiment, TargetSpec, allows_http, own_path
from forecast.data.load import load_observations
from forecast.data.observations import Observations, replace_rows
from forecast.errors import ConfigError, FitError, ForecastError, counted
from forecast.events.calendar import EventCalendar, load_events, warn_untouched
from forecast.experiment.cluster import cluster
from forecast.experiment.intervals import add_up, fold_settings, lay_events, postprocess
from forecast.experiment.named import with_names
from forecast.models.base import Model
from forecast.models.registry import make_model, make_models
from forecast.models.series_model import set_starts
from forecast.tables.forecasts import headline, select


@dataclass(frozen=True)
class Inputs:
    """What an experiment reads.

    Attributes
    ----------
    exp : Experiment
        With every series named.
    everything, obs : Observations
        All figures, and those public at `as_of`.
    calendar : EventCalendar
    models : mapping
        With the baseline, in the order of the tables.
    as_of : Timestamp
        The last origin.
    origins : tuple of Timestamp
        The origins of the backtest.
    source : FoldSource
        Panels and designs, shared by all steps.
    """

    exp: Experiment
    everything: Observations
    obs: Observations
    calendar: EventCalendar
    models: Mapping[str, Model]
    as_of: pd.Timestamp
    origins: tuple[pd.Timestamp, ...]
    source: FoldSource


#: A day before every figure: `Timestamp.min` is no whole day, and some versions of numpy refuse it as one.
BEFORE_ALL = pd.Timestamp("1700-01-01")


@dataclass(frozen=True)
class Rows:
    """Every row of forecasts, and what it rests on.

    Attributes
    ----------
    forecasts : DataFrame
        Models, combinations, those with events, all levels.
    basis, weights : DataFrame
        Of the ranges and of the combinations.
    apart : DataFrame
        The headline before it was made to add up.
    score_from : Timestamp
        The first origin that is scored.
    """

    forecasts: pd.DataFrame
    basis: pd.DataFrame
    weights: pd.DataFrame
    apart: pd.DataFrame
    score_from: pd.Timestamp


def figures_of(exp: Experiment) -> Observations:
    """Return the figures of an experiment, which hold its series.

    Raises
    ------
    ConfigError, DataError
        For a series that is not among them, or a file that is wrong.
    """
    path = None if exp.data.path is None else own_path(exp.data.path)
    obs = load_observations(
        path,
        release_lag_days=exp.data.release_lag_days,
        allow_gaps=exp.data.allow_gaps,
        columns=exp.data.columns,
        layout=exp.data.layout,
        allow_http=allows_http(exp),
    )
    return _named(obs, with_names(exp, obs.series_ids).target)


def _named(obs: Observations, target: TargetSpec) -> Observations:
    """Return the figures with the first series called as the experiment calls it."""
    if not (target.label or target.unit):
        return obs
    series, first = obs.series.copy(), target.series[0]
    if target.label:
        series.loc[first, ["label", "name"]] = target.label
    # a series with words of its own is spoken of by them, not as encounters
    series.loc[first, "unit"] = target.unit or "count"
    return replace(obs, series=series)


def read_inputs(exp: Experiment) -> Inputs:
    """Read and check everything that can be wrong before any fit."""
    everything = figures_of(exp)
    exp = with_names(exp, everything.series_ids)
    calendar = load_events(exp.events.path)
    as_of = everything.day_of(exp.as_of)
    obs = known_by(everything, as_of)
    _refuse_effects(exp, obs, as_of)
    models = make_models(exp.model)
    if exp.backtest.baseline not in models:
        models = {exp.backtest.baseline: make_model(exp.backtest.baseline), **models}
    models = {name: _with_starts(model, exp.backtest.starts) for name, model in models.items()}
    if exp.events.path is not None and any(model.uses_events for model in models.values()):
        warn_untouched(calendar, exp.target.series, each=True)
    source = FoldSource(obs, calendar, fold_settings(exp))
    return Inputs(exp, everything, obs, calendar, models, as_of, tuple(_origins(exp, obs, as_of)), source)


def _refuse_effects(exp: Experiment, obs: Observations, as_of: pd.Timestamp) -> None:
    """Refuse effects and scenarios, changes in percent, of figures at or below 0 that are no counts."""
    name = exp.target.total or exp.target.series[0]
    asked = ["events.effects"] if exp.events.effects is not None else []
    asked += [f"scenario.{scenario}" for scenario in exp.scenario]
    if not asked or name not in obs.series_ids:
        return
    panel = obs.as_of(as_of, [name], exp.data.include_leaks).window(exp.backtest.window)
    y = panel.y(name)
    low = [] if panel.counts else [str(month) for month in y.index[y <= 0]]
    if low:
        raise ConfigError(
            f"{', '.join(asked)}: a change in percent is asked for, and {name} has"
            f" {counted(len(low), 'figure')} at or below 0 ({', '.join(low[:3])}{', ...' * (len(low) > 3)});"
            " set events.effects=null, and no scenario"
        )


def _with_starts(model: Model, starts: str) -> Model:
    """Let `backtest.starts` decide where the model itself does not."""
    return set_starts(model, starts) if getattr(model, "starts", "") is None else model


def known_by(obs: Observations, as_of: pd.Timestamp) -> Observations:
    """Return only the figures public on a day, so that no step can see later ones."""
    known = obs.table[obs.table["released"] <= as_of]
    if known.empty:
        first = obs.table["released"].min()
        raise ConfigError(
            f"as_of: nothing was public on {as_of.date()}; the first figure came out on {first.date()}"
        )
    return replace_rows(obs, known.reset_index(drop=True))


def _origins(exp: Experiment, obs: Observations, as_of: pd.Timestamp) -> list[pd.Timestamp]:
    b = exp.backtest
    if b.origins:
        return explicit_origins(b.origins, as_of)
    return monthly_origins(b.start, b.end, obs, exp.target.series, b.step, as_of)


# --------------------------------------------------------------------------- forecasts


@contextlib.contextmanager
def workers(exp: Experiment) -> Iterator[None]:
    """Spread work as `parallel` says: in this process, over
    several, or over the machines of a dask scheduler.
    """
    from concurrent.futures import BrokenExecutor

    from joblib import parallel_config

    spread = exp.parallel
    settings: dict[str, Any] = {"n_jobs": 1}
    if spread.n_jobs != 1:
        settings = {"n_jobs": spread.n_jobs, "backend": spread.backend}
        if spread.backend != "threading":  # threads share one setting, which the backtest itself limits
            settings["inner_max_num_threads"] = 1
    with contextlib.ExitStack() as stack:
        if spread.address:
            settings = {"backend": stack.enter_context(cluster(spread.address))}
        stack.enter_context(parallel_config(**settings))
        try:
            yield
        except BrokenExecutor:
            raise ForecastError(
                "a worker process was ended from outside, by the system for want of memory or by a person;"
                " run the same command again (finished chains are kept), with a smaller parallel.n_jobs if"
                " memory is short"
            ) from None


def make_folds(exp: Experiment, x: Inputs, cache: Path | None = None, progress: Progress = False) -> Backtest:
    """Run every model at every origin, the last one included."""
    every = {name: spec.refit_every for name, spec in exp.model.items()}
    return backtest(
        x.models,
        x.obs,
        x.calendar,
        list(exp.target.series),
        [*x.origins, x.as_of],
        exp.horizon,
        exp.backtest.knowledge,
        exp.backtest.baseline,
        refit_every=every,
        cache=cache,
        progress=progress,
        source=x.source,
    )


#: Origins before the newest whose one-month forecasts the sizes of events at it are estimated from, and some
#: more.
_FOR_EVENTS = 24


def make_rows(exp: Experiment, x: Inputs, bt: Backtest, newest_only: bool = False) -> Rows:
    """Give the folds their ranges, combine them, lay events over the combinations, make parts add up.

    Parameters
    ----------
    newest_only : bool
        Only the rows of the last origin are wanted: those of earlier ones are left out where it does not need
        them.

    Raises
    ------
    FitError
        When the headline has no forecast at the last origin.
    """
    score_from = x.as_of if newest_only else _score_from(exp, x.obs, list(exp.target.series))
    days = (*x.origins, x.as_of)
    whole = not newest_only or exp.reconciliation.method != "none"  # parts add up by all past errors
    since = days[0] if whole else days[-_FOR_EVENTS:][0]
    ranges, basis, weights = postprocess(exp, bt.forecasts, x.obs, x.as_of, since)
    adjusted, _ = lay_events(exp, ranges[ranges["origin"] >= since], x.obs, x.calendar, x.source)
    sums = add_up(exp, pd.concat([ranges, adjusted], ignore_index=True), x.obs, score_from)
    newest = sums.forecasts[sums.forecasts["origin"] == x.as_of]
    _need_headline(exp, newest, bt.folds, sums.basis)
    return Rows(sums.forecasts, basis, weights, sums.apart, score_from)


def _score_from(exp: Experiment, obs: Observations, series: list[str]) -> pd.Timestamp:
    if exp.backtest.score_from is None or exp.backtest.origins:
        return BEFORE_ALL
    days = pd.concat({s: obs.first_released(s) for s in series}, axis=1).dropna().max(axis=1)
    days = days[days.index >= pd.Period(exp.backtest.score_from, "M")]
    if days.empty:
        raise ConfigError(
            f"backtest.score_from: no month from {exp.backtest.score_from} on was public by the origin"
        )
    return pd.Timestamp(days.iloc[0])


def _need_headline(exp: Experiment, newest: pd.DataFrame, folds: pd.DataFrame, sums: pd.DataFrame) -> None:
    rows = headline(newest, exp.report.headline)
    if "none" in exp.backtest.knowledge and exp.report.headline in exp.model:
        rows = select(rows, knowledge="none")  # the row with events never stands in for one that failed
    if len(rows):
        return
    wanted = exp.combination[exp.report.headline].members if exp.report.headline in exp.combination else ()
    bad = folds[folds["model"].isin({exp.report.headline, *wanted}) & (folds["status"] != "ok")]
    reasons = [f"  {row.model}: {row.message}" for row in bad.groupby("model").tail(1).itertuples()]
    if (newest["model"] == exp.report.headline).any():
        reasons.append("  forecasts with other knowledge of events are there: see backtest.knowledge")
    if len(sums):
        reasons += [f"  {note}" for note in sums["note"].tail(1) if str(note).startswith("not")]
    raise FitError(
        "\n".join([f"the headline '{exp.report.headline}' has no forecast at the last origin:", *reasons])
    )
