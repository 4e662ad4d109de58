"""Rows of tables: choosing them by value, and reading them one by one."""

from __future__ import annotations

from typing import Any

import pandas as pd


def pick(table: pd.DataFrame, **wanted: Any) -> pd.DataFrame:
    """Return the rows whose columns have these values (a tuple: one of them); an absent column does not select."""
    for column, value in wanted.items():
        if column in table.columns:
            values = table[column]
            table = table[values.isin(value) if isinstance(value, tuple) else values == value]
    return table


def records(table: pd.DataFrame) -> list[Any]:
    """Return the rows of a table as named tuples."""
    return list(table.itertuples(index=False))
