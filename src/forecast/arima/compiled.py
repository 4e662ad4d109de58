"""The compiled kernel: `forecast.arima.likelihood` for one lane after the other, in numba.

The algebra and its names are those of the numpy kernel; read that one first. What differs is the layout:
columns stand in blocks of eight lanes, so that one pass through time carries eight columns in vector
registers, and m rows of zeros stand before and behind the sample, so that no loop asks where it begins.
Each lane is computed alone: its digits do not depend on the other lanes.

Only this surface is compiled (value, gradient and details of lanes); the optimiser stays in numpy, which
keeps the compilation short. No option that reorders sums is used.
"""

from __future__ import annotations

import numpy as np

from forecast.arima.compiled_parts import (
    WIDTH,
    add_squares,
    cholesky,
    cross_products,
    factor,
    filter_columns,
    filter_one,
    first_rows,
    invert_lower,
    jit,
    matched,
    solve_lower,
    start_adjoint,
    start_covariance,
)
from forecast.arima.likelihood import LOG_2PI, WORST, Batch, Bools, Details, Ints
from forecast.arima.polynomials import Floats, expand, gather


@jit
def _posterior(
    small: Floats, b_root: Floats, g: Floats, size: int, low: Floats, work: Floats, q2: Floats, start: Floats
) -> None:
    """Covariance ``Q2 = R^-1 (I - B^-1) R^-T`` of the start-up terms
    and their estimates ``Q2 H`` of all columns.
    """
    m = len(low)
    invert_lower(small, low, m)  # R^-T
    work[:] = low
    solve_lower(b_root, work, m, m)
    q2[:] = 0.0
    add_squares(low, 1.0, q2, m, True)
    add_squares(work, -1.0, q2, m, True)
    tilted = g[:, :size].copy()
    solve_lower(b_root, tilted, m, size)
    start[:] = 0.0
    for j in range(m):
        for i in range(j + 1):
            for c in range(size):
                start[i, c] += low[j, i] * g[j, c] - work[j, i] * tilted[j, c]


