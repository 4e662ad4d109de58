"""From medians to forecasts: what an experiment asks for, and parts that add up to their sum."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.config.settings import ReconciliationSpec, TargetSpec
from forecast.errors import ConfigError
from forecast.experiment.intervals import add_up, fold_settings, lay_events, parts_of, postprocess
from forecast.experiment.pipeline import BEFORE_ALL

PLACES = ("southwest", "southwest.usbp", "southwest.ofo")
DAY = pd.Timestamp("2022-06-30")


@pytest.fixture(scope="module")
def exp():
    plain = fc.load_experiment("quick", "combination=none", "model=random_walk", "horizon=3")
    return replace(
        plain, target=TargetSpec(PLACES, PLACES[0]), reconciliation=ReconciliationSpec("shrinkage", 200)
    )


@pytest.fixture(scope="module")
def ranges(exp, obs, events):
    origins = fc.monthly_origins("2018-06", "2022-04", obs, series=list(PLACES))
    made = fc.backtest({}, obs, events, list(PLACES), origins, horizon=3, levels=(0.5,)).forecasts
    return postprocess(exp, made, obs, DAY)[0]


def test_the_headline_adds_up_and_everything_else_stays(exp, ranges, obs):
    since = ranges["origin"].max() - pd.Timedelta(days=40)
    other = ranges.assign(model="other")
    sums = add_up(exp, pd.concat([ranges, other], ignore_index=True), obs, since)
    made = sums.forecasts
    means = made[made["level"].isna()].pivot(index=["origin", "month"], columns="series_id", values="value")
    assert (
        len(means) and (means["southwest"] - means["southwest.usbp"] - means["southwest.ofo"]).abs().max() < 1
    )
    assert made[made["model"] == "other"]["value"].tolist() == other["value"].tolist()
    before = made[(made["model"] == "random_walk") & (made["origin"] < since)]
    assert before["value"].tolist() == ranges[ranges["origin"] < since]["value"].tolist()
    assert set(sums.apart["origin"]) == set(made.loc[made["level"].isna(), "origin"])
    assert sums.basis["note"].str.contains("do not add up").all()


def test_nothing_is_made_to_add_up_unless_it_is_asked_for(exp, ranges, obs):
    plain = replace(exp, reconciliation=ReconciliationSpec())
    sums = add_up(plain, ranges, obs, DAY)
    assert sums.forecasts is ranges and sums.apart.empty and sums.basis.empty


def test_ranges_widen_after_misses_where_it_is_asked_for(exp, ranges, obs):
    """Of every row, whatever stands before `since`; medians and refusals as they were."""
    medians = ranges[ranges["level"] == 0.5]
    asked = replace(exp, intervals=replace(exp.intervals, adapt=0.2))
    wider, _, _ = postprocess(asked, medians, obs, DAY, since=ranges["origin"].max())
    keys = ["series_id", "origin", "month", "level"]
    before, after = (t.set_index(keys)["value"].sort_index() for t in (ranges, wider))
    assert before.index.equals(after.index)
    move = (after - before).unstack()
    assert (move[0.5] == 0).all()
    assert (move[0.1].dropna() <= 0).all() and (move[0.9].dropna() >= 0).all() and move[0.9].max() > 0


def test_too_few_errors_give_no_sum_and_say_so(exp, ranges, obs):
    early = ranges[ranges["origin"] < sorted(ranges["origin"].unique())[12]]
    sums = add_up(exp, early, obs, BEFORE_ALL)
    assert sums.forecasts.empty and sums.basis["note"].str.startswith("not reconciled").all()


def test_the_parts_must_be_whole(exp, obs):
    assert parts_of(exp, obs) == {"southwest": ("southwest.ofo", "southwest.usbp")}
    with pytest.raises(ConfigError, match="are no whole breakdown"):
        parts_of(replace(exp, target=TargetSpec(PLACES[:2], PLACES[0])), obs)
    with pytest.raises(ConfigError, match=r"target\.total"):
        parts_of(replace(exp, target=TargetSpec(PLACES, None)), obs)


def test_a_combination_without_events_has_nothing_laid_over(exp, ranges, obs, events):
    moved, sizes = lay_events(exp, ranges, obs, events)
    assert moved.empty and sizes.empty and list(moved.columns) == list(ranges.columns)


def test_ranges_by_the_models_alone_are_the_mean_of_the_members_own_quantiles_from_the_first_origin_on(
    obs, events
):
    """No past error is needed: the very first origin has every level; the baseline keeps ranges from its past errors."""
    exp = fc.load_experiment(
        "quick",
        "model=random_walk",
        "combination=general",
        "horizon=3",
        "combination.general.members=[theta,arima_72]",
        "target.series=[southwest]",
    )
    origins = fc.monthly_origins("2022-02", "2022-04", obs, series=["southwest"])
    models = {
        n: fc.make_model(s.kind, **s.parameters) for n, s in exp.model.items() if n in ("theta", "arima_72")
    }
    levels = fold_settings(exp).levels
    made = fc.backtest(models, obs, events, ["southwest"], origins, horizon=3, levels=levels).forecasts
    table, basis, weights = postprocess(exp, made, obs, DAY)
    wide = table.pivot(index=["model", "origin", "horizon"], columns="level", values="value")
    own = made.pivot(index=["model", "origin", "horizon"], columns="level", values="value")
    expected = np.sqrt(own.loc["theta"] * own.loc["arima_72"])
    pd.testing.assert_frame_equal(wide.loc["general"], expected, rtol=1e-9)
    assert wide.loc[("random_walk", origins[0], 1), 0.9] != wide.loc[("random_walk", origins[0], 1), 0.9]
    told = basis[basis["model"] == "general"]
    assert (told["note"] == "by the models alone, not checked by past errors").all()
    assert (told["max_central"] == 0.98).all() and len(told) == len(origins) * 3
    assert (weights["weight"] == 0.5).all() and (weights["n_errors"] == 0).all()
