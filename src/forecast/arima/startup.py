"""The start-up terms of the filter: their covariance, its derivative, and the small matrices around it.

See `forecast.arima.likelihood` for the algebra.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.arima.polynomials import Floats

#: Variance of the first start-up term (in units of sigma2) beyond which digits have run out: several unit
#: roots at once. A single root may come as near to the unit circle as it likes.
LARGEST_VARIANCE = 3e8


def _yule_walker(phi: Floats, order: int) -> Floats:
    """Matrix of ``g_k - sum_l phi_l g_|k-l|``, k = 0..order."""
    k = np.arange(order + 1)
    matrix = np.zeros((len(phi), order + 1, order + 1))
    matrix[:, k, k] = 1.0
    for lag in range(1, order + 1):
        matrix[:, k, np.abs(k - lag)] -= phi[:, lag : lag + 1]
    return matrix


@dataclass(frozen=True, eq=False)
class StartCovariance:
    """V of the start-up terms with what its derivative needs."""

    v: Floats  #: (L, m, m)
    phi: Floats
    theta: Floats
    equations: Floats  #: Yule-Walker matrix; empty without an autoregressive part

    @classmethod
    def of(cls, phi: Floats, theta: Floats, ar_length: int) -> StartCovariance:
        """Compute V from the full polynomials (L, m + 1)."""
        lanes, m = len(phi), phi.shape[1] - 1
        psi = np.zeros((lanes, m + 1))
        psi[:, 0] = 1.0
        for j in range(1, m + 1):
            psi[:, j] = theta[:, j] + (phi[:, 1 : j + 1] * psi[:, :j][:, ::-1]).sum(-1)
        equations = _yule_walker(phi, ar_length) if ar_length else np.empty((lanes, 0, 0))
        gamma = np.zeros((lanes, m + 1))
        if ar_length:
            right = np.stack(
                [(theta[:, k:] * psi[:, : m + 1 - k]).sum(-1) for k in range(ar_length + 1)], axis=1
            )
            gamma[:, : ar_length + 1] = np.linalg.solve(equations, right[:, :, None])[:, :, 0]
        first = np.zeros((lanes, m + 1))
        for j in range(m):
            span = slice(1, m - j + 1)
            first[:, j] = (phi[:, j + 1 :] * gamma[:, span] + theta[:, j + 1 :] * psi[:, span]).sum(-1)
        a, next_first, gain = phi[:, 1:], first[:, 1:], phi[:, 1:] + theta[:, 1:]
        v = (
            a[:, :, None] * (a * first[:, :1] + next_first)[:, None, :]
            + next_first[:, :, None] * a[:, None, :]
            + gain[:, :, None] * gain[:, None, :]
        )
        for i in range(m - 2, -1, -1):
            v[:, i, :-1] += v[:, i + 1, 1:]
        v[v[:, 0, 0] > LARGEST_VARIANCE] = np.nan
        return cls(v, phi, theta, equations)

    def adjoint(self, weight: Floats) -> tuple[Floats, Floats]:
        """Derivatives of ``tr(weight V)`` by phi and theta, (L, m + 1) each; weight symmetric (L, m, m)."""
        phi, m = self.phi, self.phi.shape[1] - 1
        sums = weight.copy()
        sums[:, 0, :] = 0.0
        sums[:, :, 0] = 0.0
        for i in range(1, m):
            sums[:, i, 1:] += sums[:, i - 1, :-1]
        first = np.zeros((len(phi), m + 1))
        first[:, :m] = weight[:, 0, :]
        first[:, 1:] += (sums * phi[:, None, 1:]).sum(-1)
        order = max(self.equations.shape[1] - 1, 0)
        if order:
            right = first[:, : order + 1].copy()
            right[:, 0] -= (phi[:, 1:m] * weight[:, 0, 1:]).sum(-1)
            first[:, : order + 1] = np.linalg.solve(self.equations, right[:, :, None])[:, :, 0]
            for j in range(order + 1, m):
                first[:, j] += (phi[:, 1 : order + 1] * first[:, j - order : j][:, ::-1]).sum(-1)
        distance = np.abs(np.subtract.outer(np.arange(m), np.arange(m)))
        lam = sums + first[:, distance]
        gain = phi[:, 1:] + self.theta[:, 1:]
        carried = phi[:, 1:] * self.v[:, 0, :1] + np.concatenate(
            [self.v[:, 0, 1:], np.zeros((len(phi), 1))], axis=1
        )
        d_phi, d_theta = np.zeros_like(phi), np.zeros_like(phi)
        d_theta[:, 1:] = 2.0 * (lam * gain[:, None, :]).sum(-1)
        d_phi[:, 1:] = d_theta[:, 1:] + 2.0 * (lam * carried[:, None, :]).sum(-1)
        return d_phi, d_theta


def toeplitz_gram(first: Floats, tail: Floats) -> Floats:
    """``A = M'M`` from its first row and the last pi weights, newest first."""
    m = first.shape[1]
    gram = np.empty((len(first), m, m))
    gram[:, 0, :] = first
    gram[:, :, 0] = first
    for i in range(m - 1):
        gram[:, i + 1, 1:] = gram[:, i, :-1] - tail[:, i : i + 1] * tail[:, : m - 1]
    return gram


def cholesky(matrices: Floats) -> Floats:
    """Lower factors; a matrix that is not positive definite becomes nan instead of stopping the others."""
    try:
        return np.asarray(np.linalg.cholesky(matrices))
    except np.linalg.LinAlgError:
        out = np.full_like(matrices, np.nan)
        for i, matrix in enumerate(matrices):
            try:
                out[i] = np.linalg.cholesky(matrix)
            except np.linalg.LinAlgError:
                continue  # stays nan, and the lane gets the worst value
        return out
