"""Effects: jumps, with and without, other choices, what cannot be told."""

from dataclasses import replace

import numpy as np
import pandas as pd

from forecast.report.blocks import Chart, Table
from forecast.report.sections import effects as s
from report_fixture import CLAIMED, state
from tests.report.sections.test_top import report


def test_effects_have_both_ranges_names_and_groups():
    rows = s.effect_rows(report("causes"))
    assert rows["label"].tolist()[0] == "COVID-19, Title 42 begins" and rows["month"].is_monotonic_increasing
    assert (rows["lower_95"] < rows["lower_80"]).all()
    assert rows["about"].iloc[0] == "Mar 2020 · 2 measures together"
    assert rows["ordinary"].tolist()[0] == "0 of 231"
    # filled only if few ordinary months jump as much and the 80% range excludes nothing
    expected = (rows["placebo_p"] < 0.05) & ((rows["lower_80"] > 0) | (rows["upper_80"] < 0))
    assert (rows["clear"] == expected).all() and rows["clear"].sum() == 3


def test_what_could_not_be_separated_is_listed():
    r = report("causes")
    section = s.effects_section(r)
    assert isinstance(section.blocks[0], Chart) and isinstance(section.blocks[-1], Table)
    table = section.blocks[-1]
    text = " ".join(str(cell) for row in table.rows for cell in row.cells)
    assert (
        "one joint jump" in text and "10 later columns come first" in text and "2018: none of it lies" in text
    )


def test_effects_missing_are_said():
    assert s.effects_section(report("own")).find.startswith(
        "No policy effect is estimated in this report. The event calendar"
    )
    section = s.effects_section(report("plain"))
    assert section.find == "No policy effect is estimated in this report." and section.blocks == ()


def test_effects_without_placebo_are_not_tested():
    run = state("causes")
    effects = run.effects.assign(placebo_p=np.nan, placebo_n=0, clear=False, words="not_compared")
    r = report(run=replace(run, effects=effects))
    rows = s.effect_rows(r)
    assert set(rows["ordinary"]) == {"not tested"} and not rows["clear"].any()
    note = s.effects_chart(r, rows).note
    assert "by chance" not in note and "of the blue ones" not in note


def test_beside_an_effect_stands_what_may_be_said_and_what_would_not_be_seen():
    run = state("causes")
    words = {"covid19_shock": "stands_out", "biden_inauguration": "not_recently"}
    told = [words.get(event, "too_short") for event in run.effects["event"]]
    some = run.effects.assign(words=told, clear=[one == "stands_out" for one in told])
    r = report(run=replace(run, effects=some))
    table = s.effects_table(r, s.effect_rows(r))
    cells = {row.cells[0].text: row.cells[7] for row in table.rows}
    assert cells["COVID-19, Title 42 begins"] == s.Cell("stands out", "")
    late = cells["New administration"]
    assert late.text == "stands out from all years, not from the last ten"
    assert late.small == "a rise of less than 152% would not be seen"
    assert cells["Emergency measures"].text == "in force in too few months to judge"
    note = s.effects_chart(r, s.effect_rows(r)).note
    assert "For one of the blue ones the last ten years alone hold too few ordinary months to tell." in note
    assert "One of the grey ones would stand out from all years, but not from the last ten." in note
    assert "here 0.2 of five." in note


def test_an_effect_without_an_estimate_is_listed_with_its_reason():
    run = state("causes")
    event = "mexico_enforcement_2024"
    failed = run.effects["event"] == event
    some = run.effects.assign(
        words=np.where(failed, "failed", run.effects["words"]),
        message=np.where(failed, "no convergence", ""),
        estimate=run.effects["estimate"].mask(failed),
    )
    r = report(run=replace(run, effects=some))
    rows = s.effect_rows(r)
    assert event not in set(rows["event"]) and len(rows) == 4
    told = [row.cells for row in s.cannot_table(r, rows).rows]
    assert ("Mexican enforcement", "could not be estimated", "no convergence") in told
    nothing = report(run=replace(run, effects=some[failed]))
    section = s.effects_section(nothing)
    assert section.find == "No policy effect is estimated in this report." and len(section.blocks) == 1


def test_choices_that_do_not_count_are_said():
    run = state("causes")
    mine = run.specification["event"] == "covid19_shock"
    r = report(run=replace(run, specification=run.specification.assign(counted=~mine)))
    table = s.effects_table(r, s.effect_rows(r))
    told = {row.cells[0].text: row.cells[8] for row in table.rows}
    assert told["COVID-19, Title 42 begins"] == "none of 72 fits as well"
    assert told["Emergency measures"].endswith("same sign in 72 of 72")


