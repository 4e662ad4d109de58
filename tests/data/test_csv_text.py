"""What is written into a folder of figures is read back as it was, and a user's own columns stay."""

import io

import pandas as pd

from forecast.data import load_observations
from forecast.data.csv_text import observations_csv, series_csv


def test_observations_are_read_back_as_they_were(small, tmp_path):
    text = observations_csv(small.table)
    (tmp_path / "again.csv").write_text(text)
    assert load_observations(tmp_path / "again.csv").actuals("b").equals(small.actuals("b"))
    assert pd.read_csv(io.StringIO(text))["value"].dtype == "int64", "whole numbers have no point"


def test_rows_and_columns_of_a_user_stay_and_windows_move(small, tmp_path):
    (tmp_path / "series.csv").write_text("series_id,label,colour,last_month\na,Mine,red,2000-01\nold,Old,,\n")
    made = pd.read_csv(io.StringIO(series_csv(tmp_path, small.table)), dtype=str).set_index("series_id")
    assert made.loc["a", ["label", "colour", "last_month"]].tolist() == ["Mine", "red", "2022-12"]
    assert made.index.tolist() == ["a", "old", "b"] and made.loc["b", "n_months"] == "96"
