"""Everything that a stranger may hand over, with hostile names in every text: no program, no page, no folder is theirs.

The same figures, calendar and settings are written twice, with harmless and with hostile texts; every command runs on
both, and what the pages hold besides text must be the same.
"""

import contextlib
import csv
import html.parser
import json
import os
import sqlite3
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from chromium import Browser, find_chromium
from forecast.cli.main import main
from forecast.config import guard
from forecast.data.frames import _IDS, SIDE_COLUMNS
from forecast.events.reading import COLUMNS, ID_COLUMNS
from forecast.files import plain_cell
from forecast.interchange import schema

pytestmark = pytest.mark.slow

PAYLOADS = (
    "</style><meta http-equiv=refresh content='0;url=http://evil.invalid/1'>",
    "</text></svg><iframe src=http://evil.invalid/2></iframe>",
    "</title><base href=http://evil.invalid/3>",
    "<img src=http://evil.invalid/4 onerror=alert(4)>",
    "[x](http://evil.invalid/5) ![x](http://evil.invalid/6) <http://evil.invalid/7>",
    "\"'><script>location='http://evil.invalid/8'</script><!--",
    "--> ]]> {{7*7}} {% raw %} ${oc.env:HOME} \\${x} `touch PWNED` $(touch PWNED)",
    "=cmd|'/c touch PWNED'!A1",
    "@import url(http://evil.invalid/9);} body{background:url(http://evil.invalid/10)",
    "\u200fright\u200e to left",
)
#: Only for texts that are no ids.
BREAKING = "\n<<: {hydra: {callbacks: {e: {_target_: os.abort}}}}\r\n# \x1b[2J\x1b]0;owned\x07 \u202egnol"


@dataclass
class World:
    """A folder in which every command was run on the same figures, with these or those texts."""

    folder: Path
    codes: dict
    said: dict

    def pages(self):
        return sorted(p for p in self.folder.rglob("*.html") if p.is_file())


def text(kind, hostile, number=0, is_id=True):
    """Return a text for a column or key: a plain word, or one of the payloads by turns."""
    if not hostile:
        return f"{kind}{number}"
    seed = sum(map(ord, kind)) + number
    return f"{kind}{number} {PAYLOADS[seed % len(PAYLOADS)]}" + ("" if is_id else BREAKING)


def figures(folder, hostile, months):
    """Write figures of three series, two that add up to a third, with every table that may stand beside them."""
    rng = np.random.default_rng(3)
    index = pd.period_range("2016-01", periods=84, freq="M")[:months]
    ids = [text("series", hostile, n) for n in range(3)]
    parts = [np.round(np.exp(8 + np.cumsum(rng.normal(0, 0.1, 84)))).astype(int)[:months] for _ in range(2)]
    released = (index.to_timestamp(how="end").normalize() + pd.Timedelta(days=20)).strftime("%Y-%m-%d")
    source = text("source", hostile)
    rows = [
        {"series_id": name, "month": str(m), "value": v, "released": r, "source": source}
        for name, values in zip(ids, [*parts, parts[0] + parts[1]], strict=True)
        for m, v, r in zip(index, values, released, strict=True)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).to_csv(folder / "observations.csv", index=False)
    given = {
        "series_id": ids,
        "parent": [ids[2], ids[2], ""],
        "rounding": [1] * 3,
        "exact_from": ["2016-01"] * 3,
    }
    given |= {"first_month": ["2016-01"] * 3, "last_month": ["2022-12"] * 3, "n_months": [84] * 3}
    tables = {
        "series": (3, given),
        "hierarchy": (
            1,
            {
                "parent": [ids[2]],
                "children": [";".join(ids[:2])],
                "first_month": ["2016-01"],
                "last_month": ["2022-12"],
                "months": ["84"],
                "months_exact": ["84"],
                "max_abs_gap": ["0"],
            },
        ),
        "breaks": (1, {"series_pattern": ["*"], "month": ["2019-03"]}),
        "sources": (1, {"source": [source], "published": ["2023-01"], "rounding": ["1"]}),
    }
    for name, (count, known) in tables.items():
        frame = pd.DataFrame(
            {
                column: known.get(column, [text(column, hostile, n, column in _IDS) for n in range(count)])
                for column in SIDE_COLUMNS[name]
            }
        )
        frame.to_csv(folder / f"{name}.csv", index=False)
    return ids


