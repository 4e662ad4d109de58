"""The specification curve."""

import numpy as np
import pandas as pd

from figure_checks import check_wide
from forecast.report.figures.robustness import HIGH, _runs, specification_chart

N = 120
PERCENT = np.r_[np.linspace(-70, -10, 80), np.linspace(10, 200, 40)]
TABLE = pd.DataFrame({"percent": PERCENT, "percent_lower_95": PERCENT - 15, "percent_upper_95": PERCENT + 60})
STEP = np.arange(N) < 80
OPTIONS = [
    ("Shape", [("lasting step", STEP), ("gradual", ~STEP)]),
    (
        "Other events in the model",
        [("all", np.arange(N) % 2 == 0), ("all but Visas for Venezuelans", np.arange(N) % 2 == 1)],
    ),
]


def test_estimates_above_and_choices_below():
    words = check_wide(specification_chart(TABLE, OPTIONS))
    for text in ("Shape", "lasting step", "gradual", "all but Visas for Venezuelans", "−50%", "0", "+100%"):
        assert text in words
    assert "blue: the 95% range leaves out zero" in words


def test_nothing_clear_is_said_and_ends_without_bound_are_drawn_at_the_edge():
    wide = TABLE.assign(percent_lower_95=-100.0, percent_upper_95=np.inf)
    words = check_wide(specification_chart(wide, OPTIONS))
    assert "no 95% range leaves out zero" in words
    figure = specification_chart(wide, OPTIONS)
    drawn = figure.axes[0].lines[1].get_ydata()
    assert np.nanmax(drawn) <= np.log1p(HIGH / 100) and np.isfinite(drawn[~np.isnan(drawn)]).all()


def test_neighbours_are_one_stroke():
    starts, ends = _runs(np.array([0, 1, 2, 5, 7, 8]))
    assert starts.tolist() == [0, 5, 7] and ends.tolist() == [2, 5, 8]
