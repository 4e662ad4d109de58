"""Combinations of members that were fitted without events.

Weights rest only on errors of months whose first figures were public at the origin. Averages are taken on
logs where the figures known by then allow it, of quantiles at the same level (Vincent) or of medians. A pool
mixes the members' distributions instead (Stone 1961), each a line between its quantiles on the scale of the
ranges.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.config.settings import LEVELS, CombinationSpec, IntervalsSpec
from forecast.errors import ConfigError, nearest
from forecast.postprocess import weights as _combine
from forecast.postprocess.intervals import METHODS as RANGES
from forecast.postprocess.intervals import extra_noise, ranges_of, refuse
from forecast.tables.known_errors import KnownErrors, in_order, known_errors
from forecast.tables.outcomes import Outcomes, outcomes
from forecast.tables.quantiles import (
    MEDIAN,
    Floats,
    Grid,
    Ints,
    QuantileTable,
    SeriesArrays,
    by_series,
    ordered_unique,
    periods,
    series_arrays,
    stamps,
    to_long,
    to_wide,
)

if TYPE_CHECKING:
    from forecast.data.observations import Observations

WEIGHT_COLUMNS: tuple[str, ...] = (
    "combination",
    "member",
    "series_id",
    "origin",
    "horizon",
    "weight",
    "n_errors",
)

Weigh = Callable[[Floats, Floats, CombinationSpec], Floats]
#: Methods whose weights come from past errors.
WEIGHED: dict[str, Weigh] = {
    "inverse_error": _combine.inverse_error,
    "mean": _combine.equal,
}
#: The method that orders the members at each forecast.
MEDIAN_OF_MEMBERS = "median"
METHODS: tuple[str, ...] = (*WEIGHED, MEDIAN_OF_MEMBERS)
#: Levels at which the distributions of a pool are known: every percent, and those of the forecast table
#: between them.
FINE = np.unique(np.round([*LEVELS, *np.arange(1, 100) / 100, 0.0025, 0.005, 0.995, 0.9975], 9))


@dataclass(frozen=True)
class Members:
    """The members of one series on common folds: member x origin x horizon (x level)."""

    states: tuple[KnownErrors, ...]
    quantiles: Floats
    extra: Floats  #: noise to be added to ranges that are made here, log sd
    levels: Floats
    scenario: str
    series_id: str

    @property
    def complete(self) -> np.ndarray:
        """Forecasts that every member has."""
        return np.asarray(np.isfinite(np.stack([s.centre for s in self.states])).all(axis=0))


def combine(
    forecasts: pd.DataFrame,
    obs: Observations,
    name: str,
    spec: CombinationSpec,
    intervals: IntervalsSpec = IntervalsSpec(),  # noqa: B008 - frozen
    extra_sd: pd.DataFrame | float | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Combine members into one forecast.

    Parameters
    ----------
    forecasts : DataFrame
        Long forecast table that holds the members, made without events, at many origins. For an average of
        quantiles their ranges must stand in it (`add_intervals`); levels that a member lacks are left out.
    obs : Observations
        Figures; only first releases public at an origin are used there.
    name : str
        Name of the combination in the result.
    spec : CombinationSpec
        Members, settings, and the method: ``inverse_error``, ``mean`` or ``median``.
    intervals : IntervalsSpec
        The scale on which quantiles are averaged, and how a pool makes the ranges of its members (it needs
        their medians only, unless `spec.ranges` takes the models' own).
    extra_sd : DataFrame or float, optional
        Noise added to the ranges that a pool makes, as in `add_intervals`.

    Returns
    -------
    forecasts : DataFrame
        Long table of the combination. A forecast that one of the members lacks has no row.
    weights : DataFrame
        Weight of each member at each forecast, and the number of past errors it rests on; for ``median``
        the weights at the median.

    Raises
    ------
    ConfigError
        For an unknown method or member, and for members made with events.

    Examples
    --------
    >>> import forecast as fc
    >>> obs, name = fc.load_observations(), "southwest.usbp"
    >>> origins = fc.monthly_origins("2020-01", "2023-06", obs, series=[name])
    >>> models = {"seasonal_naive": fc.make_model("seasonal_naive")}
    >>> table = fc.backtest(models, obs, fc.load_events(), [name], origins, horizon=3).forecasts
    >>> spec = CombinationSpec(members=("random_walk", "seasonal_naive"), average="points")
    >>> mixed, weights = combine(table, obs, "both", spec)
    >>> weights[(weights["origin"] == origins[-1]) & (weights["horizon"] == 1)]["weight"].round(2).tolist()
    [0.89, 0.11]
    """
    made, weights = combined(to_wide(forecasts), obs, name, spec, intervals, extra_sd)
    return to_long(made), weights


