"""A calendar as arrays, made once: a backtest asks for thousands of designs."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.events.reading import SIGNS
from forecast.events.shapes import FAR, Floats, Ints, build_up, pulse_end, weights

if TYPE_CHECKING:
    from collections.abc import Iterable

Bools = NDArray[np.bool_]


class Calendar(Protocol):
    """What designs and scenarios need of a calendar of events."""

    @property
    def arrays(self) -> EventArrays:
        """The calendar as arrays."""

    def touches(self, series_id: str) -> Bools:
        """Tell of each row whether it touches a series."""

    def check_ids(self, ids: Iterable[str]) -> None:
        """Raise a `ConfigError` that names every id which the calendar does not hold."""


@dataclass(frozen=True, eq=False)
class Coded:
    """What one coding says of each event: shape, filter, sign, priority."""

    shape: tuple[str, ...]
    months: Ints
    factor: Floats
    sign: Floats
    priority: Ints
    pulse: Bools


@dataclass(frozen=True, eq=False)
class EventArrays:
    """Dates as days since 1970 (`FAR` where missing) and the two codings of a calendar."""

    ids: tuple[str, ...]
    place: dict[str, int]
    announced: Ints
    usable: Ints
    start: Ints
    opens: Ints
    end: Ints
    end_usable: Ints
    bundle: tuple[str, ...]
    mechanism: tuple[str, ...]
    direction: tuple[str, ...]
    unseen_like: tuple[str, ...]
    coded: dict[str, Coded]
    sign_at_ports: Floats

    def windows(self, rows: Ints, origin: int, hindsight: bool, coding: str) -> tuple[Ints, Ints]:
        """Return first and last day of some events as they may be used on a day (rule 1 of the design).

        An end counts from the day on which it could be known. Without one, a step, ramp or decay lasts, and a
        pulse lasts to the origin and at least 31 days.
        """
        known = hindsight | (self.end_usable[rows] <= origin)
        end = np.where(known, self.end[rows], FAR)
        pulses = self.coded[coding].pulse[rows]
        return self.opens[rows], np.where(pulses, pulse_end(self.start[rows], end, origin), end)

    def weights(self, rows: Ints, start: Ints, end: Ints, coding: str, ordinals: Ints) -> Floats:
        """Return the weights of some events in some months, given their windows."""
        coded = self.coded[coding]
        return weights(start, end, coded.months[rows], coded.factor[rows], ordinals)

    def signs(self, series_id: str, coding: str) -> Floats:
        """Return the expected sign of every event for one series; ports have signs of their own by rule."""
        if coding == "rule" and fnmatch.fnmatchcase(series_id, "*.ofo*"):
            return self.sign_at_ports
        return self.coded[coding].sign


def _days(column: pd.Series) -> Ints:
    values = column.to_numpy(dtype="datetime64[D]")
    return np.where(np.isnat(values), FAR, values.astype(np.int64)).astype(np.int64)


def _coded(table: pd.DataFrame, prefix: str) -> Coded:
    shapes = tuple(table[f"{prefix}shape"])
    pairs = [
        build_up(shape, decay, int(ramp))
        for shape, decay, ramp in zip(shapes, table["decay"], table["ramp_months"], strict=True)
    ]
    return Coded(
        shape=shapes,
        months=np.array([m for m, _ in pairs], dtype=np.int64),
        factor=np.array([d for _, d in pairs], dtype=float),
        sign=np.array([SIGNS[s] for s in table[f"{prefix}sign"]], dtype=float),
        priority=table[f"{prefix}priority"].to_numpy(dtype=np.int64),
        pulse=np.array([s == "pulse" for s in shapes], dtype=bool),
    )


def event_arrays(table: pd.DataFrame) -> EventArrays:
    """Return the arrays of a calendar's table."""
    start, usable = _days(table["effective_start"]), _days(table["usable_from"])
    lead = table["lead_months"].to_numpy(dtype=np.int64)
    # Anticipation begins `lead_months` early, but never before the event could be known.
    stamps = table["effective_start"].tolist()
    early = [
        s if months == 0 or pd.isna(s) else s - pd.DateOffset(months=int(months))
        for s, months in zip(stamps, lead, strict=True)
    ]
    opens = np.minimum(start, np.maximum(_days(pd.Series(early, dtype="datetime64[ns]")), usable))
    opens = np.where(lead > 0, opens, start)
    ids = tuple(table["id"])
    return EventArrays(
        ids=ids,
        place={name: i for i, name in enumerate(ids)},
        announced=_days(table["announced_date"]),
        usable=usable,
        start=start,
        opens=opens,
        end=_days(table["end_date"]),
        end_usable=_days(table["end_usable_from"]),
        bundle=tuple(table["bundle"]),
        mechanism=tuple(table["mechanism"]),
        direction=tuple(table["direction"]),
        unseen_like=tuple(table["unseen_like"]),
        coded={"rule": _coded(table, ""), "judged": _coded(table, "judged_")},
        sign_at_ports=np.array([SIGNS[s] for s in table["sign_at_ports"]], dtype=float),
    )
