"""How past errors become deviations from the median: one function a method.

Each takes the matured errors of a block, the scale (logs or not), the levels and the settings, and returns
deviations (origin, horizon, level) and the number of absolute errors that each rests on (origin, horizon).
"""

from __future__ import annotations

import numpy as np

from forecast.postprocess._matured import Matured, effective_number, mirrored_quantiles, weighted_quantiles
from forecast.scoring.wide import Floats
from forecast.spec import IntervalsSpec

#: Growth of the errors needed with the horizon, measured by simulation for the 95 % range: 39 + 20 (h - 1).
GROWTH = 20.0 / 39.0
VOLATILITY_HALF_LIFE = 12.0  #: months, of the EWMA-scaled method
VOLATILITY_CAP = 0.4  #: largest monthly log change that counts in it
LEARNING_RATE = 0.01  #: of adaptive conformal ranges
LEARN_FROM = 12  #: errors behind a range before its hits and misses are learnt from
DEGREES = (3.0, 4.0, 6.0, 10.0, 30.0)  #: of the Student t


def needed_one_step(central: Floats, horizons: Floats) -> Floats:
    """Absolute one-step errors that a central range needs: L / (1 - L), at every horizon."""
    return np.repeat(_mirrored(central)[None, :], len(horizons), axis=0)


def needed_signed(central: Floats, horizons: Floats) -> Floats:
    """Signed errors needed: two tails, 2 / (1 - L) - 1, more with the horizon because errors overlap."""
    first = np.where(central > 0, 2.0 / (1.0 - central) - 1.0, 0.0)
    return first[None, :] * (1.0 + GROWTH * (horizons[:, None] - 1.0))


def needed_mirrored(central: Floats, horizons: Floats) -> Floats:
    """Absolute errors needed: mirroring halves what horizon 1 needs, not the growth."""
    return (
        _mirrored(central)[None, :] + needed_signed(central, horizons) - needed_signed(central, horizons[:1])
    )


def _mirrored(central: Floats) -> Floats:
    return np.asarray(central / (1.0 - central), dtype=float)


def square_root(state: Matured, logs: bool, levels: Floats, spec: IntervalsSpec) -> tuple[Floats, Floats]:
    """Errors of horizons 1..k over j^a, mirrored and discounted; their quantiles times h^a."""
    errors = state.errors(logs)
    horizons = errors.shape[1]
    pool, weights = [], []
    for j in range(1, min(spec.short_horizons, horizons) + 1):
        pool.append(np.nan_to_num(errors[:, j - 1]) / j**spec.exponent)
        weights.append(state.weights(errors, j, spec.half_life))
    one = mirrored_quantiles(np.concatenate(pool), np.concatenate(weights, axis=1), levels)
    growth = np.arange(1, horizons + 1, dtype=float) ** spec.exponent
    n = state.usable(errors, 1).sum(axis=1).astype(float)
    return one[:, None, :] * growth[None, :, None], np.repeat(n[:, None], horizons, axis=1)


def direct(state: Matured, logs: bool, levels: Floats, spec: IntervalsSpec) -> tuple[Floats, Floats]:
    """Quantiles of the errors of the same horizon, sign and all.

    The middle stays the model's forecast; a quantile that past bias puts on its wrong side is moved to it.
    """
    return _direct(state, state.errors(logs), levels, spec, mirrored=False)


def direct_mirrored(state: Matured, logs: bool, levels: Floats, spec: IntervalsSpec) -> tuple[Floats, Floats]:
    """Quantiles of the errors of the same horizon and their negatives."""
    return _direct(state, state.errors(logs), levels, spec, mirrored=True)


def _direct(
    state: Matured, errors: Floats, levels: Floats, spec: IntervalsSpec, mirrored: bool
) -> tuple[Floats, Floats]:
    """Discounting lowers the effective number of errors, and that number is what a range needs."""
    out, n = np.full((*errors.shape, len(levels)), np.nan), np.zeros(errors.shape)
    for h in range(1, errors.shape[1] + 1):
        weights = state.weights(errors, h, spec.half_life)
        quantiles = mirrored_quantiles if mirrored else weighted_quantiles
        out[:, h - 1] = quantiles(np.nan_to_num(errors[:, h - 1]), weights, levels)
        n[:, h - 1] = effective_number(weights)
    return out, n


def ewma(state: Matured, logs: bool, levels: Floats, spec: IntervalsSpec) -> tuple[Floats, Floats]:
    """Mirrored errors of the same horizon over the volatility at their origin, times the volatility now."""
    volatility = _volatility(state, logs)[:, None]
    quiet = volatility <= 0
    errors = np.divide(state.errors(logs), volatility, out=np.full(state.centre.shape, np.nan), where=~quiet)
    deviations, n = _direct(state, errors, levels, spec, mirrored=True)
    return deviations * volatility[..., None], n


