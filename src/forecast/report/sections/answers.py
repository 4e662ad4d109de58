"""The four answers: each question as a link, a few large words, and what must be known of them."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from forecast.report import recent
from forecast.report.blocks import Answer
from forecast.report.rows import KnownRow, records
from forecast.report.sections import effects, known, sure
from forecast.report.sections.report import Report
from forecast.tables.forecasts import select


class Unofficial(NamedTuple):
    """A figure that is not official: its value, its month, the day it was in the press, where it lies."""

    value: float
    month: pd.Period
    day: pd.Timestamp
    inside: bool


def answers(r: Report) -> tuple[Answer, ...]:
    """Return the four answers; they stand even where a question cannot be answered."""
    text = r.words("answers")
    made = {
        "next": _coming(r),
        "sure": _sure(r),
        "effects": _policies(r),
        "known": _turns(r),
    }
    return tuple(Answer(text.question(key), f"#{key}", *both) for key, both in made.items())


def unofficial(r: Report) -> Unofficial | None:
    """Return the newest unofficial figure of a month that has no official one."""
    rows = select(r.run.leaks, series_id=r.view.series_id)
    rows = rows[rows["month"] > r.view.last].sort_values("released") if len(rows) else rows
    if not len(rows):
        return None
    row = records(rows, KnownRow)[-1]
    one = r.view.numbers((row.month - r.view.last).n)
    ends = None if one is None else r.view.range(one, "80")
    inside = ends is not None and ends[0] <= row.value <= ends[1]
    return Unofficial(float(row.value), row.month, row.released, inside)


def _coming(r: Report) -> tuple[str, str]:
    text, row = r.words("answers"), r.view.numbers(r.first)
    if row is None:
        return text.no_forecast_big(), text.no_forecast()
    figure, year = unofficial(r), recent.total(r.run, r.view.series_id, "fiscal_year")
    parts = [
        text.unofficial(figure, row.month == figure.month) if figure is not None else "",
        text.year(year) if year is not None else "",
    ]
    told = " ".join(part for part in parts if part) or text.coming(r.ends(row))
    return text.coming_big(r.number(row.middle), row.month), told


def _sure(r: Report) -> tuple[str, str]:
    text, found = r.words("answers"), recent.distances(r.run, r.view.series_id)
    shown = [one for one in found if one.horizon in (1, 3, 6, 12) and one.n]
    worst = recent.worst(found)
    if words := sure.beyond_ranges(r):
        return text.no_replay_big(), words
    if worst is None:
        return text.no_replay_big(), text.no_replay()
    first = shown[0]
    big = text.sure_big(worst, first, recent.no_better(r.run, r.view.series_id) is not None)
    return big, text.sure(worst, first if first.horizon != worst.horizon else None)


def _policies(r: Report) -> tuple[str, str]:
    text = r.words("answers")
    if not len(r.run.events):
        return text.no_measures_big(), text.no_measures()
    rows = effects.told(r)
    if not rows:
        return text.none_estimated_big(), text.none_estimated()
    lead = effects.leading(rows)
    clear = sum(row.clear for row in rows)
    parts = [text.policy(lead)] if lead is not None else []
    late = effects.unmeasured_lately(r)
    if late:
        parts.append(text.unmeasured(late))
    return text.policies_big(clear), " ".join(parts)


def _turns(r: Report) -> tuple[str, str]:
    text, cases = r.words("answers"), known.cases(r)
    if not cases:
        return text.no_turn_big(), text.no_turn()
    held, total = sum(one.held for one in cases), sum(one.n for one in cases)
    return text.turns_big(held, total), text.turns(held, total, len(cases))
