"""What each policy seemed to do: jumps, what hangs on the choices, with and without, what cannot be told."""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.report import codes, labels
from forecast.report import format as w
from forecast.report.blocks import Block, Cell, Chart, Head, Row, Section, Table
from forecast.report.catalogue import mark, t
from forecast.report.figures import style as f
from forecast.report.prose import prose
from forecast.report.rows import records
from forecast.report.sections import findings
from forecast.report.sections.top import Report
from forecast.tables.forecasts import select


class EffectRow(Protocol):
    """An event with its estimated effect, as `effect_rows` lays it out."""

    event: str
    label: str
    estimate: float
    clear: bool
    firm: bool
    varied: findings.Varied
    expected: float
    fall: float
    rise: float


def effects_section(r: Report) -> Section:
    """Return "What did each policy seem to do?", or one line in
    its place where no event touches the figures.
    """
    question, nav = t("What did each policy seem to do?"), t("What did each policy do?")
    if not len(r.run.events):
        text = t(
            "No policy effect is estimated in this report. The event calendar has no measure that began in"
            " the figures used."
        )
        return Section("effects", question, nav, text)
    rows = effect_rows(r)
    blocks: list[Block] = [] if not len(rows) else [effects_chart(r, rows), *closer_blocks(r, rows)]
    cannot = cannot_table(r, rows)
    blocks += [cannot] if cannot is not None else []
    if not len(rows):
        text = t("No policy effect is estimated in this report.")
        return Section("effects", question, nav, text, tuple(blocks))
    return Section("effects", question, nav, findings.effects_find(_told(rows)), tuple(blocks))


def effect_rows(r: Report) -> pd.DataFrame:
    """Return one row for each measure or group of the effects table: both ranges, placebo, names."""
    table = r.run.effects
    if not len(table):
        return pd.DataFrame()
    table = select(table, series_id=r.view.series_id)
    table = table[table["model"] == table["model"].iloc[0]] if len(table) else table
    table = table[table["estimate"].notna()]  # `cannot_table` tells those that have no estimate
    out = []
    for event, rows in table.groupby("event", sort=False):
        row = rows.iloc[0]
        members, months, label = _event(r, str(event), row["group"])
        month = months[0] if months else None
        entry: dict[str, Any] = {
            "event": event,
            "label": label,
            "month": month,
            "members": members,
            "estimate": float(row["estimate"]),
            "placebo_p": float(row["placebo_p"]),
            "placebo_n": float(row["placebo_n"]),
            "note": row["note"],
            "shrunken": float(row["shrunken"]),
            "shrunken_se": float(row["shrunken_se"]),
        }
        for name, level in (("80", 0.8), ("95", 0.95)):
            found = rows[np.isclose(rows["level"].astype(float), level)]
            entry[f"lower_{name}"] = float(found["lower"].iloc[0]) if len(found) else np.nan
            entry[f"upper_{name}"] = float(found["upper"].iloc[0]) if len(found) else np.nan
        entry["clear"], entry["words"] = bool(row["clear"]), str(row["words"])
        entry["recent_p"] = float(row["placebo_p_recent"])
        entry["band_low"], entry["band_high"] = (float(row[f"placebo_{end}"]) for end in ("lower", "upper"))
        entry["fall"], entry["rise"] = -row["detectable_fall"] / 100, row["detectable_rise"] / 100
        entry["why_group"], entry["group_values"] = str(row["why_group"]), str(row["group_values"])
        entry["coding"] = str(row["coding"])
        entry["varied"] = varied(r, str(event), entry["estimate"])
        entry["choices"] = _choices(r, str(event), entry["varied"])
        entry["firm"] = entry["clear"] and (entry["varied"] is None or entry["varied"].firm)
        known = np.isfinite(entry["placebo_p"])
        entry["ordinary"] = w.hits(row["placebo_larger"], row["placebo_n"]) if known else t("not tested")
        entry["about"] = _about(months, len(members))
        entry["expected"] = _expected(r, str(event), row["group"], entry["coding"])
        out.append(entry)
    made = pd.DataFrame(out)
    return made.sort_values("month", ignore_index=True) if len(made) else made


