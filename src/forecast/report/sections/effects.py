"""What each policy seemed to do: raw change and tests beside each estimate; what cannot be told."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecast.report.blocks import Block, Chart, Paragraph, Section
from forecast.report.rows import EffectRow, FateRow, records
from forecast.report.sections.report import Report
from forecast.report.sections.top import evidence_link
from forecast.tables.forecasts import select

AT_MOST = 4
TESTS = ("test_years", "test_recent", "test_models")
#: Months before the report whose measures are named where they cannot be measured.
LATELY = 12


class Told(NamedTuple):
    """A measure or group with one effect, as the page tells it; changes in percent."""

    event: str
    label: str
    when: str
    first: pd.Period
    percent: float
    low: float
    high: float
    raw: float | None
    usual: float | None
    clear: bool
    failed: int  #: tests not passed
    tests: int  #: tests that could be made
    outcomes: tuple[str, ...]  #: of the three tests: passed, failed, not_testable or not_run
    smallest: float  #: smallest change that these months could have shown, in percent

    @property
    def passed(self) -> int:
        """How many tests it passes."""
        return self.tests - self.failed


def effects_section(r: Report) -> Section | None:
    """Return "What did each policy seem to do?", or None where no event touches the figures."""
    if not len(r.run.events):
        return None
    text, rows = r.words("effects"), told(r)
    lead = leading(rows)
    blocks: list[Block] = [effects_chart(r, rows)] if rows else []
    without = unmeasured(r)
    links = (
        evidence_link("", "measures", text.measures_link()) if len(r.run.estimability) else None,
        evidence_link("", "choices", text.choices_link(choices(r))) if choices(r) else None,
    )
    blocks.append(
        Paragraph(text.cannot(without), tuple(link for link in links if link is not None), small=True)
    )
    find = text.find(lead, len(rows)) if rows else text.nothing()
    return Section("effects", text.question(), text.question(), find, tuple(blocks))


@lru_cache(maxsize=2)
def rows_of(r: Report) -> list[EffectRow]:
    """Return one row of the effects table for each measure or group, with its 80% range."""
    table = r.run.effects
    table = select(table, series_id=r.view.series_id)
    if not len(table):
        return []
    table = table[table["model"] == table["model"].iloc[0]]
    return records(table[np.isclose(table["level"].astype(float), 0.8)], EffectRow)


@lru_cache(maxsize=2)
def told(r: Report) -> list[Told]:
    """Return at most four dates with a single effect, the leading one first, then the newest."""
    rows = [_told(r, row) for row in rows_of(r) if np.isfinite(row.estimate)]
    kept = sorted(rows, key=lambda row: (*_rank(row), -row.first.ordinal))[:AT_MOST]
    lead = leading(kept)
    return sorted(kept, key=lambda row: (row is not lead, -row.first.ordinal))


def _told(r: Report, row: EffectRow) -> Told:
    ids = members(row)
    outcomes = tuple(str(getattr(row, name, "not_run")) for name in TESTS)
    tested = [outcome for outcome in outcomes if outcome in ("passed", "failed")]
    raw, usual = (_known(getattr(row, name, np.nan)) for name in ("raw_change", "usual_change"))
    smallest = max(abs(float(row.detectable_fall)), 0.0) if row.estimate < 0 else float(row.detectable_rise)
    return Told(
        str(row.event),
        r.measures.names(ids),
        r.measures.days(ids),
        pd.Period(row.first_active, "M") if hasattr(row, "first_active") else r.view.last,
        float(row.percent),
        float(row.percent_lower),
        float(row.percent_upper),
        raw,
        usual,
        bool(row.clear),
        tested.count("failed"),
        len(tested),
        outcomes,
        smallest,
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def members(row: EffectRow) -> list[str]:
    """Return the ids of the measures that share a row of the effects table."""
    given = getattr(row, "members", "")
    ids = given if isinstance(given, str) and given else str(row.group or row.event)
    return [part.strip() for part in ids.replace(" + ", ";").split(";") if part.strip()]


def _rank(row: Told) -> tuple[bool, bool, int, int]:
    """Return what comes first: what passes every test, what was tested at all, the most passed."""
    return not row.clear, not row.tests, -row.passed, row.failed


def leading(rows: list[Told]) -> Told | None:
    """Return the effect told first: the raw change has its sign, the most tests passed, the largest."""
    able = [
        row for row in rows if row.tests and row.raw is not None and np.sign(row.raw) == np.sign(row.percent)
    ]
    size = {row.event: abs(_log(row.percent)) for row in able}
    return min(able, key=lambda row: (*_rank(row), -size[row.event]), default=None)


def _log(percent: float) -> float:
    """Return a change in percent on logs."""
    return float(np.log1p(max(percent, -99.9) / 100))


def effects_chart(r: Report, rows: list[Told]) -> Chart:
    """Return the chart of effects with their tests as words."""
    from forecast.report.figures.effects import Drawn
    from forecast.report.figures.effects import effects_chart as draw_effects

    text = r.words("effects")
    drawn = [
        Drawn(
            row.label,
            row.when,
            _log(row.percent),
            _log(row.low),
            _log(row.high),
            row.clear,
            text.raw(row),
            text.tests(row),
        )
        for row in rows
    ]
    return r.studio.chart(
        partial(draw_effects, drawn),
        Chart(
            "effects",
            title=text.title(sum(row.clear for row in rows), len(rows)),
            subtitle=text.subtitle(),
            note=text.note(),
            label=text.label(rows),
            csv="effects.csv",
        ),
    )


# --------------------------------------------------------------------------- what cannot be told


class Unmeasured(NamedTuple):
    """Measures that cannot be measured for one reason."""

    names: list[str]
    why: str


def unmeasured(r: Report) -> list[Unmeasured]:
    """Return the major measures that cannot be measured, by at most four reasons."""
    events = r.run.events
    shown = {event for row in told(r) for event in _ids_of(r, row.event)}
    why: dict[str, str] = {}
    for row in rows_of(r):
        if not np.isfinite(row.estimate):
            why |= dict.fromkeys(members(row), _apart(row))
    table = r.run.estimability
    rows = select(table, series_id=r.view.series_id)
    for fate in records(rows, FateRow):
        if fate.action not in ("used", "merged", "not_announced"):
            why.setdefault(str(fate.event), _reason(fate))
    priority = events["judged_priority"] if "judged_priority" in events else events["priority"]
    major = events[(priority == 1) & events["id"].isin(why) & ~events["id"].isin(shown)]
    found: dict[str, list[str]] = {}
    for event in major.sort_values("effective_start", ascending=False)["id"]:
        found.setdefault(why[event], []).append(r.measures.names([event]))
    return [Unmeasured(names[:3], reason) for reason, names in found.items()][:4]


def _apart(row: EffectRow) -> str:
    """Return why a group has no single effect: its signs, its dates, or what the estimate came to."""
    found = [code for code in str(row.why_group).split(";") if code in ("opposite_signs", "far_apart")]
    return found[0] if found and row.words == "not_together" else str(row.words)


def _reason(row: FateRow) -> str:
    """Return why: crowded months, too vague, too recent, always in force."""
    if row.action == "over_limit":
        return "crowded"
    return {"too_vague": "vague", "context": "vague", "constant": "constant"}.get(str(row.why), "recent")


def _ids_of(r: Report, event: str) -> list[str]:
    return next((members(row) for row in rows_of(r) if str(row.event) == event), [event])


def unmeasured_lately(r: Report) -> list[str]:
    """Return the latest major measure of the last year that has no effect of its own, or none."""
    events = r.run.events
    priority = events["judged_priority"] if "judged_priority" in events else events["priority"]
    since = pd.Timestamp(r.run.as_of) - pd.DateOffset(months=LATELY)
    late = events[(priority == 1) & (events["effective_start"] > since)]
    shown = {event for row in told(r) for event in _ids_of(r, row.event)}
    ids = [e for e in late.sort_values("effective_start", ascending=False)["id"] if e not in shown]
    return [r.measures.names([one]) for one in ids[:1]]


def choices(r: Report) -> int:
    """Return how many other choices of model were tried for the leading effect."""
    lead, table = leading(told(r)), r.run.specification
    return int((table["event"] == lead.event).sum()) if lead is not None and len(table) else 0
