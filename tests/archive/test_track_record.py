import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.archive import track_record as tr
from forecast.archive.store import Archive
from forecast.config.settings import LEVELS


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """Two months: the first revised later, the second not."""
    path = tmp_path_factory.mktemp("f") / "f.csv"
    path.write_text(
        "series_id,month,value,released\n"
        "a,2024-01,90,2024-02-10\na,2024-02,100,2024-03-10\na,2024-03,120,2024-04-10\na,2024-02,104,2024-05-10\n"
    )
    return fc.load_observations(path)


def table(
    values,
    kind="published",
    model="short",
    origin="2024-02-10",
    month="2024-02",
    horizon=1,
    run=1,
    levels=(0.1, 0.25, 0.5, 0.75, 0.9),
):
    return pd.DataFrame(
        {
            "run": run,
            "kind": kind,
            "model": model,
            "series_id": "a",
            "origin": pd.Timestamp(origin),
            "month": pd.Period(month, "M"),
            "horizon": horizon,
            "knowledge": "none",
            "scenario": "",
            "level": levels,
            "value": values,
        }
    )


def test_a_scenario_is_never_scored(figures):
    told = table([70.0, 80.0, 90.0, 102.0, 110.0])
    scenario = told.assign(scenario="closure", value=told["value"] / 2)
    record = tr.track_record(pd.concat([told, scenario], ignore_index=True), figures)
    assert record["scenario"].tolist() == [""] and record["middle"].tolist() == [90.0]
    assert tr.track_record(scenario, figures).empty


def test_each_forecast_is_scored_against_the_first_release_and_the_latest_figure(figures):
    record = tr.track_record(table([70.0, 80.0, 90.0, 102.0, 110.0]), figures)
    row = record.iloc[0]
    assert list(record.columns) == list(tr.RECORD_COLUMNS)
    assert (row["truth_first"], row["truth"], row["error_first"], row["error"]) == (100, 104, -10, -14)
    assert (row["inside_50_first"], row["inside_50"], row["inside_80"]) == ("yes", "no", "yes")
    # by hand: weights 0.5 * alpha on ranges, half on the median, over 2.5
    spread = (0.5 * 0.2 * 40 + 0.5 * 0.5 * 22) / 2.5
    under = (0.5 * 14 + 2.0) / 2.5
    assert (
        row["wis_spread"] == pytest.approx(spread)
        and row["wis_under"] == pytest.approx(under)
        and row["wis_over"] == 0
    )
    assert row["wis"] == pytest.approx(spread + under) and row["n_levels"] == 5
    assert row["wis_first"] == pytest.approx(spread + 0.5 * 10 / 2.5)


def test_only_what_was_public_on_a_day_is_a_truth(figures):
    forecasts = pd.concat(
        [table([70.0, 80, 90, 102, 110]), table([1.0, 2, 3, 4, 5], month="2024-03", horizon=2)]
    )
    early = tr.track_record(forecasts, figures, "2024-03-15")
    assert early["truth"].tolist()[0] == 100 and np.isnan(early["truth"].tolist()[1])
    assert early["inside_80"].tolist() == ["yes", ""] and early["wis"].isna().tolist() == [False, True]
    assert tr.track_record(forecasts.head(0), figures).empty


def test_a_refused_range_is_neither_a_hit_nor_a_miss(figures):
    only_fifty = table([80.0, 90.0, 105.0], levels=(0.25, 0.5, 0.75))
    record = tr.track_record(only_fifty, figures)
    assert record["inside_80"].iloc[0] == "refused" and record["inside_50"].iloc[0] == "yes"
    summary = tr.summarise(record)
    assert (
        np.isnan(summary["held_80"]).all()
        and summary["n_ranges"].eq(0).all()
        and summary["held_50"].eq(1).all()
    )
    unpaired = tr.track_record(table([90.0, 100.0, 105.0], levels=(0.5, 0.75, 0.9)), figures)
    assert unpaired["n_levels"].iloc[0] == 1 and unpaired["wis"].iloc[0] == pytest.approx(14)


