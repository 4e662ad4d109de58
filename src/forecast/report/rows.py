"""Rows of tables: choosing them by value (`tables.forecasts.select`), and reading them one by one."""

from __future__ import annotations

import functools
from collections import namedtuple
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from forecast.tables.forecasts import select

if TYPE_CHECKING:
    from forecast.experiment.run import Run


class ForecastRow(Protocol):
    """A month of a forecast, as `view.quantiles` lays it out; an end of a range that was refused is NaN."""

    month: pd.Period
    horizon: int
    middle: float
    lower_50: float
    upper_50: float
    lower_80: float
    upper_80: float
    lower_95: float
    upper_95: float


class CodeRow(Protocol):
    """A row of a table that holds a code and its values in columns."""

    @property
    def _fields(self) -> tuple[str, ...]: ...


class ComparisonRow(CodeRow, Protocol):
    """How a row of forecasts compares with the baseline, and what may be said of it."""

    skill: float
    lower: float
    upper: float
    p: float
    n: int
    five_best_share: float
    largest_share: float
    words: str
    objections: str
    eras_lost: str
    eras_counted: int


class ScoreRow(CodeRow, Protocol):
    """One score of a row of forecasts."""

    value: float
    skill: float
    n_ok: int
    note: str
    message: str


class CoverageRow(Protocol):
    """How often a range held, and where the true share may lie."""

    covered: float
    lower: float
    upper: float
    n: int


class EffectRow(CodeRow, Protocol):
    """The effect of a measure or a group of them, with its range and what may be said of it."""

    event: str
    group: str
    estimate: float
    percent: float
    percent_lower: float
    percent_upper: float
    detectable_fall: float
    detectable_rise: float
    clear: bool
    words: str
    why_group: str
    group_values: str
    placebo_larger: int
    placebo_n: int
    first_active: str


class FateRow(CodeRow, Protocol):
    """What became of a measure in the models: a row of `estimability`."""

    event: str
    action: str
    why: str


class BreakRow(CodeRow, Protocol):
    """A day from which figures count something else."""

    month: str
    what_changed: str


def records(table: pd.DataFrame) -> list[Any]:
    """Return the rows of a table as named tuples."""
    # all cells at once: pandas' own loop asks text columns for one value at a time
    cells = table.to_numpy(dtype=object).tolist()
    return list(map(_row(tuple(map(str, table.columns)))._make, cells))


@functools.cache
def _row(columns: tuple[str, ...]) -> Any:
    return namedtuple("Row", columns, rename=True)


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
