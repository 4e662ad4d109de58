"""One series for a terminal."""

import numpy as np
import pandas as pd
import pytest

from forecast.data import load_observations
from forecast.data.show import show_series, sparkline
from forecast.errors import ConfigError


@pytest.fixture(scope="module")
def visits():
    months = pd.period_range("2022-01", periods=30, freq="M").astype(str)
    return load_observations(pd.DataFrame({"month": months, "value": range(100, 130)}), series_id="visits")


def test_bars_go_from_the_lowest_to_the_highest_and_unknown_is_blank():
    assert sparkline(np.array([1.0, np.nan, 8.0])) == "▁ █"
    assert sparkline(np.array([3.0, 3.0])) == "▁▁" and sparkline(np.array([np.nan])) == " "


def test_the_last_months_are_shown_as_known_on_the_date(visits):
    text = show_series(visits, "visits", "2023-07-10", months=2, width=80)
    assert "last month 2023-06" in text
    rows = [line.split()[:2] for line in text.splitlines() if " final" in line]
    assert rows == [["2023-05", "116"], ["2023-06", "117"]]


def test_no_line_is_wider_than_the_terminal(visits):
    assert max(map(len, show_series(visits, "visits", width=40).splitlines())) <= 40


def test_months_are_one_at_the_least(visits):
    with pytest.raises(ConfigError, match="not a positive number"):
        show_series(visits, "visits", months=0)
