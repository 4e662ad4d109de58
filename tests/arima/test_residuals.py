"""Tests of residuals: one set for fits and for reports."""

import numpy as np
import pytest
from statsmodels.stats.diagnostic import acorr_ljungbox, acorr_lm
from statsmodels.stats.stattools import jarque_bera
from statsmodels.tsa.stattools import acf

from forecast.arima import arima
from forecast.arima.residuals import CHECK_COLUMNS, residual_tests
from forecast.models.arima import residual_checks


def test_lags_degrees_of_freedom_and_missing_residuals(rng):
    e = rng.standard_normal(60)
    table = residual_tests(np.append(e, np.nan), (6, 24, 30), n_arma=2).set_index("check")
    assert list(table.columns) == list(CHECK_COLUMNS[1:])
    assert table.loc["ljung_box", "lag"].tolist() == [6, 24]
    expected = acorr_ljungbox(e, lags=[6], model_df=2)["lb_pvalue"].item()
    assert table.loc["ljung_box", "p_value"].iloc[0] == pytest.approx(expected)
    assert "autocorrelation" not in table.index


def test_fits_and_reports_use_the_same_tests(rng):
    fit = arima(rng.standard_normal(90).cumsum(), (0, 1, 1), engine="numpy")
    own, told = fit.diagnostics().set_index("check"), residual_checks(fit.residuals).set_index("check")
    both = ["jarque_bera", "arch_lm"]
    assert own.loc[both].equals(told.loc[both])
    assert told.loc["autocorrelation", "lag"].tolist() == [1, 12]
    assert residual_checks(rng.standard_normal(20))[["note", "value"]].to_numpy().tolist() == [
        ["too_few", 20.0]
    ]


def test_residual_tests_find_what_is_left(rng):
    seasonal = np.tile([5.0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -5.0], 10) + rng.standard_normal(120)
    table = arima(seasonal, (0, 0, 0), (0, 0, 0, 12), engine="numpy").diagnostics().set_index("check")
    assert table.loc["ljung_box", "p_value"].iloc[-1] < 0.01
    white = arima(rng.standard_normal(150), (0, 0, 0), engine="numpy").diagnostics()
    assert list(white.columns) == list(CHECK_COLUMNS)
    assert (white["p_value"] > 0.001).all()


def test_lags_without_a_season_are_a_fifth_of_the_figures_at_most_ten(rng):
    for n, lags in ((30, [4, 6]), (90, [4, 10])):
        table = arima(rng.standard_normal(n), (1, 0, 0), engine="numpy").diagnostics().set_index("check")
        assert table.loc["ljung_box", "lag"].tolist() == lags


def test_short_series_get_fewer_tests(rng):
    table = arima(rng.standard_normal(9), (0, 0, 0), engine="numpy").diagnostics()
    assert len(table) >= 1


@pytest.mark.parametrize("n", [40, 300])
def test_values_are_those_of_statsmodels(n, rng):
    e = np.exp(0.5 * rng.standard_normal(n)) * rng.standard_normal(n)
    table = residual_tests(e, (6, 12), n_arma=2, autocorrelations=(1, 3)).set_index("check")
    found = table[["statistic", "p_value"]]
    for row, lag in zip(found.loc["ljung_box"].to_numpy(), (6, 12), strict=True):
        np.testing.assert_allclose(row, acorr_ljungbox(e, lags=[lag], model_df=2).iloc[0], rtol=1e-10)
    expected = acf(e, nlags=3, fft=False)[[1, 3]]
    np.testing.assert_allclose(found.loc["autocorrelation", "statistic"], expected, rtol=1e-10)
    moments = table.loc["jarque_bera", ["statistic", "p_value", "skewness", "kurtosis"]]
    np.testing.assert_allclose(moments.astype(float), jarque_bera(e), rtol=1e-10)
    lm = acorr_lm(e**2, nlags=min(12, n // 5), result_object=True)
    np.testing.assert_allclose(found.loc["arch_lm"], [lm[0], lm[1]], rtol=1e-8)
