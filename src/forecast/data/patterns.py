"""Patterns of names of series, as calendars and `breaks.csv` hold them."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from functools import cache

Pattern = tuple[bool, re.Pattern[str]]


@cache
def patterns(text: str) -> tuple[Pattern, ...]:
    """Return the compiled patterns of one event (``*`` and ``?``); the flag marks those that remove.

    A bracket stands for itself, as it may in the name of a series.
    """
    made = []
    for part in filter(None, (p.strip() for p in text.split(";"))):
        removes = part.startswith("!")
        plain = part.removeprefix("!").replace("[", "[[]")
        made.append((removes, re.compile(fnmatch.translate(plain))))
    return tuple(made)


def decide(rules: Sequence[Pattern], series_id: str) -> bool:
    """Tell whether a series is touched: the last pattern that matches it decides."""
    touched = False
    for removes, pattern in rules:
        if pattern.match(series_id):
            touched = not removes
    return touched


def matches(text: str, series_id: str) -> bool:
    """Tell whether a list of patterns, as ``series_ids`` holds it, touches a series.

    Examples
    --------
    >>> matches("southwest*;!*.ofo*", "southwest.usbp"), matches("southwest*;!*.ofo*", "southwest.ofo.tucson")
    (True, False)
    """
    return decide(patterns(text), series_id)
