"""The parts of the compiled kernel: passes through time and small algebra, see `forecast.arima.compiled`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecast.arima.jit import kept_jit
from forecast.arima.likelihood import PIVOT_TOLERANCE, Bools, Ints
from forecast.arima.polynomials import Floats
from forecast.arima.startup import LARGEST_VARIANCE

WIDTH = 8
jit = kept_jit(nogil=True, error_model="numpy", fastmath={"contract"})


class Lane(NamedTuple):
    """A lane: its columns as they are and filtered, in blocks, its pi weights, months and polynomials."""

    z: Floats
    e: Floats
    pi: Floats
    n: int
    phi: Floats
    theta: Floats


class StartUp(NamedTuple):
    """Room for the start-up terms of a lane, see `forecast.arima.likelihood` for the names.

    `h`, `g`, `u` (m, columns): ``M'E``, ``R^-T H`` and ``B^-1/2 G``; `gram`, `b_root`, `v`, `work` (m, m):
    ``R'``, the root of B, the covariance V, scratch; `matrix`, `exchange`: factors of the Yule-Walker
    equations.
    """

    h: Floats
    g: Floats
    u: Floats
    gram: Floats
    b_root: Floats
    v: Floats
    work: Floats
    matrix: Floats
    exchange: Ints


@jit
def start_up(m: int, ps: int, size: int) -> StartUp:
    """Room for m start-up terms, of an autoregression of length ps, of so many columns."""
    return StartUp(
        np.zeros((m, size + 1)),
        np.zeros((m, size)),
        np.zeros((m, size)),
        np.zeros((m, m)),
        np.zeros((m, m)),
        np.zeros((m, m)),
        np.zeros((m, m)),
        np.zeros((ps + 1, ps + 1)),
        np.zeros(ps + 1, dtype=np.int64),
    )


# ------------------------------------------------------------------------------------ passes through time


@jit
def forward(x: Floats, out: Floats, m: int, n: int, phi: Floats, theta: Floats) -> None:
    """``out = theta(B)^-1 phi(B) x`` for eight columns; rows before m are zero.

    Lag 1, which most models have, stays in registers: the row before is not read again.
    """
    ar, ma = np.flatnonzero(phi[2:]) + 2, np.flatnonzero(theta[2:]) + 2
    phi1, theta1 = (phi[1], theta[1]) if m else (0.0, 0.0)
    out[:m] = 0.0
    x0 = x1 = x2 = x3 = x4 = x5 = x6 = x7 = 0.0
    o0 = o1 = o2 = o3 = o4 = o5 = o6 = o7 = 0.0
    for t in range(m, m + n):
        z0, z1, z2, z3 = x[t, 0], x[t, 1], x[t, 2], x[t, 3]
        z4, z5, z6, z7 = x[t, 4], x[t, 5], x[t, 6], x[t, 7]
        a0, a1, a2, a3 = z0 - phi1 * x0, z1 - phi1 * x1, z2 - phi1 * x2, z3 - phi1 * x3
        a4, a5, a6, a7 = z4 - phi1 * x4, z5 - phi1 * x5, z6 - phi1 * x6, z7 - phi1 * x7
        for k in range(ar.size):
            w, r = phi[ar[k]], t - ar[k]
            a0, a1, a2, a3 = a0 - w * x[r, 0], a1 - w * x[r, 1], a2 - w * x[r, 2], a3 - w * x[r, 3]
            a4, a5, a6, a7 = a4 - w * x[r, 4], a5 - w * x[r, 5], a6 - w * x[r, 6], a7 - w * x[r, 7]
        for k in range(ma.size):
            w, r = theta[ma[k]], t - ma[k]
            a0, a1, a2, a3 = a0 - w * out[r, 0], a1 - w * out[r, 1], a2 - w * out[r, 2], a3 - w * out[r, 3]
            a4, a5, a6, a7 = a4 - w * out[r, 4], a5 - w * out[r, 5], a6 - w * out[r, 6], a7 - w * out[r, 7]
        o0, o1, o2, o3 = a0 - theta1 * o0, a1 - theta1 * o1, a2 - theta1 * o2, a3 - theta1 * o3
        o4, o5, o6, o7 = a4 - theta1 * o4, a5 - theta1 * o5, a6 - theta1 * o6, a7 - theta1 * o7
        out[t, 0], out[t, 1], out[t, 2], out[t, 3] = o0, o1, o2, o3
        out[t, 4], out[t, 5], out[t, 6], out[t, 7] = o4, o5, o6, o7
        x0, x1, x2, x3, x4, x5, x6, x7 = z0, z1, z2, z3, z4, z5, z6, z7


@jit
def backward(x: Floats, out: Floats, m: int, n: int, theta: Floats) -> None:
    """``out = theta(F)^-1 x`` for eight columns; rows behind the sample are zero."""
    ma = np.flatnonzero(theta[2:]) + 2
    theta1 = theta[1] if m else 0.0
    out[m + n : m + n + m] = 0.0
    o0 = o1 = o2 = o3 = o4 = o5 = o6 = o7 = 0.0
    for t in range(m + n - 1, m - 1, -1):
        a0, a1, a2, a3 = x[t, 0], x[t, 1], x[t, 2], x[t, 3]
        a4, a5, a6, a7 = x[t, 4], x[t, 5], x[t, 6], x[t, 7]
        for k in range(ma.size):
            w, r = theta[ma[k]], t + ma[k]
            a0, a1, a2, a3 = a0 - w * out[r, 0], a1 - w * out[r, 1], a2 - w * out[r, 2], a3 - w * out[r, 3]
            a4, a5, a6, a7 = a4 - w * out[r, 4], a5 - w * out[r, 5], a6 - w * out[r, 6], a7 - w * out[r, 7]
        o0, o1, o2, o3 = a0 - theta1 * o0, a1 - theta1 * o1, a2 - theta1 * o2, a3 - theta1 * o3
        o4, o5, o6, o7 = a4 - theta1 * o4, a5 - theta1 * o5, a6 - theta1 * o6, a7 - theta1 * o7
        out[t, 0], out[t, 1], out[t, 2], out[t, 3] = o0, o1, o2, o3
        out[t, 4], out[t, 5], out[t, 6], out[t, 7] = o4, o5, o6, o7


@jit
def filter_one(x: Floats, m: int, n: int, theta: Floats, step: int) -> None:
    """``theta(B)^-1`` (step 1) or ``theta(F)^-1`` (step -1) in place of n values between m zeros."""
    lags = np.flatnonzero(theta[2:]) + 2
    theta1, before = theta[1] if m else 0.0, 0.0
    t = m if step > 0 else m + n - 1
    for _ in range(n):
        total = x[t]
        for j in range(lags.size):
            total -= theta[lags[j]] * x[t - step * lags[j]]
        before = total - theta1 * before
        x[t] = before
        t += step


@jit
def matched(x: Floats, y: Floats, lag: int | np.intp) -> float:
    """``sum_t x[t] y[t - lag]``, in four interleaved sums."""
    p0 = p1 = p2 = p3 = 0.0
    count = x.size - lag
    a, b = x[lag:], y[:count]
    for t in range(0, count - 3, 4):
        p0 += a[t] * b[t]
        p1 += a[t + 1] * b[t + 1]
        p2 += a[t + 2] * b[t + 2]
        p3 += a[t + 3] * b[t + 3]
    for t in range(count - count % 4, count):
        p0 += a[t] * b[t]
    total: float = (p0 + p1) + (p2 + p3)
    return total


# ------------------------------------------------------------------------------------------ small algebra


@jit
def cholesky(a: Floats, m: int) -> bool:
    """Lower factor of a[:m, :m] in place (upper part set to zero); False if it is not positive definite."""
    for j in range(m):
        pivot = a[j, j]
        if not pivot > 0.0:
            return False
        inverse = 1.0 / np.sqrt(pivot)
        for i in range(j, m):
            a[j, i] *= inverse  # row j of the upper factor, contiguous
        for i in range(j + 1, m):
            w = a[j, i]
            for c in range(i, m):
                a[i, c] -= w * a[j, c]
    for j in range(m):
        for i in range(j + 1, m):
            a[i, j] = a[j, i]
            a[j, i] = 0.0
    return True


@jit
def solve_lower(low: Floats, x: Floats, m: int, k: int) -> None:
    """``x = low^-1 x`` in place for k columns."""
    for i in range(m):
        for j in range(i):
            w = low[i, j]
            for c in range(k):
                x[i, c] -= w * x[j, c]
        w = 1.0 / low[i, i]
        for c in range(k):
            x[i, c] *= w


@jit
def invert_lower(low: Floats, out: Floats, m: int) -> None:
    """``out = low^-1``, lower triangular."""
    for i in range(m):
        for j in range(m):
            out[i, j] = 0.0
        w = 1.0 / low[i, i]
        for j in range(i):
            u = low[i, j] * w
            for c in range(j + 1):
                out[i, c] -= u * out[j, c]
        out[i, i] = w


@jit
def add_squares(a: Floats, sign: float, out: Floats, m: int, triangular: bool) -> None:
    """``out += sign a' a``; `triangular` says that a is lower triangular."""
    for j in range(m):
        for i in range(j + 1 if triangular else m):
            w = sign * a[j, i]
            for c in range(i + 1):
                out[i, c] += w * a[j, c]
    for i in range(m):
        for c in range(i):
            out[c, i] = out[i, c]


