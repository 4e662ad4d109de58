"""The public site: the newest report, the record, all reports, a feed, and figures that a programme can read.

Static files with relative links: any web server serves them, and they open from a folder. Nothing is computed
here but layout.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict

import pandas as pd

from forecast.report import codes
from forecast.report import format as w
from forecast.report.catalogue import formats, shipped, speaking, t
from forecast.report.prose import prose
from forecast.report.rows import ForecastRow, records
from forecast.report.write import html as _templates
from forecast.report.write.files import csv_bytes, json_bytes
from forecast.report.write.html import TEMPLATES

if TYPE_CHECKING:
    from forecast.archive.track_record import Miss

#: Version of `latest.json` and `status.json`: the first number changes when a key is removed or means
#: something else.
SCHEMA_VERSION = "1.0"


@dataclass(frozen=True)
class SiteIssue:
    """One report of the list.

    `path`: Its folder, relative to the site; `title`, `summary`: Its first sentences; `as_of`, `written`:
    The day of its figures, and when it was made (ISO); `revision`: 1, or more for a correction; `kind`:
    published or replayed.
    """

    path: str
    title: str
    summary: str
    as_of: str
    written: str
    revision: int = 1
    kind: str = "published"


class LatestCount(TypedDict):
    """The latest count of a series."""

    month: str
    value: float


class Status(TypedDict, total=False):
    """What `status.json` says beside the schema: state, dates, message."""

    state: str
    checked: str
    code: int
    message: str
    latest_month: str
    newest_release: str
    next_expected: dict[str, str]
    clock_before_newest_release: bool
    banner: str
    told: str


class MonthAhead(TypedDict):
    """A month of the newest forecast, for programmes."""

    month: str
    horizon: int
    middle: float | None
    lower_50: float | None
    upper_50: float | None
    lower_80: float | None
    upper_80: float | None
    lower_95: float | None
    upper_95: float | None


class LatestSeries(TypedDict):
    """A series of `latest.json`: its newest count and its forecast."""

    series_id: str
    name: str
    latest: LatestCount | None
    forecast: list[MonthAhead]


class LatestIssue(TypedDict):
    """The newest report, in `latest.json`."""

    as_of: str
    written: str
    revision: int
    title: str
    report: str


Latest = TypedDict(
    "Latest",
    {
        "$schema": str,
        "schema_version": str,
        "experiment": str,
        "model": str,
        "issue": LatestIssue | None,
        "stale": bool,
        "series": list[LatestSeries],
    },
)


@dataclass(frozen=True)
class SiteContent:
    """All that the site shows.

    `name`, `question`, `experiment`: Of the site, of the experiment; `issues`: Newest first; `forecast`:
    The newest published forecast: ``series_id, month, horizon`` and the columns of ranges; `latest`: Series
    -> ``month, value`` of the latest count; `record`, `replay`: Headline rows of the track record,
    published and replayed; `summary`: Of `track_record.summarise`; `worst`: Kind -> the worst miss;
    `others`: Forecasts by others beside ours; `labels`: Series -> name; `changed`: What changed since the
    last issue, for the first month that it forecasts; `publisher`: Who publishes the figures; `late`: The
    month whose figure is late; `status`: What `status.json` says; `url`: Address of the site, for the feed;
    empty = relative links; `headline`: The row that is the headline, and its name; `language`: Of the first
    page and the feed; what programmes read stays English; `chart`, `chart_label`: The forecast of the
    newest report as a drawing (SVG), and what it shows in words.
    """

    name: str
    experiment: str
    question: str = ""
    issues: tuple[SiteIssue, ...] = ()
    forecast: pd.DataFrame = field(default_factory=pd.DataFrame)
    latest: Mapping[str, LatestCount] = field(default_factory=dict)
    record: pd.DataFrame = field(default_factory=pd.DataFrame)
    replay: pd.DataFrame = field(default_factory=pd.DataFrame)
    summary: pd.DataFrame = field(default_factory=pd.DataFrame)
    worst: Mapping[str, Miss | None] = field(default_factory=dict)
    others: pd.DataFrame = field(default_factory=pd.DataFrame)
    labels: Mapping[str, str] = field(default_factory=dict)
    changed: pd.DataFrame = field(default_factory=pd.DataFrame)
    publisher: str = ""
    late: codes.Late | None = None
    status: Status = field(default_factory=Status)
    url: str = ""
    headline: str = ""
    language: str = "en"
    chart: str = ""
    chart_label: str = ""


def site_files(content: SiteContent) -> dict[str, bytes]:
    """Return the files of the site's first folder by name, reports left out.

    Examples
    --------
    >>> sorted(site_files(SiteContent("Forecast", "monthly")))
    ['feed.xml', 'index.html', 'latest.json', 'latest.schema.json', 'status.json', 'track_record.csv']
    """
    kept = [table for table in (content.record, content.replay) if len(table)]
    record = pd.concat(kept, ignore_index=True) if kept else content.record
    with speaking(content.language):
        pages = {"feed.xml": feed(content).encode(), "index.html": index(content).encode()}
    return {
        "latest.json": json_bytes(latest(content)),
        "latest.schema.json": (TEMPLATES / "site_latest.schema.json").read_bytes(),
        "track_record.csv": csv_bytes(record, "track_record"),
        **pages,
        "status.json": json_bytes(
            {"schema_version": SCHEMA_VERSION, "experiment": content.experiment, **content.status}
        ),
    }


# --------------------------------------------------------------------------- figures for programmes


def latest(content: SiteContent) -> Latest:
    """Return what `latest.json` says; `latest.schema.json` describes it."""
    newest = next((i for i in content.issues if i.kind == "published"), None)
    series: list[LatestSeries] = []
    for name, rows in content.forecast.groupby("series_id", sort=False) if len(content.forecast) else []:
        count = content.latest.get(str(name))
        series.append(
            {
                "series_id": str(name),
                "name": content.labels.get(str(name), str(name)),
                "latest": (
                    None if count is None else {"month": str(count["month"]), "value": float(count["value"])}
                ),
                "forecast": [
                    {
                        "month": str(row.month),
                        "horizon": int(row.horizon),
                        "lower_95": _number(row.lower_95),
                        "lower_80": _number(row.lower_80),
                        "lower_50": _number(row.lower_50),
                        "middle": _number(row.middle),
                        "upper_50": _number(row.upper_50),
                        "upper_80": _number(row.upper_80),
                        "upper_95": _number(row.upper_95),
                    }
                    for row in records(rows, ForecastRow)
                ],
            }
        )
    return {
        "$schema": "latest.schema.json",
        "schema_version": SCHEMA_VERSION,
        "experiment": content.experiment,
        "model": content.headline,
        "issue": (
            None
            if newest is None
            else {
                "as_of": newest.as_of,
                "written": newest.written,
                "revision": newest.revision,
                "title": newest.title,
                "report": f"{newest.path}/index.html",
            }
        ),
        "stale": bool(content.late),
        "series": series,
    }


def _number(value: float | None) -> float | None:
    return None if value is None or value != value else float(value)


# --------------------------------------------------------------------------- feed


def feed(content: SiteContent) -> str:
    """Return the Atom feed: one entry a published report, corrections included."""
    base = content.url.rstrip("/") + "/" if content.url else ""
    issues = [i for i in content.issues if i.kind == "published"]
    # a name of its own that stays, whatever the address: readers know entries by it
    root = uuid.uuid5(uuid.NAMESPACE_URL, base or f"forecast:{content.experiment}")
    entries = [
        {
            "id": f"urn:uuid:{uuid.uuid5(root, f'{i.as_of}/{i.revision}')}",
            "title": t("Correction: {title}", title=i.title) if i.revision > 1 else i.title,
            "updated": i.written,
            "link": f"{base}{i.path}/index.html",
            "summary": i.summary,
        }
        for i in issues
    ]
    return _templates.render(
        "site_feed.xml.j2",
        content=content,
        language=formats().code,
        id=f"urn:uuid:{root}",
        updated=max((i.written for i in issues), default="1970-01-01T00:00:00Z"),
        entries=entries,
        source=_source(content),
        home=f"{base}index.html",
        own=f"{base}feed.xml",
    )


def _source(content: SiteContent) -> str:
    """Return whose figures the newest issue rests on; empty where there is none."""
    newest = next((i for i in content.issues if i.kind == "published"), None)
    if newest is None:
        return ""
    publisher = shipped(content.publisher) if content.publisher else ""
    return prose("top").source(publisher, pd.Timestamp(newest.as_of))


# --------------------------------------------------------------------------- the first page


def index(content: SiteContent) -> str:
    """Return the first page of the site."""
    newest = next((i for i in content.issues if i.kind == "published"), None)
    return _templates.page(
        "site.html.j2",
        style_sheet(),
        content=content,
        t=t,
        shipped=shipped,
        late=codes.late_sentence(content.late) if content.late else "",
        changed=_changed(content),
        source=_source(content),
        selection=codes.selection(),
        newest=newest,
        chart=base64.b64encode(content.chart.encode()).decode(),
        tables=_forecast_tables(content),
        record=_record_rows(content.record),
        kinds=_kinds(content),
        others=_other_rows(content.others),
        others_short=_other_columns(content.others),
        day=w.day_long,
    )


def style_sheet() -> str:
    """Return the style sheet of the site in the colours of the page."""
    from forecast.report.figures.palette import DARK, LIGHT, variables

    rules = (TEMPLATES / "site.css.j2").read_text(encoding="utf-8")
    dark = f"@media screen and (prefers-color-scheme:dark){{:root{{{variables(DARK)}}}}}"
    return "".join(line.strip() for line in f":root{{{variables(LIGHT)}}}{dark}{rules}".splitlines())


def span_text(low: float, high: float, whole: bool) -> str:
    """Return a range as text, or that it is refused."""
    return t("refused") if low != low or high != high else w.span(float(low), float(high), whole)


def are_whole(rows: pd.DataFrame) -> bool:
    """Tell whether forecasts are printed as counts: large ones, and small ones that are whole numbers."""
    told = rows[["middle", "lower_80", "upper_80"]].astype(float)
    return bool((told["middle"] >= 100).all() or (told % 1 == 0).to_numpy().all())


def _forecast_tables(content: SiteContent) -> list[dict[str, Any]]:
    out = []
    for name, rows in content.forecast.groupby("series_id", sort=False) if len(content.forecast) else []:
        whole = are_whole(rows)
        ends = rows[["lower_80", "upper_80"]].astype(float).iloc[0]
        with w.rounding(ends["upper_80"] - ends["lower_80"]):
            shown = [
                (
                    w.month_long(row["month"]),
                    w.rounded(float(row["middle"]), whole),
                    span_text(row["lower_80"], row["upper_80"], whole),
                    span_text(row["lower_50"], row["upper_50"], whole),
                )
                for row in rows.to_dict("records")
                if row["horizon"] <= 6 or row["horizon"] in (9, 12)
            ]
        out.append({"name": content.labels.get(str(name), str(name)), "rows": shown})
    return out


def _record_rows(record: pd.DataFrame) -> Sequence[tuple[str, ...]]:
    """The last two years of one-month forecasts that have matured, newest first."""
    if not len(record):
        return []
    rows = record[record["truth"].notna()]
    rows = rows[rows["horizon"] == rows["horizon"].min()] if len(rows) else rows
    rows = rows.sort_values("month").tail(24).iloc[::-1]
    out = []
    for row in rows.to_dict("records"):
        whole = float(row["middle"]) >= 100
        first = float(row["truth_first"])
        out.append(
            (
                w.month_short(row["month"]),
                w.day_short(row["origin"]),
                w.rounded(float(row["middle"]), whole),
                span_text(row["lower_80"], row["upper_80"], whole),
                w.count(first) if first == first else t("not known"),
                w.count(float(row["truth"])),
                {"yes": t("yes"), "no": t("no")}.get(str(row["inside_80"]), t("refused")),
            )
        )
    return out


def _kinds(content: SiteContent) -> list[dict[str, Any]]:
    """How forecasts did at each horizon, published and replayed apart, with what coverage so far can mean."""
    from forecast.report.labels import model_name

    out = []
    table = content.summary
    for kind in ("published", "replayed"):
        rows = table[table["kind"] == kind] if len(table) else table
        shown = []
        for row in rows.to_dict("records") if len(rows) else []:
            if row["horizon"] not in ("1", "3", "6", "12", "all"):
                continue
            held = (
                t("none|cell")
                if not row["n_ranges"]
                else (
                    t(
                        "{hits} ({low} to {high})",
                        hits=w.hits(round(row["held_80"] * row["n_ranges"]), row["n_ranges"]),
                        low=w.percent(row["held_80_lower"]),
                        high=w.percent(row["held_80_upper"]),
                    )
                )
            )
            shown.append(
                {
                    "lead": row["model"] == content.headline,
                    "cells": (
                        model_name(str(row["model"]))
                        + (t(", with events") if row["knowledge"] == "at_origin" else ""),
                        (
                            t("all|distances")
                            if row["horizon"] == "all"
                            else w.plural(int(row["horizon"]), "month")
                        ),
                        str(int(row["n"])),
                        w.rounded(float(row["mae"]), float(row["mae"]) >= 100),
                        w.skill(float(row["skill"])) if row["skill"] == row["skill"] else t("not scored"),
                        (
                            t("{rank} of {number}", rank=int(row["rank"]), number=int(row["of"]))
                            if row["rank"] == row["rank"]
                            else t("not ranked")
                        ),
                        held,
                    ),
                }
            )
        miss = content.worst.get(kind)
        worst = codes.miss_sentence(miss) if miss else ""
        out.append({"kind": kind, "rows": shown, "worst": worst})
    return out


def _changed(content: SiteContent) -> str:
    if not len(content.changed):
        return ""
    last = content.latest[str(content.changed["series_id"].iloc[0])]["month"]
    return codes.changed_sentence(content.changed, w.month(last) + 1)


def _other_columns(others: pd.DataFrame) -> bool:
    return bool(len(others) and others["ours"].notna().any())


def _other_rows(others: pd.DataFrame) -> Sequence[tuple[str, ...]]:
    out = []
    for row in others.to_dict("records") if len(others) else []:
        months = w.month_short(row["first_month"])
        if row["last_month"] != row["first_month"]:
            months = t("{first} to {last}", first=months, last=w.month_short(row["last_month"]))
        said = [w.count(float(row[k])) for k in ("low", "point", "high") if row[k] == row[k]]
        kind = t("published") if row["ours_kind"] == "published" else t("replayed")
        ours = t("none|cell") if row["ours"] != row["ours"] else f"{w.rounded(float(row['ours']))} ({kind})"
        out.append(
            (
                str(row["forecaster"]),
                str(row["made"]),
                months,
                t(" to|range ").join(said) if said else t("none|cell"),
                w.count(float(row["actual"])) if row["actual"] == row["actual"] else t("not known"),
                (
                    w.signed(float(row["percent"])) + "%"
                    if row["percent"] == row["percent"]
                    else t("not scored")
                ),
                ours,
                str(row["source"]),
                codes.told("other", row["reason"], {"note": str(row["note"])}),
            )
        )
    return out
