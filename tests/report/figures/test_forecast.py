"""Chart 1."""

import numpy as np
import pandas as pd

from figure_checks import check_chart, fan, monthly
from forecast.report.figures import style as f
from forecast.report.figures.forecast import forecast_chart

COUNTS = monthly(
    [
        8349,
        7200,
        8400,
        8700,
        6100,
        4592,
        6300,
        8386,
        7988,
        7353,
        6476,
        6076,
        6599,
        8300,
        9000,
        10011,
        9900,
        9300,
        8870,
    ],
    "2025-02",
)
FAN = fan(8870, "2026-09")


def draw(**how):
    return forecast_chart(COUNTS, FAN, published="Published by 30 September 2026", **how)


def test_chart_names_its_ends_and_its_extremes():
    words = check_chart(draw)
    for text in (
        "Aug: 8,870",
        "Jul 2025: 4,592",
        "May 2026: 10,011",
        "middle of the forecast",
        "top of the 80% range",
        "Forecast",
    ):
        assert text in words
    assert "8,900" in words


def test_other_models_are_drawn_in_their_own_class():
    others = pd.DataFrame({"toggle": "mod-rw", "role": "m-rw", "month": FAN["month"], "value": 9000.0})
    figure = forecast_chart(COUNTS, FAN, others)
    (line,) = [line for line in figure.axes[0].lines if line.get_gid() == "c:mod mod-rw"]
    assert line.get_ydata()[0] == 8870 and line.get_ydata()[-1] == 9000
    check_chart(lambda **how: forecast_chart(COUNTS, FAN, others, **how))


def test_a_refused_band_stops_and_says_so():
    short = FAN.copy()
    short.loc[short["horizon"] > 3, ["lower_80", "upper_80"]] = np.nan
    words = check_chart(lambda **how: forecast_chart(COUNTS, short, **how))
    assert any(text.startswith("no 80% range from here") for text in words)
    assert "top of the 80% range" not in words and "top of the 50% range" in words


def test_no_band_at_all_leaves_the_middle():
    bare = FAN[["month", "horizon", "middle"]]
    words = check_chart(lambda **how: forecast_chart(COUNTS, bare, **how))
    assert "middle of the forecast" in words and not any("range" in text for text in words)


def test_what_happened_afterwards_is_labelled_and_hollow():
    later = monthly([6000, 5000, 4000, 3000, 2500, 2000, 1000], "2026-09")
    words = check_chart(lambda **how: forecast_chart(COUNTS, FAN, None, later, **how))
    assert "What happened afterwards" in words
    figure = forecast_chart(COUNTS, FAN, None, later)
    dots = [line for line in figure.axes[0].lines if line.get_markerfacecolor() == f.LIGHT["bg"]]
    assert len(dots) == 1 and len(dots[0].get_xdata()) == 6  # only months that the chart shows


def test_small_numbers_have_no_thousands():
    words = check_chart(lambda **how: forecast_chart(monthly([12, 15, 9, 11]), fan(11, "2024-05"), **how))
    assert "10" in words


def test_random_counts_never_make_labels_collide():
    rng = np.random.default_rng(3)
    for _ in range(6):
        values = 10 ** rng.uniform(1, 5.5) * np.exp(np.cumsum(rng.normal(0, 0.3, int(rng.integers(4, 50)))))
        counts = monthly(np.round(values))
        ahead = fan(
            float(values[-1]),
            str(counts["month"].iloc[-1] + 1),
            int(rng.integers(1, 13)),
            rng.uniform(0.02, 0.6),
        )
        check_chart(lambda counts=counts, ahead=ahead, **how: forecast_chart(counts, ahead, **how))
