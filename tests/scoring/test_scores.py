"""Scores: values by hand, common folds, counted failures, reasons."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.config.settings import LEVELS, IntervalsSpec
from forecast.errors import ConfigError
from forecast.postprocess.intervals import add_intervals
from forecast.scoring import metrics as m
from forecast.scoring import registry
from forecast.scoring.registry import register_metric
from forecast.scoring.scores import SCORE_COLUMNS, score
from tables_helpers import drift, figures, forecasts, random_walk, seasonal_naive, walk

N = 140
MODELS = {"random_walk": random_walk, "seasonal": seasonal_naive}


@pytest.fixture(scope="module")
def obs():
    return figures({"s": walk(N)}, revisions=[("s", "2008-03", 5000.0, "2009-01-01")])


@pytest.fixture(scope="module")
def table(obs):
    table = forecasts(obs, MODELS, warm_up=12, horizon=4)
    return add_intervals(table, obs)[0]


@pytest.fixture(scope="module")
def late(table):
    """Origins from which on all 23 levels are there."""
    return table[table["origin"] >= "2005-06-01"]


def value(scores, **where):
    rows = scores
    for key, wanted in {"scale": "natural", "era": "all", **where}.items():
        rows = rows[rows[key] == wanted]
    assert len(rows) == 1, where
    return rows.iloc[0]


def errors(obs, table, model, horizon, truth="latest"):
    rows = table[(table["model"] == model) & (table["horizon"] == horizon) & (table["level"] == 0.5)]
    actual = obs.actuals("s", truth=truth).reindex(pd.PeriodIndex(rows["month"])).to_numpy()
    error = rows["value"].to_numpy() - actual
    return error[~np.isnan(error)]


def test_points_by_hand(obs, late):
    scores = score(late, obs)
    assert tuple(scores.columns) == SCORE_COLUMNS
    e = errors(obs, late, "seasonal", 2)
    base = errors(obs, late, "random_walk", 2)
    mae = value(scores, model="seasonal", horizon=2, metric="mae")
    assert mae["value"] == pytest.approx(np.abs(e).mean())
    assert mae["skill"] == pytest.approx(1 - np.abs(e).mean() / np.abs(base).mean())
    assert mae["n_ok"] == mae["n"] == len(e)
    assert value(scores, model="seasonal", horizon=2, metric="rmse")["value"] == pytest.approx(
        np.sqrt(np.mean(e**2))
    )
    assert value(scores, model="seasonal", horizon=2, metric="median_error")["value"] == pytest.approx(
        np.median(np.abs(e))
    )
    bias = value(scores, model="seasonal", horizon=2, metric="bias")
    assert bias["value"] == pytest.approx(e.mean()) and np.isnan(bias["skill"])
    assert value(scores, model="random_walk", horizon="all", metric="mae")["skill"] == 0


def test_all_horizons_is_the_mean_over_horizons(obs, late):
    scores = score(late, obs)
    for metric in ("mae", "wis", "crps", "mase"):
        rows = scores[
            (scores["model"] == "seasonal") & (scores["metric"] == metric) & (scores["scale"] == "natural")
        ].set_index("horizon")["value"]
        assert rows["all"] == pytest.approx(rows.drop("all").mean())
    squares = [np.mean(errors(obs, late, "seasonal", h) ** 2) for h in (1, 2, 3, 4)]
    assert value(scores, model="seasonal", horizon="all", metric="rmse")["value"] == pytest.approx(
        np.sqrt(np.mean(squares))
    )


def test_quantiles_by_hand_and_on_logs(obs, late):
    scores = score(late, obs)
    rows = late[(late["model"] == "seasonal") & (late["horizon"] == 3)]
    wide = rows.pivot(index="month", columns="level", values="value")
    actual = obs.actuals("s").reindex(wide.index).to_numpy()
    known = ~np.isnan(actual)
    q, y = wide.to_numpy()[known], actual[known]
    assert wide.shape[1] == 23
    for metric, expected in {
        "wis": m.wis(y, q, LEVELS).mean(),
        "wis_spread": m.wis_parts(y, q, LEVELS)[0].mean(),
        "pinball": m.wis(y, q, LEVELS).mean() / 2,
        "interval_score_80": m.interval_score(y, wide[0.1][known], wide[0.9][known], 0.2).mean(),
        "coverage_80": m.coverage(y, wide[0.1][known], wide[0.9][known]),
    }.items():
        assert value(scores, model="seasonal", horizon=3, metric=metric)["value"] == pytest.approx(expected)
    logs = value(scores, model="seasonal", horizon=3, metric="wis", scale="log")["value"]
    assert logs == pytest.approx(m.wis(np.log(y), np.log(q), LEVELS).mean())


def test_parts_of_wis_add_up(obs, table):
    scores = score(table, obs)
    for scale in ("natural", "log"):
        wis, *parts = (
            value(scores, model="seasonal", horizon="all", metric=k, scale=scale)["value"]
            for k in ("wis", "wis_spread", "wis_overprediction", "wis_underprediction")
        )
        assert sum(parts) == pytest.approx(wis)


def test_models_are_compared_on_common_folds_and_failures_counted(obs, late):
    """The failed fold of one model is no fold for the other, and both rows say so."""
    worst = late[late["model"] == "random_walk"]["origin"].unique()[30]
    holed = late[~((late["model"] == "seasonal") & (late["origin"] == worst))]
    full, partly = score(late, obs), score(holed, obs)
    a = value(partly, model="random_walk", horizon=1, metric="mae")
    b = value(partly, model="seasonal", horizon=1, metric="mae")
    n = value(full, model="random_walk", horizon=1, metric="mae")["n"]
    assert a["n"] == b["n"] == n and a["n_ok"] == b["n_ok"] == n - 1
    assert (b["note"], b["missing"]) == ("partly", 1) and (a["note"], a["not_common"]) == ("partly", 1)
    e = errors(obs, holed[holed["origin"] != worst], "random_walk", 1)
    assert a["value"] == pytest.approx(np.abs(e).mean())


def test_a_horizon_that_a_model_does_not_make_is_its_own_row(obs, late):
    short = late[~((late["model"] == "seasonal") & (late["horizon"] > 2))]
    scores = score(short, obs)
    row = value(scores, model="seasonal", horizon=3, metric="mae")
    assert np.isnan(row["value"]) and row["message"] == "the model has no forecast of this horizon"
    assert row["n_ok"] == 0
    assert np.isfinite(value(scores, model="random_walk", horizon=3, metric="mae")["value"])
    whole = value(scores, model="seasonal", horizon="all", metric="mae")
    assert np.isnan(whole["value"]) and whole["message"].startswith("the model has no forecast")


def test_ranges_that_one_model_lacks_are_not_scored_with_the_reason(obs, late):
    """Without the 95 % range of one model, no model's WIS is given."""
    narrow = late[~((late["model"] == "seasonal") & (late["level"].isin([0.975, 0.025])))]
    scores = score(narrow, obs)
    row = value(scores, model="random_walk", horizon=2, metric="wis")
    assert np.isnan(row["value"]) and row["message"].startswith("seasonal has no 50/80/95% ranges")
    assert np.isfinite(value(scores, model="random_walk", horizon=2, metric="mae")["value"])


