"""Designs: which columns at which origin, hand-computed, and what is said of every other event."""

import dataclasses
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.errors import ConfigError
from forecast.events.calendar import load_events
from forecast.events.design import Design
from forecast.events.estimability import ACTIONS, DETAILS, ESTIMABILITY_COLUMNS, WHYS
from interventions_helpers import calendar as by_hand
from interventions_helpers import only

DATA = Path(__file__).parents[1] / "fixtures"


@dataclasses.dataclass(frozen=True)
class Known:
    """A panel as far as a design looks at it."""

    values: pd.DataFrame
    as_of: pd.Timestamp
    last_official: pd.Series


def panel(as_of="2018-05-20", first="2012-01", last="2018-04", series=("a",), official=None):
    months = pd.period_range(first, last, freq="M")
    values = pd.DataFrame({s: np.arange(len(months)) + 100.0 for s in series}, index=months)
    ends = pd.Series({s: pd.Period(official or last, freq="M") for s in series})
    return Known(values, pd.Timestamp(as_of), ends)


@pytest.fixture(scope="module")
def calendar():
    return load_events(DATA / "events_full.csv")


PAIR = "pair_a + pair_c + pair_b"
TWINS = "twin_a + twin_b"


def actions(design, series_id="a"):
    told = design.estimability
    rows = told[told["series_id"] == series_id].set_index("event")
    return {
        event: (action, rows.loc[event, "merged_with"]) if action == "merged" else action
        for event, action in rows["action"].items()
    }


def test_columns_at_an_origin_and_why_the_others_are_none(calendar):
    design = calendar.design(panel())
    assert design.columns == ("coming", "open_pulse", PAIR, TWINS, "fading", "early")
    assert actions(design) == {
        "old_step": "constant",
        "early": "used",
        "pair_a": "used",
        "pair_b": ("merged", "pair_a"),
        "pair_c": ("merged", "pair_a"),
        "twin_a": "used",
        "twin_b": ("merged", "twin_a"),
        "open_pulse": "used",
        "fading": "used",
        "context": "no_active_month",
        "vague": "not_usable",
        "coming": "not_active",
        "distant": "not_active",
        "unknown": "not_announced",
    }
    told = design.estimability.set_index("event")
    assert told.loc["pair_b", ["detail", "bundle"]].tolist() == ["bundle", "pair"]
    assert told.loc[["pair_c", "twin_b"], "detail"].tolist() == ["same_months"] * 2
    assert told.loc["distant", "why"] == "after_forecast" and told.loc["vague", "why"] == "too_vague"
    assert str(told.loc["early", "begins"].date()) == str(
        calendar.table.set_index("id").loc["early", "effective_start"].date()
    )


def test_hand_computed_weights(calendar):
    design = calendar.design(panel())
    past, future = design.past, design.future
    assert past["early"]["2015-03":"2016-01"].tolist() == pytest.approx([0, 20 / 30, *[1] * 8, 0])
    # pair_a begins on 1 February, pair_b on the 15th: the column is active when any member is
    assert past[PAIR]["2017-01":"2017-03"].tolist() == [0.0, 1.0, 1.0]
    assert past["fading"]["2016-02":"2016-04"].tolist() == [1.0, 0.5, 0.25]
    # the end of this pulse is not known: to the origin, 20 May, then nothing
    assert past["open_pulse"]["2018-02":].tolist() == pytest.approx([0.0, 21 / 31, 1.0])
    assert future["open_pulse"].tolist() == pytest.approx([20 / 31] + [0.0] * 11)
    assert future["coming"].tolist() == pytest.approx([0] * 4 + [20 / 30] + [1] * 7)
    # the end of pair_a (15 June) is usable on 1 June only
    assert future[PAIR].eq(1.0).all()
    assert list(future.index.astype(str))[:1] + list(future.index.astype(str))[-1:] == ["2018-05", "2019-04"]
    assert past.index.equals(panel().values.index)


