"""Choice of the kernel, and what happens without a usable numba."""

import sys

import numpy as np
import pytest

from forecast.arima import kernel
from forecast.arima.kernel import NUMPY, choose_kernel, compiled_kernel, status, warm_up
from forecast.arima.likelihood import Batch
from forecast.arima.polynomials import Orders


def batch(order, seasonal, rows):
    return Batch(Orders.of(order, seasonal), np.zeros((1, rows, 1)), 0, 0, np.empty((1, 0)))


def test_small_work_never_waits_for_a_compiler():
    small, large = batch((1, 0, 1), None, 200), batch((0, 1, 1), (0, 1, 1, 12), 280)
    assert choose_kernel("exact", small) is NUMPY
    assert choose_kernel("exact", large).name == "compiled"
    assert choose_kernel("compiled", small).name == "compiled"
    assert choose_kernel("numpy", large) is NUMPY


def test_the_choice_does_not_depend_on_the_number_of_folds():
    one = batch((0, 1, 1), (0, 1, 1, 12), 280)
    many = Batch(one.orders, np.zeros((60, 280, 1)), 0, 0, np.empty((60, 0)))
    assert choose_kernel("exact", one) is choose_kernel("exact", many)


def test_without_numba_numpy_runs_and_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "forecast.arima.compiled", None)
    monkeypatch.delattr(sys.modules["forecast.arima"], "compiled", raising=False)
    compiled_kernel.cache_clear()
    try:
        found, reason = compiled_kernel()
        assert found is None
        assert "numpy kernel runs instead" in reason
        assert status() == reason
        assert choose_kernel("compiled", batch((1, 0, 1), None, 200)) is NUMPY
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
