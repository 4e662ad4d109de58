"""Whether one would have known: forecasts made before past turns, and what knowing the measures was worth."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report import recent
from forecast.report.blocks import Block, Chart, Paragraph, Section
from forecast.report.catalogue import shipped
from forecast.report.figures import style as f
from forecast.report.sections.report import NEAR, Report
from forecast.report.sections.top import evidence_link
from forecast.tables.forecasts import at_level, select

#: Counts drawn before each forecast.
BEFORE = 6
#: Turns drawn on the page; the rest stand on the page of proof.
AT_MOST = 4


class Case(NamedTuple):
    """A forecast made before a turn: when, what was happening, how often its range held."""

    day: pd.Timestamp
    label: str
    held: int
    n: int
    way: str  #: ``held``, ``low``, ``high``, ``low_high`` or ``high_low``
    history: pd.Series  #: Period -> count, before the forecast
    ahead: pd.DataFrame  #: by month: middle, lower_80, upper_80, actual


def known_section(r: Report) -> Section | None:
    """Return "Would we have known?", or None where no turn was replayed and nothing is known of the worth."""
    found, gain = cases(r), recent.worth(r.run, r.view.series_id)
    if not found and gain is None:
        return None
    text = r.words("known")
    blocks: list[Block] = [known_chart(r, found)] if found else []
    if gain is not None:
        blocks.append(Paragraph(text.worth(gain), (evidence_link("", "knowing", text.more()),)))
    find = text.find(len(found)) if found else text.no_case()
    return Section("known", text.question(), text.question(), find, tuple(blocks))


def cases(r: Report) -> list[Case]:
    """Return the turns named for the report, at most four, the latest last."""
    table = r.shown(r.run.cases)
    if not len(table):
        return []
    found = [_case(r, rows) for _, rows in table.groupby("case", sort=False)]
    return sorted((case for case in found if case is not None), key=lambda case: case.day)[-AT_MOST:]


def _case(r: Report, rows: pd.DataFrame) -> Case | None:
    rows = rows[rows["horizon"] <= NEAR]
    known = "at_origin" if (rows["knowledge"] == "at_origin").any() else "none"
    rows = select(rows, knowledge=known)
    ahead = pd.DataFrame(index=sorted(rows["month"].unique()))
    for column, level in (("middle", 0.5), ("lower_80", 0.1), ("upper_80", 0.9)):
        part = at_level(rows, level)
        ahead[column] = part.set_index("month")["value"] if len(part) else np.nan
    ahead["actual"] = rows.drop_duplicates("month").set_index("month")["actual"].astype(float)
    history = r.view.counts[r.view.counts.index < rows["month"].min()].iloc[-BEFORE:]
    scored = ahead.dropna(subset=["lower_80", "upper_80", "actual"])
    if not len(history) or not len(scored):
        return None
    # as the report says it: the outcome below the range is a forecast too high
    side = np.where(scored["actual"] < scored["lower_80"], "high", "low")
    out = (scored["actual"] < scored["lower_80"]) | (scored["actual"] > scored["upper_80"])
    way = "_".join(dict.fromkeys(side[out.to_numpy(bool)])) or "held"
    label = shipped(str(rows["label"].iloc[0]))
    held = int((~out).sum())
    return Case(
        rows["origin"].iloc[0], label.partition(": ")[2] or label, held, len(scored), way, history, ahead
    )


def known_chart(r: Report, found: list[Case]) -> Chart:
    """Return the turns in one drawing, all on one scale."""
    from forecast.report.figures.known import Panel, top_of
    from forecast.report.figures.known import known_chart as draw_known

    text = r.words("known")
    panels = [
        Panel(text.panel(case), w.capital(case.label), text.way(case.way), case.history, case.ahead)
        for case in found
    ]
    top = top_of(panels)
    unit = f.unit_words(top, r.view.name.unit_words)
    return r.studio.chart(
        partial(draw_known, panels),
        Chart(
            "would-we-have-known",
            title=text.title(found),
            subtitle=w.capital(text.subtitle(unit)),
            note=text.note(),
            label=text.label(found),
            csv="knowledge.csv",
        ),
    )
