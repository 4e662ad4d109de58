"""All months with all ranges, outcomes, totals and chances, the forecast with events, every series."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from forecast.experiment.named import pair_with_events
from forecast.report import format as w
from forecast.report import labels, view
from forecast.report.blocks import Block, Chart, Paragraph, Row, Section, Table, table
from forecast.report.evidence.models import between, verdict
from forecast.report.prose import prose
from forecast.report.rows import ComparisonRow, ForecastRow, ReleasedRow, records
from forecast.report.sections.next import said
from forecast.report.sections.report import NEAR, Report
from forecast.report.view import View
from forecast.tables.forecasts import at_level, select

LEVELS = (("80", 0.8), ("50", 0.5), ("95", 0.95))


def months_section(r: Report) -> Section | None:
    """Return every month of the forecast with all its ranges, and what came of it."""
    if not len(r.view.ahead):
        return None
    text = prose("proof_ahead")
    blocks: list[Block | None] = [
        months_table(r),
        outcomes_table(r),
        events_table(r),
        others_table(r),
    ]
    return Section("months", text.months(), text.months(), "", tuple(b for b in blocks if b is not None))


def range_cell(seen: View, row: ForecastRow, name: str, level: float) -> str:
    """Return a range as a cell prints it, or why there is none."""
    ends = seen.range(row, name)
    if ends is not None:
        return w.span(*ends, seen.whole)
    basis = seen.basis.get(int(row.horizon))
    if basis is None:
        return prose("proof_ahead").refused()
    need = view.needed(level, basis.method, int(row.horizon))
    text = prose("proof_ahead")
    return text.refused() if basis.errors >= need else text.refused_of(int(basis.errors), need)


def months_table(r: Report) -> Table:
    """Return months 1 to 12 with the 80%, 50% and 95% ranges."""
    text, seen = prose("proof_ahead"), r.view
    rows = []
    for row in records(seen.ahead, ForecastRow):
        odds = r.chances.get(int(row.horizon), {}).get("more_than_year_before")
        before = seen.value(row.month - 12)
        cells = [w.month_short(row.month), w.rounded(row.middle, seen.whole)]
        cells += [range_cell(seen, row, name, level) for name, level in LEVELS]
        cells.append(text.nothing() if before is None else w.count(before))
        cells.append(text.nothing() if odds is None else said(r, odds))
        rows.append(Row(tuple(cells), "far" if row.horizon > NEAR else ""))
    basis = seen.basis.get(1)
    method, errors = (basis.method, int(basis.errors)) if basis is not None else ("", 0)
    highest = [b.highest for b in seen.basis.values() if np.isfinite(b.highest)]
    top = min(highest) if highest and min(highest) < 0.97 else None
    foot = text.months_foot(method, errors, r.run.experiment.intervals.exponent, top)
    return table(text.months_caption(seen.name.full, r.run.as_of), text.months_head(), rows, foot, "dates")


def outcomes_table(r: Report) -> Table | None:
    """Return what became known later beside the forecast; it feeds nothing."""
    text, seen = prose("proof_ahead"), r.view
    if not len(seen.afterwards):
        return None
    later = seen.afterwards
    rows = []
    joined = seen.ahead.merge(later.drop(columns="series_id", errors="ignore"), on="month")
    for row in records(joined, ReleasedRow):
        ends = seen.range(row, "80")
        inside = (
            text.refused() if ends is None else text.yes() if ends[0] <= row.value <= ends[1] else text.no()
        )
        by_day = getattr(row, "release_basis", "day") == "day"
        when = (
            ""
            if pd.isna(row.released)
            else w.day_short(row.released)
            if by_day
            else w.half_of_month(row.released)
        )
        forecast = (w.rounded(row.middle, seen.whole), range_cell(seen, row, "80", 0.8))
        rows.append((w.month_short(row.month), *forecast, w.count(row.value), inside, when))
    return (
        table(text.outcomes_caption(), text.outcomes_head(), rows, text.outcomes_foot(), "dates")
        if rows
        else None
    )


def others_table(r: Report) -> Table | None:
    """Return the middle of every other model for the months shown."""
    text, run, seen = prose("proof_ahead"), r.run, r.view
    rows = at_level(select(run.forecasts, scenario="", series_id=seen.series_id), 0.5)
    rows = rows[rows["horizon"].isin((1, 2, 3, 6, 12))]
    months = sorted(rows["month"].unique())
    out = []
    for (model, knowledge), part in rows.groupby(["model", "knowledge"], sort=False):
        if model != run.headline and knowledge != "hindsight":
            found = dict(zip(part["month"], part["value"], strict=True))
            cells = (w.rounded(found[m], seen.whole) if m in found else text.nothing() for m in months)
            out.append((labels.row_name(str(model), str(knowledge)), *cells))
    head = " | ".join([text.model(), *(f"{w.month_short(month)} >" for month in months)])
    return table(text.others_caption(), head, out) if out else None


# --------------------------------------------------------------------------- with events


def events_table(r: Report) -> Table | None:
    """Return the forecast with and without the event adjustment, and the skill of both."""
    pair, text, run, seen = pair_with_events(r.run.experiment), prose("proof_ahead"), r.run, r.view
    if pair is None:
        return None
    made = [view.quantiles(view.headline_rows(run.forecasts, model, seen.series_id)) for model in pair]
    if not all(len(one) for one in made):
        return None
    plain, moved = (one.set_index("month") for one in made)
    rows = []
    for month in plain.index[plain["horizon"].isin((1, 2, 3, 6, 12))]:
        cells: list[str] = []
        for one in (plain, moved):
            if month in one.index:
                row = one.loc[month]
                cells += [w.rounded(row["middle"], seen.whole), _span(row, seen.whole)]
            else:
                cells += [text.nothing(), text.nothing()]
        rows.append(Row((w.month_short(month), *cells)))
    for horizon in (1, "all"):
        found = [v for model in pair if (v := verdict(run, seen.series_id, model, horizon)) is not None]
        if len(found) == len(pair):
            cells = [part for v in found for part in (w.skill(v.skill), between(v.lower, v.upper))]
            rows.append(Row((text.skill(horizon), *cells), "far"))
    same = all(
        np.allclose(plain[c], moved[c].reindex(plain.index), rtol=5e-4, equal_nan=True)
        for c in ("middle", "upper_80")
    )
    return table(text.events_caption(), text.events_head(), rows, text.events_foot(same), "dates")


def _span(row: pd.Series, whole: bool) -> str:
    low, high = float(row["lower_80"]), float(row["upper_80"])
    return w.span(low, high, whole) if np.isfinite([low, high]).all() else prose("proof_ahead").refused()


# --------------------------------------------------------------------------- every series


def series_section(r: Report) -> Section | None:
    """Return every series of the experiment: small charts and the next month of each."""
    from forecast.report.figures.series import series_chart

    rest = view.other_series(r.run, r.view.series_id)
    if not rest or not len(r.view.ahead):
        return None
    text = prose("proof_ahead")
    views = [r.view, *(view.view(r.run, one) for one in rest)]
    everything = [one for one in views if len(one.ahead)]
    start = min(view.first_chart_start(r.run, r.view), r.view.last - 17)
    panels = [
        (
            one.name.label,
            one.counts[one.counts.index >= start],
            one.ahead[one.ahead["horizon"] <= NEAR],
        )
        for one in everything
    ]
    chart = r.studio.chart(
        partial(series_chart, panels),
        Chart(
            "series",
            title=text.series_title(len(panels)),
            subtitle=text.series_subtitle(start),
            note=text.series_note(),
            label=text.series_label(len(panels), r.view.last),
            csv="forecasts.csv",
        ),
    )
    total = r.run.experiment.target.total
    blocks: list[Block] = [chart, series_table(r, views, str(total or ""))]
    sums = sums_words(r, str(total)) if total else ""
    blocks += [Paragraph(sums)] if sums else []
    return Section("series", text.series(), text.series(), "", tuple(blocks))


def _mean(value: float, whole: bool) -> str:
    """Return a mean: of counts without decimals, of other figures as they are told."""
    return w.count(round(value)) if whole else w.rounded(value, whole)


def series_table(r: Report, views: Sequence[View], total: str) -> Table:
    """Return the next month of every series: latest count, forecast, ranges; means where they add up."""
    text, month = prose("proof_ahead"), r.view.ahead["month"].iloc[0]
    means = means_of(r)
    rows = []
    for one in views:
        mean = (
            (_mean(means[one.series_id], one.whole) if one.series_id in means else text.nothing(),)
            if means
            else ()
        )
        row = one.numbers(1)
        latest = w.count(one.counts.iloc[-1])
        if row is None:
            rows.append(Row((one.name.label, text.failed(), "", "", latest, "", *mean)))
            continue
        before = one.value(row.month - 12)
        cells = (
            one.name.label,
            w.rounded(row.middle, one.whole),
            range_cell(one, row, "80", 0.8),
            range_cell(one, row, "50", 0.5),
            latest,
            text.nothing() if before is None else w.count(before),
            *mean,
        )
        rows.append(Row(cells, "lead" if one.series_id == total else ""))
    head = text.series_head(month, r.view.last, bool(means))
    return table(text.series_caption(month), head, rows, text.series_foot(bool(total), bool(means)))


def means_of(r: Report, horizon: int = 1) -> dict[str, float]:
    """Return the mean of each series that was made to add up; empty where none were."""
    rows = r.run.forecasts
    rows = rows[rows["level"].isna() & (rows["model"] == r.run.headline) & (rows["horizon"] == horizon)]
    return dict(zip(rows["series_id"].astype(str), rows["value"].astype(float), strict=True))


def sums_words(r: Report, total: str) -> str:
    """Say that the parts were made to add up, and what that was worth; empty where they were not."""
    method, run = r.run.experiment.reconciliation.method, r.run
    if method == "none":
        return ""
    rows = select(run.reconciliation, series_id=total, metric="log_wis", era="all")
    found = records(rows[rows["horizon"].astype(str) == "all"], ComparisonRow) if len(rows) else []
    row = found[0] if found and np.isfinite(found[0].skill) else None
    return prose("proof_ahead").sums(method, row)
