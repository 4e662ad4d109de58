"""Shrunken event effects, laid once over a forecast that was made without events.

At each origin the sizes of the events in force or ahead are estimated from the last monthly log changes,
less what the forecast itself expected of those months, and drawn towards their prior. The forecast moves by
what the weights of the events will change after the last known month; its ranges widen by what is not known
of the sizes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecast.errors import ConfigError, counted
from forecast.tables.known_errors import KnownErrors, in_order, known_errors, widen
from forecast.tables.outcomes import Outcomes, as_of_values, outcomes
from forecast.tables.quantiles import (
    Bools,
    Floats,
    QuantileTable,
    check_table,
    log_floor,
    ordered_unique,
    series_arrays,
    to_long,
    to_wide,
)

if TYPE_CHECKING:
    from forecast.data.observations import Observations
    from forecast.events.design import Design

EFFECT_COLUMNS: tuple[str, ...] = (
    "model",
    "knowledge",
    "scenario",
    "series_id",
    "origin",
    "event",
    "prior_mean",
    "prior_sd",
    "estimate",
    "se",
    "shift_first",
    "shift_last",
)
NOISE_MONTHS = 60  #: changes behind the robust sd of a month's change
NOISE_FLOOR = 0.08  #: smallest sd of a month's change on logs
ACTIVE = 1e-9


@dataclass(frozen=True)
class Shift:
    """What the events of one origin do: log shifts and their sd by horizon, and the sizes behind them."""

    mean: Floats
    sd: Floats
    rows: tuple[dict[str, Any], ...]


def adjust_for_events(
    forecasts: pd.DataFrame,
    obs: Observations,
    designs: Mapping[pd.Timestamp, Design],
    name: str | None = None,
    scenario: str = "",
    months: int = 12,
    last_known: Mapping[pd.Timestamp, pd.Period] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lay the effects of events over forecasts made without them.

    Parameters
    ----------
    forecasts : DataFrame
        Long forecast table of many origins, knowledge ``none`` throughout (one combination, or several).
    obs : Observations
        Figures; at each origin only those public by then are used.
    designs : mapping of date to Design
        The design of every origin of the table, all of one knowledge.
    name : str, optional
        Model name of the result; the name of the table when None.
    scenario : str
        Scenario of the result.
    months : int
        Monthly changes from which sizes are estimated; events that began earlier are part of the figures.
    last_known : mapping of date to month, optional
        Last month whose figure the forecast knew, where a leak reaches beyond the last official one.

    Returns
    -------
    forecasts : DataFrame
        The adjusted table, with the knowledge of the designs. Where no event acts, values are unchanged.
    effects : DataFrame
        Prior, estimate, se and log shift (first and last horizon) of each event at each origin.

    Raises
    ------
    ConfigError
        For a table made with events, an origin without design, a design made as of a later day, designs of
        different knowledge, columns without a prior, and series without logs.

    Examples
    --------
    >>> import forecast as fc
    >>> obs, name = fc.load_observations(), "southwest.usbp"
    >>> origins = fc.monthly_origins("2020-01", "2023-06", obs, series=[name])
    >>> table = fc.backtest({}, obs, fc.load_events(), [name], origins, horizon=3).forecasts
    >>> events = fc.load_events()
    >>> designs = {o: events.design(obs.as_of(o, [name]), horizon=3) for o in origins}
    >>> adjusted, effects = adjust_for_events(table[table["level"] == 0.5], obs, designs)
    >>> sorted(adjusted["knowledge"].unique()), effects["event"].iloc[0]
    (['at_origin'], 'transit_ban_2019')
    """
    check_table(forecasts)
    origins = {pd.Timestamp(k): v for k, v in designs.items()}
    known = {pd.Timestamp(k): v for k, v in (last_known or {}).items()}
    _check(forecasts, origins)
    wide = to_wide(forecasts)
    wide = wide.take(np.isfinite(wide.median))
    records = {s: outcomes(obs, s) for s in ordered_unique(wide.keys["series_id"])}
    knowledge = next(iter(origins.values())).knowledge if origins else "none"
    head = {"knowledge": knowledge, "scenario": scenario}
    values = wide.values.copy()
    rows: list[dict[str, Any]] = []
    for arrays in series_arrays(wide):
        state = known_errors(arrays, wide.median, records[arrays.name[3]])
        if not state.logs.all():
            raise ConfigError(
                f"events act on logs; {arrays.name[3]} has figures that are neither positive nor counts"
            )
        shifts = _shifts(state, records[arrays.name[3]], origins, known, months)
        label = {"model": name or arrays.name[0], **head, "series_id": arrays.name[3]}
        rows.extend({**label, **row} for shift in shifts for row in shift.rows)
        quantiles = arrays.matrix(wide.values)
        values[arrays.rows] = _move(state, quantiles, wide.levels, shifts)[arrays.t, arrays.j]
    keys = wide.keys.assign(**head)
    if name is not None:
        keys = keys.assign(model=name)
    return to_long(QuantileTable(keys, wide.levels, values)), pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def _check(forecasts: pd.DataFrame, designs: Mapping[pd.Timestamp, Design]) -> None:
    problems = []
    with_events = forecasts[forecasts["knowledge"] != "none"]
    for model in ordered_unique(with_events["model"]):
        problems.append(
            f"'{model}' was made with events (knowledge {with_events['knowledge'].iloc[0]}); events enter a "
            "forecast once, so only a table made without them can be adjusted"
        )
    missing = [o for o in ordered_unique(pd.to_datetime(forecasts["origin"])) if o not in designs]
    if missing:
        problems.append(
            f"{counted(len(missing), 'origin', 'have')} no design, the first is {missing[0]:%Y-%m-%d}; "
            "expected one for each origin of the table"
        )
    later = [f"{o:%Y-%m-%d} ({d.as_of:%Y-%m-%d})" for o, d in designs.items() if d.as_of > o]
    if later:
        problems.append(f"designs made as of a day after their origin: {', '.join(later)}")
    knowledge = ordered_unique(d.knowledge for d in designs.values())
    if len(knowledge) > 1 or knowledge == ["none"]:
        problems.append(f"designs of knowledge {', '.join(knowledge)}; expected one of at_origin, hindsight")
    if problems:
        raise ConfigError("\n".join(problems))


