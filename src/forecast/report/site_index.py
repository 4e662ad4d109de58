"""The first page of a site of several experiments: every series with its newest forecast and its record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from forecast.report import format as w
from forecast.report.catalogue import speaking, t
from forecast.report.site import Latest, LatestIssue, LatestSeries, Status, are_whole, span_text, style_sheet
from forecast.report.write import html as _templates


@dataclass(frozen=True)
class SitePart:
    """The part of one experiment, as its own files tell it.

    `folder`: Its folder in the site; `latest`, `status`: Its `latest.json` and `status.json`; `summary`: Of
    `track_record.summarise`, the headline's rows.
    """

    folder: str
    latest: Latest
    status: Status
    summary: pd.DataFrame


def index_page(parts: Sequence[SitePart], language: str = "en") -> bytes:
    """Return the first page of a site of several experiments."""
    with speaking(language):
        html = _templates.page(
            "site_index.html.j2",
            style_sheet(),
            t=t,
            late=[part.status["banner"] for part in parts if part.status.get("banner")],
            ahead=[_ahead(part, series) for part, series in once(parts)],
            record=[row for part in parts for row in _record(part)],
            reports=[_report(part, issue) for part in parts if (issue := part.latest["issue"])],
        )
    return html.encode()


def once(parts: Sequence[SitePart]) -> list[tuple[SitePart, LatestSeries]]:
    """Return the forecasts of a site, the first of each series and day: never two answers to a question."""
    found: dict[tuple[str, str], tuple[SitePart, LatestSeries]] = {}
    for part in parts:
        issue = part.latest["issue"]
        day = "" if issue is None else str(issue["as_of"])
        for series in part.latest["series"]:
            found.setdefault((str(series["series_id"]), day), (part, series))
    return list(found.values())


def _ahead(part: SitePart, series: LatestSeries) -> dict[str, object]:
    """The newest count of a series, and the first month that is forecast."""
    count, first = series["latest"], series["forecast"][0]
    row: dict[str, Any] = {name: float("nan") if value is None else value for name, value in first.items()}
    whole = are_whole(pd.DataFrame([row]))
    with w.rounding(row["upper_80"] - row["lower_80"]):
        middle, span = w.rounded(row["middle"], whole), span_text(row["lower_80"], row["upper_80"], whole)
    return {
        "folder": part.folder,
        "name": series["name"],
        "cells": (
            t("none|cell")
            if count is None
            else f"{w.count(count['value'])} ({w.month_short(count['month'])})",
            w.month_short(row["month"]),
            middle,
            span,
        ),
    }


def _record(part: SitePart) -> Sequence[tuple[str, ...]]:
    """How the forecasts of the next month did, published and replayed apart."""
    names = {series["series_id"]: series["name"] for series in part.latest["series"]}
    out = []
    for row in part.summary.to_dict("records"):
        if row["horizon"] != "1":
            continue
        number = int(row["n_ranges"])
        held = w.hits(round(row["held_80"] * number), number) if number else t("none|cell")
        kind = t("published") if row["kind"] == "published" else t("replayed")
        miss = w.rounded(float(row["mae"]), float(row["mae"]) >= 100)
        name = str(names.get(row["series_id"], row["series_id"]))
        out.append((name, kind, str(int(row["n"])), miss, held))
    return out


def _report(part: SitePart, issue: LatestIssue) -> dict[str, str]:
    return {
        "link": f"{part.folder}/{issue['report']}",
        "site": f"{part.folder}/index.html",
        "day": w.day_long(issue["as_of"]),
        "title": str(issue["title"]),
    }
