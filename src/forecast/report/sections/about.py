"""About the figures: what is counted, what may be revised, what is unofficial, where definitions changed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from forecast.report import labels, recent
from forecast.report.blocks import Section, notes
from forecast.report.rows import BreakRow, records
from forecast.report.sections.answers import unofficial
from forecast.report.sections.report import Report
from forecast.tables.forecasts import select

#: Changes of definition that are told, the latest.
AT_MOST = 1
#: Missing months that are named.
NAMED = 12


class Break(NamedTuple):
    """A change of definition or scope."""

    month: pd.Period
    words: str


class Past(NamedTuple):
    """How many earlier figures of the kind have become official, and the largest error in percent."""

    n: int
    worst: float


def about_section(r: Report) -> Section:
    """Return "About the figures"."""
    text, name, figure = r.words("figures"), r.view.name, unofficial(r)
    told = notes(
        text.counted(name.counted, name.unit == "encounters", recent.part(r.run, r.view.series_id)),
        text.revisions(recent.revisions(r.run, r.view.series_id)),
        text.unofficial(figure, r.run.experiment.data.include_leaks, past(r)) if figure is not None else "",
        text.missing(r.view.missing[:NAMED], len(r.view.missing)) if r.view.missing else "",
        text.breaks(breaks(r)[-AT_MOST:]),
    )
    return Section("figures", text.question(), text.question(), "", (told,))


def breaks(r: Report) -> list[Break]:
    """Return the changes of definition or scope in the figures, in the language of the page."""
    table = r.run.breaks
    if not len(table):
        return []
    rows = table[table["kind"].isin(["definition", "scope"])].sort_values("month")
    months = pd.PeriodIndex(rows["month"].astype(str), freq="M")
    rows = rows[(months > r.view.counts.index[0]) & (months <= r.view.last)]
    return [Break(pd.Period(str(row.month), "M"), labels.break_words(row)) for row in records(rows, BreakRow)]


def past(r: Report) -> Past:
    """Return how far off earlier unofficial figures and first statements were."""
    table = select(r.run.early, series_id=r.view.series_id)
    errors = table["log_error"].dropna().abs() if len(table) else pd.Series(dtype=float)
    return Past(len(errors), 100 * float(np.expm1(errors.max())) if len(errors) else 0.0)
