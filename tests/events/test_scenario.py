"""What if: changes become columns, the past stays as it is, and wrong changes say what is wrong."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.config.settings import ScenarioSpec
from forecast.errors import ConfigError
from forecast.events.calendar import load_events
from forecast.events.notes import Note
from forecast.events.scenario import EXACT_SD, parse_changes
from interventions_helpers import only
from tests.events.test_design import panel

DATA = Path(__file__).parents[1] / "fixtures"


@pytest.fixture(scope="module")
def calendar():
    # pair_c shares its months with the others of its bundle; it would stand in their column
    return load_events(DATA / "events_full.csv").without(["pair_c"])


def designs(calendar, *changes, **settings):
    return calendar.design(panel(), **settings), calendar.design(panel(), scenario=list(changes), **settings)


def only_changed(base, changed):
    """Check that the past is as it was, and return the columns whose future is another."""
    pd.testing.assert_frame_equal(changed.past[list(base.columns)], base.past)
    return [c for c in base.columns if not np.allclose(base.future[c], changed.future[c])]


def test_an_event_ends_on_a_date(calendar):
    base, changed = designs(calendar, {"event": "coming", "ends": "2018-11-15"})
    assert only_changed(base, changed) == ["coming"]
    assert changed.future["coming"].tolist() == pytest.approx([0] * 4 + [20 / 30, 1, 15 / 30] + [0] * 5)
    (note,) = changed.notes  # compared as text: since Python 3.13 a missing number differs from itself there
    assert repr(note) == repr(Note("change", event="coming", ends=dt.date(2018, 11, 15)))


def test_an_end_can_be_later_than_known(calendar):
    known = calendar.replace("pair_a", end_usable_from="2018-05-01")
    base, changed = designs(only(known, ["pair_a"]), {"event": "pair_a", "ends": dt.date(2018, 8, 10)})
    assert base.future["pair_a"].tolist() == pytest.approx([1, 15 / 30] + [0] * 10)
    assert changed.future["pair_a"].tolist() == pytest.approx([1, 1, 1, 10 / 31] + [0] * 8)


def test_an_event_starts_on_another_date_or_once_more(calendar):
    _, sooner = designs(calendar, {"event": "coming", "starts": "2018-06-16"})
    assert sooner.future["coming"].tolist() == pytest.approx([0, 15 / 30] + [1] * 10)
    base, again = designs(calendar, {"event": "early", "starts": "2018-07-01", "ends": "2018-07-31"})
    assert only_changed(base, again) == ["early"]
    assert again.future["early"].tolist() == [0, 0, 1] + [0] * 9


def test_an_event_is_stronger_or_weaker(calendar):
    base, changed = designs(calendar, {"event": "coming", "factor": 1.5})
    assert only_changed(base, changed) == ["coming"]
    assert changed.future["coming"].tolist() == pytest.approx((1.5 * base.future["coming"]).tolist())


def test_a_member_of_one_column_takes_all_of_its_effect_and_a_note_says_that_nobody_knows(calendar):
    both = calendar.replace("pair_b", end_date=None, end_usable_from=None)
    base, changed = designs(both, {"event": "pair_b", "ends": "2018-06-15"})
    assert only_changed(base, changed) == ["pair_a + pair_b"]
    assert changed.future["pair_a + pair_b"].tolist() == pytest.approx([1, 0.5] + [0] * 10)
    assert (changed.notes[1].note, changed.notes[1].events) == ("joint", "pair_a + pair_b")
    base, changed = designs(calendar, {"event": "twin_a", "starts": "2018-06-01"})
    assert changed.future["twin_a + twin_b"].tolist() == pytest.approx([0] + [1] * 11)


def test_a_new_event_of_a_given_size(calendar):
    change = {"new": "closure", "starts": "2018-06-16", "size": -0.3}
    base, changed = designs(calendar, change)
    assert only_changed(base, changed) == [] and changed.columns == (*base.columns, "closure")
    assert not changed.past["closure"].any()
    assert changed.future["closure"].tolist() == pytest.approx([0, 15 / 30] + [1] * 10)
    assert changed.prior.loc[("a", "closure")].tolist() == [-0.3, EXACT_SD]
    assert changed.of("a").columns[-1] == "closure"
    row = changed.estimability.iloc[-1]
    assert (row["event"], row["action"], str(row["first_active"])) == ("closure", "prior_only", "2018-06")
    percent = designs(calendar, {"new": "closure", "starts": "2018-06-16", "percent": -25})[1]
    assert percent.prior.loc[("a", "closure"), "mean"] == pytest.approx(np.log(0.75))
    spread = designs(calendar, {"new": "c", "starts": "2018-06-01", "size": {"mean": -0.2, "sd": 0.15}})[1]
    assert spread.prior.loc[("a", "c")].tolist() == [-0.2, 0.15]


def test_a_new_event_has_its_own_shape(calendar):
    _, decay = designs(
        calendar, {"new": "x", "starts": "2018-06-01", "size": 1, "shape": "decay", "decay": 0.5}
    )
    assert decay.future["x"].tolist()[:4] == pytest.approx([0, 1, 0.5, 0.25])
    _, ramp = designs(
        calendar, {"new": "x", "starts": "2018-06-01", "size": 1, "shape": "ramp", "ramp_months": 2}
    )
    assert ramp.future["x"].tolist()[:4] == pytest.approx([0, 0.5, 1, 1])
    _, pulse = designs(calendar, {"new": "x", "starts": "2018-06-01", "size": 1, "shape": "pulse"})
    assert pulse.future["x"].tolist()[:4] == pytest.approx([0, 1, 1 / 31, 0])


def test_like_an_event_means_the_same_coefficient(calendar):
    base, changed = designs(calendar, {"new": "x", "starts": "2018-06-01", "size": "like early", "factor": 2})
    assert changed.columns == base.columns
    assert only_changed(base, changed) == ["early"]
    assert changed.future["early"].tolist() == [0] + [2] * 11
    # without a shape of its own it takes that of the event that it is like
    _, fading = designs(calendar, {"new": "x", "starts": "2018-06-01", "size": "like fading"})
    assert (fading.future["fading"] - base.future["fading"]).tolist()[:3] == pytest.approx([0, 1, 0.5])


def test_like_a_mechanism_is_the_mean_of_its_columns_and_a_doubt(calendar):
    change = {"new": "x", "starts": "2018-06-01", "size": "like mechanism rule", "direction": "opens"}
    base, changed = designs(calendar.without(["twin_b"]), change)
    assert only_changed(base, changed) == ["early", "twin_a"] or only_changed(base, changed) == [
        "twin_a",
        "early",
    ]
    assert changed.future["early"].iloc[1:].tolist() == [0.5] * 11
    assert changed.prior.loc[("a", "x")].tolist() == [0.0, 0.3]
    assert changed.future["x"].tolist() == [0] + [1] * 11


def test_a_mechanism_without_a_past_column_falls_back_to_its_prior(calendar):
    bare = calendar.without(["pair_a", "pair_b"])
    change = {"new": "x", "starts": "2018-06-01", "size": "like mechanism rule", "direction": "restricts"}
    base, changed = designs(bare, change)
    assert only_changed(base, changed) == []
    assert changed.prior.loc[("a", "x")].tolist() == pytest.approx([-0.1, 0.3])
    assert [note.note for note in changed.notes] == ["change", "prior_of_kind"]


def test_an_event_that_a_scenario_names_is_kept_whatever_limit_and_priority(calendar):
    base, changed = designs(calendar, {"event": "minor", "ends": "2018-12-31"}, max_columns=1)
    assert "minor" not in base.columns and "minor" in changed.columns
    kept = calendar.design(panel(), max_columns=1, always=["minor"])
    assert kept.columns == changed.columns
    constant = designs(calendar, {"event": "old_step", "ends": "2018-05-31"})[1]
    assert constant.future["old_step"].tolist() == [1] + [0] * 11


def test_a_new_event_touches_the_series_it_names(calendar):
    spec = ScenarioSpec(changes=({"new": "x", "starts": "2018-06-01", "size": 0.1, "series": "*;!*.ofo*"},))
    changed = calendar.design(panel(series=("a", "b.ofo")), scenario=spec)
    assert "x" in changed.of("a").columns and "x" not in changed.of("b.ofo").columns
    assert ("b.ofo", "x") not in changed.prior.index


def test_changes_add_up(calendar):
    first, second = {"event": "coming", "ends": "2018-11-15"}, {"event": "coming", "factor": 0.5}
    changed = designs(calendar, first, second)[1]
    assert changed.future["coming"].tolist() == pytest.approx([0] * 4 + [10 / 30, 0.5, 7.5 / 30] + [0] * 5)


def test_wrong_values_are_told_all_at_once():
    changes = [
        {"event": "x", "ends": "2020-13-01"},
        {"new": "z"},
        {"event": "a", "new": "b"},
        {"new": "z", "starts": "2024-08-01", "ends": "2024-07-01", "size": "x", "shapes": "step"},
        {"event": "y"},
        {"new": "w", "starts": "2024-08-01", "percent": -120, "shape": "stepp"},
        {"new": "v", "starts": "2024-08-01", "size": {"mean": 1, "sd": 0}},
        "title42",
    ]
    with pytest.raises(ConfigError) as caught:
        parse_changes(changes)
    for words in (
        "change 1 (x).ends: '2020-13-01' is not a date",
        "change 2 (z): `starts` is needed",
        "change 3: name either an `event`",
        "change 4 (z): there is no key 'shapes'. Did you mean 'shape'?",
        "change 4 (z): it ends on 2024-07-01",
        "change 4 (z).size: 'x' is not a number",
        "change 5 (y): nothing changes",
        "change 6 (w).percent: -120 is not above -100",
        "Did you mean 'step'?",
        "change 7 (v).size.sd: 0 is not positive",
        "change 8: 'title42' is not a group of keys",
        "two new events are called 'z'",
    ):
        assert words in str(caught.value), words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"event": "erly", "factor": 2}, "Did you mean 'early'"),
        ({"event": "vague", "factor": 2}, "'vague' was not usable on 20 May 2018"),
        ({"event": "context", "factor": 2}, "shape 'none'"),
        ({"event": "elsewhere", "factor": 2}, "touches none of a"),
        ({"event": "early", "ends": "2019-01-01"}, "over since 31 Dec 2015; give `starts`"),
        ({"event": "open_pulse", "starts": "2018-06-01"}, "in force since 11 Mar 2018"),
        ({"event": "early", "factor": 2}, "a factor changes nothing"),
        ({"event": "coming", "ends": "2018-08-01"}, "end before it starts"),
        ({"event": "coming", "starts": "2018-04-30"}, "the months to come begin on 1 May 2018"),
        ({"new": "early", "starts": "2018-08-01", "size": 1}, "the calendar has an event of that name"),
        ({"new": "x", "starts": "2025-08-01", "size": 1}, "none of it lies in the months to come"),
        ({"new": "x", "starts": "2018-08-01", "size": "like erly"}, "Did you mean 'early'"),
        ({"new": "x", "starts": "2018-08-01", "size": "like mechanism ruel"}, "Did you mean 'rule'"),
        ({"new": "x", "starts": "2018-08-01", "size": "like mechanism rule"}, "one of opens, restricts"),
        (
            {"new": "x", "starts": "2018-08-01", "size": "like mechanism rule", "direction": "shuts"},
            "no direction 'shuts'",
        ),
        ({"new": "x", "starts": "2018-08-01", "size": 1, "series": "z*"}, "'z*' touches none of a"),
    ],
)
def test_changes_that_the_calendar_does_not_bear(calendar, change, words):
    with pytest.raises(ConfigError) as caught:
        calendar.design(panel(), scenario=[change])
    assert words in str(caught.value)


def test_a_scenario_needs_events(calendar):
    with pytest.raises(ConfigError, match="not 'none'"):
        calendar.design(panel(), knowledge="none", scenario=[{"event": "coming", "factor": 2}])


@pytest.mark.parametrize(
    "day", ["05/06/2018", 2018, pd.Timestamp("2018-11-15 12:00"), np.datetime64("2018-11")]
)
def test_dates_of_a_scenario_are_whole_days(calendar, day):
    with pytest.raises(ConfigError, match=r"scenario change 1 \(coming\)\.ends: "):
        designs(calendar, {"event": "coming", "ends": day})
