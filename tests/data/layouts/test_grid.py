"""Rows of texts, where the table stands, and the tidy table in the making."""

from forecast.data.layouts.grid import Grid, Table, Tidy, clean, filled_right, is_whole

ROWS = (("a", "1"), ("b", "2"), ("c", "3"))
GRID = Grid("f.csv", ROWS, (2, 3, 4))


def test_a_table_without_rows_keeps_the_lines_of_the_others_and_says_why():
    table = Table(GRID, ("name", "n"), (), ROWS, (2, 3, 4)).without([1], "left out one")
    assert table.column(0) == ["a", "c"] and table.lines == (2, 4) and table.said == ("left out one",)
    assert table.without([], "nothing") is table


def test_a_head_of_two_rows_is_joined():
    table = Table(GRID, ("men", "all"), filled_right(("people", "")), (), ())
    assert table.names == ("people men", "people all")
    assert Table(GRID, ("all", "n"), ("all", "x"), (), ()).names == ("all", "x n")


def test_a_tidy_table_keeps_lines_words_and_findings():
    tidy = Tidy({"month": ["2024-01", "2024-02"], "value": ["1", "2"]}, [2, 3], ["so"])
    tidy.keep([False, True])
    raw = tidy.raw(GRID)
    assert raw.columns == ("month", "value") and raw.cells["value"].tolist() == ["2"]
    assert raw.rows.tolist() == [3] and raw.understood == "so"


def test_findings_name_file_and_line():
    assert (GRID.finding("x", "wrong", 3).file, GRID.finding("x", "wrong", 3).row) == ("f.csv", 3)
    assert GRID.warning("x", "odd", 3).severity == "warning"


def test_small_words():
    assert clean("\ufeff\u00a0x \u200b") == "x"
    assert is_whole("12") and not is_whole("²") and not is_whole("1.2")
