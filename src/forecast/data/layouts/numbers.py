"""Figures of a column as texts: which mark stands before decimals is decided by the whole column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from forecast.data.layouts.grid import clean, is_whole
from forecast.data.layouts.names import plain
from forecast.data.parse import MISSING

MARK_WORDS = {".": "dot", ",": "comma"}
_MISSING = MISSING | {":", "...", "…", "n.a.", "n.d.", "nd", "s.d.", "s/d", "#n/a", "#n/v", "#nv", "k.a."}
_MISSING |= {"n/e", "n/d", "n.e.", "k.w.", "[x]", "[z]", "[c]", "[u]"}  # central banks; British statistics
_MISSING |= {"/", "*", "**", "***", "--", "---", "na.", "n.v.", "n.c.", "nc", "s/i", "(na)", "(d)", "(x)"}
_MISSING |= {"no data", "not available", "no disponible", "non disponible", "nicht verfugbar", "sin dato"}
_MISSING |= {": c", ":c", ": u", ":u", ": z", ":z"}  # Eurostat
_FOOTNOTE = re.compile(
    r"(?<=\d)\s*(\([a-zA-Z0-9*]{1,2}\)|\[(?:note |nota )?[a-zA-Z0-9*]{1,2}\]|\s\d{1,2}\)"
    r"|[*†‡§]+|[¹²³⁰⁴-⁹ʰ-ˣᵃ-ᶻ]+)$"
    r"|(?<=\d) ([a-zA-Z]|[bdefipru]{2})$|(?<=\d)[prPR]$|^\([prePRE]\)\s*(?=\d)"
)
_SPACES = re.compile(r"(?<=\d)[ \u00a0\u202f\u2007\u2009'’´](?=\d{3}(\D|$))")
_NUMBER = re.compile(r"[+-]?(\d[\d.,]*|[.,]\d+)([eE][+-]?\d+)?")
_MONEY = re.compile(
    r"^([+-]?)\s*(?:(?:US|R|C|A|MX)?[$€£¥₹]|EUR|USD|GBP|CHF|MXN|CAD|AUD|Fr\.)\s*"
    r"|\s*(?:[$€£¥₹]|EUR|USD|GBP|CHF|MXN|CAD|AUD|Fr\.)$"
)
#: A price without cents: 12.000,- and 12'000.-
_NO_CENTS = re.compile(r"(?<=\d)([.,])[-–—]+$")
#: A minus in another sign than the usual one, or apart from its figure; one behind it; brackets.
_MINUS_IN_FRONT = re.compile(r"^([\u2212\u2013]\s*|-\s+)(?=[\d.,$€£])")
_MINUS_BEHIND = re.compile(r"(\d[\d.,' \u00a0\u202f]*)\s*[-\u2212\u2013]")
_BRACKETS = re.compile(r"\(\s*([^()\s-][^()-]*?)\s*\)")
_UNCLEAR = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
#: A single cell among so many that could be read both ways decides nothing: it may be a slip.
_LONE = 5


@dataclass(frozen=True)
class Marks:
    """What the marks in the figures of a column mean.

    Attributes
    ----------
    decimal : str
        ``.`` or ``,``.
    thousands : str
        The mark between thousands; empty when there is none.
    words : str
        That in words, empty when no mark needs any.
    problem : tuple of (what, hint), optional
        Why it could not be decided.
    at : int
        Position of a cell that shows the problem.
    """

    decimal: str = "."
    thousands: str = ""
    words: str = ""
    problem: tuple[str, str] | None = None
    at: int = 0


@dataclass(frozen=True)
class Context:
    """What else a file tells about its marks.

    Attributes
    ----------
    decimal : str, optional
        What the user says.
    commas : bool
        Commas separate the cells, so that one inside a cell was quoted.
    dates : str
        ``dotted`` or ``foreign`` or ``english`` dates, or neither.
    """

    decimal: str | None = None
    commas: bool = False
    dates: str = ""


@lru_cache(maxsize=65536)
def bare(text: str) -> str:
    """Return a figure without marks of footnotes, currency and spaces between thousands."""
    if is_whole(text):  # wide tables are mostly whole numbers, and each cell is asked
        return text
    text = _MINUS_IN_FRONT.sub("-", _FOOTNOTE.sub("", clean(text).removeprefix("'")))
    text = _NO_CENTS.sub(r"\g<1>0", text)
    text = _MONEY.sub(r"\1", text)
    negative = _MINUS_BEHIND.fullmatch(text) or _BRACKETS.fullmatch(text)
    if negative is not None:
        text = f"-{_MONEY.sub('', negative[1].strip())}"
    return _SPACES.sub("", text)


def signs_of(texts: Sequence[str]) -> str:
    """Return in words how figures below zero are written, where it is not by a minus in front."""
    ends = [clean(t) for t in texts if t[-1:] in ")-\u2212\u2013" and len(t) > 1 and is_number(t)]
    words = ["brackets as a minus"] if any(_BRACKETS.search(t) and bare(t)[0] == "-" for t in ends) else []
    return " and ".join(
        [*words, *(["a minus behind as one in front"] if any(t[-1] != ")" for t in ends) else [])]
    )


def is_missing(text: str) -> bool:
    """Tell whether a cell says that there is no figure."""
    return not text[:1].isdigit() and plain(clean(text)) in _MISSING


@lru_cache(maxsize=65536)
def is_number(text: str) -> bool:
    """Tell whether a cell holds a figure, whatever its marks mean."""
    text = bare(text)
    return _NUMBER.fullmatch(text.removesuffix("%").rstrip()) is not None


def number_text(value: float) -> str:
    """Return a number of a spreadsheet or frame as a text that cannot be read in two ways."""
    text = str(int(value)) if value == value // 1 and abs(value) < 1e15 else repr(float(value))
    return f"{text}0" if _UNCLEAR.fullmatch(text) else text


def _grouped(mark: str, text: str) -> bool:
    return re.fullmatch(rf"[+-]?\d{{1,3}}({re.escape(mark)}\d{{3}})+", text) is not None


def marks_of(texts: Sequence[str], context: Context) -> Marks:
    """Decide from all cells of a column which mark stands before decimals and which between thousands."""
    numbers = [bare(t).removesuffix("%").rstrip() if is_number(t) else "" for t in texts]
    if context.decimal:
        return _told(context.decimal, numbers)
    votes: dict[str, dict[str, list[int]]] = {
        mark: {"decimal": [], "thousands": [], "unclear": []} for mark in MARK_WORDS
    }
    for i, text in enumerate(numbers):
        _vote(votes, text.lstrip("+-"), i)
    meant: dict[str, str] = {}
    for mark, found in votes.items():
        if found["decimal"] and found["thousands"]:
            return _contradiction(mark, texts, found)
        if found["thousands"]:
            meant[mark] = "thousands"
        elif found["decimal"] and not _is_slip(mark, found, numbers, context):
            meant[mark] = "decimal"
    if list(meant.values()) in (["decimal", "decimal"], ["thousands", "thousands"]):
        first, second = (votes[mark][meant[mark]][0] for mark in votes)
        what = (
            f"'{texts[first]}' and '{texts[second]}' do not go together: both dot and comma as {meant['.']}"
            " mark"
        )
        return Marks(problem=(what, "write all figures in one way, or say --decimal"), at=second)
    for mark, found in votes.items():
        if found["unclear"] and mark not in meant:
            other = meant.get("," if mark == "." else ".")
            meaning = {"decimal": "thousands", "thousands": "decimal", None: _by_context(mark, context)}[
                other
            ]
            if not meaning:
                return _ambiguous(mark, texts, found["unclear"])
            meant[mark] = meaning
    decimal = next((m for m, what in meant.items() if what == "decimal"), "")
    thousands = next((m for m, what in meant.items() if what == "thousands"), "")
    return _worded(decimal or ("." if thousands != "." else ","), thousands, bool(decimal))


def _vote(votes: dict[str, dict[str, list[int]]], text: str, at: int) -> None:
    present = [mark for mark in MARK_WORDS if mark in text]
    if "e" in text.lower() or not present:
        return
    if len(present) == 2:
        last = max(present, key=text.rfind)
        first = "," if last == "." else "."
        head, _, tail = text.rpartition(last)
        if _grouped(first, head) and tail.isdigit():
            votes[last]["decimal"].append(at)
            votes[first]["thousands"].append(at)
        return
    mark = present[0]
    if text.count(mark) > 1:
        if _grouped(mark, text):
            votes[mark]["thousands"].append(at)
        return
    votes[mark]["unclear" if _UNCLEAR.fullmatch(text) else "decimal"].append(at)


def _is_slip(mark: str, found: dict[str, list[int]], numbers: Sequence[str], context: Context) -> bool:
    """Tell whether decimals rest on a single cell that is more likely a slip than a rule."""
    lone = len(found["decimal"]) == 1 and not numbers[found["decimal"][0]].lstrip("+-").startswith("0")
    if lone and len(found["unclear"]) >= _LONE:
        return True
    quoted = mark == "," and context.commas
    return quoted and (len(found["decimal"]) == 1 or len(found["unclear"]) > len(found["decimal"]))


def _by_context(mark: str, context: Context) -> str:
    if mark == "," and (context.commas or context.dates == "english"):
        return "thousands"
    return "thousands" if mark == "." and context.dates in ("dotted", "foreign") else ""


def _worded(decimal: str, thousands: str, seen: bool) -> Marks:
    parts = [f"{MARK_WORDS[thousands]}s as thousands"] if thousands else []
    if seen and decimal == ",":
        parts.append("commas as decimal marks")
    return Marks(decimal, thousands, " and ".join(parts))


def _told(decimal: str, numbers: Sequence[str]) -> Marks:
    other = "," if decimal == "." else "."
    thousands = other if any(other in n for n in numbers) else ""
    return _worded(decimal, thousands, any(decimal in n for n in numbers))


def _contradiction(mark: str, texts: Sequence[str], found: dict[str, list[int]]) -> Marks:
    one, two = found["thousands"][0], found["decimal"][0]
    word = MARK_WORDS[mark]
    what = f"'{texts[one]}' has the {word} between thousands, '{texts[two]}' before decimals"
    odd = two if len(found["decimal"]) <= len(found["thousands"]) + len(found["unclear"]) else one
    return Marks(problem=(what, "correct the cell that is wrong, or say --decimal . or --decimal ,"), at=odd)


def _ambiguous(mark: str, texts: Sequence[str], at: list[int]) -> Marks:
    text = bare(texts[at[0]])
    joined, point = text.replace(mark, ""), text.replace(mark, ".")
    other = "," if mark == "." else "."
    word = MARK_WORDS[mark]
    what = (
        f"'{texts[at[0]]}' can be read in two ways: {word} for thousands: {joined};"
        f" decimal {'point' if mark == '.' else 'comma'}: {point}"
    )
    hint = f"say which: --decimal {other} ({word} for thousands) or --decimal {mark} (data.layout.decimal)"
    return Marks(problem=(what, hint), at=at[0])


def is_percent(texts: Sequence[str]) -> bool:
    """Tell whether all figures of a column carry a percent sign."""
    numbers = [t for t in texts if is_number(t)]
    return len(numbers) > 1 and all(bare(t).endswith("%") for t in numbers)


def plain_number(text: str, marks: Marks, percent: bool = False) -> str | None:
    """Return a figure as ``1234.5``; None when it is not written as the marks of its column ask for."""
    if is_missing(text):
        return ""
    number = bare(text)
    if percent:
        number = number.removesuffix("%").rstrip()
    if is_whole(number):
        return number
    point, group = re.escape(marks.decimal), re.escape(marks.thousands or "\u00a0")
    if re.fullmatch(rf"[+-]?\d{{1,3}}({group}\d{{3}})+({point}\d*)?", number):
        return number.replace(marks.thousands or "\u00a0", "").replace(marks.decimal, ".")
    if re.fullmatch(rf"[+-]?(\d+({point}\d*)?|{point}\d+)([eE][+-]?\d+)?", number):
        return number.replace(marks.decimal, ".")
    return None
