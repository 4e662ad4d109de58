"""Totals, chances and unofficial figures in full."""

from dataclasses import replace

import pandas as pd
import pytest

from forecast.report import format as w
from forecast.report.catalogue import speaking
from forecast.report.evidence import outlook
from report_fixture import report, report_of, state


def rows(table):
    return [row.cells for row in table.rows]


def test_totals_stand_with_their_ranges_and_say_what_ties_their_months():
    r = report_of("as_of_2024")
    table = outlook.totals_table(r)
    found = r.run.totals[r.run.totals["model"] == r.run.headline].set_index("kind")
    assert [row[0] for row in rows(table)][:2] == ["Fiscal year", "Calendar year"]
    year = found.loc["fiscal_year"]
    assert rows(table)[0][2] == "1,032,019" and rows(table)[0][3] == w.rounded(year["median"])
    assert rows(table)[0][4] == w.span(year["lower_80"], year["upper_80"])
    assert "as the errors of" in table.foot and "never summed" in table.foot
    walk = replace(r.run, totals=r.run.totals.assign(dependence="random_walk", n_past=3))
    assert "too few past forecasts are complete" in outlook.totals_table(report(walk)).foot


def test_a_refused_range_and_an_unknown_year_before_are_told():
    r = report_of("as_of_2024")
    cut = r.run.totals.assign(lower_95=float("nan"), before=float("nan"), chance_below_before=float("nan"))
    assert rows(outlook.totals_table(report(replace(r.run, totals=cut))))[0][5:] == (
        "refused",
        "none",
        "none",
    )


@pytest.mark.parametrize(
    ("language", "words"), [("en", "too few years to say"), ("es", "demasiado pocos años para decirlo")]
)
def test_the_record_of_totals_says_where_years_are_too_few(language, words):
    run = state("as_of_2024")
    table = outlook.held_table(report_of("as_of_2024"))
    assert {row[1] for row in rows(table)} <= {"3", "6", "9", "12", "1 to 12"}
    assert "about as often as promised" in {row[-1] for row in rows(table)}
    few = run.totals_calibration.assign(verdict="too_few")
    with speaking(language):
        table = outlook.held_table(report(replace(run, totals_calibration=few)))
    assert {row[-1] for row in rows(table)} == {words}


def test_said_chances_stand_beside_what_came_true():
    r = report_of("as_of_2024")
    table = outlook.said_table(r)
    assert table.folded and all(len(row) == 7 for row in rows(table))
    told = r.run.reliability
    told = told[(told["model"] == r.run.headline) & (told["n"] >= 10)]
    told = told[told["horizon"].isin(["1", "3", "6", "12", "all"])]
    assert len(table.rows) == len(told)
    first = told.iloc[0]
    assert rows(table)[0][2:5] == (
        w.percent(first["said"]),
        w.percent(first["happened"]),
        w.count(first["n"]),
    )
    assert "too few to check" in {row[-1] for row in rows(table)}
    assert any(row[0].endswith("less than the one before") for row in rows(table))


def test_brier_scores_have_their_parts():
    table = outlook.brier_table(report_of("as_of_2024"))
    assert table.folded and all(len(row) == 10 for row in rows(table))


def test_the_leak_is_weighed_and_its_error_is_a_setting():
    table = outlook.weighed_block(report_of("as_of_2024"))
    (row,) = rows(table)
    assert row[:4] == ("Apr 2024", "Unofficial figure of the month", "129,000", "129,000") and row[-1] == ""
    assert "is a setting: 0 of its kind have come true, 20 are needed" in table.foot
    r = report_of("as_of_2024")
    why = r.run.nowcast.assign(reason="no_logs", median=float("nan"), sd_basis="past_cases", n_cases=24)
    table = outlook.weighed_block(report(replace(r.run, nowcast=why)))
    assert (
        rows(table)[0][-1] == "the series has figures that are no counts" and "of 24 past ones" in table.foot
    )


@pytest.mark.parametrize(("language", "words"), [("en", "No unofficial figure"), ("es", "Ninguna cifra")])
def test_without_unofficial_figures_the_page_says_so(language, words):
    run = state("as_of_2024")
    none = replace(run, nowcast=run.nowcast.iloc[:0])
    with speaking(language):
        assert outlook.weighed_block(report(none)).text.startswith(words)


def test_a_run_without_these_tables_has_no_block():
    assert outlook.outlook_section(report_of("plain")) is None
    made = outlook.outlook_section(report_of("as_of_2024"))
    assert made.id == "chances" and len(made.blocks) == 5


def test_every_chance_has_words():
    assert outlook.chance_words("fiscal_year_below") == "fiscal year: less than the one before"
    assert outlook.chance_words("more_than_last") == "more than the last count"
    assert isinstance(state("as_of_2024").pit, pd.DataFrame)
