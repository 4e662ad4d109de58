"""Models of other packages keep our contract."""

import cloudpickle
import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, Ridge
from statsmodels.tsa.api import ETSModel, UnobservedComponents

import forecast as fc
from forecast.testing import CLAUSES, H, _panel, figures

MODELS = {
    "linear": fc.sklearn_model(Ridge(), lags=3),
    "forest": fc.sklearn_model(RandomForestRegressor(5), lags=2, season=False),
    "components": fc.from_statsmodels(UnobservedComponents, level="rwalk"),
    "ets": fc.from_statsmodels(ETSModel, error="add"),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("clause", CLAUSES[:-1], ids=lambda c: c.__name__)
def test_they_keep_the_contract(name, clause):
    clause(MODELS[name])


@pytest.mark.parametrize("name", ["linear", "components"])
def test_they_cannot_look_ahead(name, obs, events, usbp):
    origins = fc.monthly_origins("2020-06", "2021-06", obs, series=[usbp], step=12)
    fc.check_no_lookahead(MODELS[name], obs, events, series=[usbp], origins=origins, horizon=2)


@pytest.mark.parametrize("name", MODELS)
def test_they_go_to_a_worker_and_come_back_the_same(name):
    panel = _panel().of("a")
    there = cloudpickle.loads(cloudpickle.dumps(MODELS[name]))
    pd.testing.assert_frame_equal(
        there.fit(panel).forecast(2).table, MODELS[name].fit(panel).forecast(2).table
    )


@pytest.mark.proof
def test_they_give_the_same_with_two_workers():
    obs = figures()
    origins = fc.monthly_origins("2021-06", "2021-09", obs, series=["a"], step=3)
    models = {"forest": MODELS["forest"], "ets": MODELS["ets"]}
    alone = fc.backtest(models, obs, series="a", origins=origins, horizon=2).forecasts
    with parallel_config(n_jobs=2):
        pd.testing.assert_frame_equal(
            alone, fc.backtest(models, obs, series="a", origins=origins, horizon=2).forecasts
        )


def test_a_list_of_lags_takes_these_changes_only():
    panel = _panel().of("a")
    d = np.diff(np.log(panel.values["a"].to_numpy()))
    by_hand = LinearRegression().fit(np.column_stack([d[:-12], d[11:-1]]), d[12:])
    made = fc.sklearn_model(LinearRegression(), lags=[12, 1], season=False).fit(panel).forecast(1)
    ahead = by_hand.predict([[d[-12], d[-1]]])[0]
    assert np.log(made.median["a"].iloc[0]) == pytest.approx(np.log(panel.values["a"].iloc[-1]) + ahead)
    last_three = fc.sklearn_model(Ridge(), lags=[3, 2, 1])
    assert last_three.fit(panel).forecast(2).table.equals(MODELS["linear"].fit(panel).forecast(2).table)


def test_a_linear_regression_of_changes_is_the_one_made_by_hand():
    panel = _panel().of("a")
    y = np.log(panel.values["a"].to_numpy())
    d = np.diff(y)
    by_hand = LinearRegression().fit(np.column_stack([d[:-2], d[1:-1]]), d[2:])
    first = y[-1] + by_hand.predict([[d[-2], d[-1]]])[0]
    made = fc.sklearn_model(LinearRegression(), lags=2, season=False).fit(panel).forecast(H).median["a"]
    assert made.iloc[0] == pytest.approx(np.exp(first), rel=1e-9)


def test_the_forecast_of_statsmodels_is_its_own():
    panel = _panel().of("a")
    y = np.log(panel.values["a"].to_numpy())
    its = UnobservedComponents(y, level="rwalk").fit(disp=False).get_forecast(H)
    made = MODELS["components"].fit(panel).forecast(H)
    np.testing.assert_allclose(made.median["a"], np.exp(its.predicted_mean), rtol=1e-9)
    low = np.exp(its.predicted_mean - 1.2815515655 * its.se_mean)
    np.testing.assert_allclose(made.interval(0.8)["lower"], low, rtol=1e-9)


@pytest.mark.parametrize("wrong", [Ridge, "ridge", None])
def test_what_is_no_regressor_is_told(wrong):
    with pytest.raises(fc.ConfigError, match="is given; expected a regressor"):
        fc.sklearn_model(wrong)


def test_what_cannot_be_is_told():
    for wrong in ([], [0, 1], [1.5], "12", 1.5):
        with pytest.raises(fc.ConfigError, match="lags"):
            fc.sklearn_model(Ridge(), lags=wrong)
    with pytest.raises(fc.ConfigError, match="lags is 0"):
        fc.sklearn_model(Ridge(), lags=0)
    with pytest.raises(fc.ConfigError, match="no class of models"):
        fc.from_statsmodels(np.mean)
    with pytest.raises(fc.DataError, match="too few for 90 lags"):
        fc.sklearn_model(Ridge(), lags=90).fit(_panel().of("a"))
