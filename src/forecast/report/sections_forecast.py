"""Top of the page and "What comes next?": headline, facts, first chart, table, what happened afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecast.report import evidence, facts, names, sentences, tables
from forecast.report import figures as f
from forecast.report import wording as w
from forecast.report._rows import pick, records
from forecast.report.catalogue import mark, t
from forecast.report.content import Banner, Chart, Fact, Paragraph, Section, Toggle
from forecast.report.facts import Held, View
from forecast.report.studio import Studio

NAME = mark("US border encounters: forecast report")
ROLES = ("m-rw", "m-arima", "m-ev", "m-ridge")


@dataclass(frozen=True)
class Report:
    """What every section needs: the run, the series it is about, its replay, its drawings."""

    run: Any
    view: View
    replay: pd.DataFrame
    held: list[Held]
    scores: facts.ScoreBook
    studio: Studio
    bundled: bool
    command: str
    versions: dict[str, str]

    @property
    def source(self) -> str:
        """The source line of every chart."""
        return sentences.sources_line(self.bundled, self.run.as_of)

    @property
    def first(self) -> int:
        """The distance of the headline: the first month whose figure is not overdue."""
        return len(late_months(self.run, self.view)) + 1

    @property
    def shown(self) -> pd.DataFrame:
        """The months of the forecast that the first chart shows: until the 80% range is eight-fold."""
        return shown_months(self.view)


def shown_months(view: View) -> pd.DataFrame:
    """Return the months that the first chart shows: as far as upper/lower 80% end is at most 8, at least three."""
    table = view.ahead
    ratio = (table["upper_80"] / table["lower_80"].where(table["lower_80"] > 0)).to_numpy(float)
    if not np.isfinite(ratio).any():
        return table[table["horizon"] <= 6]
    wide = np.flatnonzero((ratio > 8) & np.isfinite(ratio))
    stop = int(wide[0]) if len(wide) else len(table)
    return table.iloc[: max(min(3, len(table)), stop)]


def report_name(run: Any, view: View, bundled: bool) -> str:
    """Return the name of the report in the masthead."""
    return NAME if bundled else t("Forecast report: {label}", label=view.name.label)


def late_months(run: Any, view: View) -> list[pd.Period]:
    """Return the months whose figures were expected by the report's date and are not in."""
    days = run.experiment.data.expected_by
    if days is None:
        return []
    out, month = [], view.last + 1
    while month.end_time.normalize() + pd.Timedelta(days=days) < pd.Timestamp(run.as_of):
        out.append(month)
        month += 1
    return out


def next_expected(view: View, as_of: Any) -> pd.Timestamp | None:
    """Return about when the next figure comes: its month's end and the usual wait of the last twelve."""
    wait = facts.usual_wait(view)
    if wait is None:
        return None
    day = (view.last + 1).end_time.normalize() + pd.Timedelta(days=wait)
    return max(day, pd.Timestamp(as_of) + pd.Timedelta(days=1))


def masthead(r: Report) -> dict[str, Any]:
    """Return name, issue, status line and banners."""
    run, view = r.run, r.view
    late = late_months(run, view)
    banners = []
    if late:
        head, text = sentences.late_banner(view.last, late)
        banners.append(Banner(t("Late data"), head, text))
    failed = pick(run.folds, model=run.headline, series_id=view.series_id, origin=run.as_of)
    failed = failed[failed["status"] == "failed"] if len(failed) else failed
    if not len(view.ahead):
        why = f" {failed['message'].iloc[-1]!s}." if len(failed) else ""
        banners.append(
            Banner(
                t("No forecast"),
                t("There is no forecast in this report."),
                t(
                    "The headline “{headline}” gave none.{why} What failed is listed in “Do the models beat a simple guess?”.",
                    headline=names.model_name(run.headline),
                    why=why,
                ),
            )
        )
    return {
        "name": report_name(run, view, r.bundled),
        "issue": t("{month_long} issue", month_long=w.month_long(pd.Period(pd.Timestamp(run.as_of), "M"))),
        "as_of": w.day_long(run.as_of),
        "status": sentences.status(view.last, next_expected(view, run.as_of), late),
        "late": bool(late),
        "banners": tuple(banners),
    }


