"""Workbooks (xlsx, ods) as sheets of texts; numbers and dates are
written so that they can be read in one way only.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.parsers import expat

from forecast.data.layouts.grid import Grid, clean
from forecast.data.layouts.numbers import number_text
from forecast.data.parse import parse_value
from forecast.data.read import RawTable, unreadable
from forecast.errors import Finding

if TYPE_CHECKING:
    from openpyxl.cell import Cell, MergedCell

_MOST_BYTES = 200_000_000
_MOST_COLUMNS, _MOST_ROWS = 2_000, 200_000
_DAMAGED = "this is a spreadsheet that is cut or damaged"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "


#: A number that is less than half a millisecond short of a whole one: as a date the last moment of a day.
_LAST_MOMENT = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+\d+)"[^>]*>'
    rb"(?:<(?:\w+:)?f\b[^>]*/>|<(?:\w+:)?f\b[^>]*>[^<]*</(?:\w+:)?f>)?"
    rb"<(?:\w+:)?v>(\d+)\.99999999\d*</"
)
#: Rows, columns: from the first to the last, counted from 1.
Span = tuple[int, int, int, int]


@dataclass(frozen=True)
class Sheet(Grid):
    """A sheet as texts, and what only a spreadsheet knows of its cells.

    Attributes
    ----------
    merged : tuple of (first row, last row, number)
        Merged cells that hold a number.
    percents, plains : frozenset of (row, number)
        Numbers that are shown in percent, and the others; both empty where none is.
    """

    merged: tuple[tuple[int, int, float], ...] = ()
    percents: frozenset[tuple[int, float]] = frozenset()
    plains: frozenset[tuple[int, float]] = frozenset()


def sheet_findings(sheet: Sheet, raw: RawTable) -> list[Finding]:
    """Return what is wrong with the figures of a sheet: merged over months, or in percent here and there."""
    lines, texts = raw.rows.tolist(), raw.cells.get("value", ())
    figures = [parse_value(text) for text in texts]
    placed = set(zip(lines, figures, strict=False))
    found = []
    for first, last, number in sheet.merged:
        own = [line for line in range(first, last + 1) if line in lines]
        if len(own) >= min(2, last - first + 1) and all((line, number) in placed for line in own):
            what = f"the figure {number:,.10g} stands in merged cells: it is that of several months or series"
            hint = "undo the merge and write each month's own figure"
            found.append(sheet.finding("merged", what, first, "one figure in each cell", hint))
    names = raw.cells.get("series_id", [""] * len(lines))
    kinds: dict[str, dict[bool, int]] = {}
    for line, figure, name in zip(lines, figures, names, strict=False):
        kind = ((line, figure) in sheet.percents, (line, figure) in sheet.plains)
        if kind[0] != kind[1] and figure:
            kinds.setdefault(name, {}).setdefault(kind[0], line)
    for both in kinds.values():
        if len(both) == 2:
            what = f"figures in percent (row {both[True]}) and plain ones (row {both[False]}) in one series"
            hint = "format all of them in one way, and check what each should be"
            found.append(sheet.finding("percent", what, max(both.values()), "figures of one kind", hint))
    return found


def read_workbook(name: str, content: bytes) -> dict[str, Sheet]:
    """Return the sheets of a workbook by name, empty ones left out.

    Raises
    ------
    DataError
        With the one reason why it cannot be read.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        files = {info.filename: info.file_size for info in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise unreadable(name, _DAMAGED, "save or download it again, or save the sheet as CSV") from error
    if sum(files.values()) > _MOST_BYTES:
        raise unreadable(name, "this workbook unpacks to more than 200 MB", "save the sheet as CSV")
    if "xl/workbook.xml" in files:
        return _xlsx(name, content, archive)
    if "content.xml" in files:
        return _ods(name, archive)
    raise unreadable(name, "this is a zip archive and no spreadsheet", "unpack it first", "CSV, xlsx or ods")


def _sheet(
    name: str, rows: list[list[str]], merged: Iterable[Span], percents: frozenset[tuple[int, int]]
) -> Sheet:
    """Return a sheet of its cells; `percents` are rows and columns of numbers shown in percent."""
    numbers = []
    for top, bottom, left, _ in merged:
        text = rows[top - 1][left - 1] if top <= len(rows) and left <= len(rows[top - 1]) else ""
        if (number := parse_value(text)) is not None and text:
            numbers.append((top, bottom, number))
        # Merged downwards, a label counts for every row; across, it is a title or a group of heads.
        for row in range(top, min(bottom, len(rows))):
            padded = [*rows[row], *[""] * (left - len(rows[row]))]
            rows[row] = [*padded[: left - 1], text, *padded[left:]]
    kept = [(i, tuple(map(clean, row))) for i, row in enumerate(rows, start=1) if any(map(clean, row))]
    width = max((len(row) for _, row in kept), default=0)
    filled = tuple((*row, *("",) * (width - len(row))) for _, row in kept)
    kinds: dict[bool, set[tuple[int, float]]] = {True: set(), False: set()}
    for line, cells in kept if percents else ():
        for column, text in enumerate(cells, start=1):
            if text and (number := parse_value(text)) is not None:
                kinds[(line, column) in percents].add((line, number))
    return Sheet(
        name,
        filled,
        tuple(i for i, _ in kept),
        merged=tuple(sorted(numbers)),
        percents=frozenset(kinds[True]),
        plains=frozenset(kinds[False]),
    )


def cell_text(value: object) -> str:
    """Return the value of a cell as a text that can be read in one way only."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, dt.datetime):
        return value.isoformat() if value.time() != dt.time() or value.tzinfo else value.date().isoformat()
    if isinstance(value, (int, float)):
        return number_text(value)
    return str(value)


def _last_moments(archive: zipfile.ZipFile) -> set[tuple[str, int]]:
    """Return the cells of a workbook's sheets that hold the last moment of a day, and the day after it.

    Dates are rounded to milliseconds when they are read, so that these would be days of the next month.
    """
    found = set()
    for name in archive.namelist():
        if name.startswith("xl/worksheets/"):
            for cell, day in _LAST_MOMENT.findall(archive.read(name)):
                found.add((cell.decode(), int(day) + 1))
    return found


def _xlsx(name: str, content: bytes, archive: zipfile.ZipFile) -> dict[str, Sheet]:
    try:
        import openpyxl
        from openpyxl.utils.datetime import to_excel
    except ImportError as error:
        hint = "pip install 'border-forecast[excel]', or save the sheet as CSV"
        raise unreadable(name, "this is a spreadsheet (xlsx)", hint) from error
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        late = _last_moments(archive)

        def moment(cell: Cell | MergedCell) -> object:
            value = cell.value
            if (
                late
                and isinstance(value, dt.datetime)
                and (cell.coordinate, to_excel(value, book.epoch)) in late
            ):
                return value - dt.timedelta(microseconds=1)
            return value

        sheets = {}
        for sheet in book.worksheets:
            if (
                sheet.sheet_state != "visible"
                or max(sheet.max_column / _MOST_COLUMNS, sheet.max_row / _MOST_ROWS) > 1
            ):
                continue
            rows = [[cell_text(moment(cell)) for cell in row] for row in sheet.iter_rows()]
            merged = [(r.min_row, r.max_row, r.min_col, r.max_col) for r in sheet.merged_cells.ranges]
            percents = {
                (cell.row, cell.column)
                for row in sheet.iter_rows()
                for cell in row
                if isinstance(cell.value, (int, float)) and "%" in cell.number_format
            }
            sheets[str(sheet.title)] = _sheet(name, rows, merged, frozenset(percents))
    except Exception as error:  # openpyxl raises errors of many kinds for a damaged file
        raise unreadable(name, _DAMAGED, "save or download it again, or save the sheet as CSV") from error
    return {title: sheet for title, sheet in sheets.items() if sheet.rows}


class _OdsReader:
    """Collects the cells of an OpenDocument spreadsheet while it is parsed."""

    def __init__(self) -> None:
        self.sheets: dict[str, list[list[str]]] = {}
        self.merged: dict[str, list[Span]] = {}
        self.percents: dict[str, set[tuple[int, int]]] = {}
        self._name = ""
        self._rows: list[list[str]] = []
        self._row: list[str] = []
        self._value: str | None = None
        self._texts: list[str] = []
        self._repeat = 1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == f"{_TABLE}table":
            self._name = attributes.get(f"{_TABLE}name", "Sheet")
            self._rows = self.sheets.setdefault(self._name, [])
        elif tag == f"{_TABLE}table-row":
            self._row = []
            self._rows_repeat = int(attributes.get(f"{_TABLE}number-rows-repeated", "1"))
        elif tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            self._repeat = int(attributes.get(f"{_TABLE}number-columns-repeated", "1"))
            self._texts, self._value = [], None
            row, column = len(self._rows) + 1, len(self._row) + 1
            down, across = (
                int(attributes.get(f"{_TABLE}number-{x}-spanned", "1")) for x in ("rows", "columns")
            )
            if down > 1 or across > 1:
                span = (row, row + down - 1, column, column + across - 1)
                self.merged.setdefault(self._name, []).append(span)
            if attributes.get(f"{_OFFICE}value-type") == "percentage":
                self.percents.setdefault(self._name, set()).add((row, column))
            if f"{_OFFICE}date-value" in attributes:
                self._value = attributes[f"{_OFFICE}date-value"].removesuffix("T00:00:00")
            elif attributes.get(f"{_OFFICE}value-type") in ("float", "currency", "percentage"):
                self._value = number_text(float(attributes[f"{_OFFICE}value"]))
        elif tag == f"{_TEXT}p" and self._texts:
            self._texts.append(" ")

    def text(self, data: str) -> None:
        self._texts.append(data)

    def end(self, tag: str) -> None:
        if tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            cell = "".join(self._texts) if self._value is None else self._value
            # Blank cells are repeated to the edge of the sheet.
            count = min(self._repeat, _MOST_COLUMNS - len(self._row)) if cell else min(self._repeat, 64)
            self._row.extend([cell] * max(count, 0))
        elif tag == f"{_TABLE}table-row":
            blank = not any(self._row)
            count = self._rows_repeat if len(self._rows) + self._rows_repeat <= _MOST_ROWS else 1
            self._rows.extend([[]] * count if blank else [self._row] * count)


def _ods(name: str, archive: zipfile.ZipFile) -> dict[str, Sheet]:
    reader = _OdsReader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text

    def refuse(*_: object) -> None:
        raise ValueError("entities are not read")

    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(archive.read("content.xml"), True)
    except (expat.ExpatError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
        raise unreadable(name, _DAMAGED, "save or download it again, or save the sheet as CSV") from error
    sheets = {
        title: _sheet(name, rows, reader.merged.get(title, ()), frozenset(reader.percents.get(title, ())))
        for title, rows in reader.sheets.items()
    }
    return {title: sheet for title, sheet in sheets.items() if sheet.rows}
