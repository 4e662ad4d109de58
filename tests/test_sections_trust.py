"""The past, how sure, and the models."""

from dataclasses import replace

import pandas as pd

from forecast.report import sections_trust as s
from forecast.report.content import Box, Chart
from report_fixture import published_run, state
from test_sections_forecast import report


def test_window_is_ten_years_and_the_question_counts_them():
    r = report()
    assert len(s.window(r.view)) == 120
    assert s.past_section(r).question == "How does this compare with the past ten years?"
    rows = r.run.observations[r.run.observations["month"] > pd.Period("2023-08", "M")]
    young = report(run=replace(r.run, observations=rows))
    assert s.past_section(young).question == "How does this compare with the past three years?"


def test_scale_rule_is_five_times():
    assert s.enlarged(report()) and not s.enlarged(report("as_of_2024"))
    assert not s.enlarged(report("no_forecast"))
    assert "drawn on its own scale" in s.past_section(report()).find


def test_breaks_of_definition_stand_in_the_note():
    r = report()
    found = s.definition_breaks(r, s.window(r.view))
    assert any("Title 42" in text for text in found) and len(found) <= 2
    assert s.definition_breaks(report("own"), s.window(report("own").view)) == []


def test_hits_with_and_without_a_new_measure_add_up():
    r = report()
    calm, shock = s.by_new_event(r)
    one = r.replay[(r.replay["horizon"] == 1)].dropna(subset=["truth", "lower_80"])
    assert calm[1][1] + shock[1][1] == len(one)
    assert calm[1][0] + shock[1][0] == int(s.facts.inside(one).sum())
    assert shock[12][1] > shock[1][1]


def test_no_record_is_a_box_and_a_replay():
    blocks = s.record_blocks(report())
    assert isinstance(blocks[0], Box) and isinstance(blocks[1], Chart) and blocks[1].name == "track-record"
    assert blocks[1].note.startswith("Replayed forecasts")


def test_published_but_not_matured_says_when_it_is_scored():
    blocks = s.record_blocks(report(run=published_run(matured=False)))
    assert blocks[0].heading == "One forecast has been published; none can be scored yet"
    assert "is scored when the count is published, in the" in blocks[0].text
    assert [b.name for b in blocks if isinstance(b, Chart)] == ["track-record"]


def test_record_title():
    assert s.record_title(0, 0, "replayed") == "Replayed forecasts beside what happened"
    assert "every sixth month fell inside" in s.record_title(0, 9, "published")
    assert s.record_title(6, 20, "published").startswith("Published forecasts lag behind turning points")
    assert (
        s.record_title(1, 20, "replayed")
        == "Replayed forecasts: the sixth month fell outside the 80% range in 1 of 20"
    )


def test_the_baseline_as_headline_is_said():
    run = replace(state("plain"), headline="random_walk")
    assert "headline is the simple guess itself" in s.models_section(report(run=run)).find


def test_a_first_run_without_replay_still_has_its_sections():
    r = report("first")
    assert "no replay long enough" in s.sure_section(r).find
    assert s.models_section(r).blocks == ()
