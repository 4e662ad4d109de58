"""The gap chart."""

import numpy as np
import pandas as pd

from figure_checks import check_wide
from forecast.report.figures.gap import gap_chart

MONTHS = pd.period_range("2015-01", periods=90, freq="M")
GAPS = pd.DataFrame(
    {
        "month": MONTHS,
        "actual": np.where(np.arange(90) < 78, 5000.0, 2500.0),
        "expected": np.full(90, 5100.0),
        "part": np.where(np.arange(90) < 78, "before", "after"),
    }
)


def test_both_lines_are_named_and_four_years_before_are_drawn():
    words = check_wide(gap_chart(GAPS))
    assert "counted" in words and "by series not touched" in words and "2019" in words
    figure = gap_chart(GAPS)
    assert {len(line.get_xdata()) for line in figure.axes[0].lines} >= {48 + 12}


def test_the_gap_is_filled_from_the_event_on():
    figure = gap_chart(GAPS)
    (area,) = figure.axes[0].collections[-1:]
    assert area.get_paths()[0].vertices[:, 0].min() == 48
