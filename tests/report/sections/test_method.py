"""Method, downloads."""

from dataclasses import replace

import pandas as pd

from forecast.config.settings import CombinationSpec
from forecast.report.sections import method as s
from report_fixture import state
from tests.report.sections.test_top import report


def notes(section):
    return {note.subject: note.text for note in section.blocks[0]}


def test_method_names_the_members_and_the_rule_of_ranges():
    section = s.how_section(report(), {"Item": "value"})
    told = notes(section)
    assert (
        "combines two models fitted without events, weighted by how small their past errors were: “Same as last month” and “ARIMA”"
        in told["In one paragraph."]
    )
    assert "by the square-root rule" in told["In one paragraph."]
    assert told["Refusals."].startswith(
        "A range is printed only if enough past misses of one month ahead exist: 4 for 80%, 19 for 95% and 49 for 98%."
    )
    assert "earlier dates" in told["No looking ahead."]
    assert section.blocks[2].rows[0].cells == ("Item", "value")


def test_method_of_a_single_model_and_of_a_median():
    run = state("plain")
    single = replace(run, headline="arima")
    assert notes(s.how_section(report(run=single), {}))["In one paragraph."].startswith(
        "The headline is the model “ARIMA”"
    )
    spec = replace(
        run.experiment,
        combination={"short": CombinationSpec(members=("random_walk", "arima"), method="median")},
    )
    assert (
        "by their middle"
        in notes(s.how_section(report(run=replace(run, experiment=spec)), {}))["In one paragraph."]
    )


def test_choices_made_after_looking_are_confessed():
    assert "Both flatter the replay" in notes(s.how_section(report(), {}))["What was chosen after looking."]
    assert "flatter" not in notes(s.how_section(report("own"), {}))["What was chosen after looking."]


def test_residual_checks():
    run = state("plain")
    table = pd.DataFrame(
        {
            "model": ["arima", "arima"],
            "series_id": "southwest.usbp",
            "check": ["jarque_bera", "arch_lm"],
            "statistic": 1.0,
            "p_value": [0.5, 0.01],
            "note": "",
        }
    )
    told = notes(s.how_section(report(run=replace(run, diagnostics=table)), {}))
    assert told["Residuals."].startswith(
        "One of 2 checks of the residuals stand out at the 5% level, in ARIMA"
    )
    calm = table.assign(p_value=0.5)
    assert (
        "None of 2 checks"
        in notes(s.how_section(report(run=replace(run, diagnostics=calm)), {}))["Residuals."]
    )


def test_downloads_say_what_is_empty():
    files = {f.path: f.holds for f in s.get_section(report(), {"changes.csv"}).blocks[0]}
    assert files["changes.csv"] == "empty in this report" and files["forecasts.csv"].startswith("model")
