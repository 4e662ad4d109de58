"""Every way in which a cell can be read as a date."""

import pytest

from forecast.data.layouts import dates
from forecast.data.layouts.dates import Date, fiscal_month, is_date, is_fiscal, is_year, other_unit, readings


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("01/2020", Date(2020, 1)),
        ("Jan-20", Date(2020, 1)),
        ("2020 Jan", Date(2020, 1)),
        ("202001", Date(2020, 1)),
        ("20200131", Date(2020, 1, 31)),
        ("1/31/2020", Date(2020, 1, 31)),
        ("31.01.2012", Date(2012, 1, 31)),
        ("2014 M02", Date(2014, 2)),
        ("28-Feb-2014", Date(2014, 2, 28)),
        ("Sept. 2014", Date(2014, 9)),
        ("1er août 2014", Date(2014, 8, 1)),
        ("fevrier 2014", Date(2014, 2)),
        ("3 de diciembre de 2014", Date(2014, 12, 3)),
        ("Mrz 2014", Date(2014, 3)),
        ("Mai\u00a02014", Date(2014, 5)),
        ("2014-02-01T00:00:00", Date(2014, 2, 1)),
        ("2014-09(p)", Date(2014, 9)),
    ],
)
def test_one_reading(text, date):
    assert list(readings(text).values()) == [date]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2014-13",
        "32.01.2014",
        "2014-02-30",
        "1,234",
        "12.5",
        "Mon 12",
        "2014-02-01T08:30:00",
        "2014-02-01T00:00:00Z",
        "2014-02-01 00:00:00+00:00",
        "13/13/2014",
    ],
)
def test_no_reading(text):
    assert readings(text) == {}


def test_two_orders_are_both_told():
    assert readings("01/02/2012") == {"day first": Date(2012, 2, 1), "month first": Date(2012, 1, 2)}
    assert set(readings("05/06/07")) == {"day first", "month first", "year first"}


def test_two_digits_of_a_year_are_never_a_year_to_come(monkeypatch):
    monkeypatch.setattr(dates, "this_year", lambda: 2026)
    readings.cache_clear()
    assert readings("Jan-65")[""].year == 1965
    assert readings("Jan-26")[""].year == 2026
    assert readings("Jan-27")[""].year == 1927
    readings.cache_clear()


def test_fiscal_years_are_named_by_their_end():
    assert fiscal_month(2020, 1, 10) == Date(2019, 10)
    assert fiscal_month(2020, 12, 10) == Date(2020, 9)
    assert fiscal_month(2020, 3, 1) == Date(2020, 3)
    assert readings("FY2020 P01", 10) == {"": Date(2019, 10)} and readings("FY2020 P01") == {}
    assert readings("2019/20 M01", 4) == {"": Date(2019, 4)}
    assert readings("FY20 Oct", 10) == {"": Date(2019, 10)}


def test_months_are_no_fiscal_years():
    assert not is_fiscal("2011-12") and not is_fiscal("2012/13 x") and is_fiscal("FY2012")
    assert is_year("2019/20") and is_year("2012") and not is_year("2012-05") and not is_year("12345")


@pytest.mark.parametrize("text", ["2012", "40909", "123", "1234567", "201213", "20121301", "12"])
def test_digits_alone_are_a_date_only_as_year_and_month(text):
    assert not is_date(text) and other_unit(text) == ""
    assert is_date("201212") and is_date("20121231")
    assert is_year(text) is (text == "2012")


def test_a_year_of_two_parts_that_begins_in_january_is_the_first():
    assert readings("2019/20 P3", 10) == {"": Date(2019, 12)}
    assert readings("2019/20 P3", 1) == {"": Date(2019, 3)}
