r"""Exact likelihood of regressions with seasonal ARIMA errors, many at a time: the readable reference.

The model
---------
After differencing, ``w = Z_x b + u`` with ``phi(B) u_t = theta(B) e_t``, ``e ~ N(0, s2)``. Filtering a
column with zero start values gives ``E = theta(B)^-1 phi(B) [Z]``. For the true errors u the zeros are wrong
by m = max(p + sP, q + sQ) start-up terms ``x_i = sum_{l>i} phi_l u_{i-l} + theta_l e_{i-l}``:

    E_u = e + M x,   x ~ N(0, s2 V) independent of e,   M_{tj} = pi_{t-j},   pi(B) = theta(B)^-1.

So ``Cov(E_u) = s2 (I + M V M')``, the filter has determinant one, and this is the exact Gaussian likelihood
of the differenced series (Ansley 1979 reaches it by a banded Cholesky factor, Harvey 1989 by the Kalman
filter; Gomez & Maravall 1994 show that it is the exact diffuse likelihood of the undifferenced series, up to
a constant).

Small matrices
--------------
``A = M'M`` is Toeplitz but for the end of the sample, ``A_{i+1,j+1} = A_{ij} - pi_{n-1-i} pi_{n-1-j}``, and
its first row, like ``H = M'E``, is read off one backward filter ``theta(F)^-1``. With ``A = R'R`` (always
well conditioned: M is unit lower triangular), ``B = I + R V R'`` and ``G = R^-T H``:

    log|Cov| = log|B|,   S = E'E - G'(I - B^-1) G  =  Z' Sigma^-1 Z.

V solves ``V = T V T' + K K'`` (Harvey's state space form, ``K = phi + theta``): autocovariances give its
first row, the equation read from the last element backwards gives the rest without cancellation.

Columns and parameters
----------------------
Columns stand as [missing | shrunk | free | y]. One Cholesky factor of S does everything else: the pivots of
the missing months' dummies are ``|D' Sigma^-1 D|``, which makes the dummies equal to skipping those months;
shrunk columns get ``s2 / sd^2`` added to their diagonal, which integrates their prior out; free columns are
profiled; the last pivot is the residual sum of squares. Without shrunk columns s2 is profiled too; with them
it is one more parameter. A column whose pivot vanishes is left out.

Gradient
--------
By the envelope theorem b, s2 and x stay at their optimum. For a column u = Z f let ``e = E f - M x`` be the
smoothed residual, ``g = theta(F)^-1 e`` its adjoint and ``l`` the first m values of g (then x = V l). Then

    d(u' Sigma^-1 u) = -2 sum_l [ dphi_l <g, u_{-l}> + dtheta_l <g, e_{-l}> ] - l' dV l,
    d log|B| = tr(Q1 dV) + tr(Q2 dA),   Q1 = R' B^-1 R,   Q2 = R^-1 (I - B^-1) R^-T.

The residual column has weight n/RSS; a determinant of S is a sum of such terms over f = columns of its
inverse root, with weight one. ``tr(Q2 dA) / 2 = -sum_l dtheta_l <c, (theta^-1 pi)_{-l}>``, c being the
correlation of pi with the diagonal sums of Q2, and ``tr(W dV)`` follows from the adjoint equation
``L = T' L T + W``, which has the same Yule-Walker matrix. All parameters together cost about as much as
the value.

Lanes
-----
A lane is (group of columns, number of rows, parameters). All lanes march through time together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from forecast.arima.filters import filter_ar, filter_ma, filter_ma_back
from forecast.arima.polynomials import Floats, Orders, expand, gather, split
from forecast.arima.startup import StartCovariance, cholesky, toeplitz_gram

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
LOG_2PI = float(np.log(2.0 * np.pi))
#: A pivot below this share of its diagonal element counts as zero.
PIVOT_TOLERANCE = 1e-11
#: Value of a lane whose residual sum of squares is not positive.
WORST = 1e300


@dataclass(frozen=True, eq=False)
class Batch:
    """Differenced columns of all groups, padded with zeros to one shape.

    Attributes
    ----------
    z : array (G, N, C)
        Columns [missing | shrunk | free | y] of each group.
    precision : array (G, n_shrunk)
        1 / sd^2 of the shrunk columns (1 where a group has fewer of them).
    """

    orders: Orders
    z: Floats
    n_missing: int
    n_shrunk: int
    precision: Floats

    @property
    def n_integrated(self) -> int:
        """Number of columns that are integrated out."""
        return self.n_missing + self.n_shrunk

    @cached_property
    def blocked(self) -> Floats:
        """The columns and one more (for pi) in blocks of eight, m rows of zeros before and behind."""
        groups, rows, size = self.z.shape
        m, blocks = self.orders.state, (size + 8) // 8
        wide = np.zeros((groups, rows + 2 * m, blocks * 8))
        wide[:, m : m + rows, :size] = self.z
        shaped = wide.reshape(groups, rows + 2 * m, blocks, 8).transpose(0, 2, 1, 3)
        return np.ascontiguousarray(shaped)

    @cached_property
    def lag_marks(self) -> tuple[Floats, Floats]:
        """One at the lags that phi and theta can have, zero elsewhere."""
        orders, marks = self.orders, np.zeros((2, self.orders.state + 1))
        marks[0, _lags(orders.p, orders.P, orders.s)] = 1.0
        marks[1, _lags(orders.q, orders.Q, orders.s)] = 1.0
        return marks[0], marks[1]


@dataclass(frozen=True, eq=False)
class Details:
    """What forecasts and covariances need of a lane; first axis lanes.

    Attributes
    ----------
    root : array (L, C, C)
        Lower Cholesky factor of S (shrunk columns penalised); unit columns where one was left out.
    kept : array (L, C - 1) of bool
        Columns that were not left out.
    start : array (L, m, C)
        Estimate of the start-up terms of each column.
    start_cov : array (L, m, m)
        Their covariance given the data, in units of sigma2 (Q2).
    tail : array (L, m, C)
        Last m rows of E.
    pi_tail : array (L, 2 m)
        Last 2m pi weights.
    """

    root: Floats
    kept: Bools
    start: Floats
    start_cov: Floats
    tail: Floats
    pi_tail: Floats

    def coefficients(self) -> Floats:
        """Regression coefficients (L, C - 1) of the columns."""
        k = self.root.shape[2] - 1
        beta = np.zeros((len(self.root), k))
        # Column by column: a library's solver may round differently when other columns stand beside.
        for j in range(k - 1, -1, -1):
            rest = self.root[:, k, j].copy()
            for i in range(j + 1, k):
                rest -= self.root[:, i, j] * beta[:, i]
            beta[:, j] = np.where(self.kept[:, j], rest / self.root[:, j, j], 0.0)
        return beta

    @property
    def rss(self) -> Floats:
        """Residual sums of squares (L,)."""
        last = self.root[:, -1, -1]
        return np.asarray(last * last)


# --------------------------------------------------------------------------------------- small algebra


def factor(s: Floats, n_integrated: int, n_missing: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Cholesky factor of S (L, C, C) that leaves out columns without information; which were kept."""
    root, size = np.array(s), s.shape[1]
    kept = np.ones((len(s), size), dtype=bool)
    for j in range(size):
        pivot, diagonal = root[:, j, j], s[:, j, j]
        if j < size - 1 and not n_missing <= j < n_integrated:
            kept[:, j] = pivot > PIVOT_TOLERANCE * diagonal
        else:
            kept[:, j] = pivot > 0.0
        good = kept[:, j]
        scale = np.sqrt(np.where(good, pivot, 1.0))
        column = np.where(good[:, None], root[:, j + 1 :, j] / scale[:, None], 0.0)
        root[:, j, j] = scale
        root[:, j, j + 1 :] = 0.0
        root[:, j + 1 :, j] = column
        root[:, j + 1 :, j + 1 :] -= column[:, :, None] * column[:, None, :]
    return root, kept


