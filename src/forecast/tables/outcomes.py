"""What became of each series: its first figures, the days on which they became public, the scale allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from forecast.errors import ConfigError, need
from forecast.tables.quantiles import NEVER, Bools, Floats, Ints

if TYPE_CHECKING:
    from forecast.data.observations import Observations, Vintages

Number = TypeVar("Number", np.float64, np.int64)


@dataclass(frozen=True)
class Outcomes:
    """What became of one series: first releases and when they were public, and the scale allowed at any day.

    Attributes
    ----------
    start : int
        Ordinal of the first month of the arrays.
    values, released : array
        First official value of each month, and the day on which it was public (`NEVER` when it is not).
    row_days, positive, counts, floors, zeros : array
        Cumulative over the official rows by release day: all positive so far; all whole and non-negative so
        far; half the rounding unit of the newest row; more than half of them 0.
    vintages : Vintages
        The official rows of the series.
    """

    start: int
    values: Floats
    released: Ints
    row_days: Ints
    positive: Bools
    counts: Bools
    floors: Floats
    zeros: Bools
    vintages: Vintages

    def at(self, ordinals: Ints) -> tuple[Floats, Ints]:
        """First values and release days of months; NaN and `NEVER` outside the record."""
        return look_up(ordinals, self.start, self.values, np.nan), look_up(
            ordinals, self.start, self.released, NEVER
        )

    def mostly_zero(self, origins: Ints) -> Bools:
        """Tell for each origin whether more than half of the figures public by then are 0."""
        at = np.searchsorted(self.row_days, origins, side="right")
        return np.append(False, self.zeros)[at]

    def scale_at(self, origins: Ints, transform: str = "auto") -> tuple[Bools, Floats]:
        """Tell for each origin whether logs are allowed, and the floor, from rows public by then.

        The floor is half the rounding unit for counts, 0 for other positive series; on the natural scale
        it is 0 for counts and minus infinity for the rest.
        """
        at = np.searchsorted(self.row_days, origins, side="right") - 1
        known = at >= 0
        at = np.maximum(at, 0)
        if not len(self.row_days):
            return np.zeros(len(origins), dtype=bool), np.zeros(len(origins))
        counts = self.counts[at] & known
        if transform == "none":
            return np.zeros(len(origins), dtype=bool), np.where(counts, 0.0, -np.inf)
        logs = (self.positive[at] | self.counts[at]) & known
        return logs, np.where(counts, self.floors[at], np.where(logs, 0.0, -np.inf))


def look_up(ordinals: Ints, start: int, values: NDArray[Number], missing: float) -> NDArray[Number]:
    """Read an array that starts at ordinal `start`; `missing` outside it."""
    at = ordinals - start
    inside = (at >= 0) & (at < len(values))
    out = np.full(ordinals.shape, missing, dtype=values.dtype)
    out[inside] = values[at[inside]]
    return out


def need_figures(obs: object) -> None:
    """Refuse what holds no figures."""
    if not hasattr(obs, "actuals"):
        need(obs, (), "obs", "Observations, of fc.load_observations")


def outcomes(obs: Observations, series_id: str) -> Outcomes:
    """Collect the first releases of a series and what its figures allow, for use at any origin."""
    need_figures(obs)
    rows = obs.vintages(series_id)
    if not len(rows.month):
        raise ConfigError(f"forecasts: there are no figures of the series '{series_id}'")
    first = np.flatnonzero(np.diff(rows.month, prepend=rows.month[0] - 1))  # rows of a month by release day
    start, length = int(rows.month[0]), int(rows.month[-1] - rows.month[0]) + 1
    values, released = np.full(length, np.nan), np.full(length, NEVER, dtype=np.int64)
    values[rows.month[first] - start] = rows.value[first]
    released[rows.month[first] - start] = rows.day[first]
    by_day = np.argsort(rows.day, kind="stable")
    v, rounding = rows.value[by_day], rows.rounding[by_day]
    return Outcomes(
        start=start,
        values=values,
        released=released,
        row_days=rows.day[by_day],
        positive=np.logical_and.accumulate(v > 0),
        counts=np.logical_and.accumulate((v >= 0) & (v == np.round(v))),
        floors=0.5 * np.where(np.isfinite(rounding) & (rounding > 0), rounding, 1.0),
        zeros=np.cumsum(v == 0) > 0.5 * np.arange(1, len(v) + 1),
        vintages=rows,
    )


def as_of_values(rows: Vintages, origins: Ints, start: int, months: int) -> Floats:
    """Values of one series as known on each day: origin x month; NaN where unknown.

    Parameters
    ----------
    rows : Vintages
        Official rows of one series.
    origins : array
        Days since 1970.
    start, months : int
        Ordinal of the first month, and how many.
    """
    order = np.lexsort((rows.month, rows.day))
    at, when, value = rows.month[order] - start, rows.day[order], rows.value[order]
    keep = (at >= 0) & (at < months)
    at, when, value = at[keep], when[keep], value[keep]
    out = np.full((len(origins), months), np.nan)
    for i, n in enumerate(np.searchsorted(when, origins, side="right")):
        out[i, at[:n]] = value[:n]  # in order of release: the last one public by then stays
    return out
