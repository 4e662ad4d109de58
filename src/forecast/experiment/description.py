"""What a run says of its models: their fits once more at the date, and one row for each."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from forecast.backtesting.result import Backtest
from forecast.config.settings import Experiment
from forecast.errors import ForecastError
from forecast.experiment.pipeline import Inputs
from forecast.models.base import COEFFICIENT_COLUMNS, DIAGNOSTIC_COLUMNS, Model, plausible
from forecast.models.registry import describe


def fits_at_origin(x: Inputs, series: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit every model that can tell of itself once more at `as_of`; a failure is a note, not an end."""
    tables: dict[str, list[pd.DataFrame]] = {"coefficients": [], "diagnostics": []}
    panel = x.source.panel(x.as_of, series)
    for name, model in x.models.items():
        if isinstance(panel, str):
            break
        try:
            design = x.source.design(x.as_of, series, "at_origin" if model.uses_events else "none")
            fitted = model.fit(panel, design)
        except (ForecastError, ValueError):
            continue  # the fold table says why
        for table, parts in tables.items():
            tell = getattr(fitted, table, None)
            if tell is not None:
                rows = tell()
                rows = told_effects(rows, model) if table == "coefficients" else rows
                if len(rows):
                    parts.append(rows.assign(model=name))
    return (
        _joined(tables["coefficients"], ("model", *COEFFICIENT_COLUMNS)),
        _joined(tables["diagnostics"], ("model", *DIAGNOSTIC_COLUMNS)),
    )


def told_effects(rows: pd.DataFrame, model: Model) -> pd.DataFrame:
    """Return coefficients without those of events on logs that no measure can have."""
    if not len(rows) or getattr(model, "transform", "log") != "log":
        return rows
    sizes = zip(rows["estimate"], rows["se"], rows["kind"], strict=True)
    kept: pd.DataFrame = rows[[kind == "nuisance" or plausible(size, se) for size, se, kind in sizes]]
    return kept


def _joined(parts: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame(columns=list(columns))
    return pd.concat(parts, ignore_index=True)[list(columns)]


def model_table(exp: Experiment, models: Mapping[str, Model], bt: Backtest) -> pd.DataFrame:
    """Return every row of the forecasts: its kind, what it is, and how its folds went."""
    rows = []
    for name, model in models.items():
        spec = exp.model.get(name)
        kind = spec.kind if spec is not None else exp.backtest.baseline
        folds = bt.folds[bt.folds["model"] == name]
        status = folds["status"].value_counts()
        every = spec.refit_every if spec is not None else 1
        rows.append(
            {
                "model": name,
                "kind": kind,
                "description": describe(kind),
                "uses_events": model.uses_events,
                "folds_ok": int(status.get("ok", 0)),
                "folds_failed": int(status.get("failed", 0)),
                "folds_skipped": int(status.get("skipped", 0)),
                "refit_every": every,
            }
        )
    for name, combination in exp.combination.items():
        how = {"inverse_error": "weighted by inverse past errors", "median": "their median"}
        rows.append(
            {
                "model": name,
                "kind": "combination",
                "description": (
                    f"{', '.join(combination.members)}: {how.get(combination.method, combination.method)}"
                ),
                "uses_events": False,
                "folds_ok": 0,
                "folds_failed": 0,
                "folds_skipped": 0,
                "refit_every": 1,
            }
        )
        if combination.with_events:
            rows.append(
                {
                    **rows[-1],
                    "model": combination.with_events,
                    "kind": "adjusted",
                    "description": "the combination, with shrunken effects of events laid over it",
                    "uses_events": True,
                }
            )
    return pd.DataFrame(rows)
