"""Ten years."""

import numpy as np
import pandas as pd
import pytest

from figure_checks import boxes, check_chart, fan, monthly
from forecast.report.figures.palette import PLACEHOLDERS
from forecast.report.figures.past import past_chart

EVENTS = list(
    pd.PeriodIndex(
        ["2017-01", "2019-06", "2020-03", "2021-01", "2023-01", "2023-05", "2024-01", "2024-02"], freq="M"
    )
)


@pytest.fixture(scope="module")
def counts():
    steps = np.random.default_rng(5).normal(0, 0.15, 120)
    return monthly(np.round(50_000 * np.exp(np.cumsum(steps))), "2016-09")


def test_events_are_numbered_at_their_lines_and_the_record_is_told(counts):
    ahead = fan(float(counts["value"].iloc[-1]), "2026-09")
    words = check_chart(lambda **how: past_chart(counts, ahead, EVENTS, **how))
    assert [str(k) for k in range(1, 9)] == [word for word in words if word in set("12345678")]
    assert any(f"{int(counts['value'].max()):,}" in text for text in words)


def test_no_events_and_no_forecast_still_draw(counts):
    check_chart(lambda **how: past_chart(counts, fan(1.0, "2026-09").iloc[:0], [], **how))
    check_chart(lambda **how: past_chart(monthly([5, 7, 6]), fan(6, "2024-04"), [], **how))


def crossed(figure):
    """Return texts that a vertical line of an event runs through."""
    lines = [line for line in figure.axes[0].lines if line.get_color() == PLACEHOLDERS["ev"]]
    ends = [line.get_transform().transform(line.get_xydata()) for line in lines]
    assert all(abs(low[0] - high[0]) < 0.1 for low, high in ends)
    return [
        text
        for text, box in boxes(figure)
        for (x, low), (_, high) in ends
        if box.x0 < x < box.x1 and low < box.y1 - 1 and high > box.y0 + 1
    ]


@pytest.mark.parametrize("narrow", [False, True])
def test_no_event_line_runs_through_a_text(counts, narrow):
    ahead = fan(float(counts["value"].iloc[-1]), "2026-09")
    for at in range(len(counts)):
        peaked = counts.assign(value=counts["value"].where(counts.index != at, 400_000.0))
        near = [
            month for k in (-7, -4, 1, 3) if counts["month"].iloc[0] <= (month := counts["month"][at] + k)
        ]
        events = sorted({*EVENTS[:2], *(m for m in near if m <= counts["month"].iloc[-1])})
        if at % 7 == 0:
            assert crossed(past_chart(peaked, ahead, events, narrow=narrow)) == [], at


def test_a_line_is_whole_where_no_text_stands_in_its_way(counts):
    ahead = fan(float(counts["value"].iloc[-1]), "2026-09")
    figure = past_chart(counts, ahead, EVENTS[:2])
    drawn = [line for line in figure.axes[0].lines if line.get_color() == PLACEHOLDERS["ev"]]
    assert len(drawn) == 2
