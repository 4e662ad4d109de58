"""Models of other libraries; those tests that need one run only where it can be imported (statsforecast wants pandas < 3)."""

import numpy as np
import pytest

import forecast as fc
from forecast.models.peers import _independent


def test_columns_without_information_of_their_own_are_left_out():
    rng = np.random.default_rng(1)
    a, b = (rng.normal(size=30) for _ in range(2))
    assert _independent(np.column_stack([np.ones(30), a, b, a + 2 * b + 1, np.zeros(30)])) == [1, 2]
    assert _independent(np.empty((30, 0))) == []


def test_it_is_autoarima_of_statsforecast_on_logs(small):
    models = pytest.importorskip("statsforecast.models")
    panel = small.as_of("latest", ["a"])
    made = fc.make_model("statsforecast_arima").fit(panel, fc.Design.none(panel, 6)).forecast(6)
    theirs = models.AutoARIMA(season_length=12).fit(np.log(panel.y("a").to_numpy())).predict(6, level=[80])
    np.testing.assert_allclose(made.median["a"], np.exp(theirs["mean"]), rtol=1e-9)
    upper = made.table[made.table["level"] == 0.9]["value"]
    np.testing.assert_allclose(upper, np.exp(theirs["hi-80"]), rtol=1e-6)
