"""The two kernels behind one small function, and which of them is used.

Both offer ``evaluate(batch, group, length, coefficients, sigma2, gradient)`` and ``details(...)``. They agree
to 1e-9. numpy is always there; the compiled one needs a usable numba and, the first time on a machine,
a compilation of about twenty seconds, which numba then keeps (beside the package, or in the user's cache
directory when the package cannot be written to).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from forecast.arima import likelihood
from forecast.arima.likelihood import Batch, Details, Ints
from forecast.arima.optimise import Kernel as Evaluate
from forecast.arima.polynomials import Floats

#: Work of one fit (rows x start-up terms) from which on the engine "exact" takes the compiled kernel.
SMALL_WORK = 2000


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


def choose_kernel(engine: str, batch: Batch) -> Kernel:
    """Kernel for one batch.

    "numpy" and "compiled" say it; "exact" decides by the amount of work of a single fit, which is fixed by
    the model and the length of the series: the same call always takes the same kernel, and a small fit never
    waits for a compilation.
    """
    small = batch.z.shape[1] * (batch.orders.state + 1) < SMALL_WORK
    if engine == "numpy" or (engine == "exact" and small):
        return NUMPY
    return compiled_kernel()[0] or NUMPY


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

    from forecast.arima.polynomials import Orders

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
