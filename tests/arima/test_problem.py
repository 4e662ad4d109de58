"""Inputs: what is refused, what is dropped, and that nothing done for numerical reasons shows outside."""

import numpy as np
import pandas as pd
import pytest

from forecast.arima.polynomials import Orders
from forecast.arima.problem import FoldJob, prepare, rank_test
from forecast.errors import ConfigError, DataError

AIRLINE = Orders.of((0, 1, 1), (0, 1, 1, 12))


def series(n=60, seed=0):
    return np.cumsum(np.random.default_rng(seed).standard_normal(n)) + 100.0


def test_all_wrong_arguments_are_named_at_once():
    job = FoldJob(np.r_[series(), np.inf], np.ones((10, 2)), ("a", "a"), ([0.0], [-1.0]))
    with pytest.raises(ConfigError) as error:
        prepare(job, AIRLINE, mean=True)
    for word in ("infinite", "10 rows", "differ from each other", "xreg_prior", "trend of degree 2"):
        assert word in str(error.value)


def test_missing_values_of_regressors_are_refused_by_name():
    frame = pd.DataFrame({"good": np.zeros(60), "bad": np.r_[np.nan, np.zeros(59)]})
    with pytest.raises(ConfigError, match="bad"):
        prepare(FoldJob(series(), frame), AIRLINE)


@pytest.mark.parametrize("y", [series(20), np.full(60, np.nan), np.r_[np.full(50, np.nan), series(10)]])
def test_too_short_series_are_refused(y):
    with pytest.raises(DataError, match="needs at least"):
        prepare(FoldJob(y), AIRLINE)


@pytest.mark.parametrize("y", [np.full(60, 7.0), np.arange(60.0), 3.0 + np.tile(np.arange(12.0), 5)])
def test_series_without_variation_are_refused(y):
    with pytest.raises(DataError, match="constant"):
        prepare(FoldJob(y), AIRLINE)


def test_too_many_regressors_are_refused():
    with pytest.raises(DataError, match="observations are left"):
        prepare(FoldJob(series(), np.random.default_rng(1).standard_normal((60, 46))), AIRLINE)


def test_columns_without_information_are_dropped_and_named():
    x = pd.DataFrame(np.random.default_rng(1).standard_normal((60, 2)), columns=["a", "b"])
    x["twice_a"], x["constant"], x["zero"] = 2.0 * x["a"], 5.0, 0.0
    problem = prepare(FoldJob(series(), x), AIRLINE)
    assert problem.dropped == ("twice_a", "constant", "zero")
    assert problem.regressor_names == ("a", "b")


def test_a_regressor_of_a_missing_month_is_dropped():
    y, x = series(), np.zeros((60, 1))
    y[30], x[30] = np.nan, 1.0
    assert prepare(FoldJob(y, x), AIRLINE).dropped == ("x1",)


def test_a_shrunken_column_without_active_months_stays():
    problem = prepare(FoldJob(series(), np.zeros((60, 1)), None, ([0.1], [0.3])), AIRLINE)
    assert problem.dropped == ()
    assert problem.regressor_names == ("x1",)


def test_leading_missing_months_are_trimmed_and_gaps_counted():
    y = np.r_[np.full(5, np.nan), series(70)]
    y[[20, 40]] = np.nan
    problem = prepare(FoldJob(y), AIRLINE)
    assert problem.lead == 5
    assert problem.nobs == 70 - 13 - 2
    np.testing.assert_array_equal(problem.missing, [15, 35])


def test_public_coefficients_undo_the_centring():
    x = np.random.default_rng(2).standard_normal((60, 2)) + 1000.0
    problem = prepare(FoldJob(series(), x, None, ([0.5, 0.0], [1.0, np.inf])), Orders.of((1, 0, 0)))
    matrix, shift = problem.to_public()
    inner = np.array([0.3, -0.7, 1.1])  # shrunk x1 (less its prior mean), intercept, free x2
    intercept, x1, x2 = matrix @ inner + shift
    fitted = problem.raw[:, :-1] @ inner
    there = problem.y - (intercept + x @ np.array([x1, x2]))
    np.testing.assert_allclose(problem.raw[:, -1] - fitted, there, atol=1e-9)


@pytest.mark.parametrize(
    ("xreg", "word"), [(None, "needs xreg"), (np.ones((3, 2)), "shape"), (np.full(3, np.nan), "missing")]
)
def test_future_regressors_are_checked(xreg, word):
    problem = prepare(FoldJob(series(), np.random.default_rng(3).standard_normal(60)), AIRLINE)
    with pytest.raises(ConfigError, match=word):
        problem.future(3, xreg)
    with pytest.raises(ConfigError, match="none"):
        prepare(FoldJob(series()), AIRLINE).future(3, np.ones((3, 1)))


def test_drift_goes_on_counting():
    problem = prepare(FoldJob(series()), Orders.of((0, 1, 1)), mean=True)
    assert problem.regressor_names == ("drift",)
    np.testing.assert_array_equal(problem.future(2, None)[:, 0], [61, 62])


def test_rank_test_finds_exact_and_near_dependence():
    z = np.random.default_rng(4).standard_normal((50, 4))
    z[:, 2] = z[:, 0] - z[:, 1] + 1e-8 * z[:, 3]
    np.testing.assert_array_equal(rank_test(z, 0), [True, True, False, True])
    np.testing.assert_array_equal(rank_test(z * [1e-9, 1e9, 1.0, 1e3], 0)[:2], [True, True])
