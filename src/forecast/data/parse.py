"""Cells of a file as numbers: months, days and values, each distinct text read once.

Months travel as whole numbers since January 1970 and days as whole numbers since 1 January 1970, which
are the ordinals of pandas' ``Period[M]`` and numpy's ``datetime64[D]``.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast.errors import ConfigError

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
TextArray = npt.NDArray[np.object_]
Number = TypeVar("Number", np.int64, np.float64)
DayArray = npt.NDArray[np.datetime64]

#: Columns of a table of observations, in this order.
OBSERVATION_COLUMNS: tuple[str, ...] = (
    "series_id",
    "month",
    "value",
    "released",
    "release_basis",
    "status",
    "value_basis",
    "rounding",
    "source",
)
STATUSES: tuple[str, ...] = ("flash", "provisional", "final", "leak")
RELEASE_BASES: tuple[str, ...] = ("day", "month", "assumed")
VALUE_BASES: tuple[str, ...] = ("published", "backfilled", "corrected")

MONTH_NAMES: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"),
            ("feb", "february"),
            ("mar", "march"),
            ("apr", "april"),
            ("may",),
            ("jun", "june"),
            ("jul", "july"),
            ("aug", "august"),
            ("sep", "sept", "september"),
            ("oct", "october"),
            ("nov", "november"),
            ("dec", "december"),
        ),
        start=1,
    )
    for name in names
}

_EPOCH = dt.date(1970, 1, 1).toordinal()
#: Days of figures; later ones are slips, and from 2262 on no stamp of pandas.
_FIRST_DAY = dt.date(1800, 1, 1).toordinal() - _EPOCH
_LAST_DAY = dt.date(2200, 12, 31).toordinal() - _EPOCH
#: Texts of a cell without a figure.
MISSING: frozenset[str] = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "–", "—", ".", ".."})
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([,\u00a0\u202f ]\d{3})+(\.\d*)?")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_MONTH_FORMS = (
    re.compile(r"(\d{4})-(\d{1,2})"),
    re.compile(r"(\d{4})/(\d{1,2})"),
    re.compile(r"(\d{4})M(\d{2})"),
)
_DAY_FORM = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})([T ]00:00(:00)?)?")
_NAMED_MONTH = re.compile(r"([A-Za-z]{3,9})\.? (\d{4})")


def month_number(year: int, month: int) -> int:
    """Return a month as pandas counts it: months since January 1970."""
    return (year - 1970) * 12 + month - 1


def month_text(number: int) -> str:
    """Return a month number as files write it, ``YYYY-MM``."""
    return f"{1970 + number // 12:04d}-{number % 12 + 1:02d}"


def month_end(number: IntArray) -> IntArray:
    """Return the last day of each month, as days since 1 January 1970."""
    following = (np.asarray(number, dtype=np.int64) + 1).astype("datetime64[M]")
    return np.asarray(following.astype("datetime64[D]").astype(np.int64) - 1, dtype=np.int64)


def day_text(day: int) -> str:
    """Return a day number as files write it, ``YYYY-MM-DD``."""
    return dt.date.fromordinal(int(day) + _EPOCH).isoformat()


def parse_day(text: str) -> int | None:
    """Read a day ``YYYY-MM-DD`` of the years 1800 to 2200; None when it is none."""
    day = _any_day(text)
    return day if day is not None and _FIRST_DAY <= day <= _LAST_DAY else None


def _any_day(text: str) -> int | None:
    match = _DAY_FORM.fullmatch(text.strip())
    if match is None:
        return None
    try:
        day = dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    return day.toordinal() - _EPOCH


def whole_day(date: object, where: str, beside: str = "") -> pd.Timestamp:
    """Return a date given in Python or in settings as a day: a whole ISO date, or a date or stamp.

    A month, a year, a number or a date in another order is refused: it would quietly mean some day. So is a
    stamp with a time of day or a zone: which day it is depends on where one is.

    Raises
    ------
    ConfigError
        For anything else; `where` is named, and what else it may be.
    """
    day: pd.Timestamp | None = None
    if isinstance(date, str):
        number = _any_day(date)
        day = None if number is None else pd.Timestamp(number, unit="D")
    elif isinstance(date, (dt.date, np.datetime64)) and not pd.isna(date):  # a Timestamp is a date
        month = isinstance(date, np.datetime64) and np.datetime_data(date)[0] in ("Y", "M")
        day = None if month else pd.Timestamp(date)
    if day is None:
        raise ConfigError(f"{where}: '{date}' is not a date (YYYY-MM-DD){beside}")
    if day.tzinfo is not None or day != day.normalize():
        raise ConfigError(
            f"{where}: '{date}' has a time of day or a zone; expected a day, such as"
            f" {day.tz_localize(None):%Y-%m-%d} (stamp.tz_localize(None).normalize())"
        )
    if not pd.Timestamp.min < day < pd.Timestamp.max:
        raise ConfigError(f"{where}: '{date}' is out of reach; expected a day from 1678 to 2261")
    return day.as_unit("ns")


def parse_month(text: str) -> int | None:
    """Read ``YYYY-MM``, a month's first or last day, ``YYYYMmm`` or ``Jan 2024``; None for anything else."""
    text = text.strip()
    for form in _MONTH_FORMS:
        match = form.fullmatch(text)
        if match is not None:
            year, month = int(match[1]), int(match[2])
            return month_number(year, month) if 1 <= month <= 12 and 1800 <= year <= 2200 else None
    day = parse_day(text)
    if day is not None:
        date = dt.date.fromordinal(day + _EPOCH)
        tomorrow = dt.date.fromordinal(day + _EPOCH + 1)
        # Any other day would mean daily or weekly figures, which must not pass as monthly ones.
        return month_number(date.year, date.month) if date.day == 1 or tomorrow.day == 1 else None
    match = _NAMED_MONTH.fullmatch(text)
    if match is not None and match[1].lower() in MONTH_NAMES:
        return month_number(int(match[2]), MONTH_NAMES[match[1].lower()])
    return None


