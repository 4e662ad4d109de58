"""Top of the page: who, what, as known when; the level of the next six months; what must be said first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from forecast.experiment.named import pair_with_events
from forecast.report import corrections, labels, recent
from forecast.report import format as w
from forecast.report.blocks import Banner, Link
from forecast.report.rows import KnownRow, OutcomeRow, records
from forecast.report.sections.report import EVIDENCE, Ends, Report, next_expected, report_name
from forecast.report.view import headline_rows
from forecast.tables.forecasts import at_level, select

#: Means of counts below this are told with decimals.
SMALL_MEAN = 10


class Level(NamedTuple):
    """The mean count a month of the months told in full, its range, and what the same months had before."""

    last: pd.Period
    months: int
    middle: float
    ends: Ends | None
    before: float | None


class Top(NamedTuple):
    """Headline, the sentences below it, one line for search engines."""

    h1: str
    standfirst: str
    description: str


def masthead(r: Report) -> tuple[str | Link, ...]:
    """Return publisher, name, vintage, latest count, and when the next one is due."""
    text, run, view = r.words("top"), r.run, r.view
    settings = run.experiment.report
    known = select(run.observations, series_id=view.series_id, month=view.last)
    row = records(known, KnownRow)[0]
    by_day = getattr(row, "release_basis", "day") == "day"
    due = next_expected(view, run.as_of)
    parts = [
        text.as_known(run.as_of),
        text.latest(view.last, row.released, by_day),
        text.late(r.late) if r.late else text.due(due) if due is not None else "",
    ]
    contact = settings.contact
    path = f"mailto:{contact}" if "@" in contact and "/" not in contact else contact
    who: str | Link = Link("", path, settings.publisher) if path else settings.publisher
    return (report_name(view), *(part for part in parts if part), who)


def level(r: Report) -> Level | None:
    """Return the level of the months told in full, by joint paths where the run has them."""
    near = r.near
    if not len(near):
        return None
    middle, ends = recent.level(r.run, r.view.series_id) or (float(near["middle"].mean()), None)
    before = [r.view.value(month - 12) for month in near["month"]]
    known = [value for value in before if value is not None]
    rounded = None if ends is None else (_mean(r, ends[0]), _mean(r, ends[1]))
    year_before = _mean(r, float(np.mean(known))) if len(known) == len(before) else None
    return Level(near["month"].iloc[-1], len(near), _mean(r, middle), rounded, year_before)


def _mean(r: Report, value: float) -> float:
    """Return a mean as the page gives it: of small counts with decimals, which a mean has."""
    return w.forecast_number(value, r.view.whole and abs(value) >= SMALL_MEAN)


def top(r: Report) -> Top:
    """Return headline, standfirst and description."""
    text, view, row, found = r.words("top"), r.view, r.view.numbers(r.first), level(r)
    name = view.name
    if row is None or found is None:
        told = text.no_forecast(view.last, float(view.counts.iloc[-1]))
        return Top(told, name.counted, told)
    subject, about = name.noun or w.capital(name.label), found.middle
    measures = len(r.run.events) > 0
    h1 = text.h1(about, subject, bool(name.noun), name.unit_words, found.last, measures)
    before, ends = view.value(row.month - 12), r.ends(row)
    middle = r.number(row.middle)
    inside = ends is not None and before is not None and ends[0] <= before <= ends[1]
    refused = r.view.basis.get(r.first)
    lead = text.level(found)
    coming = text.coming(row.month, middle, ends, before, inside)
    lacking = text.refused(int(refused.errors)) if ends is None and refused is not None else ""
    standfirst = " ".join(part for part in (lead, coming, lacking) if part)
    return Top(h1, standfirst, text.description(subject, about, found.last, found.ends))


# --------------------------------------------------------------------------- what must be said first


def banners(r: Report) -> tuple[Banner, ...]:
    """Return what must be said before the numbers: late, failed, corrected, what happened, no better."""
    text, run, view = r.words("top"), r.run, r.view
    out = []
    if r.late:
        out.append(Banner(text.late_label(), text.late_head(view.last), text.late_text(r.late, r.first)))
    if not len(view.ahead):
        out.append(Banner(text.failed_label(), text.failed_head(), _failed(r)))
    corrected = corrections.banner(run, view, r.first)
    out += [corrected] if corrected is not None else []
    after = afterwards(r)
    out += [Banner(text.after_head(), text.after_head(), after)] if after else []
    poor = recent.no_better(run, view.series_id)
    if poor is not None and len(view.ahead):
        words = text.no_better(poor, recent.since(run, view.series_id))
        out.append(Banner(text.no_better_head(), text.no_better_head(), words))
    ahead = _ahead_with_events(r)
    out += [Banner(text.with_events_head(), text.with_events_head(), ahead)] if ahead else []
    return tuple(out)


def _ahead_with_events(r: Report) -> str:
    """Return what the row with events says, where its replay is ahead of the headline's by rule."""
    run, gain = r.run, recent.worth(r.run, r.view.series_id)
    pair, row = pair_with_events(run.experiment), r.view.numbers(r.first)
    if gain is None or gain.code != "smaller" or pair is None or run.headline != pair[0] or row is None:
        return ""
    rows = headline_rows(run.forecasts, pair[1], r.view.series_id)
    made = select(at_level(rows, 0.5), horizon=r.first)
    if not len(made):
        return ""
    return r.words("top").with_events(
        gain, row.month, r.number(float(made["value"].iloc[0])), r.number(row.middle)
    )


