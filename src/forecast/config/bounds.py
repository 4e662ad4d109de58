"""What a setting may be beyond its type, stated once, in its type: ``Annotated[int, Bounds(1, 60)]``."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


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
    """A text that is not empty.

    Examples
    --------
    >>> Written().problem(" ")
    "' '; expected a text that is not empty"
    """

    def problem(self, value: object) -> str:
        """Return what is wrong with a text, or an empty text."""
        empty = isinstance(value, str) and not value.strip()
        return f"{value!r}; expected a text that is not empty" if empty else ""

    def __str__(self) -> str:
        return "not empty"


@dataclass(frozen=True)
class Dated:
    """A month as files write it, or a day; `word` may stand in its place.

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
        if not isinstance(value, str) or (self.word and value == self.word) or right(value):
            return ""
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
RULES = (Bounds, Distinct, Written, Dated, Ascending)


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


def _plain(number: float) -> str:
    """Return a number with all its digits, a whole one without a point."""
    return f"{number:.0f}" if number == round(number) else str(number)
