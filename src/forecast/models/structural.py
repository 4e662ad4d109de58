"""A structural time series model: local level or trend with a season (statsmodels, unobserved components)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from forecast.models.base import SeriesFit
from forecast.models.parameters import Window
from forecast.models.series import SeriesData
from forecast.models.series_model import SeriesModel
from forecast.models.transform import Array, Scale


@dataclass(frozen=True)
class Structural(SeriesModel):
    """A moving level with a slowly changing season, by maximum likelihood (statsmodels).

    Parameters
    ----------
    level : {"local level", "local linear trend"}
    seasonal : bool
        A stochastic season of twelve months.
    """

    min_months: ClassVar[int] = 48
    level: Literal["local level", "local linear trend"] = "local level"
    seasonal: bool = True
    transform: Scale = "log"
    window: Window = None

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Fit one series; missing months are skipped by the Kalman filter."""
        from statsmodels.tsa.statespace.structural import UnobservedComponents

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # scaled, since the filter starts its states with a fixed variance
            scale = float(np.nanstd(data.y)) or 1.0
            model = UnobservedComponents(
                pd.Series(data.y / scale, index=data.months),
                level=self.level,
                seasonal=12 if self.seasonal else None,
            )
            fit = model.fit(disp=False, maxiter=200)

        def steps(h: int) -> tuple[Array, Array]:
            forecast = fit.get_forecast(h)
            return np.asarray(forecast.predicted_mean) * scale, np.asarray(forecast.se_mean) * scale

        return SeriesFit(steps)
