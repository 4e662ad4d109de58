"""Top of the page."""

from dataclasses import replace

import numpy as np
import pandas as pd

from forecast.config.settings import DataSpec
from forecast.report import view
from forecast.report.figures.renderer import Studio
from forecast.report.sections import top as s
from report_fixture import refuse, state

USBP = "southwest.usbp"


def report(name="plain", run=None):
    run = state(name) if run is None else run
    main = view.headline_series(run)
    return s.Report(
        run,
        view.view(run, main),
        view.replayed(run, main),
        view.coverage(run, main),
        view.score_book(run, main),
        Studio(False),
        run.experiment.data.path is None,
        "forecast",
        {},
    )


def test_first_chart_shows_months_until_the_range_is_eightfold():
    seen = view.view(state("plain"), USBP)
    grow = np.sqrt(np.arange(1, 13))
    wide = replace(
        seen, ahead=seen.ahead.assign(lower_80=100 / np.exp(0.5 * grow), upper_80=100 * np.exp(0.5 * grow))
    )
    shown = s.shown_months(wide)
    ratio = shown["upper_80"] / shown["lower_80"]
    assert (ratio <= 8).all() and len(shown) == 4
    very = replace(seen, ahead=seen.ahead.assign(lower_80=1.0, upper_80=100.0))
    assert len(s.shown_months(very)) == 3
    none = replace(seen, ahead=seen.ahead.assign(lower_80=np.nan, upper_80=np.nan))
    assert len(s.shown_months(none)) == 6


def test_late_months_need_a_promise_and_a_passed_day():
    late = report("late")
    assert s.late_months(late.run, late.view) == [pd.Period("2026-09", "M")]
    assert late.first == 2 and report().first == 1
    free = replace(late.run, experiment=replace(late.run.experiment, data=DataSpec()))
    assert s.late_months(free, late.view) == []


def test_next_figure_is_expected_after_the_usual_wait_and_never_in_the_past():
    r = report()
    day = s.next_expected(r.view, r.run.as_of)
    assert pd.Timestamp("2026-10-10") < day < pd.Timestamp("2026-10-31")
    assert s.next_expected(r.view, pd.Timestamp("2026-12-24")) == pd.Timestamp("2026-12-25")
    assert s.next_expected(replace(r.view, released=r.view.released.iloc[:0]), r.run.as_of) is None


def test_masthead_of_bundled_and_own_figures():
    assert s.masthead(report())["name"] == "US border encounters: forecast report"
    own = s.masthead(report("own"))
    assert own["name"] == "Forecast report: visits" and own["issue"] == "March 2019 issue"
    banner = s.masthead(report("no_forecast"))["banners"][0]
    assert banner.head == "There is no forecast in this report."


def test_facts_are_four_and_replayed_is_said():
    facts_of = s.four_facts(report())
    assert [f.what for f in facts_of] == [
        "Latest count, Aug 2026",
        "Forecast, Sep 2026",
        "Replayed forecast for Aug",
        "80% ranges that held",
    ]
    assert s.four_facts(report("published"))[2].what == "Last issue’s forecast for Aug"
    assert s.four_facts(report(run=refuse(state("plain"), 0.8)))[1].about == "no 80% range is given"
    assert len(s.four_facts(report("first"))) == 2


def test_other_lines_are_four_at_most_and_the_baseline_is_first():
    r = report()
    lines = s.other_lines(r, r.shown)
    assert [(toggle, role) for toggle, _, role, _ in lines] == [
        ("mod-rw", "m-rw"),
        ("mod-arima", "m-arima"),
        ("mod-ev", "m-ev"),
        ("mod-ridge", "m-ridge"),
    ]
    assert all(len(line) == len(r.shown) for *_, line in lines)
