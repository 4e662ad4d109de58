"""What an experiment says of events: nothing where it was not asked, nothing later than its date."""

import pandas as pd
import pytest

import forecast as fc
from forecast.answers import policy_effects, what_if, worth_of_knowing

DAY = pd.Timestamp("2024-05-07")


@pytest.fixture(scope="module")
def exp():
    return fc.load_experiment("quick")


def test_effects_are_estimated_only_where_a_coding_is_named(exp, obs, events):
    assert exp.events.effects is None
    assert policy_effects(exp, obs, events, DAY).empty


def test_a_headline_without_events_has_no_worth_of_knowing(obs, events):
    plain = fc.load_experiment("quick", "combination=short")
    past = pd.DataFrame({"model": ["short"], "series_id": ["southwest.usbp"], "origin": [DAY]})
    knowledge, cases = worth_of_knowing(plain, past, obs, events, DAY)
    assert knowledge.empty and cases.empty and "gain" in knowledge and "actual" in cases


def test_without_a_scenario_there_is_no_what_if(exp, obs, events):
    made, notes = what_if(exp, pd.DataFrame(), {}, obs, events, DAY)
    assert made.empty and "scenario" in made and notes.empty and "note" in notes
