"""The content object."""

from forecast.report.blocks import (
    Answer,
    Banner,
    Cell,
    Chart,
    Command,
    Download,
    Head,
    Link,
    Note,
    Page,
    Paragraph,
    Row,
    Section,
    Table,
    heads,
    notes,
    table,
)
from page_words import sentences

TABLE = Table("caption", (Head("a"), Head("b", "n")), (Row(("x", Cell("y", "small")), "lead"),), "foot")
CHART = Chart("fan", "title", "sub", "note", "label", "f.csv", table=TABLE, flags=("measure",))


def page(blocks, **more):
    """Return a page with every part."""
    parts = {
        "masthead": ("paper", Link("", "mailto:a@b.org", "who")),
        "banners": (Banner("b", "head", "banner"),),
        "answers": (Answer("what", "#s", "9", "about"),),
        "lead": CHART,
    }
    sections = (Section("s", "question", "nav", "find", blocks),)
    given = {"title": "name", "issue": "issue", "h1": "h1", "standfirst": "stand", "description": "desc"}
    return Page(**{**given, "sections": sections, "footer": "footer", **parts, **more})


def test_sentences_reach_every_word_of_the_page():
    blocks = (
        TABLE,
        CHART,
        Paragraph("plain"),
        Command("forecast"),
        (Note("subject.", "noted"),),
        (Download("f", "file", "holds"),),
    )
    made = page(blocks)
    found = sentences(made)
    words = "name issue paper who h1 stand desc what 9 about title measure caption foot y small plain subject. noted"
    for word in (*words.split(), "file", "holds", "head", "banner", "question", "find", "footer"):
        assert word in found, word
    assert "forecast" not in found  # a command is not a sentence
    assert CHART.id == "fig-fan"


def test_notes_and_heads_are_read_from_sentences():
    told = notes("**Events.** None ** here.", "")
    assert told == (Note("Events.", "None ** here."),)
    assert heads("Month | Early figure >") == (Head("Month"), Head("Early figure", "n"))


def test_a_table_is_made_from_a_line_of_heads_and_rows():
    made = table("c", "Month | Count >", [("Sep", "9"), Row(("Oct", "8"), "lead")], "foot")
    assert made == Table(
        "c", heads("Month | Count >"), (Row(("Sep", "9")), Row(("Oct", "8"), "lead")), "foot"
    )
