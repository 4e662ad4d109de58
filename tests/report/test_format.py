"""Numbers, dates and words as the page prints them."""

import pandas as pd
import pytest

from forecast.report import format as w
from words_helpers import forbidden_words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (8870, "8,870"),
        (0, "0"),
        (12.5, "12.5"),
        (-3, "−3"),
        (-2.25, "−2.25"),
        (249785.0, "249,785"),
        (0.12345, "0.123"),
    ],
)
def test_count_prints_published_figures_as_published(value, text):
    assert w.count(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (9_249, "9,200"),
        (9_250, "9,300"),
        (19_949, "19,900"),
        (19_950, "20,000"),
        (22_140, "22,000"),
        (134_500, "135,000"),
        (433.2, "430"),
        (99.6, "100"),
        (87.4, "87"),
        (0, "0"),
        (994, "990"),
        (996, "1,000"),
        (1_432, "1,430"),
        (1_994, "1,990"),
        (1_995, "2,000"),
        (2_432, "2,400"),
        (-9_249, "−9,200"),
    ],
)
def test_forecasts_are_rounded_by_their_size(value, text):
    assert w.rounded(value) == text


def test_forecasts_of_other_than_counts_keep_three_digits():
    assert w.rounded(3.14159, whole=False) == "3.14"
    assert w.rounded(0, whole=False) == "0"
    assert w.rounded(12_345, whole=False) == "12,300"


@pytest.mark.parametrize(
    ("low", "high", "whole", "text"),
    [
        (371.9, 372.3, False, "371.90 to 372.30"),
        (0.6, 1.4, True, "0 to 2"),
        (0.0, 0.2, True, "0 to 1"),
        (8_841, 8_849, True, "8,841 to 8,849"),
        (8_801, 8_849, True, "8,801 to 8,849"),
        (950_200_000, 950_400_000, True, "950.20 million to 950.40 million"),
        (5, 5, True, "5 to 5"),
        (4_100, 17_900, True, "4,100 to 17,900"),
        (-3.2101, -3.2052, False, "−3.2101 to −3.2052"),
    ],
)
def test_ends_of_a_range_that_differ_are_printed_apart(low, high, whole, text):
    assert w.span(low, high, whole) == text


@pytest.mark.parametrize("size", [1e-3, 0.03, 0.8, 7.0, 42.0, 999.0, 12_345.0, 5e5, 3.3e6, 9.6e8, 2e10])
@pytest.mark.parametrize("share", [1e-4, 0.003, 0.07, 0.6, 3.0])
@pytest.mark.parametrize("whole", [False, True])
def test_no_range_looks_like_a_point(size, share, whole):
    low, high = w.span(size, size * (1 + share), whole).split(" to ")
    assert low != high


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (964_320_000, "964 million"),
        (999_499, "999,000"),
        (999_500, "1.00 million"),
        (999_499.9, "999,000"),
        (1_234_567, "1.23 million"),
        (12_345_678, "12.3 million"),
        (999_600_000, "1.00 billion"),
        (45_678_000_000, "45.7 billion"),
        (-2_500_000, "−2.50 million"),
    ],
)
def test_large_numbers_are_told_in_millions_and_billions(value, text):
    assert w.rounded(value) == text


def test_the_numbers_of_a_page_have_the_decimals_that_its_ranges_need():
    with w.rounding(0.38):
        assert [w.rounded(v, False) for v in (372.1, 371.0, 5.0, 0.0)] == ["372.10", "371.00", "5.00", "0.00"]
        assert w.rounded(372.1) == "372"  # counts stay whole
    with w.rounding(450):
        assert w.rounded(22_140) == "22,140" and w.rounded(3.14159, False) == "3.14"
    with w.rounding(40_000):
        assert w.rounded(129_400) == "129,000"
    with w.rounding(float("nan")):
        assert w.rounded(22_140) == "22,000"


def test_range_has_words_and_no_dash():
    assert w.span(7_412, 11_672) == "7,400 to 11,700"


