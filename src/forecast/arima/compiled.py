"""The compiled kernel: `forecast.arima.likelihood` for one lane after the other, in numba.

The algebra and its names are those of the numpy kernel; read that one first. What differs is the layout:
columns stand in blocks of eight lanes, so that one pass through time carries eight columns in vector
registers, and m rows of zeros stand before and behind the sample, so that no loop asks where it begins.
Each lane is computed alone: its digits do not depend on the other lanes.

Only this surface is compiled (value, gradient and details of lanes); the optimiser stays in numpy, which
keeps the compilation short. No option that reorders sums is used.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecast.arima.compiled_parts import (
    WIDTH,
    Lane,
    StartUp,
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
    start_up,
)
from forecast.arima.likelihood import LOG_2PI, WORST, Batch, Bools, Details, Ints
from forecast.arima.polynomials import Floats, expand, gather


class Sizes(NamedTuple):
    """Sizes of a batch: length of the state and of the autoregression, columns, missing and integrated."""

    m: int
    ps: int
    columns: int
    missing: int
    integrated: int


class Batches(NamedTuple):
    """What is computed: columns of each group in blocks; group, months and parameters of each lane."""

    blocked: Floats
    group: Ints
    length: Ints
    phi: Floats
    theta: Floats
    precision: Floats
    sigma2: Floats


class Results(NamedTuple):
    """What the lanes write: value and gradient, then what `Details` holds."""

    value: Floats
    d_phi: Floats
    d_theta: Floats
    d_sigma: Floats
    root: Floats
    kept: Bools
    start: Floats
    start_cov: Floats
    tail: Floats
    pi_tail: Floats


class Scale(NamedTuple):
    """Months that count, sum of squares, and sigma2 with the precisions of its prior; 0 where profiled."""

    nobs: float
    rss: float
    variance: float
    precision: Floats


class Mixes(NamedTuple):
    """Columns as sums of the filtered ones, whose weighted squares make the gradient."""

    mix: Floats
    weight: Floats


class Mixed(NamedTuple):
    """One such column: as filtered, as it was where phi is wanted, and its start-up terms."""

    ehat: Floats
    u: Floats
    wrong: Floats


@jit
def _posterior(room: StartUp, low: Floats, work: Floats, q2: Floats, start: Floats) -> None:
    """Covariance ``Q2 = R^-1 (I - B^-1) R^-T`` of the start-up terms
    and their estimates ``Q2 H`` of all columns.
    """
    m, size, g, b_root = len(low), start.shape[1], room.g, room.b_root
    invert_lower(room.gram, low, m)  # R^-T
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
def _mix(lane: Lane, start: Floats, mix: Floats, sizes: Sizes, out: Mixed) -> None:
    """One column ``Z @ mix``."""
    m, n = sizes.m, lane.n
    ehat, u, wrong = out.ehat, out.u, out.wrong
    ehat[:] = 0.0
    u[:] = 0.0
    wrong[:] = 0.0
    for c in range(sizes.columns):
        w = mix[c]
        if w != 0.0:
            column = lane.e[c // WIDTH, m : m + n, c % WIDTH]
            for t in range(n):
                ehat[m + t] += w * column[t]
            if sizes.ps:
                column = lane.z[c // WIDTH, m : m + n, c % WIDTH]
                for t in range(n):
                    u[m + t] += w * column[t]
            for i in range(m):
                wrong[m + i] += w * start[i, c]


@jit
def _gradient(lane: Lane, room: StartUp, mixes: Mixes, sizes: Sizes, d_phi: Floats, d_theta: Floats) -> None:
    """Derivatives by the full polynomials; the columns of mix are the residual and the integrated ones."""
    m, n, theta, small = sizes.m, lane.n, lane.theta, room.gram
    low, work, q2 = np.zeros((m, m)), np.zeros((m, m)), np.zeros((m, m))
    pull, start = np.zeros((m, m)), np.zeros((m, sizes.columns))
    _posterior(room, low, work, q2, start)
    for i in range(m):
        for j in range(m):
            work[i, j] = small[j, i]
    solve_lower(room.b_root, work, m, m)
    add_squares(work, 0.5, pull, m, False)  # R' B^-1 R / 2
    wanted_phi, wanted_theta = np.flatnonzero(d_phi), np.flatnonzero(d_theta)
    d_phi[:] = 0.0
    d_theta[:] = 0.0
    rows = n + 2 * m
    back, out = np.zeros(rows), Mixed(np.zeros(rows), np.zeros(rows), np.zeros(rows))
    ehat, u, wrong = out.ehat, out.u, out.wrong
    for k in range(mixes.weight.size):
        _mix(lane, start, mixes.mix[:, k], sizes, out)
        filter_one(wrong, m, n, theta, 1)
        for t in range(m, m + n):
            ehat[t] -= wrong[t]
            back[t] = ehat[t]
        filter_one(back, m, n, theta, -1)
        w, inside = mixes.weight[k], back[m : m + n]
        for i in range(m):
            for j in range(m):
                pull[i, j] -= w * inside[i] * inside[j]
        for lag in wanted_theta:
            d_theta[lag] -= 2.0 * w * matched(inside, ehat[m : m + n], lag)
        for lag in wanted_phi:
            d_phi[lag] -= 2.0 * w * matched(inside, u[m : m + n], lag)
    inside = back[m : m + n]
    _determinant(lane.pi, q2, m, n, inside)
    filter_one(back, m, n, theta, -1)
    for lag in wanted_theta:
        d_theta[lag] -= matched(inside, lane.pi[m : m + n], lag)
    start_adjoint(lane.phi, theta, room, pull, d_phi, d_theta)


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
def _mixes(low: Floats, kept: Bools, sizes: Sizes, scale: Scale, out: Mixes) -> float:
    """Columns whose squares make the gradient, with their weights; returns the slope by log sigma2.

    Column 0 is the residual, the others are the columns of the inverse root of the integrated part of S.
    """
    mix, weight, size, variance = out.mix, out.weight, sizes.columns, scale.variance
    mix[:] = 0.0
    mix[size - 1, 0] = 1.0
    for j in range(size - 2, -1, -1):
        total = low[size - 1, j] if kept[j] else 0.0
        for i in range(j + 1, size - 1):
            total += low[i, j] * mix[i, 0]
        mix[j, 0] = -total / low[j, j] if kept[j] else 0.0
    weight[0] = 0.5 / variance if variance > 0.0 else 0.5 * scale.nobs / scale.rss
    for k in range(sizes.integrated):
        weight[1 + k] = 0.5
        for j in range(k, -1, -1):
            total = 1.0 if j == k else 0.0
            for i in range(j + 1, k + 1):
                total -= low[i, j] * mix[i, 1 + k]
            mix[j, 1 + k] = total / low[j, j]
    if variance == 0.0:
        return 0.0
    trace, away = 0.0, 0.0
    for i in range(sizes.missing, sizes.integrated):
        w = scale.precision[i - sizes.missing]
        away += w * mix[i, 0] ** 2
        for k in range(sizes.integrated):
            trace += w * mix[i, 1 + k] ** 2
    extra = scale.nobs - (sizes.integrated - sizes.missing) + variance * trace
    return 0.5 * (extra - (scale.rss - variance * away) / variance)


@jit
def _start_part(lane: Lane, sizes: Sizes, room: StartUp) -> bool:
    """Factors R' and of B, ``G = R^-T H`` and ``U = B^-1/2 G`` from H; False without a likelihood."""
    m, n, size, pi = sizes.m, lane.n, sizes.columns, lane.pi
    h, g, u, gram, b_root = room.h, room.g, room.u, room.gram, room.b_root
    for j in range(m):
        gram[0, j] = h[j, size]
        gram[j, 0] = h[j, size]
    for i in range(m - 1):
        for j in range(m - 1):
            gram[i + 1, j + 1] = gram[i, j] - pi[m + n - 1 - i] * pi[m + n - 1 - j]
    if not cholesky(gram, m) or not start_covariance(lane.phi, lane.theta, room):
        return False
    for i in range(m):
        for c in range(size):
            g[i, c] = h[i, c]
    solve_lower(gram, g, m, size)
    np.dot(room.v, gram, room.work)
    np.dot(gram.T, room.work, b_root)
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
def _add_start(lane: Lane, sizes: Sizes, room: StartUp, back: Floats, s: Floats) -> float:
    """Take the start-up terms out of S; returns the log determinant of B, NaN without a likelihood."""
    m, size, logdet = sizes.m, sizes.columns, 0.0
    g, u = room.g, room.u
    first_rows(lane.e, back, m, lane.n, lane.theta, size, room.h)
    if not _start_part(lane, sizes, room):
        return np.nan
    for i in range(m):
        logdet += 2.0 * np.log(room.b_root[i, i])
    for r in range(m):
        for i in range(size):
            for j in range(size):
                s[i, j] += u[r, i] * u[r, j] - g[r, i] * g[r, j]
    return logdet