def _shifts(
    state: KnownErrors,
    record: Outcomes,
    designs: Mapping[pd.Timestamp, Design],
    known: Mapping[pd.Timestamp, pd.Period],
    months: int,
) -> list[Shift]:
    """What the events do at each origin of one series."""
    arrays = state.arrays
    start = int(min(record.start, arrays.last.min() - max(months, NOISE_MONTHS)))
    length = int(arrays.last.max()) - start + 1
    values = as_of_values(record.vintages, arrays.origins, start, length)
    changes = np.diff(state.scaled(values, logs=True), axis=1, prepend=np.nan)
    expected = _expected(state, start, length)
    shifts = []
    for t, day in enumerate(arrays.origins):
        origin = pd.Timestamp(int(day), unit="D").as_unit("ns")
        last = int(arrays.last[t])
        reference = known[origin].ordinal if origin in known else last
        weights, names, prior = _weights(designs[origin], arrays.name[3], last, arrays.horizons, months)
        recent = slice(last - months + 1 - start, last + 1 - start)
        seen = changes[t, recent] - np.where(expected.made[recent] <= day, expected.change[recent], 0.0)
        noise = _noise(changes[t, : last + 1 - start])
        shift = _shift(weights, names, prior, seen, noise, reference - last, arrays.horizons)
        shifts.append(Shift(shift.mean, shift.sd, tuple({"origin": origin, **row} for row in shift.rows)))
    return shifts


@dataclass(frozen=True)
class Expected:
    """Log change of each month that the forecast made one month ahead expected, and when it was made."""

    change: Floats
    made: Floats


def _expected(state: KnownErrors, start: int, length: int) -> Expected:
    arrays = state.arrays
    level = log_floor(
        *(np.asarray(x, dtype=float) for x in (state.record.at(arrays.last)[0], np.maximum(state.floors, 0)))
    )
    change = state.scaled(state.centre[:, [0]], logs=True)[:, 0] - level
    out, made = np.zeros(length), np.full(length, np.inf)
    for t in np.flatnonzero(np.isfinite(change) & ~state.repeated):
        at = int(arrays.last[t]) + 1 - start
        if 0 <= at < length:
            out[at], made[at] = change[t], float(arrays.origins[t])
    return Expected(out, made)


