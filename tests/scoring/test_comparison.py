"""Comparisons: the test against R and statsmodels, the bootstrap, shares of the gain, and the words."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.errors import ConfigError
from forecast.events.calendar import load_events
from forecast.postprocess.intervals import add_intervals
from forecast.scoring.bootstrap import circular_draws, diebold_mariano, drawn_means
from forecast.scoring.comparison import (
    COMPARISON_COLUMNS,
    Row,
    Verdict,
    calm_and_break,
    compare,
    model_confidence_set,
    verdict_of,
)
from forecast.scoring.scores import score
from tables_helpers import drift, figures, forecasts, random_walk, walk

REFERENCE = json.loads((Path(__file__).parents[1] / "oracle/data/scoring.json").read_text(encoding="utf-8"))
ERAS = {"a": ("2001-01", "2004-12"), "b": ("2005-01", "2008-12"), "c": ("2009-01", "2020-12")}
N = 150


@pytest.fixture(scope="module")
def obs():
    return figures({"s": walk(N)})


@pytest.fixture(scope="module")
def table(obs):
    models = {"random_walk": random_walk, "drift": drift, "worse": lambda y, h: y[-1] * 1.3}
    return add_intervals(forecasts(obs, models, warm_up=14, horizon=3), obs)[0]


@pytest.mark.parametrize("case", REFERENCE["dm_tests"], ids=str)
def test_diebold_mariano_equals_r(case):
    e1, e2 = (np.abs(REFERENCE["dm_series"][k]) ** case["power"] for k in ("e1", "e2"))
    statistic, p = diebold_mariano(e1, e2, case["h"], case["alternative"], case["varestimator"])
    assert (statistic, p) == pytest.approx((case["stat"], case["p"]))


@pytest.mark.parametrize("horizon", [1, 4])
def test_diebold_mariano_equals_statsmodels(horizon):
    from statsmodels.tsa.stattools import diebold_mariano_test

    e1, e2 = (np.array(REFERENCE["dm_series"][k]) for k in ("e1", "e2"))
    zero = np.zeros(len(e1))
    theirs = diebold_mariano_test(zero, e1, e2, lags=horizon - 1, harvey_adj=True, horizon=horizon)
    ours = diebold_mariano(e1**2, e2**2, horizon, variance="bartlett")
    assert ours == pytest.approx((float(theirs[0]), float(theirs[1])))


def test_diebold_mariano_of_equal_or_few_losses_is_missing():
    assert np.isnan(diebold_mariano(np.ones(20), np.ones(20))).all()
    assert np.isnan(diebold_mariano([1.0, 2.0], [2.0, 1.0], horizon=3)).all()


def test_draws_are_blocks_that_wrap_and_repeat_with_the_seed():
    counts = circular_draws(30, 10, 500, seed=1)
    assert (counts.sum(axis=1) == 30).all()
    assert counts.tolist() == circular_draws(30, 10, 500, seed=1).tolist()
    assert counts.tolist() != circular_draws(30, 10, 500, seed=2).tolist()
    one = circular_draws(30, 30, 50, seed=1)
    assert (one == 1).all()  # a block as long as the record is the record
    assert counts.mean(axis=0) == pytest.approx(1, abs=0.2)


def test_drawn_means_leave_missing_losses_out():
    losses = np.array([[1.0, np.nan], [3.0, 5.0]])
    assert drawn_means(np.array([[1.0, 1.0], [2.0, 0.0]]), losses)[0].tolist() == [2, 5]
    assert np.isnan(drawn_means(np.array([[2.0, 0.0]]), losses)[0, 1])


def test_skill_is_that_of_the_scores_and_lies_in_its_interval(obs, table):
    found = compare(table, obs, eras=ERAS)
    assert tuple(found.columns) == COMPARISON_COLUMNS
    scores = score(table, obs, eras=ERAS)
    scores["key"] = scores["scale"].map({"natural": "", "log": "log_"}) + scores["metric"]
    skill = scores.set_index(["model", "horizon", "era", "key"])["skill"]
    for _, row in found.iterrows():
        assert row["skill"] == pytest.approx(skill[(row["model"], row["horizon"], row["era"], row["metric"])])
    whole = found[found["era"] == "all"]
    assert (whole["lower"] <= whole["skill"]).all() and (whole["skill"] <= whole["upper"]).all()
    assert set(found["model"]) == {"drift", "worse"}


def test_bootstrap_and_shares_by_hand(obs, table):
    row = (
        compare(table, obs, eras=ERAS, metrics=["mae"])
        .query("model == 'drift' and horizon == 1 and era == 'all'")
        .iloc[0]
    )
    median = table[(table["level"] == 0.5) & (table["horizon"] == 1)]
    wide = median.pivot(index="month", columns="model", values="value")
    y = obs.actuals("s").reindex(wide.index)
    loss = wide.sub(y, axis=0).abs().dropna()
    counts = circular_draws(len(loss), 24, 2000, 20240507)
    skills = 1 - (counts @ loss["drift"].to_numpy()) / (counts @ loss["random_walk"].to_numpy())
    assert (row["lower"], row["upper"]) == pytest.approx(tuple(np.quantile(skills, [0.05, 0.95])))
    assert row["n"] == len(loss)
    dm = diebold_mariano(loss["drift"], loss["random_walk"])
    assert (row["dm"], row["p"]) == pytest.approx(dm)


def test_shares_of_the_gain_carried_by_the_best_origins(obs, table):
    """A model that is right once and else the baseline: one origin carries everything."""
    lucky = table[table["model"] == "random_walk"].assign(model="lucky")
    hit = lucky["origin"].unique()[60]
    y = obs.actuals("s")
    at = lucky["origin"] == hit
    factor = lucky.loc[at, "month"].map(y) / lucky.loc[at & (lucky["level"] == 0.5), "value"].iloc[0]
    lucky.loc[at, "value"] *= factor
    row = (
        compare(pd.concat([table, lucky]), obs, eras=ERAS, metrics=["mae"])
        .query("model == 'lucky' and horizon == 'all' and era == 'all'")
        .iloc[0]
    )
    assert row["largest_share"] == pytest.approx(1) and row["five_best_share"] == pytest.approx(1)
    assert row["skill"] > 0 and "better" not in row["words"]


def test_a_worse_model_is_called_worse(obs, table):
    rows = compare(table, obs, eras=ERAS).query("model == 'worse' and era == 'all'")
    assert (rows["words"] == "worse").all()
    assert rows["largest_share"].isna().all()


def make(skill, lower, upper, n=60, largest=0.1):
    return Row(skill, lower, upper, -1.0, 0.1, n, largest, 0.3)


@pytest.mark.parametrize(
    ("row", "eras", "verdict"),
    [
        (make(0.1, 0.02, 0.2), (0.1, 0.1, 0.1), Verdict("better")),
        (make(0.1, 0.02, 0.2), (0.1, 0.1, -0.1), Verdict("better")),
        (make(0.1, 0.02, 0.2), (0.1, -0.1, -0.1), Verdict("ahead_but", "other_sign", "e1;e2", 3)),
        (make(0.1, 0.02, 0.2, largest=0.41), (0.1, 0.1), Verdict("ahead_but", "one_origin", "", 2)),
        (
            make(0.1, 0.02, 0.2, largest=0.41),
            (0.1, -0.1, -0.1),
            Verdict("ahead_but", "other_sign;one_origin", "e1;e2", 3),
        ),
        (make(0.1, 0.02, 0.2), (0.1,), Verdict("ahead_but", "few_eras", "", 1)),
        (make(0.1, -0.02, 0.2), (0.1, 0.1, 0.1), Verdict("not_apart")),
        (make(-0.1, -0.2, -0.01), (0.1, 0.1, 0.1), Verdict("worse")),
        (make(np.nan, np.nan, np.nan), (0.1, 0.1), Verdict("not_compared")),
    ],
)
def test_verdicts_follow_the_rule(row, eras, verdict):
    assert verdict_of(row, {f"e{i}": make(x, x - 1, x + 1) for i, x in enumerate(eras)}) == verdict


def test_small_eras_do_not_count_and_eras_make_no_claim():
    eras = {
        "a": make(0.1, 0, 1),
        "b": make(0.1, 0, 1),
        "tiny": make(-1, -2, 0, n=17),
        "c": make(-1, -2, 0, n=18),
    }
    assert verdict_of(make(0.1, 0.02, 0.2), eras).words == "better"
    assert verdict_of(make(0.1, 0.02, 0.2), None).words == "ahead_in_era"


def test_two_kinds_of_knowledge_of_one_model_are_refused(obs, table):
    both = pd.concat([table, table[table["model"] == "drift"].assign(knowledge="at_origin")])
    with pytest.raises(ConfigError, match="drift stands there with two kinds of knowledge"):
        compare(both, obs)
    with pytest.raises(ConfigError, match="Did you mean 'log_wis'"):
        compare(table, obs, metrics=["logwis"])


def test_calm_and_break_origins_by_hand():
    events = load_events()
    found = calm_and_break(["2023-11-20", "2016-04-20", "2024-12-19"], events, "southwest.usbp")
    table = events.touching("southwest.usbp")
    announced = table.loc[
        (table["priority"] == 1) & ((table["effective_start"] - table["announced_date"]).dt.days <= 31),
        "announced_date",
    ]
    for kind, origins in found.items():
        for origin in origins:
            ahead = ((announced > origin) & (announced <= origin + pd.Timedelta(days=183))).any()
            assert ahead == (kind == "break")
    assert pd.Timestamp("2024-12-19") in found["break"]  # January 2025
    assert len(found["calm"]) + len(found["break"]) == 3


def test_set_of_models_that_cannot_be_told_apart(obs, table):
    pytest.importorskip("arch")
    found = model_confidence_set(table, obs, "mae", horizon=1).set_index("model")
    assert not found.loc["worse", "included"] and found["included"].sum() >= 1
    again = model_confidence_set(table, obs, "mae", horizon=1).set_index("model")
    assert again["p"].tolist() == found["p"].tolist()
    with pytest.raises(ConfigError, match="Did you mean 'mae'"):
        model_confidence_set(table, obs, "mea")


def test_calm_and_break_rows_make_no_era_of_the_claim(obs, table):
    origins = sorted(table["origin"].unique())
    by_series = {"calm": {"s": origins[::2]}, "break": {"s": origins[1::2]}}
    eras = {"early": ("2000-01", "2003-12"), "late": ("2004-01", "2099-12")}
    plain = compare(table, obs, metrics=["mae"], eras=eras).query("era == 'all'")
    both = compare(table, obs, metrics=["mae"], eras={**eras, **by_series})
    assert {"calm", "break"} <= set(both["era"])
    assert both.query("era == 'all'")["words"].tolist() == plain["words"].tolist()


def test_no_interval_from_a_single_block(obs, table):
    few = sorted(table["origin"].unique())[-30:-10]
    rows = compare(table[table["origin"].isin(few)], obs, metrics=["mae"], block=24)
    assert rows["lower"].isna().all() and rows["skill"].notna().any()
    assert set(rows.query("era == 'all'")["words"]) == {"too_few"}
