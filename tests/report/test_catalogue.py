"""The catalogue: every template of the page has its translation, with the same places, and none is left over."""

import ast
import re
import string
import tomllib
from pathlib import Path

import pytest
import yaml

from forecast.data.load import load_observations
from forecast.errors import ForecastError
from forecast.report import catalogue
from forecast.report import format as w
from forecast.report.catalogue import LANGUAGES, mark, shipped, speaking, t

REPORT = Path(catalogue.__file__).parent
CONF = Path(__file__).parents[2] / "conf"
OTHERS = [code for code in catalogue.languages() if code != "en"]


def _constants(node):
    """Strings that an argument can be: itself, or both branches of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*_constants(node.body), *_constants(node.orelse)]
    if isinstance(node, ast.BoolOp):
        return [text for value in node.values for text in _constants(value)]
    return []


def templates_of_module(path):
    """Templates of a module: arguments of `t` and `mark`, nouns of `plural`, last words of `joined`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("t", "mark") and node.args:
            found |= set(_constants(node.args[0]))
        elif name in ("plural", "word_plural") and len(node.args) > 1:
            for noun in _constants(node.args[1]):
                many = _constants(node.args[2]) if len(node.args) > 2 else [f"{noun}s"]
                found |= {f"one {noun}" if name == "word_plural" else noun, *many}
        elif name == "joined":
            found |= {
                "and",
                *(
                    text
                    for last in [*node.args[1:], *(k.value for k in node.keywords)]
                    for text in _constants(last)
                ),
            }
    return {text.strip() for text in found}


def templates_of_page(path):
    """Templates of a Jinja file: literal arguments of `t`."""
    return set(re.findall(r"""\bt\(\s*"([^"]+)\"""", path.read_text(encoding="utf-8")))


def every_template():
    found = set()
    for path in REPORT.rglob("*.py"):
        found |= templates_of_module(path)
    for path in (REPORT / "templates").glob("*.j2"):
        found |= templates_of_page(path)
    return (found | set(shipped_labels()) | names_of_series()) - {"", "template"}


def names_of_series():
    """Labels, publisher and title of the bundled series; of areas the place alone is a name."""
    series = load_observations().series
    labels = {label for label in series["label"] if not label.endswith((" sector", " field office"))}
    return labels | set(series["publisher"]) | set(series["title"])


def labels_of(plain):
    """Labels at any depth of a configuration."""
    if isinstance(plain, dict):
        yield from (value for key, value in plain.items() if key == "label")
        yield from (label for value in plain.values() for label in labels_of(value))


def shipped_labels():
    """Labels and questions of the configuration that comes with the package."""
    for folder in ("experiment", "report", "scenario"):
        for path in sorted((CONF / folder).glob("*.yaml")):
            plain = yaml.safe_load(path.read_text(encoding="utf-8"))
            yield from labels_of(plain)
            yield from [plain["question"].strip()] if folder == "experiment" else []


def places(template):
    return sorted({name for _, name, _, _ in string.Formatter().parse(template) if name is not None})


def sentences(code):
    return tomllib.loads((LANGUAGES / f"{code}.toml").read_text(encoding="utf-8"))["sentences"]


@pytest.mark.parametrize("code", OTHERS)
def test_every_template_is_translated(code):
    assert sorted(every_template() - set(sentences(code))) == []


@pytest.mark.parametrize("code", OTHERS)
def test_no_translation_is_left_over(code):
    assert sorted(set(sentences(code)) - every_template()) == []


@pytest.mark.parametrize("code", OTHERS)
def test_translations_have_the_same_places(code):
    assert {e: o for e, o in sentences(code).items() if places(e) != places(o)} == {}


@pytest.mark.parametrize("code", OTHERS)
def test_translations_begin_and_end_like_the_english(code):
    """Clauses are joined to others: a comma in front or a full stop behind must not get lost."""
    wrong = {}
    for english, other in sentences(code).items():
        bare = english.partition("|")[0]
        ends = {text[-1:] if text[-1:] in ".:;," else "" for text in (bare, other)}
        begins = {text[:1] in ",;.:" for text in (bare, other)}
        if len(ends) > 1 or len(begins) > 1:
            wrong[english] = other
    assert wrong == {}


