"""Recursions of exponential smoothing and of the dynamic Theta method, compiled where numba can be used.

Months are counted from the first value; the season of a month is its number modulo twelve. Parameters of
smoothing stand in one vector: alpha, the share of alpha that is beta, the share of 1 - alpha that is gamma,
phi, then the first states: level, slope, twelve seasons.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

P = ParamSpec("P")
R = TypeVar("R")
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ALPHA, BETA, GAMMA, PHI, LEVEL, SLOPE, SEASON = range(7)
SIZE = SEASON + 12
#: Kinds of season; errors are multiplicative with a multiplicative season.
NO_SEASON, ADDITIVE, MULTIPLICATIVE = range(3)
#: Searches of a form, and rounds of each: its steps are nearly those of Newton.
STARTS, ROUNDS = 2, 60
#: Steps like the last one that a search may still need to be worth going on.
LEFT = 300


class Recursion(NamedTuple):
    """A form of smoothing: bounds of its parameters, whether its errors are relative, its season."""

    low: Floats
    high: Floats
    relative: bool
    season: int


def _compile(function: Callable[P, R]) -> Callable[P, R]:
    """Compile and keep; where numba is absent, too old or has no
    place for its cache, the loops run as they are.
    """
    try:
        from forecast.arima.jit import kept_jit

        return kept_jit(nogil=True, error_model="numpy")(function)
    except Exception:
        return function


@_compile
def errors_of(
    y: Floats, x: Floats, free: Ints, relative: bool, season: int, errors: Floats, slopes: Floats
) -> tuple[Floats, Floats, Floats]:
    """Fill one-step errors (n,) and their derivatives (n, free); return the last states, their derivatives
    and the sums of log means.

    The last states are (14,): level, slope, seasons; their derivatives (14, free). The sums are that of log
    means and its derivatives (1 + free), zero for additive errors; the first is nan where a mean is not
    positive.
    """
    k = len(free)
    alpha, beta, gamma, phi = x[ALPHA], x[ALPHA] * x[BETA], (1.0 - x[ALPHA]) * x[GAMMA], x[PHI]
    d_alpha, d_beta, d_gamma, d_phi = np.zeros(k), np.zeros(k), np.zeros(k), np.zeros(k)
    states, d_states, logs = x[LEVEL:].copy(), np.zeros((14, k)), np.zeros(1 + k)
    for c in range(k):
        at = free[c]
        if at >= LEVEL:
            d_states[at - LEVEL, c] = 1.0
        d_alpha[c], d_phi[c] = 1.0 * (at == ALPHA), 1.0 * (at == PHI)
        d_beta[c] = x[BETA] * (at == ALPHA) + alpha * (at == BETA)
        d_gamma[c] = -x[GAMMA] * (at == ALPHA) + (1.0 - alpha) * (at == GAMMA)
    for t in range(len(y)):
        now = 2 + t % 12
        drift, own = phi * states[1], states[now]
        base = states[0] + drift
        mean = base * own if season == MULTIPLICATIVE else base + own
        if relative and not (mean > 0.0 and base > 0.0):
            logs[0] = np.nan
            break
        e = y[t] - mean
        scale = 1.0 / mean if relative else 1.0
        rate, weight = (e / mean, 1.0) if season == MULTIPLICATIVE else (e, 0.0)
        errors[t] = e * scale
        logs[0] += np.log(mean) if relative else 0.0
        up, side = (base, own) if season == MULTIPLICATIVE else (1.0, 1.0)
        for c in range(k):
            d_drift = phi * d_states[1, c] + d_phi[c] * states[1]
            d_base, d_own = d_states[0, c] + d_drift, d_states[now, c]
            d_mean = d_base * own + base * d_own if season == MULTIPLICATIVE else d_base + d_own
            d_error = -d_mean * (1.0 + e * scale) * scale if relative else -d_mean
            d_rate = d_error if season == MULTIPLICATIVE else -d_mean
            slopes[t, c] = d_error
            logs[1 + c] += d_mean * scale if relative else 0.0
            d_states[0, c] = (
                d_base + up * (alpha * d_rate + d_alpha[c] * rate) + weight * alpha * rate * d_base
            )
            d_states[1, c] = d_drift + up * (beta * d_rate + d_beta[c] * rate) + weight * beta * rate * d_base
            d_states[now, c] = (
                d_own + side * (gamma * d_rate + d_gamma[c] * rate) + weight * gamma * rate * d_own
            )
        states[0] = base + up * alpha * rate
        states[1] = drift + up * beta * rate
        states[now] = own + side * gamma * rate
    return states, d_states, logs


@_compile
def objective(
    y: Floats, x: Floats, free: Ints, relative: bool, season: int, errors: Floats, slopes: Floats
) -> tuple[float, Floats, Floats]:
    """Half the deviance a month, log(sum of squares) / 2 + mean log
    mean, with its gradient and Gauss-Newton matrix.
    """
    n, k = len(y), len(free)
    _, _, logs = errors_of(y, x, free, relative, season, errors, slopes)
    squares, gradient, matrix = 0.0, np.zeros(k), np.zeros((k, k))
    if not np.isfinite(logs[0]):
        return np.inf, gradient, matrix
    for t in range(n):
        squares += errors[t] * errors[t]
    squares = max(squares, 1e-12 * n)
    mean = logs[1:] / n
    for t in range(n):
        for i in range(k):
            slopes[t, i] += errors[t] * mean[i]
            gradient[i] += errors[t] * slopes[t, i]
    whole = n - n % 4
    for t in range(0, whole, 4):  # four months at once: half the time
        for i in range(k):
            a, b, c, d = slopes[t, i], slopes[t + 1, i], slopes[t + 2, i], slopes[t + 3, i]
            for j in range(i + 1):
                matrix[i, j] += (a * slopes[t, j] + b * slopes[t + 1, j]) + (
                    c * slopes[t + 2, j] + d * slopes[t + 3, j]
                )
    for t in range(whole, n):
        for i in range(k):
            for j in range(i + 1):
                matrix[i, j] += slopes[t, i] * slopes[t, j]
    for i in range(k):
        for j in range(i):
            matrix[j, i] = matrix[i, j]
    return 0.5 * np.log(squares) + logs[0] / n, gradient / squares, matrix / squares


@_compile
def solve(matrix: Floats, right: Floats) -> Floats:
    """Solve a system whose matrix is symmetric and positive definite (by Cholesky; both are overwritten)."""
    k = len(right)
    for i in range(k):
        for j in range(i + 1):
            value = matrix[i, j]
            for m in range(j):
                value -= matrix[i, m] * matrix[j, m]
            if i > j:
                matrix[i, j] = value / matrix[j, j]
            else:
                matrix[i, i] = np.sqrt(max(value, 1e-300))
        for m in range(i):
            right[i] -= matrix[i, m] * right[m]
        right[i] /= matrix[i, i]
    for i in range(k - 1, -1, -1):
        right[i] /= matrix[i, i]
        for m in range(i):
            right[m] -= matrix[i, m] * right[i]
    return right


@_compile
def search(y: Floats, x: Floats, free: Ints, form: Recursion, limit: float, rounds: int) -> float:
    """Move the free parameters (in place) to a least value of `objective`: Levenberg-Marquardt within bounds.

    A search that would need more than `LEFT` further steps like its last one to come below the limit is given
    up: its steps become smaller.
    """
    low, high = form.low, form.high
    n, k = len(y), len(free)
    errors, slopes = np.zeros(n), np.zeros((n, k))
    nothing, none = np.zeros(0, dtype=np.int64), np.zeros((n, 0))
    value, gradient, matrix = objective(y, x, free, form.relative, form.season, errors, slopes)
    damping, moved = 1e-3, False
    for _ in range(rounds):
        if not np.isfinite(value) or damping > 1e6:
            break
        if moved:  # slopes cost ten times what the value does, so a step that fails has none
            _, gradient, matrix = objective(y, x, free, form.relative, form.season, errors, slopes)
        scaled, right = matrix.copy(), -gradient
        for i in range(k):
            at = x[free[i]]
            scaled[i, i] = scaled[i, i] * (1.0 + damping) + 1e-12
            if (at <= low[free[i]] and gradient[i] > 0.0) or (at >= high[free[i]] and gradient[i] < 0.0):
                scaled[i, :] = 0.0
                scaled[:, i] = 0.0
                scaled[i, i], right[i] = 1.0, 0.0
        step = solve(scaled, right)
        tried = x.copy()
        for i in range(k):
            tried[free[i]] = min(max(x[free[i]] + step[i], low[free[i]]), high[free[i]])
        new, _, _ = objective(y, tried, nothing, form.relative, form.season, errors, none)
        moved = new < value
        if moved:
            gain, value = value - new, new
            x[:] = tried
            damping = max(0.2 * damping, 1e-7)
            if gain * n < 1e-6 or value - LEFT * gain > limit:
                break
        else:
            damping *= 5.0
    return value


@_compile
def fit(
    y: Floats, grid: Floats, first: Floats, free: Ints, form: Recursion, limit: float
) -> tuple[Floats, float]:
    """Return the parameters and the value of the best of `STARTS` searches.

    They start from those rows of the grid of smoothing parameters that are best after one step of the first
    states. No search goes on that would end above the limit, or above the best before it.
    """
    states = free[free >= LEVEL]
    tried, values = np.zeros((len(grid), SIZE)), np.zeros(len(grid))
    for i in range(len(grid)):
        tried[i, :LEVEL], tried[i, LEVEL:] = grid[i], first
        values[i] = search(y, tried[i], states, form, np.inf, 1)
    order = np.argsort(values)[:STARTS]
    for i in order:
        values[i] = search(y, tried[i], free, form, limit, ROUNDS)
        limit = min(limit, values[i])
    best = order[np.argmin(values[order])]
    return tried[best], values[best]


@_compile
def theta_month(states: Floats, t: int, y: float, alpha: float) -> None:
    """Let the states of the dynamic Theta method see the month `t`
    (from 0): level, mean, slope and intercept so far.
    """
    states[0] = alpha * y + (1.0 - alpha) * states[0]
    if t == 0:
        states[1], states[2], states[3] = y, 0.0, y
        return
    states[2] = ((t - 1) * states[2] + 6.0 * (y - states[1]) / (t + 1)) / (t + 2)
    states[1] += (y - states[1]) / (t + 1)
    states[3] = states[1] - 0.5 * (t + 2) * states[2]


@_compile
def theta_line(states: Floats, t: int, alpha: float) -> float:
    """Return what the line through all months so far adds to the mean of month `t`, before its weight."""
    left = (1.0 - alpha) ** t
    line: float = left * states[3] + (1.0 - left * (1.0 - alpha)) / alpha * states[2]
    return line


@_compile
def theta_parts(y: Floats, alpha: float) -> tuple[Floats, Floats]:
    """Return what a month is beyond its level (n,), the share of the
    first level in it, the line; and the last states.
    """
    states, parts = np.zeros(4), np.zeros((len(y), 3))
    for t in range(len(y)):
        parts[t, 0], parts[t, 1] = y[t] - states[0], (1.0 - alpha) ** t
        parts[t, 2] = theta_line(states, t, alpha)
        theta_month(states, t, y[t], alpha)
    return parts, states


@_compile
def theta_path(states: Floats, t: int, h: int, alpha: float, weight: float) -> Floats:
    """Return the means of `h` months from month `t` on, each taken as seen by the next."""
    path = np.zeros(h)
    for k in range(h):
        path[k] = states[0] + weight * theta_line(states, t + k, alpha)
        theta_month(states, t + k, path[k], alpha)
    return path


@_compile
def theta_spread(t: int, h: int, alpha: float, weight: float) -> Floats:
    """Return the growth of the variance over `h` months: one and
    the squared responses to the shocks before.
    """
    growth = np.ones(h)
    for j in range(h - 1):
        states = np.zeros(4)
        theta_month(states, t + j, 1.0, alpha)
        growth[j + 1 :] += theta_path(states, t + j + 1, h - 1 - j, alpha, weight) ** 2
    return growth


@_compile
def theta_fit(y: Floats, alphas: Floats) -> tuple[Floats, float]:
    """Return the best alpha of those given, weight of the line (0 to 1),
    first level, and sum of squares from month 3 on.
    """
    best, least = np.zeros(3), np.inf
    for alpha in alphas:
        parts, _ = theta_parts(y, alpha)
        aa, ab, bb, ay, by = 0.0, 0.0, 0.0, 0.0, 0.0
        for t in range(2, len(y)):
            aa += parts[t, 1] ** 2
            ab += parts[t, 1] * parts[t, 2]
            bb += parts[t, 2] ** 2
            ay += parts[t, 1] * parts[t, 0]
            by += parts[t, 2] * parts[t, 0]
        rest = bb - ab * ab / aa
        weight = min(max((by - ab * ay / aa) / rest, 0.0), 1.0) if rest > 1e-12 * bb else 0.0
        level = (ay - weight * ab) / aa
        squares = 0.0
        for t in range(2, len(y)):
            squares += (parts[t, 0] - level * parts[t, 1] - weight * parts[t, 2]) ** 2
        if squares < least:
            best[:], least = np.array([alpha, weight, level]), squares
    return best, least
