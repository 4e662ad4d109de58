"""Ranges from past errors, or a plain refusal.

Each method turns the errors known at an origin into deviations from the median forecast, on logs
where the figures known by then allow it. A range that too few errors support has no row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from forecast.config.settings import LEVELS, IntervalsSpec
from forecast.errors import ConfigError, nearest
from forecast.postprocess import interval_methods
from forecast.tables.columns import KEYS
from forecast.tables.known_errors import KnownErrors, in_order, known_errors, widen
from forecast.tables.outcomes import outcomes
from forecast.tables.quantiles import (
    MEDIAN,
    Floats,
    QuantileTable,
    ordered_unique,
    require_levels,
    series_arrays,
    to_long,
    to_wide,
)

if TYPE_CHECKING:
    from forecast.data.observations import Observations

#: Columns of the table that says what each range rests on.
#: What became of the ranges of a forecast.
Reason = Literal["given", "not_fixed", "too_few_errors", "own_ranges", "no_ranges"]
BASIS_COLUMNS: tuple[str, ...] = (*KEYS, "method", "n_errors", "max_central", "reason", "note")


@dataclass(frozen=True)
class Method:
    """One way to make ranges: deviations, the rule of refusal, and its name in a sentence."""

    deviations: Callable[[KnownErrors, bool, Floats, IntervalsSpec], tuple[Floats, Floats]]
    needed: Callable[[Floats, Floats], Floats]  #: central ranges, horizons -> errors needed
    words: str


METHODS: dict[str, Method] = {
    "square_root": Method(
        interval_methods.square_root, interval_methods.needed_one_step, "by the square-root rule"
    ),
    "direct": Method(
        interval_methods.direct, interval_methods.needed_signed, "by signed errors of the same horizon"
    ),
    "direct_mirrored": Method(
        interval_methods.direct_mirrored,
        interval_methods.needed_mirrored,
        "by mirrored errors of the same horizon",
    ),
}
OWN = "model"


def add_intervals(
    forecasts: pd.DataFrame,
    obs: Observations,
    spec: IntervalsSpec = IntervalsSpec(),  # noqa: B008 - frozen
    levels: Sequence[float] = LEVELS,
    extra_sd: pd.DataFrame | float | None = None,
    transform: str = "auto",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put ranges around median forecasts, from the errors known at each origin.

    Parameters
    ----------
    forecasts : DataFrame
        Long forecast table of many origins; rows of level 0.5 are the centres.
    obs : Observations
        Figures; only first releases public at an origin are used there.
    spec : IntervalsSpec
        Method and its settings: ``square_root`` (widths from errors of horizons 1..k over j^a, mirrored,
        times h^a), ``direct``, ``direct_mirrored``, or ``model`` (the levels that the table already holds).
    levels : sequence of float
        Levels asked for.
    extra_sd : DataFrame or float, optional
        Independent noise to add, on the scale of the errors (a leak's log sd): one number, or a column ``sd``
        beside any of the key columns. Missing = none.
    transform : {"auto", "none"}
        ``auto`` takes logs of counts and of positive series.

    Returns
    -------
    forecasts : DataFrame
        Long table with all levels that are not refused.
    basis : DataFrame
        For each forecast: method, number of errors it rests on, widest central range given, note.

    Raises
    ------
    ConfigError
        For an unknown method, a malformed table or a series without figures.

    Examples
    --------
    >>> import forecast as fc
    >>> obs, name = fc.load_observations(), "southwest.usbp"
    >>> origins = fc.monthly_origins("2020-01", "2023-06", obs, series=[name])
    >>> table = fc.backtest({}, obs, fc.load_events(), [name], origins, horizon=3).forecasts
    >>> ranges, basis = add_intervals(table, obs)
    >>> basis["note"].iloc[-1]
    'by the square-root rule; 98% and wider refused: 39 past errors, 49 needed'
    """
    _check(spec, transform)
    p = require_levels(levels)
    if spec.method == OWN:
        return own_intervals(forecasts, levels)
    wide = to_wide(forecasts)
    wide = wide.take(np.isfinite(wide.median))
    extra = extra_noise(wide, extra_sd)
    method = METHODS[spec.method]
    values = np.full((len(wide.keys), len(p)), np.nan)
    errors, told = np.zeros(len(wide.keys)), np.full(len(wide.keys), np.nan)
    records = {name: outcomes(obs, name) for name in ordered_unique(wide.keys["series_id"])}
    for arrays in series_arrays(wide):
        state = known_errors(arrays, wide.median, records[arrays.name[3]], transform, spec.scale)
        quantiles, n = ranges_of(state, p, spec, arrays.matrix(extra))
        quantiles, given = refuse(quantiles, n, p, method)
        values[arrays.rows] = quantiles[arrays.t, arrays.j]
        errors[arrays.rows], told[arrays.rows] = n[arrays.t, arrays.j], given[arrays.t, arrays.j]
    median = int(np.argmin(np.abs(p - MEDIAN)))
    values[:, median] = wide.median
    basis = _basis(wide, method, spec, p, errors, told)
    return to_long(QuantileTable(wide.keys, p, values)), basis


