"""The backtest: every model at every origin, from what was known
there, into one forecast table and one fold table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from forecast.arguments import checked
from forecast.arima.kernel import job_of, same_kernel
from forecast.backtesting import fold_cache
from forecast.backtesting.chains import run_chain
from forecast.backtesting.folds import Chain, FoldSettings, FoldSource, make_chains
from forecast.backtesting.progress import Progress, told
from forecast.backtesting.result import Backtest
from forecast.config.bounds import Columns, Distinct, Horizon, Levels, Months, Priority
from forecast.config.convert import check_arguments
from forecast.config.settings import LEVELS, Coding, EventsSpec, Knowledge, KnownWords, Unseen
from forecast.data.observations import Observations
from forecast.data.parse import whole_day
from forecast.errors import ConfigError, nearest
from forecast.events.calendar import EventCalendar, no_events, warn_untouched
from forecast.models.base import Model
from forecast.models.parameters import Window
from forecast.models.registry import list_models, make_model, named_models
from forecast.tables.columns import FOLD_COLUMNS
from forecast.tables.quantiles import QuantileTable


@checked
def backtest(
    models: Mapping[str, Model] | Sequence[Model | str] | Model | str,
    obs: Observations,
    events: EventCalendar | None = None,
    series: str | Sequence[str] | None = None,
    origins: Sequence[object] = (),
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
    >>> bt = fc.backtest("drift", obs, events, ["southwest.usbp"], origins, horizon=3)
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
        results = _run_chains(chains, source, sorted(set(days)), cache and Path(cache), progress)
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
