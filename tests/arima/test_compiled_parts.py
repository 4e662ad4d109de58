"""The parts of the compiled kernel against numpy."""

import numpy as np
import pytest

from forecast.arima import compiled_parts as parts
from forecast.arima.likelihood import factor
from forecast.arima.polynomials import Orders, expand, from_partial
from forecast.arima.startup import StartCovariance

M, N = 5, 40
PHI, THETA = np.r_[0.0, 0.5, 0, 0, 0.2, -0.1], np.r_[1.0, -0.4, 0, 0.3, 0, 0]


def direct(x, phi, theta):
    out = np.zeros_like(x)
    for t in range(M, M + N):
        out[t] = x[t] - sum(phi[i] * x[t - i] for i in range(1, M + 1))
        out[t] -= sum(theta[i] * out[t - i] for i in range(1, M + 1))
    return out


def padded(rng):
    x = np.zeros((N + 2 * M, parts.WIDTH))
    x[M : M + N] = rng.standard_normal((N, parts.WIDTH))
    return x


def test_forward_and_backward_are_adjoint(rng):
    x, y = padded(rng), padded(rng)
    ahead, back = np.zeros_like(x), np.zeros_like(x)
    parts.forward(x, ahead, M, N, PHI, THETA)
    np.testing.assert_allclose(ahead, direct(x, PHI, THETA), atol=1e-12)
    parts.forward(x, ahead, M, N, 0 * PHI, THETA)
    parts.backward(y, back, M, N, THETA)
    assert (ahead * y).sum() == pytest.approx((x * back).sum())


def test_filters_of_one_series(rng):
    x = padded(rng)
    out, one = np.zeros_like(x), x[:, 0].copy()
    parts.forward(x, out, M, N, 0 * PHI, THETA)
    parts.filter_one(one, M, N, THETA, 1)
    np.testing.assert_allclose(one, out[:, 0], atol=1e-12)
    parts.backward(x, out, M, N, THETA)
    one = x[:, 0].copy()
    parts.filter_one(one, M, N, THETA, -1)
    np.testing.assert_allclose(one[M : M + N], out[M : M + N, 0], atol=1e-12)


@pytest.mark.parametrize("lag", [1, 4, 38])
def test_matched_products(rng, lag):
    x, y = rng.standard_normal((2, N))
    assert parts.matched(x, y, lag) == pytest.approx(x[lag:] @ y[:-lag])


def test_small_algebra(rng):
    a = rng.standard_normal((M, M))
    square = a @ a.T + np.eye(M)
    low = square.copy()
    assert parts.cholesky(low, M)
    np.testing.assert_allclose(low, np.linalg.cholesky(square), atol=1e-12)
    assert not parts.cholesky(-square, M)
    x = rng.standard_normal((M, 3))
    solved = x.copy()
    parts.solve_lower(low, solved, M, 3)
    np.testing.assert_allclose(low @ solved, x, atol=1e-12)
    inverse = np.zeros((M, M))
    parts.invert_lower(low, inverse, M)
    np.testing.assert_allclose(inverse @ low, np.eye(M), atol=1e-12)
    for matrix, triangular in ((a, False), (low, True)):
        out = np.ones((M, M))
        parts.add_squares(matrix, -2.0, out, M, triangular)
        np.testing.assert_allclose(out, 1.0 - 2.0 * matrix.T @ matrix, atol=1e-12)


def test_start_up_terms(rng):
    orders = Orders.of((2, 0, 1), (1, 0, 1, 4))
    phi, theta = expand(from_partial(rng.uniform(-0.8, 0.8, (1, orders.n_arma)), orders)[0], orders)
    m, ps = orders.state, orders.ar_length
    reference = StartCovariance.of(phi, theta, ps)
    room = parts.start_up(m, ps, 1)
    assert parts.start_covariance(phi[0], theta[0], room)
    np.testing.assert_allclose(room.v, reference.v[0], atol=1e-10)
    pull = rng.standard_normal((m, m))
    pull += pull.T
    expected = reference.adjoint(pull[None])
    d_phi, d_theta = np.zeros(m + 1), np.zeros(m + 1)
    parts.start_adjoint(phi[0], theta[0], room, pull.copy(), d_phi, d_theta)
    np.testing.assert_allclose(d_phi, expected[0][0], rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(d_theta, expected[1][0], rtol=1e-8, atol=1e-8)


def test_factor_leaves_columns_out(rng):
    x = rng.standard_normal((20, 4))
    x[:, 2] = x[:, 0] + x[:, 1]
    s = x.T @ x
    root, kept = np.zeros((4, 4)), np.zeros(4, dtype=bool)
    parts.factor(s, root, kept, 4, 0, 0)
    expected, expected_kept = factor(s[None], 0, 0)
    np.testing.assert_array_equal(kept, expected_kept[0])
    np.testing.assert_allclose(root, expected[0], atol=1e-10)
    assert not kept[2]
