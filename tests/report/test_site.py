import base64
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest

from forecast.archive import track_record as tr
from forecast.archive.changes import Reason, steps_between
from forecast.report import site
from forecast.report.codes import Late
from forecast.report.site import SiteContent, SiteIssue, are_whole, site_files

ATOM = "{http://www.w3.org/2005/Atom}"


def issue(as_of, revision=1, kind="published"):
    path = (
        f"{'reports' if kind == 'published' else 'replayed'}/{as_of}{f'-r{revision}' if revision > 1 else ''}"
    )
    return SiteIssue(
        path,
        f"About 10,000 & rising <{as_of}>",
        "The direction is open.",
        as_of,
        f"{as_of}T08:00:00Z",
        revision,
        kind,
    )


@pytest.fixture(scope="module")
def record():
    """A record made by hand: two kinds, one range refused, one month without an outcome."""
    rows = []
    for kind in ("published", "replayed"):
        for k, month in enumerate(pd.period_range("2024-01", "2024-06", freq="M")):
            row = dict.fromkeys(tr.RECORD_COLUMNS)
            truth = float("nan") if month == pd.Period("2024-06", "M") else 10_000.0 + 400 * k
            row |= {
                "kind": kind,
                "series_id": "a",
                "origin": (month - 1).end_time.normalize(),
                "month": month,
                "horizon": 1,
                "lower_95": 8_000.0,
                "lower_80": 9_000.0,
                "lower_50": 9_500.0,
                "middle": 10_100.0,
                "upper_50": 10_600.0,
                "upper_80": 11_000.0,
                "upper_95": 12_000.0,
                "truth": truth,
                "truth_first": truth,
                "inside_50": "yes",
                "inside_80": "yes" if k < 3 else "no",
                "error": 10_100.0 - truth,
                "error_first": 0.0,
                "wis": 400.0,
                "wis_first": 400.0,
                "n_levels": 7,
                "model": "short",
                "knowledge": "none",
                "scenario": "",
                "run": k,
            }
            rows.append(row)
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def content(record):
    ahead = pd.DataFrame(
        {
            "series_id": "a",
            "month": pd.period_range("2024-06", periods=3, freq="M"),
            "horizon": [1, 2, 3],
            "lower_95": [None, None, None],
            "lower_80": [9_000.0, 8_500.0, None],
            "lower_50": [9_500.0] * 3,
            "middle": [10_000.0] * 3,
            "upper_50": [10_500.0] * 3,
            "upper_80": [11_000.0, 12_000.0, None],
            "upper_95": [None] * 3,
        }
    ).astype({"lower_95": float, "upper_95": float})
    return SiteContent(
        name="Forecast report: A & B",
        experiment="monthly",
        question="What next?",
        issues=(
            issue("2024-06-20", 2),
            issue("2024-06-20"),
            issue("2024-05-20"),
            issue("2019-05-20", kind="replayed"),
        ),
        forecast=ahead,
        latest={"a": {"month": "2024-05", "value": 11_600.0}},
        record=record[record["kind"] == "published"],
        replay=record[record["kind"] == "replayed"],
        summary=tr.summarise(record),
        worst={"published": tr.worst_miss(record[record["kind"] == "published"]), "replayed": None},
        labels={"a": "Series A"},
        changed=steps_between(9, [9, 10, 10, 10, 10], 10, [Reason()] * 5).assign(series_id="a"),
        status={"state": "up to date", "code": 0, "message": "done"},
        headline="short",
    )


def links(html):
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            found.extend(
                v for k, v in attributes if k in ("href", "src") and v and not v.startswith(("#", "data:"))
            )

    Reader().feed(html)
    return found