@jit
def _same(data: Batches, lane: int) -> bool:
    """Tell whether a lane is a prefix of the one before it, at the same point: it is filtered already."""
    group, length, phi, theta = data.group, data.length, data.phi, data.theta
    if not lane or group[lane] != group[lane - 1] or length[lane] > length[lane - 1]:
        return False
    for i in range(phi.shape[1]):
        if phi[lane, i] != phi[lane - 1, i] or theta[lane, i] != theta[lane - 1, i]:
            return False
    return True


@jit
def _value(low: Floats, logdet: float, sizes: Sizes, scale: Scale) -> float:
    """Minus the log-likelihood from the factor of S."""
    count, rss, variance, integrated = scale.nobs, scale.rss, scale.variance, sizes.integrated
    for i in range(integrated):
        logdet += 2.0 * np.log(low[i, i])
    if integrated == sizes.missing:
        profiled: float = 0.5 * count * (np.log(rss / count) + 1.0 + LOG_2PI) + 0.5 * logdet
        return profiled
    for i in range(integrated - sizes.missing):
        logdet -= np.log(variance * scale.precision[i])
    value: float = 0.5 * (count * (np.log(variance) + LOG_2PI) + logdet + rss / variance)
    return value


@jit
def _tails(lane: Lane, m: int, tail: Floats, pi_tail: Floats) -> None:
    """Last m rows of the filtered columns and last 2 m weights of pi."""
    n = lane.n
    for i in range(m):
        for c in range(tail.shape[1]):
            tail[i, c] = lane.e[c // WIDTH, n + i, c % WIDTH]
    for i in range(2 * m):
        pi_tail[i] = lane.pi[n - m + i] if n - m + i >= 0 else 0.0


@jit
def _lanes(data: Batches, sizes: Sizes, want: int, out: Results) -> None:
    """All lanes, one after the other; want = 0 value, 1 and gradient, 2 and details."""
    m, size, missing, integrated = sizes.m, sizes.columns, sizes.missing, sizes.integrated
    rows = data.length.max() + 2 * m
    e, back = np.zeros((data.blocked.shape[1], rows, WIDTH)), np.zeros((rows, WIDTH))
    pi, s, room = np.zeros(rows), np.zeros((size, size)), start_up(m, sizes.ps, size)
    mixes = Mixes(np.zeros((size, 1 + integrated)), np.zeros(1 + integrated))
    for lane in range(data.group.size):
        group, n = data.group[lane], data.length[lane]
        one = Lane(data.blocked[group], e, pi, n, data.phi[lane], data.theta[lane])
        variance, precision = data.sigma2[lane] if integrated > missing else 0.0, data.precision[group]
        out.value[lane] = WORST
        if not _same(data, lane):
            filter_columns(one, m, size)
        cross_products(e, m, n, size, s)
        logdet = _add_start(one, sizes, room, back, s) if m else 0.0
        if np.isnan(logdet):
            continue
        for i in range(missing, integrated):
            s[i, i] += variance * precision[i - missing]
        low, kept = out.root[lane], out.kept[lane]
        factor(s, low, kept, size, missing, integrated)
        if not kept[size - 1]:
            continue
        count = float(n) - np.sum(kept[:missing])
        scale = Scale(count, low[size - 1, size - 1] ** 2, variance, precision)
        result = _value(low, logdet, sizes, scale)
        if not np.isfinite(result):
            continue
        out.value[lane] = result
        if want == 1:
            out.d_sigma[lane] = _mixes(low, kept, sizes, scale, mixes)
            if m:
                _gradient(one, room, mixes, sizes, out.d_phi[lane], out.d_theta[lane])
        if want == 2 and m:
            _posterior(room, room.v, room.work, out.start_cov[lane], out.start[lane])
            _tails(one, m, out.tail[lane], out.pi_tail[lane])


def _call(
    batch: Batch, group: Ints, length: Ints, coefficients: Floats, sigma2: Floats | None, want: int
) -> Results:
    """Lay the arrays out, run the lanes, return what they wrote."""
    orders, lanes, size = batch.orders, len(group), batch.z.shape[2]
    m = orders.state
    if lanes and not max(m, 1) <= length.min() <= length.max() <= batch.z.shape[1]:
        # compiled code asks no questions: a wrong length would write outside its arrays
        raise ValueError(f"lengths must lie between {max(m, 1)} and {batch.z.shape[1]}")
    phi, theta = expand(coefficients, orders)
    # Marks of the lags that the gradient is wanted at, also where their coefficient happens to be zero.
    d_phi, d_theta = np.empty((2, lanes, m + 1))
    d_phi[:], d_theta[:] = batch.lag_marks
    many = lanes if want == 2 else 1
    out = Results(
        np.empty(lanes),
        d_phi,
        d_theta,
        d_sigma=np.zeros(lanes),
        root=np.empty((lanes, size, size)),
        kept=np.empty((lanes, size), dtype=np.bool_),
        start=np.zeros((many, m, size)),
        start_cov=np.zeros((many, m, m)),
        tail=np.zeros((many, m, size)),
        pi_tail=np.zeros((many, 2 * m)),
    )
    variances = np.empty(0) if sigma2 is None else sigma2
    data = Batches(batch.blocked, group, length, phi, theta, batch.precision, variances)
    _lanes(data, Sizes(m, orders.ar_length, size, batch.n_missing, batch.n_integrated), want, out)
    return out


def is_ready() -> bool:
    """Whether the kernel was loaded or compiled in this process."""
    return bool(getattr(_lanes, "signatures", ()))


def evaluate(
    batch: Batch, group: Ints, length: Ints, coefficients: Floats, sigma2: Floats | None, gradient: bool
) -> tuple[Floats, Floats, Floats]:
    """The compiled twin of `likelihood.evaluate`."""
    out = _call(batch, group, length, coefficients, sigma2, int(gradient))
    if not gradient:
        return out.value, np.zeros_like(coefficients), out.d_sigma
    return out.value, gather(out.d_phi, out.d_theta, coefficients, batch.orders), out.d_sigma


def details(
    batch: Batch, group: Ints, length: Ints, coefficients: Floats, sigma2: Floats | None
) -> tuple[Details, Floats]:
    """The compiled twin of `likelihood.details`."""
    out = _call(batch, group, length, coefficients, sigma2, 2)
    found = Details(out.root, out.kept[:, :-1], out.start, out.start_cov, out.tail, out.pi_tail)
    return found, found.coefficients()
