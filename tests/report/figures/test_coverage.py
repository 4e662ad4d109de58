"""Chart 3."""

import pandas as pd

from figure_checks import check_wide
from forecast.report.figures.coverage import coverage_chart
from forecast.report.figures.palette import PLACEHOLDERS

ROWS = [
    (1, 0.5, 92, 200, 0.46, 0.44, 0.56),
    (1, 0.8, 152, 200, 0.76, 0.755, 0.845),
    (6, 0.5, 75, 190, 0.39, 0.35, 0.65),
    (6, 0.8, 129, 190, 0.68, 0.7, 0.9),
]
TABLE = pd.DataFrame(ROWS, columns=["horizon", "nominal", "held", "n", "share", "low", "high"])


def test_shares_and_counts_are_told():
    words = check_wide(coverage_chart(TABLE))
    for text in (
        "46%",
        "76%",
        "68%",
        "promised 80%",
        "80%: 129 of 190 months",
        "1 month ahead",
        "6 months ahead",
    ):
        assert text in words


def test_a_share_outside_its_bar_is_a_diamond_in_another_colour():
    figure = coverage_chart(TABLE)
    marks = {
        (round(float(line.get_xdata()[0]), 2), line.get_marker()): line.get_color()
        for line in figure.axes[0].lines
        if line.get_marker() in "oD"
    }
    assert marks[(0.68, "D")] == PLACEHOLDERS["ev"] and marks[(0.76, "o")] == PLACEHOLDERS["fc"]


def test_low_shares_widen_the_axis():
    low = TABLE.assign(share=0.03, low=0.0)
    assert coverage_chart(low).axes[0].get_xlim()[0] == 0
    check_wide(coverage_chart(low.iloc[[0, 3]]))


def test_labels_of_near_dots_stand_apart():
    for gap in (0.0, 0.01, 0.03, 0.06, 0.1):
        near = TABLE.assign(share=[0.6, 0.6 + gap, 0.97 - gap, 0.97])
        check_wide(coverage_chart(near))
