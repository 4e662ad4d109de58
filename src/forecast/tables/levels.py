"""Quantile levels: which of them bound a central range."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike


def central_pairs(levels: ArrayLike) -> list[tuple[int, int, float]]:
    """Positions of lower and upper level of every central range, with its `alpha`, widest first.

    Examples
    --------
    >>> central_pairs([0.1, 0.5, 0.9])
    [(0, 2, 0.2)]
    """
    return list(_pairs(tuple(np.round(np.asarray(levels, dtype=float), 9).tolist())))


@lru_cache(maxsize=256)
def _pairs(levels: tuple[float, ...]) -> tuple[tuple[int, int, float], ...]:
    at = {level: i for i, level in enumerate(levels)}
    found = [(i, at.get(round(1.0 - p, 9)), round(2.0 * p, 9)) for p, i in at.items() if p < 0.5]
    return tuple(sorted(((i, j, a) for i, j, a in found if j is not None), key=lambda pair: pair[2]))


def range_levels(central: float) -> tuple[float, float]:
    """The two levels of a central range.

    Examples
    --------
    >>> range_levels(0.8)
    (0.1, 0.9)
    """
    tail = round((1.0 - central) / 2.0, 10)
    return tail, round(1.0 - tail, 10)
