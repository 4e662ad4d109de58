"""Orders, differences and the maps between partial autocorrelations, coefficients and full polynomials."""

import numpy as np
import pytest

from forecast.arima.polynomials import (
    Orders,
    difference,
    difference_polynomial,
    expand,
    from_partial,
    gather,
    inverse_roots,
    split,
    to_partial,
)
from forecast.errors import ConfigError

MIXED = Orders.of((2, 1, 3), (1, 1, 2, 4))


def test_all_problems_of_orders_are_named_at_once():
    with pytest.raises(ConfigError) as error:
        Orders.of((-1, 3, 1), (1, 0, 0, 1))
    text = str(error.value)
    assert "p must be" in text
    assert "d must be" in text
    assert "season" in text


@pytest.mark.parametrize(("order", "seasonal"), [((1, 0), None), ((1, 0, 0), (1, 1)), ((1.5, 0, 0), None)])
def test_wrong_shapes_are_refused(order, seasonal):
    with pytest.raises(ConfigError):
        Orders.of(order, seasonal)


def test_numbers_that_follow_from_the_orders():
    assert MIXED.lost == 5
    assert MIXED.state == 11
    assert MIXED.names == ("ar1", "ar2", "ma1", "ma2", "ma3", "sar1", "sma1", "sma2")
    assert str(MIXED) == "ARIMA(2,1,3)(1,1,2)[4]"


def test_difference_equals_its_polynomial():
    y = np.random.default_rng(0).standard_normal(30)
    polynomial = difference_polynomial(MIXED)
    expected = np.convolve(y, polynomial)[len(polynomial) - 1 : len(y)]
    np.testing.assert_allclose(difference(y, MIXED), expected, atol=1e-13)


def test_expand_multiplies_the_blocks():
    coefficients = np.random.default_rng(1).uniform(-0.5, 0.5, (1, MIXED.n_arma))
    ar, ma, sar, sma = (block[0] for block in split(coefficients, MIXED))
    phi, theta = expand(coefficients, MIXED)
    seasonal = np.zeros(5)
    seasonal[0], seasonal[4] = 1.0, -sar[0]
    full = np.convolve(np.r_[1.0, -ar], seasonal)
    np.testing.assert_allclose(-phi[0, 1 : len(full)], full[1:], atol=1e-15)
    seasonal = np.zeros(9)
    seasonal[0], seasonal[4], seasonal[8] = 1.0, sma[0], sma[1]
    np.testing.assert_allclose(theta[0], np.convolve(np.r_[1.0, ma], seasonal), atol=1e-15)


def test_gather_is_the_chain_rule_of_expand():
    rng = np.random.default_rng(2)
    coefficients = rng.uniform(-0.5, 0.5, (1, MIXED.n_arma))
    w_phi, w_theta = rng.standard_normal((2, 1, MIXED.state + 1))

    def total(c):
        phi, theta = expand(c, MIXED)
        return (phi * w_phi).sum() + (theta * w_theta).sum()

    slope = gather(w_phi, w_theta, coefficients, MIXED)[0]
    for j in range(MIXED.n_arma):
        moved = 1e-6 * np.eye(MIXED.n_arma)[j]
        numeric = (total(coefficients + moved) - total(coefficients - moved)) / 2e-6
        assert slope[j] == pytest.approx(numeric, abs=1e-8)


def test_partial_autocorrelations_there_and_back():
    r = np.random.default_rng(3).uniform(-0.99, 0.99, (20, MIXED.n_arma))
    coefficients, jacobian = from_partial(r, MIXED)
    np.testing.assert_allclose(to_partial(coefficients, MIXED), r, atol=1e-8)
    step = 1e-7
    for j in range(MIXED.n_arma):
        moved = r.copy()
        moved[:, j] += step
        numeric = (from_partial(moved, MIXED)[0] - coefficients) / step
        np.testing.assert_allclose(jacobian[:, :, j], numeric, atol=1e-5)


def test_roots_stay_inside_the_unit_circle():
    orders = Orders.of((5, 0, 5))
    for r in np.random.default_rng(4).uniform(-0.98, 0.98, (20, 10)):
        ar, ma, _, _ = split(from_partial(r[None], orders)[0][0], orders)
        assert np.abs(inverse_roots(ar, True)).max() < 1.0
        assert np.abs(inverse_roots(ma, False)).max() < 1.0
