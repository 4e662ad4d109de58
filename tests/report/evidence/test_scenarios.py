"""Scenarios in full."""

import numpy as np

from forecast.report.evidence import scenarios
from forecast.report.prose import prose
from report_fixture import report_of


def test_every_scenario_has_a_column_with_its_range():
    section = scenarios.scenarios_section(report_of("causes"))
    table = section.blocks[1]
    assert len(table.head) == 2 + len(report_of("causes").run.experiment.scenario)
    assert len(table.rows) == 6 and all(" to " in cell for cell in table.rows[-1].cells[1:])
    assert scenarios.scenarios_section(report_of("plain")) is None


def test_a_joint_effect_has_a_range_and_no_middle():
    r = report_of("causes")

    class Row:
        middle = np.nan
        lower_80, upper_80 = 850.0, 9_300.0

    text = prose(scenarios.TEXT)
    assert text.cell(scenarios._middle(r, Row), scenarios._ends(r, Row)) == "850 to 9,300"
