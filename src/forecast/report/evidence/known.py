"""What knowing the measures was worth: past turns, the typical miss, the mean miss with its range."""

from __future__ import annotations

import numpy as np

from forecast.report import format as w
from forecast.report import labels
from forecast.report.blocks import Section, Table, table
from forecast.report.prose import prose
from forecast.report.rows import CaseRow, KnowledgeRow, TypicalRow, records
from forecast.report.sections.report import NEAR, Report
from forecast.tables.forecasts import select

TEXT = "proof_known"


def known_section(r: Report) -> Section | None:
    """Return what each state of knowledge gave, or None where none was compared."""
    text = prose(TEXT)
    made = tuple(one for one in (cases_table(r), worth_table(r), typical_table(r)) if one is not None)
    return Section("knowing", text.question(), text.question(), "", made) if made else None


def cases_table(r: Report) -> Table | None:
    """Return the sixth month of each turn: what each state of knowledge gave, and what happened."""
    text, made = prose(TEXT), r.shown(r.run.cases)
    if not len(made):
        return None
    out = []
    for _, rows in made.groupby("case", sort=False):
        last = rows[(rows["horizon"] <= NEAR) & rows["actual"].notna()]
        if not len(last):
            continue
        rows = rows[rows["month"] == last["month"].max()]
        found = {
            (row.knowledge, round(float(row.level), 6)): float(row.value) for row in records(rows, CaseRow)
        }
        middles = [
            w.rounded(found[known, 0.5], r.view.whole) if (known, 0.5) in found else text.nothing()
            for known in ("none", "at_origin", "hindsight")
        ]
        told = "at_origin" if ("at_origin", 0.5) in found else "none"
        low, high = (found.get((told, level), np.nan) for level in (0.1, 0.9))
        ends = text.nothing() if np.isnan(low + high) else w.span(low, high)
        actual = w.count(float(rows["actual"].iloc[0]))
        out.append(
            (w.day_long(rows["origin"].iloc[0]), w.month_short(last["month"].max()), *middles, ends, actual)
        )
    return table(text.cases_caption(), text.cases_head(), out, text.cases_foot(), "dates") if out else None


def worth_table(r: Report) -> Table | None:
    """Return how much smaller the mean miss was with events, in both codings, with ranges."""
    text, made = prose(TEXT), r.run.knowledge
    if not len(made) or "gain_hindsight" not in made:
        return None
    rows = select(made, series_id=r.view.series_id, metric="mae", model=r.run.headline)
    rows = rows[rows["horizon"].astype(str).isin(["1", "6", "all"]) & (rows["n"] >= 24)]
    out = [
        (
            text.coding(str(row.coding)),
            text.distance(str(row.horizon)),
            w.count(row.n),
            text.gain(row.gain, row.lower, row.upper),
            text.gain(row.gain_hindsight, row.lower_hindsight, row.upper_hindsight),
        )
        for row in records(rows, KnowledgeRow)
    ]
    return table(text.worth_caption(), text.worth_head(), out, text.worth_foot()) if out else None


def typical_table(r: Report) -> Table | None:
    """Return the typical miss by how much of the events was known."""
    text, made = prose(TEXT), r.run.knowledge
    if not len(made):
        return None
    coding = r.run.experiment.events.coding
    rows = r.shown(made, metric="median_error", coding=coding)
    model = str(rows["model"].iloc[0]) if len(rows) else ""
    rows = rows[rows["horizon"].astype(str).isin(["1", "3", "6"]) & (rows["n"] >= 24)]
    out = [
        (
            str(row.horizon),
            w.count(row.n),
            *(w.factor(float(np.exp(v))) for v in (row.none, row.at_origin, row.hindsight)),
        )
        for row in records(rows, TypicalRow)
    ]
    return table(text.typical_caption(labels.model_name(model)), text.typical_head(), out) if out else None
