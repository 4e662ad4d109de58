"""The numpy kernel against dense Gaussian densities, differences of the value, and separate passes."""

import numpy as np
import pytest

from forecast.arima.likelihood import LOG_2PI, WORST, Batch, details, evaluate, run
from forecast.arima.polynomials import Orders, difference, expand, from_partial
from forecast.arima.problem import FoldJob, prepare
from forecast.arima.solved import batch_of

MODELS = [
    ((1, 1, 1), (0, 1, 1, 12)),
    ((0, 1, 2), (1, 0, 1, 4)),
    ((2, 0, 1), None),
    ((0, 0, 0), (1, 0, 0, 4)),
    ((3, 1, 0), (0, 0, 2, 4)),
    ((0, 1, 0), None),
]


def simulated(n=70, k=2, seed=3):
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.standard_normal(n)) + 5.0, rng.standard_normal((n, k))


def autocovariance(orders, coefficients, n):
    """Autocovariances of the differenced process by a long moving average."""
    phi, theta = (p[0] for p in expand(coefficients[None], orders))
    long = 4000
    psi = np.zeros(long)
    for t in range(long):
        psi[t] = theta[t] if t < len(theta) else 0.0
        for lag in range(1, min(t, len(phi) - 1) + 1):
            psi[t] += phi[lag] * psi[t - lag]
    return np.array([psi[: long - k] @ psi[k:] for k in range(n)])


def dense_cov(orders, coefficients, n):
    gamma = autocovariance(orders, coefficients, n)
    return gamma[np.abs(np.subtract.outer(np.arange(n), np.arange(n)))]


def points(orders, count, seed=0, radius=0.9):
    r = np.random.default_rng(seed).uniform(-radius, radius, (count, orders.n_arma))
    return from_partial(r, orders)[0]


@pytest.mark.parametrize(("order", "seasonal"), MODELS)
def test_value_is_the_dense_gaussian_density(order, seasonal):
    y, x = simulated()
    orders = Orders.of(order, seasonal)
    problem = prepare(FoldJob(y, x), orders)
    batch, group, _ = batch_of([problem])
    for coefficients in points(orders, 2):
        value = evaluate(batch, group, np.array([len(problem.z)]), coefficients[None], None, False)[0][0]
        cov = dense_cov(orders, coefficients, len(problem.z))
        zx, zy = problem.z[:, :-1], problem.z[:, -1]
        inverse = np.linalg.inv(cov)
        beta = np.linalg.lstsq(zx.T @ inverse @ zx, zx.T @ inverse @ zy, rcond=None)[0]
        rss = (zy - zx @ beta) @ inverse @ (zy - zx @ beta)
        n = len(zy)
        expected = 0.5 * (n * (np.log(rss / n) + 1 + LOG_2PI) + np.linalg.slogdet(cov)[1])
        assert value == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(("order", "seasonal"), MODELS)
def test_shrunken_columns_are_integrated_out(order, seasonal):
    """Against the density of y whose covariance holds the prior: y ~ N(X_s m + X_f b, s2 Sigma + X_s P X_s')."""
    y, x = simulated(k=3)
    orders = Orders.of(order, seasonal)
    mean, sd = np.array([0.4, -0.2, 0.0]), np.array([0.5, 2.0, np.inf])
    problem = prepare(FoldJob(y, x, None, (mean, sd)), orders, mean=False)
    batch, group, _ = batch_of([problem])
    coefficients, sigma2 = points(orders, 1, seed=4), np.array([0.7])
    value = evaluate(batch, group, np.array([len(problem.z)]), coefficients, sigma2, False)[0][0]
    z = difference(np.column_stack([x, y]), orders)
    shrunk, free = z[:, :2], z[:, 2:3]
    cov = 0.7 * dense_cov(orders, coefficients[0], len(z)) + shrunk @ np.diag(sd[:2] ** 2) @ shrunk.T
    inverse = np.linalg.inv(cov)
    target = z[:, -1] - shrunk @ mean[:2]
    beta = np.linalg.solve(free.T @ inverse @ free, free.T @ inverse @ target)
    rest = target - free @ beta
    expected = 0.5 * (len(z) * LOG_2PI + np.linalg.slogdet(cov)[1] + rest @ inverse @ rest)
    assert value == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("gaps", [[40], [20, 21, 50, 69], [3, 8, 30]])
