"""Numbers picked out of a run."""

from dataclasses import replace

import numpy as np
import pandas as pd

from forecast.config.settings import BacktestSpec, ReportSpec, TargetSpec
from forecast.report import view
from report_fixture import make_run, published_run, refuse, state

USBP = "southwest.usbp"


def test_quantiles_are_one_row_a_month_and_keep_refusals():
    run = state("plain")
    table = view.quantiles(view.headline_rows(run.forecasts, "short", USBP))
    assert table["horizon"].tolist() == list(range(1, 13))
    assert (table["lower_95"] < table["lower_80"]).all() and (table["lower_80"] < table["middle"]).all()
    short = view.quantiles(view.headline_rows(refuse(run, 0.8, 4).forecasts, "short", USBP))
    assert short["lower_80"].notna().tolist() == [True] * 3 + [False] * 9
    assert list(view.quantiles(run.forecasts.iloc[:0]).columns)[:4] == [
        "origin",
        "month",
        "horizon",
        "middle",
    ]


def test_a_view_holds_counts_without_leaks():
    run = state("as_of_2024")
    seen = view.view(run, USBP)
    assert seen.last == pd.Period("2024-03", "M") and seen.counts.iloc[-1] == 137_480
    assert seen.value(pd.Period("2023-12", "M")) == 249_785
    assert seen.value(pd.Period("2030-01", "M")) is None
    assert seen.whole
    assert len(seen.afterwards) > 12
    assert seen.numbers(99) is None and seen.numbers(1).month == pd.Period("2024-04", "M")


def test_needed_errors_by_the_rule_of_the_method():
    assert [view.needed(level) for level in (0.8, 0.95, 0.98)] == [4, 19, 49]
    assert view.needed(0.8, "square_root", 12) == 4
    assert view.needed(0.95, "direct") == 39
    assert view.needed(0.95, "direct", 12) > 200
    assert view.needed(0.9, "unheard of") == 9


def test_a_combination_rests_on_its_weakest_member():
    run = state("plain")
    basis = run.intervals[run.intervals["model"] != "short"].copy()
    basis.loc[basis["model"] == "arima", "n_errors"] = 7
    seen = view.view(replace(run, intervals=basis), USBP)
    assert seen.basis[1].errors == 7
    assert view.view(replace(run, intervals=basis.iloc[:0]), USBP).basis == {}


def test_the_page_is_about_the_total_or_the_first_series():
    run = state("sectors")
    assert view.headline_series(run) == USBP
    assert view.other_series(run, USBP) == ["southwest.usbp.del_rio", "southwest.usbp.big_bend"]
    spec = replace(run.experiment, target=TargetSpec(series=("southwest.usbp.del_rio", USBP)))
    assert view.headline_series(replace(run, experiment=spec)) == "southwest.usbp.del_rio"


def test_replayed_forecasts_stop_before_the_report_and_begin_with_the_scores():
    run = state("plain")
    table = view.replayed(run, USBP)
    assert (table["origin"] < run.as_of).all() and table["month"].min() == pd.Period("2018-02", "M")
    spec = replace(run.experiment, backtest=BacktestSpec(start="2010-01", score_from="2020-01"))
    later = view.replayed(replace(run, experiment=spec), USBP)
    assert later["month"].min() == pd.Period("2020-02", "M")
    assert view.replayed(replace(run, backtest=run.backtest.iloc[:0]), USBP).empty


def test_inside_counts_only_rows_with_a_range_and_a_truth():
    table = pd.DataFrame(
        {
            "truth": [5.0, 9.0, np.nan, 1.0],
            "lower_80": [4.0, 4.0, 4.0, np.nan],
            "upper_80": [6.0, 6.0, 6.0, 6.0],
        }
    )
    assert view.inside(table).tolist() == [True, False]


def test_track_record_marks_what_was_inside():
    table = view.track_record(view.replayed(state("plain"), USBP), USBP)
    held = (table["truth"] >= table["lower_80"]) & (table["truth"] <= table["upper_80"])
    assert (table["inside_80"] == held.map({True: "yes", False: "no"})).all()
    assert set(table["kind"]) == {"replayed"}


def test_coverage_takes_the_headline_over_the_whole_replay():
    run = state("plain")
    found = view.coverage(run, USBP)
    assert sorted({h.horizon for h in found}) == [1, 3, 6, 12]
    one = view.held_at(found, 1, 0.8)
    row = run.calibration.query("model == 'short' and horizon == 1 and nominal == 0.8").iloc[0]
    assert one.held == round(row["covered"] * row["n"]) and one.n == row["n"]
    assert one.fair == (one.low <= one.share <= one.high)
    assert view.held_at(found, 2, 0.8) is None
    assert view.coverage(replace(run, calibration=run.calibration.iloc[:0]), USBP) == []


