"""What each column of a table holds: found by its cells, and by its name where several could be it."""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from forecast.config.settings import ColumnsSpec
from forecast.data.layouts.dates import Date, is_date, is_year, serial_date
from forecast.data.layouts.grid import Table, is_whole
from forecast.data.layouts.months import read_months
from forecast.data.layouts.names import (
    ROLE_NAMES,
    is_code_name,
    is_counter_name,
    is_year_name,
    month_of,
    plain_name,
    word_set,
)
from forecast.data.layouts.numbers import is_missing, is_number
from forecast.errors import ConfigError, Finding, nearest

_MONTH_NAMES = ROLE_NAMES["month"] | {"mm", "m", "month_number", "month_name", "mon", "period"}

_DAY_NAMES = word_set("day dia jour tag dd day_of_month")

#: A column of few texts is codes, not figures, where no more of them are numbers.
_CODES = 0.75
#: In so many rows the same number is a code, not a figure.
_ENOUGH = 12


@dataclass
class Roles:
    """Which columns hold what, by their positions.

    Attributes
    ----------
    month, year, released : int, optional
        Columns of months (or of months without a year), of years, of release days.
    values, series, others : list of int
        Columns of figures, of names, and those that are left.
    twins : list of int
        Columns that say the same months once more, such as the last days beside the first ones.
    findings : list of Finding
        Why a column could not be chosen.
    """

    month: int | None = None
    year: int | None = None
    released: int | None = None
    values: list[int] = field(default_factory=list)
    series: list[int] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    twins: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def share(texts: Sequence[str], test: Callable[[str], object]) -> float:
    """Return the share of the filled cells of a column that pass a test."""
    filled = [t for t in texts if t]
    return sum(bool(test(t)) for t in filled) / len(filled) if filled else 0.0


def named_column(table: Table, name: str, option: str) -> int:
    """Return the position of a column that the user names.

    Raises
    ------
    ConfigError
        When there is none of that name, or several.
    """
    exact = [k for k, column in enumerate(table.names) if column == name]
    found = exact or [k for k, column in enumerate(table.names) if plain_name(column) == plain_name(name)]
    if len(found) == 1:
        return found[0]
    columns = ", ".join(f"'{c}'" for c in table.names if c)
    what = "stands twice" if found else "is no column"
    raise ConfigError(
        f"{option}: '{name}' {what} of {table.grid.name} (found:"
        f" {columns[:300]}).{nearest(name, table.names)}"
    )


def told(columns: ColumnsSpec, table: Table) -> Roles:
    """Return the roles that the user states."""
    roles = Roles()
    if columns.month is not None:
        roles.month = named_column(table, columns.month, "month")
    if columns.value is not None:
        roles.values = [named_column(table, columns.value, "value")]
    if columns.released is not None:
        roles.released = named_column(table, columns.released, "released")
    if columns.series is not None:
        whole = [k for k, name in enumerate(table.names) if name == columns.series]
        parts = [columns.series] if whole else [part.strip() for part in columns.series.split(",")]
        roles.series = [named_column(table, part, "series") for part in parts]
    return roles


def is_ours(table: Table) -> bool:
    """Tell whether a table has the columns of our own form, whose names decide whatever they hold."""
    return {"month", "value"} <= set(table.head)


def is_month_number(text: str) -> bool:
    """Tell whether a cell is 1 to 12, or M01 to M12."""
    text = text.removesuffix(".0")
    if len(text) > 3:
        return False
    number = text[1:] if re.fullmatch(r"[Mm]\d\d", text) else text
    return is_whole(number) and 1 <= int(number) <= 12


def _is_monthlike(text: str) -> bool:
    return month_of(text) is not None


def find_time(table: Table, roles: Roles) -> bool:
    """Find the column of months, or those of years and months; False where there is none."""
    free = [k for k in range(len(table.head)) if k not in (*roles.values, *roles.series, roles.released)]
    if roles.month is not None:
        if share(table.column(roles.month), is_date) < 0.5:
            roles.year = _year_column(table, [k for k in free if k != roles.month])
        return True
    pair = _year_and_month(table, free)
    if pair is not None:
        roles.year, roles.month = pair
        return True
    if is_ours(table):
        roles.month = table.head.index("month")
        _of_months(table, [k for k in free if share(table.column(k), is_date) >= 0.5], roles)
        roles.findings.clear()
        return True
    dates = [k for k in free if share(table.column(k), is_date) >= 0.5]
    dates = dates or [k for k in free if _are_serials(table.column(k))]
    if not dates:
        return False
    if len(dates) > 1:
        dates = _of_months(table, dates, roles)
    roles.month = dates[0]
    return True


