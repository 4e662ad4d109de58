"""Past errors as they could be known: the one place where postprocess looks at outcomes.

An error counts at an origin only if its month's first figure was public on or before that origin. Two
origins with the same last official month made the same forecast twice; the first of them counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from forecast.tables.outcomes import Outcomes
from forecast.tables.quantiles import BELOW_ONE, Bools, Floats, Ints, SeriesArrays, as_counted, log_floor


@dataclass(frozen=True)
class KnownErrors:
    """Centres and past errors of one series, origin x horizon.

    Attributes
    ----------
    centre : array
        Median forecasts, natural scale.
    record : Outcomes
        What became of the series.
    actual, released : array
        First figures of the months that are forecast, and their release days.
    logs, floors : array
        For each origin, whether the figures public by then allow logs, and the floor.
    power : float
        Where logs are allowed, (x^power - 1) / power takes their place; 0 is logs.
    """

    arrays: SeriesArrays
    record: Outcomes
    centre: Floats
    actual: Floats
    released: Ints
    logs: Bools
    floors: Floats
    power: float = 0.0

    @cached_property
    def repeated(self) -> Bools:
        """Origins whose last official month an earlier origin had already."""
        return np.asarray(pd.Series(self.arrays.last).duplicated().to_numpy(), dtype=bool)

    def scaled(self, values: Floats, logs: bool) -> Floats:
        """Values on logs or their power (with the floor of the origin), or as they are."""
        if not logs:
            return values
        floors = np.asarray(np.maximum(self.floors, 0.0), dtype=float).reshape(-1, *[1] * (values.ndim - 1))
        logged = log_floor(values, floors)
        return np.asarray(np.expm1(self.power * logged) / self.power) if self.power else logged

    @cached_property
    def zeros(self) -> Floats:
        """Up to which figure a count is zero at each origin: the floor, half a unit; where most figures are
        zero, all that is less than one unit.
        """
        most = self.record.mostly_zero(self.arrays.origins)
        return np.asarray(np.maximum(self.floors, 0.0) * np.where(most, BELOW_ONE, 1.0), dtype=float)

    def unscaled(self, values: Floats, logs: Bools | bool) -> Floats:
        """Back to the natural scale; small counts are zero (`zeros`)."""
        shape = (-1, *[1] * (values.ndim - 1))
        on_logs = np.broadcast_to(np.asarray(logs).reshape(shape) if np.ndim(logs) else logs, values.shape)
        natural = np.maximum(values, np.where(self.counts, 0.0, -np.inf).reshape(shape))
        scaled = np.where(on_logs, values, 0.0)
        if self.power:  # unlike logs a power comes to an end at zero: nothing is below the floor
            least = np.expm1(self.power * np.log(np.maximum(self.floors, 1e-9)))
            scaled = np.log1p(np.maximum(self.power * scaled, least.reshape(shape))) / self.power
        figures = np.where(on_logs, as_counted(np.exp(scaled)), natural)
        zero = on_logs & (figures <= self.zeros.reshape(shape) * (1.0 + 1e-9))
        return np.asarray(np.where(zero, 0.0, figures), dtype=float)

    def log_sd(self, sd: Floats) -> Floats:
        """Carry standard deviations of logs at the centres to the scale of the errors."""
        if not self.power:
            return sd
        at = np.where(self.centre > 0, self.centre, 1.0) ** self.power
        return np.asarray(np.where(self.logs[:, None], sd * at, sd), dtype=float)

    @property
    def counts(self) -> Bools:
        """Origins at which all known figures were whole and not negative."""
        return np.asarray(np.where(self.logs, self.floors > 0, self.floors == 0), dtype=bool)

    def errors(self, logs: bool) -> Floats:
        """Outcome minus forecast; NaN where unknown or where an origin repeats an earlier one."""
        error = self.scaled(self.actual, logs) - self.scaled(self.centre, logs)
        return np.asarray(np.where(self.repeated[:, None], np.nan, error), dtype=float)

    def usable(self, errors: Floats, horizon: int) -> Bools:
        """Origin t x origin u: is the error made at u for this horizon known at t?"""
        j = horizon - 1
        public = self.released[None, :, j] <= self.arrays.origins[:, None]
        earlier = self.arrays.origins[None, :] < self.arrays.origins[:, None]
        return np.asarray(public & earlier & np.isfinite(errors[None, :, j]), dtype=bool)

    def ages(self, horizon: int) -> Floats:
        """Origin t x origin u: months from the month of the error to the last official month at t."""
        target = self.arrays.last + horizon
        return np.asarray(np.maximum(self.arrays.last[:, None] - target[None, :], 0), dtype=float)

    def weights(self, errors: Floats, horizon: int, half_life: float | None) -> Floats:
        """Discounted weights of past errors, 0 for those not known yet."""
        known = self.usable(errors, horizon)
        if half_life is None:
            return np.asarray(known, dtype=float)
        return np.where(known, 0.5 ** (self.ages(horizon) / half_life), 0.0)


def known_errors(
    arrays: SeriesArrays, centre: Floats, record: Outcomes, transform: str = "auto", power: float = 0.0
) -> KnownErrors:
    """Join the forecasts of a series with what became of the series."""
    actual, released = record.at(arrays.months)
    logs, floors = record.scale_at(arrays.origins, transform)
    return KnownErrors(arrays, record, arrays.matrix(centre), actual, released, logs, floors, power)


def weighted_quantiles(values: Floats, weights: Floats, levels: Floats) -> Floats:
    """Weighted quantiles with the (n + 1) correction on the effective number, a row of weights each.

    Parameters
    ----------
    values : array, (n,)
    weights : array, (T, n)
        Zero leaves a value out.
    levels : array, (L,)

    Returns
    -------
    array, (T, L)
        Clamped at the outermost values; NaN where all weights are zero.
    """
    order = np.argsort(values, kind="stable")
    sorted_values, sorted_weights = values[order], weights[:, order]
    out = np.full((len(weights), len(levels)), np.nan)
    for t in np.flatnonzero((weights > 0).any(axis=1)):
        # sums of the used ones alone: zeros in between would round otherwise, and the unknown would leave a
        # trace
        used = sorted_weights[t] > 0
        one = sorted_weights[t, used]
        position, effective = np.cumsum(one), effective_number(one[None, :])[0]
        at = position / position[-1] * (effective / (effective + 1.0))
        out[t] = np.interp(levels, at, sorted_values[used])
    return out


def mirrored_quantiles(errors: Floats, weights: Floats, levels: Floats) -> Floats:
    """Weighted quantiles of errors and their negatives: symmetric, the median is zero."""
    both = np.concatenate([errors, -errors])
    twice = np.concatenate([weights, weights], axis=1)
    q = weighted_quantiles(both, twice, np.concatenate([levels, 1.0 - levels]))
    return 0.5 * (q[:, : len(levels)] - q[:, len(levels) :])


def effective_number(weights: Floats) -> Floats:
    """Kish's effective number of each row of weights."""
    squares = np.sum(weights**2, axis=1)
    number = np.divide(np.sum(weights, axis=1) ** 2, squares, out=np.zeros(len(weights)), where=squares > 0)
    return np.asarray(number, dtype=float)


