"""Figures that a source changed without another day: the first count
stays, the correction counts from the day it was seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

#: The word of `value_basis` for a figure that was changed without a day of its own.
CORRECTED = "corrected"


class Vintage(NamedTuple):
    """A figure of a month as the archive or a folder knows it; `released` is a day as ISO text."""

    released: str
    value: float
    basis: str


def correction_day(value: float, released: str, known: Sequence[Vintage], today: str) -> str | None:
    """Return the day from which a changed figure counts; None where nothing that is known changes.

    Parameters
    ----------
    value : float
        What the source says now.
    released : str
        The day under which it says so.
    known : sequence of Vintage
        The vintages of the month so far, the first count under that day among them.
    today : str
        The day on which it is seen; a correction seen on the day of the figure itself counts from the next
        round on.

    Examples
    --------
    >>> correction_day(12.0, "2024-05-20", [Vintage("2024-05-20", 10.0, "published")], "2024-06-02")
    '2024-06-02'
    >>> later = Vintage("2024-06-20", 13.0, "published")
    >>> correction_day(12.0, "2024-05-20", [Vintage("2024-05-20", 10.0, "published"), later], "2024-07-02")
    """
    later = [v for v in known if v.released >= released]
    if any(v.basis != CORRECTED for v in later if v.released > released):
        return None  # an older vintage was rewritten; what is known now is another one
    believed = max(later, key=lambda v: v.released)
    return None if believed.value == value or today <= believed.released else today
