import sys

from forecast.publish.hooks import run_hook


def test_words_are_run_and_never_a_shell(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run_hook((), {}, 5) == ""
    assert run_hook(["echo", "$(touch x)", ";", "touch", "y"], {}, 5) == "hook echo: done"
    assert not list(tmp_path.iterdir())


def test_the_facts_reach_it_and_it_reads_nothing():
    code = (
        "import os, sys; sys.exit(0 if os.environ['FORECAST_CODE'] == '6' and sys.stdin.read() == '' else 1)"
    )
    assert run_hook([sys.executable, "-c", code], {"code": "6"}, 20).endswith(": done")


def test_control_characters_of_data_reach_no_hook():
    code = "import os, sys; sys.exit(os.environ['FORECAST_TEXT'] != chr(92) + 'u0000' + chr(92) + 'u001b[2J\\nnext')"
    assert run_hook([sys.executable, "-c", code], {"text": "\x00\x1b[2J\nnext"}, 20).endswith(": done")


def test_what_goes_wrong_is_a_line_and_no_more():
    fails = "import sys; print('first', file=sys.stderr); print('no room', file=sys.stderr); sys.exit(3)"
    assert run_hook([sys.executable, "-c", fails], {}, 20).endswith("failed with code 3: no room")
    assert "ended after 0.3 s" in run_hook([sys.executable, "-c", "import time; time.sleep(30)"], {}, 0.3)
    assert "could not be run" in run_hook(["no-such-command-here"], {}, 5)