@dataclass(frozen=True, eq=False)
class Pass:
    """One filter pass of all lanes, with everything that follows from it."""

    batch: Batch
    group: Ints
    length: Ints
    coefficients: Floats
    sigma2: Floats | None
    z: Floats  #: (N, L, C)
    e: Floats  #: (N, L, C)
    pi: Floats  #: (N, L)
    mask: Floats  #: (N, L), one inside the sample
    start: StartCovariance | None
    small_root: Floats  #: R' lower, A = R'R
    b_root: Floats  #: lower factor of B
    g: Floats  #: R^-T H, (L, m, C)
    root: Floats
    kept: Bools

    @property
    def n_effective(self) -> Floats:
        """Rows less the missing months among them."""
        return np.asarray(self.length - self.kept[:, : self.batch.n_missing].sum(-1), dtype=float)

    def value(self) -> Floats:
        """Minus the log-likelihood of each lane."""
        batch, n = self.batch, self.n_effective
        pivots = np.diagonal(self.root, axis1=1, axis2=2)
        rss = pivots[:, -1] ** 2
        logdet = 2.0 * np.log(np.diagonal(self.b_root, axis1=1, axis2=2)).sum(-1)
        logdet += 2.0 * np.log(pivots[:, : batch.n_integrated]).sum(-1)
        if self.sigma2 is None:
            value = 0.5 * n * (np.log(rss / n) + 1.0 + LOG_2PI) + 0.5 * logdet
        else:
            logdet -= np.log(batch.precision[self.group] * self.sigma2[:, None]).sum(-1)
            value = 0.5 * (n * (np.log(self.sigma2) + LOG_2PI) + logdet + rss / self.sigma2)
        usable = self.kept[:, -1] & np.isfinite(value)
        return np.where(usable, value, WORST)

    def details(self) -> Details:
        """Start-up terms, tails and factors for forecasts and covariances."""
        lanes, m = len(self.group), self.batch.orders.state
        q2, estimate = self._posterior
        rows = self.length[:, None] - m + np.arange(m)
        far = self.length[:, None] - 2 * m + np.arange(2 * m)
        lane = np.arange(lanes)[:, None]
        pi_tail = np.where(far >= 0, self.pi[np.maximum(far, 0), lane], 0.0)
        return Details(self.root, self.kept[:, :-1], estimate, q2, self.e[rows, lane], pi_tail)

    @cached_property
    def _b_inverse(self) -> Floats:
        """Inverse of the lower factor of B."""
        return np.asarray(np.linalg.inv(self.b_root))

    @cached_property
    def _posterior(self) -> tuple[Floats, Floats]:
        """Q2 and the estimates ``Q2 H`` of the start-up terms of all columns."""
        lower = np.linalg.inv(self.small_root)  # R^-T
        upper = lower.transpose(0, 2, 1)
        shrink = np.eye(lower.shape[1]) - self._b_inverse.transpose(0, 2, 1) @ self._b_inverse
        return upper @ shrink @ lower, upper @ (shrink @ self.g)

    def smoothed(self, mix: Floats) -> tuple[Floats, Floats, Floats]:
        """Residual columns ``e``, adjoints ``g`` (N, L, J) and ``l`` (L, m, J) of the columns Z @ mix."""
        orders = self.batch.orders
        _, ma, _, sma = split(self.coefficients, orders)
        e = np.matmul(self.e.transpose(1, 0, 2), mix).transpose(1, 0, 2).copy()
        m = orders.state
        if m:
            _, estimate = self._posterior
            wrong = np.zeros_like(e)
            wrong[:m] = (estimate @ mix).transpose(1, 0, 2)[: len(wrong)]
            filter_ma(wrong, ma, sma, orders.s)
            e -= wrong
        e *= self.mask[:, :, None]
        g = e.copy()
        filter_ma_back(g, ma, sma, orders.s)
        return e, g, g[:m].transpose(1, 0, 2)

    def gradient(self) -> tuple[Floats, Floats]:
        """Derivatives of `value` by the coefficients (L, n) and by log sigma2 (L,)."""
        batch, orders, lanes = self.batch, self.batch.orders, len(self.group)
        a, size = batch.n_integrated, self.root.shape[1]
        n, rss = self.n_effective, self.root[:, -1, -1] ** 2
        mix = np.zeros((lanes, size, 1 + a))
        mix[:, :-1, 0] = -self.details_coefficients()
        mix[:, -1, 0] = 1.0
        inverse = np.linalg.inv(self.root[:, :a, :a]).transpose(0, 2, 1)
        mix[:, :a, 1:] = inverse
        weight = np.full((lanes, 1 + a), 0.5)
        weight[:, 0] = 0.5 * n / rss if self.sigma2 is None else 0.5 / self.sigma2
        d_phi, d_theta = self._polynomial_gradient(mix, weight)
        d_sigma = np.zeros(lanes)
        if self.sigma2 is not None:
            precision = batch.precision[self.group]
            shrunk = slice(batch.n_missing, a)
            trace = (precision[:, :, None] * inverse[:, shrunk] ** 2).sum((1, 2))
            residual = rss - self.sigma2 * (precision * mix[:, shrunk, 0] ** 2).sum(-1)
            d_sigma = 0.5 * (n - batch.n_shrunk + self.sigma2 * trace - residual / self.sigma2)
        return gather(d_phi, d_theta, self.coefficients, orders), d_sigma

    def details_coefficients(self) -> Floats:
        """Regression coefficients of the columns (L, C - 1)."""
        k = self.root.shape[2] - 1
        empty = np.empty((len(self.root), 0, 0))
        return Details(self.root, self.kept[:, :k], empty, empty, empty, empty).coefficients()

    def _polynomial_gradient(self, mix: Floats, weight: Floats) -> tuple[Floats, Floats]:
        orders, m = self.batch.orders, self.batch.orders.state
        d_phi, d_theta = np.zeros((2, len(self.group), m + 1))
        if self.start is None:
            return d_phi, d_theta
        e, g, front = self.smoothed(mix)
        weighted = g * weight
        u = np.matmul(self.z.transpose(1, 0, 2), mix).transpose(1, 0, 2) if orders.ar_length else e
        bend = self._determinant_adjoint()
        for lag in _lags(orders.p, orders.P, orders.s):
            d_phi[:, lag] = -2.0 * (weighted[lag:] * u[:-lag]).sum((0, 2))
        for lag in _lags(orders.q, orders.Q, orders.s):
            d_theta[:, lag] = -2.0 * (weighted[lag:] * e[:-lag]).sum((0, 2))
            d_theta[:, lag] -= (bend[lag:, :, 0] * self.pi[:-lag]).sum(0)
        half = self.small_root @ self._b_inverse.transpose(0, 2, 1)  # R' B^-1 R = half half'
        pull = 0.5 * half @ half.transpose(0, 2, 1) - (front * weight[:, None, :]) @ front.transpose(0, 2, 1)
        v_phi, v_theta = self.start.adjoint(pull)
        return d_phi + v_phi, d_theta + v_theta

    def _determinant_adjoint(self) -> Floats:
        """``theta(F)^-1 c`` with ``<c, dpi> = tr(Q2 dA) / 2``, (N, L, 1)."""
        orders, m, lanes = self.batch.orders, self.batch.orders.state, len(self.group)
        q2, _ = self._posterior
        rows = len(self.pi)
        padded = np.zeros((rows + 2 * m, lanes))
        padded[m : m + rows] = self.pi
        c = np.zeros((rows, lanes, 1))
        for shift in range(1 - m, m):
            diagonal = np.trace(q2, offset=shift, axis1=1, axis2=2)
            c[:, :, 0] += diagonal * padded[m + shift : m + shift + rows]
        # The last m rows miss the terms beyond the end of the sample: recompute them from M Q2 itself.
        lane = np.arange(lanes)
        last = self.length[:, None, None] - m + np.subtract.outer(np.arange(m), np.arange(m))
        window = np.where(last >= 0, self.pi[np.maximum(last, 0), lane[:, None, None]], 0.0) @ q2
        for i in range(m):
            c[self.length - m + i, lane, 0] = np.trace(window, offset=-i, axis1=1, axis2=2)
        c *= self.mask[:, :, None]
        _, ma, _, sma = split(self.coefficients, orders)
        filter_ma_back(c, ma, sma, orders.s)
        return c


