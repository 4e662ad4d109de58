"""Months down: a row for each month (and series), or a row for each month and a column for each series."""

from __future__ import annotations

from dataclasses import replace

from forecast.config.settings import ColumnsSpec, LayoutSpec
from forecast.data.layouts import months
from forecast.data.layouts.assemble import assemble
from forecast.data.layouts.dates import (
    Date,
    day_of,
    fiscal_month,
    fiscal_year,
    is_date,
    is_year,
    is_year_month,
    other_unit,
    readings,
)
from forecast.data.layouts.found import Found
from forecast.data.layouts.grid import Table, Tidy, clean, is_whole
from forecast.data.layouts.names import is_change, is_total, month_of, plain_name, unmarked
from forecast.data.layouts.numbers import is_missing, is_number
from forecast.data.layouts.roles import (
    Roles,
    day_column,
    filled_down,
    find_series,
    find_time,
    find_values,
    is_month_number,
    is_ours,
    share,
    told,
    two,
    without_attributes,
)
from forecast.data.parse import OBSERVATION_COLUMNS, month_number
from forecast.errors import counted


def months_down(table: Table, columns: ColumnsSpec, layout: LayoutSpec) -> Tidy | None:
    """A row for each month: one series, a column that names it, or a column for each series."""
    roles = told(columns, table)
    if not find_time(table, roles):
        return None
    table = _grouped(_without_totals(_without_facts(table, roles), roles), roles)
    find_values(table, roles)
    tidy = Tidy(findings=roles.findings)
    if roles.findings:
        return tidy
    if not roles.values:
        return None
    dates, words = _dates(table, roles, layout, tidy)
    if tidy.findings:
        return tidy
    _days_left(table, roles, dates.numbers)
    keys = dates.dates if None in dates.numbers else dates.numbers
    tidy.said += without_attributes(table, roles, dates.dates)
    taken = {roles.month, roles.year, roles.released, *roles.values}
    table = filled_down(table, roles.series or [k for k in range(len(table.head)) if k not in taken], keys)
    find_series(table, roles, keys)
    if len(roles.values) > 1 and roles.series:
        _one_value(table, roles)
    if roles.findings:
        return tidy
    taken = {roles.month, roles.year, roles.released, *roles.values, *roles.series}
    roles.others = [k for k in range(len(table.head)) if k not in taken]
    found = _melt(table, roles, dates)
    found.said = [*_names(table, roles, len(roles.values) > 1), words]
    _keep_known(table, roles, tidy)
    return assemble(table, found, layout, tidy)


def _without_facts(table: Table, roles: Roles) -> Table:
    """Leave out rows of facts below the head: unit, type, source of each column; one or two may be a slip."""
    at = roles.month
    if at is None or roles.year is not None or share(table.column(at), is_date) < 0.5:
        return table
    first = next((i for i, row in enumerate(table.rows) if is_date(row[at]) or is_year(row[at])), 0)
    words = [row for row in table.rows[:first] if not any(map(is_number, row))]
    if len(words) < 3:
        return table
    return table.without(range(first), f"left out {counted(first, 'row')} of facts below the head")


def _grouped(table: Table, roles: Roles) -> Table:
    """Put the names that stand alone in rows above their months into a column of series."""
    at = roles.month
    if at is None or roles.series or roles.year is not None:
        return table
    names, label = [], ""
    for row in table.rows:
        alone = row[at] and not any(cell for k, cell in enumerate(row) if k != at)
        dated = is_date(row[at]) or is_year(row[at].rstrip(":"))
        label = row[at] if alone and not dated else label
        names.append(label)
    months = [(name, row[at]) for name, row in zip(names, table.rows, strict=True) if name != row[at]]
    repeated = len({month for _, month in months}) < len(months) == len(set(months))
    if not names or not names[0] or len(set(names)) < 2 or not repeated:
        return table
    rows = tuple((*row, name) for row, name in zip(table.rows, names, strict=True))
    upper = (*table.upper, "") if table.upper else ()
    roles.series = [len(table.head)]
    table = replace(table, head=(*table.head, "rows above their months"), upper=upper, rows=rows)
    return table.without([i for i, row in enumerate(table.rows) if row[at] == row[-1]], "")


def _is_made(label: str) -> bool:
    return is_total(label) or is_change(label)


