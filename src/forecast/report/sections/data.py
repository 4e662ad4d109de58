"""What a reader should know about the figures: which notes stand there, and their numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report.blocks import Row, Section, Table, heads, notes
from forecast.report.prose import Prose, prose
from forecast.report.rows import records
from forecast.report.sections import sentences
from forecast.report.sections.top import Report
from forecast.tables.forecasts import select


def data_section(r: Report) -> Section:
    """Return "What should a reader know about the figures?"."""
    text, name, events = prose("data"), r.view.name, r.run.events
    announced = pd.to_datetime(events["announced_date"]).max() if len(events) else None
    told = notes(
        text.counted(name.counted, name.unit == "encounters"),
        _vintage(r, text),
        _revisions(r, text),
        text.breaks(_breaks(r)[-6:]),
        _unofficial(r, text),
        text.events(len(events), announced),
        text.rounding(),
    )
    early = early_table(r, text)
    return Section("data", text.question(), text.nav(), "", (told, *((early,) if early is not None else ())))


def _vintage(r: Report, text: Prose) -> str:
    known = _known(r)
    last, n = known.iloc[-1], len(known)
    parts = [text.vintage(r.run.as_of)]
    if "release_basis" in known:
        by_day = last["release_basis"] == "day"
        dated = int((known["release_basis"] == "day").sum())
        parts.append(text.released(dated, n, last["month"], last["released"], by_day))
    if "value_basis" in known:
        parts.append(text.later(int((known["value_basis"] == "backfilled").sum()), n))
    return " ".join(parts)


def _known(r: Report) -> pd.DataFrame:
    return select(r.run.observations, series_id=r.view.series_id).sort_values("month")


def _revisions(r: Report, text: Prose) -> str:
    known = _known(r)
    if "status" not in known:
        return ""
    recent = known.loc[known["month"] > r.view.last - 12, "status"]
    return text.revisions(int(recent.isin(["provisional", "flash"]).sum()), int((recent == "flash").sum()))


def _breaks(r: Report) -> list[tuple[pd.Period, str]]:
    """Return the changes of definition or scope in the figures: their months, and what changed."""
    table = r.run.breaks
    if not len(table):
        return []
    rows = table[table["kind"].isin(["definition", "scope"])].sort_values("month")
    months = pd.PeriodIndex(rows["month"].astype(str), freq="M")
    rows = rows[(months > r.view.counts.index[0]) & (months <= r.view.last)]
    return [(row.month, sentences.first_sentence(row.what_changed)) for row in records(rows)]


def _unofficial(r: Report, text: Prose) -> str:
    rows = select(r.run.leaks, series_id=r.view.series_id) if len(r.run.leaks) else r.run.leaks
    rows = rows[rows["month"] > r.view.last] if len(rows) else rows
    if not len(rows):
        return ""
    figures = w.joined([text.figure(row.value, row.month, row.released) for row in records(rows)])
    return text.unofficial(figures, r.run.experiment.data.include_leaks, past_errors(r, text))


def past_errors(r: Report, text: Prose) -> str:
    """Return how far off earlier unofficial figures and first statements were."""
    table = select(r.run.early, series_id=r.view.series_id)
    errors = table["log_error"].dropna().abs() if len(table) else pd.Series(dtype=float)
    return text.past_errors(len(errors), 100 * float(np.expm1(errors.max())))


def early_table(r: Report, text: Prose) -> Table | None:
    """Return leaks and first statements beside what became official."""
    table = select(r.run.early, series_id=r.view.series_id)
    if not len(table):
        return None
    rows = tuple(
        Row(
            (
                w.month_short(row.month),
                text.early_kind(row.kind),
                w.day_short(row.released),
                w.count(row.value),
                w.count(row.official) if np.isfinite(row.official) else text.not_yet(),
                f"{w.signed(100 * float(np.expm1(row.log_error)), 1)}%"
                if np.isfinite(row.log_error)
                else text.open(),
            )
        )
        for row in records(table)
    )
    return Table(text.early_caption(), heads(text.early_head()), rows, folded=True)
