"""The reference engine and its two traps."""

import warnings

import numpy as np
import pytest
from statsmodels.tsa.statespace.sarimax import SARIMAX

from forecast.arima import arima
from forecast.errors import ConfigError

RNG = np.random.default_rng(0)
X = RNG.standard_normal((90, 1))
Y = np.cumsum(RNG.standard_normal(90)) + X[:, 0]


def test_agrees_with_the_exact_engine():
    one, two = (arima(Y, (0, 1, 1), None, X, engine=engine) for engine in ("numpy", "statsmodels"))
    assert one.loglik == pytest.approx(two.loglik, abs=1e-5)
    np.testing.assert_allclose(one.params, two.params, atol=1e-3)
    np.testing.assert_allclose(one.bse, two.bse, rtol=1e-2)
    for first, second in zip(one.forecast(4, X[:4]), two.forecast(4, X[:4]), strict=True):
        np.testing.assert_allclose(first, second, atol=2e-3)
    np.testing.assert_allclose(one.residuals[2:], two.residuals[2:], atol=0.05)


def test_levels_of_thousands_do_not_matter():
    """Trap 1: SARIMAX itself is wrong at this scale, this engine is not."""
    small, large = (arima(Y * f, (0, 1, 1), (0, 1, 1, 12), engine="statsmodels") for f in (1.0, 1e5))
    np.testing.assert_allclose(small.params, large.params, atol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        naive = SARIMAX(Y * 1e5, order=(0, 1, 1), seasonal_order=(0, 1, 1, 12)).fit(disp=False)
    assert np.abs(np.asarray(naive.params[:2]) - small.params.to_numpy()).max() > 1e-3


def test_paths_and_gaps():
    y = Y.copy()
    y[[20, 50]] = np.nan
    fit = arima(y, (1, 0, 0), engine="statsmodels")
    paths = fit.simulate(3, 5000, np.random.default_rng(1))
    mean, se = fit.forecast(3)
    np.testing.assert_allclose(paths.mean(0), mean, atol=4 * se.max() / np.sqrt(5000))
    assert np.isnan(fit.residuals[[20, 50]]).all()


def test_what_it_does_not_know_is_refused():
    with pytest.raises(Exception, match="xreg_prior"):
        arima(Y, (0, 1, 1), None, X, xreg_prior=([0.0], [1.0]), engine="statsmodels")
    with pytest.raises(ConfigError, match="parameter uncertainty"):
        arima(Y, (0, 1, 1), engine="statsmodels").forecast(2, parameter_uncertainty=True)


def test_standard_errors_do_not_depend_on_the_unit_of_a_column():
    for unit in (1e-5, 1e5):
        one, two = (arima(Y, (0, 1, 1), None, X * unit, engine=engine) for engine in ("numpy", "statsmodels"))
        np.testing.assert_allclose(two.bse, one.bse, rtol=1e-2)
