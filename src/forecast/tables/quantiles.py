"""Long forecast tables as arrays, and back: everything that is computed from them is computed on arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_float_dtype

from forecast.errors import ConfigError, counted, need
from forecast.tables.columns import FORECAST_COLUMNS, KEYS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Read = TypeVar("Read")
Unique = TypeVar("Unique")

#: A day that never comes: the release of a figure that is not public.
NEVER: int = int(np.iinfo(np.int64).max)
MEDIAN = 0.5
#: Where most figures are 0, a count below one unit is none: one unit in halves, but for rounding.
BELOW_ONE = 2.0 * (1.0 - 1e-6)


@dataclass(frozen=True)
class QuantileTable:
    """One row a forecast, one column a level.

    Attributes
    ----------
    keys : DataFrame
        `KEYS` and `month`; default index.
    levels : array, (L,)
        Ascending.
    values : array, (n, L)
        NaN where a level has no row.
    """

    keys: pd.DataFrame
    levels: Floats
    values: Floats

    @property
    def median(self) -> Floats:
        """The column of level 0.5, NaN where absent."""
        return self.column(MEDIAN)

    def column(self, level: float) -> Floats:
        """The column of one level, NaN where absent."""
        at = np.flatnonzero(np.isclose(self.levels, level, atol=1e-9))
        return self.values[:, at[0]] if len(at) else np.full(len(self.keys), np.nan)

    @classmethod
    def concat(cls, parts: Sequence[QuantileTable]) -> QuantileTable:
        """Put tables below one another; a level that one of them lacks is NaN there."""
        levels = np.unique(np.concatenate([part.levels for part in parts]))
        same = [part.values if np.array_equal(part.levels, levels) else part.at(levels) for part in parts]
        return cls(pd.concat([p.keys for p in parts], ignore_index=True), levels, np.concatenate(same))

    def at(self, levels: Floats) -> Floats:
        """Return the columns of some levels, NaN where absent."""
        return np.column_stack([self.column(float(level)) for level in levels])

    def in_order(self) -> QuantileTable:
        """Return the rows in the order of `to_wide`.

        Raises
        ------
        ConfigError
            When a forecast stands twice.
        """
        first, row = _forecasts(self.keys, KEYS)
        if len(first) < len(self.keys):
            _refuse_twice(self.keys.assign(level=MEDIAN), row, KEYS)
        return self if (np.diff(first) == 1).all() else self.take(first)

    def take(self, rows: Ints | Bools) -> QuantileTable:
        """Return some of the rows (positions or a mask)."""
        at = np.flatnonzero(rows) if rows.dtype == bool else rows
        return QuantileTable(self.keys.take(at).reset_index(drop=True), self.levels, self.values[at])


def check_table(forecasts: pd.DataFrame, what: str = "forecasts") -> None:
    """Raise `ConfigError` unless the table has the columns of a forecast table."""
    wanted = "a table of forecasts, such as backtest(...).forecasts"
    need(forecasts, pd.DataFrame, what, wanted)
    missing = [c for c in FORECAST_COLUMNS if c not in forecasts.columns]
    if missing:
        raise ConfigError(
            f"{what}: column{'s' if len(missing) > 1 else ''} {', '.join(missing)} missing; "
            f"expected {', '.join(FORECAST_COLUMNS)}"
        )


def tidy_keys(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return the table with months as periods, origins as days, numbers as numbers and no missing scenario.

    Tables read from CSV carry texts; those made in memory pass through unchanged. A row of the level ``mean``
    has none (NaN): it is no quantile, and errors are those of the median.
    """
    check_table(forecasts)
    table = forecasts
    if not pd.api.types.is_numeric_dtype(table["level"]) and (mean := table["level"].eq("mean")).any():
        table = table.assign(level=table["level"].astype(object).mask(mean))
    for column in ("model", "series_id", "origin", "month", "horizon"):
        if (lost := table[column].isna()).any():
            raise ConfigError(
                f"forecasts: column {column} is empty in {counted(int(lost.sum()), 'row')};"
                " expected a value in each"
            )
    if not isinstance(table["month"].dtype, pd.PeriodDtype):
        table = table.assign(month=_read(table, "month", _months, "months (YYYY-MM)"))
    if not pd.api.types.is_datetime64_any_dtype(table["origin"]):
        table = table.assign(origin=_read(table, "origin", _days, "dates (YYYY-MM-DD)"))
    origin = table["origin"]
    if isinstance(origin.dtype, pd.DatetimeTZDtype) or (origin != origin.dt.normalize()).any():
        raise ConfigError(
            "forecasts: column origin holds a time of day or a time zone; expected whole days (YYYY-MM-DD)"
        )
    for column in ("horizon", "level", "value"):
        if not pd.api.types.is_numeric_dtype(table[column]):
            table = table.assign(**{column: _read(table, column, pd.to_numeric, "numbers")})
    if table["scenario"].isna().any():
        table = table.assign(scenario=table["scenario"].astype(object).where(table["scenario"].notna(), ""))
    return table


