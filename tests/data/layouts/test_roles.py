"""What each column of a table holds."""

import pytest

from forecast.config.settings import ColumnsSpec
from forecast.data.layouts import roles as r
from forecast.data.layouts.grid import Grid, Table
from forecast.errors import ConfigError


def table(head, *columns):
    rows = tuple(zip(*columns, strict=True))
    lines = tuple(range(2, len(rows) + 2))
    return Table(Grid("f.csv", rows, lines), tuple(head), (), rows, lines)


MONTHS = [f"2023-{m:02}" for m in range(1, 13)]
FIGURES = [str(100 + 7 * m) for m in range(12)]


def test_a_share_counts_filled_cells_only():
    assert r.share(["1", "", "x", "2"], str.isdigit) == pytest.approx(2 / 3)
    assert r.share(["", ""], str.isdigit) == 0.0


def test_a_column_is_named_exactly_or_else_but_for_case_and_marks():
    made = table(["Date", "Total arrivals", "total_arrivals"], MONTHS, FIGURES, FIGURES)
    assert r.named_column(made, "date", "month") == 0
    assert r.named_column(made, "total_arrivals", "value") == 2
    with pytest.raises(ConfigError, match=r"^value: 'TOTAL ARRIVALS' stands twice of f\.csv"):
        r.named_column(made, "TOTAL ARRIVALS", "value")
    with pytest.raises(ConfigError, match=r"^month: 'dat' is no column of f\.csv .*Did you mean 'Date'"):
        r.named_column(made, "dat", "month")


def test_the_user_is_taken_at_his_word():
    made = table(["when", "n", "sex", "age"], MONTHS, FIGURES, ["f"] * 12, ["old"] * 12)
    roles = r.told(ColumnsSpec(month="when", value="n", series="sex, age"), made)
    assert (roles.month, roles.values, roles.series, roles.released) == (0, [1], [2, 3], None)


def test_months_stand_in_one_column_or_in_two():
    one = r.Roles()
    assert r.find_time(table(["x", "y"], FIGURES, MONTHS), one) and (one.year, one.month) == (None, 1)
    two = r.Roles()
    year, month = ["2022"] * 12 + ["2023"] * 12, [str(m) for m in range(1, 13)] * 2
    assert r.find_time(table(["year", "month", "n"], year, month, FIGURES * 2), two)
    assert (two.year, two.month) == (0, 1)
    assert not r.find_time(table(["a", "b"], ["x"] * 12, FIGURES), r.Roles())


def test_first_and_last_days_of_the_same_months_are_twins_and_a_release_is_known_by_its_name():
    first, last = [f"{m}-01" for m in MONTHS], [f"{m}-28" for m in MONTHS]
    twins = r.Roles()
    assert r.find_time(table(["from", "beginning", "n"], first, first, FIGURES), twins)
    assert (twins.month, twins.twins, twins.findings) == (0, [1], [])
    released = r.Roles()
    assert r.find_time(table(["month", "released", "n"], first, last, FIGURES), released)
    assert (released.month, released.released) == (0, 1)


def test_two_columns_that_may_both_be_it_are_an_error_that_names_both():
    made = table(["a", "b", "n"], MONTHS, [f"2022-{m:02}" for m in range(1, 13)], FIGURES)
    roles = r.Roles()
    assert r.find_time(made, roles)
    (found,) = roles.findings
    assert "'a' and 'b' may both hold the months" in found.what and "--month 'a' or --month 'b'" in found.hint
    assert (found.severity, found.row) == ("error", 1)


def test_a_month_number_is_1_to_12():
    assert [r.is_month_number(t) for t in ("1", "12", "M07", "3.0")] == [True] * 4
    assert [r.is_month_number(t) for t in ("0", "13", "2024", "x", "M13")] == [False] * 5


def test_figures_are_the_column_that_is_left():
    made = table(["month", "region", "arrivals"], MONTHS, ["north"] * 12, FIGURES)
    roles = r.Roles(month=0)
    r.find_values(made, roles)
    assert roles.values == [2]
