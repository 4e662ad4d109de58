"""The page of many series in a browser: found by words, sorted by any column, accessible and quiet."""

import json

import pandas as pd
import pytest

from axe import violations
from chromium import Browser, find_chromium
from forecast.report import many

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="chromium missing")
SHOWN = "[...document.querySelectorAll('#every tbody tr')].filter(r => !r.hidden).map(r => r.cells[0].textContent.trim())"
CLICK = "document.querySelectorAll('#every thead button')[{at}].click(); 0"


def find(words: str) -> str:
    """Return the script that types words into the search box."""
    typed = f"b.value = {json.dumps(words)}; b.dispatchEvent(new Event('input'))"
    return f"(b => {{ {typed}; return 0; }})(document.getElementById('find'))"


def rows() -> pd.DataFrame:
    """Four series; the last has no score."""
    made = pd.DataFrame(
        {
            "series_id": ["a", "b", "c", "d"],
            "name": ["North store", "South store", "North depot", "East depot"],
            "months": 84,
            "last_month": pd.Period("2023-12", "M"),
            "last": [90.0, 1000.0, 200.0, 30.0],
            "month": pd.Period("2024-01", "M"),
            "middle": [90.0, 1000.0, 200.0, 30.0],
            "lower_80": [80.0, 900.0, 150.0, 20.0],
            "upper_80": [100.0, 1100.0, 250.0, 40.0],
            "skill": [0.1, -0.2, 0.3, None],
            "coverage_80": [0.8, 0.7, 0.9, None],
            "n": [12.0, 12.0, 12.0, None],
        }
    )
    return made.astype({"skill": float, "coverage_80": float})


def test_the_table_is_found_in_and_sorted_without_a_library(tmp_path):
    path = tmp_path / "index.html"
    told = many.Summary(rows(), "Theta", "Random walk", pd.Timestamp("2024-01-15"), "stores", "A newsroom")
    path.write_text(many.page(told), encoding="utf-8")
    with Browser() as browser, browser.open(path, 1280) as tab:
        assert violations(tab) == []
        assert len(tab.evaluate(SHOWN)) == 4
        tab.evaluate(find("NORTH"))
        assert sorted(tab.evaluate(SHOWN)) == ["North depot", "North store"]
        tab.evaluate(find("store no"))
        assert tab.evaluate(SHOWN) == ["North store"]
        assert tab.evaluate("document.getElementById('shown').textContent") == "1 / 4"
        tab.evaluate(find(""))
        heads = tab.evaluate(
            "[...document.querySelectorAll('#every thead button')].map(b => b.textContent.trim())"
        )
        at = next(i for i, head in enumerate(heads) if "skill" in head.lower())
        tab.evaluate(CLICK.format(at=at))
        assert tab.evaluate(SHOWN) == ["South store", "North store", "North depot", "East depot"]
        tab.evaluate(CLICK.format(at=at))
        assert tab.evaluate(SHOWN) == ["North depot", "North store", "South store", "East depot"]
        tab.evaluate(CLICK.format(at=0))
        assert tab.evaluate(SHOWN) == ["East depot", "North depot", "North store", "South store"]
        assert not [e for e in browser.events if e["method"] == "Runtime.exceptionThrown"]
