"""What comes next."""

from dataclasses import replace

import pandas as pd
import pytest

from forecast.report import format as w
from forecast.report import recent
from forecast.report.sections import next as coming
from report_fixture import refuse, report, report_of, state


def cells(table):
    return [row.cells for row in table.rows]


def test_five_months_are_told_the_last_in_grey():
    table = coming.next_table(report_of("plain"))
    assert [row[0] for row in cells(table)] == [
        "September 2026",
        "October",
        "November",
        "February 2027",
        "August 2027",
    ]
    assert [row.kind for row in table.rows] == ["lead", "", "", "", "far"]


def test_numbers_are_those_of_the_forecast():
    r = report_of("plain")
    first, row = cells(coming.next_table(r))[0], r.view.numbers(1)
    assert first[1] == w.rounded(row.middle) and first[2] == w.span(row.lower_80, row.upper_80)
    assert first[3] == w.count(r.view.value(row.month - 12))
    found = r.chances[1]["more_than_year_before"]
    assert first[4] == w.chance(found.chance) and found.threshold == r.view.value(row.month - 12)


@pytest.mark.parametrize(("code", "words"), [("under_5", "under 5%"), ("over_95", "over 95%"), ("", "70%")])
def test_a_chance_outside_the_95_range_is_told_by_its_limit(code, words):
    assert coming.said(report_of("plain"), recent.Chance(100.0, 0.7, code)) == words


def test_a_chance_is_told_by_its_limit_below_5_and_above_95_percent():
    assert [recent.limit_of(chance) for chance in (0.049, 0.05, 0.95, 0.951)] == [
        "under_5",
        "",
        "",
        "over_95",
    ]


def test_chances_of_the_run_have_their_columns(monkeypatch):
    found = {
        "more_than_year_before": recent.Chance(183_921.0, 0.1, ""),
        "fewer_than": recent.Chance(100_000.0, 0.1, ""),
        "record": recent.Chance(249_785.0, 0.1, ""),
    }
    monkeypatch.setattr(recent, "chances", lambda run, series_id: dict.fromkeys(range(1, 13), found))
    table = coming.next_table(replace(report_of("as_of_2024")))
    heads = [head.text for head in table.head[4:]]
    assert heads == ["chance of more than that", "of fewer than 100,000", "of a new record"]
    assert cells(table)[0][4:] == ("10%", "10%", "10%")


def test_a_column_that_says_the_same_in_every_row_is_a_sentence(monkeypatch):
    found = {"record": recent.Chance(249_785.0, 0.01, "under_5")}
    monkeypatch.setattr(recent, "chances", lambda run, series_id: dict.fromkeys(range(1, 13), found))
    table = coming.next_table(replace(report_of("as_of_2024")))
    assert len(table.head) == 4 and "a new record is under 5% in every month shown" in table.foot


def test_the_fiscal_year_is_a_row(monkeypatch):
    months = pd.PeriodIndex(["2023-10", "2024-09"], freq="M")
    year = recent.Total(*months, 1.834e6, (1.62e6, 2.29e6), 2.046e6, 0.8)
    monkeypatch.setattr(recent, "total", lambda run, series_id, kind: year if kind == "fiscal_year" else None)
    row = next(iter(r for r in cells(coming.next_table(report_of("as_of_2024"))) if "Fiscal" in r[0]))
    assert row[:5] == (
        "Fiscal year 2024, total",
        "1.8 million",
        "1.6 to 2.3 million",
        "2.0 million",
        "20%",
    )


def test_scenarios_are_rows_without_chances():
    rows = [row for row in coming.next_table(report_of("causes")).rows if row.kind == "if"]
    assert len(rows) == len(coming.paths(report_of("causes"))) > 0
    assert all(set(row.cells[3:]) == {""} for row in rows)


def test_the_chance_of_less_than_the_last_count_is_told():
    r = report_of("plain")
    above = r.chances[1]["more_than_last"]
    below = 1 - above.chance
    assert above.threshold == float(r.view.counts.iloc[-1])
    assert f"comes in below August is about {w.chance(below)}" in coming.next_section(r).find


def test_chances_and_ranges_of_the_page_are_one_distribution():
    """A count at the end of the printed 80% range has the chance of that end; no other rule stands in report."""
    r = report_of("plain")
    for row in r.view.ahead.itertuples():
        found = r.chances[row.horizon]
        for one in (found["more_than_year_before"], found["more_than_last"], found["record"]):
            above = [k for k in ("95", "80", "50") if one.threshold > getattr(row, f"upper_{k}")]
            least = {"95": 0.025, "80": 0.1, "50": 0.25}
            assert all(one.chance < least[k] for k in above)
            inside = one.threshold > row.middle
            assert (one.chance < 0.5) == inside


def test_without_an_80_range_no_chance_is_told():
    r = report(refuse(state("plain"), 0.8))
    assert r.chances == {} and "The chance" not in coming.next_section(r).find


def test_a_report_without_a_forecast_says_so():
    assert coming.next_section(report_of("no_forecast")).find == "There is no forecast in this report."


def test_of_few_whole_numbers_as_many_as_the_last_one_are_not_fewer():
    r = report_of("plain")
    last = float(r.view.counts.iloc[-1])
    table = r.run.forecasts
    values = table["level"].map(lambda p: last if p > 0.3 else last - 1)
    few = replace(r, run=replace(r.run, forecasts=table.assign(value=values)))
    shown = table.loc[table["level"] <= 0.3, "level"].max()
    assert coming._below(few, 0.4) == pytest.approx(shown)
    assert coming._below(r, 0.4) == pytest.approx(0.6)