def test_score_book():
    run = state("plain")
    book = view.score_book(run, USBP)
    assert book.skill("random_walk", "none", 1) == 0
    assert book.skill("nobody", "none", 1) is None
    assert book.get("short", "none", 1, "wis").metric == "wis"
    assert book.eras == ("2014-19", "2020-24", "2025-")
    assert view.era_words(run, "2025-") == "since 2025"
    assert view.era_words(run, "2014-19") == "2014 to 2019"
    odd = replace(run.experiment, report=ReportSpec(headline="short", eras={"x": ("2020-03", "9999-12")}))
    assert view.era_words(replace(run, experiment=odd), "x") == "since March 2020"
    assert view.score_book(replace(run, scores=run.scores.iloc[:0]), USBP).eras == ()


def test_events_for_display_are_one_a_bundle_or_month():
    table = view.display_events(state("plain"))
    months = dict(zip(table["label"], table["month"].astype(str), strict=True))
    assert months["New asylum rule; Title 42 ends"] == "2023-05"
    assert months["Mexico halts transfers; US talks in Mexico; Mexican enforcement"] == "2024-01"
    assert not table["month"].duplicated().any()
    pandemic = table[table["month"] == pd.Period("2020-03", "M")].iloc[0]
    assert pandemic["size"] == 3 and "covid19_shock" in pandemic["ids"]


def test_flags_are_at_most_six_and_those_of_first_priority_are_kept():
    run = state("plain")
    found = view.flags(run, pd.Period("2016-09", "M"), pd.Period("2026-08", "M"))
    assert len(found) == 6 and found["month"].is_monotonic_increasing
    everything = view.display_events(run)
    first = everything[(everything["priority"] == 1) & (everything["month"] >= pd.Period("2016-09", "M"))]
    assert set(first["label"]) <= set(found["label"])
    few = view.flags(run, pd.Period("2024-05", "M"), pd.Period("2024-07", "M"))
    assert few["label"].tolist() == ["Asylum limits; Panama agreement; Visas for Chinese"]
    assert view.flags(state("own"), pd.Period("2016-09", "M"), pd.Period("2026-08", "M")).empty


def test_first_chart_starts_after_the_last_break_of_level():
    run = state("plain")
    assert view.first_chart_start(run, view.view(run, USBP)) == pd.Period("2025-02", "M")
    early = state("as_of_2024")
    assert view.first_chart_start(early, view.view(early, USBP)) == pd.Period("2023-02", "M")
    given = replace(
        run, experiment=replace(run.experiment, report=ReportSpec(headline="short", level_break="2024-01"))
    )
    assert view.first_chart_start(given, view.view(given, USBP)) == pd.Period("2024-01", "M")
    own = state("own")
    seen = view.view(own, USBP)
    assert view.first_chart_start(own, seen) == seen.last - 24


def test_new_event_months():
    assert pd.Period("2024-06", "M") in view.new_event_months(state("plain"))
    assert view.new_event_months(state("own")) == set()


def test_usual_wait():
    seen = view.view(state("plain"), USBP)
    assert 10 < view.usual_wait(seen) < 35
    assert view.usual_wait(replace(seen, released=seen.released.iloc[:0])) is None


def test_published_forecasts_stand_apart():
    assert set(published_run().track_record["kind"]) == {"published"}


def test_the_usual_wait_is_that_of_first_figures_not_of_revisions():
    run = state("plain")
    known = run.observations[run.observations["series_id"] == USBP]
    ends = pd.DatetimeIndex([m.end_time.normalize() for m in known["month"]])
    late = replace(run, observations=run.observations.assign(released=pd.Timestamp(run.as_of)))
    assert view.usual_wait(view.view(late, USBP)) > 100

    class WithFirsts:
        def __init__(self):
            firsts = pd.DataFrame(
                {"series_id": USBP, "month": known["month"], "released": ends + pd.Timedelta(days=17)}
            )
            self.__dict__.update({**vars(late), "first_released": firsts})

    assert view.usual_wait(view.view(WithFirsts(), USBP)) == 17


def test_a_missing_month_has_a_place_and_no_count():
    run = make_run(start="2025-01")
    name = view.headline_series(run)
    gone = [pd.Period(month, "M") for month in ("2026-02", "2026-03")]
    table = run.observations
    kept = table[~((table["series_id"] == name) & table["month"].isin(gone))]
    seen = view.view(replace(run, observations=kept), name)
    assert seen.missing == gone and seen.value(gone[0]) is None
    assert len(seen.counts) == (seen.last - seen.counts.index[0]).n + 1
    assert view.view(run, name).missing == []