def test_the_first_page_has_the_chart_of_the_newest_report(content):
    drawn = replace(content, chart="<svg>é</svg>", chart_label="It stays & widens.")
    html = site_files(drawn)["index.html"].decode()
    data = re.search(r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="It stays &amp; widens."', html)
    assert data and base64.b64decode(data[1]).decode() == "<svg>é</svg>"
    assert "<img" not in site_files(content)["index.html"].decode()


def test_the_first_page_shows_newest_report_record_and_all_reports(content):
    html = site_files(content)["index.html"].decode()
    assert (
        "<h1>About 10,000 &amp; rising &lt;2024-06-20&gt;</h1>" in html and "The direction is open." in html
    )
    assert "The forecast of June 2024 went from 9 to 10: revised figures +1." in html
    assert html.count("The worst miss: the forecast of ") == 1
    assert html.count("<li><a href=") == 4 and "(correction 1)" in html and "(replayed)" in html
    assert html.index("Published forecasts of the month ahead") < html.index("Replayed forecasts")
    assert "9,000 to 11,000" in html and "refused" in html
    assert not re.search(r"\bnan\b|None", html)
    assert "3 of 5" in html  # published ranges that held: one month has no outcome


def test_page_and_feed_name_the_publisher(content):
    files = site_files(replace(content, publisher="Bureau A & B"))
    for name in ("index.html", "feed.xml"):
        assert "Source: Bureau A &amp; B, as known on 20 June 2024" in files[name].decode()
    assert "figures supplied by the user" in site_files(content)["index.html"].decode()


def test_every_link_is_relative_and_leads_somewhere(content):
    files = site_files(content)
    for link in links(files["index.html"].decode()):
        assert "://" not in link and not link.startswith("/")
        assert link in files or link in {f"{i.path}/index.html" for i in content.issues}, link


def test_without_reports_the_page_says_so(content):
    empty = SiteContent("Name", "monthly", question="What next?")
    files = site_files(empty)
    assert "No report has been published yet" in files["index.html"].decode()
    assert (
        json.loads(files["latest.json"])["issue"] is None and json.loads(files["latest.json"])["series"] == []
    )
    ET.fromstring(files["feed.xml"])


def test_late_figures_are_a_banner_and_stand_in_the_files(content):
    late = replace(content, late=Late(pd.Period("2024-06", "M"), 45), status={"state": "stale"})
    files = site_files(late)
    assert (
        'class="banner"' in files["index.html"].decode()
        and "Figures are late: June 2024 was expected by 45 days" in files["index.html"].decode()
    )
    assert (
        json.loads(files["latest.json"])["stale"] is True
        and json.loads(files["status.json"])["state"] == "stale"
    )
    assert 'class="banner"' not in site_files(content)["index.html"].decode()


def check(value, schema, where="$"):
    """The part of JSON Schema that latest.schema.json uses."""
    kinds = {
        "object": dict,
        "array": list,
        "string": str,
        "boolean": bool,
        "integer": int,
        "number": (int, float),
        "null": type(None),
    }
    if "oneOf" in schema:
        good = 0
        for one in schema["oneOf"]:
            try:
                check(value, one, where)
                good += 1
            except AssertionError:
                pass
        assert good == 1, where
        return
    wanted = schema.get("type")
    if wanted:
        types = [wanted] if isinstance(wanted, str) else wanted
        assert any(
            isinstance(value, kinds[t]) and (t == "boolean" or not isinstance(value, bool)) for t in types
        ), (where, value)
    if "pattern" in schema:
        assert re.search(schema["pattern"], value), (where, value)
    if "minimum" in schema:
        assert value >= schema["minimum"], where
    if isinstance(value, dict):
        assert set(schema.get("required", [])) <= set(value), where
        if schema.get("additionalProperties") is False:
            assert set(value) <= set(schema["properties"]), (where, set(value) - set(schema["properties"]))
        for key, inner in value.items():
            check(inner, schema["properties"][key], f"{where}.{key}")
    if isinstance(value, list):
        for inner in value:
            check(inner, schema.get("items", {}), f"{where}[]")


def test_latest_json_keeps_its_schema_and_a_refused_range_is_null(content):
    files = site_files(content)
    schema, latest = json.loads(files["latest.schema.json"]), json.loads(files["latest.json"])
    check(latest, schema)
    for broken in (
        {**latest, "stale": "no"},
        {k: v for k, v in latest.items() if k != "model"},
        {**latest, "more": 1},
    ):
        with pytest.raises(AssertionError):
            check(broken, schema)
    assert latest["schema_version"] == site.SCHEMA_VERSION and latest["issue"]["revision"] == 2
    assert (
        latest["series"][0]["forecast"][2]["lower_80"] is None
        and latest["series"][0]["forecast"][0]["lower_80"] == 9000
    )
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(latest, schema)


def atom_problems(text):
    """What a feed lacks of RFC 4287, by the rules that concern feeds without foreign content."""
    feed = ET.fromstring(text)
    if feed.tag != f"{ATOM}feed":
        return ["the root is no feed"]
    found, entries = [], feed.findall(f"{ATOM}entry")
    for k, part in enumerate([feed, *entries]):
        where = f"entry {k}" if k else "feed"
        for name in ("id", "title", "updated"):
            if len(part.findall(f"{ATOM}{name}")) != 1 or not (part.findtext(f"{ATOM}{name}") or "").strip():
                found.append(f"{where}: needs one {name}")
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", part.findtext(f"{ATOM}id") or ""):
            found.append(f"{where}: the id is no absolute address")
        stamp = part.findtext(f"{ATOM}updated") or ""
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", stamp):
            found.append(f"{where}: updated is no RFC 3339 time")
        links = part.findall(f"{ATOM}link")
        if any(not link.get("href") for link in links):
            found.append(f"{where}: a link without href")
        alternate = [
            (link.get("type"), link.get("hreflang"))
            for link in links
            if link.get("rel", "alternate") == "alternate"
        ]
        if len(set(alternate)) < len(alternate):
            found.append(f"{where}: two alternates of one kind")
        if k and not alternate and part.find(f"{ATOM}content") is None:
            found.append(f"{where}: neither content nor alternate")
        people = part.findall(f"{ATOM}author")
        if any(not (one.findtext(f"{ATOM}name") or "").strip() for one in people):
            found.append(f"{where}: an author without name")
        if k and not people and not feed.findall(f"{ATOM}author"):
            found.append(f"{where}: no author")
        known = [
            "id",
            "title",
            "updated",
            "author",
            "link",
            "summary",
            "content",
            "category",
            "contributor",
            "rights",
            "published",
            "source",
        ]
        known += ["generator", "icon", "logo", "subtitle", "entry"] if not k else []
        found += [
            f"{where}: {e.tag} may not stand here" for e in part if e.tag not in {ATOM + n for n in known}
        ]
    ids = [e.findtext(f"{ATOM}id") for e in [feed, *entries]]
    if len(set(ids)) < len(ids):
        found.append("an id stands twice")
    if not [link for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]:
        found.append("feed: no link to itself")
    return found


@pytest.mark.parametrize("url", ["", "https://example.org/site"])
def test_the_feed_is_valid_atom(content, url):
    for made in (content, SiteContent("Name", "monthly", question="What next?")):
        text = site_files(replace(made, url=url))["feed.xml"].decode()
        assert text.startswith('<?xml version="1.0" encoding="utf-8"?>\n<feed ')
        assert atom_problems(text) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (r"<author>.*?</author>", "", "no author"),
        (r"(<entry>\s*<title>.*?</title>)", r"\1<title>again</title>", "needs one title"),
        (r"(?s)<id>.*?</id>", "<id>1</id>", "no absolute address"),
        (r"T08:00:00Z", " 08:00", "no RFC 3339 time"),
        (r'<link rel="self"[^>]*>', "", "no link to itself"),
        (r"(?s)(<entry>.*?)<link[^>]*>", r"\1", "neither content nor alternate"),
        (r"<entry>", "<entry><item/>", "may not stand here"),
        (r"urn:uuid:[0-9a-f-]*", "urn:uuid:1", "an id stands twice"),
    ],
)
def test_the_rules_of_atom_find_what_is_wrong(content, old, new, said):
    text = re.sub(old, new, site_files(content)["feed.xml"].decode())
    assert any(said in line for line in atom_problems(text)), atom_problems(text)


