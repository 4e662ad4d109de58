"""One filter pass of a series serves all its prefixes at the same parameters."""

from __future__ import annotations

import numpy as np

from forecast.arima.likelihood import LOG_2PI, WORST, Batch, Ints, Pass, factor, run
from forecast.arima.polynomials import Floats
from forecast.arima.startup import cholesky


def evaluate_prefixes(batch: Batch, group: int, lengths: Ints, coefficients: Floats) -> Floats:
    """Values (T, F) at T parameter points of all F prefixes of one group, from one filter pass a point.

    Everything that depends on the number of rows is a running sum over rows: ``E'E``, ``M'E`` and ``M'M``.
    Profiled sigma2 only.
    """
    longest, points = int(lengths.max()), len(coefficients)
    out = np.empty((points, len(lengths)))
    with np.errstate(all="ignore"):
        one = np.zeros(points, dtype=np.int64)
        done = run(batch, one + group, one + longest, coefficients)
        for i in range(points):
            out[i] = _prefixes_of(done, i, lengths)
    return out


def _prefixes_of(done: Pass, i: int, lengths: Ints) -> Floats:
    m, folds = done.batch.orders.state, len(lengths)
    e, pi = done.e[:, i], done.pi[:, i]
    rows = lengths - 1
    s = np.cumsum(e[:, :, None] * e[:, None, :], axis=0)[rows]
    b_root = np.ones((folds, 0, 0))
    if m and done.start is not None:
        lagged = np.zeros((len(pi), m))
        for j in range(m):
            lagged[j:, j] = pi[: len(pi) - j]
        h = np.cumsum(lagged[:, :, None] * e[:, None, :], axis=0)[rows]
        gram = np.cumsum(lagged[:, :, None] * lagged[:, None, :], axis=0)[rows]
        small_root = cholesky(gram)
        middle = small_root.transpose(0, 2, 1) @ done.start.v[i] @ small_root
        b_root = cholesky(np.eye(m) + 0.5 * (middle + middle.transpose(0, 2, 1)))
        g = np.linalg.solve(small_root, h)
        inverse = np.linalg.solve(b_root, g)
        s = s + inverse.transpose(0, 2, 1) @ inverse - g.transpose(0, 2, 1) @ g
    root, kept = factor(s, done.batch.n_integrated, done.batch.n_missing)
    n = np.asarray(lengths - kept[:, : done.batch.n_missing].sum(-1), dtype=float)
    pivots = np.diagonal(root, axis1=1, axis2=2)
    logdet = 2.0 * np.log(np.diagonal(b_root, axis1=1, axis2=2)).sum(-1)
    logdet += 2.0 * np.log(pivots[:, : done.batch.n_missing]).sum(-1)
    value = 0.5 * n * (np.log(pivots[:, -1] ** 2 / n) + 1.0 + LOG_2PI) + 0.5 * logdet
    return np.where(kept[:, -1] & np.isfinite(value), value, WORST)
