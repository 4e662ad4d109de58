"""The tests that choose the differences."""

import warnings

import numpy as np
import pytest
from statsmodels.tsa.stattools import kpss

from forecast.arima import auto_arima
from forecast.arima.problem import FoldJob
from forecast.arima.stationarity import (
    choose_differences,
    kpss_statistic,
    ordinary_differences,
    seasonal_differences,
    seasonal_strength,
)


@pytest.mark.parametrize("n", [40, 150, 600])
def test_kpss_is_that_of_statsmodels_at_the_same_lags(rng, n):
    y = np.cumsum(rng.standard_normal(n)) * 0.1 + rng.standard_normal(n)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of p-values outside its table
        expected = kpss(y, "c", nlags=int(3 * np.sqrt(n) / 13))[0]
    assert kpss_statistic(y) == pytest.approx(expected, rel=1e-9)


def test_ordinary_differences(rng):
    noise = rng.standard_normal(300)
    assert ordinary_differences(noise) == 0
    assert ordinary_differences(np.cumsum(noise)) == 1
    assert ordinary_differences(np.cumsum(np.cumsum(noise))) == 2
    assert ordinary_differences(np.full(50, 3.0)) == 0


def test_seasonal_differences(rng):
    season = np.tile(5 * np.sin(np.arange(12.0)), 12)
    assert seasonal_differences(season + rng.standard_normal(144), 12) == 1
    assert seasonal_differences(rng.standard_normal(144), 12) == 0
    assert seasonal_differences(season, 1) == 0
    assert seasonal_differences(season[:20], 12) == 0
    assert seasonal_differences(np.full(144, 2.0), 12) == 0


def test_strength_lies_between_zero_and_one(rng):
    season = np.tile(np.sin(np.arange(12.0)), 12)
    weak, strong = (seasonal_strength(f * season + rng.standard_normal(144), 12) for f in (0.1, 20.0))
    assert 0.0 <= weak < strong <= 1.0


def test_regressors_are_taken_out_before_the_tests():
    rng = np.random.default_rng(1)
    step = (np.arange(150) > 70).astype(float)
    y = 20.0 * step + rng.standard_normal(150)
    assert choose_differences(FoldJob(y), 1, None, None)[0] == 1
    assert choose_differences(FoldJob(y, step), 1, None, None)[0] == 0
    assert auto_arima(y, 1, step, engine="numpy").params["x1"] == pytest.approx(20.0, abs=1.0)
