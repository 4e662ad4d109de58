"""Ten years."""

import numpy as np
import pandas as pd
import pytest

from figure_checks import check_chart, fan, monthly
from forecast.report.figures import style as f
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


def test_the_lines_of_events_end_at_the_label_of_the_record(counts):
    figure = past_chart(counts, fan(60_000.0, "2026-09"), EVENTS)
    (ax,) = figure.axes
    (label,) = [text for text in ax.texts if f"{int(counts['value'].max()):,}" in text.get_text()]
    box = label.get_window_extent(f.ruler())
    for line in ax.lines:
        if line.get_color() == PLACEHOLDERS["ev"]:
            (x, _), (low, high) = line.get_xdata(), line.get_ydata()
            assert not (box.x0 < x < box.x1 and low < box.y1 and box.y0 < high)