def _are_serials(texts: Sequence[str]) -> bool:
    days = [serial_date(t) for t in texts if t]
    return len(days) > 2 and sum(d is not None and d.is_month for d in days) >= 0.9 * len(days)


def _year_column(table: Table, free: Sequence[int]) -> int | None:
    for k in free:
        texts = table.column(k)
        if share(texts, is_year) < 0.5:
            continue
        years = sorted({t for t in texts if is_year(t)})
        if is_year_name(table.head[k]) or len(years) <= 1 + len(table.rows) / 6:
            return k
    return None


def _year_and_month(table: Table, free: Sequence[int]) -> tuple[int | None, int] | None:
    """Return the columns of years and of months without a year; a year may stand in the column of months."""
    for k in free:
        texts = table.column(k)
        numbered = share(texts, is_month_number) >= 0.5 and plain_name(table.head[k]) in _MONTH_NAMES
        if not (numbered or _cycles(texts) or share(texts, _is_monthlike) >= 0.5):
            continue
        year = _year_column(table, [other for other in free if other != k])
        if year is not None:
            return year, k
        held = [t.rstrip(":") for t in texts if t]
        if share(texts, _is_monthlike) >= 0.5 and any(is_year(t) or is_date(t) for t in held):
            return None, k
    return None


def _cycles(texts: Sequence[str]) -> bool:
    """Tell whether a column counts 1 to 12 again and again."""
    if len(texts) < 12 or share(texts, is_month_number) < 0.9:
        return False
    numbers = [int(t.removesuffix(".0")) for t in texts if is_month_number(t)]
    steps = Counter((b - a) % 12 for a, b in itertools.pairwise(numbers))
    return steps[1] >= 0.9 * (len(numbers) - 1)


def day_column(table: Table, months: Sequence[Date | None]) -> int | None:
    """Return the column of days of the month beside years and months, where these stand more than once."""
    if 2 * len(set(months)) > len(months):
        return None
    for k, name in enumerate(table.head):
        texts = table.column(k)
        if plain_name(name) in _DAY_NAMES and all(is_whole(t) and 1 <= int(t) <= 31 for t in texts if t):
            return k
    return None


def _of_months(table: Table, dates: list[int], roles: Roles) -> list[int]:
    """Choose among columns of dates by their names; what is left is an error naming the first two."""
    plain = {k: plain_name(table.head[k]) for k in dates}
    if roles.released is None:
        released = [k for k in dates if plain[k] in ROLE_NAMES["released"]]
        if len(released) == 1:
            roles.released = released[0]
    rest = [k for k in dates if k != roles.released]
    exact = [k for k in rest if table.head[k] == "month"]
    named = exact or [k for k in rest if plain[k] in ROLE_NAMES["month"]]
    if len(named) == 1:
        return named
    held = [k for k in rest if _are_months(table.column(k))]
    if len(held) > 1 and _same_months(table, held):
        roles.twins = held[1:]
        return held[:1]
    if len(held) == 1:
        return held
    if len(rest) > 1:
        roles.findings.append(two(table, "months", rest, "--month", "data.columns.month"))
    return rest


def _are_months(texts: Sequence[str]) -> bool:
    dates = read_months([t for t in texts if t]).dates
    return sum(d is not None and d.is_month for d in dates) >= 0.9 * len(dates)


def _same_months(table: Table, columns: Sequence[int]) -> bool:
    read = [read_months(table.column(k)).numbers for k in columns]
    return None not in read[0] and all(other == read[0] for other in read[1:])


def two(table: Table, what: str, found: Sequence[int], option: str, key: str) -> Finding:
    """Return the error of two columns for one role."""
    first, second = (table.names[k] for k in found[:2])
    line = table.lines[0] - 1 if table.lines else None
    return table.grid.finding(
        "column",
        f"'{first}' and '{second}' may both hold the {what}",
        line,
        "one column for each role",
        f"say which: {option} '{first}' or {option} '{second}' ({key})",
    )


