"""The site in a browser, opened from a folder: it looks as meant, asks for nothing, and no link is broken."""

import json
import os
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from axe import violations
from chromium import Browser, find_chromium
from forecast.publish.publish import backfill
from rounds_helpers import Rounds
from sampling import some_of


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site with two published reports and a replayed one with its page."""
    r = Rounds(tmp_path_factory.mktemp("site"))
    r.write(44)
    assert backfill(r.experiment(), "2021-03..2021-03", pages=True).code == 0
    assert r.publish().code == 0
    r.write(45)
    assert r.publish().code == 0
    return r.site


def targets(page):
    """Every file that a page names."""
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            found.extend(v for k, v in attributes if k in ("href", "src") and v)

    Reader().feed(page.read_text(encoding="utf-8"))
    return [v for v in found if not v.startswith(("#", "data:")) and not urlsplit(v).scheme]


@pytest.mark.slow
def test_no_link_of_any_page_is_broken(site):
    pages = [site / "index.html", *site.glob("*/*/index.html")]
    assert len(pages) == 4
    links = 0
    for page in pages:
        for link in targets(page):
            path = page.parent / unquote(urlsplit(link).path)
            assert path.is_file(), f"{page.relative_to(site)} -> {link}"
            links += 1
    assert links > 40
    latest = json.loads((site / "latest.json").read_text())
    assert (site / latest["issue"]["report"]).is_file()


@pytest.mark.slow
@pytest.mark.skipif(find_chromium() is None, reason="chromium missing")
@pytest.mark.parametrize(
    ("width", "scheme"), some_of(product((1280, 360), ("light", "dark")), quick=[(360, "dark")])
)
def test_the_first_page_opens_from_a_folder(site, width, scheme):
    with Browser() as browser, browser.open(site / "index.html", width, scheme) as tab:
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate("document.querySelectorAll('h1').length") == 1
        assert tab.evaluate("getComputedStyle(document.body).fontFamily").startswith(
            "Arial"
        )  # the style sheet is allowed
        dark = tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 29)"
        assert dark == (scheme == "dark")
        requests = [
            e["params"]["request"]["url"]
            for e in browser.events
            if e["method"] == "Network.requestWillBeSent"
        ]
        assert [u for u in requests if not u.startswith("data:")] == [
            (site / "index.html").resolve().as_uri()
        ]
        noise = ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")
        assert not [e for e in browser.events if e["method"] in noise], browser.events
        # every link, as the browser resolves it
        for url in tab.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href)"):
            parts = urlsplit(url)
            assert parts.scheme == "file" and Path(unquote(parts.path)).is_file(), url
        if os.environ.get("FORECAST_PICTURES"):
            tab.screenshot(Path(os.environ["FORECAST_PICTURES"]) / f"site-{width}-{scheme}.png")
        assert violations(tab) == []
