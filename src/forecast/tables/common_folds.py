"""Common folds: the models of one series at the same origins and horizons, beside what happened."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, TypeGuard, cast

import numpy as np
import pandas as pd

from forecast.config.bounds import is_month
from forecast.config.settings import Truth
from forecast.errors import ConfigError, ForecastWarning, nearest, need
from forecast.tables.levels import central_pairs, range_levels
from forecast.tables.outcomes import Outcomes, look_up, need_figures, outcomes
from forecast.tables.quantiles import (
    NEVER,
    Bools,
    Floats,
    Grid,
    Ints,
    QuantileTable,
    SeriesArrays,
    by_series,
    days,
    log_floor,
    ordered_unique,
    series_arrays,
)

if TYPE_CHECKING:
    from forecast.data.observations import Observations

#: Central ranges without which quantiles are not scored.
REQUIRED: tuple[float, ...] = (0.5, 0.8, 0.95)
ALL = "all"

#: Name of an era -> two months, origins, or origins by series; `era_masks` checks them.
Eras: TypeAlias = Mapping[str, object]
Day: TypeAlias = str | dt.date | np.datetime64


@dataclass(frozen=True)
class RangedPart:
    """Folds whose ranges can be scored by the same levels: where they stand, outcomes (n), quantiles of every
    model (model, n, L) and their levels.
    """

    t: Ints
    j: Ints
    y: Floats
    quantiles: Floats
    levels: Floats

    def of(self, models: Ints, folds: Bools) -> Floats:
        """Return the quantiles of some models at some folds, laid out in memory as those of all."""
        if folds.all() and len(models) == len(self.quantiles):
            return self.quantiles
        some = self.quantiles[models][:, folds]
        return np.ascontiguousarray(some) if self.quantiles.flags.c_contiguous else level_by_level(some)


@dataclass(frozen=True)
class CommonFolds:
    """Forecasts of one (scenario, series): model x origin x horizon x level, and the outcomes.

    Attributes
    ----------
    names : tuple of (model, knowledge, scenario)
    base : int
        Position of the baseline among them; -1 when none was asked for.
    y : array, origin x horizon
        Outcomes, NaN where not known.
    logs, floor : bool, float
        Whether the figures allow logs, and the floor.
    start, history : int, array
        Ordinal of the first month of the record, and the record.
    """

    series_id: str
    scenario: str
    names: tuple[tuple[str, str, str], ...]
    base: int
    quantiles: Floats
    levels: Floats
    y: Floats
    origins: Ints
    last: Ints
    logs: bool
    floor: float
    start: int
    history: Floats

    @cached_property
    def spacing(self) -> float:
        """Months between neighbouring origins, at least 1."""
        return max(1.0, float(np.median(np.diff(self.last)))) if len(self.last) > 1 else 1.0

    def overlap(self, horizon: int) -> float:
        """Neighbouring origins whose outcomes at this horizon are of one piece, at least 1."""
        return max(1.0, horizon / self.spacing)

    @cached_property
    def medians(self) -> Floats:
        """Level 0.5, model x origin x horizon."""
        return self.at(0.5)

    def at(self, level: float) -> Floats:
        """One level, model x origin x horizon."""
        found = np.flatnonzero(np.isclose(self.levels, level, atol=1e-9))
        if not len(found):
            return np.full(self.quantiles.shape[:-1], np.nan)
        return self.quantiles[..., found[0]]

    @cached_property
    def takes_part(self) -> Bools:
        """Model x horizon: has the model any forecast of this horizon whose outcome is known?"""
        return np.asarray((np.isfinite(self.medians) & np.isfinite(self.y)).any(axis=1))

    @cached_property
    def due(self) -> Bools:
        """Outcomes known and forecast by at least one model."""
        return np.isfinite(self.y) & np.isfinite(self.medians).any(axis=0)

    @cached_property
    def common(self) -> Bools:
        """Folds that every model taking part at this horizon has."""
        has = np.isfinite(self.medians) | ~self.takes_part[:, None, :]
        return self.due & has.all(axis=0)

    @cached_property
    def has_ranges(self) -> Bools:
        """Model x origin x horizon: are all required ranges there?"""
        has = np.ones(self.medians.shape, dtype=bool)
        for central in REQUIRED:
            for level in range_levels(central):
                has &= np.isfinite(self.at(level))
        return has

    @cached_property
    def ranged(self) -> Bools:
        """Common folds at which every model taking part has the required ranges."""
        return self.common & (self.has_ranges | ~self.takes_part[:, None, :]).all(axis=0)

    @cached_property
    def lacks_ranges(self) -> Bools:
        """Model x horizon: a model that takes part but has the required ranges at no common fold."""
        return self.takes_part & ~(self.has_ranges & self.common).any(axis=1)

    def without_ranges(self, j: int) -> list[str]:
        """Models that have the required ranges at none of the common folds of a horizon."""
        return [name[0] for name, lacks in zip(self.names, self.lacks_ranges[:, j], strict=True) if lacks]

    @cached_property
    def shared_levels(self) -> list[tuple[Bools, Ints]]:
        """Ranged folds with the levels that all models have there: pairs and the median.

        Folds with the same levels stand together, as (origin x horizon, positions of levels).
        """
        has = np.isfinite(self.quantiles) | ~self.takes_part[:, None, :, None]
        shared = np.asarray(has.all(axis=0))
        t, j = np.nonzero(self.ranged)
        groups: list[tuple[Bools, Ints]] = []
        if not len(t):
            return groups
        patterns, which = shared[t[:1], j[:1]], np.zeros(len(t), dtype=np.int64)
        if not (shared[t, j] == patterns).all():
            patterns, which = np.unique(shared[t, j], axis=0, return_inverse=True)
        for i, pattern in enumerate(patterns):
            kept = np.flatnonzero(pattern)
            median = kept[np.isclose(self.levels[kept], 0.5)]
            paired = [kept[i] for pair in central_pairs(self.levels[kept]) for i in pair[:2]]
            cells = np.zeros(self.ranged.shape, dtype=bool)
            mine = which.ravel() == i
            cells[t[mine], j[mine]] = True
            groups.append((cells, np.sort(np.array([*paired, *median], dtype=np.int64))))
        return groups

    def ranged_parts(self, scale: str) -> list[RangedPart]:
        """Return `shared_levels` with the outcomes and quantiles there, on the natural or the log scale."""
        if scale not in self._ranged_parts:
            self._ranged_parts[scale] = []
            for cells, levels in self.shared_levels:
                t, j = np.nonzero(cells)
                y = self.scaled(self.y[t, j], scale)
                quantiles = self.scaled(level_by_level(self.quantiles[:, t, j][..., levels]), scale)
                self._ranged_parts[scale].append(RangedPart(t, j, y, quantiles, self.levels[levels]))
        return self._ranged_parts[scale]

    @cached_property
    def _ranged_parts(self) -> dict[str, list[RangedPart]]:
        return {}

    def scaled(self, values: Floats, scale: str) -> Floats:
        """Values on the natural or the log scale."""
        return log_floor(values, self.floor) if scale == "log" else values

    def label(self, k: int) -> dict[str, str]:
        """Identity of one model for a table."""
        model, knowledge, scenario = self.names[k]
        return {"model": model, "knowledge": knowledge, "scenario": scenario, "series_id": self.series_id}


def level_by_level(quantiles: Floats) -> Floats:
    """Return quantiles (..., L) with those of a level side by side in memory: sums over levels are fast."""
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(quantiles, -1, 0)), 0, -1)


def common_folds(
    wide: QuantileTable,
    obs: Observations,
    baseline: str | None,
    truth: str = "latest",
    as_of: Day | None = None,
) -> Iterator[CommonFolds]:
    """Cut a forecast table into common folds, one for each scenario and series.

    Raises
    ------
    ConfigError
        When the baseline is missing for a series, or `truth` is neither ``latest`` nor ``first``.
    """
    if truth not in ("latest", "first"):
        raise ConfigError(f"truth: '{truth}'; expected 'latest' or 'first'")
    need_figures(obs)
    found = series_arrays(wide)
    _require_baseline(found, baseline)
    grouped = by_series(found)
    for (scenario, series_id), mine in grouped.items():
        base = [b for b in grouped.get(("", series_id), ()) if b.name[:2] == (baseline, "none")]
        if base and base[0] not in mine:
            mine = [*base, *mine]
        at = mine.index(base[0]) if base else -1
        yield _of_series(wide, mine, at, obs, truth, as_of, scenario)


def _require_baseline(found: Sequence[SeriesArrays], baseline: str | None) -> None:
    if baseline is None:
        return
    have = {b.name[3] for b in found if b.name[:3] == (baseline, "none", "")}
    missing = [s for s in ordered_unique(b.name[3] for b in found) if s not in have]
    if missing or not found:
        models = ordered_unique(b.name[0] for b in found)
        known = ordered_unique(b.name[1] for b in found if b.name[0] == baseline and b.name[3] in missing)
        hint = (
            f" It stands there with the knowledge {' and '.join(known)}: a baseline knows no events; take"
            " another, or make it without them"
        )
        raise ConfigError(
            f"baseline: the forecasts hold no '{baseline}' (knowledge none) for "
            f"{', '.join(missing) or 'any series'}; expected it beside every model ({', '.join(models)})."
            f"{hint if known else nearest(baseline, models)}"
        )


def _refuse_later(grid: Grid, obs: Observations, series_id: str, record: Outcomes) -> None:
    """Refuse forecasts of a month that was public by their day; warn where that day is assumed."""
    public = record.at(grid.last + 1)[1] <= grid.origins
    if not public.any():
        return
    rows = obs.rows([series_id])
    stated = rows.loc[rows["release_basis"] != "assumed", "month"]
    known = np.isin(grid.last + 1, pd.PeriodIndex(stated).asi8)
    for wrong, sure in ((np.flatnonzero(public & known), True), (np.flatnonzero(public), False)):
        if not len(wrong):
            continue
        month, day = grid.last[wrong[0]] + 1, np.datetime64(int(grid.origins[wrong[0]]), "D")
        told = (
            f"forecasts: {series_id}, origin {day}: {pd.Period(ordinal=int(month), freq='M')} is forecast at"
            f" horizon 1, and its figure {'was' if sure else 'counts as'} public by then; expected the day on"
            " which the forecast was made"
        )
        if sure:
            raise ConfigError(told)
        warnings.warn(f"{told}, or release_lag_days as they are", ForecastWarning, stacklevel=2)


def _of_series(
    wide: QuantileTable,
    mine: Sequence[SeriesArrays],
    at: int,
    obs: Observations,
    truth: str,
    as_of: Day | None,
    scenario: str,
) -> CommonFolds:
    grid = Grid.of(mine)
    quantiles = np.stack([grid.spread(arrays, wide.values) for arrays in mine])
    series_id = mine[0].name[3]
    record = outcomes(obs, series_id)
    _refuse_later(grid, obs, series_id, record)
    start, history = _actuals(obs, series_id, truth, as_of)
    months = grid.last[:, None] + np.arange(1, grid.horizons + 1)[None, :]
    day = NEVER - 1 if as_of is None else int(days([obs.day_of(as_of)])[0])
    logs, floor = record.scale_at(np.array([day]))
    return CommonFolds(
        series_id=series_id,
        scenario=scenario,
        names=tuple((b.name[0], b.name[1], b.name[2]) for b in mine),
        base=at,
        quantiles=quantiles,
        levels=wide.levels,
        y=look_up(months, start, history, np.nan),
        origins=grid.origins,
        last=grid.last,
        logs=bool(logs[0]),
        floor=float(max(floor[0], 0.0)),
        start=start,
        history=history,
    )


def _actuals(obs: Observations, series_id: str, truth: str, as_of: Day | None) -> tuple[int, Floats]:
    """Outcomes of a series as an array that starts at an ordinal."""
    figures = obs.actuals(series_id, truth=cast("Truth", truth), as_of=as_of).dropna()
    if not len(figures):
        return 0, np.zeros(0)
    ordinals = pd.PeriodIndex(figures.index).asi8
    start = int(ordinals.min())
    values = np.full(int(ordinals.max()) - start + 1, np.nan)
    values[ordinals - start] = figures.to_numpy(dtype=float)
    return start, values


def is_time(span: object) -> TypeGuard[Sequence[str]]:
    """Tell whether an era is a stretch of time, not a choice of origins."""
    return (
        isinstance(span, (tuple, list))
        and len(span) == 2
        and all(isinstance(x, str) and is_month(x) for x in span)
    )


def era_masks(folds: CommonFolds, eras: Eras | None) -> dict[str, Bools]:
    """Origins of each era, by the last official month at the origin; ``all`` first.

    An era is a pair of months, ends included, or a collection of origins (calm, break), which may differ by
    series.
    """
    masks: dict[str, Bools] = {ALL: np.ones(len(folds.origins), dtype=bool)}
    need(eras, (Mapping, type(None)), "eras", "names with two months each, or with lists of origins")
    for name, span in (eras or {}).items():
        if name == ALL:
            raise ConfigError(f"eras: the name '{ALL}' is taken")
        if isinstance(span, Mapping):
            span = list(span.get(folds.series_id, ()))
        pair = isinstance(span, (tuple, list)) and len(span) == 2 and all(isinstance(x, str) for x in span)
        if is_time(span):
            first, final = (pd.Period(x, freq="M").ordinal for x in span)
            if final < first:
                raise ConfigError(
                    f"eras.{name}: {span[1]} is before {span[0]}; expected the earlier month first"
                )
            masks[name] = (folds.last >= first) & (folds.last <= final)
        elif (
            isinstance(span, str)
            or not isinstance(span, Iterable)
            or (pair and any(len(x) == 7 for x in span))
        ):
            raise ConfigError(f"eras.{name}: {span!r}; expected two months (YYYY-MM) or a list of origins")
        else:
            masks[name] = np.isin(folds.origins, days(list(span)))
    return masks
