"""Small observations and forecast tables for the tests of postprocess and scoring."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from forecast.data.observations import Observations
from forecast.tables.columns import FORECAST_COLUMNS

LAG = 20  # days after the month's end


def figures(
    values: Mapping[str, Sequence[float]], first: str = "2000-01", revisions: Sequence[tuple] = ()
) -> Observations:
    """Observations of made-up series: a figure a month, out 20 days after its end.

    `revisions` are (series_id, month, value, released) rows that come on top.
    """
    rows = []
    for name, series in values.items():
        months = pd.period_range(first, periods=len(series), freq="M")
        days = (months + 1).to_timestamp() + pd.Timedelta(days=LAG - 1)
        rows += [
            (name, m, float(v), d) for m, v, d in zip(months, series, days, strict=True) if np.isfinite(v)
        ]
    rows += [(s, pd.Period(m, "M"), float(v), pd.Timestamp(d)) for s, m, v, d in revisions]
    table = pd.DataFrame(rows, columns=["series_id", "month", "value", "released"])
    table = table.sort_values(["series_id", "month", "released"], kind="stable").reset_index(drop=True)
    table["month"] = pd.PeriodIndex(table["month"], freq="M")
    table = table.assign(
        release_basis="day", status="final", value_basis="published", rounding=1, source="test"
    )
    none = pd.DataFrame()
    leaks = table.iloc[:0]
    return Observations(table, leaks, none, none, none, none, none)


Rule = Callable[[np.ndarray, int], float]


def random_walk(known: np.ndarray, h: int) -> float:
    return float(known[-1])


def seasonal_naive(known: np.ndarray, h: int) -> float:
    return float(known[len(known) - 12 + (h - 1) % 12])


def drift(known: np.ndarray, h: int) -> float:
    return float(known[-1] + h * (known[-1] - known[0]) / (len(known) - 1))


def forecasts(
    obs: Observations,
    models: Mapping[str, Rule],
    series_id: str = "s",
    horizon: int = 12,
    warm_up: int = 1,
    knowledge: str = "none",
    until: str | None = None,
) -> pd.DataFrame:
    """Median forecasts at every release day, from the figures known then (first releases)."""
    values = obs.actuals(series_id, truth="first")
    released = obs.first_released(series_id)
    rows = []
    for i in range(warm_up - 1, len(values)):
        month = values.index[i]
        if until is not None and month > pd.Period(until, "M"):
            break
        known = values.to_numpy(dtype=float)[: i + 1]
        for name, rule in models.items():
            rows += [
                (name, series_id, released.iloc[i], month + h, h, knowledge, "", 0.5, rule(known, h))
                for h in range(1, horizon + 1)
            ]
    table = pd.DataFrame(rows, columns=list(FORECAST_COLUMNS))
    return table.assign(month=pd.PeriodIndex(table["month"], freq="M"))


def walk(n: int, seed: int = 1, sd: float = 0.1, level: float = 9.0) -> np.ndarray:
    """Counts that walk at random on logs."""
    rng = np.random.default_rng(seed)
    return np.round(np.exp(level + np.cumsum(rng.normal(0, sd, n))))
