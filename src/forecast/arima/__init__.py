"""Exact maximum likelihood of regressions with seasonal ARIMA errors: arrays in, arrays out."""

from forecast.arima.fit import arima, arima_folds
from forecast.arima.problem import FoldJob
from forecast.arima.result import ArimaFailure, ArimaFit
from forecast.arima.select import auto_arima, auto_arima_folds

__all__ = [
    "ArimaFailure",
    "ArimaFit",
    "FoldJob",
    "arima",
    "arima_folds",
    "auto_arima",
    "auto_arima_folds",
]
