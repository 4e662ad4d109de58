"""Months or years across: calendars, and tables with a row for each series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from forecast.config.settings import ColumnsSpec, LayoutSpec
from forecast.data.layouts import months
from forecast.data.layouts.assemble import assemble
from forecast.data.layouts.dates import Date, fiscal_year, is_date, is_year, readings
from forecast.data.layouts.down import year_month
from forecast.data.layouts.found import Found
from forecast.data.layouts.grid import Table, Tidy, clean
from forecast.data.layouts.names import (
    is_change,
    is_code_name,
    is_counter_name,
    is_total,
    month_of,
    plain_name,
    unmarked,
)
from forecast.data.layouts.numbers import Context, Marks, is_missing, is_number, marks_of, plain_number
from forecast.data.layouts.roles import filled_down, is_month_number, like_a_code, named_column, share
from forecast.data.layouts.trim import is_month_numbers
from forecast.data.parse import month_number
from forecast.errors import counted

_LEAST_MONTHS = 6
_SIDE_BY_SIDE = 3


@dataclass(frozen=True)
class _Sides:
    """The columns of a calendar: those with figures, the label of the rows, names of series, totals."""

    figures: list[int]
    label: int | None
    series: list[int]
    totals: list[int]


def years_down(table: Table, columns: ColumnsSpec, layout: LayoutSpec) -> Tidy | None:
    """A calendar: years down, months across."""
    heads = _month_heads(table)
    if len(heads) < _LEAST_MONTHS or len(set(heads.values())) < len(heads):
        return None
    label = next(
        (k for k in range(len(table.head)) if k not in heads and share(table.column(k), is_year) >= 0.5), None
    )
    if label is None:
        return None
    table = _without_made(table, label)
    tidy = Tidy()
    sides = _sides(table, columns, list(heads), label, tidy)
    fiscal = any(fiscal_year(t, 1) for t in table.column(label) if t) or "fisc" in plain_name(
        table.head[label]
    )
    start = layout.fiscal_start
    rotated = next(iter(heads.values())) != 1 and len(heads) == 12
    if start is None and (fiscal or rotated):
        what = (
            "the years are fiscal" if fiscal else f"the columns begin with '{table.head[sides.figures[0]]}'"
        )
        tidy.findings.append(table.grid.finding("month", what, table.lines[0], "months", months.FISCAL_HINT))
    if tidy.findings:
        return tidy
    numbered = is_month_number(table.head[sides.figures[0]])
    found = Found(date_name=table.head[label])
    table = filled_down(table, sides.series, table.column(label))
    held = ""
    for i, row in enumerate(table.rows):
        held = row[label] or (held if sides.series else "")
        _check_total(table, i, sides, tidy)
        for k in sides.figures:
            date = year_month(held.removesuffix(".0"), table.head[k], start, numbered)
            _add(found, table, i, k, date, f"{table.head[k]} {held}", sides.series)
    found.style = months.style([table.head[k] for k in sides.figures])
    found.said = ["a calendar with years down and months across", *_series_words(table, sides)]
    return assemble(table, found, layout, tidy)


def years_across(table: Table, columns: ColumnsSpec, layout: LayoutSpec) -> Tidy | None:
    """A calendar: months down, years across."""
    years = [k for k, head in enumerate(table.head) if is_year(head)]
    label = next(
        (
            k
            for k in range(len(table.head))
            if k not in years
            and (
                share(table.column(k), month_of) >= 0.5
                or (is_month_numbers(tuple(table.column(k))) and years and not is_date(table.head[k]))
            )
        ),
        None,
    )
    if not years or label is None:
        return None
    table = _without_made(table, label)
    tidy = Tidy()
    sides = _sides(table, columns, years, label, tidy)
    fiscal = any(fiscal_year(table.head[k], 1) for k in years)
    if fiscal and layout.fiscal_start is None:
        what = "the years are fiscal"
        tidy.findings.append(table.grid.finding("month", what, table.lines[0], "months", months.FISCAL_HINT))
    if tidy.findings:
        return tidy
    numbered = any(map(is_month_number, table.column(label)))
    found = Found(date_name=table.head[label])
    table = filled_down(table, sides.series, table.column(label))
    for k in sides.figures:
        for i, row in enumerate(table.rows):
            date = year_month(table.head[k], row[label], layout.fiscal_start, numbered)
            _add(found, table, i, k, date, f"{row[label]} {table.head[k]}", sides.series)
    found.style = months.style(table.column(label))
    found.said = ["a calendar with months down and years across", *_series_words(table, sides)]
    return assemble(table, found, layout, tidy)


def months_across(table: Table, columns: ColumnsSpec, layout: LayoutSpec) -> Tidy | None:
    """A row for each series: months with their years across, in one row of the head or in two."""
    table = _split_keys(table)
    heads = _heads_with_years(table)
    at = [k for k, head in enumerate(heads) if is_date(head)]
    if len(at) < _SIDE_BY_SIDE or len(at) < 0.5 * (len(heads) - 1):
        return None
    read = months.read_months([heads[k] for k in at], layout.fiscal_start)
    tidy = Tidy()
    if read.problem is not None:
        what, hint = read.problem
        tidy.findings.append(table.grid.finding("month", what, table.lines[0] - 1, "months", hint))
        return tidy
    sides = _sides(table, columns, at, None, tidy)
    if tidy.findings:
        return tidy
    table = _without_nameless_totals(table, sides)
    found = Found(said=["a row for each series and months across", *_series_words(table, sides), read.words])
    for i in range(len(table.rows)):
        for k, date, number in zip(at, read.dates, read.numbers, strict=True):
            _add(found, table, i, k, date, heads[k], sides.series)
            found.months[-1] = number
    found.style = months.style([heads[k] for k in at])
    return assemble(table, found, layout, tidy)


def _without_made(table: Table, label: int) -> Table:
    """Leave out rows of totals, means and changes."""
    texts = table.column(label)
    rows = [i for i, t in enumerate(texts) if (is_total(t) or is_change(t)) and not is_year(t)]
    return table.without(rows, f"left out {counted(len(rows), 'row')} of totals")


def _without_nameless_totals(table: Table, sides: _Sides) -> Table:
    """Leave out rows of totals that stand without the name or the code that each series has."""
    taken = {*sides.figures, *sides.totals}
    names = [k for k in range(len(table.head)) if k not in taken]
    blank = [k for k in names if 0 < table.column(k).count("") < 0.5 * len(table.rows)]
    rows = [
        i
        for i, row in enumerate(table.rows)
        if any(not row[k] for k in blank) and any(is_total(row[k]) for k in names)
    ]
    return table.without(rows, f"left out {counted(len(rows), 'row')} of totals")


def _split_keys(table: Table) -> Table:
    """Keep of keys with commas between, which Eurostat heads with a backslash, those that differ."""
    for k, head in enumerate(table.head):
        names, mark, _ = head.partition("\\")
        keys = [row[k].split(",") for row in table.rows]
        if not mark or any(len(parts) != len(names.split(",")) for parts in keys):
            continue
        told = [j for j in range(len(names.split(","))) if len({parts[j] for parts in keys}) > 1] or [-1]
        rows = tuple(
            (*row[:k], ".".join(parts[j] for j in told), *row[k + 1 :])
            for row, parts in zip(table.rows, keys, strict=True)
        )
        head_ = ".".join(names.split(",")[j] for j in told)
        return replace(table, head=(*table.head[:k], head_, *table.head[k + 1 :]), rows=rows)
    return table


def _month_heads(table: Table) -> dict[int, int]:
    """Return the columns headed by months without a year -> the month."""
    numbered = is_month_numbers(table.head)
    heads = {}
    for k, head in enumerate(table.head):
        month = month_of(head) or (int(head) if numbered and is_month_number(head) else None)
        if month is not None:
            heads[k] = month
    return heads


def _heads_with_years(table: Table) -> list[str]:
    if not table.upper:
        return list(table.head)
    if sum(map(is_date, table.upper)) >= _SIDE_BY_SIDE:  # months over their unit
        units = {head for month, head in zip(table.upper, table.head, strict=True) if is_date(month)}
        if len(units) == 1 and len(set(table.upper)) == len(table.upper):
            return [m if is_date(m) else n for m, n in zip(table.upper, table.names, strict=True)]
    numbered = is_month_numbers(table.head)
    whole = [head for head in table.head if is_date(head)]
    if len(whole) >= _SIDE_BY_SIDE and len(set(whole)) == len(whole):  # below the name of a place
        return list(table.head)
    return [
        (
            f"{year} M{int(head):02d}"
            if numbered and is_year(year) and is_month_number(head)
            else f"{head} {year}"
            if is_year(year) and month_of(head)
            else f"{year} {head}"
            if is_year(head) and month_of(year)
            else name
        )
        for year, head, name in zip(table.upper, table.head, table.names, strict=True)
    ]


def _sides(table: Table, columns: ColumnsSpec, figures: list[int], label: int | None, tidy: Tidy) -> _Sides:
    """Tell the other columns apart: names of series, totals;
    figures under a head that is neither are an error.
    """
    totals, names, series = [], [], []
    for k, head in enumerate(table.head):
        texts = table.column(k)
        if k in figures or k == label or not any(texts):
            continue
        numeric = share(texts, lambda t: is_number(t) or is_missing(t)) >= 0.5
        if is_total(table.names[k]) or (
            numeric
            and (
                (is_year(head) and (label is not None or _has_all_months(table, figures, head)))
                or _is_year_total(head)
                or is_change(table.names[k])
            )
        ):
            totals.append(k)
        elif numeric and is_code_name(head) and k < min(figures):
            continue
        elif numeric and not is_counter_name(head):
            what = f"the column '{table.names[k]}' holds figures, and its head is no month, year or total"
            line = table.lines[0] - 1
            tidy.findings.append(
                table.grid.finding("column", what, line, "months across", "correct the head")
            )
        elif not numeric:
            names.append(k)
    if columns.series is not None:
        series = [named_column(table, part.strip(), "series") for part in columns.series.split(",")]
    elif names:
        series = _telling(table, names, label, tidy)
    return _Sides(figures, label, series, totals)


def _has_all_months(table: Table, figures: Sequence[int], year: str) -> bool:
    """Tell whether all months of a year stand in the head, so that a column of it is their total."""
    dates = [next(iter(readings(table.names[k]).values()), None) for k in figures]
    return len({d.month for d in dates if d is not None and str(d.year) == unmarked(year)[:4]}) == 12


def _is_year_total(head: str) -> bool:
    words = plain_name(head).split("_")
    return any(map(is_total, words)) and any(map(is_year, words))


def _telling(table: Table, names: Sequence[int], label: int | None, tidy: Tidy) -> list[int]:
    """Return the column of names that tells the rows apart; none is needed where labels alone do."""
    labels = table.column(label) if label is not None else [""] * len(table.rows)
    filled = [t for t in labels if t]
    if label is not None and len(set(labels)) == len(labels) == len(filled):
        return []
    told = []
    for k in names:
        if len(set(zip(labels, table.column(k), strict=True))) == len(labels):
            told.append(k)
    if told:
        return [min(told, key=lambda k: like_a_code(table, k))]
    if len(names) == 1:
        return [names[0]]
    joined = ",".join(table.names[k] for k in names)
    what = f"the columns {' and '.join(repr(table.names[k]) for k in names)} name the rows together"
    hint = f"join them: --series '{joined}' (data.columns.series)"
    tidy.findings.append(
        table.grid.finding("column", what, table.lines[0] - 1, "one name for each row", hint)
    )
    return []


def _series_words(table: Table, sides: _Sides) -> list[str]:
    words = []
    if sides.series:
        named = [repr(table.names[k]) for k in sides.series if table.names[k]]
        words.append(f"{' and '.join(named) or 'the first column'} as the series")
    if sides.totals:
        words.append(f"totals left out ({', '.join(repr(table.names[k]) for k in sides.totals[:3])})")
    return words


def _add(
    found: Found, table: Table, i: int, k: int, date: Date | None, shown: str, series: Sequence[int]
) -> None:
    found.lines.append(table.lines[i])
    found.dates.append(date)
    found.months.append(None if date is None else month_number(date.year, date.month))
    found.shown.append(shown)
    found.values.append(table.rows[i][k])
    if series:
        found.series.append(".".join(clean(table.rows[i][s]) for s in series))


def _check_total(table: Table, i: int, sides: _Sides, tidy: Tidy) -> None:
    """Warn where the total of a row is neither the sum nor the mean of its months."""
    row = table.rows[i]
    texts = [row[k] for k in sides.figures]
    marks = marks_of(texts, Context(commas=table.grid.commas))
    for k in sides.totals:
        values = [_number(text, marks) for text in (*texts, row[k])]
        if None in values:
            continue
        *parts, total = [v for v in values if v is not None]
        both = sum(parts), sum(parts) / len(parts)
        if min(abs(total - made) for made in both) > max(0.5 * len(parts), 1e-6 * abs(total)):
            label = row[sides.label] if sides.label is not None else ""
            what = f"{label}: the months add up to {both[0]:,.10g}, '{table.names[k]}' says {total:,.10g}"
            tidy.findings.append(
                table.grid.warning("total", what, table.lines[i], "correct the cell that is wrong")
            )


def _number(text: str, marks: Marks) -> float | None:
    number = plain_number(text, marks)
    return float(number) if number else None
