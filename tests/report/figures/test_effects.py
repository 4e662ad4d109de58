"""The effects."""

from figure_checks import check_chart
from forecast.report.figures.effects import Drawn, effects_chart
from forecast.report.figures.palette import PLACEHOLDERS

TESTS = "rare: yes · lately: not testable · other models: not tried"
ROWS = [
    Drawn(
        "COVID-19 pandemic and Title 42 expulsions",
        "16 and 21 March 2020",
        -0.99,
        -1.3,
        -0.6,
        True,
        "count −40%",
        TESTS,
    ),
    Drawn("New administration", "January 2021", 0.17, -0.25, 0.6, False, "", TESTS),
    Drawn(
        "Emergency measures at the border",
        "January 2025",
        -1.9,
        -4.0,
        -1.43,
        True,
        "count −82% (usual −3%)",
        TESTS,
    ),
]


def test_changes_are_told_in_percent_beside_the_raw_change_and_the_tests():
    words = check_chart(lambda **how: effects_chart(ROWS, **how))
    for text in ("−63%", "count −82% (usual −3%)", "January 2021", "no change"):
        assert text in words, text
    assert any("rare: yes" in text for text in words)


def test_only_what_passes_every_test_is_filled():
    points = [line for line in effects_chart(ROWS).axes[0].lines if line.get_marker() == "o"]
    assert [p.get_markerfacecolor() for p in points] == [
        PLACEHOLDERS["fc"],
        PLACEHOLDERS["bg"],
        PLACEHOLDERS["fc"],
    ]


def test_a_line_that_leaves_the_scale_ends_in_an_arrow():
    assert sum(line.get_marker() == "<" for line in effects_chart(ROWS).axes[0].lines) == 1


def test_no_test_is_torn_from_its_outcome():
    for narrow in (False, True):
        words = [text.get_text() for text in effects_chart(ROWS, narrow=narrow).axes[0].texts]
        said = [line for line in words if ":" in line]
        assert said and all(part in TESTS.split(" · ") for line in said for part in line.split(" · "))