@pytest.mark.parametrize(
    ("value", "text"), [(0.4, "0"), (5.2, "+5"), (-5.2, "−5"), (-0.4, "0"), (1234, "+1,234")]
)
def test_signed(value, text):
    assert w.signed(value) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.684, "68%"), (0.998, "99%"), (1, "100%"), (0.001, "1%"), (0, "0%"), (-0.2, "−20%")]
)
def test_percent_does_not_round_onto_all_or_nothing(share, text):
    assert w.percent(share) == text


def test_changes():
    assert w.change(140, 100) == "+40%"
    assert w.change(95, 100) == "−5%"
    assert w.change(100, 100) == "0%"
    assert w.change(100, 0) == "from 0"
    assert w.plain_change(95, 100) == "5%"


@pytest.mark.parametrize(
    ("value", "text"), [(0.131, "+13%"), (-0.01, "−1%"), (0.001, "0%"), (-1.2, "below −100%")]
)
def test_skill(value, text):
    assert w.skill(value) == text


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.683, "70%"), (0.0, "5%"), (1.0, "95%"), (0.5, "50%"), (0.674, "65%"), (0.675, "70%")],
)
def test_chances_move_in_steps_of_five_and_never_say_never(probability, text):
    assert w.chance(probability) == text


def test_small_formats():
    assert w.hits(152, 200) == "152 of 200"
    assert w.factor(1.8) == "× 1.80"
    assert w.effect(-1.897) == "−85%"
    assert w.effect(0.0) == "0%"
    assert w.level_name(0.8) == "80%"
    assert w.refused(15, 19) == "refused: 15 of 19 errors"
    assert w.nearest_tenth(0.684) == "70%"


def test_dates():
    month = pd.Period("2026-09", "M")
    assert w.month("2026-09") == month
    assert w.month(month) is month
    assert (w.month_short(month), w.month_long(month), w.month_name(month)) == (
        "Sep 2026",
        "September 2026",
        "September",
    )
    assert w.day_long("2026-09-30") == "30 September 2026"
    assert w.day_short("2026-09-03") == "3 Sep 2026"
    assert w.half_of_month("2026-10-15") == "in the first half of October 2026"
    assert w.half_of_month("2026-10-16") == "in the second half of October 2026"


def test_words():
    assert [w.number_word(n) for n in (0, 1, 12, 13)] == ["none", "one", "twelve", "13"]
    assert w.plural(1, "month") == "1 month"
    assert w.plural(1200, "month") == "1,200 months"
    assert w.plural(2, "series", "series") == "2 series"
    assert w.word_plural(1, "month") == "one month"
    assert w.word_plural(3, "month") == "three months"
    assert w.capital("aBC") == "ABC"
    assert w.capital("") == ""
    assert w.joined([]) == ""
    assert w.joined(["a"]) == "a"
    assert w.joined(["a", "", "b"]) == "a and b"
    assert w.joined(["a", "b", "c"], "or") == "a, b or c"
    assert w.possessive("August") == "August’s"
    assert w.possessive("States") == "States’"
    assert w.ahead(1) == "one month ahead"
    assert w.ahead(6) == "six months ahead"


def test_names_are_shortened_at_words():
    assert w.shortened("Zero tolerance", 24) == "Zero tolerance"
    assert w.shortened("CHNV parole (Cuba, Haiti, Nicaragua, Venezuela)", 24) == "CHNV parole"
    assert w.shortened("Proclamation 10773 and Securing the Border IFR", 24) == "Proclamation 10773 and…"
    assert w.shortened("Extraordinarilylongsingleword", 10) == "Extraordi…"
    assert w.shortened("Visa     rules", 12) == "Visa rules"


def test_forbidden_words_are_whole_words_and_names_are_exempt():
    assert forbidden_words("The rule Caused a fall; it will prove nothing") == ["caused", "will", "prove"]
    assert forbidden_words("A willing wavelength") == []
    assert forbidden_words("2014 children’s surge", exempt=["", "2014 children’s surge"]) == []
    assert forbidden_words("expected to hit a record low") == ["expected to hit", "record low"]
