"""Sentences that other rooms write in English, told again in the language of the page.

Reasons, notes and names of steps come from rooms that know no page. Each is recognised by its template and
told by the catalogue; what is not recognised is data and stays as it is. On an English page nothing is touched.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache

from forecast.report import format as w
from forecast.report.catalogue import formats, t
from forecast.report.phrases import PHRASES


def retold(text: str) -> str:
    """Return a text of another room in the language of the page, sentence by sentence.

    Examples
    --------
    >>> retold("from 11 May 2023: 11 active months with a figure")
    'from 11 May 2023: 11 active months with a figure'
    """
    if formats()["code"] == "en":
        return text
    found = _one(text)
    if found is not None:
        return found
    sentences = re.split(r"(?<=\.) (?=[A-Z])", text)
    return " ".join(map(retold, sentences)) if len(sentences) > 1 else text


def _one(text: str) -> str | None:
    for template, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found:
            return t(template, **{name: _part(name, value) for name, value in found.groupdict().items()})
    return None


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return every template with the pattern that recognises it, in the order in which they are tried."""
    # a place never holds the end of a sentence and the beginning of the next
    place = r"(?P<\1>(?:(?!\. [A-Z]).)+?)"
    return tuple(
        (
            template,
            re.compile(re.sub(r"\\\{(\w+)\\\}", lambda found: found.expand(place), re.escape(template))),
        )
        for template in PHRASES
    )


def _part(place: str, value: str) -> str:
    """Return a value of a sentence: days and months as the page writes them, a list of parts one by one."""
    day = w.day_long if place == "day" else w.day_short
    for form, told in (("%d %b %Y", day), ("%d %B %Y", day), ("%B %Y", w.month_long)):
        try:
            return told(datetime.strptime(value, form))
        except ValueError:
            continue
    parts = value.split(", ")
    if len(parts) > 1 and all(_one(part) is not None for part in parts):
        return ", ".join(map(retold, parts))
    return retold(value)
