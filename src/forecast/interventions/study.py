"""One series beside its events, ready to be fitted: which effects can be asked for, and which only together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.arima import ArimaFailure, ArimaFit, FoldJob, arima_folds, auto_arima_folds
from forecast.config.settings import Coding, Knowledge
from forecast.errors import ConfigError, DataError, nearest
from forecast.events.calendar import EventCalendar
from forecast.events.design import Design
from forecast.interventions.groups import TOO_ALIKE, Floats, Group, make_groups
from forecast.models.arima import Arima, Starts
from forecast.models.base import series_data
from forecast.models.registry import make_model

if TYPE_CHECKING:
    from forecast.data.panel import Panel
    from forecast.models.transform import Transform


@dataclass(frozen=True, eq=False)
class Study:
    """One series on the scale of its model, with one column for each group and the regressors beside them."""

    series_id: str
    model: Arima
    model_name: str
    months: pd.PeriodIndex
    y: Floats
    scale: Transform
    groups: tuple[Group, ...]
    beside: pd.DataFrame
    design: Design
    calendar: EventCalendar | None

    @property
    def order(self) -> tuple[tuple[int, int, int], tuple[int, int, int, int]]:
        """Orders of the model; ``auto`` has been settled by `make_study`."""
        order, seasonal = self.model.order, self.model.seasonal_order
        if order == "auto":
            raise ConfigError("the order of a study must be settled before it is fitted")
        return order, ((*seasonal, 12) if seasonal and any(seasonal) else (0, 0, 0, 0))

    def group(self, name: str) -> Group:
        """Return the group that is called so, or that an event belongs to."""
        for one in self.groups:
            if name == one.name or name in one.members or name == one.label:
                return one
        known = [m for g in self.groups for m in (g.name, *g.members)]
        raise ConfigError(
            f"{self.series_id}: '{name}' is no effect that can be asked for"
            f" ({', '.join(dict.fromkeys(known)) or 'there is none'}).{nearest(name, known)}"
        )

    def job(self, groups: Sequence[Group], shrink: bool = False, stop: int | None = None) -> FoldJob:
        """Return the fold of the first `stop` months with these groups, the regressors beside them first."""
        n = len(self.y) if stop is None else stop
        names = (*map(str, self.beside.columns), *(t for g in groups for t in g.terms))
        if not names:
            return FoldJob(self.y[:n])
        parts = [self.beside.to_numpy(dtype=float)[:n], *(g.columns[:n] for g in groups)]
        prior = None
        if shrink:
            free = np.tile([0.0, np.inf], (self.beside.shape[1], 1))
            both = np.vstack([free, *(g.prior for g in groups)])
            prior = (both[:, 0], both[:, 1])
        return FoldJob(self.y[:n], np.column_stack(parts), names, prior)

    def fit(self, jobs: Sequence[FoldJob], starts: Starts = "full") -> list[ArimaFit | ArimaFailure]:
        """Fit folds with the orders of the study."""
        if not jobs:
            return []
        order, seasonal = self.order
        return arima_folds(jobs, order, seasonal, self.model.mean, starts, self.model.engine)

    def percent(self, effect: float, group: Group) -> float:
        """Return an effect at full weight in percent of what its months would have been without it."""
        if not np.isfinite(effect):
            return float("nan")
        if self.scale.kind == "log":
            return float(100.0 * np.expm1(effect))
        at = group.active
        without = self.y[at] - effect * group.reach[at]
        base = float(np.nanmean(self.scale.inverse(without)))
        return (
            100.0 * (float(np.nanmean(self.scale.inverse(without + effect))) / base - 1.0)
            if base
            else float("nan")
        )


def effect_of(fit: ArimaFit | ArimaFailure, group: Group) -> tuple[float, float, str]:
    """Return the effect of a group in a fit, its standard error, and why there is none."""
    if isinstance(fit, ArimaFailure):
        return float("nan"), float("nan"), f"not estimated: {fit.message}"
    if not set(group.terms) <= set(fit.names):
        return float("nan"), float("nan"), "not estimated: no part of its own beside the other columns"
    a, at = group.combine, [fit.names.index(term) for term in group.terms]
    variance = float(a @ fit.cov_params.to_numpy()[np.ix_(at, at)] @ a)
    return float(a @ fit.values[at]), float(np.sqrt(max(variance, 0.0))), ""


def half_width(fit: ArimaFit | ArimaFailure, se: float, level: float) -> float:
    """Return half the width of a central range around an estimate.

    Maximum likelihood divides by all n observations, so its standard errors are small by the factor
    sqrt((n - k) / n); the range takes that back and uses Student's t with n - k degrees of freedom, as in any regression.
    """
    from scipy.special import stdtrit

    if isinstance(fit, ArimaFailure) or not np.isfinite(se):
        return float("nan")
    free = max(fit.nobs - (len(fit.values) - len(fit.problem.shrunk)), 1)
    return float(stdtrit(free, 0.5 + level / 2.0)) * se * float(np.sqrt(fit.nobs / free))


def point_of(fit: ArimaFit | ArimaFailure, group: Group) -> float:
    """Return the effect of a group in a fit without its standard error, which costs more; NaN without one."""
    if isinstance(fit, ArimaFailure) or not set(group.terms) <= set(fit.names):
        return float("nan")
    return float(group.combine @ fit.params[list(group.terms)].to_numpy())


def check_model(model: str | Arima) -> tuple[str, Arima]:
    """Return name and model; effects are those of a regression with ARIMA errors."""
    if isinstance(model, Arima):
        return "arima", model
    made = make_model(model)
    if not isinstance(made, Arima):
        raise ConfigError(
            f"model: effects are estimated by a regression with ARIMA errors, '{model}' is none; "
            "give model='arima' or one made by make_model('arima', ...)"
        )
    return model, made


def make_study(
    panel: Panel,
    events: EventCalendar | Design,
    series_id: str | None = None,
    model: str | Arima = "arima",
    coding: Coding = "judged",
    knowledge: Knowledge = "at_origin",
    max_columns: int = 10,
    priority: int = 1,
    beside: Design | None = None,
    bound: float = TOO_ALIKE,
    horizon: int = 12,
    always: Sequence[str] = (),
) -> Study:
    """Put one series beside its events.

    Parameters
    ----------
    panel : Panel
        Figures as known on a date.
    events : EventCalendar or Design
        The calendar, read as of the panel's date; or a design made by hand.
    series_id : str, optional
        Default: the only series of the panel.
    model : str or Arima
        ``"arima"`` (the airline model on logs), or a model made by `make_model`.
    coding, knowledge, max_columns, priority, horizon, always
        As in `EventCalendar.design`.
    beside : Design, optional
        Regressors to stand beside the events, made by `Design.from_frames`.
    bound : float
        Columns with a larger correlation, differenced as the model differences the figures, are one group.
    """
    name, chosen = check_model(model)
    series = _one_series(panel, series_id)
    calendar = events if isinstance(events, EventCalendar) else None
    design = (
        events
        if isinstance(events, Design)
        else events.design(
            panel.of(series),
            horizon=horizon,
            knowledge=knowledge,
            coding=coding,
            max_columns=max_columns,
            priority=priority,
            unseen="ignore",
            always=list(always),
        )
    )
    if beside is not None:
        design = design.beside(beside)
    data = series_data(panel, design, series, chosen.transform, chosen.window)
    event_columns = [c for c in data.past.columns if c not in data.design.given] or list(data.past.columns)
    others = data.past[[c for c in data.past.columns if c not in event_columns]]
    study = Study(
        series, chosen, name, data.months, data.y, data.transform, (), others, data.design, calendar
    )
    # Columns are told apart as the airline model differences them where the orders are yet to be chosen.
    trial = replace(study, model=replace(chosen, order=(0, 1, 1), seasonal_order=(0, 1, 1)))
    first = make_groups(trial if chosen.order == "auto" else study, data, event_columns, bound)
    study = replace(study, groups=first)
    if chosen.order != "auto":
        return study
    study = replace(study, model=settle_order(study))
    return replace(study, groups=make_groups(study, data, event_columns, bound))


def _one_series(panel: Panel, series_id: str | None) -> str:
    if series_id is not None:
        panel.of(series_id)
        return series_id
    if len(panel.series) != 1:
        raise ConfigError(
            f"the panel has {len(panel.series)} series ({', '.join(panel.series[:5])}); give series_id"
        )
    return panel.series[0]


def settle_order(study: Study) -> Arima:
    """Return the model with orders in place of ``auto``, chosen once with all columns of the study beside."""
    if study.model.order != "auto":
        return study.model
    (fit,) = auto_arima_folds(
        [study.job(study.groups)], seasonal=12, max_order=study.model.max_order, starts="full"
    )
    if isinstance(fit, ArimaFailure):
        raise DataError(f"{study.series_id}: no order could be chosen: {fit.message}")
    seasonal = fit.seasonal_order[:3]
    return replace(study.model, order=fit.order, seasonal_order=seasonal if any(seasonal) else None)
