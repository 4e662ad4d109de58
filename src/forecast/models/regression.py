"""Regularised regression (scikit-learn): direct forecasts of log changes, pooled over series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import numpy as np
import pandas as pd

from forecast.config.settings import LEVELS
from forecast.data.panel import Panel
from forecast.errors import DataError, counted
from forecast.events.design import Design
from forecast.models.base import (
    COEFFICIENT_COLUMNS,
    Fitted,
    FittedSeries,
    FoldFailure,
    Forecast,
    ForecastPath,
    Job,
    SeriesFit,
    Steps,
)
from forecast.models.parameters import Count, Penalties, Window
from forecast.models.series import SeriesData, complete, series_data
from forecast.models.series_model import loop_fits
from forecast.models.transform import Array, Scale

_FREE = 1e4  # scale of a column without a prior: its penalty vanishes


class Step(Protocol):
    """One horizon of a fitted model."""

    @property
    def sd(self) -> float:
        """In-sample spread."""
        ...

    @property
    def effects(self) -> Mapping[str, float]:
        """Event effects, for models that have such."""
        ...

    def change(self, one: SeriesData, x: Array, moves: Array) -> float:
        """Return the change of a series with these features and moves of its event columns."""
        ...


@dataclass(frozen=True)
class Rows:
    """Rows of training for one horizon, the series of a panel below each other."""

    x: Array
    moves: Array  #: of the event columns
    target: Array
    names: list[str]  #: of the event columns
    data: Sequence[SeriesData]
    age: Array  #: rows before the last of its series, negative


class DirectModel:
    """Base of models of the change to each horizon, pooled over series; a subclass is a frozen dataclass."""

    pooled: ClassVar[bool] = True
    chained: ClassVar[bool] = False  # each fold is fitted by itself
    min_months: ClassVar[int]
    lags: int
    events: bool
    transform: Scale
    window: int | None

    @property
    def uses_events(self) -> bool:
        """Whether event columns change the forecast."""
        return self.events

    def fit_horizon(self, rows: Rows) -> Step:
        """Fit one horizon; the method that a subclass writes."""
        raise TypeError(f"{type(self).__name__} does not define fit_horizon")

    def fit(self, panel: Panel, design: Design | None = None) -> FittedDirect:
        """Fit one regression a horizon to all series of the panel; without a design twelve, and no event.

        Raises
        ------
        DataError
            If a series is shorter than `min_months`.
        """
        from sklearn import config_context

        design = Design.none(panel) if design is None else design
        data = direct_data(self, panel, design)
        # the arrays are made here and are finite: checks of every call would cost more than the fits
        with config_context(assume_finite=True, skip_parameter_validation=True):
            steps = tuple(self.fit_horizon(self._rows(data, h)) for h in range(1, len(design.future) + 1))
        return FittedDirect(self, steps, tuple(data), panel)

    def fit_many(self, jobs: Sequence[Job]) -> list[Fitted | FoldFailure]:
        """Fit one chain of folds in the order given."""
        return loop_fits(self, jobs)

    def _rows(self, data: list[SeriesData], h: int) -> Rows:
        parts = [training_rows(one, h, self.lags, self.events) for one in data]
        names = list(dict.fromkeys(c for one in data for c in one.columns)) if self.events else []
        return Rows(
            np.vstack([p[0] for p in parts]),
            np.vstack([_spread(p[1], one, names) for p, one in zip(parts, data, strict=True)]),
            np.concatenate([p[2] for p in parts]),
            names,
            data,
            np.concatenate([np.arange(len(p[2])) - len(p[2]) for p in parts]),
        )


@dataclass(frozen=True)
class FittedDirect:
    """A fitted model of changes: its horizons and the data that forecasts start from."""

    model: DirectModel
    horizons: tuple[Step, ...] = field(repr=False)
    data: tuple[SeriesData, ...] = field(repr=False)
    panel: Panel = field(repr=False)

    def update(self, panel: Panel, design: Design) -> FittedDirect:
        """Return the same horizons at work on newer figures and events."""
        return FittedDirect(self.model, self.horizons, tuple(direct_data(self.model, panel, design)), panel)

    def forecast(self, horizon: int, levels: Sequence[float] = LEVELS) -> Forecast:
        """Return quantiles at `levels`, normal on the model's scale with in-sample spread."""
        return self._fitted(horizon).forecast(horizon, levels)

    def paths(self, horizon: int, levels: Sequence[float]) -> list[ForecastPath]:
        """Return the same quantiles as arrays, see `FittedSeries.paths`."""
        return self._fitted(horizon).paths(horizon, levels)

    def told(self, made: Sequence[ForecastPath]) -> tuple[str, ...]:
        """Return what a reader should know of a forecast, see `FittedSeries.told`."""
        return self._fitted(1).told(made)

    def _fitted(self, horizon: int) -> FittedSeries:
        if horizon > len(self.horizons):
            raise DataError(f"fitted for {counted(len(self.horizons), 'horizon')}; asked for {horizon}")
        fits = {one.name: SeriesFit(self._steps(one)) for one in self.data}
        scales = {one.name: one.transform for one in self.data}
        return FittedSeries(fits, scales, self.panel)

    def _steps(self, one: SeriesData) -> Steps:
        moves = one.future.to_numpy(dtype=float) - one.past.to_numpy(dtype=float)[-1]

        def steps(h: int) -> tuple[Array, Array]:
            at = len(one.y) - 1
            xs = [features(one.y, one.months, at, k + 1, self.model.lags) for k in range(h)]
            changes = [s.change(one, x, m) for s, x, m in zip(self.horizons, xs, moves, strict=False)]
            return one.y[-1] + np.array(changes), np.array([s.sd for s in self.horizons[:h]])

        return steps

    def coefficients(self) -> pd.DataFrame:
        """Event effects of the one-month regression; without
        standard errors, which shrinkage does not give.
        """
        effects = self.horizons[0].effects
        frame = pd.DataFrame({"term": list(effects), "estimate": list(effects.values())})
        frame = frame.assign(series_id="pooled", se=np.nan, lower=np.nan, upper=np.nan, kind="shrunken")
        return frame[list(COEFFICIENT_COLUMNS)]


