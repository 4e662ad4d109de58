"""What changed since the last issue, whether events would have been known, and what if policy changes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecast.report import codes, labels
from forecast.report import format as w
from forecast.report import view as facts
from forecast.report.blocks import Block, Chart, Head, Note, Row, Section, Table, Toggle
from forecast.report.catalogue import shipped, t
from forecast.report.figures import style as f
from forecast.report.figures.known import LINES, CasePanel
from forecast.report.rows import records
from forecast.report.sections import findings
from forecast.report.sections.top import Report
from forecast.tables.forecasts import at_level, select

if TYPE_CHECKING:
    from forecast.experiment.run import Run

# --------------------------------------------------------------------------- what changed


def changed_section(r: Report) -> Section:
    """Return "What changed since last month?"."""
    table = r.run.changes
    question, nav = t("What changed since last month?"), t("What changed?")
    if not len(table):
        return Section(
            "changed", question, nav, t("This is the first issue: there is no earlier one to compare with.")
        )
    rows = []
    for n, row in enumerate(records(table)):
        change = (
            ""
            if pd.isna(row.change) or n in (0, len(table) - 1)
            else w.signed(w.forecast_number(float(row.change)))
        )
        rows.append(
            Row(
                (
                    w.capital(codes.step_words(row)),
                    w.rounded(float(row.forecast)),
                    change,
                    codes.why_words(row),
                ),
                "lead" if n == len(table) - 1 else "",
            )
        )
    month = r.view.ahead["month"].iloc[0] if len(r.view.ahead) else r.view.last + 1
    caption = t("From the last issue to this one: forecast for {month}", month=w.month_long(month))
    steps = [
        (codes.step_words(row), float(row.change))
        for row in records(table.iloc[1:-1])
        if pd.notna(row.change)
    ]
    find = findings.changed_find(
        w.month_name(month), float(table["forecast"].iloc[0]), float(table["forecast"].iloc[-1]), steps
    )
    head = (Head(t("Step")), Head(t("Forecast"), "n"), Head(t("Change"), "n"), Head(t("Why")))
    foot = t(
        "Steps are recomputed one at a time, in this order; unrounded they add up exactly (changes.csv)."
    )
    return Section("changed", question, nav, find, (Table(caption, head, tuple(rows), foot),))


# --------------------------------------------------------------------------- would we have known


def known_section(r: Report) -> Section:
    """Return "Would we have known?": named dates, and the typical miss by how much was known."""
    question = nav = t("Would we have known?")
    cases = case_list(r)
    table, find = knowledge_table(r)
    worth = worth_table(r)
    blocks: list[Block] = [known_chart(r, cases)] if cases else []
    blocks += [one for one in (table, worth) if one is not None]
    if not blocks:
        find = t(
            "Not compared in this report: no dates are named for it, and the replay was run with one state of"
            " knowledge."
        )
    return Section("known", question, nav, find, tuple(blocks))


def case_list(r: Report) -> list[CasePanel]:
    """Return the named dates of a run as panels."""
    table = r.run.cases
    if not len(table):
        return []
    table = select(table, series_id=r.view.series_id)
    models = list(dict.fromkeys(table["model"]))
    model = r.run.headline if r.run.headline in models else models[0] if models else ""
    out = []
    for _, rows in select(table, model=model).groupby("case", sort=False):
        rows = rows[rows["horizon"] <= 6]
        ahead = pd.DataFrame(index=sorted(rows["month"].unique()))
        for knowledge in LINES:
            part = at_level(select(rows, knowledge=knowledge), 0.5)
            if len(part):
                ahead[knowledge] = part.set_index("month")["value"]
        source = "at_origin" if "at_origin" in ahead else "none"
        for column, level in (("lower_80", 0.1), ("upper_80", 0.9)):
            part = at_level(select(rows, knowledge=source), level)
            if len(part):
                ahead[column] = part.set_index("month")["value"]
        ahead["actual"] = rows.drop_duplicates("month").set_index("month")["actual"].astype(float)
        first = rows["month"].min()
        history = r.view.counts[r.view.counts.index < first].iloc[-9:]
        if len(history):
            label = shipped(str(rows["label"].iloc[0]))
            out.append(CasePanel(w.day_long(rows["origin"].iloc[0]), label, history, ahead))
    return out


def known_chart(r: Report, cases: list[CasePanel]) -> Chart:
    """Return chart 6."""
    from forecast.report.figures.known import known_chart as draw_known
    from forecast.report.figures.known import scales

    held = total = 0
    for case in cases:
        if "lower_80" in case.ahead:
            rows = case.ahead.dropna(subset=["lower_80", "upper_80", "actual"])
            held += int(((rows["actual"] >= rows["lower_80"]) & (rows["actual"] <= rows["upper_80"])).sum())
            total += len(rows)
    draw = partial(draw_known, cases)
    tops = scales(cases)
    own = [w.number_word(i + 1) for i, top in enumerate(tops) if top < max(tops)]
    scale = (
        t(". Panel {own} has its own scale", own=w.joined(own))
        if len(own) == 1
        else t(". Panels {own} have their own scales", own=w.joined(own))
        if own
        else ""
    )
    unit = f.unit_words(max(tops), r.view.name.unit_words)
    told = " ".join(
        t("Made {title}: {case}.", title=case.title, case=_case_words(case, r.view.whole)) for case in cases
    )
    return r.studio.chart(
        draw,
        Chart(
            "would-we-have-known",
            title=findings.known_title(len(cases), held, total),
            subtitle=w.capital(
                t(
                    "{measure}{unit}: the year before, six-month forecasts made on the date above each panel,"
                    " and what happened (dots){scale}",
                    measure=r.view.name.measure,
                    unit=", " + unit if unit else "",
                    scale=scale,
                )
            ),
            note=t(
                "Shaded: 80% range of the forecast with events as known at the time, cut where it leaves the"
                " scale. Hindsight knows dates, shapes and ends of all events: no one had it, and it is shown"
                " only to measure what foresight would have been worth. {source}",
                source=r.source,
            ),
            label=t(
                "{number} small line charts. {told}", number=w.capital(w.number_word(len(cases))), told=told
            ),
            csv="knowledge.csv",
            table=cases_table(cases, r.view.whole),
            toggles=_knowledge_toggles(cases),
            toggle_words=t("Show the forecast made with:"),
            toggle_group="kn",
        ),
    )


def _knowledge_toggles(cases: list[CasePanel]) -> tuple[Toggle, ...]:
    """Return one button for each state of knowledge that the cases
    have, and one for all; none for a single one.
    """
    words = {
        "none": (t("no events|of the calendar"), "7 4"),
        "at_origin": (t("events as known at the time"), ""),
        "hindsight": (t("hindsight"), "2 3"),
    }
    there = [
        key for key in LINES if any(key in case.ahead and case.ahead[key].notna().any() for case in cases)
    ]
    if len(there) < 2:
        return ()
    every = t("all three") if len(there) == 3 else t("both")
    buttons = [Toggle(LINES[key][0], words[key][0], LINES[key][1], words[key][1]) for key in there]
    return (Toggle("kn-all", every, checked=True), *buttons)


def _case_words(case: CasePanel, whole: bool) -> str:
    last = case.ahead.iloc[-1]
    words = {**{key: t(line[2]) for key, line in LINES.items()}, "none": t("no events|of the calendar")}
    parts = [
        f"{words[key]} {w.rounded(float(last[key]), whole)}"
        for key in LINES
        if key in last and np.isfinite(last[key])
    ]
    if np.isfinite(last["actual"]):
        parts.append(t("happened {count}", count=w.count(float(last["actual"]))))
    return f"{w.month_long(case.ahead.index[-1])} {', '.join(parts)}"


def cases_table(cases: list[CasePanel], whole: bool) -> Table:
    """Return the last month of each case: what each state of knowledge gave, and what happened."""
    head = (
        Head(t("Made on")),
        Head(t("for"), "w"),
        Head(t("no events|of the calendar"), "n"),
        Head(t("as known"), "n"),
        Head(t("80% range"), "n"),
        Head(t("hindsight"), "n"),
        Head(t("happened"), "n"),
    )
    out = []
    for case in cases:
        last = case.ahead.iloc[-1]

        def cell(key: str, row: pd.Series = last) -> str:
            return (
                w.rounded(float(row[key]), whole) if key in row and np.isfinite(row[key]) else t("none|cell")
            )

        ends = (
            w.span(float(last["lower_80"]), float(last["upper_80"]), whole)
            if "lower_80" in last and np.isfinite(last["lower_80"])
            else t("refused")
        )
        actual = w.count(float(last["actual"])) if np.isfinite(last["actual"]) else t("not yet known")
        out.append(
            Row(
                (
                    case.title,
                    w.month_short(case.ahead.index[-1]),
                    cell("none"),
                    cell("at_origin"),
                    ends,
                    cell("hindsight"),
                    actual,
                )
            )
        )
    return Table(t("Forecasts for the last month shown, made on each date"), head, tuple(out), kind="dates")


def knowledge_table(r: Report) -> tuple[Table | None, str]:
    """Return the typical miss by how much of the events was known, and the finding; none below 24 dates."""
    table = r.run.knowledge
    if not len(table):
        return None, t("The dates below were named before they were run.")
    rows = select(table, series_id=r.view.series_id)
    # a factor can only be made of a miss on logs
    rows = select(rows, metric="median_error", coding=r.run.experiment.events.coding)
    models = list(dict.fromkeys(rows["model"]))
    model = r.run.headline if r.run.headline in models else models[0] if models else ""
    rows = select(rows, model=model)
    rows = rows[rows["horizon"].astype(str).isin(["1", "3", "6"])]
    if not len(rows) or float(rows["n"].min()) < 24:
        return None, t("There are fewer than 24 dates to compare; named dates stand alone.")
    out = [
        Row(
            (
                str(row.horizon),
                *(w.factor(float(np.exp(value))) for value in (row.none, row.at_origin, row.hindsight)),
            )
        )
        for row in records(rows)
    ]
    head = (
        Head(t("Months ahead")),
        Head(t("No events"), "n"),
        Head(t("As known at the time"), "n"),
        Head(t("With hindsight (not available to anyone)"), "n"),
    )
    far = rows.iloc[-1]
    find = findings.known_find(
        int(far["horizon"]), float(far["none"]), float(far["at_origin"]), float(far["hindsight"])
    )
    caption = t(
        "Half of the forecasts were off by more than this factor: {dates}, model “{model}”",
        dates=w.plural(int(rows["n"].min()), "date"),
        model=labels.model_name(model),
    )
    return Table(caption, head, tuple(out)), find


def worth_table(r: Report) -> Table | None:
    """Return how much smaller the mean miss was with events, in
    both codings, with ranges; none below 24 dates.
    """
    table = r.run.knowledge
    if not len(table) or "gain_hindsight" not in table:
        return None
    rows = select(table, series_id=r.view.series_id, metric="mae")
    rows = select(rows, model=r.run.headline)
    rows = rows[rows["horizon"].astype(str).isin(["1", "6", "all"]) & (rows["n"] >= 24)]
    if not len(rows):
        return None
    coded = {"rule": t("by rule"), "judged": t("judged afterwards")}
    out = []
    for row in records(rows):
        ahead = t("all|distances") if str(row.horizon) == "all" else str(row.horizon)
        known, after = (
            _gain(*three)
            for three in (
                (row.gain, row.lower, row.upper),
                (row.gain_hindsight, row.lower_hindsight, row.upper_hindsight),
            )
        )
        out.append(Row((coded.get(str(row.coding), str(row.coding)), ahead, known, after)))
    head = (
        Head(t("Events coded")),
        Head(t("Months ahead")),
        Head(t("As known at the time, 90% range"), "n"),
        Head(t("With hindsight, 90% range"), "n"),
    )
    foot = t(
        "Mean absolute miss against the same forecast without events; plus is better. Where a range holds"
        " zero, nothing is shown. The judged coding was made by people who knew the figures, so part of its"
        " gain is hindsight even where the events were known."
    )
    return Table(
        t("What knowing the events was worth: {dates}", dates=w.plural(int(rows["n"].min()), "date")),
        head,
        tuple(out),
        foot,
    )


def _gain(gain: float, lower: float, upper: float) -> str:
    if not np.isfinite(gain):
        return t("not measured")
    if not np.isfinite(lower):
        return f"{w.signed(100 * gain)}%"
    size, low, high = (f"{w.signed(100 * v)}%" for v in (gain, lower, upper))
    return t("{size} ({low} to {high})", size=size, low=low, high=high)


# --------------------------------------------------------------------------- what if


def if_section(r: Report) -> Section | None:
    """Return "What if policy changes?", or None where no scenario is configured."""
    run, view = r.run, r.view
    table = run.scenarios
    if not len(table) or not len(view.ahead):
        return None
    rows = select(table, series_id=view.series_id)
    models = list(dict.fromkeys(rows["model"]))
    model = run.headline if run.headline in models else models[0] if models else ""
    rows = select(rows, model=model)
    base = base_path(r, model)
    paths = {str(name): facts.quantiles(part) for name, part in rows.groupby("scenario", sort=False) if name}
    # a joint effect has no middle: the old page takes that of its inner range
    inner = {n: (p["lower_50"] * p["upper_50"]) ** 0.5 for n, p in paths.items()}
    paths = {name: path.assign(middle=path["middle"].fillna(inner[name])) for name, path in paths.items()}
    if not paths or not len(base):
        return None
    last = base.iloc[-1]
    words = {name: _scenario_words(run, name) for name in paths}
    figure = {name for name in paths if _about_a_figure(run, name)}
    out = [
        Row(
            (
                t("Nothing new: no measure is added or ended"),
                w.rounded(last.middle, view.whole),
                _ends(last, view.whole),
                "",
            )
        )
    ]
    notes = _size_words(run, view.series_id, model)
    sources = tuple(Note(f"{words[name]}.", notes[name]) for name in paths if name in notes)
    told: list[tuple[str, float]] = []
    figures: list[tuple[str, float]] = []
    for name, path in sorted(paths.items(), key=lambda item: item[0] in figure):
        end = path[path["month"] == last.month]
        if not len(end):
            continue
        row = end.iloc[0]
        times = f"{w.factor(row.middle / last.middle)}" if last.middle > 0 else ""
        out.append(Row((words[name], w.rounded(row.middle, view.whole), _ends(row, view.whole), times)))
        (figures if name in figure else told).append((words[name], float(row.middle)))
    foot = t(
        "The ranges of scenarios add the uncertainty of the effect to that of the forecast. They assume that"
        " an effect would be as large as it was before."
    )
    head = (
        Head(t("If")),
        Head(t("then about"), "n"),
        Head(t("80% range"), "n"),
        Head(t("against nothing new"), "n"),
    )
    find = findings.if_find(last.month, float(last.middle), told, view.whole)
    find += "".join(
        t(
            " With no new measure either, but “{words}”: {number}.",
            words=words_of,
            number=w.rounded(value, view.whole),
        )
        for words_of, value in figures
    )
    answer = Table(t("If … then: {month}", month=w.month_long(last.month)), head, tuple(out), foot)
    chart = scenario_chart(r, base, paths, words)
    question = findings.if_question(len(told) > 0, len(figures) > 0)
    return Section(
        "if", question, t("What if?"), find, (chart, answer, sources) if sources else (chart, answer)
    )


def base_path(r: Report, model: str) -> pd.DataFrame:
    """Return the forecast with nothing new of the model that the scenarios were made with, six months."""
    table = r.run.forecasts
    rows = select(table, model=model, series_id=r.view.series_id, scenario="")
    known = set(rows["knowledge"])
    rows = rows[rows["knowledge"] == ("at_origin" if "at_origin" in known else "none")]
    made = facts.quantiles(rows)
    return made[made["horizon"] <= 6].reset_index(drop=True)


def _about_a_figure(run: Run, name: str) -> bool:
    """Tell whether a scenario asks about a figure, not about policy."""
    spec = run.experiment.scenario.get(name)
    return (
        spec is not None and len(spec.changes) > 0 and all("with_leak" in change for change in spec.changes)
    )


def _size_words(run: Run, series_id: str, model: str) -> dict[str, str]:
    """Return what each scenario takes as its size, from the notes of the run; events by their names."""
    if not len(run.scenario_notes):
        return {}
    rows = select(run.scenario_notes, series_id=series_id, model=model, status="ok")
    called = dict(zip(run.events["id"], run.events["name"], strict=True))
    told: dict[str, list[str]] = {}
    for row in records(rows):
        told.setdefault(str(row.scenario), []).append(codes.note_words(row, called))
    return {name: w.capital(" ".join(sentences)) for name, sentences in told.items()}


def _scenario_words(run: Run, name: str) -> str:
    spec = run.experiment.scenario.get(name)
    return shipped(spec.label) if spec is not None and spec.label else w.capital(name.replace("_", " "))


def _ends(row: Any, whole: bool) -> str:
    return (
        w.span(row.lower_80, row.upper_80, whole)
        if np.isfinite([row.lower_80, row.upper_80]).all()
        else t("refused")
    )


def scenario_chart(
    r: Report, base: pd.DataFrame, paths: dict[str, pd.DataFrame], words: dict[str, str]
) -> Chart:
    """Return chart 7."""
    from forecast.report.figures.scenarios import scenarios_chart

    view = r.view
    counts = view.counts.iloc[-13:].dropna()
    frame = pd.DataFrame({"month": counts.index, "value": counts.to_numpy()})
    parts = []
    for name, path in paths.items():
        both = path.merge(base[["month", "middle"]], on="month", suffixes=("", "_base"))
        moved = both[~np.isclose(both["middle"], both["middle_base"], rtol=1e-4)]
        if len(moved):
            parts.append(
                both[both["month"] >= moved["month"].iloc[0]].assign(scenario=name, label=words[name])
            )
    drawn = (
        pd.concat(parts, ignore_index=True)
        if parts
        else pd.DataFrame(columns=["scenario", "label", "month", "middle"])
    )
    draw = partial(scenarios_chart, frame, base, drawn, whole=view.whole)
    end = base["month"].iloc[-1]
    unit = f.unit_words(float(base["upper_80"].max()), view.name.unit_words)
    ends = [float(rows["middle"].iloc[-1]) for _, rows in drawn.groupby("scenario", sort=False)]
    told = "; ".join(
        [
            t("nothing new {number}", number=w.rounded(base["middle"].iloc[-1], view.whole)),
            *(
                f"{words[str(n)]} {w.rounded(rows['middle'].iloc[-1], view.whole)}"
                for n, rows in drawn.groupby("scenario", sort=False)
            ),
        ]
    )
    return r.studio.chart(
        draw,
        Chart(
            "scenarios",
            title=findings.if_title(
                float(base["middle"].iloc[-1]),
                ends,
                base["middle"].to_list(),
                any(_about_a_figure(r.run, n) for n in paths),
            ),
            subtitle=w.capital(
                t(
                    "{measure}{unit}. Count to {last}, then {paths}",
                    measure=view.name.measure,
                    unit=", " + unit if unit else "",
                    last=w.month_long(view.last),
                    paths=w.word_plural(len(paths) + 1, "“if … then” path"),
                )
            ),
            note=t(
                "Scenarios are not predictions and carry no probability. Each is the middle forecast changed"
                " by an effect estimated or assumed in this report. {source}",
                source=r.source,
            ),
            label=t("Line chart to {end}: {told}.", end=w.month_long(end), told=told),
            csv="scenarios.csv",
            table=scenario_table(base, paths, words, view.whole),
        ),
    )


def scenario_table(
    base: pd.DataFrame, paths: dict[str, pd.DataFrame], words: dict[str, str], whole: bool
) -> Table:
    """Return every month of every scenario."""
    head = (Head(t("Month")), Head(t("nothing new"), "n"), *(Head(words[name], "n") for name in paths))
    out = []
    for row in records(base):
        cells = [w.month_short(row.month), w.rounded(row.middle, whole)]
        for path in paths.values():
            found = path[path["month"] == row.month]
            cells.append(w.rounded(float(found["middle"].iloc[0]), whole) if len(found) else t("none|cell"))
        out.append(Row(tuple(cells)))
    return Table(t("Middle of the forecast under each “if”"), head, tuple(out), kind="dates")
