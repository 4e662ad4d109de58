"""How the command speaks: colours, JSON, completion, folders that cannot be written."""

import io
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from forecast.cli import main, terminal
from forecast.errors import Finding

#: The interpreter as a shell takes it, with a space in its path too.
PYTHON = shlex.quote(sys.executable)

PARSERS = {name: verb.parser(name) for name, verb in main.VERBS.items()}


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "env", "coloured"),
    [
        (Terminal(), {}, True),
        (io.StringIO(), {}, False),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "dumb"}, False),
    ],
)
def test_colours_only_on_terminals_and_never_with_no_color(stream, env, coloured, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in terminal.paint("error", "error", stream)) == coloured
    monkeypatch.setattr(sys, "stdout", stream)
    terminal.say_findings([Finding("gap", "error", "2020-03 is missing")])
    assert ("\x1b[31m" in stream.getvalue()) == coloured


def test_control_characters_of_data_reach_no_terminal(monkeypatch, capsys):
    evil = "\x1b]0;owned\x07\x1b[2J\r\x9b1A\u202e"
    terminal.say(f"series {evil}")
    terminal.say_findings([Finding("gap", "error", evil, file=evil, series=evil)])
    terminal.complain(ValueError(evil))
    try:
        raise ValueError(evil)
    except ValueError as error:
        terminal.complain(error, traced=True)
    terminal.say_json({"series": evil})
    out, err = capsys.readouterr()
    assert "\\u001b]0;owned\\u0007" in out
    assert "Traceback" in err
    assert not set(out + err) & set("\x1b\x07\r\x9b\u202e")
    stream = Terminal()
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", stream)
    terminal.say(evil, evil, "error")
    assert stream.getvalue().count("\x1b") == 2  # our own colour, on and off


def test_json_with_control_characters_is_read_back_as_it_was(capsys):
    value = {"series": "\x1b[2J\x9b\u202e"}
    terminal.say_json(value)
    assert json.loads(capsys.readouterr().out) == value


def test_records_are_plain_values():
    table = pd.DataFrame(
        {
            "month": pd.PeriodIndex(["2024-03"], freq="M"),
            "released": [pd.Timestamp("2024-04-12")],
            "value": [None],
        }
    )
    assert terminal.records(table) == [{"month": "2024-03", "released": "2024-04-12", "value": None}]
    json.dumps(terminal.records(table), allow_nan=False)


@pytest.mark.parametrize(
    ("line", "wanted", "never"),
    [
        ("forecast ev", ["events", "events."], ["list"]),
        ("forecast ", ["list", "publish", "experiment=", "horizon="], ["--json"]),
        ("forecast data ", ["check", "import", "show"], ["experiment="]),
        ("forecast data show --", ["--as-of", "--json"], ["--into"]),
        ("forecast experiment=gua", ["experiment=guatemala_2024"], []),
        ("forecast run model=[arima,ri", ["model=[arima,ridge"], []),
        ("forecast backtest.st", ["backtest.start=", "backtest.step="], ["backtest.end="]),
        ("forecast data check nofile", [], []),
    ],
)
def test_completion_knows_verbs_options_groups_choices_and_keys(line, wanted, never):
    found = terminal.candidates(line, PARSERS)
    assert set(wanted) <= set(found) and not set(never) & set(found)
    assert wanted or not found


def test_bash_completes_words_choices_and_files(tmp_path):
    (tmp_path / "figures.csv").write_text("month,value\n")
    script = f"""
    forecast() {{ {PYTHON} -m forecast "$@"; }}
    eval "$(forecast completion bash)"
    try() {{ COMP_LINE="$1"; COMP_POINT=${{#1}}; COMPREPLY=(); _forecast; echo "${{COMPREPLY[*]}}"; }}
    try "forecast comp"; try "forecast experiment=own"; try "forecast data check fig"; try "forecast data.path=fig"
    """
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["compare completion", "own_data", "figures.csv", "figures.csv"]
    assert done.stderr == ""


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh missing: CI installs no shells")
def test_zsh_completes_words_choices_and_files(tmp_path):
    script = f"""
    forecast() {{ {PYTHON} -m forecast "$@" }}
    compdef() {{ true }}
    eval "$(forecast completion zsh)"
    compadd() {{ echo "words: $*" }}; compset() {{ echo "cut: $*" }}; _files() {{ echo files }}
    for LBUFFER in "forecast comp" "forecast backtest.st" "forecast data.path=fig"; _forecast
    """
    done = subprocess.run(
        ["zsh", "-f", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "words: -- compare completion",
        "words: -S  -- backtest.start= backtest.starts= backtest.step=",
        "cut: -P *=",
        "files",
    ]
    assert done.stderr == ""


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish missing: CI installs no shells")
def test_fish_completes_words_choices_and_files(tmp_path):
    (tmp_path / "figures.csv").write_text("month,value\n")
    script = f"""
    function forecast; {PYTHON} -m forecast $argv; end
    forecast completion fish | source
    for line in "forecast comp" "forecast experiment=own" "forecast data check fig" "forecast data.path=fig"
        complete -C $line
    end
    """
    done = subprocess.run(
        ["fish", "-N", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [
        "compare",
        "completion",
        "experiment=own_data",
        "figures.csv",
        "data.path=figures.csv",
    ]
    assert done.stderr == ""


def test_a_folder_that_cannot_be_written_is_known_beforehand(tmp_path):
    assert terminal.writable(tmp_path / "a" / "b") == ""
    file = tmp_path / "file"
    file.write_text("")
    assert str(file) in terminal.writable(file / "reports")
    assert not (tmp_path / "a").exists()
    assert terminal.writable(Path("/proc/reports")).startswith("/proc")