def test_levels_that_one_model_lacks_count_for_none(obs, late):
    lacking = late[~((late["model"] == "seasonal") & (late["level"] == 0.99))]
    row = value(score(lacking, obs), model="random_walk", horizon=1, metric="wis")
    keep = late[~late["level"].isin([0.01, 0.99])]
    assert row["value"] == pytest.approx(
        value(score(keep, obs), model="random_walk", horizon=1, metric="wis")["value"]
    )


def test_folds_without_ranges_are_counted(obs, table):
    """The first origins have too few errors for a 95 % range: not in WIS, told in the note."""
    scores = score(table, obs)
    wis = value(scores, model="seasonal", horizon=1, metric="wis")
    mae = value(scores, model="seasonal", horizon=1, metric="mae")
    assert wis["n"] - wis["n_ok"] == 20 and mae["n"] == mae["n_ok"]  # 19 discounted errors count 18.9
    assert wis["not_common"] == 20


def test_eras_are_months_of_data_at_the_origin_or_named_origins(obs, late):
    origins = list(late["origin"].unique()[5:9])
    scores = score(
        late, obs, eras={"2007": ("2007-01", "2007-12"), "chosen": origins, "never": ("1990-01", "1991-01")}
    )
    row = value(scores, era="2007", model="seasonal", horizon=1, metric="mae")
    months = late["month"] - 1
    mine = late[(months >= pd.Period("2007-01", "M")) & (months <= pd.Period("2007-12", "M"))]
    assert row["n"] == 12 and row["value"] == pytest.approx(np.abs(errors(obs, mine, "seasonal", 1)).mean())
    assert value(scores, era="chosen", model="seasonal", horizon=4, metric="mae")["n"] == 4
    empty = value(scores, era="never", model="seasonal", horizon=1, metric="mae")
    assert np.isnan(empty["value"]) and empty["note"] == "no_fold" and empty["n"] == 0
    with pytest.raises(ConfigError, match=r"eras.x: .*expected two months"):
        score(late, obs, eras={"x": ("2007-1x", "2008-01")})


