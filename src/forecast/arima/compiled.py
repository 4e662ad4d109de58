"""The compiled kernel: `forecast.arima.likelihood` for one lane after the other, in numba.

The algebra and its names are those of the numpy kernel; read that one first. What differs is the layout:
columns stand in blocks of eight lanes, so that one pass through time carries eight columns in vector
registers, and m rows of zeros stand before and behind the sample, so that no loop asks where it begins.
Each lane is computed alone: its digits do not depend on the other lanes.

Only this surface is compiled (value, gradient and details of lanes); the optimiser stays in numpy, which
keeps the compilation short. No option that reorders sums is used.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from forecast.arima.likelihood import LOG_2PI, PIVOT_TOLERANCE, WORST, Batch, Details, Ints
from forecast.arima.polynomials import Floats, expand, gather
from forecast.arima.startup import LARGEST_VARIANCE

WIDTH = 8
_jit = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})


# ------------------------------------------------------------------------------------ passes through time


@_jit  # type: ignore[untyped-decorator]
def _forward(x: Any, out: Any, m: int, n: int, phi: Any, theta: Any) -> None:
    """``out = theta(B)^-1 phi(B) x`` for eight columns; rows before m are zero."""
    ar, ma = np.flatnonzero(phi), np.flatnonzero(theta[1:]) + 1
    for t in range(m):
        for c in range(WIDTH):
            out[t, c] = 0.0
    for t in range(m, m + n):
        a0, a1, a2, a3 = x[t, 0], x[t, 1], x[t, 2], x[t, 3]
        a4, a5, a6, a7 = x[t, 4], x[t, 5], x[t, 6], x[t, 7]
        for i in ar:
            w, r = phi[i], t - i
            a0, a1, a2, a3 = a0 - w * x[r, 0], a1 - w * x[r, 1], a2 - w * x[r, 2], a3 - w * x[r, 3]
            a4, a5, a6, a7 = a4 - w * x[r, 4], a5 - w * x[r, 5], a6 - w * x[r, 6], a7 - w * x[r, 7]
        for i in ma:
            w, r = theta[i], t - i
            a0, a1, a2, a3 = a0 - w * out[r, 0], a1 - w * out[r, 1], a2 - w * out[r, 2], a3 - w * out[r, 3]
            a4, a5, a6, a7 = a4 - w * out[r, 4], a5 - w * out[r, 5], a6 - w * out[r, 6], a7 - w * out[r, 7]
        out[t, 0], out[t, 1], out[t, 2], out[t, 3] = a0, a1, a2, a3
        out[t, 4], out[t, 5], out[t, 6], out[t, 7] = a4, a5, a6, a7


@_jit  # type: ignore[untyped-decorator]
def _backward(x: Any, out: Any, m: int, n: int, theta: Any) -> None:
    """``out = theta(F)^-1 x`` for eight columns; rows behind the sample are zero."""
    ma = np.flatnonzero(theta[1:]) + 1
    for t in range(m + n, m + n + m):
        for c in range(WIDTH):
            out[t, c] = 0.0
    for t in range(m + n - 1, m - 1, -1):
        a0, a1, a2, a3 = x[t, 0], x[t, 1], x[t, 2], x[t, 3]
        a4, a5, a6, a7 = x[t, 4], x[t, 5], x[t, 6], x[t, 7]
        for i in ma:
            w, r = theta[i], t + i
            a0, a1, a2, a3 = a0 - w * out[r, 0], a1 - w * out[r, 1], a2 - w * out[r, 2], a3 - w * out[r, 3]
            a4, a5, a6, a7 = a4 - w * out[r, 4], a5 - w * out[r, 5], a6 - w * out[r, 6], a7 - w * out[r, 7]
        out[t, 0], out[t, 1], out[t, 2], out[t, 3] = a0, a1, a2, a3
        out[t, 4], out[t, 5], out[t, 6], out[t, 7] = a4, a5, a6, a7


@_jit  # type: ignore[untyped-decorator]
def _filter(x: Any, n: int, theta: Any, step: int) -> None:
    """``theta(B)^-1`` (step 1) or ``theta(F)^-1`` (step -1) of one series of n values, in place."""
    ma = np.flatnonzero(theta[1:]) + 1
    for k in range(1, n):
        t = k if step > 0 else n - 1 - k
        total = x[t]
        for i in ma:
            if i > k:
                break
            total -= theta[i] * x[t - step * i]
        x[t] = total


@_jit  # type: ignore[untyped-decorator]
def _matched(x: Any, y: Any, lag: int) -> float:
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


@_jit  # type: ignore[untyped-decorator]
def _impulse(pi: Any, m: int, n: int, theta: Any) -> None:
    """Weights of ``theta(B)^-1``, m zeros before them and zeros behind."""
    ma = np.flatnonzero(theta[1:]) + 1
    pi[:] = 0.0
    pi[m] = 1.0
    for t in range(m + 1, m + n):
        total = 0.0
        for i in ma:
            total -= theta[i] * pi[t - i]
        pi[t] = total


# ------------------------------------------------------------------------------------------ small algebra


@_jit  # type: ignore[untyped-decorator]
def _cholesky(a: Any, m: int) -> bool:
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


@_jit  # type: ignore[untyped-decorator]
def _solve_lower(low: Any, x: Any, m: int, k: int) -> None:
    """``x = low^-1 x`` in place for k columns."""
    for i in range(m):
        for j in range(i):
            w = low[i, j]
            for c in range(k):
                x[i, c] -= w * x[j, c]
        w = 1.0 / low[i, i]
        for c in range(k):
            x[i, c] *= w


@_jit  # type: ignore[untyped-decorator]
def _multiply(a: Any, b: Any, out: Any, m: int, k: int, transposed: bool) -> None:
    """``out = a b`` or ``a' b`` for square a of size m and k columns of b."""
    for i in range(m):
        for c in range(k):
            out[i, c] = 0.0
    for i in range(m):
        for j in range(m):
            w = a[j, i] if transposed else a[i, j]
            if w != 0.0:
                for c in range(k):
                    out[i, c] += w * b[j, c]


