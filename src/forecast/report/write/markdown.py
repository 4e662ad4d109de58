"""The report as Markdown, for mail and for differences: the same sentences and tables as the page.

Blocks hold plain text: each text is escaped where it is written, and every mark of Markdown is written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from forecast.files import printable
from forecast.report.blocks import (
    Block,
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
    who = [escaped(part) if isinstance(part, str) else _bare(part) for part in page.masthead]
    lines = [f"# {escaped(page.h1)}", "", escaped(page.standfirst), ""]
    lines += [
        f"> {' '.join([f'**{escaped(b.head)}**', escaped(b.text), *map(_link, b.links)])}\n"
        for b in page.banners
    ]
    lines += [" · ".join(who), ""]
    lines += [
        f"- **{escaped(one.question)}** {escaped(one.big)}. {escaped(one.text)}" for one in page.answers
    ]
    if page.lead is not None:
        lines += ["", *_block(page.lead), "", escaped(page.source)]
    for section in page.sections:
        lines += ["", f"## {escaped(section.question)}", ""]
        lines += [escaped(section.find), ""] if section.find else []
        for block in section.blocks:
            lines += [*_block(block), ""]
    text = "\n".join([*lines, escaped(page.footer), ""])
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text


def _with_links(text: str, links: Iterable[Link]) -> str:
    return " ".join([escaped(text), *map(_bare, links)]).strip()


def _bare(link: Link) -> str:
    return f"[{escaped(link.shown)}]({quote(link.path, safe='/:?#&=%@~')})"


def _block(block: Block) -> list[str]:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Chart):
        picture = f"![{escaped(block.label)}](figures/{block.name}.svg)"
        numbered = [f"{k}. {escaped(name)}" for k, name in enumerate(block.flags, 1)]
        lines = (f"### {escaped(block.title)}", escaped(block.subtitle), picture, "\n".join(numbered))
        return "\n\n".join([*(line for line in lines if line), escaped(block.note)]).split("\n")
    if isinstance(block, Command):
        text = printable(block.text)
        fence = max(["``", *re.findall("`+", text)], key=len) + "`"  # longer than any inside
        return [fence, text, fence]
    if isinstance(block, Paragraph):
        return [_with_links(block.text, block.links)]
    return [_line(part) for part in block]


def _link(link: Link) -> str:
    return f"{escaped(link.words)} {_bare(link)}."


def _line(part: Note | Download) -> str:
    if isinstance(part, Note):
        return f"- **{escaped(part.subject)}** {escaped(part.text)}"
    return f"- [{escaped(part.words)}]({part.path}) {escaped(part.holds)}".rstrip()


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
    return [*lines, "", _with_links(table.foot, table.links)] if table.foot or table.links else lines


def _cell(cell: str | Cell) -> str:
    if isinstance(cell, Cell):
        return f"{escaped(cell.text)} ({escaped(cell.small)})" if cell.small else escaped(cell.text)
    return escaped(cell)