def test_nobody_is_ranked_before_twelve_months_are_scored(figures, monkeypatch):
    rows = [table([70.0, 80, 90, 102, 110], model="random_walk"), table([90.0, 95, 104, 110, 120])]
    record = tr.track_record(pd.concat(rows), figures)
    few = tr.summarise(record)
    assert few["rank"].isna().all() and (few["of"] == 0).all() and few["skill"].notna().all()
    monkeypatch.setattr(tr, "RANKED_FROM", 1)
    assert set(tr.summarise(record)["rank"]) == {1, 2}


def test_skill_and_rank_stand_on_common_forecasts_and_kinds_are_never_pooled(figures, monkeypatch):
    monkeypatch.setattr(tr, "RANKED_FROM", 1)
    rows = [
        table([70.0, 80, 90, 102, 110], model="random_walk"),
        table([90.0, 95, 104, 110, 120]),
        table([10.0, 20, 30, 40, 50], model="random_walk", month="2024-03", horizon=2),
        table([1.0, 2, 3, 4, 5], kind="replayed", run=2),
        table([0.0, 1, 2, 3, 4], kind="replayed", model="random_walk", run=2),
    ]
    record = tr.track_record(pd.concat(rows), figures)
    summary = tr.summarise(record).set_index(["kind", "model", "horizon"])
    walk, short = (
        record[(record["kind"] == "published") & (record["model"] == m) & (record["horizon"] == 1)][
            "wis"
        ].iloc[0]
        for m in ("random_walk", "short")
    )
    assert summary.loc[("published", "short", "1"), "skill"] == pytest.approx(1 - short / walk)
    assert summary.loc[("published", "short", "all"), "skill"] == pytest.approx(
        1 - short / walk
    )  # its common forecast only
    assert summary.loc[("published", "random_walk", "1"), "skill"] == 0
    assert (
        summary.loc[("published", "short", "1"), "rank"] == 1
        and summary.loc[("published", "random_walk", "1"), "rank"] == 2
    )
    # a row that lacks a forecast that others have is not ranked beside them
    assert (
        np.isnan(summary.loc[("published", "short", "all"), "rank"])
        and summary.loc[("published", "random_walk", "all"), "of"] == 1
    )
    assert summary.loc[("replayed", "short", "1"), "n"] == 1
    with pytest.raises(ValueError, match="never pooled"):
        tr.worst_miss(record)


def test_a_correction_does_not_replace_what_was_said_first(figures):
    both = pd.concat([table([90.0, 95, 100, 105, 110], run=1), table([100.0, 102, 104, 106, 108], run=2)])
    record = tr.track_record(both, figures)
    assert len(record) == 2
    assert tr.summarise(record)["mae"].tolist() == [4, 4]
    assert tr.headline_rows(record, "short")["middle"].tolist() == [100.0]


def test_the_headline_of_the_record_is_that_of_the_page(figures):
    """Without events where there are both, with them where there are only these, never with hindsight."""
    kinds = {"hindsight": 120.0, "at_origin": 110.0, "none": 100.0}
    rows = [table([v - 10, v - 5, v, v + 5, v + 10]).assign(knowledge=k) for k, v in kinds.items()]
    for kept, expected in ((rows, 100.0), (rows[:2], 110.0)):
        record = tr.track_record(pd.concat(kept), figures)
        assert tr.headline_rows(record, "short")["middle"].tolist() == [expected]
    assert tr.headline_rows(tr.track_record(rows[0], figures), "short").empty