def _event(r: Report, event: str, group: Any) -> tuple[list[str], list[pd.Period], str]:
    """Return names of the members, first and last month in which
    one of them began, and short name of a group.
    """
    calendar = r.run.events
    ids = [part.strip() for part in str(group).replace("+", ";").split(";")] if isinstance(group, str) else []
    rows = calendar[calendar["id"].isin([event, *ids])]
    if not len(rows) and "bundle" in calendar:
        rows = calendar[calendar["bundle"] == event]
    if not len(rows):
        return [event], [], w.shortened(event, labels.EVENT_LIMIT)
    rows = rows.sort_values("effective_start")
    months = [pd.Period(day, "M") for day in rows["effective_start"].iloc[[0, -1]]]
    bundle = (
        str(rows["bundle"].iloc[0]) if "bundle" in rows and isinstance(rows["bundle"].iloc[0], str) else ""
    )
    lead = calendar[calendar["id"] == event]
    chosen = lead.iloc[0] if len(lead) else rows.iloc[0]
    label = labels.event_name(str(chosen["id"]), str(chosen["name"]), bundle if len(rows) > 1 else "")
    return [str(name) for name in rows["name"]], months, label


def _expected(r: Report, event: str, group: Any, coding: str) -> float:
    """Return the sign that the calendar expects of an event or a
    group; 0 where it has none or its members differ.
    """
    calendar = r.run.events
    ids = {event, *(part.strip() for part in str(group).replace("+", ";").split(";"))}
    column = "judged_sign" if coding == "judged" and "judged_sign" in calendar else "sign"
    if column not in calendar:
        return 0.0
    signs = {
        {"+": 1.0, "-": -1.0}.get(str(sign), 0.0) for sign in calendar.loc[calendar["id"].isin(ids), column]
    }
    return signs.pop() if len(signs) == 1 else 0.0


def _about(months: list[pd.Period], members: int) -> str:
    """Return the date below a name: that of all its members, where they began in different months."""
    if not months:
        return ""
    span = w.month_short(months[0])
    if months[-1] != months[0]:
        return t(
            "{first} to {last} · {number} measures",
            first=span,
            last=w.month_short(months[-1]),
            number=w.count(members),
        )
    return (
        t("{month} · {number} measures together", month=span, number=w.count(members))
        if members > 1
        else span
    )


def varied(r: Report, event: str, estimate: float) -> findings.Varied | None:
    """Return how an effect comes out under the other choices, or None where they were not tried."""
    table = r.run.specification
    if not len(table):
        return None
    rows = table[table["event"] == event]
    rows = rows[rows["counted"].astype(bool)]
    percent = rows["percent"].to_numpy(float)
    percent = percent[np.isfinite(percent)]
    if not len(percent):
        return None
    same = int((np.sign(percent) == np.sign(estimate)).sum())
    return findings.Varied(same, len(percent), float(percent.min()), float(percent.max()))


def _told(rows: pd.DataFrame) -> list[findings.Jump]:
    return [
        findings.Jump(
            row.label,
            row.month,
            row.estimate,
            row.lower_80,
            row.upper_80,
            row.clear,
            row.varied,
            row.expected,
            row.words,
            unseen(row),
        )
        for row in records(rows)
    ]


def effects_chart(r: Report, rows: pd.DataFrame) -> Chart:
    """Return chart 5."""
    from forecast.report.figures.effects import effects_chart as draw_effects

    draw = partial(draw_effects, rows)
    told = "; ".join(
        f"{row.label} {w.month_short(row.month) if row.month is not None else ''} {w.effect(row.estimate)}"
        for row in records(rows)
    )
    tested = rows[rows["placebo_p"].notna()]
    note = prose("effects").note(
        bool(rows["varied"].notna().any()),
        int((rows["clear"] & rows["recent_p"].isna()).sum()),
        int((rows["words"] == "not_recently").sum()),
        len(tested),
        0.05 * len(tested),
        bool((rows["coding"] == "judged").any()),
    )
    return r.studio.chart(
        draw,
        Chart(
            "effects",
            title=findings.effects_title(
                int(rows["clear"].sum()), len(rows), int((rows["clear"] & ~rows["firm"].astype(bool)).sum())
            ),
            subtitle=t(
                "Estimated change in the monthly count when each measure or group of measures began, with 80%"
                " range (thick) and 95% range (thin)"
            ),
            note=f"{note} {r.source}",
            label=t("Dot and interval chart. {told}.", told=told),
            csv="effects.csv",
            table=effects_table(r, rows),
        ),
    )


