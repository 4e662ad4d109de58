"""The forecast table, checked once, and the selections that every room makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from forecast.data.lazy import Lazy, WithLazyFields
from forecast.errors import ConfigError, nearest
from forecast.tables.columns import KEYS, ROW
from forecast.tables.quantiles import MEDIAN, Floats, QuantileTable, tidy_keys, to_long, to_wide

#: Quantiles may stand in the wrong order by so much, as a share of their size: rounding, not a crossing.
ROUNDING = 1e-9


@runtime_checkable
class HasQuantiles(Protocol):
    """What holds forecasts as arrays, such as a `Backtest`."""

    @property
    def quantiles(self) -> QuantileTable:
        """One row a forecast, one column a level."""
        ...


@dataclass(frozen=True)
class Forecasts(WithLazyFields):
    """A forecast table that is known to be right; made by `of` only, which checks it.

    Attributes
    ----------
    quantiles : QuantileTable
        One row a forecast, one column a level; means have no place there.
    frame : DataFrame
        The same as a long table, made when asked for: months as periods, origins as days, each with its
        scenario.
    """

    quantiles: QuantileTable
    frame: Lazy[pd.DataFrame] = Lazy()

    @classmethod
    def of(cls, table: pd.DataFrame | QuantileTable | HasQuantiles) -> Forecasts:
        """Check a forecast table; one that was checked before is returned as it is.

        Raises
        ------
        ConfigError
            When columns are missing or of another type, a level is no probability, a value is infinite, a
            forecast stands twice, or its quantiles cross; it names the column or the row.

        Examples
        --------
        >>> import pandas as pd
        >>> row = {"model": "rw", "series_id": "s", "origin": pd.Timestamp("2024-02-20"), "month": "2024-02",
        ...     "horizon": 1, "knowledge": "none", "scenario": ""}
        >>> rows = [{**row, "level": p, "value": 100 * p} for p in (0.1, 0.5, 0.9)]
        >>> Forecasts.of(pd.DataFrame(rows)).quantiles.column(0.9).tolist()
        [90.0]
        """
        if isinstance(table, Forecasts):
            return table
        if isinstance(table, HasQuantiles):
            table = table.quantiles
        if isinstance(table, pd.DataFrame):
            quantiles = to_wide(table)
            means = table[table["level"].isna() | (table["level"] == "mean")]
            _check_rows(means, means[["value"]].astype(float).to_numpy())
        else:
            quantiles = table.in_order()
        _check_rows(quantiles.keys, quantiles.values)
        _check_order(quantiles)
        _check_whole(quantiles)
        return cls(quantiles, lambda: tidy_keys(table) if isinstance(table, pd.DataFrame) else to_long(table))


def _check_rows(keys: pd.DataFrame, values: Floats) -> None:
    horizon = keys["horizon"].to_numpy(dtype=float)
    broken = np.flatnonzero((horizon < 1) | (horizon % 1 != 0))
    if len(broken):
        raise ConfigError(
            f"forecasts: horizon {horizon[broken[0]]:g} ({_row(keys.iloc[broken[0]])});"
            " expected whole months from 1 on"
        )
    endless = np.flatnonzero(np.isinf(values).any(axis=1))
    if len(endless):
        raise ConfigError(f"forecasts: value inf ({_row(keys.iloc[endless[0]])}); expected a number")


def _check_order(quantiles: QuantileTable) -> None:
    highest = np.fmax.accumulate(quantiles.values, axis=1)  # of the levels up to each, missing ones left out
    size = np.maximum(np.abs(highest), 1.0)
    rows, levels = np.nonzero(quantiles.values < highest - ROUNDING * size)
    if len(rows):
        raise ConfigError(
            f"forecasts: the quantiles cross: level {quantiles.levels[levels[0]]:g} is below a lower one"
            f" ({_row(quantiles.keys.iloc[rows[0]])}); expected them ascending"
        )


def _check_whole(quantiles: QuantileTable) -> None:
    """Refuse a range with a hole: a level of the model without a value, though one as far out has one."""
    distance, there = np.abs(quantiles.levels - 0.5), np.isfinite(quantiles.values)
    if there.all():
        return
    model = quantiles.keys.groupby([*ROW], sort=False, observed=True).ngroup().to_numpy()
    given = np.zeros((model.max() + 1, len(distance)), dtype=bool)
    np.logical_or.at(given, model, there)
    reach = np.where(there, distance, -1.0).max(axis=1)
    base = quantiles.keys["scenario"].eq("").to_numpy()  # a scenario of several measures has no middle
    rows, levels = np.nonzero(~there & given[model] & (distance <= reach[:, None] + 1e-9) & base[:, None])
    if len(rows):
        raise ConfigError(
            f"forecasts: level {quantiles.levels[levels[0]]:g} has no value"
            f" ({_row(quantiles.keys.iloc[rows[0]])}); expected a number, since levels beyond it have one"
        )


def _row(row: Any) -> str:
    return ", ".join(f"{key} {row[key]}" for key in KEYS if key in row)


# --------------------------------------------------------------------------- selections


def select(table: pd.DataFrame, **equal: Any) -> pd.DataFrame:
    """Return the rows of any table whose columns have these values (a tuple: one of them).

    A table that was never made has neither rows nor columns and is returned as it is.

    Raises
    ------
    ConfigError
        For a column that the table does not have.

    Examples
    --------
    >>> import pandas as pd
    >>> select(pd.DataFrame({"model": ["a", "b", "c"], "n": [1, 2, 3]}), model=("a", "c"))["n"].tolist()
    [1, 3]
    """
    if not len(table.columns) or not equal:
        return table
    mask = np.ones(len(table), dtype=bool)
    for column, value in equal.items():
        if column not in table.columns:
            names = list(map(str, table.columns))
            raise ConfigError(
                f"select: the table has no column '{column}' ({', '.join(names)}).{nearest(column, names)}"
            )
        values = table[column]
        found = values.isin(value) if isinstance(value, tuple) else values == value
        mask &= found.to_numpy(bool)
    return table[mask]


def headline(table: pd.DataFrame, model: str) -> pd.DataFrame:
    """Return a model's rows as the page shows them: no scenario,
    without events if there are such, no hindsight.
    """
    rows = select(table, model=model, scenario="")
    return select(rows, knowledge=headline_knowledge(rows, model)) if len(rows) else rows


def headline_knowledge(table: pd.DataFrame, model: str) -> str:
    """Return what the rows of `headline` knew of events: ``none`` or ``at_origin``, never ``hindsight``."""
    rows = select(table, model=model)
    known = set(rows["knowledge"].unique()) if len(rows) else set()
    return "at_origin" if "at_origin" in known and "none" not in known else "none"


def at_level(table: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return the rows of one level."""
    return table[(table["level"].astype(float) - level).abs() < 1e-9]