def _without_totals(table: Table, roles: Roles) -> Table:
    """Leave out rows of totals: those labelled so, and years, halves and quarters between months."""
    at = roles.month
    if at is None:
        return table
    labelled, years, spans, blank = [], [], [], []
    blocks = roles.year is None and share(table.column(at), month_of) >= 0.5
    numbered = share(table.column(at), is_year_month) >= 0.5  # where 2000-01 is January, not a fiscal year
    for i, row in enumerate(table.rows):
        first = next((cell for cell in row if cell), "")
        if blocks and is_year(row[at].rstrip(":")):
            continue
        if is_total(row[at]) or (_is_made(first) and not is_date(row[at]) and not month_of(row[at])):
            labelled.append(i)
        elif (
            roles.year is None
            and is_year(row[at])
            and not (numbered and is_year_month(row[at]))
            and any(is_number(c) for k, c in enumerate(row) if k != at)
        ):
            years.append(i)
        elif other_unit(row[at]) in ("quarter", "half-year"):
            spans.append(i)
        elif roles.year is not None and not row[at] and is_year(row[roles.year]):
            blank.append(i)
    dates = share(table.column(at), is_date) >= 0.5
    subtotals = (years if dates else []) + (blank if len(blank) > 1 else [])
    if 6 * len(subtotals) > len(table.rows):
        subtotals = []
    gone = sorted({*labelled, *subtotals, *(spans if dates else [])})
    return table.without(gone, f"left out {counted(len(gone), 'row')} of totals")


def _dates(table: Table, roles: Roles, layout: LayoutSpec, tidy: Tidy) -> tuple[months.Months, str]:
    """Return the months of the rows, and the words for how they were read."""
    at = roles.month or 0
    shown = table.column(at)
    if roles.year is None and (is_ours(table) or share(shown, is_date) >= 0.5):
        read = months.read_months(shown, layout.fiscal_start)
        if read.problem is not None:
            what, hint = read.problem
            tidy.findings.append(table.grid.finding("month", what, table.lines[0], "months", hint))
        named = "" if plain_name(table.names[at]) in ("month", "") else f"'{table.names[at]}' as the month, "
        return read, f"{named}{read.words}"
    if roles.year is None:
        if not any(is_year(t.rstrip(":")) or is_date(t) for t in shown):
            return months.read_months(shown, layout.fiscal_start), ""
        return _blocks(table, at)
    return _year_and_month(table, roles, layout, tidy)


def _blocks(table: Table, at: int) -> tuple[months.Months, str]:
    """Read months below the row of their year."""
    year: int | None = None
    dates: list[Date | None] = []
    for text in table.column(at):
        month = month_of(text)
        bare = unmarked(text.rstrip(":"))
        whole = readings(bare).get("")
        if is_year(bare) and is_whole(bare):
            year = int(bare)
        elif whole is not None and not whole.day:  # Jan 2019, and then Feb, Mar
            year, month = whole.year, whole.month
        dates.append(None if month is None or year is None else Date(year, month))
    words = f"'{table.names[at]}' as the months, below the row of their year"
    return months.of_dates(dates), words


def _year_and_month(table: Table, roles: Roles, layout: LayoutSpec, tidy: Tidy) -> tuple[months.Months, str]:
    years, parts = table.column(roles.year or 0), table.column(roles.month or 0)
    name = table.names[roles.year or 0]
    fiscal = (
        "fisc" in plain_name(name) or plain_name(name) == "fy" or any(fiscal_year(t, 1) for t in years if t)
    )
    start = layout.fiscal_start
    if fiscal and start is None:
        what = f"'{name}' holds fiscal years"
        tidy.findings.append(table.grid.finding("month", what, table.lines[0], "months", months.FISCAL_HINT))
    numbered = any(map(is_month_number, parts))
    held = ""
    dates: list[Date | None] = []
    for year, part in zip(years, parts, strict=True):
        held = year or held
        dates.append(year_month(held, part, start if fiscal or start else None, numbered))
    day = day_column(table, dates)
    if day is not None:
        dates = [
            None if d is None else day_of(d.year, d.month, int(text) if is_whole(text) else 0)
            for d, text in zip(dates, table.column(day), strict=True)
        ]
        roles.twins.append(day)
        roles.values = [k for k in roles.values if k != day]
        return months.with_days(
            dates
        ), f"'{name}', '{table.names[roles.month or 0]}' and '{table.names[day]}' as the day"
    shown = next((d for d in dates if d is not None), None)
    words = f"'{name}' and '{table.names[roles.month or 0]}' as the month"
    if shown is not None:
        words += f", {clean(years[0])} {clean(parts[dates.index(shown)])} as {months.long_date(shown)}"
    return months.of_dates(dates), words


def year_month(year: str, part: str, fiscal_start: int | None, period: bool = False) -> Date | None:
    """Return the month of a year and a month's name or number; a
    number counts from the fiscal year's start.
    """
    year, part = unmarked(year), unmarked(part)
    month = month_of(part) or (int(part.lstrip("Mm").removesuffix(".0")) if is_month_number(part) else None)
    if month is None or not is_year(year):
        return None
    if fiscal_start is None:
        return Date(int(year[:4]), month) if year[:4].isdigit() and len(year) in (4, 6) else None
    end = fiscal_year(year, fiscal_start) or int(year[:4])
    return fiscal_month(end, month if period else (month - fiscal_start) % 12 + 1, fiscal_start)


