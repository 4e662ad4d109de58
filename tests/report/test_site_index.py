"""The first page of a site of several experiments."""

import dataclasses
from html.parser import HTMLParser

import pandas as pd
import pytest

from forecast.archive.track_record import SUMMARY_COLUMNS
from forecast.report.site_index import SitePart, index_page, once


def part(folder="visits", name="Visits", banner="", lower=9_000.0):
    levels = dict.fromkeys(("lower_95", "lower_50", "upper_50", "upper_95"), None)
    first = {
        "month": "2024-07",
        "horizon": 1,
        "middle": 10_040.0,
        "lower_80": lower,
        "upper_80": 11_000.0,
        **levels,
    }
    latest = {
        "issue": {
            "as_of": "2024-07-05",
            "title": f"About 10,000 {name}",
            "report": "reports/2024-07-05/index.html",
        },
        "series": [
            {
                "series_id": folder,
                "name": name,
                "latest": {"month": "2024-06", "value": 9_876.0},
                "forecast": [first, {**first, "month": "2024-08", "middle": 1.0}],
            }
        ],
    }
    rows = [
        {
            "kind": kind,
            "series_id": folder,
            "horizon": h,
            "n": n,
            "mae": 432.0,
            "held_80": 0.75,
            "n_ranges": 8,
        }
        for kind, n in (("published", 9), ("replayed", 48))
        for h in ("1", "2", "all")
    ]
    return SitePart(folder, latest, {"banner": banner}, pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS)))


def cells(page):
    found, texts = [], []

    class Reader(HTMLParser):
        open = False

        def handle_starttag(self, tag, attributes):
            if tag == "tr":
                found.append([])
            if tag in ("th", "td"):
                found[-1].append("")
                self.open = True
            if tag == "a":
                texts.append(dict(attributes)["href"])

        def handle_data(self, data):
            if self.open:
                found[-1][-1] += data.strip()

        def handle_endtag(self, tag):
            self.open = self.open and tag not in ("th", "td")

    Reader().feed(page)
    return found, texts


def test_each_series_stands_with_its_next_month_and_its_record_by_kind():
    page = index_page([part(), part("money", "Money <b>")]).decode()
    rows, links = cells(page)
    assert ["Visits", "9,876 (Jun 2024)", "Jul 2024", "10,000", "9,000 to 11,000"] in rows
    assert ["Visits", "published", "9", "430", "6 of 8"] in rows and [
        "Visits",
        "replayed",
        "48",
        "430",
        "6 of 8",
    ] in rows
    assert ["Money <b>", "published", "9", "430", "6 of 8"] in rows and "<b>" not in page
    assert {"visits/index.html", "money/reports/2024-07-05/index.html"} <= set(links)
    assert "<aside" not in page


def test_a_refused_range_and_a_late_figure_are_told():
    page = index_page([part(lower=None, banner="June 2024 is late")]).decode()
    assert ["Visits", "9,876 (Jun 2024)", "Jul 2024", "10,000", "refused"] in cells(page)[0]
    assert "<p>June 2024 is late</p>" in page


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_speaks_the_language_it_is_asked_for(language):
    page = index_page([part()], language).decode()
    assert f'<html lang="{language}">' in page
    assert ("Pronósticos de cada mes" in page) == (language == "es")


def test_a_part_without_an_issue_and_without_a_record_is_a_page_too():
    bare = SitePart("x", {"issue": None, "series": []}, {}, pd.DataFrame(columns=list(SUMMARY_COLUMNS)))
    assert "No published forecast can be scored yet." in index_page([bare]).decode()


def test_one_series_has_one_forecast_a_day():
    """W18: two pages of one day gave 9,100 and 9,200 for the same month; the first of the site is quoted."""
    first, other = part("a", "Alpha"), part("b", "Beta")
    twin = dataclasses.replace(other, latest={**other.latest, "series": first.latest["series"]})
    assert [(p.folder, s["series_id"]) for p, s in once([first, twin])] == [("a", "a")]
    later = {**twin.latest, "issue": {**twin.latest["issue"], "as_of": "2024-08-05"}}
    assert len(once([first, dataclasses.replace(twin, latest=later)])) == 2
    assert len(once([first, other])) == 2
