"""How long the pages that are read are: pixels at two widths, words, numbers, sheets, bytes; one row a report.

forecast experiment=NAME report.folder=FOLDER ...  and then  python benchmarks/pages.py FOLDER ...

Needs Chromium and pypdf. Words and numbers are those of `innerText` at 1280 pixels, drawn text included.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))

import pypdf

from chromium import Browser

COUNT = """[document.documentElement.scrollHeight, document.body.innerText.split(/\\s+/).filter(Boolean).length,
(document.body.innerText.match(/\\d[\\d,.]*/g) || []).length]"""


def row(browser: Browser, folder: Path) -> str:
    """Return the row of the table for one report."""
    page = folder / "index.html"
    with browser.open(page, 1280) as tab:
        high, words, numbers = tab.evaluate(COUNT)
        sheets = len(pypdf.PdfReader(io.BytesIO(tab.pdf())).pages)
    with browser.open(page, 390) as tab:
        narrow = tab.evaluate(COUNT)[0]
    size = page.stat().st_size
    return f"| {folder} | {high:,} | {narrow:,} | {words:,} | {numbers:,} | {sheets} | {size:,} |"


if __name__ == "__main__":
    print("| report | px at 1280 | px at 390 | words | numbers | A4 sheets | bytes |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    with Browser() as browser:
        for folder in map(Path, sys.argv[1:]):
            print(row(browser, folder), flush=True)
