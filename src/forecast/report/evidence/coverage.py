"""How often the ranges held, by distance and era; the record; forecasts by others."""

from __future__ import annotations

import re
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecast.report import codes, view
from forecast.report import format as w
from forecast.report.blocks import Block, Cell, Chart, Paragraph, Section, Table, table
from forecast.report.evidence.models import BREAK, CALM
from forecast.report.prose import prose
from forecast.report.rows import CoverageRow, OtherRow, TruthRow, records
from forecast.report.sections.report import Ends, Report, published
from forecast.scoring.metrics import coverage_interval
from forecast.tables.forecasts import select

TEXT = "proof_coverage"
#: Names of eras that only say when: these are told in the words of the page, other names as they were given.
DATES = re.compile(r"(until |since )?\d")


def coverage_section(r: Report) -> Section:
    """Return how often the ranges held, and the record month by month."""
    text, blocks = prose(TEXT), list[Block]()
    calm, struck = by_new_event(r)
    if r.held:
        blocks.append(coverage_chart(r, calm, struck))
        shock = shock_words(calm.get(1), struck.get(1))
        blocks += [Paragraph(shock)] if shock else []
    public = published(r.run, r.view)
    tables = (
        eras_table(r),
        record_table(r, r.replay, "replayed"),
        record_table(r, public, "published"),
        others_table(r),
    )
    blocks += [one for one in tables if one is not None]
    return Section("coverage", text.question(), text.question(), "", tuple(blocks))


class Hits(NamedTuple):
    """How often a range held, of how many months."""

    held: int
    n: int

    @property
    def hits(self) -> tuple[int, int]:
        """Both, as a sentence tells them."""
        return self.held, self.n

    @property
    def share(self) -> float:
        """Share of the months inside the range."""
        return self.held / self.n


def by_new_event(r: Report) -> tuple[dict[int, Hits], dict[int, Hits]]:
    """Return hits of the 80% range by distance, in months without and with a new event of first priority."""
    started = view.new_event_months(r.run)
    calm, struck = dict[int, Hits](), dict[int, Hits]()
    for horizon in view.SHOWN_HORIZONS:
        rows = r.replay[r.replay["horizon"] == horizon].dropna(subset=["truth", "lower_80", "upper_80"])
        hit = view.inside(rows)
        # a measure that begins anywhere between the last count and the month forecast can move it
        touched = rows["month"].map(lambda month, h=horizon: any(month - k in started for k in range(h)))
        touched = touched.astype(bool) if len(rows) else pd.Series(dtype=bool)
        calm[horizon] = Hits(int(hit[~touched].sum()), int((~touched).sum()))
        struck[horizon] = Hits(int(hit[touched].sum()), int(touched.sum()))
    return calm, struck


def shock_words(calm: Hits | None, struck: Hits | None) -> str:
    """Return how often one-month ranges held with and without a new event of first priority."""
    if calm is None or struck is None or not calm.n or not struck.n:
        return ""
    lower = coverage_interval(calm.share, float(calm.n), 0.9)[0]
    clear = coverage_interval(struck.share, float(struck.n), 0.9)[1] < lower
    return prose(TEXT).shock(calm, struck, clear, abs(struck.share - calm.share) > 0.02)


def coverage_chart(r: Report, calm: dict[int, Hits], struck: dict[int, Hits]) -> Chart:
    """Return the chart of achieved coverage, its table behind it."""
    from forecast.report.figures.coverage import coverage_chart as draw_coverage

    text = prose(TEXT)
    shown = [h for h in r.held if h.nominal < 0.9]
    names = ("horizon", "nominal", "held", "n", "share", "low", "high")
    frame = pd.DataFrame([{name: getattr(h, name) for name in names} for h in shown], columns=list(names))
    scored = r.replay.dropna(subset=["truth"])
    eighty = [h for h in shown if abs(h.nominal - 0.8) < 1e-9]
    first, rest = (eighty[0], eighty[1:]) if eighty else (None, [])
    failed = next((h for h in rest if not h.fair), None)
    return r.studio.chart(
        partial(draw_coverage, frame),
        Chart(
            "coverage",
            title=text.title(0.8, first, failed or (rest[-1] if rest else None), failed is not None),
            subtitle=text.subtitle(scored["month"].min(), scored["month"].max()),
            note=text.note(),
            label=text.label(eighty),
            csv="calibration.csv",
            table=coverage_table(r, calm, struck),
        ),
    )


