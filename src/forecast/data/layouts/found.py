"""Figures as a layout has found them, before they are a tidy table."""

from __future__ import annotations

from dataclasses import dataclass, field

from forecast.data.layouts.dates import Date


@dataclass
class Found:
    """What a layout found: one entry a figure in every list.

    Attributes
    ----------
    lines : list of int
        Lines of the file.
    dates : list of Date or None
        What the date was read as.
    months : list of int or None
        The month of each figure, None where it is none.
    shown : list of str
        The date as it stands in the file.
    values, series, released : list of str
        Texts; the last two empty when the table has none.
    said : list of str
        What was understood, in words, beginning with the names of the columns.
    style : str
        What the dates tell about marks in figures (`months.style`).
    date_name : str
        Name of the column of dates.
    """

    lines: list[int] = field(default_factory=list)
    dates: list[Date | None] = field(default_factory=list)
    months: list[int | None] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    series: list[str] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    style: str = ""
    date_name: str = ""