@jit
def yule_walker(phi: Floats, size: int, matrix: Floats, exchange: Ints) -> None:
    """Factors, in place, of the matrix of ``g_k - sum_l phi_l
    g_|k-l|``, k < size (elimination, rows exchanged).
    """
    for k in range(size):
        for j in range(size):
            matrix[k, j] = 0.0
        matrix[k, k] = 1.0
        for lag in range(1, size):
            matrix[k, abs(k - lag)] -= phi[lag]
    for c in range(size):
        best = c
        for r in range(c + 1, size):
            if abs(matrix[r, c]) > abs(matrix[best, c]):
                best = r
        exchange[c] = best
        if best != c:
            for j in range(size):
                matrix[c, j], matrix[best, j] = matrix[best, j], matrix[c, j]
        for r in range(c + 1, size):
            w = matrix[r, c] / matrix[c, c]
            matrix[r, c] = w
            if w != 0.0:
                for j in range(c + 1, size):
                    matrix[r, j] -= w * matrix[c, j]


@jit
def yule_walker_solve(matrix: Floats, exchange: Ints, size: int, right: Floats) -> None:
    """Solve the equations factored by `yule_walker`, in place."""
    for c in range(size):
        best = exchange[c]
        if best != c:
            right[c], right[best] = right[best], right[c]
    for r in range(size):
        for c in range(r):
            right[r] -= matrix[r, c] * right[c]
    for c in range(size - 1, -1, -1):
        for j in range(c + 1, size):
            right[c] -= matrix[c, j] * right[j]
        right[c] /= matrix[c, c]


