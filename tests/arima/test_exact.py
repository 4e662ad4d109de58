"""Series without an error go on as they are, and the fit says so."""

import numpy as np
import pytest

from forecast.arima import auto_arima
from forecast.arima.exact import exact_fit
from forecast.arima.problem import FoldJob
from forecast.errors import DataError

SEASON = np.tile([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0, 5.0, 8.0], 5)


@pytest.mark.parametrize(
    ("y", "ahead", "order"),
    [
        (np.arange(1.0, 11), [11, 12, 13], (0, 1, 0)),
        (np.arange(1.0, 61), [61, 62, 63], (0, 1, 0)),
        (-2.0 * np.arange(40), [-80, -82, -84], (0, 1, 0)),
        (0.1 * np.arange(60), [6.0, 6.1, 6.2], (0, 1, 0)),
        (1e12 + np.arange(60.0), [1e12 + 60, 1e12 + 61, 1e12 + 62], (0, 1, 0)),
        (1e-9 * np.arange(1, 41), [4.1e-8, 4.2e-8, 4.3e-8], (0, 1, 0)),
        ([np.nan, np.nan, *range(12)], [12, 13, 14], (0, 1, 0)),
        (np.full(30, 7.0), [7, 7, 7], (0, 0, 0)),
        (np.zeros(30), [0, 0, 0], (0, 0, 0)),
        (SEASON, SEASON[:3], (0, 0, 0)),
        (SEASON + 2.0 * (np.arange(60) // 12), SEASON[:3] + 10.0, (0, 0, 0)),
    ],
    ids=[
        "short",
        "long",
        "down",
        "tenths",
        "large",
        "tiny",
        "led by holes",
        "constant",
        "zeros",
        "season",
        "season with growth",
    ],
)
def test_an_exact_series_is_continued_and_told(y, ahead, order):
    fit = auto_arima(y)
    mean, se = fit.forecast(3)
    np.testing.assert_allclose(mean, ahead, rtol=1e-12)
    assert (se == 0.0).all() and fit.order == order and fit.sigma2 == 0.0
    assert any(note.startswith("exact: every value is") for note in fit.warnings)
    assert (fit.simulate(3, 2, np.random.default_rng(0)) == mean).all()
    assert "exact: every value" in fit.summary() and fit.residuals[-1] == 0.0


@pytest.mark.parametrize(
    "y",
    [
        np.r_[np.arange(59.0), 58.5],
        SEASON + np.random.default_rng(1).normal(0, 0.01, 60),
        np.r_[np.arange(20.0), np.nan, np.arange(21.0, 40)],
        [1.0, 2.0, 3.0],
        np.full(30, np.nan),
    ],
    ids=["last value off", "noise", "hole", "two steps only", "nothing"],
)
def test_what_has_an_error_or_cannot_be_told_is_no_exact_series(y):
    assert exact_fit(FoldJob(y), 12, None, None) is None


def test_differences_that_are_asked_for_are_kept():
    y = np.arange(1.0, 61)
    assert exact_fit(FoldJob(y), 12, 1, 0) is not None
    assert exact_fit(FoldJob(y), 12, 0, 0) is None
    assert exact_fit(FoldJob(y), 12, None, 1).seasonal_order == (0, 1, 0, 12)
    with_columns = exact_fit(FoldJob(y, np.ones((60, 1))), 12, None, None)
    assert with_columns.place("x1") is None and with_columns.forecast(1, np.ones((1, 1)))[0] == [61.0]


def test_a_few_figures_around_a_level_are_not_forecast_as_zero():
    with pytest.raises(DataError, match="3 known months are too few"):
        auto_arima([1250.0, 1251.0, 1249.0])
    assert auto_arima([1250.0, 1251.0, 1249.0, 1250.0]).forecast(1)[0][0] == pytest.approx(1250.0, abs=1)
