"""The backtest: every model at every origin, from what was known
there, into one forecast table and one fold table.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.arima.kernel import job_of, same_kernel
from forecast.backtesting import fold_cache
from forecast.backtesting.folds import Chain, FoldSettings, FoldSource, make_chains
from forecast.backtesting.progress import Progress, told
from forecast.config.bounds import Columns, Distinct, Horizon, Levels, Months, Priority
from forecast.config.convert import check_arguments
from forecast.config.settings import LEVELS, Coding, EventsSpec, Knowledge, KnownWords, Unseen
from forecast.data.observations import Observations
from forecast.data.panel import Panel
from forecast.data.parse import months_index, whole_day
from forecast.errors import ConfigError, ForecastError, counted, nearest
from forecast.events.calendar import EventCalendar, no_events, warn_untouched
from forecast.models.base import Fitted, FittedSeries, FoldFailure, ForecastPath, Model, broken_paths
from forecast.models.parameters import Window
from forecast.models.registry import list_models, make_model, named_models
from forecast.notebook import backtest_html, plot_backtest, some
from forecast.tables.columns import FOLD_COLUMNS, words
from forecast.tables.quantiles import QuantileTable, to_long

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: What a fit or a forecast may fail with; anything else is a fault of the program.
_FAILURES: tuple[type[Exception], ...] = (
    ForecastError,
    ValueError,
    np.linalg.LinAlgError,
    ArithmeticError,
)


@dataclass(frozen=True)
class Backtest:
    """Result of a backtest.

    Attributes
    ----------
    quantiles : QuantileTable
        The forecasts as arrays, one row a forecast and one column a level.
    folds : DataFrame
        Columns ``model, knowledge, scenario, series_id, origin, status, n_months, events_used, message,
        seconds``; the last is the fold's share of the time that its chain took, 0 where it was kept.
    estimability : DataFrame
        What became of every event at every origin, for each knowledge that was used.
    forecasts : DataFrame
        The same as a long table, made when asked for, with ten times the memory: columns ``model, series_id,
        origin, month, horizon, knowledge, scenario, level, value``.

    Examples
    --------
    >>> import forecast as fc
    >>> obs, name = fc.load_observations(), "southwest.usbp"
    >>> origins = fc.monthly_origins("2024-03", "2024-03", obs, series=[name])
    >>> bt = fc.backtest({}, obs, fc.load_events(), [name], origins, horizon=1)
    >>> bt.folds[["model", "status", "n_months"]].values.tolist()
    [['random_walk', 'ok', 294]]
    """

    quantiles: QuantileTable
    folds: pd.DataFrame
    estimability: pd.DataFrame = field(default_factory=pd.DataFrame)

    @cached_property
    def forecasts(self) -> pd.DataFrame:
        """The forecasts as a long table, a row a level."""
        return to_long(self.quantiles)

    def __repr__(self) -> str:
        """Tell models, series, origins and what failed."""
        models, series = (some(self.folds[name].unique()) for name in ("model", "series_id"))
        origins = self.folds["origin"]
        failed = int((self.folds["status"] == "failed").sum())
        return (
            f"<Backtest: {models}; {series}; {counted(origins.nunique(), 'origin')},"
            f" {origins.min():%Y-%m-%d} to"
            f" {origins.max():%Y-%m-%d}; {counted(len(self.folds), 'fold')}, {failed} failed>"
        )

    def _repr_html_(self) -> str:
        return backtest_html(repr(self)[1:-1], self.folds)

    @checked
    def plot(
        self,
        history: Panel | pd.Series | None = None,
        series_id: str | None = None,
        model: str | None = None,
        horizon: int = 1,
        ax: Axes | None = None,
    ) -> Axes:
        """Draw what was forecast of each month so many months ahead, over the figures that came.

        Parameters
        ----------
        history : Panel or Series, optional
            Figures, drawn as a line.
        series_id, model : str, optional
            Which series and which model; unless named the first, the random walk last of all.
        horizon : int
            Months ahead.
        ax : matplotlib Axes, optional
            Where to draw; a new figure without it.

        Returns
        -------
        matplotlib Axes

        Raises
        ------
        ConfigError
            For a series, model or horizon that the backtest does not have.
        """
        return plot_backtest(self.forecasts, history, series_id, model, horizon, ax)


@checked
def backtest(
    models: Mapping[str, Model] | Sequence[Model | str] | Model | str,
    obs: Observations,
    events: EventCalendar | None = None,
    series: str | Sequence[str] | None = None,
    origins: Sequence[Any] = (),
    horizon: int = 12,
    knowledge: Knowledge | Sequence[Knowledge] = "at_origin",
    baseline: str = "random_walk",
    *,
    coding: Coding = "rule",
    max_columns: int = 10,
    priority: int = 1,
    unseen: Unseen = "prior",
    window: int | None = None,
    include_leaks: bool = False,
    levels: Sequence[float] = LEVELS,
    refit_every: Mapping[str, int] | None = None,
    cache: Path | None = None,
    progress: Progress = False,
    source: FoldSource | None = None,
) -> Backtest:
    """Forecast every series with every model at every origin, from what was public on that day.

    Parameters
    ----------
    models : mapping, or models, or names of models
        Name to model; models without a name have that of their kind. The baseline is added, once, if it is
        not among them.
    obs, events : Observations, EventCalendar
        Figures and calendar; each fold sees only what was public at its origin. Without a calendar no event.
    series : str or sequence of str
        Every model forecasts each of them; needed where the figures have several.
    origins : sequence of dates
        Any order; `monthly_origins` makes them.
    horizon : int
        Months ahead of the last official month.
    knowledge : {"none", "at_origin", "hindsight"} or a sequence of them
        What models that use events may know; models without events appear once, as ``none``.
    baseline : str
        A kind of the registry, or a name in `models`.
    coding, max_columns, priority, unseen : str, int, int, str
        How the calendar becomes columns, see `EventCalendar.design`.
    window : int, optional
        Rolling window in months; expanding by default.
    include_leaks : bool
        Let an unofficial figure fill the month after the last official one.
    levels : sequence of float
        Quantile levels of the models' own distributions.
    refit_every : mapping, optional
        Name to k: refit at every k-th origin and keep the parameters between. Models that cannot keep them
        refit.
    cache : Path, optional
        Folder in which finished chains are kept: a fold whose figures, events, settings and software are the
        same as before is taken from there, so that a later or an interrupted backtest goes on.
    progress : bool or "lines"
        Show a bar on a terminal; or lines with the time left, wherever standard error goes.
    source : FoldSource, optional
        Panels and designs to be shared with other steps; its settings then stand for those given here.

    Returns
    -------
    Backtest
        One table of forecasts, one of folds.

    Raises
    ------
    ConfigError
        For unknown series or an empty list of origins.

    Notes
    -----
    Work is spread by joblib without a number of workers: wrap the call in ``joblib.parallel_config``.

    Examples
    --------
    >>> import forecast as fc
    >>> obs, events = fc.load_observations(), fc.load_events()
    >>> origins = fc.monthly_origins("2024-01", "2024-03", obs, series=["southwest.usbp"])
    >>> bt = fc.backtest({"drift": fc.make_model("drift")}, obs, events, ["southwest.usbp"], origins, horizon=3)
    >>> sorted(bt.forecasts["model"].unique()), len(bt.folds)
    (['drift', 'random_walk'], 6)
    """
    days = [whole_day(o, "origins") for o in origins]
    if not days:
        raise ConfigError("backtest: there is no origin; name days, or take those of monthly_origins")
    names, named = _series(series, obs), named_models(models)
    events = no_events() if events is None else events
    words: list[Knowledge] = [knowledge] if isinstance(knowledge, str) else list(knowledge)
    check_arguments(
        horizon=(horizon, Horizon),
        knowledge=(tuple(words), KnownWords),
        window=(window, Window),
        levels=(levels, Levels),
        refit_every=(dict(refit_every or {}), dict[str, Months]),
        coding=(coding, Coding),
        max_columns=(max_columns, Columns),
        priority=(priority, Priority),
        unseen=(unseen, Unseen),
        progress=(progress, Progress),
    )
    every = _with_baseline(named, baseline)
    settings = FoldSettings(
        horizon=horizon,
        events=EventsSpec(coding=coding, max_columns=max_columns, priority=priority, unseen=unseen),
        window=window,
        include_leaks=include_leaks,
        levels=tuple(float(level) for level in levels),
    )
    if unknown := sorted({*(refit_every or {})} - {*every}):
        raise ConfigError(
            f"refit_every: no model is called {', '.join(unknown)}.{nearest(unknown[0], every)}"
        )
    if source is None and any(model.uses_events for model in every.values()):
        warn_untouched(events, names, each=True)
    source = source or FoldSource(obs, events, settings)
    chains = make_chains(every, names, words, dict(refit_every or {}))
    with job_of(len(names) * len(set(days))):
        kept = None if cache is None else Path(cache)
        results = _run_chains(chains, source, sorted(set(days)), kept, progress)
    folds = pd.concat([r.folds for r in results], ignore_index=True)
    return Backtest(QuantileTable.concat([r.quantiles for r in results]), folds)


def _with_baseline(named: dict[str, Model], baseline: str) -> dict[str, Model]:
    """Return the models with the baseline among them; no other kind of model goes under the name of one."""
    if baseline not in named:
        return {baseline: make_model(baseline), **named}
    kind = type(make_model(baseline)) if baseline in list_models() else None
    given = type(named[baseline])
    if kind not in (None, given):
        raise ConfigError(
            f"models: '{baseline}', the baseline, is the name of another kind than {given.__name__}; give it"
            " a name of its own, and to baseline= too where skill is to be measured against it"
        )
    return named


def _series(series: str | Sequence[str] | None, obs: Observations) -> list[str]:
    """Return the names of the series, one as a text or the only one there is."""
    if series is None and len(obs.series_ids) != 1:
        raise ConfigError(
            f"backtest: the figures have {len(obs.series_ids)} series; name one, series='{obs.series_ids[0]}'"
        )
    names = list(obs.series_ids) if series is None else [series] if isinstance(series, str) else list(series)
    if unknown := [name for name in names if name not in obs.series.index]:
        raise ConfigError(
            f"backtest: no series is called {', '.join(unknown)}.{nearest(unknown[0], obs.series_ids)}"
        )
    if twice := Distinct(1).problem(names):
        raise ConfigError(f"backtest: series: {twice}")
    return names


# --------------------------------------------------------------------------- chains


def _run_chains(
    chains: list[Chain],
    source: FoldSource,
    origins: list[pd.Timestamp],
    cache: Path | None,
    progress: Progress,
) -> list[Backtest]:
    from joblib import Parallel, delayed

    done: list[Backtest | None] = [None] * len(chains)
    run = Parallel(return_as="generator_unordered")
    task = same_kernel(_chain_task)
    if run.n_jobs in (None, 1):
        stream = _in_this_process(chains, source, origins, cache)
    else:
        tasks = ((i, chain, source.alone(chain), origins, cache) for i, chain in enumerate(chains))
        stream = run(delayed(task)(*words) for words in tasks)
    for i, result in told(stream, len(chains), progress):
        done[i] = result
    return [r for r in done if r is not None]


def _in_this_process(
    chains: list[Chain], source: FoldSource, origins: list[pd.Timestamp], cache: Path | None
) -> Iterator[tuple[int, Backtest]]:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # once for all chains: it looks through the libraries of the process
        for i, chain in enumerate(chains):
            yield i, _new_or_kept(chain, source, origins, cache)


def _chain_task(
    i: int, chain: Chain, source: FoldSource, origins: list[pd.Timestamp], cache: Path | None
) -> tuple[int, Backtest]:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return i, _new_or_kept(chain, source, origins, cache)


def _new_or_kept(
    chain: Chain, source: FoldSource, origins: list[pd.Timestamp], cache: Path | None
) -> Backtest:
    return (
        run_chain(chain, source, origins) if cache is None else _run_the_rest(chain, source, origins, cache)
    )


def _run_the_rest(chain: Chain, source: FoldSource, origins: list[pd.Timestamp], cache: Path) -> Backtest:
    """Take the folds of a chain that were made before and are the same, and run the others."""
    keys = fold_cache.fold_keys(chain, source.alone(chain), origins)  # the rows of others are not looked at
    path = fold_cache.kept_file(cache, chain, keys)
    before = fold_cache.load(path)
    if before is None:
        made = run_chain(chain, source, origins)
    else:
        same = fold_cache.same_until(before, keys)
        before = before.first(same, origins)
        if same == len(origins):
            return Backtest(before.forecasts, before.folds.assign(seconds=0.0))
        start = fold_cache.first_to_fit(chain, before, same)
        rest = run_chain(chain, source, origins[start:], same - start)
        # a table without rows has no types of its own
        tables = [t for t in (before.forecasts, rest.quantiles) if len(t.keys)] or [rest.quantiles]
        folds = pd.concat([before.folds.assign(seconds=0.0), rest.folds], ignore_index=True)
        made = Backtest(QuantileTable.concat(tables), folds)
    kept = made.folds[list(FOLD_COLUMNS)]  # how long it took is no part of a result
    fold_cache.save(fold_cache.Kept(keys, made.quantiles, kept), path)
    return made


def run_chain(chain: Chain, source: FoldSource, origins: Sequence[pd.Timestamp], leave: int = 0) -> Backtest:
    """Run the folds of one chain, origins ascending; a fold that fails is a row with its reason.

    The first `leave` folds are fitted, since later ones may need them, and not returned.
    """
    began = time.perf_counter()
    ready, skipped = [], {}
    for i, origin in enumerate(origins):
        panel = source.panel(origin, chain.series)
        if isinstance(panel, str):
            skipped[i] = panel
        elif short := _too_short(chain, panel):
            skipped[i] = short
        else:
            ready.append((i, panel, source.design(origin, chain.series, chain.knowledge)))
    fitted = dict(zip([i for i, _, _ in ready], _fit(chain, [(p, d) for _, p, d in ready]), strict=True))
    designs = {i: (p, d) for i, p, d in ready}
    gathered, folds = _Gathered(chain, source.settings.levels), []
    wanted = {i: fit for i, fit in fitted.items() if i >= leave}
    told = gathered.add(wanted, origins, source.settings.horizon)
    for i, origin in list(enumerate(origins))[leave:]:
        status, message = told.get(i, ("skipped", skipped.get(i, "")))
        for name in chain.series:
            months, names = 0, ""
            if i in designs:
                panel, design = designs[i]
                months, names = panel.known_months(name), ";".join(design.applying.get(name, ()))
            folds.append((chain.name, chain.knowledge, "", name, origin, status, months, names, message))
    made = pd.DataFrame(folds, columns=list(FOLD_COLUMNS))
    # the folds of a chain are fitted together, so each took its share
    seconds = (time.perf_counter() - began) / max(len(made), 1)
    return Backtest(gathered.table(), made.assign(seconds=seconds))


def _too_short(chain: Chain, panel: Panel) -> str:
    for name in chain.series:
        known = panel.known_months(name)
        if known < chain.model.min_months:
            return (
                f"{name}: {counted(known, 'month', 'are')} known, {chain.name} needs {chain.model.min_months}"
            )
    return ""


def _fit(chain: Chain, jobs: list[Any]) -> list[Fitted | FoldFailure]:
    k = chain.refit_every
    if not jobs:
        return []
    try:
        return _fit_chain(chain, jobs, k)
    except _failures(chain.model) as error:
        # a model that breaks off its whole chain: every fold of it is a failed one
        return [FoldFailure(f"{type(error).__name__}: {error}")] * len(jobs)


def _failures(model: Model) -> tuple[type[Exception], ...]:
    """Return what a fold may fail with: of a model from outside this package, whatever it raises."""
    return _FAILURES if type(model).__module__.startswith("forecast.") else (Exception,)


def _fit_chain(chain: Chain, jobs: list[Any], k: int) -> list[Fitted | FoldFailure]:
    if k <= 1:
        return chain.model.fit_many(jobs)
    anchors = chain.model.fit_many(jobs[::k])
    if not all(isinstance(a, FoldFailure) or hasattr(a, "update") for a in anchors):
        return chain.model.fit_many(jobs)
    out: list[Fitted | FoldFailure] = []
    for i, (panel, design) in enumerate(jobs):
        anchor = anchors[i // k]
        if isinstance(anchor, FoldFailure) or i % k == 0:
            out.append(anchor)
        else:
            out.append(anchor.update(panel, design))  # type: ignore[attr-defined]
    return out


@dataclass
class _Gathered:
    """Forecasts of one chain as arrays, put into one table at the end."""

    chain: Chain
    levels: tuple[float, ...]
    parts: list[tuple[pd.Timestamp, str, int, Any]] = field(
        default_factory=list
    )  #: origin, series, month, values

    def add(
        self,
        fitted: Mapping[int, Fitted | FoldFailure],
        origins: Sequence[pd.Timestamp],
        horizon: int,
    ) -> dict[int, tuple[str, str]]:
        """Take the forecasts of some folds; return the status of each and what is to be said of it."""
        told = {i: ("failed", fit.message) for i, fit in fitted.items() if isinstance(fit, FoldFailure)}
        fits = {i: fit for i, fit in fitted.items() if not isinstance(fit, FoldFailure)}
        together = _paths_together(fits, horizon, self.levels)
        for i, fit in fits.items():
            try:
                made, notes = together[i] if i in together else _paths(fit, horizon, self.levels)
            except _failures(self.chain.model) as error:
                told[i] = "failed", f"{type(error).__name__}: {error}"
                continue
            if i not in together and (wrong := broken_paths(made, horizon, self.levels)):
                told[i] = "failed", wrong
                continue
            self.parts += [(origins[i], *path) for path in made]
            told[i] = "ok", "; ".join(notes)
        return told

    def table(self) -> QuantileTable:
        """Return the forecasts of the chain."""
        sizes = [len(values) for *_, values in self.parts]
        code = {name: i for i, name in enumerate(self.chain.series)}
        ahead = _joined([np.arange(n) for n in sizes]).astype(np.int64)
        first = np.repeat(np.array([month for _, _, month, _ in self.parts], dtype=np.int64), sizes)
        origins = np.array([o.to_datetime64() for o, *_ in self.parts], dtype="datetime64[ns]")
        series = np.repeat(np.array([code[name] for _, name, *_ in self.parts], dtype=np.int64), sizes)
        same = np.zeros(len(ahead), dtype=np.int64)
        keys = {
            "model": words([self.chain.name], same),
            "knowledge": words([self.chain.knowledge], same),
            "scenario": words([""], same),
            "series_id": words(self.chain.series, series),
            "origin": np.repeat(origins, sizes),
            "horizon": ahead + 1,
            "month": months_index(first + ahead),
        }
        levels, order = np.unique(self.levels, return_index=True)
        values = np.concatenate([np.empty((0, len(order))), *(values for *_, values in self.parts)])
        return QuantileTable(pd.DataFrame(keys), levels, values[:, order])


def _joined(parts: list[Any]) -> Any:
    return np.concatenate(parts) if parts else np.empty(0)


def _paths_together(
    fits: Mapping[int, Fitted], horizon: int, levels: tuple[float, ...]
) -> dict[int, tuple[list[ForecastPath], tuple[str, ...]]]:
    """Return, as `_paths` does, the forecasts that can be made in one operation; none unless all are sound."""
    alike = {
        i: fit
        for i, fit in fits.items()
        if isinstance(fit, FittedSeries) and type(fit).paths is FittedSeries.paths
    }
    found = dict(zip(alike, FittedSeries.paths_of(list(alike.values()), horizon, levels), strict=True))
    made = {i: paths for i, paths in found.items() if paths is not None}
    whole = np.concatenate([np.empty((0, len(levels))), *(v for paths in made.values() for *_, v in paths)])
    if broken_paths([("", 0, whole)], len(whole), levels):
        return {}  # asked one by one, to say which
    return {i: (paths, alike[i].told(paths)) for i, paths in made.items()}


def _paths(
    fitted: Fitted, horizon: int, levels: tuple[float, ...]
) -> tuple[list[ForecastPath], tuple[str, ...]]:
    """Return the forecast as arrays and its notes; a model that gives a table only is read from its table."""
    if hasattr(fitted, "paths"):
        made = fitted.paths(horizon, levels)
        return made, fitted.told(made) if hasattr(fitted, "told") else tuple(getattr(fitted, "notes", ()))
    forecast = fitted.forecast(horizon, levels)
    out = []
    for name, rows in forecast.table.groupby("series_id", sort=False):
        wide = rows.pivot(index="month", columns="level", values="value")[list(levels)]
        out.append((str(name), int(pd.PeriodIndex(wide.index).asi8[0]), wide.to_numpy(dtype=float)))
    return out, forecast.notes
