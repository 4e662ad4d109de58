"""Unofficial figures as evidence: shares of a month, precision, settings and past cases, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecast.config.outlook import NowcastSpec
from forecast.postprocess.intervals import add_intervals
from forecast.postprocess.nowcast import (
    NOWCAST_COLUMNS,
    Evidence,
    Figure,
    nowcast,
    spread,
    unofficial_figures,
    usual_moves,
    usual_share,
    walk_errors,
    weigh,
)
from tables_helpers import figures, forecasts, random_walk, walk

MONTH = pd.Period("2010-01", "M")


def day(text):
    return pd.Timestamp(text)


def part(month, first, last, value, series="s"):
    start = pd.Period(month, "M").to_timestamp()
    ends = [start + pd.Timedelta(days=d - 1) for d in (first, last)]
    return {
        "series_id": series, "month": pd.Period(month, "M"), "value": float(value), "rounding": 1,
        "released": ends[1] + pd.Timedelta(days=1), "source": "x", "covers_from": ends[0], "covers_to": ends[1],
    }  # fmt: off


@pytest.fixture(scope="module")
def world():
    """Months to December 2009, and the forecast made when it came out."""
    obs = figures({"s": walk(120)})
    table, _ = add_intervals(forecasts(obs, {"rw": random_walk}, horizon=3), obs)
    return obs, table, obs.first_released("s").iloc[-1]


def with_parts(obs, *rows):
    return replace(obs, part_months=pd.DataFrame(rows).astype({"month": "period[M]"}))


def test_the_share_of_days_follows_the_season():
    months = pd.period_range("2004-01", "2009-12", freq="M")
    steep = pd.Series(np.exp(0.2 * months.month.to_numpy()), months) * months.days_in_month
    first_half = day("2010-06-01"), day("2010-06-15")
    assert usual_share(pd.Period("2010-06", "M"), first_half, steep) == pytest.approx(0.475, abs=0.005)
    whole = day("2010-06-01"), day("2010-06-30")
    assert usual_share(pd.Period("2010-06", "M"), whole, steep) == pytest.approx(1.0)
    assert usual_share(pd.Period("2010-06", "M"), first_half, steep.iloc[:0]) == pytest.approx(0.5)


def test_the_season_of_a_walk_is_taken_from_changes_of_neighbouring_months():
    """A level that drifts through the year is no season: only the change into the month and out of it counts."""
    months = pd.period_range("2004-01", "2009-12", freq="M")
    steps = pd.Series(
        np.where(months.month == 1, 0.5, 0.0), months
    ).cumsum()  # a jump each January, then calm
    known = np.exp(steps) * months.days_in_month
    first_half = day("2010-01-01"), day("2010-01-15")
    # the rate rises through early January, half of the jump, and stays: the first half has less than its days
    assert usual_share(pd.Period("2010-01", "M"), first_half, known) == pytest.approx(0.456, abs=0.005)
    assert usual_moves(pd.Period("2010-01", "M"), known) == pytest.approx(0.0, abs=1e-9)
    assert usual_moves(pd.Period("2010-01", "M"), known.iloc[:0]) == 0.0


def test_moves_are_the_spread_of_changes_around_their_season():
    rng = np.random.default_rng(3)
    months = pd.period_range("1990-01", "2009-12", freq="M")
    known = pd.Series(np.exp(np.cumsum(rng.normal(0, 0.1, len(months)))), months) * months.days_in_month
    found = [usual_moves(months[k], known) for k in range(61, len(months), 12)]
    assert np.mean(found) == pytest.approx(0.1, abs=0.01)


def test_what_a_walk_adds_is_what_simulated_days_say():
    rng = np.random.default_rng(4)
    days = np.cumsum(rng.standard_normal((20_000, 90)), axis=1)
    move = days[:, 60:].mean(axis=1) - days[:, :30].mean(axis=1)  # two months after the last official one
    for first, last in ((0, 10), (7, 14), (0, 30)):
        error = days[:, 60:].mean(axis=1) - days[:, 60 + first : 60 + last].mean(axis=1)
        told = np.array([error.var(), np.mean(error * move)]) / move.var()
        assert walk_errors(30, (first, last), 2) == pytest.approx(told.tolist(), abs=0.01)


def test_errors_shrink_with_the_days_covered():
    spec = NowcastSpec()
    rows = [
        Figure(**part("2010-01", 1, days, 1), kind="month_to_date", days=days, days_in_month=31)
        for days in (3, 10, 20, 30)
    ]
    found = [spread(row, 0.0, 1, spec)[0] for row in rows]
    assert found == sorted(found, reverse=True) and found[-1] < 0.02
    moving = [spread(row, 0.2, 1, spec) for row in rows]
    assert all(a > b for (a, _), b in zip(moving, found, strict=True))
    assert all(0 < correlation < 0.75 for _, correlation in moving)
    assert spread(rows[0]._replace(kind="leak"), 0.2, 1, spec) == (spec.sd_whole, 0.0)


def test_correlated_guesses_are_weighed_as_two_that_share_an_error():
    """By simulation: the weight has the least error, and what is left is its variance."""
    rng = np.random.default_rng(5)
    common, own = rng.standard_normal((2, 200_000))
    guess = Evidence({}, 1.0, 1.0, 0.7, "setting", 0, moves=1.0, correlation=0.4)
    forecast, other = common, 0.7 * (0.4 * common + np.sqrt(0.84) * own)
    weight, left = weigh(1.0, guess)
    error = {
        w: float(np.var(forecast + w * (other - forecast))) for w in (weight - 0.1, weight, weight + 0.1)
    }
    assert min(error, key=error.__getitem__) == weight and error[weight] == pytest.approx(left, rel=0.02)
    alone = Evidence({}, 1.0, 1.0, 0.5, "setting", 0, moves=1.0, correlation=0.0)
    assert weigh(1.0, alone) == pytest.approx((0.8, 0.2))


def test_figures_are_named_by_the_days_that_they_cover(world):
    obs, _, as_of = world
    parts = with_parts(obs, part("2010-01", 1, 10, 5), part("2010-01", 8, 14, 5))
    found = unofficial_figures(parts, as_of)
    assert found["kind"].tolist() == ["month_to_date", "part_of_month"] and found["days"].tolist() == [10, 7]
    assert len(unofficial_figures(parts, day("2010-01-12"))) == 1  # the second came later


def test_forecast_and_evidence_are_weighed_by_their_precision(world):
    obs, table, as_of = world
    now = table[table["origin"] == as_of]
    middle = now[(now["horizon"] == 1) & (now["level"] == 0.5)]["value"].item()
    row = nowcast(now, with_parts(obs, part("2010-01", 1, 10, middle)), as_of).iloc[0]
    moves = usual_moves(pd.Period("2010-01", "M"), obs.actuals("s", as_of=as_of))
    found = (row["evidence_sd"], "setting", 0, moves, row["correlation"])
    weight, left = weigh(row["forecast_sd"], Evidence({}, row["share"], row["evidence"], *found))
    assert 0 < row["correlation"] < 1 and 0 < weight < 1 and 0 < left < 1
    assert row["weight"] == pytest.approx(weight) and row["forecast"] == pytest.approx(middle)
    assert np.log(row["median"] / middle) == pytest.approx(weight * np.log(row["evidence"] / middle))
    before = now[now["horizon"] == 1].set_index("level")["value"]
    narrower = np.log(row["upper_80"] / row["lower_80"]) / np.log(before[0.9] / before[0.1])
    assert narrower == pytest.approx(np.sqrt(left)) and row["sd_basis"] == "setting"
    assert list(nowcast(now, obs, as_of).columns) == list(NOWCAST_COLUMNS)


def test_of_several_figures_of_a_month_the_surest_counts(world):
    obs, table, as_of = world
    two = with_parts(obs, part("2010-01", 1, 5, 900), part("2010-01", 1, 15, 2000))
    found = nowcast(table, two, as_of).set_index("days")
    assert found["reason"].to_dict() == {5: "surer_figure", 15: ""} and found.loc[5, "weight"] == 0
    assert found.loc[5, "median"] == pytest.approx(found.loc[5, "forecast"])


def test_what_cannot_be_weighed_says_why(world):
    obs, table, as_of = world
    rows = part("2010-01", 1, 5, 0), part("2010-07", 1, 5, 900) | {"released": as_of}
    found = nowcast(table, with_parts(obs, *rows), as_of)
    assert found["reason"].tolist() == ["not_positive", "no_forecast"] and found["median"].isna().all()


def test_enough_past_cases_take_the_place_of_the_setting(world):
    obs, table, as_of = world
    actual = obs.actuals("s")
    past = [part(str(m), 1, 15, actual[m] * 0.5 * 1.1) for m in actual.index[-25:-1]]
    sure = with_parts(obs, *past, part("2010-01", 1, 15, 2000))
    row = nowcast(table, sure, as_of).iloc[-1]
    assert (row["sd_basis"], row["n_cases"]) == ("past_cases", 24)
    assert row["evidence_sd"] == pytest.approx(0.1, abs=0.03)
    few = with_parts(obs, *past[:10], part("2010-01", 1, 15, 2000))
    assert nowcast(table, few, as_of).iloc[-1]["sd_basis"] == "setting"


def test_series_without_logs_are_refused():
    obs = figures({"s": walk(80, level=3.0) - 30.0})
    table, _ = add_intervals(forecasts(obs, {"rw": random_walk}, horizon=2), obs)
    as_of = obs.first_released("s").iloc[-1]
    found = nowcast(table, with_parts(obs, part("2006-09", 1, 10, 5)), as_of)
    assert found["reason"].tolist() == ["no_logs"]