def unseen(row: EffectRow) -> str:
    """Return which changes these months could not have shown; empty of an effect that stands out."""
    if row.clear or not np.isfinite([row.fall, row.rise]).all():
        return ""
    return prose("effects").unseen(row.expected, row.fall, row.rise)


def effects_table(r: Report, rows: pd.DataFrame) -> Table:
    """Return the jumps with both ranges, the shrunken estimate, the placebo and the jump in counts."""
    head = (
        Head(t("Measure or group")),
        Head(t("began"), "w"),
        Head(t("jump"), "n"),
        Head(t("80% range"), "n"),
        Head(t("95% range"), "n"),
        Head(t("drawn towards expectation"), "n"),
        Head(t("ordinary months with as large a jump"), "n"),
        Head(prose("effects").said_head()),
        Head(t("under other choices of model"), "n"),
        Head(t("in numbers, from the month before"), "n"),
    )
    out = []
    for row in records(rows):
        before = r.view.value(row.month - 1) if row.month is not None else None
        counts = (
            t("none|cell")
            if before is None
            else f"{w.rounded(before)} → {w.rounded(before * np.exp(row.estimate))}"
        )
        if "differ_in_shape" in str(row.note).split(";"):
            counts = t("not one jump: the measures act in different months")
        ends = [
            (
                t("{low} to {high}", low=w.effect(low), high=w.effect(high))
                if np.isfinite([low, high]).all()
                else t("refused")
            )
            for low, high in ((row.lower_80, row.upper_80), (row.lower_95, row.upper_95))
        ]
        shrunken = w.effect(row.shrunken) if np.isfinite(row.shrunken) else t("none|cell")
        out.append(
            Row(
                (
                    Cell(row.label, " · ".join(row.members) if len(row.members) > 1 else ""),
                    w.month_short(row.month) if row.month is not None else t("none|cell"),
                    w.effect(row.estimate),
                    *ends,
                    shrunken,
                    row.ordinary,
                    Cell(codes.told("effect", row.words), unseen(row)),
                    row.choices,
                    counts,
                )
            )
        )
    caption = t("Estimated jumps and the measures that share each date")
    return Table(caption, head, tuple(out), prose("effects").foot())


def _choices(r: Report, event: str, found: findings.Varied | None) -> str:
    """Return how an effect comes out under the other choices that count, or how many were tried in vain."""
    table = r.run.specification
    tried = int((table["event"] == event).sum()) if len(table) else 0
    return prose("effects").none_counted(tried) if tried and found is None else findings.varied_cell(found)


def cannot_table(r: Report, effects: pd.DataFrame) -> Table | None:
    """Return what could not be separated or estimated, and why;
    measures of first priority by name, the rest counted.
    """
    table, calendar = r.run.estimability, r.run.events
    groups = [row for row in records(effects) if len(row.members) > 1] if len(effects) else []
    out = [
        Row(
            (
                " · ".join(row.members),
                t("one joint jump"),
                codes.group_words(row.why_group, row.group_values) or t("in force in the same months"),
            )
        )
        for row in groups
    ]
    out += _failed(r)
    rest = 0
    if len(table) and len(calendar):
        table = select(table, series_id=r.view.series_id)
        # what nobody could know of on this date stays in the file: the page is written as of it
        rows = table[~table["action"].isin(["used", "not_announced"])]
        called = dict(zip(calendar["id"], calendar["name"], strict=True))
        shown = calendar["priority"] == 1
        shown = shown | (calendar["judged_priority"] == 1) if "judged_priority" in calendar else shown
        told = {name for row in groups for name in row.members}
        first = {e for e in calendar.loc[shown, "id"] if called[e] not in told}
        named = rows[rows["event"].isin(first)]
        rest = int((~rows["event"].isin(set(calendar.loc[shown, "id"]))).sum())
        alike: dict[tuple[str, str], list[str]] = {}
        for row in records(named):
            words = (codes.action_words(row, called), codes.reason_words(row))
            alike.setdefault(words, []).append(str(called.get(row.event, row.event)))
        out += [Row((" · ".join(names), *words)) for words, names in alike.items()]
    if not out and not rest:
        return None
    foot = (
        t("One event of lower priority is in estimability.csv.")
        if rest == 1
        else (
            t(
                "{number} events of lower priority are in estimability.csv.",
                number=w.capital(w.number_word(rest)),
            )
            if rest
            else ""
        )
    )
    head = (Head(t("Measures")), Head(t("What the report does")), Head(t("Why")))
    return Table(t("What cannot be separated or estimated, and why"), head, tuple(out), foot)


