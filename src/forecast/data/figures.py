"""A file, address or frame of figures as a tidy table: official files as they are, others by their layout."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.config.convert import from_plain
from forecast.config.settings import ColumnsSpec, LayoutSpec
from forecast.data.layouts import Grid, understand
from forecast.data.layouts.dates import Date
from forecast.data.layouts.grid import clean
from forecast.data.layouts.months import frequency
from forecast.data.official import almost_official, layout_of
from forecast.data.parse import OBSERVATION_COLUMNS, TextArray
from forecast.data.read import RawTable, decode, delimiter_of, parse_table, read_bytes, unreadable
from forecast.data.workbook import Sheet, cell_text, read_workbook, sheet_findings
from forecast.errors import ConfigError, Finding
from forecast.files import plain_cell

#: A reader of files: name and bytes in, a tidy table out, or None for a file that is not its own.
Reader = Callable[[str, bytes], "pd.DataFrame | None"]
#: Tables in memory that are read like files.
Frame = pd.DataFrame | pd.Series
_READERS: dict[str, Reader] = {}
_ISO_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_PLAIN = re.compile(r"-?\d+(\.\d{1,2}|\.\d{4,})?")
#: The share of the commas' lines at which another mark is taken.
_CLEARLY = 0.8
#: Rows of figures that a sheet has at least, where another has so many.
_FEW = 6


@dataclass(frozen=True)
class ReadAs:
    """What the user says about a file: columns and layout.

    Attributes
    ----------
    columns : ColumnsSpec
        Which column holds what.
    layout : LayoutSpec
        What could be read in two ways.
    allow_http : bool
        Whether an address of plain http is read too.
    """

    columns: ColumnsSpec = field(default_factory=ColumnsSpec)
    layout: LayoutSpec = field(default_factory=LayoutSpec)
    allow_http: bool = False

    @classmethod
    def of(
        cls,
        columns: Mapping[str, str] | ColumnsSpec | None = None,
        layout: Mapping[str, object] | LayoutSpec | None = None,
        allow_http: bool = False,
    ) -> ReadAs:
        """Return it for plain values or settings.

        Raises
        ------
        ConfigError
            For an unknown key or a value that cannot be.
        """
        stated = (
            columns if isinstance(columns, ColumnsSpec) else from_plain(ColumnsSpec, columns or {}, "columns")
        )
        left = layout if isinstance(layout, LayoutSpec) else from_plain(LayoutSpec, layout or {}, "layout")
        return cls(stated, left, allow_http)


@checked
def register_reader(name: str, read: Reader) -> None:
    """Add a reader for files that this package cannot read by itself.

    Every file or address of figures is offered to the readers, the newest first, before it is read as CSV.
    What a reader returns is checked like any other table.

    Parameters
    ----------
    name : str
        Name of the reader, for messages; the same name again replaces it.
    read : callable
        ``read(file_name, content)``: a DataFrame with the columns ``month, value`` at the least (also
        ``series_id``, ``released``, ``rounding`` ...), or None where the file is not its own.

    Raises
    ------
    ConfigError
        If `read` cannot be called.

    Examples
    --------
    >>> import json
    >>> import pandas as pd
    >>> import forecast as fc
    >>> def read_json(name, content):
    ...     return pd.DataFrame(json.loads(content)) if name.endswith(".json") else None
    >>> fc.register_reader("json", read_json)
    """
    if not callable(read):
        raise ConfigError(f"register_reader: '{name}' is {type(read).__name__}, not a function")
    _READERS[name] = read


def has_readers() -> bool:
    """Tell whether a reader of one's own is registered."""
    return bool(_READERS)


def read_figures(source: str | Path | Frame, read_as: ReadAs | None = None) -> RawTable:
    """Read a table of figures: in memory, of a registered reader, a workbook, Parquet, or text."""
    read_as = read_as or ReadAs()
    if isinstance(source, (pd.DataFrame, pd.Series)):
        return _of_frame("table", source, read_as)
    return read_content(*read_bytes(source, read_as.allow_http), read_as)


def read_content(name: str, content: bytes, read_as: ReadAs) -> RawTable:
    """Read the bytes of a file of figures by the reader that is theirs."""
    for word, read in reversed(_READERS.items()):
        try:
            frame = read(name, content)
        except Exception as error:
            told = f"the reader '{word}' failed: {type(error).__name__}: {error}"
            raise unreadable(name, told, "mend the reader or the file", "month,value") from error
        if frame is not None:
            return _of_frame(name, frame, read_as)
    if content.startswith(b"PAR1"):
        return _of_frame(name, _parquet(name, content), read_as)
    if content.startswith(b"PK\x03\x04"):
        return _of_sheets(name, read_workbook(name, content), read_as)
    text, findings = decode(name, content)
    return _of_text(name, text, findings, read_as)


