"""The report as PDF: tagged, the page's own numbers, the same bytes, and a clear word where it cannot be made."""

import builtins
import html
import io
import json
import re

import pytest

from forecast.cli import run as runs
from forecast.errors import ConfigError
from forecast.report import build
from forecast.report.write import pdf
from report_fixture import STATES, brief, files, state

VERSIONS = {"python": "3"}


def made(run):
    try:
        pdf.need()
    except ConfigError as error:
        # the extra `pdf` is optional; .ci/run installs what it needs, so it runs there
        pytest.skip(f"skipped: {error}")
    return build.report_files(run, versions=VERSIONS, png=False, pdf=True)


def reader(files):
    return pytest.importorskip("pypdf").PdfReader(io.BytesIO(files["report.pdf"]))


def figures(node):
    """Return the alternative texts of the figures in a tree of tags."""
    node = node.get_object()
    if isinstance(node, list):
        return [text for child in node for text in figures(child)]
    if not isinstance(node, dict):
        return []
    own = [str(node["/Alt"])] if node.get("/S") == "/Figure" else []
    return own + (figures(node["/K"]) if "/K" in node else [])


def test_brief_is_one_page_tagged_and_the_same_bytes_twice():
    files = made(brief("plain"))
    assert files["report.pdf"] == made(brief("plain"))["report.pdf"]
    found = reader(files)
    root = found.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en"
    assert figures(root["/StructTreeRoot"]) == [json.loads(files["report.json"])["index"]["lead"]["label"]]
    assert "US border encounters" in found.metadata.title
    assert len(found.pages) == 1 and "page 1 of 1" in found.pages[0].extract_text()


def squeezed(text):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def test_page_markdown_brief_and_pdf_carry_the_same_numbers():
    whole, one = files("plain"), made(brief("plain"))
    told, short = (json.loads(found["report.json"]) for found in (whole, one))
    assert short["numbers"] == told["numbers"]
    told, short = told["index"], short["index"]
    assert len(short["sections"]) == 1 < len(told["sections"])
    forms = [found[name].decode() for found in (whole, one) for name in ("index.html", "report.md")]
    forms = [squeezed(text) for text in [*forms, " ".join(p.extract_text() for p in reader(one).pages)]]
    rows = told["sections"][0]["blocks"][0]["rows"]
    assert rows == short["sections"][0]["blocks"][0]["rows"] and len(rows) == 5
    shown = [told["h1"], told["standfirst"], *(one["big"] for one in told["answers"])]
    for text in [*shown, *(cell for row in rows for cell in row["cells"])]:
        for form in forms:
            assert text in form, text


@pytest.mark.proof
@pytest.mark.parametrize("name", STATES)
def test_every_state_prints_with_all_its_figures_and_repeated_heads(name):
    files = made(state(name))
    found, told = reader(files), json.loads(files["report.json"])["index"]
    charts = [
        b["label"] for s in told["sections"] for b in s["blocks"] if isinstance(b, dict) and "label" in b
    ]
    charts = ([told["lead"]["label"]] if told["lead"] else []) + charts
    assert sorted(figures(found.trailer["/Root"]["/StructTreeRoot"])) == sorted(charts)
    assert re.search(rf"page 1 of {len(found.pages)}", found.pages[0].extract_text())
    said = squeezed(" ".join(p.extract_text() for p in found.pages))
    tables = [
        b
        for s in told["sections"]
        for b in s["blocks"]
        if isinstance(b, dict) and "rows" in b and not b["folded"]
    ]
    for table in tables:
        for row in table["rows"]:
            for cell in row["cells"]:
                assert (
                    not isinstance(cell, str)
                    or not re.fullmatch(r"[\d,%−+. to]+", cell)
                    or cell.strip() in said
                )


def test_missing_extra_is_told_by_name_before_anything_runs(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "weasyprint":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError, match=r"extra `pdf`: pip install \"border-forecast\[pdf\]\""):
        runs.check(["experiment=quick", "report.pdf=true"], ())
    assert runs.check(["experiment=quick"], ()).report.pdf is False


def test_missing_library_is_told_too(monkeypatch):
    real = builtins.__import__

    def broken(name, *rest, **more):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", broken)
    with pytest.raises(ConfigError, match="libpangoft2"):
        pdf.need()
