"""Addresses with the month in them: which to try for a month of data."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from forecast.data.parse import MONTH_NAMES
from forecast.errors import ConfigError, nearest

_FIELD = re.compile(r"\{([^{}]*)\}")
_SCHEME = re.compile(r"(https?|file)://", re.IGNORECASE)
#: Months between a month of data and the publication of its file.
_LEADS = (1, 2, 3)
#: An official file spans so many fiscal years, and these begin in October.
_FISCAL_YEARS, _OCTOBER = 4, 10
#: The first, shortest name of each month.
_NAMES = {number: name for name, number in reversed(MONTH_NAMES.items()) if len(name) == 3}
_FIELDS = ("year", "month", "month_name", "fy", "fy2", "out_year", "out_month")


def check_patterns(patterns: tuple[str, ...]) -> None:
    """Refuse what is no address, or holds a field that does not exist.

    Raises
    ------
    ConfigError
        With every problem, a line each.
    """
    problems = []
    for pattern in patterns:
        if not _SCHEME.match(pattern):
            problems.append(f"publish.fetch: '{pattern}' is no address; it begins with https:// or file://")
        folder, _, name = pattern.rpartition("/")
        if "*" in folder or ("*" in name and not is_file(pattern)):
            problems.append(
                f"publish.fetch: '{pattern}': a * stands for files of a folder of this machine and in a"
                " file's name alone, as in file:///folder/*.csv; name the file, or give several addresses"
            )
        for name in dict.fromkeys(_FIELD.findall(pattern)):
            if name not in _FIELDS:
                fields = ", ".join(f"{{{field}}}" for field in _FIELDS)
                problems.append(
                    f"publish.fetch: '{pattern}': there is no field {{{name}}}.{nearest(name, _FIELDS)}"
                    f" Fields: {fields}"
                )
    if problems:
        raise ConfigError("\n".join(problems))


def is_file(address: str) -> bool:
    """Tell whether an address is one of this machine."""
    return address.lower().startswith("file://")


def names_month(pattern: str) -> bool:
    """Tell whether a pattern leads to another file each month."""
    return _FIELD.search(pattern) is not None


def states_month(pattern: str) -> bool:
    """Tell whether a pattern says of which month its file is, so that it must end with it."""
    return {"month", "month_name"} & set(_FIELD.findall(pattern)) != set()


def addresses(pattern: str, month: pd.Period) -> list[str]:
    """Return the addresses at which the file of a month may stand, each once.

    Examples
    --------
    >>> october = pd.Period("2026-10", "M")
    >>> addresses("https://a.org/{out_year}-{out_month}/fy{fy}-fy{fy2}-{month_name}.csv", october)[0]
    'https://a.org/2026-11/fy24-fy27-oct.csv'
    >>> addresses("https://a.org/{year}/{month}.csv", october)
    ['https://a.org/2026/10.csv']
    """
    return list(dict.fromkeys(_filled(pattern, month)))


def _filled(pattern: str, month: pd.Period) -> Iterator[str]:
    year = month.year + (month.month >= _OCTOBER)
    for lead in _LEADS:
        out = month + lead
        fields = {
            "year": f"{month.year}",
            "month": f"{month.month:02d}",
            "month_name": _NAMES[month.month],
            "fy": f"{(year - _FISCAL_YEARS + 1) % 100:02d}",
            "fy2": f"{year % 100:02d}",
            "out_year": f"{out.year}",
            "out_month": f"{out.month:02d}",
        }
        address = pattern
        for name, text in fields.items():
            address = address.replace(f"{{{name}}}", text)
        yield address