def _parquet(name: str, content: bytes) -> pd.DataFrame:
    try:
        frame = pd.read_parquet(io.BytesIO(content))
        for _, column in frame.items():
            column.tolist()  # bytes that are no text show only when they are looked at
        return frame
    except ImportError as error:
        hint = "pip install 'border-forecast[parquet]', or write it as CSV"
        raise unreadable(name, "this is a Parquet file", hint) from error
    except Exception as error:  # pyarrow raises errors of many kinds for a damaged file
        raise unreadable(name, "this is a Parquet file that is cut or damaged", "write it again") from error


def is_tidy(raw: RawTable) -> bool:
    """Tell whether a table is written as this package writes its
    own, so that nothing is left to understand.
    """
    if not {"month", "value"} <= set(raw.columns) <= set(OBSERVATION_COLUMNS):
        return False
    values, months = pd.unique(raw.cells["value"]), pd.unique(raw.cells["month"])
    if not all(map(_ISO_MONTH.fullmatch, months)) or not all(map(_PLAIN.fullmatch, values)):
        return False
    return not frequency([], [Date(int(m[:4]), int(m[5:])) for m in months])


def _of_text(name: str, text: str, findings: tuple[Finding, ...], read_as: ReadAs) -> RawTable:
    first = next(line for line in text.splitlines() if line.strip())
    # what is said of a user's files says nothing of the table that was made of them
    if (not _is_stated(read_as) or _words(first) == list(OBSERVATION_COLUMNS)) and _could_be_ours(first):
        raw = parse_table(name, text, findings)
        if (
            layout_of(raw.columns)
            or almost_official(raw.columns)
            or is_tidy(raw)
            or "effective_start" in raw.columns
        ):
            return raw
    return understand(text_grid(name, text, findings), read_as.columns, read_as.layout)


def _is_stated(read_as: ReadAs) -> bool:
    """Tell whether the user says how figures are to be read."""
    # the fiscal year's first month decides labels of fiscal years only, and totals
    return replace(read_as, allow_http=False, layout=replace(read_as.layout, fiscal_start=None)) != ReadAs()


def _words(header: str) -> list[str]:
    return [word.strip().strip('"') for word in header.split(delimiter_of(header))]


def _could_be_ours(first: str) -> bool:
    words = set(_words(first))
    return (
        bool({"effective_start"} & words)
        or {"month", "value"} <= words
        or bool(layout_of(sorted(words)) or almost_official(sorted(words)))
    )


def text_grid(name: str, text: str, findings: tuple[Finding, ...] = ()) -> Grid:
    """Return the lines of a text as cells, blank ones left out; the
    mark between cells is the one that fits best.
    """
    text = _by_spaces(text)
    lines = text.splitlines()
    skipped = 0
    mark = ""
    if re.fullmatch(r"\ufeff?sep=.", lines[0].strip() if lines else "", re.IGNORECASE):
        mark, skipped = lines[0].strip()[-1], 1
        text = text.split("\n", 1)[-1]
    records, numbers = _records(name, text, mark or _mark_of(text))
    if "'" in text:  # perhaps cells as `safe_cell` writes them
        records = [[plain_cell(cell) for cell in record] for record in records]
    rows = [tuple(map(clean, record)) for record in records]
    kept = [(row, n + skipped) for row, n in zip(rows, numbers, strict=True) if any(row)]
    return Grid(
        name,
        tuple(row for row, _ in kept),
        tuple(n for _, n in kept),
        commas=(mark or _mark_of(text)) == ",",
        findings=findings,
    )


def _by_spaces(text: str) -> str:
    """Return a text whose cells stand apart by spaces alone with tabs between them."""
    lines = text.splitlines()
    if any(_fit(text, mark)[0] >= 0.5 * len(lines) for mark in ";\t|,"):
        return text
    words = Counter(len(line.split()) for line in lines if line.strip())
    usual, count = words.most_common(1)[0]
    gap = r" +" if usual > 1 and count >= len(lines) - 1 else r" {2,}"
    apart = [line for line in lines if re.search(rf"\S{gap}\S", line.strip())]
    if 2 * len(apart) < len(lines):
        return text
    first, *others = (re.sub(gap, "\t", line.strip()) for line in lines)
    blank = "\t" * (len(first.split()) < usual == len(others[-1].split("\t")))  # above the labels of the rows
    return "\n".join([blank + first, *others])


def _records(name: str, text: str, mark: str) -> tuple[list[list[str]], list[int]]:
    lines = text.splitlines()
    quote = "'" if 2 * sum(line.startswith("'") for line in lines) > len(lines) else '"'
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, skipinitialspace=True, quotechar=quote)
    records, numbers = [], []
    try:
        for record in reader:
            records.append(record)
            numbers.append(reader.line_num)
    except csv.Error as error:
        raise unreadable(name, f"line {reader.line_num} is no CSV ({error})", "check the quotes") from error
    return records, numbers


def _mark_of(text: str) -> str:
    """Return the mark between cells, which gives most lines the same number of cells, two at the least.

    A comma may stand in every figure and in notes, so it must fit clearly better than the others.
    """
    sample = "\n".join(text.splitlines()[:500])
    fits = {mark: _fit(sample, mark) for mark in (";", "\t", "|", ",")}
    commas, _ = fits.pop(",")
    best = max(fits, key=lambda mark: fits[mark])
    return best if fits[best][0] >= max(1, _CLEARLY * commas) else ","


