"""`ArimaFit`: criteria, tables, simulation, warnings."""

import numpy as np
import pandas as pd
import pytest

from forecast.arima import arima
from forecast.errors import ConfigError

RNG = np.random.default_rng(1)
Y = np.cumsum(RNG.standard_normal(120))
FIT = arima(Y, (1, 1, 1), (0, 0, 1, 12), RNG.standard_normal(120), engine="numpy")


def test_criteria_count_sigma2():
    k, n = 5, 119
    assert FIT.n_parameters == k
    assert FIT.nobs == n
    assert FIT.aic == pytest.approx(-2 * FIT.loglik + 2 * k)
    assert FIT.aicc == pytest.approx(FIT.aic + 2 * k * (k + 1) / (n - k - 1))
    assert FIT.bic == pytest.approx(-2 * FIT.loglik + k * np.log(n))


def test_shrunken_regressors_are_not_counted():
    fit = arima(Y, (0, 1, 1), None, np.ones((120, 1)).cumsum(0), xreg_prior=([0.0], [0.1]), engine="numpy")
    assert fit.n_parameters == 2


def test_tables_carry_names():
    assert list(FIT.bse.index) == list(FIT.params.index) == list(FIT.cov_params.columns)
    np.testing.assert_allclose(FIT.bse, np.sqrt(np.diag(FIT.cov_params)))


def test_simulated_paths_have_the_moments_of_the_forecast():
    future = np.zeros(6)
    mean, se = FIT.forecast(6, future)
    paths = FIT.simulate(6, 20_000, np.random.default_rng(2), future)
    assert paths.shape == (20_000, 6)
    np.testing.assert_allclose(paths.mean(0), mean, atol=4 * se.max() / np.sqrt(20_000))
    np.testing.assert_allclose(paths.std(0), se, rtol=0.03)
    again = FIT.simulate(6, 3, np.random.default_rng(3), future)
    np.testing.assert_array_equal(again, FIT.simulate(6, 3, np.random.default_rng(3), future))


def test_paths_carry_the_uncertainty_of_parameters_where_it_is_asked_for():
    future, rng = np.full(6, 30.0), np.random.default_rng(5)  # far from the figures that the fit saw
    se = FIT.forecast(6, future, parameter_uncertainty=True).se
    assert (se > 1.1 * FIT.forecast(6, future).se).all()
    paths = FIT.simulate(6, 20_000, rng, future, parameter_uncertainty=True)
    np.testing.assert_allclose(paths.std(0), se, rtol=0.03)


def test_without_coefficients_there_is_no_uncertainty_of_them():
    fit = arima(Y, (0, 1, 0), engine="numpy")
    assert fit.forecast(3, parameter_uncertainty=True).se == pytest.approx(fit.forecast(3).se)
    paths = fit.simulate(3, 5, np.random.default_rng(1), parameter_uncertainty=True)
    assert paths.shape == (5, 3) and np.isfinite(paths).all()


def test_the_factor_of_standard_errors_is_that_of_a_regression():
    """Divided by what is free, the variance of a mean of white noise is the textbook's."""
    y = np.random.default_rng(6).normal(2.0, 1.0, 20)
    fit = arima(y, (0, 0, 0), engine="numpy")
    assert (fit.nobs, fit.free) == (20, 19)
    assert fit.sd_factor * np.sqrt(fit.sigma2) == pytest.approx(y.std(ddof=1))


def test_paths_of_an_integrated_series_move_together():
    paths = arima(Y, (0, 1, 0), engine="numpy").simulate(2, 20_000, np.random.default_rng(4))
    assert np.corrcoef(paths.T)[0, 1] == pytest.approx(np.sqrt(0.5), abs=0.03)


@pytest.mark.parametrize("h", [0, -1, 1.5])
def test_wrong_horizons_are_refused(h):
    with pytest.raises(ConfigError, match="h must be"):
        FIT.forecast(h)


def test_warnings_name_dropped_columns_roots_and_cancelling():
    y = np.random.default_rng(0).standard_normal(150)
    x = pd.DataFrame({"wall": np.zeros(150)})
    fit = arima(y, (0, 1, 1), None, x, engine="numpy")
    assert "dropped, no information of their own: wall" in fit.warnings
    assert any("over-differenced" in note for note in fit.warnings)


def test_notes_and_traces_make_a_new_fit():
    fit = FIT.with_trace(("a", "b"), [(1, 2.0)])
    pd.testing.assert_frame_equal(fit.trace, pd.DataFrame({"a": [1], "b": [2.0]}))
    assert FIT.trace is None


def test_the_name_of_the_model():
    assert "ARIMA(1, 1, 1)(0, 0, 1)[12]" in repr(FIT)


@pytest.fixture
def indexed():
    months = pd.period_range("2015-01", periods=len(Y), freq="M")
    return arima(pd.Series(Y, months), (0, 1, 1), engine="numpy")


def test_an_index_of_months_is_kept(indexed):
    bare = arima(Y, (0, 1, 1), engine="numpy")
    made, plain = indexed.forecast(3), bare.forecast(3)
    first = indexed.problem.index[-1] + 1
    assert list(made.mean.index) == list(pd.period_range(first, periods=3, freq="M"))
    np.testing.assert_array_equal(made.mean, plain.mean)
    np.testing.assert_array_equal(indexed.residuals, bare.residuals)
    assert indexed.residuals.index.equals(indexed.problem.index) and isinstance(bare.residuals, np.ndarray)


def test_a_forecast_is_a_pair_and_a_frame(indexed):
    made = indexed.forecast(2)
    mean, se = made
    frame = made.to_frame(0.95)
    assert list(frame.columns) == ["mean", "se", "lower", "upper"]
    np.testing.assert_allclose(frame["upper"] - mean, 1.959964 * se, rtol=1e-6)
    with pytest.raises(ConfigError, match="share"):
        made.to_frame(80)