def test_priors_take_signs_and_ports_have_their_own(calendar):
    design = calendar.design(panel(series=("a", "b.ofo")))
    mean, sd = design.prior["mean"], design.prior["sd"]
    assert mean["a", "early"] == pytest.approx(0.1) and mean["b.ofo", "early"] == pytest.approx(-0.1)
    # minus, minus and plus in one column: the mean of the signs; plus and minus cancel
    assert mean["a", PAIR] == pytest.approx(-0.1 / 3)
    assert mean["a", TWINS] == 0.0
    assert (sd == 0.3).all()


def test_judged_signs_count_half_or_nothing(calendar):
    design = calendar.design(panel(), coding="judged")
    mean = design.prior["mean"].xs("a")
    assert mean["open_pulse"] == pytest.approx(0.05)
    assert mean["pair_b"] == pytest.approx(-0.05)
    members = next(c for c in design.columns if "pair_c" in c)
    assert members == "pair_a + pair_c"
    assert mean[members] == pytest.approx(-0.05)


def test_ports_merge_within_a_bundle_by_their_own_signs(calendar):
    # at ports pair_a and pair_b have no sign, pair_c plus: still one column, for its months are the same
    assert actions(calendar.design(panel(series=("b.ofo",))), "b.ofo")["pair_b"] == ("merged", "pair_a")


def test_the_latest_starts_come_first_and_the_rest_is_over_the_limit(calendar):
    design = calendar.design(panel(), max_columns=3)
    assert design.columns == ("coming", "open_pulse", PAIR)
    over = {event for event, action in actions(design).items() if action == "over_limit"}
    assert over == {"twin_a", "twin_b", "fading", "early"}
    assert calendar.design(panel(), max_columns=0).columns == ()


def test_always_keeps_an_event_whatever_limit_and_priority(calendar):
    design = calendar.design(panel(), max_columns=2, always=["minor", "old_step"])
    assert design.columns == ("minor", "old_step")
    assert actions(design)["old_step"] == "prior_only"
    assert calendar.design(panel(), priority=3).columns.count("minor") == 1


def test_none_at_origin_and_hindsight_differ_where_the_calendar_says(calendar):
    none = calendar.design(panel(), knowledge="none")
    origin = calendar.design(panel())
    after = calendar.design(panel(), knowledge="hindsight")
    assert none.columns == () and none.knowledge == "none" and len(none.future) == 12
    # pair_a ended in June and pair_c did not: with opposite signs the two part ways once that is known
    assert set(after.columns) - set(origin.columns) == {"vague", "unknown", "pair_a + pair_b", "pair_c"}
    # known only afterwards: the pulse lasted to 20 August
    assert after.future["open_pulse"].tolist() == pytest.approx([1, 1, 1, 20 / 31] + [0] * 8)
    assert after.future["vague"].eq(1.0).all()
    same = [c for c in origin.columns if c in after.columns and c != "open_pulse"]
    assert len(same) > 3
    pd.testing.assert_frame_equal(origin.past[same], after.past[same])
    pd.testing.assert_frame_equal(origin.future[same], after.future[same])


def test_an_end_counts_from_the_day_on_which_it_is_usable(calendar):
    alone = only(calendar, ["pair_a"])
    before = alone.design(panel("2018-05-31", last="2018-04"))
    on = alone.design(panel("2018-06-01", last="2018-04"))
    assert before.future["pair_a"].eq(1.0).all()
    assert on.future["pair_a"].tolist() == pytest.approx([1, 15 / 30] + [0] * 10)
    pd.testing.assert_frame_equal(before.past, on.past)


def test_moving_usable_from_over_an_origin_changes_exactly_that_design(events, obs):
    origins = ["2020-03-11", "2020-04-09", "2020-05-09"]
    panels = [obs.as_of(day, ["southwest.usbp"]) for day in origins]
    on = events.replace("transit_ban_2019", usable_from="2020-04-09")
    day_after = events.replace("transit_ban_2019", usable_from="2020-04-10")
    same = []
    for one in panels:
        a, b = on.design(one), day_after.design(one)
        same.append(
            a.past.equals(b.past) and a.future.equals(b.future) and a.estimability.equals(b.estimability)
        )
        others = [c for c in a.columns if c in b.columns]
        pd.testing.assert_frame_equal(a.past[others], b.past[others])
    assert same == [True, False, True]
    assert "transit_ban_2019" in on.design(panels[1]).columns
    assert actions(day_after.design(panels[1]), "southwest.usbp")["transit_ban_2019"] == "not_usable"


