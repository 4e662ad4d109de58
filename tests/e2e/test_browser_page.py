"""The page in a browser: accessible, quiet, whole at every width, readable by keyboard, printable."""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chromium import Browser, Tab, find_chromium
from forecast.config import compose
from forecast.report import build as fc_page
from forecast.report import comparison
from report_fixture import STATES, brief, files, state

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="chromium missing")
#: axe-core of the package `axe-core-python`, or the file that AXE_JS names.
AXE_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
NOISE = ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")
VIEWS = ((1280, "light"), (1280, "dark"), (820, "light"), (360, "light"), (360, "dark"))
WIDTHS = (320, 360, 768, 1280, 1920)
LABELS = """
(() => { const out = []; let min = 99;
document.querySelectorAll('svg.chart').forEach(s => {
  const S = s.getBoundingClientRect(); if (!S.width) return;
  const T = [...s.querySelectorAll('text')].filter(t => t.getBoundingClientRect().width)
    .map(t => ({ t: t.textContent, b: t.getBoundingClientRect(),
                 f: parseFloat(getComputedStyle(t).fontSize) * S.width / s.viewBox.baseVal.width }));
  T.forEach((a, i) => { min = Math.min(min, a.f);
    if (a.b.left < S.left - 1 || a.b.right > S.right + 1 || a.b.top < S.top - 1 || a.b.bottom > S.bottom + 1)
      out.push('OUT ' + a.t);
    T.slice(i + 1).forEach(c => {
      const ox = Math.min(a.b.right, c.b.right) - Math.max(a.b.left, c.b.left);
      const oy = Math.min(a.b.bottom, c.b.bottom) - Math.max(a.b.top, c.b.top);
      if (ox > 1 && oy > 3) out.push('HIT ' + a.t + ' | ' + c.t); }); }); });
return { out, min }; })()
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


def in_language(name: str, language: str) -> dict[str, bytes]:
    run = state(name)
    spec = replace(run.experiment, report=replace(run.experiment.report, language=language))
    return fc_page.report_files(replace(run, experiment=spec), png=False)


def page(folder: Path, name: str, language: str = "en") -> Path:
    """Return the page of a state, written once."""
    target = folder / f"{name}-{language}"
    if not target.exists():
        made = files(name) if language == "en" else in_language(name, language)
        for path, data in made.items():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (target / path).write_bytes(data)
    return target / "index.html"


#: At the width of an A4 page less its margins: figures higher than the page, or free to be parted by its end.
CUT = """
[...document.querySelectorAll('.fig, .state, .banner')].filter(f => getComputedStyle(f).display !== 'none' &&
  (f.getBoundingClientRect().height > 1009 || getComputedStyle(f).breakInside !== 'avoid')).map(f => f.id || f.className)
"""


def accepted(
    browser: Browser, path: Path, views: tuple[tuple[int, str], ...] = VIEWS, widths: tuple[int, ...] = WIDTHS
) -> None:
    """Hold a page to what every page must keep: axe, size, silence, widths, labels, keyboard, print."""
    assert path.stat().st_size <= 400_000 or path.parent.name == "sectors"
    for width, scheme in views:
        with browser.open(path, width, scheme) as tab:
            assert violations(tab) == [], (path, width, scheme)
    for width in widths:
        with browser.open(path, width) as tab:
            assert tab.evaluate("document.documentElement.scrollWidth") == width, (path, width)
            found = tab.evaluate(LABELS)
            assert found["out"] == [], (path, width)
            assert found["min"] >= 10.9 or width not in (360, 1280), (path, width)
            news = list(browser.events)
        urls = [e["params"]["request"]["url"] for e in news if e["method"] == "Network.requestWillBeSent"]
        assert all(url.startswith("file:") for url in urls)
        assert not [e for e in news if e["method"] in NOISE], path
    with browser.open(path, 688) as tab:
        assert heard_by_keyboard(tab) == tab.evaluate(
            "document.querySelectorAll('figure[data-read] tbody tr').length"
        )
        tab.send("Emulation.setEmulatedMedia", media="print")
        assert tab.evaluate(CUT) == [], path


def heard_by_keyboard(tab: Tab) -> int:
    """Return how many different months' values the arrow keys make the read-outs of a page speak."""
    heard = 0
    for figure in tab.evaluate("[...document.querySelectorAll('figure[data-read]')].map(f => f.id)"):
        tab.evaluate(f"document.querySelector('#{figure} input[type=range]').focus()")
        tab.key("Home", 36)
        rows = tab.evaluate(f"document.querySelectorAll('#{figure} tbody tr').length")
        said = set()
        for _ in range(rows):
            said.add(tab.evaluate(f"document.querySelector('#{figure} output').textContent"))
            tab.key("ArrowRight", 39)
        heard += len(said)
    return heard


