"""How often the ranges held."""

from dataclasses import replace

import numpy as np
import pandas as pd

from forecast.report.evidence import coverage
from report_fixture import report, report_of, state


def test_hits_with_and_without_a_new_measure_add_up():
    r = report_of("plain")
    calm, struck = coverage.by_new_event(r)
    for horizon in (1, 6):
        rows = r.replay[r.replay["horizon"] == horizon].dropna(subset=["truth", "lower_80"])
        assert calm[horizon].n + struck[horizon].n == len(rows)


def test_the_difference_is_called_common_only_where_it_is_more_than_chance():
    words = coverage.shock_words(coverage.Hits(160, 180), coverage.Hits(6, 20))
    assert words.startswith("Misses are more common when a major measure begins.")
    assert "may be chance" in coverage.shock_words(coverage.Hits(80, 100), coverage.Hits(3, 5))
    assert coverage.shock_words(coverage.Hits(80, 100), coverage.Hits(0, 0)) == ""


def test_the_table_of_the_chart_has_every_distance():
    r = report_of("plain")
    table = coverage.coverage_table(r, *coverage.by_new_event(r))
    assert [row.cells[0] for row in table.rows] == ["1", "3", "6", "12"]


def test_the_record_is_the_last_two_years_newest_first():
    r = report_of("plain")
    table = coverage.record_table(r, r.replay, "replayed")
    assert len(table.rows) == 24 and table.rows[0].cells[0] == "Aug 2026" and table.folded
    rows = r.replay[r.replay["horizon"] == 1].dropna(subset=["truth"])
    last = rows.iloc[-1]
    inside = "yes" if last["lower_80"] <= last["truth"] <= last["upper_80"] else "no"
    assert table.rows[0].cells[-1] == inside
    assert coverage.record_table(r, r.replay.iloc[:0], "published") is None


def test_a_share_has_its_uncertainty_where_it_is_known():
    class Row:
        covered, lower, upper, n = 0.85, 0.75, 0.92, 84

    assert coverage.held_cell(Row) == "71 of 84, 85% (75% to 92%)"
    Row.lower = np.nan
    assert coverage.held_cell(Row) == "71 of 84, 85%"


def test_an_era_named_by_its_dates_is_told_in_the_words_of_the_page():
    run = state("plain")
    span, *_ = run.experiment.report.eras.values()
    eras = {"until 2016-08": span, "Calm years": span}
    spec = replace(run.experiment, report=replace(run.experiment.report, eras=eras))
    made = pd.concat([run.calibration.assign(era=name) for name in eras])
    table = coverage.eras_table(report(replace(run, experiment=spec, calibration=made)))
    assert [row.cells[0] for row in table.rows] == [f"{span[0][:4]} to {span[1][:4]}", "Calm years"]
