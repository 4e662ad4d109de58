"""Totals: which stretches, known months, ranges from paths and not from sums of quantiles, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.config.settings import LEVELS
from forecast.errors import ConfigError
from forecast.postprocess.intervals import add_intervals
from forecast.postprocess.totals import KINDS, TOTAL_COLUMNS, share_below, stretches, totals, with_outcomes
from tables_helpers import figures, forecasts, random_walk, walk


def months(last: str, ahead: int, fiscal: int | None = 10) -> list[tuple[str, str, str]]:
    ordinal = pd.Period(last, "M").ordinal
    return [
        (s.kind, *(str(pd.Period(ordinal=m, freq="M")) for m in (s.first, s.last)))
        for s in stretches(ordinal, ahead, fiscal)
    ]


def test_years_are_those_that_the_forecast_ends():
    assert months("2024-09", 12)[0] == ("fiscal_year", "2024-10", "2025-09")
    assert months("2024-08", 12)[0] == ("fiscal_year", "2023-10", "2024-09")
    assert [m for m in months("2023-12", 24) if m[0] == "calendar_year"] == [
        ("calendar_year", "2024-01", "2024-12"),
        ("calendar_year", "2025-01", "2025-12"),
    ]
    assert months("2024-03", 3) == []
    assert {m[0] for m in months("2024-03", 12, None)} == set(KINDS) - {"fiscal_year"}
    assert months("2024-03", 12, 1) == months("2024-03", 12, None)


@pytest.fixture(scope="module")
def world():
    obs = figures({"s": walk(160)})
    table, _ = add_intervals(forecasts(obs, {"rw": random_walk}), obs)
    return obs, table, totals(table, obs, fiscal_start=10)


def at(found, obs, month):
    day = obs.first_released("s")[pd.Period(month, "M")]
    return found[found["origin"] == day].set_index("kind")


def test_known_months_are_added_as_they_are(world):
    obs, _, found = world
    actual = obs.actuals("s")
    rows = at(found, obs, "2012-03")
    year = rows.loc["fiscal_year"]
    assert (year["known_months"], year["ahead_months"]) == (6, 6)
    assert year["known"] == actual["2011-10":"2012-03"].sum()
    assert year["before"] == actual["2010-10":"2011-09"].sum()
    assert rows.loc["next_6", "before"] == pytest.approx(actual["2011-04":"2011-09"].mean())
    assert rows.loc["next_12", "known"] == 0 and list(found.columns) == list(TOTAL_COLUMNS)


def test_ranges_are_those_of_sums_not_sums_of_quantiles(world):
    obs, table, found = world
    row = at(found, obs, "2012-03").loc["next_12"]
    here = table[table["origin"] == row["origin"]]
    quantile = here.pivot(index="horizon", columns="level", values="value").sum()
    assert row["median"] == pytest.approx(quantile[0.5], rel=0.02)
    assert quantile[0.1] < row["lower_80"] < row["median"] < row["upper_80"] < quantile[0.9]
    ends = [
        row[c] for c in ("lower_95", "lower_80", "lower_50", "median", "upper_50", "upper_80", "upper_95")
    ]
    assert ends == sorted(ends)


def test_the_last_month_of_a_year_alone_has_the_printed_range(world):
    obs, table, found = world
    row = at(found, obs, "2012-08").loc["fiscal_year"]
    here = table[(table["origin"] == row["origin"]) & (table["horizon"] == 1)].set_index("level")["value"]
    for column, level in (("lower_80", 0.1), ("median", 0.5), ("upper_80", 0.9)):
        assert row[column] == pytest.approx(row["known"] + here[level], rel=1e-4)


def test_a_range_that_a_month_lacks_is_missing(world):
    obs, table, _ = world
    day = obs.first_released("s")[pd.Period("2012-03", "M")]
    cut = table[~((table["horizon"] == 9) & ~table["level"].between(0.03, 0.97))]
    rows = totals(cut, obs, 10, [day]).set_index("kind")
    assert np.isnan(rows.loc["calendar_year", "lower_95"]) and np.isfinite(
        rows.loc["calendar_year", "lower_80"]
    )
    assert np.isfinite(rows.loc["fiscal_year", "upper_95"])
    no_level = table[table["level"].isin([x for x in LEVELS if x not in (0.25, 0.75)])]
    assert totals(no_level, obs, 10, [day])["lower_50"].isna().all()


def test_a_hole_in_the_known_months_leaves_the_year_out():
    values = walk(160)
    values[144] = np.nan  # January 2012
    obs = figures({"s": values})
    table, _ = add_intervals(forecasts(obs, {"rw": random_walk}), obs)
    assert set(at(totals(table, obs, 10), obs, "2012-03").index) == {"next_6", "next_12"}


def test_chances_are_shares_of_paths(world):
    _, _, found = world
    assert share_below(np.array([1.0, 2.0, 3.0, 4.0]), 3.0) == 0.5 and np.isnan(
        share_below(np.ones(2), np.nan)
    )
    far = found[found["before"] < found["lower_95"]]
    assert (far["chance_below_before"] < 0.03).all() and len(far)
    between = found[(found["lower_80"] < found["before"]) & (found["before"] < found["upper_80"])]
    assert between["chance_below_before"].between(0.1, 0.9).all() and len(between)


def test_outcomes_stand_beside_as_known_on_a_day(world):
    obs, _, found = world
    came = with_outcomes(found, obs, obs.first_released("s")[pd.Period("2012-09", "M")])
    actual = obs.actuals("s")
    rows = at(came, obs, "2012-03")
    assert rows.loc["fiscal_year", "actual"] == actual["2011-10":"2012-09"].sum()
    assert rows.loc["next_6", "actual"] == pytest.approx(actual["2012-04":"2012-09"].mean())
    assert np.isnan(rows.loc["calendar_year", "actual"])


def test_one_origin_alone_is_what_it_is_among_all(world):
    obs, table, found = world
    days = found["origin"].unique()[[60, 100]]
    pd.testing.assert_frame_equal(
        totals(table, obs, 10, days), found[found["origin"].isin(days)].reset_index(drop=True)
    )


def test_without_forecasts_there_is_an_empty_table(world):
    obs, table, _ = world
    empty = totals(table.iloc[:0], obs, 10)
    assert empty.empty and list(empty.columns) == list(TOTAL_COLUMNS)
    assert list(with_outcomes(empty, obs).columns) == [*TOTAL_COLUMNS, "actual"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"fiscal_start": 13}, "fiscal_start: 13; expected a number between 1 and 12"),
        ({"paths": 0}, "paths: 0"),
        ({"seed": -1}, "seed: -1"),
        ({"origins": ["2020-06-15T12:00"]}, "totals: origins"),
    ],
)
def test_what_means_nothing_is_refused(world, given, told):
    obs, table, _ = world
    with pytest.raises(ConfigError, match=told):
        totals(table, obs, **given)