def _months(column: pd.Series) -> pd.PeriodIndex:
    return pd.PeriodIndex(column.astype(str), freq="M")


def _days(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column, format="ISO8601")


def _read(table: pd.DataFrame, column: str, read: Callable[[pd.Series], Read], expected: str) -> Read:
    try:
        return read(table[column])
    except (ValueError, TypeError) as error:
        what = str(error).splitlines()[0]  # pandas goes on with advice about its own arguments
        raise ConfigError(f"forecasts: column {column}: {what}; expected {expected}") from error


def to_wide(forecasts: pd.DataFrame, keys: Sequence[str] = KEYS) -> QuantileTable:
    """Turn a long forecast table into one row a forecast.

    Models keep the order in which they first appear, origins and horizons ascend. Rows without a level
    (means) are left out.

    Parameters
    ----------
    keys : sequence of str
        The columns that name a forecast; a table of several runs has more of them than `KEYS`.

    Raises
    ------
    ConfigError
        When columns are missing or of another type, a level is no probability, or a (forecast, level) stands
        twice.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"model": "rw", "series_id": "s", "origin": pd.Timestamp("2024-02-20"),
    ...     "month": pd.PeriodIndex(["2024-02"] * 2, freq="M"), "horizon": 1, "knowledge": "none",
    ...     "scenario": "", "level": [0.5, 0.9], "value": [10.0, 12.0]})
    >>> to_wide(table).values.tolist()
    [[10.0, 12.0]]
    """
    if size := _block_size(forecasts, keys):
        return _of_blocks(forecasts, keys, size)
    table = tidy_keys(forecasts)
    if table["level"].isna().any():
        table = table[table["level"].notna()]
    first, row = _forecasts(table, keys)
    level_codes, level_values = pd.factorize(np.round(table["level"].to_numpy(dtype=float), 9), sort=True)
    levels = np.asarray(level_values, dtype=float)
    _refuse_levels(table, levels)
    cell = row * max(len(levels), 1) + level_codes
    _refuse_twice(table, cell, keys)
    values = np.full(len(first) * len(levels), np.nan)
    values[cell] = table["value"].to_numpy(dtype=float)
    names = table[[*keys, "month"]].take(first).reset_index(drop=True)
    return QuantileTable(names, levels, values.reshape(len(first), len(levels)))


def _forecasts(table: pd.DataFrame, keys: Sequence[str]) -> tuple[Ints, Ints]:
    """Return the first row of each forecast, in order, and the forecast of each row."""
    code = np.zeros(len(table), dtype=np.int64)
    for key in keys:
        codes, uniques = pd.factorize(table[key], sort=key in ("origin", "horizon"))
        code = code * max(len(uniques), 1) + codes
    _, first, row = np.unique(code, return_index=True, return_inverse=True)
    return first, row


def _block_size(table: pd.DataFrame, keys: Sequence[str]) -> int:
    """Return how many rows each forecast has, where all have the same levels, one below the other; else 0.

    So stands what this package makes; it is read by its shape, not row by row.
    """
    if not {*keys, *FORECAST_COLUMNS} <= {*table.columns} or not table.columns.is_unique or not len(table):
        return 0
    if not all(is_float_dtype(table[column]) for column in ("level", "value")):
        return 0
    level = table["level"].to_numpy(dtype=float)
    falls = np.flatnonzero(~(np.diff(level) > 5e-9))  # levels are told apart to 9 digits
    size = int(falls[0]) + 1 if len(falls) else len(level)
    if len(level) % size or not (level.reshape(-1, size) == level[:size]).all():
        return 0
    if size == 1:
        return 1
    inner = np.arange(1, len(level)) % size != 0  # rows that continue the forecast above them
    for column in {*keys, *FORECAST_COLUMNS} - {"level", "value"}:
        cells = table[column].array
        same = np.asarray(pd.array(cells[1:] == cells[:-1], dtype="boolean").to_numpy(bool, na_value=False))
        if not same[inner].all():
            return 0
    return size


def _of_blocks(table: pd.DataFrame, keys: Sequence[str], size: int) -> QuantileTable:
    """Turn a table into one row a forecast, where each forecast stands in so many rows below one another."""
    heads = tidy_keys(table.iloc[::size])
    first, row = _forecasts(heads, keys)
    levels = np.round(table["level"].to_numpy(dtype=float)[:size], 9)
    _refuse_levels(heads, levels)
    _refuse_twice(heads, row, keys)
    values = table["value"].to_numpy(dtype=float).reshape(-1, size)[first]
    return QuantileTable(heads[[*keys, "month"]].take(first).reset_index(drop=True), levels, values)


