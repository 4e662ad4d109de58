"""The style of charts: contrast, axes, labels that do not collide."""

import matplotlib
import numpy as np
import pandas as pd
import pytest

from forecast.report.figures import style as f


@pytest.mark.parametrize(
    ("top", "by", "words"),
    [(3999, 1, "arrests"), (4000, 1000, "thousands"), (5e6, 10**6, "millions"), (1e14, 10**12, "trillions")],
)
def test_axes_are_labelled_in_units_of_their_size(top, by, words):
    told = words if by == 1 else f"arrests, in {words}"
    assert (f.divisor(top), f.unit_words(top, "arrests")) == (by, told)
    assert f.unit_words(top) == ("" if by == 1 else words)


def test_style_leaves_matplotlibs_own_settings_alone():
    before = matplotlib.rcParams["font.size"]

    @f.styled
    def look():
        return matplotlib.rcParams["font.size"]

    assert look() == 12.5 and matplotlib.rcParams["font.size"] == before


def test_spread_keeps_labels_apart_in_order_and_within_limits():
    out = f.spread([10, 12, 13, 60], 15)
    assert (np.diff(out) >= 15 - 1e-4).all()
    assert f.spread([5, 5], 10, low=4)[0] >= 4
    assert max(f.spread([95, 96], 10, high=97)) <= 97.001
    assert f.spread([], 10) == []
    assert f.spread([30, 10], 5) == [30, 10]


@pytest.mark.parametrize("top", [3.7, 16_500, 24_000, 268_000, 1.1e6, 0.04])
def test_ticks_are_round_and_few(top):
    ticks = f.nice_ticks(top)
    assert ticks[0] == 0 and ticks[-1] <= top and 3 <= len(ticks) <= 7
    step = ticks[1] / 10 ** np.floor(np.log10(ticks[1]))
    assert round(step, 6) in (1, 2, 5)
    assert f.nice_ticks(0) == [0.0]


def test_units():
    assert (f.divisor(250_000), f.divisor(900)) == (1000, 1)
    assert (f.unit_words(250_000), f.unit_words(900, "visits")) == ("thousands", "visits")


def canvas():
    made = f.Canvas(400, 200)
    ax = made.axes(20, 20, 20, 20)
    ax.set_xlim(0, 10)
    ax.set_ylim(0, 10)
    return made, ax


@f.styled
def test_place_takes_another_side_where_the_first_is_taken():
    made, ax = canvas()
    first = made.place(ax, 5, 5, "first label")
    second = made.place(ax, 5, 5, "second label")
    boxes = [t.get_window_extent(made.renderer) for t in (first, second)]
    assert not f._overlap(*boxes)


@f.styled
def test_place_keeps_off_lines_and_inside_the_drawing():
    made, ax = canvas()
    made.avoid(ax, [0, 10], [6, 6])
    label = made.place(ax, 5, 5, "label", offset=8, prefer=("above", "below"))
    box = label.get_window_extent(made.renderer)
    assert box.y1 < ax.transData.transform((0, 6))[1]
    assert made.place(ax, 5, 5, "x" * 200) is None
    assert made.place(ax, 5, 5, "x" * 200, must=True) is not None


@f.styled
def test_axes_label_months_and_years_without_collisions():
    made, ax = canvas()
    first = pd.Period("2025-02", "M")
    ax.set_xlim(-0.5, 24.5)
    f.month_axis(made, ax, first, 25)
    words = [t.get_text() for t in ax.texts]
    assert len(words) > 4 and set(words) <= {
        "Jan",
        "Mar",
        "May",
        "Jul",
        "Sep",
        "Nov",
        "Apr",
        "Oct",
        "2025",
        "2026",
        "2027",
    }
    assert "2026" in words and "Jan" in words
    ax.set_xlim(-0.5, 120.5)
    f.year_axis(made, ax, pd.Period("2016-09", "M"), 121)
    assert [t.get_text() for t in ax.texts][len(words) :][:2] == ["2020", "2025"]


@f.styled
def test_index_of_months():
    first = pd.Period("2025-02", "M")
    assert f.index_of([first, first + 3], first) == [0, 3]


def test_every_chart_gives_the_same_bytes_twice():
    import tests.report.figures.test_coverage as coverage
    import tests.report.figures.test_effects as effects
    import tests.report.figures.test_forecast as forecast
    import tests.report.figures.test_known as known
    import tests.report.figures.test_past as past
    import tests.report.figures.test_record as record
    import tests.report.figures.test_scenarios as scenarios
    import tests.report.figures.test_series as series
    from forecast.report.figures import svg

    drawers = (
        forecast.draw,
        lambda: past.past_chart(record.COUNTS, record.TABLE.iloc[:0], past.EVENTS[-2:]),
        lambda: coverage.coverage_chart(coverage.TABLE),
        lambda: record.record_chart(record.COUNTS, record.every_third(record.TABLE)),
        lambda: effects.effects_chart(effects.ROWS),
        lambda: known.known_chart([known.panel()]),
        lambda: scenarios.scenarios_chart(
            scenarios.COUNTS, scenarios.BASE, scenarios.paths(("a", "A", 2, 2.0))
        ),
        lambda: series.series_chart(series.panels(3)),
    )
    for draw in drawers:
        texts = {svg.for_page(svg.drawing(draw(), "c"), "l", "wide", svg.StyleBook()) for _ in range(2)}
        assert len(texts) == 1


def test_wrapped_lines_are_few_and_even():
    text = "one two three four five six seven eight nine ten eleven twelve"
    made = f.lines(text, 200, 14)
    assert " ".join(made) == text and len(made) > 1
    assert len(f.lines(text, 10_000, 14)) == 1
    assert max(map(len, made)) - min(map(len, made)) < 14
    assert f.lines("word", 1, 14) == ["word"]
    parts = f.lines("one: no · two: not tried · three: no", 170, 12, between=" · ")
    assert parts == ["one: no · two: not tried", "three: no"]  # never "not / tried"


def test_words_of_any_letters_stand_on_one_line():
    canvas = f.Canvas(400, 100)
    ax = canvas.axes(0, 0, 0, 0)
    for va in ("top", "center", "bottom"):
        made = [canvas.text(ax, 0.1, 0.5, words, va=va) for words in ("Mar", "May", "too low, then", "(8%)")]
        baselines = {round(float(one.get_transform().transform((0.1, 0.5))[1]), 3) for one in made}
        assert len(baselines) == 1 and {one.get_va() for one in made} == {"baseline"}