def median_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the medians: all that later origins need of earlier ones."""
    return at_level(table, MEDIAN)


def median(table: pd.DataFrame) -> pd.DataFrame:
    """Return the medians of one model at one origin, months x series."""
    rows = median_rows(table)
    twice = rows.duplicated(["month", "series_id"]).to_numpy()
    if twice.any():
        raise ConfigError(f"median: two forecasts of a month ({_row(rows[twice].iloc[0])}); expected one")
    return rows.pivot(index="month", columns="series_id", values="value")


def quantile(table: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return one quantile of one model at one origin, months x series.

    Raises
    ------
    ConfigError
        If the table has no such level.
    """
    rows = at_level(table, level)
    if rows.empty:
        known = ", ".join(f"{value:g}" for value in sorted(table["level"].dropna().unique()))
        raise ConfigError(f"level: the forecast has no {level:g}; its levels are {known}")
    return rows.pivot(index="month", columns="series_id", values="value")


def wide(table: pd.DataFrame | Forecasts, *index: str) -> pd.DataFrame:
    """Return one row a forecast, one column a level, sorted by what names a row; means are left out."""
    quantiles = Forecasts.of(table).quantiles
    names = quantiles.keys.set_index(list(index)).index
    if not names.is_unique:
        at = int(np.flatnonzero(names.duplicated())[0])
        raise ConfigError(
            f"forecasts: two of the same {', '.join(index)} ({_row(quantiles.keys.iloc[at])}); expected one"
        )
    made = pd.DataFrame(quantiles.values, index=names, columns=pd.Index(quantiles.levels, name="level"))
    return made.sort_index()
