"""The page in another language: the same numbers, no English left, and English untouched by it."""

import functools
import html
import json
import re
from collections import Counter
from dataclasses import replace

import pytest

from forecast.errors import ConfigError
from forecast.experiment.load import load_experiment
from forecast.report import catalogue
from forecast.report.build import report_files
from report_fixture import files, state

#: States that between them show every section.
SHOWN = ("as_of_2024", "causes", "corrected")
#: English words that are no Spanish ones: none may stand on the Spanish page outside of data.
ENGLISH = re.compile(
    r"\b(the|of|is|are|was|were|with|without|which|for|from|and|or|by|on|at|not|than|that|this|it|its|if|what|how"
    r"|months?|years?|dates?|range|ranges|forecasts?|counts?|middle|skill|model|models|ahead|headline|refused|none"
    r"|known|events?|measures?|chart|table|yes)\b",
    re.IGNORECASE,
)
NUMERAL = re.compile(r"\d+(?:[.,]\d+)*")


@functools.cache
def spanish(name):
    run = state(name)
    spec = replace(run.experiment, report=replace(run.experiment.report, language="es"))
    return report_files(replace(run, experiment=spec), versions={"python": "3"}, durations={}, png=False)


def texts(source):
    """Text and labels that a reader or a screen reader meets, piece by piece."""
    source = re.sub(r"<(style|script|code)[^>]*>.*?</\1>", " ", source, flags=re.S)
    found = re.findall(
        r'(?:aria-label|alt|content)="([^"]*)"', re.sub(r"<meta http-equiv[^>]*>", " ", source)
    )
    found += re.split(r"<[^>]+>", source)
    return [html.unescape(text).strip() for text in found if text.strip()]


def numerals(source):
    """Numerals of a page, but for the hash of the configuration, which holds the language."""
    return Counter(
        n for text in texts(source) if not re.fullmatch("[0-9a-f]{12}", text) for n in NUMERAL.findall(text)
    )


def data(run):
    """Texts of a page that are data: the calendar, what sources say, the fixture's own labels and reasons."""
    columns = {
        "events": ("name", "bundle"),
        "breaks": ("what_changed",),
        "series": ("label", "name"),
        "folds": ("message",),
        "cases": ("label",),
    }
    held = {name: table for name in columns if (table := getattr(run, name)) is not None}
    found = {str(v) for name, table in held.items() for c in columns[name] if c in table for v in table[c]}
    found |= {scenario.label for scenario in run.experiment.scenario.values()} | {run.experiment.question}
    found |= {label[:1].lower() + label[1:] for label in found}
    found |= {label[:1].upper() + label[1:] for label in found}
    found |= {run.experiment.report.publisher, run.experiment.report.licence}
    parts = {label.partition(": ")[2] for label in found}
    found |= parts | {part[:1].upper() + part[1:] for part in parts}
    found |= {text.split(". ")[0].split("; ")[0].rstrip(".") for text in found}
    # a name may be cut for want of room: its first words stand for it
    cut = {" ".join(text.split()[:n]) + "…" for text in found for n in range(2, len(text.split()))}
    return {text for text in found | cut if len(text) > 3}


def lines_of_turns(run):
    """What a line of a drawing may hold of the name of a turn, which runs over several."""
    names = [str(label)[:1].upper() + str(label)[1:] for label in set(run.cases.get("label", ()))]
    spans = [(name.split(), i, j) for name in names for i in range(9) for j in range(i + 1, 10)]
    return {" ".join(words[i:j]) + end for words, i, j in spans for end in ("", "…")}


@pytest.mark.parametrize("page", ["index.html", "evidence.html"])
@pytest.mark.parametrize("name", SHOWN)
def test_every_number_of_one_page_stands_in_the_other(name, page):
    english, other = (made[page].decode() for made in (files(name), spanish(name)))
    words = [re.sub(r"(<svg[^>]*>).*?</svg>", r"\1", source, flags=re.S) for source in (english, other)]
    assert sum(numerals(words[0]).values()) > 150
    assert numerals(words[0]) == numerals(words[1])
    # in a drawing a longer name may be cut before its number, or a label left out for want of room
    assert set(numerals(english)) == set(numerals(other))


@pytest.mark.parametrize("page", ["index.html", "evidence.html"])
@pytest.mark.parametrize("name", SHOWN)
def test_no_english_is_left_outside_of_data(name, page):
    source = spanish(name)[page].decode()
    exempt, turns = sorted(data(state(name)), key=len, reverse=True), lines_of_turns(state(name))
    left = []
    for text in [text for text in texts(source) if text not in turns]:
        bare = re.sub(r"[\w/-]+\.(csv|json|md|yaml|html)(\.gz)?", " ", text)
        for part in exempt:
            bare = bare.replace(part, " ")
        left += [(word, text) for word in ENGLISH.findall(bare)]
    assert left == []


def test_the_page_and_its_companions_speak_the_language():
    made = spanish("as_of_2024")
    assert '<html lang="es">' in made["index.html"].decode()
    told = json.loads(made["report.json"])
    assert told["h1"].startswith("Se pronostica") and "mayo de 2024" in told["as_of"]
    assert made["report.md"].decode().startswith(f"# {told['h1']}")
    for page in ("index", "evidence"):
        source = made[f"{page}.html"].decode()
        assert all(html.escape(section["question"]) in source for section in told[page]["sections"])
    english = json.loads(files("as_of_2024")["report.json"])
    assert told["numbers"] == english["numbers"]
    for name, content in made.items():
        if name.endswith((".csv", ".csv.gz")):
            assert content == files("as_of_2024")[name], name


def test_english_is_untouched_by_a_spanish_page_before_it():
    before = files("corrected")
    spanish("corrected")
    after = report_files(state("corrected"), versions={"python": "3"}, durations={}, png=False)
    assert {n: b for n, b in after.items() if n != "manifest.json"} == {
        n: b for n, b in before.items() if n != "manifest.json"
    }


def test_an_unknown_language_is_told_before_anything_is_computed():
    with pytest.raises(ConfigError, match=r"report\.language: there is no language 'xx'; known are en, es"):
        load_experiment("quick", "report.language=xx")
    assert load_experiment("quick", "report.language=es").report.language in catalogue.languages()
