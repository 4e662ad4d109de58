"""Ranges that widen after misses, for forecasts whose promise is coverage (adaptive conformal, one-sided).

Gibbs and Candès (2021) move the level of a range by its misses; here the width moves, on logs, and never
below the range as made. A miss counts at an origin only if its month's first figure was public by then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.config.settings import IntervalsSpec
from forecast.tables.known_errors import KnownErrors, known_errors
from forecast.tables.outcomes import outcomes
from forecast.tables.quantiles import (
    MEDIAN,
    Floats,
    QuantileTable,
    ordered_unique,
    series_arrays,
    to_long,
    to_wide,
)

if TYPE_CHECKING:
    from forecast.data.observations import Observations

#: Central ranges whose misses count.
JUDGED = (0.5, 0.8, 0.95)
#: Most that ranges grow, on logs, and the standard deviation in months of the weights of neighbouring
#: distances.
MOST, NEIGHBOURS = 1.2, 1.5


def widen_after_misses(forecasts: pd.DataFrame, obs: Observations, spec: IntervalsSpec) -> pd.DataFrame:
    """Return a long forecast table with ranges widened at the rate `spec.adapt`; medians stay."""
    wide = to_wide(forecasts)
    values = wide.values.copy()
    records = {name: outcomes(obs, name) for name in ordered_unique(wide.keys["series_id"])}
    for arrays in series_arrays(wide):
        state = known_errors(arrays, wide.median, records[arrays.name[3]], power=spec.scale)
        made = adapted(state, arrays.matrix(wide.values), wide.levels, spec.adapt)
        values[arrays.rows] = made[arrays.t, arrays.j]
    return to_long(QuantileTable(wide.keys, wide.levels, values))


def adapted(state: KnownErrors, quantiles: Floats, levels: Floats, rate: float) -> Floats:
    """Quantiles (origin, horizon, level) of one series, their distances from the median times exp(growth)."""
    origins, horizons, _ = quantiles.shape
    logs = state.logs[:, None, None]
    scaled, actual = quantiles, state.actual[..., None]
    if logs.any():
        scaled = np.where(logs, state.scaled(scaled, True), scaled)
        actual = np.where(logs, state.scaled(actual, True), actual)
    centre = scaled[..., [int(np.argmin(np.abs(levels - MEDIAN)))]]
    low, high = (
        [int(np.argmin(np.abs(levels - (0.5 + side * c / 2)))) for c in JUDGED] for side in (-1.0, 1.0)
    )
    month = np.arange(horizons)
    near = np.exp(-0.5 * ((month[:, None] - month) / NEIGHBOURS) ** 2)
    near /= near.sum(axis=1, keepdims=True)
    errors = state.errors(False)  # missing where an origin repeats an earlier one
    known = np.stack([state.usable(errors, h + 1) for h in range(horizons)], axis=-1)
    issued, growth = scaled.copy(), np.zeros((origins, horizons))
    excess = np.full((origins, horizons), np.nan)  # share of the judged ranges missed, less what was promised
    for t in range(origins):
        if t:
            fresh = known[t] & ~known[t - 1] & np.isfinite(excess)
            mean = np.where(fresh, excess, 0.0).sum(axis=0) / np.maximum(fresh.sum(axis=0), 1)
            growth[t] = np.clip(growth[t - 1] + rate * near @ mean, 0.0, MOST)
        issued[t] = centre[t] + (scaled[t] - centre[t]) * np.exp(growth[t])[:, None]
        missed = (actual[t] < issued[t][:, low]) | (actual[t] > issued[t][:, high])
        given = np.isfinite(issued[t][:, [*low, *high]]).all(axis=1)
        excess[t] = np.where(given, np.mean(missed - (1.0 - np.array(JUDGED)), axis=1), np.nan)
    return np.where(growth[..., None] > 0.0, state.unscaled(issued, state.logs), quantiles)