def parse_value(text: str) -> float | None:
    """Read a figure, thousands separators allowed; NaN for a missing one, None for anything else."""
    text = text.strip()
    if text.lower() in MISSING:
        return math.nan
    if _THOUSANDS.fullmatch(text):
        text = re.sub(r"[,\u00a0\u202f ]", "", text)
    elif not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def parse_cells(
    cells: TextArray, parse: Callable[[str], float | None], dtype: type[Number]
) -> tuple[npt.NDArray[Number], BoolArray]:
    """Read a column, each distinct text once.

    Returns
    -------
    values : ndarray
        Zero where a cell could not be read.
    bad : ndarray of bool
        True where `parse` returned None.
    """
    codes, distinct = pd.factorize(cells)
    read = [parse(text) for text in distinct]
    values = np.array([0 if r is None else r for r in read], dtype=dtype)
    bad = np.array([r is None for r in read], dtype=bool)
    return values[codes], bad[codes]


def months_index(numbers: IntArray, name: str | None = None) -> pd.PeriodIndex:
    """Return month numbers as a ``PeriodIndex[M]``."""
    index: pd.PeriodIndex = pd.PeriodIndex.from_ordinals(  # type: ignore[attr-defined]
        np.asarray(numbers, dtype=np.int64), freq="M"
    )
    return index if name is None else index.rename(name)


def month_range(first: int, last: int, name: str | None = None) -> pd.PeriodIndex:
    """Return the months from one month number to another, both included."""
    return _month_range(first, last, name).view()


@lru_cache(maxsize=4096)
def _month_range(first: int, last: int, name: str | None) -> pd.PeriodIndex:
    return months_index(np.arange(first, last + 1), name)


def days_stamps(days: IntArray) -> npt.NDArray[np.datetime64]:
    """Return day numbers as ``datetime64[ns]``, the resolution that every supported pandas knows."""
    return np.asarray(days, dtype=np.int64).astype("datetime64[D]").astype("datetime64[ns]")
