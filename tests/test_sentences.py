"""Sentences from numbers: every branch."""

import numpy as np
import pandas as pd
import pytest

from forecast.report import sentences as s
from forecast.report import wording as w
from forecast.report.facts import Held

AUG, SEP, FEB = (pd.Period(m, "M") for m in ("2026-08", "2026-09", "2027-02"))
FAIR = Held(1, 0.8, 160, 200, 0.755, 0.845)
NARROW = Held(1, 0.8, 136, 200, 0.755, 0.845)


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
        (8_386, (7_400, 11_700), 0.7, "lies inside the range, so the direction is open: we put the chance of a higher count than last year at about 70%"),
        (8_386, (7_400, 11_700), None, "so the direction is open. Counted."),
        (5_000, (7_400, 11_700), 0.97, "lies below the range: a higher count than last year is forecast with a chance of about 95%"),
        (5_000, (7_400, 11_700), None, "a higher count than last year is forecast. Counted."),
        (15_000, (7_400, 11_700), 0.08, "lies above the range: a lower count than last year is forecast with a chance of about 90%"),
        (15_000, (7_400, 11_700), None, "a lower count than last year is forecast. Counted."),
        (8_386, None, None, "without a range nothing is said on whether that is a real difference"),
        (None, (7_400, 11_700), None, "No figure for September 2025 is known"),
    ],
)  # fmt: skip
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
    [(14_000, "above"), (8_000, "below"), (9_000, "inside, near the low end"), (13_000, "inside, near the high end"), (11_000, "inside")],
)  # fmt: skip
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


def test_forecast_title():
    assert s.forecast_title(AUG, 8870, FEB, [8_400], 1.5, 6.0) == (
        "The middle of the forecast stays close to August’s level; the range around it widens fast"
    )
    assert s.forecast_title(AUG, 8870, FEB, [8_400], 1.5, 1.6).endswith("; the range around it widens slowly")
    assert s.forecast_title(AUG, 8870, FEB, [8_400], None, None).endswith("August’s level")
    assert s.forecast_title(AUG, 100, FEB, [150], None, None) == (
        "By February 2027 the middle of the forecast is 50% above August’s count"
    )
    assert "50% below" in s.forecast_title(AUG, 100, FEB, [50], None, None)
    assert "August 2026’s count" in s.forecast_title(AUG, 100, AUG + 12, [150], None, None)
    assert s.forecast_title(AUG, 0, FEB, [5], None, None).startswith("The middle of the forecast stays close")
    swings = s.forecast_title(AUG, 1763, AUG + 12, [1420.0, 1210.0, 1760.0], None, None)
    assert (
        swings
        == "The middle of the forecast moves between 1,210 and 1,760 and ends close to August 2026’s count"
    )


def test_range_words():
    assert "rest on 150 past one-step misses" in s.range_words("square_root", 150)
    assert "rest on past one-step misses" in s.range_words("square_root", None)
    assert "at the same distance" in s.range_words("direct", 60)


def test_forecast_note():
    assert s.forecast_note([], "", "Source.") == "No range is given: there are too few past misses. Source."
    both = s.forecast_note(["80", "50"], "Rests.", "Source.")
    assert both.startswith("Eight outcomes in ten") and "five in ten" in both and "Rests. Source." in both
    assert s.forecast_note(["50"], "R.", "S.").startswith("Five in ten inside the 50% range.")


def test_forecast_label():
    args = ("encounters", 4592, 10011, 8870, (8_400, 9_300), FEB)
    assert s.forecast_label(*args, (7_400, 11_700), (3_200, 22_000), True).endswith(
        "the 80% range widens from 7,400 to 11,700 to 3,200 to 22,000."
    )
    assert s.forecast_label(*args, (7_400, 11_700), None, True).endswith("is refused later.")
    assert s.forecast_label(*args, None, None, True).endswith("no 80% range is given.")


def test_next_find():
    rows = [(SEP, 9_300.0, (7_400, 11_700)), (FEB, 8_400.0, (3_200, 22_000))]
    far = (AUG + 12, 8_900.0, (1_700, 47_000))
    text = s.next_find(rows, far, 3)
    assert "goes from 9,300 in September to 8,400 in February 2027" in text
    assert "By February 8 in 10 outcomes should lie between 3,200 and 22,000" in text
    assert "twelve months ahead the range (1,700 to 47,000) is too wide to plan by." in text
    assert text.endswith(
        "Beyond two months the middle line has been no better than repeating the latest count."
    )
    assert "is wider still" in s.next_find(rows, (AUG + 12, 1.0, (5_000, 20_000)), None)
    assert "stays near 9,300" in s.next_find([rows[0], (FEB, 9_400.0, None)], None, None)
    assert "No 80% range is given for February" in s.next_find([rows[0], (FEB, 9_400.0, None)], None, None)
    assert s.next_find(rows[:1], None, None).startswith(
        "The middle of the forecast for September 2026 is 9,300."
    )