def _lags(short: int, seasonal: int, s: int) -> list[int]:
    """Lags at which a product of polynomials can be non-zero."""
    return sorted({i + j * s for i in range(short + 1) for j in range(seasonal + 1)} - {0})


def run(batch: Batch, group: Ints, length: Ints, coefficients: Floats, sigma2: Floats | None = None) -> Pass:
    """Filter all lanes once; the parts of the result are computed when asked for.

    Parameters
    ----------
    batch : Batch
        Columns of all groups.
    group, length : int arrays (L,)
        Group and number of differenced rows of each lane (at least m).
    coefficients : array (L, n_arma)
        ARMA coefficients, blocks ar, ma, sar, sma.
    sigma2 : array (L,), optional
        Innovation variance; needed when there are shrunk columns.
    """
    orders, rows, m = batch.orders, int(length.max()), batch.orders.state
    ar, ma, sar, sma = split(coefficients, orders)
    z = np.ascontiguousarray(batch.z[group, :rows].transpose(1, 0, 2))
    mask = (np.arange(rows)[:, None] < length).astype(float)
    both = np.empty((rows, len(group), z.shape[2] + 1))
    both[:, :, :-1] = filter_ar(z, ar, sar, orders.s)
    both[:, :, -1] = 0.0
    both[0, :, -1] = 1.0
    filter_ma(both, ma, sma, orders.s)
    both *= mask[:, :, None]
    flat = np.ascontiguousarray(both[:, :, :-1].transpose(1, 0, 2))
    s = flat.transpose(0, 2, 1) @ flat
    start, small_root, b_root, g = _start_algebra(both, coefficients, orders, length)
    if m:
        inverse = np.linalg.solve(b_root, g)
        s += inverse.transpose(0, 2, 1) @ inverse - g.transpose(0, 2, 1) @ g
    if sigma2 is not None:
        shrunk = np.arange(batch.n_missing, batch.n_integrated)
        s[:, shrunk, shrunk] += sigma2[:, None] * batch.precision[group]
    root, kept = factor(s, batch.n_integrated, batch.n_missing)
    return Pass(
        batch,
        group,
        length,
        coefficients,
        sigma2,
        z,
        both[:, :, :-1],
        both[:, :, -1],
        mask,
        start,
        small_root,
        b_root,
        g,
        root,
        kept,
    )