@jit
def _mixed(
    z: Floats,
    e: Floats,
    start: Floats,
    mix: Floats,
    m: int,
    n: int,
    ps: int,
    size: int,
    ehat: Floats,
    u: Floats,
    wrong: Floats,
) -> None:
    """One column ``Z @ mix``: as filtered, as it was where phi is wanted, and its start-up terms."""
    ehat[:] = 0.0
    u[:] = 0.0
    wrong[:] = 0.0
    for c in range(size):
        w = mix[c]
        if w != 0.0:
            column = e[c // WIDTH, m : m + n, c % WIDTH]
            for t in range(n):
                ehat[m + t] += w * column[t]
            if ps:
                column = z[c // WIDTH, m : m + n, c % WIDTH]
                for t in range(n):
                    u[m + t] += w * column[t]
            for i in range(m):
                wrong[m + i] += w * start[i, c]


@jit
def _gradient(
    z: Floats,
    e: Floats,
    pi: Floats,
    m: int,
    n: int,
    ps: int,
    phi: Floats,
    theta: Floats,
    v: Floats,
    small: Floats,
    b_root: Floats,
    g: Floats,
    mix: Floats,
    weight: Floats,
    size: int,
    matrix: Floats,
    exchange: Ints,
    d_phi: Floats,
    d_theta: Floats,
) -> None:
    """Derivatives by the full polynomials; the columns of mix are the residual and the integrated ones."""
    low, work, q2 = np.zeros((m, m)), np.zeros((m, m)), np.zeros((m, m))
    pull, start = np.zeros((m, m)), np.zeros((m, size))
    _posterior(small, b_root, g, size, low, work, q2, start)
    for i in range(m):
        for j in range(m):
            work[i, j] = small[j, i]
    solve_lower(b_root, work, m, m)
    add_squares(work, 0.5, pull, m, False)  # R' B^-1 R / 2
    wanted_phi, wanted_theta = np.flatnonzero(d_phi), np.flatnonzero(d_theta)
    d_phi[:] = 0.0
    d_theta[:] = 0.0
    rows = n + 2 * m
    u, ehat, back, wrong = np.zeros(rows), np.zeros(rows), np.zeros(rows), np.zeros(rows)
    for k in range(weight.size):
        _mixed(z, e, start, mix[:, k], m, n, ps, size, ehat, u, wrong)
        filter_one(wrong, m, n, theta, 1)
        for t in range(m, m + n):
            ehat[t] -= wrong[t]
            back[t] = ehat[t]
        filter_one(back, m, n, theta, -1)
        w, inside = weight[k], back[m : m + n]
        for i in range(m):
            for j in range(m):
                pull[i, j] -= w * inside[i] * inside[j]
        for lag in wanted_theta:
            d_theta[lag] -= 2.0 * w * matched(inside, ehat[m : m + n], lag)
        for lag in wanted_phi:
            d_phi[lag] -= 2.0 * w * matched(inside, u[m : m + n], lag)
    inside = back[m : m + n]
    _determinant(pi, q2, m, n, inside)
    filter_one(back, m, n, theta, -1)
    for lag in wanted_theta:
        d_theta[lag] -= matched(inside, pi[m : m + n], lag)
    start_adjoint(phi, theta, m, ps, v, pull, matrix, exchange, d_phi, d_theta)


@jit
def _determinant(pi: Floats, q2: Floats, m: int, n: int, out: Floats) -> None:
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


@jit
def _mixes(
    low: Floats,
    kept: Bools,
    size: int,
    n_missing: int,
    n_integrated: int,
    count: float,
    rss: float,
    variance: float,
    precision: Floats,
    mix: Floats,
    weight: Floats,
) -> float:
    """Columns whose squares make the gradient, with their weights; returns the slope by log sigma2.

    Column 0 is the residual, the others are the columns of the inverse root of the integrated part of S.
    `variance` is zero when sigma2 is profiled.
    """
    mix[:] = 0.0
    mix[size - 1, 0] = 1.0
    for j in range(size - 2, -1, -1):
        total = low[size - 1, j] if kept[j] else 0.0
        for i in range(j + 1, size - 1):
            total += low[i, j] * mix[i, 0]
        mix[j, 0] = -total / low[j, j] if kept[j] else 0.0
    weight[0] = 0.5 / variance if variance > 0.0 else 0.5 * count / rss
    for k in range(n_integrated):
        weight[1 + k] = 0.5
        for j in range(k, -1, -1):
            total = 1.0 if j == k else 0.0
            for i in range(j + 1, k + 1):
                total -= low[i, j] * mix[i, 1 + k]
            mix[j, 1 + k] = total / low[j, j]
    if variance == 0.0:
        return 0.0
    trace, away = 0.0, 0.0
    for i in range(n_missing, n_integrated):
        w = precision[i - n_missing]
        away += w * mix[i, 0] ** 2
        for k in range(n_integrated):
            trace += w * mix[i, 1 + k] ** 2
    extra = count - (n_integrated - n_missing) + variance * trace
    return 0.5 * (extra - (rss - variance * away) / variance)


@jit
def _start_part(
    p: Floats,
    q: Floats,
    pi: Floats,
    m: int,
    n: int,
    ps: int,
    size: int,
    h: Floats,
    gram: Floats,
    v: Floats,
    work: Floats,
    b_root: Floats,
    g: Floats,
    u: Floats,
    matrix: Floats,
    exchange: Ints,
) -> bool:
    """Factors R' and of B, ``G = R^-T H`` and ``U = B^-1/2 G`` from H; False without a likelihood."""
    for j in range(m):
        gram[0, j] = h[j, size]
        gram[j, 0] = h[j, size]
    for i in range(m - 1):
        for j in range(m - 1):
            gram[i + 1, j + 1] = gram[i, j] - pi[m + n - 1 - i] * pi[m + n - 1 - j]
    if not cholesky(gram, m) or not start_covariance(p, q, m, ps, v, matrix, exchange):
        return False
    for i in range(m):
        for c in range(size):
            g[i, c] = h[i, c]
    solve_lower(gram, g, m, size)
    np.dot(v, gram, work)
    np.dot(gram.T, work, b_root)
    for i in range(m):
        b_root[i, i] += 1.0
    if not cholesky(b_root, m):
        return False
    for i in range(m):
        for c in range(size):
            u[i, c] = g[i, c]
    solve_lower(b_root, u, m, size)
    return True


@jit
def _same(phi: Floats, theta: Floats, lane: int) -> bool:
    """Tell whether a lane has the parameters of the one before it."""
    for i in range(phi.shape[1]):
        if phi[lane, i] != phi[lane - 1, i] or theta[lane, i] != theta[lane - 1, i]:
            return False
    return True


@jit
def _value(
    low: Floats,
    logdet: float,
    rss: float,
    count: float,
    n_missing: int,
    n_integrated: int,
    variance: float,
    precision: Floats,
) -> float:
    """Minus the log-likelihood from the factor of S; `variance` is zero when sigma2 is profiled."""
    for i in range(n_integrated):
        logdet += 2.0 * np.log(low[i, i])
    if n_integrated == n_missing:
        profiled: float = 0.5 * count * (np.log(rss / count) + 1.0 + LOG_2PI) + 0.5 * logdet
        return profiled
    for i in range(n_integrated - n_missing):
        logdet -= np.log(variance * precision[i])
    value: float = 0.5 * (count * (np.log(variance) + LOG_2PI) + logdet + rss / variance)
    return value


@jit
def _tails(e: Floats, pi: Floats, m: int, n: int, size: int, tail: Floats, pi_tail: Floats) -> None:
    """Last m rows of the filtered columns and last 2 m weights of pi."""
    for i in range(m):
        for c in range(size):
            tail[i, c] = e[c // WIDTH, n + i, c % WIDTH]
    for i in range(2 * m):
        pi_tail[i] = pi[n - m + i] if n - m + i >= 0 else 0.0


@jit
def _lanes(
    blocked: Floats,
    group: Ints,
    length: Ints,
    phi: Floats,
    theta: Floats,
    m: int,
    ps: int,
    size: int,
    n_missing: int,
    n_integrated: int,
    precision: Floats,
    sigma2: Floats,
    want: int,
    value: Floats,
    d_phi: Floats,
    d_theta: Floats,
    d_sigma: Floats,
    root: Floats,
    kept: Bools,
    start: Floats,
    start_cov: Floats,
    tail: Floats,
    pi_tail: Floats,
) -> None:
    """All lanes, one after the other; want = 0 value, 1 and gradient, 2 and details."""
    blocks, longest = blocked.shape[1], length.max()
    rows = longest + 2 * m
    e, back = np.zeros((blocks, rows, WIDTH)), np.zeros((rows, WIDTH))
    pi, s = np.zeros(rows), np.zeros((size, size))
    h, g = np.zeros((m, size + 1)), np.zeros((m, size))
    gram, v, b_root, work = np.zeros((m, m)), np.zeros((m, m)), np.zeros((m, m)), np.zeros((m, m))
    matrix, exchange, u = np.zeros((ps + 1, ps + 1)), np.zeros(ps + 1, dtype=np.int64), np.zeros((m, size))
    prior = n_integrated > n_missing
    mix, weight = np.zeros((size, 1 + n_integrated)), np.zeros(1 + n_integrated)
    for lane in range(group.size):
        z, n = blocked[group[lane]], length[lane]
        p, q = phi[lane], theta[lane]
        variance, row = sigma2[lane] if prior else 0.0, precision[group[lane]]
        value[lane] = WORST
        # A lane that is a prefix of the one before, at the same point, is filtered already.
        if not (
            lane and group[lane] == group[lane - 1] and n <= length[lane - 1] and _same(phi, theta, lane)
        ):
            filter_columns(z, m, n, p, q, size, e, pi)
        cross_products(e, m, n, size, s)
        logdet = 0.0
        if m:
            first_rows(e, back, m, n, q, size, h)
            if not _start_part(p, q, pi, m, n, ps, size, h, gram, v, work, b_root, g, u, matrix, exchange):
                continue
            for i in range(m):
                logdet += 2.0 * np.log(b_root[i, i])
            for r in range(m):
                for i in range(size):
                    for j in range(size):
                        s[i, j] += u[r, i] * u[r, j] - g[r, i] * g[r, j]
        for i in range(n_missing, n_integrated):
            s[i, i] += variance * row[i - n_missing]
        factor(s, root[lane], kept[lane], size, n_missing, n_integrated)
        low, rss = root[lane], root[lane, size - 1, size - 1] ** 2
        if not kept[lane, size - 1]:
            continue
        count = float(n) - np.sum(kept[lane, :n_missing])
        result = _value(low, logdet, rss, count, n_missing, n_integrated, variance, row)
        if not np.isfinite(result):
            continue
        value[lane] = result
        if want == 1:
            d_sigma[lane] = _mixes(
                low, kept[lane], size, n_missing, n_integrated, count, rss, variance, row, mix, weight
            )
            if m:
                _gradient(
                    z,
                    e,
                    pi,
                    m,
                    n,
                    ps,
                    p,
                    q,
                    v,
                    gram,
                    b_root,
                    g,
                    mix,
                    weight,
                    size,
                    matrix,
                    exchange,
                    d_phi[lane],
                    d_theta[lane],
                )
        if want == 2 and m:
            _posterior(gram, b_root, g, size, v, work, start_cov[lane], start[lane])
            _tails(e, pi, m, n, size, tail[lane], pi_tail[lane])


def _call(
    batch: Batch, group: Ints, length: Ints, coefficients: Floats, sigma2: Floats | None, want: int
) -> tuple[Floats, Floats, Floats, Floats, Details]:
    """Lay the arrays out, run the lanes, return what they wrote."""
    orders, lanes, size = batch.orders, len(group), batch.z.shape[2]
    m = orders.state
    if lanes and not max(m, 1) <= length.min() <= length.max() <= batch.z.shape[1]:
        # compiled code asks no questions: a wrong length would write outside its arrays
        raise ValueError(f"lengths must lie between {max(m, 1)} and {batch.z.shape[1]}")
    phi, theta = expand(coefficients, orders)
    value, d_sigma = np.empty(lanes), np.zeros(lanes)
    # Marks of the lags that the gradient is wanted at, also where their coefficient happens to be zero.
    d_phi, d_theta = np.empty((2, lanes, m + 1))
    d_phi[:], d_theta[:] = batch.lag_marks
    many = lanes if want == 2 else 1
    root, kept = np.empty((lanes, size, size)), np.empty((lanes, size), dtype=np.bool_)
    start, start_cov = np.zeros((many, m, size)), np.zeros((many, m, m))
    tail, pi_tail = np.zeros((many, m, size)), np.zeros((many, 2 * m))
    _lanes(
        batch.blocked,
        group,
        length,
        phi,
        theta,
        m,
        orders.ar_length,
        size,
        batch.n_missing,
        batch.n_integrated,
        batch.precision,
        np.empty(0) if sigma2 is None else sigma2,
        want,
        value,
        d_phi,
        d_theta,
        d_sigma,
        root,
        kept,
        start,
        start_cov,
        tail,
        pi_tail,
    )
    found = Details(root, kept[:, :-1], start, start_cov, tail, pi_tail)
    return value, d_phi, d_theta, d_sigma, found


def is_ready() -> bool:
    """Whether the kernel was loaded or compiled in this process."""
    return bool(getattr(_lanes, "signatures", ()))


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
