"""The command's words, exit codes and errors; heavier runs stand in tests/e2e."""

import subprocess
import sys
import warnings

import pytest

from forecast.cli import main as module
from forecast.cli.main import main
from forecast.errors import ForecastWarning


def call(*words, capsys):
    code = main(list(words))
    out, err = capsys.readouterr()
    return code, out, err


def test_help_names_every_verb_and_imports_nothing_heavy():
    code = (
        "import sys; from forecast.cli.main import main; main(['--help']);"
        "print([m for m in ('numpy','pandas','hydra','statsmodels','matplotlib','numba') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]"), done.stdout
    for verb in ("list", "data check", "events show", "compare", "rerun", "doctor"):
        assert f"forecast {verb}" in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["lst"], 2, "'list'"),
        (["experiment=guatemala"], 2, "guatemala_2024"),
        (["experiment=quick", "horizn=3"], 2, "'horizon'"),
        (["experiment=quick", "horizon=zero"], 2, "horizon"),
        (["experiment=quick", "model=arma"], 2, "'arima'"),
        (["-m", "experiment=quick", "model=arma,drift"], 2, "'arima'"),
        (["experiment=quick", "target.series=[southwest.usb]"], 2, "southwest.usbp"),
        (["experiment=quick", "as_of=tomorrow"], 2, "as_of"),
        (["experiment=quick", "--plugin", "no.py"], 2, "no.py"),
        (["experiment=quick", "--nosuch"], 2, "--nosuch"),
        (["experiment=quick", "--config-dir", "no"], 2, "--config-dir"),
        (["--config-dir", "no", "list"], 2, "--config-dir"),
        (["experiment=quick", "report.folder=/proc/reports"], 1, "nothing was run"),
        (["data", "chek", "x.csv"], 2, "check"),
        (["list", "--nosuch"], 2, "--nosuch"),
        (["compare", "nowhere"], 4, "holds no run"),
        (["rerun", "nowhere"], 4, "holds no run"),
        (["data", "show", "southwest.usb"], 2, "southwest.usbp"),
    ],
)
def test_a_mistake_is_one_clear_line_and_its_code(words, code, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    got, _out, err = call(*words, capsys=capsys)
    assert got == code
    assert said in err and "Traceback" not in err
    assert not list(tmp_path.iterdir()), "nothing is left behind"


def test_a_wrong_file_names_every_problem_with_its_row(capsys, tmp_path):
    file = tmp_path / "bad.csv"
    file.write_text("month,value\n2020-01,5\n2020-02,x\n2020-04,-3\n")
    code, out, _ = call("data", "check", str(file), capsys=capsys)
    assert code == 4
    assert "row 3" in out and "row 4" in out and "errors" in out
    good = tmp_path / "good.csv"
    good.write_text("month,value\n" + "".join(f"2020-{m:02d},{100 + m}\n" for m in range(1, 13)))
    assert call("data", "check", str(good), capsys=capsys)[0] == 0


def test_an_experiment_on_a_wrong_file_leaves_with_4(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.csv").write_text("month,value\n2020-01,5\n2020-02,x\n")
    code, _, err = call("experiment=own_data", "data.path=bad.csv", "target.series=[bad]", capsys=capsys)
    assert code == 4 and "row 3" in err


def test_figures_as_known_on_a_date(capsys):
    code, out, _ = call("data", "show", "southwest.usbp", "--as-of", "2024-05-07", capsys=capsys)
    assert code == 0 and "137,480" in out and "249,785" in out and "128,895" not in out


def test_a_calendar_is_checked_and_drawn(capsys, tmp_path):
    bad = tmp_path / "events.csv"
    bad.write_text("id,announced_date,effective_start,shape\na,2020-13-01,2020-05-01,stp\n")
    code, out, _ = call("events", "check", str(bad), capsys=capsys)
    assert code == 4 and "'step'" in out and "2020-13-01" in out
    code, out, _ = call(
        "events",
        "show",
        "--as-of",
        "2024-05-07",
        "--series",
        "southwest.usbp",
        "--from",
        "2019-01",
        capsys=capsys,
    )
    assert code == 0 and "title42_end" in out and "securing_border_proclamation" not in out


def test_list_tells_experiments_with_their_questions(capsys):
    code, out, _ = call("list", capsys=capsys)
    assert code == 0
    for word in ("guatemala_2024", "Guatemala", "arima", "southwest"):
        assert word in out


def test_doctor_tells_what_a_bug_report_needs(capsys):
    code, out, _ = call("doctor", capsys=capsys)
    assert code == 0
    for word in ("Python", "pandas", "newest release", "kernel"):
        assert word in out


def test_archive_and_publish_answer_in_words_and_codes(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = call("archive", "check", capsys=capsys)
    assert code != 0 and "archive.sqlite" in err and "Traceback" not in err
    code, out, err = call("publish", "experiment=monthly", "--dry-run", capsys=capsys)
    assert code == 0 and "would publish" in out
    assert not (tmp_path / "site").exists()
    assert call("publish", "experiment=monthly", "horizn=3", capsys=capsys)[0] == 2
    assert call("archive", "--path", str(tmp_path / "no.sqlite"), "vacuum", capsys=capsys)[0] != 0


def test_a_day_before_all_figures_and_a_broken_file_are_one_clear_line(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = call("experiment=quick", "as_of=1999-01-01", capsys=capsys)
    assert code == 2 and "1999-11-20" in err and "Traceback" not in err
    assert "'arima'" in call("experiment=quick", "model=[arimma]", capsys=capsys)[2]
    (tmp_path / "conf" / "experiment").mkdir(parents=True)
    (tmp_path / "conf" / "experiment" / "broken.yaml").write_text("defaults: [\n")
    code, _, err = call("experiment=broken", capsys=capsys)
    assert code == 2 and "YAML" in err and "Traceback" not in err
    code, out, _ = call("list", capsys=capsys)
    assert code == 0 and "broken" in out and "guatemala_2024" in out


def test_a_file_that_does_not_say_where_its_keys_belong_is_told(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf" / "experiment").mkdir(parents=True)
    (tmp_path / "conf" / "model").mkdir()
    (tmp_path / "conf" / "experiment" / "mine.yaml").write_text("name: mine\nhorizon: 3\n")
    code, _, err = call("experiment=mine", capsys=capsys)
    assert code == 2 and "mine.yaml" in err and "# @package _global_" in err
    (tmp_path / "conf" / "model" / "own.yaml").write_text("kind: arima\n")
    code, _, err = call("experiment=quick", "+model=own", capsys=capsys)
    assert code == 2 and "# @package model.NAME" in err


def test_more_words_show_the_way_of_an_error(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = call("experiment=guatemala", "-v", capsys=capsys)
    assert code == 2 and "Traceback" in err and "guatemala_2024" in err


def test_an_option_may_stand_before_the_verb(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "own" / "experiment"
    own.mkdir(parents=True)
    (own / "ours.yaml").write_text("# @package _global_\nname: ours\nquestion: Ours?\n")
    code, out, _ = call("--config-dir", str(tmp_path / "own"), "list", capsys=capsys)
    assert code == 0 and "Ours?" in out


def test_run_without_a_word_lists_the_experiments(capsys):
    assert main(["run"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("which experiment?") and "guatemala_2024" in said


@pytest.mark.filterwarnings("always")
def test_a_warning_is_one_sentence(capsys, monkeypatch):
    def warn(verb, words):
        warnings.warn("no event touches a", ForecastWarning, stacklevel=1)
        return 0

    monkeypatch.setitem(module.VERBS, "doctor", warn)
    assert main(["doctor"]) == 0
    assert capsys.readouterr().err == "forecast: warning: no event touches a\n"