def _start_algebra(
    both: Floats, coefficients: Floats, orders: Orders, length: Ints
) -> tuple[StartCovariance | None, Floats, Floats, Floats]:
    """V and the factors R', of B, and ``R^-T H``, from the filtered columns (the last one is pi)."""
    m, lanes = orders.state, both.shape[1]
    if not m:
        empty = np.empty((lanes, 0, 0))
        return None, empty, empty, np.empty((lanes, 0, both.shape[2] - 1))
    _, ma, _, sma = split(coefficients, orders)
    back = both.copy()
    filter_ma_back(back, ma, sma, orders.s)
    h = back[:m].transpose(1, 0, 2)
    newest = length[:, None] - 1 - np.arange(m)
    tail = both[:, :, -1][newest, np.arange(lanes)[:, None]]
    small_root = cholesky(toeplitz_gram(h[:, :, -1], tail))
    start = StartCovariance.of(*expand(coefficients, orders), orders.ar_length)
    middle = small_root.transpose(0, 2, 1) @ start.v @ small_root
    b_root = cholesky(np.eye(m) + 0.5 * (middle + middle.transpose(0, 2, 1)))
    return start, small_root, b_root, np.asarray(np.linalg.solve(small_root, h[:, :, :-1]), dtype=float)


#: Columns of all lanes that march together: more do not fit into the cache, fewer wait for Python.
BLOCK = 1024


