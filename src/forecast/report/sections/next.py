"""What comes next, series by series, and what happened afterwards."""

from __future__ import annotations

from functools import partial

import pandas as pd

from forecast.report import format as w
from forecast.report import view as facts
from forecast.report.blocks import Block, Chart, Paragraph, Section
from forecast.report.catalogue import t
from forecast.report.prose import prose
from forecast.report.rows import records
from forecast.report.sections import data, evidence, sentences, tables
from forecast.report.sections.top import Report, shown_months
from forecast.tables.forecasts import select


def next_section(r: Report) -> Section:
    """Return "What comes next?"."""
    view = r.view
    if not len(view.ahead):
        return Section(
            "next", t("What comes next?"), t("What comes next?"), t("There is no forecast in this report.")
        )
    rows = [(row.month, row.middle, view.range(row, "80")) for row in records(view.ahead) if row.horizon <= 6]
    far = view.numbers(12)
    distance = no_skill_from(r)
    era = r.scores.eras[-1] if r.scores.eras else ""
    beaten = none_beats(r, era) if era and distance is None else None
    since = evidence.in_era(r.run, era) if era else ""
    find = sentences.next_find(
        rows,
        None if far is None else (far.month, far.middle, view.range(far, "80")),
        distance,
        view.whole,
        since,
    )
    find += sentences.never_beaten(beaten, since)
    blocks: list[Block] = [tables.next_table(view, r.run.as_of), Paragraph(nowcast(r))]
    pair = evidence.events_table(r.run, view)
    blocks += [pair] if pair is not None else []
    rest = facts.other_series(r.run, view.series_id)
    if rest:
        blocks += several(r, rest)
    return Section("next", t("What comes next?"), t("What comes next?"), find, tuple(blocks))


def nowcast(r: Report) -> str:
    """Return the horizon and the calendar of the first months: which are over but not yet published."""
    month, day = r.view.last + 1, pd.Timestamp(r.run.as_of)
    over = []
    while month.end_time.normalize() < day:
        over.append(month)
        month += 1
    told = [
        t(
            "{month}, {months} after the latest count, is over but not yet published: its forecast is of"
            " something that has already happened.",
            month=w.month_long(m),
            months=w.word_plural((m - r.view.last).n, "month"),
        )
        for m in over
    ]
    if month.start_time <= day:
        places = {
            "month": w.month_long(month),
            "months": w.word_plural((month - r.view.last).n, "month"),
            "day": w.day_long(day),
        }
        told.append(
            t("{month}, {months} after it, is under way on {day}.", **places)
            if told
            else t("{month}, {months} after the latest count, is under way on {day}.", **places)
        )
    text = " ".join(map(w.capital, told)) or t(
        "{month}, the first month forecast, has not begun on {day}.",
        month=w.month_long(month),
        day=w.day_long(day),
    )
    text = w.capital(text)
    leaks = select(r.run.leaks, series_id=r.view.series_id) if len(r.run.leaks) else r.run.leaks
    leaks = leaks[leaks["month"] > r.view.last] if len(leaks) else leaks
    if r.run.experiment.data.include_leaks and len(leaks):
        used = w.joined(
            [
                t("{count} for {month}", count=w.count(row.value), month=w.month_long(row.month))
                for row in records(leaks)
            ]
        )
        text += t(
            " The unofficial figure of {used} fills its month in every fit, with its error added to the"
            " ranges. {past}",
            used=used,
            past=data.past_errors(r, prose("data")),
        )
    return text


def no_skill_from(r: Report) -> int | None:
    """Return the first distance from which the headline's middle
    has not beaten the baseline in the latest era.
    """
    run, found = r.run, r.scores.eras
    if not found or run.headline == run.experiment.backtest.baseline:
        return None
    knowledge = facts.headline_knowledge(run)
    skills = {
        h: r.scores.skill(run.headline, knowledge, h, "mae", found[-1])
        for h in range(1, run.experiment.horizon + 1)
    }
    beaten = {h: skill > 0.005 for h, skill in skills.items() if skill is not None}
    best = max((h for h, better in beaten.items() if better), default=0)
    return min((h for h in beaten if h > best), default=None)


def none_beats(r: Report, era: str) -> int | None:
    """Return the distance shown at which no model has beaten the
    baseline: six months first, then the nearest.
    """
    run = r.run
    baseline = run.experiment.backtest.baseline
    for horizon in (6, 3, 1, 12):
        found = [
            r.scores.skill(model, knowledge, horizon, "wis", era)
            for model, knowledge in tables.model_rows(run)
            if model != baseline
        ]
        skills = [skill for skill in found if skill is not None]
        if skills and max(skills) <= 0.005:
            return horizon
    return None


def first_replayed(r: Report) -> pd.Period:
    """Return the first month of the replay that counts."""
    return w.month(r.replay["month"].min()) if len(r.replay) else r.view.last


def several(r: Report, rest: list[str]) -> list[Block]:
    """Return small multiples and the table of all series."""
    from forecast.report.figures.series import series_chart

    views = [facts.view(r.run, s) for s in rest]
    total = r.run.experiment.target.total
    everything = [v for v in (r.view, *views) if len(v.ahead)]
    start = min(facts.first_chart_start(r.run, r.view), r.view.last - 17)
    panels = [(v.name.label, v.counts[v.counts.index >= start].dropna(), shown_months(v)) for v in everything]
    draw = partial(series_chart, panels)
    up = sum(float(v.ahead["middle"].iloc[0]) > float(v.counts.iloc[-1]) for v in everything)
    title = t(
        "The next month’s middle lies above the latest count in {up} of {all} series",
        up=w.number_word(up),
        all=w.number_word(len(everything)),
    )
    month = everything[0].ahead["month"].iloc[0]
    chart = r.studio.chart(
        draw,
        Chart(
            "series",
            title=title,
            subtitle=t(
                "Counts since {start} and the forecast with its 80% range; every panel has its own scale. To"
                " {end}",
                start=w.month_long(start),
                end=w.month_long(month + len(shown_months(everything[0])) - 1),
            ),
            note=t("Blue: the middle of the forecast and its 80% range. {source}", source=r.source),
            label=t(
                "{number} small line charts, one for each series, with forecasts from {month}.",
                number=w.capital(w.number_word(len(panels))),
                month=w.month_long(month),
            ),
            csv="forecasts.csv",
            table=None,
        ),
    )
    shown = [r.view, *views]
    table = tables.series_table(shown, total, evidence.means_column(r.run, shown))
    sums = evidence.sums_words(r.run, str(total))
    return [chart, table, *([sums] if sums is not None else [])]


def afterwards_section(r: Report) -> Section | None:
    """Return "What happened afterwards?", or None where nothing came later."""
    view = r.view
    later = view.afterwards
    if not len(later) or not len(view.ahead):
        return None
    joined = view.ahead.merge(later[["month", "value"]], on="month")
    if not len(joined):
        return None
    known = joined.dropna(subset=["lower_80", "upper_80"])
    inside = int(((known["value"] >= known["lower_80"]) & (known["value"] <= known["upper_80"])).sum())
    find = sentences.afterwards_find(inside, len(known), len(joined))
    return Section(
        "afterwards",
        t("What happened afterwards?"),
        t("What happened afterwards?"),
        find,
        (tables.afterwards_table(view),),
    )