def _check(spec: IntervalsSpec, transform: str) -> None:
    known = [*METHODS, OWN]
    problems = []
    if spec.method not in known:
        problems.append(
            f"intervals.method: there is no method '{spec.method}'; expected one of {', '.join(known)}."
            f"{nearest(spec.method, known)}"
        )
    if spec.short_horizons < 1:
        problems.append(f"intervals.short_horizons: {spec.short_horizons}; expected at least 1")
    if spec.half_life is not None and not spec.half_life > 0:
        problems.append(f"intervals.half_life: {spec.half_life}; expected months above 0, or null for none")
    if not 0 <= spec.scale <= 1:
        problems.append(f"intervals.scale: {spec.scale}; expected a power between 0 (logs) and 1")
    if not 0 <= spec.adapt <= 1:
        problems.append(f"intervals.adapt: {spec.adapt}; expected a rate between 0 (not at all) and 1")
    if not 0 <= spec.exponent <= 2:
        problems.append(f"intervals.exponent: {spec.exponent}; expected a number between 0 and 2")
    if transform not in ("auto", "none"):
        problems.append(f"transform: '{transform}'; expected 'auto' or 'none'")
    if problems:
        raise ConfigError("\n".join(problems))


def ranges_of(state: KnownErrors, p: Floats, spec: IntervalsSpec, extra: Floats) -> tuple[Floats, Floats]:
    """Quantiles of one series, none refused, and the errors they rest on."""
    shape = (*state.centre.shape, len(p))
    deviations, n = np.full(shape, np.nan), np.zeros(state.centre.shape)
    centre = np.full(state.centre.shape, np.nan)
    for logs in (True, False):
        here = state.logs == logs
        if here.any():
            found, count = METHODS[spec.method].deviations(state, logs, p, spec)
            deviations[here], n[here] = found[here], count[here]
            centre[here] = state.scaled(state.centre, logs)[here]
    noisy = extra > 0
    if noisy.any():
        deviations[noisy] = widen(deviations[noisy], state.log_sd(extra)[noisy], p)
    quantiles = state.unscaled(centre[..., None] + deviations, state.logs)
    quantiles[..., int(np.argmin(np.abs(p - MEDIAN)))] = state.centre
    return quantiles, n


def refuse(quantiles: Floats, n: Floats, p: Floats, method: Method) -> tuple[Floats, Floats]:
    """Leave out what too few errors support; also the widest central range that is left."""
    central = _central(p)
    horizons = np.arange(1, quantiles.shape[1] + 1, dtype=float)
    enough = n[..., None] >= method.needed(central, horizons)[None] - 1e-9
    enough &= np.isfinite(quantiles)
    kept = in_order(np.where(enough | (central == 0), quantiles, np.nan), p)
    return kept, np.where(np.isfinite(kept), central, 0.0).max(axis=-1)


