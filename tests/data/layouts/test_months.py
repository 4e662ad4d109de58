"""Dates of a column: their order, the month of each, how often they come."""

import pytest

from forecast.data.layouts.dates import Date
from forecast.data.layouts.months import frequency, long_date, of_dates, read_months, style
from forecast.data.parse import month_text


def told(texts, **words):
    return [None if n is None else month_text(n) for n in read_months(texts, **words).numbers]


def test_the_whole_column_says_in_which_order_days_and_months_are_written():
    assert told(["01/02/2024", "01/03/2024", "01/04/2024"]) == ["2024-02", "2024-03", "2024-04"]
    assert told(["02/01/2024", "03/01/2024", "04/01/2024"]) == ["2024-02", "2024-03", "2024-04"]


def test_what_can_be_two_months_is_no_guess():
    made = read_months(["01/02/2024"])
    assert made.numbers == (None,) and "can be" in made.problem[0] and "YYYY-MM" in made.problem[1]


def test_a_fiscal_label_needs_the_month_with_which_the_year_begins():
    assert "fiscal" in read_months(["FY2024 M01"]).problem[0]


def test_a_cell_that_is_no_date_is_left_open():
    assert told(["Jan 2024", "soon", "Mar 2024"]) == ["2024-01", None, "2024-03"]


@pytest.mark.parametrize(
    ("dates", "often"),
    [
        ([Date(2024, m) for m in range(1, 7)], ""),
        ([Date(2023 + k // 4, 1 + 3 * (k % 4)) for k in range(6)], "quarterly"),
        ([Date(2024, 1, d) for d in range(1, 9)], "daily"),
        ([Date(2024, 1, d) for d in range(1, 30, 7)], "weekly"),
    ],
)
def test_how_often_figures_come(dates, often):
    assert frequency([], dates) == often


def test_dates_that_are_known_are_months_as_they_are():
    assert [month_text(n) for n in of_dates([Date(2024, 3)]).numbers] == ["2024-03"]
    assert long_date(Date(2024, 3)) == "March 2024" and long_date(Date(2024, 3, 5)) == "5 March 2024"


@pytest.mark.parametrize(
    ("texts", "marks"),
    [(["01.02.2024"], "dotted"), (["März 2024"], "foreign"), (["March 2024"], "english"), (["2024-03"], "")],
)
def test_dates_tell_what_the_marks_of_figures_may_be(texts, marks):
    assert style(texts) == marks


def test_most_texts_say_how_often_figures_come():
    quarters, months = ["Q1 2020", "Q2 2020", "Q3 2020"], ["Jan 2020", "Feb 2020", "Mar 2020"]
    assert frequency([*quarters, *months[:2]], []) == "quarterly"
    assert frequency([*quarters[:2], *months], []) == frequency([*quarters, *months], []) == ""
