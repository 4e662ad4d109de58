"""What a setting may be beyond its type, stated once, in its type: ``Annotated[int, Bounds(1, 60)]``."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlsplit

#: Longest text of a setting: as long as the path of a file may be.
_LONGEST = 4096
_FIRST_YEAR = "1750"


@dataclass(frozen=True)
class Bounds:
    """Ends of a number, both allowed; `above` in place of `low` is not allowed itself.

    Examples
    --------
    >>> str(Bounds(1, 60)), str(Bounds(above=0, high=2)), Bounds(1, 60).problem(0)
    ('between 1 and 60', 'above 0 and at most 2', '0; expected a number between 1 and 60')
    """

    low: float = -math.inf
    high: float = math.inf
    above: float = -math.inf
    without: tuple[float, ...] = ()

    def problem(self, value: object) -> str:
        """Return what is wrong with a value, or an empty text; what is no number is the type's business."""
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return ""
        if self.low <= value <= self.high and value > self.above and value not in self.without:
            return ""
        return f"{value}; expected a number {self}"

    def __str__(self) -> str:
        if math.isfinite(self.low) and math.isfinite(self.high):
            told = f"between {_plain(self.low)} and {_plain(self.high)}"
        else:
            parts = [
                f"above {_plain(self.above)}" if math.isfinite(self.above) else "",
                f"at least {_plain(self.low)}" if math.isfinite(self.low) else "",
                f"at most {_plain(self.high)}" if math.isfinite(self.high) else "",
            ]
            told = " and ".join(part for part in parts if part)
        return told + "".join(f", not {_plain(x)}" for x in self.without)


@dataclass(frozen=True)
class Distinct:
    """A list that names each value once, and at least so many.

    Examples
    --------
    >>> Distinct(1).problem(["a", "a"]), Distinct(1).problem([])
    ("['a', 'a']; names 'a' twice", '[]; name at least one')
    """

    at_least: int = 0

    def problem(self, value: object) -> str:
        """Return what is wrong with a list, or an empty text."""
        if not isinstance(value, Sequence) or isinstance(value, str):
            return ""
        if len(value) < self.at_least:
            return f"{list(value)}; name at least {'one' if self.at_least == 1 else self.at_least}"
        twice = [x for i, x in enumerate(value) if x in value[:i]]
        return f"{list(value)}; names {twice[0]!r} twice" if twice else ""

    def __str__(self) -> str:
        return f"each once, at least {self.at_least}" if self.at_least else "each once"


@dataclass(frozen=True)
class Written:
    """A text of something that is seen; where none is `needed`, an empty one stands for that.

    Examples
    --------
    >>> Written().problem(" "), Written(needed=False).problem("")
    ("' '; expected a text that is not empty", '')
    """

    needed: bool = True

    def problem(self, value: object) -> str:
        """Return what is wrong with a text, or an empty text."""
        if not isinstance(value, str) or (value == "" and not self.needed):
            return ""
        if not value.strip():
            return f"{value!r}; expected a text that is not {'empty' if self.needed else 'blank'}"
        if len(value) > _LONGEST:
            return f"{value[:20]!r}...; expected a text of at most {_LONGEST} characters"
        control = next((c for c in value if not c.isprintable() and c.isascii() and c not in "\n\t"), "")
        return (
            f"{value!r}; expected a text without control characters, and it holds {control!r}"
            if control
            else ""
        )

    def __str__(self) -> str:
        return "not empty" if self.needed else "not blank"


@dataclass(frozen=True)
class Word:
    """One word of letters, digits and `_`, as a forecast hub wants names.

    Examples
    --------
    >>> Word().problem("a b")
    "'a b'; expected one word of at most 100 letters, digits and _"
    """

    def problem(self, value: object) -> str:
        """Return what is wrong with a text, or an empty text."""
        wrong = isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_]{1,100}", value) is None
        return f"{value!r}; expected one word {self}" if wrong else ""

    def __str__(self) -> str:
        return "of at most 100 letters, digits and _"


@dataclass(frozen=True)
class Address:
    """An address of one of some schemes, to which a path may be added.

    Examples
    --------
    >>> Address(("https", "http")).problem("nope")
    "'nope'; expected an address that begins with https:// or http://"
    """

    schemes: tuple[str, ...]
    needed: bool = True

    def problem(self, value: object) -> str:
        """Return what is wrong with a text, or an empty text."""
        if not isinstance(value, str) or (value == "" and not self.needed):
            return ""
        try:
            parts = urlsplit(value)
            host = parts.hostname or (parts.scheme == "file" and parts.path)
            right = parts.scheme in self.schemes and host and (parts.port is None or parts.port > 0)
        except ValueError:  # a port or a bracket that cannot be
            right = False
        if not right or re.search(r"\s", value):
            return f"{value!r}; expected an address {self._form}"
        if not self.needed and (parts.query or parts.fragment):
            return f"{value!r}; expected an address without ? and #, since the names of pages come behind it"
        return ""

    @property
    def _form(self) -> str:
        *others, last = [f"{scheme}://" for scheme in self.schemes]
        return f"that begins with {', '.join(others)} or {last}"

    def __str__(self) -> str:
        return self._form + ("" if self.needed else ", or empty")


