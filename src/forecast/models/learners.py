"""Learners of scikit-learn on the features of `ridge`: elastic
net and gradient boosting, direct and pooled.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Protocol

import numpy as np

from forecast.config.bounds import Bounds, Distinct
from forecast.models.parameters import Count, Share, Window
from forecast.models.regression import DirectModel, Rows
from forecast.models.series import SeriesData
from forecast.models.transform import Array, Scale


@dataclass(frozen=True)
class ElasticNet(DirectModel):
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

    min_months: ClassVar[int] = 72
    lags: Count = 6
    mixes: Annotated[tuple[Share, ...], Distinct(1)] = (0.2, 0.8)
    splits: Count = 3
    events: bool = True
    transform: Scale = "log"
    window: Window = None

    def fit_horizon(self, rows: Rows) -> Learnt:
        """Fit one net."""
        from sklearn.linear_model import ElasticNetCV
        from sklearn.model_selection import TimeSeriesSplit
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        net = ElasticNetCV(
            l1_ratio=list(self.mixes), alphas=20, cv=TimeSeriesSplit(self.splits), max_iter=5000
        )
        return learn(make_pipeline(StandardScaler(), net), rows)


@dataclass(frozen=True)
class GradientBoosting(DirectModel):
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

    min_months: ClassVar[int] = 72
    lags: Count = 6
    rounds: Annotated[int, Bounds(1, 10_000)] = 60
    leaves: Annotated[int, Bounds(2, 1000)] = 6
    rate: Annotated[float, Bounds(above=0, high=1)] = 0.05
    events: bool = True
    transform: Scale = "log"
    window: Window = None

    def fit_horizon(self, rows: Rows) -> Learnt:
        """Fit one booster."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        booster = HistGradientBoostingRegressor(
            max_iter=self.rounds,
            max_leaf_nodes=self.leaves,
            learning_rate=self.rate,
            min_samples_leaf=10,
            early_stopping=False,
            random_state=0,
        )
        return learn(booster, rows)


class Learner(Protocol):
    """What is asked of a regressor of scikit-learn."""

    def fit(self, x: Array, y: Array, /) -> object:
        """Fit rows and their targets."""

    def predict(self, x: Array, /) -> Array:
        """Return the prediction of each row."""


@dataclass(frozen=True)
class Learnt:
    """A learner of one horizon."""

    learner: Learner = field(repr=False)
    names: list[str]
    sd: float
    effects: Mapping[str, float] = field(default_factory=dict)  #: none that could be told apart

    def change(self, one: SeriesData, x: Array, moves: Array) -> float:
        """Return what the learner predicts; a column that no month of the fit had does not move it."""
        known = np.zeros(len(self.names))
        for name, move in zip(one.columns, moves, strict=True):
            if name in self.names:
                known[self.names.index(name)] = move
        return float(self.learner.predict(np.concatenate([x, known])[None, :])[0])


def learn(learner: Learner, rows: Rows) -> Learnt:
    """Fit a learner on rows in the order of time, so that ordered splits of the past mean what they say."""
    x = np.hstack([rows.x, rows.moves])
    order = np.argsort(rows.age, kind="stable")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # convergence of the path's smallest penalties
        learner.fit(x[order], rows.target[order])
    return Learnt(learner, rows.names, float(np.std(rows.target - learner.predict(x))))
