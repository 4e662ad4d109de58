"""Prefixes from one pass equal separate passes."""

import numpy as np
import pytest

from forecast.arima.likelihood import evaluate
from forecast.arima.polynomials import Orders, from_partial
from forecast.arima.prefixes import evaluate_prefixes
from forecast.arima.problem import FoldJob, prepare
from forecast.arima.solved import batch_of

MODELS = [((1, 1, 1), (0, 1, 1, 12)), ((0, 1, 2), (1, 0, 1, 4)), ((2, 0, 1), None), ((0, 1, 0), None)]


def simulated(n):
    rng = np.random.default_rng(3)
    return np.cumsum(rng.standard_normal(n)) + 5.0, rng.standard_normal((n, 2))


def points(orders, count):
    r = np.random.default_rng(0).uniform(-0.9, 0.9, (count, orders.n_arma))
    return from_partial(r, orders)[0]


@pytest.mark.parametrize(("order", "seasonal"), MODELS)
def test_prefixes_equal_separate_passes(order, seasonal):
    y, x = simulated(90)
    orders = Orders.of(order, seasonal)
    problem = prepare(FoldJob(y, x), orders, mean=False)
    batch, _, _ = batch_of([problem])
    lengths = np.arange(40, len(problem.z) + 1, 5)
    theta = points(orders, 3)
    together = evaluate_prefixes(batch, 0, lengths, theta)
    for i, coefficients in enumerate(theta):
        alone = [
            evaluate(batch, np.array([0]), np.array([n]), coefficients[None], None, False)[0][0]
            for n in lengths
        ]
        np.testing.assert_allclose(together[i], alone, atol=1e-9)