def test_entries_of_the_feed_are_the_published_reports_and_keep_their_ids(content):
    feed = ET.fromstring(site_files(replace(content, url="https://example.org/site"))["feed.xml"])
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 3  # replayed reports are no news
    ids = [e.find(f"{ATOM}id").text for e in [feed, *entries]]
    assert feed.find(f"{ATOM}updated").text == max(e.find(f"{ATOM}updated").text for e in entries)
    assert entries[0].find(f"{ATOM}title").text.startswith("Correction: About 10,000 & rising")
    hrefs = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert hrefs == {
        "self": "https://example.org/site/feed.xml",
        "alternate": "https://example.org/site/index.html",
    }
    later = ET.fromstring(
        site_files(
            replace(content, url="https://example.org/site", issues=(issue("2024-07-20"), *content.issues))
        )["feed.xml"]
    )
    assert ids[1:] == [e.find(f"{ATOM}id").text for e in later.findall(f"{ATOM}entry")][1:]


def test_the_record_as_a_file_keeps_kinds_apart(content):
    import io

    table = pd.read_csv(io.BytesIO(site_files(content)["track_record.csv"]))
    assert table["kind"].value_counts().to_dict() == {"published": 6, "replayed": 6}
    assert {"truth", "truth_first", "wis", "wis_spread", "inside_80"} <= set(table)