@jit
def start_covariance(phi: Floats, theta: Floats, room: StartUp) -> bool:
    """V of the start-up terms; False where digits have run out."""
    m, ps, v = len(room.v), len(room.exchange) - 1, room.v
    psi, gamma, first = np.zeros(m + 1), np.zeros(m + 1), np.zeros(m + 1)
    for j in range(m + 1):
        psi[j] = theta[j]
        for lag in range(1, j + 1):
            psi[j] += phi[lag] * psi[j - lag]
    if ps:
        for k in range(ps + 1):
            for j in range(k, m + 1):
                gamma[k] += theta[j] * psi[j - k]
        yule_walker(phi, ps + 1, room.matrix, room.exchange)
        yule_walker_solve(room.matrix, room.exchange, ps + 1, gamma)
    for j in range(m):
        for lag in range(j + 1, m + 1):
            first[j] += phi[lag] * gamma[lag - j] + theta[lag] * psi[lag - j]
    if not first[0] <= LARGEST_VARIANCE:
        return False
    for i in range(m - 1, -1, -1):
        a, b, gain = phi[i + 1], first[i + 1], phi[i + 1] + theta[i + 1]
        for j in range(m):
            value = a * (phi[j + 1] * first[0] + first[j + 1]) + b * phi[j + 1]
            value += gain * (phi[j + 1] + theta[j + 1])
            v[i, j] = value + (v[i + 1, j + 1] if i + 1 < m and j + 1 < m else 0.0)
    return True


