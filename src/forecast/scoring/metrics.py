"""Measures of error: plain functions of arrays.

Quantile functions take `y (...)`, `quantiles (..., L)` and `levels (L,)` and return a value for each `y`.
Nothing is averaged here but over levels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast.tables.levels import central_pairs

Floats = NDArray[np.float64]


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=float)


def absolute_error(y: ArrayLike, forecast: ArrayLike) -> Floats:
    """Distance of the outcome from the forecast.

    Examples
    --------
    >>> absolute_error([3.0, 5.0], 4.0).tolist()
    [1.0, 1.0]
    """
    return _floats(np.abs(_floats(y) - _floats(forecast)))


def squared_error(y: ArrayLike, forecast: ArrayLike) -> Floats:
    """Squared distance of the outcome from the forecast.

    Examples
    --------
    >>> squared_error([3.0], [5.0]).tolist()
    [4.0]
    """
    return _floats(np.square(_floats(y) - _floats(forecast)))


def percentage_error(y: ArrayLike, forecast: ArrayLike) -> Floats:
    """Absolute error in percent of the outcome; infinite for an outcome of zero.

    Examples
    --------
    >>> percentage_error([50.0], [60.0]).tolist()
    [20.0]
    """
    actual = np.abs(_floats(y))
    error = absolute_error(y, forecast)
    out = np.full(np.broadcast(error, actual).shape, np.inf)
    return _floats(np.divide(100.0 * error, actual, out=out, where=actual > 0))


def pinball(y: ArrayLike, quantile: ArrayLike, level: ArrayLike) -> Floats:
    """Pinball (quantile, check) loss of one quantile.

    Examples
    --------
    >>> pinball(3.0, 1.0, 0.9).item()
    1.8
    """
    distance = _floats(y) - _floats(quantile)
    p = _floats(level)
    return _floats(np.where(distance >= 0, p * distance, (p - 1.0) * distance))


def interval_score(y: ArrayLike, lower: ArrayLike, upper: ArrayLike, alpha: float) -> Floats:
    """Interval score of a central range that should miss with probability `alpha`.

    Examples
    --------
    >>> interval_score(2.0, -1.0, 1.0, alpha=0.2).item()
    12.0
    """
    actual = _floats(y)
    low, high = _floats(lower), _floats(upper)
    miss = np.maximum(low - actual, 0.0) + np.maximum(actual - high, 0.0)
    return np.asarray(high - low + 2.0 / alpha * miss, dtype=float)


def covered(y: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> Floats:
    """1 where the outcome lies inside a range, ends included, 0 where not, NaN where any is missing.

    Examples
    --------
    >>> covered([1.0, 5.0], 0.0, 2.0).tolist()
    [1.0, 0.0]
    """
    actual = _floats(y)
    low, high = _floats(lower), _floats(upper)
    inside = ((actual >= low) & (actual <= high)).astype(float)
    return _floats(np.where(np.isnan(actual + low + high), np.nan, inside))


def coverage(y: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> float:
    """Share of outcomes inside their range, missing ones left out.

    Examples
    --------
    >>> coverage([1.0, 5.0], 0.0, 2.0)
    0.5
    """
    inside = covered(y, lower, upper)
    return float(np.nanmean(inside)) if np.isfinite(inside).any() else float("nan")


def coverage_interval(share: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Clopper-Pearson range of a coverage that rests on `n` independent outcomes; `n` need not be whole.

    Examples
    --------
    >>> [round(x, 3) for x in coverage_interval(0.8, 50)]
    [0.663, 0.9]
    """
    from scipy.special import betaincinv

    if not n > 0 or not np.isfinite(share):
        return float("nan"), float("nan")
    tail, hits = (1.0 - confidence) / 2.0, share * n
    misses = n - hits
    low = 0.0 if hits < 1e-9 else float(betaincinv(hits, misses + 1.0, tail))
    high = 1.0 if misses < 1e-9 else float(betaincinv(hits + 1.0, misses, 1.0 - tail))
    return low, high


