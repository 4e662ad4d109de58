"""Comparisons: skills, intervals, shares of the gain, and the words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.errors import ConfigError
from forecast.events.calendar import load_events
from forecast.postprocess.intervals import add_intervals
from forecast.scoring.comparison import (
    COMPARISON_COLUMNS,
    Row,
    Verdict,
    calm_and_break,
    compare,
    verdict_of,
)
from forecast.scoring.inference import circular_picks, cosine_test, enough_origins, skill_interval
from forecast.scoring.scores import score
from tables_helpers import drift, figures, forecasts, random_walk, walk

ERAS = {"a": ("2001-01", "2004-12"), "b": ("2005-01", "2008-12"), "c": ("2009-01", "2020-12")}
N = 150


@pytest.fixture(scope="module")
def obs():
    return figures({"s": walk(N)})


@pytest.fixture(scope="module")
def table(obs):
    models = {"random_walk": random_walk, "drift": drift, "worse": lambda y, h: y[-1] * 1.3}
    return add_intervals(forecasts(obs, models, warm_up=14, horizon=3), obs)[0]


def losses(obs, table, model, horizon):
    """Absolute errors of a model by month, where known."""
    rows = table[(table["level"] == 0.5) & (table["horizon"] == horizon) & (table["model"] == model)]
    actual = obs.actuals("s").reindex(pd.PeriodIndex(rows["month"])).to_numpy()
    return pd.Series((rows["value"] - actual).abs().to_numpy(), index=rows["origin"].to_numpy()).dropna()


def test_skill_of_a_horizon_is_that_of_the_scores_and_lies_in_its_interval(obs, table):
    found = compare(table, obs, eras=ERAS)
    assert tuple(found.columns) == COMPARISON_COLUMNS
    scores = score(table, obs, eras=ERAS)
    scores["key"] = scores["scale"].map({"natural": "", "log": "log_"}) + scores["metric"]
    skill = scores.set_index(["model", "horizon", "era", "key"])["skill"]
    for _, row in found[found["horizon"] != "all"].iterrows():
        assert row["skill"] == pytest.approx(skill[(row["model"], row["horizon"], row["era"], row["metric"])])
    whole = found[found["era"] == "all"]
    assert (whole["lower"] < whole["skill"]).all() and (whole["skill"] < whole["upper"]).all()
    assert set(found["model"]) == {"drift", "worse"}


def test_all_horizons_take_the_origins_that_have_them_all(obs, table):
    row = compare(table, obs, eras=ERAS, metrics=["mae"]).query(
        "model == 'drift' and horizon == 'all' and era == 'all'"
    )
    mine, base = (
        pd.concat([losses(obs, table, m, h) for h in (1, 2, 3)], axis=1).dropna()
        for m in ("drift", "random_walk")
    )
    assert row["n"].item() == len(mine) == N - 14 - 2
    assert row["skill"].item() == pytest.approx(1 - mine.to_numpy().mean() / base.to_numpy().mean())


def test_interval_and_test_by_cosines_by_hand(obs, table):
    row = compare(table, obs, eras=ERAS, metrics=["mae"]).query("model == 'drift' and era == 'all'").iloc[0]
    mine, base = (losses(obs, table, m, 1).to_numpy() for m in ("drift", "random_walk"))
    assert (row["lower"], row["upper"]) == pytest.approx(tuple(skill_interval(mine, base, None, 1.0)))
    assert (row["dm"], row["p"]) == pytest.approx(cosine_test(mine, base))


def test_bootstrap_is_an_option_and_its_settings_belong_to_it(obs, table):
    row = (
        compare(table, obs, eras=ERAS, metrics=["mae"], interval="bootstrap")
        .query("model == 'drift' and horizon == 1 and era == 'all'")
        .iloc[0]
    )
    mine, base = (losses(obs, table, m, 1).to_numpy() for m in ("drift", "random_walk"))
    picks = circular_picks(len(mine), 24, 2000, 20240507)
    skills = 1 - mine[picks].mean(axis=1) / base[picks].mean(axis=1)
    assert (row["lower"], row["upper"]) == pytest.approx(tuple(np.quantile(skills, [0.05, 0.95])))
    with pytest.raises(ConfigError, match="block, seed: settings of the bootstrap"):
        compare(table, obs, block=12, seed=1)
    with pytest.raises(ConfigError, match="expected cosines or bootstrap"):
        compare(table, obs, interval="cosine")


@pytest.mark.parametrize(("n", "horizon", "told"), [(24, 1, True), (23, 1, False), (25, 3, True)])
def test_few_origins_give_no_interval_no_test_and_no_claim(obs, table, n, horizon, told):
    few = sorted(table["origin"].unique())[:n]
    rows = compare(table[table["origin"].isin(few)], obs, metrics=["mae"], eras=ERAS)
    rows = rows[(rows["horizon"] == horizon) & (rows["era"] == "all")]
    assert rows["n"].eq(n).all() and rows["skill"].notna().all()
    assert rows[["lower", "upper", "dm", "p"]].notna().all(axis=None) == told
    assert (rows["words"] == "too_few_origins").all() != told


def test_twelve_months_ahead_need_four_times_as_many_origins():
    assert enough_origins(48, 12, 1.0) and not enough_origins(47, 12, 1.0)
    assert enough_origins(24, 12, 12.0) and not enough_origins(23, 12, 12.0)  # yearly origins do not overlap


def test_an_era_with_a_gap_has_a_skill_but_no_interval(obs, table):
    origins = sorted(table["origin"].unique())
    eras = {"run": {"s": origins[20:80]}, "gap": {"s": [*origins[20:50], *origins[51:81]]}}
    rows = compare(table, obs, metrics=["mae"], eras=eras).query("model == 'drift' and horizon == 1")
    rows = rows.set_index("era")
    assert rows.loc["run", ["skill", "lower", "p"]].notna().all()
    assert rows.loc["gap", ["skill", "n"]].notna().all()
    assert rows.loc["gap", ["lower", "upper", "dm", "p"]].isna().all()


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


def test_calm_and_break_rows_make_no_era_of_the_claim(obs, table):
    origins = sorted(table["origin"].unique())
    by_series = {"calm": {"s": origins[::2]}, "break": {"s": origins[1::2]}}
    eras = {"early": ("2000-01", "2003-12"), "late": ("2004-01", "2099-12")}
    plain = compare(table, obs, metrics=["mae"], eras=eras).query("era == 'all'")
    both = compare(table, obs, metrics=["mae"], eras={**eras, **by_series})
    assert {"calm", "break"} <= set(both["era"])
    assert both.query("era == 'all'")["words"].tolist() == plain["words"].tolist()


@pytest.mark.parametrize("given", [{"draws": 0}, {"block": -1}, {"seed": -1}, {"draws": 1.5}], ids=str)
def test_a_bootstrap_of_nothing_is_refused(obs, table, given):
    with pytest.raises(ConfigError, match=f"{next(iter(given))}: "):
        compare(table, obs, interval="bootstrap", **given)
