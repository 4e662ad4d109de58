"""Lag polynomials of a seasonal ARIMA model: orders, names, differences and partial autocorrelations.

Signs are those of R and statsmodels: ``(1 - ar1 B - ...)(1 - sar1 B^s - ...)`` acts on the differenced
series, ``(1 + ma1 B + ...)(1 + sma1 B^s + ...)`` on the innovations. Blocks always stand in the order ar,
ma, sar, sma.

The optimiser moves partial autocorrelations r (one block each, |r| <= 1), from which the Durbin-Levinson
recursion makes the coefficients of a polynomial with no root inside the unit circle: Barndorff-Nielsen &
Schou (1973), Monahan (1984). For moving averages the coefficients change sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from forecast.errors import ConfigError, need

Floats = NDArray[np.float64]

#: Largest order of one non-seasonal polynomial and of one seasonal polynomial.
MAX_ORDER, MAX_SEASONAL_ORDER = 12, 4
#: Length of the season where none is given.
MONTHS = 12


@dataclass(frozen=True)
class Orders:
    """The orders (p, d, q)(P, D, Q)s, validated."""

    p: int
    d: int
    q: int
    P: int
    D: int
    Q: int
    s: int

    @classmethod
    def of(cls, order: Sequence[int], seasonal_order: Sequence[int] | None = None) -> Orders:
        """Validate ``order`` and ``seasonal_order``; a model without season may write None or zeros, three
        entries have a season of twelve months.
        """
        for name, given in (("order", order), ("seasonal_order", seasonal_order or ())):
            need(given, (Sequence, np.ndarray), f"arima: {name}", "whole numbers, such as (0, 1, 1)")
        seasonal = (0, 0, 0, 0) if seasonal_order is None else tuple(seasonal_order)
        if len(seasonal) == 3:
            seasonal = (*seasonal, MONTHS if any(seasonal) else 0)
        problems = []
        if len(order) != 3:
            problems.append(f"order must be (p, d, q), not {tuple(order)}")
        if len(seasonal) != 4:
            problems.append(f"seasonal_order must be (P, D, Q) or (P, D, Q, s), not {seasonal}")
        if not problems:
            values = (*order, *seasonal)
            names = ("p", "d", "q", "P", "D", "Q", "s")
            limits = (MAX_ORDER, 2, MAX_ORDER, MAX_SEASONAL_ORDER, 2, MAX_SEASONAL_ORDER, 366)
            for name, value, limit in zip(names, values, limits, strict=True):
                if int(value) != value or not 0 <= value <= limit:
                    problems.append(f"{name} must be a whole number from 0 to {limit}, not {value}")
            if any(seasonal[:3]) and seasonal[3] < 2:
                problems.append(f"seasonal_order {seasonal} needs a season s of at least 2")
        if problems:
            raise ConfigError("\n".join(problems))
        return cls(*(int(v) for v in (*order, *seasonal)))

    @property
    def order(self) -> tuple[int, int, int]:
        """(p, d, q)."""
        return self.p, self.d, self.q

    @property
    def seasonal_order(self) -> tuple[int, int, int, int]:
        """(P, D, Q, s)."""
        return self.P, self.D, self.Q, self.s

    @cached_property
    def lost(self) -> int:
        """Number of observations used up by differencing, d + s D."""
        return self.d + self.s * self.D

    @cached_property
    def blocks(self) -> tuple[int, int, int, int]:
        """Number of coefficients of the blocks ar, ma, sar, sma."""
        return self.p, self.q, self.P, self.Q

    @cached_property
    def n_arma(self) -> int:
        """Number of ARMA coefficients."""
        return sum(self.blocks)

    @property
    def ar_length(self) -> int:
        """Degree of the full autoregressive polynomial."""
        return self.p + self.s * self.P

    @property
    def ma_length(self) -> int:
        """Degree of the full moving average polynomial."""
        return self.q + self.s * self.Q

    @cached_property
    def state(self) -> int:
        """Number of start-up terms of the differenced process, m = max(p + sP, q + sQ)."""
        return max(self.ar_length, self.ma_length)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the ARMA coefficients: ar1.. ma1.. sar1.. sma1.."""
        blocks = zip(("ar", "ma", "sar", "sma"), self.blocks, strict=True)
        return tuple(f"{name}{i + 1}" for name, count in blocks for i in range(count))

    @cached_property
    def is_ar(self) -> NDArray[np.bool_]:
        """Which ARMA coefficients belong to an autoregressive block."""
        return np.repeat([True, False, True, False], self.blocks)

    def __str__(self) -> str:
        season = f"({self.P},{self.D},{self.Q})[{self.s}]" if self.s > 1 else ""
        return f"ARIMA({self.p},{self.d},{self.q}){season}"