def extra_noise(wide: QuantileTable, extra_sd: pd.DataFrame | float | None) -> Floats:
    """Noise to be added to each forecast's range: a number for all,
    or the column `sd` by key columns, else zero.
    """
    n = len(wide.keys)
    if extra_sd is None:
        return np.zeros(n)
    if not isinstance(extra_sd, pd.DataFrame):
        return np.full(n, float(extra_sd))
    on = [key for key in KEYS if key in extra_sd.columns]
    if "sd" not in extra_sd.columns or not on:
        raise ConfigError(
            f"extra_sd: columns {', '.join(extra_sd.columns)}; expected 'sd' and some of {', '.join(KEYS)}"
        )
    if extra_sd.duplicated(on).any():
        raise ConfigError(f"extra_sd: a row stands twice; expected one for each {', '.join(on)}")
    joined = wide.keys[on].merge(extra_sd[[*on, "sd"]], on=on, how="left")
    return np.asarray(joined["sd"].fillna(0.0), dtype=float)


def _central(p: Floats) -> Floats:
    """The central range that each level bounds."""
    return np.asarray(np.round(np.abs(2.0 * p - 1.0), 10), dtype=float)


def _basis(
    wide: QuantileTable, method: Method, spec: IntervalsSpec, p: Floats, errors: Floats, given: Floats
) -> pd.DataFrame:
    """What each forecast's ranges rest on, with a note that names what was refused."""
    basis = wide.keys[list(KEYS)].copy()
    basis["method"] = spec.method
    basis["n_errors"] = np.floor(errors + 1e-9).astype(np.int64)
    basis["max_central"] = given
    widest = float(np.abs(2.0 * p - 1.0).max())
    words = words_of(method, spec)
    notes: dict[tuple[int, int, float], tuple[Reason, str]] = {}
    written = []
    for horizon, n, top in zip(basis["horizon"], basis["n_errors"], given, strict=True):
        key = (int(horizon), int(n), float(top))
        if key not in notes:
            notes[key] = _note(method, words, key, widest, p)
        written.append(notes[key])
    for k, column in enumerate(("reason", "note")):
        basis[column] = pd.Series([pair[k] for pair in written], index=basis.index, dtype=object)
    return basis[list(BASIS_COLUMNS)]


def words_of(method: Method, spec: IntervalsSpec) -> str:
    """Return how ranges are made, as the end of a sentence."""
    if spec.method == "square_root" and spec.exponent != 0.5:
        return f"by growth with the horizon to the power {spec.exponent:g}"
    return method.words


def _note(
    method: Method, words: str, key: tuple[int, int, float], widest: float, p: Floats
) -> tuple[Reason, str]:
    """Return whether ranges were refused, and the same in a sentence."""
    horizon, n, top = key
    if top >= widest - 1e-9:
        return "given", words
    central = np.unique(_central(p))
    refused = float(central[central > top + 1e-9].min())
    needed = float(method.needed(np.array([refused]), np.array([float(horizon)]))[0, 0])
    if n >= needed - 1e-9:
        return "not_fixed", f"{words}; {100 * refused:g}% and wider refused: the past errors do not fix them"
    wanted = int(np.ceil(needed - 1e-9))
    told = f"{words}; {100 * refused:g}% and wider refused: {n} past errors, {wanted} needed"
    return "too_few_errors", told


def own_intervals(
    forecasts: pd.DataFrame, levels: Sequence[float] = LEVELS
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the levels that the models gave themselves, and a basis as that of `add_intervals`."""
    wide, p = to_wide(forecasts), require_levels(levels)
    kept = np.column_stack([wide.column(level) for level in p])
    central = _central(p)
    basis = wide.keys[list(KEYS)].copy()
    basis["method"], basis["n_errors"] = OWN, 0
    basis["max_central"] = np.where(np.isfinite(kept), central, 0.0).max(axis=1)
    alone = basis["max_central"] == 0
    basis["reason"] = np.where(alone, "no_ranges", "own_ranges")
    basis["note"] = np.where(
        alone, "the model gives no ranges", "by the models alone, not checked by past errors"
    )
    return to_long(QuantileTable(wide.keys, p, in_order(kept, p))), basis[list(BASIS_COLUMNS)]
