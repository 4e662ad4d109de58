"""A sweep: folders, codes, what is left out, and its table."""

import shutil
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest
from omegaconf import OmegaConf

import forecast as fc
from forecast.cli import run as runs
from forecast.cli import sweep as sweeps
from forecast.cli.sweep import Sweep
from forecast.errors import DataError
from forecast.experiment import load


def test_the_gravest_code_of_a_sweep_counts_and_a_lost_job_is_1(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exp = fc.load_experiment("quick")
    sweep = Sweep.start([exp, exp], ["model=a,b"])
    sweep.record(0, 0)
    assert sweep.finish(lambda _: None) == 1
    assert not sweep.scratch.exists()
    sweep = Sweep.start([exp, exp], ["model=a,b"])
    sweep.record(0, 5)
    sweep.record(1, 0)
    assert sweep.finish(lambda _: None) == 5


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    """Two jobs of a sweep over models."""
    monkeypatch.chdir(tmp_path)
    exp = fc.load_experiment("quick")
    words = [("horizon=3", "model=arima"), ("horizon=3", "model=drift")]
    return [
        replace(exp, overrides=w, report=replace(exp.report, headline=w[1].removeprefix("model=")))
        for w in words
    ]


def made(folder, headline, skill):
    """Write what a finished job leaves, as far as tables read it."""
    folder.mkdir(parents=True)
    rows = ["model,knowledge,series_id,horizon,era,scale,metric,skill"]
    rows += [f"{m},none,s,{h},all,log,wis,{skill}" for h in ("1", "6", "all") for m in (headline, "other")]
    (folder / "scores.csv").write_text("\n".join(rows) + "\n")
    (folder / "experiment.yaml").write_text(f"name: quick\noverrides: [horizon=3, model={headline}]\n")
    (folder / "manifest.json").write_text("{}")


def test_a_sweep_leaves_one_row_a_job_and_names_those_that_failed(jobs):
    sweep = Sweep.start(jobs, ["horizon=3", "model=arima,drift"], ["model"])
    made(sweep.folder(jobs[0], "2024-05-07", 0), "arima", 0.25)
    sweep.record(0, 0)
    sweep.record(1, 4)
    told = []
    assert sweep.finish(told.append) == 4
    assert told[-1] == "job 1 failed with code 4: model=drift" and "+25.0" in told[0]
    table = pd.read_csv(told[1])
    assert table["words"].tolist() == ["model=arima", "model=drift"] and table["code"].tolist() == [0, 4]
    assert table.loc[0, ["headline", "skill 1 month", "skill all distances"]].tolist() == [
        "arima",
        25.0,
        25.0,
    ]
    assert table["folder"].isna().tolist() == [False, True]


@pytest.fixture
def task(jobs, monkeypatch):
    """A job as Hydra calls it, which runs nothing."""
    ran = []

    def execute(exp, folders, command, voice):
        ran.append((exp.report.headline, command, folders.fresh))
        made(folders.of("2024-05-07"), exp.report.headline, 0.1)
        return 0

    def call(sweep, number, config, voice):
        words = ["horizon=3", f"model={jobs[number].report.headline}"]
        here = SimpleNamespace(overrides=SimpleNamespace(task=words), job=SimpleNamespace(num=number))
        monkeypatch.setattr("hydra.core.hydra_config.HydraConfig.get", lambda: here)
        return sweeps.task(OmegaConf.create(config), [], sweep, voice)

    monkeypatch.setattr(runs, "execute", execute)
    monkeypatch.setattr(load, "to_experiment", lambda values, words: jobs[0])
    monkeypatch.setattr(sweeps.compose, "resolved", lambda values, words, dirs: values)
    return call, ran


def test_jobs_that_are_there_are_left_out_and_all_may_be_made_anew(jobs, task):
    call, ran = task
    said = []
    voice = runs.Voice(said.append, said.append)
    config = {"model": {"arima": {}}, "report": {"headline": "border"}}
    for resume in (False, False, True):
        sweep = Sweep.start(jobs, ["model=arima,drift"], ["model"], resume, fresh=len(ran) == 1)
        if len(ran) == 1:
            shutil.rmtree(sweep.folder(jobs[0], "2024-05-07", 0))
        assert call(sweep, 0, config, voice) == 0
    assert len(ran) == 2 and "job 0 is there already" in said[-1]
    assert ran[0][1] == "forecast horizon=3 model=arima report.headline=arima"
    assert (ran[0][2], ran[1][2]) == (False, True)


def test_an_error_of_a_job_is_its_code(jobs, task, monkeypatch):
    call, _ = task

    def fail(*_):
        raise DataError("no")

    monkeypatch.setattr(runs, "execute", fail)
    sweep, said = Sweep.start(jobs, ["model=arima,drift"], ["model"]), []
    assert call(sweep, 1, {"model": {"drift": {}}, "report": {}}, runs.Voice(said.append, said.append)) == 4
    assert str(said[0]) == "no" and (sweep.scratch / "1.code").read_text() == "4"