@jit
def start_adjoint(
    phi: Floats, theta: Floats, room: StartUp, pull: Floats, d_phi: Floats, d_theta: Floats
) -> None:
    """Add the derivatives of ``tr(pull V)`` by phi and theta; destroys pull."""
    m, ps, v = len(room.v), len(room.exchange) - 1, room.v
    right, first = np.zeros(m + 2), np.zeros(m + 1)
    for j in range(m):
        right[j] = pull[0, j]
    right[0] = pull[0, 0]
    for j in range(1, m):
        right[0] -= phi[j] * pull[0, j]
    for j in range(m):
        pull[0, j] = 0.0
        pull[j, 0] = 0.0
    for i in range(1, m):
        for j in range(1, m):
            pull[i, j] += pull[i - 1, j - 1]
    for j in range(1, m + 1):
        for i in range(m):
            right[j] += pull[j - 1, i] * phi[i + 1]
    if ps:
        yule_walker_solve(room.matrix, room.exchange, ps + 1, right)
    for j in range(m):
        first[j] = right[j]
        if j > ps:
            for lag in range(1, ps + 1):
                first[j] += phi[lag] * first[j - lag]
    for i in range(m):
        total_gain = total_carried = 0.0
        for j in range(m):
            lam = pull[i, j] + first[abs(i - j)]
            total_gain += lam * (phi[j + 1] + theta[j + 1])
            total_carried += lam * (phi[j + 1] * v[0, 0] + (v[0, j + 1] if j + 1 < m else 0.0))
        d_theta[i + 1] += 2.0 * total_gain
        d_phi[i + 1] += 2.0 * (total_gain + total_carried)


@jit
def factor(s: Floats, root: Floats, kept: Bools, size: int, n_missing: int, n_integrated: int) -> None:
    """Cholesky factor that leaves out columns without information, see `likelihood.factor`."""
    for i in range(size):
        for j in range(size):
            root[i, j] = s[i, j] if j <= i else 0.0
    for j in range(size):
        pivot = root[j, j]
        penalised = n_missing <= j < n_integrated or j == size - 1
        kept[j] = pivot > (0.0 if penalised else PIVOT_TOLERANCE * s[j, j])
        root[j, j] = np.sqrt(pivot) if kept[j] else 1.0
        for i in range(j + 1, size):
            root[i, j] = root[i, j] / root[j, j] if kept[j] else 0.0
        for i in range(j + 1, size):
            for c in range(j + 1, i + 1):
                root[i, c] -= root[i, j] * root[c, j]


@jit
def filter_columns(lane: Lane, m: int, size: int) -> None:
    """Filter the columns of a lane; pi stands behind them."""
    n, e, pi = lane.n, lane.e, lane.pi
    for b in range(len(lane.z)):
        forward(lane.z[b], e[b], m, n, lane.phi, lane.theta)
        if b == size // WIDTH:  # the impulse knows no autoregression
            pi[:] = 0.0
            pi[m] = 1.0
            filter_one(pi, m, n, lane.theta, 1)
            for t in range(m, m + n):
                e[b, t, size % WIDTH] = pi[t]


@jit
def cross_products(e: Floats, m: int, n: int, size: int, s: Floats) -> None:
    """``S = E'E`` of the filtered columns."""
    for bi in range(len(e)):
        for bj in range(bi, len(e)):
            products = np.dot(e[bi, m : m + n].T, e[bj, m : m + n])
            for i in range(min(WIDTH, size - bi * WIDTH)):
                for j in range(min(WIDTH, size - bj * WIDTH)):
                    s[bi * WIDTH + i, bj * WIDTH + j] = products[i, j]
                    s[bj * WIDTH + j, bi * WIDTH + i] = products[i, j]


@jit
def first_rows(e: Floats, back: Floats, m: int, n: int, q: Floats, size: int, h: Floats) -> None:
    """``H = M'E``: the first m rows of the columns filtered backwards."""
    for b in range(len(e)):
        backward(e[b], back, m, n, q)
        for c in range(min(WIDTH, size + 1 - b * WIDTH)):
            for i in range(m):
                h[i, b * WIDTH + c] = back[m + i, c]