def find_values(table: Table, roles: Roles) -> None:
    """Find the columns of figures."""
    if roles.values:
        return
    if is_ours(table):
        roles.values = [table.head.index("value")]
        return
    taken = {roles.month, roles.year, roles.released, *roles.series}
    for k in range(len(table.head)):
        texts = table.column(k)
        filled = [t for t in texts if t and not is_missing(t)]
        if k in taken or not filled or table.head[k] in ("rounding", "source"):
            continue
        numbers = share(filled, is_number)
        if (
            numbers >= 0.5
            and not (numbers <= _CODES and is_series_like(filled))
            and not _is_counter(table, k)
        ):
            roles.values.append(k)
    codes = [k for k in roles.values if is_code_name(table.head[k]) and all(map(is_whole, table.column(k)))]
    if len(codes) < len(roles.values):
        roles.values = [k for k in roles.values if k not in codes]
    for name, beside in (("value", ""), ("y", "ds")):
        exact = [k for k in roles.values if table.head[k] == name]
        if len(exact) == 1 and (not beside or beside in table.head):
            roles.values = exact
            return


def _is_counter(table: Table, at: int) -> bool:
    texts = table.column(at)
    if not is_counter_name(table.head[at]) or not all(is_whole(t) for t in texts if t):
        return False
    numbers = [int(t) for t in texts if t]
    steps = Counter(b - a for a, b in itertools.pairwise(numbers))
    return not steps or steps[1] >= 0.8 * sum(steps.values())


def is_series_like(texts: Sequence[str]) -> bool:
    """Tell whether the cells of a column name series: few texts, each of them often."""
    counts = Counter(t for t in texts if t)
    return bool(counts) and 3 * len(counts) <= len(texts) and min(counts.values()) >= 2


def find_series(table: Table, roles: Roles, months: Sequence[object]) -> None:
    """Find the columns that name series, where the months alone do not tell the rows apart."""
    if roles.series:
        return
    taken = {roles.month, roles.year, roles.released, *roles.values}
    free = [k for k in range(len(table.head)) if k not in taken and any(table.column(k))]
    for name in ("series_id", "unique_id", "series"):
        exact = [k for k in free if plain_name(table.head[k]) == name]
        if exact:
            roles.series = exact[:1]
            return
    days = table.column(roles.released) if roles.released is not None else [""] * len(months)
    keys = list(zip(months, days, strict=True))
    if _unique(keys) >= 0.9:
        return
    texts = [k for k in free if not _is_counter(table, k) and is_series_like(table.column(k))]
    texts = [k for k in texts if len(set(zip(months, table.column(k), strict=True))) > len(set(months))]
    names = [k for k in texts if share(table.column(k), is_number) < 0.5]
    codes = [k for k in roles.values if any(_same_parts(table, (k, name)) for name in names)]
    if len(codes) < len(roles.values):
        roles.values = [k for k in roles.values if k not in codes]
    numeric = [k for k in roles.values if len(roles.values) > 1 and _names_rows(table, k, keys)]
    candidates = [k for k in (*texts, *numeric) if len(set(table.column(k))) > 1]
    if not candidates:
        return
    alone = [k for k in candidates if _unique(list(zip(keys, table.column(k), strict=True))) >= 0.97]
    if len(alone) == 1 or len(candidates) == 1:
        roles.series = (alone or candidates)[:1]
    elif alone and _same_parts(table, alone):
        roles.series = [min(alone, key=lambda k: like_a_code(table, k))]  # names are for readers
    elif alone:
        roles.findings.append(two(table, "names of the series", alone, "--series", "data.columns.series"))
    else:
        joined = ",".join(table.names[k] for k in candidates)
        what = (
            f"the columns {' and '.join(repr(table.names[k]) for k in candidates)} tell the rows of a month"
            " apart"
        )
        hint = f"join them: --series '{joined}' (data.columns.series), or keep the rows of one series"
        line = table.lines[0] - 1
        roles.findings.append(
            table.grid.finding("column", what, line, "one row for each month and series", hint)
        )
    roles.values = [k for k in roles.values if k not in roles.series]


