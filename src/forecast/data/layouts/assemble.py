"""Figures that a layout has found, one a row, as a tidy table:
months, values and release days in one way of writing.
"""

from __future__ import annotations

from collections.abc import Sequence

from forecast.config.settings import LayoutSpec
from forecast.data.layouts import by_month, months
from forecast.data.layouts.found import Found
from forecast.data.layouts.grid import Table, Tidy, clean
from forecast.data.layouts.numbers import (
    Context,
    Marks,
    is_missing,
    is_number,
    is_percent,
    marks_of,
    plain_number,
    signs_of,
)
from forecast.data.layouts.roles import is_ours
from forecast.data.parse import month_text, parse_value
from forecast.errors import Finding, counted

#: What can be done with figures that are not monthly.
OFFERS = {
    "daily": (
        "add the days of each month up or average them: --by-month sum or --by-month mean"
        " (data.layout.by_month)"
    ),
    "weekly": "split the weeks by days: --by-month sum or --by-month mean (data.layout.by_month)",
    "fortnightly": "give monthly figures; two weeks do not say which month they belong to",
    "quarterly": "give monthly figures; a quarter does not say how it is split over its months",
    "half-yearly": "give monthly figures; half a year does not say how it is split over its months",
    "yearly": "give monthly figures; a year does not say how it is split over its months",
}

#: So many figures without decimals, and so many times smaller or larger, make a single one with decimals a
#: slip.
_ENOUGH, _FAR = 12, 20.0


def assemble(table: Table, found: Found, layout: LayoutSpec, tidy: Tidy) -> Tidy:
    """Put what was found into a tidy table; `tidy` brings findings and columns that are kept as they are."""
    context = Context(layout.decimal, table.grid.commas, found.style)
    marks = marks_of(found.values, context)
    if marks.problem is not None:
        what, hint = marks.problem
        line = found.lines[marks.at]
        tidy.findings.append(table.grid.finding("decimal", what, line, "one way of writing figures", hint))
        return _broken_rows(found, tidy)
    tidy.lines = list(found.lines)
    tidy.cells.update(month=[], value=_values(table, found, marks, tidy))
    if layout.decimal is None:
        tidy.findings.extend(_lone_marks(table, found, tidy.cells["value"], marks))
    if found.series:
        tidy.cells["series_id"] = list(found.series)
    if found.released:
        tidy.cells["released"] = _days(found.released)
    every = months.frequency(found.shown, found.dates)
    if every in ("daily", "weekly") and layout.by_month is not None:
        return by_month.gather(table, found, tidy, layout.by_month, layout.week)
    if every:
        what = f"'{found.shown[0]}': these are {every} figures"
        tidy.cells["month"] = list(found.shown)
        return _stopped(
            tidy, table.grid.finding("frequency", what, found.lines[0], "monthly figures", OFFERS[every])
        )
    tidy.findings.extend(_misplaced(table, found))
    tidy.cells["month"] = [
        shown if month is None else month_text(month)
        for shown, month in zip(found.shown, found.months, strict=True)
    ]
    tidy.said = [_sentence(found, marks), *table.said, *tidy.said]
    if not is_ours(table):
        _leave_blank_ends(found, tidy)
    return tidy


def _misplaced(table: Table, found: Found) -> list[Finding]:
    """Tell months that stand where another one is missing: a slip in the cell, such as 2106 for 2016."""
    series: dict[str, list[int]] = {}
    for i, name in enumerate(found.series or [""] * len(found.months)):
        series.setdefault(name, []).append(i)
    findings: dict[int, Finding] = {}
    for at in series.values() if not found.released else ():
        for before, here, after in zip(at, at[1:], at[2:], strict=False):
            first, month, last = (found.months[i] for i in (before, here, after))
            if first is None or month is None or last is None or abs(last - first) != 2:
                continue
            missing = (first + last) // 2
            if month in (first, missing, last) or missing in (found.months[i] for i in at):
                continue  # a month that stands twice is told of both rows
            what = f"'{found.shown[here]}' stands between {month_text(first)} and {month_text(last)}"
            line = found.lines[here]
            findings[line] = table.grid.finding("month", what, line, month_text(missing), "correct the cell")
    return list(findings.values())


