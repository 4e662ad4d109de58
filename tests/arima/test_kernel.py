"""Choice of the kernel, and what happens without a usable numba."""

import pickle
import sys

import numpy as np
import pytest

from forecast.arima import FoldJob, arima_folds, auto_arima, kernel
from forecast.arima.kernel import (
    MANY_FOLDS,
    NUMPY,
    choose_kernel,
    compiled_kernel,
    job_of,
    same_kernel,
    status,
    warm_up,
    work_of,
)
from forecast.arima.polynomials import Orders

AIRLINE = Orders.of((0, 1, 1), (0, 1, 1, 12))


SMALL, LARGE = work_of(AIRLINE, 288, 7, 1), work_of(AIRLINE, 288, 7, 250)


@pytest.mark.parametrize("ready", [False, True])
def test_in_a_small_job_small_work_never_waits_for_a_compiler(monkeypatch, ready):
    monkeypatch.setattr(kernel, "_is_ready", lambda: ready)
    with job_of(MANY_FOLDS - 1):
        assert choose_kernel("exact", SMALL) is NUMPY
        assert choose_kernel("exact", LARGE).name == "compiled"
        assert choose_kernel("compiled", SMALL).name == "compiled"
        assert choose_kernel("numpy", LARGE) is NUMPY


def test_a_large_job_takes_one_kernel_for_all_its_calls(monkeypatch):
    monkeypatch.setattr(kernel, "_is_ready", lambda: False)
    with job_of(MANY_FOLDS):
        assert choose_kernel("exact", SMALL).name == "compiled"
        assert choose_kernel("numpy", SMALL) is NUMPY
        with job_of(1):  # a part of the large one
            assert choose_kernel("exact", SMALL).name == "compiled"
    assert choose_kernel("exact", SMALL) is NUMPY


@pytest.mark.parametrize(("ready", "name"), [(False, "numpy"), (True, "compiled")])
def test_a_call_by_itself_takes_the_compiled_kernel_where_it_is_ready(monkeypatch, ready, name):
    monkeypatch.setattr(kernel, "_is_ready", lambda: ready)
    assert choose_kernel("exact", SMALL).name == name


def test_the_compiled_kernel_is_ready_once_it_has_run():
    warm_up()
    assert kernel._is_ready()


def _name_of_small_work():
    return choose_kernel("exact", SMALL).name


@pytest.mark.parametrize(("folds", "name"), [(1, "numpy"), (MANY_FOLDS, "compiled")])
def test_tasks_in_other_processes_take_the_kernel_of_their_job(folds, name):
    with job_of(folds):
        task = same_kernel(_name_of_small_work)
    assert task() == name
    assert pickle.loads(pickle.dumps(task))() == name


def test_a_small_call_does_not_even_ask_for_the_compiled_kernel(monkeypatch):
    def refuse():
        raise AssertionError("a small call asked for the compiled kernel")

    monkeypatch.setattr(kernel, "compiled_kernel", refuse)
    monkeypatch.setattr(kernel, "_is_ready", lambda: False)
    y = np.cumsum(np.sin(np.arange(100.0) ** 2))
    jobs = [FoldJob(y[:n]) for n in range(80, 100, 4)]
    assert all(fit.engine == "exact (numpy)" for fit in arima_folds(jobs, (0, 1, 1), (0, 1, 1, 12)))
    assert auto_arima(y[:60], seasonal=1).engine == "exact (numpy)"
    with pytest.raises(AssertionError, match="asked"):
        arima_folds(jobs * 50, (2, 1, 2), (0, 1, 1, 12))


def test_without_numba_numpy_runs_and_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "forecast.arima.compiled", None)
    monkeypatch.delattr(sys.modules["forecast.arima"], "compiled", raising=False)
    compiled_kernel.cache_clear()
    try:
        found, reason = compiled_kernel()
        assert found is None
        assert "numpy kernel runs instead" in reason
        assert status() == reason
        assert choose_kernel("compiled", 1.0) is NUMPY
    finally:
        compiled_kernel.cache_clear()


def test_warm_up_and_status():
    assert warm_up() == "compiled kernel ready"
    assert status().startswith("numba ")


def test_a_broken_compiler_is_told(monkeypatch):
    def broken(*_):
        raise RuntimeError("no cache")

    fake = kernel.Kernel("compiled", broken, broken)
    monkeypatch.setattr(kernel, "compiled_kernel", lambda: (fake, ""))
    assert "fails (RuntimeError: no cache)" in kernel.warm_up()


@pytest.mark.parametrize("name", ["numpy", "compiled"])
def test_every_kernel_has_the_small_surface(name):
    made = NUMPY if name == "numpy" else compiled_kernel()[0]
    assert callable(made.evaluate)
    assert callable(made.details)
    assert made.name == name
