"""One series as a model sees it: its figures on the model's scale, and its event columns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecast.data.lazy import Lazy
from forecast.data.panel import Panel
from forecast.data.parse import month_range
from forecast.errors import ConfigError, DataError, counted
from forecast.events.design import Design
from forecast.models.transform import Array, Scale, Transform, transform_of


@dataclass(frozen=True, kw_only=True)
class SeriesData:
    """One series on the model's scale, with the event columns that apply to it."""

    name: str
    months: Lazy[pd.PeriodIndex] = Lazy()
    y: Array
    transform: Transform
    columns: tuple[str, ...]  #: names of the event columns, in the order of the frames
    past: Lazy[pd.DataFrame] = Lazy()
    future: Lazy[pd.DataFrame] = Lazy()
    prior: Lazy[pd.DataFrame] = Lazy()  #: index column -> mean, sd, on the model's scale; sd = inf: plain
    design: Design
    notes: tuple[str, ...] = ()  #: what was done to the figures


def _no_prior() -> pd.DataFrame:
    return pd.DataFrame({"mean": [], "sd": []}, dtype=float)


def complete(data: SeriesData, last: int | None = None) -> Array:
    """Return the values, which a model needs without a hole: all, or so many last ones.

    Raises
    ------
    DataError
        Naming the months that are missing.
    """
    values, months = (data.y, data.months) if last is None else (data.y[-last:], data.months[-last:])
    holes = [str(m) for m, v in zip(months, values, strict=True) if np.isnan(v)] if last != 0 else []
    if holes:
        needed = "all" if last is None else f"the last {last}"
        raise DataError(
            f"{data.name}: {counted(len(holes), 'month', 'are')} missing ({', '.join(holes[:4])});"
            f" this model needs {needed}"
        )
    return data.y


def series_data(panel: Panel, design: Design, name: str, transform: Scale, window: int | None) -> SeriesData:
    """Cut one series out of a panel, on the model's scale, with its event columns over the same months.

    Raises
    ------
    DataError
        If the scale needs positive values and there are others.
    """
    cells = panel.cells
    at, rows = cells.column(name)
    if window is not None:
        rows = slice(max(rows.start, rows.stop - window), rows.stop)

    def spanned() -> pd.PeriodIndex:
        return month_range(cells.first + rows.start, cells.first + rows.stop - 1, "month")

    scale, values = transform_of(
        transform, cells.values[rows, at].copy(), cells.rounding[rows, at], spanned, panel.counts, name
    )
    ahead = cells.first + rows.stop - 1 - cells.last_official(name)
    if not design.columns:
        return SeriesData(
            name=name,
            months=spanned,
            y=values,
            transform=scale,
            columns=(),
            past=lambda: pd.DataFrame(index=spanned()),
            future=lambda: pd.DataFrame(index=design.future.index[ahead:]),
            prior=_no_prior,
            design=design,
        )
    months = spanned()
    last = pd.Period(ordinal=cells.last_official(name), freq="M")
    mine = _given(design, name, months, last) if design.given else design.of(name)

    def prior() -> pd.DataFrame:
        if not mine.columns:
            return _no_prior()
        table = pd.DataFrame(mine.sizes(name), pd.Index(mine.columns), ["mean", "sd"])
        # the prior is stated on logs; on another scale columns are plain
        return table if transform == "log" else table.assign(mean=0.0, sd=np.inf)

    def past() -> pd.DataFrame:
        same = mine.past.index.equals(months)
        return (mine.past if same else mine.past.reindex(months)).astype(float)

    return SeriesData(
        name=name,
        months=months,
        y=values,
        transform=scale,
        columns=mine.columns,
        past=past,
        future=lambda: mine.future.iloc[ahead:].astype(float),
        prior=prior,
        design=mine,
    )


def _given(design: Design, name: str, months: pd.PeriodIndex, last_official: pd.Period) -> Design:
    """Return columns given by hand, their months to come from the first one on.

    Raises
    ------
    ConfigError
        Where they lack months of the series, or the first month to come.
    """
    mine, first = design.of(name), last_official + 1
    lacking = months[~months.isin(mine.past.index)]
    if len(lacking):
        raise ConfigError(
            f"{name}: columns given by hand lack {counted(len(lacking), 'month')} of the series,"
            f" {lacking[0]} to {lacking[-1]}"
        )
    ahead = mine.future[mine.future.index >= first]
    wanted = pd.period_range(first, periods=max(len(ahead), 1), freq="M")
    if not ahead.index.equals(wanted):
        given = f"{mine.future.index[0]} to {mine.future.index[-1]}" if len(mine.future) else "none"
        raise ConfigError(
            f"{name}: columns given by hand must have every month from {first} on, the first month to come;"
            f" given are {given}"
        )
    return replace(mine, future=ahead)
