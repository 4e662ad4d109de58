"""About the figures: vintage, revisions, breaks, figures that are not official, and their words."""

from dataclasses import replace

import numpy as np
import pandas as pd

from forecast.config.settings import DataSpec
from forecast.report.prose import prose
from forecast.report.sections import data as s
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


def test_early_figures_stand_beside_what_became_official():
    text = prose("data")
    assert s.early_table(report(), text) is None
    early = pd.DataFrame(
        {
            "series_id": "southwest.usbp",
            "month": [pd.Period("2024-04", "M")],
            "kind": "leak",
            "value": 99.0,
            "released": [pd.Timestamp("2024-05-07")],
            "official": 100.0,
            "official_released": [pd.Timestamp("2024-05-15")],
            "log_error": [np.log(0.99)],
        }
    )
    r = report(run=replace(state("plain"), early=early))
    assert s.early_table(r, text).rows[0].cells[-1] == "−1.0%"
    assert s.past_errors(r, text) == "Of 1 earlier figure of this kind the largest was off by 1.0%."
    assert "cautious guess" in s.past_errors(report(), text)
    open_yet = replace(r.run, early=early.assign(official=np.nan, log_error=np.nan))
    assert s.early_table(report(run=open_yet), text).rows[0].cells[-2:] == ("not yet", "open")
    section = s.data_section(r)
    assert [head.kind for head in section.blocks[1].head] == ["", "", "", "n", "n", "n"]
