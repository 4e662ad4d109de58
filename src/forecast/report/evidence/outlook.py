"""Totals, chances and unofficial figures in full, and how often such totals and chances came true."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report.blocks import Block, Paragraph, Section, Table, table
from forecast.report.prose import prose
from forecast.report.rows import (
    ChanceScoreRow,
    Kind,
    SaidRow,
    TotalCoverageRow,
    TotalRow,
    UnofficialRow,
    records,
)
from forecast.report.sections.report import Report
from forecast.tables import forecasts
from forecast.tables.forecasts import select

TEXT = "outlook"
#: Months to come of totals, and months ahead of chances, whose record is told.
TO_COME, AHEAD = ("3", "6", "9", "12", "all"), ("1", "3", "6", "12", "all")
#: A class of chances with fewer forecasts is not told.
AT_LEAST = 10


def outlook_section(r: Report) -> Section | None:
    """Return totals and chances, each with its record, and the unofficial figures."""
    text = prose(TEXT)
    made = [make(r) for make in (totals_table, held_table, said_table, brier_table, weighed_block)]
    blocks: tuple[Block, ...] = tuple(block for block in made if block is not None)
    return Section("chances", text.question(), text.question(), "", blocks) if blocks else None


def _rows(r: Report, found: pd.DataFrame, kind: Callable[..., Kind]) -> list[Kind]:
    """Return the rows of the headline and the series of the page."""
    if not len(found):
        return []
    scored = "scenario" not in found  # records of the past have no scenarios
    own = select(found, model=r.run.headline) if scored else forecasts.headline(found, r.run.headline)
    return records(select(own, series_id=r.view.series_id), kind)


def _known(value: float, words: Callable[[float], str]) -> str:
    return words(value) if np.isfinite(value) else prose(TEXT).nothing()


def totals_table(r: Report) -> Table | None:
    """Return every total of the headline with its ranges."""
    text, whole, rows = prose(TEXT), r.view.whole, _rows(r, r.run.totals, TotalRow)
    cells = [
        (
            w.capital(text.macro(f"kind_{row.kind}")()),
            w.month_short(row.last_month),
            w.count(round(row.known) if r.view.whole else row.known) if row.known_months else text.nothing(),
            w.rounded(row.median, whole),
            *(_span(row, level, whole) for level in ("80", "95")),
            _known(row.before, lambda value: w.rounded(value, whole)),
            _known(row.chance_below_before, w.chance),
        )
        for row in rows
    ]
    if not cells:
        return None
    foot = text.totals_foot(rows[0].dependence == "past_errors", rows[0].n_past)
    return table(text.totals_caption(), text.totals_head(), cells, foot)


def _span(row: TotalRow | UnofficialRow, level: str, whole: bool) -> str:
    ends = float(getattr(row, f"lower_{level}")), float(getattr(row, f"upper_{level}"))
    return w.span(*ends, whole) if np.isfinite(ends).all() else prose(TEXT).refused()


def held_table(r: Report) -> Table | None:
    """Return how often the ranges of past totals held, by months that were still to come."""
    text, cells = prose(TEXT), []
    grouped: dict[tuple[str, str], dict[float, TotalCoverageRow]] = {}
    for row in _rows(r, r.run.totals_calibration, TotalCoverageRow):
        grouped.setdefault((row.kind, str(row.ahead_months)), {})[round(row.nominal, 9)] = row
    for (kind, ahead), found in grouped.items():
        if ahead not in TO_COME or 0.8 not in found:
            continue
        main = found[0.8]
        held = (w.percent(found[p].covered) if p in found else text.refused() for p in (0.5, 0.8, 0.95))
        numbers = (w.count(main.n), w.count(round(main.n_independent)))
        verdict = text.macro(f"coverage_{main.verdict}")()
        cells.append((w.capital(text.macro(f"kind_{kind}")()), text.ahead(ahead), *held, *numbers, verdict))
    return table(text.held_caption(), text.held_head(), cells, text.held_foot()) if cells else None


def chance_words(event: str) -> str:
    """Return what a chance is of, a month or a total."""
    text = prose(TEXT)
    kind = event.removesuffix("_below")
    return text.below(text.macro(f"kind_{kind}")()) if kind != event else text.macro(f"event_{event}")()


def said_table(r: Report) -> Table | None:
    """Return said chances beside how often they came true, class by class."""
    text = prose(TEXT)
    cells = [
        (
            w.capital(chance_words(row.event)),
            text.ahead(str(row.horizon)),
            w.percent(row.said),
            w.percent(row.happened),
            w.count(row.n),
            w.count(round(row.n_independent)),
            text.macro(f"chance_{row.verdict}")(),
        )
        for row in _rows(r, r.run.reliability, SaidRow)
        if str(row.horizon) in AHEAD and row.n >= AT_LEAST
    ]
    if not cells:
        return None
    return table(text.said_caption(), text.said_head(), cells, text.said_foot(), folded=True)


def brier_table(r: Report) -> Table | None:
    """Return the Brier score of each kind of chance, with its parts."""
    text = prose(TEXT)
    cells = [
        (
            w.capital(chance_words(row.event)),
            text.ahead(str(row.horizon)),
            w.count(row.n),
            w.percent(row.base_rate),
            *(w.exact(getattr(row, part)) for part in PARTS),
            _known(row.skill, w.skill),
        )
        for row in _rows(r, r.run.brier, ChanceScoreRow)
        if str(row.horizon) in AHEAD and row.n >= AT_LEAST
    ]
    if not cells:
        return None
    return table(text.brier_caption(), text.brier_head(), cells, text.brier_foot(), folded=True)


PARTS = ("brier", "reliability", "resolution", "uncertainty", "within")


def weighed_block(r: Report) -> Block | None:
    """Return unofficial figures weighed against the forecast, or that there are none."""
    text, whole, rows = prose(TEXT), r.view.whole, _rows(r, r.run.nowcast, UnofficialRow)
    if not rows:
        told = len(r.run.totals) and not r.run.experiment.data.include_leaks
        return Paragraph(text.no_unofficial(), small=True) if told else None
    cells = [
        (
            w.month_short(row.month),
            w.capital(text.macro(f"unofficial_{row.kind}")()),
            w.count(row.value),
            w.rounded(row.evidence, whole),
            w.effect(row.evidence_sd),
            _known(row.forecast, lambda value: w.rounded(value, whole)),
            _known(row.weight, w.percent),
            _known(row.median, lambda value: w.rounded(value, whole)),
            _span(row, "80", whole),
            text.macro(f"unweighed_{row.reason}")() if row.reason else "",
        )
        for row in rows
    ]
    first = rows[0]
    foot = text.weighed_foot(first.sd_basis == "setting", first.n_cases, r.run.experiment.nowcast.cases)
    return table(text.weighed_caption(), text.weighed_head(), cells, foot)