def test_forecasts_by_others_come_with_the_caveat(content):
    others = pd.DataFrame(
        [
            {
                "forecaster": "Someone",
                "made": "2024-01",
                "first_month": "2024-02",
                "last_month": "2024-02",
                "series_id": "a",
                "low": float("nan"),
                "point": 9_000.0,
                "high": float("nan"),
                "actual": 10_400.0,
                "error": -1_400.0,
                "percent": -13.5,
                "ours": 10_100.0,
                "ours_kind": "replayed",
                "ours_error": -300.0,
                "source": "a paper",
                "note": "",
                "reason": "scored",
            }
        ]
    )
    html = site_files(replace(content, others=others))["index.html"].decode()
    assert "Someone" in html and "selection" in html and "(replayed)" in html and "−14%" in html
    assert "What did others forecast?" not in site_files(content)["index.html"].decode()


def test_the_same_content_gives_the_same_bytes(content):
    assert site_files(content) == site_files(content)


def test_pages_speak_the_language_of_the_experiment_and_figures_for_programmes_stay(content):
    english, other = site_files(content), site_files(replace(content, language="es"))
    source = other["index.html"].decode()
    assert '<html lang="es">' in source and "Todos los informes" in source and "junio de 2024" in source
    assert 'xml:lang="es"' in other["feed.xml"].decode() and "Corrección: About" in other["feed.xml"].decode()
    for name in ("latest.json", "latest.schema.json", "status.json", "track_record.csv"):
        assert other[name] == english[name], name
    bare = re.sub(r"<style>.*?</style>|<[^>]+>", " ", source, flags=re.S)
    for name in (
        "About 10,000 &amp; rising",
        "The direction is open.",
        "Forecast report: A &amp; B",
    ):
        bare = bare.replace(name, " ")
    assert not re.findall(r"\b(the|of|and|for|is|month|range|made|count)\b", bare, re.IGNORECASE)
    assert site_files(content) == english


@pytest.mark.parametrize(
    ("values", "whole"),
    [((1.0, 0.0, 3.0), True), ((372.1, 371.9, 372.3), True), ((1.5, 1.0, 2.0), False)],
)
def test_small_counts_are_printed_without_decimals(values, whole):
    rows = pd.DataFrame([dict(zip(("middle", "lower_80", "upper_80"), values, strict=True))])
    assert are_whole(rows) == whole