def coverage_table(r: Report, calm: dict[int, Hits], struck: dict[int, Hits]) -> Table:
    """Return how often the ranges held, by distance, with and without a new measure."""
    text, divided = prose(TEXT), any(one.n for one in struck.values())
    rows = []
    for horizon in sorted({h.horizon for h in r.held}):
        found = [view.held_at(r.held, horizon, level) for level in (0.5, 0.8, 0.95)]
        cells = [
            text.nothing() if h is None else f"{w.hits(h.held, h.n)} ({w.percent(h.share)})" for h in found
        ]
        if divided:
            cells += [w.hits(*one.get(horizon, Hits(0, 0))) for one in (calm, struck)]
        rows.append((str(horizon), *cells))
    return table(text.caption(), text.head(divided), rows)


def eras_table(r: Report) -> Table | None:
    """Return how often the 80% range held in each era, on calm dates and before breaks."""
    text, run = prose(TEXT), r.run
    made = select(
        run.calibration,
        model=run.headline,
        knowledge=view.headline_knowledge(run),
        series_id=r.view.series_id,
    )
    made = made[np.isclose(made["nominal"].astype(float), 0.8) & (made["n"] > 0)] if len(made) else made
    if not len(made):
        return None
    eras = run.experiment.report.eras
    named = {era: view.era_words(run, era) if DATES.match(era) else era for era in eras}
    named |= {CALM: text.calm(), BREAK: text.before_break()}
    distances = [h for h in (1, 6, 12) if (made["horizon"].astype(str) == str(h)).any()]
    rows = []
    for era, words in named.items():
        part = made[made["era"] == era]
        found = [records(part[part["horizon"].astype(str) == str(h)], CoverageRow) for h in distances]
        if any(found):
            rows.append((w.capital(words), *(held_cell(one[0]) if one else text.nothing() for one in found)))
    if len(rows) < 2:
        return None
    head = " | ".join([text.era_head(), *(f"{w.ahead(h)} >" for h in distances)])
    return table(text.eras_caption(), head, rows, text.eras_foot())


def held_cell(row: CoverageRow) -> str:
    """Return a coverage with its uncertainty: ``71 of 84, 85% (75% to 92%)``."""
    share = f"{w.hits(round(row.covered * row.n), row.n)}, {w.percent(row.covered)}"
    return prose(TEXT).share(share, row.lower, row.upper) if np.isfinite(row.lower) else share


def record_table(r: Report, record: pd.DataFrame, kind: str, rows: int = 24) -> Table | None:
    """Return the last one-month forecasts, replayed or published, and what was counted."""
    if not len(record):
        return None
    text, seen = prose(TEXT), r.view
    one = record[(record["horizon"] == 1)].dropna(subset=["truth"]).sort_values("month").iloc[-rows:]
    out = []
    for row in records(one.iloc[::-1], TruthRow):
        known = np.isfinite([row.lower_80, row.upper_80]).all()
        ends: Ends | None = (row.lower_80, row.upper_80) if known else None
        span = text.refused() if ends is None else w.span(*ends, seen.whole)
        middle = w.rounded(row.middle, seen.whole)
        out.append((w.month_short(row.month), middle, span, w.count(row.truth), text.inside(row.truth, ends)))
    if not out:
        return None
    return table(text.record_caption(len(out), kind), text.record_head(), out, kind="dates", folded=True)


# --------------------------------------------------------------------------- others


def _made(when: str) -> str:
    """Return when a forecast by others was made: a year, a month or a day, as it is known."""
    return when if len(when) == 4 else w.month_short(when) if len(when) == 7 else w.day_short(when)


def others_table(r: Report) -> Table | None:
    """Return forecasts by others of the same series beside ours."""
    text, made = prose(TEXT), select(r.run.others, series_id=r.view.series_id)
    made = made[made["reason"] != "no_forecast"] if len(made) else made
    rows = []
    for row in records(made, OtherRow):
        ours, scored = np.isfinite(row.ours), np.isfinite(row.error)
        source = f"{row.source}. {w.capital(codes.told('other', row.reason, row))}".rstrip(". ")
        rows.append(
            (
                Cell(w.capital(str(row.forecaster)), source),
                _made(str(row.made)),
                text.months(w.month(row.first_month), w.month(row.last_month)),
                w.count(row.point) if np.isfinite(row.point) else text.low_high(row.low, row.high),
                w.count(row.actual) if np.isfinite(row.actual) else text.not_yet(),
                w.change(row.point, row.actual) if scored else text.not_scored(),
                w.rounded(row.ours) if ours else text.nothing(),
                w.change(row.ours, row.actual) if ours and np.isfinite(row.ours_error) else text.nothing(),
            )
        )
    if not rows:
        return None
    return table(text.others_caption(), text.others_head(), rows, text.others_foot(codes.selection()))
