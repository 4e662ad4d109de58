"""The past, how sure one can be, and whether the models beat a simple guess."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from forecast.report import codes, labels
from forecast.report import format as w
from forecast.report import view as facts
from forecast.report.blocks import Block, Box, Chart, Paragraph, Section
from forecast.report.catalogue import t
from forecast.report.figures import style as f
from forecast.report.prose import prose
from forecast.report.rows import records
from forecast.report.sections import evidence, findings, sentences, tables
from forecast.report.sections.next import first_replayed, none_beats
from forecast.report.sections.top import Report, published
from forecast.report.view import View
from forecast.tables.forecasts import select

YEARS = 10


def window(view: View) -> pd.Series:
    """Return the counts of the last ten years."""
    return view.counts[view.counts.index > view.last - 12 * YEARS].dropna()


def enlarged(r: Report) -> bool:
    """Return whether the first chart is an enlargement: the window's top is more than five times its own."""
    counts, ahead = window(r.view), r.shown
    if not len(ahead):
        return False
    top = np.nanmax(ahead[["middle", "upper_80"]].to_numpy(float))
    return bool(counts.max() > 5 * top)


def past_section(r: Report) -> Section:
    """Return "How does this compare with the past ten years?"."""
    view, counts = r.view, window(r.view)
    everything = view.counts.dropna()
    record = everything.index[int(everything.argmax())]
    large = enlarged(r)
    find = sentences.past_find(
        view.last, float(everything.iloc[-1]), float(everything.max()), record, everything.index[0], large
    )
    years = max(1, round(len(counts) / 12))
    words = w.word_plural(years, "year")
    question, nav = (
        (t("How does this compare with the past {years}?", years=words), t("The past {years}", years=words))
        if years > 1
        else (t("How does this compare with the past year?"), t("The past year"))
    )
    return Section("past", question, nav, find, (past_chart(r, counts, large),))


def past_chart(r: Report, counts: pd.Series, large: bool) -> Chart:
    """Return chart 2."""
    from forecast.report.figures.past import past_chart as draw_past

    view, ahead = r.view, r.shown
    flags = facts.flags(r.run, counts.index[0] + 1, view.last)
    start = max(counts.index[0], facts.first_chart_start(r.run, view)) if large else None
    table = pd.DataFrame({"month": counts.index, "value": counts.to_numpy()})
    draw = partial(draw_past, table, ahead, flags, frame_from=start)
    top = float(counts.max())
    unit = f.unit_words(top, view.name.unit_words)
    subtitle = t(
        "{measure}{unit}. {first} to {last}",
        measure=view.name.measure,
        unit=", " + unit if unit else "",
        first=w.month_long(counts.index[0]),
        last=w.month_long(counts.index[-1]),
    )
    if len(ahead):
        subtitle += t("; forecast to {month} in blue", month=w.month_long(ahead["month"].iloc[-1]))
    return r.studio.chart(
        draw,
        Chart(
            "ten-years",
            title=sentences.past_title(counts),
            subtitle=w.capital(subtitle),
            note=sentences.past_note(
                len(flags) > 0, len(r.run.effects) > 0, definition_breaks(r, counts), r.source
            ),
            label=_label(view, counts, len(flags)),
            csv="observations.csv",
            table=tables.counts_table(counts),
            start=len(counts) - 1,
            flags=tuple(
                (str(name), w.month_short(month))
                for name, month in zip(flags["label"], flags["month"], strict=True)
            ),
        ),
    )


def _label(view: View, counts: pd.Series, marked: int) -> str:
    low, high = counts.index[int(counts.argmin())], counts.index[int(counts.argmax())]
    text = t(
        "Line chart. {measure} from {first} to {end}: highest {highest} in {high}, lowest {lowest} in {low},"
        " last {last}.",
        measure=w.capital(view.name.noun or view.name.label),
        first=w.month_long(counts.index[0]),
        end=w.month_long(counts.index[-1]),
        highest=w.count(counts.max()),
        high=w.month_long(high),
        lowest=w.count(counts.min()),
        low=w.month_long(low),
        last=w.count(counts.iloc[-1]),
    )
    if marked == 1:
        return t("{text} One event is marked.", text=text)
    return (
        t(
            "{text} {number} measures and events are marked.",
            text=text,
            number=w.capital(w.number_word(marked)),
        )
        if marked
        else text
    )


def definition_breaks(r: Report, counts: pd.Series) -> list[str]:
    """Return what changed in the definition of the count inside a
    window, in the words of the table of breaks.
    """
    table = r.run.breaks
    if not len(table):
        return []
    rows = table[table["kind"] == "definition"]
    months = pd.PeriodIndex(rows["month"].astype(str), freq="M")
    rows = rows[(months > counts.index[0]) & (months <= counts.index[-1])]
    return [
        t(
            "Change of definition, {month}: {what_changed}",
            month=w.month_short(row.month),
            what_changed=sentences.first_sentence(row.what_changed),
        )
        for row in records(rows)
    ][:2]


