"""About the figures, method, downloads."""

from dataclasses import replace

import pandas as pd

from forecast.config.settings import CombinationSpec, DataSpec
from forecast.report.sections import method as s
from report_fixture import state
from tests.report.sections.test_top import report


def notes(section):
    return {note.subject: note.text for note in section.blocks[0]}


def test_data_section_tells_vintage_breaks_and_leaks():
    told = notes(s.data_section(report("as_of_2024")))
    assert "as known on 7 May 2024" in told["Vintage."] and "the March figures came out" in told["Vintage."]
    assert "about 129,000 for April 2024 (in the press on 7 May 2024)" in told["Unofficial figures."]
    assert "left out of the forecast" in told["Unofficial figures."]
    assert "events, not persons" in told["What is counted."]
    assert "Title 42" in told["Breaks."]
    assert "the latest was announced on" in told["Events."]


def test_a_used_leak_is_said_to_be_used():
    run = state("as_of_2024")
    spec = replace(run.experiment, data=DataSpec(include_leaks=True))
    assert (
        "fills its month"
        in notes(s.data_section(report(run=replace(run, experiment=spec))))["Unofficial figures."]
    )


def test_leaks_of_months_that_are_official_now_are_not_told():
    assert "Unofficial figures." not in notes(s.data_section(report()))


def test_an_assumed_day_is_not_printed_as_a_day():
    run = state("as_of_2024")
    rows = run.observations.assign(release_basis="assumed")
    text = notes(s.data_section(report(run=replace(run, observations=rows))))["Vintage."]
    assert "the day is not recorded" in text and "came out in the first half of April 2024" in text


def test_provisional_and_flash_figures():
    run = state("plain")
    rows = run.observations.copy()
    rows.loc[rows.index[-1], "status"] = "flash"
    text = notes(s.data_section(report(run=replace(run, observations=rows))))["Revisions."]
    assert "One month is known from a first statement only." in text
    final = replace(run, observations=run.observations.assign(status="final"))
    assert "Revisions." not in notes(s.data_section(report(run=final)))


def test_own_figures_have_no_border_notes():
    told = notes(s.data_section(report("own")))
    assert told["What is counted."] == "The figures are the series “visits” as supplied."
    assert told["Events."] == "No event of the calendar touches these figures." and "Breaks." not in told


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
