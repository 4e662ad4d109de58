"""The past ten years: the counts with numbered events, their names below."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report import levels, view
from forecast.report.blocks import Chart, Section
from forecast.report.figures import style as f
from forecast.report.sections.report import Report

YEARS = 10


class Highest(NamedTuple):
    """The highest count of the whole series, and where it begins."""

    value: float
    month: pd.Period
    first: pd.Period


def past_section(r: Report) -> Section:
    """Return "The past ten years"."""
    text = r.words("past")
    counts = window(r)
    known = r.view.counts.dropna()
    at = int(known.argmax())
    highest = Highest(float(known.iloc[at]), known.index[at], known.index[0])
    find = text.find(r.view.last, float(known.iloc[-1]), highest)
    question = text.question(max(1, round(len(counts) / 12)))
    return Section("past", question, question, find, (past_chart(r, counts),))


def window(r: Report) -> pd.Series:
    """Return the counts of the last ten years."""
    counts = r.view.counts
    return counts[counts.index > r.view.last - 12 * YEARS]


def past_chart(r: Report, counts: pd.Series) -> Chart:
    """Return the chart of ten years."""
    from forecast.report.figures.past import past_chart as draw_past

    text, seen, near = r.words("past"), r.view, r.near
    flags = view.flags(r.run, counts.index[0] + 1, seen.last)
    table = pd.DataFrame({"month": counts.index, "value": counts.to_numpy()})
    top = float(np.nanmax([counts.max(), *(near["upper_80"] if len(near) else ())]))
    unit = f.unit_words(top, seen.name.unit_words)
    change = levels.told(counts)
    names = zip(flags["label"], flags["month"], strict=True)
    return r.studio.chart(
        partial(draw_past, table, near, list(flags["month"])),
        Chart(
            "ten-years",
            title=text.title(change, counts.index[0], counts.index[-1]),
            subtitle=w.capital(text.subtitle(unit)),
            note=text.note(len(flags) > 0),
            label=text.label(_drawn(counts), len(flags)),
            csv="observations.csv",
            flags=tuple(
                f"{w.capital(w.month_short(month))}: {_undated(name, month.year)}" for name, month in names
            ),
        ),
    )


def _undated(name: str, year: int) -> str:
    """Return names without the year that stands before them."""
    return "; ".join(one.removesuffix(f", {year}") for one in name.split("; "))


class Drawn(NamedTuple):
    """What the chart shows, for those who do not see it."""

    first: pd.Period
    last: pd.Period
    highest: float
    high: pd.Period
    lowest: float
    low: pd.Period
    latest: float


def _drawn(counts: pd.Series) -> Drawn:
    high, low = int(counts.argmax()), int(counts.argmin())
    return Drawn(
        counts.index[0],
        counts.index[-1],
        float(counts.iloc[high]),
        counts.index[high],
        float(counts.iloc[low]),
        counts.index[low],
        float(counts.iloc[-1]),
    )
