"""Forecasts of many lanes at once: the linear map from the past to the future.

At given ARMA parameters the best forecast of a column is linear in the column, so all columns are
forecast alike: ``mean = F(y) + (X_future - F(X)) b``. Three sources of error are exact in finite samples:
future innovations (psi weights), start-up terms that the sample leaves uncertain (their covariance s2 Q2
carried forward), and columns that were integrated out (missing months, shrunken regressors). The uncertainty
of profiled coefficients comes on top only when asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.arima.likelihood import Details
from forecast.arima.polynomials import Floats, Orders, difference_polynomial, expand


@dataclass(frozen=True, eq=False)
class Operator:
    """What the next h values need, for each lane.

    Attributes
    ----------
    columns : array (L, h, C)
        Forecasts of the columns, each taken as a series.
    start : array (L, h, m)
        Effect of an error in the start-up terms.
    psi : array (L, h)
        Effect of an innovation after 0, 1, .. steps, integrated.
    """

    columns: Floats
    start: Floats
    psi: Floats


def operator(
    orders: Orders, coefficients: Floats, found: Details, z_tail: Floats, raw_tail: Floats, h: int
) -> Operator:
    """Build the `Operator` of all lanes.

    Parameters
    ----------
    orders, coefficients, found
        The model, the ARMA coefficients (L, n_arma) and the details of the likelihood pass.
    z_tail : array (L, m, C)
        Last m rows of the differenced columns.
    raw_tail : array (L, d + sD, C)
        Last rows of the undifferenced columns.
    h : int
        Number of steps.
    """
    phi, theta = expand(coefficients, orders)
    lanes, m, n_columns = z_tail.shape
    w = np.zeros((lanes, m + h, n_columns + m))
    e = np.zeros((lanes, m, n_columns + m))
    w[:, :m, :n_columns] = z_tail
    e[:, :, :n_columns] = found.tail
    for j in range(m):
        # pi weights that carry start-up term j into the last m innovations
        weights = found.pi_tail[:, m - j : 2 * m - j]
        e[:, :, :n_columns] -= weights[:, :, None] * found.start[:, j : j + 1, :]
        e[:, :, n_columns + j] = -weights
    ar_lags = np.flatnonzero(phi.any(0)).tolist()
    ma_lags = (np.flatnonzero(theta[:, 1:].any(0)) + 1).tolist()
    for t in range(h):
        row = w[:, m + t]
        for lag in ar_lags:
            row += phi[:, lag, None] * w[:, m + t - lag]
        for lag in ma_lags:
            if lag > t:
                row += theta[:, lag, None] * e[:, m + t - lag]
    psi = np.zeros((lanes, h))
    for t in range(h):
        psi[:, t] = theta[:, t] if t <= m else 0.0
        for lag in ar_lags:
            if lag <= t:
                psi[:, t] += phi[:, lag] * psi[:, t - lag]
    weights = -difference_polynomial(orders)
    future = w[:, m:]
    past = np.concatenate([raw_tail, np.zeros((lanes, orders.lost, m))], axis=2)
    integrated = integrate(future, past, weights)
    shocks = integrate(psi[:, :, None], np.zeros((lanes, orders.lost, 1)), weights)[:, :, 0]
    return Operator(integrated[:, :, :n_columns], integrated[:, :, n_columns:], shocks)


def integrate(future: Floats, past: Floats, weights: Floats) -> Floats:
    """Undo the differences of rows (L, h, K) that follow the rows `past`."""
    lost, h = past.shape[1], future.shape[1]
    rows = np.concatenate([past, future], axis=1)
    lags = np.flatnonzero(weights[1:]) + 1
    for t in range(lost, lost + h):
        for lag in lags:
            rows[:, t] += weights[lag] * rows[:, t - lag]
    return rows[:, lost:]


def shock_matrix(psi: Floats) -> Floats:
    """Lower Toeplitz matrix (h, h) of the integrated psi weights (h,)."""
    h = len(psi)
    lag = np.subtract.outer(np.arange(h), np.arange(h))
    return np.where(lag >= 0, psi[np.maximum(lag, 0)], 0.0)