def _failed(r: Report) -> list[Row]:
    """Return the events without an estimate: they cannot be separated, or their model could not be fitted."""
    table = r.run.effects
    rows = select(table, series_id=r.view.series_id) if len(table) else table
    rows = rows[rows["estimate"].isna()] if len(rows) else rows
    out = []
    for row in records(rows.drop_duplicates("event") if len(rows) else rows):
        names = " · ".join(_event(r, str(row.event), row.group)[0])
        why = codes.group_words(row.why_group, row.group_values) or str(row.message)
        out.append(Row((names, codes.told("effect", str(row.words)), why)))
    return out


# --------------------------------------------------------------------------- with and without, under other
# choices

#: Column of the specification table -> its heading, and its options in the words of a reader.
FACTORS = {
    "shape": (
        mark("Shape"),
        {
            "step": mark("lasting step"),
            "decay": mark("step that fades"),
            "ramp": mark("gradual"),
            "own": mark("as in the calendar"),
            "pulse": mark("only its months"),
        },
    ),
    "transform": (mark("Scale"), {"log": mark("logarithms"), "none": mark("counts"), "box-cox": "Box-Cox"}),
    "window": (mark("Figures used"), {"all": mark("all months")}),
    "order": (
        mark("ARIMA orders"),
        {"given": mark("as in this report"), "airline": "(0,1,1)(0,1,1)", "auto": mark("chosen by AICc")},
    ),
    "beside": (mark("Other events in the model"), {"all": mark("all|events"), "none": mark("none|events")}),
}


def closer_blocks(r: Report, rows: pd.DataFrame) -> list[Block]:
    """Return the months with and without each effect, and what
    hangs on the choices for the largest firm one.
    """
    run = r.run
    response, curves, fading = run.response, run.specification, run.fading
    blocks: list[Block] = []
    claimed = rows.assign(size=rows["estimate"].abs()).sort_values(["firm", "clear", "size"], ascending=False)
    if len(response):
        there = claimed[claimed["event"].isin(response.loc[response["part"] == "month", "event"])]
        if len(there):
            blocks.append(response_chart(r, response, records(there)[0]))
        blocks.append(totals_table(r, response, rows))
    if len(curves):
        there = claimed[claimed["varied"].notna()]
        if len(there):
            blocks.append(specification_chart(r, curves, records(there)[0]))
    if len(fading):
        blocks.append(fading_table(fading, rows))
    return blocks


def _months_of(response: pd.DataFrame, event: str, basis: str) -> pd.DataFrame:
    found = response[
        (response["event"] == event) & (response["part"] == "month") & (response["basis"] == basis)
    ]
    words = {"without": "middle", "without_lower_80": "lower_80", "without_upper_80": "upper_80"}
    return found.rename(columns=words).reset_index(drop=True)


