"""Scores of forecasting competitions that the package itself does not use."""

from __future__ import annotations

import numpy as np

from forecast.scoring.metrics import interval_score


def symmetric_percentage_error(y, forecast):
    """Symmetric absolute percentage error of the M competitions, 200 |y - f| / (|y| + |f|); 0 where both are 0."""
    y, forecast = np.asarray(y, dtype=float), np.asarray(forecast, dtype=float)
    size = np.abs(y) + np.abs(forecast)
    return np.divide(200.0 * np.abs(y - forecast), size, out=np.zeros(size.shape), where=size > 0)


def msis(y, lower, upper, scale, alpha=0.05):
    """Interval score over the scale of `mase_scale`, as in the M4 competition."""
    return interval_score(y, lower, upper, alpha) / scale