def test_beside_the_forecasts_of_others_stands_what_the_headline_said_first(figures):
    theirs = pd.DataFrame(
        [("office", "2024-02-20", "2024-02", "2024-02", "a", "", 95.0, "", "s", "")],
        columns=[
            "forecaster",
            "made",
            "first_month",
            "last_month",
            "series_id",
            "low",
            "point",
            "high",
            "source",
            "note",
        ],
    )
    first, corrected = table([80.0, 90, 98, 105, 110], run=1), table([80.0, 90, 104, 105, 110], run=2)
    known = table([80.0, 90, 120, 130, 140], run=1).assign(knowledge="hindsight")
    record = tr.track_record(pd.concat([first, corrected, known]), figures)
    assert tr.others(theirs, figures, record, "short")["ours"].tolist() == [98.0]


def test_coverage_rests_on_independent_months(figures):
    rows = [table([100.0, 102, 104, 106, 108], horizon=h, origin=f"2024-02-1{h}", run=h) for h in (1, 2, 4)]
    summary = tr.summarise(tr.track_record(pd.concat(rows), figures)).set_index("horizon")
    assert (
        summary.loc["all", "held_80"] == 1
        and summary.loc["4", "held_80_lower"] < summary.loc["1", "held_80_lower"]
    )
    assert summary.loc["all", "held_80_lower"] == pytest.approx(
        0.05 ** (1 / 1.75), rel=1e-6
    )  # n = 1 + 1/2 + 1/4


def test_a_forecast_ten_times_too_low_is_a_worse_miss_than_one_eight_times_too_high(figures):
    """A share of the count hides what was too low: it never exceeds 100 %."""
    rows = [table([790.0, 795, 832, 835, 840]), table([9.0, 9.5, 10, 11, 12], month="2024-03", horizon=2)]
    for order in (rows, rows[::-1]):
        miss = tr.worst_miss(tr.track_record(pd.concat(order), figures))
        assert (miss.middle, miss.actual, miss.high) == (10.0, 120.0, False)
        assert miss.factor == pytest.approx(12.0)
    high = tr.worst_miss(tr.track_record(rows[0], figures))
    assert high.factor == pytest.approx(8.0) and high.high


@pytest.mark.parametrize("unit", [1e-9, 1e6])
def test_the_worst_miss_does_not_depend_on_the_unit(unit):
    """Of figures in millionths a half would be far above all of them, and every miss would be none."""
    months = pd.period_range("2024-01", periods=3, freq="M")
    told = pd.DataFrame({"truth": [100.5, 110.5, 120.5], "middle": [100.0, 111.0, 90.0], "kind": "replayed"})
    told = told.assign(origin=pd.Timestamp("2024-01-15"), month=months.astype(str), horizon=1, inside_80="no")
    told = told.assign(error=told["middle"] - told["truth"], lower_80=80.0, upper_80=130.0)
    scaled = told.assign(truth=told["truth"] * unit, middle=told["middle"] * unit)
    miss = tr.worst_miss(scaled)
    assert str(miss.month) == "2024-03" and miss.factor == pytest.approx(120.5 / 90.0)


def test_the_worst_miss_is_relative_to_what_was_counted(figures):
    rows = [table([70.0, 80, 90, 102, 110]), table([30.0, 35, 40, 45, 50], month="2024-03", horizon=2)]
    miss = tr.worst_miss(tr.track_record(pd.concat(rows), figures))
    assert (str(miss.origin.date()), str(miss.month), miss.horizon) == ("2024-02-10", "2024-03", 2)
    assert (miss.middle, miss.actual, miss.error) == (40.0, 120.0, -80.0)
    assert (miss.inside_80, miss.lower_80, miss.upper_80) == ("no", 30.0, 50.0)
    refused = tr.track_record(table([300.0, 310.0, 320.0], levels=(0.25, 0.5, 0.75)), figures)
    assert tr.worst_miss(refused).inside_80 == "refused" and np.isnan(tr.worst_miss(refused).lower_80)