def combined(
    forecasts: QuantileTable,
    obs: Observations,
    name: str,
    spec: CombinationSpec,
    intervals: IntervalsSpec = IntervalsSpec(),  # noqa: B008 - frozen
    extra_sd: pd.DataFrame | float | None = None,
) -> tuple[QuantileTable, pd.DataFrame]:
    """Combine as `combine` does, from arrays to arrays."""
    _check(forecasts.keys, name, spec)
    wide = forecasts.take(forecasts.keys["model"].isin(spec.members).to_numpy())
    wide = wide.take(np.isfinite(wide.median)).in_order()
    if spec.average == "points" or _makes_ranges(spec, intervals):
        wide = QuantileTable(wide.keys, np.array([MEDIAN]), wide.median[:, None])
    made, weights = [], []
    for members in _gather(wide, obs, spec.members, extra_sd):
        table, used = _combine_one(members, name, spec, intervals)
        made.append(table)
        weights.append(used)
    if not made:
        none = np.zeros(len(wide.keys), dtype=bool)
        return wide.take(none), pd.DataFrame(columns=list(WEIGHT_COLUMNS))
    return QuantileTable.concat(made), pd.concat(weights, ignore_index=True)


def _makes_ranges(spec: CombinationSpec, intervals: IntervalsSpec) -> bool:
    """Whether a pool makes the ranges of its members from their past errors."""
    return spec.average == "pool" and spec.ranges == "errors" and intervals.method in RANGES


def _check(forecasts: pd.DataFrame, name: str, spec: CombinationSpec) -> None:
    problems = []
    if spec.method not in METHODS:
        problems.append(
            f"combination.{name}.method: there is no method '{spec.method}'; expected one of "
            f"{', '.join(METHODS)}.{nearest(spec.method, METHODS)}"
        )
    present = ordered_unique(forecasts["model"])
    for member in ordered_unique(spec.members):
        if member not in present:
            problems.append(
                f"combination.{name}.members: the table holds no forecast of '{member}'."
                f"{nearest(member, present)}"
            )
    if len(set(spec.members)) < len(spec.members) or not spec.members:
        problems.append(f"combination.{name}.members: expected at least one member, each once")
    if spec.average == "pool" and spec.method == MEDIAN_OF_MEMBERS:
        problems.append(
            f"combination.{name}.average: a pool needs weights; expected one of {', '.join(WEIGHED)}"
        )
    if spec.ranges == "model" and spec.average == "points":
        problems.append(
            f"combination.{name}.ranges: 'model' needs the members' quantiles; expected average: quantiles"
        )
    if not spec.half_life > 0:
        problems.append(f"combination.{name}.half_life: {spec.half_life}; expected months above 0")
    with_events = forecasts[forecasts["model"].isin(spec.members) & (forecasts["knowledge"] != "none")]
    for member in ordered_unique(with_events["model"]):
        problems.append(
            f"combination.{name}.members: '{member}' was made with events; members are fitted without events "
            "and the combination is adjusted once (event_adjustment)"
        )
    if problems:
        raise ConfigError("\n".join(problems))


