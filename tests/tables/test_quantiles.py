"""Forecast tables as arrays, and what is known of a series at an origin."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.errors import ConfigError
from forecast.tables import quantiles as w
from forecast.tables.columns import KEYS
from tables_helpers import figures, forecasts, random_walk, walk


@pytest.fixture
def obs():
    return figures({"s": walk(30)})


def test_long_and_wide_are_the_same(obs):
    table = forecasts(obs, {"random_walk": random_walk, "b": random_walk})
    more = pd.concat([table, table.assign(level=0.9, value=table["value"] * 2)])
    back = w.to_long(w.to_wide(more.sample(frac=1, random_state=1)))
    keys = [*KEYS, "month", "level"]
    pd.testing.assert_frame_equal(
        back.sort_values(keys).reset_index(drop=True)[more.columns],
        more.sort_values(keys).reset_index(drop=True),
        check_dtype=False,
    )


def test_text_columns_and_missing_scenarios_are_read(obs):
    table = forecasts(obs, {"random_walk": random_walk}, until="2000-06")
    text = table.assign(month=table["month"].astype(str), origin=table["origin"].astype(str), scenario=None)
    pd.testing.assert_frame_equal(w.to_wide(text).keys, w.to_wide(table).keys, check_dtype=False)


def test_means_are_not_quantiles(obs):
    table = forecasts(obs, {"random_walk": random_walk}, until="2000-06")
    both = pd.concat([table, table.assign(level=np.nan)])
    assert w.to_wide(both).levels.tolist() == [0.5]


def test_a_missing_column_and_a_double_row_are_named(obs):
    table = forecasts(obs, {"random_walk": random_walk}, until="2000-03")
    with pytest.raises(ConfigError, match="column knowledge missing"):
        w.to_wide(table.drop(columns="knowledge"))
    with pytest.raises(ConfigError, match=r"stands twice .*random_walk"):
        w.to_wide(pd.concat([table, table.head(1)]))


def test_horizons_must_belong_to_one_last_month(obs):
    table = forecasts(obs, {"random_walk": random_walk}, until="2000-03")
    table.loc[3, "month"] = table.loc[3, "month"] + 1
    with pytest.raises(ConfigError, match="not horizon 4"):
        w.series_arrays(w.to_wide(table))


def test_levels_must_be_probabilities():
    assert w.require_levels([0.9, 0.1]).tolist() == [0.1, 0.5, 0.9]
    with pytest.raises(ConfigError, match="between 0 and 1"):
        w.require_levels([0.5, 1.0])


def test_levels_that_differ_by_rounding_are_one(obs):
    table = forecasts(obs, {"random_walk": random_walk}, until="2000-02")
    first = table["origin"] == table["origin"].min()
    table.loc[first, "level"] = 0.1 + 0.2 + 0.2  # 0.5000000000000001 by another sum
    table.loc[first, "level"] += 1e-16
    wide = w.to_wide(pd.concat([table, table.assign(level=3 * 0.1), table.assign(level=0.3, model="b")]))
    assert wide.levels.tolist() == [0.3, 0.5]


def test_a_scenario_that_lacks_in_some_rows_is_none(obs):
    table = forecasts(obs, {"random_walk": random_walk}, until="2000-03", horizon=1)
    some = table.assign(scenario=[None, "closed", None])
    assert sorted(w.to_wide(some).keys["scenario"]) == ["", "", "closed"]


def test_days_months_and_numbers_go_forth_and_back():
    stamps = pd.DatetimeIndex(["1970-01-02", "2024-02-29"])
    assert w.days(stamps).tolist() == [1, 19782]
    pd.testing.assert_index_equal(w.stamps(w.days(stamps)), stamps.as_unit("ns"))
    assert w.days([None, "1970-01-03"]).tolist() == [w.NEVER, 2]
    months = pd.period_range("1969-12", periods=3, freq="M")
    assert w.periods(months.asi8).equals(months)


def test_levels_are_sorted_and_hold_the_median():
    assert w.require_levels([0.9, 0.1, 0.1]).tolist() == [0.1, 0.5, 0.9]
    for bad in ([0.0], [1.0], [0.5, -0.1]):
        with pytest.raises(ConfigError, match="between 0 and 1"):
            w.require_levels(bad)


def test_a_column_of_a_level_that_lacks_is_missing(obs):
    wide = w.to_wide(forecasts(obs, {"random_walk": random_walk}, until="2000-03", horizon=1))
    assert np.isnan(wide.column(0.9)).all() and wide.column(0.5).tolist() == wide.median.tolist()
    assert wide.take(np.array([2, 0])).keys["month"].tolist() == wide.keys["month"].iloc[[2, 0]].tolist()
    assert wide.take(np.array([False, True, False])).median.tolist() == [wide.median[1]]
    assert w.series_arrays(wide.take(np.zeros(3, dtype=bool))) == []


def test_what_comes_back_from_logs_is_what_went_in():
    rng = np.random.default_rng(0)
    counts = np.floor(np.exp(rng.uniform(0, 25, 2000)))
    np.testing.assert_array_equal(w.as_counted(np.exp(np.log(counts))), counts)
    cents = np.floor(np.exp(rng.uniform(0, 18, 2000))) / 100 + 0.01
    np.testing.assert_array_equal(w.as_counted(np.exp(np.log(cents))), np.round(cents, 2))
    tiny = np.array([4.16e-7, 1.5e-12, 0.0, np.inf, -np.inf, -500.0])
    np.testing.assert_array_equal(w.as_counted(tiny), tiny)
    assert np.isnan(w.as_counted(np.array([np.nan]))).all() and w.as_counted(np.empty((0, 3))).shape == (0, 3)


def ranged(obs):
    """A table as a backtest makes it: the levels of a forecast below one another."""
    table = forecasts(obs, {"random_walk": random_walk, "b": random_walk})
    keys = table.drop(columns=["level", "value"])
    wide = w.QuantileTable(keys, np.array([0.1, 0.5, 0.9]), np.outer(table["value"], [0.8, 1.0, 1.3]))
    return w.to_long(wide)


def test_a_table_of_equal_blocks_is_read_as_any_other(obs):
    table = ranged(obs)
    assert w._block_size(table, KEYS) == 3
    shuffled = table.sample(frac=1, random_state=3).sort_values("model", ascending=False, kind="stable")
    assert w._block_size(shuffled, KEYS) == 0
    blocks, rows = w.to_wide(table), w.to_wide(shuffled)
    pd.testing.assert_frame_equal(blocks.keys, rows.keys)
    np.testing.assert_array_equal(blocks.values, rows.values)
    np.testing.assert_array_equal(blocks.levels, rows.levels)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.assign(model=t["model"].where(t.index != 4, "c")),
        lambda t: t.assign(month=t["month"].where(t.index != 4, t["month"] + 1)),
        lambda t: t.assign(horizon=t["horizon"].where(t.index != 4, 9)),
        lambda t: t.assign(level=t["level"].where(t.index != 4, 0.6)),
        lambda t: t.assign(level=t["level"].where(t.index != 4, np.nan)),
        lambda t: t.assign(scenario=t["scenario"].where(t.index != 4, None)),
        lambda t: t.iloc[:-1],
        lambda t: t.iloc[::-1],
        lambda t: t.assign(level=t["level"].astype(str)),
    ],
)
def test_rows_that_are_no_equal_blocks_are_read_one_by_one(obs, change):
    assert w._block_size(change(ranged(obs)), KEYS) == 0


def test_equal_blocks_that_stand_twice_or_have_no_levels_are_refused(obs):
    table = ranged(obs)
    with pytest.raises(ConfigError, match="a row stands twice"):
        w.to_wide(pd.concat([table, table.head(3)], ignore_index=True))
    with pytest.raises(ConfigError, match=r"level 1 .*between 0 and 1"):
        w.to_wide(table.assign(level=table["level"].replace(0.9, 1.0)))


def test_tables_below_one_another_have_the_levels_of_all(obs):
    wide = w.to_wide(ranged(obs))
    middle = w.QuantileTable(wide.keys.assign(model="c"), np.array([0.5]), wide.median[:, None])
    both = w.QuantileTable.concat([wide, middle])
    n = len(wide.keys)
    assert both.levels.tolist() == [0.1, 0.5, 0.9] and list(both.keys.index) == list(range(2 * n))
    np.testing.assert_array_equal(both.values[:n], wide.values)
    np.testing.assert_array_equal(both.values[n:, 1], wide.median)
    assert np.isnan(both.values[n:, [0, 2]]).all()


def test_rows_are_put_in_the_order_of_a_table_that_is_read(obs):
    wide = w.to_wide(ranged(obs))
    assert wide.in_order() is wide
    turned = wide.take(np.arange(len(wide.keys))[::-1])
    made = turned.take(np.argsort(turned.keys["model"] != "random_walk", kind="stable")).in_order()
    pd.testing.assert_frame_equal(made.keys, wide.keys)
    np.testing.assert_array_equal(made.values, wide.values)
    with pytest.raises(ConfigError, match="a row stands twice"):
        w.QuantileTable.concat([wide, wide]).in_order()
