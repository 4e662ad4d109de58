"""Regularised regression (scikit-learn): direct forecasts of log changes, pooled over series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from forecast.data.panel import Panel
from forecast.events.design import Design
from forecast.models.base import (
    COEFFICIENT_COLUMNS,
    Array,
    Fitted,
    FittedSeries,
    FoldFailure,
    Forecast,
    Job,
    Path,
    SeriesData,
    SeriesFit,
    loop_fits,
    series_data,
)
from forecast.models.transform import Scale
from forecast.spec import LEVELS, DataError

_FREE = 1e4  # scale of a column without a prior: its penalty vanishes


@dataclass(frozen=True)
class Ridge:
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

    pooled: ClassVar[bool] = True
    chained: ClassVar[bool] = False
    min_months: ClassVar[int] = 60
    lags: int = 6
    penalties: tuple[float, ...] = (1.0, 10.0, 100.0, 1000.0)
    events: bool = True
    transform: Scale = "log"
    window: int | None = None

    @property
    def uses_events(self) -> bool:
        """Whether event columns change the forecast."""
        return self.events

    def fit(self, panel: Panel, design: Design) -> FittedRidge:
        """Fit one regression a horizon to all series of the panel.

        Raises
        ------
        DataError
            If a series is shorter than `min_months`.
        """
        data = direct_data(self, panel, design)
        horizon = len(design.future)
        from sklearn import config_context

        # the arrays are made here and are finite: checks of every call would cost more than the fits
        with config_context(assume_finite=True, skip_parameter_validation=True):
            weights = tuple(self._fit_horizon(data, h) for h in range(1, horizon + 1))
        return FittedRidge(self, weights, tuple(data), panel)

    def fit_many(self, jobs: Sequence[Job]) -> list[Fitted | FoldFailure]:
        """Fit one chain of folds in the order given."""
        return loop_fits(self, jobs)

    def _fit_horizon(self, data: list[SeriesData], h: int) -> Horizon:
        from sklearn.linear_model import Ridge as Penalised
        from sklearn.linear_model import RidgeCV
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        parts = [training_rows(one, h, self.lags, self.events) for one in data]
        x = np.vstack([p[0] for p in parts])
        target = np.concatenate([p[2] for p in parts])
        names = list(event_names(data)) if self.events else []
        z = stack_events([p[1] for p in parts], data, names)
        mean, sd = _priors(data, names)
        shifted = target - z @ mean
        base = make_pipeline(StandardScaler(), RidgeCV(self.penalties)).fit(x, shifted)
        scaler, penalty = base[0], float(base[-1].alpha_)
        scaled = (x - scaler.mean_) / scaler.scale_
        noise = float(np.std(shifted - base[-1].predict(scaled))) or 1e-9
        scale = np.where(np.isinf(sd), _FREE, np.where(np.isinf(sd), 1.0, sd) * np.sqrt(penalty) / noise)
        whole = np.hstack([scaled, z * scale])
        final = Penalised(alpha=penalty).fit(whole, shifted)
        k = x.shape[1]
        residual = shifted - final.predict(whole)
        return Horizon(
            intercept=float(final.intercept_ - final.coef_[:k] @ (scaler.mean_ / scaler.scale_)),
            base=final.coef_[:k] / scaler.scale_,
            effects=dict(zip(names, map(float, final.coef_[k:] * scale + mean), strict=True)),
            sd=float(np.std(residual)),
        )


@dataclass(frozen=True)
class Horizon:
    """Weights of one horizon on the scale of the features."""

    intercept: float
    base: Array
    effects: dict[str, float]
    sd: float


@dataclass(frozen=True)
class FittedRidge:
    """A fitted `Ridge`: the weights of each horizon and the data that they start from."""

    model: Ridge
    weights: tuple[Horizon, ...]
    data: tuple[SeriesData, ...] = field(repr=False)
    panel: Panel = field(repr=False)

    def update(self, panel: Panel, design: Design) -> FittedRidge:
        """Return the same weights at work on newer figures and events."""
        return FittedRidge(self.model, self.weights, tuple(direct_data(self.model, panel, design)), panel)

    def forecast(self, horizon: int, levels: Sequence[float] = LEVELS) -> Forecast:
        """Return quantiles at `levels`, normal on the model's scale with in-sample spread."""
        return self._fitted(horizon).forecast(horizon, levels)

    def paths(self, horizon: int, levels: Sequence[float]) -> list[Path]:
        """Return the same quantiles as arrays, see `FittedSeries.paths`."""
        return self._fitted(horizon).paths(horizon, levels)

    def _fitted(self, horizon: int) -> FittedSeries:
        if horizon > len(self.weights):
            raise DataError(f"ridge was fitted for {len(self.weights)} horizons, {horizon} are asked for")
        fits = {one.name: SeriesFit(self._steps(one)) for one in self.data}
        scales = {one.name: one.transform for one in self.data}
        return FittedSeries(fits, scales, self.panel)

    def _steps(self, one: SeriesData) -> Any:
        names = [str(c) for c in one.past.columns] if self.model.events else []
        fallback = one.prior["mean"].reindex(one.past.columns).to_numpy(dtype=float) if names else np.empty(0)
        ahead = one.future.to_numpy(dtype=float)
        now = one.past.to_numpy(dtype=float)[-1]

        def steps(h: int) -> tuple[Array, Array]:
            centre, sd = np.empty(h), np.empty(h)
            for k in range(h):
                w = self.weights[k]
                x = features(one.y, one.months, len(one.y) - 1, k + 1, self.model.lags)
                change = w.intercept + float(w.base @ x)
                if names:
                    # a column that no month of the fit had keeps the mean of its prior
                    effects = np.array([w.effects.get(n, f) for n, f in zip(names, fallback, strict=True)])
                    change += float((ahead[k] - now) @ effects)
                centre[k], sd[k] = one.y[-1] + change, w.sd
            return centre, sd

        return steps

    def coefficients(self) -> pd.DataFrame:
        """Event effects of the one-month regression; without standard errors, which shrinkage does not give."""
        effects = self.weights[0].effects
        frame = pd.DataFrame({"term": list(effects), "estimate": list(effects.values())})
        frame = frame.assign(series_id="pooled", se=np.nan, lower=np.nan, upper=np.nan, kind="shrunken")
        return frame[list(COEFFICIENT_COLUMNS)]


