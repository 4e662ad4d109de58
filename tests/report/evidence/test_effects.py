"""Effects in full."""

from dataclasses import replace

from forecast.report.evidence import effects
from report_fixture import report, report_of, state


def test_every_estimate_stands_with_its_tests():
    table = effects.effects_table(report_of("causes"))
    assert len(table.rows) == 5
    row = next(row for row in table.rows if "COVID" in row.cells[0].text)
    assert row.cells[2] == "−63%" and row.cells[-1] == "stands out"


def test_choices_that_count_are_counted():
    r = report_of("causes")
    found = effects.varied(r, "covid19_shock", -0.99)
    rows = r.run.specification
    rows = rows[(rows["event"] == "covid19_shock") & rows["counted"].astype(bool)]
    assert found.n == rows["percent"].notna().sum() and found.same <= found.n
    assert effects.varied(r, "nothing", 1.0) is None
    assert effects.Varied(9, 10, -50, 5).firm and not effects.Varied(8, 10, -50, 5).firm


def test_sums_with_and_without_have_both_bases():
    table = effects.totals_table(report_of("causes"))
    assert table is not None and all(len(row.cells) == 6 for row in table.rows)


def test_every_measure_is_told_but_those_nobody_could_know():
    r = report_of("causes")
    (table,) = effects.measures_section(r).blocks
    assert len(table.rows) == (r.run.estimability["action"] != "not_announced").sum()
    assert effects.measures_section(report_of("own")) is None


def test_sections_are_left_out_without_events():
    assert effects.effects_section(report_of("own")) is None
    assert effects.choices_section(report_of("own")) is None


def test_the_event_study_counts_the_months_before_that_stand_apart():
    run = state("causes")
    study = state("as_of_2024").leads_lags.assign(event="covid19_shock")
    chart = effects.study_chart(report(replace(run, leads_lags=study)))
    before = study[study["lag"] < 0]
    apart = ((before["lower_95"] > 0) | (before["upper_95"] < 0)).sum()
    assert f"{apart} of {len(before)} months before its start stand apart" in chart.title
    assert next(row.cells[0] for row in chart.table.rows) == "−6" and len(chart.table.rows) == len(study)
    far = study.assign(upper_95=3.0)
    chart = effects.study_chart(report(replace(run, leads_lags=far)))
    assert all(row.cells[4].endswith(" to more than +600%") for row in chart.table.rows)
    assert effects.study_chart(report_of("causes")) is None