def test_moving_usable_from_over_an_origin_changes_exactly_that_fold(events, obs):
    import forecast as fc

    origins = ["2020-03-11", "2020-04-09", "2020-05-09"]
    tables = [
        fc.backtest(
            {"arima": fc.make_model("arima")}, obs, one, ["southwest.usbp"], origins, horizon=2
        ).forecasts
        for one in (
            events.replace("transit_ban_2019", usable_from=day) for day in ("2020-04-09", "2020-04-10")
        )
    ]
    a, b = (t[t["model"] == "arima"].reset_index(drop=True) for t in tables)
    changed = a.loc[a["value"] != b["value"], "origin"]
    assert set(changed.dt.strftime("%Y-%m-%d")) == {"2020-04-09"}


def test_the_question_of_may_2024(events, obs):
    design = events.design(obs.as_of("2024-05-07", ["southwest.usbp"]))
    assert design.columns == (
        "clp_rule + title42_end",
        "mpp_end_2022",
        "biden_inauguration + mpp_suspension_2021",
        "covid19_shock + title42",
        "transit_ban_2019",
        "asylum_entry_ban_2018",
        "end_catch_release_2006",
    )
    assert design.past["covid19_shock + title42"]["2020-03"] == pytest.approx(16 / 31)
    assert design.past["covid19_shock + title42"]["2023-05"] == pytest.approx(11 / 31)
    assert design.past["clp_rule + title42_end"]["2023-05"] == pytest.approx(21 / 31)
    assert design.past["asylum_entry_ban_2018"]["2018-11"] == pytest.approx(10 / 30)
    assert design.prior.loc[("southwest.usbp", "clp_rule + title42_end"), "mean"] == 0.0
    assert design.future.iloc[0].tolist() == [1, 1, 1, 0, 0, 0, 1]
    found = actions(design, "southwest.usbp")
    later = {event for event, action in found.items() if action == "not_announced"}
    assert "securing_border_proclamation_2024" in later and "proc_10888_invasion" in later
    assert found["title42"] == ("merged", "covid19_shock")


def test_title_42_alone_has_its_split_months(events, obs):
    design = only(events, ["title42"]).design(obs.as_of("2024-05-07", ["southwest.usbp"]))
    assert design.past["title42"]["2020-03"] == pytest.approx(11 / 31)
    assert design.past["title42"]["2023-05"] == pytest.approx(11 / 31)
    before = only(events, ["title42"]).design(obs.as_of("2023-02-06", ["southwest.usbp"]))
    after = only(events, ["title42"]).design(obs.as_of("2023-02-07", ["southwest.usbp"]))
    assert before.future["title42"].eq(1.0).all()
    assert after.future["title42"]["2023-05"] == pytest.approx(11 / 31)


def test_ports_take_the_signs_at_ports(events, obs):
    both = events.design(obs.as_of("2025-03-15", ["southwest.usbp", "southwest.ofo"]))
    mean = both.prior["mean"]
    regime = {
        s: next(c for c in both.of(s).columns if "proc_10888_invasion" in c) for s in both.applies.index
    }
    assert regime == {
        "southwest.usbp": "proc_10888_invasion + mpp_reinstatement_2025",
        "southwest.ofo": "cbp_one_end + proc_10888_invasion",
    }
    assert mean["southwest.ofo", regime["southwest.ofo"]] == pytest.approx(-0.1)
    metering = next(c for c in both.of("southwest.ofo").columns if "metering_2016" in c)
    assert mean["southwest.ofo", metering] == pytest.approx(-0.1)
    assert not both.applies.loc["southwest.usbp", metering]