def _stopped(tidy: Tidy, finding: Finding) -> Tidy:
    """Return a table without rows, since one finding says that none can be read."""
    tidy.findings.append(finding)
    tidy.cells, tidy.lines = {"month": [], "value": []}, []
    return tidy


def _broken_rows(found: Found, tidy: Tidy) -> Tidy:
    """Return the few rows that no way of writing figures makes readable, so that they are told too."""
    readable = [is_number(value) or is_missing(value) for value in found.values]
    wrong = [i for i, month in enumerate(found.months) if month is None or not readable[i]]
    wrong = wrong if 2 * len(wrong) < len(found.values) else []
    tidy.cells = {"month": [found.shown[i] for i in wrong], "value": [found.values[i] for i in wrong]}
    tidy.lines = [found.lines[i] for i in wrong]
    return tidy


def _sentence(found: Found, marks: Marks) -> str:
    held = {m for m, v in zip(found.months, found.values, strict=True) if m is not None and not is_missing(v)}
    names = len(set(found.series))
    words = ", ".join(part for part in (*found.said, marks.words, signs_of(found.values)) if part)
    size = (counted(names, "series") + ", " if names > 1 else "") + counted(len(held), "month")
    return f"read {words}; {size}"


def _values(table: Table, found: Found, marks: Marks, tidy: Tidy) -> list[str]:
    names = found.series or [""] * len(found.values)
    columns: dict[str, list[str]] = {}
    for name, text in zip(names, found.values, strict=True):
        columns.setdefault(name, []).append(text)
    percent = {name: is_percent(texts) for name, texts in columns.items()}
    values = []
    for name, text, line in zip(names, found.values, found.lines, strict=True):
        number = plain_number(text, marks, percent[name])
        if number is None and parse_value(text) is not None:
            what = (
                f"'{text}' is not written like the other figures"
                f" ({marks.words or 'no mark between thousands'})"
            )
            tidy.findings.append(table.grid.finding("value", what, line, "a number", "correct the cell"))
            number = ""
        values.append(text if number is None else number)
    return values


def _lone_marks(table: Table, found: Found, values: Sequence[str], marks: Marks) -> list[Finding]:
    """Tell figures that alone in their series have decimals,
    behind a comma or far from all others: a slip.
    """
    series: dict[str, list[int]] = {}
    for i, name in enumerate(found.series or [""] * len(values)):
        if values[i] and parse_value(values[i]) is not None:
            series.setdefault(name, []).append(i)
    findings = []
    for at in series.values():
        odd = [i for i in at if "." in values[i] and float(values[i]) % 1]
        others = [abs(float(values[i])) for i in at if i not in odd]
        if len(odd) != 1 or len(others) < _ENOUGH:
            continue
        value = abs(float(values[odd[0]]))
        if marks.decimal == "," or _FAR * value < min(others) or value > _FAR * max(others):
            what = f"'{found.values[odd[0]]}' alone among {len(others)} others has decimals"
            hint = "correct the cell, or say which mark stands before decimals (--decimal)"
            findings.append(
                table.grid.finding("value", what, found.lines[odd[0]], "a figure like the others", hint)
            )
    return findings


def _days(texts: Sequence[str]) -> list[str]:
    read = months.read_months(texts, days=True)
    return [
        f"{d.year:04d}-{d.month:02d}-{d.day:02d}" if d is not None and d.day else clean(text)
        for d, text in zip(read.dates, texts, strict=True)
    ]


def _leave_blank_ends(found: Found, tidy: Tidy) -> None:
    """Leave out blank months before the first and after the last figure of each series, and say so."""
    spans: dict[str, tuple[int, int]] = {}
    names = found.series or [""] * len(found.months)
    filled = [not is_missing(v) for v in found.values]
    for name, month, full in zip(names, found.months, filled, strict=True):
        if full and month is not None:
            first, last = spans.get(name, (month, month))
            spans[name] = (min(first, month), max(last, month))
    keep = []
    for name, month, full in zip(names, found.months, filled, strict=True):
        outside = month is not None and name in spans and not spans[name][0] <= month <= spans[name][1]
        keep.append(full or not outside)
    blank = {m for m, kept in zip(found.months, keep, strict=True) if not kept}
    if blank:
        tidy.keep(keep)
        tidy.said.append(f"left out {counted(len(blank), 'month')} without a figure at the ends")
