"""Sentences of the page: Jinja macros in `text/<language>/<section>.j2`, one macro a sentence."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import jinja2

from forecast.report import format as w
from forecast.report.catalogue import language

if TYPE_CHECKING:
    from jinja2.runtime import Macro

TEXT = Path(__file__).parent / "text"
#: How a template writes a number or a day: functions of `format`, in the language of the page.
FILTERS: Mapping[str, Callable[..., str]] = {
    "ahead": w.ahead,
    "between": lambda ends: w.joined([w.given(end) for end in ends]),
    "capital": w.capital,
    "chance": w.chance,
    "count": w.count,
    "day": w.day_long,
    "day_short": w.day_short,
    "decimal": w.decimal,
    "effect": w.effect,
    "exact": w.exact,
    "given": w.given,
    "half_of_month": w.half_of_month,
    "million": w.million,
    "millions": w.millions,
    "hits": lambda pair: w.hits(*pair),
    "hits_of_the": lambda pair: w.hits_of_the(*pair),
    "month": w.month_long,
    "joined": w.joined,
    "month_name": w.month_name,
    "month_short": w.month_short,
    "percent": w.percent,
    "percent_of_log": lambda value: f"{w.signed(100 * math.expm1(value), 1)}%",
    "possessive": w.possessive,
    "rounded": w.rounded,
    "signed": w.signed,
    "size_of_change": lambda pair: w.plain_change(*pair),
    "skill": w.skill,
    "tenth": w.nearest_tenth,
    "to": w.to,
    "whole_percent": lambda value: f"{w.count(round(abs(value)))}%",
    "word": w.number_word,
}


class Sentence(NamedTuple):
    """A sentence of the page: its macro, the values that went into it, and what it says."""

    id: str
    values: Mapping[str, object]
    text: str


class Prose:
    """The sentences of one template; `prose.find(...)` renders its macro `find` on one line.

    Where a list is given, every sentence is noted in it.
    """

    def __init__(self, name: str, template: jinja2.Template, said: list[Sentence] | None = None) -> None:
        self._name, self._template, self._module, self._said = name, template, template.module, said

    def __getattr__(self, name: str) -> Callable[..., str]:
        return self.macro(name)

    def noting(self, said: list[Sentence]) -> Prose:
        """Return the same sentences, each noted in a list when it is said."""
        return Prose(self._name, self._template, said)

    def macro(self, name: str) -> Callable[..., str]:
        """Return the macro of this name as a function that renders it on one line."""
        macro: Macro = getattr(self._module, name)

        def say(*values: object, **named: object) -> str:
            text = " ".join(macro(*values, **named).split())
            if self._said is not None:
                given = dict(zip(macro.arguments, values, strict=False)) | named
                self._said.append(Sentence(f"{self._name}.{name}", given, text))
            return text

        return say

    @property
    def parameters(self) -> dict[str, tuple[str, ...]]:
        """Names of the macros, each with its parameters."""
        found = vars(self._module).items()
        return {name: tuple(value.arguments) for name, value in found if hasattr(value, "arguments")}


def prose(section: str) -> Prose:
    """Return the sentences of a section in the language of the page."""
    return _template(section, language())


@cache
def _template(section: str, code: str) -> Prose:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEXT / code),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=jinja2.select_autoescape(),  # plain text: the writers escape for where it goes
    )
    environment.filters.update(FILTERS)
    return Prose(section, environment.get_template(f"{section}.j2"))
