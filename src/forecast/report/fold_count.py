"""How many forecasts of a row were made, and why the others were not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from forecast.tables.forecasts import select

if TYPE_CHECKING:
    from forecast.experiment.run import Run


@dataclass(frozen=True)
class FoldCount:
    """How many forecasts of a row were made, and why the others were not."""

    ok: int
    total: int
    failed: int
    skipped: int
    last_failure: str = ""
    last_origin: pd.Timestamp | None = None


def fold_count(run: Run, model: str, knowledge: str, series_id: str) -> FoldCount:
    """Return the counted folds of a row; combinations have no folds, their replayed dates count."""
    rows = (
        select(run.folds, model=model, knowledge=knowledge, series_id=series_id)
        if len(run.folds)
        else run.folds
    )
    if not len(rows):
        made = select(run.backtest, model=model, knowledge=knowledge, series_id=series_id)
        n = int(made["origin"].nunique()) if len(made) else 0
        return FoldCount(n, n, 0, 0)
    failed = rows[rows["status"] == "failed"].sort_values("origin")
    message = str(failed["message"].iloc[-1]) if len(failed) else ""
    when = pd.Timestamp(failed["origin"].iloc[-1]) if len(failed) else None
    ok, skipped = int((rows["status"] == "ok").sum()), int((rows["status"] == "skipped").sum())
    return FoldCount(ok, len(rows), len(failed), skipped, message, when)
