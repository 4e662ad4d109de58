"""axe-core on an open page."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path
from typing import Any

import pytest

from chromium import Tab

#: axe-core of the package `axe-core-python`, or the file that AXE_JS names.
AXE_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


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
    """Return what axe-core objects to, everything unfolded."""
    tab.send("Page.setBypassCSP", enabled=True)
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    tab.evaluate(axe_source() + ";0")
    script = f"axe.run({{runOnly: {json.dumps(AXE_RULES)}}}).then(r => r.violations.map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 160)]))"
    found: list[Any] = tab.evaluate(script)
    return found