def _gather(
    wide: QuantileTable, obs: Observations, names: tuple[str, ...], extra_sd: pd.DataFrame | float | None
) -> list[Members]:
    """Bring the members of each (scenario, series) to the same origins, horizons and levels."""
    noise = extra_noise(wide, extra_sd)
    records: dict[str, Outcomes] = {}
    gathered = []
    for (scenario, series_id), parts in by_series(series_arrays(wide)).items():
        mine = {arrays.name[0]: arrays for arrays in parts}
        if len(mine) < len(names):
            continue  # a member without any forecast of this series: nothing to combine
        if series_id not in records:
            records[series_id] = outcomes(obs, series_id)
        grid = Grid.of(parts)
        quantiles, extra = (
            np.stack([grid.spread(mine[name], column) for name in names]) for column in (wide.values, noise)
        )
        medians = np.stack([grid.spread(mine[name], wide.median) for name in names])
        t, j = np.nonzero(np.isfinite(medians).any(axis=0))
        label, at = (names[0], "none", scenario, series_id), np.arange(len(t))
        arrays = SeriesArrays(label, at, t, j, grid.origins, grid.last, grid.horizons)
        states = tuple(known_errors(arrays, median[t, j], records[series_id]) for median in medians)
        gathered.append(Members(states, quantiles, extra, wide.levels, scenario, series_id))
    return gathered


def _combine_one(
    members: Members, name: str, spec: CombinationSpec, intervals: IntervalsSpec
) -> tuple[QuantileTable, pd.DataFrame]:
    """Combine the members of one series."""
    state = members.states[0]
    weights, n = _weights(members, spec)
    middle = members.levels == MEDIAN
    points = _averaged(state, members.quantiles[..., middle], weights, spec)[..., 0]
    scaled = replace(state, power=intervals.scale)
    if spec.average == "pool":
        levels = np.array(LEVELS)
        natural = _pooled(members, weights, spec, intervals, levels)
        middle = levels == MEDIAN
        lacking = ~np.isfinite(natural[..., middle][..., 0])  # without ranges yet: the average of the medians
        natural[lacking, np.flatnonzero(middle)[0]] = points[lacking]
    else:
        levels = members.levels
        natural = _averaged(scaled, members.quantiles, weights, spec)
        natural[..., np.flatnonzero(middle)[0]] = points
    natural = in_order(natural, levels)
    natural[~members.complete] = np.nan
    t, j = np.nonzero(members.complete)
    keys = _keys(state, t, j, name, members)
    return QuantileTable(keys, levels, natural[t, j]), _weight_table(
        keys, weights[:, t, j], n[t, j], name, spec
    )


def _averaged(state: KnownErrors, quantiles: Floats, weights: Floats, spec: CombinationSpec) -> Floats:
    """Average the members' quantiles on the scale of a state; natural scale."""
    mixed = np.full(quantiles.shape[1:], np.nan)
    for logs in (True, False):
        here = state.logs == logs
        if here.any():
            scaled = np.stack([state.scaled(q, logs) for q in quantiles])
            mixed[here] = _mix(scaled, weights, spec)[here]
    return state.unscaled(mixed, state.logs)


def _pooled(
    members: Members, weights: Floats, spec: CombinationSpec, intervals: IntervalsSpec, levels: Floats
) -> Floats:
    """Quantiles of the mixture of the members' distributions, refused
    as those of the member with the fewest errors.
    """
    states = [replace(state, power=intervals.scale) for state in members.states]
    made = _makes_ranges(spec, intervals)
    if made:
        known = FINE
        ranges = [
            ranges_of(s, FINE, intervals, extra) for s, extra in zip(states, members.extra, strict=True)
        ]
        quantiles, n = np.stack([q for q, _ in ranges]), np.min([count for _, count in ranges], axis=0)
    else:
        known, quantiles = members.levels, members.quantiles
    state, natural = states[0], np.full((*weights.shape[1:], len(levels)), np.nan)
    for logs in (True, False):
        here = state.logs == logs
        if here.any():
            scaled = np.stack([state.scaled(q, logs) for q in quantiles])
            natural[here] = state.unscaled(pool(scaled, weights, known, levels), logs)[here]
    return refuse(natural, n, levels, RANGES[intervals.method])[0] if made else natural