@pytest.mark.parametrize("day", ["2008-03-20", "2020-04-09", "2023-05-17", "2025-02-18", "2026-09-15"])
@pytest.mark.parametrize("coding", ["rule", "judged"])
@pytest.mark.parametrize("knowledge", ["at_origin", "hindsight"])
def test_no_candidate_is_lost_and_every_column_is_accounted_for(events, obs, day, coding, knowledge):
    series = ["southwest.usbp", "southwest.usbp.tucson", "southwest.usbp.del_rio"]
    design = events.design(obs.as_of(day, series), knowledge=knowledge, coding=coding)
    told = design.estimability
    assert tuple(told.columns) == ESTIMABILITY_COLUMNS
    column = "priority" if coding == "rule" else "judged_priority"
    for name in series:
        touching = events.touching(name)
        rows = told[told["series_id"] == name]
        assert sorted(rows["event"]) == sorted(touching.loc[touching[column] <= 1, "id"])
        assert set(rows["action"]) <= set(ACTIONS) and set(rows["why"]) <= set(WHYS)
        assert set(rows["detail"]) <= set(DETAILS)
        mine = design.of(name)
        assert len(mine.columns) <= 10
        inside = {i for ids in mine.members.values() for i in ids}
        action = rows.set_index("event")["action"]
        leads = {ids[0] for ids in mine.members.values()}
        assert set(action.index[action.isin(["used", "prior_only"])]) <= leads
        merged = rows[rows["action"] == "merged"].set_index("event")["merged_with"]
        assert set(merged) <= leads
        assert inside <= leads | set(merged.index)
        assert not mine.past.isna().any(axis=None) and ((mine.past >= 0) & (mine.past <= 1)).all(axis=None)
        if len(mine.columns) > 1:
            # columns of opposite sign may be alike so far, if they part ways in the months to come
            whole = pd.concat([mine.past, mine.future])
            varied = whole.loc[:, mine.past.max() - mine.past.min() > 1e-9]
            values = np.corrcoef(varied.to_numpy().T) - np.eye(varied.shape[1])
            assert np.abs(values).max() < 0.999


def test_a_series_of_many_has_the_design_it_would_have_alone(events, obs):
    series = ["southwest.usbp", "southwest.ofo", "southwest.usbp.yuma"]
    many = events.design(obs.as_of("2024-05-20", series))
    for name in series:
        alone, mine = events.design(obs.as_of("2024-05-20", [name])), many.of(name)
        assert mine.columns == alone.columns
        pd.testing.assert_frame_equal(mine.future, alone.future)
        pd.testing.assert_frame_equal(mine.past.loc[alone.past.index], alone.past)
        pd.testing.assert_frame_equal(mine.prior, alone.prior)
        pd.testing.assert_frame_equal(mine.estimability, alone.estimability)
        assert mine.past.index.equals(many.past.index)


def test_a_series_that_lags_behind_has_its_own_months_ahead(calendar):
    known = panel(series=("a", "b"))
    known.values.loc["2018-03":, "b"] = np.nan
    late = Known(known.values, known.as_of, pd.Series({"a": pd.Period("2018-04"), "b": pd.Period("2018-02")}))
    design = calendar.design(late, horizon=6)
    assert (
        str(design.of("a").future.index[0]) == "2018-05" and str(design.of("b").future.index[0]) == "2018-03"
    )
    assert design.of("b").future["open_pulse"].iloc[:3].tolist() == pytest.approx([21 / 31, 1.0, 20 / 31])
    # b has no month with a figure in which the pulse was active
    assert actions(design, "b")["open_pulse"] == "not_active"


def test_the_month_of_a_leak_stands_in_past_and_future(obs, events):
    design = events.design(obs.as_of("2024-05-07", ["southwest.usbp"], include_leaks=True))
    assert str(design.past.index[-1]) == "2024-04" and str(design.future.index[0]) == "2024-04"
    assert design.past.iloc[-1].equals(design.future.iloc[0])