@dataclass(frozen=True)
class Ridge(DirectModel):
    """Ridge regression of the change to each horizon on recent changes, month and events.

    One regression for each horizon, fitted to all series of the panel at once. The penalty is chosen inside
    the fold by generalised cross-validation. Event columns are shrunken by the design's prior: a column is
    scaled so that its penalty is the ratio of residual to prior variance.

    Parameters
    ----------
    lags : int
        Number of past monthly changes.
    penalties : tuple of float
        Grid of penalties.
    events : bool
    transform : {"log", "none", "box-cox"}
    window : int, optional
    """

    min_months: ClassVar[int] = 60
    lags: Count = 6
    penalties: Penalties = (1.0, 10.0, 100.0, 1000.0)
    events: bool = True
    transform: Scale = "log"
    window: Window = None

    def fit_horizon(self, rows: Rows) -> LinearWeights:
        """Choose the penalty without events, then fit both."""
        from sklearn.linear_model import Ridge as Penalised
        from sklearn.linear_model import RidgeCV
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        x = rows.x
        mean, sd = _priors(rows)
        shifted = rows.target - rows.moves @ mean
        base = make_pipeline(StandardScaler(), RidgeCV(self.penalties)).fit(x, shifted)
        scaler, penalty = base[0], float(base[-1].alpha_)
        scaled = (x - scaler.mean_) / scaler.scale_
        noise = float(np.std(shifted - base[-1].predict(scaled))) or 1e-9
        scale = np.where(np.isinf(sd), _FREE, np.where(np.isinf(sd), 1.0, sd) * np.sqrt(penalty) / noise)
        whole = np.hstack([scaled, rows.moves * scale])
        final = Penalised(alpha=penalty).fit(whole, shifted)
        k = x.shape[1]
        return LinearWeights(
            intercept=float(final.intercept_ - final.coef_[:k] @ (scaler.mean_ / scaler.scale_)),
            base=final.coef_[:k] / scaler.scale_,
            effects=dict(zip(rows.names, map(float, final.coef_[k:] * scale + mean), strict=True)),
            sd=float(np.std(shifted - final.predict(whole))),
            events=self.events,
        )


