"""The two kernels behind one small function, and which of them is used.

Both offer ``evaluate(batch, group, length, coefficients, sigma2, gradient)`` and ``details(...)``. They agree
to 1e-9. numpy is always there; the compiled one needs a usable numba and, the first time on a machine,
a compilation of about twenty seconds, which is then kept (see `forecast.arima.jit`).

``engine="exact"`` chooses by the amount of work. A backtest or an experiment of `MANY_FOLDS` folds takes
the compiled kernel for all of them, in this process and in others, so the same job has the same digits on
every run. A smaller job goes by the work of each call, and so never waits for a compiler. A call by itself
takes the compiled kernel where this process has it ready.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Generic, ParamSpec, TypeVar

from forecast.arima import likelihood
from forecast.arima.likelihood import Batch, Details, Ints
from forecast.arima.optimise import Kernel as Evaluate
from forecast.arima.polynomials import Floats, Orders

#: Work up to which "exact" takes numpy: about a third of a second there.
SMALL_WORK = 15e6
#: Folds of a job from which on the compiled kernel makes good the time that it takes to load.
MANY_FOLDS = 100

#: Whether the job at hand is a large one; None outside of a job.
_large: ContextVar[bool | None] = ContextVar("large_job", default=None)
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Kernel:
    """One implementation of the likelihood."""

    name: str
    evaluate: Evaluate
    details: Callable[[Batch, Ints, Ints, Floats, Floats | None], tuple[Details, Floats]]


NUMPY = Kernel("numpy", likelihood.evaluate, likelihood.details)


@cache
def compiled_kernel() -> tuple[Kernel | None, str]:
    """The compiled kernel, or None and the reason why there is none.

    Examples
    --------
    >>> kernel, reason = compiled_kernel()
    >>> (kernel is None) == bool(reason)
    True
    """
    try:
        from forecast.arima import compiled
    except Exception as error:  # numba fails in many ways: absent, too old, no place for its cache
        return None, f"numba cannot be used ({type(error).__name__}: {error}); the numpy kernel runs instead"
    return Kernel("compiled", compiled.evaluate, compiled.details), ""


def choose_kernel(engine: str, work: float) -> Kernel:
    """Kernel for a call of so much `work_of`: "numpy" and "compiled" say it, "exact" takes numpy for small
    work, unless the job is a large one.
    """
    if engine == "numpy" or (engine == "exact" and work <= SMALL_WORK and not is_large()):
        return NUMPY
    return compiled_kernel()[0] or NUMPY


def is_lane_by_lane(engine: str) -> bool:
    """Whether a fold has the same digits in any company: only where the compiled kernel runs."""
    return engine in ("exact", "compiled") and choose_kernel(engine, 0.0) is not NUMPY


def is_large() -> bool:
    """Whether small calls take the compiled kernel too: in a large
    job, and by themselves where it is ready.
    """
    large = _large.get()
    return _is_ready() if large is None else large


def _is_ready() -> bool:
    """Whether the compiled kernel was loaded or compiled in this process."""
    module = sys.modules.get("forecast.arima.compiled")
    return module is not None and bool(module.is_ready())


@contextmanager
def job_of(folds: int) -> Iterator[None]:
    """Choose the kernel by the folds of a whole job; inside of another job, as that one does."""
    token = _large.set(folds >= MANY_FOLDS if _large.get() is None else _large.get())
    try:
        yield
    finally:
        _large.reset(token)


def same_kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function with the choice of here and now, for tasks of this process and of others."""
    return _Task(function, is_large())


@dataclass(frozen=True)
class _Task(Generic[P, R]):
    """A function that runs as a part of a large job, or of a small one."""

    function: Callable[P, R]
    large: bool

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        token = _large.set(self.large)
        try:
            return self.function(*args, **kwargs)
        finally:
            _large.reset(token)


def work_of(orders: Orders, rows: int, columns: int, folds: int) -> float:
    """Amount of work of a search, in units of about twenty nanoseconds of the numpy kernel.

    Starts and rounds grow with the number of coefficients; a single fold costs numpy as much as ten together.

    Examples
    --------
    >>> work_of(Orders.of((0, 1, 1)), 100, 3, 1)
    35200.0
    """
    return float((folds + 10) * rows * (orders.state + columns) * (orders.n_arma + 1) ** 3)


def status() -> str:
    """One line about the kernels, for `doctor`; compiles nothing.

    Examples
    --------
    >>> bool(status())
    True
    """
    kernel, reason = compiled_kernel()
    if kernel is None:
        return reason
    import numba

    return f"numba {numba.__version__}"


def warm_up() -> str:
    """Compile (or load) the compiled kernel; returns how that went.

    Examples
    --------
    >>> "kernel" in warm_up()
    True
    """
    import numpy as np

    kernel, reason = compiled_kernel()
    if kernel is None:
        return reason
    orders = Orders.of((1, 0, 1))
    z = np.sin(np.arange(20.0)).reshape(1, 20, 1)
    batch, one = Batch(orders, z, 0, 0, np.empty((1, 0))), np.zeros(1, dtype=np.int64)
    try:
        kernel.evaluate(batch, one, one + 20, np.array([[0.3, 0.2]]), None, True)
    except Exception as error:  # a broken cache or compiler shows only here
        return f"the compiled kernel fails ({type(error).__name__}: {error}); use engine='numpy'"
    return "compiled kernel ready"
