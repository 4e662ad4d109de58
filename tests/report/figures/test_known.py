"""Chart 6."""

import numpy as np
import pandas as pd

from figure_checks import check_chart, monthly
from forecast.report.figures.known import CasePanel, known_chart, scales


def case(level=150_000.0, actual=True, hindsight=True):
    history = monthly(level * np.array([0.8, 1.1, 1.0, 0.9, 1.2, 1.4, 0.7, 0.9, 1.0]), "2023-07").set_index(
        "month"
    )["value"]
    months = pd.period_range("2024-04", periods=6, freq="M")
    ahead = pd.DataFrame(
        {"none": level, "at_origin": level * 1.1, "lower_80": level * 0.6, "upper_80": level * 2.5},
        index=months,
    )
    ahead["hindsight"] = level * 0.5 if hindsight else np.nan
    ahead["actual"] = level * np.linspace(0.9, 0.4, 6) if actual else np.nan
    return CasePanel("7 May 2024", "the day of the Guatemala talks", history, ahead)


def test_lines_are_named_and_can_be_switched():
    words = check_chart(
        lambda **how: known_chart([case(), case(40_000), case(160_000), case(150_000)], **how)
    )
    for text in (
        "no events",
        "as known",
        "hindsight",
        "happened",
        "7 May 2024",
        "the day of the Guatemala talks",
    ):
        assert text in words
    figure = known_chart([case()])
    gids = {str(line.get_gid()) for line in figure.axes[0].lines}
    assert {"c:kn-none", "c:kn-known", "c:kn-hind"} <= gids


def test_panels_share_a_scale_where_they_can():
    tops = scales([case(100_000), case(90_000), case(10_000)])
    assert tops[0] == tops[1] > tops[2]


def test_what_is_not_known_is_left_out():
    words = check_chart(lambda **how: known_chart([case(actual=False, hindsight=False)], **how))
    assert "happened" not in words and "hindsight" not in words
