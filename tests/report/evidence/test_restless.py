"""Monthly surprises and the season over time."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.report import recent
from forecast.report.catalogue import speaking
from forecast.report.evidence import restless
from report_fixture import report, report_of, state


def test_the_block_has_both_charts_with_their_tables():
    made = restless.restless_section(report_of("as_of_2024"))
    surprises, season = made.blocks
    assert surprises.title == "Monthly surprises are 2.0 times as large since December 2013 as before"
    assert "April 2012 to August 2015" in surprises.note and "decides how wide" in surprises.note
    assert [row.cells[0] for row in surprises.table.rows] == ["December 2013"]
    assert season.title.startswith("The season faded: the highest month was 3.0 times the lowest in 2003-07")
    assert len(season.table.rows) == 12 and len(season.table.head) == 5


def test_a_change_too_small_for_ranges_is_called_so():
    run = state("as_of_2024")
    breaks = run.volatility_breaks.assign(ratio=0.8, decides_ranges=False)
    r = report(replace(run, volatility_breaks=breaks))
    made = restless.restless_section(r).blocks[0]
    assert (
        made.title.startswith("Monthly surprises were 1.2 times as large before") and "too small" in made.note
    )
    assert recent.surprises(r.run, r.view.series_id) is None


@pytest.mark.parametrize(
    ("verdict", "english", "spanish"),
    [
        ("too_short", "too few months to say", "demasiado pocos meses para decirlo"),
        ("no_model", "its model cannot be fitted", "su modelo no se puede ajustar"),
    ],
)
def test_what_cannot_be_told_says_why(verdict, english, spanish):
    run = state("as_of_2024")
    row = {"month": None, "lower": None, "upper": None, "ratio": np.nan}
    breaks = run.volatility_breaks.assign(verdict=verdict, decides_ranges=False, **row)
    r = report(replace(run, volatility_breaks=breaks, season=run.season.iloc[:0]))
    surprises, season = restless.restless_section(r).blocks
    assert english in surprises.text and "too few whole years to compare" in season.text
    with speaking("es"):
        surprises, season = restless.restless_section(r).blocks
    assert spanish in surprises.text and "demasiado pocos años completos" in season.text


def test_no_change_is_a_chart_that_says_so():
    run = state("as_of_2024")
    breaks = run.volatility_breaks.assign(verdict="none", decides_ranges=False)
    made = restless.restless_section(report(replace(run, volatility_breaks=breaks))).blocks[0]
    assert made.title.endswith("no change of size beyond chance") and made.table is None


def test_a_season_fades_or_grows_only_by_more_than_its_ranges():
    season = state("as_of_2024").season
    first, last = (season[season["first_year"] == year] for year in (2003, 2018))
    assert restless.season_way(first, last) == "faded" and restless.season_way(last, first) == "grew"
    a_bit = first.assign(**{name: 0.95 * first[name] for name in ("factor", "lower", "upper")})
    assert restless.season_way(first, a_bit) == "same"


def test_a_run_that_did_not_look_has_no_block():
    assert restless.restless_section(report_of("plain")) is None