def top(r: Report) -> dict[str, Any]:
    """Return headline, standfirst, description and the numbers they are made of."""
    view, row = r.view, r.view.numbers(r.first)
    name = view.name
    if row is None:
        last = float(view.counts.iloc[-1])
        text = sentences.no_forecast(view.last, last)
        return {"h1": text, "standfirst": name.counted, "description": text, "numbers": {"last": last}}
    ends, before = view.range(row, "80"), view.value(row.month - 12)
    chance = None if before is None else view.chance_above(r.first, before)
    basis = view.basis.get(r.first)
    held = facts.held_at(r.held, r.first, 0.8)
    h1 = sentences.headline(
        name.noun,
        name.place,
        name.label,
        row.month,
        row.middle,
        ends,
        held,
        basis.errors if basis else None,
        view.whole,
    )
    return {
        "h1": h1,
        "standfirst": sentences.comparison(row.middle, before, row.month - 12, ends, chance, name.counted),
        "description": sentences.description(name.noun, name.label, row.month, row.middle, ends, view.whole),
        "numbers": {
            "month": w.month_file(row.month),
            "middle": float(row.middle),
            "range_80": ends,
            "year_before": before,
            "chance_above_year_before": chance,
        },
    }


def four_facts(r: Report) -> tuple[Fact, ...]:
    """Return the four facts below the standfirst."""
    view, last = r.view, float(r.view.counts.iloc[-1])
    month = view.last
    out = [
        Fact(
            t("Latest count, {month}", month=w.month_short(month)),
            w.count(last),
            sentences.latest_changes(last, month, view.value(month - 1), view.value(month - 12)),
        )
    ]
    row = view.numbers(r.first)
    if row is not None:
        ends = view.range(row, "80")
        about = (
            t("no 80% range is given")
            if ends is None
            else t("8 in 10: {span}", span=w.span(*ends, view.whole))
        )
        out.append(
            Fact(
                t("Forecast, {month}", month=w.month_short(row.month)),
                w.rounded(row.middle, view.whole),
                about,
            )
        )
    earlier, kind = _earlier(r)
    if earlier is not None:
        ranges = {name: view.range(earlier, name) for name in ("80", "50")}
        words = t("Replayed forecast") if kind == "replayed" else t("Last issue’s forecast")
        out.append(
            Fact(
                t("{words} for {month}", words=words, month=w.month_abbreviation(month)),
                w.rounded(earlier.middle, view.whole),
                sentences.earlier_forecast(last, ranges, view.whole),
            )
        )
    held = facts.held_at(r.held, 1, 0.8)
    if held is not None:
        since = r.replay.loc[r.replay["horizon"] == 1, "month"].min()
        out.append(Fact(t("80% ranges that held"), w.percent(held.share), sentences.held_words(held, since)))
    return tuple(out)


def _earlier(r: Report) -> tuple[Any, str]:
    """Return the forecast of the latest month made one month before: published where there is one, else replayed."""
    record = published(r.run, r.view)
    found = facts.last_forecast_for(record, r.view.last) if len(record) else None
    if found is not None:
        return found, "published"
    return facts.last_forecast_for(r.replay, r.view.last), "replayed"


def published(run: Any, view: View) -> pd.DataFrame:
    """Return the published forecasts of the track record in the columns of the replay; empty when there are none."""
    table = getattr(run, "track_record", None)
    if table is None or not len(table):
        return pd.DataFrame()
    rows = pick(table, kind="published", series_id=view.series_id)
    if not len(rows):
        return pd.DataFrame()
    out = rows.rename(columns={f"q{level:g}": column for level, column in _LEVEL_COLUMNS.items()})
    for column in _LEVEL_COLUMNS.values():
        if column not in out:
            out[column] = np.nan
    return out


_LEVEL_COLUMNS = {
    0.025: "lower_95",
    0.1: "lower_80",
    0.25: "lower_50",
    0.5: "middle",
    0.75: "upper_50",
    0.9: "upper_80",
    0.975: "upper_95",
}


