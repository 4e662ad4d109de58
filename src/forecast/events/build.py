"""From a calendar to a design: which events get a column at an
origin, and what a scenario changes of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from forecast.config.settings import KNOWLEDGE
from forecast.data.panel import Panel, PanelLike
from forecast.errors import ConfigError, nearest
from forecast.events.arrays import Calendar
from forecast.events.changes import Change, parse_changes
from forecast.events.design import PRIOR_MEAN, UNSEEN, Design, NamedColumn, Spans, assemble
from forecast.events.estimability import Verdict
from forecast.events.scenario import apply_changes, events_needed
from forecast.events.selection import Selection, Setting, select
from forecast.events.shapes import Ints, to_day

if TYPE_CHECKING:
    from forecast.config.settings import EventsSpec, ScenarioSpec


def make_design(
    calendar: Calendar,
    panel: PanelLike,
    spec: EventsSpec,
    horizon: int = 12,
    knowledge: str = "at_origin",
    scenario: ScenarioSpec | Sequence[Mapping[str, object]] | None = None,
    always: Collection[str] = (),
) -> Design:
    """Make a design; `spec` says how the calendar is read, the rest
    are the arguments of `EventCalendar.design`.
    """
    _check_words(spec, knowledge, horizon)
    if knowledge == "none":
        if scenario is not None:
            raise ConfigError(
                "a scenario changes events: it needs knowledge 'at_origin' or 'hindsight', not 'none'"
            )
        return Design.none(panel, horizon)
    changes: tuple[Change, ...] = ()
    if scenario is not None:
        changes = parse_changes(scenario)
        always = [*always, *events_needed(changes, calendar, panel, knowledge)]
    if always:
        calendar.check_ids(always)
    spans = Spans.of(panel)
    ordinals = _ordinals(spans, horizon)
    setting = Setting(
        to_day(panel.as_of),
        knowledge == "hindsight",
        spec.coding,
        spec.priority,
        spec.max_columns,
        spec.unseen,
        ordinals,
        np.zeros(0),
        tuple(always),
    )
    named, verdicts = _collect(calendar, panel, spans, setting)
    design = assemble(panel, horizon, named, knowledge, spec.coding, verdicts)
    if changes or spec.unseen == "analogue":
        design = apply_changes(design, calendar, changes, analogue=spec.unseen == "analogue")
    return design


def _check_words(spec: EventsSpec, knowledge: str, horizon: int) -> None:
    problems = []
    for key, word, known in (
        ("knowledge", knowledge, KNOWLEDGE),
        ("coding", spec.coding, ("rule", "judged")),
        ("unseen", spec.unseen, UNSEEN),
    ):
        if word not in known:
            problems.append(f"{key}: '{word}' is not one of {', '.join(known)}.{nearest(str(word), known)}")
    if spec.priority not in (1, 2, 3):
        problems.append(f"priority: {spec.priority} is not 1, 2 or 3")
    if horizon < 1:
        problems.append(f"horizon: {horizon} is not a positive number of months")
    if spec.max_columns < 0:
        problems.append(f"max_columns: {spec.max_columns} is negative")
    if problems:
        raise ConfigError("\n".join(problems))


def _ordinals(spans: Spans, horizon: int) -> Ints:
    """Return the months of the panel and those of the horizon, one after the other."""
    # the months of a leak stand in both, so the horizon may begin before the panel ends
    stop = max(spans.last + horizon + 1, spans.first + spans.months)
    return np.arange(spans.first, stop, dtype=np.int64)


def _collect(
    calendar: Calendar, panel: PanelLike, spans: Spans, setting: Setting
) -> tuple[list[NamedColumn], list[tuple[str, str, Verdict]]]:
    """Select for each series, and give each set of members one column."""
    arrays = calendar.arrays
    found: dict[tuple[int, ...], NamedColumn] = {}
    starts: dict[tuple[int, ...], int] = {}
    verdicts: list[tuple[str, str, Verdict]] = []
    known = spans.last + 1 - spans.first
    values = panel.cells.values if isinstance(panel, Panel) else panel.values.to_numpy(dtype=float)
    for j, name in enumerate(spans.series):
        has = np.flatnonzero(np.isfinite(values[:, j]))
        window = slice(int(has[0]), int(has[-1]) + 1) if has.size else slice(0, 0)
        signs = arrays.signs(name, setting.coding)
        touched = np.flatnonzero(calendar.touches(name))
        made: Selection = select(arrays, touched, window, known, replace(setting, signs=signs))
        verdicts.extend((name, arrays.ids[row], made.verdicts[row]) for row in sorted(made.verdicts))
        for column in made.columns:
            key = tuple(column.rows)
            mean = PRIOR_MEAN * float(np.mean(signs[column.rows]))
            if key not in found:
                ids = tuple(arrays.ids[row] for row in key)
                found[key] = NamedColumn(" + ".join(ids), ids, column.weight, {})
                starts[key] = column.start
            found[key].means[name] = mean
    order = sorted(found, key=lambda k: (-starts[k], found[k].name))
    return [found[key] for key in order], verdicts
