"""Which models a fold tries: the stepwise moves of Hyndman and Khandakar (2008), or all of a grid."""

from __future__ import annotations

import itertools
from collections.abc import Generator
from typing import NamedTuple

MAX_P, MAX_Q, MAX_SEASONAL = 5, 5, 2


class Candidate(NamedTuple):
    """Orders of one model and whether it has a constant (mean or drift)."""

    p: int
    q: int
    P: int
    Q: int
    constant: bool

    def holds(self, other: Candidate) -> bool:
        """Whether another model is this one with some of its terms at zero."""
        return other != self and all(theirs <= mine for theirs, mine in zip(other, self, strict=True))


Path = Generator[Candidate, None, Candidate]
#: Criterion of the models that a fold has tried.
Seen = dict[Candidate, float]
#: Moves in the order of R: seasonal, ordinary, each alone and in pairs.
MOVES = (
    (0, 0, -1, 0),
    (0, 0, 0, -1),
    (0, 0, 1, 0),
    (0, 0, 0, 1),
    (0, 0, -1, -1),
    (0, 0, -1, 1),
    (0, 0, 1, -1),
    (0, 0, 1, 1),
    (-1, 0, 0, 0),
    (0, -1, 0, 0),
    (1, 0, 0, 0),
    (0, 1, 0, 0),
    (-1, -1, 0, 0),
    (-1, 1, 0, 0),
    (1, -1, 0, 0),
    (1, 1, 0, 0),
)


def _allowed(c: Candidate, seasonal: bool) -> bool:
    top = MAX_SEASONAL if seasonal else 0
    return 0 <= c.p <= MAX_P and 0 <= c.q <= MAX_Q and 0 <= c.P <= top and 0 <= c.Q <= top


def stepwise_path(seasonal: bool, constant: bool, seen: Seen) -> Path:
    """Walk of one fold: yields models, finds their criterion in `seen` when it goes on, returns the best.

    What stands in `seen` may fall while the walk goes on, when a model is searched again.
    """
    season = int(seasonal)
    starts = [
        Candidate(2, 2, season, season, constant),
        Candidate(0, 0, 0, 0, constant),
        Candidate(1, 0, season, 0, constant),
        Candidate(0, 1, 0, season, constant),
    ]
    if constant:
        starts.append(Candidate(0, 0, 0, 0, False))
    yield from starts
    while True:
        best = min(seen, key=lambda c: seen[c])
        for move in _neighbours(best, seasonal, constant):
            if move not in seen:
                yield move
                if seen[move] < seen[best]:
                    break
        if min(seen.values()) >= seen[best]:
            return best


def _neighbours(best: Candidate, seasonal: bool, constant: bool) -> list[Candidate]:
    moved = [Candidate(best.p + a, best.q + b, best.P + c, best.Q + d, best.constant) for a, b, c, d in MOVES]
    if constant:
        moved.append(best._replace(constant=not best.constant))
    # an AR and an MA of the same order look alike, and the way from one to the other leads over worse models
    moved.append(best._replace(p=best.q, q=best.p))
    moved.append(best._replace(P=best.Q, Q=best.P))
    return [c for c in moved if _allowed(c, seasonal)]


def grid_path(seasonal: bool, constant: bool, max_order: int, seen: Seen) -> Path:
    """All models with p + q + P + Q up to `max_order`."""
    top = MAX_SEASONAL if seasonal else 0
    spans = itertools.product(range(MAX_P + 1), range(MAX_Q + 1), range(top + 1), range(top + 1))
    for p, q, seasonal_p, seasonal_q in spans:
        if p + q + seasonal_p + seasonal_q <= max_order:
            for with_constant in {constant, False}:
                yield Candidate(p, q, seasonal_p, seasonal_q, with_constant)
    return min(seen, key=lambda c: seen[c])
