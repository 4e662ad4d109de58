"""The chart of monthly surprises."""

import numpy as np
import pandas as pd

from figure_checks import check_wide
from forecast.report.figures.volatility import volatility_chart

AT = pd.period_range("2001-01", periods=240, freq="M")
SPREAD = np.where(np.arange(240) < 150, 0.1, 0.2)
MONTHS = pd.DataFrame(
    {"month": AT, "surprise": SPREAD * np.where(np.arange(240) % 2, 1.5, -1.5), "sd": SPREAD}
)
BREAKS = pd.DataFrame({"month": [AT[150]], "lower": [AT[140]], "upper": [AT[163]]})


def test_surprises_and_their_spread_are_named():
    words = check_wide(volatility_chart(MONTHS, BREAKS))
    assert {"surprise of a month", "spread over three years", "0%", "+33%", "2010"} <= set(words)


def test_the_range_of_the_date_is_shaded_and_its_middle_is_a_line():
    ax = volatility_chart(MONTHS, BREAKS).axes[0]
    (band,) = ax.patches
    assert (band.get_x(), band.get_x() + band.get_width()) == (139.5, 163.5)
    assert any(list(line.get_xdata()) == [149.5, 149.5] for line in ax.lines)
    assert not volatility_chart(MONTHS, BREAKS.iloc[:0]).axes[0].patches


def test_a_surprise_beyond_the_scale_does_not_stretch_it():
    wild = MONTHS.assign(surprise=MONTHS["surprise"].where(MONTHS.index != 7, -4.0))
    assert volatility_chart(wild, BREAKS).axes[0].get_ylim() == (-1.6, 1.6)