def test_a_column_constant_before_a_known_end_is_kept_by_its_prior(calendar):
    ended = calendar.replace("old_step", end_date="2018-07-10", end_usable_from="2018-05-01")
    design = only(ended, ["old_step"]).design(panel())
    assert actions(design) == {"old_step": "prior_only"}
    assert design.future["old_step"].tolist() == pytest.approx([1, 1, 10 / 31] + [0] * 9)


def test_alike_ahead_but_not_before_is_not_alike(calendar):
    ended = calendar.replace("old_step", end_date="2018-06-30", end_usable_from="2018-05-01")
    short = ended.replace(
        "coming", effective_start="2018-05-01", end_date="2018-06-30", end_usable_from="2018-05-01"
    )
    design = only(short, ["old_step", "coming"]).design(panel())
    assert design.future["old_step"].equals(design.future["coming"].rename("old_step"))
    assert actions(design) == {"old_step": "prior_only", "coming": "not_active"}
    assert design.columns == ("coming", "old_step")


def test_one_day_of_a_month_is_an_active_month_and_dust_is_not(calendar):
    day = calendar.replace("early", effective_start="2015-04-30", end_date="2015-04-30")
    told = only(day, ["early"]).design(panel()).estimability.iloc[0]
    assert (told["action"], told["active_months"], str(told["first_active"])) == ("used", 1, "2015-04")
    # half a month: 1, 0.5, ... 0.0156 are seven months, and from a window that begins later nothing is left
    assert only(calendar, ["fading"]).design(panel()).estimability["active_months"].tolist() == [7]
    late = only(calendar, ["fading"]).design(panel(first="2016-10"))
    assert actions(late) == {"fading": "no_active_month"}


def test_a_mirror_image_is_left_out_and_said(calendar):
    first = calendar.replace(
        "early",
        effective_start="2005-01-01",
        end_date="2016-01-31",
        announced_date="2005-01-01",
        usable_from="2005-01-01",
        end_usable_from="2016-01-31",
    )
    second = first.replace(
        "twin_a",
        effective_start="2016-02-01",
        end_date=None,
        end_usable_from=None,
        announced_date="2016-01-01",
        usable_from="2016-01-01",
    )
    design = only(second, ["early", "twin_a"]).design(panel())
    assert design.columns == ("twin_a",)
    assert actions(design) == {"early": ("merged", "twin_a"), "twin_a": "used"}
    assert design.estimability.set_index("event").loc["early", "detail"] == "mirror"


def test_leads_begin_early_but_never_before_the_event_is_usable(calendar):
    lead = calendar.replace("coming", lead_months=2)
    assert only(lead, ["coming"]).design(panel()).future["coming"].tolist()[:4] == pytest.approx(
        [0, 0, 21 / 31, 1]
    )
    late = lead.replace("coming", usable_from="2018-08-22", announced_date="2018-08-22")
    design = only(late, ["coming"]).design(panel("2018-08-25", last="2018-07"))
    assert design.future["coming"].tolist()[:2] == pytest.approx([10 / 31, 1.0])


def test_unseen_events_bring_their_prior_nothing_or_an_analogue(calendar):
    prior, ignored = calendar.design(panel()), calendar.design(panel(), unseen="ignore")
    assert "coming" in prior.columns and "coming" not in ignored.columns
    assert actions(ignored)["coming"] == "not_active"
    # its mechanism and direction (rule, restricts) has no past column but a mixed one, which is no analogue
    kept = calendar.design(panel(), unseen="analogue")
    pd.testing.assert_frame_equal(kept.future, prior.future)
    assert "no_analogue" in {note.note for note in kept.notes}
    alone = calendar.without(["pair_c"])
    base, like = alone.design(panel()), alone.design(panel(), unseen="analogue")
    pair = "pair_a + pair_b"
    assert (like.future[pair] - base.future[pair]).tolist() == pytest.approx(base.future["coming"].tolist())
    assert like.prior.loc[("a", "coming")].tolist() == [0.0, 0.3]
    named = calendar.replace("coming", unseen_like="early").design(panel(), unseen="analogue")
    assert named.future["early"].tolist() == pytest.approx(prior.future["coming"].tolist())
    pd.testing.assert_frame_equal(named.past, prior.past)


