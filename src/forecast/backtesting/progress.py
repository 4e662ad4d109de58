"""How far a backtest is: a bar on a terminal, or plain lines with the time that is left."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Literal, TypeVar

from forecast.errors import counted
from forecast.files import tell

T = TypeVar("T")
#: A bar where there is a terminal; lines wherever standard error goes; nothing.
Progress = bool | Literal["lines"]
#: Seconds between two lines.
_EVERY = 15.0


def told(work: Iterable[T], total: int, progress: Progress) -> Iterator[T]:
    """Hand on finished chains as they come, and say how many are done and how long the others will take."""
    if progress == "lines":
        return _in_lines(work, total)
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # no thread of its own
    hidden = None if progress else True
    return iter(tqdm(work, total=total, desc="backtest", unit="chain", disable=hidden, leave=False))


def _in_lines(work: Iterable[T], total: int) -> Iterator[T]:
    began = said = time.monotonic()
    for done, one in enumerate(work, 1):
        now = time.monotonic()
        if now - said >= _EVERY and done < total:
            said = now
            tell(f"backtest: {done:,} of {total:,} chains, about {left(now - began, done, total)} left")
        yield one
    tell(f"backtest: {counted(total, 'chain')} in {spoken(time.monotonic() - began)}")


def left(seconds: float, done: int, total: int) -> str:
    """Return the time that the chains not yet done will take, at the pace of those done.

    Examples
    --------
    >>> left(60.0, 10, 40)
    '3 min'
    """
    return spoken(seconds * (total - done) / done)


def spoken(seconds: float) -> str:
    """Return a time as a person says it.

    Examples
    --------
    >>> spoken(42.3), spoken(185.0), spoken(7500.0)
    ('42 s', '3 min', '2 h 5 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
