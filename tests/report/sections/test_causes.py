"""What changed, effects, knowledge, scenarios."""

from dataclasses import replace

import pandas as pd

from forecast.report.blocks import Table
from forecast.report.sections import causes as s
from report_fixture import state
from tests.report.sections.test_top import report


def test_first_issue_is_one_line():
    section = s.changed_section(report())
    assert section.blocks == () and section.find.startswith("This is the first issue")


def test_steps_of_change_are_told_in_order_and_add_up():
    r = report("causes")
    section = s.changed_section(r)
    rows = section.blocks[0].rows
    assert [row.cells[0] for row in rows] == [
        "Last issue",
        "Software",
        "Revised figures",
        "New figure",
        "Events",
        "Settings",
        "This issue",
    ]
    assert rows[0].cells[2] == rows[-1].cells[2] == "" and rows[-1].kind == "lead"
    table = r.run.changes
    assert table["forecast"].iloc[0] + table["change"].fillna(0).sum() == table["forecast"].iloc[-1]
    assert "one step: new figure" in section.find


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


def test_the_worth_of_knowing_is_told_for_both_codings_with_ranges():
    run = state("causes")
    rows = [
        (
            "short",
            run.experiment.target.series[0],
            coding,
            h,
            "mae",
            g,
            g - 0.02,
            g + 0.02,
            g + 0.05,
            g,
            g + 0.1,
            200,
        )
        for coding, g in (("rule", 0.01), ("judged", 0.05))
        for h in ("1", "6", "all")
    ]
    columns = [
        "model",
        "series_id",
        "coding",
        "horizon",
        "metric",
        "gain",
        "lower",
        "upper",
        "gain_hindsight",
        "lower_hindsight",
        "upper_hindsight",
        "n",
    ]
    table = s.worth_table(report(run=replace(run, knowledge=pd.DataFrame(rows, columns=columns))))
    assert [row.cells for row in table.rows][:1] == [
        ("by rule", "1", "+1% (−1% to +3%)", "+6% (+1% to +11%)")
    ]
    assert (
        len(table.rows) == 6
        and table.rows[-1].cells[0] == "judged afterwards"
        and "part of its gain is" in table.foot
    )
    few = pd.DataFrame(rows, columns=columns).assign(n=20)
    assert (
        s.worth_table(report(run=replace(run, knowledge=few))) is None
        and s.worth_table(report("plain")) is None
    )