def difference(columns: Floats, orders: Orders) -> Floats:
    """Apply ``(1 - B)^d (1 - B^s)^D`` to the rows of an array.

    Examples
    --------
    >>> difference(np.array([1.0, 4.0, 9.0, 16.0]), Orders.of((0, 2, 0)))
    array([2., 2.])
    """
    for _ in range(orders.d):
        columns = columns[1:] - columns[:-1]
    for _ in range(orders.D):
        columns = columns[orders.s :] - columns[: -orders.s]
    return columns


def difference_polynomial(orders: Orders) -> Floats:
    """Coefficients of ``(1 - B)^d (1 - B^s)^D``, from lag 0 on."""
    polynomial = np.ones(1)
    for _ in range(orders.d):
        polynomial = np.convolve(polynomial, [1.0, -1.0])
    for _ in range(orders.D):
        polynomial = np.convolve(polynomial, np.r_[1.0, np.zeros(orders.s - 1), -1.0])
    return polynomial


def split(coefficients: Floats, orders: Orders) -> tuple[Floats, Floats, Floats, Floats]:
    """Cut the last axis of an array of ARMA coefficients into its blocks ar, ma, sar, sma."""
    p, q, seasonal_p = orders.p, orders.p + orders.q, orders.p + orders.q + orders.P
    return (
        coefficients[..., :p],
        coefficients[..., p:q],
        coefficients[..., q:seasonal_p],
        coefficients[..., seasonal_p:],
    )


def expand(coefficients: Floats, orders: Orders) -> tuple[Floats, Floats]:
    """Multiply the blocks out.

    Parameters
    ----------
    coefficients : array (L, n_arma)
        One row a lane.
    orders : Orders
        The model.

    Returns
    -------
    phi : array (L, m + 1)
        ``w_t = phi_1 w_{t-1} + ...``; phi_0 is zero and unused.
    theta : array (L, m + 1)
        ``... + e_t + theta_1 e_{t-1} + ...``; theta_0 is one.

    Examples
    --------
    >>> expand(np.array([[0.5, 0.2]]), Orders.of((1, 0, 0), (1, 0, 0, 3)))[0].round(3) + 0.0
    array([[ 0. ,  0.5,  0. ,  0.2, -0.1]])
    """
    lanes, m, s = len(coefficients), orders.state, orders.s
    ar, ma, sar, sma = split(coefficients, orders)
    full = []
    for short, seasonal, sign in ((-ar, -sar, -1.0), (ma, sma, 1.0)):
        polynomial = np.zeros((lanes, m + 1))
        polynomial[:, 0] = 1.0
        polynomial[:, 1 : short.shape[1] + 1] = short
        base = polynomial[:, : short.shape[1] + 1].copy()
        for j in range(seasonal.shape[1]):
            lag = (j + 1) * s
            polynomial[:, lag : lag + base.shape[1]] += seasonal[:, j : j + 1] * base
        full.append(sign * polynomial)
    full[0][:, 0] = 0.0
    return full[0], full[1]


