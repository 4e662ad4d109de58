"""The language of a page: English stands in the code, every other language is one file in `languages/`.

A sentence is written as a template, ``t("Up to date: {month} is the latest month", month=...)``. The English
template is the key under which a language's file holds its translation; what a file lacks stays English.
Names from the calendar, from sources and from the reader's own figures are data and stay as they are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from forecast.data.layouts.months import MONTH_NAMES
from forecast.errors import ForecastError

LANGUAGES = Path(__file__).parent / "languages"


@dataclass(frozen=True)
class Formats:
    """How a language writes numbers and dates; a file of `languages/` states what differs from English."""

    code: str = "en"
    thousands: str = ","
    decimal: str = "."
    months: Sequence[str] = tuple(MONTH_NAMES)
    months_short: Sequence[str] = (
        "Jan",
        "Feb",
        "Mar",
        "Apr",
        "May",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
        "Oct",
        "Nov",
        "Dec",
    )
    day: str = "{day} {month} {year}"
    month: str = "{month} {year}"
    month_short: str = "{month} {year}"
    possessive: bool = True


_LANGUAGE: ContextVar[str] = ContextVar("language", default="en")


def languages() -> list[str]:
    """Return the codes of all languages that a page can have.

    Examples
    --------
    >>> languages()
    ['en', 'es']
    """
    return sorted(["en", *(path.stem for path in LANGUAGES.glob("*.toml"))])


@cache
def _file(code: str) -> tuple[Formats, Mapping[str, str]]:
    """Return the formats and the sentences of a language."""
    if code == "en":
        return Formats(), {}
    if code not in languages():
        known = ", ".join(languages())
        raise ForecastError(f"report.language: there is no language {code!r}; known are {known}")
    held = tomllib.loads((LANGUAGES / f"{code}.toml").read_text(encoding="utf-8"))
    return Formats(**{**held["formats"], "code": code}), held["sentences"]


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Write everything inside the block in one language.

    `code`: One of `languages`; raises ForecastError where there is no such language.

    Examples
    --------
    >>> with speaking("es"):
    ...     t("Forecast")
    'Pronóstico'
    """
    _file(code)
    token = _LANGUAGE.set(code)
    try:
        yield
    finally:
        _LANGUAGE.reset(token)


def language() -> str:
    """Return the code of the language of the page."""
    return _LANGUAGE.get()


def shipped(label: str) -> str:
    """Return a label or question of `conf/` in the language of the page; a user's own as it is."""
    return _file(language())[1].get(label, label)


def formats() -> Formats:
    """Return how the language of the page writes numbers and dates."""
    return _file(language())[0]


def t(template: str, /, **values: object) -> str:
    """Return a sentence in the language of the page, its places filled.

    `template`: The English sentence, with ``{name}`` where a value goes; blanks at its ends are kept. A
    part of it behind ``|`` is never printed: it tells two meanings of the same English words apart;
    `**values`: The values by their names.

    Examples
    --------
    >>> t("the {level} range held", level="80%")
    'the 80% range held'
    >>> t("none|of events")
    'none'
    """
    bare = template.strip()
    found = _file(language())[1].get(bare)
    if found is None:
        found = bare.partition("|")[0]
    start = len(template) - len(template.lstrip())
    end = len(template) - len(template.rstrip())
    text = found.format_map(values) if values else found
    return template[:start] + text + template[len(template) - end :]


def mark(template: str) -> str:
    """Return the template as it is: for sentences of the catalogue that are told later, by ``t(name)``."""
    return template