def calendar(path, hostile):
    """Write two events whose every column of text is filled."""
    given = {
        "announced_date": ["2018-02-01", "2019-06-01"],
        "usable_from": ["2018-02-01", "2019-06-01"],
        "effective_start": ["2018-03-01", "2019-07-01"],
        "end_date": ["", ""],
        "end_usable_from": ["", ""],
        "shape": ["step", "step"],
        "judged_shape": ["step", "step"],
        "sign": ["-", "+"],
        "sign_at_ports": ["-", "+"],
        "judged_sign": ["-", "+"],
        "priority": ["1", "1"],
        "judged_priority": ["1", "1"],
        "series_ids": ["*", "*"],
        "bundle": ["", ""],
        "collinear_with": ["", ""],
        "unseen_like": ["", ""],
        "decay": ["0.8", "0.8"],
        "ramp_months": ["12", "12"],
        "lead_months": ["0", "0"],
        "source_date": ["2018-01-01", "2019-01-01"],
    }
    frame = pd.DataFrame(
        {
            column: given.get(column, [text(column, hostile, n, column in ID_COLUMNS) for n in range(2)])
            for column in COLUMNS
        }
    )
    frame.to_csv(path, index=False)
    return frame["id"].tolist()


def experiment(folder, hostile, series, events):
    """Write an experiment with every key of text filled, by way of the one that `forecast new` writes."""
    file = Path("conf/experiment/mine.yaml")
    plain = yaml.safe_load(file.read_text())

    def word(kind, n=0):
        # settings refuse control characters, which figures and calendars may hold
        return guard.escape(text(kind, hostile, n))

    def key(kind):
        # what stands in a key is never resolved, and a name of Hydra's packages holds no bracket of its own
        return text(kind, hostile, is_id=True)

    plain["question"] = word("question")
    plain["data"]["path"] = "figures"
    plain["target"] = {"series": [guard.escape(name) for name in series], "total": guard.escape(series[2])}
    plain["events"] = {"path": "events.csv"}
    plain["specification"] = {"effects": "none"}
    plain["horizon"] = 3
    plain["backtest"] = {"start": "2020-06", "score_from": "2021-06"}
    plain["report"] = {
        "eras": {key("era"): ["2020-06", "2021-12"]},
        "cases": {key("case"): {"origin": "2021-01-20", "label": word("label")}},
        "png": False,
    }
    plain["scenario"] = {
        key("scenario"): {
            "label": word("scenario label"),
            "changes": [{"new": word("change"), "starts": "2023-01-01", "shape": "step", "size": -0.3}],
        }
    }
    plain["model"] = {
        key("model"): {"kind": "arima", "order": [0, 1, 1], "seasonal_order": None, "transform": "log"}
    }
    plain["publish"] = {"team": "team", "hub": "hub", "url": "https://example.invalid/x"}
    plain["defaults"][1] = {"override /model": ["random_walk", "drift"]}
    plain["defaults"] += [{"override /combination": "none"}]
    plain["defaults"] = [d for d in plain["defaults"] if d != {"override /combination": "general"}]
    plain["report"]["headline"] = guard.escape(key("model"))
    file.write_text("# @package _global_\n" + yaml.safe_dump(plain, sort_keys=False, allow_unicode=True))