@_jit  # type: ignore[untyped-decorator]
def _yule_walker(phi: Any, size: int, matrix: Any, right: Any) -> None:
    """Solve ``g_k - sum_l phi_l g_|k-l| = right_k``, k < size, in place (elimination with row exchange)."""
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
        if best != c:
            for j in range(c, size):
                matrix[c, j], matrix[best, j] = matrix[best, j], matrix[c, j]
            right[c], right[best] = right[best], right[c]
        for r in range(c + 1, size):
            w = matrix[r, c] / matrix[c, c]
            if w != 0.0:
                for j in range(c + 1, size):
                    matrix[r, j] -= w * matrix[c, j]
                right[r] -= w * right[c]
    for c in range(size - 1, -1, -1):
        for j in range(c + 1, size):
            right[c] -= matrix[c, j] * right[j]
        right[c] /= matrix[c, c]


@_jit  # type: ignore[untyped-decorator]
def _start_covariance(phi: Any, theta: Any, m: int, ps: int, v: Any, matrix: Any) -> bool:
    """V of the start-up terms; False where digits have run out."""
    psi, gamma, first = np.zeros(m + 1), np.zeros(m + 1), np.zeros(m + 1)
    for j in range(m + 1):
        psi[j] = theta[j]
        for lag in range(1, j + 1):
            psi[j] += phi[lag] * psi[j - lag]
    if ps:
        for k in range(ps + 1):
            for j in range(k, m + 1):
                gamma[k] += theta[j] * psi[j - k]
        _yule_walker(phi, ps + 1, matrix, gamma)
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


@_jit  # type: ignore[untyped-decorator]
def _start_adjoint(
    phi: Any, theta: Any, m: int, ps: int, v: Any, pull: Any, matrix: Any, d_phi: Any, d_theta: Any
) -> None:
    """Add the derivatives of ``tr(pull V)`` by phi and theta; destroys pull."""
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
        _yule_walker(phi, ps + 1, matrix, right)
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


@_jit  # type: ignore[untyped-decorator]
def _factor(s: Any, root: Any, kept: Any, size: int, n_missing: int, n_integrated: int) -> None:
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


# ------------------------------------------------------------------------------------------------- lanes


