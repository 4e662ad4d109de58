"""The past, how sure, and the models."""

from dataclasses import replace

import pandas as pd

from forecast.report.blocks import Box, Chart, Paragraph
from forecast.report.sections import trust as s
from report_fixture import published_run, state
from tests.report.sections.test_top import report


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
    assert s.record_title(0, 0, "replayed", 2010) == "Replayed forecasts beside what happened"
    assert "every sixth month since 2010 fell inside" in s.record_title(0, 9, "published", 2010)
    assert s.record_title(6, 20, "published", 2010).startswith(
        "Published forecasts lag behind turning points"
    )
    told = "Replayed forecasts: the sixth month fell outside the 80% range in 1 of 20 since 2010"
    assert s.record_title(1, 20, "replayed", 2010) == told


def test_the_record_counts_every_forecast_whichever_are_drawn():
    r = report()
    chart = s.record_chart(r, r.replay, "replayed")
    first = r.view.last - 12 * s.YEARS + 1
    rows = r.replay[(r.replay["month"] > first) & (r.replay["horizon"] == 6)].dropna(subset=["truth"])
    assert f" of {len(rows)} since" in chart.title or "every sixth month" in chart.title


def test_the_worst_miss_is_told_in_words_for_replays_and_for_published():
    texts = [b.text for b in s.record_blocks(report(run=published_run())) if isinstance(b, Paragraph)]
    assert [t.split(":")[0] for t in texts if t.startswith("The worst")] == [
        "The worst miss of the published forecasts",
        "The worst miss of the replayed forecasts",
    ]
    assert any("true share may lie anywhere from" in t for t in texts)


def test_weights_are_drawn_where_a_combination_has_them():
    run = state("plain")
    assert s.weights_chart(report(run=replace(run, weights=run.weights.iloc[:0]))) is None
    origins = pd.to_datetime(
        ["2023-06-15", "2023-07-14", "2023-08-15", "2023-09-15", "2023-10-16", "2023-11-15"]
    )
    rows = [
        ("short", m, "southwest.usbp", o, 1, share, 20.0)
        for i, o in enumerate(origins)
        for m, share in (("random_walk", 0.4 - 0.05 * i), ("arima", 0.6 + 0.05 * i))
    ]
    columns = ["combination", "member", "series_id", "origin", "horizon", "weight", "n_errors"]
    chart = s.weights_chart(report(run=replace(run, weights=pd.DataFrame(rows, columns=columns))))
    assert chart is not None and chart.title == "“ARIMA” has the largest weight, 85% of the whole"
    assert chart.csv == "weights.csv" and "Same as last month 15%" in chart.label


def test_the_baseline_as_headline_is_said():
    run = replace(state("plain"), headline="random_walk")
    assert "headline is the simple guess itself" in s.models_section(report(run=run)).find


def test_a_first_run_without_replay_still_has_its_sections():
    r = report("first")
    assert "no replay long enough" in s.sure_section(r).find
    assert s.models_section(r).blocks == ()


def test_overlapping_forecasts_are_worth_fewer_by_the_months_between_their_dates():
    r = report()
    told = s.record_chart(r, r.replay, "replayed").note
    n = int(told.split(" of the ")[1].split(" ")[0])
    assert f"worth about {round(n / 6)} independent ones" in told
    quarterly = r.replay[[month.month % 3 == 0 for month in r.replay["origin"]]]
    told = s.record_chart(r, quarterly, "published").note
    n = int(told.split(" of the ")[1].split(" ")[0])
    assert f"worth about {round(n / 2)} independent ones" in told