def pool(quantiles: Floats, weights: Floats, known: Floats, levels: Sequence[float] | Floats) -> Floats:
    """Return quantiles of a mixture of distributions, each a line between its quantiles, with no mass beyond
    them.

    Parameters
    ----------
    quantiles : array, (member, origin, horizon, level)
        Ascending; a forecast where one is missing has none.
    weights : array, (member, origin, horizon)
    known, levels : array
        Levels of the quantiles that are given, and of those that are asked for.
    """
    out = np.full((*weights.shape[1:], len(levels)), np.nan)
    for t, j in zip(*np.nonzero(np.isfinite(quantiles).all(axis=(0, 3))), strict=True):
        of_members = quantiles[:, t, j]
        x = np.sort(of_members, axis=None)
        parts = [np.interp(x, q, known, left=0.0, right=1.0) for q in of_members]
        out[t, j] = np.interp(levels, weights[:, t, j] @ np.stack(parts), x)
    return out


def _mix(scaled: Floats, weights: Floats, spec: CombinationSpec) -> Floats:
    if spec.method in WEIGHED:
        return np.asarray(np.sum(weights[..., None] * scaled, axis=0), dtype=float)
    usable = np.isfinite(scaled).all(axis=0)
    return np.where(usable, np.median(np.where(usable, scaled, 0.0), axis=0), np.nan)


def _weights(members: Members, spec: CombinationSpec) -> tuple[Floats, Ints]:
    """Weights (member, origin, horizon) and the known errors behind them (origin, horizon)."""
    state = members.states[0]
    shape = state.centre.shape
    weights, n = np.zeros((len(members.states), *shape)), np.zeros(shape, dtype=np.int64)
    if spec.method == MEDIAN_OF_MEMBERS:
        return _combine.of_median(np.stack([np.nan_to_num(s.centre) for s in members.states])), n
    for logs in (True, False):
        here = state.logs == logs
        if not here.any():
            continue
        errors = np.stack([s.errors(logs) for s in members.states])
        errors = np.where(np.isfinite(errors).all(axis=0), errors, np.nan)
        if logs:  # the cap is in log units; on the natural scale there is none
            errors = np.clip(errors, -spec.cap, spec.cap)
        for j in range(shape[1]):
            discount = state.weights(errors[0], j + 1, spec.half_life)
            found = WEIGHED[spec.method](np.nan_to_num(errors[:, :, j]), discount, spec)
            weights[:, here, j] = found.T[:, here]
            if spec.method != "mean":
                n[here, j] = (discount > 0).sum(axis=1)[here]
    return weights, n


def _keys(state: KnownErrors, t: Ints, j: Ints, name: str, members: Members) -> pd.DataFrame:
    arrays = state.arrays
    return pd.DataFrame(
        {
            "model": name,
            "knowledge": "none",
            "scenario": members.scenario,
            "series_id": members.series_id,
            "origin": stamps(arrays.origins[t]),
            "horizon": j + 1,
            "month": periods(arrays.months[t, j]),
        }
    )


def _weight_table(
    keys: pd.DataFrame, weights: Floats, n: Ints, name: str, spec: CombinationSpec
) -> pd.DataFrame:
    k, rows = weights.shape
    table = (
        keys[["series_id", "origin", "horizon"]].take(np.repeat(np.arange(rows), k)).reset_index(drop=True)
    )
    table["combination"] = name
    table["member"] = np.tile(np.array(spec.members, dtype=object), rows)
    table["weight"] = weights.T.ravel()
    table["n_errors"] = np.repeat(n, k)
    return table[list(WEIGHT_COLUMNS)]
