"""A forecast as one distribution: what ranges, chances and paths all read, so that they never disagree.

Between its printed quantiles a distribution is a straight line in normal scores, on logs where the figures
allow them; beyond the outermost ones a Gaussian tail runs through the median and the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.tables.columns import ROW
from forecast.tables.forecasts import Forecasts
from forecast.tables.known_errors import KnownErrors, known_errors
from forecast.tables.levels import range_levels
from forecast.tables.outcomes import as_of_values, outcomes
from forecast.tables.quantiles import Bools, Floats, Ints, ordered_unique, series_arrays

if TYPE_CHECKING:
    from forecast.data.observations import Observations

#: A distribution that lacks this central range says nothing of chances and sums.
NEEDED = 0.8


def values_at(scores: Floats, at: Floats, values: Floats) -> Floats:
    """Quantile function: the values at normal scores, from quantiles `values` whose normal scores are `at`.

    The slope between the two outermost quantiles would be steeper with heavy tails, and a few paths beyond
    them would then make the mean; so the tails run through the median and the ends.
    """
    low, high = _tails(at, values)
    inside = np.interp(scores, at, values)
    below, above = np.minimum(scores - at[0], 0.0), np.maximum(scores - at[-1], 0.0)
    return np.asarray(inside + low * below + high * above, dtype=float)


def score_of(value: float, at: Floats, values: Floats, below: bool = False) -> float:
    """Return the normal score of a value, the inverse of `values_at`; infinite beyond an end without tail.

    Counts are the same at several levels: what is not above such a figure ends with the last of
    them, and with `below` what is less ends before the first.
    """
    end = 0 if value < values[0] else -1 if value > values[-1] else None
    if end is not None:
        slope = _tails(at, values)[end]
        beyond = float(value - values[end])
        return float(at[end]) + (beyond / slope if slope > 0 else float(np.copysign(np.inf, beyond)))
    place = int(np.searchsorted(values, value, "left" if below else "right")) - (not below)
    if values[place] != value:
        return float(np.interp(value, values, at))
    if place == (0 if below else len(values) - 1) and _tails(at, values)[-(not below)] == 0.0:
        return -np.inf if below else np.inf
    return float(at[place])


def _tails(at: Floats, values: Floats) -> tuple[float, float]:
    """Slopes of the lower and of the upper tail."""
    median = int(np.argmin(np.abs(at)))
    low, high = (
        float((values[end] - values[median]) / (at[end] - at[median])) if at[end] != at[median] else 0.0
        for end in (0, -1)
    )
    return low, high


@dataclass(frozen=True)
class Distributions:
    """All forecasts of one row and series: at each origin a distribution for every month ahead.

    Attributes
    ----------
    errors : KnownErrors
        Medians, outcomes, and which errors were known at each origin.
    levels : array (L,)
    quantiles : array (origin, horizon, L)
        On the scale of the errors; NaN where refused.
    start : int
        Ordinal of the first month of `known`.
    known : array (origin, month)
        Figures as known at each origin.
    """

    errors: KnownErrors
    levels: Floats
    quantiles: Floats
    start: int
    known: Floats

    @property
    def name(self) -> tuple[str, str, str, str]:
        """Model, knowledge, scenario and series."""
        return self.errors.arrays.name

    @property
    def head(self) -> dict[str, str]:
        """The name by its columns."""
        return dict(zip(ROW, self.name, strict=True))

    @property
    def origins(self) -> Ints:
        """Days since 1970, ascending."""
        return self.errors.arrays.origins

    @property
    def months(self) -> Ints:
        """Ordinals of the months that are forecast, origin x horizon."""
        return self.errors.arrays.months

    @cached_property
    def scores(self) -> Floats:
        """Normal scores of the levels."""
        from scipy.special import ndtri

        return np.asarray(ndtri(self.levels), dtype=float)

    @cached_property
    def given(self) -> Bools:
        """Origins and horizons whose distribution is wide enough to say anything."""
        ends = [np.flatnonzero(np.isclose(self.levels, level, atol=1e-9)) for level in range_levels(NEEDED)]
        if not all(len(at) for at in ends):
            return np.zeros(self.months.shape, dtype=bool)
        return np.asarray(np.isfinite(self.quantiles[:, :, np.concatenate(ends)]).all(axis=2), dtype=bool)

    def supported(self, t: int, months: int) -> frozenset[float]:
        """Return the levels that each of the first months ahead of an origin has."""
        has = np.isfinite(self.quantiles[t, :months]).all(axis=0)
        return frozenset(np.round(self.levels[has], 9).tolist())

    def known_at(self, months: Ints) -> Floats:
        """Return figures of some months (origin, n) as known at each origin; NaN where unknown."""
        at = months - self.start
        inside = (at >= 0) & (at < self.known.shape[1])
        return np.where(inside, np.take_along_axis(self.known, np.where(inside, at, 0), axis=1), np.nan)

    def sum_known(self, t: int, months: Ints) -> float:
        """Return the sum of some months as known at an origin; NaN where one is unknown."""
        at = months - self.start
        if len(at) and (at[0] < 0 or at[-1] >= self.known.shape[1]):
            return float("nan")
        return float(self.known[t, at].sum())

    def draw(self, t: int, scores: Floats) -> Floats:
        """Figures at normal scores (path, month), for the first months ahead of an origin."""
        columns = []
        for h in range(scores.shape[1]):
            has = np.isfinite(self.quantiles[t, h])
            columns.append(values_at(scores[:, h], self.scores[has], self.quantiles[t, h, has]))
        drawn = np.column_stack(columns)
        figures = np.exp(drawn) if self.errors.logs[t] else drawn
        if not self.errors.counts[t]:
            return figures
        floor = max(float(self.errors.floors[t]), 0.0) * (1.0 + 1e-9)
        return np.where(figures <= floor, 0.0, figures)

    def score_at(self, thresholds: Floats, below: bool = False) -> Floats:
        """Normal scores of figures, origin x horizon, as `score_of`; NaN where either is unknown."""
        out = np.full(thresholds.shape, np.nan)
        on_scale = np.where(
            self.errors.logs[:, None],
            self.errors.scaled(np.maximum(thresholds, 0.0), True),
            thresholds,
        )
        for t, h in np.argwhere(self.given & np.isfinite(on_scale)):
            has = np.isfinite(self.quantiles[t, h])
            out[t, h] = score_of(float(on_scale[t, h]), self.scores[has], self.quantiles[t, h, has], below)
        return out

    def chance_above(self, thresholds: Floats) -> Floats:
        """Chance of more than a figure, origin x horizon."""
        from scipy.special import ndtr

        return np.asarray(ndtr(-self.score_at(thresholds)), dtype=float)

    def chance_below(self, thresholds: Floats) -> Floats:
        """Chance of fewer than a figure, origin x horizon."""
        from scipy.special import ndtr

        return np.asarray(ndtr(self.score_at(thresholds, below=True)), dtype=float)


def distributions(forecasts: pd.DataFrame | Forecasts, obs: Observations) -> Iterator[Distributions]:
    """Turn a forecast table of many origins into distributions, one for each row and series.

    Parameters
    ----------
    forecasts : DataFrame
        Long forecast table; of an origin that has medians only, the errors count and nothing else.
    obs : Observations
        Figures; at an origin only those public by then.
    """
    wide = Forecasts.of(forecasts).quantiles
    wide = wide.take(np.isfinite(wide.median))
    records = {name: outcomes(obs, name) for name in ordered_unique(wide.keys["series_id"])}
    for arrays in series_arrays(wide):
        record = records[arrays.name[3]]
        state = known_errors(arrays, wide.median, record)
        values = arrays.matrix(wide.values)
        logged = state.scaled(values, True)
        months = int(arrays.last.max()) - record.start + 1
        known = as_of_values(record.vintages, arrays.origins, record.start, months)
        yield Distributions(
            state, wide.levels, np.where(state.logs[:, None, None], logged, values), record.start, known
        )
