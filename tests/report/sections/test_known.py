"""Would we have known?"""

import pytest

from forecast.report import recent
from forecast.report.sections import known
from report_fixture import report_of


def test_turns_are_told_with_the_months_that_held():
    for case in known.cases(report_of("causes")):
        rows = case.ahead.dropna(subset=["lower_80", "actual"])
        held = ((rows["actual"] >= rows["lower_80"]) & (rows["actual"] <= rows["upper_80"])).sum()
        assert (case.held, case.n) == (held, len(rows)) and len(case.history) <= 6
        assert (case.way == "held") == (case.held == case.n)


def test_at_most_four_turns_in_time_order():
    found = known.cases(report_of("causes"))
    assert len(found) <= 4 and [c.day for c in found] == sorted(c.day for c in found)


def test_no_turn_and_no_worth_is_no_block():
    assert known.known_section(report_of("plain")) is None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("smaller", "helped: the mean miss"),
        ("larger", "did not help"),
        ("not_apart", "made no clear difference"),
    ],
)
def test_worth_is_told_from_the_mean_miss_with_its_range(monkeypatch, code, words):
    gain = recent.Worth(6, -0.04 if code == "larger" else 0.05, -0.1, 0.08, 213, code)
    monkeypatch.setattr(recent, "worth", lambda run, series_id: gain)
    text = known.known_section(report_of("causes")).blocks[-1].text
    assert words in text and "(9 in 10: −10% to +8%)" in text
