"""Start-up terms: their covariance by simulation-free algebra, its derivative by differences."""

import numpy as np
import pytest

from forecast.arima.polynomials import Orders, expand, from_partial
from forecast.arima.startup import StartCovariance, cholesky, toeplitz_gram

MODELS = [((2, 0, 1), (1, 0, 1, 4)), ((0, 0, 3), (0, 0, 1, 4)), ((3, 0, 0), None), ((1, 0, 4), None)]


def full(order, seasonal, seed=0, radius=0.9):
    orders = Orders.of(order, seasonal)
    r = np.random.default_rng(seed).uniform(-radius, radius, (3, orders.n_arma))
    return orders, *expand(from_partial(r, orders)[0], orders)


@pytest.mark.parametrize(("order", "seasonal"), MODELS)
def test_v_is_the_solution_of_its_equation(order, seasonal):
    orders, phi, theta = full(order, seasonal)
    v, m = StartCovariance.of(phi, theta, orders.ar_length).v, orders.state
    for lane in range(3):
        transition = np.zeros((m, m))
        transition[:, 0] = phi[lane, 1:]
        transition[np.arange(m - 1), np.arange(1, m)] += 1.0
        gain = (phi + theta)[lane, 1:]
        expected = transition @ v[lane] @ transition.T + np.outer(gain, gain)
        np.testing.assert_allclose(v[lane], expected, atol=1e-9 * np.abs(v[lane]).max())


@pytest.mark.parametrize(("order", "seasonal"), MODELS)
def test_adjoint_equals_differences(order, seasonal):
    orders, phi, theta = full(order, seasonal, radius=0.7)
    m = orders.state
    weight = np.random.default_rng(1).standard_normal((3, m, m))
    weight += weight.transpose(0, 2, 1)
    d_phi, d_theta = StartCovariance.of(phi, theta, orders.ar_length).adjoint(weight)

    def total(p, t):
        return (weight * StartCovariance.of(p, t, orders.ar_length).v).sum((1, 2))

    step = 1e-6
    for lag in range(1, m + 1):
        moved = step * np.eye(m + 1)[lag]
        if lag <= orders.ar_length:
            numeric = (total(phi + moved, theta) - total(phi - moved, theta)) / (2 * step)
            np.testing.assert_allclose(d_phi[:, lag], numeric, rtol=1e-4, atol=1e-4)
        numeric = (total(phi, theta + moved) - total(phi, theta - moved)) / (2 * step)
        np.testing.assert_allclose(d_theta[:, lag], numeric, rtol=1e-4, atol=1e-4)


def test_gram_of_the_impulse_responses():
    pi = 0.8 ** np.arange(10.0)
    m = np.stack([np.r_[np.zeros(j), pi[: 10 - j]] for j in range(4)], axis=1)
    gram = toeplitz_gram((m.T @ pi)[None], pi[::-1][None, :4])
    np.testing.assert_allclose(gram[0], m.T @ m, atol=1e-12)


def test_a_bad_matrix_becomes_nan_and_spoils_no_other():
    made = cholesky(np.array([[[4.0]], [[-1.0]]]))
    assert made[0, 0, 0] == 2.0
    assert np.isnan(made[1, 0, 0])


def test_several_unit_roots_at_once_are_refused():
    orders = Orders.of((3, 0, 0))
    phi, theta = expand(from_partial(np.array([[0.99999, 0.99999, 0.99999]]), orders)[0], orders)
    assert np.isnan(StartCovariance.of(phi, theta, 3).v).all()