def wis_parts(y: ArrayLike, quantiles: ArrayLike, levels: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Three parts that add up to the weighted interval score: spread, overprediction, underprediction.

    Overprediction is what outcomes below the ranges cost, underprediction what outcomes above them cost.
    The levels must be central pairs and the median.

    Examples
    --------
    >>> spread, over, under = wis_parts(0.0, [[2.0, 3.0, 4.0]], [0.25, 0.5, 0.75])
    >>> [round(float(x[0]), 3) for x in (spread, over, under)]
    [0.333, 2.333, 0.0]
    """
    p, q, actual = _central(y, quantiles, levels)
    pairs = central_pairs(p)
    median = int(np.flatnonzero(np.isclose(p, 0.5))[0])
    weight = len(pairs) + 0.5
    distance = actual - q[..., median]
    spread = np.zeros(distance.shape)
    over, under = 0.5 * np.maximum(-distance, 0.0), 0.5 * np.maximum(distance, 0.0)
    for i, j, alpha in pairs:
        spread = spread + 0.5 * alpha * (q[..., j] - q[..., i])
        over = over + np.maximum(q[..., i] - actual, 0.0)
        under = under + np.maximum(actual - q[..., j], 0.0)
    return spread / weight, over / weight, under / weight


def wis(y: ArrayLike, quantiles: ArrayLike, levels: ArrayLike) -> Floats:
    """Weighted interval score over central ranges and the median.

    Equal to the mean over all levels of twice the pinball loss.

    Examples
    --------
    >>> wis(0.0, [[2.0, 3.0, 4.0]], [0.25, 0.5, 0.75]).round(3).tolist()
    [2.667]
    """
    p, q, actual = _central(y, quantiles, levels)
    return np.asarray(2.0 * np.mean(pinball(actual[..., None], q, p), axis=-1), dtype=float)


def _central(y: ArrayLike, quantiles: ArrayLike, levels: ArrayLike) -> tuple[Floats, Floats, Floats]:
    p, q = _floats(levels), _floats(quantiles)
    if len(p) != 2 * len(central_pairs(p)) + 1:
        raise ValueError(f"levels {p.tolist()} are not central pairs and the median")
    return p, q, _floats(y)


def crps_from_quantiles(y: ArrayLike, quantiles: ArrayLike, levels: ArrayLike) -> Floats:
    """Continuous ranked probability score by quantiles: twice the integral of the pinball loss over levels.

    Trapezoids between the levels; beyond the outermost ones their loss is carried on, which keeps the
    weights at a sum of one. Exact only in the limit of many levels.

    Examples
    --------
    >>> import numpy as np
    >>> levels = np.arange(1, 1000) / 1000
    >>> round(crps_from_quantiles(0.5, levels, levels).item(), 3)   # uniform on [0, 1]: 1/12
    0.083
    """
    p, q = _floats(levels), _floats(quantiles)
    edges = np.concatenate([[0.0], 0.5 * (p[1:] + p[:-1]), [1.0]])
    loss = pinball(_floats(y)[..., None], q, p)
    return np.asarray(2.0 * np.sum(loss * np.diff(edges), axis=-1), dtype=float)


def crps_from_sample(y: ArrayLike, draws: ArrayLike, fair: bool = False) -> Floats:
    """Continuous ranked probability score of a sample: E|X - y| - E|X - X'| / 2.

    `fair` divides the second term by n (n - 1) in place of n^2, which is unbiased for few draws.

    Examples
    --------
    >>> crps_from_sample(0.0, [1.0, 3.0]).item()
    1.5
    """
    x = np.sort(_floats(draws), axis=-1)
    n = x.shape[-1]
    rank = 2.0 * np.arange(1, n + 1) - n - 1.0
    spread = np.sum(rank * x, axis=-1) / (n * (n - 1 if fair else n))
    first = np.mean(np.abs(x - _floats(y)[..., None]), axis=-1)
    return np.asarray(first - spread, dtype=float)


def mase_scale(history: ArrayLike, season: int = 12) -> float:
    """Mean absolute error of the seasonal naive forecast inside a history; NaN when it is too short or flat.

    Examples
    --------
    >>> mase_scale([1.0, 2.0, 4.0, 4.0], season=2)
    2.5
    """
    x = _floats(history)
    if len(x) <= season:
        return float("nan")
    steps = np.abs(x[season:] - x[:-season])
    known = np.isfinite(steps)
    mean = np.mean if known.all() else np.nanmean
    scale = float(mean(steps)) if known.any() else float("nan")
    return scale if scale > 0 else float("nan")
