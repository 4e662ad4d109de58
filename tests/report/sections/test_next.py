"""What comes next, and what happened afterwards."""

from dataclasses import replace

import numpy as np
import pandas as pd

from forecast.report import view
from forecast.report.sections import next as s
from report_fixture import make_run
from tests.report.sections.test_top import USBP, report


def test_no_skill_is_told_from_the_first_distance_that_never_won():
    r = report()
    rows = r.run.scores.copy()
    mine = (rows["model"] == "short") & (rows["metric"] == "mae") & (rows["era"] == "2025-")
    rows.loc[mine, "skill"] = np.where(rows.loc[mine, "horizon"] <= 2, 0.1, -0.1)
    assert s.no_skill_from(report(run=replace(r.run, scores=rows))) == 3
    rows.loc[mine, "skill"] = 0.1
    assert s.no_skill_from(report(run=replace(r.run, scores=rows))) is None
    base = replace(r.run, headline="random_walk")
    assert s.no_skill_from(report(run=base)) is None


def test_none_beats_prefers_six_months():
    r = report()
    rows = r.run.scores.copy()
    mine = rows["metric"] == "wis"
    rows.loc[mine, "skill"] = np.where(rows.loc[mine, "model"] == "random_walk", 0, -0.2)
    assert s.none_beats(report(run=replace(r.run, scores=rows)), "2025-") == 6
    rows.loc[mine & (rows["horizon"] == 6) & (rows["model"] == "short"), "skill"] = 0.3
    assert s.none_beats(report(run=replace(r.run, scores=rows)), "2025-") == 3
    rows.loc[mine & (rows["model"] == "short"), "skill"] = 0.3
    assert s.none_beats(report(run=replace(r.run, scores=rows)), "2025-") is None


def test_afterwards_section_only_where_something_came():
    assert s.afterwards_section(report()) is None
    section = s.afterwards_section(report("as_of_2024"))
    assert section.id == "afterwards" and "Twelve counts became public" in section.find


def test_several_series_count_what_the_title_says():
    r = report("sectors")
    chart, table = s.several(r, view.other_series(r.run, USBP))
    up = sum(
        view.view(r.run, x).ahead["middle"].iloc[0] > view.view(r.run, x).counts.iloc[-1]
        for x in r.run.series.index
    )
    assert ("one", "two", "three", "none")[up - 1] in chart.title and len(table.rows) == 3


def test_first_replayed():
    assert s.first_replayed(report()) == pd.Period("2018-02", "M")
    assert s.first_replayed(report("first")) == report("first").view.last
    assert make_run is not None
