"""Hostile texts wherever data may hold a text: no page, drawing, feed, mail or table takes them for its own marks.

Each report is made twice, with hostile and with harmless texts at the same places: elements and attributes must
be the same, and no text of data may stand in a style sheet, script, comment, identifier or address.
"""

import copy
import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import fields, replace
from html.parser import HTMLParser

import markdown
import pandas as pd
import pytest

from forecast.archive import track_record as tr
from forecast.files import printable, safe_cell
from forecast.report import build, comparison, site
from report_fixture import state
from sampling import some_of

#: Stands in every text of data, so that a test can find where they went.
MARK = "zq9"
HOSTILE = {
    "style": "</style><meta http-equiv=refresh content=0,url=http://x>",
    "svg": "</text></svg><iframe src=http://x></iframe>",
    "title": "</title><base href=http://x>",
    "attribute": "\"'><script>x()</script><img src=x onerror=x()>",
    "comment": "--><b>]]><!-- <![CDATA[ <?x ?>",
    "template": "{{7*7}}{% raw %}{#x#}${x}{x}{0}%s\\g<0>\\1",
    "markdown": "[x](http://x) `x` **x** | # x <http://x>",
    "formula": "=cmd()",
    "control": "\x1b]0;x\x07\x9b2J\x00\x08\u202e\u2066\u200f",
    "markup": "&lt;b&gt;&#60;i&#62;&amp",
    "css": "\"'\\};@import url(http://x);*{display:none}/*",
    "mathtext": "$\\frac{1}$ $x",
}
#: Several at once, since a report takes seconds; where a text is shortened its head is what stays.
TOGETHER = {
    head: "".join(HOSTILE[name] for name in (head, *rest))
    for head, *rest in (
        ("style", "svg", "title"),
        ("svg", "css", "markup"),
        ("attribute", "comment"),
        ("formula", "markdown", "mathtext"),
        ("control", "template"),
    )
}
#: Columns of tables that hold texts of data.
TEXTS = (
    "series_id",
    "model",
    "against",
    "event",
    "scenario",
    "member",
    "combination",
    "id",
    "name",
    "label",
    "title",
    "description",
    "note",
    "text",
    "source",
    "source_title",
    "source_publisher",
    "source_url",
    "unit",
    "message",
    "words",
    "forecaster",
    "notes",
    "definition",
    "what_changed",
)
VOCABULARY = {"", "all", "calm", "break"}


def forced(value, **changes):
    """Return a settings object with texts that its own checks might refuse: the report is safe by itself."""
    made = copy.copy(value)
    for name, change in changes.items():
        object.__setattr__(made, name, change)
    return made


class Spoiler:
    """Puts one text around every text of data."""

    def __init__(self, word):
        self.word = word

    def __call__(self, text):
        if not isinstance(text, str) or text in VOCABULARY:
            return text
        return f"{self.word}{MARK}{text}{self.word}"

    def keys(self, mapping):
        return {self(key): value for key, value in mapping.items()}

    def table(self, table):
        made = table.copy()
        for column in made.columns.intersection(TEXTS):
            made[column] = made[column].map(self)
        if "group" in made:
            made["group"] = [";".join(map(self, filter(None, text.split(";")))) for text in made["group"]]
        for column in made.columns.intersection(["era"]):
            made[column] = made[column].map(self)
        if not pd.api.types.is_numeric_dtype(made.index):
            made.index = made.index.map(self)
        return made

    def experiment(self, exp):
        target = forced(exp.target, series=tuple(map(self, exp.target.series)), total=self(exp.target.total))
        combination = {
            self(name): forced(made, members=tuple(map(self, made.members)))
            for name, made in exp.combination.items()
        }
        report = forced(exp.report, headline=self(exp.report.headline), eras=self.keys(exp.report.eras))
        return forced(
            exp,
            name=self(exp.name),
            question=self(exp.question),
            target=target,
            combination=combination,
            model=self.keys(exp.model),
            report=report,
            overrides=(self("horizon=6"),),
            backtest=forced(exp.backtest, baseline=self(exp.backtest.baseline)),
            scenario={self(k): forced(v, label=self(v.label)) for k, v in exp.scenario.items()},
        )

    def run(self, run):
        tables = {
            field.name: self.table(value)
            for field in fields(run)
            if isinstance(value := getattr(run, field.name), pd.DataFrame)
        }
        made = replace(run, experiment=self.experiment(run.experiment), headline=self(run.headline), **tables)
        if made.correction is not None:
            old = made.correction
            made = replace(
                made, correction=replace(old, before=self.table(old.before), headline=self(old.headline))
            )
        return made

    def report(self, run):
        made, versions = self.run(run), {"python": self("3"), "numpy": self("2")}
        return build.report_files(made, command=self("forecast"), versions=versions, durations={}, png=False)


