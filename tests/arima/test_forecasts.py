"""The linear map from the past to the future, against dense conditional expectations."""

import numpy as np
import pytest

from forecast.arima.forecasts import shock_matrix
from forecast.arima.kernel import NUMPY
from forecast.arima.polynomials import Orders, expand, from_partial
from forecast.arima.problem import FoldJob, prepare
from forecast.arima.solved import Solved, batch_of


def autocovariance(orders, coefficients, n):
    """Autocovariances of the differenced process by a long moving average."""
    phi, theta = (p[0] for p in expand(coefficients[None], orders))
    psi = np.zeros(3000)
    for t in range(len(psi)):
        psi[t] = theta[t] if t < len(theta) else 0.0
        for lag in range(1, min(t, len(phi) - 1) + 1):
            psi[t] += phi[lag] * psi[t - lag]
    return np.array([psi[: len(psi) - k] @ psi[k:] for k in range(n)])


@pytest.mark.parametrize(
    ("order", "seasonal"), [((2, 0, 1), None), ((1, 0, 0), (0, 0, 1, 4)), ((0, 0, 2), None)]
)
def test_stationary_forecasts_are_conditional_expectations(order, seasonal):
    orders, h, n = Orders.of(order, seasonal), 8, 30
    y = np.random.default_rng(0).standard_normal(n)
    problem = prepare(FoldJob(y), orders, mean=False)
    batch, group, columns = batch_of([problem])
    theta = from_partial(np.random.default_rng(1).uniform(-0.8, 0.8, (1, orders.n_arma)), orders)[0]
    found, beta = NUMPY.details(batch, group, np.array([n]), theta, None)
    made = Solved([problem], columns, theta, np.ones(1), beta, found).operator(h)
    gamma = autocovariance(orders, theta[0], n + h)
    cov = gamma[np.abs(np.subtract.outer(np.arange(n + h), np.arange(n + h)))]
    gain = np.linalg.solve(cov[:n, :n], cov[:n, n:])
    np.testing.assert_allclose(made.columns[0, :, -1], gain.T @ y, atol=1e-9)
    conditional = cov[n:, n:] - cov[n:, :n] @ gain
    shocks, start = shock_matrix(made.psi[0]), made.start[0]
    np.testing.assert_allclose(
        shocks @ shocks.T + start @ found.start_cov[0] @ start.T, conditional, atol=1e-9
    )


def test_shock_matrix_is_lower_toeplitz():
    np.testing.assert_array_equal(shock_matrix(np.array([1.0, 2.0, 3.0])), [[1, 0, 0], [2, 1, 0], [3, 2, 1]])


def test_differences_are_undone():
    """A random walk with season repeats the last year, moved to the last level."""
    orders, y = Orders.of((0, 1, 0), (0, 1, 0, 4)), np.random.default_rng(2).standard_normal(24)
    problem = prepare(FoldJob(y), orders)
    batch, group, columns = batch_of([problem])
    found, beta = NUMPY.details(batch, group, np.array([len(problem.z)]), np.empty((1, 0)), None)
    made = Solved([problem], columns, np.empty((1, 0)), np.ones(1), beta, found).operator(4)
    np.testing.assert_allclose(made.columns[0, :, -1], y[-1] + (y[-4:] - y[-5]), atol=1e-12)
