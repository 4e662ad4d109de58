"""A row for each month."""

import pandas as pd
import pytest

import forecast as fc
from forecast.data.layouts.dates import Date
from forecast.data.layouts.down import year_month
from forecast.errors import DataError

MONTHS = pd.period_range("2022-10", periods=15, freq="M")


def test_a_column_for_each_series_becomes_series():
    frame = pd.DataFrame({"Month": MONTHS.strftime("%b %Y"), "North": range(15), "South": range(100, 115)})
    obs = fc.load_observations(frame)
    assert obs.actuals("North").tolist() == list(range(15)) and obs.actuals("South").iloc[0] == 100


def test_rows_of_totals_are_left_out():
    rows = [*zip(MONTHS.strftime("%Y-%m"), range(15), strict=True), ("Total", 105)]
    obs = fc.load_observations(pd.DataFrame(rows, columns=["Date", "Visits"]), series_id="v")
    assert obs.actuals("v").tolist() == list(range(15))


@pytest.mark.parametrize("written", ["%Y-%m", "%Y/%m", "%b %Y"])
def test_months_that_look_like_two_years_are_months(written):
    """January 2000 is 2000-01 in many files, and so is the fiscal year 2000/01 in a few."""
    months = pd.period_range("1999-06", "2013-05", freq="M")
    frame = pd.DataFrame({"Date": months.strftime(written), "Visits": range(len(months))})
    assert fc.load_observations(frame, series_id="v").actuals("v").tolist() == list(range(len(months)))
    if written == "%b %Y":  # here it is the fiscal year
        frame.loc[len(frame)] = ["2000-01", 99_999]
        assert fc.load_observations(frame, series_id="v").actuals("v").tolist() == list(range(len(months)))


@pytest.mark.parametrize(
    ("words", "date"),
    [
        (("2024", "March", None), Date(2024, 3)),
        (("2024", "3", None), Date(2024, 3)),
        (("2024", "October", 10), Date(2023, 10)),
        (("2024", "1", 10, True), Date(2023, 10)),
        (("soon", "3", None), None),
        (("2024", "Total", None), None),
    ],
)
def test_a_year_and_a_month_in_two_columns(words, date):
    assert year_month(*words) == date


def test_the_months_may_stand_in_any_column_and_what_is_left_out_is_told():
    frame = pd.DataFrame(
        {
            "Place": "north",
            "Month": MONTHS.strftime("%b %Y"),
            "Visits": range(15),
            "source": "paper",
            "mood": "good",
        }
    )
    obs = fc.load_observations(frame, series_id="v")
    assert obs.actuals("v").tolist() == list(range(15)) and set(obs.table["source"]) == {"paper"}
    assert "Oct 2022 as October 2022; 15 months; left out 'Place', 'mood'" in repr(obs)
    assert "'source'" not in repr(obs)


def test_columns_of_the_same_months_are_one_only_where_all_agree():
    one = MONTHS.strftime("%b %Y")
    frame = pd.DataFrame({"Begin": one, "Of": one, "Visits": range(15)})
    assert fc.load_observations(frame, series_id="v").actuals("v").index[0] == MONTHS[0]
    frame.insert(2, "Until", (MONTHS + 1).strftime("%b %Y"))
    with pytest.raises(DataError, match="--month"):
        fc.load_observations(frame, series_id="v")
