"""Which events become columns at an origin, and what is said of the others; one series a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from forecast.events.arrays import EventArrays
from forecast.events.collinear import airline_differences, dependent_sets, one_effect
from forecast.events.estimability import Action, Detail, Verdict, Why
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


@dataclass(eq=False)
class Column:
    """One column of one series while it is being made."""

    rows: list[int]
    weight: Floats
    start: int
    forced: bool
    kind: Action | None = None  #: used, prior_only or not_active; None = dropped
    reasons: dict[int, Detail] = field(default_factory=dict)  #: why a member shares the column
    mirrors: list[int] = field(default_factory=list)  #: rows left out because they mirror this column
    inseparable_from: list[int] = field(
        default_factory=list
    )  #: rows whose effects cannot be told from its own


@dataclass
class Selection:
    """Columns of one series, and one row for each candidate event."""

    columns: list[Column] = field(default_factory=list)
    #: row of the calendar -> what became of it
    verdicts: dict[int, Verdict] = field(default_factory=dict)


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
        months = int(active[i, window].sum())
        seen = np.flatnonzero(active[i])
        column = Column([row], weight[i], int(arrays.start[row]), row in always)
        action, why = _judge(column, active[i], window, known, setting, months)
        made.verdicts[row] = Verdict(
            first_active=int(setting.ordinals[seen[0]]) if seen.size else None,
            active_months=months,
            action=action,
            why=why,
            begins=int(start[i]),
            ends=None if end[i] >= FAR else int(end[i]),
            end_known=_end_known(arrays, row, setting),
            window_months=window.stop - window.start,
        )
        if column.kind:
            single.append(column)
    columns = _merge_bundles(single, arrays, window, known, setting, made)
    columns.sort(key=lambda c: (not c.forced, -c.start, arrays.ids[c.rows[0]]))
    columns = _merge_equal(columns, arrays, window, known, setting)
    limit = max(setting.max_columns, sum(c.forced for c in columns))
    made.columns = _merge_dependent(columns[:limit], arrays, window, known, setting)
    for column in made.columns:
        _settle(column, True, limit, arrays, made)
    for column in columns[limit:]:
        _settle(column, False, limit, arrays, made)
    return made


def _usable(arrays: EventArrays, rows: list[int], setting: Setting, made: Selection) -> list[int]:
    """Return the rows that may be used on the day; of the others only that they may not be used is told."""
    usable = []
    shapes = arrays.coded[setting.coding].shape
    for row in rows:
        if not setting.hindsight and arrays.announced[row] > setting.origin:
            # No date: it would be knowledge from after the origin.
            made.verdicts[row] = Verdict(action="not_announced", why="not_announced")
        elif not setting.hindsight and arrays.usable[row] > setting.origin:
            announced = int(arrays.announced[row])
            made.verdicts[row] = Verdict(action="not_usable", why="too_vague", announced=announced)
        elif shapes[row] == "none" or arrays.start[row] >= FAR:
            made.verdicts[row] = Verdict(action="no_active_month", why="context")
        else:
            usable.append(row)
    return usable


def _end_known(arrays: EventArrays, row: int, setting: Setting) -> bool:
    return bool(arrays.end[row] < FAR and (setting.hindsight or arrays.end_usable[row] <= setting.origin))


def _is_constant(values: Floats) -> bool:
    return values.size > 0 and float(values.max() - values.min()) < 1e-9


def _judge(
    column: Column, active: np.ndarray, window: slice, known: int, setting: Setting, months: int
) -> tuple[Action, Why]:
    """Return what becomes of one usable event, and why; `column.kind` stays None if it is dropped."""
    past, future = column.weight[window], column.weight[known:]
    if months == 0:
        if active[known:].any():
            left_out = setting.unseen == "ignore" and not column.forced
            column.kind = None if left_out else "not_active"
            return "not_active", "left_out" if left_out else "by_prior"
        if column.forced:
            column.kind = "prior_only"
            return "prior_only", "asked_for"
        if column.start > _first_day_after(setting.ordinals):
            return "not_active", "after_forecast"
        return "no_active_month", "outside"
    if _is_constant(past):
        same = _is_constant(np.concatenate([past[-1:], future]))
        if same and not column.forced:
            return "constant", "constant"
        column.kind = "prior_only"
        return "prior_only", "constant_asked" if same else "changes_ahead"
    column.kind = "used"
    return "used", "active"


def _first_day_after(ordinals: Ints) -> int:
    last = np.datetime64(int(ordinals[-1]) + 1, "M").astype("datetime64[D]")
    return int(last.astype(np.int64)) - 1


def _settle(column: Column, kept: bool, limit: int, arrays: EventArrays, made: Selection) -> None:
    """Complete the verdict on every member of a finished column."""
    lead = column.rows[0]
    for row in [*column.rows, *column.mirrors]:
        verdict = made.verdicts[row]
        detail: Detail = column.reasons.get(row) or "mirror"
        if not kept:
            verdict = verdict._replace(action="over_limit", detail="later", later=limit)
        elif row == lead:
            verdict = verdict._replace(action=column.kind or verdict.action)
            if column.inseparable_from:
                others = " + ".join(arrays.ids[other] for other in column.inseparable_from)
                verdict = verdict._replace(detail="not_separable", merged_with=others)
        else:
            bundle = arrays.bundle[row] if detail == "bundle" else ""
            verdict = verdict._replace(
                action="merged", merged_with=arrays.ids[lead], detail=detail, bundle=bundle
            )
        made.verdicts[row] = verdict


def _status(column: Column, window: slice, known: int) -> Action | None:
    """Return the kind of a joined column; None if it became constant everywhere."""
    past, future = column.weight[window], column.weight[known:]
    if not (past > ACTIVE).any():
        return "not_active" if (future > ACTIVE).any() else "prior_only"
    if _is_constant(past):
        changes = not _is_constant(np.concatenate([past[-1:], future]))
        return "prior_only" if column.forced or changes else None
    return "used"


def _join(parts: list[Column], reason: Detail, arrays: EventArrays, window: slice, known: int) -> Column:
    """Return one column for several: active when any of them is."""
    rows = sorted(
        (row for part in parts for row in part.rows), key=lambda r: (int(arrays.start[r]), arrays.ids[r])
    )
    reasons = {row: part.reasons.get(row, reason) for part in parts for row in part.rows}
    mirrors = [row for part in parts for row in part.mirrors]
    weight = np.maximum.reduce([part.weight for part in parts])
    forced = any(part.forced for part in parts)
    joined = Column(rows, weight, max(part.start for part in parts), forced, None, reasons, mirrors)
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
        joined = _join(parts, "bundle", arrays, window, known)
        if joined.kind:
            merged.append(joined)
            continue
        for row in joined.rows:
            made.verdicts[row] = made.verdicts[row]._replace(
                action="constant", detail="bundle_constant", bundle=bundle
            )
    return merged


def _merge_equal(
    columns: list[Column], arrays: EventArrays, window: slice, known: int, setting: Setting
) -> list[Column]:
    """Join columns that are nearly equal where they can be compared, and leave out mirror images.

    Each column is compared with the first (latest) of those already kept. Columns of opposite direction that
    part in the forecast stay two: figures cannot tell them apart, but their priors can, and one may end
    before the other.
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
            joined = _join([kept[near[0]], column], "same_months", arrays, window, known)
            joined.kind = joined.kind or "prior_only"
            kept[near[0]] = joined
        elif mirrored and not column.forced:
            # One begins as the other ends: a single column holds the difference of their effects.
            kept[mirrored[0]].mirrors += [*column.rows, *column.mirrors]
        else:
            kept[j] = column
    return list(kept.values())


def _merge_dependent(
    columns: list[Column], arrays: EventArrays, window: slice, known: int, setting: Setting
) -> list[Column]:
    """Join columns that cannot be separated as a set; those that may not be one stay, and it is said of each.

    The model is not known here, so columns are differenced as the airline model does. Those that stay enter a
    forecast by their priors, which tell them apart; nobody tells an effect of theirs, but the joint one of a
    bundle.
    """
    used = [c for c in columns if c.kind == "used"]
    if len(used) < 2:
        return columns
    past = np.array([c.weight[window] for c in used]).T
    kept = list(columns)
    for places, _ in dependent_sets(airline_differences(past)):
        parts = [used[i] for i in places]
        bundles = {arrays.bundle[row] for part in parts for row in part.rows}
        if len(bundles) == 1 and bundles != {""}:
            continue
        signs = [float(np.sign(setting.signs[row])) for part in parts for row in part.rows]
        if one_effect(signs, [int(np.argmax(past[:, i] > ACTIVE)) for i in places]):
            kept[kept.index(parts[0])] = _join(parts, "sum", arrays, window, known)
            kept = [c for c in kept if c not in parts]
        else:
            for part in parts:
                part.inseparable_from = [row for other in parts if other is not part for row in other.rows]
    return kept


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
