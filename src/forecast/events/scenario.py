"""What if: changes to what comes, given as plain values and made columns of the design.

No model needs to know of a scenario. The past of every column stays as it is; what changes is the future of
a column, or there is one column more, whose past is zero and whose prior is its size. A change is a mapping:

- ``{event: title42, ends: 2023-01-31}``: an event ends on a date (its last day), earlier or later than known;
- ``{event: title42, starts: 2024-07-01, ends: 2024-12-31}``: an event that is over, or has not begun, starts;
- ``{event: title42, factor: 0.5}``: it is half as strong from the day after the origin on; goes with the
above;
- ``{new: closure, starts: 2024-07-01, shape: step, size: -0.3}``: an event that nobody has announced. Its
  size is a change on logs (``-0.3``), one in percent (``percent: -25``), a distribution
  (``size: {mean: -0.3, sd: 0.2}``), that of a past event (``size: like title42``), or the mean of a
  mechanism (``size: like mechanism asylum rule``, with ``direction: restricts`` where it has several).

*Like* means: the same coefficient. The months of the new event are added to the future of the column that
it is like, so its effect is what the model found for that column, with its doubt. For a mechanism they are
spread over its columns, and a column of its own with mean zero carries what such events differ by.

Events that share a column share its effect equally in the months in which they are in force.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.data.patterns import matches
from forecast.errors import ConfigError, nearest
from forecast.events import design as designs
from forecast.events.arrays import Calendar
from forecast.events.changes import EXACT_SD, Change, parse_changes
from forecast.events.estimability import Verdict, estimability_frame
from forecast.events.notes import Note
from forecast.events.selection import ACTIVE, day_text
from forecast.events.shapes import FAR, Floats, Ints, build_up, month_edges, pulse_end, to_day, weights

if TYPE_CHECKING:
    from forecast.data.panel import PanelLike
    from forecast.events.design import Design

__all__ = ["EXACT_SD", "Change", "apply_changes", "events_needed", "parse_changes", "use_analogues"]


def events_needed(
    changes: Sequence[Change], calendar: Calendar, panel: PanelLike, knowledge: str
) -> list[str]:
    """Return the events that a scenario changes or points to, after checking that they can be used.

    Raises
    ------
    ConfigError
        For an event that is not in the calendar, not usable at the origin, touches none of the series, or has
        no shape; for a date that is not in the months to come; for a mechanism that is not known.
    """
    arrays = calendar.arrays
    origin = to_day(panel.as_of)
    first = _first_day(panel)
    series = [str(s) for s in panel.values.columns]
    problems, wanted = [], []
    for change in changes:
        name = change.event or change.like
        where = f"scenario ({change.event or change.new})"
        for key, day in (("starts", change.starts), ("ends", change.ends)):
            if day is not None and day < first:
                late = f"the months to come begin on {day_text(first)}"
                problems.append(
                    f"{where}.{key}: {day_text(day)} is over; {late}, and a scenario leaves the past alone"
                )
        if change.new and change.new in arrays.place:
            problems.append(
                f"{where}: the calendar has an event of that name; choose another, or use `event`"
            )
        if name:
            problem = _unusable(name, calendar, origin, knowledge, series)
            problems += [f"{where}: {problem}"] if problem else []
            wanted += [] if problem else [name]
        if change.mechanism:
            problem = _check_mechanism(change, calendar, origin, knowledge)
            problems += [f"{where}: {problem}"] if problem else []
    if problems:
        raise ConfigError("\n".join(problems))
    return list(dict.fromkeys(wanted))


def _unusable(name: str, calendar: Calendar, origin: int, knowledge: str, series: list[str]) -> str:
    arrays = calendar.arrays
    if name not in arrays.place:
        return f"no event is called '{name}'.{nearest(name, arrays.place)}"
    row = arrays.place[name]
    if knowledge != "hindsight" and arrays.usable[row] > origin:
        return f"'{name}' was not usable on {day_text(origin)}; describe what you mean as a `new` event"
    if (
        arrays.start[row] >= FAR
        or arrays.coded["rule"].shape[row] == arrays.coded["judged"].shape[row] == "none"
    ):
        return f"'{name}' has the shape 'none': it never becomes a column"
    if not any(calendar.touches(s)[row] for s in series):
        return f"'{name}' touches none of {', '.join(series)}"
    return ""


def _check_mechanism(change: Change, calendar: Calendar, origin: int, knowledge: str) -> str:
    arrays = calendar.arrays
    known = [i for i in range(len(arrays.ids)) if knowledge == "hindsight" or arrays.usable[i] <= origin]
    names = sorted({arrays.mechanism[i] for i in known} - {""})
    if change.mechanism not in names:
        guess = nearest(change.mechanism, names)
        return f"no event has the mechanism '{change.mechanism}' ({', '.join(names)}).{guess}"
    ways = sorted({arrays.direction[i] for i in known if arrays.mechanism[i] == change.mechanism} - {""})
    if change.direction and change.direction not in ways:
        return f"'{change.mechanism}' has no direction '{change.direction}' ({', '.join(ways)})"
    if not change.direction and len(ways) > 1:
        return f"'{change.mechanism}' has several directions; give `direction`, one of {', '.join(ways)}"
    return ""


def _first_day(panel: PanelLike) -> int:
    last = max(int(period.ordinal) for period in panel.last_official)
    return int(month_edges(np.array([last + 1]))[0][0])


def apply_changes(
    design: Design, calendar: Calendar, changes: Sequence[Change], analogue: bool = False
) -> Design:
    """Return the design with the changes of a scenario in it, and with analogues for events never seen.

    Changes of events come first, then analogues (which see the changed months), then new events.
    """
    made = _change_events(design, calendar, [c for c in changes if c.event])
    if analogue:
        made = use_analogues(made, calendar)
    for change in changes:
        if change.new:
            made = _add_new(made, calendar, change)
    return made


def _ordinals(design: Design) -> Ints:
    return np.asarray(design.future.index.astype("int64"))


def _change_events(design: Design, calendar: Calendar, changes: Sequence[Change]) -> Design:
    arrays, coding = calendar.arrays, design.coding
    months = _ordinals(design)
    origin, hindsight = to_day(design.as_of), design.knowledge == "hindsight"
    now: dict[int, Floats] = {}
    notes, problems = [], []
    for change in changes:
        row = np.array([arrays.place[change.event]])
        start, end = arrays.windows(row, origin, hindsight, coding)
        weight = now.get(int(row[0]), arrays.weights(row, start, end, coding, months)[0])
        new_start, new_end, problem = _new_window(change, int(start[0]), int(end[0]), months)
        if change.starts is not None or change.ends is not None:
            again = arrays.weights(row, np.array([new_start]), np.array([new_end]), coding, months)[0]
            weight = np.maximum(weight, again) if _is_over(int(end[0]), months) else again
        elif not (weight > 0.0).any():
            problem = "none of it lies in the months to come, so a factor changes nothing"
        if problem:
            problems.append(f"scenario ({change.event}): {problem}")
        # a factor holds from the day after the origin: a month that is over without a figure stays as it was
        first, days = month_edges(months)
        to_come = np.clip((first + days - origin - 1) / days, 0.0, 1.0)
        now[int(row[0])] = weight * (1.0 + (change.factor - 1.0) * to_come)
        notes.append(_note(change))
    if problems:
        raise ConfigError("\n".join(problems))
    future = design.future.copy()
    for name, ids in design.members.items():
        rows = np.array([arrays.place[i] for i in ids if i in arrays.place], dtype=np.int64)
        if not any(int(row) in now for row in rows):
            continue
        start, end = arrays.windows(rows, origin, hindsight, coding)
        before = arrays.weights(rows, start, end, coding, months)
        after = np.array([now.get(int(row), before[i]) for i, row in enumerate(rows)])
        mine = np.array([int(row) in now for row in rows])
        # Nobody knows how a joint effect is divided: the members that change take all of it with them.
        old, new = before[mine].sum(axis=0), after[mine].sum(axis=0)
        old, new = (
            np.where(old > 0.0, part, whole.sum(axis=0)) for part, whole in ((old, before), (new, after))
        )
        share = np.divide(new, old, out=np.zeros_like(old), where=old > 0.0)
        future[name] = np.where(old > 0.0, future[name] * share, after[mine].mean(axis=0))
        if not mine.all():
            notes.append(Note("joint", events=_ids([name])))
    return replace(design, future=future, notes=(*design.notes, *notes))


def _is_over(end: int, months: Ints) -> bool:
    return end < int(month_edges(months[:1])[0][0])


def _new_window(change: Change, start: int, end: int, months: Ints) -> tuple[int, int, str]:
    """Return first and last day of a changed event, or why it cannot be changed so."""
    over, first = _is_over(end, months), int(month_edges(months[:1])[0][0])
    if change.starts is None:
        if change.ends is not None and over:
            return start, end, f"it is over since {day_text(end)}; give `starts` to let it start again"
        last = end if change.ends is None else change.ends
        return start, last, "it would end before it starts" if last < start else ""
    if not over and start < first:
        return start, end, f"it is in force since {day_text(start)}; use `ends` or `factor`"
    last = change.ends if change.ends is not None else (FAR if over or end < change.starts else end)
    return change.starts, last, ""


def _note(change: Change) -> Note:
    """Return what a scenario changes of an event."""
    return Note(
        "change",
        event=change.event or change.new,
        starts=_date(change.starts),
        ends=_date(change.ends),
        factor=change.factor if change.factor != 1.0 else math.nan,
    )


def _date(day: int | None) -> dt.date | None:
    return None if day is None else dt.date(1970, 1, 1) + dt.timedelta(days=day)


def _ids(columns: Sequence[str]) -> str:
    """Return the events of some columns; a column of several is named by its events joined by `` + ``."""
    return ";".join(columns)


def _seen(design: Design, column: str) -> bool:
    """Tell whether a column was active in the panel's months, and not in all of them alike."""
    past = design.past[column].to_numpy(dtype=float)
    return bool(past.size and past.max() > ACTIVE and np.ptp(past) > 1e-9)


