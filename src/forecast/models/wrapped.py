"""Models of other packages behind our contract: regressors of scikit-learn, classes of statsmodels.

They are made in Python or in a plug-in, never from YAML, which names kinds and no callables.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from forecast.arguments import checked
from forecast.config.convert import check_arguments
from forecast.errors import ConfigError, DataError, counted, need
from forecast.models.base import SeriesFit
from forecast.models.parameters import Lags, Window
from forecast.models.series import SeriesData
from forecast.models.series_model import SeriesModel
from forecast.models.transform import Array, Scale

_MOST_LAGS = 120


@runtime_checkable
class Regressor(Protocol):
    """What scikit-learn calls a regressor."""

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> object:
        """Learn."""
        ...

    def predict(self, X: npt.ArrayLike) -> npt.ArrayLike:
        """Predict."""
        ...


@dataclass(frozen=True)
class SklearnModel(SeriesModel):
    """A regressor of scikit-learn on the last changes and the month, one step after the other.

    Parameters
    ----------
    estimator : Regressor
        Cloned for every fit; one that draws at random and has no seed gets the seed 0.
    lags : tuple of int
        Which past monthly changes.
    season : bool
        Whether it is told the month that it predicts.
    transform : {"log", "none", "box-cox"}
    window : int, optional
    """

    min_months: ClassVar[int] = 36
    estimator: Regressor
    lags: Lags = tuple(range(1, 13))
    season: bool = True
    transform: Scale = "log"
    window: Window = None

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Learn the next change from the last ones; the spread grows as that of a random walk."""
        from sklearn.base import clone

        changes, most = np.diff(_without_gaps(data)), max(self.lags)
        if len(changes) <= most + 12:
            raise DataError(
                f"{data.name}: {counted(len(data.y), 'month', 'are')} too few for {counted(most, 'lag')};"
                f" expected at least {most + 14}"
            )
        month = (data.months.month.to_numpy()[1:] - 1)[most:]
        past = np.lib.stride_tricks.sliding_window_view(changes[:-1], most)
        rows, target = self._features(past, month), changes[most:]
        learnt: Any = clone(self.estimator)
        if "random_state" in learnt.get_params(deep=False) and learnt.get_params()["random_state"] is None:
            learnt.set_params(random_state=0)
        learnt.fit(rows, target)
        fitted = np.asarray(learnt.predict(rows))
        if fitted.size != target.size or fitted.dtype.kind not in "fiu":
            raise DataError(
                f"{data.name}: {type(learnt).__name__}.predict gave {fitted.dtype} of shape {fitted.shape};"
                f" expected {counted(target.size, 'number')}"
            )
        sd = max(float(np.std(target - fitted.ravel())), 1e-6)
        last, final = float(data.y[-1]), int(data.months[-1].month)

        def steps(h: int) -> tuple[Array, Array]:
            known = list(changes[-most:])
            for k in range(h):
                row = self._features(np.array([known[-most:]]), np.array([(final + k) % 12]))
                known.append(float(np.ravel(learnt.predict(row))[0]))
            return last + np.cumsum(known[most:]), sd * np.sqrt(np.arange(1.0, h + 1))

        return SeriesFit(steps)

    def _features(self, past: Array, month: npt.NDArray[np.int64]) -> Array:
        past = past[:, [-lag for lag in sorted(self.lags, reverse=True)]]
        if not self.season:
            return past
        return np.hstack([past, (month[:, None] == np.arange(12)).astype(float)])


@dataclass(frozen=True)
class StatsmodelsModel(SeriesModel):
    """A class of statsmodels, fitted to one series at a time.

    Parameters
    ----------
    cls : callable
        Takes the series first; what it makes has `fit`, and that has `get_forecast` or `forecast`.
    options : tuple of (str, object)
        What the class takes besides.
    transform : {"log", "none", "box-cox"}
    window : int, optional
    """

    min_months: ClassVar[int] = 36
    cls: Callable[..., object]
    options: tuple[tuple[str, object], ...] = field(default=())
    transform: Scale = "log"
    window: Window = None

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Fit the class; its own standard errors, or those of its residuals growing as a random walk's."""
        name = getattr(self.cls, "__name__", str(self.cls))
        try:
            made: Any = self.cls(_without_gaps(data), **dict(self.options))
            quiet = {"disp": False} if "disp" in inspect.signature(made.fit).parameters else {}
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                fitted = made.fit(**quiet)
        except (TypeError, ValueError, AttributeError, KeyError) as error:
            raise DataError(f"{data.name}: {name} cannot be fitted: {error}") from error
        if not hasattr(fitted, "forecast"):
            raise DataError(f"{data.name}: a fit of {name} has no forecast")

        def steps(h: int) -> tuple[Array, Array]:
            if hasattr(fitted, "get_forecast"):
                ahead = fitted.get_forecast(h)
                return np.asarray(ahead.predicted_mean, float), np.asarray(ahead.se_mean, float)
            sd = max(float(np.nanstd(np.asarray(fitted.resid, float))), 1e-6)
            return np.asarray(fitted.forecast(h), float), sd * np.sqrt(np.arange(1.0, h + 1))

        return SeriesFit(steps)


