"""Which events become columns at an origin, by hand: 36 months of figures to December 2021, 12 months ahead."""

import numpy as np
import pandas as pd
import pytest

from forecast.events.calendar import load_events
from forecast.events.selection import Setting, day_text, select

FIRST = pd.Period("2019-01", "M").ordinal
WINDOW, KNOWN = slice(0, 36), 36
JUNE = pd.Period("2020-06", "M").ordinal


def event(name, start, announced="2020-01-10", **cells):
    return {"id": name, "announced_date": announced, "effective_start": start, "shape": "step", **cells}


def chosen(*events, **asked):
    arrays = load_events(list(events)).arrays
    setting = {
        "origin": int(np.datetime64("2022-01-10", "D").astype(int)),
        "hindsight": False,
        "coding": "rule",
        "priority": 1,
        "max_columns": 10,
        "unseen": "prior",
        "ordinals": np.arange(FIRST, FIRST + 48),
        "signs": np.full(len(events), -1.0),
    }
    made = select(arrays, np.arange(len(events)), WINDOW, KNOWN, Setting(**{**setting, **asked}))
    columns = [[arrays.ids[row] for row in column.rows] for column in made.columns]
    return made, columns, {arrays.ids[row]: verdict for row, verdict in made.verdicts.items()}


def test_an_event_of_the_window_is_a_column_from_its_first_month_on():
    made, columns, told = chosen(event("order", "2020-06-01"))
    assert columns == [["order"]]
    np.testing.assert_array_equal(made.columns[0].weight, [0.0] * 17 + [1.0] * 31)
    verdict = told["order"]
    assert (verdict.action, verdict.why, verdict.first_active, verdict.active_months) == (
        "used", "active", JUNE, 19
    )  # fmt: skip
    assert verdict.ends is None and not verdict.end_known


@pytest.mark.parametrize(
    ("cells", "action", "why"),
    [
        ({"start": "2020-06-01", "announced": "2022-02-01"}, "not_announced", "not_announced"),
        ({"start": "2020-06-01", "usable_from": "2022-02-01"}, "not_usable", "too_vague"),
        ({"start": "2010-01-01", "announced": "2009-01-01"}, "constant", "constant"),
        ({"start": "2024-01-01"}, "not_active", "after_forecast"),
        ({"start": "2010-01-01", "announced": "2009-01-01", "end_date": "2011-01-01"}, "no_active_month", "outside"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_has_no_column_and_says_why(cells, action, why):
    _, columns, told = chosen(event("order", **cells))
    assert columns == [] and (told["order"].action, told["order"].why) == (action, why)


def test_what_was_not_announced_shows_no_date_but_hindsight_knows_it():
    late = event("order", "2020-06-01", announced="2022-02-01")
    assert chosen(late)[2]["order"].first_active is None
    assert chosen(late, hindsight=True)[1] == [["order"]]


def test_an_event_to_come_stands_there_by_its_prior_unless_it_is_ignored():
    soon = event("order", "2022-03-01")
    _, columns, told = chosen(soon)
    assert columns == [["order"]] and (told["order"].action, told["order"].why) == ("not_active", "by_prior")
    _, columns, told = chosen(soon, unseen="ignore")
    assert columns == [] and told["order"].why == "left_out"


def test_equal_columns_are_one_and_members_of_a_bundle_too():
    _, columns, told = chosen(event("a", "2020-06-01"), event("b", "2020-06-01"))
    assert columns == [["a", "b"]]
    assert (told["b"].action, told["b"].merged_with, told["b"].detail) == ("merged", "a", "same_months")
    _, columns, told = chosen(event("a", "2020-06-01", bundle="x"), event("b", "2021-02-01", bundle="x"))
    assert columns == [["a", "b"]] and (told["b"].detail, told["b"].bundle) == ("bundle", "x")


def test_the_latest_events_stay_where_the_limit_is_reached():
    three = [event("a", "2019-08-01"), event("b", "2020-03-01"), event("c", "2020-11-01")]
    assert chosen(*three)[1] == [["c"], ["b"], ["a"]]
    _, columns, told = chosen(*three, max_columns=2)
    assert columns == [["c"], ["b"]]
    assert (told["a"].action, told["a"].detail, told["a"].later) == ("over_limit", "later", 2)
    # what a scenario asks for comes before the others
    assert chosen(*three, max_columns=1, always=("a",))[1] == [["a"]]


def test_priorities_beyond_the_limit_are_no_candidates():
    minor = event("order", "2020-06-01", priority=2)
    assert chosen(minor)[2] == {} and chosen(minor, priority=2)[1] == [["order"]]
    assert chosen(minor, always=("order",))[1] == [["order"]]


def test_a_day_as_prose_has_it():
    assert day_text(0) == "1 Jan 1970" and day_text(19850) == "7 May 2024"
