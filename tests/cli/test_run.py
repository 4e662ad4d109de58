import contextlib
from dataclasses import replace

import pandas as pd
import pytest

import forecast as fc
from forecast.cli import run as runs
from forecast.errors import ConfigError, DataError
from report_fixture import make_run


def test_a_run_as_written_has_a_plain_folder_and_one_with_overrides_a_marked_one():
    plain = fc.load_experiment("quick")
    assert str(runs.run_folder(plain, "2024-05-07")) == "reports/quick/2024-05-07"
    same = fc.load_experiment("quick", "parallel=local")
    assert runs.run_folder(same, "2024-05-07") == runs.run_folder(plain, "2024-05-07")
    other = runs.run_folder(fc.load_experiment("quick", "horizon=3"), "2024-05-07")
    assert other.parent == runs.run_folder(plain, "2024-05-07").parent
    assert len(other.name.split("~")[1]) == 8


def test_a_sweep_is_spread_in_hydras_order():
    jobs = runs.expand(["experiment=quick", "model=arima,drift", "horizon=3,6"])
    assert jobs == [
        ["experiment=quick", "model=arima", "horizon=3"],
        ["experiment=quick", "model=arima", "horizon=6"],
        ["experiment=quick", "model=drift", "horizon=3"],
        ["experiment=quick", "model=drift", "horizon=6"],
    ]
    with pytest.raises(ConfigError):
        runs.expand(["model=[arima"])


def test_a_plugin_registers_and_a_failing_one_is_told(tmp_path):
    file = tmp_path / "halfway_for_test.py"
    file.write_text(
        "from dataclasses import dataclass\nimport forecast as fc\nfrom forecast.models.baselines import Drift\n"
        "@dataclass(frozen=True)\nclass P(Drift):\n    '''P.'''\n"
        "fc.register_model('plugged_in_test', P)\n"
    )
    runs.load_plugin(str(file))
    assert "plugged_in_test" in fc.list_models()
    bad = tmp_path / "bad.py"
    bad.write_text("1/0\n")
    with pytest.raises(ConfigError, match="ZeroDivisionError"):
        runs.load_plugin(str(bad))


def test_runs_are_compared_by_the_score_and_the_names_of_the_page(tmp_path):
    rows = ["model,knowledge,series_id,horizon,era,scale,metric,skill"]
    for scale, metric, skill in (("log", "wis", 0.25), ("natural", "wis", 0.5), ("log", "mae", 0.75)):
        rows += [f"seasonal_naive,none,s,{h},all,{scale},{metric},{skill}" for h in ("1", "6")]
    (tmp_path / "scores.csv").write_text("\n".join(rows) + "\n")
    (tmp_path / "experiment.yaml").write_text("name: x\n")
    table = runs.compared([tmp_path])
    assert table["model"].tolist() == ["Same month last year"] and table["id"].tolist() == ["seasonal_naive"]
    assert table.loc[0, ["1 month", "6 months"]].tolist() == [25.0, 25.0]
    text = runs.compare([tmp_path])
    assert "+25.0" in text and "seasonal_naive" not in text and "on logs" in text
    header, row = runs.written([tmp_path], "csv").decode().splitlines()
    assert header == ",".join(table.columns) and "Same month last year,seasonal_naive,none,25,25," in row


@pytest.mark.slow
def test_a_rerun_names_the_files_that_it_carried_over(tmp_path, monkeypatch):
    run = make_run(start="2025-01")
    monkeypatch.setattr("forecast.experiment.run.run", lambda *_, **__: run)
    monkeypatch.setattr("forecast.experiment.pipeline.workers", lambda _: contextlib.nullcontext())
    monkeypatch.setattr(runs, "CACHE", tmp_path / "cache")
    said = []
    exp = replace(run.experiment, report=replace(run.experiment.report, png=False))

    def execute():
        said.clear()
        folders = runs.Folders(lambda _: tmp_path / "run", fresh=True)
        runs.execute(exp, folders, "forecast", runs.Voice(said.append, said.append))

    execute()
    assert not [line for line in said if "carried" in line]
    (tmp_path / "run" / "notes.txt").write_text("mine")
    execute()
    assert "  carried over: notes.txt" in said and (tmp_path / "run" / "notes.txt").read_text() == "mine"


