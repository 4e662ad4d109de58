"""How sure one can be: how often ranges held lately, the record, the worst miss, what is out of reach."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecast.archive.track_record import worst_miss
from forecast.report import format as w
from forecast.report import recent, view
from forecast.report.blocks import Block, Chart, Paragraph, Row, Section, Table, heads
from forecast.report.figures import style as f
from forecast.report.sections.report import Ends, Report, published
from forecast.report.sections.top import evidence_link

YEARS = 10
SHOWN = (1, 3, 6, 12)
#: A forecast off by a smaller factor missed nothing.
NO_MISS = 1.005


def sure_section(r: Report) -> Section:
    """Return "How sure can one be?"."""
    text, found = r.words("sure"), recent.distances(r.run, r.view.series_id)
    shown = [one for one in found if one.horizon in SHOWN and one.n]
    worst = recent.worst(found)
    blocks: list[Block] = [_coverage_table(r, shown)] if shown else []
    blocks += record_blocks(r)
    miss = miss_words(r)
    blocks.append(Paragraph(" ".join(part for part in (miss, text.cannot()) if part)))
    change = recent.surprises(r.run, r.view.series_id)
    if change is not None:
        link = evidence_link("", "restless", text.surprises_link())
        blocks.append(Paragraph(text.surprises(change), (link,)))
    find = text.find(worst, shown[0] if shown and shown[0] is not worst else None)
    find = beyond_ranges(r) or find
    return Section("sure", text.question(), text.question(), find, tuple(blocks))


def beyond_ranges(r: Report) -> str:
    """Return what to say of figures of which no range says how sure one can be; empty for others."""
    text = r.words("sure")
    if r.view.exact:
        return text.exact(r.view.flat)
    if r.view.zeros:
        return text.rare(*r.view.zeros)
    return text.flat() if r.view.flat else ""


def _coverage_table(r: Report, shown: list[recent.Distance]) -> Table:
    """Return how often the 80% range held, by distance; the last ten years first."""
    text = r.words("sure")
    n, before = max(one.n for one in shown), max(one.before_n for one in shown)
    rows = []
    for one in shown:
        cells = [text.distance(one.horizon), text.share(one.share)]
        if before:  # a column without any date is no column
            cells.append(text.share(one.before_held / one.before_n) if one.before_n else text.nothing())
        rows.append(Row((*cells, text.skill(one.skill, one.better))))
    head = heads(text.head(recent.since(r.run, r.view.series_id), n, before))
    link = evidence_link("", "coverage", text.more())
    return Table(text.caption(), head, tuple(rows), links=(link,))


# --------------------------------------------------------------------------- the record


def record_blocks(r: Report) -> list[Block]:
    """Return the chart of the replay, and the published record apart from it."""
    text, record = r.words("sure"), published(r.run, r.view)
    out: list[Block] = []
    scored = r.replay.dropna(subset=["truth"])
    if len(scored):
        out.append(record_chart(r, r.replay))
    if not len(record):
        out.append(Paragraph(text.no_record(), small=True))
        return out
    matured = record.dropna(subset=["truth", "lower_80", "upper_80"])
    near = matured[matured["horizon"] == 1]
    held = int(view.inside(near).sum())
    issues = int(record["origin"].nunique())
    out.append(Paragraph(text.record(issues, held, len(near), record["month"].min())))
    return out


class Missed(NamedTuple):
    """How many forecasts of the longest distance drawn (at most six months) fell outside the 80% range."""

    n: int
    total: int
    independent: int
    since: int
    months: int


def record_chart(r: Report, table: pd.DataFrame) -> Chart:
    """Return the track record: replayed forecasts beside what happened."""
    from forecast.report.figures.record import every_third
    from forecast.report.figures.record import record_chart as draw_record

    text, seen = r.words("sure"), r.view
    scored = table.dropna(subset=["truth"])
    first = max(scored["month"].min() - 1, seen.last - 12 * YEARS + 1)
    counts = seen.counts[seen.counts.index >= first]
    window = table[table["month"] > first]
    drawn = every_third(window, 1)
    months = int(drawn["horizon"].max())
    last = drawn[drawn["horizon"] == months].dropna(subset=["truth", "lower_80"])
    # the share is that of the table above: the same dates, not those that happen to be drawn
    told = [one for one in recent.distances(r.run, seen.series_id) if one.horizon == months and one.n]
    n, outside = (told[0].n, told[0].n - told[0].held) if told else (0, 0)
    since = recent.since(r.run, seen.series_id) if told else None
    missed = Missed(outside, n, independent(last) if len(last) else 0, since or int(first.year), months)
    frame = pd.DataFrame({"month": counts.index, "value": counts.to_numpy()})
    unit = f.unit_words(float(counts.max()), seen.name.unit_words)
    return r.studio.chart(
        partial(draw_record, frame, every_third(window)),
        Chart(
            "track-record",
            title=text.record_title(missed),
            subtitle=w.capital(text.record_subtitle(unit)),
            note=text.record_note(missed),
            label=text.record_label(missed),
            csv="backtest.csv.gz",
        ),
    )


def independent(rows: pd.DataFrame) -> int:
    """Return how many independent forecasts those of one distance are worth: neighbours overlap."""
    at = np.unique([month.ordinal for month in rows["month"]])
    spacing = float(np.median(np.diff(at))) if len(at) > 1 else 1.0
    return max(1, round(len(rows) / max(1.0, int(rows["horizon"].iloc[0]) / spacing)))


class Missing(NamedTuple):
    """The worst miss of a record: made when, for which month, what was forecast, what came."""

    origin: pd.Timestamp
    month: pd.Period
    horizon: int
    middle: float
    actual: float
    factor: float
    ends: Ends | None


def miss_words(r: Report) -> str:
    """Return the worst miss of the replay, in the direction that it had."""
    found = worst_miss(view.track_record(r.replay, r.view.series_id))
    if found is None or found.middle <= 0 or found.actual <= 0:
        return ""
    ends = (r.number(found.lower_80), r.number(found.upper_80)) if found.lower_80 == found.lower_80 else None
    factor = max(found.middle / found.actual, found.actual / found.middle)
    if factor < NO_MISS:
        return ""
    one = Missing(
        found.origin, found.month, found.horizon, r.number(found.middle), found.actual, factor, ends
    )
    return r.words("sure").miss(one)
