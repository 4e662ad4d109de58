"""What changed, effects, knowledge, scenarios."""

from dataclasses import replace

import numpy as np
import pandas as pd

from forecast.report import sections_causes as s
from forecast.report.content import Chart, Table
from report_fixture import state
from test_sections_forecast import report


def test_first_issue_is_one_line():
    section = s.changed_section(report())
    assert section.blocks == () and section.find.startswith("This is the first issue")


def test_steps_of_change_are_told_in_order_and_add_up():
    r = report("causes")
    section = s.changed_section(r)
    rows = section.blocks[0].rows
    assert [row.cells[0] for row in rows] == ["Last issue", "Software", "Revised figures", "New figure", "Events", "Settings", "This issue"]  # fmt: skip
    assert rows[0].cells[2] == rows[-1].cells[2] == "" and rows[-1].kind == "lead"
    table = r.run.changes
    assert table["forecast"].iloc[0] + table["change"].fillna(0).sum() == table["forecast"].iloc[-1]
    assert "one step: new figure" in section.find


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
    chart, table = section.blocks
    assert isinstance(chart, Chart) and isinstance(table, Table)
    text = " ".join(str(cell) for row in table.rows for cell in row.cells)
    assert "one joint jump" in text and "ten columns are taken" in text and "not yet announced" not in text


def test_effects_missing_are_said():
    assert s.effects_section(report("own")).find.startswith(
        "No policy effect is estimated in this report. The event calendar"
    )
    section = s.effects_section(report("plain"))
    assert section.find == "No policy effect is estimated in this report." and section.blocks == ()


def test_effects_without_placebo_are_not_tested():
    run = state("causes")
    effects = run.effects.assign(placebo_p=np.nan, placebo_n=0)
    rows = s.effect_rows(report(run=replace(run, effects=effects)))
    assert set(rows["ordinary"]) == {"not tested"} and not rows["clear"].any()


def test_the_columns_of_the_interventions_room_are_used():
    run = state("causes")
    more = run.effects.assign(
        clear=True, placebo_larger=7, placebo_lower=-0.2, placebo_upper=0.2, why_group="same months"
    )
    rows = s.effect_rows(report(run=replace(run, effects=more)))
    assert rows["clear"].all() and set(rows["ordinary"]) == {"7 of 231"} and set(rows["band_low"]) == {-0.2}
    table = s.cannot_table(report(run=replace(run, effects=more)), rows)
    assert any("same months" in row.cells for row in table.rows)


def test_cases_and_knowledge():
    r = report("causes")
    cases = s.case_list(r)
    assert len(cases) == 4 and all(len(case.history) == 9 and len(case.ahead) == 6 for case in cases)
    section = s.known_section(r)
    chart, table = section.blocks
    held = sum(
        int(((c.ahead["actual"] >= c.ahead["lower_80"]) & (c.ahead["actual"] <= c.ahead["upper_80"])).sum())
        for c in cases
    )
    assert f"{held} of 24 months" in chart.title
    assert [row.cells for row in table.rows][2] == ("6", "× 1.80", "× 1.75", "× 1.44")
    assert [t.id for t in chart.toggles] == ["kn-all", "kn-none", "kn-known", "kn-hind"]


def test_a_state_of_knowledge_that_was_not_run_has_no_button():
    run = state("causes")
    two = replace(run, cases=run.cases[run.cases["knowledge"] != "hindsight"])
    chart = s.known_section(report(run=two)).blocks[0]
    assert [t.id for t in chart.toggles] == ["kn-all", "kn-none", "kn-known"] and chart.toggles[
        0
    ].words == "both"
    one = replace(run, cases=run.cases[run.cases["knowledge"] == "at_origin"])
    assert s.known_section(report(run=one)).blocks[0].toggles == ()


def test_fewer_than_24_dates_have_no_table():
    run = state("causes")
    few = replace(run, knowledge=run.knowledge.assign(n=20))
    section = s.known_section(report(run=few))
    assert "fewer than 24 dates" in section.find and not any(isinstance(b, Table) for b in section.blocks)
    nothing = s.known_section(report("plain"))
    assert nothing.find.startswith("Not compared in this report") and nothing.blocks == ()


def test_scenarios():
    section = s.if_section(report("causes"))
    chart, table = section.blocks
    assert next(row.cells[0] for row in table.rows).startswith("Nothing new") and len(table.rows) == 3
    assert "carry no probability" in chart.note and "Half of the January 2025 drop undone" in section.find
    assert s.if_section(report("plain")) is None


def test_a_scenario_begins_where_it_departs():
    r = report("causes")
    base = s.base_path(r, "short")
    assert len(base) == 6 and (base["month"] == pd.period_range("2026-09", periods=6, freq="M")).all()