def test_first_or_latest_figures_and_as_of(obs, late):
    latest, first = (
        value(score(late, obs, truth=t), model="random_walk", horizon=1, metric="mae")["value"]
        for t in ("latest", "first")
    )
    assert first == pytest.approx(np.abs(errors(obs, late, "random_walk", 1, "first")).mean())
    assert latest == pytest.approx(np.abs(errors(obs, late, "random_walk", 1)).mean())
    assert latest != first
    before = score(late, obs, as_of="2008-12-31")
    n = value(before, model="random_walk", horizon=1, metric="mae")["n"]
    assert n < value(score(late, obs), model="random_walk", horizon=1, metric="mae")["n"]
    unrevised = late[late["month"] <= pd.Period("2008-11", "M")]
    assert value(before, model="random_walk", horizon=1, metric="mae")["value"] == pytest.approx(
        np.abs(errors(obs, unrevised, "random_walk", 1, "first")).mean()
    )


def test_what_cannot_be_computed_is_a_row_with_its_reason():
    obs = figures({"s": np.random.default_rng(0).poisson(3, 60).astype(float)})
    scores = score(forecasts(obs, MODELS, warm_up=12, horizon=2), obs)
    mape = value(scores, model="seasonal", horizon=1, metric="mape")
    assert np.isnan(mape["value"]) and "below 50" in mape["message"]
    mase = value(scores, model="seasonal", horizon=1, metric="mase")
    assert np.isnan(mase["value"]) and "13 months" in mase["message"]
    obs = figures({"s": np.cumsum(np.random.default_rng(0).normal(0, 1, 60))})
    scores = score(forecasts(obs, MODELS, warm_up=12, horizon=2), obs)
    logs = value(scores, model="seasonal", horizon=1, metric="mae", scale="log")
    assert np.isnan(logs["value"]) and logs["message"].startswith("no logs")


def test_an_outcome_not_known_yet_is_not_a_fold(obs, late):
    newest = late[late["origin"] == late["origin"].max()]
    row = value(score(newest, obs), model="seasonal", horizon=1, metric="mae")
    assert row["n"] == 0 and np.isnan(row["value"]) and row["note"] == "no_fold"