def _noise(changes: Floats) -> float:
    """Robust sd of a month's log change."""
    seen = changes[np.isfinite(changes)][-NOISE_MONTHS:]
    if not len(seen):
        return NOISE_FLOOR
    return max(1.4826 * float(np.median(np.abs(seen - np.median(seen)))), NOISE_FLOOR)


def _weights(
    design: Design, series_id: str, last: int, horizons: int, months: int
) -> tuple[Floats, list[str], Floats]:
    """Weights of the events that began lately or are ahead, from `months` before the last month on.

    Returns weights ((months + 1 + horizons), events), names, and prior mean and sd (events, 2).
    """
    columns = design.columns_of(series_id)
    if not columns:
        return np.zeros((months + 1 + horizons, 0)), [], np.zeros((0, 2))
    first_month, every = design.weights
    whole = every[:, [design.columns.index(c) for c in columns]]
    begun = np.argmax(np.abs(whole) > ACTIVE, axis=0) + first_month
    lately: Bools = (np.abs(whole) > ACTIVE).any(axis=0) & (begun > last - months)
    wanted = np.arange(last - months, last + horizons + 1) - first_month
    lacking = wanted[wanted >= len(whole)]
    if len(lacking) and lately.any():
        raise ConfigError(
            f"the design as of {design.as_of:%Y-%m-%d} ends {counted(len(lacking), 'month')} before"
            " the forecasts of "
            f"{series_id}; expected a horizon of {horizons}"
        )
    rows = np.where((wanted >= 0)[:, None], whole[np.clip(wanted, 0, len(whole) - 1)], 0.0)
    names = [c for c, keep in zip(columns, lately, strict=True) if keep]
    prior = design.sizes(series_id)[lately]
    plain = [c for c, sd in zip(names, prior[:, 1], strict=True) if not np.isfinite(sd)]
    if plain:
        raise ConfigError(
            f"{', '.join(plain)}: no prior (sd = inf); an adjustment is shrunken, so each needs a finite sd"
        )
    return rows[:, lately], names, prior


def _shift(
    weights: Floats, names: list[str], prior: Floats, seen: Floats, noise: float, known: int, horizons: int
) -> Shift:
    """Posterior of the sizes from the changes seen, and what it does to the months ahead."""
    zero = np.zeros(horizons)
    if not names:
        return Shift(zero, zero, ())
    months = len(seen)
    steps = np.diff(weights[: months + 1], axis=0)
    usable = np.isfinite(seen)
    steps, seen = steps[usable], seen[usable]
    precision = steps.T @ steps / noise**2 + np.diag(1.0 / prior[:, 1] ** 2)
    covariance = np.linalg.inv(precision)
    size = covariance @ (steps.T @ seen / noise**2 + prior[:, 0] / prior[:, 1] ** 2)
    ahead = weights[months + 1 :] - weights[months + known]
    mean = ahead @ size
    sd = np.sqrt(np.maximum(np.einsum("hi,ij,hj->h", ahead, covariance, ahead), 0.0))
    rows = tuple(
        {
            "event": event,
            "prior_mean": prior[i, 0],
            "prior_sd": prior[i, 1],
            "estimate": size[i],
            "se": np.sqrt(covariance[i, i]),
            "shift_first": ahead[0, i] * size[i],
            "shift_last": ahead[-1, i] * size[i],
        }
        for i, event in enumerate(names)
    )
    return Shift(mean, sd, rows)


def _move(state: KnownErrors, quantiles: Floats, levels: Floats, shifts: list[Shift]) -> Floats:
    """Move medians and widen ranges where an event acts."""
    mean, sd = np.stack([s.mean for s in shifts]), np.stack([s.sd for s in shifts])
    acts = (np.abs(mean) > ACTIVE) | (sd > ACTIVE)
    scaled = state.scaled(quantiles, logs=True)
    median = state.scaled(state.centre, logs=True)[..., None]
    moved = median + mean[..., None] + widen(scaled - median, sd, levels)
    natural = in_order(state.unscaled(moved, True), levels)
    return np.where(acts[..., None], natural, quantiles)
