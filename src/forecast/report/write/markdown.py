"""The report as Markdown, for mail and for differences: the same sentences and tables as the page.

Blocks hold plain text: each text is escaped where it is written, and every mark of Markdown is written here.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from forecast.files import printable
from forecast.report.blocks import (
    Block,
    Box,
    Cell,
    Chart,
    Command,
    Download,
    Link,
    Note,
    Page,
    Paragraph,
    Table,
)
from forecast.report.catalogue import t

#: Marks of HTML, of crossed out words and of headings by underlining: entities, which every dialect reads.
_ENTITIES = re.compile(r"[&<>~]|^=")
#: Marks within a line; an underscore between letters is none.
_MARKS = re.compile(r"[\\`*\[\]{}|]|(?<![^\W_])_|_(?![^\W_])")
#: Where a line would begin a heading or a list; a sign before a number does not.
_START = re.compile(r"^(\d+(?=[.)](?: |$))|(?=#|[-+](?![\d.])))")


def escaped(text: str) -> str:
    r"""Return a text as one line of Markdown that reads the same and marks nothing.

    Examples
    --------
    >>> print(escaped("[x](http://x) <b>, snake_case"))
    \[x\](http://x) &#60;b&#62;, snake_case
    """
    line = " ".join(printable(text).strip().splitlines())
    line = _ENTITIES.sub(lambda found: f"&#{ord(found[0])};", line)
    return _START.sub(r"\1\\", _MARKS.sub(r"\\\g<0>", line))


def markdown(page: Page) -> str:
    """Return the report as Markdown."""
    lines = [f"# {escaped(page.h1)}", "", escaped(page.standfirst), ""]
    lines += [
        f"> {' '.join([f'**{escaped(b.head)}**', escaped(b.text), *map(_link, b.links)])}\n"
        for b in page.banners
    ]
    lines += [
        t(
            "{name} · {issue} · figures as known on {as_of}  ",
            name=escaped(page.name),
            issue=escaped(page.issue),
            as_of=escaped(page.as_of),
        ),
        escaped(page.status),
        "",
    ]
    lines += [
        f"- **{escaped(fact.what)}:** {escaped(fact.number)}. {escaped(fact.about)}" for fact in page.facts
    ]
    if page.lead is not None:
        lines += ["", *_block(page.lead)]
    for section in page.sections:
        lines += ["", f"## {escaped(section.question)}", ""]
        lines += [escaped(section.find), ""] if section.find else []
        for block in section.blocks:
            lines += [*_block(block), ""]
    text = "\n".join([*lines, escaped(page.cite), "", escaped(page.footer), ""])
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text


def _block(block: Block) -> list[str]:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Chart):
        picture = f"![{escaped(block.label)}](figures/{block.name}.svg)"
        lines = (f"### {escaped(block.title)}", escaped(block.subtitle), picture, escaped(block.note))
        return "\n\n".join(lines).split("\n")
    if isinstance(block, Box):
        return [f"> **{escaped(block.heading)}.** {escaped(block.text)}"]
    if isinstance(block, Command):
        text = printable(block.text)
        fence = max(["``", *re.findall("`+", text)], key=len) + "`"  # longer than any inside
        return [fence, text, fence]
    if isinstance(block, Paragraph):
        return [escaped(block.text)]
    return [_line(part) for part in block]


def _link(link: Link) -> str:
    return f"{escaped(link.words)} [{escaped(link.shown)}]({quote(link.path, safe='/:?#&=%@~')})."


def _line(part: Note | Download) -> str:
    if isinstance(part, Note):
        return f"- **{escaped(part.subject)}** {escaped(part.text)}"
    return f"- [{escaped(part.words)}]({part.path}) {escaped(part.holds)}"


def _table(table: Table) -> list[str]:
    rule = "|".join("--:" if head.kind == "n" else ":--" for head in table.head)
    lines = [
        f"**{escaped(table.caption)}**",
        "",
        "| " + " | ".join(escaped(h.text) for h in table.head) + " |",
        f"|{rule}|",
    ]
    for row in table.rows:
        lines.append("| " + " | ".join(_cell(cell) for cell in row.cells) + " |")
    return [*lines, "", escaped(table.foot)] if table.foot else lines


def _cell(cell: str | Cell) -> str:
    if isinstance(cell, Cell):
        return f"{escaped(cell.text)} ({escaped(cell.small)})" if cell.small else escaped(cell.text)
    return escaped(cell)
