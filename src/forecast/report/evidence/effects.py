"""Every effect with its tests; months with and without; other choices of model; fading; every measure."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.report import codes, labels
from forecast.report import format as w
from forecast.report.blocks import Block, Cell, Chart, Row, Section, Table, table
from forecast.report.evidence.compared import compared_blocks
from forecast.report.figures import style as f
from forecast.report.prose import prose
from forecast.report.rows import EffectRow, FadingRow, FateRow, LagRow, ResponseRow, records
from forecast.report.sections.effects import Told, leading, members, rows_of, told
from forecast.report.sections.report import Report
from forecast.tables.forecasts import select

TEXT = "proof_effects"
#: Columns of the specification table that are choices, in the order of the drawing.
FARTHEST = float(np.log(7))  #: ends of ranges beyond are told as more than that
FACTORS = ("shape", "transform", "window", "order", "beside")


def effects_section(r: Report) -> Section | None:
    """Return every effect that was estimated, and what it looks like up close."""
    if not len(r.run.events):
        return None
    text, rows = prose(TEXT), told(r)
    lead = leading(rows)
    made = (
        effects_table(r),
        None if lead is None else response_chart(r, lead),
        totals_table(r),
        study_chart(r),
        fading_table(r),
        *compared_blocks(r),
    )
    return Section(
        "estimates", text.question(), text.question(), "", tuple(one for one in made if one is not None)
    )


def effects_table(r: Report) -> Table | None:
    """Return the estimates with both ranges, the raw change, the placebo tests and what may be said."""
    text, _events = prose(TEXT), r.run.events
    effects = r.run.effects
    wide = effects[np.isclose(effects["level"].astype(float), 0.95)] if len(effects) else effects
    ends = {str(row.event): (row.percent_lower, row.percent_upper) for row in records(wide, EffectRow)}
    rows = []
    for row in rows_of(r):
        ids = members(row)
        name = Cell(r.measures.names(ids), codes.group_words(row.why_group, row.group_values))
        if not np.isfinite(row.estimate):
            rows.append(Row((name, r.measures.days(ids), *[""] * 7, codes.told("effect", row.words))))
            continue
        raw, usual = (getattr(row, key, np.nan) for key in ("raw_change", "usual_change"))
        rows.append(
            Row(
                (
                    name,
                    r.measures.days(ids),
                    text.percent(row.percent),
                    text.range(row.percent_lower, row.percent_upper),
                    text.range(*ends.get(str(row.event), (np.nan, np.nan))),
                    text.percent(raw),
                    text.percent(usual),
                    text.placebo(row.placebo_larger, row.placebo_n),
                    text.tried(varied(r, str(row.event), row.estimate)),
                    codes.told("effect", row.words),
                )
            )
        )
    return table(text.caption(), text.head(), rows, text.foot()) if rows else None


class Varied(NamedTuple):
    """An effect under other choices that fit: how many have its sign, extremes in percent."""

    same: int
    n: int
    low: float
    high: float

    @property
    def firm(self) -> bool:
        """Whether at least nine in ten choices agree on the sign."""
        return self.same >= 0.9 * self.n


def varied(r: Report, event: str, estimate: float) -> Varied | None:
    """Return how an effect comes out under the other choices that count, or None where none does."""
    made = r.run.specification
    rows = made[made["event"] == event] if len(made) else made
    percent = rows.loc[rows["counted"].astype(bool), "percent"].to_numpy(float) if len(rows) else np.array([])
    percent = percent[np.isfinite(percent)]
    if not len(percent):
        return None
    same = int((np.sign(percent) == np.sign(estimate)).sum())
    return Varied(same, len(percent), float(percent.min()), float(percent.max()))


# --------------------------------------------------------------------------- with and without


def _months(r: Report, event: str, basis: str) -> pd.DataFrame:
    made = r.run.response
    rows = made[(made["event"] == event) & (made["part"] == "month") & (made["basis"] == basis)]
    words = {"without": "middle", "without_lower_80": "lower_80", "without_upper_80": "upper_80"}
    return rows.rename(columns=words).reset_index(drop=True)


def _total(r: Report, event: str, basis: str) -> ResponseRow | None:
    made = r.run.response
    rows = made[(made["event"] == event) & (made["part"] == "total") & (made["basis"] == basis)]
    return records(rows, ResponseRow)[0] if len(rows) and np.isfinite(rows["without"].iloc[0]) else None


def response_chart(r: Report, row: Told) -> Chart | None:
    """Return the counts of the months of the leading measure, with and without its estimated effect."""
    from forecast.report.figures.counterfactual import response_chart as draw_response

    if not len(r.run.response):
        return None
    before, same = (_months(r, row.event, basis) for basis in ("forecast before", "same months"))
    total = _total(r, row.event, "same months")
    if not len(same) or total is None:
        return None
    text, seen = prose(TEXT), r.view
    first, last = same["month"].iloc[0], same["month"].iloc[-1]
    counts = seen.counts[(seen.counts.index >= first - 12) & (seen.counts.index <= last)]
    frame = pd.DataFrame({"month": counts.index, "value": counts.to_numpy()})
    ends = (r.number(total.without_lower_80), r.number(total.without_upper_80))
    unit = f.unit_words(float(counts.max()), seen.name.unit_words)
    return r.studio.chart(
        partial(draw_response, frame, before, same),
        Chart(
            "with-and-without",
            title=text.response_title(row.label, r.number(total.happened), len(same), ends),
            subtitle=w.capital(text.response_subtitle(seen.name.measure, unit)),
            note=text.response_note(),
            label=text.response_label(counts.index[0], last, r.number(total.happened), ends),
            csv="response.csv",
        ),
    )


def totals_table(r: Report) -> Table | None:
    """Return the sums of the months of each event, with and without it."""
    if not len(r.run.response):
        return None
    text, whole, rows = prose(TEXT), r.view.whole, []
    for row in told(r):
        total, before = (_total(r, row.event, basis) for basis in ("same months", "forecast before"))
        if total is None:
            continue
        months = len(_months(r, row.event, "same months"))
        ends = total.without_lower_80, total.without_upper_80
        span = w.millions(ends) if whole else w.span(*ends, whole)
        happened = w.million(total.happened) if whole else w.rounded(total.happened, whole)
        gaps = [_gap(one, whole) for one in (total, before)]
        if before is not None and before.note:
            gaps[1] += f" {text.first_months()}"
        rows.append((row.label, w.count(months), happened, span, *gaps))
    return table(text.totals_caption(), text.totals_head(), rows, text.totals_foot()) if rows else None


def _gap(total: ResponseRow | None, whole: bool) -> str:
    if total is None:
        return prose(TEXT).nothing()
    ends = [w.forecast_number(end, whole) for end in (total.difference_lower_80, total.difference_upper_80)]
    return prose(TEXT).gap(*ends, w.places_of(ends))


def study_chart(r: Report) -> Chart | None:
    """Return the event study of the first measure that was looked at so: each month around its start."""
    from forecast.report.figures.event_study import event_study_chart

    made = r.run.leads_lags
    months = select(made, series_id=r.view.series_id)
    months = months[months["estimate"].notna()] if len(months) else months
    row = next((one for one in told(r) if len(months) and one.event in set(months["event"])), None)
    if row is None:
        return None
    months = select(months, event=row.event)
    text, before = prose(TEXT), months[months["lag"] < 0]
    apart = int(((before["lower_95"] > 0) | (before["upper_95"] < 0)).sum())
    cells = [
        (
            w.signed(one.lag),
            w.month_short(one.month),
            w.effect(one.estimate),
            *(
                text.ends(low, min(high, FARTHEST), high > FARTHEST)
                for low, high in ((one.lower_80, one.upper_80), (one.lower_95, one.upper_95))
            ),
        )
        for one in records(months, LagRow)
    ]
    first, last = months["month"].iloc[0], months["month"].iloc[-1]
    return r.studio.chart(
        partial(event_study_chart, months.reset_index(drop=True)),
        Chart(
            "event-study",
            title=text.study_title(row.label, apart, len(before)),
            subtitle=text.study_subtitle(),
            note=text.study_note(),
            label=text.study_label(first, last, apart, len(before)),
            csv="leads_lags.csv",
            table=table(text.study_caption(), text.study_head(), cells),
        ),
    )


# --------------------------------------------------------------------------- other choices


def choices_section(r: Report) -> Section | None:
    """Return the specification curve of the leading effect."""
    from forecast.report.figures.robustness import specification_chart as draw

    lead = leading(told(r))
    found = None if lead is None else varied(r, lead.event, lead.percent)
    if lead is None or found is None:
        return None
    text, made = prose(TEXT), r.run.specification
    curve = made[(made["event"] == lead.event) & np.isfinite(made["percent"])].reset_index(drop=True)
    options = [(text.factor(column), _options(r, curve, column)) for column in FACTORS]
    options = [(title, rows) for title, rows in options if len(rows) > 1]
    clear = int(((curve["percent_lower_95"] > 0) | (curve["percent_upper_95"] < 0)).sum())
    cells = [
        (f"{title}: {option}", *_spread(curve.loc[mask & curve["counted"].astype(bool), "percent"]))
        for title, rows in options
        for option, mask in rows
    ]
    chart = Chart(
        "specification",
        title=text.curve(lead.label, found, lead.percent < 0),
        subtitle=text.curve_subtitle(lead.label, len(curve)),
        note=text.curve_note(clear, len(curve), found.n, r.run.experiment.specification.ramp_months),
        label=text.curve_label(len(curve), found),
        csv="specification.csv",
        table=table(text.curve_caption(), text.curve_head(), cells),
    )
    blocks: tuple[Block, ...] = (r.studio.chart(partial(draw, curve, options), chart),)
    return Section("choices", text.choices(), text.choices(), "", blocks)


def _options(r: Report, curve: pd.DataFrame, column: str) -> list[tuple[str, NDArray[np.bool_]]]:
    """Return the options of one choice with the rows that have them."""
    text = prose(TEXT)
    order = {name: k for k, name in enumerate(("step", "decay", "ramp", "own", "pulse", "all", "given"))}
    there = sorted(set(curve[column]), key=lambda one: (order.get(str(one), 99), str(one)))
    called = r.measures.called()

    def name(option: str) -> str:
        kind, _, rest = option.partition("_")
        if kind == "without" and rest in called:
            return text.all_but(r.measures.names([rest], short=True))
        return (
            codes.told("window", "last", {"months": rest}) if kind == "last" else text.option(column, option)
        )

    return [(name(str(option)), (curve[column] == option).to_numpy()) for option in there]


def _spread(percent: pd.Series) -> list[str]:
    """Return how many estimates count, the lowest, the middle and the highest."""
    ends = (percent.min(), percent.median(), percent.max())
    return [
        w.count(len(percent)),
        *(f"{w.signed(v)}%" if len(percent) else prose(TEXT).nothing() for v in ends),
    ]


def fading_table(r: Report) -> Table | None:
    """Return how fast each effect faded and how early it showed."""
    text, called = prose(TEXT), {row.event: row.label for row in told(r)}
    rows = [
        (called[row.event], text.asked(row.what), codes.fading_words(row))
        for row in records(r.run.fading, FadingRow)
        if row.event in called
    ]
    return table(text.fading_caption(), text.fading_head(), rows, text.fading_foot()) if rows else None


# --------------------------------------------------------------------------- every measure


def measures_section(r: Report) -> Section | None:
    """Return every measure of the calendar and what was done with it."""
    made, events = r.run.estimability, r.run.events
    if not len(made) or not len(events):
        return None
    text, rows = prose(TEXT), select(made, series_id=r.view.series_id)
    # what nobody could know of on this date stays in the file: the page is written as of it
    rows = rows[rows["action"] != "not_announced"]
    called = r.measures.called()
    out = [
        (
            called.get(str(row.event), labels.plain(str(row.event))),
            r.measures.days([str(row.event)]),
            codes.action_words(row, called),
            codes.reason_words(row, called),
        )
        for row in records(rows, FateRow)
    ]
    if not out:
        return None
    return Section(
        "measures",
        text.measures(),
        text.measures(),
        "",
        (table(text.measures_caption(), text.measures_head(), out),),
    )
