"""Daily and weekly figures as months: days added up or averaged, weeks split by their days."""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

from forecast.data.layouts.found import Found
from forecast.data.layouts.grid import Table, Tidy, several
from forecast.data.layouts.names import plain
from forecast.data.parse import month_number, month_text, parse_value

#: Names of a column of dates that stand for the last day of a week.
_LAST_DAY = ("end", "fin", "ende", "bis", "to")
_WEEK = 7


def gather(table: Table, found: Found, tidy: Tidy, how: Literal["sum", "mean"]) -> Tidy:
    """Return daily or weekly figures as months; months without all of their days are left out and named."""
    days: dict[tuple[str, int], dict[dt.date, float]] = defaultdict(dict)
    week, words = _week_of(found)
    names = found.series or [""] * len(found.dates)
    lines: dict[tuple[str, int], int] = {}
    for at, (name, text) in enumerate(zip(names, tidy.cells["value"], strict=True)):
        value, date, line = parse_value(text), found.dates[at], found.lines[at]
        if value is None or date is None or not date.day:
            what = f"'{found.shown[at] if value is not None else text}' cannot be read"
            tidy.findings.append(
                table.grid.finding("value", what, line, "a day and a number", "correct the cell")
            )
            continue
        for day in _days(dt.date(*date), week):
            key = (name, month_number(day.year, day.month))
            lines.setdefault(key, line)
            if day in days[key]:
                what = f"the day {day} stands twice"
                tidy.findings.append(table.grid.finding("twice", what, line, "each day once", "remove one"))
            days[key][day] = value / len(week) if how == "sum" else value
    kept, left = _whole(days, how)
    tidy.lines = [lines[key] for key in kept]
    tidy.cells = {"month": [month_text(m) for _, m in kept], "value": [repr(v) for v in kept.values()]}
    if found.series:
        tidy.cells["series_id"] = [name for name, _ in kept]
    mean = "summed" if how == "sum" else "averaged"
    tidy.said = [
        f"read {', '.join(found.said)}, {words}, {mean} by month; {several(len(kept), 'month')}",
        *table.said,
    ]
    if left:
        tidy.said.append(f"left out months without all of their days: {', '.join(map(month_text, left))}")
    return tidy


def _week_of(found: Found) -> tuple[range, str]:
    """Return the days that a date stands for, counted from it, and that in words."""
    held = sorted({d for d in found.dates if d is not None and d.day})
    steps = [(dt.date(*b) - dt.date(*a)).days for a, b in itertools.pairwise(held)]
    if sorted(steps)[len(steps) // 2] < _WEEK:
        return range(1), "daily figures"
    if any(word in plain(found.date_name).replace("_", " ").split() for word in (*_LAST_DAY, "ending")):
        return range(1 - _WEEK, 1), "weeks that end on their date, split by days"
    return range(_WEEK), "weeks that begin on their date, split by days"


def _days(date: dt.date, week: range) -> Iterator[dt.date]:
    for shift in week:
        yield date + dt.timedelta(days=shift)


def _whole(
    days: dict[tuple[str, int], dict[dt.date, float]], how: str
) -> tuple[dict[tuple[str, int], float], list[int]]:
    """Return the figures of the months that have all of their
    days (of their working days), and the others.
    """
    working = all(day.weekday() < 5 for held in days.values() for day in held)
    kept: dict[tuple[str, int], float] = {}
    left = set()
    for (name, month), held in sorted(days.items()):
        year, number = 1970 + month // 12, month % 12 + 1
        every = [dt.date(year, number, d + 1) for d in range(calendar.monthrange(year, number)[1])]
        if any(day not in held for day in every if not working or day.weekday() < 5):
            left.add(month)
            continue
        total = sum(value for value in held.values())
        kept[name, month] = total if how == "sum" else total / len(held)
    return kept, sorted(left)
