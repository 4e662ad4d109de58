"""Numbers, dates and words as the page prints them: small rules, one function each.

Nothing here knows a table. Every function takes plain values and returns text; the rules are those that a
reader sees in the foot notes ("rounded to the nearest 100", "chances in steps of 5%").
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import pandas as pd

from forecast.report.catalogue import formats, mark, t

MINUS = "−"
NUMBER_WORDS = (
    mark("none"),
    mark("one"),
    mark("two"),
    mark("three"),
    mark("four"),
    mark("five"),
    mark("six"),
    mark("seven"),
    mark("eight"),
    mark("nine"),
    mark("ten"),
    mark("eleven"),
    mark("twelve"),
)

_SOUND_OF_I = re.compile(r"[“\"]?h?[ií](?![ae])", re.IGNORECASE)

# --------------------------------------------------------------------------- numbers


def _grouped(value: float, decimals: int = 0) -> str:
    text = f"{abs(value):,.{decimals}f}"
    negative = value < 0 and any(ch in "123456789" for ch in text)
    return (MINUS if negative else "") + _local(text)


def _local(number: str) -> str:
    """Return a number written ``1,234.5`` with the marks of the page's language."""
    marks = {",": formats().thousands, ".": formats().decimal}
    return "".join(marks.get(character, character) for character in number)


def count(value: float) -> str:
    """Return a published figure as published: all its digits, thousands parted by commas.

    Examples
    --------
    >>> count(8870)
    '8,870'
    >>> count(12.5), count(0.000000416123)
    ('12.5', '0.000000416')
    """
    if float(value).is_integer():
        return _grouped(value)
    # three decimals, more of small figures, fewer of figures whose digits before the point say enough
    size = math.floor(math.log10(abs(value)))
    places = 2 - size if size < 0 else max(min(3, 8 - size), 0)
    text = f"{abs(value):,.{places}f}"
    text = text.rstrip("0").rstrip(".") if places else text
    return (MINUS if value < 0 else "") + _local(text)


#: The coarsest step of the forecasts of a page, see `rounding`.
_STEP: ContextVar[float] = ContextVar("step", default=math.inf)


@contextmanager
def rounding(width: float) -> Iterator[None]:
    """Round every forecast in the block so that a range of this width keeps two significant digits.

    Examples
    --------
    >>> with rounding(0.38):
    ...     rounded(372.1, False), span(371.92, 372.3, False)
    ('372.10', '371.92 to 372.30')
    """
    token = _STEP.set(_two_digits(width) if width > 0 else math.inf)
    try:
        yield
    finally:
        _STEP.reset(token)


def _two_digits(width: float) -> float:
    """Return the step by which a range of this width has two significant digits."""
    return float(10.0 ** (math.floor(math.log10(width)) - 1))


def step_of(value: float) -> int:
    """Return the step to which a forecast of this size is rounded:
    10 below 2,000, 100 below 20,000, 1,000 below a million, then to three significant digits.
    """
    size = abs(value)
    if size >= 999_500:
        # what rounds up to the next power of ten has the step of that
        return int(10 ** (math.floor(math.log10(size / 0.9995 * (1 + 1e-12))) - 2))
    if size >= 19_950:
        return 1000
    if size >= 1_995:
        return 100
    return 10 if size >= 99.5 else 1


def _step(value: float, whole: bool) -> float:
    """Return the step of a forecast: that of its size, or a finer one where the ranges of the page are
    narrower; a count is never parted.
    """
    if whole:
        return max(min(float(step_of(value)), _STEP.get()), 1.0)
    if _STEP.get() < 1:
        return _STEP.get()  # the same decimals for all numbers of a page
    small = value != 0 and abs(value) < 995
    own = 10.0 ** (math.floor(math.log10(abs(value))) - 2) if small else float(step_of(value))
    return min(own, _STEP.get())


def forecast_number(value: float, whole: bool = True) -> float:
    """Return a forecast rounded so that no digit is finer than its uncertainty.

    `value`: A forecast or the end of a range; `whole`: False for series that are not counts: three
    significant digits then.
    """
    return _at_step(value, _step(value, whole))


def _at_step(value: float, step: float) -> float:
    if step < 1:
        return round(value, -round(math.log10(step)))
    # half a step always rounds away from zero, so that a reader can follow it
    return math.copysign(math.floor(abs(value) / step + 0.5) * step, value)


def rounded(value: float, whole: bool = True) -> str:
    """Return a forecast as text, rounded by `forecast_number`.

    Examples
    --------
    >>> rounded(11_672), rounded(22_140), rounded(433.2), rounded(964_320_000)
    ('11,700', '22,000', '430', '964 million')
    """
    return _text(value, _step(value, whole))


