"""Cells of a tidy table as numbers, each row judged by itself."""

import pandas as pd
import pytest

from forecast.data import load_observations
from forecast.data.read import parse_table
from forecast.data.tidy import is_calendar, join_rows, parse_tidy
from forecast.errors import ConfigError


def rows(text, **words):
    return parse_tidy(parse_table("f.csv", text), **words)


def test_a_row_without_a_day_counts_from_its_months_end_and_the_lag():
    made, findings = rows("month,value\n2024-01,5\n", release_lag_days=15)
    assert not findings and made.release_basis.tolist() == ["assumed"]
    stated, _ = rows("month,value,released\n2024-01,5,2024-02-15\n")
    assert made.released.tolist() == stated.released.tolist() and stated.release_basis.tolist() == ["day"]


def test_a_table_without_names_takes_the_one_given_or_that_of_the_file():
    assert rows("month,value\n2024-01,5\n", series_id="a")[0].series_id.tolist() == ["a"]
    assert rows("month,value\n2024-01,5\n")[0].series_id.tolist() == ["f"]
    named = rows("series_id,month,value\n a ,2024-01,5\nlonger,2024-01,5\n")[0].series_id
    assert named.tolist() == ["a", "longer"] and named.dtype == object


def test_every_wrong_cell_is_told_with_its_line():
    _, findings = rows("month,value\n2024-15,5\n2024-02,many\n")
    assert [f.row for f in findings if f.severity == "error"] == [2, 3]


def test_a_missing_figure_is_no_row():
    assert len(rows("month,value\n2024-01,\n2024-02,0\n")[0]) == 1


def test_rows_of_several_tables_know_where_they_came_from():
    both = join_rows(
        [rows("month,value\n2024-01,5\n")[0], parse_tidy(parse_table("g.csv", "month,value\n2024-01,6\n"))[0]]
    )
    assert len(both) == 2 and [both.place(i)[0] for i in range(2)] == ["f.csv", "g.csv"]


def test_a_calendar_of_events_is_no_table_of_figures():
    assert is_calendar(
        parse_table("e.csv", "id,announced_date,effective_start,shape\na,2024-01-01,2024-01-01,step\n")
    )
    assert not is_calendar(parse_table("f.csv", "month,value\n2024-01,5\n"))


@pytest.mark.parametrize("lag", [1.5, True, "3", None, -1, 3651, 10**9, 2**63])
def test_a_lag_is_a_whole_number_of_days_up_to_ten_years(lag):
    frame = pd.DataFrame({"month": ["2024-01", "2024-02"], "value": [1, 2]})
    with pytest.raises(ConfigError, match=r"release_lag_days: .*(whole number|between 0 and 3650)"):
        load_observations(frame, series_id="a", release_lag_days=lag)


def test_a_count_can_be_zero_and_not_less():
    raw = parse_table("f.csv", "series_id,month,value\na,2024-01,0\na,2024-02,-1\na,2024-03,2.5\n")
    _, findings = parse_tidy(raw, None, 0, True)
    assert [f.row for f in findings] == [3, 4]


@pytest.mark.parametrize("day", ["9999-12-31", "2300-01-31", "2201-01-01", "0001-01-01"])
def test_a_day_that_no_figure_has_is_no_release(day):
    _, (finding, *_) = rows(f"month,value,released\n2024-01,5,{day}\n")
    assert (finding.check, finding.severity, finding.row) == ("released", "error", 2)
