"""One experiment from top to bottom: figures and events as known, backtest, ranges, scores, forecast."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pandas as pd

from forecast.arguments import checked
from forecast.arima.kernel import is_large, job_of, warm_up
from forecast.backtesting.progress import Progress
from forecast.backtesting.result import Backtest
from forecast.config.settings import Experiment
from forecast.errors import counted
from forecast.experiment import figures
from forecast.experiment.description import fits_at_origin, model_table
from forecast.experiment.effects import (
    Looked,
    around_starts,
    closer_look,
    compared_effects,
    policy_effects,
    restlessness,
    what_if,
    worth_of_knowing,
)
from forecast.experiment.forks import beside, can_fork
from forecast.experiment.memory import shortage
from forecast.experiment.named import told_closely
from forecast.experiment.outlook import Outlook, outlook
from forecast.experiment.pipeline import Inputs, Rows, make_folds, make_rows, read_inputs
from forecast.experiment.scores import Scored, score_past
from forecast.files import tell
from forecast.notebook import plot_run, run_html, some
from forecast.scoring.preliminary import early_figures
from forecast.tables import forecasts
from forecast.tables.columns import FOLD_COLUMNS
from forecast.tables.forecasts import select


@dataclass(frozen=True)
class Correction:
    """What the archive knows of the page that a report corrects.

    Attributes
    ----------
    day : Timestamp
        When the correction was made.
    before : DataFrame
        The forecasts of the page before, all rows of its headline.
    headline : str
        The row that was its headline.
    same : bool
        Whether every number of its forecasts is what it is now.
    first : str
        Path of the page as first published, in the site.
    last : str
        Path of the page that is corrected, where it is another one than the first.
    """

    day: pd.Timestamp
    before: pd.DataFrame
    headline: str
    same: bool
    first: str
    last: str = ""


@dataclass(frozen=True)
class Run:
    """Result of an experiment: every table and every number that a page prints.

    Attributes
    ----------
    experiment : Experiment
        What was run.
    as_of : Timestamp
        The last origin; nothing later feeds any table but `afterwards`.
    series, observations, events, breaks, leaks : DataFrame
        What is forecast, the figures and the calendar as known at `as_of`.
    afterwards, events_afterwards : DataFrame
        What happened later: ``series_id, month, value, released, release_basis``, and measures that nobody
        knew of; they stand beside the forecast and feed nothing.
    forecasts : DataFrame
        The forecast made at `as_of`, all rows and levels.
    backtest, folds, scores, calibration, comparison, intervals, weights : DataFrame
        Forecasts of every earlier origin, how the folds went, and what they are worth.
    confidence_set, reconciliation : DataFrame
        Models that cannot be told apart, and what adding up was worth.
    others, early, first_released : DataFrame
        Forecasts by others beside ours; leaks and first statements beside what became official; the day on
        which each month had its first figure.
    recent, revisions, parts : DataFrame
        Coverage and skill of the last ten years; what became of the first figures of the last twelve months;
        parts of a series by place.
    knowledge, effects, scenarios, cases, estimability : DataFrame
        What events add, and which could be used.
    scenario_notes : mapping
        What each scenario takes as its size.
    response, specification, fading : DataFrame
        Effects month by month with and without the event; under every choice; how they faded, how early they
        showed.
    models, coefficients, diagnostics : DataFrame
        The models, their fit at `as_of` and their residual checks.
    headline : str
        The row that is the headline, named in the configuration.
    durations : mapping
        Seconds of each step; goes into the manifest only.
    digests : mapping
        Hashes of figures and calendar.
    totals, totals_past, totals_calibration : DataFrame
        Totals of years and the level of the months ahead, of every row; those of earlier origins, and how
        often their ranges held.
    chances, reliability, brier, pit : DataFrame
        Chances of the headline beside what such chances came to; the tables behind that.
    nowcast : DataFrame
        Unofficial figures of months that are forecast, weighed against the headline; feeds no other table.
    compared, gaps : DataFrame
        Effects beside series that the measures did not touch (`events.donors`), and the months behind them.
    leads_lags : DataFrame
        One estimate for each month around the start of the effects that are claimed.
    volatility, volatility_breaks, season : DataFrame
        Monthly surprises and when they became larger; the season of each five years. Of the first series.
    track_record, changes : DataFrame
        Added by publishing: forecasts published earlier with their outcomes, and what moved the forecast
        since the last issue.
    correction : Correction, optional
        Added by publishing where the report replaces a page of the same day.

    Examples
    --------
    >>> import forecast as fc
    >>> words = ["model=random_walk", "report.headline=random_walk", "backtest.start=2024-01"]
    >>> run = fc.run(fc.load_experiment("quick", "combination=none", *words))
    >>> round(run.median().iloc[0, 0])
    137480
    """

    experiment: Experiment
    as_of: pd.Timestamp
    series: pd.DataFrame
    observations: pd.DataFrame
    afterwards: pd.DataFrame
    forecasts: pd.DataFrame
    backtest: pd.DataFrame
    folds: pd.DataFrame
    scores: pd.DataFrame
    calibration: pd.DataFrame
    comparison: pd.DataFrame
    knowledge: pd.DataFrame
    effects: pd.DataFrame
    response: pd.DataFrame
    specification: pd.DataFrame
    fading: pd.DataFrame
    estimability: pd.DataFrame
    scenarios: pd.DataFrame
    scenario_notes: pd.DataFrame
    weights: pd.DataFrame
    cases: pd.DataFrame
    intervals: pd.DataFrame
    diagnostics: pd.DataFrame
    coefficients: pd.DataFrame
    models: pd.DataFrame
    events: pd.DataFrame
    breaks: pd.DataFrame
    leaks: pd.DataFrame
    headline: str
    durations: Mapping[str, float] = field(default_factory=dict, compare=False)
    digests: Mapping[str, str] = field(default_factory=dict)
    confidence_set: pd.DataFrame = field(default_factory=pd.DataFrame)
    reconciliation: pd.DataFrame = field(default_factory=pd.DataFrame)
    others: pd.DataFrame = field(default_factory=pd.DataFrame)
    early: pd.DataFrame = field(default_factory=pd.DataFrame)
    first_released: pd.DataFrame = field(default_factory=pd.DataFrame)
    totals: pd.DataFrame = field(default_factory=pd.DataFrame)
    totals_past: pd.DataFrame = field(default_factory=pd.DataFrame)
    totals_calibration: pd.DataFrame = field(default_factory=pd.DataFrame)
    chances: pd.DataFrame = field(default_factory=pd.DataFrame)
    reliability: pd.DataFrame = field(default_factory=pd.DataFrame)
    brier: pd.DataFrame = field(default_factory=pd.DataFrame)
    pit: pd.DataFrame = field(default_factory=pd.DataFrame)
    nowcast: pd.DataFrame = field(default_factory=pd.DataFrame)
    compared: pd.DataFrame = field(default_factory=pd.DataFrame)
    gaps: pd.DataFrame = field(default_factory=pd.DataFrame)
    leads_lags: pd.DataFrame = field(default_factory=pd.DataFrame)
    volatility: pd.DataFrame = field(default_factory=pd.DataFrame)
    volatility_breaks: pd.DataFrame = field(default_factory=pd.DataFrame)
    season: pd.DataFrame = field(default_factory=pd.DataFrame)
    recent: pd.DataFrame = field(default_factory=pd.DataFrame)
    revisions: pd.DataFrame = field(default_factory=pd.DataFrame)
    parts: pd.DataFrame = field(default_factory=pd.DataFrame)
    events_afterwards: pd.DataFrame = field(default_factory=pd.DataFrame)
    track_record: pd.DataFrame = field(default_factory=pd.DataFrame)
    changes: pd.DataFrame = field(default_factory=pd.DataFrame)
    correction: Correction | None = None

    @property
    def headline_forecasts(self) -> pd.DataFrame:
        """Return the rows of `forecasts` that are the headline (`tables.forecasts.headline`)."""
        return forecasts.headline(self.forecasts, self.headline)

    @checked
    def median(self, model: str | None = None) -> pd.DataFrame:
        """Return the median of the forecast at `as_of`, months x series; of the headline unless named."""
        return forecasts.median(forecasts.headline(self.forecasts, model or self.headline))

    def __repr__(self) -> str:
        """Tell what was run, as known when, and how much of it there is."""
        return (
            f"<Run of {self.experiment.name}, as known on {self.as_of:%Y-%m-%d}: {some(self.series.index)};"
            f" headline {self.headline}, {counted(len(self.models), 'model')},"
            f" {counted(self.backtest['origin'].nunique(), 'origin')}>"
        )

    _repr_html_ = run_html
    plot = plot_run


@dataclass
class _Clock:
    """Seconds of each step, for the manifest."""

    durations: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=lambda: time.perf_counter())

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.durations[step] = round(now - self._last, 3)
        self._last = now


@checked
def run(experiment: Experiment, progress: Progress = False, cache: Path | None = None) -> Run:
    """Run one experiment.

    Parameters
    ----------
    experiment : Experiment
        From `load_experiment`, or made by hand.
    progress : bool or "lines"
        Show a bar on a terminal; or lines with the time left.
    cache : Path, optional
        Folder for finished chains of an interrupted run.

    Returns
    -------
    Run
        Every table that the page prints.

    Raises
    ------
    ConfigError, DataError
        For words or files that are wrong; everything that can be checked is checked before any fit.

    Examples
    --------
    >>> import forecast as fc
    >>> words = ["model=[random_walk,drift]", "report.headline=drift", "backtest.start=2024-01"]
    >>> run = fc.run(fc.load_experiment("quick", "combination=none", *words))
    >>> run.headline, str(run.median().index[0])
    ('drift', '2024-04')
    """
    clock = _Clock()
    x = read_inputs(experiment)
    if short := shortage(experiment, x):
        tell(short)
    with job_of(len(x.exp.target.series) * (len(x.origins) + 1)):
        return _run(x.exp, x, clock, cache, progress)


def _run(exp: Experiment, x: Inputs, clock: _Clock, cache: Path | None, progress: Progress) -> Run:
    """Run the steps of an experiment whose inputs were read."""
    obs, as_of = x.obs, x.as_of
    clock.lap("data")
    if can_fork() and is_large():
        warm_up()  # once, for this process and its copies
    with beside(partial(_measures, exp, x)) as measures:
        bt = make_folds(exp, x, cache, progress)
        clock.lap("backtest")
        rows = make_rows(exp, x, bt)
        now = rows.forecasts[rows.forecasts["origin"] == as_of]
        past = rows.forecasts[rows.forecasts["origin"].isin(x.origins)]
        scored = past[past["origin"] >= rows.score_from]
        clock.lap("ranges and combinations")
        with beside(partial(_foresight, exp, x, now, scored)) as foresight:
            said = score_past(exp, x, rows.apart, scored)
            clock.lap("scores")
            close = told_closely(exp)
            ahead = outlook(exp, select(rows.forecasts, series_id=close), obs, as_of, rows.score_from)
            clock.lap("totals and chances")
            fits = fits_at_origin(x, close)
            clock.lap("fits at the origin")
            known = foresight()
        why = measures()
    clock.durations.update(**known.durations, **why.durations)
    found = _Found(bt, rows, now, past, said, ahead, known, why, *fits)
    return _gather(exp, x, found, clock.durations)


@dataclass(frozen=True)
class _Found:
    """What the steps of an experiment found."""

    bt: Backtest
    rows: Rows
    now: pd.DataFrame
    past: pd.DataFrame
    said: Scored
    ahead: Outlook
    known: _Foresight
    why: _Measures
    coefficients: pd.DataFrame
    diagnostics: pd.DataFrame


def _gather(exp: Experiment, x: Inputs, found: _Found, durations: dict[str, float]) -> Run:
    """Put what was found together with the figures and events that it rests on."""
    obs, as_of, series = x.obs, x.as_of, list(exp.target.series)
    rows, said, ahead, known, why = found.rows, found.said, found.ahead, found.known, found.why
    return Run(
        experiment=exp,
        as_of=as_of,
        series=x.everything.series.loc[series],
        observations=obs.known(as_of, series),
        afterwards=figures.afterwards(x.everything, obs, series),
        forecasts=found.now.reset_index(drop=True),
        backtest=found.past.reset_index(drop=True),
        folds=found.bt.folds[list(FOLD_COLUMNS)],
        scores=said.scores,
        calibration=said.calibration,
        comparison=said.comparison,
        knowledge=known.knowledge,
        effects=why.looked.effects,
        response=why.looked.response,
        specification=why.looked.specification,
        fading=why.looked.fading,
        estimability=x.source.design(as_of, tuple(series), "at_origin").estimability,
        scenarios=known.scenarios,
        scenario_notes=known.scenario_notes,
        weights=rows.weights,
        cases=known.cases,
        intervals=rows.basis,
        diagnostics=found.diagnostics,
        coefficients=found.coefficients,
        models=model_table(exp, x.models, found.bt),
        events=figures.events_touching(x.calendar.known(as_of), series),
        events_afterwards=figures.events_afterwards(x.calendar, series, as_of),
        breaks=figures.breaks_of(x.everything, series),
        leaks=figures.leaks_of(x.everything, series, as_of),
        headline=exp.report.headline,
        durations=durations,
        digests={"figures": x.everything.digest, "events": x.calendar.digest},
        confidence_set=said.confidence_set,
        reconciliation=said.reconciliation,
        others=said.others,
        early=early_figures(obs, series, as_of),
        totals=ahead.totals,
        totals_past=ahead.totals_past,
        totals_calibration=ahead.totals_calibration,
        chances=ahead.chances,
        reliability=ahead.reliability,
        brier=ahead.brier,
        pit=ahead.pit,
        nowcast=ahead.nowcast,
        compared=why.compared,
        gaps=why.gaps,
        leads_lags=why.leads_lags,
        volatility=why.volatility,
        volatility_breaks=why.volatility_breaks,
        season=why.season,
        first_released=figures.first_released(obs, series, as_of),
        recent=said.recent,
        revisions=figures.revised(obs, series, as_of),
        parts=figures.parts_by_place(x.everything, series, as_of),
    )


@dataclass(frozen=True)
class _Measures:
    """What events seemed to do."""

    looked: Looked
    compared: pd.DataFrame
    gaps: pd.DataFrame
    leads_lags: pd.DataFrame
    volatility: pd.DataFrame
    volatility_breaks: pd.DataFrame
    season: pd.DataFrame
    durations: dict[str, float]


def _measures(exp: Experiment, x: Inputs) -> _Measures:
    """Ask for effects, which need no forecast."""
    clock, obs, calendar, as_of = _Clock(), x.obs, x.calendar, x.as_of
    effects = policy_effects(exp, obs, calendar, as_of)
    clock.lap("effects and placebos")
    looked = closer_look(exp, obs, calendar, as_of, effects)
    clock.lap("effects under other choices")
    compared = compared_effects(exp, obs, calendar, as_of, effects)
    restless = restlessness(exp, obs, calendar, as_of)
    claimed = list(looked.fading["event"].unique()) if len(looked.fading) else []
    leads_lags = around_starts(exp, obs, calendar, as_of, claimed)
    clock.lap("comparison groups, volatility and season")
    return _Measures(looked, *compared, leads_lags, *restless, clock.durations)


@dataclass(frozen=True)
class _Foresight:
    """What knowing the events was worth, and what may come."""

    knowledge: pd.DataFrame
    cases: pd.DataFrame
    scenarios: pd.DataFrame
    scenario_notes: pd.DataFrame
    durations: dict[str, float]


def _foresight(exp: Experiment, x: Inputs, now: pd.DataFrame, scored: pd.DataFrame) -> _Foresight:
    """Ask for what the events were worth to past forecasts, and for the scenarios."""
    clock = _Clock()
    knowledge = worth_of_knowing(exp, scored, x.obs, x.calendar, x.as_of, x.source)
    clock.lap("worth of knowing")
    scenarios = what_if(exp, now, x.models, x.source, x.as_of)
    clock.lap("scenarios")
    return _Foresight(*knowledge, *scenarios, clock.durations)