def test_a_design_says_nothing_of_what_was_not_public(calendar, events, obs):
    as_of = pd.Timestamp("2018-05-20")
    table = calendar.table.copy()
    later = table["usable_from"] > as_of
    for column in ("effective_start", "usable_from"):
        table.loc[later, column] += pd.Timedelta(days=333)
    hidden = table["end_usable_from"] > as_of
    table.loc[hidden, ["end_date", "end_usable_from"]] += pd.Timedelta(days=77)
    table.loc[later, ["sign", "shape", "mechanism"]] = ["+", "pulse", "other"]
    from forecast.events.calendar import replace_events

    plain, garbage = calendar.design(panel()), replace_events(calendar, table).design(panel())
    for name in ("past", "future", "applies", "prior", "estimability"):
        pd.testing.assert_frame_equal(getattr(plain, name), getattr(garbage, name))
    assert plain.members == garbage.members


def test_a_design_owns_what_it_holds(events, obs):
    known = obs.as_of("2024-05-07", ["southwest.usbp"])
    design = events.design(known)
    blob = pickle.dumps(design)
    for word in (b"EventCalendar", b"Panel", b"2024-06-05", b"5 Jun 2024", b"20 Jan 2025"):
        assert word not in blob
    # knowledge of later months is names only: no date, no count
    told = design.estimability[design.estimability["action"] == "not_announced"]
    assert told["first_active"].isna().all() and (told["active_months"] == 0).all()
    assert set(told["why"]) == {"not_announced"} and told[["begins", "ends", "announced"]].isna().all(
        axis=None
    )
    before = design.past.copy()
    known.values.iloc[:, :] = 0.0
    pd.testing.assert_frame_equal(design.past, before)


def test_columns_given_by_hand(calendar):
    months = pd.period_range("2012-01", "2019-04", freq="M")
    price = pd.DataFrame({"price": np.linspace(1, 2, len(months)), "km": 3.0}, index=months.astype(str))
    prior = pd.DataFrame({"mean": [0.0], "sd": [0.5]}, index=["km"])
    given = Design.from_frames(price[:76], price[76:], prior=prior, as_of="2018-05-20")
    assert given.given == ("price", "km") and given.of("anything").columns == ("price", "km")
    assert given.of("a").prior.loc["a"].to_numpy().tolist() == [[0.0, np.inf], [0.0, 0.5]]
    joined = calendar.design(panel(), max_columns=1).beside(given)
    assert joined.columns == ("coming", "price", "km") and joined.given == ("price", "km")
    assert joined.of("a").prior["sd"].tolist() == [0.3, np.inf, 0.5]
    assert joined.future["price"].tolist() == price["price"].iloc[76:].tolist()
    with pytest.raises(ConfigError, match="in both"):
        joined.beside(given)


def test_wrong_frames_are_told_all_at_once():
    months = pd.period_range("2020-01", periods=4, freq="M")
    past = pd.DataFrame({"x": [1.0, np.nan, 3.0]}, index=months[[0, 1, 3]])
    future = pd.DataFrame({"y": [1.0]}, index=[pd.Period("2020-05")])
    with pytest.raises(ConfigError) as caught:
        Design.from_frames(past, future, prior=pd.DataFrame({"mean": [1.0]}, index=["z"]))
    for words in (
        "past has x, future y",
        "do not follow",
        "no number in 2020-02",
        "'z' is not a column",
        "'sd'",
    ):
        assert words in str(caught.value)
    with pytest.raises(ConfigError, match="does not hold months"):
        Design.from_frames(pd.DataFrame({"x": [1.0]}, index=["no month"]), future)