def _volatility(state: Matured, logs: bool) -> Floats:
    """Root of the discounted mean squared monthly change, from first figures public at each origin."""
    record, block = state.record, state.block
    months = record.start + np.arange(len(record.values))
    public = (record.released[None, :] <= block.origins[:, None]) & (months[None, :] <= block.last[:, None])
    known = np.where(public, record.values[None, :], np.nan)
    changes = np.diff(state.scaled(known, logs), axis=1) ** 2
    if logs:
        changes = np.minimum(changes, VOLATILITY_CAP**2)
    ages = np.maximum(block.last[:, None] - months[None, 1:], 0)
    weights = np.where(np.isfinite(changes), 0.5 ** (ages / VOLATILITY_HALF_LIFE), 0.0)
    total = weights.sum(axis=1)
    mean = np.divide(
        np.sum(weights * np.nan_to_num(changes), axis=1), total, out=np.zeros(len(total)), where=total > 0
    )
    return np.asarray(np.sqrt(mean), dtype=float)


def adaptive(state: Matured, logs: bool, levels: Floats, spec: IntervalsSpec) -> tuple[Floats, Floats]:
    """Mirrored errors whose levels move with the hits and misses that had become public.

    A range that missed too often reaches further next time, one that missed too seldom less, at a fixed rate.
    """
    errors = state.errors(logs)
    out, n = np.full((*errors.shape, len(levels)), np.nan), np.zeros(errors.shape)
    lower = np.flatnonzero(levels < 0.5 - 1e-9)
    nominal = 2.0 * levels[lower]
    upper = np.array([int(np.argmin(np.abs(levels - (1.0 - levels[i])))) for i in lower], dtype=np.int64)
    for j in range(errors.shape[1]):
        weights = state.weights(errors, j + 1, spec.half_life)
        known = state.usable(errors, j + 1)
        n[:, j] = effective_number(weights)
        widths = _adaptive_widths(np.nan_to_num(errors[:, j]), weights, known, nominal)
        out[:, j, lower], out[:, j, upper] = -widths, widths
        out[:, j, np.abs(levels - 0.5) < 1e-9] = 0.0
    return out, n


def _adaptive_widths(errors: Floats, weights: Floats, known: np.ndarray, nominal: Floats) -> Floats:
    """Half-widths at each origin; `nominal` are the rates of misses asked for, ascending."""
    alpha = nominal.copy()
    widths = np.full((len(weights), len(nominal)), np.nan)
    seen = np.zeros(len(errors), dtype=bool)
    for t in range(len(weights)):
        for u in np.flatnonzero(known[t] & ~seen):
            seen[u] = True
            if known[u].sum() >= LEARN_FROM:
                missed = (np.abs(errors[u]) > widths[u]).astype(float)
                alpha = np.clip(alpha + LEARNING_RATE * (nominal - missed), 1e-4, 0.9999)
        steps = 1.0 - np.maximum.accumulate(alpha) / 2.0
        widths[t] = mirrored_quantiles(errors, weights[[t]], steps)[0]
    return widths


def student_t(state: Matured, logs: bool, levels: Floats, spec: IntervalsSpec) -> tuple[Floats, Floats]:
    """A Student t around zero for the errors of each horizon, scale and degrees by maximum likelihood."""
    from scipy.special import stdtrit

    errors = state.errors(logs)
    out, n = np.full((*errors.shape, len(levels)), np.nan), np.zeros(errors.shape)
    for j in range(errors.shape[1]):
        weights = state.weights(errors, j + 1, spec.half_life)
        degrees, scale = _fit_student(np.nan_to_num(errors[:, j]), weights)
        out[:, j] = stdtrit(degrees[:, None], levels[None, :]) * scale[:, None]
        n[:, j] = effective_number(weights)
    return out, n


def _fit_student(errors: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Degrees and scale with the greatest weighted likelihood, a row of weights each (EM for the scale)."""
    from scipy.special import gammaln

    squares = errors[None, :] ** 2
    total = np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
    best, degrees, scale = np.full(len(weights), -np.inf), np.full(len(weights), 3.0), np.zeros(len(weights))
    for nu in DEGREES:
        s2 = np.maximum(np.sum(weights * squares, axis=1, keepdims=True) / total, 1e-12)
        for _ in range(15):
            pull = (nu + 1.0) / (nu + squares / s2)
            s2 = np.maximum(np.sum(weights * pull * squares, axis=1, keepdims=True) / total, 1e-12)
        constant = gammaln((nu + 1.0) / 2.0) - gammaln(nu / 2.0) - 0.5 * np.log(nu * np.pi)
        each = constant - 0.5 * np.log(s2) - (nu + 1.0) / 2.0 * np.log1p(squares / s2 / nu)
        likelihood = np.sum(weights * each, axis=1)
        better = likelihood > best
        best = np.where(better, likelihood, best)
        degrees, scale = np.where(better, nu, degrees), np.where(better, np.sqrt(s2[:, 0]), scale)
    return degrees, np.where(weights.sum(axis=1) > 0, scale, np.nan)
