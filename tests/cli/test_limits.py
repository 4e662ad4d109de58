"""A process that may use too little memory ends in words, before anything large is loaded."""

import resource
import subprocess
import sys

import pytest

from forecast.cli import main as command
from forecast.cli.limits import LEAST, too_little


@pytest.mark.parametrize("verb", [["experiment=quick"], ["publish", "experiment=quick"]])
def test_a_limit_of_addresses_that_is_too_small_is_one_line(verb):
    limit = LEAST - (1 << 20)
    done = subprocess.run(
        [sys.executable, "-m", "forecast", *verb],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.splitlines() == [
        "forecast: this process may use 899 MB of addresses (`ulimit -v`), and a run needs at least 900 MB;"
        " raise the limit"
    ]


def test_no_limit_or_a_large_one_is_enough(monkeypatch):
    for limit, enough in ((resource.RLIM_INFINITY, True), (LEAST, True), (LEAST - 1, False)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, limit=limit: (limit, limit))
        assert (too_little() == "") is enough


@pytest.mark.parametrize(
    ("error", "words"), [(MemoryError("9 GB"), "(9 GB)"), (MemoryError(), "(no amount given)")]
)
def test_memory_that_ends_later_is_told_too(monkeypatch, capsys, error, words):
    def short(*_):
        raise error

    monkeypatch.setitem(command.VERBS, "list", short)
    assert command.main(["list"]) == 1
    told = capsys.readouterr().err
    assert words in told and "smaller parallel.n_jobs" in told and "Traceback" not in told
