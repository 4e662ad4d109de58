"""Where the table of a grid begins and ends."""

import pytest

from forecast.data.layouts.grid import Grid
from forecast.data.layouts.trim import find_table, is_month_numbers


def grid(text):
    """A grid of lines whose cells stand between semicolons."""
    rows = tuple(tuple(cell.strip() for cell in line.split(";")) for line in text.strip().splitlines())
    return Grid("f.csv", rows, tuple(range(1, len(rows) + 1)))


def test_titles_above_and_notes_below_are_left_out_and_counted():
    table = find_table(
        grid("""
        Arrivals by month
        Source: Office; of the borders
        month; arrivals
        2024-01; 5
        2024-02; 7
        Note: without tourists
    """)
    )
    assert table.head == ("month", "arrivals")
    assert table.rows == (("2024-01", "5"), ("2024-02", "7")) and table.lines == (4, 5)
    assert table.said == ("left out 2 rows above the table", "left out 1 note below the table")


def test_a_table_without_a_head_gets_names_and_loses_no_row():
    table = find_table(grid("2024-01; 5\n2024-02; 7\n2024-03; 9"))
    assert table.head == ("column 1", "column 2") and len(table.rows) == 3
    assert table.said == ("there is no head",)


def test_years_over_months_are_an_upper_head():
    table = find_table(
        grid("""
        ; 2023; ; 2024;
        region; Jan; Feb; Jan; Feb
        north; 1; 2; 3; 4
        south; 5; 6; 7; 8
    """)
    )
    assert table.upper[1:] == ("2023", "2023", "2024", "2024") and table.head[1:] == ("Jan", "Feb") * 2
    assert table.rows == (("north", "1", "2", "3", "4"), ("south", "5", "6", "7", "8"))


def test_rules_repeated_heads_and_the_row_of_a_unit_are_no_data():
    table = find_table(
        grid("""
        region; 2024-01; 2024-02; 2024-03
        ; persons; persons; persons
        ---; ---; ---; ---
        north; 1; 2; 3
        region; 2024-01; 2024-02; 2024-03
        south; 4; 5; 6
    """)
    )
    assert [row[0] for row in table.rows] == ["north", "south"]
    assert table.said == ("left out 1 repeated head", "left out the unit 'persons'")


def test_a_row_of_another_width_is_an_error_with_its_line():
    table = find_table(grid("month; arrivals\n2024-01; 5\n2024-02; 1; 234\n2024-03; 7"))
    (found,) = table.grid.findings
    assert (found.check, found.severity, found.row, found.what) == ("width", "error", 3, "3 cells")
    assert found.expected == "2 cells" and "comma" in found.hint
    assert [row[0] for row in table.rows] == ["2024-01", "2024-03"]


@pytest.mark.parametrize("text", ["alone", "words; only\nand; more", ""])
def test_where_nothing_looks_like_a_head_there_is_no_table(text):
    assert find_table(grid(text or ";")) is None


def test_month_numbers_run_from_month_to_month():
    assert is_month_numbers(("year", *map(str, range(1, 13))))
    assert is_month_numbers(tuple(map(str, [10, 11, 12, 1, 2, 3])))
    assert not is_month_numbers(("1", "3", "5", "7", "9", "11"))
    assert not is_month_numbers(("1", "2", "3", "4", "5"))
