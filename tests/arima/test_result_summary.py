"""The text of a fit."""

import numpy as np
import pandas as pd
import pytest

from forecast.arima import arima

Y = np.cumsum(np.random.default_rng(1).standard_normal(120))


def test_summary_tells_what_an_econometrician_expects(rng):
    fit = arima(Y, (1, 1, 1), (0, 0, 1, 12), rng.standard_normal(120), engine="numpy")
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


def test_shrunken_rows_are_marked(rng):
    fit = arima(Y, (0, 1, 1), None, rng.standard_normal(120), xreg_prior=([0.0], [0.1]), engine="numpy")
    assert "shrunken" in fit.summary()


def test_names_have_nine_places_at_least_and_as_many_as_the_longest():
    for name in ("x", "a_long_name_of_a_column"):
        fit = arima(Y, (0, 1, 0), None, pd.DataFrame({name: np.sin(np.arange(120.0))}), engine="numpy")
        head = next(line for line in fit.summary().splitlines() if "estimate" in line)
        assert head.index("estimate") + len("estimate") == max(9, len(name)) + 1 + 12
