"""Scenarios are kept in the archive, and scored only where their premise came true."""

from dataclasses import replace

import pandas as pd
import pytest

import forecast as fc
from archive_helpers import Archive, entry
from forecast.archive.track_record import summarise, track_record
from forecast.config.settings import ScenarioSpec
from forecast.interventions.premise import premises, scored_scenarios
from forecast.publish.premises import came_true

MADE = "2023-02-10"


def state(events, change, as_of, **more):
    row = premises({"what": ScenarioSpec(changes=(change,))}, events, as_of, MADE, **more).iloc[0]
    return row["state"], row["why"]


@pytest.mark.parametrize(
    ("change", "as_of", "expected"),
    [
        ({"event": "title42", "ends": "2023-05-11"}, "2023-06-30", "true"),
        ({"event": "title42", "ends": "2023-05-11"}, "2023-02-15", "true"),  # announced by then
        ({"event": "title42", "ends": "2023-03-31"}, "2023-06-30", "false"),
        ({"event": "title42", "ends": "2023-12-31"}, "2023-03-30", "open"),
        ({"event": "title42", "factor": 0.5}, "2023-06-30", "cannot be told"),
        ({"new": "clp_rule", "starts": "2023-05-12", "size": -0.3, "shape": "step"}, "2023-06-30", "true"),
        (
            {"new": "closure", "starts": "2023-05-12", "size": -0.3, "shape": "step"},
            "2023-06-30",
            "cannot be told",
        ),
        ({"new": "closure", "starts": "2023-05-12", "size": -0.3, "shape": "step"}, "2023-03-30", "open"),
    ],
)
def test_the_calendar_of_a_later_day_decides(events, change, as_of, expected):
    assert state(events, change, as_of)[0] == expected


def test_all_changes_must_come_true(events):
    both = ScenarioSpec(
        changes=({"event": "title42", "ends": "2023-05-11"}, {"event": "title42", "factor": 2.0})
    )
    assert premises({"what": both}, events, "2023-06-30", MADE)["state"].item() == "cannot be told"


def test_a_leak_came_true_where_the_official_figure_is_as_leaked(events, obs):
    spec = {"what": ScenarioSpec(changes=({"with_leak": True},))}
    asked = {"obs": obs, "series_id": "southwest.usbp"}
    assert premises(spec, events, "2024-05-08", "2024-05-07", **asked)["state"].item() == "open"
    later = premises(spec, events, "2024-07-01", "2024-05-07", **asked).iloc[0]  # 129,000 and 128,895
    assert later["state"] == "true"
    assert premises(spec, events, "2024-07-01", "2024-05-07")["state"].item() == "cannot be told"


def test_only_scenarios_that_came_true_are_scored(tmp_path):
    kept = entry()
    both = [
        kept.forecasts.assign(scenario=name, value=kept.forecasts["value"] * f)
        for name, f in (("came", 0.9), ("never", 0.5))
    ]
    archive = Archive(tmp_path / "a.sqlite")
    number = archive.record(replace(kept, forecasts=pd.concat([kept.forecasts, *both], ignore_index=True)))
    archived = archive.forecasts([number])
    assert set(archived["scenario"]) == {"", "came", "never"}
    pd.DataFrame({"month": pd.period_range("2023-01", "2024-09", freq="M"), "value": 100.0}).to_csv(
        tmp_path / "a.csv", index=False
    )
    record = track_record(archived, fc.load_observations(tmp_path / "a.csv", series_id="a"))
    assert set(summarise(record)["model"]) == {"short", "random_walk"}
    found = pd.DataFrame({"run": number, "scenario": ["came", "never"], "state": ["true", "open"]})
    scores = summarise(scored_scenarios(came_true(record, found)))
    assert set(scores["model"]) == {"short", "random_walk", "short | came", "random_walk | came"}
