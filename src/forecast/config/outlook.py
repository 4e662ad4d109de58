"""Settings of what is asked beyond single months and series: sums, totals, chances, unofficial figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from forecast.config.bounds import Bounds, Distinct


@dataclass(frozen=True)
class ReconciliationSpec:
    """How the series of the headline are made to add up to `target.total`."""

    #: How sums are made to hold; none = not at all. | | bottom_up
    method: Literal["none", "bottom_up", "shrinkage"] = "none"
    #: Sample paths behind the ranges. | paths | 500
    paths: Annotated[int, Bounds(10, 1_000_000)] = 1000


@dataclass(frozen=True)
class OutlookSpec:
    """Totals of years, the level of the months ahead, and chances."""

    #: Sample paths behind totals; the next multiple of the past error paths is taken. | paths | 500
    paths: Annotated[int, Bounds(100, 1_000_000)] = 1000
    #: Levels whose chance of being undercut is told; none = the round number next below the last figure. |
    #: figures | [100000]
    levels: Annotated[tuple[float, ...], Distinct()] = ()


@dataclass(frozen=True)
class NowcastSpec:
    """How far unofficial figures of a month are off, as long as too few of them have come true."""

    #: Error of a figure of a whole month. | log units | 0.03
    sd_whole: Annotated[float, Bounds(above=0, high=2)] = 0.02
    #: Spread of one day around the days of its month; a figure of n days is off by sd_day times the root of
    #: 1 / n - 1 / days of the month, and by what the level may do in the days not counted. | log units | 0.4
    sd_day: Annotated[float, Bounds(above=0, high=10)] = 0.3
    #: Past figures of a kind from which their own error takes the place of the setting. | figures | 30
    cases: Annotated[int, Bounds(2, 1000)] = 20
