"""What has changed since the last issue: steps that add up."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from forecast.report import codes
from forecast.report import format as w
from forecast.report.blocks import Row, Section, Table, heads
from forecast.report.rows import StepRow, records
from forecast.report.sections.report import Report


class Step(NamedTuple):
    """A step, and by how much it moved the forecast."""

    name: str
    change: float


def changed_section(r: Report) -> Section | None:
    """Return "What has changed?", or None in a first issue."""
    table = r.run.changes
    if not len(table):
        return None
    text = r.words("changed")
    month = r.view.ahead["month"].iloc[0] if len(r.view.ahead) else r.view.last + 1
    last = len(table) - 1
    places = w.places_of(map(r.number, table["forecast"]))
    rows = []
    for n, row in enumerate(records(table, StepRow)):
        ends = pd.isna(row.change) or n in (0, last)
        change = "" if ends else w.signed(r.number(float(row.change)), places)
        cells = (
            w.capital(codes.step_words(row)),
            w.rounded(float(row.forecast), r.view.whole),
            change,
            codes.why_words(row),
        )
        rows.append(Row(cells, "lead" if n == last else ""))
    steps = [
        Step(codes.step_words(row), float(row.change))
        for row in records(table.iloc[1:-1], StepRow)
        if pd.notna(row.change)
    ]
    before, after = (r.number(float(table["forecast"].iloc[k])) for k in (0, -1))
    largest = max(steps, key=lambda step: abs(step.change), default=None)
    find = text.find(month, before, after, largest, _share(largest, table))
    made = Table(text.caption(month), heads(text.head()), tuple(rows), text.foot())
    return Section("changed", text.question(), text.question(), find, (made,))


def _share(largest: Step | None, table: pd.DataFrame) -> float:
    """Return the share of the largest step in the whole change; 0 where it goes the other way."""
    whole = float(table["forecast"].iloc[-1]) - float(table["forecast"].iloc[0])
    return max(0.0, largest.change / whole) if largest is not None and whole else 0.0
