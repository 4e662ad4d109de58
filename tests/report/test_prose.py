"""The sentences of the page: the same macros in every language, every one renders, and its words are approved."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path
from random import Random

import jinja2
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.report.catalogue import languages, speaking
from forecast.report.prose import TEXT, Prose, Sentence, prose
from prose_cases import LANGUAGES, SECTIONS, rendered, values

ROOT = Path(__file__).parents[2]
#: What no sentence holds: a value that is missing, marks of a template, a blank before a mark, two marks.
WRONG = re.compile(r"\bNone\b(?! of| beyond)|\bnan\b|Undefined|[{%]{2}|[%}]}| [,.;:]|,,|[a-zé%]\.[A-ZÁÉ]")
APPROVED = ROOT / "tests" / "approved"


def parameters(section, language):
    with speaking(language):
        return prose(section).parameters


def test_every_language_has_the_same_files():
    assert sorted(path.name for path in TEXT.iterdir()) == languages() == list(LANGUAGES)
    found = {language: sorted(p.name for p in (TEXT / language).iterdir()) for language in LANGUAGES}
    assert all(names == [f"{section}.j2" for section in SECTIONS] for names in found.values())


@pytest.mark.parametrize("section", SECTIONS)
def test_every_language_has_the_same_macros_with_the_same_parameters(section):
    english, *others = (parameters(section, language) for language in LANGUAGES)
    assert english and all(other == english for other in others)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", SECTIONS)
def test_a_macro_without_its_values_is_an_error(section, language):
    with speaking(language):
        text = prose(section)
        for macro in (name for name, needed in text.parameters.items() if needed):
            with pytest.raises((jinja2.UndefinedError, TypeError, ValueError)):
                text.macro(macro)()


def test_an_unknown_macro_and_a_misspelt_name_are_errors():
    with pytest.raises(AttributeError):
        prose("codes").no_such_macro()
    wrong = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
    with pytest.raises(jinja2.UndefinedError):
        Prose("a", wrong.from_string("{% macro a(x) %}{{ y }}{% endmacro %}")).a(1)


def test_what_is_said_is_noted_with_its_values():
    said = []
    text = prose("changed").noting(said)
    told = text.caption(pd.Period("2024-05", "M"))
    assert said == [Sentence("changed.caption", {"month": pd.Period("2024-05", "M")}, told)]
    prose("changed").caption(pd.Period("2024-05", "M"))
    assert len(said) == 1


@given(st.integers(0, 10**9))
@pytest.mark.parametrize("section", SECTIONS)
def test_every_macro_renders_whatever_stands_in_it(section, seed):
    for language in LANGUAGES:
        with speaking(language):
            text = prose(section)
            for macro, names in text.parameters.items():
                told = text.macro(macro)(**values(section, macro, names, Random(f"{macro} {seed}")))
                assert not WRONG.search(told), f"{language}/{section}.j2, {macro}: {told!r}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", SECTIONS)
def test_the_words_are_the_approved_ones(section, language, request):
    path = APPROVED / f"{section}.{language}.txt"
    told = "\n".join(rendered(section, language)) + "\n"
    if request.config.getoption("--approve"):
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text(encoding="utf-8"), (
        "read the change, then: pytest --approve tests/report/test_prose.py"
    )


def test_approved_texts_of_sections_that_are_gone_are_gone():
    assert sorted(p.name for p in APPROVED.iterdir()) == sorted(
        f"{section}.{language}.txt" for section in SECTIONS for language in LANGUAGES
    )


def test_the_wheel_holds_the_templates():
    """Hatch takes everything under the package that git does not ignore: nothing may be left out of it."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["packages"] == ["src/forecast"] and set(wheel) == {"packages", "force-include"}
    ignored = (ROOT / ".gitignore").read_text()
    assert "j2" not in ignored and "text" not in ignored
    text = files("forecast.report") / "text"
    for language in LANGUAGES:
        assert all((text / language / f"{section}.j2").is_file() for section in SECTIONS)
