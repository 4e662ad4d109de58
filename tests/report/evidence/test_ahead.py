"""All months with all ranges, outcomes, series."""

from forecast.report import format as w
from forecast.report.evidence import ahead
from report_fixture import report_of


def test_every_month_has_all_its_ranges():
    r = report_of("plain")
    table = ahead.months_table(r)
    assert len(table.rows) == len(r.view.ahead) == 12
    row = r.view.numbers(12)
    assert table.rows[-1].cells[2:5] == tuple(w.span(*r.view.range(row, name)) for name in ("80", "50", "95"))


def test_a_refused_range_says_how_many_errors_there_are():
    cells = ahead.months_table(report_of("refused")).rows[0].cells
    assert "refused: 3 of 4 errors" in cells


def test_outcomes_stand_beside_the_forecast():
    table = ahead.outcomes_table(report_of("as_of_2024"))
    assert table.rows[0].cells[3] == "128,895" and {row.cells[4] for row in table.rows} == {"yes", "no"}
    assert ahead.outcomes_table(report_of("plain")) is None


def test_a_day_of_release_that_is_not_on_record_is_told_by_its_half_month():
    r = report_of("as_of_2024")
    later = r.view.afterwards.assign(release_basis="month")
    from dataclasses import replace

    table = ahead.outcomes_table(replace(r, view=replace(r.view, afterwards=later)))
    assert all(cell.startswith("in the ") for cell in (row.cells[5] for row in table.rows))


def test_other_models_have_their_middles():
    table = ahead.others_table(report_of("plain"))
    assert [row.cells[0] for row in table.rows] == [
        "Same as last month",
        "ARIMA",
        "ARIMA with events",
        "Same month last year",
    ]
    assert table.rows[0].cells[1] == "8,900"


def test_every_series_has_its_row_and_the_total_is_marked():
    section = ahead.series_section(report_of("sectors"))
    table = section.blocks[1]
    assert len(table.rows) == 3 and table.rows[0].kind == "lead"
    assert ahead.series_section(report_of("plain")) is None


def test_without_a_forecast_there_are_no_months():
    assert ahead.months_section(report_of("no_forecast")) is None
