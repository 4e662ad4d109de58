"""Learners of scikit-learn on the features of `ridge`: elastic net and gradient boosting, direct and pooled."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from forecast.data.panel import Panel
from forecast.events.design import Design
from forecast.models.base import (
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
)
from forecast.models.regression import direct_data, event_names, features, stack_events, training_rows
from forecast.models.transform import Scale
from forecast.spec import LEVELS, DataError


@dataclass(frozen=True)
class ElasticNet:
    """Elastic net on the change to each horizon; penalty chosen inside the fold on its last years.

    Parameters
    ----------
    lags : int
        Number of past monthly changes.
    mixes : tuple of float
        Shares of the absolute penalty that are tried.
    splits : int
        Ordered splits of the fold's own past by which the penalty is chosen.
    events : bool
    transform : {"log", "none", "box-cox"}
    window : int, optional
    """

    pooled: ClassVar[bool] = True
    chained: ClassVar[bool] = False
    min_months: ClassVar[int] = 72
    lags: int = 6
    mixes: tuple[float, ...] = (0.2, 0.8)
    splits: int = 3
    events: bool = True
    transform: Scale = "log"
    window: int | None = None

    @property
    def uses_events(self) -> bool:
        """Whether event columns change the forecast."""
        return self.events

    def fit(self, panel: Panel, design: Design) -> FittedDirect:
        """Fit one regression a horizon to all series of the panel."""
        from sklearn.linear_model import ElasticNetCV
        from sklearn.model_selection import TimeSeriesSplit
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        def make() -> Any:
            net = ElasticNetCV(
                l1_ratio=list(self.mixes), alphas=20, cv=TimeSeriesSplit(self.splits), max_iter=5000
            )
            return make_pipeline(StandardScaler(), net)

        return fit_direct(self, panel, design, make)

    def fit_many(self, jobs: Sequence[Job]) -> list[Fitted | FoldFailure]:
        """Fit one chain of folds in the order given."""
        return loop_fits(self, jobs)


@dataclass(frozen=True)
class GradientBoosting:
    """Gradient boosted trees on the change to each horizon (scikit-learn's histogram booster).

    Parameters
    ----------
    lags : int
        Number of past monthly changes.
    rounds, leaves : int
        Trees and leaves a tree; few, since the series are short.
    rate : float
        Learning rate.
    events : bool
    transform : {"log", "none", "box-cox"}
    window : int, optional
    """

    pooled: ClassVar[bool] = True
    chained: ClassVar[bool] = False
    min_months: ClassVar[int] = 72
    lags: int = 6
    rounds: int = 60
    leaves: int = 6
    rate: float = 0.05
    events: bool = True
    transform: Scale = "log"
    window: int | None = None

    @property
    def uses_events(self) -> bool:
        """Whether event columns change the forecast."""
        return self.events

    def fit(self, panel: Panel, design: Design) -> FittedDirect:
        """Fit one booster a horizon to all series of the panel."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        def make() -> Any:
            return HistGradientBoostingRegressor(
                max_iter=self.rounds,
                max_leaf_nodes=self.leaves,
                learning_rate=self.rate,
                min_samples_leaf=10,
                early_stopping=False,
                random_state=0,
            )

        return fit_direct(self, panel, design, make)

    def fit_many(self, jobs: Sequence[Job]) -> list[Fitted | FoldFailure]:
        """Fit one chain of folds in the order given."""
        return loop_fits(self, jobs)


@dataclass(frozen=True)
class FittedDirect:
    """One fitted learner a horizon, its spread, and the data from which forecasts start."""

    model: ElasticNet | GradientBoosting
    learners: tuple[Any, ...] = field(repr=False)
    spread: tuple[float, ...]
    names: tuple[str, ...]
    data: tuple[SeriesData, ...] = field(repr=False)
    panel: Panel = field(repr=False)

    def update(self, panel: Panel, design: Design) -> FittedDirect:
        """Return the same learners at work on newer figures and events."""
        data = direct_data(self.model, panel, design)
        return FittedDirect(self.model, self.learners, self.spread, self.names, tuple(data), panel)

    def forecast(self, horizon: int, levels: Sequence[float] = LEVELS) -> Forecast:
        """Return quantiles at `levels`, normal on the model's scale with in-sample spread."""
        return self._fitted(horizon).forecast(horizon, levels)

    def paths(self, horizon: int, levels: Sequence[float]) -> list[Path]:
        """Return the same quantiles as arrays, see `FittedSeries.paths`."""
        return self._fitted(horizon).paths(horizon, levels)

    def _fitted(self, horizon: int) -> FittedSeries:
        if horizon > len(self.learners):
            raise DataError(f"fitted for {len(self.learners)} horizons, {horizon} are asked for")
        fits = {one.name: SeriesFit(self._steps(one)) for one in self.data}
        scales = {one.name: one.transform for one in self.data}
        return FittedSeries(fits, scales, self.panel)

    def _steps(self, one: SeriesData) -> Callable[[int], tuple[Array, Array]]:
        def steps(h: int) -> tuple[Array, Array]:
            centre = np.empty(h)
            for k in range(h):
                x = features(one.y, one.months, len(one.y) - 1, k + 1, self.model.lags)
                moves = np.zeros(len(self.names))
                for name in map(str, one.past.columns):
                    if name in self.names:
                        moves[self.names.index(name)] = one.future[name].iloc[k] - one.past[name].iloc[-1]
                change = self.learners[k].predict(np.concatenate([x, moves])[None, :])
                centre[k] = one.y[-1] + float(change[0])
            return centre, np.asarray(self.spread[:h])

        return steps


def fit_direct(
    model: ElasticNet | GradientBoosting, panel: Panel, design: Design, make: Callable[[], Any]
) -> FittedDirect:
    """Fit one learner a horizon on rows in the order of time, all series of the panel together."""
    data = direct_data(model, panel, design)
    names = event_names(data) if model.events else ()
    learners, spread = [], []
    for h in range(1, len(design.future) + 1):
        parts = [training_rows(one, h, model.lags, model.events) for one in data]
        x = np.hstack(
            [np.vstack([p[0] for p in parts]), stack_events([p[1] for p in parts], data, list(names))]
        )
        target = np.concatenate([p[2] for p in parts])
        # in the order of time, so that ordered splits of the past mean what they say
        order = np.argsort(np.concatenate([np.arange(len(p[2])) - len(p[2]) for p in parts]), kind="stable")
        learner = make()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # convergence of the path's smallest penalties
            learner.fit(x[order], target[order])
        learners.append(learner)
        spread.append(float(np.std(target - learner.predict(x))))
    return FittedDirect(model, tuple(learners), tuple(spread), names, tuple(data), panel)
