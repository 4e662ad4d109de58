"""Where the table of a grid begins and ends: titles, heads of one or two rows, notes below."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from forecast.data.layouts.dates import is_date, is_year
from forecast.data.layouts.grid import Grid, Row, Table, filled_right, is_whole, several
from forecast.data.layouts.names import is_note, month_of
from forecast.data.layouts.numbers import is_missing, is_number
from forecast.errors import counted

_MOST_TITLES = 40
_OURS = frozenset({"month", "value"})
#: So many months side by side in a head are no chance.
_SIDE_BY_SIDE = 3
#: So few rows between a head and its months may be slips, not facts.
_FACTS = 3
#: A row of two texts below a table of so many columns explains a mark of it.
_LEGEND = 4


def find_table(grid: Grid) -> Table | None:
    """Return the table of a grid, or None where no row looks like the head of one."""
    grid, facts = _without_facts(_without_blank_columns(grid))
    table = _find_table(*_without_labels(grid))
    return None if table is None else replace(table, said=(*table.said, *facts))


def _find_table(grid: Grid, above: int) -> Table | None:
    """Return the table of a grid above which so many rows were left out."""
    for i in range(min(len(grid.rows), _MOST_TITLES)):
        row, below = grid.rows[i], grid.rows[i + 1 : i + 2]
        if sum(map(bool, row)) < 2:
            continue
        if set(row) >= _OURS:
            return _body(grid, row, (), i + 1, _titles(above + i))
        if _is_data(row, below[0] if below else None):
            names = tuple(f"column {k}" for k in range(1, len(row) + 1))
            said = ("there is no head",)
            return _body(grid, names, (), i, _titles(above + i) + said)
        if below and _is_head(row) and is_month_numbers(below[0]) and _years(row):
            return _body(grid, below[0], filled_right(row), i + 2, _titles(above + i))
        if _labels_first_column(grid.rows[i : i + 3]):
            head = (below[0][0], *row[1:])
            return _body(grid, head, (), i + 2, _titles(above + i))
        if below and _is_head(row) and not _is_broken_data(row, below[0]) and _begins_data(below[0]):
            near = i > 0 and grid.lines[i] - grid.lines[i - 1] == 1
            upper = grid.rows[i - 1] if near and _is_upper(grid.rows[i - 1], row) else ()
            titles = _titles(above + (i - 1 if upper else i))
            return _body(grid, row, filled_right(upper) if upper else (), i + 1, titles)
    return None


def _labels_first_column(rows: Sequence[Row]) -> bool:
    """Tell whether the second of three rows only names the first column, below months across."""
    if len(rows) < 3 or sum(map(is_date, rows[0])) < _SIDE_BY_SIDE:
        return False
    name, *others = rows[1]
    return bool(name) and not any(others) and not is_number(name) and _has_figures(rows[2])


def _without_facts(grid: Grid) -> tuple[Grid, tuple[str, ...]]:
    """Leave out rows of facts (unit, source, span) between names beside a blank corner and months."""
    rows = grid.rows
    first = next((i for i, row in enumerate(rows[: _MOST_TITLES + 1]) if _is_first(row)), 0)
    names = next((i for i in range(first - 1, -1, -1) if not rows[i][0]), first)
    if first - names <= _FACTS or not any(cell and not is_number(cell) for cell in rows[names]):
        return grid, ()
    said = f"left out {several(first - names - 1, 'row')} of facts below the head"
    kept = replace(
        grid,
        rows=(*rows[: names + 1], *rows[first:]),
        lines=(*grid.lines[: names + 1], *grid.lines[first:]),
        widths=(*grid.widths[: names + 1], *grid.widths[first:]),
    )
    return kept, (said,)


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
    if labels[-1][1] or len(texts) < 2:
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
    width = max((len(row) for row in grid.rows), default=0)
    widths = tuple(len(row) for row in grid.rows)
    rows = [(*row, *("",) * (width - len(row))) for row in grid.rows]
    used = [k for k in range(width) if any(row[k] for row in rows)]
    return replace(grid, rows=tuple(tuple(row[k] for k in used) for row in rows), widths=widths)


def _titles(count: int) -> tuple[str, ...]:
    return (f"left out {several(count, 'row')} above the table",) if count else ()


def _years(row: Row) -> int:
    return sum(map(is_year, row))


def _is_head(row: Row) -> bool:
    words = [cell for cell in row if cell and not is_number(cell) and not is_missing(cell)]
    blank_corner = not row[0] and (_years(row) > 1 or sum(map(is_date, row)) > 1)
    return bool(words) or blank_corner


def _has_figures(row: Row) -> bool:
    numbers = [cell for cell in row if is_number(cell)]
    years = [int(cell[:4]) for cell in numbers if is_year(cell)]
    run = all(b - a == 1 for a, b in itertools.pairwise(years))
    heads = len(years) == len(numbers) > 1 and run
    return bool(numbers) and not heads


def _begins_data(row: Row) -> bool:
    """Tell whether a row holds figures, or a month beside what should be one."""
    return _has_figures(row) or 0 < sum(map(is_date, row)) < _SIDE_BY_SIDE


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
    said += (f"left out {several(notes, 'note')} below the table",) if notes else ()
    table = _of_one_width(
        Table(grid, head, upper, grid.rows[first:last], grid.lines[first:last], said), first
    )
    again = [i for i, row in enumerate(table.rows) if row == head]
    return table.without(again, f"left out {several(len(again), 'repeated head')}")


def _of_one_width(table: Table, first: int) -> Table:
    """Leave out rows with another number of cells than the head, each with an error."""
    grid = table.grid
    usual = grid.widths[first - 1] if first else grid.widths[0]
    last = max((k for k, cell in enumerate(table.head) if cell), default=0) + 1
    findings, wrong = [], []
    for i, row in enumerate(table.rows):
        width = grid.widths[first + i]
        if width == usual or (width > usual and not any(row[max(usual, last) :])):
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
