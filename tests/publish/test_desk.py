"""Where a round works, and what stands in its way."""

import datetime as dt
import json
from dataclasses import replace

import pandas as pd
import pytest

from forecast.errors import ConfigError, DataError
from forecast.experiment.load import load_experiment
from forecast.publish import desk as desks
from forecast.publish.desk import Desk, LastRound, Outcome, answered, desk_of, own_site, refuse_damaged, stamp
from rounds_helpers import Rounds


@pytest.fixture
def desk(tmp_path):
    return desk_of(Rounds(tmp_path).experiment(), "2021-05-20")


def wrote(desk, text):
    desk.site.mkdir(parents=True, exist_ok=True)
    (desk.site / "status.json").write_text(text)


def test_the_day_is_the_one_given_or_that_of_the_clock(tmp_path, monkeypatch, desk):
    assert desk.today == pd.Timestamp("2021-05-20")
    monkeypatch.setattr(desks, "now", lambda: dt.datetime(2022, 1, 2, 23, 59, tzinfo=dt.UTC))
    assert desk_of(desk.exp).today == pd.Timestamp("2022-01-02")
    for wrong in (5, "2019-13-01", "2021-05"):
        with pytest.raises(ConfigError, match=r"today: .*is not a date"):
            desk_of(desk.exp, wrong)
    for nothing in (None, "monthly"):
        with pytest.raises(ConfigError, match=r"publish: .*expected an Experiment"):
            desk_of(nothing)


def test_what_the_last_round_told_is_read(desk):
    assert desk.last_round() == LastRound()
    wrote(desk, json.dumps({"experiment": "e", "banner": "late", "told": "late", "more": 1}))
    assert desk.last_round() == LastRound("e", "late", "late")


@pytest.mark.parametrize("text", ["{", "[]", ""])
def test_a_damaged_status_tells_nothing(desk, text):
    wrote(desk, text)
    assert desk.last_round() == LastRound()
    own_site(desk)


def test_the_site_of_another_experiment_is_refused(desk):
    wrote(desk, json.dumps({"experiment": "other"}))
    with pytest.raises(ConfigError, match="is the site of 'other'"):
        own_site(desk)
    own_site(replace(desk, exp=replace(desk.exp, name="other")))
    wrote(desk, json.dumps({"experiments": ["a", "b"]}))
    with pytest.raises(ConfigError, match="publish them together, experiment=a,b,e,"):
        own_site(desk)


def test_what_waits_for_a_person_is_apart_for_each_experiment(desk):
    """One archive serves any number of experiments, whose issues have the same days."""
    other = replace(desk, exp=replace(desk.exp, name="other"))
    assert desk.staged.parent == other.staged.parent and desk.staged != other.staged


def test_a_scratch_folder_is_empty_at_first_and_gone_afterwards(desk):
    with desk.scratch() as folder:
        (folder / "left").write_text("x")
        with desk.scratch() as again:
            assert again == folder and not any(again.iterdir())
    assert not folder.exists()


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ConfigError("no"), Outcome(2, "no")),
        (DataError("bad"), Outcome(4, "bad")),
        (PermissionError(13, "Permission denied", "f"), Outcome(1, "Permission denied: f")),
    ],
)
def test_errors_for_the_reader_are_outcomes(error, outcome):
    def work():
        raise error

    assert answered(work) == outcome
    with pytest.raises(ZeroDivisionError):
        answered(lambda: 1 / 0)


def test_an_archive_that_is_not_there_is_not_damaged_and_has_no_times(desk, monkeypatch):
    refuse_damaged(desk.archive)
    desk.archive.create()
    monkeypatch.setattr(desks, "now", lambda: dt.datetime(2022, 1, 2, tzinfo=dt.UTC))
    assert stamp(desk) == "2022-01-02T00:00:00Z"


@pytest.mark.parametrize("word", ["all", "AZ*"])
def test_what_is_published_names_its_series(word):
    exp = load_experiment("monthly", f"target.series=['{word}']")
    with pytest.raises(ConfigError, match="names its series"):
        Desk(exp, pd.Timestamp("2026-11-30"))
