import numpy as np
import pytest

from forecast.arima.volatility import ENOUGH, NEAR, local_ratio


def test_the_ratio_is_of_the_root_mean_squares_near_and_overall():
    r = np.r_[np.nan, np.random.default_rng(1).normal(size=199)]
    near = r[100 - NEAR : 111 + NEAR + 1]
    assert local_ratio(r, 100, 111) == pytest.approx(np.sqrt(np.mean(near**2) / np.nanmean(r**2)))
    early = r[1 : 4 + NEAR + 1]
    assert local_ratio(r, 2, 4) == pytest.approx(np.sqrt(np.mean(early**2) / np.nanmean(r**2)))


def test_few_residuals_tell_no_variance_of_their_own():
    r = np.full(200, np.nan)
    r[:150] = 1.0
    r[150 : 150 + ENOUGH - 1] = 3.0
    assert local_ratio(r, 190, 199) == 1.0  # 19 near
    assert local_ratio(np.zeros(100), 50, 60) == 1.0
    assert local_ratio(np.full(100, np.nan), 50, 60) == 1.0


def test_gaps_are_left_out():
    r = np.ones(120)
    r[60:70] = np.nan
    assert local_ratio(r, 64, 66) == 1.0
