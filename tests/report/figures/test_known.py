"""Turns, in one drawing."""

import numpy as np
import pandas as pd

from figure_checks import check_chart, monthly
from forecast.report.figures.known import Panel, known_chart, top_of
from forecast.report.figures.palette import PLACEHOLDERS


def panel(level=150_000.0):
    history = monthly(level * np.array([0.8, 1.1, 1.0, 0.9, 1.2, 1.0]), "2023-10").set_index("month")["value"]
    months = pd.period_range("2024-04", periods=6, freq="M")
    ahead = pd.DataFrame({"middle": level, "lower_80": level * 0.6, "upper_80": level * 1.5}, index=months)
    ahead["actual"] = level * np.linspace(0.9, 0.4, 6)
    return Panel("May 2024: 3 of 6 inside", "the day of the talks", "too high", history, ahead)


def test_panels_tell_date_words_and_outcome():
    words = check_chart(lambda **how: known_chart([panel(), panel(40_000), panel(160_000), panel()], **how))
    assert (
        words.count("May 2024: 3 of 6 inside") == 4
        and "too high" in words
        and "the day of the talks" in words
    )
    check_chart(lambda **how: known_chart([panel()], **how))


def test_one_scale_for_all_and_one_line_each():
    panels = [panel(), panel(40_000)]
    figure = known_chart(panels)
    assert {ax.get_ylim()[1] for ax in figure.axes} == {top_of(panels)}
    lines = [line for line in figure.axes[0].lines if line.get_color() == PLACEHOLDERS["fc"]]
    assert len(lines) == 1


def test_what_came_outside_the_band_is_a_diamond():
    diamonds = [line for line in known_chart([panel()]).axes[0].lines if line.get_marker() == "D"]
    actual, lower = panel().ahead["actual"], panel().ahead["lower_80"]
    assert len(diamonds[0].get_xdata()) == (actual < lower).sum() > 0


def test_the_scale_stands_at_the_first_panel_of_a_row():
    for narrow, first in ((False, [0]), (True, [0, 2])):
        figure = known_chart([panel()] * 4, narrow=narrow)
        scaled = [i for i, ax in enumerate(figure.axes) if "100" in [text.get_text() for text in ax.texts]]
        assert scaled == first
