"""Markdown of a report."""

from html.parser import HTMLParser

import markdown as reader
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.report.blocks import Answer, Banner, Command, Download, Link, Note, Paragraph, Section, Table
from forecast.report.write.markdown import escaped, markdown
from tests.report.test_blocks import CHART, TABLE, page


def test_every_block_has_its_form():
    blocks = (
        TABLE,
        CHART,
        Paragraph("plain", (Link("", "evidence.html#a", "more"),)),
        Command("forecast x"),
        (Note("Subject.", "noted"),),
        (Download("f.csv", "File", "holds"),),
    )
    section = (Section("s", "Question?", "nav", "Find.", blocks),)
    text = markdown(page((), sections=section, h1="Head", standfirst="Stand", lead=None))
    assert text.startswith("# Head\n\nStand\n\n> **head** banner\n\npaper · [who](mailto:a@b.org)\n")
    for part in (
        "- **what** 9. about",
        "## Question?\n\nFind.",
        "| a | b |\n|:--|--:|\n| x | y (small) |",
        "foot",
        "### title",
        "1. measure",
        "![label](figures/fan.svg)",
        "plain [more](evidence.html#a)",
        "```\nforecast x\n```",
        "- **Subject.** noted",
        "- [File](f.csv) holds",
        "footer",
    ):
        assert part in text, part
    assert "\n\n\n" not in text


def test_pipes_in_cells_are_escaped():
    from forecast.report.blocks import Head, Row, Table
    from forecast.report.write.markdown import _table

    assert "a\\|b" in "\n".join(_table(Table("c", (Head("h"),), (Row(("a|b",)),))))


# --------------------------------------------------------------------------- text from data

EXTENSIONS = ["tables", "fenced_code", "attr_list", "footnotes", "admonition", "md_in_html"]


class Read(HTMLParser):
    """The elements with their attributes, and the text, of rendered Markdown."""

    def __init__(self, source):
        super().__init__()
        self.elements, self.text = [], ""
        self.feed(reader.markdown(source, extensions=EXTENSIONS))

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, *sorted(name for name, _ in attrs)))

    def handle_data(self, data):
        self.text += data


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "[x](http://x)",
    "![x](http://x)",
    "<http://x>",
    "[x]: http://x",
    "`code`",
    "**bold** __bold__ *a* _a_",
    "# head",
    "#head",
    "- item",
    "+ item",
    "1. item",
    "2) item",
    "> quote",
    "===",
    "---",
    "a | b",
    "    indented",
    "```",
    "~~~",
    "line\n# head",
    "line\n\n<b>x</b>",
    "&lt;b&gt; &#60;",
    "\\",
    "\\[x](y)",
    "{: onclick=x }",
    "x {#id .class onclick=x}",
    "[^1]",
    "snake_case_name",
    "a_ _b",
    "<!-- x -->",
    "<script>x</script>",
]


def report(word):
    """Return a page that holds one text wherever it has room for one."""
    head, text = list(TABLE.head), f"{word} and {word}"
    table = Table(word, tuple(type(h)(word, h.kind) for h in head), TABLE.rows, word)
    chart = type(CHART)("fan", word, word, word, word, "f.csv")
    link = Link(word, f"../{word}/index.html", word)
    blocks = (
        table,
        chart,
        Paragraph(word, (link,)),
        Command(word),
        (Note(word, text),),
        (Download("f.csv", word, word),),
    )
    made = page(
        (),
        title=word,
        issue=word,
        masthead=(word, link),
        h1=word,
        standfirst=text,
        description=word,
        answers=(Answer(word, "#s", word, word),),
        lead=None,
        sections=(Section("s", word, word, word, blocks),),
        footer=word,
        banners=(Banner(word, word, word, (link,)),),
    )
    return markdown(made)


@pytest.mark.parametrize("word", HOSTILE)
def test_a_text_of_data_marks_nothing_wherever_it_stands(word):
    assert Read(report(word)).elements == Read(report("harmless")).elements


@given(st.text("<>&[]()!`*_~#-+=|\\{}:1. ab\n\t", max_size=12))
def test_an_escaped_text_reads_as_it_was(text):
    found = Read(f"before {escaped(text)} after")
    assert found.elements == [("p",)]
    if "|" not in text:  # outside of tables this reader shows the backslash
        assert found.text.split() == f"before {text} after".split()


@given(st.text("<>&[]()!`*_#-+=~{}:1. ab\n", max_size=12))
def test_a_line_that_is_a_text_of_data_is_a_paragraph(text):
    found = Read(f"{escaped('a' + text)}\n\n{escaped(text)}\n\nend")
    assert set(found.elements) == {("p",)}


def test_what_needs_no_mark_stays_as_it_is():
    text = "−27% on March (guatemala_2024): 134,000. +3%; \u00abaño\u00bb + 5 - 3 = 2 #1!"
    assert escaped(text) == text


def test_a_command_cannot_end_its_block():
    text = markdown(page((Command("x\n```\n<b>y</b>"),), lead=None))
    assert "````\nx\n```\n<b>y</b>\n````" in text
