"""Which events become columns at an origin, and what is said of the others; one series a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from forecast.events.arrays import EventArrays
from forecast.events.shapes import FAR, Floats, Ints

if TYPE_CHECKING:
    from collections.abc import Collection

#: A month is active beyond this weight: one day of a step is, the far tail of a decay is not.
ACTIVE = 0.01
#: Columns with a correlation beyond this in the window cannot be told apart.
NEAR_EQUAL = 0.99
#: Columns that differ by more than this in a month to come part ways.
PART_WAYS = 0.25
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Setting:
    """What a selection is asked: the day, the months and the limits."""

    origin: int
    hindsight: bool
    coding: str
    priority: int
    max_columns: int
    unseen: str
    ordinals: Ints  #: months of the panel, then those of the horizon, one after the other
    signs: Floats  #: expected sign of every event of the calendar for the series
    always: Collection[str] = ()


@dataclass
class Column:
    """One column of one series while it is being made."""

    rows: list[int]
    weight: Floats
    start: int
    forced: bool
    kind: str = ""  #: used, prior only, or usable, not yet active; empty = dropped
    reasons: dict[int, str] = field(default_factory=dict)  #: why a member shares the column
    mirrors: dict[int, str] = field(default_factory=dict)  #: rows left out because they mirror this column


@dataclass
class Selection:
    """Columns of one series, and one row for each candidate event."""

    columns: list[Column] = field(default_factory=list)
    #: row of the calendar -> (first active month or None, active months in the window, action, why)
    told: dict[int, tuple[int | None, int, str, str]] = field(default_factory=dict)


def day_text(day: int) -> str:
    """Return a day as prose has it, ``7 May 2024``, whatever the locale."""
    date = np.datetime64(int(day), "D").item()
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def select(arrays: EventArrays, touched: Ints, window: slice, known: int, setting: Setting) -> Selection:
    """Choose the columns of one series.

    Parameters
    ----------
    arrays : EventArrays
        The calendar.
    touched : int array
        Rows that touch the series.
    window : slice
        Months with a figure of the series, as positions in ``setting.ordinals``.
    known : int
        Position of the first month of the horizon.
    setting : Setting
        What is asked.
    """
    made = Selection()
    coded = arrays.coded[setting.coding]
    always = {arrays.place[i] for i in setting.always if i in arrays.place}
    rows = [int(r) for r in touched if coded.priority[r] <= setting.priority or int(r) in always]
    usable = _usable(arrays, rows, setting, made)
    if not usable:
        return made
    index = np.array(usable, dtype=np.int64)
    start, end = arrays.windows(index, setting.origin, setting.hindsight, setting.coding)
    weight = arrays.weights(index, start, end, setting.coding, setting.ordinals)
    active = weight > ACTIVE
    single = []
    for i, row in enumerate(usable):
        text = _span(arrays, row, int(start[i]), int(end[i]), setting)
        months = int(active[i, window].sum())
        seen = np.flatnonzero(active[i])
        first = int(setting.ordinals[seen[0]]) if seen.size else None
        column = Column([row], weight[i], int(arrays.start[row]), row in always)
        action, why = _judge(column, active[i], window, known, setting, text, months)
        made.told[row] = (first, months, action, why)
        if column.kind:
            single.append(column)
    columns = _merge_bundles(single, arrays, window, known, setting, made)
    columns.sort(key=lambda c: (not c.forced, -c.start, arrays.ids[c.rows[0]]))
    columns = _merge_equal(columns, arrays, window, known, setting)
    made.columns = columns[: max(setting.max_columns, sum(c.forced for c in columns))]
    for i, column in enumerate(columns):
        _tell(column, i < len(made.columns), len(made.columns), arrays, made)
    return made


def _usable(arrays: EventArrays, rows: list[int], setting: Setting, made: Selection) -> list[int]:
    """Return the rows that may be used on the day; of the others only that they may not be used is told."""
    usable = []
    day = day_text(setting.origin)
    shapes = arrays.coded[setting.coding].shape
    for row in rows:
        if not setting.hindsight and arrays.announced[row] > setting.origin:
            # No date: it would be knowledge from after the origin.
            made.told[row] = (None, 0, "not yet announced", f"nobody could know of it on {day}")
        elif not setting.hindsight and arrays.usable[row] > setting.origin:
            said = day_text(int(arrays.announced[row]))
            why = f"announced on {said}, but too vague or uncertain to use on {day}"
            made.told[row] = (None, 0, "not yet usable", why)
        elif shapes[row] == "none" or arrays.start[row] >= FAR:
            made.told[row] = (
                None,
                0,
                "no active month in window",
                "its shape is 'none': context, never a column",
            )
        else:
            usable.append(row)
    return usable


def _span(arrays: EventArrays, row: int, start: int, end: int, setting: Setting) -> str:
    if end >= FAR:
        return f"from {day_text(start)}"
    known = arrays.end[row] < FAR and (setting.hindsight or arrays.end_usable[row] <= setting.origin)
    return f"from {day_text(start)} to {day_text(end)}" + (
        "" if known else " (assumed: its end is not known)"
    )


def _is_constant(values: Floats) -> bool:
    return values.size > 0 and float(values.max() - values.min()) < 1e-9


def _judge(
    column: Column, active: np.ndarray, window: slice, known: int, setting: Setting, text: str, months: int
) -> tuple[str, str]:
    """Return what becomes of one usable event, and why; `column.kind` stays empty if it is dropped."""
    past, future = column.weight[window], column.weight[known:]
    if months == 0:
        if active[known:].any():
            column.kind = "usable, not yet active"
            if setting.unseen == "ignore" and not column.forced:
                column.kind = ""
                return (
                    "usable, not yet active",
                    f"{text}, but no month of it has a figure yet; left out as asked",
                )
            return (
                "usable, not yet active",
                f"{text}, but no month of it has a figure yet: it enters by its prior",
            )
        if column.forced:
            column.kind = "prior only"
            return "prior only", f"{text}: no active month in the window; kept because it was asked for"
        if column.start > _first_day_after(setting.ordinals):
            return "usable, not yet active", f"{text}, after the last month of the forecast"
        return (
            "no active month in window",
            f"{text}: none of it lies in the months with figures or in the forecast",
        )
    if _is_constant(past):
        same = _is_constant(np.concatenate([past[-1:], future]))
        if same and not column.forced:
            return (
                "constant in window",
                f"{text}: in force in all {past.size} months with figures, nothing to compare",
            )
        column.kind = "prior only"
        change = "it changes in the forecast" if not same else "it was asked for"
        return "prior only", f"{text}: in force in all {past.size} months with figures; kept because {change}"
    column.kind = "used"
    return "used", f"{text}: {months} active month{'s' if months > 1 else ''} with a figure"


def _first_day_after(ordinals: Ints) -> int:
    last = np.datetime64(int(ordinals[-1]) + 1, "M").astype("datetime64[D]")
    return int(last.astype(np.int64)) - 1


def _tell(column: Column, kept: bool, limit: int, arrays: EventArrays, made: Selection) -> None:
    """Say of every member of a finished column what became of it."""
    lead = column.rows[0]
    for row in [*column.rows, *column.mirrors]:
        first, months, _, why = made.told[row]
        if not kept:
            plural = "s" if limit != 1 else ""
            made.told[row] = (
                first,
                months,
                "over the limit",
                f"{why}; {limit} later column{plural} come first",
            )
        elif row == lead:
            made.told[row] = (first, months, column.kind, why)
        else:
            reason = column.reasons.get(row) or column.mirrors[row]
            made.told[row] = (first, months, f"merged with {arrays.ids[lead]}", f"{why}; {reason}")


def _status(column: Column, window: slice, known: int) -> str:
    """Return the kind of a joined column; empty if it became constant everywhere."""
    past, future = column.weight[window], column.weight[known:]
    if not (past > ACTIVE).any():
        return "usable, not yet active" if (future > ACTIVE).any() else "prior only"
    if _is_constant(past):
        return "prior only" if column.forced or not _is_constant(np.concatenate([past[-1:], future])) else ""
    return "used"


def _join(parts: list[Column], reason: str, arrays: EventArrays, window: slice, known: int) -> Column:
    """Return one column for several: active when any of them is."""
    rows = sorted(
        (row for part in parts for row in part.rows), key=lambda r: (int(arrays.start[r]), arrays.ids[r])
    )
    reasons = {row: part.reasons.get(row, reason) for part in parts for row in part.rows}
    mirrors = {row: why for part in parts for row, why in part.mirrors.items()}
    weight = np.maximum.reduce([part.weight for part in parts])
    forced = any(part.forced for part in parts)
    joined = Column(rows, weight, max(part.start for part in parts), forced, "", reasons, mirrors)
    joined.kind = _status(joined, window, known)
    return joined


def _merge_bundles(
    single: list[Column], arrays: EventArrays, window: slice, known: int, setting: Setting, made: Selection
) -> list[Column]:
    """Join members of a bundle with the same direction and shape."""
    coded = arrays.coded[setting.coding]
    groups: dict[tuple[str, float, str], list[Column]] = {}
    for column in single:
        row = column.rows[0]
        sign = float(np.sign(setting.signs[row]))
        groups.setdefault((arrays.bundle[row] or f"\0{row}", sign, coded.shape[row]), []).append(column)
    merged = []
    for (bundle, _, _), parts in groups.items():
        if len(parts) == 1:
            merged.append(parts[0])
            continue
        joined = _join(parts, f"one column with the rest of '{bundle}'", arrays, window, known)
        if joined.kind:
            merged.append(joined)
            continue
        for row in joined.rows:
            first, months, _, why = made.told[row]
            why = f"{why}; with the rest of '{bundle}' in force in all months with figures"
            made.told[row] = (first, months, "constant in window", why)
    return merged


def _merge_equal(
    columns: list[Column], arrays: EventArrays, window: slice, known: int, setting: Setting
) -> list[Column]:
    """Join columns that are nearly equal where they can be compared, and leave out mirror images.

    Each column is compared with the first (latest) of those already kept. Columns of opposite direction that part
    in the forecast stay two: figures cannot tell them apart, but their priors can, and one may end before the other.
    """
    if len(columns) < 2:
        return columns
    alike = _likeness(np.array([c.weight for c in columns]), window, known)
    kept: dict[int, Column] = {}
    for j, column in enumerate(columns):
        row = alike[j, list(kept)] if kept else np.zeros(0)
        near = [
            i
            for i, value in zip(kept, row, strict=True)
            if value > NEAR_EQUAL and not _part_ways(kept[i], column, known, setting)
        ]
        mirrored = [i for i, value in zip(kept, row, strict=True) if value < -NEAR_EQUAL]
        if near:
            reason = "nearly the same months, so the two cannot be told apart"
            joined = _join([kept[near[0]], column], reason, arrays, window, known)
            joined.kind = joined.kind or "prior only"
            kept[near[0]] = joined
        elif mirrored and not column.forced:
            # One begins as the other ends: a single column holds the difference of their effects.
            reason = "one begins as the other ends, so only the difference of the two shows"
            kept[mirrored[0]].mirrors.update(dict.fromkeys([*column.rows, *column.mirrors], reason))
        else:
            kept[j] = column
    return list(kept.values())


def _part_ways(one: Column, other: Column, known: int, setting: Setting) -> bool:
    """Whether two columns have opposite directions and differ in the months to come."""
    signs = [float(np.sign(sum(setting.signs[row] for row in column.rows))) for column in (one, other)]
    if signs[0] * signs[1] >= 0:
        return False
    return bool(np.abs(one.weight[known:] - other.weight[known:]).max(initial=0.0) > PART_WAYS)


def _likeness(weight: Floats, window: slice, known: int) -> Floats:
    """Return the correlations of columns in the window; of two that are constant there, in the forecast."""
    past, future = weight[:, window], weight[:, known:]
    centred = past - past.mean(axis=1, keepdims=True)
    flat = np.ptp(past, axis=1) < 1e-9
    length = np.where(flat, 1.0, np.sqrt((centred**2).sum(axis=1)))
    centred = np.where(flat[:, None], 0.0, centred) / length[:, None]
    alike: Floats = centred @ centred.T
    places = np.flatnonzero(flat)
    for i in places:
        for j in places[places > i]:
            a, b = future[i], future[j]
            if abs(past[i, 0] - past[j, 0]) > ACTIVE:
                continue
            if np.abs(a - b).max(initial=0.0) < ACTIVE:
                alike[i, j] = alike[j, i] = 1.0
            elif not (_is_constant(a) or _is_constant(b)):
                alike[i, j] = alike[j, i] = float(np.corrcoef(a, b)[0, 1])
    return alike
