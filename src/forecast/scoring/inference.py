"""Inference about the mean of loss differences: equal-weighted cosines, Diebold-Mariano, block bootstrap."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal

import numpy as np

from forecast.config.bounds import Bounds, Months
from forecast.config.convert import check_arguments
from forecast.errors import ConfigError
from forecast.tables.quantiles import Floats, Ints

#: How the interval of a mean loss difference is made.
IntervalMethod = Literal["cosines", "bootstrap"]
CONFIDENCE = 0.9
#: Fewer origins than this, or than four times the overlap, and no interval holds what it promises.
MIN_ORIGINS, MIN_OVERLAPS = 24, 4
#: What the bootstrap may be told.
_BOUNDS = {
    "block": Months,
    "draws": Annotated[int, Bounds(100, 100_000)],
    "seed": Annotated[int, Bounds(0, 2**32 - 1)],
}


Draws = Annotated[int, Bounds(100, 1_000_000)]
Seed = Annotated[int, Bounds(0, 2**32 - 1)]


@dataclass(frozen=True)
class Bootstrap:
    """Settings of the circular block bootstrap: months of a block, draws, seed."""

    block: int = 24
    draws: int = 2000
    seed: int = 20240507

    def __post_init__(self) -> None:
        check_arguments(block=(self.block, Months), draws=(self.draws, Draws), seed=(self.seed, Seed))

    def picks(self, n: int, spacing: float) -> Ints:
        """Positions of `n` origins, `spacing` months apart, in each draw."""
        return circular_picks(n, self.origins_a_block(spacing), self.draws, self.seed)

    def origins_a_block(self, spacing: float) -> int:
        """Origins of a block, `spacing` months apart."""
        return max(1, round(self.block / spacing))


def bootstrap_settings(
    method: IntervalMethod, block: int | None, draws: int | None, seed: int | None
) -> Bootstrap | None:
    """Return the settings of the bootstrap, or None for cosines, which have none.

    Raises
    ------
    ConfigError
        For an unknown method, or settings of the bootstrap given for cosines.
    """
    given = {k: v for k, v in {"block": block, "draws": draws, "seed": seed}.items() if v is not None}
    if method not in ("cosines", "bootstrap"):
        raise ConfigError(f"interval: {method!r}; expected cosines or bootstrap")
    if method == "bootstrap":
        check_arguments(**{name: (value, _BOUNDS[name]) for name, value in given.items()})
        return Bootstrap(**given)
    if given:
        raise ConfigError(f"{', '.join(given)}: settings of the bootstrap; add interval='bootstrap'")
    return None


def enough_origins(n: int, horizon: int, spacing: float) -> bool:
    """Return whether `n` origins, `spacing` months apart, bear an interval `horizon` months ahead.

    Simulated (docs/accuracy.md): with fewer the lower bound of two equal forecasters lies above 0 too often.
    """
    return n >= max(MIN_ORIGINS, MIN_OVERLAPS * horizon / spacing)


def cosine_projections(series: Floats) -> Floats:
    """Projections of a series on its slowest cosines; their mean square estimates its long-run variance.

    Equal-weighted cosines, which hold under autocorrelation: Lazarus, Lewis, Stock and Watson (2018), HAR
    inference: recommendations for practice, Journal of Business and Economic Statistics 36.

    Parameters
    ----------
    series : array (n, ...)
        Values in order of time.

    Returns
    -------
    array (B, ...)
        With B = max(4, 0.4 n^(2/3)), the degrees of freedom of Student's t.
    """
    x = np.asarray(series, dtype=float)
    return np.asarray(np.sqrt(2.0 / len(x)) * np.tensordot(_cosines(len(x)), x, axes=1), dtype=float)


@lru_cache(maxsize=64)
def _cosines(n: int) -> Floats:
    """Return the slowest cosines of n values, (B, n)."""
    freedom = max(4, int(0.4 * n ** (2 / 3)))
    made: Floats = np.cos(np.pi * np.outer(np.arange(1, freedom + 1), np.arange(n) + 0.5) / n)
    made.flags.writeable = False
    return made


def cosine_test(losses: Floats, against: Floats) -> tuple[float, float]:
    """Test of equal mean losses by cosines: t (negative when the first are smaller) and two-sided p.

    Missing where the losses do not differ.

    Examples
    --------
    >>> against = 3.0 + np.sin(np.arange(64.0))
    >>> statistic, p = cosine_test(0.9 * against, against)
    >>> round(statistic, 1), round(p, 7)
    (-107.5, 0.0)
    """
    from scipy.special import stdtr

    difference = np.asarray(losses, dtype=float) - np.asarray(against, dtype=float)
    projections = cosine_projections(difference)
    error = float(np.sqrt(np.mean(projections**2) / len(difference)))
    if not error > 1e-300:
        return float("nan"), float("nan")
    statistic = float(difference.mean()) / error
    return statistic, float(2.0 * stdtr(len(projections), -abs(statistic)))


def skill_interval(losses: Floats, against: Floats, bootstrap: Bootstrap | None, spacing: float) -> Floats:
    """Ends of the 90 % interval of the skill, 1 - mean of the losses / mean of those they are held against.

    Parameters
    ----------
    losses, against : array (n,)
        At the same origins, in order of time, without gaps.
    bootstrap : Bootstrap or None
        None: by cosines, the skills s at which the mean of ``against - losses - s * against`` is not told
        apart from 0 (Fieller), so that an end lies beyond 0 exactly when `cosine_test` rejects at 10 %.
    spacing : float
        Months between origins.

    Returns
    -------
    array (2,)
        Missing where the mean of `against` is itself not told apart from 0.
    """
    if bootstrap is not None:
        return bootstrap_interval(losses, against, bootstrap, spacing)
    from scipy.special import stdtrit

    pair = np.column_stack([against - losses, against])
    projections = cosine_projections(pair)
    freedom = len(projections)
    t = float(stdtrit(freedom, (1.0 + CONFIDENCE) / 2.0))
    mean, covariance = pair.mean(axis=0), projections.T @ projections / (freedom * len(pair))
    # |mean of gain - s base| <= t times its error, a quadratic in s
    quadratic = np.outer(mean, mean) - t**2 * covariance
    gain, cross, base = quadratic[0, 0], quadratic[0, 1], quadratic[1, 1]
    if not base > 0:
        return np.full(2, np.nan)
    half = float(np.sqrt(max(cross**2 - base * gain, 0.0)))
    return np.array([(cross - half) / base, min((cross + half) / base, 1.0)])


def bootstrap_interval(
    losses: Floats,
    against: Floats,
    bootstrap: Bootstrap,
    spacing: float,
    middle: Literal["mean", "median"] = "mean",
) -> Floats:
    """Ends of the 90 % percentile interval of 1 - middle of the losses / middle of the others."""
    if bootstrap.origins_a_block(spacing) >= len(losses):
        return np.full(2, np.nan)  # one block holds every origin: all draws are the same
    picks = bootstrap.picks(len(losses), spacing)
    centre = np.mean if middle == "mean" else np.median
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = 1.0 - centre(losses[picks], axis=-1) / centre(against[picks], axis=-1)
    drawn = drawn[np.isfinite(drawn)]
    tail = (1.0 - CONFIDENCE) / 2.0
    return np.quantile(drawn, [tail, 1.0 - tail]) if len(drawn) else np.full(2, np.nan)


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
