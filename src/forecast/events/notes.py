"""What a scenario or an analogue stands on: a code and its values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args

NoteCode = Literal[
    "change",
    "joint",
    "like",
    "like_unseen",
    "mean_of_kind",
    "prior_of_kind",
    "given",
    "no_analogue",
    "analogue",
    "factor",
    "leak",
    "leak_of_members",
    "unchanged",
    "no_leak",
    "failed",
]
SizeSource = Literal["", "given", "own_fit", "adjustment"]
NOTES: tuple[NoteCode, ...] = get_args(NoteCode)
SIZE_SOURCES: tuple[SizeSource, ...] = get_args(SizeSource)


@dataclass(frozen=True)
class Note:
    """One thing that a scenario stands on.

    Attributes
    ----------
    note : str
        The code.
    event, events : str
        The event that it is about; ids of the events, or columns, whose effect is taken, joined by ``;``.
    mechanism : str
        Kind of event: mechanism and direction.
    starts, ends : date, optional
    factor, low, high : float
        What a change multiplies the event, or the median, by; ends of the 80 % interval.
    percent, value : float
        A size that was given; an unofficial figure.
    month : str
        ``YYYY-MM``.
    source : str
        Where a size comes from.
    text : str
        The message of a failure.
    """

    note: NoteCode
    event: str = ""
    events: str = ""
    mechanism: str = ""
    starts: dt.date | None = None
    ends: dt.date | None = None
    factor: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    percent: float = float("nan")
    value: float = float("nan")
    month: str = ""
    source: SizeSource = ""
    text: str = ""
