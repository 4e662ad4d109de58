"""Chances: thresholds as known at the origin, the same distribution as the ranges, no row where refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.postprocess.chances import CHANCE_COLUMNS, EVENTS, chances, round_below
from forecast.postprocess.intervals import add_intervals
from tables_helpers import figures, forecasts, random_walk, walk


@pytest.mark.parametrize(
    ("value", "below"),
    [(137_480, 100_000), (151_000, 150_000), (150_000, 100_000), (9, 8), (1, 0.8), (100_000, 80_000)],
)
def test_round_numbers(value, below):
    assert round_below(value) == pytest.approx(below)


def test_there_is_no_round_number_below_nothing():
    assert np.isnan(round_below(0)) and np.isnan(round_below(float("nan")))


@pytest.fixture(scope="module")
def world():
    obs = figures({"s": walk(120)}, revisions=[("s", "2005-03", 99_999, "2009-06-01")])
    table, _ = add_intervals(forecasts(obs, {"rw": random_walk}), obs)
    return obs, table, chances(table, obs)


def test_thresholds_are_those_known_at_the_origin(world):
    obs, _, found = world
    actual = obs.actuals("s", truth="first")
    for month, record in (("2008-06", actual[:"2008-06"].max()), ("2009-08", 99_999)):
        day = obs.first_released("s")[pd.Period(month, "M")]
        rows = found[(found["origin"] == day) & (found["horizon"] == 5)].set_index("event")
        assert rows.loc["record", "threshold"] == record
        assert rows.loc["more_than_year_before", "threshold"] == actual[pd.Period(month, "M") - 7]
        assert rows.loc["more_than_year_before", "threshold_month"] == pd.Period(month, "M") - 7
        assert rows.loc["fewer_than", "threshold"] == round_below(actual[month])
        assert pd.isna(rows.loc["fewer_than", "threshold_month"])
        assert list(rows.index) == list(EVENTS)


def test_a_chance_reads_the_printed_quantile(world):
    obs, table, _ = world
    day = obs.first_released("s")[pd.Period("2009-08", "M")]
    printed = table[(table["origin"] == day) & (table["horizon"] == 3)].set_index("level")["value"]
    found = chances(table, obs, levels=[printed[0.1], printed[0.75]], since=day)
    rows = found[(found["origin"] == day) & (found["horizon"] == 3) & (found["event"] == "fewer_than")]
    np.testing.assert_allclose(rows["chance"], [0.1, 0.75], atol=1e-9)


def test_without_an_80_percent_range_there_is_no_chance(world):
    _, table, found = world
    has = table[table["level"] == 0.9][["origin", "horizon"]].drop_duplicates()
    assert len(found[["origin", "horizon"]].drop_duplicates().merge(has)) == len(
        found[["origin", "horizon"]].drop_duplicates()
    )
    first = found["origin"].min()
    assert first > table["origin"].min() and list(found.columns) == list(CHANCE_COLUMNS)


def test_a_year_before_that_is_not_known_has_no_row():
    obs = figures({"s": walk(100)})
    table, _ = add_intervals(forecasts(obs, {"rw": random_walk}, horizon=14), obs)
    rows = chances(table, obs)
    assert set(rows.loc[rows["event"] == "more_than_year_before", "horizon"]) == set(range(1, 13))
    assert set(rows.loc[rows["event"] == "record", "horizon"]) == set(range(1, 15))


def test_without_forecasts_there_is_an_empty_table(world):
    obs, table, _ = world
    assert list(chances(table.iloc[:0], obs).columns) == list(CHANCE_COLUMNS)
