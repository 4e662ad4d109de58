"""How sure can one be?"""

from dataclasses import replace

import pandas as pd
import pytest

from forecast.report import recent
from forecast.report.blocks import Chart, Paragraph, Table
from forecast.report.catalogue import speaking
from forecast.report.sections import answers, sure
from report_fixture import report, report_of, state

NEAR = recent.Distance(1, 118, 98, 98 / 118, True, 0.2, True, 24, 18)
FAR = recent.Distance(6, 118, 74, 74 / 118, False, -0.02, False, 24, 10)


def test_the_worst_distance_of_the_last_ten_years_comes_first(monkeypatch):
    monkeypatch.setattr(recent, "distances", lambda run, series_id: [NEAR, FAR])
    monkeypatch.setattr(recent, "since", lambda run, series_id: 2014)
    section = sure.sure_section(report_of("plain"))
    assert section.find == (
        "Six months ahead the range held less than promised; one month ahead, about as promised."
    )
    table = next(block for block in section.blocks if isinstance(block, Table))
    assert table.rows[1].cells[:3] == ("Six months ahead", "63%", "42%")
    assert [head.text for head in table.head[1:3]] == [
        "since 2014, 118 dates",
        "before a major measure, 24 dates",
    ]
    assert table.rows[1].cells[-1] == "no" and table.rows[0].cells[-1] == "yes"


def test_a_column_without_any_date_is_left_out(monkeypatch):
    alone = [one._replace(before_n=0, before_held=0) for one in (NEAR, FAR)]
    monkeypatch.setattr(recent, "distances", lambda run, series_id: alone)
    monkeypatch.setattr(recent, "since", lambda run, series_id: 2014)
    table = next(b for b in sure.sure_section(report_of("plain")).blocks if isinstance(b, Table))
    assert len(table.head) == 3 and all(len(row.cells) == 3 for row in table.rows)


@pytest.mark.parametrize("share", [0.75, 36 / 48, 0.85])
def test_both_words_for_a_share_are_the_same(monkeypatch, share):
    one = NEAR._replace(share=share)
    monkeypatch.setattr(recent, "distances", lambda run, series_id: [one])
    monkeypatch.setattr(recent, "since", lambda run, series_id: 2014)
    r = report_of("plain")
    assert "about as promised" in sure.sure_section(r).find
    assert next(a.big for a in answers.answers(r) if "range held" in a.text) == "About as promised"


def test_the_share_outside_is_the_rest_of_the_share_that_held(monkeypatch):
    monkeypatch.setattr(recent, "distances", lambda run, series_id: [NEAR, FAR])
    monkeypatch.setattr(recent, "since", lambda run, series_id: 2014)
    blocks = sure.sure_section(report_of("plain")).blocks
    (chart,) = [block for block in blocks if isinstance(block, Chart)]
    assert "37% of sixth months fell outside" in chart.title  # of 63% that held


def test_the_published_record_stands_apart():
    plain, published = (sure.record_blocks(report_of(name)) for name in ("plain", "published"))
    assert any("No forecast has been published yet" in b.text for b in plain if isinstance(b, Paragraph))
    texts = [b.text for b in published if isinstance(b, Paragraph)]
    assert any("one month ahead the range held in" in text for text in texts)
    unmatured = [b.text for b in sure.record_blocks(report_of("unmatured")) if isinstance(b, Paragraph)]
    assert any("the first is scored when the count of" in text for text in unmatured)
    assert sum(isinstance(b, Chart) for b in published) == 1


def test_neighbouring_forecasts_are_not_counted_as_independent():
    months = pd.period_range("2020-01", periods=60, freq="M")
    assert sure.independent(pd.DataFrame({"month": months, "horizon": 6})) == 10
    assert sure.independent(pd.DataFrame({"month": months[::6], "horizon": 6})) == 10


def test_the_worst_miss_is_told_in_its_direction():
    text = sure.miss_words(report_of("as_of_2024"))
    assert text.startswith("The worst miss: in ") and ("times too high" in text or "times too low" in text)
    assert sure.miss_words(report_of("first")) == ""


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "Since December 2013 (or any month from April 2012 to August 2015) monthly surprises are 2.0 times as large",
        ),
        (
            "es",
            "Desde diciembre de 2013 (o cualquier mes de abril de 2012 a agosto de 2015) las sorpresas mensuales son 2.0 veces",
        ),
    ],
)
def test_surprises_are_told_where_they_decide_how_wide_ranges_are(language, words):
    run = state("as_of_2024")
    for decides in (True, False):
        breaks = run.volatility_breaks.assign(decides_ranges=decides)
        with speaking(language):
            made = sure.sure_section(report(replace(run, volatility_breaks=breaks)))
        told = " ".join(block.text for block in made.blocks if isinstance(block, Paragraph))
        assert (words in told) == decides


