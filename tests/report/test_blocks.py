"""The content object."""

from forecast.report.blocks import (
    Banner,
    Box,
    Cell,
    Chart,
    Command,
    Download,
    Fact,
    Head,
    Note,
    Page,
    Paragraph,
    Row,
    Section,
    Table,
    Toggle,
    heads,
    notes,
    sentences,
)

TABLE = Table("caption", (Head("a"), Head("b", "n")), (Row(("x", Cell("y", "small")), "lead"),), "foot")
CHART = Chart(
    "fan",
    "title",
    "sub",
    "note",
    "label",
    "f.csv",
    table=TABLE,
    toggles=(Toggle("t", "toggle"),),
    toggle_words="choose",
)


def test_sentences_reach_every_word_of_the_page():
    blocks = (
        TABLE,
        CHART,
        Box("box", "boxed"),
        Paragraph("plain"),
        Command("forecast"),
        (Note("subject.", "noted"),),
        (Download("f", "file", "holds"),),
    )
    page = Page(
        "name",
        "issue",
        "day",
        "status",
        False,
        "h1",
        "stand",
        "desc",
        (Fact("what", "9", "about"),),
        CHART,
        (Section("s", "question", "nav", "find", blocks),),
        "cite",
        "footer",
        (Banner("b", "head", "banner"),),
    )
    found = sentences(page)
    for word in (
        "name",
        "h1",
        "stand",
        "what",
        "about",
        "title",
        "choose",
        "toggle",
        "caption",
        "foot",
        "y",
        "small",
        "box",
        "boxed",
        "plain",
        "subject.",
        "noted",
        "file",
        "holds",
        "head",
        "banner",
        "question",
        "find",
        "cite",
        "footer",
    ):
        assert word in found, word
    assert "forecast" not in found  # a command is not a sentence
    assert page.charts == (CHART, CHART)
    assert CHART.id == "fig-fan"


def test_notes_and_heads_are_read_from_sentences():
    told = notes("**Events.** None ** here.", "")
    assert told == (Note("Events.", "None ** here."),)
    assert heads("Month | Early figure >") == (Head("Month"), Head("Early figure", "n"))
