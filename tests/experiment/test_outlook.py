"""Totals and chances of a run: every row now, the headline before, each beside what it was worth."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.postprocess.totals import TOTAL_COLUMNS

WORDS = ("backtest.start=2022-10", "model=random_walk", "combination=short", "outlook.paths=200")


@pytest.fixture(scope="module")
def run():
    return fc.run(fc.load_experiment("quick", *WORDS))


def test_totals_are_told_of_every_row_and_the_year_is_the_fiscal_one(run):
    assert set(run.totals["model"]) == set(run.forecasts["model"])
    year = run.totals[run.totals["kind"] == "fiscal_year"]
    assert (year["last_month"] == pd.Period("2024-09", "M")).all() and (year["known"] == 1_032_019).all()
    assert (run.totals["origin"] == run.as_of).all()


def test_past_totals_are_the_headlines_and_open_years_are_missing(run):
    past = run.totals_past
    assert list(past.columns) == [*TOTAL_COLUMNS, "actual"] and set(past["model"]) == {run.headline}
    assert (past["origin"] < run.as_of).all()
    open_years = past["last_month"] > pd.Period("2024-03", "M")
    assert past.loc[open_years, "actual"].isna().all() and past.loc[~open_years, "actual"].notna().all()


def test_chances_agree_with_the_ranges_of_the_same_run(run):
    rows = run.chances[run.chances["model"] == run.headline]
    levels = run.headline_forecasts.pivot(index="horizon", columns="level", values="value")
    above = rows[rows["event"] != "fewer_than"]
    inside = above["threshold"].to_numpy() > levels.loc[above["horizon"], 0.9].to_numpy()
    assert ((above["chance"] < 0.1) == inside).all()
    np.testing.assert_array_equal(rows["told"].isna(), False)
    assert set(run.brier["event"]) >= {"record", "fiscal_year_below"}
    assert set(run.reliability["verdict"]) <= {"as_said", "rejected", "too_few"}
    assert run.pit["n"].max() <= 20 and len(run.totals_calibration)


def test_the_unofficial_figure_of_april_is_weighed_and_feeds_nothing(run):
    (row,) = run.nowcast.to_dict("records")
    assert (row["value"], row["kind"], row["sd_basis"], row["n_cases"]) == (129_000, "leak", "setting", 0)
    assert abs(row["median"] - 128_895) < 500 < abs(row["forecast"] - 128_895) and row["weight"] > 0.95
    assert row["lower_80"] < 128_895 < row["upper_80"]
    april = run.headline_forecasts.query("horizon == 1 and level == 0.5")["value"].item()
    assert row["forecast"] == pytest.approx(april)