def _without_gaps(data: SeriesData) -> Array:
    if np.isnan(data.y).any():
        gap = data.months[np.isnan(data.y)][0]
        raise DataError(f"{data.name} {gap}: the figure is missing, and this model takes no gaps")
    return data.y


@checked
def sklearn_model(
    estimator: Regressor,
    lags: int | Sequence[int] = 12,
    season: bool = True,
    transform: Scale = "log",
    window: int | None = None,
) -> SklearnModel:
    """Return a model of any regressor of scikit-learn.

    Parameters
    ----------
    estimator : Regressor
        For example ``RandomForestRegressor(100)`` or a pipeline.
    lags : int or sequence of int
        The last so many monthly changes, or which of them: ``[1, 12]`` are the last and that a year before.
    season : bool
        Whether it is told the month that it predicts.
    transform : {"log", "none", "box-cox"}
        The scale on which it works.
    window : int, optional
        Months before the origin that are used; None = all.

    Returns
    -------
    Model
        For `backtest`, `check_model` or a plug-in.

    Examples
    --------
    >>> import forecast as fc
    >>> from sklearn.linear_model import Ridge
    >>> panel = fc.load_observations("example:road_casualties.csv").as_of("latest", ["drivers"])
    >>> made = fc.sklearn_model(Ridge(), lags=12).fit(panel).forecast(2)
    >>> made.median.shape
    (2, 1)
    """
    if not isinstance(estimator, Regressor) or isinstance(estimator, type):
        raise ConfigError(
            f"sklearn_model: {estimator!r} is no regressor; expected an object with fit and predict, such as"
            " LinearRegression()"
        )
    check_arguments(transform=(transform, Scale), window=(window, Window))
    chosen = range(1, lags + 1) if isinstance(lags, int) else lags
    need(chosen, Sequence, "sklearn_model: lags", "a number of lags, or a list of them")
    if not chosen or not all(isinstance(lag, int) and 1 <= lag <= _MOST_LAGS for lag in chosen):
        raise ConfigError(f"sklearn_model: lags is {lags}; expected 1 to {_MOST_LAGS}, or a list of such")
    return SklearnModel(estimator, tuple(sorted(set(chosen))), season, transform, window)


@checked
def from_statsmodels(
    model_class: Callable[..., object], transform: Scale = "log", window: int | None = None, **options: object
) -> StatsmodelsModel:
    """Return a model of a class of statsmodels.

    Parameters
    ----------
    model_class : callable
        For example ``UnobservedComponents`` or ``ETSModel``.
    transform : {"log", "none", "box-cox"}
        The scale on which it works.
    window : int, optional
        Months before the origin that are used; None = all.
    **options
        What the class takes beside the series.

    Returns
    -------
    Model
        For `backtest`, `check_model` or a plug-in.

    Examples
    --------
    >>> import forecast as fc
    >>> from statsmodels.tsa.api import UnobservedComponents
    >>> panel = fc.load_observations("example:road_casualties.csv").as_of("latest", ["drivers"])
    >>> fc.from_statsmodels(UnobservedComponents, level="rwalk").fit(panel).forecast(2).median.shape
    (2, 1)
    """
    if not callable(model_class) or not hasattr(model_class, "fit"):
        raise ConfigError(f"from_statsmodels: {model_class!r} is no class of models; expected one with fit")
    check_arguments(transform=(transform, Scale), window=(window, Window))
    return StatsmodelsModel(model_class, tuple(sorted(options.items())), transform, window)
