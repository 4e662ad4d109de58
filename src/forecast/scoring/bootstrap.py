"""Tests of two series of losses: Diebold-Mariano and the circular block bootstrap."""

from __future__ import annotations

import numpy as np

from forecast.tables.quantiles import Floats, Ints


def diebold_mariano(
    losses: Floats,
    against: Floats,
    horizon: int = 1,
    alternative: str = "two.sided",
    variance: str = "acf",
) -> tuple[float, float]:
    """Diebold-Mariano statistic with the correction of Harvey, Leybourne and Newbold, and its p value.

    Parameters
    ----------
    losses, against : array
        Losses at the same origins in order of time; pairs with a NaN are left out.
    horizon : int
        Errors overlap for ``horizon - 1`` months.
    alternative : {"two.sided", "less", "greater"}
        ``less``: the first losses are smaller.
    variance : {"acf", "bartlett"}
        Long-run variance by plain autocovariances, or Bartlett's weights. Plain ones that come out negative
        fall back on Bartlett's.

    Returns
    -------
    statistic, p : float
        Negative when the first losses are smaller; NaN for equal losses or too few of them.

    Examples
    --------
    >>> statistic, p = diebold_mariano([1.0, 2.0, 1.0, 3.0], [2.0, 2.5, 2.0, 3.0])
    >>> round(statistic, 3), round(p, 3)
    (-2.611, 0.08)
    """
    from scipy.special import stdtr

    difference = np.asarray(losses, dtype=float) - np.asarray(against, dtype=float)
    difference = difference[np.isfinite(difference)]
    n = len(difference)
    if n <= horizon + 1:
        return float("nan"), float("nan")
    centred = difference - difference.mean()
    covariances = [float(centred[k:] @ centred[: n - k]) / n for k in range(horizon)]
    long_run = covariances[0] + 2.0 * sum(covariances[1:])
    if variance == "bartlett" or long_run <= 0:
        long_run = covariances[0] + 2.0 * sum((1 - k / horizon) * covariances[k] for k in range(1, horizon))
    if not long_run > 1e-300:
        return float("nan"), float("nan")
    correction = (n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n
    statistic = float(difference.mean() / np.sqrt(long_run / n) * np.sqrt(correction))
    below = float(stdtr(n - 1, statistic))
    p = {"less": below, "greater": 1.0 - below, "two.sided": 2.0 * min(below, 1.0 - below)}[alternative]
    return statistic, p


def circular_picks(n: int, block: int, draws: int, seed: int) -> Ints:
    """Positions of the origins in each draw of a circular block bootstrap: (draws, n)."""
    block = max(1, min(block, n))
    generator = np.random.default_rng(seed)
    starts = generator.integers(0, n, size=(draws, -(-n // block)))
    return ((starts[:, :, None] + np.arange(block)) % n).reshape(draws, -1)[:, :n]


def circular_draws(n: int, block: int, draws: int, seed: int) -> Floats:
    """How often each of `n` origins stands in each draw: (draws, n)."""
    flat = circular_picks(n, block, draws, seed) + n * np.arange(draws)[:, None]
    times = np.bincount(flat.ravel(), minlength=draws * n).reshape(draws, n)
    return np.asarray(times, dtype=float)


def drawn_means(counts: Floats, losses: Floats) -> Floats:
    """Mean of the losses (origin, ...) in each draw, missing ones left out; NaN where a draw holds none."""
    known = np.isfinite(losses)
    flat = np.where(known, losses, 0.0).reshape(len(losses), -1)
    total, number = counts @ flat, counts @ known.reshape(len(losses), -1).astype(float)
    means = np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)
    return np.asarray(means.reshape(len(counts), *losses.shape[1:]), dtype=float)