def run_all(folder, hostile):
    """Run every command in a folder of its own and keep its code and words."""
    folder.mkdir()
    codes, said = {}, {}

    def command(name, *words):
        with (
            (folder / "said.txt").open("w+") as out,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(out),
        ):
            codes[name] = main(list(words))
            out.seek(0)
            said[name] = out.read()
        (folder / "said.txt").unlink()

    here = Path.cwd()
    try:
        os.chdir(folder)
        series = figures(Path("figures"), hostile, 83)
        events = calendar(Path("events.csv"), hostile)
        command("data check", "data", "check", "figures/observations.csv")
        command("events check", "events", "check", "events.csv")
        command("events show", "events", "show", "events.csv")
        command("new", "new", "mine", "figures", "--series", series[0], "--events", "events.csv")
        experiment(folder, hostile, series, events)
        command("run", "experiment=mine")
        runs = [str(p.parent) for p in sorted(Path("reports").rglob("experiment.yaml"))]
        command("compare", "compare", *runs, "--html", "compare.html")
        command("rerun", "rerun", runs[0])
        command("publish", "publish", "experiment=mine")
        figures(Path("figures"), hostile, 84)
        command("publish again", "publish", "experiment=mine")
        command("archive check", "archive", "check", "experiment=mine")
        command("archive export", "archive", "export", "exported", "experiment=mine")
        command("track-record", "track-record", "experiment=mine")
        command("list", "list", "--series")
    finally:
        os.chdir(here)
    return World(folder, codes, said)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    root = tmp_path_factory.mktemp("strangers")
    return run_all(root / "harmless", False), run_all(root / "hostile", True)


def test_every_command_does_what_it_does_with_harmless_names(worlds):
    harmless, hostile = worlds
    assert harmless.codes == {**dict.fromkeys(harmless.codes, 0)}, harmless.said
    assert hostile.codes == harmless.codes, hostile.said


def test_nothing_was_run_and_nothing_written_beside_the_folder(worlds):
    _harmless, hostile = worlds
    assert sorted(p.name for p in hostile.folder.parent.iterdir()) == ["harmless", "hostile"]
    assert not [p for p in hostile.folder.parent.rglob("*") if "PWNED" in p.name]
    count = [sum(p.is_file() for p in world.folder.rglob("*")) for world in worlds]
    assert count[0] == count[1]
    home = os.environ["HOME"]
    published = [
        p for p in hostile.folder.rglob("*") if p.suffix in (".html", ".md", ".json", ".yaml", ".xml")
    ]
    assert published and not [
        p for p in published if p.name != "manifest.json" and f"{home} " in p.read_text()
    ]


def test_no_control_character_reaches_the_terminal(worlds):
    _, hostile = worlds
    for name, words in hostile.said.items():
        odd = {c for c in words if not c.isprintable() and c not in "\n\u200f\u200e\u00a0\u2009\u202f"}
        assert not odd, (name, odd)


