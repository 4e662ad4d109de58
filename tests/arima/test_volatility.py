import numpy as np
import pytest

from forecast.arima import arima
from forecast.arima.volatility import ENOUGH, NEAR, local_covariance, local_ratio, student_near, sure_ratio


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


def test_a_ratio_that_chance_explains_is_one():
    r = np.r_[np.ones(100), 1.05 * np.ones(100)]
    assert local_ratio(r, 190, 190) > 1.0 == sure_ratio(r, 190, 190)
    r[100:] = 2.0
    assert sure_ratio(r, 190, 190) == local_ratio(r, 190, 190)


def test_a_prior_keeps_its_worth_where_months_are_restless():
    data, sd = np.array([[30.0, 8.0], [8.0, 20.0]]), np.array([0.3, 0.5])
    prior, ratio = np.diag(sd**-2), np.array([2.0, 1.5])
    expected = np.linalg.inv(data / np.outer(ratio, ratio) + prior)
    np.testing.assert_allclose(local_covariance(np.linalg.inv(data + prior), ratio, sd), expected)


def test_degrees_of_freedom_are_those_near_less_one_for_each_column_that_varies_there():
    rng = np.random.default_rng(3)
    y = np.cumsum(np.r_[rng.normal(0, 0.1, 120), rng.normal(0, 0.3, 80)])
    columns = np.zeros((200, 2))
    columns[150:162, 0], columns[20:30, 1] = 1.0, 1.0  # the second is over long before
    fit = arima(y, (0, 1, 0), xreg=columns)
    ratio, free = student_near(fit, 150, 161)
    near = fit.innovations[150 - NEAR : 161 + NEAR + 1]
    assert free == len(near) - 1 == 83
    assert ratio == pytest.approx(np.sqrt((near**2).sum() / free / np.nanmean(fit.innovations**2)))
    few = arima(y[-ENOUGH:], (0, 1, 0))
    assert student_near(few, 5, 6) == (1.0, few.free)