# --------------------------------------------------------------------------- how sure


def sure_section(r: Report) -> Section:
    """Return "How sure can one be?": coverage, hits with and
    without a new measure, eras, the record, others.
    """
    blocks: list[Block] = []
    months = {int(row.horizon): row.month for row in records(r.view.ahead)}
    calm, shock = by_new_event(r)
    if r.held:
        blocks.append(coverage_chart(r, calm, shock))
        text = findings.shock_words(calm.get(1, (0, 0)), shock.get(1, (0, 0)))
        if text:
            blocks.append(Paragraph(text))
    by_era = evidence.eras_table(r.run, r.view.series_id)
    blocks += [by_era] if by_era is not None else []
    blocks += record_blocks(r)
    theirs = evidence.others_table(r.run, r.view.series_id)
    blocks += [theirs] if theirs is not None else []
    return Section(
        "sure",
        prose("sure").question(),
        prose("sure").nav(),
        findings.sure_find(r.held, months),
        tuple(blocks),
    )


def by_new_event(r: Report) -> tuple[dict[int, tuple[int, int]], dict[int, tuple[int, int]]]:
    """Return hits of the 80% range by distance, in months without and with a new event of first priority."""
    started = facts.new_event_months(r.run)
    calm: dict[int, tuple[int, int]] = {}
    shock: dict[int, tuple[int, int]] = {}
    for horizon in facts.SHOWN_HORIZONS:
        rows = r.replay[r.replay["horizon"] == horizon].dropna(subset=["truth", "lower_80", "upper_80"])
        hit = facts.inside(rows)
        # a measure that begins anywhere between the last count and the month forecast can move it
        touched = rows["month"].map(lambda month, h=horizon: any(month - k in started for k in range(h)))
        touched = touched.astype(bool) if len(rows) else pd.Series(dtype=bool)
        calm[horizon] = int(hit[~touched].sum()), int((~touched).sum())
        shock[horizon] = int(hit[touched].sum()), int(touched.sum())
    return calm, shock


def coverage_chart(r: Report, calm: dict[int, tuple[int, int]], shock: dict[int, tuple[int, int]]) -> Chart:
    """Return chart 3."""
    from forecast.report.figures.coverage import coverage_chart as draw_coverage

    shown = [h for h in r.held if h.nominal < 0.9]
    table = pd.DataFrame(
        [
            {
                "horizon": h.horizon,
                "nominal": h.nominal,
                "held": h.held,
                "n": h.n,
                "share": h.share,
                "low": h.low,
                "high": h.high,
            }
            for h in shown
        ]
    )
    # with few errors only the 50% range is given: its months count too
    scored = r.replay.dropna(subset=["truth", "lower_80"])
    scored = scored if len(scored) else r.replay.dropna(subset=["truth"])
    since, until = scored["month"].min(), scored["month"].max()
    draw = partial(draw_coverage, table)
    outside = any(not h.fair for h in shown)
    note = t(
        "Grey bars: where the dot would fall 9 times in 10 if the range kept its promise, given how few"
        " independent months there are."
    )
    if outside:
        narrow = all(h.share < h.nominal for h in shown if not h.fair)
        wide = all(h.share > h.nominal for h in shown if not h.fair)
        note += (
            t(" A diamond marks a dot outside its bar: the range has been too narrow.")
            if narrow
            else (
                t(" A diamond marks a dot outside its bar: the range has been too wide.")
                if wide
                else t(" A diamond marks a dot outside its bar: the range has been too narrow or too wide.")
            )
        )
    eighty = [h for h in shown if abs(h.nominal - 0.8) < 1e-9]
    told = ", ".join(
        t("{share} at {months}", share=w.percent(h.share), months=w.plural(h.horizon, "month"))
        for h in eighty
    )
    return r.studio.chart(
        draw,
        Chart(
            "coverage",
            title=findings.coverage_title(r.held),
            subtitle=t(
                "Share of months that fell inside the range, by months ahead. Replayed forecasts, {since} to"
                " {until}",
                since=w.month_long(since),
                until=w.month_long(until),
            ),
            note=f"{note} {r.source}",
            label=t("Dot chart. Achieved coverage of the 80 percent range: {told}.", told=told),
            csv="calibration.csv",
            table=tables.coverage_table(r.held, calm, shock, since, until),
        ),
    )


