"""The past ten years."""

import re
from dataclasses import replace

from forecast.report.sections.past import past_section, window
from report_fixture import report_of


def test_the_highest_count_is_on_record_since_a_month():
    find = past_section(report_of("as_of_2024")).find
    assert "below the highest on record, 249,785 in December 2023 (counts since October 1999)" in find


def test_events_are_numbered_and_named_below():
    (chart,) = past_section(report_of("as_of_2024")).blocks
    assert 0 < len(chart.flags) <= 6 and all(re.search(r"\b20\d\d\b", name) for name in chart.flags)
    assert "May 2023: New asylum rule; Title 42 ends" in chart.flags
    assert not any(re.search(r"(20\d\d).*\b\1\b", name) for name in chart.flags)  # no year twice
    assert past_section(report_of("own")).blocks[0].flags == ()


def test_the_window_is_ten_years():
    assert len(window(report_of("as_of_2024"))) == 120


def test_a_missing_month_keeps_its_place_in_the_chart():
    r = report_of("plain")
    counts = r.view.counts.copy()
    counts.iloc[-30] = float("nan")
    shown = window(replace(r, view=replace(r.view, counts=counts)))
    assert len(shown) == (shown.index[-1] - shown.index[0]).n + 1 and shown.isna().sum() == 1
