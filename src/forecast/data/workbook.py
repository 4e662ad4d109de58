"""Workbooks (xlsx, ods) as sheets of texts; numbers and dates are
written so that they can be read in one way only.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from xml.parsers import expat

from forecast.data.layouts.grid import Grid, clean
from forecast.data.layouts.numbers import number_text
from forecast.data.read import unreadable

_MOST_BYTES = 200_000_000
_MOST_COLUMNS, _MOST_ROWS = 2_000, 200_000
_DAMAGED = "this is a spreadsheet that is cut or damaged"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "


def read_workbook(name: str, content: bytes) -> dict[str, Grid]:
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
        return _xlsx(name, content)
    if "content.xml" in files:
        return _ods(name, archive)
    raise unreadable(name, "this is a zip archive and no spreadsheet", "unpack it first", "CSV, xlsx or ods")


def _grid(name: str, rows: list[list[str]]) -> Grid:
    kept = [(i, tuple(map(clean, row))) for i, row in enumerate(rows, start=1) if any(map(clean, row))]
    width = max((len(row) for _, row in kept), default=0)
    return Grid(
        name, tuple((*row, *("",) * (width - len(row))) for _, row in kept), tuple(i for i, _ in kept)
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


def _xlsx(name: str, content: bytes) -> dict[str, Grid]:
    try:
        import openpyxl
    except ImportError as error:
        hint = "pip install 'border-forecast[excel]', or save the sheet as CSV"
        raise unreadable(name, "this is a spreadsheet (xlsx)", hint) from error
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        sheets = {}
        for sheet in book.worksheets:
            if (
                sheet.sheet_state != "visible"
                or max(sheet.max_column / _MOST_COLUMNS, sheet.max_row / _MOST_ROWS) > 1
            ):
                continue
            rows = [[cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
            for merged in sheet.merged_cells.ranges:
                # Merged downwards, a label counts for every row; across, it is a title or a group of heads.
                for row in range(merged.min_row, merged.max_row):
                    rows[row][merged.min_col - 1] = rows[merged.min_row - 1][merged.min_col - 1]
            sheets[str(sheet.title)] = _grid(name, rows)
    except Exception as error:  # openpyxl raises errors of many kinds for a damaged file
        raise unreadable(name, _DAMAGED, "save or download it again, or save the sheet as CSV") from error
    return {title: grid for title, grid in sheets.items() if grid.rows}


class _OdsReader:
    """Collects the cells of an OpenDocument spreadsheet while it is parsed."""

    def __init__(self) -> None:
        self.sheets: dict[str, list[list[str]]] = {}
        self._rows: list[list[str]] = []
        self._row: list[str] = []
        self._value: str | None = None
        self._texts: list[str] = []
        self._repeat = 1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == f"{_TABLE}table":
            self._rows = self.sheets.setdefault(attributes.get(f"{_TABLE}name", "Sheet"), [])
        elif tag == f"{_TABLE}table-row":
            self._row = []
            self._rows_repeat = int(attributes.get(f"{_TABLE}number-rows-repeated", "1"))
        elif tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            self._repeat = int(attributes.get(f"{_TABLE}number-columns-repeated", "1"))
            self._texts, self._value = [], None
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


def _ods(name: str, archive: zipfile.ZipFile) -> dict[str, Grid]:
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
    grids = {title: _grid(name, rows) for title, rows in reader.sheets.items()}
    return {title: grid for title, grid in grids.items() if grid.rows}