def _text(value: float, step: float) -> str:
    """Return a number at a step: as many decimals as the step has, millions and billions in words."""
    number = _at_step(value, step)
    for unit, words in ((1e9, "{number} billion"), (1e6, "{number} million")):
        if abs(number) >= unit:
            places = max(0, -math.floor(math.log10(step / unit) + 1e-9))
            return t(words, number=_grouped(number / unit, places))
    if step < 1 and _STEP.get() < 1:
        return _grouped(number, -round(math.log10(step)))
    return count(number)


def span(low: float, high: float, whole: bool = True) -> str:
    """Return a range as ``low to high``, both rounded like forecasts; ends that differ are never the same
    text.

    Examples
    --------
    >>> span(371.9, 372.3, False), span(0.6, 1.4)
    ('371.90 to 372.30', '0 to 2')
    """
    ends = rounded(low, whole), rounded(high, whole)
    if ends[0] == ends[1] and low < high:
        with rounding(high - low):
            ends = rounded(low, whole), rounded(high, whole)
    if ends[0] == ends[1] and low < high:  # counts have no parts
        ends = count(math.floor(low)), count(math.ceil(high))
    return t("{low} to {high}", low=ends[0], high=ends[1])


def places_of(values: Iterable[float]) -> int:
    """Return how many decimals figures are told with: none of whole and of large ones, else three digits.

    Examples
    --------
    >>> places_of([9_312, 80]), places_of([1234.5, 80.2]), places_of([0.0688, 0.051])
    (0, 0, 4)
    """
    known = [abs(float(value)) for value in values if value == value]
    largest = max(known, default=0.0)
    if largest == 0.0 or all(value.is_integer() for value in known):
        return 0
    return max(0, 2 - math.floor(math.log10(largest)))


def signed(value: float, decimals: int = 0) -> str:
    """Return a number with its sign, a true minus, and ``0`` without one."""
    text = _grouped(abs(value), decimals)
    if not any(ch in "123456789" for ch in text):
        return text
    return ("+" if value > 0 else MINUS) + text


def percent(share: float) -> str:
    """Return a share as whole percent; ends are not rounded onto 0% or 100% unless they are exact.

    Examples
    --------
    >>> percent(0.684), percent(0.998), percent(1.0)
    ('68%', '99%', '100%')
    """
    value = round(share * 100)
    if value == 100 and share < 1:
        value = 99
    if value == 0 and share > 0:
        value = 1
    return f"{MINUS if value < 0 else ''}{abs(value)}%"


def change(new: float, old: float) -> str:
    """Return the change from `old` to `new` in whole percent with its sign (``+40%``, ``−5%``, ``0%``)."""
    if old == 0:
        return t("from 0")
    return f"{signed(100 * (new / old - 1))}%"


def plain_change(new: float, old: float) -> str:
    """Return the size of a change in whole percent, without a sign."""
    return f"{_grouped(abs(100 * (new / old - 1)))}%"


def skill(value: float) -> str:
    """Return a skill with its sign; what lies below -100% is not told apart."""
    if value < -1:
        return t("below −100%")
    return f"{signed(100 * value)}%"


def given(value: float) -> str:
    """Return a rounded forecast as the page gives it: its decimals, millions in words."""
    whole = _STEP.get() >= 1 and float(value).is_integer()
    return _text(value, _step(value, whole))


def to(ends: tuple[float, float]) -> str:
    """Return a range whose ends are rounded already, ``102,000 to 176,000``."""
    return t("{low} to {high}", low=given(ends[0]), high=given(ends[1]))


def million(value: float, unit: bool = True) -> str:
    """Return a large sum in millions with two digits, a smaller one rounded like a forecast.

    Examples
    --------
    >>> million(1_834_000.0), million(612_400.0)
    ('1.8 million', '612,000')
    """
    if abs(value) < 999_500:
        return rounded(value)
    number = decimal(value / 1e6, 1)
    return t("{number} million", number=number) if unit else number


def millions(ends: tuple[float, float]) -> str:
    """Return a range of sums, ``1.6 to 2.3 million``."""
    low, high = ends
    both = min(abs(low), abs(high)) >= 999_500
    return t("{low} to {high}", low=million(low, not both), high=million(high))


def chance(probability: float) -> str:
    """Return a chance in steps of 5%, never under 5% or over 95%.

    Examples
    --------
    >>> chance(0.683), chance(0.004)
    ('70%', '5%')
    """
    return f"{min(95, max(5, math.floor(probability * 20 + 0.5) * 5))}%"


def hits(held: float, total: float) -> str:
    """Return ``152 of 200``."""
    return t("{held} of {total}", held=count(round(held)), total=count(round(total)))


def hits_of_the(held: float, total: float) -> str:
    """Return ``152 of the 200``."""
    return t("{held} of the {total}", held=count(round(held)), total=count(round(total)))


def factor(value: float) -> str:
    """Return a miss as a factor, ``× 1.80``."""
    return f"× {decimal(value, 2)}"


def effect(log_change: float) -> str:
    """Return a change given on logs in whole percent with its sign."""
    return f"{signed(100 * math.expm1(log_change))}%"


