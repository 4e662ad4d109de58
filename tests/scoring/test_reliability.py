"""Chances against what came: classes, independence, Brier's parts, PIT."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.postprocess.intervals import add_intervals
from forecast.scoring.reliability import (
    CAME_TO,
    brier,
    chance_outcomes,
    pit,
    reliability,
    total_outcomes,
    with_reliability,
)
from tables_helpers import figures, forecasts, random_walk, walk

KIND = {"model": "m", "knowledge": "none", "series_id": "s", "event": "record", "horizon": "3"}


def said(chance, happened, overlap=1):
    days = pd.period_range("2000-01", periods=len(chance), freq="M").to_timestamp() + pd.Timedelta(days=19)
    return pd.DataFrame({**KIND, "origin": days, "chance": chance, "happened": happened, "overlap": overlap})


def test_a_class_that_ten_independent_outcomes_reject():
    table = said([0.95] * 60, [1.0, 0.0] * 30, overlap=6)
    row = reliability(table).iloc[0]
    assert (row["n"], row["n_independent"], row["verdict"]) == (60, 10, "rejected")
    assert reliability(said([0.95] * 54, [1.0, 0.0] * 27, overlap=6)).iloc[0]["verdict"] == "too_few"
    assert reliability(said([0.55] * 60, [1.0, 0.0] * 30, overlap=6)).iloc[0]["verdict"] == "as_said"


def test_origins_further_apart_overlap_less():
    table = said([0.95] * 60, [1.0, 0.0] * 30, overlap=6)
    assert reliability(table[::3]).iloc[0]["n_independent"] == 10


def test_classes_hold_their_lower_end_and_one_belongs_to_the_last():
    rows = reliability(said([0.0, 0.1, 0.9, 1.0], [0, 0, 1, 1]))
    assert rows["lower_class"].tolist() == [0.0, 0.1, 0.9] and rows["n"].tolist() == [1, 1, 2]


def test_brier_is_the_sum_of_its_parts():
    rng = np.random.default_rng(1)
    chance = rng.uniform(size=300)
    table = said(chance, (rng.uniform(size=300) < chance).astype(float))
    row = brier(table).iloc[0]
    parts = row["reliability"] - row["resolution"] + row["uncertainty"] + row["within"]
    assert row["brier"] == pytest.approx(parts)
    assert row["brier"] == pytest.approx(np.mean((chance - table["happened"]) ** 2))
    assert row["reliability"] < 0.01 < row["resolution"] and row["skill"] > 0.2
    flat = brier(said([0.5] * 10, [1, 0] * 5)).iloc[0]
    assert flat["brier"] == flat["uncertainty"] == 0.25 and flat["skill"] == 0


def test_an_event_that_never_came_has_no_skill():
    assert np.isnan(brier(said([0.1] * 10, [0.0] * 10)).iloc[0]["skill"])


def test_the_newest_chance_stands_beside_its_class_and_a_rejected_one_is_told_by_its_frequency():
    now = pd.DataFrame([{**KIND, "scenario": "", "horizon": 3, "chance": c} for c in (0.95, 0.2)])
    table = reliability(said([0.95] * 60, [1.0, 0.0] * 30))
    found = with_reliability(now, table)
    assert found["told"].tolist() == [0.5, 0.2] and found["verdict"].tolist() == ["rejected", "too_few"]
    assert found["n"].tolist() == [60, 0] and found["lower_class"].tolist() == [0.9, 0.1]
    assert list(found.columns) == [*now.columns, *CAME_TO, "told"] and found["horizon"].tolist() == [3, 3]


def test_without_past_chances_there_is_nothing_to_stand_beside_and_without_chances_no_row():
    now = pd.DataFrame([{**KIND, "scenario": "", "horizon": 3, "chance": 0.95}])
    none = reliability(said([], []))
    found = with_reliability(now, none)
    assert found[["n", "verdict", "told"]].values.tolist() == [[0, "too_few", 0.95]]
    assert with_reliability(now.iloc[:0], none).empty
    assert brier(said([], [])).empty


@pytest.fixture(scope="module")
def world():
    obs = figures({"s": walk(180)})
    return obs, add_intervals(forecasts(obs, {"rw": random_walk}, horizon=3), obs)[0]


def test_outcomes_are_compared_as_the_event_says(world):
    obs, _ = world
    actual = obs.actuals("s")
    rows = pd.DataFrame({"series_id": "s", "month": actual.index[[5, 5, 5]], "horizon": 2})
    rows = rows.assign(event=["record", "fewer_than", "more_than_year_before"], threshold=actual.iloc[5] - 1)
    found = chance_outcomes(rows, obs)
    assert found["happened"].tolist() == [1, 0, 1] and found["overlap"].tolist() == [2, 2, 2]
    day = obs.first_released("s").iloc[4]
    assert chance_outcomes(rows, obs, day).empty


def test_totals_below_the_year_before():
    past = pd.DataFrame(
        {
            "kind": "calendar_year",
            "actual": [5.0, 9.0, np.nan],
            "before": 8.0,
            "chance_below_before": [0.8, 0.3, 0.5],
            "known_months": 3,
            "ahead_months": 9,
        }
    )
    found = total_outcomes(past)
    assert found["event"].unique().tolist() == ["calendar_year_below"]
    assert found["happened"].tolist() == [1, 0] and found["overlap"].tolist() == [12, 12]


def test_pit_of_a_random_walk_is_flat(world):
    obs, table = world
    found = pit(table, obs)
    assert len(found) == 30 and set(found["horizon"]) == {1, 2, 3}
    np.testing.assert_allclose(found.groupby("horizon")["share"].sum(), 1.0)
    first = found[found["horizon"] == 1]
    assert first["share"].between(first["lower"], first["upper"]).sum() >= 8
    assert (first["upper_bin"] - first["lower_bin"]).round(9).eq(0.1).all()
    day = obs.first_released("s").iloc[60]
    assert pit(table, obs, day)["n"].sum() < found["n"].sum()


def test_outcomes_of_chances_stand_in_the_order_of_the_series(small_obs):
    months = pd.PeriodIndex(["2000-02", "2000-03", "2000-09"], freq="M")
    rows = pd.DataFrame(
        {"series_id": ["b", "a", "b"], "event": ["more_than", "fewer_than", "more_than"], "month": months}
    ).assign(threshold=[30.0, 31.0, 1.0], horizon=[1, 2, 3])
    made = chance_outcomes(rows, small_obs)
    assert made["series_id"].tolist() == ["b", "a"]  # no figure of September
    assert made["happened"].tolist() == [1.0, 1.0] and made["horizon"].tolist() == ["1", "2"]
    assert made["overlap"].tolist() == [1, 2]
    assert chance_outcomes(rows.assign(threshold=[40.0, 30.0, 1.0]), small_obs)["happened"].tolist() == [0, 0]


@pytest.fixture
def small_obs():
    return figures({"a": [10, 20, 30], "b": [30, 40, 50]})


def test_pit_names_the_row_and_its_classes_hold_every_outcome():
    obs = figures({"s": walk(60)})
    table = add_intervals(forecasts(obs, {"random_walk": random_walk}, horizon=2), obs)[0]
    made = pit(table, obs)
    names = made[["model", "knowledge", "series_id"]].drop_duplicates().to_numpy().tolist()
    assert names == [["random_walk", "none", "s"]] and made["horizon"].drop_duplicates().tolist() == [1, 2]
    for _, rows in made.groupby("horizon"):
        assert rows["share"].sum() == pytest.approx(1.0)
