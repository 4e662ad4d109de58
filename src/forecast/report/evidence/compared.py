"""Measures beside series that they did not touch, where the experiment names such."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report import labels
from forecast.report.blocks import Block, Chart, Table, table
from forecast.report.figures import style as f
from forecast.report.prose import prose
from forecast.report.rows import ComparedRow, records
from forecast.report.sections.report import Report
from forecast.tables.forecasts import select

TEXT = "outlook"


def compared_blocks(r: Report) -> list[Block]:
    """Return the table of comparisons, and the months of the plainest one."""
    made = r.run.compared
    rows = select(made, series_id=r.view.series_id)
    if not len(rows):
        return []
    told = rows[rows["verdict"] != "refused"].sort_values("p", kind="stable")
    chart = None if told.empty else gap_chart(r, told.iloc[0])
    return [compared_table(r, rows), *([] if chart is None else [chart])]


def compared_table(r: Report, rows: pd.DataFrame) -> Table:
    """Return every comparison, those that were refused with their reason."""
    text, cells = prose(TEXT), []
    for row in records(rows, ComparedRow):
        known = np.isfinite(row.percent)
        why = text.macro(f"compared_{row.verdict}")()
        if row.reason:
            why = f"{why}: {text.macro(f'refused_{row.reason}')()}"
        cells.append(
            (
                r.measures.names([row.event]),
                w.count(row.months_before),
                w.count(row.months_after),
                f"{w.signed(row.percent)}%" if known else text.nothing(),
                w.exact(row.p) if known else text.nothing(),
                w.count(row.n_placebos),
                why,
                left_out(row.dropped),
            )
        )
    return table(text.groups_caption(), text.groups_head(), cells, text.groups_foot())


def left_out(dropped: str) -> str:
    """Return the series that were left out, each with its reason."""
    text = prose(TEXT)
    parts = (part.rsplit(":", 1) for part in dropped.split(";") if part)
    return ", ".join(text.left_out(series_words(name), why, why) for name, why in parts)


def series_words(series_id: str) -> str:
    """Return the id of a donor in words: its last part."""
    return labels.plain(series_id.split(".")[-1].removeprefix("citizenship_"))


def gap_chart(r: Report, row: pd.Series) -> Chart | None:
    """Return the count beside what the other series make of it."""
    from forecast.report.figures.gap import gap_chart as draw

    gaps = select(r.run.gaps, series_id=r.view.series_id, event=row["event"])
    if not len(gaps):
        return None
    text, name = prose(TEXT), r.view.name
    percent = float(row["percent"])
    unit = f.unit_words(float(gaps[["actual", "expected"]].max().max()), name.unit_words)
    return r.studio.chart(
        partial(draw, gaps.reset_index(drop=True)),
        Chart(
            "gap",
            title=text.gap_title(r.measures.names([row["event"]]), percent, row["verdict"] == "stands_out"),
            subtitle=w.capital(text.gap_subtitle(name.measure, unit)),
            note=text.gap_note(),
            label=text.gap_label(gaps["month"].iloc[0], gaps["month"].iloc[-1], percent),
            csv="gaps.csv",
        ),
    )
