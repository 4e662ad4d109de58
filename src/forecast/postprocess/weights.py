"""Weights of members from the past errors known: one function a method.

Each takes errors (member, origin u) of one horizon, the discount matrix (origin t, origin u; 0 = not known
at t) and the settings, and returns weights (origin t, member) that add to one.
"""

from __future__ import annotations

import numpy as np

from forecast.config.settings import CombinationSpec
from forecast.tables.quantiles import Floats


def inverse_error(errors: Floats, discount: Floats, spec: CombinationSpec) -> Floats:
    """Inverse of the discounted mean squared error; equal until an error is known."""
    total = discount.sum(axis=1)
    squares = discount @ np.square(errors).T
    loss = np.divide(squares, total[:, None], out=np.ones_like(squares), where=total[:, None] > 0)
    inverse = 1.0 / np.maximum(loss, 1e-12)
    return np.asarray(inverse / inverse.sum(axis=1, keepdims=True), dtype=float)


def equal(errors: Floats, discount: Floats, spec: CombinationSpec) -> Floats:
    """The same weight for each member."""
    return np.full((len(discount), len(errors)), 1.0 / len(errors))


def of_median(values: Floats) -> Floats:
    """Weights of the members that make the median, as they fall
    at each forecast; `values` is (member, ...).
    """
    cut = (len(values) - 1) // 2
    rank = np.argsort(np.argsort(values, axis=0, kind="stable"), axis=0, kind="stable")
    kept = (rank >= cut) & (rank < len(values) - cut)
    return np.asarray(kept / kept.sum(axis=0, keepdims=True), dtype=float)