# --------------------------------------------------------------------------- chart 1


def other_lines(r: Report, months: pd.DataFrame) -> list[tuple[str, str, str, pd.Series]]:
    """Return up to four other models' middle lines: toggle, name, colour role, values by month."""
    run, wanted = r.run, []
    for model, knowledge in tables.model_rows(run):
        if model == run.headline:
            continue
        rows = pick(run.forecasts, model=model, knowledge=knowledge, scenario="", series_id=r.view.series_id)
        rows = rows[np.isclose(rows["level"].astype(float), 0.5) & rows["month"].isin(months["month"])]
        if len(rows) == len(months):
            wanted.append((model, knowledge, rows.set_index("month")["value"].sort_index()))
    baseline = run.experiment.backtest.baseline
    # of each colour the ARIMA models go first: they are what readers ask for
    arima = set(pick(run.models, kind="arima")["model"]) if len(run.models) else set()
    wanted.sort(key=lambda row: (row[0] != baseline, row[0] not in arima))
    free = {"base": ["m-rw"], "events": ["m-ev"], "plain": ["m-arima", "m-ridge"]}
    out = []
    for model, knowledge, line in wanted:
        group = "base" if model == baseline else "events" if knowledge == "at_origin" else "plain"
        if free[group]:
            role = free[group].pop(0)
            out.append((f"mod-{role.removeprefix('m-')}", names.row_name(model, knowledge), role, line))
    return sorted(out, key=lambda row: ROLES.index(row[2]))


def first_chart(r: Report) -> Chart | None:
    """Return chart 1, or None where there is no forecast."""
    view, ahead = r.view, r.shown
    if not len(ahead):
        return None
    from forecast.report.figure_forecast import forecast_chart

    counts = view.counts[view.counts.index >= facts.first_chart_start(r.run, view)].dropna()
    lines = other_lines(r, ahead)
    others = pd.DataFrame(
        [
            {"toggle": t, "role": role, "month": m, "value": v}
            for t, _, role, line in lines
            for m, v in line.items()
        ]
    )
    later = view.afterwards if len(view.afterwards) else None
    table = pd.DataFrame({"month": counts.index, "value": counts.to_numpy()})

    def draw(**how: Any) -> Any:
        return forecast_chart(
            table,
            ahead,
            others,
            later,
            published=t("Published by {as_of}", as_of=w.day_long(r.run.as_of)),
            whole=view.whole,
            **how,
        )

    first, final = (
        view.range(row, "80") for row in (next(iter(records(ahead))), next(iter(records(ahead.iloc[-1:]))))
    )
    ratios = [None if ends is None or ends[0] <= 0 else ends[1] / ends[0] for ends in (first, final)]
    end = ahead["month"].iloc[-1]
    basis = view.basis.get(1)
    rests = sentences.range_words(basis.method, basis.errors) if basis else ""
    ranges = [name for name in ("80", "50") if ahead[f"lower_{name}"].notna().any()]
    note = sentences.forecast_note(ranges, rests, r.source)
    if "80" in ranges and final is None:
        note = t("The 80% range stops where too few past misses support it. {note}", note=note)
    if later is not None:
        note = t(
            "Hollow dots: what happened afterwards, not public on the date of this report. {note}", note=note
        )
    top_value = max(float(counts.max()), float(np.nanmax(ahead[["middle", "upper_80"]].to_numpy(float))))
    unit = f.unit_words(top_value, view.name.unit_words)
    subtitle = t(
        "{measure}{which}. {index} to {end}",
        measure=view.name.measure,
        which=", " + unit if unit else "",
        index=w.month_long(counts.index[0]),
        end=w.month_long(end),
    )
    middles = float(ahead["middle"].min()), float(ahead["middle"].max())
    return r.studio.chart(
        "forecast",
        draw,
        title=sentences.forecast_title(
            view.last, float(counts.iloc[-1]), end, ahead["middle"].tolist(), ratios[0], ratios[1], view.whole
        ),
        subtitle=w.capital(subtitle),
        note=note,
        label=sentences.forecast_label(
            view.name.noun,
            float(counts.min()),
            float(counts.max()),
            float(counts.iloc[-1]),
            middles,
            end,
            first,
            final,
            view.whole,
        ),
        csv="forecasts.csv",
        level=2,
        table=tables.chart_table(view, counts, ahead, [(t, n, s) for t, n, _, s in lines], later),
        start=len(counts),
        toggles=tuple(Toggle(t, n, role, _dash(role)) for t, n, role, _ in lines),
        toggle_words=t("Add a model’s middle line:"),
    )


