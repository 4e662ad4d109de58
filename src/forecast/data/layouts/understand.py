"""Which layout a grid is in: each is asked in turn, and says in one line what it understood."""

from __future__ import annotations

from dataclasses import replace

from forecast.config.settings import ColumnsSpec, LayoutSpec
from forecast.data.layouts.across import months_across, years_across, years_down
from forecast.data.layouts.assemble import OFFERS
from forecast.data.layouts.dates import is_stamp
from forecast.data.layouts.down import months_down
from forecast.data.layouts.grid import Grid, Table, Tidy
from forecast.data.layouts.months import frequency
from forecast.data.layouts.names import is_change, is_total, month_of
from forecast.data.layouts.numbers import is_number
from forecast.data.layouts.roles import share
from forecast.data.layouts.trim import find_table
from forecast.data.read import RawTable
from forecast.errors import Finding

_EXPECTED = "a column of months and one of figures, or months across"


def understand(grid: Grid, columns: ColumnsSpec, layout: LayoutSpec) -> RawTable:
    """Return the tidy table of a grid; what cannot be understood is a finding of it."""
    table = find_table(grid)
    if table is not None and not table.rows and table.grid.findings:
        return Tidy({"month": [], "value": []}).raw(table.grid)
    if table is None or not table.rows:
        return Tidy({"month": [], "value": []}, findings=[_nothing(grid)]).raw(grid)
    table = _told_apart(table)
    doubled = [
        name
        for k, name in enumerate(table.names)
        if name and name in table.names[:k] and share(table.column(k), is_number) >= 0.5
    ]
    if doubled:
        what = f"the column '{doubled[0]}' stands twice"
        finding = grid.finding(
            "header", what, table.lines[0] - 1, "each column once", "remove or rename one of them"
        )
        return Tidy({"month": [], "value": []}, findings=[finding]).raw(grid)
    for read in (months_across, years_down, years_across, months_down):
        tidy = read(table, columns, layout)
        if tidy is not None:
            if any(f.severity == "error" for f in tidy.findings) and "value" not in tidy.cells:
                tidy.cells, tidy.lines = {"month": [], "value": []}, []
            return tidy.raw(table.grid)
    return Tidy({"month": [], "value": []}, findings=[_no_columns(grid, table.names, table.rows)]).raw(grid)


def _told_apart(table: Table) -> Table:
    """Join the names of changes and totals that stand twice with the name on their left."""
    head = list(table.head)
    for k, name in enumerate(table.head):
        if k and name and table.names.count(table.names[k]) > 1 and (is_change(name) or is_total(name)):
            head[k] = f"{head[k - 1]} {name}"
    return replace(table, head=tuple(head))


def _nothing(grid: Grid) -> Finding:
    filled = [row for row in grid.rows if any(row)]
    if len(filled) <= 1:
        return grid.finding("rows", "a header and no rows", None, "one row for each month")
    return grid.finding("header", "no row looks like the head of a table", grid.lines[0], _EXPECTED)


def _no_columns(grid: Grid, names: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Finding:
    for k, name in enumerate(names):
        every = frequency([row[k] for row in rows], [None] * len(rows))
        if every:
            what = f"'{name}' holds {every[:-2]}s: these are {every} figures"
            return grid.finding("frequency", what, grid.lines[0], "monthly figures", OFFERS[every])
        texts = [row[k] for row in rows if row[k]]
        if texts and share(texts, month_of) >= 0.5:
            what = f"'{name}' holds months without a year, and no column holds years"
            return grid.finding("header", what, grid.lines[0], _EXPECTED, "add a column of years")
        if texts and share(texts, is_stamp) >= 0.5:
            what = f"'{texts[0]}' has a time of day or a zone, which may shift its month"
            return grid.finding("month", what, grid.lines[0], "months", "write months as YYYY-MM")
    found = ", ".join(name for name in names if name)[:200]
    what = f"there is no column of months with a column of figures (found: {found})"
    hint = "name them: --month COLUMN --value COLUMN (data.columns.month, data.columns.value)"
    return grid.finding("header", what, grid.lines[0], _EXPECTED, hint)
