"""The command from outside: run, run again, sweep, plug-in, interruption, two at once, a folder that cannot be written."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from forecast.report.pages import CSV_FILES
from processes import run_command

#: One run serves several tests, so they stay on one worker.

FAST = [
    "experiment=quick",
    "model=[random_walk,drift]",
    "backtest.start=2023-06",
    "combination=none",
    "report.headline=drift",
]


def command(*words, cwd):
    """Run the command as a shell does, with an interpreter of its own."""
    words = [sys.executable, "-m", "forecast", *words]
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


def bytes_of(folder):
    """The files of a report but for the manifest, which tells the seconds."""
    files = (p for p in folder.rglob("*") if p.is_file() and p.name != "manifest.json")
    return {p.relative_to(folder): p.read_bytes() for p in files}


def heeds_ctrl_c():
    """A shell that runs the tests in the background lets its children ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """One finished run, and what the command said."""
    where = tmp_path_factory.mktemp("run")
    done = command(*FAST, cwd=where)
    assert done.returncode == 0, done.stderr
    page = Path(next(line for line in done.stdout.splitlines() if line.endswith("index.html")))
    return where, where / page.parent, done


def test_a_run_is_complete_and_says_where_it_is(made):
    where, folder, done = made
    tables = {f"{name}.csv" for name in CSV_FILES}
    assert {
        "forecasts.csv",
        "observations.csv",
        "folds.csv",
        "scores.csv",
        "effects.csv",
        "changes.csv",
    } < tables
    wanted = {"index.html", "evidence.html", "report.md", "report.json"}
    wanted |= {"experiment.yaml", "manifest.json", "figures"}
    assert {p.name for p in folder.iterdir()} == tables | wanted | {"backtest.csv.gz"}
    assert len([line for line in done.stdout.splitlines() if line.startswith("  ")]) >= 3
    assert {p.name for p in where.iterdir()} == {"reports", ".forecast-cache"}, "no litter, Hydra's included"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert "experiment=quick" in manifest["command"] and manifest["versions"]


@pytest.mark.slow
def test_repeating_it_gives_the_same_bytes_and_replaces_the_folder(made):
    where, folder, _ = made
    before = bytes_of(folder)
    cores = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, set(list(cores)[:1]))  # where no part is done in a copy of the process
        alone = command(*FAST, "--fresh", cwd=where)
    finally:
        os.sched_setaffinity(0, cores)
    assert alone.returncode == 0, alone.stderr
    once = bytes_of(folder)
    assert [str(p) for p in before if before[p] != once[p]] == []
    again = command(*FAST, "parallel.n_jobs=2", cwd=where)
    assert again.returncode == 0, again.stderr
    after = bytes_of(folder)
    assert before.keys() == after.keys()
    assert [str(p) for p in before if before[p] != after[p]] == []
    rerun = run_command("rerun", str(folder), cwd=where)
    assert rerun.returncode == 0, rerun.stdout + rerun.stderr


