"""ARIMA with event columns: `forecast.arima` on one scale, series by series, folds in one call."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from forecast import arima as engine
from forecast.arguments import checked
from forecast.arima import ArimaFailure, ArimaFit, FoldJob
from forecast.arima.exact import exact_fit
from forecast.arima.kernel import is_lane_by_lane
from forecast.arima.outliers import Outlier, detect_outliers_folds, effect, widen
from forecast.arima.residuals import check_table, residual_tests
from forecast.arima.volatility import local_covariance, student_near
from forecast.data.panel import Panel
from forecast.errors import DataError, ForecastError
from forecast.events.design import Design
from forecast.models.base import Fitted, FittedSeries, FoldFailure, Job, SeriesFit
from forecast.models.parameters import Order, SeasonalOrder, Terms, Window
from forecast.models.series import SeriesData
from forecast.models.series_model import SeriesModel
from forecast.models.transform import Array, Scale

Starts = Literal["warm", "modes", "full"]


@dataclass(frozen=True)
class Arima(SeriesModel):
    """Regression with seasonal ARIMA errors by exact maximum likelihood; event columns drawn to their prior.

    Parameters
    ----------
    order : (p, d, q) or "auto"
        ``auto`` chooses order and seasonal order by AICc, again at every fold.
    seasonal_order : (P, D, Q) or (P, D, Q, 12), optional
        Seasonal part at 12 months; ``None`` for none.
    transform : {"log", "none", "box-cox"}
    window : int, optional
        Fit to the last so many months only.
    events : bool
        Use the event columns of the design.
    shrink : bool
        Integrate event columns out under the design's prior; ``False`` gives plain maximum likelihood,
        which makes forecasts far worse on series with many events.
    mean : bool, optional
        Intercept; by default one if nothing is differenced.
    starts : {"warm", "modes", "full"}, optional
        Starts of the optimisation along folds; default ``full`` for one fit and ``modes`` for many.
    engine : {"exact", "numpy", "compiled", "statsmodels"}
        See `forecast.arima.arima`.
    breaks : {"none", "adjust", "detect"}
        ``adjust`` takes clear level shifts out of the months before them (`models.level_shifts`). ``detect``
        gives each fold the outliers that its own data show beside its event columns (`detect_outliers`): a
        level shift stays, a temporary change fades, an additive outlier ends with its month.
    """

    min_months: ClassVar[int] = 36
    order: Order | Literal["auto"] = (0, 1, 1)
    seasonal_order: Order | SeasonalOrder | None = (0, 1, 1)
    transform: Scale = "log"
    window: Window = None
    events: bool = True
    shrink: bool = True
    mean: bool | None = None
    starts: Starts | None = None
    engine: Literal["exact", "numpy", "compiled", "statsmodels"] = "exact"
    max_order: Terms = 5
    breaks: Literal["none", "adjust", "detect"] = "none"

    @checked
    def fit(self, panel: Panel, design: Design | None = None) -> FittedSeries:
        """Fit every series of the panel, with several starts unless `starts` says otherwise."""
        design = Design.none(panel) if design is None else design
        (fitted,) = self._chain([(panel, design)], self.starts or "full")
        if isinstance(fitted, FoldFailure):
            raise fitted.error or DataError(fitted.message)
        return fitted

    def fit_many(self, jobs: Sequence[Job]) -> list[Fitted | FoldFailure]:
        """Fit one chain of folds, in the order given.

        With `starts` "full" each fold is what it would be by itself, so that it cannot depend on another one.
        """
        if self.starts != "full":
            return list(self._chain(jobs, self.starts or "modes"))
        made: dict[int, FittedSeries | FoldFailure] = {}
        for members in self._alike(jobs):
            made |= zip(members, self._chain([jobs[i] for i in members], "full"), strict=True)
        return [made[i] for i in range(len(jobs))]

    def _alike(self, jobs: Sequence[Job]) -> list[list[int]]:
        """Positions of folds that one call fits with the same digits as a call for each.

        On the compiled kernel these are all; else they have the same shape: as many months, none of them
        missing, and no columns.
        """
        fixed = self.order != "auto" and self.breaks != "detect"
        if fixed and is_lane_by_lane(self.engine):
            return [list(range(len(jobs)))]
        plain = not self.events and fixed
        groups: dict[tuple[int, int], list[int]] = {}
        for i, (panel, _) in enumerate(jobs):
            values = panel.window(self.window).cells.values
            whole = plain and bool(np.isfinite(values).all())
            groups.setdefault((len(values), -1 if whole else i), []).append(i)
        return list(groups.values())

    def _chain(self, jobs: Sequence[Job], starts: Starts) -> list[FittedSeries | FoldFailure]:
        names = jobs[0][0].series if jobs else ()
        failures: dict[int, FoldFailure] = {}
        fits: list[dict[str, SeriesFit]] = [{} for _ in jobs]
        data: list[dict[str, SeriesData]] = [{} for _ in jobs]
        for name in names:
            ready: list[int] = []
            for i, (panel, design) in enumerate(jobs):
                try:
                    data[i][name] = self.series_data(panel, design, name)
                    ready.append(i)
                except ForecastError as error:
                    failures.setdefault(i, FoldFailure(f"{type(error).__name__}: {error}", error))
            for i, adjusted in zip(ready, self.adjusted([data[i][name] for i in ready]), strict=True):
                data[i][name] = adjusted
            blocks = calendar_blocks([int(data[i][name].months.asi8[-1]) for i in ready])
            jobs_here = [
                replace(self._job(data[i][name]), block=block) for i, block in zip(ready, blocks, strict=True)
            ]
            breaks = self._breaks(jobs_here, starts)
            named = [
                _break_names(data[i][name].months, found) for i, found in zip(ready, breaks, strict=True)
            ]
            wider = [_widened(*parts) for parts in zip(jobs_here, breaks, named, strict=True)]
            for i, found, names_, fit in zip(
                ready, breaks, named, self._fold_fits(wider, starts), strict=True
            ):
                if isinstance(fit, ArimaFailure):
                    failures.setdefault(i, FoldFailure(f"{name}: {fit.message}"))
                else:
                    fits[i][name] = self._wrap(data[i][name], fit, found, names_)
        return [
            (
                failures[i]
                if i in failures
                else FittedSeries(fits[i], {n: d.transform for n, d in data[i].items()}, panel)
            )
            for i, (panel, _) in enumerate(jobs)
        ]

    def _job(self, data: SeriesData, plain: bool = False) -> FoldJob:
        if not self.events or not data.columns:
            return FoldJob(data.y)
        prior = None
        if self.shrink and not plain:
            prior = (data.prior["mean"].to_numpy(dtype=float), data.prior["sd"].to_numpy(dtype=float))
        return FoldJob(data.y, data.past.to_numpy(dtype=float), data.columns, prior)

    def _breaks(self, jobs: list[FoldJob], starts: Starts) -> list[tuple[Outlier, ...]]:
        """Outliers that each fold shows; none for a fold that cannot
        be searched, which then fails in its fit.
        """
        found: list[tuple[Outlier, ...]] = [()] * len(jobs)
        if self.breaks != "detect":
            return found
        kinds: dict[tuple[tuple[int, int, int], tuple[int, int, int, int], bool | None], list[int]] = {}
        if self.order == "auto":
            for i, fit in enumerate(self._fold_fits(jobs, starts)):
                if isinstance(fit, ArimaFit):
                    mean: bool | None = fit.problem.keep_fixed
                    kinds.setdefault((fit.order, fit.seasonal_order, mean), []).append(i)
        else:
            kinds[self.order, self._season, self.mean] = list(range(len(jobs)))
        for (order, seasonal, mean), members in kinds.items():
            mine = [jobs[i] for i in members]
            result = detect_outliers_folds(
                mine, order, seasonal, mean=mean, starts=starts, engine=self.engine
            )
            for i, outliers in zip(members, result, strict=True):
                found[i] = () if isinstance(outliers, ArimaFailure) else outliers
        return found

    @property
    def _season(self) -> tuple[int, int, int, int]:
        season = self.seasonal_order or (0, 0, 0)
        return (*season[:3], 12) if any(season[:3]) else (0, 0, 0, 0)

    def _fold_fits(self, jobs: list[FoldJob], starts: Starts) -> list[ArimaFit | ArimaFailure]:
        if not jobs:
            return []
        if self.order == "auto":
            fits = engine.auto_arima_folds(
                jobs, seasonal=12, max_order=self.max_order, starts=starts, engine=self.engine
            )
        else:
            fits = engine.arima_folds(jobs, self.order, self._season, self.mean, starts, self.engine)
        return [
            (exact_fit(job, 12, None, None) or fit) if isinstance(fit, ArimaFailure) else fit
            for job, fit in zip(jobs, fits, strict=True)
        ]

    def _wrap(
        self, data: SeriesData, fit: ArimaFit, breaks: tuple[Outlier, ...] = (), names: Sequence[str] = ()
    ) -> SeriesFit:
        own = [data.future.to_numpy(dtype=float)] if self.events and data.columns else []
        n = len(data.y)

        def steps(h: int) -> tuple[Array, Array]:
            carried = [effect(o.kind, o.position, n + h)[n:, None] for o in breaks]
            columns = [values[:h] for values in own] + carried
            future = np.hstack(columns) if columns else None
            mean, sd = fit.moments(h, future)
            return mean, fit.sd_factor * sd

        def checks() -> pd.DataFrame:
            # warnings of the fit are told here, not as notes: in a backtest they would cost a covariance a
            # fold
            return pd.concat([residual_checks(fit.innovations), check_table(_warned(fit))], ignore_index=True)

        found = (f"breaks found in the data: {', '.join(names)}",) if names else ()

        def covariance() -> pd.DataFrame:
            return event_covariance(fit, data, self.shrink)

        return SeriesFit(
            steps, self._coefficients(data, fit, breaks, names), checks, (*data.notes, *found), covariance
        )

    def _coefficients(
        self, data: SeriesData, fit: ArimaFit, breaks: tuple[Outlier, ...], names: Sequence[str]
    ) -> Callable[[], pd.DataFrame]:
        def table() -> pd.DataFrame:
            job = self._job(data)
            shrunken = set(job.xreg_names or ()) if job.xreg_prior is not None else set()
            rows = _rows(fit, set(data.columns), shrunken)
            if shrunken:
                # the plain estimates stand beside the shrunken ones
                (plain,) = self._fold_fits([_widened(self._job(data, plain=True), breaks, names)], "full")
                if isinstance(plain, ArimaFit):
                    rows += [r for r in _rows(plain, set(data.columns), set()) if r["kind"] == "plain"]
            return pd.DataFrame(rows)

        return table


def calendar_blocks(months: Sequence[int]) -> list[int]:
    """Return the block of each fold of a chain, by the ordinal of its last month: the calendar year.

    So where a backtest begins does not say from which fold another one starts. Folds of a first year that
    does not begin with January stand alone: the fold that they would start from is not there.
    """
    if not months:
        return []
    first = months[0] // 12 if months[0] % 12 else None
    return [-1 - month if month // 12 == first else month // 12 for month in months]


KIND_WORDS = {"AO": "outlier", "LS": "level shift", "TC": "temporary change"}


def _break_names(months: pd.PeriodIndex, breaks: Sequence[Outlier]) -> list[str]:
    return [f"{KIND_WORDS[o.kind]} {months[o.position]}" for o in breaks]


def _widened(job: FoldJob, breaks: Sequence[Outlier], names: Sequence[str]) -> FoldJob:
    return widen(job, [(o.position, o.kind) for o in breaks], names)


def _rows(fit: ArimaFit, events: set[str], shrunken: set[str]) -> list[dict[str, Any]]:
    rows = []
    given = {fit.place(event): event for event in events}  # an event may be called as a parameter is
    for i, (name, estimate, se) in enumerate(zip(fit.names, fit.params, fit.bse, strict=True)):
        event = given.get(i)
        kind = "nuisance" if event is None else "shrunken" if event in shrunken else "plain"
        rows.append(
            {
                "term": name if event is None else event,
                "estimate": float(estimate),
                "se": float(se),
                "lower": float(estimate) - 1.959964 * float(se),
                "upper": float(estimate) + 1.959964 * float(se),
                "kind": kind,
            }
        )
    return rows


def event_covariance(fit: ArimaFit, data: SeriesData, shrink: bool) -> pd.DataFrame:
    """Return the covariance of the event coefficients of a fit, at the volatility of the months of each.

    It is that of their Student t, nu / (nu - 2) of its squared scale, with the degrees of freedom near them.
    """
    places = {c: place for c in data.columns if (place := fit.place(c)) is not None}
    terms, at = list(places), list(places.values())
    covariance = fit.cov_params.to_numpy(dtype=float)[np.ix_(at, at)]
    if not terms:
        return pd.DataFrame(covariance, index=terms, columns=terms)
    weights = data.past[terms].to_numpy(dtype=float)
    active = [np.flatnonzero(weight) for weight in weights.T]
    near = [
        student_near(fit, int(at[0]), int(at[-1])) if len(at) else (1.0, float(fit.free)) for at in active
    ]
    ratio = [sd * np.sqrt(free / (free - 2.0)) if free > 2.0 else sd for sd, free in near]
    prior_sd = data.prior.loc[terms, "sd"].to_numpy(dtype=float) if shrink else np.full(len(terms), np.inf)
    made = local_covariance(covariance, fit.sd_factor * np.array(ratio), prior_sd)
    return pd.DataFrame(made, index=terms, columns=terms)


def residual_checks(residuals: Array) -> pd.DataFrame:
    """Return the residual tests that a report shows of every model;
    with fewer than 30 residuals, a row that says so.
    """
    n = int(np.isfinite(residuals).sum())
    if n < 30:
        return check_table([{"check": "residuals", "note": "too_few", "value": n}])
    return residual_tests(residuals, lags=(12, 24), autocorrelations=(1, 12))


def _warned(fit: ArimaFit) -> list[dict[str, object]]:
    """Return what a careful reader should know of a fit, one row each; all but one are sentences."""
    gap = fit.optimum_gap
    rows: list[dict[str, object]] = [
        {"check": "fit", "note": "text", "text": text} for text in replace(fit, optimum_gap=math.nan).warnings
    ]
    if gap == gap:
        rows.append({"check": "fit", "note": "other_optimum", "value": gap})
    return rows