def test_matured_rows_go_into_the_archive_once_for_each_truth(figures, tmp_path):
    from archive_helpers import entry

    archive = Archive(tmp_path / "a.sqlite")
    archive.record(entry(as_of="2024-02-10"))
    record = tr.track_record(archive.forecasts([1]), figures, "2024-03-15")
    rows = tr.matured(record, "2024-03-15")
    assert (
        set(rows["truth_kind"]) == {"first", "latest"} and (rows["truth"] == 100).sum() == 4
    )  # two models, two kinds
    archive.record(entry(as_of="2024-03-15", matured=rows))
    archive.record(entry(as_of="2024-03-16", matured=rows))
    stored = archive.query("select * from matured_rows where month = '2024-02'")
    assert len(stored) == 4 and set(stored["inside_80"].dropna()) <= {0, 1}


def test_forecasts_by_others_stand_beside_ours_with_the_caveat(obs):
    from forecast.data.beside import read_published
    from forecast.data.observations import BUNDLED

    published = read_published(BUNDLED / "published.csv")
    bt = fc.backtest(
        {},
        obs,
        fc.load_events(),
        ["southwest.usbp"],
        fc.monthly_origins("2021-11", "2022-01", obs, series=["southwest.usbp"]),
        3,
    )
    record = tr.track_record(bt.forecasts.assign(run=1, kind="replayed"), obs)
    rows = tr.others(published, obs, record, "random_walk").set_index(["made", "first_month"])
    january = rows.loc[("2022-01", "2022-01")]
    assert (
        january["actual"] == obs.actuals("southwest.usbp")["2022-01"]
        and january["error"] == 129_000 - january["actual"]
    )
    ours = (
        record[(record["month"] == "2022-01") & (record["origin"] <= "2022-01-31")]
        .sort_values("origin")
        .iloc[-1]
    )
    assert january["ours"] == ours["middle"] and january["ours_kind"] == "replayed"
    year = rows.loc[("2019-02", "2019-01")]
    assert year["actual"] == obs.actuals("southwest.usbp")["2019-01":"2019-12"].sum() and np.isnan(
        year["ours"]
    )
    assert {"scored", "no_forecast", "conditional"} <= set(rows["reason"]) <= set(tr.REASONS)
    assert rows.loc[rows["reason"] != "scored", "error"].isna().all()
    assert rows.loc[rows["reason"] == "conditional", "note"].str.contains("condition failed").any()
    assert tr.others(published, obs, record, "random_walk", "2018-12-31")["made"].tolist() == [
        "2018-05-15",
        "2018-11",
    ]


def test_levels_of_the_page_are_levels_of_the_package():
    assert set(tr.LEVEL_COLUMNS.values()) <= set(LEVELS)
    for name, level in tr.LEVEL_COLUMNS.items():
        side, _, band = name.partition("_")
        tail = (100 - int(band or 0)) / 200
        assert level == pytest.approx({"lower": tail, "middle": 0.5, "upper": 1 - tail}[side])


def test_each_quantile_stands_under_its_own_name(figures):
    levels = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
    record = tr.track_record(table([1.0, 2, 3, 4, 5, 6, 7], levels=levels), figures)
    assert record[list(tr.LEVEL_COLUMNS)].iloc[0].tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_a_record_is_numbered_from_0_in_its_own_order(figures):
    rows = [table([1.0, 2, 3, 4, 5], origin="2024-03-10", month="2024-03"), table([1.0, 2, 3, 4, 5])]
    record = tr.track_record(pd.concat(rows), figures)
    assert record.index.tolist() == [0, 1] and record["origin"].is_monotonic_increasing


def test_of_misses_that_differ_by_rounding_only_the_earliest_is_the_worst(figures):
    for factor, month in ((1 - 2e-10, "2024-02"), (1 - 1e-6, "2024-03")):
        later = table([1.0, 2, 40 * factor * 1.2, 50, 60], month="2024-03", origin="2024-03-10")
        early = table([1.0, 2, 40 * 104 / 100, 50, 60])
        record = tr.track_record(pd.concat([later, early]), figures)
        assert str(tr.worst_miss(record).month) == month
