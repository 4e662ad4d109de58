"""Linear reconciliation: arrays in, arrays that add up out. Knows no tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from forecast.errors import ConfigError
from forecast.tables.quantiles import Floats

METHODS: tuple[str, ...] = ("bottom_up", "shrinkage")


def order_nodes(children: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """All nodes from the top down, and the bottom ones in the same order.

    Raises
    ------
    ConfigError
        When a node has two parents, stands below itself, or there are two tops.
    """
    below = [c for parts in children.values() for c in parts]
    tops = [p for p in children if p not in below]
    problems = []
    if len(tops) != 1:
        problems.append(f"{len(tops)} tops ({', '.join(tops) or 'none'}); expected one")
    problems += [f"'{c}' stands below two parents" for c in dict.fromkeys(below) if below.count(c) > 1]
    problems += [f"'{p}' has no children" for p, parts in children.items() if not parts]
    if problems:
        raise ConfigError("hierarchy: " + "; ".join(problems))
    nodes, queue = [], tops
    while queue:
        nodes += queue
        queue = [c for p in queue for c in children.get(p, ())]
    return nodes, [n for n in nodes if n not in children]


def summing_matrix(children: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str], Floats]:
    """Nodes, bottom nodes, and the matrix (node, bottom) that adds the bottom up.

    Examples
    --------
    >>> summing_matrix({"all": ["a", "b"]})[2].tolist()
    [[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]]
    """
    nodes, bottom = order_nodes(children)
    place = {name: i for i, name in enumerate(bottom)}

    def leaves(node: str) -> list[int]:
        if node not in children:
            return [place[node]]
        return [leaf for child in children[node] for leaf in leaves(child)]

    matrix = np.zeros((len(nodes), len(bottom)))
    for i, node in enumerate(nodes):
        matrix[i, leaves(node)] = 1.0
    return nodes, bottom, matrix


def shrunken_covariance(errors: Floats) -> tuple[Floats, float]:
    """Covariance around zero, correlations shrunken to none as Schaefer and Strimmer do, and how far.

    Parameters
    ----------
    errors : array, (n, nodes)

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> round(shrunken_covariance(rng.normal(size=(40, 3)))[1], 1)
    1.0
    """
    n = len(errors)
    plain = errors.T @ errors / n
    sd = np.sqrt(np.maximum(np.diag(plain), 1e-300))
    x = errors / sd
    r = plain / np.outer(sd, sd)
    variance = ((x**2).T @ (x**2) - (x.T @ x) ** 2 / n) / (n * (n - 1))
    off = ~np.eye(len(r), dtype=bool)
    squares = float(np.sum(r[off] ** 2))
    rate = float(np.clip(np.sum(variance[off]) / squares, 0.0, 1.0)) if squares > 0 else 1.0
    shrunken = np.where(off, (1.0 - rate) * r, 1.0)
    return np.asarray(shrunken * np.outer(sd, sd), dtype=float), rate


def mapping(summing: Floats, covariance: Floats | None = None) -> Floats:
    """Matrix (bottom, node) that turns base forecasts into bottom ones; times `summing` they add up.

    Parameters
    ----------
    summing : array, (node, bottom)
    covariance : array, (node, node), optional
        Of base errors, for the least squares of MinT; without it the bottom forecasts are taken as they are.
    """
    n, b = summing.shape
    if covariance is None:
        return np.asarray(np.hstack([np.zeros((b, n - b)), np.eye(b)]), dtype=float)
    pulled = summing.T @ np.linalg.inv(covariance)
    return np.asarray(np.linalg.solve(pulled @ summing, pulled), dtype=float)


def reconcile_values(
    base: Floats, summing: Floats, covariance: Floats | None = None, positive: bool = False
) -> Floats:
    """Turn base values (..., node) into values that add up: from the bottom up, or by MinT with a covariance.

    With `positive`, values with a negative bottom are replaced by the nearest that have none (non-negative
    least squares in the metric of the method).

    Examples
    --------
    >>> import numpy as np
    >>> S = summing_matrix({"all": ["a", "b"]})[2]
    >>> reconcile_values(np.array([12.0, 5.0, 4.0]), S, np.eye(3)).round(6).tolist()
    [11.0, 6.0, 5.0]
    """
    flat = base.reshape(-1, len(summing))
    low = flat @ mapping(summing, covariance).T
    below = (low < 0).any(axis=1)
    if positive and below.any():
        if covariance is None:
            low = np.maximum(low, 0.0)
        else:
            low[below] = _nearest_positive(flat[below], summing, covariance)
    return np.asarray((low @ summing.T).reshape(base.shape), dtype=float)


def _nearest_positive(base: Floats, summing: Floats, covariance: Floats) -> Floats:
    from scipy.optimize import nnls

    root = np.linalg.cholesky(np.linalg.inv(covariance)).T
    left = root @ summing
    size = float(np.abs(left).max())  # nnls stops by an absolute tolerance
    return np.array([nnls(left / size, (root @ values) / size)[0] for values in base])
