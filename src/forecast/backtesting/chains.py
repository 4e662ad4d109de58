"""One chain of folds: panels and designs, the fits, and their forecasts as arrays."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecast.backtesting.folds import Chain, FoldSource
from forecast.backtesting.result import Backtest
from forecast.data.panel import Panel
from forecast.data.parse import months_index
from forecast.errors import ForecastError, counted
from forecast.models.base import Fitted, FittedSeries, FoldFailure, ForecastPath, Model, broken_paths
from forecast.tables.columns import FOLD_COLUMNS, words
from forecast.tables.quantiles import QuantileTable

if TYPE_CHECKING:
    pass


#: What a fit or a forecast may fail with; anything else is a fault of the program.
_FAILURES: tuple[type[Exception], ...] = (
    ForecastError,
    ValueError,
    np.linalg.LinAlgError,
    ArithmeticError,
)


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
    """Return, as `_paths` does, the forecasts that can be made in one operation, if all are sound."""
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