def direct_data(model: Any, panel: Panel, design: Design) -> list[SeriesData]:
    """Return every series of a panel on the model's scale.

    Raises
    ------
    DataError
        If one is shorter than the model's `min_months`.
    """
    data = [series_data(panel, design, name, model.transform, model.window) for name in panel.series]
    for one in data:
        known = int(np.sum(~np.isnan(one.y)))
        if known < model.min_months:
            raise DataError(
                f"{one.name}: {known} months are known, {type(model).__name__} needs {model.min_months}"
            )
    return data


def event_names(data: Sequence[SeriesData]) -> tuple[str, ...]:
    """Return the event columns of all series, each once, in their order."""
    return tuple(dict.fromkeys(str(c) for one in data for c in one.past.columns))


def features(y: Array, months: pd.PeriodIndex, t: int, h: int, lags: int) -> Array:
    """Features at position `t` for `h` months ahead: past changes, distance from the year's mean, last year, month."""
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
        raise DataError(f"{one.name}: too short for {h} months ahead")
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


def stack_events(parts: list[Array], data: Sequence[SeriesData], names: list[str]) -> Array:
    """Return the event moves of all series below each other, zero where a column does not apply."""
    out = []
    for z, one in zip(parts, data, strict=True):
        wide = np.zeros((len(z), len(names)))
        for j, name in enumerate(map(str, one.past.columns)):
            if name in names:
                wide[:, names.index(name)] = z[:, j]
        out.append(wide)
    return np.vstack(out)


def _priors(data: list[SeriesData], names: list[str]) -> tuple[Array, Array]:
    """Mean and sd of each column, averaged over the series that have it."""
    total, count = np.zeros((2, len(names))), np.zeros(len(names))
    for one in data:
        values = one.prior[["mean", "sd"]].to_numpy(dtype=float)
        for name, row in zip(map(str, one.prior.index), values, strict=True):
            if name in names:
                total[:, names.index(name)] += row
                count[names.index(name)] += 1
    means = total / np.maximum(count, 1)
    return means[0], np.where(count > 0, means[1], np.inf)
