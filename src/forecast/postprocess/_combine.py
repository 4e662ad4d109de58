"""Weights of members from past errors that had matured: one function a method.

Each takes errors (member, origin u) of one horizon, the discount matrix (origin t, origin u; 0 = not known
at t) and the settings, and returns weights (origin t, member) that add to one.
"""

from __future__ import annotations

import numpy as np

from forecast.scoring.wide import Floats
from forecast.spec import CombinationSpec

SHRINKAGE = 0.5  #: of Bates-Granger weights towards equal ones
RIDGE = 0.05  #: share of the mean variance added to the diagonal of error covariances
AT_LEAST = 11  #: matured errors before covariances are used at all


def inverse_error(errors: Floats, discount: Floats, spec: CombinationSpec) -> Floats:
    """Inverse of the discounted mean squared error; equal until an error has matured."""
    total = discount.sum(axis=1)
    squares = discount @ np.square(errors).T
    loss = np.divide(squares, total[:, None], out=np.ones_like(squares), where=total[:, None] > 0)
    inverse = 1.0 / np.maximum(loss, 1e-12)
    return np.asarray(inverse / inverse.sum(axis=1, keepdims=True), dtype=float)


def equal(errors: Floats, discount: Floats, spec: CombinationSpec) -> Floats:
    """The same weight for each member."""
    return np.full((len(discount), len(errors)), 1.0 / len(errors))


def bates_granger(errors: Floats, discount: Floats, spec: CombinationSpec) -> Floats:
    """Least variance by the discounted error covariance, not negative, half way to equal weights."""
    members = len(errors)
    weights = equal(errors, discount, spec)
    for t in np.flatnonzero((discount > 0).sum(axis=1) >= AT_LEAST):
        covariance = _covariance(errors, discount[t])
        raw = np.maximum(np.linalg.solve(covariance, np.ones(members)), 0.0)
        weights[t] = (1.0 - SHRINKAGE) * raw / raw.sum() + SHRINKAGE / members
    return weights


def stacking(errors: Floats, discount: Floats, spec: CombinationSpec) -> Floats:
    """Non-negative least squares on past forecasts, weights adding to one.

    With weights that add to one the error of the combination is the combination of the errors, so the
    problem is min w'Cw; the sum enters as one heavy equation.
    """
    from scipy.optimize import nnls

    members = len(errors)
    weights = equal(errors, discount, spec)
    for t in np.flatnonzero((discount > 0).sum(axis=1) >= max(AT_LEAST, 2 * members)):
        root = np.linalg.cholesky(_covariance(errors, discount[t])).T
        heavy = 1e4 * float(np.abs(root).max())
        found, _ = nnls(np.vstack([root, np.full(members, heavy)]), np.append(np.zeros(members), heavy))
        weights[t] = found / found.sum()
    return weights


def _covariance(errors: Floats, discount: Floats) -> Floats:
    covariance = (errors * discount) @ errors.T / discount.sum()
    mean = float(np.trace(covariance)) / len(errors)
    return np.asarray(covariance + (RIDGE * mean + 1e-12) * np.eye(len(errors)), dtype=float)


def order_weights(values: Floats, cut: int) -> Floats:
    """Weights of a mean without the `cut` lowest and highest members, as they fall at each forecast.

    Parameters
    ----------
    values : array, (member, ...)
    cut : int
        Members cut off at each end.
    """
    rank = np.argsort(np.argsort(values, axis=0, kind="stable"), axis=0, kind="stable")
    kept = (rank >= cut) & (rank < len(values) - cut)
    return np.asarray(kept / kept.sum(axis=0, keepdims=True), dtype=float)