def axe_source() -> str:
    """Return axe-core, or skip."""
    given = os.environ.get("AXE_JS")
    found = importlib.util.find_spec("axe_core_python")
    if given:
        return Path(given).read_text(encoding="utf-8")
    if found is None or not found.submodule_search_locations:
        pytest.skip("skipped: axe-core-python missing")
    return (Path(found.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


def violations(tab: Tab) -> list[Any]:
    tab.send("Page.setBypassCSP", enabled=True)
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    tab.evaluate(axe_source() + ";0")
    script = f"axe.run({{runOnly: {json.dumps(AXE_RULES)}}}).then(r => r.violations.map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 160)]))"
    found: list[Any] = tab.evaluate(script)
    return found


@pytest.mark.proof
@pytest.mark.parametrize("name", sorted(compose.list_group("experiment")))
def test_every_experiment_is_accepted(browser, folder, name):
    import forecast as fc

    path = fc.write_report(fc.run(fc.load_experiment(name)), folder / "run" / name, png=False)
    accepted(browser, path / "index.html")


EXAMPLE = Path(__file__).parents[2] / "reports" / "example" / "index.html"


def test_committed_report_of_guatemala_2024_is_accepted(browser):
    accepted(browser, EXAMPLE, VIEWS[::4], (320, 1920))


def test_page_of_several_series_is_accepted(browser, folder):
    accepted(browser, page(folder, "sectors"), VIEWS[1:4:2], (768, 1280))


def test_brief_is_accepted_and_prints_on_one_page(browser, folder):
    path = folder / "brief" / "index.html"
    fc_page.put_in_place(fc_page.report_files(brief("plain"), png=False), path.parent)
    with browser.open(path, 1280) as tab:
        assert violations(tab) == []
        assert len(re.findall(rb"/Type\s*/Page\b", tab.pdf())) == 1


def test_runs_side_by_side_are_accepted(browser, folder):
    path = folder / "compare.html"
    folders = [page(folder, name).parent for name in ("late", "sectors")]
    path.write_text(comparison.compare_html(folders), encoding="utf-8")
    accepted(browser, path, VIEWS[::4], (320,))


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_axe_finds_nothing(browser, folder, width, scheme):
    with browser.open(page(folder, "causes"), width, scheme) as tab:
        assert violations(tab) == []


@pytest.mark.parametrize(
    "name",
    [
        "late",
        *(pytest.param(name, marks=pytest.mark.proof) for name in STATES if name not in ("late", "causes")),
    ],
)
def test_axe_finds_nothing_in_other_states(browser, folder, name):
    with browser.open(page(folder, name), 1280) as tab:
        assert violations(tab) == []


@pytest.mark.parametrize("name", ["causes", pytest.param("as_of_2024", marks=pytest.mark.proof)])
@pytest.mark.parametrize("width", [320, 360, 768, 1280, 1920])
def test_no_sideways_scroll_and_labels_stand_apart(browser, folder, name, width):
    with browser.open(page(folder, name), width) as tab:
        assert tab.evaluate("document.documentElement.scrollWidth") == width
        found = tab.evaluate(LABELS)
        assert found["out"] == []
        if width in (360, 1280):
            assert found["min"] >= 10.9


@pytest.mark.parametrize(
    "name", ["causes", *(pytest.param(n, marks=pytest.mark.proof) for n in STATES if n != "causes")]
)
def test_labels_stand_apart_in_spanish(browser, folder, name):
    """Its words are longer than the English ones; placement is measured, not assumed."""
    path = page(folder, name, "es")
    for width in (320, 360, 1280):
        with browser.open(path, width) as tab:
            assert tab.evaluate("document.documentElement.lang") == "es"
            assert tab.evaluate("document.documentElement.scrollWidth") == width
            assert tab.evaluate(LABELS)["out"] == [], width
    with browser.open(path, 1280) as tab:
        assert violations(tab) == []


@pytest.mark.proof
@pytest.mark.parametrize("name", STATES)
def test_labels_stand_apart_in_every_state(browser, folder, name):
    for width in (360, 1280):
        with browser.open(page(folder, name), width) as tab:
            assert tab.evaluate("document.documentElement.scrollWidth") == width
            assert tab.evaluate(LABELS)["out"] == []


def test_nothing_is_asked_for_and_nothing_is_complained_of(browser, folder):
    with browser.open(page(folder, "causes")) as tab:
        tab.evaluate("1")
        asked = [
            e["params"]["request"]["url"]
            for e in browser.events
            if e["method"] == "Network.requestWillBeSent"
        ]
        assert [url for url in asked if not url.startswith("file:")] == [] and len(asked) == 1
        noise = [e for e in browser.events if e["method"] in NOISE]
        assert noise == []


def test_a_series_named_like_a_refresh_does_not_take_the_browser_away(browser, folder):
    evil = "</style><meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'></title><base href=http://127.0.0.1:9/>"
    run = state("own")
    named = replace(run, series=run.series.assign(label=evil, name=evil))
    path = folder / "evil" / "index.html"
    fc_page.put_in_place(fc_page.report_files(named, png=False), path.parent)
    with browser.open(path) as tab:
        stayed = "new Promise(done => setTimeout(() => done(location.href), 500))"
        assert tab.evaluate(stayed) == tab.evaluate("document.baseURI") == path.as_uri()
        assert tab.evaluate("document.querySelectorAll('meta[http-equiv=refresh], base').length") == 0
        assert evil in tab.evaluate("document.title")
        asked = [e for e in browser.events if e["method"] == "Network.requestWillBeSent"]
        assert [e["params"]["request"]["url"] for e in asked] == [path.as_uri()]


def test_keyboard_reads_every_month(browser, folder):
    with browser.open(page(folder, "causes")) as tab:
        tab.evaluate("document.querySelector('#fig-forecast input[type=range]').focus()")
        tab.key("Home", 36)
        rows = tab.evaluate(
            "[...document.querySelectorAll('#fig-forecast tbody tr')].map(r => r.cells[0].textContent)"
        )
        heard = []
        for _ in rows:
            heard.append(tab.evaluate("document.querySelector('#fig-forecast output').textContent"))
            tab.key("ArrowRight", 39)
        assert [text.split(":")[0] for text in heard] == rows
        assert re.match(r"Aug 2026: count 8,870$", heard[rows.index("Aug 2026")])
        assert "80% range" in heard[-1]
        assert (
            tab.evaluate("getComputedStyle(document.querySelector('#fig-forecast .cur')).display") == "inline"
        )


def test_focus_goes_in_reading_order_and_is_seen(browser, folder):
    with browser.open(page(folder, "causes")) as tab:
        order = []
        for _ in range(12):
            tab.key("Tab", 9)
            order.append(
                tab.evaluate(
                    "(e => e.className + '|' + e.tagName + '|' + (e.id || e.getAttribute('href') || ''))(document.activeElement)"
                )
            )
        assert order[0].startswith("skip|A|#main")
        tops = tab.evaluate(
            "[...document.querySelectorAll('main a, main input, main summary, main [tabindex=\"0\"]')].filter(e => e.offsetParent).map(e => e.getBoundingClientRect().top + scrollY)"
        )
        assert sum(b < a - 60 for a, b in itertools.pairwise(tops)) == 0
        assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_models_and_states_of_knowledge_are_switched_without_script(browser, folder):
    with browser.open(page(folder, "causes"), js=False) as tab:
        tab.send("Emulation.setScriptExecutionDisabled", value=False)
        shown = "getComputedStyle(document.querySelector('#fig-forecast svg.wide .mod-rw')).display"
        assert tab.evaluate(shown) == "none"
        tab.evaluate("document.getElementById('mod-rw').checked = true")
        assert tab.evaluate(shown) == "inline"
        line = (
            "getComputedStyle(document.querySelector('#fig-would-we-have-known svg.wide .kn-hind')).display"
        )
        assert tab.evaluate(line) != "none"
        tab.evaluate("document.getElementById('kn-none').checked = true")
        assert tab.evaluate(line) == "none"


def test_without_script_everything_is_there(browser, folder):
    with browser.open(page(folder, "causes"), js=False) as tab:
        tab.send("Emulation.setScriptExecutionDisabled", value=False)
        assert tab.evaluate("getComputedStyle(document.querySelector('.read')).display") == "none"
        assert tab.evaluate("document.documentElement.className") == ""
        assert tab.evaluate("document.querySelectorAll('svg.chart.wide').length") == 9
        assert tab.evaluate("document.querySelectorAll('details table tbody tr').length") > 100


def test_print_has_light_colours_wide_drawings_and_few_pages(browser, folder):
    with browser.open(page(folder, "causes"), 360, "dark") as tab:
        data = tab.pdf()
        assert data.startswith(b"%PDF")
        assert 5 <= len(re.findall(rb"/Type\s*/Page\b", data)) <= 14
        assert b"/StructTreeRoot" in data
        tab.send(
            "Emulation.setEmulatedMedia",
            media="print",
            features=[{"name": "prefers-color-scheme", "value": "dark"}],
        )
        assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert tab.evaluate("getComputedStyle(document.querySelector('svg.wide')).display") == "block"
        assert tab.evaluate("getComputedStyle(document.querySelector('svg.narrow')).display") == "none"
        assert tab.evaluate(
            "[...document.querySelectorAll('nav, .read, .get, fieldset, details')].every(e => getComputedStyle(e).display === 'none')"
        )
