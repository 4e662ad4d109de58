"""The checker's part for pages that stand beside reports: the site, the comparison of runs, the same run twice.

It shares no code with the package: tables are read from the HTML that a reader gets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

from tests.checker.checker import MONTHS, Problem, Report, numbers


class _Reader(HTMLParser):
    """Collects the rows of every table of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("th", "td"):
            self.tables[-1][-1].append("")
            self._open = True
        elif tag == "small" and self._open:
            self.tables[-1][-1][-1] += "\n"  # a second line: not part of the name

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag not in ("th", "td")

    def handle_data(self, data: str) -> None:
        if self._open:
            self.tables[-1][-1][-1] += data


def tables(html: str) -> list[list[list[str]]]:
    """Return every table of a page as rows of texts, its head first."""
    reader = _Reader()
    reader.feed(html)
    return reader.tables


def _short(month: str) -> str:
    return f"{MONTHS[int(month[5:7]) - 1][:3]} {month[:4]}"


def check_first_page(html: str, days: dict[str, str]) -> Iterator[Problem]:
    """One forecast of one series and day: W18. `days`: The day of each report by the link in its row."""
    links = re.findall(r'<th scope="row"><a href="([^"]+)">([^<]+)</a>', html)
    seen: dict[tuple[str, str], str] = {}
    for link, series in links:
        key = series, days[link]
        if key in seen:
            yield Problem(
                "12", "site, first page", f"{series}: {seen[key]} and {link}", "one number, two answers"
            )
        seen[key] = link


def check_others(html: str, folder: str | Path) -> Iterator[Problem]:
    """Forecasts by others stand on the site as in the report that it links to, of its series alone: W23."""
    report = Report(folder)
    own = report.own("others")
    for rows in tables(html):
        head = rows[0]
        if "Ours then" not in head:
            continue
        made, who, when, ours = (head.index(name) for name in ("Made", "Forecaster", "For", "Ours then"))
        for row in rows[1:]:
            found = own[(own["made"].astype(str) == row[made]) & (own["forecaster"] == row[who])]
            found = found[found["first_month"].map(_short) == row[when].split(" to ")[0]]
            found = found[found["last_month"].map(_short) == row[when].split(" to ")[-1]]
            if not len(found):
                yield Problem("12", "site, others", f"{row[who]}, {row[made]}", f"not of {report.series}")
                continue
            true = found["ours"].dropna()
            said = numbers(row[ours])
            if len(true) and not any(abs(n / v - 1) < 0.05 for n in said for v in true):
                yield Problem(
                    "12", "site, others", f"{row[who]}, {row[made]}: {row[ours]}", f"{true.iloc[0]:,.0f}"
                )


def check_comparison(html: str, folders: Sequence[str | Path]) -> Iterator[Problem]:
    """A best run is named only where all rest on the same dates of the same series, each model by its own name: W22."""
    for rows in tables(html):
        names = [row[0].split("\n")[0] for row in rows[1:]]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield Problem("13", "comparison, names", name, f"{names.count(name)} rows")
    dates = set()
    for folder in folders:
        report = Report(folder)
        folds = report.own("folds")
        dates.add((report.series, *sorted(folds.loc[folds["status"] == "ok", "origin"].unique())))
    said = re.search(r"[^.>]*has the highest skill[^.<]*", html)
    if said and len(dates) > 1:
        yield Problem("13", "comparison", said.group(), f"{len(dates)} different sets of dates")


def check_same_words(folder: str | Path, again: str | Path) -> Iterator[Problem]:
    """Two runs that differ by the rounding of a machine say the same: W21."""
    first, second = ([(name, text) for name, _, text in Report(one).said("*")] for one in (folder, again))
    for (name, text), (_, other) in zip(first, second, strict=False):
        if text != other:
            yield Problem("14", name, text, other)
    if len(first) != len(second):
        yield Problem("14", "sentences", str(len(first)), str(len(second)))
    for name in ("report.md", "index.html"):
        if (Path(folder) / name).read_bytes() != (Path(again) / name).read_bytes():
            yield Problem("14", name, "", "other bytes for the same run")