def test_a_missing_baseline_is_an_error(obs, late):
    with pytest.raises(ConfigError, match=r"no 'random_wlk'.*Did you mean 'random_walk'"):
        score(late, obs, baseline="random_wlk")
    with pytest.raises(ConfigError, match=r"no 'random_walk' .* for s"):
        score(late[late["model"] != "random_walk"], obs)
    with pytest.raises(ConfigError, match="by: horizont"):
        score(late, obs, by=["horizont"])
    with pytest.raises(ConfigError, match="truth"):
        score(late, obs, truth="final")


def test_without_horizon_only_the_mean_is_given(obs, late):
    assert set(score(late, obs, by=["model"])["horizon"]) == {"all"}


def test_scenarios_are_scored_beside_the_baseline(obs, late):
    what_if = late[late["model"] == "seasonal"].assign(scenario="what_if")
    scores = score(pd.concat([late, what_if]), obs)
    a = value(scores, model="seasonal", scenario="what_if", horizon=1, metric="mae")
    b = value(scores, model="seasonal", scenario="", horizon=1, metric="mae")
    assert (a["value"], a["skill"], a["n"]) == (b["value"], b["skill"], b["n"])
    assert set(scores.loc[scores["scenario"] == "what_if", "model"]) == {"seasonal"}


def test_own_metrics_and_their_failures(obs, late, monkeypatch):
    monkeypatch.setattr(registry, "_OWN", {})
    register_metric("width", lambda y, q, levels: q[:, -1] - q[:, 0], skill=False)
    register_metric("broken", lambda y, q, levels: y / q["no"])
    scores = score(late, obs)
    assert value(scores, model="seasonal", horizon=1, metric="width")["value"] > 0
    row = value(scores, model="seasonal", horizon=1, metric="broken")
    assert np.isnan(row["value"]) and row["message"].startswith("IndexError")
    with pytest.raises(ConfigError, match="built in"):
        register_metric("mae", lambda y, q, levels: y)
    for name, fn in (("", len), (" ", len), ("x", None)):
        with pytest.raises(ConfigError, match=r"expected a (text|function)"):
            register_metric(name, fn)


@pytest.mark.slow
def test_260_origins_of_12_models():
    obs = figures({"s": walk(272)})
    models = {"random_walk": random_walk, **{f"m{k}": drift for k in range(11)}}
    table, _ = add_intervals(forecasts(obs, models, warm_up=13), obs, IntervalsSpec())
    scores = score(table, obs, eras={"a": ("2001-01", "2010-01"), "b": ("2010-02", "2020-01")})
    assert np.isfinite(scores.loc[scores["metric"] == "wis", "value"]).all()


def test_rows_of_the_level_mean_are_no_quantiles_and_change_no_score(obs, late):
    means = late[late["level"] == 0.5].assign(level="mean")
    both = pd.concat([late.astype({"level": object}), means], ignore_index=True)
    pd.testing.assert_frame_equal(score(both, obs), score(late, obs))


def test_the_median_of_percentages_is_a_median(obs, late):
    scores = score(late, obs)
    rows = late[(late["model"] == "seasonal") & (late["horizon"] == 2) & (late["level"] == 0.5)]
    actual = obs.actuals("s").reindex(pd.PeriodIndex(rows["month"])).to_numpy()
    shares = 100 * np.abs(rows["value"].to_numpy() - actual) / actual
    made = value(scores, model="seasonal", horizon=2, metric="median_ape")
    assert made["value"] == pytest.approx(np.nanmedian(shares))


def test_a_metric_of_ones_own_that_gives_no_number_somewhere_is_not_scored(obs, late):
    register_metric("holes", lambda y, q, levels: np.where(np.arange(len(y)) == 3, np.nan, y))
    made = value(score(late, obs), model="seasonal", horizon=1, metric="holes")
    assert np.isnan(made["value"]) and "no number at some folds" in str(made.to_dict())


def test_a_metric_has_a_name_and_a_function():
    with pytest.raises(ConfigError, match="name: ''; expected a text that is not empty"):
        register_metric("", len)
    with pytest.raises(ConfigError, match="register_metric: fn: NoneType is given; expected a function"):
        register_metric("mine", None)
