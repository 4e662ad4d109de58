"""The memory of a run: told before it begins where it is above half of what is free."""

import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest

import forecast as fc
from forecast.config.surroundings import ParallelSpec
from forecast.experiment import memory

GB = 1 << 30


@pytest.fixture(scope="module")
def exp():
    return fc.load_experiment("quick")


def inputs(origins=20, models=3):
    return SimpleNamespace(origins=tuple(range(origins)), models=dict.fromkeys(map(str, range(models))))


def test_what_a_run_needs_grows_with_everything_that_makes_rows(exp):
    least = memory.needed(exp, inputs())
    longer = replace(exp, horizon=2 * exp.horizon)
    more = replace(exp, target=replace(exp.target, series=("a", "b")))
    for other in (
        memory.needed(exp, inputs(origins=41)),
        memory.needed(exp, inputs(models=6)),
        memory.needed(longer, inputs()),
        memory.needed(more, inputs()),
    ):
        assert other > least
    rows = memory.needed(exp, inputs(origins=41)) - least
    assert memory.needed(longer, inputs()) - least == rows  # both are twice the rows
    with_workers = replace(exp, parallel=ParallelSpec(n_jobs=4))
    assert memory.needed(with_workers, inputs()) - least > GB / 2
    threads = replace(exp, parallel=ParallelSpec(n_jobs=4, backend="threading"))
    assert memory.needed(threads, inputs()) == least


def test_it_is_told_above_half_of_what_is_free(exp, monkeypatch):
    need = memory.needed(exp, inputs())
    monkeypatch.setattr(memory, "available", lambda: 2 * need)
    assert memory.shortage(exp, inputs()) == ""
    monkeypatch.setattr(memory, "available", lambda: 2 * need - 2)
    assert f"need about {need / GB:,.1f} GB of memory" in memory.shortage(exp, inputs())
    monkeypatch.setattr(memory, "available", lambda: None)
    assert memory.shortage(exp, inputs()) == ""


def test_what_is_free_is_what_the_system_says(monkeypatch, tmp_path):
    table = tmp_path / "meminfo"
    monkeypatch.setattr(memory, "_TABLE", table)
    assert memory.available() is None
    table.write_text("MemTotal: 9 kB\nMemAvailable:    2048 kB\n")
    assert memory.available() == 2 << 20
    table.write_text("MemTotal: 9 kB\n")
    assert memory.available() is None


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_this_machine_has_memory():
    assert memory.available() > 10 << 20
