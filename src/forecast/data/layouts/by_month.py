"""Daily and weekly figures as months: days added up or averaged, weeks split by their days."""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Literal

from forecast.data.layouts.found import Found
from forecast.data.layouts.grid import Table, Tidy, clean
from forecast.data.layouts.months import MONTH_NAMES, long_date
from forecast.data.layouts.names import plain, word_set
from forecast.data.parse import month_number, month_text, parse_value
from forecast.errors import counted

#: Words in the head of dates that are first days of weeks, and of those that are last days.
_FIRST_DAY = word_set(
    "start starts starting begin begins beginning commencing commence from first w/c wc weekstart "
    "weekstarting weekcommencing von ab beginnt erster inicio inicia comienza comienzo desde "
    "primer debut commence commencant debutant premier"
)
_LAST_DAY = word_set(
    "end ends ended ending to until last close w/e we weekend weekending bis ende endet endend letzter "
    "fin final finaliza termina terminada terminado hasta ultimo terminant terminee finissant jusqu "
    "jusqu'au au dernier"
)
_WEEK = 7
#: What a weekday is where the head does not say: a Monday begins a week, a Friday or Saturday ends it.
_MONDAY, _LAST = 0, (4, 5)
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def gather(
    table: Table,
    found: Found,
    tidy: Tidy,
    how: Literal["sum", "mean"],
    week_of: Literal["starts", "ends"] | None,
) -> Tidy:
    """Return daily or weekly figures as months; months without all of their days are left out and named."""
    days: dict[tuple[str, int], dict[dt.date, float]] = defaultdict(dict)
    week, words = _week_of(found, week_of)
    if week is None:
        hint = "say which: --week starts or --week ends (data.layout.week)"
        tidy.findings.append(
            table.grid.finding("week", words, found.lines[0], "days that begin or end weeks", hint)
        )
        tidy.cells, tidy.lines = {"month": [], "value": []}, []
        return tidy
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
        f"read {', '.join(_of_days(found))}, {words}, {mean} by month; {counted(len(kept), 'month')}",
        *table.said,
        *tidy.said,
    ]
    if left:
        tidy.said.append(f"left out months without all of their days: {', '.join(map(month_text, left))}")
    return tidy


def _week_of(found: Found, stated: str | None) -> tuple[range | None, str]:
    """Return the days that a date stands for, counted from it, and that in words; None if unclear."""
    held = sorted({d for d in found.dates if d is not None and d.day})
    steps = [(dt.date(*b) - dt.date(*a)).days for a, b in itertools.pairwise(held)]
    if sorted(steps)[len(steps) // 2] < _WEEK:
        return range(1), "daily figures"
    weekday = Counter(dt.date(*day).weekday() for day in held).most_common(1)[0][0]
    way = stated or _by_head(found.date_name)
    if way is None and weekday == _MONDAY:
        way = "starts"
    elif way is None and weekday in _LAST:
        way = "ends"
    if way is None:
        return None, f"'{found.shown[0]}' is a {_WEEKDAYS[weekday]}: its week may begin or end on it"
    if way == "ends":
        return range(1 - _WEEK, 1), "weeks that end on their date, split by days"
    return range(_WEEK), "weeks that begin on their date, split by days"


def _by_head(name: str) -> str | None:
    """Return what the head of the dates says: that weeks start on them or end; None where it does not say."""
    words = set(re.split(r"[^\w/']+|_", plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))))
    first, last = bool(words & _FIRST_DAY), bool(words & _LAST_DAY)
    return None if first == last else "starts" if first else "ends"


def _of_days(found: Found) -> list[str]:
    """Return what was understood, the dates told as the days that they are here."""
    day = next((d for d in found.dates if d is not None and d.day), None)
    if day is None:
        return found.said
    shown = clean(found.shown[found.dates.index(day)])
    told = f"'{found.date_name}' as the days, {shown} as {long_date(day)}"
    return [
        told if re.search(rf"\b as ({'|'.join(MONTH_NAMES)}) \d{{4}}", one) else one for one in found.said
    ]


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