def record_blocks(r: Report) -> list[Block]:
    """Return the public record, or the grey box in its place, and the replay under its own label."""
    record = published(r.run, r.view)
    out: list[Block] = []
    if not len(record):
        out.append(
            Box(
                t("No earlier forecast has been published yet"),
                t(
                    "This is the first issue, so there is no public record to score. What follows is a"
                    " replay: today’s model run on old dates with only what was public then. A replay is"
                    " kinder than a real record, since the model was chosen by people who knew what happened."
                    " From the next issue, published forecasts are scored here in their own right, and the"
                    " two are never mixed."
                ),
            )
        )
    else:
        out += public_record(r, record)
    scored = r.replay.dropna(subset=["truth"])
    if len(scored):
        out.append(record_chart(r, r.replay, "replayed"))
        out += _worst(facts.track_record(r.run, r.view.series_id), "replayed")
    return out


def _worst(record: pd.DataFrame, kind: str) -> list[Paragraph]:
    from forecast.archive.track_record import worst_miss

    miss = worst_miss(record)
    return [Paragraph(codes.miss_sentence(miss, kind))] if miss else []


def public_record(r: Report, record: pd.DataFrame) -> list[Block]:
    """Return the chart of published forecasts, or the box that says when the first is scored."""
    matured = record.dropna(subset=["truth"])
    if len(matured):
        told = evidence.held_so_far(matured)
        rest = [Paragraph(told)] if told else []
        return [record_chart(r, record, "published"), *rest, *_worst(matured, "published")]
    n = int(record["origin"].nunique())
    first = record["month"].min()
    expected = first.end_time.normalize() + pd.Timedelta(days=facts.usual_wait(r.view) or 0)
    return [
        Box(
            (
                t("One forecast has been published; none can be scored yet")
                if n == 1
                else t(
                    "{number} forecasts have been published; none can be scored yet",
                    number=w.capital(w.number_word(n)),
                )
            ),
            t(
                "The forecast of {month} is scored when the count is published, {expected}.",
                month=w.month_long(first),
                expected=w.half_of_month(expected),
            ),
        )
    ]


def record_chart(r: Report, table: pd.DataFrame, kind: str) -> Chart:
    """Return chart 4, of replayed or of published forecasts, never of both."""
    from forecast.report.figures.record import every_third
    from forecast.report.figures.record import record_chart as draw_record

    view = r.view
    scored = table.dropna(subset=["truth"])
    first = max(scored["month"].min() - 1, view.last - 12 * YEARS + 1)
    counts = view.counts[view.counts.index >= first].dropna()
    lines = every_third(table[table["month"] > first], 3 if kind == "replayed" else 1)
    # the count is of all forecasts of the window, whichever of them are drawn
    drawn = every_third(table[table["month"] > first], 1)
    six = drawn[drawn["horizon"] == drawn["horizon"].max()].dropna(subset=["truth", "lower_80"])
    missed = int((~facts.inside(six)).sum())
    since = six["month"].min().year if len(six) else first.year
    frame = pd.DataFrame({"month": counts.index, "value": counts.to_numpy()})
    draw = partial(draw_record, frame, lines)
    unit = f.unit_words(float(counts.max()), view.name.unit_words)
    start = (
        t(
            "Replayed forecasts: made today with only the figures and events that were public on each date."
            " One in three is drawn"
        )
        if kind == "replayed"
        else t("Published forecasts, as they stood on the day of each issue")
    )
    fell = (
        t(
            "; in {missed} that have matured, drawn or not, the sixth month fell outside the 80% range."
            " Neighbouring forecasts overlap: these are worth about {number} independent ones",
            missed=w.hits_of_the(missed, len(six)),
            number=_independent(six),
        )
        if len(six)
        else ""
    )
    shown = (
        t("every third forecast as it would have been made")
        if kind == "replayed"
        else t("every forecast as it was published")
    )
    name = "track-record" if kind == "replayed" else "published-record"
    return r.studio.chart(
        draw,
        Chart(
            name,
            title=record_title(missed, len(six), kind, since),
            subtitle=w.capital(
                t(
                    "{measure}{unit}: the count, and {shown}. {first} to {last}",
                    measure=view.name.measure,
                    unit=", " + unit if unit else "",
                    shown=shown,
                    first=counts.index[0].year,
                    last=counts.index[-1].year,
                )
            ),
            note=f"{start}{fell}. {r.source}",
            label=t(
                "Line chart of counts with six-month forecasts. {kind}; the sixth month fell outside the 80%"
                " range in {missed}.",
                kind=t("Replayed|forecasts") if kind == "replayed" else t("Published|forecasts"),
                missed=w.hits(missed, len(six)),
            ),
            csv="track_record.csv" if kind == "published" else "backtest.csv.gz",
            table=tables.record_table(table, view.whole, kind),
        ),
    )


