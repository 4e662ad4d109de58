"""With and without."""

import numpy as np
import pytest

from figure_checks import check_wide, fan, monthly
from forecast.report.figures.counterfactual import ROOM, response_chart

COUNTS = monthly(np.r_[np.full(12, 200_000.0), np.full(8, 120_000.0)], "2022-01")
BEFORE, SAME = fan(210_000, "2023-01", 6), fan(190_000, "2023-01", 8, 0.4)


def test_counts_and_both_answers_are_drawn():
    words = check_wide(response_chart(COUNTS, BEFORE, SAME))
    for text in ("Counted", "Forecast", "Effect taken out", "made the month before"):
        assert text in words


def test_a_wide_fan_is_cut_and_never_sets_the_scale():
    wide = BEFORE.assign(upper_80=5_000_000.0)
    figure = response_chart(COUNTS, wide, SAME)
    assert figure.axes[0].get_ylim()[1] <= 1.1 * max(ROOM * 200_000, 210_000)


@pytest.mark.parametrize(
    ("before", "same", "missing"),
    [(BEFORE.iloc[:0], SAME, "Forecast"), (BEFORE, SAME.iloc[:0], "Effect taken out")],
)
def test_one_answer_alone(before, same, missing):
    assert missing not in check_wide(response_chart(COUNTS, before, same))