def _one_value(table: Table, roles: Roles) -> None:
    named = [k for k in roles.values if plain_name(table.names[k]) in ("value", "y", "obs_value")]
    if len(named) == 1:
        roles.values = named
        return
    roles.findings.append(two(table, "figures", roles.values, "--value", "data.columns.value"))


def _days_left(table: Table, roles: Roles, numbers: tuple[int | None, ...]) -> None:
    """Take the column of days that is left as release days, or refuse to pass it over."""
    taken = {roles.month, roles.year, roles.released, *roles.values, *roles.series, *roles.twins}
    held = [k for k in range(len(table.head)) if k not in taken and _holds_days(table.column(k))]
    held = [k for k in held if months.read_months(table.column(k)).numbers != numbers]  # the months again
    if len(held) == 1 and roles.released is None and _follow(table.column(held[0]), numbers):
        roles.released = held[0]
        return
    for k in held:
        what = f"the column '{table.names[k]}' holds days: did the figures become public on them?"
        hint = f"if so: --released '{table.names[k]}' (data.columns.released); else take the column out"
        line = table.lines[0] - 1
        roles.findings.append(table.grid.finding("column", what, line, "columns that are known", hint))


def _holds_days(texts: list[str]) -> bool:
    days = [d for t in texts if t for d in list(readings(t).values())[:1] if d.day]
    return 2 * len(days) >= len([t for t in texts if t]) > 0


def _follow(texts: list[str], numbers: tuple[int | None, ...]) -> bool:
    """Tell whether the days of a column differ and nearly all lie after the month of their row."""
    pairs = [
        (date, number)
        for date, number in zip(months.read_months(texts, days=True).dates, numbers, strict=True)
        if date is not None and number is not None
    ]
    later = sum(month_number(d.year, d.month) > n or (d.is_month and d.day > 1) for d, n in pairs)
    return len({d for d, _ in pairs}) > 1 and later >= 0.95 * len(pairs)


def _melt(table: Table, roles: Roles, dates: months.Months) -> Found:
    wide = len(roles.values) > 1
    found = Found(date_name=table.names[roles.month or 0])
    shown = table.column(roles.month or 0)
    if roles.year is not None:
        shown = [f"{y} {m}" for y, m in zip(table.column(roles.year), shown, strict=True)]
    found.style = months.style(table.column(roles.month or 0))
    blocks = roles.year is None and share(shown, month_of) >= 0.5
    for k in roles.values:
        for i, row in enumerate(table.rows):
            if dates.dates[i] is None and is_year(shown[i].rstrip(":")) and (blocks or is_missing(row[k])):
                continue  # the row of a year above its months, with its total or without
            if not any(cell for at, cell in enumerate(row) if at not in (roles.year, *roles.others)):
                continue
            found.lines.append(table.lines[i])
            found.dates.append(dates.dates[i])
            found.months.append(dates.numbers[i])
            found.shown.append(shown[i])
            found.values.append(row[k])
            if wide:
                found.series.append(table.names[k])
            elif roles.series:
                found.series.append(".".join(clean(row[s]) for s in roles.series))
            if roles.released is not None:
                found.released.append(row[roles.released])
    return found


def _names(table: Table, roles: Roles, wide: bool) -> list[str]:
    said = []
    if wide:
        names = [f"'{table.names[k]}'" for k in roles.values]
        shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        said.append(f"a column for each series: {shown}")
    elif table.names[roles.values[0]] != "value":
        said.append(f"'{table.names[roles.values[0]]}' as the value")
    if roles.series and [table.names[k] for k in roles.series] != ["series_id"]:
        said.append(f"{' and '.join(repr(table.names[k]) for k in roles.series)} as the series")
    if roles.released is not None and table.names[roles.released] != "released":
        said.append(f"'{table.names[roles.released]}' as the release day")
    return said


def _keep_known(table: Table, roles: Roles, tidy: Tidy) -> None:
    """Keep the columns that the table of observations knows; say which others are left out."""
    known = [k for k in roles.others if table.names[k] in OBSERVATION_COLUMNS]
    ours = is_ours(table)
    for k in roles.others if ours else known:
        tidy.cells[table.names[k]] = list(table.column(k))
    left = [table.names[k] for k in roles.others if k not in known and table.names[k]]
    if left and not ours:
        tidy.said.append(f"left out {', '.join(repr(name) for name in left[:5])}")
