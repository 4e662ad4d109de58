"""Months, days and figures from texts."""

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

from forecast.data import parse
from forecast.data.parse import whole_day
from forecast.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "month"),
    [("2024-03", "2024-03"), ("2024-03-01", "2024-03"), ("2024-02-29", "2024-02"), (" 2024M03 ", "2024-03")],
)
def test_a_month_is_a_month_or_its_first_or_last_day(text, month):
    assert parse.month_text(parse.parse_month(text)) == month


@pytest.mark.parametrize("text", ["2024-13", "2024-03-15", "2024", "", "1700-01", "March"])
def test_what_is_no_month_is_none(text):
    assert parse.parse_month(text) is None


@pytest.mark.parametrize(("text", "day"), [("2024-02-29", "2024-02-29"), (" 1969-12-31 ", "1969-12-31")])
def test_a_day_is_read_and_written(text, day):
    assert parse.day_text(parse.parse_day(text)) == day


@pytest.mark.parametrize("text", ["2023-02-29", "2024-2-1x", "20240201", ""])
def test_what_is_no_day_is_none(text):
    assert parse.parse_day(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,234", 1234.0), ("-5.5", -5.5), ("1 234 567", 1_234_567.0), ("0", 0.0), ("1,23", None), ("x", None)],
)
def test_a_figure_may_have_thousands_separated(text, value):
    assert parse.parse_value(text) == value


def test_a_missing_figure_is_not_zero():
    assert math.isnan(parse.parse_value("")) and math.isnan(parse.parse_value("NA"))


def test_a_column_is_read_with_what_is_bad_in_it():
    values, bad = parse.parse_cells(
        np.array(["2024-01-02", "x", "2024-01-02"], dtype=object), parse.parse_day, np.int64
    )
    assert bad.tolist() == [False, True, False] and values[0] == values[2] and values[1] == 0


def test_numbers_of_months_and_days_are_those_of_pandas():
    month = parse.month_number(2024, 2)
    assert parse.months_index(np.array([month]))[0] == pd.Period("2024-02", "M")
    end = parse.month_end(np.array([month]))
    assert parse.days_stamps(end)[0] == np.datetime64("2024-02-29")


@pytest.mark.parametrize(
    "stamp",
    [
        pd.Timestamp("2020-01-15 23:59"),
        pd.Timestamp("2020-01-15", tz="UTC"),
        dt.datetime(2020, 1, 15, 10),
        np.datetime64("2020-01-15T10:00"),
    ],
)
def test_a_stamp_with_a_time_or_a_zone_is_no_day(stamp):
    with pytest.raises(
        ConfigError, match=r"as_of: .* has a time of day or a zone; expected a day, such as 2020-01-15"
    ):
        whole_day(stamp, "as_of")


@pytest.mark.parametrize(
    "month", [np.datetime64("2020-01"), np.datetime64("2020"), pd.Period("2020-01", "M"), 2020]
)
def test_a_month_is_no_day(month):
    with pytest.raises(ConfigError, match="is not a date"):
        whole_day(month, "as_of")


def test_days_are_days():
    for day in ("2020-01-15", dt.date(2020, 1, 15), dt.datetime(2020, 1, 15), np.datetime64("2020-01-15")):
        assert whole_day(day, "as_of") == pd.Timestamp("2020-01-15")


@pytest.mark.parametrize(
    "day", ["1600-01-01", "2999-01-01", dt.date(9999, 12, 31), np.datetime64("2500-01-01")]
)
def test_a_day_that_no_stamp_can_hold_is_told(day):
    with pytest.raises(ConfigError, match=r"as_of: .*(from 1678 to 2261|is not a date)"):
        whole_day(day, "as_of")