@pytest.mark.parametrize(("order", "seasonal"), MODELS)
def test_gradient_with_gaps_and_priors(order, seasonal, gaps):
    y, x = simulated(k=3)
    y[gaps] = np.nan
    orders = Orders.of(order, seasonal)
    prior = (np.zeros(3), np.array([0.3, np.inf, 1.0]))
    for job in (FoldJob(y, x), FoldJob(y, x, None, prior)):
        problem = prepare(job, orders)
        batch, group, _ = batch_of([problem])
        length = np.array([len(problem.z)])
        point = points(orders, 1, seed=7)
        sigma2 = np.array([0.9]) if batch.n_shrunk else None
        _, slope, sigma_slope = evaluate(batch, group, length, point, sigma2, True)
        step = 1e-6
        for j in range(orders.n_arma):
            moved = step * np.eye(orders.n_arma)[j]
            up = evaluate(batch, group, length, point + moved, sigma2, False)[0]
            down = evaluate(batch, group, length, point - moved, sigma2, False)[0]
            assert slope[0, j] == pytest.approx((up - down)[0] / (2 * step), rel=1e-5, abs=1e-5)
        if sigma2 is not None:
            up = evaluate(batch, group, length, point, sigma2 * np.exp(step), False)[0]
            down = evaluate(batch, group, length, point, sigma2 * np.exp(-step), False)[0]
            assert sigma_slope[0] == pytest.approx((up - down)[0] / (2 * step), rel=1e-5, abs=1e-5)


def test_gradient_on_the_boundary_is_symmetric():
    """A moving average and its inverse root have the same likelihood: at the unit root the slope is zero."""
    y, x = simulated()
    orders = Orders.of((0, 1, 1))
    problem = prepare(FoldJob(y, x), orders)
    batch, group, _ = batch_of([problem])
    slope = evaluate(batch, group, np.array([len(problem.z)]), np.array([[-1.0]]), None, True)[1]
    assert slope[0, 0] == pytest.approx(0.0, abs=1e-6)


def test_lanes_do_not_depend_on_each_other():
    y, x = simulated(90)
    orders = Orders.of((1, 1, 1), (0, 1, 1, 4))
    problem = prepare(FoldJob(y, x), orders)
    batch, _, _ = batch_of([problem])
    theta, n = points(orders, 150), np.random.default_rng(1).integers(40, len(problem.z) + 1, 150)
    zero = np.zeros(150, dtype=np.int64)
    value, slope, _ = evaluate(batch, zero, n, theta, None, True)
    order = np.random.default_rng(2).permutation(150)
    again, slope_again, _ = evaluate(batch, zero, n[order], theta[order], None, True)
    np.testing.assert_allclose(again, value[order], rtol=1e-11)
    np.testing.assert_allclose(slope_again, slope[order], rtol=1e-7, atol=1e-8)


def test_a_lane_without_likelihood_is_the_worst_and_stops_no_other():
    orders = Orders.of((0, 1, 1))
    z = np.zeros((2, 30, 1))
    z[1, :, 0] = np.random.default_rng(0).standard_normal(30)
    batch = Batch(orders, z, 0, 0, np.empty((2, 0)))
    value = evaluate(batch, np.array([0, 1]), np.array([30, 30]), np.array([[0.3], [0.3]]), None, True)[0]
    assert value[0] == WORST
    assert np.isfinite(value[1])
    assert value[1] < 100


def test_details_reproduce_the_generalised_least_squares():
    y, x = simulated()
    orders = Orders.of((1, 1, 1), (0, 1, 1, 4))
    problem = prepare(FoldJob(y, x), orders)
    batch, group, _ = batch_of([problem])
    theta = points(orders, 1, seed=9)
    found, beta = details(batch, group, np.array([len(problem.z)]), theta, None)
    inverse = np.linalg.inv(dense_cov(orders, theta[0], len(problem.z)))
    zx, zy = problem.z[:, :-1], problem.z[:, -1]
    expected = np.linalg.solve(zx.T @ inverse @ zx, zx.T @ inverse @ zy)
    np.testing.assert_allclose(beta[0], expected, rtol=1e-9)
    np.testing.assert_allclose(found.rss[0], (zy - zx @ beta[0]) @ inverse @ (zy - zx @ beta[0]), rtol=1e-10)


def test_start_up_terms_have_the_covariance_of_the_process():
    """V of an AR(1) plus noise term against the definition ``x_0 = phi w_{-1} + theta e_{-1}``."""
    orders = Orders.of((1, 0, 1))
    problem = prepare(FoldJob(*simulated(k=0)), orders)
    batch, group, _ = batch_of([problem])
    phi, theta = 0.6, 0.3
    done = run(batch, group, np.array([len(problem.z)]), np.array([[phi, theta]]))
    gamma0 = (1 + theta**2 + 2 * phi * theta) / (1 - phi**2)
    assert done.start.v[0, 0, 0] == pytest.approx(phi**2 * gamma0 + theta**2 + 2 * phi * theta, rel=1e-12)


def test_the_lags_of_a_model_are_marked_by_ones():
    batch = batch_of([prepare(FoldJob(simulated()[0]), Orders.of((1, 0, 2), (0, 1, 1, 4)), mean=False)])[0]
    phi, theta = batch.lag_marks
    assert phi.tolist() == [0, 1, 0, 0, 0, 0, 0] and theta.tolist() == [0, 1, 1, 0, 1, 1, 1]
