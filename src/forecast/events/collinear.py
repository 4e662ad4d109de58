"""Columns that cannot be separated as a set (Belsley, Kuh and Welsch 1980, Regression Diagnostics, chapter
3).

Correlations see pairs only: three columns of which one is the sum of the others need not be alike two by two.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecast.events.shapes import Floats

#: A scaled condition index above this is a near dependency.
CONDITION = 30.0
#: A column belongs to a dependency that has more than this share of the variance of its coefficient.
SHARE = 0.5
#: Dependencies whose vectors overlap by less than this have no column in common.
_APART = 0.01


def airline_differences(columns: Floats) -> Floats:
    """Return columns (months, c) differenced as the airline model
    does, once by a month and once by a year.
    """
    monthly = columns[1:] - columns[:-1]
    return np.asarray(monthly[12:] - monthly[:-12], dtype=float)


def dependent_sets(columns: Floats) -> list[tuple[tuple[int, ...], float]]:
    """Return the sets of columns that cannot be separated, each with its largest condition index.

    Columns have no mean to take out: they are differenced already. One without any change is left out.
    """
    from scipy.sparse.csgraph import connected_components

    length = np.sqrt((columns * columns).sum(axis=0))
    there = np.flatnonzero(length > 1e-9)
    if len(there) < 2:
        return []
    value, vectors = _spectrum(columns[:, there] / length[there])
    index = np.sqrt(value[-1] / value)
    small = index > CONDITION
    if not small.any():
        return []
    variance = vectors**2 / value
    members = np.flatnonzero(variance[:, small].sum(axis=1) > SHARE * variance.sum(axis=1))
    # The projection on all near dependencies, unlike the single vectors, does not depend on how equal ones
    # are turned.
    overlap = np.abs(vectors[members][:, small] @ vectors[members][:, small].T)
    number, label = connected_components(overlap > _APART, directed=False)
    sets = []
    for k in range(number):
        mine = members[label == k]
        if len(mine) > 1:
            touching = small & ((vectors[mine] ** 2).sum(axis=0) > _APART)
            sets.append((tuple(int(i) for i in there[mine]), float(index[touching].max())))
    return sets


def one_effect(signs: Sequence[float], starts: Sequence[int]) -> bool:
    """Tell whether columns that cannot be separated may have one joint effect.

    Their expected directions must not be opposed, and their first active months at most one apart.
    """
    return not min(signs) < 0.0 < max(signs) and max(starts) - min(starts) <= 1


def _spectrum(unit: Floats) -> tuple[Floats, Floats]:
    """Return eigenvalues, ascending and never quite zero, and eigenvectors of columns of unit length."""
    value, vectors = np.linalg.eigh(unit.T @ unit)
    return np.maximum(value, 1e-12 * value[-1]), vectors
