"""How past errors become deviations from the median: one function a method.

Each takes the known errors of one series, the scale (logs or not), the levels and the settings, and returns
deviations (origin, horizon, level) and the number of absolute errors that each rests on (origin, horizon).
"""

from __future__ import annotations

import numpy as np

from forecast.config.settings import IntervalsSpec
from forecast.tables.known_errors import KnownErrors, effective_number, mirrored_quantiles, weighted_quantiles
from forecast.tables.quantiles import Floats

#: Growth of the errors needed with the horizon, measured by simulation for the 95 % range: 39 + 20 (h - 1).
GROWTH = 20.0 / 39.0


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


def square_root(state: KnownErrors, logs: bool, levels: Floats, spec: IntervalsSpec) -> tuple[Floats, Floats]:
    """Errors of horizons 1..k over j^a, mirrored and discounted; their quantiles times h^a.

    They rest on the effective number of discounted one-step errors, as those of the other methods do.
    """
    errors = state.errors(logs)
    horizons = errors.shape[1]
    pool, weights = [], []
    for j in range(1, min(spec.short_horizons, horizons) + 1):
        pool.append(np.nan_to_num(errors[:, j - 1]) / j**spec.exponent)
        weights.append(state.weights(errors, j, spec.half_life))
    one = mirrored_quantiles(np.concatenate(pool), np.concatenate(weights, axis=1), levels)
    growth = np.arange(1, horizons + 1, dtype=float) ** spec.exponent
    n = effective_number(weights[0])
    return one[:, None, :] * growth[None, :, None], np.repeat(n[:, None], horizons, axis=1)


def direct(state: KnownErrors, logs: bool, levels: Floats, spec: IntervalsSpec) -> tuple[Floats, Floats]:
    """Quantiles of the errors of the same horizon, sign and all.

    The median stays the model's forecast; a quantile that past bias puts on its wrong side is moved to it.
    """
    return _direct(state, state.errors(logs), levels, spec, mirrored=False)


def direct_mirrored(
    state: KnownErrors, logs: bool, levels: Floats, spec: IntervalsSpec
) -> tuple[Floats, Floats]:
    """Quantiles of the errors of the same horizon and their negatives."""
    return _direct(state, state.errors(logs), levels, spec, mirrored=True)


def _direct(
    state: KnownErrors, errors: Floats, levels: Floats, spec: IntervalsSpec, mirrored: bool
) -> tuple[Floats, Floats]:
    """Discounting lowers the effective number of errors, and that number is what a range needs."""
    out, n = np.full((*errors.shape, len(levels)), np.nan), np.zeros(errors.shape)
    for h in range(1, errors.shape[1] + 1):
        weights = state.weights(errors, h, spec.half_life)
        quantiles = mirrored_quantiles if mirrored else weighted_quantiles
        out[:, h - 1] = quantiles(np.nan_to_num(errors[:, h - 1]), weights, levels)
        n[:, h - 1] = effective_number(weights)
    return out, n
