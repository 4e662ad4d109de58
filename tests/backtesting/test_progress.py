"""How far a backtest is, and how long the rest will take."""

import threading

import pytest

from forecast.backtesting import progress


def test_lines_tell_what_is_done_and_what_is_left(monkeypatch, capsys):
    clock = iter(range(0, 10_000, 10))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    assert list(progress.told(range(6), 6, "lines")) == list(range(6))
    assert capsys.readouterr().err.splitlines() == [
        "forecast: backtest: 2 of 6 chains, about 40 s left",
        "forecast: backtest: 4 of 6 chains, about 20 s left",
        "forecast: backtest: 6 chains in 70 s",
    ]


@pytest.mark.parametrize("wanted", [True, False])
def test_without_a_terminal_a_bar_is_not_drawn(wanted, capsys):
    assert list(progress.told(iter("abc"), 3, wanted)) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""


def test_a_bar_has_no_thread_of_its_own():
    assert list(progress.told(range(3), 3, True)) == [0, 1, 2]
    assert not [thread for thread in threading.enumerate() if type(thread).__name__ == "TMonitor"]