def _failed(r: Report) -> str:
    run = r.run
    rows = select(run.folds, model=run.headline, series_id=r.view.series_id, origin=run.as_of)
    rows = rows[rows["status"] == "failed"] if len(rows) else rows
    why = str(rows["message"].iloc[-1]) if len(rows) else ""
    return r.words("top").failed_text(labels.model_name(run.headline), why)


class After(NamedTuple):
    """A count that became public later, and where it fell: ``above``, ``below``, ``inside`` or nothing."""

    month: pd.Period
    value: float
    side: str


def outcomes(r: Report) -> list[After]:
    """Return the counts that became public after the date of the report, beside the range of their month."""
    view = r.view
    if not len(view.afterwards) or not len(view.ahead):
        return []
    joined = view.ahead.merge(view.afterwards[["month", "value"]], on="month")
    out = []
    for row in records(joined, OutcomeRow):
        ends = view.range(row, "80")
        side = (
            ""
            if ends is None
            else "below"
            if row.value < ends[0]
            else "above"
            if row.value > ends[1]
            else "inside"
        )
        out.append(After(row.month, float(row.value), side))
    return out


def afterwards(r: Report) -> str:
    """Return what happened after the date of the report: direction, size, measures that began."""
    found = outcomes(r)
    if not found:
        return ""
    text, start = r.words("top"), float(r.view.counts.iloc[-1])
    told = [found[min(NEAR_OUTCOME, len(found)) - 1], found[-1]]
    held = sum(one.side == "inside" for one in found)
    known = sum(bool(one.side) for one in found)
    parts = [
        text.after(told[0], told[1], start),
        text.after_held(held, known, _stays_outside(found)),
    ]
    began = [one for one in recent.began_afterwards(r.run) if one.day < found[-1].month.end_time][:BEGAN]
    if began:
        parts.append(text.after_measures(began))
    return " ".join(part for part in parts if part)


NEAR_OUTCOME = 6
#: Measures that began afterwards and are named.
BEGAN = 2


def _stays_outside(found: list[After]) -> After | None:
    """Return the first month from which all counts lay outside on one side, or None."""
    for k, one in enumerate(found):
        if one.side in ("above", "below") and all(later.side == one.side for later in found[k:]):
            return one
    return None


def evidence_link(words: str, anchor: str, shown: str) -> Link:
    """Return a link to a block of the page of proof."""
    return Link(words, f"{EVIDENCE}#{anchor}", shown)