def _passes(
    batch: Batch, group: Ints, length: Ints, coefficients: Floats, sigma2: Floats | None
) -> Iterator[tuple[slice, Pass]]:
    """Passes of blocks of lanes."""
    step = max(BLOCK // (batch.z.shape[2] + 1), 1)
    for begin in range(0, len(group), step):
        part = slice(begin, begin + step)
        variance = None if sigma2 is None else sigma2[part]
        yield part, run(batch, group[part], length[part], coefficients[part], variance)


def evaluate(
    batch: Batch, group: Ints, length: Ints, coefficients: Floats, sigma2: Floats | None, gradient: bool
) -> tuple[Floats, Floats, Floats]:
    """Minus log-likelihood of each lane, its derivatives by the coefficients and by log sigma2.

    This is the small function that both kernels offer. Lanes without a likelihood get `WORST`.
    """
    if len(group) == 1:  # numpy adds up a lane by itself in another order than lanes side by side
        both = np.zeros(2, dtype=np.int64)
        variance = None if sigma2 is None else sigma2[both]
        found = evaluate(batch, group[both], length[both], coefficients[both], variance, gradient)
        return found[0][:1], found[1][:1], found[2][:1]
    values, slopes = np.empty(len(group)), np.zeros(coefficients.shape)
    sigma_slopes = np.zeros(len(group))
    with np.errstate(all="ignore"):
        for part, done in _passes(batch, group, length, coefficients, sigma2):
            values[part] = done.value()
            if gradient:
                slopes[part], sigma_slopes[part] = done.gradient()
    return values, slopes, sigma_slopes


def details(
    batch: Batch, group: Ints, length: Ints, coefficients: Floats, sigma2: Floats | None
) -> tuple[Details, Floats]:
    """`Details` of each lane and its regression coefficients (L, C - 1)."""
    with np.errstate(all="ignore"):
        parts = [done.details() for _, done in _passes(batch, group, length, coefficients, sigma2)]
    joined = Details(*(np.concatenate([getattr(d, f.name) for d in parts]) for f in fields(Details)))
    return joined, joined.coefficients()
