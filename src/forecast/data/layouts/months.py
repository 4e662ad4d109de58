"""Dates of a column: which order they are written in, which month each is, and how often they come."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from forecast.data.layouts.dates import Date, is_fiscal, is_year, other_unit, readings, serial_date
from forecast.data.layouts.grid import clean
from forecast.data.layouts.names import is_foreign_month, plain
from forecast.data.parse import month_number

#: English names of the months.
MONTH_NAMES = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
#: Fewer dates than this do not show in which order they are written.
_ENOUGH = 3
FISCAL_HINT = "say in which month the fiscal year begins: --fiscal-start 10 (data.layout.fiscal_start)"


@dataclass(frozen=True)
class Months:
    """A column of dates.

    Attributes
    ----------
    dates : tuple of Date or None
        One for each cell; None where a cell could not be read.
    numbers : tuple of int or None
        The month of each cell; None where it is no month.
    words : str
        How the cells were read, by an example.
    problem : tuple of (what, hint), optional
        Why the column could not be read.
    """

    dates: tuple[Date | None, ...]
    numbers: tuple[int | None, ...]
    words: str = ""
    problem: tuple[str, str] | None = None


def read_months(texts: Sequence[str], fiscal_start: int | None = None, days: bool = False) -> Months:
    """Read a column of dates as months.

    Parameters
    ----------
    texts : sequence of str
        The cells.
    fiscal_start : int, optional
        Month with which the fiscal year begins.
    days : bool
        True for days that need not be months, such as release days.
    """
    filled = [t for t in texts if clean(t)]
    if fiscal_start is None and any(map(is_fiscal, filled)):
        label = next(t for t in filled if is_fiscal(t))
        return _none(texts, (f"'{label}' is the label of a fiscal year", FISCAL_HINT))
    if filled and 10 * sum(serial_date(t) is not None for t in filled) >= 9 * len(filled):
        return _numbered(texts, [serial_date(t) for t in texts], "as the days of a spreadsheet")
    ways = [readings(t, fiscal_start) for t in texts]
    orders = sorted({order for way in ways for order in way if order})
    ranked = sorted(orders, key=lambda order: _fit(ways, order, days), reverse=True)
    if len(ranked) > 1:
        best, second = ranked[:2]
        differ = [
            i for i, way in enumerate(ways) if way.get(best, way.get("")) != way.get(second, way.get(""))
        ]
        unsure = len({texts[i] for i in differ}) < _ENOUGH and all(len(ways[i]) > 1 for i in differ)
        if differ and (_fit(ways, best, days) == _fit(ways, second, days) or unsure):
            return _none(texts, _two_orders(texts[differ[0]], ways[differ[0]], best, second))
    order = ranked[0] if ranked else ""
    if (
        any(order in ("month first", "year first") and len(clean(t)) == 5 for t in filled)
        and len(filled) < _ENOUGH
    ):
        return _none(texts, (f"'{filled[0]}' may be a month and a year", "write years with four digits"))
    return _numbered(texts, [way.get(order, way.get("")) for way in ways], f"({order})" if order else "")


def _fit(ways: Sequence[dict[str, Date]], order: str, days: bool) -> tuple[int, int, int]:
    """Count the cells that are months in an order, where most are,
    those it can read, and steps of one month.
    """
    dates = [way[order] for way in ways if order in way]
    if days:
        return 0, len(dates), 0
    numbers = [month_number(d.year, d.month) for d in dates]
    steps = sum(abs(b - a) in (0, 1) for a, b in itertools.pairwise(numbers))
    months = sum(d.is_month for d in dates)
    return months if 2 * months >= len(dates) else 0, len(dates), steps


def _two_orders(text: str, ways: dict[str, Date], best: str, second: str) -> tuple[str, str]:
    told = " or ".join(f"{long_date(ways[o])} ({o})" for o in (best, second) if o in ways)
    return f"'{text}' can be {told}", "write months as YYYY-MM"


def _none(texts: Sequence[str], problem: tuple[str, str]) -> Months:
    nothing = (None,) * len(texts)
    return Months(nothing, nothing, problem=problem)


def _numbered(texts: Sequence[str], dates: Sequence[Date | None], how: str) -> Months:
    numbers = tuple(
        None if d is None or not (d.is_month or _same_day(dates, d.day)) else month_number(d.year, d.month)
        for d in dates
    )
    shown = next((i for i, n in enumerate(numbers) if n is not None), None)
    words = ""
    if shown is not None:
        date = dates[shown]
        words = f"{clean(texts[shown])} as {MONTH_NAMES[date.month - 1]} {date.year}" if date else ""
        words = f"{words} {how}".rstrip()
    return Months(tuple(dates), numbers, words)


def of_dates(dates: Sequence[Date | None]) -> Months:
    """Return dates that are known already as a column of months."""
    return Months(tuple(dates), tuple(None if d is None else month_number(d.year, d.month) for d in dates))


def with_days(dates: Sequence[Date | None]) -> Months:
    """Return days that are known already as a column of dates."""
    return _numbered([""] * len(dates), dates, "")


def _same_day(dates: Sequence[Date | None], day: int) -> bool:
    """Tell whether all dates are the same day of months that follow each other, such as each 15th."""
    held = {d for d in dates if d is not None}
    if len(held) < _ENOUGH or {d.day for d in held} != {day}:
        return False
    numbers = sorted(month_number(d.year, d.month) for d in held)
    return numbers[-1] - numbers[0] < 2 * len(numbers)


def long_date(date: Date) -> str:
    """Return a date in words."""
    return f"{f'{date.day} ' if date.day else ''}{MONTH_NAMES[date.month - 1]} {date.year}"


def style(texts: Sequence[str]) -> str:
    """Return what dates tell about the marks of figures: dotted, foreign, english, or nothing."""
    texts = [clean(t) for t in texts if clean(t)]
    words = [w for t in texts for w in plain(t).replace(".", " ").replace("-", " ").split() if w.isalpha()]
    if any(is_foreign_month(w) for w in words):
        return "foreign"
    if words:
        return "english"
    dotted = sum(t.count(".") == 2 for t in texts)
    return "dotted" if texts and 2 * dotted > len(texts) else ""


# --------------------------------------------------------------------------- how often


def frequency(texts: Sequence[str], dates: Sequence[Date | None]) -> str:
    """Return yearly, quarterly, weekly or daily for dates that are no months; empty for months."""
    filled = [t for t in texts if clean(t)]
    units = Counter(unit for t in filled if (unit := other_unit(t)))
    if units and 2 * sum(units.values()) > len(filled):
        return f"{units.most_common(1)[0][0]}ly"
    if filled and 10 * sum(map(is_year, filled)) >= 9 * len(filled):
        return "yearly"
    held = sorted({d for d in dates if d is not None})
    if len(held) < 4:
        return ""
    if 10 * sum(d.is_month for d in held) >= 9 * len(held):
        numbers = sorted({month_number(d.year, d.month) for d in held})
        step = _usual_step(numbers)
        return {3: "quarterly", 12: "yearly"}.get(step, "")
    if any(d.day == 0 for d in held):
        return ""
    days = [dt.date(*d).toordinal() for d in held]
    return {1: "daily", 7: "weekly", 14: "fortnightly"}.get(_usual_step(days, 0.6), "")


def _usual_step(numbers: Sequence[int], share: float = 0.9) -> int:
    steps = Counter(b - a for a, b in itertools.pairwise(numbers))
    if not steps:
        return 0
    step, count = steps.most_common(1)[0]
    return step if len(numbers) > 3 and count >= share * sum(steps.values()) else 0