def _analogues(design: Design, calendar: Calendar, mechanism: str, direction: str) -> list[str]:
    """Return the seen columns, of every series of the design, with an event of a mechanism and direction."""
    arrays = calendar.arrays
    found = []
    for name, ids in design.members.items():
        rows = [arrays.place[i] for i in ids if i in arrays.place]
        same = any(
            arrays.mechanism[r] == mechanism and (not direction or arrays.direction[r] == direction)
            for r in rows
        )
        # A column of events with opposite signs holds their difference, not an effect of the kind.
        mixed = len({float(np.sign(s)) for s in arrays.coded[design.coding].sign[rows]}) > 1
        if same and mechanism and not mixed and _seen(design, name) and bool(design.applies[name].all()):
            found.append(name)
    return found


def use_analogues(design: Design, calendar: Calendar) -> Design:
    """Give events that are usable but were never seen the mean effect of past columns of their kind.

    The kind is the event named in ``unseen_like``, else the same mechanism and direction. The months of the
    event are spread over those columns, and its own prior becomes the doubt about what it differs by; where
    there is no such column its prior stays.
    """
    arrays = calendar.arrays
    future, moved = design.future.copy(), []
    notes: list[Note] = []
    for name, ids in design.members.items():
        unseen = not (design.past[name] > ACTIVE).any() and (design.future[name] > ACTIVE).any()
        rows = [arrays.place[i] for i in ids if i in arrays.place]
        if not unseen or not rows:
            continue
        like = next((arrays.unseen_like[r] for r in rows if arrays.unseen_like[r]), "")
        if like:
            kind = like
            columns = [c for c, m in design.members.items() if like in m and c != name and _seen(design, c)]
        else:
            mechanism, direction = arrays.mechanism[rows[0]], arrays.direction[rows[0]]
            kind = f"{mechanism} {direction}".strip()
            columns = _analogues(design, calendar, mechanism, direction)
        if not columns:
            notes.append(Note("no_analogue", event=name, mechanism=kind))
            continue
        for column in columns:
            future[column] += design.future[name] / len(columns)
        moved.append(name)
        notes.append(Note("analogue", event=name, events=_ids(columns), mechanism=kind))
    prior = design.prior.copy()
    flags = np.array([column in moved for _, column in prior.index], dtype=bool)
    prior.loc[flags, "mean"] = 0.0
    return replace(design, future=future, prior=prior, notes=(*design.notes, *notes))


