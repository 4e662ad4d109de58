"""Fit one regression with ARIMA errors, or many folds of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from forecast.arima.polynomials import Orders
from forecast.arima.problem import FoldJob, prepare
from forecast.arima.reference import fit_reference
from forecast.arima.result import ArimaFailure, ArimaFit
from forecast.spec import ConfigError, ForecastError, nearest

Starts = Literal["warm", "modes", "full"]
ENGINES = ("exact", "numpy", "compiled", "statsmodels")


def arima(
    y: Any,
    order: Sequence[int],
    seasonal_order: Sequence[int] | None = None,
    xreg: Any = None,
    mean: bool | None = None,
    xreg_prior: tuple[Any, Any] | None = None,
    engine: str = "exact",
) -> ArimaFit:
    """Fit a regression with seasonal ARIMA errors by exact maximum likelihood."""
    fit = arima_folds([FoldJob(y, xreg, None, xreg_prior)], order, seasonal_order, mean, "full", engine)[0]
    if isinstance(fit, ArimaFailure):
        raise ConfigError(fit.message)
    return fit


def arima_folds(
    jobs: Sequence[FoldJob],
    order: Sequence[int],
    seasonal_order: Sequence[int] | None = None,
    mean: bool | None = None,
    starts: Starts = "modes",
    engine: str = "exact",
) -> list[ArimaFit | ArimaFailure]:
    """Fit the same model to many folds; a fold that cannot be fitted is an `ArimaFailure`."""
    orders = Orders.of(order, seasonal_order)
    if engine not in ENGINES:
        raise ConfigError(
            f"engine must be one of {', '.join(ENGINES)}, not {engine!r}.{nearest(engine, ENGINES)}"
        )
    fits: list[ArimaFit | ArimaFailure] = []
    for job in jobs:
        try:
            fits.append(fit_reference(prepare(job, orders, mean)))
        except (ForecastError, np.linalg.LinAlgError) as error:
            fits.append(ArimaFailure(str(error)))
    return fits
