"""Sentences of the page: Jinja macros in `text/<language>/<section>.j2`, one macro a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from forecast.report import format as w
from forecast.report.catalogue import language

if TYPE_CHECKING:
    from jinja2.runtime import Macro

TEXT = Path(__file__).parent / "text"
#: How a template writes a number or a day: functions of `format`, in the language of the page.
FILTERS: Mapping[str, Callable[..., str]] = {
    "ahead": w.ahead,
    "capital": w.capital,
    "count": w.count,
    "day": w.day_long,
    "day_short": w.day_short,
    "decimal": w.decimal,
    "effect": w.effect,
    "half_of_month": w.half_of_month,
    "hits": lambda pair: w.hits(*pair),
    "hits_of_the": lambda pair: w.hits_of_the(*pair),
    "month": w.month_long,
    "month_name": w.month_name,
    "percent": w.percent,
    "rounded": w.rounded,
    "signed": w.signed,
    "skill": w.skill,
    "tenth": w.nearest_tenth,
    "word": w.number_word,
}


class Prose:
    """The sentences of one template; `prose.find(...)` renders its macro `find` on one line."""

    def __init__(self, template: jinja2.Template) -> None:
        self._module = template.module

    def __getattr__(self, name: str) -> Callable[..., str]:
        return self.macro(name)

    def macro(self, name: str) -> Callable[..., str]:
        """Return the macro of this name as a function that renders it on one line."""
        macro: Macro = getattr(self._module, name)
        return lambda *values, **named: " ".join(macro(*values, **named).split())

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
    return Prose(environment.get_template(f"{section}.j2"))
