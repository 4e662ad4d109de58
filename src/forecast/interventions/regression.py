"""One series beside its events, ready to be fitted: which
effects can be asked for, and which only together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.arima import ArimaFailure, ArimaFit, FoldJob, arima_folds, auto_arima_folds
from forecast.arima.volatility import student_near
from forecast.errors import ConfigError, DataError, nearest
from forecast.events.calendar import EventCalendar
from forecast.events.design import Design
from forecast.models.arima import Arima, Starts
from forecast.models.registry import make_model

if TYPE_CHECKING:
    from forecast.models.transform import Transform


Floats = NDArray[np.float64]

#: A month is active beyond this weight, as in the designs.
ACTIVE = 0.01
#: Columns with a correlation beyond this, as they enter the model (differenced like the figures), are one
#: group.
TOO_ALIKE = 0.95
#: Fewer active months than this are too short to tell.
ENOUGH_MONTHS = 3
#: Name of a placebo's dummy in a fit.
PLACEBO = "placebo"


GroupCode = Literal[
    "one_column", "same_months", "sum", "bundle", "not_separable", "opposite_signs", "far_apart"
]
GROUP_CODES: tuple[GroupCode, ...] = get_args(GroupCode)
#: Reasons for which the events of a group have no effect in common.
NO_EFFECT: tuple[GroupCode, ...] = ("not_separable", "opposite_signs", "far_apart")


class GroupReason(NamedTuple):
    """Why events have one effect or none: a code, and its
    correlation, percentage, bundle or condition index.
    """

    code: GroupCode
    value: str = ""


@dataclass(frozen=True, eq=False)
class Group:
    """An event, or several that cannot be told apart and so have one joint effect.

    Attributes
    ----------
    name : str
        Id of the event with the earliest active month; the name of the column if it was given by hand.
    members : tuple of str
        Ids of all its events.
    columns, ahead : array (months, c), array (horizon, c)
        Weights in the months of the regression and in those of the horizon. One column; more for a bundle
        whose members differ in shape or months.
    prior : array (c, 2)
        Mean and sd of each column on the scale of the regression before looking; sd = inf is none.
    why : str
        Why its members are together; empty for one event.
    """

    name: str
    members: tuple[str, ...]
    columns: Floats
    ahead: Floats
    prior: Floats
    why: tuple[GroupReason, ...] = ()

    @property
    def label(self) -> str:
        """Ids of the members, joined by `` + ``."""
        return " + ".join(self.members)

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of its columns in a fit."""
        many = self.columns.shape[1] > 1
        return tuple(f"{self.name} ({j + 1})" if many else self.name for j in range(self.columns.shape[1]))

    @property
    def separable(self) -> bool:
        """False for members that can neither be told apart nor have
        one joint effect: no effect is estimated.
        """
        return all(reason.code not in NO_EFFECT for reason in self.why)

    def check_separable(self) -> None:
        """Raise a `DataError` where no effect can be told."""
        if not self.separable:
            raise DataError(f"not estimated: {self.label} cannot be separated, and one effect they are not")

    def starts(self, calendar: EventCalendar | None) -> pd.DatetimeIndex:
        """Return the day on which each member took effect; NaT for what is in no calendar."""
        place = {} if calendar is None else calendar.arrays.place
        days = [] if calendar is None else calendar.table["effective_start"].tolist()
        return pd.DatetimeIndex([days[place[m]] if m in place else None for m in self.members])

    @property
    def active(self) -> NDArray[np.int64]:
        """Positions of the months in which any of it is active."""
        return np.flatnonzero((np.abs(self.columns) > ACTIVE).any(axis=1))

    @property
    def combine(self) -> Floats:
        """Weights (c,) that make one effect of the coefficients.

        One column: its coefficient, the effect at full weight. More: their mean sum over the active months.
        """
        if self.columns.shape[1] == 1:
            return np.ones(1)
        return np.asarray(self.columns[self.active].mean(axis=0), dtype=float)

    @property
    def reach(self) -> Floats:
        """Share of the effect in each month: the weights of one column, 1 in the active months of several."""
        if self.columns.shape[1] == 1:
            return np.asarray(self.columns[:, 0], dtype=float)
        out = np.zeros(len(self.columns))
        out[self.active] = 1.0
        return out

    def moved(self, place: int, length: int) -> Group:
        """Return its active months at another place, as a placebo: nothing before, nothing after."""
        at = self.active
        profile = self.columns[at[0] : at[-1] + 1]
        columns = np.zeros_like(self.columns)
        columns[place : place + length] = profile[:length]
        return replace(self, name=PLACEBO, columns=columns)