def test_experiments_share_their_folds_and_a_fresh_one_takes_none(tmp_path, monkeypatch):
    caches, run = [], make_run(start="2025-01")
    monkeypatch.setattr("forecast.experiment.run.run", lambda *_, cache, **__: caches.append(cache) or run)
    monkeypatch.setattr("forecast.experiment.pipeline.workers", lambda _: contextlib.nullcontext())
    monkeypatch.setattr("forecast.report.build.report_files", lambda *_, **__: {})
    monkeypatch.setattr(runs, "_put", lambda *_: None)
    monkeypatch.setattr(runs, "CACHE", tmp_path / "cache")
    for name, fresh in (("a", False), ("b", False), ("c", True)):
        exp = replace(run.experiment, name=name)
        folders = runs.Folders(lambda _: tmp_path / "run", fresh=fresh)
        runs.execute(exp, folders, "forecast", runs.Voice(print, print))
    assert caches == [tmp_path / "cache" / "folds"] * 2 + [None]


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe\x00", b"[1]", b"null", b"{"])
@pytest.mark.parametrize("name", ["scores.csv", "experiment.yaml", "manifest.json"])
def test_a_damaged_run_folder_is_told_and_no_traceback(tmp_path, name, damage):
    """Run folders come from others too."""
    columns = "model,knowledge,series_id,horizon,era,scale,metric,skill\n"
    (tmp_path / "scores.csv").write_text(columns)
    (tmp_path / "experiment.yaml").write_text("name: [x]\noverrides: [5]\n")
    (tmp_path / name).write_bytes(damage)
    with pytest.raises((DataError, ConfigError)):
        runs.compare([tmp_path])
    with pytest.raises((DataError, ConfigError)):
        if runs.published_by(tmp_path) is None:
            runs.rerun(tmp_path)
    if name == "manifest.json":
        with pytest.raises(DataError, match="damaged"):
            runs._command_of(tmp_path)


def test_the_swept_model_is_the_headline_of_its_job_unless_a_word_names_another():
    plan = runs.plan(["experiment=quick", "model=arima,drift"], [], multirun=True)
    assert plan.swept == ("model",)
    assert [exp.report.headline for exp in plan.experiments] == ["arima", "drift"]
    # the command of the page makes the same again
    assert plan.experiments[0].overrides == ("model=arima", "report.headline=arima")
    for words in (["model=arima,drift", "report.headline=border"], ["horizon=3,6"]):
        named = runs.plan(["experiment=quick", *words], [], multirun=True)
        assert {exp.report.headline for exp in named.experiments} == {"border"}
    assert runs.plan(["experiment=quick", "model=arima"], []).experiments[0].report.headline == "border"


def test_runs_are_called_by_the_words_that_differ():
    table = pd.Series(["horizon=3 model=a", "horizon=3 model=a", "horizon=3 model=b"])
    assert runs._varying(table) == ["model=a", "model=a", "model=b"]
    assert runs._varying(pd.Series(["horizon=3 model=a"])) == ["horizon=3 model=a"]
    assert runs._varying(pd.Series(["x", "x y"])) == ["x", "y"]


@pytest.mark.parametrize("word", ["hydra.sweep.dir=elsewhere", "hydra/launcher=basic", "hydra/sweeper=basic"])
def test_words_about_a_sweep_are_refused_where_there_is_none(word):
    with pytest.raises(ConfigError, match="this is one job; add -m"):
        runs.plan(["experiment=quick", word], ())
    assert runs.plan(["experiment=quick", "horizon=3,6", word], (), multirun=True).sweep


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("hydra/launcher=joblib_of_nobody", "no installed package has it"),
        ("hydra/launcher=submitit_slurm", "pip install hydra-submitit-launcher"),
        ("hydra.sweeper.params={horizon: '3,6'}", "a sweep is `-m key=a,b`"),
    ],
)
def test_a_sweep_that_cannot_be_spread_says_what_to_do(word, said):
    with pytest.raises(ConfigError, match=said):
        runs.plan(["experiment=quick", "horizon=3,6", word], (), multirun=True)