def response_chart(r: Report, response: pd.DataFrame, row: EffectRow) -> Chart:
    """Return the counts of the months of one event, with and without it."""
    from forecast.report.figures.counterfactual import response_chart as draw_response

    view = r.view
    before, same = (_months_of(response, row.event, basis) for basis in ("forecast before", "same months"))
    first, last = same["month"].iloc[0], same["month"].iloc[-1]
    counts = view.counts[(view.counts.index >= first - 12) & (view.counts.index <= last)].dropna()
    frame = pd.DataFrame({"month": counts.index, "value": counts.to_numpy()})
    draw = partial(draw_response, frame, before, same)
    total = _total(response, row.event, "same months")
    span = w.span(total.without_lower_80, total.without_upper_80, view.whole)
    unit = f.unit_words(float(counts.max()), view.name.unit_words)
    title = t(
        "With “{label}” {happened} were counted in {months}; this model gives {span} without its effect",
        label=row.label,
        happened=w.rounded(total.happened, view.whole),
        months=w.plural(len(same), "month"),
        span=span,
    )
    title += t(", and the sign of that effect depends on the model") if row.clear and not row.firm else ""
    return r.studio.chart(
        draw,
        Chart(
            "with-and-without",
            title=title,
            subtitle=w.capital(
                t(
                    "{measure}{unit}: the count, a forecast made the month before with its 80% range, and the"
                    " same months with the estimated effect taken out, with the 80% range of that estimate",
                    measure=view.name.measure,
                    unit=", " + unit if unit else "",
                )
            ),
            note=t(
                "Neither line is what would have happened. The forecast knew nothing that came later, so all"
                " other changes of those months are in its difference; it ends after a year. The effect taken"
                " out keeps the ups and downs of the months and holds only the doubt about its size. Ranges"
                " are by simulation, cut where they leave the scale. {source}",
                source=r.source,
            ),
            label=t(
                "Line chart, {first} to {last}. Counted {happened}; without the effect {span}.",
                first=w.month_long(counts.index[0]),
                last=w.month_long(last),
                happened=w.rounded(total.happened, view.whole),
                span=span,
            ),
            csv="response.csv",
            table=_response_table(before, same, row.label, view.whole),
        ),
    )


def _total(response: pd.DataFrame, event: str, basis: str) -> Any:
    found = response[
        (response["event"] == event) & (response["part"] == "total") & (response["basis"] == basis)
    ]
    return records(found)[0] if len(found) and np.isfinite(found["without"].iloc[0]) else None


def _response_table(before: pd.DataFrame, same: pd.DataFrame, label: str, whole: bool) -> Table:
    head = (
        Head(t("Month")),
        Head(t("counted"), "n"),
        Head(t("effect taken out"), "n"),
        Head(t("80% range"), "n"),
        Head(t("change that the shape implies"), "n"),
        Head(t("forecast made the month before"), "n"),
        Head(t("80% range"), "n"),
    )
    ahead = {row.month: row for row in records(before)}
    out = []
    for row in records(same):
        cells = [
            w.month_short(row.month),
            w.count(row.happened),
            w.rounded(row.middle, whole),
            w.span(row.lower_80, row.upper_80, whole),
            f"{w.signed(row.percent)}%",
        ]
        one = ahead.get(row.month)
        cells += (
            [t("more than a year on")] * 2
            if one is None
            else [w.rounded(one.middle, whole), w.span(one.lower_80, one.upper_80, whole)]
        )
        out.append(Row(tuple(cells)))
    return Table(t("Month by month with and without “{label}”", label=label), head, tuple(out), kind="dates")


def totals_table(r: Report, response: pd.DataFrame, rows: pd.DataFrame) -> Table:
    """Return the sums of the months of each event, with and without it."""
    head = (
        Head(t("Measure or group")),
        Head(t("months"), "n"),
        Head(t("counted"), "n"),
        Head(t("without its effect, 80% range"), "n"),
        Head(t("difference, 80% range"), "n"),
        Head(t("difference from a forecast made the month before, 80% range"), "n"),
    )
    out = []
    for row in records(rows):
        total, before = (_total(response, row.event, basis) for basis in ("same months", "forecast before"))
        if total is None:
            continue
        months = len(_months_of(response, row.event, "same months"))
        gaps = [_gap(one, r.view.whole) for one in (total, before)]
        if before is not None and before.note:
            gaps[1] += t(" (first 12 months)")
        out.append(
            Row(
                (
                    row.label,
                    w.count(months),
                    w.rounded(total.happened, r.view.whole),
                    w.span(total.without_lower_80, total.without_upper_80, r.view.whole),
                    *gaps,
                )
            )
        )
    foot = t(
        "Sums over the months in which each was in force. Where the two differences disagree, the figures do"
        " not say which is right. Measures that share months share what happened in them, so the differences"
        " do not add up."
    )
    return Table(t("With and without: sums by this model"), head, tuple(out), foot)


def _gap(total: Any, whole: bool) -> str:
    if total is None:
        return t("none|cell")
    ends = [
        w.signed(w.forecast_number(v, whole)) for v in (total.difference_lower_80, total.difference_upper_80)
    ]
    return t("{low} to {high}", low=ends[0], high=ends[1])