def test_a_share_of_a_few_dates_is_not_told(monkeypatch):
    few = recent.Distance(1, 11, 6, 6 / 11, False, 0.2, True, 0, 0)
    monkeypatch.setattr(recent, "distances", lambda run, series_id: [few])
    monkeypatch.setattr(recent, "since", lambda run, series_id: 2021)
    assert recent.worst([few]) is None and recent.worst([few._replace(n=12)]) is not None
    assert sure.sure_section(report_of("plain")).find.startswith("There are too few earlier forecasts")


def test_a_range_of_no_width_is_not_said_to_have_held(monkeypatch):
    always = NEAR._replace(held=118, share=1.0)
    monkeypatch.setattr(recent, "distances", lambda run, series_id: [always])
    monkeypatch.setattr(recent, "since", lambda run, series_id: 2014)
    report = report_of("plain")
    assert not report.view.flat
    ahead = report.view.ahead.assign(lower_80=report.view.ahead["upper_80"])
    flat = replace(report, view=replace(report.view, ahead=ahead))
    for words in (sure.sure_section(flat).find, answers.answers(flat)):
        assert "The range has no width: the forecasts that it is made of were nearly all right" in str(words)
        assert "118 of 118" not in str(words)
    counts = pd.Series(7.0, index=pd.period_range("2014-01", periods=120, freq="M"))
    constant = replace(flat, view=replace(flat.view, counts=counts))
    assert "one rule without an error, so the range has no width" in sure.sure_section(constant).find


def test_counts_that_follow_a_rule_are_said_to_whatever_width_the_range_has(monkeypatch):
    monkeypatch.setattr(recent, "distances", lambda run, series_id: [NEAR._replace(held=118, share=1.0)])
    monkeypatch.setattr(recent, "since", lambda run, series_id: 2014)
    report = report_of("plain")
    assert not report.view.exact
    year = [300, 100, 400, 900, 200, 600, 500, 300, 500, 800, 700, 100]
    for values in (range(1000, 2200, 10), year * 10, [7] * 120):
        months = pd.period_range("2014-01", periods=120, freq="M")
        exact = replace(
            report, view=replace(report.view, counts=pd.Series(values, index=months, dtype=float))
        )
        assert exact.view.exact and not exact.view.flat
        for words in (sure.sure_section(exact).find, answers.answers(exact)):
            assert "one rule without an error: nothing in them says" in str(words)
            assert "118 of 118" not in str(words)


def test_figures_that_are_nearly_always_zero_are_said_to_be(monkeypatch):
    report = report_of("plain")
    assert report.view.zeros is None
    counts = report.view.counts.copy()
    counts.iloc[-120:-20] = 0.0
    ahead = report.view.ahead.assign(lower_80=report.view.ahead["upper_80"])
    for shown in (report.view.ahead, ahead):  # a range of no width too: the counts follow no rule
        rare = replace(report, view=replace(report.view, counts=counts, ahead=shown))
        for words in (sure.sure_section(rare).find, answers.answers(rare)):
            assert "100 of 120 counts of the last ten years were 0" in str(words)
            assert "one rule" not in str(words)


@pytest.mark.parametrize(
    ("held", "of", "promise"),
    [
        (75, 100, "kept"),
        (36, 48, "kept"),
        (85, 100, "kept"),
        (17, 20, "kept"),
        (35, 48, "less"),
        (86, 100, "more"),
    ],
)
def test_the_answer_and_the_section_call_a_share_the_same(held, of, promise):
    assert FAR._replace(n=of, held=held, share=held / of).promise == promise


def test_a_column_without_a_date_is_left_out(monkeypatch):
    none = [one._replace(before_n=0, before_held=0) for one in (NEAR, FAR)]
    monkeypatch.setattr(recent, "distances", lambda run, series: none)
    monkeypatch.setattr(recent, "since", lambda run, series: 2014)
    table = sure.sure_section(report_of("plain")).blocks[0]
    assert len(table.head) == 3 and all(len(row.cells) == 3 for row in table.rows)
    assert not any("measure" in head.text for head in table.head)