@_jit  # type: ignore[untyped-decorator]
def _gradient(
    z: Any, e: Any, pi: Any, m: int, n: int, ps: int, phi: Any, theta: Any, v: Any, small: Any, b_root: Any,
    g: Any, mix: Any, weight: Any, size: int, matrix: Any, d_phi: Any, d_theta: Any,
) -> None:  # fmt: skip
    """Derivatives by the full polynomials; the columns of mix are the residual and the integrated ones."""
    count = weight.size
    inverse, shrink, low = np.zeros((m, m)), np.zeros((m, m)), np.zeros((m, m))
    work, q2, pull = np.zeros((m, m)), np.zeros((m, m)), np.zeros((m, m))
    for i in range(m):
        inverse[i, i] = 1.0
        low[i, i] = 1.0
    _solve_lower(b_root, inverse, m, m)
    _multiply(inverse, inverse, shrink, m, m, True)  # B^-1
    _multiply(small, shrink, work, m, m, False)
    for i in range(m):  # pull = R' B^-1 R / 2 = small B^-1 small' / 2
        for j in range(m):
            total = 0.0
            for c in range(j + 1):
                total += work[i, c] * small[j, c]
            pull[i, j] = 0.5 * total
    for i in range(m):
        for j in range(m):
            shrink[i, j] = -shrink[i, j]
        shrink[i, i] += 1.0
    _solve_lower(small, low, m, m)  # R^-T
    _multiply(shrink, low, work, m, m, False)
    _multiply(low, work, q2, m, m, True)
    wanted_phi, wanted_theta = np.flatnonzero(d_phi), np.flatnonzero(d_theta)
    d_phi[:] = 0.0
    d_theta[:] = 0.0
    estimate, tilted = np.zeros((m, 1)), np.zeros((m, 1))
    u, ehat, back, wrong = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    for k in range(count):
        ehat[:] = 0.0
        u[:] = 0.0
        wrong[:] = 0.0
        estimate[:] = 0.0
        for c in range(size):
            w = mix[c, k]
            if w != 0.0:
                column = e[c // WIDTH, m : m + n, c % WIDTH]
                for t in range(n):
                    ehat[t] += w * column[t]
                if ps:
                    column = z[c // WIDTH, m : m + n, c % WIDTH]
                    for t in range(n):
                        u[t] += w * column[t]
                for i in range(m):
                    estimate[i, 0] += w * g[i, c]
        _multiply(shrink, estimate, tilted, m, 1, False)
        _multiply(low, tilted, estimate, m, 1, True)
        for i in range(m):
            wrong[i] = estimate[i, 0]
        _filter(wrong, n, theta, 1)
        for t in range(n):
            ehat[t] -= wrong[t]
            back[t] = ehat[t]
        _filter(back, n, theta, -1)
        w = weight[k]
        for i in range(m):
            for j in range(m):
                pull[i, j] -= w * back[i] * back[j]
        for lag in wanted_theta:
            d_theta[lag] -= 2.0 * w * _matched(back, ehat, lag)
        for lag in wanted_phi:
            d_phi[lag] -= 2.0 * w * _matched(back, u, lag)
    _determinant(pi, q2, m, n, back)
    _filter(back, n, theta, -1)
    for lag in wanted_theta:
        d_theta[lag] -= _matched(back, pi[m : m + n], lag)
    _start_adjoint(phi, theta, m, ps, v, pull, matrix, d_phi, d_theta)


@_jit  # type: ignore[untyped-decorator]
def _determinant(pi: Any, q2: Any, m: int, n: int, out: Any) -> None:
    """Write c with ``<c, dpi> = tr(Q2 dA) / 2``; pi has m zeros before and behind."""
    sums = np.zeros(2 * m - 1)  # of the diagonals of Q2
    for i in range(m):
        for j in range(m):
            sums[m - 1 + j - i] += q2[i, j]
    out[:] = 0.0
    for k in range(2 * m - 1):
        w, moved = sums[k], pi[1 + k : 1 + k + n]
        for t in range(n):
            out[t] += w * moved[t]
    for t in range(n - m, n):
        total = 0.0
        for j in range(n - t):  # terms beyond the end of the sample are missing
            for i in range(m):
                total += q2[i, j] * pi[m + t + j - i]
        out[t] = total


@_jit  # type: ignore[untyped-decorator]
def _lanes(
    blocked: Any, group: Any, length: Any, phi: Any, theta: Any, m: int, ps: int, size: int, n_missing: int,
    n_integrated: int, precision: Any, sigma2: Any, want: int, value: Any, d_phi: Any, d_theta: Any,
    d_sigma: Any, root: Any, kept: Any, start: Any, start_cov: Any, tail: Any, pi_tail: Any,
) -> None:  # fmt: skip
    """All lanes, one after the other; want = 0 value, 1 and gradient, 2 and details."""
    blocks, longest = blocked.shape[1], length.max()
    rows = longest + 2 * m
    e, back = np.zeros((blocks, rows, WIDTH)), np.zeros((rows, WIDTH))
    pi, s, products = np.zeros(rows), np.zeros((size, size)), np.zeros((WIDTH, WIDTH))
    h, g = np.zeros((m, size + 1)), np.zeros((m, size))
    gram, v, b_root, work = np.zeros((m, m)), np.zeros((m, m)), np.zeros((m, m)), np.zeros((m, m))
    matrix, u = np.zeros((ps + 1, ps + 1)), np.zeros((m, size))
    prior = n_integrated > n_missing
    mix, weight = np.zeros((size, 1 + n_integrated)), np.zeros(1 + n_integrated)
    for lane in range(group.size):
        z, n = blocked[group[lane]], length[lane]
        p, q = phi[lane], theta[lane]
        value[lane] = WORST
        for b in range(blocks):
            _forward(z[b], e[b], m, n, p, q)
            if b == size // WIDTH:  # the impulse knows no autoregression
                _impulse(pi, m, n, q)
                for t in range(m, m + n):
                    e[b, t, size % WIDTH] = pi[t]
        for bi in range(blocks):
            for bj in range(bi, blocks):
                products[:] = np.dot(e[bi, m : m + n].T, e[bj, m : m + n])
                for i in range(min(WIDTH, size - bi * WIDTH)):
                    for j in range(min(WIDTH, size - bj * WIDTH)):
                        s[bi * WIDTH + i, bj * WIDTH + j] = products[i, j]
                        s[bj * WIDTH + j, bi * WIDTH + i] = products[i, j]
        logdet = 0.0
        if m:
            for b in range(blocks):
                _backward(e[b], back, m, n, q)
                for c in range(min(WIDTH, size + 1 - b * WIDTH)):
                    for i in range(m):
                        h[i, b * WIDTH + c] = back[m + i, c]
            for j in range(m):
                gram[0, j] = h[j, size]
                gram[j, 0] = h[j, size]
            for i in range(m - 1):
                for j in range(m - 1):
                    gram[i + 1, j + 1] = gram[i, j] - pi[m + n - 1 - i] * pi[m + n - 1 - j]
            if not _cholesky(gram, m) or not _start_covariance(p, q, m, ps, v, matrix):
                continue
            for i in range(m):
                for c in range(size):
                    g[i, c] = h[i, c]
            _solve_lower(gram, g, m, size)
            _multiply(v, gram, work, m, m, False)
            _multiply(gram, work, b_root, m, m, True)
            for i in range(m):
                for j in range(i):
                    b_root[i, j] = b_root[j, i]
                b_root[i, i] += 1.0
            if not _cholesky(b_root, m):
                continue
            for i in range(m):
                logdet += 2.0 * np.log(b_root[i, i])
                for c in range(size):
                    u[i, c] = g[i, c]
            _solve_lower(b_root, u, m, size)
            for r in range(m):
                for i in range(size):
                    for j in range(size):
                        s[i, j] += u[r, i] * u[r, j] - g[r, i] * g[r, j]
        for i in range(n_missing, n_integrated):
            s[i, i] += sigma2[lane] * precision[group[lane], i - n_missing]
        _factor(s, root[lane], kept[lane], size, n_missing, n_integrated)
        low, rss = root[lane], root[lane, size - 1, size - 1] ** 2
        if not kept[lane, size - 1]:
            continue
        count = float(n)
        for i in range(n_missing):
            count -= 1.0 if kept[lane, i] else 0.0
        for i in range(n_integrated):
            logdet += 2.0 * np.log(low[i, i])
        if prior:
            for i in range(n_integrated - n_missing):
                logdet -= np.log(sigma2[lane] * precision[group[lane], i])
            result = 0.5 * (count * (np.log(sigma2[lane]) + LOG_2PI) + logdet + rss / sigma2[lane])
        else:
            result = 0.5 * count * (np.log(rss / count) + 1.0 + LOG_2PI) + 0.5 * logdet
        if not np.isfinite(result):
            continue
        value[lane] = result
        if want == 1:
            mix[:] = 0.0
            mix[size - 1, 0] = 1.0
            for j in range(size - 2, -1, -1):
                total = low[size - 1, j] if kept[lane, j] else 0.0
                for i in range(j + 1, size - 1):
                    total += low[i, j] * mix[i, 0]
                mix[j, 0] = -total / low[j, j] if kept[lane, j] else 0.0
            weight[0] = 0.5 / sigma2[lane] if prior else 0.5 * count / rss
            for k in range(n_integrated):  # column k of the inverse root of S
                weight[1 + k] = 0.5
                for j in range(k, -1, -1):
                    total = 1.0 if j == k else 0.0
                    for i in range(j + 1, k + 1):
                        total -= low[i, j] * mix[i, 1 + k]
                    mix[j, 1 + k] = total / low[j, j]
            if prior:
                trace, away = 0.0, 0.0
                for i in range(n_missing, n_integrated):
                    w = precision[group[lane], i - n_missing]
                    away += w * mix[i, 0] ** 2
                    for k in range(n_integrated):
                        trace += w * mix[i, 1 + k] ** 2
                extra = count - (n_integrated - n_missing) + sigma2[lane] * trace
                d_sigma[lane] = 0.5 * (extra - (rss - sigma2[lane] * away) / sigma2[lane])
            if m:
                _gradient(
                    z, e, pi, m, n, ps, p, q, v, gram, b_root, g, mix, weight, size, matrix,
                    d_phi[lane], d_theta[lane],
                )  # fmt: skip
        if want == 2 and m:
            _details(e, pi, m, n, size, gram, b_root, g, start[lane], start_cov[lane])
            for i in range(m):
                for c in range(size):
                    tail[lane, i, c] = e[c // WIDTH, n + i, c % WIDTH]
            for i in range(2 * m):
                pi_tail[lane, i] = pi[n - m + i] if n - m + i >= 0 else 0.0


@_jit  # type: ignore[untyped-decorator]
def _details(
    e: Any, pi: Any, m: int, n: int, size: int, small: Any, b_root: Any, g: Any, start: Any, start_cov: Any
) -> None:
    """Estimates of the start-up terms of all columns and their covariance Q2."""
    inverse, shrink, low, work = np.eye(m), np.zeros((m, m)), np.eye(m), np.zeros((m, m))
    _solve_lower(b_root, inverse, m, m)
    _multiply(inverse, inverse, shrink, m, m, True)
    shrink[:] = np.eye(m) - shrink
    _solve_lower(small, low, m, m)
    _multiply(shrink, low, work, m, m, False)
    _multiply(low, work, start_cov, m, m, True)
    tilted = np.zeros((m, size))
    _multiply(shrink, g, tilted, m, size, False)
    _multiply(low, tilted, start, m, size, True)


def _call(
    batch: Batch, group: Ints, length: Ints, coefficients: Floats, sigma2: Floats | None, want: int
) -> tuple[Any, ...]:
    """Lay the arrays out, run the lanes, return what they wrote."""
    orders, lanes, size = batch.orders, len(group), batch.z.shape[2]
    m = orders.state
    if lanes and not max(m, 1) <= length.min() <= length.max() <= batch.z.shape[1]:
        # compiled code asks no questions: a wrong length would write outside its arrays
        raise ValueError(f"lengths must lie between {max(m, 1)} and {batch.z.shape[1]}")
    phi, theta = expand(coefficients, orders)
    value, d_sigma = np.empty(lanes), np.zeros(lanes)
    # Marks of the lags that the gradient is wanted at, also where their coefficient happens to be zero.
    d_phi, d_theta = batch.lag_marks
    d_phi, d_theta = np.tile(d_phi, (lanes, 1)), np.tile(d_theta, (lanes, 1))
    many = lanes if want == 2 else 1
    root, kept = np.empty((lanes, size, size)), np.empty((lanes, size), dtype=np.bool_)
    start, start_cov = np.zeros((many, m, size)), np.zeros((many, m, m))
    tail, pi_tail = np.zeros((many, m, size)), np.zeros((many, 2 * m))
    _lanes(
        batch.blocked, group, length, phi, theta, m, orders.ar_length, size, batch.n_missing,
        batch.n_integrated, batch.precision, np.empty(0) if sigma2 is None else sigma2, want, value, d_phi,
        d_theta, d_sigma, root, kept, start, start_cov, tail, pi_tail,
    )  # fmt: skip
    found = Details(root, kept[:, :-1], start, start_cov, tail, pi_tail)
    return value, d_phi, d_theta, d_sigma, found


def evaluate(
    batch: Batch, group: Ints, length: Ints, coefficients: Floats, sigma2: Floats | None, gradient: bool
) -> tuple[Floats, Floats, Floats]:
    """The compiled twin of `likelihood.evaluate`."""
    value, d_phi, d_theta, d_sigma, _ = _call(batch, group, length, coefficients, sigma2, int(gradient))
    if not gradient:
        return value, np.zeros_like(coefficients), d_sigma
    return value, gather(d_phi, d_theta, coefficients, batch.orders), d_sigma


def details(
    batch: Batch, group: Ints, length: Ints, coefficients: Floats, sigma2: Floats | None
) -> tuple[Details, Floats]:
    """The compiled twin of `likelihood.details`."""
    found: Details = _call(batch, group, length, coefficients, sigma2, 2)[4]
    return found, found.coefficients()