def gather(d_phi: Floats, d_theta: Floats, coefficients: Floats, orders: Orders) -> Floats:
    """Chain rule of `expand`: derivatives by the full polynomials become derivatives by the coefficients."""
    ar, ma, sar, sma = split(coefficients, orders)
    s, parts = orders.s, []
    for short, seasonal, d_full, sign in ((ar, sar, d_phi, -1.0), (ma, sma, d_theta, 1.0)):
        k, seasons = short.shape[1], seasonal.shape[1]
        if not seasons:
            parts.append((d_full[:, 1 : k + 1], seasonal))
            continue
        d_short = d_full[:, 1 : k + 1].copy()
        d_seasonal = np.empty_like(seasonal)
        for j in range(seasons):
            lag = (j + 1) * s
            d_short += sign * seasonal[:, j : j + 1] * d_full[:, lag + 1 : lag + 1 + k]
            d_seasonal[:, j] = d_full[:, lag] + sign * (short * d_full[:, lag + 1 : lag + 1 + k]).sum(-1)
        parts.append((d_short, d_seasonal))
    (d_ar, d_sar), (d_ma, d_sma) = parts
    return np.concatenate([d_ar, d_ma, d_sar, d_sma], axis=1)


def _levinson(r: Floats) -> tuple[Floats, Floats]:
    """Coefficients (L, k) of an autoregression with partial autocorrelations r, and their Jacobian."""
    lanes, k = r.shape
    c, jacobian = np.zeros((lanes, k)), np.zeros((lanes, k, k))
    for i in range(k):
        a = r[:, i : i + 1]
        back, back_jacobian = c[:, :i][:, ::-1].copy(), jacobian[:, :i][:, ::-1].copy()
        jacobian[:, :i] -= a[:, :, None] * back_jacobian
        jacobian[:, :i, i] -= back
        jacobian[:, i, i] = 1.0
        c[:, :i] -= a * back
        c[:, i] = r[:, i]
    return c, jacobian


def from_partial(r: Floats, orders: Orders) -> tuple[Floats, Floats]:
    """Coefficients (L, n_arma) of partial autocorrelations of the same shape, and the Jacobian (L, n, n).

    Examples
    --------
    >>> from_partial(np.array([[0.5, 0.5]]), Orders.of((2, 0, 0)))[0]
    array([[0.25, 0.5 ]])
    """
    coefficients = np.empty_like(r)
    jacobian = np.zeros((len(r), r.shape[1], r.shape[1]))
    start = 0
    for count, sign in zip(orders.blocks, (1.0, -1.0, 1.0, -1.0), strict=True):
        block = slice(start, start + count)
        if count == 0:
            continue
        if count == 1:
            coefficients[:, start] = sign * r[:, start]
            jacobian[:, start, start] = sign
            start += 1
            continue
        c, j = _levinson(r[:, block])
        coefficients[:, block] = sign * c
        jacobian[:, block, block] = sign * j
        start += count
    return coefficients, jacobian


def to_partial(coefficients: Floats, orders: Orders) -> Floats:
    """Invert `from_partial` by the step-down recursion; values outside the box are clipped to it."""
    r = np.empty_like(coefficients)
    start = 0
    for count, sign in zip(orders.blocks, (1.0, -1.0, 1.0, -1.0), strict=True):
        c = sign * coefficients[:, start : start + count]
        for i in range(count - 1, -1, -1):
            a = np.clip(c[:, i : i + 1], -1.0 + 1e-12, 1.0 - 1e-12)
            r[:, start + i] = a[:, 0]
            c = (c[:, :i] + a * c[:, :i][:, ::-1]) / (1.0 - a * a)
        start += count
    return r


def inverse_roots(block: Floats, autoregressive: bool) -> NDArray[np.complex128]:
    """Inverse roots of ``1 - c1 z - ...`` (autoregressive) or ``1 + c1 z + ...`` of one block."""
    polynomial = np.r_[1.0, -block if autoregressive else block]
    return np.roots(polynomial).astype(np.complex128)