def _refuse_levels(table: pd.DataFrame, levels: Floats) -> None:
    wrong = levels[(levels <= 0) | (levels >= 1)]
    if len(wrong):
        row = table.iloc[int(np.argmax(np.isclose(table["level"].to_numpy(dtype=float), wrong[0])))]
        where = ", ".join(f"{key} {row[key]}" for key in KEYS)
        raise ConfigError(
            f"forecasts: level {wrong[0]:g} ({where}); expected a probability between 0 and 1, none for a"
            " mean"
        )


def _refuse_twice(table: pd.DataFrame, cell: Ints, keys: Sequence[str]) -> None:
    if len(cell) and np.bincount(cell).max() > 1:
        at = int(np.flatnonzero(pd.Series(cell).duplicated())[0])
        row = table.iloc[at]
        where = ", ".join(f"{key} {row[key]}" for key in (*keys, "level"))
        raise ConfigError(f"forecasts: a row stands twice ({where}); expected one value a forecast and level")


def to_long(wide: QuantileTable) -> pd.DataFrame:
    """Turn arrays back into a long table; a NaN has no row."""
    row, level = np.nonzero(~np.isnan(wide.values))
    table = wide.keys.take(row)
    table.index = pd.RangeIndex(len(table))
    table["level"] = wide.levels[level]
    table["value"] = wide.values[row, level]
    return table[list(FORECAST_COLUMNS)]


@dataclass(frozen=True)
class SeriesArrays:
    """The forecasts of one (model, knowledge, scenario, series) as origin x horizon.

    `rows` are positions in the `QuantileTable`, `t` and `j` where each of them stands (origin, horizon - 1).
    """

    name: tuple[str, str, str, str]
    rows: Ints
    t: Ints
    j: Ints
    origins: Ints  #: days since 1970, ascending
    last: Ints  #: ordinal of the last official month at each origin
    horizons: int

    def matrix(self, column: Floats) -> Floats:
        """Spread a column of the `QuantileTable` over origin x horizon (x level)."""
        shape = (len(self.origins), self.horizons, *column.shape[1:])
        out = np.full(shape, np.nan)
        out[self.t, self.j] = column[self.rows]
        return out

    @property
    def months(self) -> Ints:
        """Ordinals of the months that are forecast, origin x horizon."""
        return self.last[:, None] + np.arange(1, self.horizons + 1)[None, :]


def days(values: pd.Series | pd.DatetimeIndex | NDArray[np.datetime64] | Sequence[object]) -> Ints:
    """Return timestamps as whole days since 1970; `NEVER` where missing."""
    stamps = np.asarray(pd.to_datetime(pd.Series(values).reset_index(drop=True)).to_numpy("datetime64[D]"))
    out = stamps.astype(np.int64)
    return np.where(np.isnat(stamps), NEVER, out)


def series_arrays(wide: QuantileTable) -> list[SeriesArrays]:
    """Cut a wide table into one part for each (model, knowledge, scenario, series), as they appear."""
    if not len(wide.keys):
        return []
    keys = wide.keys
    origin = days(keys["origin"])
    month = pd.PeriodIndex(keys["month"]).asi8
    horizon = keys["horizon"].to_numpy(dtype=np.int64)
    if horizon.min() < 1:
        raise ConfigError(f"forecasts: horizon {horizon.min()}; horizons count from 1")
    made = []
    groups = keys.groupby(list(KEYS[:4]), sort=False).indices
    for at in sorted(groups.values(), key=lambda rows: int(rows[0])):
        rows = np.asarray(at, dtype=np.int64)
        unique, t = np.unique(origin[rows], return_inverse=True)
        last = np.zeros(len(unique), dtype=np.int64)
        last[t] = month[rows] - horizon[rows]
        wrong = last[t] != month[rows] - horizon[rows]
        if wrong.any():
            bad = keys.iloc[int(rows[np.flatnonzero(wrong)[0]])]
            raise ConfigError(
                f"forecasts: {bad['model']}, {bad['series_id']}, origin {bad['origin']:%Y-%m-%d}: month "
                f"{bad['month']} is not horizon {bad['horizon']} of one and the same last official month"
            )
        head = keys.iloc[int(rows[0])]
        label = (str(head["model"]), str(head["knowledge"]), str(head["scenario"]), str(head["series_id"]))
        made.append(SeriesArrays(label, rows, t, horizon[rows] - 1, unique, last, int(horizon.max())))
    return made