def _add_new(design: Design, calendar: Calendar, change: Change) -> Design:
    if change.new in design.columns:
        raise ConfigError(f"scenario ({change.new}): the design has a column of that name")
    weight = _new_weight(design, calendar, change)
    if not (weight != 0.0).any():
        raise ConfigError(f"scenario ({change.new}): none of it lies in the months to come")
    if change.like:
        columns = [c for c, ids in design.members.items() if change.like in ids]
        if not columns:
            raise ConfigError(
                f"scenario ({change.new}): no column holds '{change.like}', so its size is not known"
            )
        future = design.future.copy()
        for column in columns:
            future[column] += weight / len(design.members[column])
        seen = all(_seen(design, c) for c in columns)
        note = Note("like" if seen else "like_unseen", events=_ids(columns))
        return replace(design, future=future, notes=(*design.notes, _note(change), note))
    if change.mechanism:
        columns = _analogues(design, calendar, change.mechanism, change.direction)
        kind = f"{change.mechanism} {change.direction}".strip()
        if columns:
            future = design.future.copy()
            for column in columns:
                future[column] += weight / len(columns)
            design = replace(design, future=future)
            note = Note("mean_of_kind", events=_ids(columns), mechanism=kind)
            return _add_column(design, change, weight, {}, designs.PRIOR_SD, note)
        note = Note("prior_of_kind", mechanism=kind)
        return _add_column(
            design, change, weight, _rule_means(design, calendar, change), designs.PRIOR_SD, note
        )
    mean = float(change.mean or 0.0)
    means = dict.fromkeys(map(str, design.applies.index), mean)
    note = Note("given", percent=100 * math.expm1(mean))
    return _add_column(design, change, weight, means, change.sd, note)


