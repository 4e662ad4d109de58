"""Tables that say how far the forecasts can be trusted: what is claimed, and nothing where a table is missing."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecast.config.settings import ReconciliationSpec
from forecast.report.blocks import Cell
from forecast.report.catalogue import speaking
from forecast.report.sections import evidence as e
from report_fixture import state
from tests.report.sections.test_top import report

NAME = "southwest.usbp"
COLUMNS = [
    "model",
    "against",
    "series_id",
    "horizon",
    "era",
    "metric",
    "skill",
    "lower",
    "upper",
    "dm",
    "p",
    "n",
    "largest_share",
    "words",
    "five_best_share",
    "objections",
    "eras_lost",
    "eras_counted",
]


def comparison(rows):
    made = [
        (
            *("short", "random_walk", NAME, h, era, "log_wis", skill, low, high, -2.0, 0.02, n),
            *(0.4, words, five, "one_origin" if words == "ahead_but" else "", "", 2),
        )
        for h, era, skill, low, high, n, words, five in rows
    ]
    return pd.DataFrame(made, columns=COLUMNS)


@pytest.fixture(scope="module")
def run():
    rows = [
        (1, "all", 0.12, 0.02, 0.2, 100, "better", 0.4),
        (1, "calm", 0.2, 0.1, 0.3, 70, "ahead_in_era", 0.5),
        (1, "break", -0.1, np.nan, np.nan, 30, "behind_in_era", np.nan),
        (6, "all", 0.05, 0.01, 0.2, 95, "ahead_but", 1.2),
        ("all", "all", -0.01, -0.05, 0.03, 90, "not_apart", np.nan),
    ]
    return replace(state("plain"), comparison=comparison(rows))


def test_claims_stand_beside_their_range_calm_and_break_dates_and_the_five_best(run):
    table = e.claims_table(run, NAME)
    cells = [row.cells for row in table.rows]
    assert [c[0] for c in cells] == ["1", "6", "all"]
    assert cells[0][1:3] == ("+12%", "+2% to +20%")
    assert cells[0][4:] == ("+20% (70)", "−10% (30)", "40%", "Better than “Same as last month”")
    assert cells[1][6:] == (
        "more than all",
        "Ahead of “Same as last month”, but one date carries 40% of the gain",
    )
    assert cells[2][6] == "no gain" and cells[2][7] == "Cannot be told apart from “Same as last month”"
    assert "Before a break" in table.foot
    plain = replace(run, comparison=run.comparison[run.comparison["era"] == "all"])
    assert "Before a break" not in e.claims_table(plain, NAME).foot
    assert e.claims_table(replace(run, comparison=run.comparison.iloc[:0]), NAME) is None


def test_models_that_cannot_be_told_apart_are_told_by_name(run):
    rows = [
        (NAME, "log_wis", h, m, p, p > 0.1, 60)
        for h in (1, "all")
        for m, p in (("short", 1.0), ("random_walk", 0.02))
    ]
    columns = ["series_id", "metric", "horizon", "model", "p", "included", "n"]
    with_set = replace_extra(run, confidence_set=pd.DataFrame(rows, columns=columns))
    table = e.alike_table(with_set, NAME)
    assert [row.cells for row in table.rows] == [
        ("Weighted combination", "yes (p 1.000)", "yes (p 1.000)"),
        ("Same as last month", "no (p 0.020)", "no (p 0.020)"),
    ]
    assert "60 one month ahead" in table.foot
    assert e.alike_table(run, NAME) is None


class Extra:
    """A run with tables that the fixture lacks."""

    def __init__(self, run, **more):
        self.__dict__.update({**vars(run), **more})


def replace_extra(run, **more):
    return Extra(run, **more)


def test_with_and_without_events_needs_a_pair(run):
    assert e.pair_with_events(run) is None and e.events_table(run, report().view) is None
    spec = run.experiment.combination["short"]
    exp = replace(run.experiment, combination={"short": replace(spec, with_events="short_events")})
    rows = run.forecasts[run.forecasts["model"] == "short"]
    moved = rows.assign(model="short_events", knowledge="at_origin", value=rows["value"] * 0.5)
    both = replace(run, experiment=exp, forecasts=pd.concat([run.forecasts, moved], ignore_index=True))
    table = e.events_table(both, report().view)
    assert e.pair_with_events(both) == ("short", "short_events") and len(table.rows) >= 6
    assert "moves the middle" in table.foot and "without events" in table.foot
    same = replace(
        both, forecasts=pd.concat([run.forecasts, moved.assign(value=rows["value"])], ignore_index=True)
    )
    assert e.events_table(same, report().view).foot.startswith(
        "No event known on this date moves the forecast"
    )
    wider = moved.assign(value=rows["value"].where(rows["level"] <= 0.5, rows["value"] * 1.5))
    open_way = replace(both, forecasts=pd.concat([run.forecasts, wider], ignore_index=True))
    assert e.events_table(open_way, report().view).foot.startswith(
        "Events known on this date leave the middle"
    )


def test_eras_say_whether_they_can_be_told_apart(run):
    rows = [
        ("short", "none", NAME, 1, era, 0.8, share, 90, 90.0, low, high)
        for era, share, low, high in (
            ("2006-13", 0.9, 0.82, 0.95),
            ("2014-19", 0.8, 0.7, 0.88),
            ("break", 0.5, 0.2, 0.8),
        )
    ]
    columns = [
        "model",
        "knowledge",
        "series_id",
        "horizon",
        "era",
        "nominal",
        "covered",
        "n",
        "n_independent",
        "lower",
        "upper",
    ]
    table = e.eras_table(replace(run, calibration=pd.DataFrame(rows, columns=columns)), NAME)
    assert [row.cells[0] for row in table.rows] == ["2006 to 2013", "2014 to 2019", "Dates before a break"]
    assert table.rows[0].cells[1] == "81 of 90, 90% (82% to 95%)"
    assert "Where two of them do not overlap" in table.foot
    rows[2] = (*rows[2][:-1], 0.9)
    table = e.eras_table(replace(run, calibration=pd.DataFrame(rows, columns=columns)), NAME)
    assert "too few to tell one era from another" in table.foot


def test_adding_up_is_for_coherence_and_says_what_it_was_worth(run):
    exp = replace(run.experiment, reconciliation=ReconciliationSpec("shrinkage"))
    table = comparison([("all", "all", -0.004, -0.02, 0.01, 90, "", np.nan)]).assign(model="adds up")
    told = e.sums_words(replace_extra(run, experiment=exp, reconciliation=table), NAME).text
    assert "for coherence, not for a better score" in told and "known as MinT" in told
    assert (
        "worse by 0.4% (90% range −2.0% to +1.0%, p 0.020), which cannot be told apart from nothing." in told
    )
    none = e.sums_words(replace_extra(run, experiment=exp, reconciliation=table.iloc[:0]), NAME).text
    assert none.endswith("too few dates to test it.")
    assert e.sums_words(run, NAME) is None


def test_others_only_where_there_are_any(run):
    assert e.others_table(run, NAME) is None
    row = {
        "forecaster": "press",
        "made": "2024-05",
        "first_month": "2024-06",
        "last_month": "2024-06",
        "series_id": NAME,
        "low": np.nan,
        "point": 90.0,
        "high": np.nan,
        "actual": 100.0,
        "error": -10.0,
        "percent": -10.0,
        "ours": 110.0,
        "ours_kind": "replayed",
        "ours_error": 10.0,
        "source": "a paper",
        "note": "",
        "reason": "scored",
    }
    table = e.others_table(replace_extra(run, others=pd.DataFrame([row])), NAME)
    assert table.rows[0].cells[0] == Cell("Press", "a paper")
    assert table.rows[0].cells[1:] == ("2024-05", "Jun 2024", "90", "100", "−10%", "110", "+10%")
    year = pd.DataFrame([row | {"first_month": "2024-01", "last_month": "2024-12", "note": "calendar year"}])
    cells = e.others_table(replace_extra(run, others=year), NAME).rows[0].cells
    assert cells[2] == "Jan to Dec 2024" and cells[0].small == "a paper. Calendar year"
    assert "a selection" in table.foot


def test_what_may_be_said_is_told_in_spanish(run):
    with speaking("es"):
        cells = [row.cells for row in e.claims_table(run, NAME).rows]
    assert [c[0] for c in cells] == ["1", "6", "todas"]
    assert cells[0][-1] == "Mejor que “Igual que el mes anterior”"
    assert (
        cells[1][-1]
        == "Por delante de “Igual que el mes anterior”, pero una sola fecha aporta el 40% de la ganancia"
    )
    assert cells[2][-2:] == ("sin ganancia", "No se puede distinguir de “Igual que el mes anterior”")


def test_an_era_in_a_sentence_does_not_depend_on_its_words(run):
    eras = run.experiment.report.eras
    with speaking("es"):
        told = [e.in_era(run, era) for era in eras]
    english = [e.in_era(run, era) for era in eras]
    assert [text.startswith("desde") for text in told] == [text.startswith("since") for text in english]
    assert all(text.startswith(("desde", "de ")) for text in told)
