"""The chart of the season over time."""

import numpy as np
import pandas as pd

from figure_checks import check_wide
from forecast.report.figures.palette import PLACEHOLDERS
from forecast.report.figures.season import season_chart

SEASON = pd.concat(
    [
        pd.DataFrame(
            {
                "first_year": year,
                "last_year": year + 4,
                "month_of_year": range(1, 13),
                "factor": size * np.cos(2 * np.pi * np.arange(12) / 12),
            }
        )
        for year, size in ((2003, 0.5), (2008, 0.4), (2013, 0.1), (2018, 0.1))
    ]
)


def test_every_block_is_named_and_the_newest_stands_out():
    words = check_wide(season_chart(SEASON))
    assert {"2003-07", "2008-12", "2013-17", "2018-22", "0%", "Jan", "Dec"} <= set(words)
    lines = [line for line in season_chart(SEASON).axes[0].lines if len(line.get_xdata()) == 12]
    assert len(lines) == 4 and lines[-1].get_color() == PLACEHOLDERS["fc"]
