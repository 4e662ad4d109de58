"""The content of a report, free of its form: page, Markdown and JSON are written from this one object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Head:
    """Head of a table's column: words, ``n`` for numbers
    (right-aligned), toggle of the model it belongs to.
    """

    text: str
    kind: str = ""
    toggle: str = ""


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


@dataclass(frozen=True)
class Toggle:
    """A checkbox or radio button of a chart."""

    id: str
    words: str
    role: str = ""
    dash: str = ""
    checked: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart in its two drawings (already SVG), with all that stands around it."""

    name: str
    title: str
    subtitle: str
    note: str
    label: str
    csv: str
    wide: str = ""
    narrow: str = ""
    level: int = 3
    table: Table | None = None
    start: int | None = None  #: row of the table at which the read-out begins; None = no read-out
    toggles: tuple[Toggle, ...] = ()
    toggle_words: str = ""
    toggle_group: str = ""  #: name of the radio group; empty = checkboxes
    flags: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """Anchor of the chart."""
        return f"fig-{self.name}"


@dataclass(frozen=True)
class Box:
    """A state box: a heading and a paragraph in place of something that is not there."""

    heading: str
    text: str


@dataclass(frozen=True)
class Note:
    """A paragraph that begins with its subject in bold."""

    subject: str
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A plain paragraph."""

    text: str


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


Block = Table | Chart | Box | Paragraph | Command | tuple[Note, ...] | tuple[Download, ...]


@dataclass(frozen=True)
class Section:
    """A section: its question, the finding in one sentence, then charts, tables and notes."""

    id: str
    question: str
    nav: str
    find: str = ""
    blocks: tuple[Block, ...] = ()

    def brief(self) -> Section:
        """Return the section with its first table only."""
        return replace(self, blocks=tuple(block for block in self.blocks if isinstance(block, Table))[:1])


@dataclass(frozen=True)
class Link:
    """Words that lead to an address, the address as a link, and how it is shown."""

    words: str
    path: str
    shown: str


@dataclass(frozen=True)
class Banner:
    """A warning above the headline."""

    label: str
    head: str
    text: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Fact:
    """One of the four facts: what, the number, what to know about it."""

    what: str
    number: str
    about: str


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


@dataclass(frozen=True)
class Page:
    """Everything that the page says."""

    name: str
    issue: str
    as_of: str
    status: str
    late: bool
    h1: str
    standfirst: str
    description: str
    facts: tuple[Fact, ...]
    lead: Chart | None
    sections: tuple[Section, ...]
    cite: str
    footer: str
    banners: tuple[Banner, ...] = ()
    numbers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def charts(self) -> tuple[Chart, ...]:
        """All charts in the order of the page."""
        found = [self.lead] if self.lead is not None else []
        found += [block for section in self.sections for block in section.blocks if isinstance(block, Chart)]
        return tuple(found)


def sentences(page: Page) -> list[str]:
    """Return every sentence of ours on the page, for the check of forbidden words."""
    out = [
        page.name,
        page.issue,
        page.status,
        page.h1,
        page.standfirst,
        page.description,
        page.cite,
        page.footer,
    ]
    out += [
        part for one in page.banners for part in (one.head, one.text, *(link.words for link in one.links))
    ]
    out += [part for fact in page.facts for part in (fact.what, fact.number, fact.about)]
    blocks: list[Block] = [] if page.lead is None else [page.lead]
    for section in page.sections:
        out += [section.question, section.nav, section.find]
        blocks += list(section.blocks)
    for block in blocks:
        out += _words(block)
    return [text for text in out if text]


def _words(block: Block | Note | Download) -> list[str]:
    if isinstance(block, Table):
        out = [block.caption, block.foot, *(head.text for head in block.head)]
        for row in block.rows:
            out += [part for cell in row.cells for part in _texts(cell)]
        return out
    if isinstance(block, Chart):
        out = [block.title, block.subtitle, block.note, block.label, block.toggle_words]
        out += [toggle.words for toggle in block.toggles]
        return out + (_words(block.table) if block.table else [])
    if isinstance(block, Box):
        return [block.heading, block.text]
    if isinstance(block, Note):
        return [block.subject, block.text]
    if isinstance(block, Download):
        return [block.words, block.holds]
    if isinstance(block, tuple):
        return [text for part in block for text in _words(part)]
    return [block.text] if isinstance(block, Paragraph) else []


def _texts(cell: str | Cell) -> list[str]:
    return [cell.text, cell.small] if isinstance(cell, Cell) else [cell]
