"""How large monthly surprises were and when that changed; how the season came and went."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report import recent
from forecast.report.blocks import Block, Chart, Paragraph, Section, Table, table
from forecast.report.prose import prose
from forecast.report.rows import SeasonRow, VolatilityRow, records
from forecast.report.sections.report import Report
from forecast.tables.forecasts import select

TEXT = "outlook"


def restless_section(r: Report) -> Section | None:
    """Return the surprises and the season of the series, each or why it is not told."""
    found = recent.breaks(r.run, r.view.series_id)
    if not len(found):
        return None
    text = prose(TEXT)
    blocks = (surprises_block(r, found), season_block(r))
    return Section("restless", text.restless_question(), text.restless_question(), "", blocks)


def surprises_block(r: Report, found: pd.DataFrame) -> Block:
    """Return the chart of monthly surprises, or why there is none."""
    from forecast.report.figures.volatility import volatility_chart

    text, verdict = prose(TEXT), str(found["verdict"].iloc[-1])
    months = select(r.run.volatility, series_id=r.view.series_id)
    if verdict not in ("break", "none") or not len(months):
        return Paragraph(text.no_surprises(text.macro(f"volatility_{verdict}")()), small=True)
    breaks = found[found["verdict"] == "break"]
    change = recent.change(breaks)
    spread = months["sd"].dropna().to_numpy(float)
    return r.studio.chart(
        partial(volatility_chart, months.reset_index(drop=True), breaks.reset_index(drop=True)),
        Chart(
            "surprises",
            title=text.surprises_title(change),
            subtitle=text.surprises_subtitle(),
            note=text.surprises_note(change, bool(found["decides_ranges"].any())),
            label=text.surprises_label(
                months["month"].iloc[0], months["month"].iloc[-1], float(spread.min()), float(spread.max())
            ),
            csv="volatility.csv",
            table=breaks_table(breaks),
        ),
    )


def breaks_table(breaks: pd.DataFrame) -> Table | None:
    """Return every change of the surprises with the range of its date."""
    text = prose(TEXT)
    cells = [
        (
            w.capital(w.month_long(row.month)),
            text.between(row.lower, row.upper),
            w.percent(row.before),
            w.percent(row.after),
            w.decimal(row.ratio, 2),
            w.exact(row.p),
            text.yes_no(bool(row.decides_ranges)),
        )
        for row in records(breaks, VolatilityRow)
    ]
    return table(text.breaks_caption(), text.breaks_head(), cells) if cells else None


class Seasons(NamedTuple):
    """The years of a block, and how many times its lowest month the highest was."""

    years: str
    times: float


def season_block(r: Report) -> Block:
    """Return the chart of the season by blocks of years, or why there is none."""
    from forecast.report.figures.season import season_chart

    text, made = prose(TEXT), r.run.season
    season = select(made, series_id=r.view.series_id)
    if not len(season):
        return Paragraph(text.no_season(), small=True)
    blocks = [part for _, part in season.groupby("first_year")]
    first, last = (
        Seasons(years_of(part), float(np.exp(part["amplitude"].iloc[0]))) for part in (blocks[0], blocks[-1])
    )
    return r.studio.chart(
        partial(season_chart, season),
        Chart(
            "season",
            title=text.season_title(season_way(blocks[0], blocks[-1]), first, last),
            subtitle=text.season_subtitle(),
            note=text.season_note(),
            label=text.season_label(first, last),
            csv="season.csv",
            table=season_table(blocks),
        ),
    )


def season_way(first: pd.DataFrame, last: pd.DataFrame) -> str:
    """Return whether the season ``faded`` or ``grew`` by more than its 80% ranges, else ``same``."""
    sizes, doubts = zip(*(_size(part) for part in (first, last)), strict=True)
    if abs(sizes[1] - sizes[0]) <= float(np.hypot(*doubts)):
        return "same"
    return "faded" if sizes[1] < sizes[0] else "grew"


def _size(part: pd.DataFrame) -> tuple[float, float]:
    """Return highest less lowest month of a block, on logs, and half of its 80% range."""
    ends = part.sort_values("factor").iloc[[0, -1]]
    halves = (ends["upper"] - ends["lower"]).to_numpy(float) / 2
    return float(ends["factor"].iloc[1] - ends["factor"].iloc[0]), float(np.hypot(*halves))


def years_of(part: pd.DataFrame) -> str:
    """Return the years of a block, ``2018-22``."""
    return f"{int(part['first_year'].iloc[0])}-{int(part['last_year'].iloc[0]) % 100:02d}"


def season_table(blocks: list[pd.DataFrame]) -> Table:
    """Return the months of the year, one column a block."""
    text = prose(TEXT)
    parts = [{row.month_of_year: row for row in records(part, SeasonRow)} for part in blocks]
    cells = []
    for month in range(1, 13):
        found = (part[month] for part in parts)
        name = w.capital(w.month_name(pd.Period(year=2001, month=month, freq="M")))
        cells.append((name, *(text.factor(row.factor, row.lower, row.upper) for row in found)))
    head = " | ".join([text.month_head(), *(f"{years_of(part)} >" for part in blocks)])
    return table(text.season_caption(), head, cells)
