"""The columns of the forecast table and of the fold table."""

from __future__ import annotations

#: Columns that every forecast table has, in this order.
FORECAST_COLUMNS: tuple[str, ...] = (
    "model",
    "series_id",
    "origin",
    "month",
    "horizon",
    "knowledge",
    "scenario",
    "level",
    "value",
)
#: What names one forecast; `level` and `value` hang on it.
KEYS: tuple[str, ...] = ("model", "knowledge", "scenario", "series_id", "origin", "horizon")
FOLD_COLUMNS: tuple[str, ...] = (
    "model",
    "knowledge",
    "scenario",
    "series_id",
    "origin",
    "status",
    "n_months",
    "events_used",
    "message",
)