def test_no_skill_words():
    assert s.no_skill(None) == "" and s.no_skill(9) == ""
    assert s.no_skill(1).startswith(" At no distance")
    assert s.no_skill(2).startswith(" Beyond one month the")
    assert s.no_skill(2, "since 2020").endswith("repeating the latest count since 2020.")
    assert s.never_beaten(None, "since 2019") == ""
    assert s.never_beaten(6, "since 2019") == (
        " Six months ahead, no model here has done better than repeating the latest count since 2019."
    )


def test_rounding_note_explains_a_refusal_once():
    text = s.rounding_note([("95", 15, 19), ("95", 12, 19)], 0.9, {100})
    assert text.startswith("Forecasts are rounded to the nearest 100; chances")
    assert text.count("Refused:") == 1 and "only 15 exist" in text
    assert text.endswith("No range above 90% can be supported.")
    assert "refused" not in s.rounding_note([], None, set()).lower()


def test_rounding_note_tells_the_steps_that_occur():
    assert s.rounding_note([], None, set()).startswith("Forecasts are rounded to three digits;")
    assert s.rounding_note([], None, {1}).startswith("Forecasts are rounded to whole numbers;")
    many = s.rounding_note([], None, {1000, 10, 100})
    assert many.startswith(
        "Forecasts are rounded to the nearest 10 below 2,000, to the nearest 100 below 20,000 and to the nearest 1,000 above;"
    )


def test_afterwards_find():
    assert "No 80% range was given" in s.afterwards_find(0, 0, 3)
    assert s.afterwards_find(1, 1, 1).endswith("It fell inside the 80% range.")
    assert s.afterwards_find(0, 1, 1).endswith("It fell outside the 80% range.")
    assert s.afterwards_find(3, 3, 3).endswith("All three fell inside the 80% range.")
    assert s.afterwards_find(0, 3, 3).endswith("All three fell outside the 80% range.")
    assert s.afterwards_find(2, 3, 3).endswith("The 80% range held in two of three.")


def test_past_find():
    assert s.past_find(AUG, 8870, 249_740, pd.Period("2023-12", "M"), pd.Period("1999-10", "M"), True) == (
        "August’s 8,870 is 96% below the highest count since October 1999, 249,740 in December 2023. Because the recent"
        " counts are so much smaller, the forecast is drawn on its own scale at the top of this page, and in place below."
    )
    assert s.past_find(AUG, 9, 9, AUG, AUG, False) == "August’s 9 is the highest count since August 2026."


def counts(values):
    return pd.Series(
        np.asarray(values, float), index=pd.period_range("2010-01", periods=len(values), freq="M")
    )


def test_past_title_tells_a_new_level_that_the_counts_show():
    fell = counts([100.0] * 60 + [50, 20] + [20.0] * 10)
    assert s.past_title(fell) == (
        "Counts fell 80% in the two months to February 2015 and have since been below every month of the four years before"
    )
    rose = counts([20.0] * 60 + [100.0] * 10)
    assert s.past_title(rose).startswith("Counts rose 400% in January 2015 and have since been above every")


def test_past_title_tells_a_jump_or_nothing():
    jump = counts([*([100.0, 120.0] * 15), 500.0, *([100.0, 120.0] * 14), 192.0, 190.0, 185.0])
    assert s.past_title(jump) == "Counts rose 60% in December 2014 and have since been between 185 and 190"
    fall = counts([*([100.0, 120.0] * 30), 200.0, 110.0, 115.0])
    assert s.past_title(fall) == "Counts fell 45% in February 2015"
    calm = counts([100.0, 105.0] * 30)
    assert s.past_title(calm) == "Monthly counts, January 2010 to December 2014, and the forecast"
    assert s.past_title(counts([0.0, 5.0, 0.0, 7.0])).startswith("Monthly counts")


def test_past_title_is_true_for_random_counts():
    rng = np.random.default_rng(7)
    for _ in range(60):
        steps = rng.normal(0, 0.3, 90) + np.where(np.arange(90) == 75, rng.normal(0, 2), 0)
        values = counts(1000 * np.exp(np.cumsum(steps)))
        title = s.past_title(values)
        if "every month of the" not in title:
            continue
        way = "below" if "been below" in title else "above"
        words = title.split("every month of the ")[1].split(" year")[0]
        years = w.NUMBER_WORDS.index(words)
        end = pd.Period(pd.Timestamp("1 " + " ".join(title.split(" and have")[0].split(" ")[-2:])), "M")
        months = (
            w.NUMBER_WORDS.index(title.split("in the ")[1].split(" month")[0]) if "in the" in title else 1
        )
        since, before = values[values.index >= end], values[values.index < end - months].iloc[-12 * years :]
        assert since.max() < before.min() if way == "below" else since.min() > before.max(), title


def test_past_note():
    assert s.past_note(False, False, [], "S.") == "S."
    assert "see “What did each policy seem to do?”" in s.past_note(True, True, [], "S.")
    assert s.past_note(True, False, ["Break."], "S.").endswith("brought it about. Break. S.")


def test_sources_and_first_sentence():
    assert s.sources_line(True, "2026-09-30").startswith(
        "Source: US Customs and Border Protection, as known on 30"
    )
    assert "figures supplied by the user" in s.sources_line(False, "2026-09-30")
    assert s.first_sentence("One. Two.") == "One."
    assert s.first_sentence("One; two") == "One."
