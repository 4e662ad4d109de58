"""The event-study chart."""

import numpy as np
import pandas as pd

from figure_checks import check_wide
from forecast.report.figures.event_study import event_study_chart

LAGS = [*range(-6, -1), *range(13)]
ROWS = pd.DataFrame({"lag": LAGS, "estimate": np.where(np.array(LAGS) < 0, 0.0, -0.5)})
for _central, _half in ((80, 0.3), (95, 0.5)):
    ROWS[f"lower_{_central}"] = ROWS["estimate"] - _half
    ROWS[f"upper_{_central}"] = ROWS["estimate"] + _half


def test_leads_and_lags_are_dots_and_the_reference_is_hollow():
    words = check_wide(event_study_chart(ROWS))
    assert {
        "months from its start",
        "against the month before it; 80% and 95% ranges",
        "-6".replace("-", "−"),
    } <= set(words)
    dots = [line for line in event_study_chart(ROWS).axes[0].lines if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in dots] == [len(LAGS), 1] and dots[1].get_xdata()[0] == -1


def test_a_month_without_an_estimate_is_left_out():
    rows = ROWS.assign(estimate=ROWS["estimate"].where(ROWS["lag"] != 3))
    dots = [line for line in event_study_chart(rows).axes[0].lines if line.get_marker() == "o"]
    assert len(dots[0].get_xdata()) == len(LAGS) - 1
