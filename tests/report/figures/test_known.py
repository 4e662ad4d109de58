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


def test_the_scale_is_told_by_the_same_lines_in_every_panel():
    panels = [panel(level) for level in (150_000, 40_000, 160_000, 90_000)]
    for narrow, first in ((False, (0,)), (True, (0, 2))):
        figure = known_chart(panels, narrow=narrow)
        lines = [
            {
                round(float(path.vertices[0, 1]))
                for one in ax.collections
                for path in one.get_paths()[:9]
                if len(path) == 2
            }
            for ax in figure.axes
        ]
        assert lines[0] == {100_000, 200_000} and all(one == lines[0] for one in lines)
        labelled = [{t.get_text() for t in ax.texts} & {"100", "200"} for ax in figure.axes]
        assert [k for k, found in enumerate(labelled) if found == {"100", "200"}] == list(first)
        assert sum(map(len, labelled)) == 2 * len(first)


def test_bands_end_inside_the_scale():
    assert top_of([panel()]) > panel().ahead["upper_80"].max()
    wild = panel()._replace(ahead=panel().ahead.assign(upper_80=9e6))
    assert top_of([wild]) < 500_000  # or the lines would lie on the axis
