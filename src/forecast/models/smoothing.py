"""Exponential smoothing and Theta (statsmodels), on one scale, series by series."""

from __future__ import annotations

import itertools
import warnings
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from forecast.models.base import Array, SeriesData, SeriesFit, SeriesModel
from forecast.models.transform import Scale
from forecast.spec import DataError


def complete(data: SeriesData) -> Array:
    """Return the values, which these models need without a hole.

    Raises
    ------
    DataError
        Naming the months that are missing.
    """
    holes = [str(m) for m, v in zip(data.months, data.y, strict=True) if np.isnan(v)]
    if holes:
        raise DataError(
            f"{data.name}: {len(holes)} months are missing ({', '.join(holes[:4])}); this model needs all"
        )
    return data.y


@dataclass(frozen=True)
class Ets(SeriesModel):
    """Exponential smoothing, its form chosen by AICc among additive ones (statsmodels).

    Parameters
    ----------
    trend, seasonal : {"auto", "yes", "no"}
        ``auto`` tries both; trends are damped.
    """

    min_months: ClassVar[int] = 36
    trend: Literal["auto", "yes", "no"] = "auto"
    seasonal: Literal["auto", "yes", "no"] = "auto"
    transform: Scale = "log"
    window: int | None = None

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Fit every admitted form and keep the one with the lowest AICc."""
        y = complete(data)
        tried = [
            self._try(data.months, y, t, s)
            for t, s in itertools.product(_choices(self.trend), _choices(self.seasonal))
        ]
        made = [t for t in tried if t is not None]
        if not made:
            raise DataError(f"{data.name}: no form of exponential smoothing could be fitted")
        best = min(made, key=lambda fit: float(fit.aicc))

        def steps(h: int) -> tuple[Array, Array]:
            prediction = best.get_prediction(start=len(y), end=len(y) + h - 1)
            return np.asarray(prediction.predicted_mean), np.sqrt(np.asarray(prediction.forecast_variance))

        return SeriesFit(steps)

    def _try(self, months: pd.PeriodIndex, y: Array, trend: bool, seasonal: bool) -> Any:
        from statsmodels.tsa.exponential_smoothing.ets import ETSModel

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                model = ETSModel(
                    pd.Series(y, index=months),
                    error="add",
                    trend="add" if trend else None,
                    damped_trend=trend,
                    seasonal="add" if seasonal else None,
                    seasonal_periods=12 if seasonal else None,
                )
                fit = model.fit(disp=False, maxiter=200)
            except (ValueError, np.linalg.LinAlgError):
                return None
        return fit if np.isfinite(fit.aicc) else None


def _choices(word: str) -> list[bool]:
    return {"auto": [False, True], "yes": [True], "no": [False]}[word]


@dataclass(frozen=True)
class Theta(SeriesModel):
    """The Theta method, deseasonalised where a test finds a season (statsmodels).

    Parameters
    ----------
    theta : float
        Weight of the curvature; 2 is the standard method.
    deseasonalize : bool
        Take an additive season out first, if its test rejects none at 10 %.
    """

    min_months: ClassVar[int] = 36
    theta: float = 2.0
    deseasonalize: bool = True
    transform: Scale = "log"
    window: int | None = None

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Fit one series."""
        from statsmodels.tsa.forecasting.theta import ThetaModel

        y = complete(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = ThetaModel(
                pd.Series(y, index=data.months),
                period=12,
                deseasonalize=self.deseasonalize,
                method="additive",
                use_test=True,
            )
            fit = model.fit(disp=False)

        alpha = float(fit.params["alpha"])
        # statsmodels would fit a second model for its variance; the one-step errors of the smoothing are enough
        sd = _one_step_sd(y, data.months[0].month if self.deseasonalize else None, alpha)

        def steps(h: int) -> tuple[Array, Array]:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                centre = np.asarray(fit.forecast(h, theta=self.theta), dtype=float)
            return centre, sd * np.sqrt(1 + np.arange(h) * alpha**2)

        return SeriesFit(steps)


def _one_step_sd(y: Array, first_month: int | None, alpha: float) -> float:
    """Sd of the one-step errors of simple smoothing, after the means of calendar months where a season is taken out."""
    z = y.copy()
    if first_month is not None:
        month = (first_month - 1 + np.arange(len(y))) % 12
        z = y - (np.bincount(month, y, minlength=12) / np.bincount(month, minlength=12))[month]
    level, errors = z[0], np.empty(len(z) - 1)
    for t in range(1, len(z)):
        errors[t - 1] = z[t] - level
        level += alpha * errors[t - 1]
    return float(np.std(errors))