@dataclass(frozen=True)
class Scheduler:
    """Host and port of a scheduler, as Dask takes them; whether somebody answers there is seen by asking.

    Examples
    --------
    >>> Scheduler().problem("tcp://head:8786"), Scheduler().problem("head:8786"), Scheduler().problem("head")
    ('', '', "'head'; expected host:port or tcp://host:port")
    """

    def problem(self, value: object) -> str:
        """Return what is wrong with a text, or an empty text."""
        if not isinstance(value, str):
            return ""
        given = value if "://" in value else f"tcp://{value}"
        try:
            parts = urlsplit(given)
            right = parts.scheme in ("tcp", "tls", "ucx", "ws", "wss") and parts.hostname and parts.port
        except ValueError:
            right = False
        right = right and not (parts.path or parts.query or parts.fragment or re.search(r"[\s@]", value))
        return "" if right else f"{value!r}; expected host:port or tcp://host:port"

    def __str__(self) -> str:
        return "host:port or tcp://host:port"


@dataclass(frozen=True)
class Dated:
    """A month as files write it, or a day, not before 1750; `word` may stand in its place.

    No series of months is older than the sunspots of 1749, so an earlier date is a slip of the pen.

    Examples
    --------
    >>> Dated("month").problem("2020-13"), Dated("day", word="latest").problem("latest")
    ("'2020-13' is not a month (YYYY-MM)", '')
    """

    unit: Literal["month", "day"]
    word: str = ""

    def problem(self, value: object) -> str:
        """Return what is wrong with a text, or an empty text."""
        right = is_month if self.unit == "month" else is_day
        if not isinstance(value, str) or (self.word and value == self.word):
            return ""
        if right(value):
            return "" if value >= _FIRST_YEAR else f"{value!r} is before {_FIRST_YEAR}"
        if self.word:
            return f"{value!r} is neither {self._form} nor {self.word!r}"
        return f"{value!r} is not {self._form}"

    @property
    def _form(self) -> str:
        return "a month (YYYY-MM)" if self.unit == "month" else "a date (YYYY-MM-DD)"

    def __str__(self) -> str:
        return f"that is {self._form}" + (f" or {self.word!r}" if self.word else "")


@dataclass(frozen=True)
class Ascending:
    """A first and a last value, in this order.

    Examples
    --------
    >>> Ascending().problem(("2015-01", "2014-01"))
    "'2015-01' comes after '2014-01'; the first one stands first"
    """

    def problem(self, value: object) -> str:
        """Return what is wrong with a pair, or an empty text."""
        if not isinstance(value, Sequence) or len(value) != 2 or value[0] <= value[1]:
            return ""
        return f"{value[0]!r} comes after {value[1]!r}; the first one stands first"

    def __str__(self) -> str:
        return "in their order"


#: Every kind of rule that a type may carry.
RULES = (Bounds, Distinct, Written, Word, Address, Scheduler, Dated, Ascending)


def is_day(text: str) -> bool:
    """Tell whether a text is a day as files write it, ``YYYY-MM-DD``."""
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def is_month(text: str) -> bool:
    """Tell whether a text is a month as files write it, ``YYYY-MM``."""
    return len(text) == 7 and is_day(f"{text}-01")


def is_pattern(name: str) -> bool:
    """Tell whether a word of `target.series` may stand for several series.

    Examples
    --------
    >>> is_pattern("all"), is_pattern("AZ*"), is_pattern("AZ01")
    (True, True, False)
    """
    return name == "all" or any(sign in name for sign in "*?")


def _plain(number: float) -> str:
    """Return a number with all its digits, a whole one without a point."""
    return f"{number:.0f}" if number == round(number) else str(number)


# --------------------------------------------------------------------------- types of settings

#: What settings share: numbers with their ends, no more than a person would mean, texts and months.
Days = Annotated[int, Bounds(0, 3650)]
Months = Annotated[int, Bounds(1, 1200)]
HalfLife = Annotated[float, Bounds(1, 1200)]
Seconds = Annotated[float, Bounds(above=0, high=86400)]
Text = Annotated[str, Written()]
#: A text that may be left out.
Note = Annotated[str, Written(needed=False)]
Month = Annotated[str, Dated("month")]
Columns = Annotated[int, Bounds(0, 100)]
Priority = Annotated[int, Bounds(1, 3)]
#: Arguments of functions that no setting is.
Horizon = Annotated[int, Bounds(1, 1200)]
Levels = Annotated[tuple[Annotated[float, Bounds(0.0001, 0.9999)], ...], Distinct(1)]
