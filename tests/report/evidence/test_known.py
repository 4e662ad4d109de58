"""What knowing the measures was worth."""

from forecast.report.evidence import known
from report_fixture import report_of


def test_turns_end_with_the_last_month_that_is_known():
    table = known.cases_table(report_of("causes"))
    assert [row.cells[0] for row in table.rows][:1] == ["17 May 2023"]
    assert all(row.cells[-1] != "none" for row in table.rows)


def test_the_mean_miss_stands_before_the_typical_one():
    section = known.known_section(report_of("causes"))
    captions = [block.caption for block in section.blocks]
    assert captions[-1].startswith("Half of the forecasts were off by more than this factor")


def test_nothing_known_is_no_section():
    assert known.known_section(report_of("plain")) is None