def by_series(found: Sequence[SeriesArrays]) -> dict[tuple[str, str], list[SeriesArrays]]:
    """Return the parts of each (scenario, series), as they appear."""
    made: dict[tuple[str, str], list[SeriesArrays]] = {}
    for arrays in found:
        made.setdefault(arrays.name[2:], []).append(arrays)
    return made


@dataclass(frozen=True)
class Grid:
    """The origins and horizons of several models of one series.

    Attributes
    ----------
    origins, last : array
        Days since 1970, ascending, and the ordinal of the last official month at each.
    horizons : int
    """

    origins: Ints
    last: Ints
    horizons: int

    @classmethod
    def of(cls, parts: Sequence[SeriesArrays]) -> Grid:
        """Return the grid that holds all of them.

        Raises
        ------
        ConfigError
            When they count their months from different ones.
        """
        origins = np.unique(np.concatenate([arrays.origins for arrays in parts]))
        last = np.full(len(origins), NEVER, dtype=np.int64)
        for k, arrays in enumerate(parts):
            t = np.searchsorted(origins, arrays.origins)
            _check_counts(parts, k, last[t])
            last[t] = arrays.last
        return cls(origins, last, max(arrays.horizons for arrays in parts))

    def spread(self, arrays: SeriesArrays, column: Floats) -> Floats:
        """Spread a column of the `QuantileTable` over origin x horizon (x level); NaN where there is none."""
        out = np.full((len(self.origins), self.horizons, *column.shape[1:]), np.nan)
        out[np.searchsorted(self.origins, arrays.origins), : arrays.horizons] = arrays.matrix(column)
        return out


def _check_counts(parts: Sequence[SeriesArrays], k: int, known: Ints) -> None:
    """Refuse a model that counts its months from another one than those before it."""
    arrays = parts[k]
    wrong = np.flatnonzero((known != NEVER) & (known != arrays.last))
    if not len(wrong):
        return
    day = int(arrays.origins[wrong[0]])
    other = next(b for b in parts[:k] if day in b.origins)
    first, second = (
        pd.Period(ordinal=int(n) + 1, freq="M") for n in (known[wrong[0]], arrays.last[wrong[0]])
    )
    raise ConfigError(
        f"{arrays.name[3]}, {np.datetime64(day, 'D')}: horizon 1 is {first} for '{other.name[0]}'"
        f" and {second} for '{arrays.name[0]}'; only forecasts that count their months alike can be"
        " set side by side"
        " (`read_hub(..., obs=obs)` counts those of a hub as `fc.backtest` does)"
    )


def periods(ordinals: Ints) -> pd.PeriodIndex:
    """Months from their ordinals."""
    return pd.PeriodIndex.from_ordinals(ordinals, freq="M")  # type: ignore[attr-defined,no-any-return]


def stamps(numbers: Ints) -> pd.DatetimeIndex:
    """Days since 1970 as timestamps, in the unit that all tables use."""
    return pd.DatetimeIndex(numbers.astype("datetime64[D]").astype("datetime64[ns]"))


def as_counted(values: Floats) -> Floats:
    """Return figures to 13 digits: what comes back from logs is what went in, 500 and not 499.9999999999999.

    Examples
    --------
    >>> as_counted(np.exp(np.log(np.array([500.0, 2.5])))).tolist()
    [500.0, 2.5]
    """
    size = np.abs(values)
    known = np.isfinite(values) & (size > 1e-250) & (size < 1e250)
    places = 12.0 - np.floor(np.log10(size, out=np.zeros(size.shape), where=known))
    up, down = 10.0 ** np.maximum(places, 0.0), 10.0 ** np.maximum(-places, 0.0)
    made: Floats = np.where(known, np.rint(values / down * up) / up * down, values)
    return made


def log_floor(values: Floats, floor: Floats | float) -> Floats:
    """Logs with a floor; NaN where neither the value nor the floor is positive."""
    floored = np.maximum(values, floor)
    return np.log(floored, out=np.full(floored.shape, np.nan), where=floored > 0)


def ordered_unique(values: Iterable[Unique]) -> list[Unique]:
    """Unique values in order of appearance."""
    return list(dict.fromkeys(values.unique() if isinstance(values, pd.Series) else values))


def require_levels(levels: Sequence[float]) -> Floats:
    """Return levels ascending, with 0.5, or raise `ConfigError`."""
    given = sorted({round(float(x), 9) for x in levels} | {MEDIAN})
    if given[0] <= 0 or given[-1] >= 1:
        raise ConfigError(f"levels: {given[0]} to {given[-1]}; expected probabilities between 0 and 1")
    return np.array(given)
