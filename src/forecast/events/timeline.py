"""The calendar as text for a terminal, and which of its events overlap."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecast.errors import ConfigError, nearest
from forecast.events.selection import ACTIVE
from forecast.events.shapes import FAR, Floats, Ints, to_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forecast.events.calendar import EventCalendar

_SIGNS = {1.0: "+", 0.5: "(+)", 0.0: "", -0.5: "(-)", -1.0: "-"}
_OVERLAP_COLUMNS = ("event", "other", "correlation", "months_both", "same_bundle")


def timeline(
    calendar: EventCalendar,
    as_of: dt.date | str | None = None,
    series: str | Sequence[str] | None = None,
    start: dt.date | str | None = None,
    end: dt.date | str | None = None,
    coding: str = "rule",
    width: int = 100,
) -> str:
    """Return a timeline for a terminal: one row an event, in the order in which they begin.

    Parameters
    ----------
    calendar : EventCalendar
        The events.
    as_of : date, optional
        Show what could be used on that day, with ends that were not known left open; without it, all.
    series : str or list of str, optional
        Only events that touch one of these series.
    start, end : month or date, optional
        Only events in force in these months; without them, from the first to the last start.
    coding : {"rule", "judged"}
        Which shapes, signs and priorities are shown.
    width : int
        Characters a line, at least 72.

    Returns
    -------
    str
        Lines without trailing blanks; the last two say how to read it.

    Examples
    --------
    >>> from forecast.events.calendar import load_events
    >>> text = timeline(load_events(), series="southwest.usbp", start="2020-01", end="2023-12")
    >>> print(next(line for line in text.splitlines() if line.startswith("title42 ")))
    title42                             2020-03-21  2023-05-11  step    - 1  .###################+...
    """
    title, shown, months, kept = _select(calendar, as_of, series, start, end, coding)
    if not kept:
        return f"{title}: none."
    longest = max(len(shown.arrays.ids[row]) for row, _ in kept)
    label = max(min(longest, 36, max(width, 72) - 60), 5)
    step = -(-len(months) // max(max(width, 72) - label - 39, 12))
    lines = [f"{title}: {len(kept)}"]
    lines.append(f"{'event':<{label}}  {'start':<10}  {'end':<10}  shape  sgn p  {_axis(months, step)}")
    prefix = "" if coding == "rule" else "judged_"
    for row, values in kept:
        event = shown.table.iloc[row]
        sign = _SIGNS[float(shown.arrays.coded[coding].sign[row])]
        lines.append(
            f"{_cut(event['id'], label):<{label}}  {_date(event['effective_start']):<10}  "
            f"{_date(event['end_date']):<10}  {event[prefix + 'shape']:<5} {sign:>3} "
            f"{event[prefix + 'priority']}  {_bar(values, step)}"
        )
    unit = "a month" if step == 1 else f"{step} months"
    lines.append(f"one sign = {unit}: # in force, + part of it or fading, . not in force")
    lines.append(f"sgn = expected sign, p = priority ({coding})")
    return "\n".join(line.rstrip() for line in lines)


def _select(
    calendar: EventCalendar,
    as_of: dt.date | str | None,
    series: str | Sequence[str] | None,
    start: dt.date | str | None,
    end: dt.date | str | None,
    coding: str,
) -> tuple[str, EventCalendar, Ints, list[tuple[int, Floats]]]:
    """Return a title, the calendar as shown, its months, and row
    and weights of each event in force in them.
    """
    if coding not in ("rule", "judged"):
        raise ConfigError(
            f"coding: '{coding}' is not one of rule, judged.{nearest(coding, ('rule', 'judged'))}"
        )
    shown = calendar if as_of is None else calendar.known(as_of)
    names = [series] if isinstance(series, str) else list(series or [])
    rows = [i for i in _by_start(shown) if not names or any(shown.touches(s)[i] for s in names)]
    first, last = _span(shown, rows, as_of, start, end)
    title = "Events" + (f" that touch {', '.join(names)}" if names else "")
    title += f" as known on {pd.Timestamp(as_of):%Y-%m-%d}" if as_of is not None else " (all of the calendar)"
    if last < first:
        raise ConfigError(f"the timeline would end in {_month(last)}, before it begins in {_month(first)}")
    months = np.arange(first, last + 1, dtype=np.int64)
    weight = _weights(shown, rows, as_of, coding, months)
    kept = [(row, weight[k]) for k, row in enumerate(rows) if _in_force(shown, row, weight[k], months)]
    return f"{title}, {_month(first)} to {_month(last)}", shown, months, kept


def _by_start(calendar: EventCalendar) -> list[int]:
    arrays = calendar.arrays
    return sorted(range(len(arrays.ids)), key=lambda i: (int(arrays.start[i]), arrays.ids[i]))


def _span(
    calendar: EventCalendar,
    rows: list[int],
    as_of: dt.date | str | None,
    start: dt.date | str | None,
    end: dt.date | str | None,
) -> tuple[int, int]:
    starts = [int(calendar.arrays.start[i]) for i in rows if calendar.arrays.start[i] < FAR]
    edge = [np.datetime64(s, "D").astype("datetime64[M]").astype(np.int64) for s in starts] or [0]
    first = int(min(edge)) if start is None else _parse_month(start, "start")
    if end is not None:
        return first, _parse_month(end, "end")
    return first, int(max(edge)) if as_of is None else _parse_month(as_of, "as_of")


def _parse_month(value: Any, key: str) -> int:
    try:
        # a bare year means its January, and "2026" as an end its December
        if str(value).isdigit() and len(str(value)) == 4:
            value = f"{value}-{'12' if key == 'end' else '01'}"
        return int(pd.Period(value, freq="M").ordinal)
    except (ValueError, TypeError) as error:
        raise ConfigError(f"{key}: {value!r} is not a month (YYYY-MM) or a date") from error


def _month(ordinal: int) -> str:
    return str(np.datetime64(ordinal, "M"))


def _date(value: Any) -> str:
    return "" if pd.isna(value) else f"{value:%Y-%m-%d}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "~"


def _weights(
    calendar: EventCalendar, rows: list[int], as_of: dt.date | str | None, coding: str, months: Ints
) -> Floats:
    index = np.array(rows, dtype=np.int64)
    if not rows:
        return np.zeros((0, len(months)))
    last = int((months[-1:] + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)[0]) - 1
    origin = last if as_of is None else to_day(as_of)
    start, end = calendar.arrays.windows(index, origin, as_of is None, coding)
    return calendar.arrays.weights(index, start, end, coding, months)


def _in_force(calendar: EventCalendar, row: int, values: Floats, months: Ints) -> bool:
    """Tell whether a row belongs on the timeline: some of it shows, or it begins there."""
    start = calendar.arrays.start[row]
    if start >= FAR:
        return False
    begins = np.datetime64(int(start), "D").astype("datetime64[M]").astype(np.int64)
    return bool((values > ACTIVE).any() or months[0] <= begins <= months[-1])


def _bar(values: Floats, step: int) -> str:
    padded = np.concatenate([values, np.zeros(-len(values) % step)]).reshape(-1, step)
    best = padded.max(axis=1)
    return "".join("#" if v > 0.5 else "+" if v > ACTIVE else "." for v in best)


def _axis(months: Ints, step: int) -> str:
    """Return the years above the bars, as many as fit."""
    cells = -(-len(months) // step)
    line = [" "] * cells
    free = 0
    for i in range(cells):
        part = months[i * step : (i + 1) * step]
        january = part[part % 12 == 0]
        if january.size and free <= i <= cells - 4:
            year = str(1970 + int(january[0]) // 12)
            line[i : i + 4] = list(year)
            free = i + 6
    return "".join(line).rstrip()


def overlaps(
    calendar: EventCalendar,
    series: str,
    start: dt.date | str | None,
    end: dt.date | str | None,
    coding: str = "rule",
    priority: int = 1,
    least: float = 0.9,
) -> pd.DataFrame:
    """Return the pairs of events whose columns can hardly be told apart in some months of a series.

    Parameters
    ----------
    calendar : EventCalendar
        The events.
    series : str
        Only events that touch this series.
    start, end : month
        First and last month of the window.
    coding, priority : str, int
        Which coding, and up to which priority.
    least : float
        Pairs with a correlation of at least so much, in absolute value, are told.

    Returns
    -------
    DataFrame
        ``event, other, correlation, months_both, same_bundle``, the closest pair first.

    Examples
    --------
    >>> from forecast.events.calendar import load_events
    >>> overlaps(load_events(), "southwest.usbp", "2015-01", "2024-03").iloc[0, :2].tolist()
    ['clp_rule', 'title42_end']
    """
    arrays = calendar.arrays
    coded = arrays.coded[coding]
    touched = calendar.touches(series)
    rows = [
        i
        for i in _by_start(calendar)
        if touched[i] and coded.priority[i] <= priority and coded.shape[i] != "none" and arrays.start[i] < FAR
    ]
    months = np.arange(_parse_month(start, "start"), _parse_month(end, "end") + 1, dtype=np.int64)
    weight = _weights(calendar, rows, None, coding, months)
    varied = [k for k in range(len(rows)) if np.ptp(weight[k]) > 1e-9]
    found = []
    for n, i in enumerate(varied):
        for j in varied[n + 1 :]:
            correlation = float(np.corrcoef(weight[i], weight[j])[0, 1])
            if abs(correlation) >= least:
                one, two = rows[i], rows[j]
                both = int(((weight[i] > ACTIVE) & (weight[j] > ACTIVE)).sum())
                same = bool(arrays.bundle[one]) and arrays.bundle[one] == arrays.bundle[two]
                found.append((arrays.ids[one], arrays.ids[two], correlation, both, same))
    found.sort(key=lambda row: (-abs(row[2]), row[0], row[1]))
    return pd.DataFrame(found, columns=list(_OVERLAP_COLUMNS))
