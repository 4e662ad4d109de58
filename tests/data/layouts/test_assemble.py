"""Figures of a layout as a tidy table: what is wrong is told all at once."""

import pytest

import forecast as fc


def test_cells_that_nothing_makes_readable_are_told_beside_the_question_of_the_mark(tmp_path):
    file = tmp_path / "bad.csv"
    rows = ["2020-01,5", "2020-13,7", "2020-03,45.001", "2020-04,x", "2020-05,44.001", "2020-06,46.001"]
    file.write_text("\n".join(["month,value", *rows]))
    with pytest.raises(fc.DataError) as told:
        fc.load_observations(file)
    assert [(f.check, f.row) for f in told.value.findings] == [("decimal", 4), ("month", 3), ("value", 5)]


def test_a_column_without_months_is_one_finding(tmp_path):
    file = tmp_path / "years.csv"
    file.write_text("Year,Visits\n" + "".join(f"{year},{year}.125\n" for year in range(1990, 2020)))
    with pytest.raises(fc.DataError) as told:
        fc.load_observations(file)
    assert len(told.value.findings) == 1