class Marks(HTMLParser):
    """The elements of a page with their attributes, and all that is not a text for readers."""

    READ = ("content", "aria-label", "alt", "title", "data-h")

    def __init__(self, source):
        super().__init__()
        self.elements, self.values, self.raw, self.comments, self.text = set(), set(), [], [], ""
        self.open = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.open = tag
        self.elements.add((tag, *sorted(name for name, _ in attributes)))
        self.values |= {value for name, value in attributes if name not in self.READ and value}

    def handle_endtag(self, tag):
        self.open = ""

    def handle_data(self, data):
        if self.open in ("style", "script"):
            self.raw.append(data)
        else:
            self.text += data

    def handle_comment(self, data):
        self.comments.append(data)

    def handle_pi(self, data):
        self.comments.append(data)

    def unknown_decl(self, data):
        self.comments.append(data)


def same_marks(hostile, harmless, word):
    """Assert that a page has the marks of its harmless twin and shows the text as it is."""
    found, wanted = Marks(hostile), Marks(harmless)
    assert found.elements == wanted.elements
    assert not found.comments
    assert not [value for value in found.values if MARK in value]
    for raw in found.raw:
        assert not re.search(r"</|<[a-zA-Z!?]", raw)
        if raw.startswith('{"@context"'):  # data for machines: whole, and without a mark that could end it
            assert "<" not in raw and json.loads(raw)["@type"] == "Dataset"
            continue
        assert MARK not in re.sub(r'content:"(?:[A-Za-z0-9 ]|\\[0-9a-f]{1,6} )*"', "", raw)
    assert printable(word) + MARK in found.text


def tree(source):
    return {(node.tag, *sorted(node.attrib)) for node in ET.fromstring(source).iter()}


def rendered(source):
    return Marks(
        markdown.markdown(source.decode(), extensions=["tables", "fenced_code", "attr_list"])
    ).elements


def cells(data):
    return [cell for row in csv.reader(io.StringIO(data.decode(), newline="")) for cell in row]


@pytest.fixture(scope="module")
def harmless():
    return Spoiler("word").report(state("causes"))


@pytest.mark.parametrize("kind", some_of(TOGETHER, quick=list(TOGETHER)[:2]))
def test_no_file_of_a_report_takes_a_text_for_its_own_marks(kind, harmless):
    word = TOGETHER[kind]
    made = Spoiler(word).report(state("causes"))
    assert set(made) == set(harmless)
    for page in ("index.html", "evidence.html"):
        same_marks(made[page].decode(), harmless[page].decode(), word)
    for name in (name for name in made if name.endswith(".svg")):
        assert tree(made[name]) == tree(harmless[name]), name
        assert b"<!--" not in made[name]
    assert rendered(made["report.md"]) == rendered(harmless["report.md"])
    for name in (name for name in made if name.endswith(".csv")):
        found = [cell for cell in cells(made[name]) if safe_cell(cell) != cell and not cell.startswith("'")]
        assert not found, name


@pytest.mark.parametrize("name", some_of(("sectors", "own", "corrected"), quick=("own",)))
def test_no_state_of_the_page_takes_a_text_for_its_own_marks(name):
    word = "".join(HOSTILE.values())
    made, plain = (Spoiler(text).report(state(name)) for text in (word, "word"))
    same_marks(made["index.html"].decode(), plain["index.html"].decode(), word)
    assert rendered(made["report.md"]) == rendered(plain["report.md"])
    for file in (file for file in made if file.endswith(".svg")):
        assert tree(made[file]) == tree(plain[file]), file


