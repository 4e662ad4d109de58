"""One model by what it knew of the events."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.errors import ConfigError
from forecast.postprocess.intervals import add_intervals
from forecast.scoring.event_value import KNOWLEDGE_COLUMNS, compare_knowledge
from forecast.scoring.inference import circular_picks, skill_interval
from tables_helpers import drift, figures, forecasts, random_walk, walk

N = 120


@pytest.fixture(scope="module")
def obs():
    return figures({"s": walk(N)})


@pytest.fixture(scope="module")
def table(obs):
    kinds = {"none": random_walk, "at_origin": drift, "hindsight": lambda y, h: y[-1] * 1.02}
    rows = [
        forecasts(obs, {"arima": rule}, horizon=2, warm_up=20, knowledge=kind) for kind, rule in kinds.items()
    ]
    alone = forecasts(obs, {"random_walk": random_walk}, horizon=2, warm_up=20)
    return add_intervals(pd.concat([*rows, alone]), obs)[0]


def errors(obs, table, kind, h):
    rows = table[
        (table["model"] == "arima")
        & (table["knowledge"] == kind)
        & (table["horizon"] == h)
        & (table["level"] == 0.5)
    ]
    y = obs.actuals("s").reindex(pd.PeriodIndex(rows["month"])).to_numpy()
    e = np.abs(np.log(rows["value"].to_numpy()) - np.log(y))
    return e[~np.isnan(e)]


def test_scores_gain_and_interval_by_hand(obs, table):
    found = compare_knowledge(table, obs)
    assert tuple(found.columns) == KNOWLEDGE_COLUMNS and set(found["model"]) == {"arima"}
    for metric, together in (("log_mae", np.mean), ("median_error", np.median)):
        row = found[(found["horizon"] == 1) & (found["metric"] == metric)].iloc[0]
        e = {kind: errors(obs, table, kind, 1) for kind in ("none", "at_origin", "hindsight")}
        for kind, values in e.items():
            assert row[kind] == pytest.approx(together(values))
        assert row["gain"] == pytest.approx(1 - together(e["at_origin"]) / together(e["none"]))
        if metric == "median_error":  # medians have no cosines
            picks = circular_picks(len(e["none"]), 24, 2000, 20240507)
            drawn = 1 - together(e["at_origin"][picks], axis=1) / together(e["none"][picks], axis=1)
            ends = np.quantile(drawn, [0.05, 0.95])
        else:
            ends = skill_interval(e["at_origin"], e["none"], None, 1.0)
        assert (row["lower"], row["upper"]) == pytest.approx(tuple(ends))
        assert row["n"] == N - 20
        assert row["gain_hindsight"] == pytest.approx(1 - together(e["hindsight"]) / together(e["none"]))
        assert row["lower_hindsight"] <= row["gain_hindsight"] <= row["upper_hindsight"]


def test_all_horizons_at_origins_that_have_them_all(obs, table):
    row = compare_knowledge(table, obs, measures=["log_mae"]).query("horizon == 'all'").iloc[0]
    expected = np.mean([errors(obs, table, "none", h)[: N - 21].mean() for h in (1, 2)])
    assert row["none"] == pytest.approx(expected) and row["n"] == N - 21


def test_common_folds_of_all_kinds(obs, table):
    gone = table["origin"].unique()[30]
    holed = table[~((table["knowledge"] == "hindsight") & (table["origin"] == gone))]
    full, partly = (compare_knowledge(x, obs, measures=["log_mae"]).iloc[0] for x in (table, holed))
    assert partly["n"] == full["n"] - 1 and partly["none"] != full["none"]


def test_kinds_that_were_not_run_are_missing(obs, table):
    two = compare_knowledge(table[table["knowledge"] != "none"], obs, measures=["log_mae"])
    assert two["none"].isna().all() and two["gain"].isna().all() and two["hindsight"].notna().all()
    assert compare_knowledge(table[table["knowledge"] == "none"], obs).empty
    with pytest.raises(ConfigError, match="measures: 'rmse'"):
        compare_knowledge(table, obs, measures=["rmse"])


def test_few_origins_have_a_gain_but_no_interval(obs, table):
    few = table[table["origin"].isin(sorted(table["origin"].unique())[:20])]
    found = compare_knowledge(few, obs)
    assert found["gain"].notna().all() and found[["lower", "upper", "upper_hindsight"]].isna().all(axis=None)
