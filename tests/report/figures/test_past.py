"""Chart 2."""

import numpy as np
import pandas as pd
from matplotlib.text import Text

from figure_checks import check_chart, fan, monthly
from forecast.report.figures.past import _lanes, past_chart

RNG = np.random.default_rng(5)
COUNTS = monthly(np.round(50_000 * np.exp(np.cumsum(RNG.normal(0, 0.15, 120)))), "2016-09")
FLAGS = pd.DataFrame(
    {
        "month": [
            pd.Period(m, "M")
            for m in (
                "2017-01",
                "2019-06",
                "2020-03",
                "2021-01",
                "2023-01",
                "2023-05",
                "2024-01",
                "2024-06",
                "2025-01",
            )
        ],
        "label": [
            "New administration",
            "US–Mexico declaration",
            "COVID-19, Title 42 begins",
            "New administration",
            "Parole for four nations",
            "Title 42 ends",
            "Mexican enforcement",
            "Asylum limits",
            "Emergency measures",
        ],
    }
)
FAN = fan(float(COUNTS["value"].iloc[-1]), "2026-09")


def test_names_stand_over_their_dates_and_the_record_is_told():
    words = check_chart(lambda **how: past_chart(COUNTS, FAN, FLAGS, **how))
    assert "US–Mexico declaration" in words and "Jun 2019" in words
    top = COUNTS.loc[COUNTS["value"].idxmax()]
    assert any(f"{int(top['value']):,}" in text for text in words)


def test_no_label_is_cut_by_a_later_line():
    first = COUNTS["month"].iloc[0]
    lanes, unit = _lanes(FLAGS, first, 126, False)
    at = [(m - first).n for m in FLAGS["month"]]
    for k in range(len(at)):
        for j in range(k + 1, len(at)):
            reaches = at[k] + len(FLAGS["label"][k]) * 7.0 / unit
            assert at[j] >= reaches or lanes[k] > lanes[j]


def test_frame_marks_the_first_chart_only_where_asked():
    with_frame = check_chart(
        lambda **how: past_chart(COUNTS, FAN, FLAGS, frame_from=pd.Period("2025-02", "M"), **how)
    )
    without = check_chart(lambda **how: past_chart(COUNTS, FAN, FLAGS, **how))
    assert "enlarged in the first chart" in with_frame and "enlarged in the first chart" not in without


def test_no_events_and_no_forecast_still_draw():
    empty = FLAGS.iloc[:0]
    check_chart(lambda **how: past_chart(COUNTS, FAN.iloc[:0], empty, **how))
    check_chart(lambda **how: past_chart(monthly([5, 7, 6]), fan(6, "2024-04"), empty, **how))


def test_a_name_at_the_right_edge_is_shortened_to_stay_in_the_drawing():
    month = COUNTS["month"].iloc[-1]
    for label, cut in (("A measure with quite a long name", True), ("Short", False)):
        figure = past_chart(COUNTS, FAN, pd.DataFrame({"month": [month], "label": [label]}))
        words = [text.get_text() for text in figure.findobj(Text)]
        assert (label in words) != cut
        assert any(word.endswith("…") and label.startswith(word[:-1]) for word in words) == cut