def _new_weight(design: Design, calendar: Calendar, change: Change) -> Floats:
    """Return the weights of a new event in the months to come; like an event, it takes that event's shape."""
    arrays = calendar.arrays
    shape, pair = change.shape, build_up(change.shape or "step", change.decay, change.ramp_months)
    if change.like and not shape:
        row = arrays.place[change.like]
        coded = arrays.coded[design.coding]
        shape, pair = coded.shape[row], (int(coded.months[row]), float(coded.factor[row]))
    start = np.array([FAR if change.starts is None else change.starts])
    end = np.array([FAR if change.ends is None else change.ends])
    if shape == "pulse":
        end = pulse_end(start, end, int(start[0]))
    made = weights(start, end, np.array([pair[0]]), np.array([pair[1]]), _ordinals(design))[0]
    return np.asarray(change.factor * made, dtype=float)


def _rule_means(design: Design, calendar: Calendar, change: Change) -> dict[str, float]:
    """Return, for each series, the mean prior of the usable events of a mechanism and direction."""
    arrays = calendar.arrays
    origin = to_day(design.as_of)
    rows = [
        i
        for i in range(len(arrays.ids))
        if arrays.mechanism[i] == change.mechanism
        and (not change.direction or arrays.direction[i] == change.direction)
        and (design.knowledge == "hindsight" or arrays.usable[i] <= origin)
    ]
    series = [str(s) for s in design.applies.index]
    return {s: designs.PRIOR_MEAN * float(np.mean(arrays.signs(s, design.coding)[rows])) for s in series}


def _add_column(
    design: Design, change: Change, weight: Floats, means: Mapping[str, float], sd: float, note: Note
) -> Design:
    series = [str(s) for s in design.applies.index]
    touched = {s: matches(change.series, s) for s in series}
    if not any(touched.values()):
        raise ConfigError(f"scenario ({change.new}): '{change.series}' touches none of {', '.join(series)}")
    months = design.future.index[weight > ACTIVE]
    first = int(months[0].ordinal) if len(months) else None
    verdict = Verdict(first_active=first, action="prior_only", why="of_scenario")
    told = estimability_frame([(s, change.new, verdict) for s in series if touched[s]], design.as_of)
    parts = [design.estimability, told] if len(design.estimability) else [told]
    priors = {pair: tuple(v) for pair, v in zip(design.prior.index, design.prior.to_numpy(), strict=True)}
    priors |= {(s, change.new): (means.get(s, 0.0), sd) for s in series if touched[s]}
    names = [*design.columns, change.new]
    pairs = [(s, c) for s in series for c in names if (s, c) in priors]
    return replace(
        design,
        past=design.past.assign(**{change.new: 0.0}),
        future=design.future.assign(**{change.new: weight}),
        applies=design.applies.assign(**{change.new: [touched[s] for s in series]}),
        prior=designs.prior_frame(pairs, [priors[p] for p in pairs]),
        estimability=pd.concat(parts, ignore_index=True),
        members={**design.members, change.new: (change.new,)},
        notes=(*design.notes, _note(change), note),
    )