def _fit(sample: str, mark: str) -> tuple[int, int]:
    """Return in how many lines a mark gives the most usual number of cells, and that number."""
    reader = csv.reader(io.StringIO(sample), delimiter=mark, skipinitialspace=True)
    try:
        usual = Counter(len(record) for record in reader if len(record) > 1)
    except csv.Error:
        return 0, 0
    width, count = usual.most_common(1)[0] if usual else (0, 0)
    return count, width


def _of_sheet(sheet: Sheet, read_as: ReadAs) -> RawTable:
    raw = understand(sheet, read_as.columns, read_as.layout)
    return replace(raw, findings=(*raw.findings, *sheet_findings(sheet, raw)))


def _of_sheets(name: str, sheets: Mapping[str, Sheet], read_as: ReadAs) -> RawTable:
    wanted = read_as.layout.sheet
    if wanted is not None:
        if wanted not in sheets:
            raise ConfigError(f"sheet: there is no sheet '{wanted}' in {name} (found: {', '.join(sheets)})")
        sheets = {wanted: sheets[wanted]}
    if not sheets:
        raise unreadable(
            name, "the workbook is empty", "check that it was saved whole", "a sheet with figures"
        )
    read = {title: _of_sheet(sheet, read_as) for title, sheet in sheets.items()}
    # A sheet that is wrong in a cell is a table all the same; a sheet without a table is none.
    tables = [t for t, raw in read.items() if not {"header", "rows"} & {f.check for f in raw.findings}]
    # A list of labels may hold a date; figures are at least so many rows.
    tables = [t for t in tables if len(read[t].rows) >= _FEW] or tables
    if len(tables) > 1:
        titles = ", ".join(f"'{t}'" for t in tables)
        what = f"{len(tables)} sheets hold months: {titles}"
        raise unreadable(name, what, f"say which: --sheet '{tables[0]}' (data.layout.sheet)", "one sheet")
    title = tables[0] if tables else next(iter(sheets))
    raw = read[title]
    words = f"sheet '{title}': {raw.understood}" if len(sheets) > 1 and raw.understood else raw.understood
    return replace(raw, understood=words)


# --------------------------------------------------------------------------- tables in memory


def _of_frame(name: str, frame: Frame, read_as: ReadAs) -> RawTable:
    frame = _with_columns(frame)
    if not len(frame.columns):
        raise unreadable(name, "the table has no columns", "give one row for each month", "month,value")
    doubled = frame.columns[frame.columns.duplicated()]
    if len(doubled):
        what = f"the column '{doubled[0]}' stands twice, the index counted"
        raise unreadable(name, what, "remove or rename one of them", "each column once")
    raw = frame_table(name, frame)
    if not raw.columns:
        raise unreadable(name, "the table has no columns", "give one row for each month", "month,value")
    if (is_tidy(raw) or layout_of(raw.columns)) and (
        not _is_stated(read_as) or raw.columns == OBSERVATION_COLUMNS
    ):
        return raw
    rows = zip(*raw.cells.values(), strict=True)
    grid = Grid(name, (raw.columns, *rows), (1, *raw.rows.tolist()))
    return understand(grid, read_as.columns, read_as.layout)


def _with_columns(frame: Frame) -> pd.DataFrame:
    """Return a Series or frame with its months as a column, and its columns named by texts."""
    if isinstance(frame, pd.Series):
        name = frame.name
        frame = frame.to_frame("value")
        if name is not None and "series_id" not in frame.index.names:
            frame["series_id"] = str(name)
    else:
        names = [" ".join(map(str, c)) for c in frame.columns.to_frame().itertuples(index=False)]
        frame = frame.set_axis(names, axis=1)
    if isinstance(frame.index, pd.RangeIndex) or (
        frame.index.name is None and frame.index.dtype.kind in "iu"
    ):
        return frame
    only = [c for c in frame.columns if c != "series_id"]
    if len(only) == 1 and only[0] != "value" and "series_id" not in frame:
        frame = frame.rename(columns={only[0]: "value"}).assign(series_id=only[0])
    if frame.index.nlevels > 1:
        return frame.reset_index(allow_duplicates=True)
    return frame.reset_index(names=str(frame.index.name or "month"), allow_duplicates=True)


def frame_table(name: str, frame: pd.DataFrame) -> RawTable:
    """Return a DataFrame as a table of texts; rows are counted like lines of a file, the header first."""

    def text(value: object) -> str:
        if pd.isna(value):  # type: ignore[call-overload]
            return ""
        if isinstance(value, (np.integer, np.floating)):
            value = value.item()
        return cell_text(value)

    cells: dict[str, TextArray] = {}
    for column in frame.columns:
        array = np.empty(len(frame), dtype=object)
        array[:] = [text(value) for value in frame[column]]
        cells[str(column)] = array
    return RawTable(name, tuple(cells), cells, np.arange(2, len(frame) + 2, dtype=np.int64))
