"""Proof: all nine experiments say what their files say, in both languages, and keep the budgets of the page."""

import re
from dataclasses import replace

import pytest

import forecast as fc
from chromium import Browser, find_chromium
from forecast.report import build
from tests.checker.checker import check

pytestmark = pytest.mark.proof
NINE = (
    *("guatemala_2024", "latest", "monthly", "ports", "sectors"),
    *("quick", "own_data", "january_2025", "title42_end"),
)
#: What index.html may have at most on the three pages that a budget is named for.
BUDGET = {"words": 1500, "numbers": 250, "charts": 5, "tables": 3}
HEIGHT = {1280: 5_500, 390: 9_000}
SHEETS = 4
#: `innerText` holds what is drawn too.
MEASURE = """
(() => { const shown = e => { const b = e.getBoundingClientRect(); return b.width >= 120 && b.height >= 60 };
const text = document.body.innerText;
return { words: text.split(/\\s+/).filter(Boolean).length, numbers: (text.match(/\\d[\\d,.]*/g) || []).length,
  charts: [...document.querySelectorAll('svg, img')].filter(shown).length,
  tables: [...document.querySelectorAll('table')].filter(e => e.getBoundingClientRect().width).length,
  height: document.documentElement.scrollHeight, width: document.documentElement.scrollWidth }; })()
"""


@pytest.fixture(scope="module")
def folder(request, tmp_path_factory):
    """The report of an experiment in English and in Spanish, and its name."""
    run = fc.run(fc.load_experiment(request.param))
    base = tmp_path_factory.mktemp(request.param)
    for language in ("en", "es"):
        report = replace(run.experiment.report, language=language)
        spoken = replace(run, experiment=replace(run.experiment, report=report))
        for name, data in build.report_files(spoken, png=False).items():
            (base / language / name).parent.mkdir(parents=True, exist_ok=True)
            (base / language / name).write_bytes(data)
    return base, request.param


@pytest.mark.parametrize("folder", NINE, indirect=True)
def test_every_page_says_what_its_files_say(folder):
    base, _ = folder
    for language in ("en", "es"):
        assert check(base / language) == [], language
    for name in ("index.html", "evidence.html"):
        html = (base / "en" / name).read_text(encoding="utf-8")
        assert not re.search(
            r"\b(nan|None)\b(?! of|,? beyond)", re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.S)
        )


@pytest.mark.skipif(find_chromium() is None, reason="chromium missing")
@pytest.mark.parametrize("folder", ["guatemala_2024", "latest", "ports"], indirect=True)
def test_the_page_that_is_read_keeps_its_budget(folder):
    base, name = folder
    path = base / "en" / "index.html"
    with Browser() as browser:
        for width, most in HEIGHT.items():
            with browser.open(path, width) as tab:
                found = tab.evaluate(MEASURE)
            print(name, width, found)
            assert found["height"] <= most and found["width"] == width, (name, width, found)
            if width == max(HEIGHT):
                over = {key: found[key] for key, limit in BUDGET.items() if found[key] > limit}
                assert not over, (name, over)


@pytest.mark.parametrize("folder", ["guatemala_2024"], indirect=True)
def test_it_prints_on_four_sheets(folder, tmp_path):
    from io import BytesIO

    pypdf = pytest.importorskip("pypdf")
    pytest.importorskip("weasyprint")
    run = fc.run(fc.load_experiment(folder[1]))
    pdf = build.report_files(run, png=False, pdf=True)["report.pdf"]
    assert len(pypdf.PdfReader(BytesIO(pdf)).pages) <= SHEETS
