"""Settings of what readers ask beyond single months: totals, chances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from forecast.config.bounds import Bounds, Distinct


@dataclass(frozen=True)
class OutlookSpec:
    """Totals of years, the level of the months ahead, and chances."""

    #: Sample paths behind totals; the next multiple of the past error paths is taken. | paths | 500
    paths: Annotated[int, Bounds(100, 1_000_000)] = 1000
    #: Levels whose chance of being undercut is told; none = the round number next below the last figure. |
    #: figures | [100000]
    levels: Annotated[tuple[float, ...], Distinct()] = ()
