"""Where the table of a grid begins and ends: titles, heads of one or two rows, notes below."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from forecast.data.layouts.dates import is_date, is_year
from forecast.data.layouts.grid import Grid, Row, Table, filled_right, is_whole
from forecast.data.layouts.names import ROLE_NAMES, is_note, is_total, month_of, plain_name
from forecast.data.layouts.numbers import is_missing, is_number
from forecast.errors import counted

_MOST_TITLES = 40
_RULE = re.compile(r"[:|+ ]*[-=_*]{3,}[-=_*:|+ ]*")
_OURS = frozenset({"month", "value"})
#: So many months side by side in a head are no chance.
_SIDE_BY_SIDE = 3
#: So few rows between a head and its months may be slips, not facts.
_FACTS = 3
#: A row of two texts below a table of so many columns explains a mark of it.
_LEGEND = 4


def find_table(grid: Grid) -> Table | None:
    """Return the table of a grid, or None where no row looks like the head of one."""
    grid, units = _without_units(_without_blank_columns(_without_rules(grid)))
    grid, facts = _without_facts(grid)
    table = _find_table(*_without_labels(grid))
    return None if table is None else replace(table, said=(*table.said, *facts, *units))


def _find_table(grid: Grid, above: int) -> Table | None:
    """Return the table of a grid above which so many rows were left out."""
    for i in range(min(len(grid.rows), _MOST_TITLES)):
        row, below = grid.rows[i], grid.rows[i + 1 : i + 4]
        if sum(map(bool, row)) < 2 or _is_label(row):
            continue
        if set(row) >= _OURS:
            return _body(grid, row, (), i + 1, _titles(above + i))
        if _is_data(row, below[0] if below else None):
            i = _first_of_data(grid.rows, i)
            names = tuple(f"column {k}" for k in range(1, len(row) + 1))
            said = ("there is no head",)
            return _body(grid, names, (), i, _titles(above + i) + said)
        if below and _is_head(row) and is_month_numbers(below[0]) and _years(row):
            return _body(grid, below[0], filled_right(row), i + 2, _titles(above + i))
        if _labels_first_column(grid.rows[i : i + 3]):
            head = (below[0][0], *row[1:])
            return _body(grid, head, (), i + 2, _titles(above + i))
        if below and _is_head(row) and not _is_broken_data(row, below[0]) and _begins_data(below):
            near = i > 0 and grid.lines[i] - grid.lines[i - 1] == 1
            upper = grid.rows[i - 1] if near and _is_upper(grid.rows[i - 1], row) else ()
            rows = (
                2 if upper and i > 1 and _are_quarters(upper) and _years(grid.rows[i - 2]) else len(upper) > 0
            )
            upper = grid.rows[i - 2] if rows == 2 else upper
            named = _names_first_column(below)
            head = (below[0][0], *row[1:]) if named else row
            return _body(
                grid, head, filled_right(upper) if upper else (), i + 1 + named, _titles(above + i - rows)
            )
    return None


def _without_rules(grid: Grid) -> Grid:
    """Leave out lines that are drawn between rows by dashes and the like."""
    kept = [i for i, row in enumerate(grid.rows) if not all(_RULE.fullmatch(cell) for cell in row if cell)]
    if len(kept) == len(grid.rows):
        return grid
    rows, lines = tuple(grid.rows[i] for i in kept), tuple(grid.lines[i] for i in kept)
    return replace(grid, rows=rows, lines=lines)


def _is_label(row: Row) -> bool:
    """Tell whether a row is a label and its text, such as a source and its name."""
    filled = [cell for cell in row if cell]
    return len(filled) == 2 and filled[0].endswith(":") and not is_number(filled[1])


def _without_units(grid: Grid) -> tuple[Grid, tuple[str, ...]]:
    """Leave out the row below months across that holds their unit."""
    for i, (row, units) in enumerate(itertools.pairwise(grid.rows[: _MOST_TITLES + 1])):
        words = {cell for cell in units if cell}
        alone = sum(map(bool, units)) == 1 and len([cell for cell in row if cell]) > 1
        data = grid.rows[i + 2] if i + 2 < len(grid.rows) else ()
        if len(words) != 1 or units[0] or not (_is_across(row) or (alone and data and _is_first(data))):
            continue
        word = words.pop()
        if not is_number(word) and not is_date(word) and not is_missing(word):
            return _without_rows(grid, i + 1, i + 2), (f"left out the unit '{word}'",)
    return grid, ()


def _is_across(row: Row) -> bool:
    """Tell whether months or years stand side by side in a row."""
    months = sum(is_date(cell) or month_of(cell) is not None for cell in row)
    return months >= _SIDE_BY_SIDE or _years(row) > 1 or is_month_numbers(row)


def _without_rows(grid: Grid, first: int, end: int) -> Grid:
    return replace(
        grid,
        rows=(*grid.rows[:first], *grid.rows[end:]),
        lines=(*grid.lines[:first], *grid.lines[end:]),
        widths=(*grid.widths[:first], *grid.widths[end:]),
    )


def _labels_first_column(rows: Sequence[Row]) -> bool:
    """Tell whether the second of three rows only names the first column, below months across."""
    if len(rows) < 3 or sum(map(is_date, rows[0])) < _SIDE_BY_SIDE:
        return False
    name, *others = rows[1]
    return bool(name) and not any(others) and not is_number(name) and _has_figures(rows[2])


def _first_of_data(rows: Sequence[Row], at: int) -> int:
    """Return where data without a head begin; a broken cell may have hidden the first rows."""
    dates = [k for k, cell in enumerate(rows[at]) if is_date(cell)]
    while at and any(is_date(rows[at - 1][k]) for k in dates):
        at -= 1
    return at


def _names_first_column(rows: Sequence[Row]) -> bool:
    """Tell whether a row below a head only calls the first column a month, as pandas writes it."""
    name, *others = rows[0]
    return plain_name(name) in ROLE_NAMES["month"] and not any(others)


def _are_quarters(row: Row) -> bool:
    return all(is_total(cell) for cell in row if cell)


def _without_facts(grid: Grid) -> tuple[Grid, tuple[str, ...]]:
    """Leave out rows of facts (unit, source, span) between names beside a blank corner and months."""
    rows = grid.rows
    first = next((i for i, row in enumerate(rows[: _MOST_TITLES + 1]) if _is_first(row)), 0)
    names = next((i for i in range(first - 1, -1, -1) if not rows[i][0]), first)
    if first - names <= _FACTS or not any(cell and not is_number(cell) for cell in rows[names]):
        return grid, ()
    said = f"left out {counted(first - names - 1, 'row')} of facts below the head"
    return _without_rows(grid, names + 1, first), (said,)


def _without_labels(grid: Grid) -> tuple[Grid, int]:
    """Leave out rows of a label and its text above the figures, where no head names the column of figures.

    The first text beside a label then names it; returns how many rows were left out, too.
    """
    rows = grid.rows
    first = next((i for i, row in enumerate(rows[: _MOST_TITLES + 1]) if _is_first(row)), 0)
    labels = rows[:first]
    if first < 3 or any(not row[0] or is_number(row[0]) or any(row[2:]) for row in labels[1:]):
        return grid, 0
    texts = [row[1] for row in labels if row[1]]
    last = labels[-1][1]
    if len(texts) < 2 or (last and (is_number(last) or not is_date(last))):
        return grid, 0
    name = next((text for text in texts if not is_number(text) and not is_date(text)), "")
    head = ("month", name, *labels[-1][2:])
    widths = (grid.widths[first], *grid.widths[first:])
    kept = replace(grid, rows=(head, *rows[first:]), lines=grid.lines[first - 1 :], widths=widths)
    return kept, first - 1


def _is_first(row: Row) -> bool:
    return (is_date(row[0]) or is_year(row[0])) and any(map(is_number, row[1:]))


def is_month_numbers(row: Row) -> bool:
    """Tell whether the cells of a row are month numbers, behind at most three of another kind."""
    filled = [cell for cell in row if cell]
    numbers = [cell for cell in filled if is_whole(cell) and 1 <= int(cell) <= 12]
    steps = sum(int(b) - int(a) in (1, -11) for a, b in itertools.pairwise(numbers))
    return len(numbers) >= 6 and len(filled) - len(numbers) <= 3 and steps >= len(numbers) - 2


def _without_blank_columns(grid: Grid) -> Grid:
    """Leave out blank columns, and those in which only titles and notes stand."""
    width = max((len(row) for row in grid.rows), default=0)
    widths = tuple(len(row) for row in grid.rows)
    rows = [(*row, *("",) * (width - len(row))) for row in grid.rows]
    told = [row for row in rows if sum(map(bool, row)) > 1]
    used = [k for k in range(width) if any(row[k] for row in told) or any(is_year(row[k]) for row in rows)]
    used = used if len(used) > 1 else [k for k in range(width) if any(row[k] for row in rows)]
    return replace(grid, rows=tuple(tuple(row[k] for k in used) for row in rows), widths=widths)


def _titles(count: int) -> tuple[str, ...]:
    return (f"left out {counted(count, 'row')} above the table",) if count else ()


def _years(row: Row) -> int:
    return sum(map(is_year, row))


def _is_head(row: Row) -> bool:
    words = [cell for cell in row if cell and not is_number(cell) and not is_missing(cell)]
    blank_corner = not row[0] and (_years(row) > 1 or sum(map(is_date, row)) > 1)
    return bool(words) or blank_corner


def _has_figures(row: Row) -> bool:
    numbers = [cell for cell in row if is_number(cell)]
    years = [int(cell[:4]) for cell in numbers if is_year(cell)]
    run = all(b - a in (0, 1) for a, b in itertools.pairwise(years))
    heads = len(years) == len(numbers) > 1 and run
    return bool(numbers) and not heads


def _begins_data(rows: Sequence[Row]) -> bool:
    """Tell whether some rows begin with figures, or with a month beside what should be a figure."""
    if len(rows) > 1 and sum(map(bool, rows[0])) == 1 and rows[0][0] and not is_number(rows[0][0]):
        rows = rows[1:]  # a name alone above its months
    row, *others = rows
    dates = [k for k, cell in enumerate(row) if is_date(cell)]
    if 0 < len(dates) < _SIDE_BY_SIDE and (not others or any(is_date(r[k]) for r in others for k in dates)):
        return True
    return _has_figures(row) and (not others or any(_has_figures(r) or any(map(is_date, r)) for r in others))


def _is_broken_data(row: Row, below: Row) -> bool:
    """Tell whether a row of words is a month with a figure that cannot be read, rather than a head."""
    if sum(map(is_date, row)) >= _SIDE_BY_SIDE:
        return False
    return any(is_date(cell) and is_date(under) for cell, under in zip(row, below, strict=True))


def _is_data(row: Row, below: Row | None) -> bool:
    """Tell whether a row that might be a head already holds a month and its figure."""
    if not _has_figures(row) or below is None:
        return False
    dates = [k for k, cell in enumerate(row) if is_date(cell) and is_date(below[k])]
    named = any(month_of(cell) for cell in row) and any(is_year(cell) for cell in row)
    figures = [k for k, cell in enumerate(row) if is_number(cell) and is_number(below[k]) and k not in dates]
    if named and sum(month_of(cell) is not None for cell in row) == 1:
        return len([k for k in figures if not is_year(row[k])]) > 0
    return bool(figures) and 0 < len(dates) < _SIDE_BY_SIDE and sum(map(is_date, row)) < _SIDE_BY_SIDE


def _is_upper(upper: Row, head: Row) -> bool:
    """Tell whether the row above a head belongs to it: years over months, or groups over parts."""
    filled = [cell for cell in upper if cell]
    if any(is_number(cell) and not is_year(cell) for cell in filled) or (filled and is_note(filled[0])):
        return False
    if filled and filled[0].endswith(":"):  # a label and its text
        return False
    months = sum(month_of(cell) is not None for cell in head) + is_month_numbers(head)
    if months and _years(upper):
        return True
    below = [cell for cell in head if cell]
    return len(filled) > 1 and (len(set(below)) < len(below) or len(filled) < len(below) or not head[0])


def _body(grid: Grid, head: Row, upper: Row, first: int, said: tuple[str, ...]) -> Table:
    last = len(grid.rows)
    while last > first and _is_below(grid.rows[last - 1]):
        last -= 1
    notes = len(grid.rows) - last
    said += (f"left out {counted(notes, 'note')} below the table",) if notes else ()
    table = _of_one_width(
        Table(grid, head, upper, grid.rows[first:last], grid.lines[first:last], said), first
    )
    again = [i for i, row in enumerate(table.rows) if row == head]
    return table.without(again, f"left out {counted(len(again), 'repeated head')}")


def _of_one_width(table: Table, first: int) -> Table:
    """Leave out rows with another number of cells than the head, each with an error."""
    grid = table.grid
    usual = grid.widths[first - 1] if first else grid.widths[0]
    last = max((k for k, cell in enumerate(table.head) if cell), default=0) + 1
    findings, wrong = [], []
    for i, row in enumerate(table.rows):
        width = grid.widths[first + i]
        if min(last, usual) <= width <= usual or (width > usual and not any(row[max(usual, last) :])):
            continue
        hint = "quote figures that hold a comma" if width > usual else "fill the missing cells"
        findings.append(
            grid.finding("width", counted(width, "cell"), table.lines[i], counted(usual, "cell"), hint)
        )
        wrong.append(i)
    if not wrong:
        return table
    kept = [i for i in range(len(table.rows)) if i not in set(wrong)]
    return replace(
        table,
        grid=replace(grid, findings=(*grid.findings, *findings)),
        rows=tuple(table.rows[i] for i in kept),
        lines=tuple(table.lines[i] for i in kept),
    )


def _is_below(row: Sequence[str]) -> bool:
    """Tell whether a row at the end is a note: words alone, or words that begin like a note."""
    filled = [cell for cell in row if cell]
    if any(is_date(cell) or month_of(cell) for cell in filled):
        return False
    if len(filled) == 2 and len(row) >= _LEGEND and not is_number(filled[1]) and not is_missing(filled[1]):
        return True  # a mark or number and what it means
    if any(is_number(cell) for cell in filled):
        return is_note(filled[0]) and not is_number(filled[0]) and len(filled) < max(3, len(row))
    return len(filled) <= 1 or is_note(filled[0])
