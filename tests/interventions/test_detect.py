"""Breaks: planted ones are found, matched within a month, and only with what was usable."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.errors import ConfigError, DataError
from forecast.interventions.detect import BREAK_COLUMNS, detect_events
from interventions_helpers import MODELS, calendar, noise, panel_of

N = 150
MONTHS = pd.period_range("2000-01", periods=N, freq="M")
MODEL = fc.make_model("arima", **MODELS["walk"])


def figures(seed=1, **breaks):
    y = noise("walk", N, np.random.default_rng(seed))
    t = np.arange(N)
    for kind, (place, size) in breaks.items():
        shape = {
            "AO": t == place,
            "LS": t >= place,
            "TC": np.where(t >= place, 0.7 ** np.maximum(t - place, 0), 0),
        }
        y = y + size * shape[kind].astype(float)
    return pd.Series(np.exp(9 + y), index=MONTHS, name="s")


@pytest.mark.parametrize("kind", ["AO", "LS", "TC"])
def test_a_planted_break_of_eight_standard_deviations_is_found(kind):
    table = detect_events(figures(**{kind: (80, 0.4 if kind == "LS" else 0.45)}), model=MODEL)
    found = table[table["month"] == MONTHS[80]]
    assert list(table.columns) == list(BREAK_COLUMNS)
    assert found["kind"].tolist() == [kind]
    assert found["size"].item() == pytest.approx(0.42, abs=0.15)
    assert found["percent"].item() == pytest.approx(100 * np.expm1(found["size"].item()))
    assert abs(found["t"].item()) > 4


def test_breaks_are_matched_within_a_month(tmp_path):
    events = calendar(
        tmp_path,
        {"id": "law", "effective_start": "2006-08-11", "shape": "step"},
        {"id": "ban", "effective_start": "2002-01-01", "end_date": "2008-10-15", "shape": "step"},
    )
    table = detect_events(figures(LS=(80, 0.6), AO=(105, 0.7)), events, model=MODEL).set_index("month")
    assert table.loc[MONTHS[80], ["words", "event"]].tolist() == ["explained", "law"]  # a month before
    assert table.loc[MONTHS[105], ["words", "event", "when"]].tolist() == ["explained", "ban", "end"]
    assert table.loc[MONTHS[105], "when"] == "end"
    # months within one of January 2002, October 2008 and August 2006
    assert table["by_chance"].iloc[0] == pytest.approx(9 / N)


def test_an_event_expected_to_move_the_other_way_explains_nothing(tmp_path):
    law = {"id": "law", "effective_start": "2006-08-11", "shape": "step"}
    for sign, explained in (("+", True), ("-", False), ("0", True)):
        events = calendar(tmp_path, {**law, "sign": sign})
        row = detect_events(figures(LS=(80, 0.6)), events, model=MODEL).set_index("month").loc[MONTHS[80]]
        assert row["explained"] == explained and row["event"] == "law"
        assert row["by_chance"] == pytest.approx(3 / N if explained else 0.0)
    # the end of what was expected to lower the figures may raise them
    events = calendar(
        tmp_path,
        {
            "id": "ban",
            "effective_start": "2002-01-01",
            "end_date": "2006-08-31",
            "shape": "step",
            "sign": "-",
        },
    )
    row = detect_events(figures(LS=(80, 0.6)), events, model=MODEL).set_index("month").loc[MONTHS[80]]
    assert row[["words", "event", "when"]].tolist() == ["explained", "ban", "end"]
    events = calendar(tmp_path, {**law, "sign": "-"})
    row = detect_events(figures(LS=(80, 0.6)), events, model=MODEL).set_index("month").loc[MONTHS[80]]
    assert row["words"] == "other_direction"


def test_an_event_two_months_away_explains_nothing(tmp_path):
    events = calendar(tmp_path, {"id": "law", "effective_start": "2006-11-01", "shape": "step"})
    row = detect_events(figures(LS=(80, 0.6)), events, model=MODEL).set_index("month").loc[MONTHS[80]]
    assert not row["explained"]
    assert row["words"] == "unexplained"


def test_the_first_rank_explains_before_the_nearest(tmp_path):
    events = calendar(
        tmp_path,
        {"id": "near", "effective_start": "2006-09-01", "shape": "step", "priority": 2},
        {"id": "first", "effective_start": "2006-08-01", "shape": "step", "priority": 1},
    )
    series = figures(LS=(80, 0.6))
    row = detect_events(series, events, model=MODEL).set_index("month").loc[MONTHS[80]]
    assert (row["event"], row["priority"]) == ("first", 1)


def test_only_what_was_usable_explains_as_of_a_date(tmp_path):
    events = calendar(
        tmp_path,
        {
            "id": "law",
            "effective_start": "2006-09-01",
            "shape": "step",
            "usable_from": "2010-01-01",
            "announced_date": "2006-09-01",
        },
    )
    series = figures(LS=(80, 0.6))
    panel = panel_of(series.iloc[:100], as_of="2008-05-20")
    assert not detect_events(panel, events, model=MODEL)["explained"].any()
    assert detect_events(panel, events, model=MODEL, as_of="2010-01-01")["explained"].any()


def test_a_panel_shows_what_its_months_show():
    series = figures(LS=(80, 0.6))
    assert detect_events(panel_of(series.iloc[:80]), model=MODEL).empty
    assert not detect_events(panel_of(series.iloc[:100]), model=MODEL).empty


def test_kinds_critical_values_and_auto():
    series = figures(LS=(80, 0.6))
    assert "LS" not in set(detect_events(series, model=MODEL, kinds=("AO",))["kind"])
    assert detect_events(series, model=MODEL, critical=50.0).empty
    auto = detect_events(series, model=fc.make_model("arima", order="auto", max_order=2))
    assert MONTHS[80] in auto["month"].tolist()


def test_no_percent_off_logs_and_no_match_without_a_calendar():
    row = detect_events(
        figures(LS=(80, 0.6)), model=fc.make_model("arima", transform="none", **MODELS["walk"])
    ).iloc[0]
    assert np.isnan(row["percent"])
    assert row["words"] == "not_matched"


def test_wrong_words():
    with pytest.raises(ConfigError, match="expected some of AO, LS, TC"):
        detect_events(figures(), kinds=("XX",))
    with pytest.raises(ConfigError, match="does not hold months"):
        detect_events(pd.Series([1.0, 2.0]))
    with pytest.raises(DataError, match="expected 36"):
        detect_events(figures().iloc[:30], model=MODEL)
    with pytest.raises(ConfigError, match="give series_id"):
        detect_events(panel_of({"a": figures().to_numpy(), "b": figures().to_numpy()}))


def test_february_2025_is_found_and_explained(obs, events, usbp):
    table = detect_events(obs.as_of("2025-06-30", [usbp]), events).set_index("month")
    row = table.loc[pd.Period("2025-02", "M")]
    assert row["kind"] == "LS"
    assert row["explained"]
    assert row["by_chance"] > 0.3  # a long calendar explains half of all months: a match says little


@pytest.mark.proof
@pytest.mark.parametrize(("months", "most"), [(120, 0.12), (240, 0.2)])
def test_clean_airline_series_raise_as_many_false_alarms_as_the_docs_tell(months, most):
    """100 series each; the docs tell about one in ten of ten years, one in six of twenty: not brought down."""
    model = fc.make_model("arima")
    index = pd.period_range("2000-01", periods=months, freq="M")
    alarms = [
        len(
            detect_events(
                pd.Series(np.exp(9 + noise("airline", months, np.random.default_rng(s))), index), model=model
            )
        )
        for s in range(100)
    ]
    print(f"{months} months: false alarms in {np.mean(np.array(alarms) > 0):.0%} of 100 series")
    assert np.mean(np.array(alarms) > 0) <= most


def test_months_that_the_index_leaves_out_or_turns_round_are_refused():
    months = pd.period_range("2015-01", periods=96, freq="M")
    figures = pd.Series(np.exp(np.random.default_rng(1).normal(6, 0.02, 96)), index=months, name="s")
    with pytest.raises(ConfigError, match="2018-05 is missing from its index"):
        detect_events(figures.drop(months[40]))
    with pytest.raises(ConfigError, match="sort the series by time"):
        detect_events(figures[::-1])
