"""The report as Markdown, for mail and for differences: the same sentences and tables as the page."""

from __future__ import annotations

from typing import Any

from forecast.report.catalogue import t
from forecast.report.content import Box, Cell, Chart, Command, Download, Link, Note, Page, Paragraph, Table


def markdown(page: Page) -> str:
    """Return the report as Markdown."""
    lines = [f"# {page.h1}", "", page.standfirst, ""]
    lines += [f"> {' '.join([f'**{b.head}**', b.text, *map(_link, b.links)])}\n" for b in page.banners]
    lines += [
        t(
            "{name} · {issue} · figures as known on {as_of}  ",
            name=page.name,
            issue=page.issue,
            as_of=page.as_of,
        ),
        page.status,
        "",
    ]
    lines += [f"- **{fact.what}:** {fact.number}. {fact.about}" for fact in page.facts]
    if page.lead is not None:
        lines += ["", *_block(page.lead)]
    for section in page.sections:
        lines += ["", f"## {section.question}", ""]
        lines += [section.find, ""] if section.find else []
        for block in section.blocks:
            lines += [*_block(block), ""]
    text = "\n".join([*lines, page.cite, "", page.footer, ""])
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text


def _block(block: Any) -> list[str]:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Chart):
        return [f"### {block.title}", "", block.subtitle, "", f"![{_escape(block.label)}](figures/{block.name}.svg)", "", block.note]  # fmt: skip
    if isinstance(block, Box):
        return [f"> **{block.heading}.** {block.text}"]
    if isinstance(block, Command):
        return ["```", block.text, "```"]
    if isinstance(block, Paragraph):
        return [block.text]
    return [_line(part) for part in block]


def _link(link: Link) -> str:
    return f"{link.words} [{link.shown}]({link.path})."


def _line(part: Note | Download) -> str:
    if isinstance(part, Note):
        return f"- **{part.subject}** {part.text}"
    return f"- [{part.words}]({part.path}) {part.holds}"


def _table(table: Table) -> list[str]:
    rule = "|".join("--:" if head.kind == "n" else ":--" for head in table.head)
    lines = [
        f"**{table.caption}**",
        "",
        "| " + " | ".join(_escape(h.text) for h in table.head) + " |",
        f"|{rule}|",
    ]
    for row in table.rows:
        lines.append("| " + " | ".join(_cell(cell) for cell in row.cells) + " |")
    return [*lines, "", table.foot] if table.foot else lines


def _cell(cell: str | Cell) -> str:
    if isinstance(cell, Cell):
        return f"{_escape(cell.text)} ({_escape(cell.small)})" if cell.small else _escape(cell.text)
    return _escape(cell)


def _escape(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
