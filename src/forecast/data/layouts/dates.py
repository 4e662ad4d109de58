"""Dates of one cell: every way in which a text can be read as a month, a day, a quarter, a week or a year."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from functools import lru_cache
from typing import NamedTuple

from forecast.data.layouts.grid import clean, is_whole
from forecast.data.layouts.names import MONTHS, month_of, plain, unmarked, word_set

_FIRST_YEAR, _LAST_YEAR = 1800, 2200
_FILLERS = word_set(
    "de del of the le la der er st nd rd th º o mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday month mes mois monat"
)
_TIME = r"([T ]+(00:00|0:00|12:00(:00)? ?AM)(:00(\.0+)?)?)?"
_YEAR_MONTH = re.compile(r"(\d{4})(?: ?[-/:_] ?(\d{1,2})|\.(\d\d)| ?[-/:]? ?MM? ?(\d{1,2}))", re.I)
_MONTH_YEAR = re.compile(r"(?:M ?)?(\d{1,2}) ?[-/.] ?(\d{4})|M ?(\d{1,2})[ ,]+(\d{4})", re.I)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_YEAR_FIRST_DAY = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}", re.I)
_DAY = re.compile(rf"(\d{{1,2}})([-/.]) ?(\d{{1,2}})\2 ?(\d{{4}}|\d{{2}}){_TIME}", re.I)
_SHORT = re.compile(r"(\d\d)[-/.](\d\d)")
_FISCAL = re.compile(
    r"(FY ?)?'?(\d{4}|\d{2})(?:[-/](\d{4}|\d{2}))?[ ,:/-]*(?:([MP]) ?(\d{1,2})|([a-z]{3,9})\.?)", re.I
)
_FISCAL_BACK = re.compile(r"(?:P|M) ?(\d{1,2})[ ,:/-]*FY ?'?(\d{4}|\d{2})", re.I)
_FISCAL_YEAR = re.compile(r"(?:FY ?'?(\d{4}|\d{2})|(\d{4})[/-](\d{4}|\d{2})|FY ?(\d{4})[/-](\d{2}))", re.I)
_QUARTER = re.compile(
    r"(\d{4}) ?[-/:. ]? ?[qt][1-4]|[qt][1-4] ?[-/:., ]? ?(\d{4})|(\d{4})[-/ ]?[1-4]\.?"
    r" ?(quartal|trim\w*|quarter)"
    r"|[1-4]\w{0,2}\.? (quartal|trimestre|trim|quarter),? ?(de )?\d{4}",
)
_WEEK = re.compile(
    r"(\d{4}) ?[-/ ]? ?(?:w|kw|s|wk|week) ?(\d{1,2})|(?:w|kw|wk|week|s) ?(\d{1,2}) ?[-/, ]? ?(\d{4})"
)
_HALF = re.compile(
    r"\d{4} ?[-/]? ?h ?[12]|h ?[12] ?[-/,]? ?\d{4}|([12]|1st|2nd|first|second) half,? ?(of )?\d{4}"
)
_MONTH_WORD = re.compile(r"\b(?:month|mes|mois|monat) ?(?=\d{1,2}\b)", re.IGNORECASE)
_SPAN_OF_DAYS = re.compile(r"(\d[\d./-]{7,9})(?: ?/ ?| ?- | (?:to|bis|al|a|au|until|hasta) )(\d[\d./-]{7,9})")
_THREE_MONTHS = re.compile(r"([a-z]{3,10})\.?(?: \d{4})? ?(?:-|/|to|bis|a) ?([a-z]{3,10})\.?,? ?(?:\d{4})")
_SERIAL = re.compile(r"([23456]\d{4})(\.0)?")
#: The day from which spreadsheets count.
_SERIAL_START = dt.date(1899, 12, 30)


class Date(NamedTuple):
    """A date; day 0 is the month itself."""

    year: int
    month: int
    day: int = 0

    @property
    def is_month(self) -> bool:
        """True for a month, its first or its last day."""
        return self.day in (0, 1) or self.day == calendar.monthrange(self.year, self.month)[1]


#: Readings of one text by the order of its parts; the empty order stands for a text that has one reading
#: only.
Readings = dict[str, Date]


def this_year() -> int:
    """Return the year of the clock; a year of two digits is never later."""
    return dt.datetime.now(dt.UTC).year


def _year(text: str) -> int:
    number = int(text)
    if len(text) != 2:
        return number
    return number + 2000 if number + 2000 <= this_year() else number + 1900


def day_of(year: int, month: int, day: int = 0) -> Date | None:
    """Return a date, None where the calendar has none; day 0 is the month itself."""
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12):
        return None
    return Date(year, month, day) if 0 <= day <= calendar.monthrange(year, month)[1] else None


def _only(found: Date | None) -> Readings:
    return {} if found is None else {"": found}


def fiscal_month(year: int, period: int, start: int) -> Date | None:
    """Return the month of a period of a fiscal year, which is named by the year in which it ends."""
    if not 1 <= period <= 12:
        return None
    months = start - 1 + period - 1
    return day_of(year - (start > 1) + months // 12, months % 12 + 1)


def fiscal_year(text: str, start: int) -> int | None:
    """Return the year in which a fiscal year ends, of a label such as FY2020, FY20, 2019/20."""
    match = _FISCAL_YEAR.fullmatch(unmarked(clean(text)))
    if match is None:
        return None
    if match[1]:
        return _year(match[1])
    return int(match[2] or match[4]) + (start > 1)


def is_fiscal(text: str) -> bool:
    """Tell whether a text is the label of a fiscal year or of a month in it."""
    text = unmarked(clean(text))
    if _YEAR_MONTH.fullmatch(text):
        return False
    match = _FISCAL.fullmatch(text)
    if match is not None and (match[1] or match[3] or (match[4] or "").upper() == "P"):
        return match[6] is None or plain(match[6]) in MONTHS
    return bool(_FISCAL_BACK.fullmatch(text)) or (is_year(text) and not text[:4].isdigit()) or _is_span(text)


def _is_span(text: str) -> bool:
    """Tell whether a text is two years that follow each other, such as 2019/20."""
    match = re.fullmatch(r"(\d{4})[/-](\d{4}|\d{2})", text)
    return match is not None and (int(match[1]) + 1 - int(match[2])) % 100 == 0


def _fiscal(text: str, start: int) -> Readings:
    back = _FISCAL_BACK.fullmatch(text)
    if back is not None:
        return _only(fiscal_month(_year(back[2]), int(back[1]), start))
    match = _FISCAL.fullmatch(text)
    if match is None:
        return {}
    year = int(match[2]) + (start > 1) if match[3] else _year(match[2])
    if match[5]:
        return _only(fiscal_month(year, int(match[5]), start))
    month = MONTHS.get(plain(match[6]))
    return {} if month is None else _only(fiscal_month(year, (month - start) % 12 + 1, start))


@lru_cache(maxsize=65536)
def readings(text: str, fiscal_start: int | None = None) -> Readings:
    """Return every way in which a cell can be read as a date.

    Parameters
    ----------
    text : str
        The cell.
    fiscal_start : int, optional
        Month with which a fiscal year begins; without it labels of fiscal years have no reading.

    Examples
    --------
    >>> readings("28-Feb-2014")
    {'': Date(year=2014, month=2, day=28)}
    >>> sorted(readings("01/02/2012"))
    ['day first', 'month first']
    """
    text = unmarked(clean(text).strip("'\"")).removesuffix("/P1M")
    text = _MONTH_WORD.sub("M", text)
    if not text or not any(c.isdigit() for c in text):
        return {}
    if is_fiscal(text):
        return _fiscal(text, fiscal_start) if fiscal_start else {}
    for form, read in ((_YEAR_MONTH, _year_month), (_MONTH_YEAR, _month_year), (_COMPACT, _compact)):
        match = form.fullmatch(text)
        if match is not None:
            return _only(read(match))
    match = _YEAR_FIRST_DAY.fullmatch(text)
    if match is not None:
        return _only(day_of(int(match[1]), int(match[2]), int(match[3])))
    match = _DAY.fullmatch(text)
    if match is not None:
        return _numeric_day(match)
    match = _WEEK.fullmatch(plain(text))
    if match is not None:
        return _only(_monday(match))
    match = _SHORT.fullmatch(text)
    if match is not None:
        ways = {
            "month first": day_of(_year(match[2]), int(match[1])),
            "year first": day_of(_year(match[1]), int(match[2])),
        }
        return {order: date for order, date in ways.items() if date is not None}
    return _span_of_days(text) or _named(text)


def _span_of_days(text: str) -> Readings:
    """Read the first and the last day of a month, such as 2019-01-01 to 2019-01-31."""
    match = _SPAN_OF_DAYS.fullmatch(text)
    if match is None:
        return {}
    first, last = readings(match[1]), readings(match[2])
    return {
        order: Date(day.year, day.month)
        for order, day in first.items()
        if day.day == 1 and (end := last.get(order, last.get(""))) is not None
        if end.day > 1 and end.is_month and end[:2] == day[:2]
    }


def _year_month(match: re.Match[str]) -> Date | None:
    return day_of(int(match[1]), int(match[2] or match[3] or match[4]))


def _month_year(match: re.Match[str]) -> Date | None:
    return day_of(int(match[2] or match[4]), int(match[1] or match[3]))


def _compact(match: re.Match[str]) -> Date | None:
    return day_of(int(match[1]), int(match[2]), int(match[3] or 0))


def _monday(match: re.Match[str]) -> Date | None:
    try:
        day = dt.date.fromisocalendar(int(match[1] or match[4]), int(match[2] or match[3]), 1)
    except ValueError:
        return None
    return day_of(day.year, day.month, day.day)


def _numeric_day(match: re.Match[str]) -> Readings:
    one, two, three = match[1], match[3], match[4]
    ways = {"day first": _day(three, two, one)}
    if match[2] != ".":  # no country writes the month first with dots
        ways["month first"] = _day(three, one, two)
    if len(three) == 2 and len(one) == 2:
        ways["year first"] = _day(one, two, three)
    return {order: date for order, date in ways.items() if date is not None}


def _day(year: str, month: str, day: str) -> Date | None:
    return None if int(day) == 0 else day_of(_year(year), int(month), int(day))


def _named(text: str) -> Readings:
    """Read a date with the name of its month: ``Jan-20``, ``1er janvier 2014``, ``2012 enero``."""
    parts = [p for p in re.findall(r"[^\W\d_]+|[0-9]+", plain(text)) if p not in _FILLERS]
    words = [p for p in parts if not p.isdigit()]
    numbers = [p for p in parts if p.isdigit()]
    if (
        len({MONTHS.get(word) for word in words}) != 1
        or words[0] not in MONTHS
        or re.search(r"[^\w\s./,'()-]", text)
    ):
        return {}
    month = MONTHS[words[0]]
    if len(numbers) == 1 and len(numbers[0]) in (2, 4):
        return _only(day_of(_year(numbers[0]), month))
    if len(numbers) != 2:
        return {}
    long = [n for n in numbers if len(n) == 4]
    if len(long) == 1:
        day = numbers[1 - numbers.index(long[0])]
        return _only(_day(long[0], str(month), day)) if len(day) <= 2 else {}
    if long or max(map(len, numbers)) > 2:
        return {}
    ways = {"day first": _day(numbers[1], str(month), numbers[0])} if len(numbers[1]) == 2 else {}
    if len(numbers[0]) == 2 and parts.index(words[0]) == 1:
        ways["year first"] = _day(numbers[0], str(month), numbers[1])
    return {order: date for order, date in ways.items() if date is not None}


def serial_date(text: str) -> Date | None:
    """Return the day that a spreadsheet means by a whole number such as 40909."""
    match = _SERIAL.fullmatch(clean(text))
    if match is None:
        return None
    day = _SERIAL_START + dt.timedelta(days=int(match[1]))
    return Date(day.year, day.month, day.day)


@lru_cache(maxsize=65536)
def other_unit(text: str) -> str:
    """Return ``quarter``, ``half-year`` or ``week`` for the label of one; empty for anything else."""
    if is_whole(text):  # wide tables are mostly whole numbers, and each cell is asked
        return ""
    text = plain(unmarked(clean(text)))
    if _HALF.fullmatch(text):
        return "half-year"
    if _QUARTER.fullmatch(text) or _is_three_months(text):
        return "quarter"
    return "week" if _WEEK.fullmatch(text) else ""


def _is_three_months(text: str) -> bool:
    """Tell whether a text names a span of three months, such as Jan-Mar 2015."""
    match = _THREE_MONTHS.fullmatch(text)
    first, last = (month_of(match[1]), month_of(match[2])) if match else (None, None)
    return first is not None and last is not None and (last - first) % 12 == 2


@lru_cache(maxsize=65536)
def is_year(text: str) -> bool:
    """Tell whether a text is a bare year, or a fiscal one."""
    text = unmarked(clean(text))
    if is_whole(text):
        return len(text) == 4 and _FIRST_YEAR <= int(text) <= _LAST_YEAR
    if re.fullmatch(r"\d{4}(\.0)?", text):
        return _FIRST_YEAR <= int(text[:4]) <= _LAST_YEAR
    return _FISCAL_YEAR.fullmatch(text) is not None and (text[:2].upper() == "FY" or _is_span(text))


def is_year_month(text: str) -> bool:
    """Tell whether a text is a year and the number of a month; some, as 2000-01, may be two years."""
    return _YEAR_MONTH.fullmatch(clean(text)) is not None


def is_stamp(text: str) -> bool:
    """Tell whether a text is a day with a time of day or a zone."""
    return re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*", clean(text)) is not None


def is_date(text: str) -> bool:
    """Tell whether a text can be read as a month or day, or is the label of a fiscal month."""
    if is_whole(text) and len(text) not in (6, 8):  # digits alone: 201201, 20120131
        return False
    if readings(text):
        return True
    return is_fiscal(text) and bool(readings(text, 1))
