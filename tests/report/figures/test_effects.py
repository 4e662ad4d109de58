"""Chart 5."""

import pandas as pd

from figure_checks import check_chart
from forecast.report.figures import style as f
from forecast.report.figures.effects import effects_chart

ROWS = [
    (
        "COVID-19, Title 42 begins",
        "Mar 2020 · 3 measures together",
        -0.99,
        -1.3,
        -0.6,
        -1.5,
        -0.4,
        True,
        "0 of 231",
    ),
    ("New administration", "Jan 2021 · 2 measures together", 0.17, -0.25, 0.6, -0.5, 0.8, False, "20 of 231"),
    ("Emergency measures", "Jan 2025 · 4 measures together", -1.9, -2.3, -1.43, -5.0, -1.2, True, "0 of 231"),
]
TABLE = pd.DataFrame(
    ROWS,
    columns=[
        "label",
        "about",
        "estimate",
        "lower_80",
        "upper_80",
        "lower_95",
        "upper_95",
        "clear",
        "ordinary",
    ],
)


def test_jumps_are_told_in_percent_with_their_ranges():
    words = check_chart(lambda **how: effects_chart(TABLE, **how))
    for text in (
        "−63%",
        "−73% to −45%",
        "20 of 231",
        "COVID-19, Title 42 begins",
        "Mar 2020 · 3 measures together",
        "Jump",
        "0",
    ):
        assert text in words


def test_only_what_stands_out_is_filled():
    figure = effects_chart(TABLE)
    points = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert [p.get_markerfacecolor() for p in points] == [f.LIGHT["fc"], f.LIGHT["bg"], f.LIGHT["fc"]]


def test_a_line_that_leaves_the_scale_ends_in_an_arrow():
    figure = effects_chart(TABLE)
    assert sum(line.get_marker() == "<" for line in figure.axes[0].lines) == 1


def test_ordinary_months_are_a_band_where_they_are_known():
    banded = TABLE.assign(band_low=-0.2, band_high=0.2)
    words = check_chart(lambda **how: effects_chart(banded, **how))
    assert any("9 in 10 jumps" in text for text in words)
    bare = TABLE.assign(
        lower_80=float("nan"), upper_80=float("nan"), lower_95=float("nan"), upper_95=float("nan")
    )
    assert "refused" in check_chart(lambda **how: effects_chart(bare, **how))
