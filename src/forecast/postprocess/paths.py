"""Joint paths over the months ahead: the printed quantiles of each month, tied by past errors.

Which month is high when another is high is taken from the rank order of past error paths (the Schaake
shuffle); where too few of them are complete, from a random walk. Sums are read from paths, never summed
from quantiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecast.tables.distributions import Distributions
from forecast.tables.quantiles import Bools, Floats

#: Complete past error paths from which their rank order is taken.
ENOUGH_PATHS = 40
Dependence = Literal["past_errors", "random_walk"]


@dataclass(frozen=True)
class JointPaths:
    """Paths of one row at one origin.

    Attributes
    ----------
    values : array (path, month)
    dependence : str
        ``past_errors`` or ``random_walk``.
    n_past : int
        Complete error paths that were known at the origin.
    """

    values: Floats
    dependence: Dependence
    n_past: int


def noise(paths: int, *shape: int, seed: int) -> Floats:
    """Standard Gaussian increments (path, ...), in pairs of opposite sign."""
    half = np.random.default_rng(seed).standard_normal(((paths + 1) // 2, *shape))
    return np.concatenate([half, -half])[:paths]


def random_walk(steps: Floats) -> Floats:
    """Normal scores of a random walk from its steps (..., month): sums of unit variance."""
    return np.asarray(np.cumsum(steps, axis=-1) / np.sqrt(np.arange(1, steps.shape[-1] + 1)), dtype=float)


def spread_evenly(scores: Floats) -> Floats:
    """Replace the scores of each month by the evenly spread ones of the same ranks: exact margins."""
    from scipy.special import ndtri

    ranks = scores.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    return np.asarray(ndtri((ranks + 0.5) / len(scores)), dtype=float)


def shuffled(past: Floats, paths: int, seed: int) -> Floats:
    """Normal scores of at least `paths` paths in the rank order of past error paths (n, month).

    Each past path stands for several: its rank cell is cut into as many even strata, which go to them in
    turn from a random start, so that every month keeps its distribution exactly.
    """
    from scipy.special import ndtri

    n = len(past)
    copies = -(-paths // n)
    ranks = past.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    first = np.random.default_rng(seed).integers(copies, size=past.shape)
    strata = (np.arange(copies)[:, None, None] + first) % copies
    shares = (ranks + (strata + 0.5) / copies) / n
    return np.asarray(ndtri(shares.reshape(-1, past.shape[1])), dtype=float)


class PathMaker:
    """Draws joint paths of one row at any of its origins."""

    def __init__(self, row: Distributions, paths: int, seed: int) -> None:
        self._row, self._paths, self._seed = row, paths, seed
        horizons = row.quantiles.shape[1]
        self._walk = spread_evenly(random_walk(noise(paths, horizons, seed=seed)))
        errors = {bool(logs): row.errors.errors(bool(logs)) for logs in np.unique(row.errors.logs)}
        self._errors = errors
        self._public = row.errors.released.max(axis=1)

    def at(self, t: int) -> JointPaths | None:
        """Return the paths at an origin over the months that have ranges; None where the first has none."""
        months = int(np.argmin(np.append(self._row.given[t], False)))
        if not months:
            return None
        errors = self._errors[bool(self._row.errors.logs[t])]
        past = errors[self._complete(t, errors)]
        few = len(past) < ENOUGH_PATHS
        scores = self._walk if few else shuffled(past, self._paths, self._seed)
        values = self._row.draw(t, scores[:, :months])
        return JointPaths(values, "random_walk" if few else "past_errors", len(past))

    def _complete(self, t: int, errors: Floats) -> Bools:
        """Past origins whose errors of all months were known at this one."""
        public = self._public <= self._row.origins[t]
        return np.asarray(public & np.isfinite(errors).all(axis=1), dtype=bool)