def test_the_same_again_is_put_in_place_and_says_so(made):
    where, folder, _ = made
    before = {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    (folder / "index.html").write_text("damaged")
    again = run_command(*FAST, cwd=where)
    assert again.returncode == 0 and again.stdout.splitlines()[-1].endswith("--fresh makes it anew")
    after = {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert [str(p) for p in before if before[p] != after[p]] == ["manifest.json"]
    assert "kept_since" in json.loads(after[Path("manifest.json")])
    assert "kept_since" not in json.loads(before[Path("manifest.json")])


def test_every_table_reads_back_with_the_columns_of_the_design(made):
    _, folder, _ = made
    forecasts = pd.read_csv(folder / "forecasts.csv")
    assert list(forecasts.columns) == [
        "model",
        "series_id",
        "origin",
        "month",
        "horizon",
        "knowledge",
        "scenario",
        "level",
        "value",
    ]
    backtest = pd.read_csv(folder / "backtest.csv.gz")
    assert list(backtest.columns) == list(forecasts.columns)
    assert pd.read_csv(folder / "observations.csv")["month"].max() == "2024-03"


@pytest.mark.slow
def test_a_sweep_runs_each_job_and_prints_one_table(tmp_path):
    done = run_command(
        "-m", *FAST[:1], "model=drift,seasonal_naive", *FAST[2:4], "report.headline=random_walk", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    jobs = sorted((tmp_path / "reports" / "quick" / "sweeps").glob("2024-05-07~*/*/index.html"))
    assert [j.parent.name for j in jobs] == ["0", "1"]
    assert "skill against the baseline" in done.stdout and "Same month last year" in done.stdout
    assert {p.name for p in tmp_path.iterdir()} == {"reports", ".forecast-cache"}


@pytest.mark.slow
def test_a_plugin_takes_part_in_workers_too(tmp_path):
    (tmp_path / "mine.py").write_text(
        "from dataclasses import dataclass\nimport forecast as fc\nfrom forecast.models.baselines import Drift\n"
        "@dataclass(frozen=True)\nclass Mine(Drift):\n    '''Mine.'''\nfc.register_model('mine', Mine)\n"
    )
    done = command(
        *FAST, "+model.mine={kind: mine}", "--plugin", "mine.py", "parallel.n_jobs=2", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    (page,) = (tmp_path / "reports" / "quick").glob("2024-05-07~*/forecasts.csv")
    assert "mine" in set(pd.read_csv(page)["model"])


@pytest.mark.slow
def test_every_fold_of_a_model_failing_is_code_5_and_still_a_report(tmp_path):
    (tmp_path / "fails.py").write_text(
        "from dataclasses import dataclass\nimport forecast as fc\nfrom forecast.models.baselines import Drift\n"
        "@dataclass(frozen=True)\nclass Fails(Drift):\n    '''Fails.'''\n"
        "    def fit_series(self, data):\n        raise fc.DataError('on purpose')\n"
        "fc.register_model('fails', Fails)\n"
    )
    done = run_command(*FAST, "+model.fails={kind: fails}", "--plugin", "fails.py", cwd=tmp_path)
    assert done.returncode == 5, done.stderr
    (folds,) = (tmp_path / "reports" / "quick").glob("2024-05-07~*/folds.csv")
    table = pd.read_csv(folds)
    assert table.loc[table["model"] == "fails", "message"].str.contains("on purpose").all()
    assert "on purpose" in (folds.parent / "evidence.html").read_text()


@pytest.mark.slow
def test_an_interrupted_run_leaves_no_half_folder_and_goes_on(tmp_path):
    (tmp_path / "slow.py").write_text(
        "import time\nfrom dataclasses import dataclass\nimport forecast as fc\nfrom forecast.models.baselines import Drift\n"
        "@dataclass(frozen=True)\nclass Slow(Drift):\n    '''Slow.'''\n"
        "    def fit_series(self, data):\n        time.sleep(2.0)\n        return super().fit_series(data)\n"
        "fc.register_model('slow', Slow)\n"
    )
    words = [*FAST, "+model.slow={kind: slow}", "--plugin", "slow.py"]
    running = subprocess.Popen(
        [sys.executable, "-m", "forecast", *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heeds_ctrl_c,
    )
    for _ in range(600):
        if len(list(tmp_path.glob(".forecast-cache/**/*.npz"))) >= 2:
            break
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130 and "interrupted" in err and "Traceback" not in err
    assert not (tmp_path / "reports").exists() or not list((tmp_path / "reports").rglob("index.html"))
    assert len(list(tmp_path.glob(".forecast-cache/**/*.npz"))) >= 2


@pytest.mark.slow
def test_two_at_once_both_finish_and_leave_one_whole_folder(tmp_path):
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "forecast", *FAST, "-q"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    ended = [(r.communicate(timeout=300), r.returncode) for r in runs]
    assert [code for _, code in ended] == [0, 0], [err for (_, err), _ in ended]
    folders = [p.parent for p in (tmp_path / "reports" / "quick").glob("*/manifest.json")]
    assert len(folders) == 1 and (folders[0] / "index.html").is_file()
    assert [p.name for p in (tmp_path / "reports" / "quick").iterdir()] == [folders[0].name]


@pytest.mark.skipif(os.name != "posix", reason="permissions of a POSIX system")
def test_a_target_that_cannot_be_written_is_one_clear_line(tmp_path):
    (tmp_path / "reports").write_text("a file where the folder should be")
    done = run_command(*FAST, cwd=tmp_path)
    assert done.returncode not in (0, 5) and "reports" in done.stderr and "Traceback" not in done.stderr
