"""One row a series, and how the series lie."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.scoring.summary import Spread, in_classes, series_summary


@pytest.fixture(scope="module")
def scores(small):
    origins = fc.monthly_origins("2021-01", "2021-06", small, ["a"])
    return fc.score(
        fc.backtest("drift", small, None, ["a", "b"], origins, 3, "none").forecasts, small, by=["model"]
    )


def test_a_row_of_each_series_is_its_score(scores):
    made = series_summary(scores, "drift", "none").set_index("series_id")
    assert list(made.index) == ["a", "b"]
    rows = scores[(scores["model"] == "drift") & (scores["series_id"] == "b")].set_index(["metric", "scale"])
    assert made.loc["b", "skill"] == rows.loc[("wis", "log"), "skill"]
    assert made.loc["b", "coverage_80"] == rows.loc[("coverage_80", "natural"), "value"]
    assert made.loc["b", "n"] == rows.loc[("wis", "log"), "n_ok"]


def test_a_row_that_was_not_scored_gives_nothing(scores):
    assert not len(series_summary(scores, "arima", "none"))
    assert not len(series_summary(pd.DataFrame(), "drift", "none"))


def test_a_spread_leaves_out_what_is_not_known():
    assert Spread.of(pd.Series([0.0, 1.0, 2.0, np.nan, 3.0, 4.0])) == Spread(1.0, 2.0, 3.0, 5)
    assert Spread.of(pd.Series([np.nan])) is None


def test_every_known_value_is_in_one_class():
    values = pd.Series(np.random.default_rng(1).normal(size=99))
    assert sum(in_classes(values, (-1.0, 0.0, 1.0))) == 99
    assert in_classes(pd.Series(dtype=float), (0.0,)) == [0, 0]
