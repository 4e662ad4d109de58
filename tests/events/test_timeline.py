"""The calendar as text, and pairs of events that can hardly be told apart."""

from dataclasses import replace

import pytest

from forecast.errors import ConfigError
from forecast.events.timeline import overlaps, timeline
from interventions_helpers import calendar as by_hand
from interventions_helpers import only


def test_rows_bars_and_dates_by_hand(events):
    two = only(events, ["title42", "title42_end"])
    lines = timeline(two, start="2020-01", end="2023-12", width=120).splitlines()
    assert lines[0] == "Events (all of the calendar), 2020-01 to 2023-12: 2"
    assert lines[2].split()[:6] == ["title42", "2020-03-21", "2023-05-11", "step", "-", "1"]
    # 48 months, one sign each: two before, 11 days of March 2020, 37 whole months, 11 days of May 2023
    assert lines[2].split()[6] == ".." + "+" + "#" * 37 + "+" + "." * 7
    assert lines[3].split()[:5] == ["title42_end", "2023-05-12", "step", "+", "1"]
    assert lines[3].split()[5] == "." * 40 + "#" * 8
    assert lines[1].index("2021") - lines[1].index("2020") == 12


def test_as_known_leaves_later_events_out_and_ends_open(events):
    text = timeline(events, as_of="2023-02-06", series="southwest.usbp", start="2020")
    assert "as known on 2023-02-06" in text
    row = next(line for line in text.splitlines() if line.startswith("title42 "))
    assert "2023-05-11" not in row and row.endswith("#")
    # usable from 7 February
    assert "title42_end" not in text
    assert "metering_2016" not in text and "metering_2016" in timeline(events, series="southwest.ofo")


def test_lines_fit_the_width_and_coding_changes_the_words(events):
    for width in (72, 100, 140):
        text = timeline(events, start="2015-01", end="2026-08", width=width)
        assert max(map(len, text.splitlines()[1:])) <= width
    judged = timeline(only(events, ["title42"]), coding="judged")
    assert judged.splitlines()[-1].endswith("p = priority (judged)")


def test_nothing_to_show_and_wrong_words(events):
    assert timeline(events, as_of="1999-01-01", start="1990").endswith("none.")
    with pytest.raises(ConfigError, match="Did you mean 'judged'"):
        timeline(events, coding="judge")
    with pytest.raises(ConfigError, match="start: 'spring' is not a month"):
        timeline(events, start="spring")
    with pytest.raises(ConfigError, match="would end in 2019-01"):
        timeline(events, start="2020-01", end="2019-01")


def test_overlaps_name_the_pairs_of_one_bundle(events):
    found = overlaps(events, "southwest.usbp", "2015-01", "2024-03")
    first = found.iloc[0]
    assert (first["event"], first["other"], first["same_bundle"]) == ("clp_rule", "title42_end", True)
    # 11 months from May 2023 to March 2024
    assert first["months_both"] == 11 and first["correlation"] > 0.999
    assert (found["correlation"].abs() >= 0.9).all()
    assert len(overlaps(events, "southwest.usbp", "2015-01", "2024-03", priority=3)) > len(found)


def test_an_event_shows_where_it_begins_or_is_in_force(tmp_path):
    rows = (
        ("short", "2020-03-31", "2020-03-31"),  # too little of a month to weigh, but it begins here
        ("before", "2019-01-01", "2019-12-31"),
        ("after", "2020-07-01", ""),
        ("first", "2020-01-01", "2020-01-31"),
        ("last", "2020-06-30", ""),
    )
    made = by_hand(
        tmp_path,
        *({"id": n, "effective_start": start, "end_date": end, "shape": "step"} for n, start, end in rows),
    )
    lines = timeline(made, start="2020-01", end="2020-06", width=100).splitlines()
    bars = {line.split()[0]: line.split()[-1] for line in lines[2:5]}
    assert bars == {"first": "#.....", "short": "..+...", "last": ".....+"} and lines[0].endswith(": 3")


def test_without_a_day_of_knowledge_all_is_known_to_the_last_day_of_the_last_month(tmp_path):
    row = {"id": "a", "effective_start": "2020-01-01", "end_date": "2020-06-30", "shape": "step"}
    made = by_hand(tmp_path, row)
    assert timeline(made, start="2020-05", end="2020-07").splitlines()[2].split()[-1] == "##."


def test_the_rule_and_the_judgement_have_columns_of_their_own(events):
    two = only(events, ["title42"])
    changed = replace(
        two, table=two.table.assign(shape="step", priority=3, judged_shape="decay", judged_priority=2)
    )
    for coding, shape, priority in (("rule", "step", "3"), ("judged", "decay", "2")):
        row = timeline(changed, coding=coding, start="2020", end="2021").splitlines()[2].split()
        assert shape in row and priority in row, coding
