"""What an experiment says of events: nothing where it was not asked, nothing later than its date."""

from dataclasses import replace

import pandas as pd
import pytest

import forecast as fc
from forecast.backtesting.folds import FoldSettings, FoldSource
from forecast.config.settings import EventsSpec
from forecast.errors import ConfigError, DataError
from forecast.experiment.effects import (
    closer_look,
    compared_effects,
    policy_effects,
    restlessness,
    what_if,
    worth_of_knowing,
)
from forecast.experiment.pipeline import figures_of
from forecast.interventions.effects import EFFECT_COLUMNS
from forecast.interventions.study import Study

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
    made, notes = what_if(exp, pd.DataFrame(), {}, FoldSource(obs, events, FoldSettings()), DAY)
    assert made.empty and "scenario" in made and notes.empty and "note" in notes


NARROW = (
    "specification=reasonable",
    "events.effects=judged",
    "events.max_columns=6",
    "specification.order=[given]",
    "specification.transform=[log]",
    "specification.window=[null]",
    "specification.shape=[step]",
    "specification.beside=[all]",
)


@pytest.mark.slow
def test_only_what_is_claimed_is_tried_under_other_choices(obs, events):
    exp = fc.load_experiment("quick", *NARROW)
    table = policy_effects(exp, obs, events, DAY).assign(clear=False)
    assert table["coding"].eq("judged").all() and table["event"].nunique() >= 2
    enough = table[table["active_months"] >= 3]
    largest = enough.loc[enough["estimate"].abs().idxmax(), "event"]
    looked = closer_look(exp, obs, events, DAY, table)
    assert set(looked.response["event"]) == set(table["event"])
    assert set(looked.specification["event"]) == {largest} and set(looked.fading["what"]) == {"decay", "lead"}
    tried = looked.effects.drop_duplicates("event").set_index("event")["test_models"]
    assert tried[largest] != "not_run" and set(tried.drop(largest)) == {"not_run"}
    other = next(e for e in enough["event"] if e != largest)
    claimed = table.assign(clear=table["event"] == other)
    assert set(closer_look(exp, obs, events, DAY, claimed).specification["event"]) == {other}
    none = fc.load_experiment("quick", *NARROW, "specification.effects=none")
    looked = closer_look(none, obs, events, DAY, table)
    assert len(looked.response) and looked.specification.empty and looked.fading.empty
    assert "percent" in looked.specification and looked.effects is table
    looked = closer_look(exp, obs, events, DAY, table.iloc[:0])
    assert looked.response.empty and looked.specification.empty and looked.fading.empty


def test_donors_of_an_experiment_are_compared_and_named_when_unknown(obs, events):
    donors = tuple(f"northern.usbp.{n}" for n in ("blaine", "buffalo", "detroit", "havre", "spokane"))
    exp = fc.Experiment(as_of="2024-05-07", events=EventsSpec(donors=donors))
    as_of = pd.Timestamp("2024-05-07")
    row = dict.fromkeys(EFFECT_COLUMNS) | {"event": "covid19_shock", "level": 0.8, "estimate": -0.5}
    table, gaps = compared_effects(exp, obs, events, as_of, pd.DataFrame([row]))
    assert table["verdict"].isin(["stands_out", "not_apart", "refused"]).all() and len(table) == 1
    assert table["n_placebos"].iloc[0] == 0 or set(gaps["part"]) == {"before", "after"}
    none, _ = compared_effects(replace(exp, events=EventsSpec()), obs, events, as_of, pd.DataFrame([row]))
    assert none.empty
    volatility, breaks, season = restlessness(exp, obs, events, as_of)
    assert len(volatility) > 200 and len(breaks) and len(season) % 12 == 0
    wrong = replace(exp, events=EventsSpec(donors=("northern.usbp.blain",)))
    with pytest.raises(ConfigError, match=r"events\.donors: there is no 'northern\.usbp\.blain'"):
        figures_of(wrong)


def test_a_series_whose_model_refuses_it_has_the_reason_and_nothing_else(exp, obs, events, monkeypatch):
    def refuse(study):
        raise DataError("figures of zero or less")

    monkeypatch.setattr(Study, "volatility", refuse)
    volatility, breaks, season = restlessness(exp, obs, events, DAY)
    assert volatility.empty and season.empty
    assert breaks[["series_id", "verdict", "decides_ranges"]].to_numpy().tolist() == [
        ["southwest.usbp", "no_model", False]
    ]
