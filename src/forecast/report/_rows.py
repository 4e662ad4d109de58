"""Rows of tables: choosing them by value, and reading them one by one."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class FoldCount:
    """How many forecasts of a row were made, and why the others were not."""

    ok: int
    total: int
    failed: int
    skipped: int
    last_failure: str = ""
    last_origin: pd.Timestamp | None = None


def fold_count(run: Any, model: str, knowledge: str, series_id: str) -> FoldCount:
    """Return the counted folds of a row; combinations have no folds, their replayed dates count."""
    rows = (
        pick(run.folds, model=model, knowledge=knowledge, series_id=series_id)
        if len(run.folds)
        else run.folds
    )
    if not len(rows):
        made = pick(run.backtest, model=model, knowledge=knowledge, series_id=series_id)
        n = int(made["origin"].nunique()) if len(made) else 0
        return FoldCount(n, n, 0, 0)
    failed = rows[rows["status"] == "failed"].sort_values("origin")
    message = str(failed["message"].iloc[-1]) if len(failed) else ""
    when = pd.Timestamp(failed["origin"].iloc[-1]) if len(failed) else None
    ok, skipped = int((rows["status"] == "ok").sum()), int((rows["status"] == "skipped").sum())
    return FoldCount(ok, len(rows), len(failed), skipped, message, when)
