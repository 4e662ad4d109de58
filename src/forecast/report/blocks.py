"""The content of a report, free of its form: page, Markdown and JSON are written from this one object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Head:
    """Head of a table's column: words, ``n`` for numbers (right-aligned)."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell with a second, smaller line."""

    text: str
    small: str = ""


@dataclass(frozen=True)
class Row:
    """A row of a table; `kind` is ``lead`` (the headline), ``far`` (muted) or ``fail``."""

    cells: tuple[str | Cell, ...]
    kind: str = ""


@dataclass(frozen=True)
class Table:
    """A table of words: every number in it is already text."""

    caption: str
    head: tuple[Head, ...]
    rows: tuple[Row, ...]
    foot: str = ""
    kind: str = ""
    folded: bool = False  #: stands behind its caption until it is opened
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Link:
    """Words, then an address as a link, and how it is shown; without words the link stands alone."""

    words: str
    path: str
    shown: str


@dataclass(frozen=True)
class Chart:
    """A chart with all that stands around it: drawn wide and narrow, or once for both."""

    name: str
    title: str
    subtitle: str
    note: str
    label: str
    csv: str
    wide: str = ""
    narrow: str = ""  #: empty: the wide drawing scrolls where there is no room for it
    level: int = 3
    table: Table | None = None  #: stands folded below the drawing
    flags: tuple[str, ...] = ()  #: names of what is numbered in the drawing
    links: tuple[Link, ...] = ()

    @property
    def id(self) -> str:
        """Anchor of the chart."""
        return f"fig-{self.name}"


@dataclass(frozen=True)
class Note:
    """A paragraph that begins with its subject in bold."""

    subject: str
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A plain paragraph, with links at its end; `small` ones are notes."""

    text: str
    links: tuple[Link, ...] = ()
    small: bool = False


@dataclass(frozen=True)
class Command:
    """A command to be typed."""

    text: str


@dataclass(frozen=True)
class Download:
    """A file beside the page."""

    path: str
    words: str
    holds: str


Block = Table | Chart | Paragraph | Command | tuple[Note, ...] | tuple[Download, ...]


@dataclass(frozen=True)
class Section:
    """A section: its question, the finding, then charts, tables and notes."""

    id: str
    question: str
    nav: str
    find: str = ""
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Banner:
    """A warning above the headline."""

    label: str
    head: str
    text: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Answer:
    """One of the four answers: the question as a link, a few large words, what to know about them."""

    question: str
    path: str
    big: str
    text: str


def notes(*told: str) -> tuple[Note, ...]:
    """Return notes from texts that begin with their subject in bold
    (``**Events.** None.``); empty ones are left out.
    """
    parts = (text.removeprefix("**").partition("** ") for text in told if text)
    return tuple(Note(subject, text) for subject, _, text in parts)


def heads(row: str) -> tuple[Head, ...]:
    """Return the heads of a table from one line, ``Month | Count >``: an ``>`` marks a column of numbers."""
    cells = row.split(" | ")
    return tuple(Head(cell.removesuffix(" >"), "n" if cell.endswith(" >") else "") for cell in cells)


def table(
    caption: str,
    head: str,
    rows: Iterable[tuple[str | Cell, ...] | Row],
    foot: str = "",
    kind: str = "",
    folded: bool = False,
) -> Table:
    """Return a table from a line of heads and rows of cells."""
    made = tuple(row if isinstance(row, Row) else Row(row) for row in rows)
    return Table(caption, heads(head), made, foot, kind, folded)


@dataclass(frozen=True)
class Page:
    """Everything that a page says."""

    title: str
    issue: str  #: stands beside the title in the footer of printed sheets
    masthead: tuple[str | Link, ...]
    h1: str
    standfirst: str
    description: str
    sections: tuple[Section, ...]
    footer: str
    late: bool = False
    banners: tuple[Banner, ...] = ()
    answers: tuple[Answer, ...] = ()
    lead: Chart | None = None
    contents: bool = False  #: whether a list of the sections stands on top
    meta: Mapping[str, str] = field(default_factory=dict)  #: properties of Open Graph
    canonical: str = ""
    dataset: str = ""  #: schema.org's description of the forecasts, as JSON
    source: str = ""  #: the source line, below the first chart
    stacked: bool = False  #: whether tables turn into lists on a phone; else they scroll
