"""Every sentence of ours on a page, for the checks of forbidden words."""

from forecast.report.blocks import Block, Cell, Chart, Download, Note, Page, Paragraph, Table


def sentences(page: Page) -> list[str]:
    """Return every sentence of ours on the page, for the check of forbidden words."""
    out = [page.title, page.issue, page.h1, page.standfirst, page.description, page.footer]
    out += [part if isinstance(part, str) else part.shown for part in page.masthead]
    out += [
        part for one in page.banners for part in (one.head, one.text, *(link.words for link in one.links))
    ]
    out += [part for one in page.answers for part in (one.question, one.big, one.text)]
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
        out = [block.title, block.subtitle, block.note, block.label, *block.flags]
        out += [link.shown for link in block.links]
        return out + (_words(block.table) if block.table else [])
    if isinstance(block, Note):
        return [block.subject, block.text]
    if isinstance(block, Download):
        return [block.words, block.holds]
    if isinstance(block, tuple):
        return [text for part in block for text in _words(part)]
    return [block.text] if isinstance(block, Paragraph) else []


def _texts(cell: str | Cell) -> list[str]:
    return [cell.text, cell.small] if isinstance(cell, Cell) else [cell]