def _same_parts(table: Table, columns: Sequence[int]) -> bool:
    """Tell whether columns part the rows in the same way, as a name and its code do."""
    first = table.column(columns[0])
    return all(
        len(set(zip(first, table.column(k), strict=True))) == len(set(first)) == len(set(table.column(k)))
        for k in columns[1:]
    )


def like_a_code(table: Table, at: int) -> tuple[bool, float, float]:
    """Return what makes a column of names look like one of codes, the most telling first."""
    texts = table.column(at)
    digits = share(texts, lambda text: any(character.isdigit() for character in text))
    return is_code_name(table.head[at]), digits, share(texts, lambda text: text == text.upper())


def filled_down(table: Table, columns: Sequence[int], keys: Sequence[object]) -> Table:
    """Return the table with names that stand only in the first row of their block in every row of it.

    It stays as it is where they are not such names: where rows with the same key would still be the same.
    """
    for k in columns:
        texts = table.column(k)
        if not texts or not texts[0] or 2 * texts.count("") < len(texts):
            continue
        filled: list[str] = []
        for text in texts:
            filled.append(text or filled[-1])
        if len(set(zip(keys, filled, strict=True))) == len(keys):
            rows = tuple((*r[:k], name, *r[k + 1 :]) for r, name in zip(table.rows, filled, strict=True))
            table = replace(table, rows=rows)
    return table


def without_attributes(table: Table, roles: Roles, dates: Sequence[Date | None]) -> list[str]:
    """Take columns of numbers that are no figures from those of figures, and say so.

    They count the rows, tell the date once more, as its year or quarter, or are the same number in every row,
    left of the figures.
    """
    if len(roles.values) < 2 or len(table.rows) <= _ENOUGH:
        return []
    held = [(i, d) for i, d in enumerate(dates) if d is not None]
    parts: list[int] = []
    same: list[int] = []
    counters: list[int] = []
    for k in roles.values:
        texts = table.column(k)
        if any(all(_is_number_of(texts[i], part(d)) for i, d in held) for part in _PARTS):
            parts.append(k)
        elif _counts(texts) and (k < (roles.month or 0) or is_counter_name(table.head[k])):
            counters.append(k)
        elif _is_one_code(texts) and k == min(set(roles.values) - {*parts, *same, *counters}):
            same.append(k)
    kept = [k for k in roles.values if k not in (*parts, *same, *counters)]
    if not kept:
        return []
    roles.values = kept
    parts += counters
    words = (
        [f"left out {', '.join(repr(table.names[k]) for k in parts)}, which tell the row or its date again"]
        if parts
        else []
    )
    return words + [f"left out '{table.names[k]}', {table.rows[0][k]} in every row" for k in same]


def _counts(texts: Sequence[str]) -> bool:
    """Tell whether a column counts its rows, from 0 or 1."""
    first = texts[0]
    return first in ("0", "1") and all(t == str(i) for i, t in enumerate(texts, start=int(first)))


def _is_one_code(texts: Sequence[str]) -> bool:
    return len(set(texts)) == 1 and is_whole(texts[0]) and len(texts[0]) > 1


def _is_number_of(text: str, number: int) -> bool:
    return is_whole(text) and int(text) == number


#: What a calendar tells of a date.
_PARTS: tuple[Callable[[Date], int], ...] = (
    lambda d: d.year,
    lambda d: d.month,
    lambda d: (d.month + 2) // 3,
    lambda d: (d.month + 5) // 6,
    lambda d: 100 * d.year + d.month,
    lambda d: calendar.monthrange(d.year, d.month)[1],
    lambda d: d.day or -1,
    lambda d: _weekday(d),
    lambda d: _weekday(d) + 1,
    lambda d: dt.date(d.year, d.month, d.day or 1).isocalendar().week if d.day else -1,
)


def _weekday(date: Date) -> int:
    return dt.date(*date).weekday() if date.day else -2


def _unique(keys: Sequence[object]) -> float:
    return len(set(keys)) / len(keys) if keys else 1.0


def _names_rows(table: Table, at: int, keys: Sequence[object]) -> bool:
    texts = table.column(at)
    counts = Counter(texts)
    return (
        is_series_like(texts)
        and len(set(counts.values())) == 1
        and all(is_whole(t) for t in texts)
        and _unique(list(zip(keys, texts, strict=True))) == 1
    )