@pytest.mark.slow
def test_a_page_in_another_language_takes_no_text_for_its_own_marks():
    exp, word = state("causes").experiment, "".join(HOSTILE.values())
    run = replace(state("causes"), experiment=replace(exp, report=replace(exp.report, language="es")))
    made, plain = Spoiler(word).report(run), Spoiler("word").report(run)
    same_marks(made["index.html"].decode(), plain["index.html"].decode(), word)
    assert rendered(made["report.md"]) == rendered(plain["report.md"])


@pytest.mark.slow
def test_a_page_of_several_runs_takes_no_text_for_its_own_marks(harmless, tmp_path):
    word = "".join(HOSTILE.values())
    build.put_in_place(Spoiler(word).report(state("causes")), tmp_path / "hostile")
    build.put_in_place(harmless, tmp_path / "harmless")
    made, plain = (comparison.compare_html([tmp_path / name] * 2) for name in ("hostile", "harmless"))
    same_marks(made, plain, word)


def content(word):
    """Return a site with a text of data at every place."""
    s = Spoiler(word)
    months = pd.period_range("2024-06", periods=3, freq="M")
    ahead = pd.DataFrame({"series_id": s("a"), "month": months, "horizon": [1, 2, 3]})
    ahead = ahead.assign(
        **dict.fromkeys(
            ("lower_95", "lower_80", "lower_50", "middle", "upper_50", "upper_80", "upper_95"), 9_000.0
        )
    )
    row = dict.fromkeys(tr.RECORD_COLUMNS, 9_000.0) | {
        "kind": "published",
        "series_id": s("a"),
        "origin": pd.Timestamp("2024-05-20"),
        "month": months[0],
        "horizon": 1,
        "inside_50": "yes",
        "inside_80": "yes",
        "model": s("short"),
        "knowledge": "none",
        "scenario": "",
        "run": 1,
        "n_levels": 7,
    }
    record = pd.DataFrame([row])
    others = pd.DataFrame(
        [
            dict.fromkeys(("low", "point", "high", "actual", "percent", "ours"), 9.0)
            | {
                "forecaster": s("x"),
                "made": s("2024"),
                "first_month": months[0],
                "last_month": months[0],
                "ours_kind": "replayed",
                "source": s("source"),
                "note": s("note"),
                "reason": "no_forecast",
            }
        ]
    )
    issue = site.SiteIssue(
        "reports/2024-05-20", s("title"), s("summary"), "2024-05-20", "2024-05-20T08:00:00Z"
    )
    return site.SiteContent(
        name=s("name"),
        experiment=s("monthly"),
        question=s("question"),
        issues=(issue,),
        forecast=ahead,
        latest={s("a"): {"month": "2024-05", "value": 1.0}},
        record=record,
        replay=record.iloc[:0],
        summary=tr.summarise(record),
        others=others,
        labels={s("a"): s("A")},
        headline=s("short"),
    )


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_page_or_feed_of_a_site_takes_a_text_for_its_own_marks(kind):
    word = HOSTILE[kind]
    made, plain = site.site_files(content(word)), site.site_files(content("word"))
    same_marks(made["index.html"].decode(), plain["index.html"].decode(), word)
    assert tree(made["feed.xml"]) == tree(plain["feed.xml"])
    feed = ET.fromstring(made["feed.xml"])
    assert printable(word) + MARK in feed.findtext("{http://www.w3.org/2005/Atom}title")
    found = [cell for cell in cells(made["track_record.csv"]) if safe_cell(cell) != cell]
    assert all(cell.startswith("'") for cell in found)


def test_the_texts_reach_many_places(harmless):
    both = harmless["index.html"] + harmless["evidence.html"]
    assert both.decode().count(f"word{MARK}") > 40
    # reasons and verdicts are codes, no texts
    assert harmless["report.md"].decode().count(f"word{MARK}") > 8
    drawn = [name for name in harmless if name.endswith(".svg") and MARK.encode() in harmless[name]]
    assert len(drawn) > 5