@pytest.mark.parametrize("code", OTHERS)
def test_translations_have_no_bar_and_no_blanks_at_their_ends(code):
    assert [o for o in sentences(code).values() if "|" in o or o != o.strip()] == []


#: Stems that the Spanish page never uses, as `_words.FORBIDDEN` for the English one.
FORBIDDEN = (
    "caus",
    "provoc",
    "impact",
    "oleada",
    "avalancha",
    "inundaci",
    "crisis",
    "ilegales",
    "significativ",
    "demostr",
    "demuestr",
    "migrantes",
    "gracias a",
    "debido a",
    "logr[óa]",
    "preciso",
    "precisión",
)


def test_spanish_sentences_name_no_cause_and_claim_no_more_than_the_english():
    used = re.compile(rf"\b({'|'.join(FORBIDDEN)})", re.IGNORECASE)
    assert [other for other in sentences("es").values() if used.search(other)] == []
    assert used.search("La medida causó una baja") and used.search("un impacto significativo")
    # "confidence" is used in the name of a method only
    sure = [other for other in sentences("es").values() if "confianza" in other]
    assert all("conjunto de confianza de modelos" in other for other in sure)


def test_an_unknown_language_is_named_with_those_that_are_known():
    with (
        pytest.raises(ForecastError, match=r"report\.language: there is no language 'xx'; known are en, es"),
        speaking("xx"),
    ):
        pass
    assert t("Forecast") == "Forecast"


def test_the_language_ends_with_the_block_even_after_an_error():
    with pytest.raises(ZeroDivisionError), speaking("es"):
        assert t("Forecast") == "Pronóstico"
        1 / 0  # noqa: B018
    assert t("Forecast") == "Forecast"
    with speaking("es"):
        with speaking("en"):
            assert t("Forecast") == "Forecast"
        assert t("Forecast") == "Pronóstico"


def test_blanks_at_the_ends_are_kept():
    assert t(" in {month}", month="May") == " in May"
    with speaking("es"):
        assert t(" in {month}", month="mayo") == " en mayo"
        assert t("in {month} ", month="mayo") == "en mayo "


def test_what_stands_behind_a_bar_is_not_printed():
    assert t("all|distances") == "all" and t("no such words|{x} of a test") == "no such words"
    with speaking("es"):
        assert t("all|distances") == "todas" and t("and|before the sound of an i") == "e"
        assert t("no such words|of a test") == "no such words"


def test_a_marked_template_is_what_it_was():
    assert mark("Same as last month|of a model") == "Same as last month|of a model"


def test_numbers_and_dates_follow_the_language():
    with speaking("es"):
        assert (w.count(12345.5), w.rounded(22_140), w.percent(0.684), w.change(7, 10)) == (
            "12,345.5",
            "22,000",
            "68%",
            "−30%",
        )
        assert (w.day_long("2026-09-30"), w.day_short("2026-09-03")) == (
            "30 de septiembre de 2026",
            "3 sep 2026",
        )
        assert (w.month_long("2026-01"), w.month_short("2026-01"), w.month_name("2026-01")) == (
            "enero de 2026",
            "ene 2026",
            "enero",
        )
        assert w.half_of_month("2026-10-20") == "en la segunda quincena de octubre de 2026"
        assert w.word_plural(3, "month") == "tres meses"
        assert (w.ahead(1), w.ahead(6), w.span(7_400, 11_700)) == (
            "a un mes",
            "a seis meses",
            "7,400 a 11,700",
        )
        assert w.possessive("agosto") == "agosto"
        assert (w.joined(["A", "B"]), w.joined(["A", "Italia"]), w.joined(["A", "hielo"])) == (
            "A y B",
            "A e Italia",
            "A y hielo",
        )
    assert w.joined(["A", "Italy"]) == "A and Italy"


def test_a_label_of_the_package_is_translated_and_a_users_own_stays():
    with speaking("es"):
        assert [label for label in shipped_labels() if shipped(label) == label] == []
        assert shipped("A label | of mine {x}") == "A label | of mine {x}"
