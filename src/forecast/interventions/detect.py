"""Breaks that the figures show by themselves, beside what the calendar holds: explained, or worth a look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecast.arima import ArimaFailure, FoldJob, auto_arima_folds
from forecast.data.panel import Panel
from forecast.interventions.groups import Floats
from forecast.interventions.study import check_model
from forecast.models.transform import Transform, make_transform
from forecast.spec import ConfigError, DataError

if TYPE_CHECKING:
    from forecast.events.calendar import EventCalendar
    from forecast.models.arima import Arima

BREAK_COLUMNS: tuple[str, ...] = (
    "series_id", "month", "kind", "size", "t", "percent", "event", "when", "priority", "explained", "by_chance", "words",
)  # fmt: skip
KINDS: tuple[str, ...] = ("AO", "LS", "TC")
KIND_WORDS = {"AO": "a single month", "LS": "a lasting change of level", "TC": "a change that fades"}
#: A break is explained by an event that began or ended within so many months of it.
WITHIN = 1


def detect_events(
    series: pd.Series | Panel,
    events: EventCalendar | None = None,
    series_id: str | None = None,
    model: str | Arima = "arima",
    kinds: Sequence[str] = KINDS,
    critical: float | None = None,
    as_of: Any = None,
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
        `BREAK_COLUMNS`, by month: size on the scale of the model, t, percent (on logs), the event of first rank that
        began or ended near, and words. ``by_chance`` is the share of all months that the calendar would explain so:
        with a long calendar it is large, and a match says little.

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
    name, months, y, scale = _figures(series, series_id, model)
    _, chosen = check_model(model)
    found = _search(y, chosen, kinds, critical)
    day = series.as_of if isinstance(series, Panel) and as_of is None else as_of
    marks = _marks(events, name, day, priority, months)
    share = _share_explained(marks, len(months), within)
    rows = []
    for place, kind, size, t in found:
        row = {"series_id": name, "month": months[place], "kind": kind, "size": size, "t": t}
        percent = 100.0 * float(np.expm1(size)) if scale.kind == "log" else np.nan
        near = _nearest(marks, place, within)
        event, when, rank = near or ("", "", 0)
        words = _words(kind, percent, event, when, events is not None)
        rows.append(
            {
                **row, "percent": percent, "event": event, "when": when, "priority": rank, "explained": bool(event),
                "by_chance": share, "words": words,
            }
        )  # fmt: skip
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
        if not isinstance(series.index, pd.PeriodIndex):
            raise ConfigError("series: its index does not hold months (PeriodIndex)")
        name = series_id or str(series.name or "series")
        y = series.astype(float)
        rounding, counts = pd.Series(1.0, index=y.index), False
    y = y if chosen.window is None else y.iloc[-chosen.window :]
    scale, values = make_transform(chosen.transform, y, rounding.loc[y.index], counts, name)
    if int(np.isfinite(values).sum()) < chosen.min_months:
        raise DataError(
            f"{name}: {int(np.isfinite(values).sum())} months are known, {chosen.min_months} are needed"
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
) -> list[tuple[int, str, str, int]]:
    """Positions of starts and ends of the events that touch a series and were usable: place, event, when, priority."""
    if events is None:
        return []
    table = (events if day is None else events.known(day)).touching(series_id)
    first = int(months[0].ordinal)
    marks: list[tuple[int, str, str, int]] = []
    ranks = table[["priority", "judged_priority"]].astype(int).min(axis=1).tolist()
    for when, column in (("start", "effective_start"), ("end", "end_date")):
        for event, date, rank in zip(table["id"].tolist(), table[column].tolist(), ranks, strict=True):
            if rank <= priority and pd.notna(date):
                marks.append((pd.Period(date, "M").ordinal - first, str(event), when, rank))
    return marks


def _nearest(
    marks: Sequence[tuple[int, str, str, int]], place: int, within: int
) -> tuple[str, str, int] | None:
    """Return the mark near a month: the first rank, then the nearest, then a start before an end."""
    near = [m for m in marks if abs(m[0] - place) <= within]
    if not near:
        return None
    best = min(near, key=lambda m: (m[3], abs(m[0] - place), m[2] != "start", m[1]))
    return best[1], best[2], best[3]


def _share_explained(marks: Sequence[tuple[int, str, str, int]], length: int, within: int) -> float:
    covered = np.zeros(length, dtype=bool)
    for place, _, _, _ in marks:
        covered[max(place - within, 0) : max(place + within + 1, 0)] = True
    return float(covered.mean()) if length else 0.0


def _words(kind: str, percent: float, event: str, when: str, matched: bool) -> str:
    size = f"{KIND_WORDS[kind]}, {percent:+.0f}%" if np.isfinite(percent) else KIND_WORDS[kind]
    if not matched:
        return size
    if event:
        return f"{size}: explained by {'the end of ' if when == 'end' else ''}{event}"
    return f"{size}: unexplained, worth a look"
