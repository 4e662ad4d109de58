"""Seasonal polynomials in the lag, and their inverses, on many columns of many lanes at a time."""

from __future__ import annotations

import numpy as np

from forecast.arima.polynomials import Floats


def filter_ar(columns: Floats, ar: Floats, sar: Floats, s: int) -> Floats:
    """``phi(B)`` on columns (N, L, K) with zero start; coefficients (L, p) and (L, P)."""
    for block, step in ((sar, s), (ar, 1)):
        if not block.shape[1]:
            continue
        out = columns.copy()
        for i in range(block.shape[1]):
            lag = (i + 1) * step
            out[lag:] -= block[None, :, i, None] * columns[:-lag]
        columns = out
    return columns


def filter_ma(columns: Floats, ma: Floats, sma: Floats, s: int) -> None:
    """``theta(B)^-1`` in place on columns (N, L, K) with zero start.

    ``1 / a(B) = a(-B) / (a(B) a(-B))``, and the denominator is a polynomial in B^2: so steps that are short
    for numpy are made twice as long. How long they get does not depend on the lanes, nor do digits then.
    """
    for block, step in ((sma, s), (ma, 1)):
        if not block.shape[1]:
            continue
        while 32 * step < len(columns):
            before = columns.copy()
            for i in range(min(block.shape[1], (len(columns) - 1) // step)):
                lag = (i + 1) * step
                columns[lag:] += (-1.0) ** (i + 1) * block[None, :, i, None] * before[:-lag]
            block, step = _even_part(block), 2 * step
        weights = [block[None, :, i, None] for i in range(block.shape[1])]
        for t in range(step, len(columns), step):
            rows = columns[t : t + step]
            for i, weight in enumerate(weights[: t // step]):
                past = t - (i + 1) * step
                rows -= weight * columns[past : past + len(rows)]


def _even_part(block: Floats) -> Floats:
    """Coefficients (L, q) of ``a(B) a(-B)`` as a polynomial in B^2, of those of a (lag 0 is one)."""
    q = block.shape[1]
    if q == 1:
        return -block * block
    full = np.concatenate([np.ones((len(block), 1)), block], axis=1)
    other = full * (-1.0) ** np.arange(q + 1)
    even = np.zeros_like(block)
    for k in range(1, q + 1):
        for i in range(max(2 * k - q, 0), min(2 * k, q) + 1):
            even[:, k - 1] += full[:, i] * other[:, 2 * k - i]
    return even


def filter_ma_back(columns: Floats, ma: Floats, sma: Floats, s: int) -> None:
    """``theta(F)^-1``, the adjoint of `filter_ma`, in place."""
    filter_ma(columns[::-1], ma, sma, s)
