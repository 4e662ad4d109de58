"""Breaks that the figures show by themselves, beside what the calendar holds: explained, or worth a look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.arima import ArimaFailure, FoldJob, auto_arima_folds
from forecast.arima.labels import time_index
from forecast.config.bounds import Bounds, Priority
from forecast.config.convert import check_arguments
from forecast.data.panel import Panel
from forecast.data.parse import whole_day
from forecast.errors import ConfigError, DataError, counted
from forecast.interventions.regression import Floats, check_model
from forecast.models.transform import Transform, make_transform

if TYPE_CHECKING:
    from forecast.events.calendar import EventCalendar
    from forecast.models.arima import Arima

BREAK_COLUMNS: tuple[str, ...] = (
    "series_id",
    "month",
    "kind",
    "size",
    "t",
    "percent",
    "event",
    "when",
    "priority",
    "expected",
    "explained",
    "by_chance",
    "words",
)
KINDS: tuple[str, ...] = ("AO", "LS", "TC")
#: Whether an event explains a break; ``other_direction``: the one nearby was expected to move the figures
#: otherwise.
Explanation = Literal["not_matched", "explained", "other_direction", "unexplained"]
EXPLANATIONS: tuple[Explanation, ...] = get_args(Explanation)
#: A break is explained by an event that began or ended within so many months of it, unless that was expected
#: to move the figures the other way.
WITHIN = 1


class Mark(NamedTuple):
    """Start or end of an event: position, event, priority, the sign expected of the change there by rule."""

    place: int
    event: str
    when: str
    rank: int
    sign: float


@checked
def detect_events(
    series: pd.Series | Panel,
    events: EventCalendar | None = None,
    series_id: str | None = None,
    model: str | Arima = "arima",
    kinds: Sequence[str] = KINDS,
    critical: float | None = None,
    as_of: dt.date | str | None = None,
    within: int = WITHIN,
    priority: int = 3,
) -> pd.DataFrame:
    """Find single months, level shifts and temporary changes, and match them with the calendar.

    Parameters
    ----------
    series : Series or Panel
        Figures by month (PeriodIndex), or a panel as known on a date.
    events : EventCalendar, optional
        Without it nothing is matched.
    series_id : str, optional
        Which series of the panel, and which events touch it; of a Series its name.
    model : str or Arima
        Orders and scale of the model in which breaks are looked for.
    kinds : sequence of {"AO", "LS", "TC"}
    critical : float, optional
        Smallest absolute t; by length when None (about 4 at 300 months).
    as_of : date, optional
        Events usable on that day count; of a panel its own date.
    within : int
        Months between a break and the start or end of an event that explains it.
    priority : int
        Events up to this priority count.

    Returns
    -------
    DataFrame
        `BREAK_COLUMNS`, by month: size on the scale of the model, t, percent (on logs), the event of first
        rank that began or ended near, the sign that the rule book expects of it (0: none), and whether it
        explains the break (a code). An event that was expected to move the figures the other way explains
        nothing. ``by_chance`` is the share of all months in which a break of that direction would be
        explained: with a long calendar it is large, and a match says little.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> months = pd.period_range("2015-01", periods=96, freq="M")
    >>> noise = np.random.default_rng(1).normal(0, 0.02, 96)
    >>> level = 6 + 0.8 * (np.arange(96) >= 50)
    >>> figures = pd.Series(np.exp(level + noise), index=months, name="planted")
    >>> from forecast.models.arima import Arima
    >>> found = detect_events(figures, model=Arima(order=(0, 0, 0), seasonal_order=None))
    >>> found[["month", "kind"]].astype(str).values.tolist()
    [['2019-03', 'LS']]
    """
    unknown = [k for k in kinds if k not in KINDS]
    if unknown or not kinds:
        raise ConfigError(f"kinds: {list(kinds)}; expected some of {', '.join(KINDS)}")
    check_arguments(
        critical=(critical, Annotated[float, Bounds(above=0)] | None),
        priority=(priority, Priority),
        within=(within, Annotated[int, Bounds(0, 120)]),
    )
    as_of = None if as_of is None else whole_day(as_of, "detect_events: as_of")
    name, months, y, scale = _figures(series, series_id, model)
    _, chosen = check_model(model)
    found = _search(y, chosen, kinds, critical)
    day = series.as_of if isinstance(series, Panel) and as_of is None else as_of
    marks = _marks(events, name, day, priority, months)
    rows = []
    for place, kind, size, t in found:
        row = {"series_id": name, "month": months[place], "kind": kind, "size": size, "t": t}
        percent = 100.0 * float(np.expm1(size)) if scale.kind == "log" else np.nan
        near = _nearest(marks, place, within, size) or Mark(place, "", "", 0, 0.0)
        explained = bool(near.event) and near.sign * size >= 0
        rows.append(
            {
                **row,
                "percent": percent,
                "event": near.event,
                "when": near.when,
                "priority": near.rank,
                "expected": np.sign(near.sign),
                "explained": explained,
                "by_chance": _share_explained(marks, len(months), within, size),
                "words": _explanation(near, explained, events is not None),
            }
        )
    table = pd.DataFrame(rows, columns=list(BREAK_COLUMNS))
    return table.sort_values("month", ignore_index=True) if len(table) else table


def _figures(
    series: pd.Series | Panel, series_id: str | None, model: str | Arima
) -> tuple[str, pd.PeriodIndex, Floats, Transform]:
    _, chosen = check_model(model)
    if isinstance(series, Panel):
        if series_id is None and len(series.series) != 1:
            raise ConfigError(f"the panel has {len(series.series)} series; give series_id")
        name = series_id or series.series[0]
        y = series.y(name)
        rounding, counts = series.rounding[name].loc[y.index], series.counts
    else:
        if not isinstance(series.index, pd.PeriodIndex) or series.index.freqstr != "M":
            raise ConfigError("series: its index does not hold months (PeriodIndex, freq='M')")
        time_index(series)  # in order, none left out
        name = series_id or str(series.name or "series")
        y = series.astype(float)
        rounding, counts = pd.Series(1.0, index=y.index), False
    y = y if chosen.window is None else y.iloc[-chosen.window :]
    scale, values = make_transform(chosen.transform, y, rounding.loc[y.index], counts, name)
    if int(np.isfinite(values).sum()) < chosen.min_months:
        raise DataError(
            f"{name}: {counted(int(np.isfinite(values).sum()), 'month', 'are')} known; expected"
            f" {chosen.min_months}"
        )
    return name, pd.PeriodIndex(y.index), np.asarray(values, dtype=float), scale


def _search(
    y: Floats, model: Arima, kinds: Sequence[str], critical: float | None
) -> list[tuple[int, str, float, float]]:
    """Return position, kind, size and t of every break, by position."""
    from forecast.arima.outliers import detect_outliers

    order, seasonal = _orders(y, model)
    found = detect_outliers(y, order, seasonal, kinds=tuple(kinds), critical=critical, mean=model.mean)
    return sorted((o.position, o.kind, o.size, o.t) for o in found)


def _orders(y: Floats, model: Arima) -> tuple[tuple[int, int, int], tuple[int, int, int, int]]:
    if model.order == "auto":
        (fit,) = auto_arima_folds([FoldJob(y)], seasonal=12, max_order=model.max_order, starts="full")
        if isinstance(fit, ArimaFailure):
            raise DataError(f"no order could be chosen: {fit.message}")
        return fit.order, fit.seasonal_order
    wanted = model.seasonal_order
    return model.order, ((*wanted, 12) if wanted and any(wanted) else (0, 0, 0, 0))


# --------------------------------------------------------------------------- the calendar beside


def _marks(
    events: EventCalendar | None, series_id: str, day: Any, priority: int, months: pd.PeriodIndex
) -> list[Mark]:
    """Starts and ends of the events that touch a series and were usable."""
    if events is None:
        return []
    shown = events if day is None else events.known(day)
    table, first = shown.touching(series_id), int(months[0].ordinal)
    signs = dict(zip(shown.arrays.ids, shown.arrays.signs(series_id, "rule").tolist(), strict=True))
    ranks = table[["priority", "judged_priority"]].astype(int).min(axis=1).tolist()
    marks = []
    for when, column, turn in (("start", "effective_start", 1.0), ("end", "end_date", -1.0)):
        for event, date, rank in zip(table["id"].tolist(), table[column].tolist(), ranks, strict=True):
            if rank <= priority and pd.notna(date):
                marks.append(
                    Mark(pd.Period(date, "M").ordinal - first, str(event), when, rank, turn * signs[event])
                )
    return marks


def _nearest(marks: Sequence[Mark], place: int, within: int, size: float) -> Mark | None:
    """Return the mark near a month: not against its sign, the
    first rank, the nearest, a start before an end.
    """
    near = [m for m in marks if abs(m.place - place) <= within]
    return min(
        near,
        key=lambda m: (
            m.sign * size < 0,
            m.rank,
            m.sign * size <= 0,
            abs(m.place - place),
            m.when != "start",
            m.event,
        ),
        default=None,
    )


def _share_explained(marks: Sequence[Mark], length: int, within: int, size: float) -> float:
    covered = np.zeros(length, dtype=bool)
    for mark in marks:
        if mark.sign * size >= 0:
            covered[max(mark.place - within, 0) : max(mark.place + within + 1, 0)] = True
    return float(covered.mean()) if length else 0.0


def _explanation(near: Mark, explained: bool, matched: bool) -> Explanation:
    if not matched:
        return "not_matched"
    if explained:
        return "explained"
    return "other_direction" if near.event else "unexplained"
