"""The forecast table: what is refused when it is made, and what its selections select."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.errors import ConfigError
from forecast.tables.forecasts import (
    Forecasts,
    at_level,
    headline,
    headline_knowledge,
    median,
    quantile,
    select,
    wide,
)
from tables_helpers import figures, forecasts, random_walk, walk


@pytest.fixture
def table():
    """A random walk at two origins with three levels."""
    made = forecasts(figures({"s": walk(2)}), {"random_walk": random_walk}, horizon=2)
    return pd.concat(
        [made.assign(level=p, value=made["value"] * 2 * p) for p in (0.1, 0.5, 0.9)], ignore_index=True
    )


def test_a_checked_table_is_not_checked_again(table):
    made = Forecasts.of(table)
    assert Forecasts.of(made) is made and made.frame is table
    assert made.quantiles.levels.tolist() == [0.1, 0.5, 0.9]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("month", "2024-13", "column month: .*expected months"),
        ("origin", "soon", "column origin: .*expected dates"),
        ("value", "many", "column value: .*expected numbers"),
        ("horizon", "one", "column horizon: .*expected numbers"),
        ("level", 1.0, "level 1 .*model random_walk.*between 0 and 1"),
        ("level", -0.5, "level -0.5 "),
        ("value", np.inf, "value inf .*model random_walk.*expected a number"),
        ("value", -np.inf, "value inf "),
        ("origin", pd.Timestamp("2000-01-20 05:00"), "origin holds a time of day or a time zone"),
        ("origin", "2000-01-20T00:00:00+02:00", "origin holds a time of day or a time zone"),
        ("origin", pd.Timestamp("2000-01-20", tz="UTC"), "origin holds a time of day or a time zone"),
    ],
)
def test_what_is_wrong_is_named_by_column_or_row(table, column, value, message):
    with pytest.raises(ConfigError, match=message):
        Forecasts.of(table.assign(**{column: value}))


@pytest.mark.parametrize("level", [np.nan, "mean"])
def test_means_are_looked_at_too(table, level):
    means = table[table["level"] == 0.5].assign(level=level)
    both = pd.concat([table.astype({"level": object}), means], ignore_index=True)
    assert len(Forecasts.of(both).quantiles.keys) == len(means)
    for column, value, message in (("value", np.inf, "value inf"), ("horizon", 0, "horizon 0")):
        with pytest.raises(ConfigError, match=message):
            Forecasts.of(pd.concat([table, means.assign(**{column: value})], ignore_index=True))


def test_a_horizon_is_a_whole_number(table):
    with pytest.raises(ConfigError, match=r"horizon 1\.5"):
        Forecasts.of(table.assign(horizon=table["horizon"] + 0.5))


def test_a_missing_column_and_a_forecast_that_stands_twice_are_named(table):
    with pytest.raises(ConfigError, match="column scenario missing"):
        Forecasts.of(table.drop(columns="scenario"))
    with pytest.raises(ConfigError, match=r"stands twice .*horizon 1, level 0.1"):
        Forecasts.of(pd.concat([table, table.head(1)]))


def test_quantiles_that_cross_are_refused_but_not_their_rounding(table):
    rows = (table["horizon"] == 2) & (table["level"] == 0.9)
    table.loc[rows, "value"] = (
        table.loc[table["level"].eq(0.1) & table["horizon"].eq(2), "value"].to_numpy() - 1
    )
    with pytest.raises(ConfigError, match=r"cross: level 0\.9 .*horizon 2"):
        Forecasts.of(table)
    with pytest.raises(
        ConfigError, match=r"cross: level 0\.9"
    ):  # a level that is missing between hides nothing
        Forecasts.of(table[table["level"] != 0.5])
    flat = table.assign(value=5.0)
    assert len(Forecasts.of(flat.assign(value=flat["value"] - 1e-10 * flat["level"])).frame)


def test_a_range_has_no_hole(table):
    """A level that is missing at one fold would be left out of its score without a word."""
    for level, told in ((0.1, r"level 0\.1 has no value"), (0.5, r"level 0\.5 has no value")):
        lost = table.assign(value=table["value"].where((table["level"] != level) | (table["horizon"] != 2)))
        with pytest.raises(ConfigError, match=told + ".*horizon 2.*levels beyond it have one"):
            Forecasts.of(lost)
    absent = table[(table["level"] != 0.1) | (table["horizon"] != 2)]
    with pytest.raises(ConfigError, match=r"level 0\.1 has no value"):
        Forecasts.of(absent)
    other = table.assign(model="other", level=table["level"].replace({0.1: 0.2, 0.9: 0.8}))
    assert (
        len(Forecasts.of(pd.concat([table, other])).quantiles.levels) == 5
    )  # models of other levels stand beside
    refused = table.assign(value=table["value"].where((table["level"] == 0.5) | (table["horizon"] != 2)))
    assert np.isnan(Forecasts.of(refused).quantiles.column(0.9)).sum() == 2  # one at each origin


@pytest.mark.parametrize("column", ["model", "series_id", "origin", "month"])
def test_a_key_is_never_empty(table, column):
    empty = table.astype({column: object})
    empty.loc[empty.index[0], column] = None
    with pytest.raises(ConfigError, match=f"column {column} is empty in 1 row"):
        Forecasts.of(empty)


def test_a_mean_has_no_level_and_no_place_among_quantiles(table):
    both = pd.concat([table, table.head(2).assign(level=np.nan, value=0.0)])
    made = wide(both, "origin", "horizon")
    assert made.columns.tolist() == [0.1, 0.5, 0.9] and len(both) == len(Forecasts.of(both).frame)
    assert (made.to_numpy() > 0).all()


def test_select_takes_values_and_tuples_and_refuses_a_column_that_does_not_exist():
    rows = pd.DataFrame({"model": ["a", "b", "c"], "n": [1, 2, 3]})
    assert select(rows, model="b")["n"].tolist() == [2]
    assert select(rows, model=("a", "c"), n=(3, 4))["n"].tolist() == [3]
    assert len(select(rows, model="z")) == 0 and select(rows) is rows
    with pytest.raises(ConfigError, match=r"no column 'modle' .*Did you mean 'model'"):
        select(rows, modle="a")
    with pytest.raises(
        ConfigError, match="no column 'modle'"
    ):  # a table without rows has columns all the same
        select(rows.iloc[:0], modle="a")


def test_a_table_that_was_never_made_has_nothing_to_select():
    assert select(pd.DataFrame(), model="a").empty


def test_the_headline_is_without_events_where_it_can_be_never_a_scenario_or_hindsight(table):
    kinds = [table.assign(knowledge=k) for k in ("hindsight", "at_origin", "none")]
    asked = table.assign(scenario="a rule ends")
    for kept, expected in ((kinds, "none"), (kinds[:2], "at_origin")):
        rows = headline(pd.concat([*kept, asked.assign(knowledge=expected)]), "random_walk")
        assert set(rows["knowledge"]) == {expected} and set(rows["scenario"]) == {""}
        assert headline_knowledge(pd.concat(kept), "random_walk") == expected
    assert headline(kinds[0], "random_walk").empty and headline(table, "drift").empty


def test_a_level_is_found_in_spite_of_its_last_digit(table):
    table.loc[table["level"] == 0.5, "level"] = 0.1 + 0.2 + 0.2 + 1e-16
    assert len(at_level(table, 0.5)) == 4 and at_level(table, 0.3).empty


def test_medians_are_months_by_series_of_one_model_and_one_origin(table):
    newest = table[table["origin"] == table["origin"].max()]
    found = median(pd.concat([newest, newest.assign(series_id="t", value=7.0)]))
    assert found.columns.tolist() == ["s", "t"] and (found["t"] == 7).all() and len(found) == 2
    with pytest.raises(ConfigError, match=r"two forecasts of a month .*knowledge at_origin"):
        median(pd.concat([newest, newest.assign(knowledge="at_origin")]))


def test_the_median_of_a_model_alone_needs_no_more_than_its_columns(table):
    alone = table.loc[
        table["origin"] == table["origin"].min(), ["series_id", "month", "horizon", "level", "value"]
    ]
    assert median(alone)["s"].tolist() == alone.loc[alone["level"] == 0.5, "value"].tolist()
    with pytest.raises(ConfigError, match=r"two forecasts of a month \(series_id s, horizon 1\)"):
        median(pd.concat([alone, alone]))


def test_wide_is_sorted_by_its_index_which_names_each_row_once(table):
    made = wide(table.sample(frac=1, random_state=1), "origin", "horizon")
    assert made.index.is_monotonic_increasing and made.index.names == ["origin", "horizon"]
    one = wide(table[table["origin"] == table["origin"].min()], "horizon")
    assert one.index.tolist() == [1, 2] and (one[0.9] > one[0.5]).all()
    with pytest.raises(ConfigError, match="two of the same horizon"):
        wide(table, "horizon")


def test_medians_and_quantiles_stand_by_month_and_series(table):
    one = table[table["origin"] == table["origin"].max()]
    both = pd.concat([one, one.assign(series_id="t", value=one["value"] + 1)])
    for made, share in ((median(both), 1.0), (quantile(both, 0.9), 1.8)):
        assert made.index.tolist() == sorted(one["month"].unique()) and made.columns.tolist() == ["s", "t"]
        last = one.loc[one["level"] == 0.5, "value"].iloc[0]
        np.testing.assert_allclose(made["s"], [share * last] * 2)
        np.testing.assert_allclose(made["t"], made["s"] + 1)
    with pytest.raises(ConfigError, match=r"no 0\.8; its levels are 0\.1, 0\.5, 0\.9"):
        quantile(both, 0.8)
    with pytest.raises(ConfigError, match=r"two forecasts of a month .*walk"):
        median(pd.concat([one, one]))
