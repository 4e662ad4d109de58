"""Coverage beside the promise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.errors import ConfigError
from forecast.postprocess.intervals import add_intervals
from forecast.scoring.calibration import CALIBRATION_COLUMNS, calibrate, promise_bar
from forecast.scoring.metrics import coverage, coverage_interval
from tables_helpers import figures, forecasts, random_walk, seasonal_naive, walk


@pytest.fixture(scope="module")
def obs():
    return figures({"s": walk(200)})


@pytest.fixture(scope="module")
def table(obs):
    return add_intervals(forecasts(obs, {"random_walk": random_walk}, horizon=6), obs)[0]


def test_coverage_by_hand(obs, table):
    found = calibrate(table, obs, eras={"late": ("2010-01", "2030-01")})
    assert tuple(found.columns) == CALIBRATION_COLUMNS
    wide = table[table["horizon"] == 3].pivot(index="month", columns="level", values="value")
    y = obs.actuals("s").reindex(wide.index)
    row = found[(found["horizon"] == 3) & (found["era"] == "all") & (found["nominal"] == 0.8)].iloc[0]
    assert row["covered"] == pytest.approx(coverage(y, wide[0.1], wide[0.9]))
    n = int((y.notna() & wide[0.1].notna()).sum())
    assert row["n"] == n and row["n_independent"] == pytest.approx(n / 3)
    assert (row["lower"], row["upper"]) == coverage_interval(row["covered"], n / 3)
    assert row["lower"] < row["covered"] < row["upper"]


def test_a_refused_range_counts_nowhere(obs, table):
    found = calibrate(table, obs).query("era == 'all' and horizon == 1").set_index("nominal")["n"]
    assert (found[0.5] - found[0.95], found[0.8] - found[0.95]) == (
        19,
        15,
    )  # 1, 4 and 19 are needed; discounted errors count a little less than one each


def test_all_horizons_are_their_mean_on_few_independent_errors(obs, table):
    found = calibrate(table, obs).query("era == 'all' and nominal == 0.8").set_index("horizon")
    assert found.loc["all", "covered"] == pytest.approx(found["covered"].drop("all").mean())
    assert found.loc["all", "n_independent"] < found.loc[6, "n_independent"] + 2


@pytest.mark.parametrize(("step", "overlap"), [(1, 6), (2, 3), (3, 2), (6, 1), (12, 1)])
def test_origins_further_apart_than_a_month_overlap_less(obs, table, step, overlap):
    spaced = table[table["origin"].isin(sorted(table["origin"].unique())[::step])]
    found = calibrate(spaced, obs).query("era == 'all' and nominal == 0.5").set_index("horizon")
    assert found.loc[6, "n_independent"] == pytest.approx(found.loc[6, "n"] / overlap)
    assert found.loc[1, "n_independent"] == found.loc[1, "n"]


def test_ranges_of_a_random_walk_cover_a_random_walk(obs, table):
    found = calibrate(table, obs).query("era == 'all' and horizon == 1").set_index("nominal")
    for nominal in (0.5, 0.8, 0.95):
        assert found.loc[nominal, "lower"] < nominal < found.loc[nominal, "upper"]


def test_common_folds_and_no_scenarios(obs, table):
    two = add_intervals(forecasts(obs, {"seasonal": seasonal_naive}, warm_up=100, horizon=6), obs)[0]
    both = pd.concat([table, two, table.assign(scenario="what_if")])
    found = calibrate(both, obs).query("era == 'all' and horizon == 1 and nominal == 0.5")
    n = found.set_index("model")["n"]
    assert list(n.index) == ["random_walk", "seasonal"]
    assert n["random_walk"] == 200 - 100 and n["seasonal"] == n["random_walk"] - 1 - 0


def test_a_model_without_ranges_has_no_coverage(obs, table):
    found = calibrate(table[table["level"] == 0.5], obs)
    assert (found["n"] == 0).all() and np.isnan(found["covered"]).all()


def test_nominal_ranges_are_shares(obs, table):
    with pytest.raises(ConfigError, match="nominals: 80"):
        calibrate(table, obs, nominals=(80,))


def test_promise_bar_is_where_nine_of_ten_results_fall():
    rng = np.random.default_rng(1)
    for n, nominal in ((200, 0.8), (33, 0.8), (15, 0.5)):
        low, high = promise_bar(nominal, n)
        shares = rng.binomial(n, nominal, 40_000) / n
        inside = ((shares >= low - 1e-9) & (shares <= high + 1e-9)).mean()
        assert 0.9 <= inside <= 0.985
    assert promise_bar(0.8, 0.4) == (0.0, 1.0)