class Shape(html.parser.HTMLParser):
    """Elements and attributes of a page, and what stands where no text of data may stand."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.elements, self.inside, self.closed_texts, self.links = set(), "", [], set()

    def handle_starttag(self, tag, attrs):
        self.elements |= {(tag, name) for name, _ in [*attrs, ("", "")]}
        # linked data are texts of data by nature: JSON, in which no "<" stands (report/test_hostile.py)
        linked = dict(attrs).get("type") == "application/ld+json"
        self.inside = tag if tag in ("style", "script") and not linked else ""
        self.links |= {
            value for name, value in attrs if name in ("href", "src", "action", "content", "http-equiv")
        }

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.inside = ""

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside:
            self.closed_texts.append(data)

    def handle_comment(self, data):
        self.closed_texts.append(data)


def shape(path):
    parser = Shape()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


def test_pages_hold_the_elements_and_attributes_of_the_package_and_no_others(worlds):
    shapes = [[shape(page) for page in world.pages()] for world in worlds]
    assert len(shapes[0]) == len(shapes[1]) >= 5
    for harmless, hostile, page in zip(*shapes, worlds[1].pages(), strict=True):
        assert hostile.elements == harmless.elements, page
        assert not any("evil.invalid" in words or "oc.env" in words for words in hostile.closed_texts), page
        for link in hostile.links:
            assert not (link or "").strip().lower().startswith(("javascript:", "http://evil")), page


def test_drawings_and_feeds_are_well_formed_and_of_the_same_elements(worlds):
    def elements(world, ending):
        found = {}
        for path in sorted(world.folder.rglob(f"*{ending}")):
            root = ET.fromstring(path.read_text(encoding="utf-8"))
            found[path.name] = {(e.tag, name) for e in root.iter() for name in [*e.attrib, ""]}
        return found

    for ending in (".svg", ".xml"):
        harmless, hostile = (elements(world, ending) for world in worlds)
        assert harmless and sorted(map(sorted, harmless.values())) == sorted(map(sorted, hostile.values()))


def test_markdown_makes_no_element_and_no_link_of_data(worlds):
    markdown = pytest.importorskip("markdown")

    def elements(world):
        found = set()
        for path in sorted(world.folder.rglob("*.md")):
            parser = Shape()
            parser.feed(markdown.markdown(path.read_text(encoding="utf-8"), extensions=["tables"]))
            found |= parser.elements
        return found

    assert elements(worlds[1]) <= elements(worlds[0])


def test_no_cell_is_a_formula_and_every_cell_reads_back(worlds):
    _, hostile = worlds
    names = set()
    for path in sorted(
        [
            *(hostile.folder / "reports").rglob("*.csv"),
            *(hostile.folder / "site").rglob("*.csv"),
            *(hostile.folder / "hub").rglob("*.csv"),
        ]
    ):
        with path.open(newline="", encoding="utf-8") as file:
            for cells in csv.reader(file):
                for cell in cells:
                    names.add(plain_cell(cell))
                    if len(cell) > 1 and cell[0] in "=+-@\t":
                        float(cell)  # a number may begin with a sign
    assert text("series", True, 0) in names


def test_every_table_and_column_of_the_schema_was_written(worlds):
    """What is checked here is what the package documents, not a list by hand."""
    _, hostile = worlds
    (run,) = {p.parent for p in (hostile.folder / "reports").rglob("experiment.yaml")}
    written = {p.name.split(".")[0] for p in run.iterdir() if p.suffix in (".csv", ".gz")}
    known = {resource["name"] for resource in schema()["resources"] if "csv" in str(resource.get("path", ""))}
    assert written <= known
    for name in written & known:
        columns = [field["name"] for field in schema(name)["fields"]]
        head = pd.read_csv(next(run.glob(f"{name}.csv*")), nrows=0).columns.tolist()
        assert set(head) <= set(columns), name
    hubs = [[p.read_text().splitlines()[0] for p in (w.folder / "hub").rglob("*.csv")] for w in worlds]
    assert hubs[0] and sorted(hubs[0]) == sorted(hubs[1])


def test_an_archive_with_hostile_texts_holds_them_as_they_are(worlds):
    _, hostile = worlds
    with contextlib.closing(sqlite3.connect(hostile.folder / "archive.sqlite")) as archive:
        tables = [r[0] for r in archive.execute("select name from sqlite_master where type = 'table'")]
        texts = {
            str(cell)
            for table in tables
            for row in archive.execute(f'select * from "{table}"')
            for cell in row
        }
    assert any(text("series", True, 0) in words for words in texts)


def test_report_json_and_the_manifest_are_json(worlds):
    for path in sorted(worlds[1].folder.rglob("*.json")):
        json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.skipif(find_chromium() is None, reason="chromium missing")
def test_chromium_stays_on_the_page_and_asks_for_nothing(worlds):
    _, hostile = worlds
    with Browser() as browser:
        for page in hostile.pages():
            with browser.open(page, width=800) as tab:
                assert tab.evaluate("location.href") == page.resolve().as_uri()
                assert (
                    tab.evaluate("document.querySelectorAll('iframe, base, object, embed, [onerror]').length")
                    == 0
                )
                asked = [
                    e["params"]["request"]["url"]
                    for e in browser.events
                    if e["method"] == "Network.requestWillBeSent"
                ]
                assert {url.split(":")[0] for url in asked} <= {"file", "data"}, (page, asked)
