"""Which starts are tried at which fold: ``full``, ``modes`` or ``warm``.

full
    Every fold is searched from the grid, alone.
modes
    Every 12th fold of a chain is searched from the grid; the folds up to the next one start from all
    optima that were found there.
warm
    The first fold of a chain is searched from the grid; every 16th starts from its optimum, the folds
    between from the one before them.

A fold depends only on earlier folds of its own chain, never on later ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from forecast.arima.likelihood import Ints, evaluate
from forecast.arima.optimise import Objective, Optima, choose_starts, distinct, grid, minimise, n_starts
from forecast.arima.polynomials import Floats
from forecast.arima.prefixes import evaluate_prefixes

Starts = Literal["warm", "modes", "full"]
ANCHOR_EVERY = {"modes": 12, "warm": 16}
#: Folds of a series from which on one numpy pass for all its prefixes is cheaper than one for each.
ENOUGH_PREFIXES = 4
#: Optima this much worse than the best one are not carried on.
CARRY_WITHIN, CARRY_AT_MOST = 2.5, 3


@dataclass(frozen=True, eq=False)
class Folds:
    """Folds of one batch in the order of their origins: group, number of rows, chain."""

    group: Ints
    length: Ints
    chain: Ints

    def position(self) -> Ints:
        """Position of each fold in its chain."""
        position = np.zeros(len(self.chain), dtype=np.int64)
        for chain in np.unique(self.chain):
            members = self.chain == chain
            position[members] = np.arange(members.sum())
        return position


def search(objective: Objective, folds: Folds, starts: Starts) -> list[Optima]:
    """Optima of each fold, best first."""
    everything = np.arange(len(folds.group))
    if starts == "full":
        return full(objective, folds, everything)
    position, every = folds.position(), ANCHOR_EVERY[starts]
    anchors = np.flatnonzero(position % every == 0)
    found: list[Optima | None] = [None] * len(everything)
    first = anchors if starts == "modes" else np.flatnonzero(position == 0)
    for fold, optima in zip(first, full(objective, folds, first), strict=True):
        found[fold] = optima
    count = CARRY_AT_MOST if starts == "modes" else 1
    if starts == "warm":
        later = anchors[position[anchors] > 0]
        _follow_into(found, objective, folds, later, later - position[later], count)
    rest = np.flatnonzero(position % every != 0)
    _follow_into(found, objective, folds, rest, rest - position[rest] % every, count)
    return [optima for optima in found if optima is not None]


def _follow_into(
    found: list[Optima | None], objective: Objective, folds: Folds, wanted: Ints, origin: Ints, count: int
) -> None:
    """Fill `found` at the folds `wanted`, each starting from the optima at the fold `origin`."""
    known = {int(fold): optima for fold in np.unique(origin) if (optima := found[fold]) is not None}
    for fold, optima in zip(wanted, follow(objective, folds, wanted, origin, known, count), strict=True):
        found[fold] = optima


def full(objective: Objective, folds: Folds, wanted: Ints) -> list[Optima]:
    """Search the folds `wanted` from the grid."""
    if not len(wanted):
        return []
    points = grid(objective.batch.orders)
    group, length = folds.group[wanted], folds.length[wanted]
    starting, values = _grid_values(objective, group, length, points)
    count = n_starts(objective.batch.orders)
    chosen = [choose_starts(points, values[i], count) for i in range(len(wanted))]
    fold = np.repeat(np.arange(len(wanted)), [len(c) for c in chosen])
    lanes = np.concatenate([starting[i, c] for i, c in enumerate(chosen)])
    return _by_fold(minimise(objective, group[fold], length[fold], fold, lanes), fold, len(wanted))


def follow(
    objective: Objective,
    folds: Folds,
    wanted: Ints,
    origin: Ints,
    known: dict[int, Optima],
    count: int,
    within: float = CARRY_WITHIN,
) -> list[Optima]:
    """Search the folds `wanted` from the optima known at the folds `origin`, Hessians carried along."""
    if not len(wanted):
        return []
    carried = {there: _carried(optima, count, within) for there, optima in known.items()}
    parts = [carried[int(there)] for there in origin]
    at = np.repeat(np.arange(len(wanted)), [len(part.value) for part in parts])
    lanes = Optima.join(parts)
    ratio = (folds.length[wanted] / folds.length[origin])[at]
    hessian = lanes.hessian * ratio[:, None, None]
    ended = minimise(objective, folds.group[wanted][at], folds.length[wanted][at], at, lanes.x, hessian)
    return _by_fold(ended, at, len(wanted))


def _carried(optima: Optima, count: int, within: float) -> Optima:
    """The optima of one fold that are worth a start at another."""
    return optima.take(np.flatnonzero(optima.value <= optima.value[0] + within)[:count])


def _by_fold(optima: Optima, fold: Ints, count: int) -> list[Optima]:
    """Distinct optima of each fold; `fold` ascends."""
    bound = np.searchsorted(fold, np.arange(count + 1)).tolist()
    result = []
    for begin, end in pairwise(bound):
        mine = optima.take(slice(begin, end))
        result.append(mine if end - begin == 1 else mine.take(distinct(mine)))
    return result


def _grid_values(objective: Objective, group: Ints, length: Ints, points: Floats) -> tuple[Floats, Floats]:
    """Starts (F, T, size) of every fold and their values (F, T)."""
    folds, count = len(group), len(points)
    starting = np.broadcast_to(np.arcsin(points), (folds, *points.shape)).copy()
    if objective.batch.n_shrunk:
        return _with_sigma(objective, group, length, starting)
    if objective.kernel is evaluate and points.shape[1] and folds >= ENOUGH_PREFIXES * len(np.unique(group)):
        # In numpy one pass over a series serves all its prefixes.
        values = np.empty((folds, count))
        coefficients = objective.unpack(np.arcsin(points))[0]
        for g in np.unique(group):
            members = np.flatnonzero(group == g)
            values[members] = evaluate_prefixes(objective.batch, int(g), length[members], coefficients).T
        return starting, values
    # Point by point, the longest fold of a series first: the compiled kernel then filters it once for all.
    order = np.lexsort((-length, group))
    lane, place = np.tile(order, count), np.repeat(np.arange(count), folds)
    flat = objective.value(group[lane], length[lane], starting[lane, place])
    values = np.empty((folds, count))
    values[lane, place] = flat
    return starting, values


def _with_sigma(objective: Objective, group: Ints, length: Ints, starting: Floats) -> tuple[Floats, Floats]:
    """Add log sigma2 to the starts: two Newton steps from the variance of the differenced series."""
    folds, count, _ = starting.shape
    lane = np.repeat(np.arange(folds), count)
    last = objective.batch.z[:, :, -1]
    power = np.array([np.mean(last[g, :n] ** 2) for g, n in zip(group, length, strict=True)])
    x = np.concatenate([starting.reshape(folds * count, -1), np.log(power)[lane, None]], axis=1)
    for _ in range(2):
        _, slope = objective.value_gradient(group[lane], length[lane], x)
        x[:, -1] -= np.clip(2.0 * slope[:, -1] / length[lane], -1.5, 1.5)
    values = objective.value(group[lane], length[lane], x)
    return x.reshape(folds, count, -1), values.reshape(folds, count)
