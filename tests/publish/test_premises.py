from dataclasses import replace

import pandas as pd
import pytest

from forecast.archive.store import Archive
from forecast.config.settings import ScenarioSpec
from forecast.events.calendar import load_events
from forecast.publish.premises import came_true, premises_of
from forecast.publish.publish import publish
from forecast.publish.record import record_table, record_text
from rounds_helpers import Rounds, light


def starts(name):
    change = {"new": name, "starts": "2021-05-10", "shape": "step", "size": -0.3}
    return ScenarioSpec(changes=(change,), label=name)


@pytest.fixture
def rounds(tmp_path, monkeypatch):
    """An issue with two scenarios, and another a month after the measure that one of them assumed."""
    light(monkeypatch.setattr)
    r = Rounds(tmp_path)
    head = "id,announced_date,effective_start,shape\n"
    r.calendar.write_text(f"{head}toll,2019-06-01,2019-06-12,step\n")
    r.write(40)
    exp = replace(r.experiment(), scenario={"came": starts("fee"), "never": starts("ban")})
    assert publish(exp, today=r.released(40)).code == 0
    r.calendar.write_text(f"{head}fee,2021-06-01,2021-05-12,step\n")
    r.write(42)
    assert r.publish().code == 0
    return r


def test_a_scenario_is_scored_only_where_its_premise_came_true(rounds):
    archive = Archive(rounds.archive)
    obs, record = record_table(rounds.experiment(), pd.Timestamp("2021-09-01").to_pydatetime())
    assert set(record["scenario"]) == {"", "came", "never"}
    found = premises_of(archive, record, load_events(rounds.calendar), obs, rounds.released(42))
    state = found.set_index("scenario")["state"]
    assert state["came"] == "true" and state["never"] != "true"
    assert set(came_true(record, found)["scenario"]) == {"", "came"}
    kept = archive.query("SELECT DISTINCT n.scenario FROM matured m JOIN names n ON n.id = m.name")
    assert set(kept["scenario"]) == {"", "came"}


def test_the_record_says_which_premises_came_true(rounds):
    text = record_text(rounds.experiment(), pd.Timestamp("2021-09-01").to_pydatetime())
    said = text.split("scored only where what it assumed came true")[1]
    assert "came, of 2021-05-20: true" in said and "never, of 2021-05-20: cannot be told" in said
    assert "short | came" in said and "short | never" not in said


def test_without_scenarios_there_is_nothing_to_tell(rounds):
    record = pd.DataFrame({"run": [1], "scenario": [""]})
    obs, _ = record_table(rounds.experiment(), pd.Timestamp("2021-09-01").to_pydatetime())
    assert premises_of(Archive(rounds.archive), record, load_events(rounds.calendar), obs, "2021-09-01").empty
