"""What every section is made from."""

from dataclasses import replace

import pandas as pd

from forecast.report.sections.report import late_months, next_expected, published, report_name
from report_fixture import report, report_of, state


def test_a_month_is_late_when_its_figure_is_overdue():
    run, seen = state("late"), report_of("late").view
    assert [str(month) for month in late_months(run, seen)] == ["2026-09"]
    assert report_of("late").first == 2 and report_of("plain").first == 1


def test_the_next_figure_comes_after_the_usual_wait_and_never_before_the_report():
    seen = report_of("plain").view
    assert next_expected(seen, pd.Timestamp("2026-09-30")) > pd.Timestamp("2026-09-30")
    assert next_expected(seen, pd.Timestamp("2027-06-01")) == pd.Timestamp("2027-06-02")


def test_numbers_are_given_no_finer_than_they_are_known():
    r = report_of("plain")
    assert r.number(131_840.0) == 132_000 and r.number(9_341.0) == 9_300
    row = r.view.numbers(1)
    assert r.ends(row) == tuple(r.number(end) for end in r.view.range(row, "80"))
    assert report_of("refused").ends(report_of("refused").view.numbers(1)) is None


def test_published_forecasts_stand_apart_from_the_replay():
    assert not len(published(state("plain"), report_of("plain").view))
    assert set(published(state("published"), report_of("published").view)["kind"]) == {"published"}


def test_a_report_is_called_by_its_title_else_by_its_series():
    assert report_name(report_of("own").view) == "Forecast: visits"
    series = state("plain").series.assign(title="US border encounters: forecast report", publisher="CBP")
    seen = report(replace(state("plain"), series=series)).view
    assert report_name(seen) == "US border encounters: forecast report"
