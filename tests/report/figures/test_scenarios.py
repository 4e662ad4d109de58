"""Chart 7."""

import pandas as pd

from figure_checks import check_wide, fan, monthly
from forecast.report.figures.scenarios import scenarios_chart

COUNTS = monthly(
    [6_300, 8_386, 7_988, 7_353, 6_476, 6_076, 6_599, 8_300, 9_000, 10_011, 9_900, 9_300, 8_870], "2025-08"
)
BASE = fan(8_870, "2026-09")


def paths(*spec):
    parts = []
    for name, label, start, times in spec:
        part = BASE[BASE["horizon"] >= start].assign(scenario=name, label=label)
        parts.append(part.assign(middle=part["middle"] * times))
    return pd.concat(parts, ignore_index=True)


def test_each_path_starts_where_it_departs_and_is_named():
    drawn = paths(
        ("more", "A measure like January 2023’s", 3, 0.5), ("less", "Half of January 2025 undone", 5, 2.5)
    )
    words = check_wide(scenarios_chart(COUNTS, BASE, drawn))
    for text in (
        "Nothing new",
        "A measure like January 2023’s",
        "Half of January 2025 undone",
        "4,400 in Feb · from Nov 2026",
    ):
        assert text in words
    figure = scenarios_chart(COUNTS, BASE, drawn)
    starts = [line.get_xdata()[0] for line in figure.axes[0].lines if line.is_dashed()]
    assert 12 + 2 in starts and 12 + 4 in starts


def test_near_ends_are_moved_apart_and_no_path_is_no_error():
    near = paths(("a", "First", 2, 1.01), ("b", "Second", 2, 1.02), ("c", "Third", 2, 0.99))
    check_wide(scenarios_chart(COUNTS, BASE, near))
    check_wide(scenarios_chart(COUNTS, BASE, near.iloc[:0]))
