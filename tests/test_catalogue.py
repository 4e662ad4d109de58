"""The catalogue: every template of the page has its translation, with the same places, and none is left over."""

import ast
import re
import string
import tomllib
from pathlib import Path

import pytest

from forecast.report import catalogue
from forecast.report.catalogue import LANGUAGES, mark, speaking, t
from forecast.spec import ForecastError

REPORT = Path(catalogue.__file__).parent
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
            found |= {"and", *(text for last in [*node.args[1:], *(k.value for k in node.keywords)] for text in _constants(last))}
    return {text.strip() for text in found}


def templates_of_page(path):
    """Templates of a Jinja file: literal arguments of `t`."""
    return set(re.findall(r"""\bt\(\s*"([^"]+)\"""", path.read_text(encoding="utf-8")))


def every_template():
    found = set()
    for path in REPORT.glob("*.py"):
        found |= templates_of_module(path)
    for path in (REPORT / "templates").glob("*.j2"):
        found |= templates_of_page(path)
    return found - {"", "one", "template"}


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