def level_name(level: float) -> str:
    """Return the name of a central range, ``80%``."""
    return f"{round(level * 100)}%"


def decimal(value: float, places: int) -> str:
    """Return a number with so many decimals and no mark between thousands.

    Examples
    --------
    >>> decimal(2.71828, 2)
    '2.72'
    """
    return _local(f"{value:.{places}f}")


def exact(value: float) -> str:
    """Return an estimate with three decimals, a large one with one."""
    return f"{MINUS if value < 0 else ''}{decimal(abs(value), 1 if abs(value) >= 100 else 3)}"


# --------------------------------------------------------------------------- dates

Month = pd.Period | dt.date | str
Day = dt.date | str


def month(value: Month) -> pd.Period:
    """Return a month as a `pandas.Period`, from a period, a date or ``YYYY-MM``."""
    return value if isinstance(value, pd.Period) else pd.Period(value, freq="M")


def month_short(value: Month) -> str:
    """Return ``Sep 2026`` (charts and tables)."""
    period = month(value)
    return str(formats().month_short.format(month=formats().months_short[period.month - 1], year=period.year))


def month_long(value: Month) -> str:
    """Return ``September 2026`` (prose)."""
    period = month(value)
    return str(formats().month.format(month=formats().months[period.month - 1], year=period.year))


def month_name(value: Month) -> str:
    """Return the month without its year."""
    return str(formats().months[month(value).month - 1])


def month_abbreviation(value: Month) -> str:
    """Return the short name of the month, without its year."""
    return str(formats().months_short[month(value).month - 1])


def day_long(value: Day) -> str:
    """Return ``30 September 2026``."""
    day = pd.Timestamp(value)
    return str(formats().day.format(day=day.day, month=formats().months[day.month - 1], year=day.year))


def day_short(value: Day) -> str:
    """Return ``30 Sep 2026`` (charts and tables)."""
    day = pd.Timestamp(value)
    return f"{day.day} {formats().months_short[day.month - 1]} {day.year}"


def half_of_month(value: Day) -> str:
    """Return ``in the second half of October 2026``: how a day is told that is not on record."""
    day = pd.Timestamp(value)
    if day.day <= 15:
        return t("in the first half of {month}", month=month_long(day))
    return t("in the second half of {month}", month=month_long(day))


# --------------------------------------------------------------------------- words


def number_word(number: int) -> str:
    """Return a whole number up to twelve as a word, larger ones as digits."""
    return t(NUMBER_WORDS[number]) if 0 <= number < len(NUMBER_WORDS) else count(number)


def plural(number: float, noun: str, many: str = "") -> str:
    """Return ``1 month`` or ``3 months``."""
    return f"{count(number)} {t(noun if number == 1 else many or noun + 's')}"


def word_plural(number: int, noun: str, many: str = "") -> str:
    """Return ``one month`` or ``three months``."""
    if number == 1:
        return t(f"one {noun}")
    return f"{number_word(number)} {t(many or noun + 's')}"


def capital(text: str) -> str:
    """Return the text with its first letter as a capital and the rest as it was."""
    return text[:1].upper() + text[1:]


def joined(items: Sequence[str], last: str = "and") -> str:
    """Return ``a, b and c``; `last` is one of the words ``and`` and ``or``."""
    parts = [item for item in items if item]
    if len(parts) < 2:
        return "".join(parts)
    # Spanish has another word for "and" before the sound of an i
    word = t("and|before the sound of an i") if last == "and" and _SOUND_OF_I.match(parts[-1]) else t(last)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def possessive(name: str) -> str:
    """Return ``August’s``, ``the United States’``; the bare name in languages without that form."""
    if not formats().possessive:
        return name
    return f"{name}’" if name.endswith("s") else f"{name}’s"


def ahead(months: int) -> str:
    """Return ``one month ahead``, ``six months ahead``."""
    return t("{months} ahead", months=word_plural(months, "month"))


def nearest_tenth(share: float) -> str:
    """Return what a range is nearer to, in steps of 10%, for "nearer to a 70% range"."""
    return f"{round(math.floor(share * 10 + 0.5) * 10)}%"


def refused(have: float, need: float) -> str:
    """Return what a cell prints where a range is refused."""
    return t("refused: {have} of {need} errors", have=count(round(have)), need=count(round(need)))


def shortened(text: str, limit: int) -> str:
    """Return a name of at most `limit` characters, without its bracket first, then cut at a word.

    Examples
    --------
    >>> shortened("Migrant Protection Protocols (Remain in Mexico)", 24)
    'Migrant Protection…'
    """
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    bare = re.sub(r"\s*\([^)]*\)", "", text).strip()
    if bare and len(bare) <= limit:
        return bare
    words = bare.split()
    shorter = (" ".join(words[:n]) for n in range(len(words) - 1, 0, -1))
    kept = next((part for part in shorter if len(part) < limit), bare[: limit - 1])
    return kept.rstrip(",;:–-") + "…"