def test_rows_of_any_months_and_unknown_series(calendar):
    design = calendar.design(panel(), horizon=3)
    got = design.rows(pd.period_range("2018-04", "2018-06", freq="M"))
    assert got["open_pulse"].tolist() == pytest.approx([1.0, 20 / 31, 0.0])
    with pytest.raises(ConfigError, match="no row for 2018-08"):
        design.rows(pd.period_range("2018-07", "2018-08", freq="M"))
    with pytest.raises(ConfigError, match="no series 'c'"):
        design.of("c")


def test_wrong_words_are_told_with_the_nearest(calendar):
    with pytest.raises(ConfigError) as caught:
        calendar.design(panel(), knowledge="at_orign", coding="rules", priority=4, unseen="priors", horizon=0)
    for words in ("Did you mean 'at_origin'", "Did you mean 'rule'", "priority: 4", "'prior'", "horizon: 0"):
        assert words in str(caught.value)


END = {"id": "end", "effective_start": "2014-05-01", "shape": "step", "sign": "+"}
RULE = {"id": "rule", "effective_start": "2014-05-01", "end_date": "2015-12-31", "shape": "step", "sign": "-"}
NEXT = {"id": "next", "effective_start": "2016-01-01", "shape": "step", "sign": "-"}


def test_columns_that_cannot_be_separated_nor_be_one_stay_and_it_is_said_of_each(tmp_path):
    """One is the sum of two others; no pair of them is alike."""
    design = by_hand(tmp_path, END, RULE, NEXT).design(panel())
    assert sorted(design.columns) == ["end", "next", "rule"]
    told = design.estimability.set_index("event")
    assert told["action"].tolist() == ["used"] * 3 and set(told["detail"]) == {"not_separable"}
    assert told.loc["end", "merged_with"] == "next + rule"


def test_members_of_one_bundle_have_their_joint_effect_instead(tmp_path):
    rows = [
        {**row, "bundle": "b", "shape": shape}
        for row, shape in ((END, "step"), (RULE, "pulse"), (NEXT, "step"))
    ]
    assert set(by_hand(tmp_path, *rows).design(panel()).estimability["detail"]) == {""}


def test_columns_of_one_direction_and_start_that_cannot_be_separated_are_one(tmp_path):
    """A step, and one that fades by a hundredth a month: alike once differenced, not before."""
    step = {"id": "step", "effective_start": "2013-05-01", "shape": "step", "sign": "-"}
    slow = {**step, "id": "slow", "shape": "decay", "decay": 0.99}
    design = by_hand(tmp_path, step, slow).design(panel())
    assert design.columns == ("slow + step",)
    told = design.estimability.set_index("event")
    assert told.loc["step", ["action", "merged_with", "detail"]].tolist() == ["merged", "slow", "sum"]
    other = by_hand(tmp_path, step, {**slow, "sign": "+"}).design(panel())
    assert set(other.estimability["detail"]) == {"not_separable"}


def test_a_horizon_begins_after_the_last_month_of_the_panel(calendar):
    assert calendar.design(panel(), horizon=2).begins == pd.Period("2018-05", "M").ordinal
    assert Design.none(panel(), 1).begins == pd.Period("2018-05", "M").ordinal


def test_columns_given_by_hand_have_a_day_and_priors_of_numbers():
    months = pd.period_range("2020-01", periods=4, freq="M")
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0]}, index=months)
    assert pd.isna(Design.from_frames(frame[:3], frame[3:]).as_of)
    for day in ("x", "2020", "05/06/2019"):
        with pytest.raises(ConfigError, match=r"as_of: .* is not a date"):
            Design.from_frames(frame[:3], frame[3:], as_of=day)
    prior = pd.DataFrame({"mean": ["a"], "sd": [1.0]}, index=["x"])
    with pytest.raises(ConfigError, match="prior: 'mean' does not hold numbers"):
        Design.from_frames(frame[:3], frame[3:], prior=prior)


def test_observations_are_no_panel(calendar, obs):
    with pytest.raises(
        ConfigError, match=r"panel: Observations is given; expected a Panel, such as obs.as_of"
    ):
        calendar.design(obs)
