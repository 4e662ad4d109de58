"""Tables of the page."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecast.report import format as w
from forecast.report import view as facts
from forecast.report.blocks import Cell
from forecast.report.catalogue import speaking
from forecast.report.sections import tables
from report_fixture import make_run, refuse, state

USBP = "southwest.usbp"


def view(name="plain"):
    return facts.view(state(name), USBP)


def test_next_table_has_six_months_then_nine_and_twelve():
    table = tables.next_table(view(), "2026-09-30")
    assert [row.cells[0] for row in table.rows] == [
        "Sep 2026",
        "Oct 2026",
        "Nov 2026",
        "Dec 2026",
        "Jan 2027",
        "Feb 2027",
        "May 2027",
        "Aug 2027",
    ]
    assert [row.kind for row in table.rows] == ["lead", "", "", "", "", "", "far", "far"]
    assert [head.text for head in table.head][:3] == ["Month", "Forecast (middle)", "80% range (8 in 10)"]
    assert table.rows[0].cells[5] == "8,386" and table.rows[0].cells[6].endswith("%")


def test_a_refused_cell_says_how_many_errors_there_are():
    seen = facts.view(refuse(state("plain"), 0.8), USBP)
    table = tables.next_table(seen, "2026-09-30")
    assert table.rows[0].cells[2] == "refused: 3 of 4 errors"
    assert table.rows[0].cells[4] == "refused: 3 of 19 errors"
    assert table.rows[0].cells[3] != "" and "refused" not in table.rows[0].cells[3]
    assert table.foot.count("Refused") == 1
    assert tables.range_cell(replace(seen, basis={}), seen.numbers(1), "80", 0.8) == "refused"


def test_no_cell_is_a_dash_or_a_gap_without_meaning():
    run = state("plain")
    young = replace(run, observations=run.observations[run.observations["month"] > pd.Period("2026-01", "M")])
    table = tables.next_table(facts.view(young, USBP), "2026-09-30")
    assert table.rows[0].cells[5:] == ("none", "none")
    for row in table.rows:
        assert all(cell not in ("", "-", "–", "nan", "NaN") for cell in row.cells)


def test_the_read_out_table_has_a_row_for_every_month_drawn():
    seen = view()
    counts = seen.counts.iloc[-5:]
    ahead = seen.ahead.iloc[:6]
    line = pd.Series(9000.0, index=ahead["month"])
    table = tables.chart_table(seen, counts, ahead, [("mod-rw", "Same as last month", line)])
    assert len(table.rows) == 11 and all(len(row.cells) == len(table.head) for row in table.rows)
    assert table.rows[4].cells[:3] == ("Aug 2026", "8,870", "")
    assert table.rows[5].cells[-1] == "9,000" and table.head[-1].toggle == "mod-rw"


def test_afterwards_table_is_marked_and_says_inside():
    seen = view("as_of_2024")
    table = tables.afterwards_table(seen)
    assert len(table.rows) == 12 and "feed nothing" in table.foot
    first = table.rows[0].cells
    assert first[0] == "Apr 2024" and first[3] == "128,895" and first[4] in ("yes", "no")
    none = tables.afterwards_table(facts.view(refuse(state("as_of_2024"), 0.8), USBP))
    assert {row.cells[4] for row in none.rows} == {"refused"}


def test_counts_table():
    table = tables.counts_table(view().counts.iloc[-3:])
    assert [row.cells for row in table.rows][-1] == ("Aug 2026", "8,870")
    assert table.caption == "Counts, June 2026 to August 2026"


def test_coverage_table_with_and_without_events():
    held = facts.coverage(state("plain"), USBP)
    calm, shock = {1: (3, 4), 3: (2, 4), 6: (1, 4), 12: (0, 4)}, {1: (1, 2), 3: (1, 2), 6: (0, 2), 12: (0, 2)}
    table = tables.coverage_table(held, calm, shock, "2018-02", "2026-08")
    assert table.rows[0].cells[0] == "1" and table.rows[0].cells[-2:] == ("3 of 4", "1 of 2")
    one = facts.held_at(held, 1, 0.8)
    assert table.rows[0].cells[2] == f"{w.hits(one.held, one.n)} ({w.percent(one.share)})"
    bare = tables.coverage_table(held, {}, {}, "2018-02", "2026-08")
    assert len(bare.head) == 4
    part = tables.coverage_table([h for h in held if h.nominal < 0.9], {}, {}, "2018-02", "2026-08")
    assert part.rows[0].cells[3] == "refused"


def test_record_table_has_the_last_two_years_newest_first():
    replay = facts.replayed(state("plain"), USBP)
    table = tables.record_table(replay, True)
    assert len(table.rows) == 24 and table.rows[0].cells[0] == "Aug 2026" and "(replayed)" in table.caption
    gone = replay.assign(lower_80=np.nan)
    assert {row.cells[4] for row in tables.record_table(gone, True).rows} == {"refused"}


def test_models_stand_from_headline_to_baseline_without_hindsight():
    run = state("plain")
    rows = tables.model_rows(run)
    assert rows[0] == ("short", "none") and rows[-1] == ("random_walk", "none")
    more = pd.concat([run.folds, run.folds[run.folds["model"] == "arima"].assign(knowledge="hindsight")])
    assert tables.model_rows(replace(run, folds=more)) == rows


def test_models_table_marks_headline_baseline_and_failures():
    run = make_run(start="2022-01")
    folds = run.folds.copy()
    bad = folds.index[(folds["model"] == "seasonal_naive")]
    folds.loc[bad[-19:], ["status", "message"]] = ["failed", "design has rank 33 of 34 columns"]
    scores = run.scores[run.scores["model"] != "seasonal_naive"]
    run = replace(run, folds=folds, scores=scores)
    book = facts.score_book(run, USBP)
    table = tables.models_table(run, USBP, book, "2025-", pd.Period("2022-02", "M"))
    by_name = {
        row.cells[0].text if isinstance(row.cells[0], Cell) else row.cells[0]: row for row in table.rows
    }
    assert table.rows[0].kind == "lead" and table.rows[0].cells[0].small.startswith("headline: ")
    base = by_name["Same as last month"]
    assert base.cells[2:6] == ("0%",) * 4 and base.cells[-1] == "skill is 0 by definition"
    failed = by_name["Same month last year"]
    assert failed.kind == "fail" and failed.cells[2] == "not scored"
    assert failed.cells[-1].startswith("failed on 19 dates, last ") and "rank 33" in failed.cells[-1]
    skill = book.skill("short", "none", 1)
    assert table.rows[0].cells[2] == w.skill(skill)
    assert "replay of 2022 to 2026" in table.caption


def test_skipped_dates_and_notes_are_told():
    run = make_run(start="2024-01")
    folds = run.folds.copy()
    folds.loc[folds.index[folds["model"] == "arima"][:2], "status"] = "skipped"
    run = replace(run, folds=folds, models=run.models.assign(refit_every=3))
    table = tables.models_table(run, USBP, facts.score_book(run, USBP), None, pd.Period("2024-02", "M"))
    notes = " ".join(str(row.cells[-1]) for row in table.rows)
    assert "2 dates with too few months" in notes and "parameters kept for 3 origins" in notes


def test_series_table_leads_with_the_total():
    run = state("sectors")
    views = [facts.view(run, s) for s in run.series.index]
    table = tables.series_table(views, USBP)
    assert [row.kind for row in table.rows] == ["lead", "", ""] and "do not add up" in table.foot
    summed = tables.series_table(views, USBP, ["3", "1", "2"])
    assert [row.cells[-1] for row in summed.rows] == ["3", "1", "2"] and "add up to one count" in summed.foot
    gone = replace(views[1], ahead=views[1].ahead.iloc[:0])
    assert tables.series_table([views[0], gone], None).rows[1].cells[1] == "failed"


def test_fits_are_told_with_names_of_events():
    run = state("plain")
    coefficients = pd.DataFrame(
        [
            ("arima", USBP, "covid19_shock + title42", -0.87, 0.2, -1.26, -0.48, "plain"),
            ("ridge", "pooled", "lag1", 0.9, np.nan, np.nan, np.nan, "nuisance"),
        ],
        columns=["model", "series_id", "term", "estimate", "se", "lower", "upper", "kind"],
    )
    diagnostics = pd.DataFrame(
        [
            ("arima", USBP, "ljung_box", 51.8, 1e-7, "", 12, np.nan),
            ("arima", USBP, "autocorrelation", 0.06, np.nan, "bound", 1, 0.12),
        ],
        columns=["model", "series_id", "check", "statistic", "p_value", "note", "lag", "value"],
    )
    fits, checks = tables.fit_tables(replace(run, coefficients=coefficients, diagnostics=diagnostics), USBP)
    assert fits.folded and checks.folded
    assert fits.rows[0].cells[:5] == (
        "COVID-19 pandemic · Title 42 expulsions",
        "ARIMA",
        "−0.870",
        "0.200",
        "−1.260 to −0.480",
    )
    assert fits.rows[1].cells[3:5] == ("none", "none")
    assert checks.rows[0].cells[0] == "Ljung-Box, 12 lags" and checks.rows[1].cells[4] == "95 % bound 0.12"
    assert checks.rows[0].cells[2:4] == ("51.800", "below 0.001") and checks.rows[1].cells[3] == "none"
    assert tables.fit_tables(run, USBP) == []


@pytest.mark.parametrize(("value", "text"), [(123.456, "123.5"), (-0.1234, "−0.123"), (float("nan"), "none")])
def test_decimals(value, text):
    assert tables._decimal(value) == text


def test_refusals_are_found_in_every_language():
    seen = facts.view(refuse(state("plain"), 0.8), USBP)
    english = tables.next_table(seen, "2026-09-30")
    with speaking("es"):
        spanish = tables.next_table(seen, "2026-09-30")
    assert ["refused" in row.cells[2] for row in english.rows] == [
        "no se da" in row.cells[2] for row in spanish.rows
    ]
    assert "“No se da: 3 de 4 errores”" in spanish.foot and "“Refused: 3 of 4 errors”" in english.foot
    assert [row.kind for row in english.rows] == [row.kind for row in spanish.rows]


def test_a_model_that_failed_is_marked_in_every_language():
    run = make_run()
    rows = {}
    for code in ("en", "es"):
        with speaking(code):
            table = tables.models_table(
                run, USBP, facts.score_book(run, USBP), None, pd.Period("2015-01", "M")
            )
        rows[code] = [row.kind for row in table.rows]
    assert rows["en"] == rows["es"]


def test_descriptions_keep_words_with_nan_in_them():
    run = state("plain")
    told = run.models.assign(kind="other", description="A gain of finance.")
    assert tables.model_words(replace(run, models=told), "arima", "none").small == "A gain of finance"
    missing = told.assign(description=np.nan)
    assert tables.model_words(replace(run, models=missing), "arima", "none").small == ""


def test_estimates_that_lean_on_each_other_are_pointed_out():
    run = make_run()
    rows = pd.DataFrame(
        {
            "term": "x",
            "model": "arima",
            "series_id": USBP,
            "estimate": 3.0,
            "se": [1.5],
            "lower": 0.0,
            "upper": 6.0,
            "kind": "plain",
        }
    )
    firm = replace(run, coefficients=rows.assign(se=0.5))
    leaning = replace(run, coefficients=rows)
    assert "lean on each other" in tables.fit_tables(leaning, USBP)[0].foot
    assert "lean on each other" not in tables.fit_tables(firm, USBP)[0].foot