def widen(deviations: Floats, sd: Floats, levels: Floats) -> Floats:
    """Add independent Gaussian noise of a given sd to quantiles, around their median.

    Half-widths add as squares, which is exact for Gaussian shapes and keeps the order of the quantiles.

    Parameters
    ----------
    deviations : array, (..., L)
        Quantiles minus the centre.
    sd : array, (...)
    levels : array, (L,)
    """
    from scipy.special import ndtri

    z = ndtri(levels)
    median = deviations[..., [int(np.argmin(np.abs(levels - 0.5)))]]
    spread = np.sqrt((deviations - median) ** 2 + (z * sd[..., None]) ** 2)
    return np.asarray(median + np.sign(z) * spread, dtype=float)


def in_order(quantiles: Floats, levels: Floats) -> Floats:
    """Keep quantiles on their side of the median and ascending; NaN stay NaN."""
    median = int(np.argmin(np.abs(levels - 0.5)))
    out = quantiles.copy()
    for i in range(median - 1, -1, -1):
        out[..., i] = np.fmin(out[..., i], _nearest(out, range(i + 1, median + 1)))
    for i in range(median + 1, len(levels)):
        out[..., i] = np.fmax(out[..., i], _nearest(out, range(i - 1, median - 1, -1)))
    return np.where(np.isnan(quantiles), np.nan, out)


def _nearest(values: Floats, positions: Sequence[int]) -> Floats:
    """First value that is not missing among some columns."""
    out = values[..., positions[0]]
    for i in positions[1:]:
        out = np.where(np.isnan(out), values[..., i], out)
    return out