@dataclass(frozen=True, eq=False)
class Regression:
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
        """Orders of the model; ``auto`` has been settled by `make_regression`."""
        order, seasonal = self.model.order, self.model.seasonal_order
        if order == "auto":
            raise ConfigError("the order of a regression must be settled before it is fitted")
        return order, ((*seasonal, 12) if seasonal and any(seasonal) else (0, 0, 0, 0))

    def group(self, name: str) -> Group:
        """Return the group that is called so, or that an event belongs to."""
        for one in self.groups:
            if name == one.name or name in one.members or name == one.label:
                one.check_separable()
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
        """Fit folds with the orders of the regression."""
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


#: Why an estimate that is not plausible has no number.
NOT_TOLD = "not told: the estimate is too large or too uncertain to be the work of a measure"


def effect_of(fit: ArimaFit | ArimaFailure, group: Group) -> tuple[float, float, str]:
    """Return the effect of a group in a fit, its standard error, and why there is none.

    The standard error is that of the surprises near the months of the group: likelihood takes one variance
    for all years, which is too sure of what came in restless ones.
    """
    if isinstance(fit, ArimaFailure):
        return float("nan"), float("nan"), f"not estimated: {fit.message}"
    if not group.separable:
        return float("nan"), float("nan"), "not estimated: these events cannot be separated"
    at = [place for term in group.terms if (place := fit.place(term)) is not None]
    if len(at) < len(group.terms):
        return float("nan"), float("nan"), "not estimated: no part of its own beside the other columns"
    a = group.combine
    variance = float(a @ fit.cov_params.to_numpy()[np.ix_(at, at)] @ a)
    return float(a @ fit.values[at]), float(np.sqrt(max(variance, 0.0))) * near_group(fit, group)[0], ""


def near_group(fit: ArimaFit, group: Group) -> tuple[float, float]:
    """Return the sd of the surprises near the months of a group over that of all, and its degrees of
    freedom.
    """
    return student_near(fit, int(group.active[0]), int(group.active[-1]))


def student_of(fit: ArimaFit, group: Group | None = None) -> tuple[float, float]:
    """Return the factor of a standard error and the degrees of freedom of its Student t, those near a group.

    Maximum likelihood divides by all n observations, so its standard errors are small by the factor
    sqrt((n - k) / n); that is taken back, and Student's t has n - k degrees of freedom, as in any regression.
    """
    return fit.sd_factor, float(fit.free) if group is None else near_group(fit, group)[1]


def half_width(fit: ArimaFit | ArimaFailure, se: float, level: float, group: Group | None = None) -> float:
    """Return half the width of a central range around an estimate, for a group with the degrees of freedom
    near it.
    """
    from scipy.special import stdtrit

    if isinstance(fit, ArimaFailure) or not np.isfinite(se):
        return float("nan")
    factor, free = student_of(fit, group)
    return float(stdtrit(free, 0.5 + level / 2.0)) * se * factor


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


def settle_order(regression: Regression) -> Arima:
    """Return the model with orders in place of ``auto``, chosen
    once with all columns of the regression beside.
    """
    if regression.model.order != "auto":
        return regression.model
    (fit,) = auto_arima_folds(
        [regression.job(regression.groups)], seasonal=12, max_order=regression.model.max_order, starts="full"
    )
    if isinstance(fit, ArimaFailure):
        raise DataError(f"{regression.series_id}: no order could be chosen: {fit.message}")
    seasonal = fit.seasonal_order[:3]
    return replace(regression.model, order=fit.order, seasonal_order=seasonal if any(seasonal) else None)
