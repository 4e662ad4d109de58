"""The filters of polynomials in the lag: inverses of each other, and adjoint."""

import numpy as np
import pytest

from forecast.arima.filters import filter_ar, filter_ma, filter_ma_back


@pytest.mark.parametrize(("q", "seasonal_q", "s"), [(1, 0, 1), (2, 1, 4), (3, 2, 12)])
def test_the_inverse_of_a_polynomial_undoes_it(rng, q, seasonal_q, s):
    columns = rng.standard_normal((150, 3, 2))
    ma, sma = 0.3 * rng.standard_normal((3, q)), 0.3 * rng.standard_normal((3, seasonal_q))
    # phi(B) = 1 - ar B - ..., theta(B) = 1 + ma B + ...
    found = filter_ar(columns, -ma, -sma, s)
    filter_ma(found, ma, sma, s)
    np.testing.assert_allclose(found, columns, atol=1e-9)


def test_the_filter_backwards_is_the_adjoint(rng):
    x, y = rng.standard_normal((2, 90, 2, 1))
    ma, sma = np.array([[0.5], [-0.2]]), np.array([[0.3], [0.1]])
    ahead, back = x.copy(), y.copy()
    filter_ma(ahead, ma, sma, 12)
    filter_ma_back(back, ma, sma, 12)
    np.testing.assert_allclose((ahead * y).sum((0, 2)), (x * back).sum((0, 2)))