def specification_chart(r: Report, curves: pd.DataFrame, row: EffectRow) -> Chart:
    """Return the specification curve of one effect."""
    from forecast.report.figures.robustness import specification_chart as draw_specification

    table = curves[(curves["event"] == row.event) & np.isfinite(curves["percent"])].reset_index(drop=True)
    options = [(t(title), _options(r, table, column, words)) for column, (title, words) in FACTORS.items()]
    options = [(title, rows) for title, rows in options if len(rows) > 1]
    draw = partial(draw_specification, table, options)
    clear = int(((table["percent_lower_95"] > 0) | (table["percent_upper_95"] < 0)).sum())
    widest = findings.widest(table["percent"], options)
    cells = [
        Row((f"{title}: {option}", w.count(int(mask.sum())), *_spread(table.loc[mask, "percent"])))
        for title, rows in options
        for option, mask in rows
    ]
    head = (
        Head(t("Choice")),
        Head(t("estimates"), "n"),
        Head(t("lowest"), "n"),
        Head(t("middle"), "n"),
        Head(t("highest"), "n"),
    )
    return r.studio.chart(
        draw,
        Chart(
            "specification",
            title=findings.specification_title(row.label, row.varied, row.estimate),
            subtitle=t(
                "Mean change in the months in which “{label}” was in force, under {count} choices of model,"
                " in ascending order, with 95% range (thin); below, what was chosen for each",
                label=row.label,
                count=w.count(len(table)),
            ),
            note=t(
                "The choices were fixed in the configuration before any was run, and none is claimed to be"
                " the right one. The 95% range leaves out zero in {clear}. {counted} count for the sign:"
                " those that fit about as well as the best on the same scale, window and differences, with an"
                " effect that can be.{widest} A gradual effect builds up over {ramp_months} months; of one"
                " that fades the likeliest of the given speeds is taken. Ranges are cut where they leave the"
                " scale. {source}",
                clear=w.hits(clear, len(table)),
                counted=w.hits(row.varied.n, len(table)),
                widest=widest,
                ramp_months=w.number_word(r.run.experiment.specification.ramp_months),
                source=r.source,
            ),
            label=t(
                "Specification curve of {count} estimates; of those that count {same} have the sign of the"
                " estimate in this report, from {span}.",
                count=w.count(len(table)),
                span=prose("effects").span(row.varied),
                same=w.hits(row.varied.same, row.varied.n),
            ),
            csv="specification.csv",
            table=Table(t("The estimates by choice"), head, tuple(cells)),
        ),
    )


def _options(
    r: Report, table: pd.DataFrame, column: str, words: dict[str, str]
) -> list[tuple[str, NDArray[np.bool_]]]:
    """Return the options of one factor with the rows that have
    them, in the order of their names in `FACTORS`.
    """
    there = sorted(set(table[column]), key=lambda o: (list(words).index(o) if o in words else 99, o))
    called = dict(zip(r.run.events["id"], r.run.events["name"], strict=True))

    def name(option: str) -> str:
        if option in words:
            return t(words[option])
        kind, _, rest = option.partition("_")
        if kind == "without" and rest in called:
            return t("all but {event}", event=labels.event_name(rest, called[rest]))
        return codes.told("window", "last", {"months": rest}) if kind == "last" else option

    return [(name(str(option)), (table[column] == option).to_numpy()) for option in there]


def _spread(percent: pd.Series) -> list[str]:
    return [f"{w.signed(value)}%" for value in (percent.min(), percent.median(), percent.max())]


def fading_table(fading: pd.DataFrame, rows: pd.DataFrame) -> Table:
    """Return how fast each claimed effect faded and how early it showed."""
    label = dict(zip(rows["event"], rows["label"], strict=True))
    what = {"decay": t("how fast it faded"), "lead": t("how early it showed")}
    out = [
        Row((label[row.event], what[row.what], codes.fading_words(row)))
        for row in records(fading)
        if row.event in label
    ]
    head = (Head(t("Measure or group")), Head(t("asked")), Head(t("what the likelihood says")))
    foot = t("Months of anticipation are never before the day on which the measure was public.")
    return Table(
        t("How fast each effect faded, and how early it showed"), head, tuple(out), foot, folded=True
    )