@dataclass(frozen=True)
class LinearWeights:
    """Weights of one horizon on the scale of the features."""

    intercept: float
    base: Array
    effects: Mapping[str, float]
    sd: float
    events: bool

    def change(self, one: SeriesData, x: Array, moves: Array) -> float:
        """Return the weighted sum; a column that no month of the fit had keeps the mean of its prior."""
        change = self.intercept + float(self.base @ x)
        if self.events and len(moves):
            sizes = zip(one.columns, one.prior["mean"].to_numpy(dtype=float).tolist(), strict=True)
            change += float(moves @ [self.effects.get(name, mean) for name, mean in sizes])
        return change


def direct_data(model: DirectModel, panel: Panel, design: Design) -> list[SeriesData]:
    """Return every series of a panel on the model's scale.

    Raises
    ------
    DataError
        If one is shorter than the model's `min_months`, or a month that its features need is missing.
    """
    data = [series_data(panel, design, name, model.transform, model.window) for name in panel.series]
    for one in data:
        known = int(np.sum(~np.isnan(one.y)))
        if known < model.min_months:
            raise DataError(
                f"{one.name}: {counted(known, 'month', 'are')} known, {type(model).__name__} needs"
                f" {model.min_months}"
            )
        complete(one, last=max(model.lags, 12) + 1)
    return data


def features(y: Array, months: pd.PeriodIndex, t: int, h: int, lags: int) -> Array:
    """Features at position `t` for `h` months ahead: past changes,
    distance from the year's mean, last year, month.
    """
    changes = [y[t - j] - y[t - j - 1] for j in range(lags)]
    ahead = (h - 1) % 12 + 1
    month = np.zeros(12)
    month[(months[0].month - 1 + t + h) % 12] = 1.0
    return np.array([*changes, y[t] - np.mean(y[t - 11 : t + 1]), y[t - 12 + ahead] - y[t - 12], *month])


def training_rows(one: SeriesData, h: int, lags: int, events: bool) -> tuple[Array, Array, Array]:
    """Return features, event moves and targets of every position whose target is known."""
    y, n = one.y, len(one.y)
    first = max(lags, 12)
    t = np.arange(first, n - h)
    if not len(t):
        raise DataError(f"{one.name}: too short for {counted(h, 'month')} ahead")
    changes = np.diff(y)
    ahead = (h - 1) % 12 + 1
    means = np.convolve(y, np.ones(12) / 12, mode="valid")[t - 11]
    month = np.zeros((len(t), 12))
    month[np.arange(len(t)), (one.months[0].month - 1 + t + h) % 12] = 1.0
    x = np.column_stack(
        [*(changes[t - j - 1] for j in range(lags)), y[t] - means, y[t - 12 + ahead] - y[t - 12], month]
    )
    past = one.past.to_numpy(dtype=float) if events else np.empty((n, 0))
    z = past[t + h] - past[t]
    target = y[t + h] - y[t]
    known = ~np.isnan(x).any(axis=1) & ~np.isnan(target)
    return x[known], z[known], target[known]


def _spread(moves: Array, one: SeriesData, names: list[str]) -> Array:
    """Return the event moves of one series under the names of all, zero where a column does not apply."""
    wide = np.zeros((len(moves), len(names)))
    if names:
        wide[:, [names.index(c) for c in one.columns]] = moves
    return wide


def _priors(rows: Rows) -> tuple[Array, Array]:
    """Mean and sd of each column, averaged over the series that have it."""
    if not rows.names:
        return np.empty(0), np.empty(0)
    if len(rows.data) == 1:
        own = rows.data[0].prior
        return own["mean"].to_numpy(dtype=float), own["sd"].to_numpy(dtype=float)
    every = pd.concat([one.prior[["mean", "sd"]] for one in rows.data])
    means = every.groupby(level=0, sort=False).mean().reindex(rows.names)
    return means["mean"].to_numpy(dtype=float), means["sd"].to_numpy(dtype=float)
