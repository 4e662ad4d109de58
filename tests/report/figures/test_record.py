"""Chart 4."""

import numpy as np
import pandas as pd

from figure_checks import check_chart, fan, monthly
from forecast.report.figures.record import every_third, record_chart

RNG = np.random.default_rng(2)
COUNTS = monthly(np.round(50_000 * np.exp(np.cumsum(RNG.normal(0, 0.2, 60)))), "2020-01")
KNOWN = COUNTS.set_index("month")["value"]
TABLE = pd.concat(
    [
        fan(float(KNOWN[m]), str(m + 1), 8, 0.1).assign(
            origin=(m + 1).to_timestamp(), truth=lambda t: t["month"].map(KNOWN)
        )
        for m in COUNTS["month"].iloc[:-1]
    ],
    ignore_index=True,
)


def test_every_third_counts_back_from_the_newest_and_keeps_six_months():
    lines = every_third(TABLE)
    origins = sorted(lines["origin"].unique())
    assert origins[-1] == TABLE["origin"].max() and len(origins) == 20
    assert lines["horizon"].max() == 6


def test_misses_are_marked():
    lines = every_third(TABLE)
    last = lines[lines["horizon"] == 6].dropna(subset=["truth"])
    missed = int(((last["truth"] < last["lower_80"]) | (last["truth"] > last["upper_80"])).sum())
    figure = record_chart(COUNTS, lines)
    crosses = next(line for line in figure.axes[0].lines if line.get_marker() == "X")
    assert len(crosses.get_xdata()) == missed > 0
    words = " ".join(check_chart(lambda **how: record_chart(COUNTS, lines, **how))).replace("\n", " ")
    assert "What happened" in words and "six months long" in words


def test_one_line_is_enough():
    check_chart(lambda **how: record_chart(COUNTS.iloc[:8], every_third(TABLE).iloc[-6:], **how))
