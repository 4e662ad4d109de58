"""Regressors belong to a series by index and to a fit by name, never by position."""

import numpy as np
import pandas as pd
import pytest

from forecast.arima import arima, auto_arima
from forecast.arima.labels import _months, numbers, time_index
from forecast.errors import ConfigError, DataError

MONTHS = pd.period_range("2010-01", periods=100, freq="M")
X = pd.DataFrame({"x1": np.tile([0.0, 1.0], 50), "x2": np.tile(np.arange(5.0), 20)}, index=MONTHS)
AHEAD = pd.DataFrame(
    {"x1": [0.0, 1, 0, 1], "x2": [0.0, 1, 2, 3]}, index=pd.period_range("2018-05", periods=4, freq="M")
)
WANTED = [0.0, 110.0, 200.0, 310.0]


@pytest.fixture
def y(rng):
    return 10 * X.x1 + 100 * X.x2 + rng.normal(size=100)


@pytest.fixture
def fit(y):
    return arima(y, (1, 0, 0), xreg=X)


def test_what_is_masked_is_missing():
    made = numbers(np.ma.masked_array([1, 2, 3], mask=[False, True, False]), "y")
    assert made[[0, 2]].tolist() == [1.0, 3.0] and np.isnan(made[1])
    with pytest.raises(ConfigError, match=r"y: datetime64.* is given; expected numbers"):
        numbers(pd.date_range("2020-01-01", periods=3).to_numpy(), "y")


def test_rows_are_matched_by_index(y, fit):
    mixed = arima(y, (1, 0, 0), xreg=X.iloc[::-1])
    np.testing.assert_allclose(mixed.params, fit.params)
    by_position = arima(y.to_numpy(), (1, 0, 0), xreg=X.to_numpy())
    np.testing.assert_allclose(by_position.values, fit.values)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda x: x.set_axis(MONTHS + 5), r"2010-01, 2010-02, 2010-03, 2010-04 and 1 more are missing"),
        (lambda x: x.iloc[1:], "2010-01 is missing"),
        (lambda x: pd.concat([x, x.iloc[:1]]), "2010-01 stands twice"),
        (lambda x: pd.concat([x, AHEAD]), "2018-05, 2018-06, 2018-07, 2018-08 are not expected"),
    ],
)
def test_rows_that_do_not_fit_are_named(y, change, said):
    with pytest.raises(ConfigError, match=said):
        arima(y, (1, 0, 0), xreg=change(X))


def test_a_series_out_of_order_or_with_months_left_out_is_refused(y):
    with pytest.raises(ConfigError, match="2018-03 stands after 2018-04"):
        arima(y.iloc[::-1], (1, 0, 0))
    with pytest.raises(ConfigError, match=r"2010-06 is missing from its index; give NaN"):
        arima(y.drop(MONTHS[5]), (1, 0, 0))


def test_future_columns_are_matched_by_name_and_month(fit):
    for given in (AHEAD, AHEAD[["x2", "x1"]], AHEAD.iloc[::-1], AHEAD.to_numpy()):
        np.testing.assert_allclose(fit.forecast(4, given)[0], WANTED, atol=3)
    paths = fit.simulate(4, 200, np.random.default_rng(0), AHEAD[["x2", "x1"]]).mean(axis=0)
    np.testing.assert_allclose(paths, WANTED, atol=3)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (AHEAD.set_axis(["foo", "x2"], axis=1), "no column 'x1'; 'foo' was not in the fit"),
        (AHEAD.assign(x3=1.0), "'x3' was not in the fit"),
        (AHEAD.set_axis(AHEAD.index + 144), "expected 2018-05 to 2018-08"),
        (AHEAD.iloc[:2], "2018-07, 2018-08 are missing"),
    ],
)
def test_future_columns_that_do_not_fit_are_named(fit, given, said):
    with pytest.raises(ConfigError, match=said):
        fit.forecast(4, given)


def test_a_regressor_called_as_a_parameter_is_told_apart(y):
    fit = arima(y, (1, 0, 0), xreg=X.rename(columns={"x1": "ar1"}))
    assert list(fit.params.index) == ["ar1", "intercept", "xreg.ar1", "x2"]
    assert fit.params["xreg.ar1"] == pytest.approx(10, abs=1) and fit.place("ar1") == 2


@pytest.mark.parametrize("bad", [np.full(40, np.nan), []])
def test_a_series_without_a_figure_says_so(bad):
    with pytest.raises(DataError, match="no known month"):
        auto_arima(bad)


@pytest.mark.parametrize(
    ("xreg", "said"),
    [
        (np.full((40, 1), np.nan), "missing or infinite values in x1"),
        (np.ones((39, 1)), "xreg has 39 rows, y has 40"),
        ([["a"]] * 40, "expected numbers"),
    ],
)
def test_wrong_regressors_are_refused_before_orders_are_chosen(rng, xreg, said):
    with pytest.raises((ConfigError, DataError), match=said):
        auto_arima(rng.normal(size=40), xreg=xreg)


@pytest.mark.parametrize("how", ["start", "end"])
def test_stamps_of_months_leave_none_out(how):
    months = pd.period_range("2015-01", periods=24, freq="M")
    stamps = months.to_timestamp(how=how).normalize()
    y = pd.Series(np.arange(24.0), index=stamps)
    assert time_index(y).equals(stamps)
    with pytest.raises(ConfigError, match="2015-06 is missing from its index"):
        time_index(y.drop(stamps[5]))


def test_stamps_are_months_where_all_are_first_or_all_are_last_days():
    for days, months in (
        (["2020-01-31", "2020-02-29"], True),
        (["2020-01-01", "2020-02-01"], True),
        (["2020-01-31", "2020-02-15"], False),
        (["2020-01-01", "2020-02-15"], False),
    ):
        made = _months(pd.DatetimeIndex(days))
        assert (made is not None and made.astype(str).tolist() == ["2020-01", "2020-02"]) is months
