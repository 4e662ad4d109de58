"""Bytes of a file or address as a table of texts, with the line on which each row began.

Nothing is guessed here about what a column means. A file that is no table at all gives exactly one error,
in words that say what it is instead.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forecast.data.fetch import Limits, fetch, one_line
from forecast.data.parse import IntArray, TextArray
from forecast.errors import DataError, Finding, counted
from forecast.files import is_address, plain_cell

#: Tables of a folder that are not figures, and so are never read as such.
SIDE_TABLES: frozenset[str] = frozenset(
    f"{name}.csv"
    for name in (
        "series",
        "hierarchy",
        "releases",
        "sources",
        "breaks",
        "events",
        "event_rules",
        "leaks",
        "published",
        "released",
    )
)

_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a spreadsheet (xlsx) or another zip archive", "save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet or document (xls, doc)", "save it as xlsx or CSV"),
    (b"%PDF", "a PDF", "copy its table into a CSV file"),
    (b"\x1f\x8b", "a gzip archive", "unpack it first"),
    (b"SQLite format 3", "an SQLite database", "write the table as CSV"),
    (b"version https://git-lfs", "a pointer to a large file, not the file", "fetch the file itself"),
)
_MOST_COLUMNS = 200


@dataclass(frozen=True)
class RawTable:
    """A file as a table of texts.

    Attributes
    ----------
    name : str
        The file, as it is named in messages.
    columns : tuple of str
        The header, spaces stripped.
    cells : dict
        Column -> texts.
    rows : ndarray of int
        Line of the file on which each row ends, header included, from 1.
    findings : tuple of Finding
        Rows of the wrong width and the like.
    understood : str
        In words, how the file was read; empty for a file in the form of this package.
    """

    name: str
    columns: tuple[str, ...]
    cells: dict[str, TextArray]
    rows: IntArray
    findings: tuple[Finding, ...] = ()
    understood: str = ""

    def __len__(self) -> int:
        return len(self.rows)

    def finding(
        self, check: str, what: str, at: int | np.integer | None = None, expected: str = "", hint: str = ""
    ) -> Finding:
        """Return an error in the row at a position, or in the header."""
        row = 1 if at is None else int(self.rows[at])
        return Finding(check, "error", what, file=self.name, row=row, expected=expected, hint=hint)


def unreadable(name: str, what: str, hint: str, expected: str = "a CSV file with a header line") -> DataError:
    """Return the one error of a file that cannot be read at all."""
    finding = Finding("file", "error", what, file=name, expected=expected, hint=hint)
    return DataError(f"1 problem:\n  {finding}", [finding])


def read_bytes(source: str | Path, allow_http: bool = False) -> tuple[str, bytes]:
    """Return the name and the bytes of a file or address, or raise the one error that says why not."""
    if is_address(source):
        return one_line(str(source)), fetch(str(source), Limits(allow_http=allow_http))
    path = Path(source)
    name = str(path)
    try:
        return name, path.read_bytes()
    except FileNotFoundError as error:
        raise unreadable(name, "there is no such file", "check the path", "a file or folder") from error
    except IsADirectoryError as error:
        raise unreadable(name, "this is a folder", "name a file in it") from error
    except PermissionError as error:
        raise unreadable(name, "this file may not be read", "change its permissions (chmod u+r)") from error
    except OSError as error:
        raise unreadable(name, f"this file could not be read ({error.strerror})", "check the path") from error


def decode(name: str, content: bytes) -> tuple[str, tuple[Finding, ...]]:
    """Return the text of a file, or raise the one error that says what the file is instead."""
    for signature, what, hint in _SIGNATURES:
        if content.startswith(signature):
            raise unreadable(name, f"this is {what}", hint)
    if not content.strip():
        raise unreadable(name, "the file is empty", "check that it was saved or downloaded whole")
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    for first, order in ((1, "utf-16-le"), (0, "utf-16-be")):  # without the mark at the beginning
        if encoding == "utf-8-sig" and len(content) > 20 and not any(content[first:40:2]):
            encoding = order
    if encoding == "utf-8-sig" and b"\x00" in content:
        raise unreadable(name, "this is a binary file", "save the table as CSV")
    try:
        text, findings = content.decode(encoding), ()
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
        if any(ord(c) < 32 and c not in "\t\r\n\f" for c in text[:4096]):
            raise unreadable(name, "this is a binary file", "save the table as CSV") from None
        told = Finding(
            "encoding",
            "warning",
            "the text is not UTF-8 and was read as Windows-1252",
            file=name,
            hint="check accented letters, or save the file as UTF-8",
        )
        return text, (told,)
    start = text.lstrip()[:200].lower()
    if start.startswith("<"):
        workbook = name.lower().endswith((".xls", ".xlsx"))
        what = "this is a web page" + (" under the name of a workbook" if workbook else " or XML")
        raise unreadable(name, what, "open it, and save the table as xlsx or CSV")
    if start.startswith(("{", "[")):
        raise unreadable(name, "this is JSON", "write the table as CSV")
    return text, findings


def delimiter_of(header: str) -> str:
    """Return the mark between the cells of a header."""
    counts = {mark: header.count(mark) for mark in (",", ";", "\t", "|")}
    return "," if counts[","] else max(counts, key=lambda mark: counts[mark])


def parse_table(name: str, text: str, findings: tuple[Finding, ...] = ()) -> RawTable:
    """Return a text as a table of texts; blank lines are skipped and wrong widths are findings."""
    first = next(line for line in text.splitlines() if line.strip())
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(first), skipinitialspace=True)
    header: list[str] = []
    records: list[list[str]] = []
    lines: list[int] = []
    found = list(findings)
    try:
        for record in reader:
            if not any(cell.strip() for cell in record):
                continue
            if not header:
                header = [cell.strip() for cell in record]
                if len(header) > _MOST_COLUMNS:
                    raise unreadable(
                        name, f"the header has {len(header)} columns", "give one row for each month"
                    )
                continue
            if len(record) != len(header):
                found.append(_wrong_width(name, reader.line_num, record, header))
                continue
            records.append(record)
            lines.append(reader.line_num)
    except csv.Error as error:
        raise unreadable(name, f"line {reader.line_num} is no CSV ({error})", "check the quotes") from error
    if "'" in text:  # perhaps cells as `safe_cell` writes them
        header = [plain_cell(cell) for cell in header]
        records = [[plain_cell(cell) for cell in record] for record in records]
    found.extend(_header_findings(name, header))
    columns = list(zip(*records, strict=True)) if records else [() for _ in header]
    cells: dict[str, TextArray] = {}
    for column, texts in zip(header, columns, strict=True):
        array = np.empty(len(texts), dtype=object)
        array[:] = texts
        cells.setdefault(column, array)
    return RawTable(name, tuple(header), cells, np.array(lines, dtype=np.int64), tuple(found))


def _wrong_width(name: str, line: int, record: list[str], header: list[str]) -> Finding:
    hint = "quote figures that hold a comma" if len(record) > len(header) else "fill the missing cells"
    return Finding(
        "width",
        "error",
        counted(len(record), "cell"),
        file=name,
        row=line,
        expected=counted(len(header), "cell"),
        hint=hint,
    )


def _header_findings(name: str, header: list[str]) -> list[Finding]:
    seen: set[str] = set()
    found = []
    for column in header:
        if column and column in seen:
            found.append(
                Finding(
                    "header",
                    "error",
                    f"the column '{column}' stands twice",
                    file=name,
                    row=1,
                    expected="each column once",
                    hint="remove or rename one of them",
                )
            )
        seen.add(column)
    return found


def read_table(source: str | Path) -> RawTable:
    """Read a file or address as a table of texts.

    Raises
    ------
    DataError
        With exactly one finding when the source is missing, unreadable or no table.
    """
    name, content = read_bytes(source)
    text, findings = decode(name, content)
    return parse_table(name, text, findings)


def csv_files(folder: Path) -> list[Path]:
    """Return the CSV files of a folder that may hold figures, by name.

    Raises
    ------
    DataError
        When the folder may not be read or holds none.
    """
    try:
        files = sorted(
            p for p in folder.iterdir() if p.suffix.lower() == ".csv" and not p.name.startswith(".")
        )
    except PermissionError as error:
        raise unreadable(
            str(folder), "this folder may not be read", "change its permissions (chmod u+rx)", "a folder"
        ) from error
    figures = [p for p in files if p.name.lower() not in SIDE_TABLES]
    if not figures:
        what = "no CSV file of figures in this folder" + (
            f" (only {', '.join(p.name for p in files)})" if files else ""
        )
        raise unreadable(str(folder), what, "put the figures there as CSV, or name another folder", "*.csv")
    return figures
