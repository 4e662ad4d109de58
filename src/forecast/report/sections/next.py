"""What comes next: the next months with their chances, the fiscal year, and what each scenario would give."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report import labels, recent, view
from forecast.report.blocks import Block, Paragraph, Row, Section, Table, heads
from forecast.report.catalogue import shipped
from forecast.report.recent import Chance, limit_of
from forecast.report.rows import ForecastRow, records
from forecast.report.sections.report import NEAR, Ends, Report
from forecast.report.sections.top import evidence_link
from forecast.tables.forecasts import select

#: Distances of the rows: the next three months, then six and twelve.
SHOWN = (1, 2, 3, 6, 12)
KINDS = ("more_than_year_before", "fewer_than", "record")


def next_section(r: Report) -> Section:
    """Return "What comes next?"."""
    text = r.words("next")
    if not len(r.view.ahead):
        return Section("next", text.question(), text.question(), text.nothing())
    blocks: list[Block] = [next_table(r)]
    series = view.other_series(r.run, r.view.series_id)
    if series:
        link = evidence_link("", "series", text.series_link())
        blocks.append(Paragraph(text.series(len(series)), (link,), small=True))
    return Section("next", text.question(), text.question(), _find(r), tuple(blocks))


class Below(NamedTuple):
    """The chance that the next count comes in below the last one."""

    month: pd.Period
    chance: float
    last: pd.Period
    code: str


def _find(r: Report) -> str:
    text, above = r.words("next"), r.chances.get(r.first, {}).get("more_than_last")
    none_below = r.view.whole and float(r.view.counts.iloc[-1]) <= 0  # no count is less than nothing
    below = None
    if above is not None and not r.view.flat and not none_below:
        chance = _below(r, above.chance)
        below = Below(r.view.last + r.first, chance, r.view.last, limit_of(chance))
    start = r.near["month"].iloc[0]
    return text.find(below, start.end_time.normalize() < pd.Timestamp(r.run.as_of))


def _below(r: Report, above: float) -> float:
    """Return the chance of fewer than the last count; of few whole numbers as many as it are not fewer."""
    rows = select(view.headline_rows(r.run.forecasts, r.run.headline, r.view.series_id), horizon=r.first)
    rows = rows[rows["level"].notna()]
    if not rows["value"].duplicated().any():
        return 1 - above
    fewer = rows.loc[rows["value"] < float(r.view.counts.iloc[-1]), "level"]
    return float(fewer.max()) if len(fewer) else 0.0


def next_table(r: Report) -> Table:
    """Return five months with their chances, then sums and scenarios."""
    text, seen = r.words("next"), r.view
    months = [row for row in records(seen.ahead, ForecastRow) if int(row.horizon) in SHOWN]
    odds = {int(row.horizon): r.chances.get(int(row.horizon), {}) for row in months}
    levels = [found["fewer_than"].threshold for found in odds.values() if "fewer_than" in found]
    shown = [kind for kind in KINDS if any(kind in found for found in odds.values())]
    # a column that says the same in every row is a sentence
    never = all("record" in found and found["record"].code == "under_5" for found in odds.values())
    shown = [kind for kind in shown if kind != "record" or not never]
    rows = [_row(r, row, odds[int(row.horizon)], shown) for row in months]
    blank = ("",) * (1 + len(shown))
    year = recent.total(r.run, seen.series_id, "fiscal_year")
    if year is not None:
        ends = text.refused() if year.ends is None else w.millions(year.ends)
        cells = [text.year(year.last), w.million(year.middle), ends]
        cells.append("" if year.before is None else w.million(year.before))
        rows.append(Row((*cells, *_year_chances(r, year, shown)), "sum"))
    scenarios = paths(r)
    for path in scenarios:
        told = "" if path.middle is None else w.rounded(path.middle, seen.whole)
        rows.append(Row((text.scenario(path.label, path.month), told, _span(r, path.ends), *blank), "if"))
    head = heads(text.head())[:4] + tuple(
        heads(text.chance(kind, levels[0] if levels else 0))[0] for kind in shown
    )
    foot = text.foot(len(scenarios), len(seen.ahead) > NEAR, bool(odds) and never)
    links = [evidence_link("", "months", text.more())]
    links += [evidence_link("", "chances", text.chances_link())] if len(r.run.reliability) else []
    return Table(text.caption(seen.name.full), head, tuple(rows), foot, "dates", links=tuple(links))


def _row(r: Report, row: ForecastRow, odds: dict[str, Chance], shown: list[str]) -> Row:
    before = r.view.value(row.month - 12)
    cells = [
        _month(r, row.month),
        w.rounded(row.middle, r.view.whole),
        _span(r, r.ends(row)),
        r.words("next").unknown() if before is None else w.count(before),
    ]
    cells += [said(r, odds[kind]) if kind in odds else "" for kind in shown]
    horizon = int(row.horizon)
    return Row(tuple(cells), "lead" if horizon == r.first else "far" if horizon > NEAR else "")


def _month(r: Report, month: pd.Period) -> str:
    """Return a month, with its year where that is not the year of the first."""
    first = r.view.ahead["month"].iloc[0]
    same = month != first and month.year == first.year
    return w.capital(w.month_name(month) if same else w.month_long(month))


def _year_chances(r: Report, year: recent.Total, shown: list[str]) -> list[str]:
    """Return the chance of more than the year before; the other columns do not apply to a year."""
    if year.below is None:
        return ["" for _ in shown]
    above = Chance(0.0, 1 - year.below, limit_of(1 - year.below))
    return [said(r, above) if kind == "more_than_year_before" else "" for kind in shown]


def _span(r: Report, ends: Ends | None) -> str:
    return r.words("next").refused() if ends is None else w.span(*ends, r.view.whole)


def said(r: Report, one: Chance) -> str:
    """Return a chance as a cell prints it."""
    return r.words("next").said(one)


# --------------------------------------------------------------------------- scenarios


class Path(NamedTuple):
    """Where a scenario ends: its words, the month, its middle, its range; no middle of a joint effect."""

    name: str
    label: str
    month: pd.Period
    middle: float | None
    ends: Ends | None


def paths(r: Report) -> list[Path]:
    """Return the last month told in full under each scenario."""
    rows = r.shown(r.run.scenarios)
    if not len(rows) or not len(r.view.ahead):
        return []
    out = []
    for name, part in rows.groupby("scenario", sort=False):
        made = view.quantiles(part[part["horizon"] <= NEAR])
        if name and len(made):
            out.append(_path(r, str(name), records(made, ForecastRow)[-1]))
    return out


def _path(r: Report, name: str, row: ForecastRow) -> Path:
    ends = r.view.range(row, "80")
    middle = float(row.middle) if np.isfinite(row.middle) else None
    return Path(name, scenario_words(r, name), row.month, middle, ends)


def scenario_words(r: Report, name: str) -> str:
    """Return the words of a scenario."""
    spec = r.run.experiment.scenario.get(name)
    return shipped(spec.label) if spec is not None and spec.label else labels.plain(name)
