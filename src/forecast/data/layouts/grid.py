"""A sheet or file as rows of texts, where its table begins and
ends, and the tidy table that a layout makes of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from forecast.data.parse import TextArray
from forecast.data.read import RawTable
from forecast.errors import Finding

Row = tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """Rows of texts as they came.

    Attributes
    ----------
    name : str
        The file, as messages name it.
    rows : tuple of tuple of str
        Cells, all rows of the same width.
    lines : tuple of int
        Line or row of the file on which each row stands, from 1.
    commas : bool
        True when commas separate the cells, so that a comma inside a cell was quoted.
    findings : tuple of Finding
        What was found while the cells were read.
    widths : tuple of int
        How many cells each row had as it came.
    """

    name: str
    rows: tuple[Row, ...]
    lines: tuple[int, ...]
    commas: bool = False
    findings: tuple[Finding, ...] = ()
    widths: tuple[int, ...] = ()

    def finding(self, check: str, what: str, line: int | None, expected: str = "", hint: str = "") -> Finding:
        """Return an error on a line of the file."""
        return Finding(check, "error", what, file=self.name, row=line, expected=expected, hint=hint)

    def warning(self, check: str, what: str, line: int | None, hint: str = "") -> Finding:
        """Return a warning on a line of the file."""
        return Finding(check, "warning", what, file=self.name, row=line, hint=hint)


@dataclass(frozen=True)
class Table:
    """The table of a grid: the names of its columns, its rows, and what stood around it.

    Attributes
    ----------
    grid : Grid
        Where it stands.
    head : tuple of str
        The last row of the head; column names made up where there is none.
    upper : tuple of str
        The row above it when the head has two, blanks filled from the left; else empty.
    rows, lines
        As in `Grid`, without head, titles and notes.
    said : tuple of str
        What was left out around the table, in words.
    """

    grid: Grid
    head: Row
    upper: Row
    rows: tuple[Row, ...]
    lines: tuple[int, ...]
    said: tuple[str, ...] = ()

    def column(self, at: int) -> list[str]:
        """Return the cells of a column."""
        return [row[at] for row in self.rows]

    @property
    def names(self) -> Row:
        """The names of the columns, both rows of a head joined."""
        if not self.upper:
            return self.head
        return tuple(
            " ".join(dict.fromkeys(part for part in pair if part))
            for pair in zip(self.upper, self.head, strict=True)
        )

    def without(self, drop: Iterable[int], said: str) -> Table:
        """Return the table without some of its rows, and the words for it."""
        gone = set(drop)
        if not gone:
            return self
        kept = [i for i in range(len(self.rows)) if i not in gone]
        rows, lines = tuple(self.rows[i] for i in kept), tuple(self.lines[i] for i in kept)
        return replace(self, rows=rows, lines=lines, said=(*self.said, said) if said else self.said)


@dataclass
class Tidy:
    """A tidy table in the making: columns of texts, the line of each row, words and findings."""

    cells: dict[str, list[str]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def keep(self, mask: Sequence[bool]) -> None:
        """Keep the rows where the mask is true."""
        self.lines = [v for v, kept in zip(self.lines, mask, strict=True) if kept]
        for name, texts in self.cells.items():
            self.cells[name] = [v for v, kept in zip(texts, mask, strict=True) if kept]

    def raw(self, grid: Grid) -> RawTable:
        """Return it as the table that is checked like any other."""
        cells: dict[str, TextArray] = {}
        for name, texts in self.cells.items():
            cells[name] = np.empty(len(texts), dtype=object)
            cells[name][:] = texts
        return RawTable(
            grid.name,
            tuple(cells),
            cells,
            np.array(self.lines, dtype=np.int64),
            (*grid.findings, *self.findings),
            "; ".join(self.said),
        )


def filled_right(row: Sequence[str]) -> Row:
    """Return a row of a head in which a blank cell repeats the one on its left, as merged cells mean."""
    filled: list[str] = []
    for cell in row:
        filled.append(cell or (filled[-1] if filled else ""))
    return tuple(filled)


def clean(cell: str) -> str:
    """Return a cell without spaces around it, hard ones included, and without marks of order."""
    if cell.isascii():
        return cell.strip(" \t\r\n")
    return re.sub(r"[\ufeff\u200b-\u200f]", "", cell).strip(" \t\r\n\u00a0\u202f\u2007")


def is_whole(text: str) -> bool:
    """Tell whether a text is made of the digits 0 to 9 only; other
    signs count as digits for Python, such as ².
    """
    return text.isascii() and text.isdigit()
