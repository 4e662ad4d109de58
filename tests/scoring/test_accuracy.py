"""One row a model."""

import pandas as pd
import pytest

import forecast as fc
from forecast.testing import figures


def test_a_row_a_model_with_the_numbers_of_score():
    obs = figures()
    origins = fc.monthly_origins("2021-01", "2021-06", obs, series=["a"])
    made = fc.backtest(["drift", "seasonal_naive"], obs, series="a", origins=origins, horizon=2)
    table = fc.accuracy(made, obs)
    assert (
        set(table["model"]) == {"random_walk", "drift", "seasonal_naive"}
        and table["wis"].is_monotonic_increasing
    )
    scores = fc.score(made.forecasts, obs, by=["model"]).query("scale == 'natural'")
    scores = scores.set_index(["model", "metric"])
    for row in table.to_dict("records"):
        assert row["mae"] == scores.loc[(row["model"], "mae"), "value"]
        assert row["skill"] == scores.loc[(row["model"], "wis"), "skill"] and row["n"] == 6
    pd.testing.assert_frame_equal(table, fc.accuracy(made.forecasts, obs))
    assert table.set_index("model").loc["random_walk", "skill"] == pytest.approx(0)
