"""Markdown of a report."""

from forecast.report.content import Banner, Box, Command, Download, Fact, Note, Page, Paragraph, Section
from forecast.report.markdown import markdown
from test_content import CHART, TABLE


def test_every_block_has_its_form():
    blocks = (TABLE, CHART, Box("Box", "boxed"), Paragraph("plain"), Command("forecast x"), (Note("Subject.", "noted"),), (Download("f.csv", "File", "holds"),))  # fmt: skip
    page = Page("Name", "Issue", "day", "Status", False, "Head", "Stand", "desc", (Fact("What", "9", "about"),), None, (Section("s", "Question?", "nav", "Find.", blocks),), "Cite", "Foot", (Banner("b", "Late.", "Text."),))  # fmt: skip
    text = markdown(page)
    assert text.startswith("# Head\n\nStand\n\n> **Late.** Text.\n")
    for part in (
        "- **What:** 9. about", "## Question?\n\nFind.", "| a | b |\n|:--|--:|\n| x | y (small) |", "foot",
        "### title", "![label](figures/fan.svg)", "> **Box.** boxed", "```\nforecast x\n```", "- **Subject.** noted",
        "- [File](f.csv) holds", "Cite",
    ):  # fmt: skip
        assert part in text, part
    assert "\n\n\n" not in text


def test_pipes_in_cells_are_escaped():
    from forecast.report.content import Head, Row, Table
    from forecast.report.markdown import _table

    assert "a\\|b" in "\n".join(_table(Table("c", (Head("h"),), (Row(("a|b",)),))))