def test_the_columns_of_the_interventions_room_are_used():
    run = state("causes")
    more = run.effects.assign(
        clear=True,
        placebo_larger=7,
        placebo_lower=-0.2,
        placebo_upper=0.2,
        why_group="same_months",
        group_values="0.97",
    )
    rows = s.effect_rows(report(run=replace(run, effects=more)))
    assert rows["clear"].all() and set(rows["ordinary"]) == {"7 of 231"} and set(rows["band_low"]) == {-0.2}
    table = s.cannot_table(report(run=replace(run, effects=more)), rows)
    assert any("nearly the same months (correlation 0.97)" in row.cells for row in table.rows)


def test_a_group_whose_members_begin_in_different_months_says_so():
    run = state("causes")
    both = run.effects.assign(group=["mexico_inm_funding_halt + mexico_enforcement_2024"] * len(run.effects))
    both = both[both["event"] == "mexico_enforcement_2024"]
    (row,) = s.records(s.effect_rows(report(run=replace(run, effects=both))))
    assert row.label == "Mexico halts, then acts" and row.about == "Dec 2023 to Jan 2024 · 2 measures"


def test_a_claim_depends_on_the_other_choices():
    r = report("causes")
    rows = s.effect_rows(r).set_index("event")
    assert rows["varied"].notna().sum() == 3
    shaky = rows.loc["mexico_enforcement_2024"]
    assert shaky["clear"] and not shaky["firm"] and shaky["varied"].same == 48 and shaky["varied"].n == 72
    assert rows.loc["proc_10888_invasion", "firm"]
    section = s.effects_section(r)
    assert "the sign of one of them depends on the choice of model" in section.blocks[0].title
    assert "48 of 72 choices show a fall" in section.find
    cells = [row.cells for row in section.blocks[0].table.rows]
    assert any("same sign in 48 of 72" in cell for row in cells for cell in row if isinstance(cell, str))
    without = s.effect_rows(report(run=replace(state("causes"), specification=pd.DataFrame())))
    assert without["varied"].isna().all() and (without["firm"] == without["clear"]).all()


def test_blocks_come_with_their_tables_and_files():
    section = s.effects_section(report("causes"))
    charts = [b for b in section.blocks if isinstance(b, Chart)]
    assert [c.csv for c in charts] == ["effects.csv", "response.csv", "specification.csv"]
    assert all(c.table is not None and c.wide and c.narrow for c in charts)
    assert [b.caption for b in section.blocks if isinstance(b, Table)][:2] == [
        "With and without: sums by this model",
        "How fast each effect faded, and how early it showed",
    ]


def test_with_and_without():
    r = report("causes")
    section = s.effects_section(r)
    chart = next(b for b in section.blocks if isinstance(b, Chart) and b.csv == "response.csv")
    total = r.run.response.query(
        "event == 'proc_10888_invasion' and part == 'total' and basis == 'same months'"
    )
    assert chart.title.startswith("With “Emergency measures” ") and "in 15 months" in chart.title
    assert s.w.span(total["without_lower_80"].item(), total["without_upper_80"].item()) in chart.title
    assert len(chart.table.rows) == 15 and chart.table.rows[-1].cells[-1] == "more than a year on"
    assert chart.table.rows[0].cells[4] == "−85%"
    totals = next(b for b in section.blocks if isinstance(b, Table))
    assert len(totals.rows) == len(CLAIMED) and "(first 12 months)" in totals.rows[0].cells[-1]


def test_a_fit_that_was_not_possible_has_no_sum():
    run = state("causes")
    failed = run.response.assign(
        without=np.where(run.response["basis"] == "forecast before", np.nan, run.response["without"])
    )
    table = s.totals_table(report(run=replace(run, response=failed)), failed, s.effect_rows(report("causes")))
    assert {row.cells[-1] for row in table.rows} == {"none"}


def test_the_options_of_a_curve_have_names_and_an_order():
    r = report("causes")
    chart = next(
        b for b in s.effects_section(r).blocks if isinstance(b, Chart) and b.csv == "specification.csv"
    )
    names = [row.cells[0] for row in chart.table.rows]
    assert names[:3] == ["Shape: lasting step", "Shape: step that fades", "Shape: gradual"]
    assert "Other events in the model: all but COVID-19, Title 42 begins" in names
    assert "The size depends most on" in chart.note and "72 choices of model" in chart.subtitle