def _independent(rows: pd.DataFrame) -> int:
    """Return how many independent forecasts those of one distance
    are worth: neighbours look at the same months.
    """
    at = np.unique([month.ordinal for month in rows["month"]])
    spacing = float(np.median(np.diff(at))) if len(at) > 1 else 1.0
    return max(1, round(len(rows) / max(1.0, int(rows["horizon"].iloc[0]) / spacing)))


def record_title(missed: int, n: int, kind: str, since: int) -> str:
    """Return the title of the record, from how many sixth months of all forecasts fell outside."""
    forecasts = t("Replayed forecasts") if kind == "replayed" else t("Published forecasts")
    if n == 0:
        return t("{forecasts} beside what happened", forecasts=forecasts)
    if missed == 0:
        return t(
            "{forecasts}: every sixth month since {since} fell inside the 80% range",
            forecasts=forecasts,
            since=since,
        )
    share = missed / n
    if share > 0.2:
        return t(
            "{forecasts} lag behind turning points; the sixth month fell outside the 80% range in {missed}"
            " since {since}",
            forecasts=forecasts,
            missed=w.hits(missed, n),
            since=since,
        )
    return t(
        "{forecasts}: the sixth month fell outside the 80% range in {missed} since {since}",
        forecasts=forecasts,
        missed=w.hits(missed, n),
        since=since,
    )


# --------------------------------------------------------------------------- models


def models_section(r: Report) -> Section:
    """Return "Do the models beat a simple guess?"."""
    run = r.run
    found = r.scores.eras
    era = found[-1] if len(found) > 1 else None
    blocks: list[Block] = []
    if len(run.backtest):
        blocks.append(tables.models_table(run, r.view.series_id, r.scores, era, first_replayed(r)))
        more = (evidence.claims_table(run, r.view.series_id), evidence.alike_table(run, r.view.series_id))
        blocks += [table for table in (*more, weights_chart(r)) if table is not None]
    blocks += tables.fit_tables(run, r.view.series_id)
    return Section(
        "models",
        t("Do the models beat a simple guess?"),
        t("Models compared"),
        _models_find(r, era),
        tuple(blocks),
    )


def weights_chart(r: Report) -> Chart | None:
    """Return the small picture of the members' weights one month
    ahead, or None without a weighted combination.
    """
    from forecast.report.figures.weights import weights_chart as draw_weights

    pair = evidence.pair_with_events(r.run)
    combination = pair[0] if pair is not None else r.run.headline
    rows = r.run.weights
    rows = select(rows, combination=combination, series_id=r.view.series_id, horizon=1) if len(rows) else rows
    rows = rows.dropna(subset=["weight"]) if len(rows) else rows
    if not len(rows) or rows["origin"].nunique() < 6:
        return None
    wide = rows.pivot_table(index="origin", columns="member", values="weight", aggfunc="first")
    wide = wide[list(dict.fromkeys(rows["member"]))].fillna(0.0)
    wide = wide.set_axis(pd.DatetimeIndex(wide.index).to_period("M")).groupby(level=0).last()
    wide = wide.reindex(pd.period_range(wide.index[0], wide.index[-1], freq="M")).ffill()
    called = {str(m): labels.model_name(str(m)) for m in wide.columns}
    draw = partial(draw_weights, wide, called)
    now = wide.iloc[-1]
    told = w.joined([f"{called[m]} {w.percent(float(now[m]))}" for m in called])
    return r.studio.chart(
        draw,
        Chart(
            "weights",
            title=findings.weights_title(called[str(now.idxmax())], float(now.max()), len(now)),
            subtitle=t(
                "Weight of each member of the combination one month ahead, by date of the forecast. {first}"
                " to {last}",
                first=w.month_long(wide.index[0]),
                last=w.month_long(wide.index[-1]),
            ),
            note=t(
                "Weights follow from errors already known on each date; where no member is better, they come"
                " out alike. {source}",
                source=r.source,
            ),
            label=t("Line chart of the members’ weights. At the end: {told}.", told=told),
            csv="weights.csv",
        ),
    )


def _models_find(r: Report, era: str | None) -> str:
    run = r.run
    if run.headline == run.experiment.backtest.baseline:
        return t(
            "The headline is the simple guess itself, “same as last month”; the rows below show what else was"
            " tried."
        )
    knowledge = facts.headline_knowledge(run)

    def skill(which: str, horizon: int) -> float | None:
        return r.scores.skill(run.headline, knowledge, horizon, "wis", which)

    since = evidence.in_era(run, era) if era else ""
    first = first_replayed(r)
    one_since = skill(era, 1) if era else None
    found = evidence.verdict(run, r.view.series_id, run.headline, 1)
    beaten = none_beats(r, era or "all")
    return findings.models_find(found, one_since, since, first, beaten, evidence.era_names(run))