def _dash(role: str) -> str:
    return " ".join(f"{1.3 * part:g}" for part in f.DASHES[role])


# --------------------------------------------------------------------------- sections


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
    blocks: list[Any] = [tables.next_table(view, r.run.as_of), Paragraph(nowcast(r))]
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
            "{month_long}, {word_plural} after the latest count, is over but not yet published: its forecast is of something that has already happened.",
            month_long=w.month_long(m),
            word_plural=w.word_plural((m - r.view.last).n, "month"),
        )
        for m in over
    ]
    if month.start_time <= day:
        it = "it" if told else t("the latest count")
        told.append(
            t(
                "{month}, {word_plural} after {it}, is under way on {day}.",
                month=w.month_long(month),
                word_plural=w.word_plural((month - r.view.last).n, "month"),
                it=it,
                day=w.day_long(day),
            )
        )
    text = " ".join(told) or t(
        "{month}, the first month forecast, has not begun on {day}.",
        month=w.month_long(month),
        day=w.day_long(day),
    )
    leaks = pick(r.run.leaks, series_id=r.view.series_id) if len(r.run.leaks) else r.run.leaks
    leaks = leaks[leaks["month"] > r.view.last] if len(leaks) else leaks
    if r.run.experiment.data.include_leaks and len(leaks):
        used = w.joined(
            [
                t("{value} for {month}", value=w.count(row.value), month=w.month_long(row.month))
                for row in records(leaks)
            ]
        )
        text += t(
            " The unofficial figure of {used} fills its month in every fit, with its error added to the ranges. {run}",
            used=used,
            run=evidence.early_words(r.run, r.view.series_id),
        )
    return text


def no_skill_from(r: Report) -> int | None:
    """Return the first distance from which the headline's middle has not beaten the baseline in the latest era."""
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
    """Return the distance shown at which no model has beaten the baseline: six months first, then the nearest."""
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


def several(r: Report, rest: list[str]) -> list[Any]:
    """Return small multiples and the table of all series."""
    from forecast.report.figure_series import series_chart

    views = [facts.view(r.run, s) for s in rest]
    total = r.run.experiment.target.total
    everything = [v for v in (r.view, *views) if len(v.ahead)]
    start = min(facts.first_chart_start(r.run, r.view), r.view.last - 17)
    panels = [(v.name.label, v.counts[v.counts.index >= start].dropna(), shown_months(v)) for v in everything]

    def draw(**how: Any) -> Any:
        return series_chart(panels, **how)

    up = sum(float(v.ahead["middle"].iloc[0]) > float(v.counts.iloc[-1]) for v in everything)
    title = t(
        "The next month’s middle lies above the latest count in {number_word} of {number_word_2} series",
        number_word=w.number_word(up),
        number_word_2=w.number_word(len(everything)),
    )
    month = everything[0].ahead["month"].iloc[0]
    chart = r.studio.chart(
        "series",
        draw,
        title=title,
        subtitle=t(
            "Counts since {start} and the forecast with its 80% range; every panel has its own scale. To {month_long}",
            start=w.month_long(start),
            month_long=w.month_long(month + len(shown_months(everything[0])) - 1),
        ),
        note=t("Blue: the middle of the forecast and its 80% range. {source}", source=r.source),
        label=t(
            "{capital} small line charts, one for each series, with forecasts from {month}.",
            capital=w.capital(w.number_word(len(panels))),
            month=w.month_long(month),
        ),
        csv="forecasts.csv",
        table=None,
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
