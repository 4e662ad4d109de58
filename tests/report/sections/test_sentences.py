"""Sentences from numbers: every branch."""

import pandas as pd
import pytest

from forecast.report.sections import sentences as s
from forecast.report.view import Held

AUG, SEP, FEB = (pd.Period(m, "M") for m in ("2026-08", "2026-09", "2027-02"))
FAIR = Held(1, 0.8, 160, 200, 0.755, 0.845, 200)
NARROW = Held(1, 0.8, 136, 200, 0.755, 0.845, 200)


def test_status():
    assert s.status(AUG, None) == "Up to date: August 2026 is the latest month published"
    assert s.status(AUG, pd.Timestamp("2026-10-20")).endswith(
        "the next is expected in the second half of October 2026"
    )
    assert (
        s.status(AUG, None, [SEP])
        == "Late: the September count was due and is not in; August 2026 is the latest month"
    )
    assert "September and October counts were due and are not in" in s.status(AUG, None, [SEP, SEP + 1])


def test_late_banner():
    head, text = s.late_banner(AUG, [SEP])
    assert head == "This forecast starts from August."
    assert (
        "count for September was expected" in text
        and "figure for October is therefore two months ahead" in text
    )
    _, two = s.late_banner(AUG, [SEP, SEP + 1])
    assert (
        "counts for September and October were expected" in two
        and "November is therefore three months" in two
    )


def test_headline_gives_the_range_in_the_same_sentence():
    args = ("Border Patrol encounters", "at the southwest border", "x", SEP, 9_300.0)
    plain = "About 9,300 Border Patrol encounters are forecast for September 2026"
    assert s.headline(*args, (7_400, 11_700), FAIR) == f"{plain}; the 80% range is 7,400 to 11,700"
    assert s.headline(*args, (7_400, 11_700)) == f"{plain}; the 80% range is 7,400 to 11,700"
    assert s.headline(*args, (7_400, 11_700), NARROW) == (
        f"{plain}; a range that has held 68% of the time is 7,400 to 11,700"
    )


def test_headline_says_why_there_is_no_range():
    text = s.headline("encounters", "", "x", SEP, 9_300.0, None, errors=3)
    assert text.endswith("No 80% range is given: it would need 4 independent past misses and there are 3.")
    assert "there is 1." in s.headline("encounters", "", "x", SEP, 9_300.0, None, errors=1)
    assert "there are too few." in s.headline("encounters", "", "x", SEP, 9_300.0, None)


def test_headline_of_a_series_with_only_a_name():
    assert s.headline("", "", "visits", SEP, 48_000, (38_000, 61_000)).startswith(
        "Visits: about 48,000 is forecast for September 2026; the 80% range"
    )


def test_no_forecast():
    assert (
        s.no_forecast(AUG, 8870)
        == "There is no forecast this month; the latest count is 8,870, for August 2026"
    )


@pytest.mark.parametrize(
    ("before", "ends", "chance", "part"),
    [
        (
            8_386,
            (7_400, 11_700),
            0.7,
            "lies inside the range, so the direction is open: we put the chance of a higher count than last year at about 70%",
        ),
        (8_386, (7_400, 11_700), None, "so the direction is open. Counted."),
        (
            5_000,
            (7_400, 11_700),
            0.97,
            "lies below the range: a higher count than last year is forecast with a chance of about 95%",
        ),
        (5_000, (7_400, 11_700), None, "a higher count than last year is forecast. Counted."),
        (
            15_000,
            (7_400, 11_700),
            0.08,
            "lies above the range: a lower count than last year is forecast with a chance of about 90%",
        ),
        (15_000, (7_400, 11_700), None, "a lower count than last year is forecast. Counted."),
        (8_386, None, None, "without a range nothing is said on whether that is a real difference"),
        (None, (7_400, 11_700), None, "No figure for September 2025 is known"),
    ],
)
def test_comparison_names_a_direction_only_outside_the_range(before, ends, chance, part):
    text = s.comparison(9_300, before, SEP - 12, ends, chance, "Counted.")
    assert part in text and text.endswith("Counted.")
    if before is not None and ends is not None and ends[0] <= before <= ends[1]:
        assert "a higher count than last year is forecast" not in text


def test_relative_words():
    assert "11% more than the 8,386" in s.comparison(9_300, 8_386, SEP, None, None, "")
    assert "7% less than the 10,000" in s.comparison(9_300, 10_000, SEP, None, None, "")
    assert "about the same as the 9,300" in s.comparison(9_300, 9_300, SEP, None, None, "")
    assert "3.1 times the 3,000" in s.comparison(9_300, 3_000, SEP, None, None, "")
    assert "That is against the 0" in s.comparison(9_300, 0, SEP, None, None, "")


def test_description():
    assert s.description("encounters", "x", SEP, 9_300, (7_400, 11_700), True) == (
        "Encounters: about 9,300 forecast for September 2026, 80% range 7,400 to 11,700."
    )
    assert "no 80% range" in s.description("", "visits", SEP, 9_300, None, True)


def test_latest_changes_gives_both_comparisons():
    assert s.latest_changes(8870, AUG, 9300, 6330) == "−5% on July, +40% on Aug 2025"
    assert s.latest_changes(8870, AUG, None, None) == "no earlier figure to compare with"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (14_000, "above"),
        (8_000, "below"),
        (9_000, "inside, near the low end"),
        (13_000, "inside, near the high end"),
        (11_000, "inside"),
    ],
)
def test_where_a_count_fell(value, words):
    assert s.where_it_fell(value, {"80": (8_800, 13_800), "50": (10_000, 12_000)}) == words


def test_earlier_forecast():
    assert s.where_it_fell(1, {"80": None}) == "no 80% range was given"
    assert s.earlier_forecast(9_000, {"80": None}) == "No 80% range was given"
    assert (
        s.earlier_forecast(9_000, {"80": (8_800, 13_800)})
        == "8 in 10: 8,800 to 13,800. The count came in inside"
    )


def test_held_words():
    assert s.held_words(FAIR, "2010-01") == "160 of 200 months, one month ahead, replayed since 2010"
    assert "published since" in s.held_words(FAIR, "2010-01", replayed=False)


def test_sources_and_first_sentence():
    assert s.sources_line("US Customs and Border Protection", "2026-09-30").startswith(
        "Source: US Customs and Border Protection, as known on 30"
    )
    assert "figures supplied by the user" in s.sources_line("", "2026-09-30")
    assert s.first_sentence("One. Two.") == "One."
    assert s.first_sentence("One; two") == "One."
