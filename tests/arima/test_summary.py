"""The text of a fit and the tests of its residuals."""

import numpy as np
import pytest

from forecast.arima import arima

RNG = np.random.default_rng(1)
Y = np.cumsum(RNG.standard_normal(120))


def test_summary_tells_what_an_econometrician_expects():
    fit = arima(Y, (1, 1, 1), (0, 0, 1, 12), RNG.standard_normal(120), engine="numpy")
    text = fit.summary()
    for word in (
        "ARIMA(1,1,1)(0,0,1)[12]",
        "sma1",
        "x1",
        "log-likelihood",
        "AICc",
        "std.err.",
        "Ljung-Box",
        "numpy",
    ):
        assert word in text
    row = next(line for line in text.splitlines() if line.startswith("x1"))
    estimate, error, z = (float(v) for v in row.split()[1:4])
    assert z == pytest.approx(estimate / error, abs=0.02)


def test_shrunken_rows_are_marked():
    fit = arima(Y, (0, 1, 1), None, RNG.standard_normal(120), xreg_prior=([0.0], [0.1]), engine="numpy")
    assert "shrunken" in fit.summary()


def test_residual_tests_find_what_is_left():
    seasonal = np.tile([5.0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -5.0], 10) + RNG.standard_normal(120)
    table = arima(seasonal, (0, 0, 0), (0, 0, 0, 12), engine="numpy").diagnostics().set_index("check")
    assert table.loc["Ljung-Box, 24 lags", "p_value"] < 0.01
    white = arima(RNG.standard_normal(150), (0, 0, 0), engine="numpy").diagnostics()
    assert list(white.columns) == ["check", "statistic", "p_value", "note"]
    assert (white["p_value"] > 0.001).all()


def test_short_series_get_fewer_tests():
    table = arima(RNG.standard_normal(9), (0, 0, 0), engine="numpy").diagnostics()
    assert len(table) >= 1
