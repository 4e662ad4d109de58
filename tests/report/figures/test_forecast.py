"""The fan."""

import numpy as np
import pandas as pd

from figure_checks import boxes, check_chart, fan, monthly
from forecast.report import format as w
from forecast.report.figures.forecast import Reach, fan_chart
from forecast.report.figures.palette import PLACEHOLDERS

COUNTS = monthly(
    [
        8349,
        7200,
        8400,
        8700,
        6100,
        4592,
        6300,
        8386,
        7988,
        7353,
        6476,
        6076,
        6599,
        8300,
        9000,
        10011,
        9900,
        9300,
        8870,
    ],
    "2025-02",
)
FAN = fan(8870, "2026-09", 12)


def draw(**how):
    return fan_chart(COUNTS, FAN, Reach(6, "later: only the wider range"), **how)


def test_ends_levels_and_extremes_are_named():
    words = check_chart(draw)
    for text in ("Aug: 8,870", "May 2026: 10,011", "8 in 10", "known", "forecast", "Feb: 8,900"):
        assert text in words, text
    assert (
        f"{w.rounded(FAN['upper_80'].iloc[-1])}" in words
        and f"{w.rounded(FAN['lower_80'].iloc[-1])}" in words
    )
    assert any(text.startswith("later") for text in words)


def test_later_months_have_no_middle_line():
    figure = draw()
    ends = [line.get_xdata()[-1] for line in figure.axes[0].lines if line.get_color() == PLACEHOLDERS["fc"]]
    assert ends == [len(COUNTS) + 5]


def test_a_forecast_of_six_months_has_no_hatching():
    figure = fan_chart(COUNTS, FAN.iloc[:6], Reach(6))
    assert not [
        line for line in figure.axes[0].lines if line.get_color() == PLACEHOLDERS["edge"] and line.is_dashed()
    ]
    check_chart(lambda **how: fan_chart(COUNTS, FAN.iloc[:6], Reach(6), **how))


def test_refused_ranges_leave_the_middle():
    bare = FAN.assign(lower_80=np.nan, upper_80=np.nan, lower_50=np.nan, upper_50=np.nan)
    words = check_chart(lambda **how: fan_chart(COUNTS, bare, Reach(6), **how))
    assert "Feb: 8,900" in words and "8 in 10" not in words
    short = FAN.copy()
    short.loc[short["horizon"] > 3, ["lower_80", "upper_80"]] = np.nan
    check_chart(lambda **how: fan_chart(COUNTS, short, Reach(6), **how))


def test_outcomes_are_hollow_and_labelled_at_the_outcomes():
    later = monthly([6000, 5000, 4000, 3000, 2500, 2000, 1000], "2026-09")
    words = check_chart(lambda **how: fan_chart(COUNTS, FAN, Reach(6), later, **how))
    assert "What happened afterwards" in words
    figure = fan_chart(COUNTS, FAN, Reach(6), later)
    dots = [line for line in figure.axes[0].lines if line.get_markerfacecolor() == PLACEHOLDERS["bg"]]
    assert [len(line.get_xdata()) for line in dots] == [7]


def test_an_unofficial_figure_is_a_marked_point():
    points = [(pd.Period("2026-09", "M"), 7600.0, "press, 3 Oct 2026: “around 7,600”")]
    words = check_chart(lambda **how: fan_chart(COUNTS, FAN, Reach(6), None, points, **how))
    assert "press, 3 Oct 2026: “around 7,600”" in words


def test_random_counts_never_make_labels_collide():
    rng = np.random.default_rng(3)
    for _ in range(5):
        values = 10 ** rng.uniform(1, 5.5) * np.exp(np.cumsum(rng.normal(0, 0.3, int(rng.integers(4, 50)))))
        counts = monthly(np.round(values))
        first, steps = str(counts["month"].iloc[-1] + 1), int(rng.integers(1, 13))
        ahead = fan(float(values[-1]), first, steps, rng.uniform(0.05, 0.6))
        check_chart(
            lambda counts=counts, ahead=ahead, **how: fan_chart(
                counts, ahead, Reach(min(6, len(ahead))), **how
            ),
            hits=1,
        )


def test_on_a_phone_the_last_count_and_an_unofficial_figure_have_short_words():
    points = [(pd.Period("2026-09", "M"), 7600.0, "press: “around 7,600”")]
    words = [text for text, _ in boxes(fan_chart(COUNTS, FAN, Reach(6), None, points, narrow=True))]
    assert "8,870" in words and "press" in words and not any("around" in text for text in words)
