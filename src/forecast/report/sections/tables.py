"""The tables of the page: rows of text from rows of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.report import codes, labels
from forecast.report import format as w
from forecast.report import view as facts
from forecast.report.blocks import Cell, Head, Row, Table
from forecast.report.catalogue import t
from forecast.report.rows import ForecastRow, records
from forecast.report.sections import findings, sentences
from forecast.report.view import Held, View
from forecast.tables.forecasts import select

if TYPE_CHECKING:
    from forecast.experiment.run import Run

#: A plain estimate on logs with a standard error above this leans on others beside it.
LEANING = 1.0


def range_cell(view: View, row: ForecastRow, name: str, level: float) -> str:
    """Return a range as a cell prints it, or why there is none."""
    ends = view.range(row, name)
    if ends is not None:
        return w.span(*ends, view.whole)
    lacking = _lacking(view, row, level)
    return t("refused") if lacking is None else w.refused(*lacking)


def _lacking(view: View, row: ForecastRow, level: float) -> tuple[int, int] | None:
    """Return how many past errors a refused range has and needs, or None where that is not the reason."""
    basis = view.basis.get(int(row.horizon))
    if basis is None:
        return None
    need = facts.needed(level, basis.method, int(row.horizon))
    return None if basis.errors >= need else (int(basis.errors), need)


def next_table(view: View, as_of: pd.Timestamp) -> Table:
    """Return "What comes next?": the next six months, then the ninth and twelfth in muted ink."""
    head = (
        Head(t("Month")),
        Head(t("Forecast (middle)"), "n"),
        Head(t("80% range (8 in 10)"), "n"),
        Head(t("50% range (5 in 10)"), "n"),
        Head(t("95% range (19 in 20)"), "n"),
        Head(t("Same month a year before"), "n"),
        Head(t("Chance of more than that"), "n"),
    )
    rows, refused, steps = [], [], set()
    for row in records(view.ahead):
        horizon = int(row.horizon)
        if horizon > 6 and horizon not in (9, 12):
            continue
        before = view.value(row.month - 12)
        odds = None if before is None else view.chance_above(horizon, before)
        cells = [w.month_short(row.month), w.rounded(row.middle, view.whole)]
        for name, level in (("80", 0.8), ("50", 0.5), ("95", 0.95)):
            cells.append(range_cell(view, row, name, level))
            lacking = _lacking(view, row, level) if view.range(row, name) is None else None
            if lacking is not None:
                refused.append((name, *lacking))
        shown = [row.middle, *(end for name, *_ in facts.RANGES for end in view.range(row, name) or ())]
        steps |= {step for v in shown if (step := w.shared_step(v, view.whole)) is not None}
        # a year before the thirteenth month lies in the forecast itself: the column does not apply there
        cells.append(t("none|of a count") if before is None else w.count(before))
        cells.append(t("none|of a chance") if odds is None else w.chance(odds))
        rows.append(Row(tuple(cells), "lead" if horizon == 1 else "far" if horizon > 6 else ""))
    highest = [basis.highest for basis in view.basis.values() if np.isfinite(basis.highest)]
    top = min(highest) if highest and 0 < min(highest) < 0.97 else None
    caption = t("Forecast of {full}, as of {as_of}", full=view.name.full, as_of=w.day_long(as_of))
    return Table(caption, head, tuple(rows), sentences.rounding_note(refused, top, steps), "dates")


def chart_table(
    view: View,
    counts: pd.Series,
    ahead: pd.DataFrame,
    others: Sequence[tuple[str, str, pd.Series]],
    later: pd.DataFrame | None = None,
) -> Table:
    """Return the figures of the first chart: a row a month, which is also what the read-out speaks."""
    afterwards = (
        {} if later is None or not len(later) else dict(zip(later["month"], later["value"], strict=True))
    )
    head = [
        Head(t("Month")),
        Head(t("count"), "n"),
        Head(t("forecast"), "n"),
        Head(t("50% range|in running words"), "n"),
        Head(t("80% range|in running words"), "n"),
    ]
    head += [Head(t("happened afterwards"), "n")] if afterwards else []
    head += [Head(name, "n", toggle) for toggle, name, _ in others]
    blanks = ("",) * (len(head) - 2)
    rows = [
        Row((w.month_short(month), w.count(value), *blanks))
        for month, value in zip(counts.index, counts, strict=True)
    ]
    for row in records(ahead):
        cells = [w.month_short(row.month), "", w.rounded(row.middle, view.whole)]
        cells += [range_cell(view, row, "50", 0.5), range_cell(view, row, "80", 0.8)]
        if afterwards:
            cells.append(w.count(afterwards[row.month]) if row.month in afterwards else "")
        cells += [
            w.rounded(line[row.month], view.whole) if row.month in line.index else t("none|of a forecast")
            for *_, line in others
        ]
        rows.append(Row(tuple(cells)))
    caption = t(
        "Counts since {first} and forecasts for the next {months}",
        first=w.month_long(counts.index[0]),
        months=w.word_plural(len(ahead), "month"),
    )
    return Table(caption, tuple(head), tuple(rows), kind="dates")


def afterwards_table(view: View) -> Table:
    """Return what became known later beside the forecast; it feeds nothing."""
    head = (
        Head(t("Month")),
        Head(t("Forecast (middle)"), "n"),
        Head(t("80% range"), "n"),
        Head(t("Happened"), "n"),
        Head(t("Inside?")),
        Head(t("As published on"), "w"),
    )
    later = view.afterwards.set_index("month")
    rows = []
    for row in records(view.ahead):
        if row.month not in later.index:
            continue
        value = float(later.loc[row.month, "value"])
        ends = view.range(row, "80")
        inside = _inside(value, ends)
        day = w.day_short(later.loc[row.month, "released"])
        cells = (
            w.month_short(row.month),
            w.rounded(row.middle, view.whole),
            range_cell(view, row, "80", 0.8),
            w.count(value),
            inside,
            day,
        )
        rows.append(Row(cells))
    foot = t(
        "These counts were not public on the date of this report. They are set beside the forecast here and"
        " as hollow dots in the first chart, and feed nothing: no fit, weight, range or score."
    )
    return Table(t("What happened afterwards, latest figures"), head, tuple(rows), foot, "dates")


def _inside(value: float, ends: tuple[float, float] | None) -> str:
    """Return whether a count fell inside a range, as a cell prints it."""
    if ends is None:
        return t("refused")
    return t("yes") if ends[0] <= value <= ends[1] else t("no")


def counts_table(counts: pd.Series) -> Table:
    """Return the figures of the ten-year chart."""
    caption = t(
        "Counts, {first} to {last}",
        first=w.month_long(counts.index[0]),
        last=w.month_long(counts.index[-1]),
    )
    rows = tuple(
        Row((w.month_short(month), w.count(value))) for month, value in zip(counts.index, counts, strict=True)
    )
    return Table(caption, (Head(t("Month")), Head(t("count"), "n")), rows, kind="dates")


def coverage_table(
    held: Sequence[Held],
    calm: dict[int, tuple[int, int]],
    shock: dict[int, tuple[int, int]],
    since: pd.Period,
    until: pd.Period,
) -> Table:
    """Return how often the ranges held, by distance, with and without a new measure."""
    head = [
        Head(t("Months ahead")),
        Head(t("50% range"), "n"),
        Head(t("80% range"), "n"),
        Head(t("95% range"), "n"),
    ]
    with_events = any(total for _, total in shock.values())
    if with_events:
        head += [Head(t("80% range, no new measure"), "n"), Head(t("80% range, new measure"), "n")]
    rows = []
    for horizon in sorted({h.horizon for h in held}):
        cells = [str(horizon)]
        for level in (0.5, 0.8, 0.95):
            found = facts.held_at(held, horizon, level)
            cells.append(
                t("refused") if found is None else f"{w.hits(found.held, found.n)} ({w.percent(found.share)})"
            )
        if with_events:
            cells += [w.hits(*table.get(horizon, (0, 0))) for table in (calm, shock)]
        rows.append(Row(tuple(cells)))
    caption = t(
        "How often the ranges held, replay of {first} to {last}",
        first=pd.Period(since, "M").year,
        last=pd.Period(until, "M").year,
    )
    return Table(caption, tuple(head), tuple(rows))


def record_table(replay: pd.DataFrame, whole: bool, kind: str = "replayed", rows: int = 24) -> Table:
    """Return the last one-month forecasts and what was counted."""
    one = replay[(replay["horizon"] == 1)].dropna(subset=["truth"]).sort_values("month").iloc[-rows:]
    head = (
        Head(t("Month")),
        Head(t("forecast"), "n"),
        Head(t("80% range|in running words"), "n"),
        Head(t("count"), "n"),
        Head(t("inside?")),
    )
    out = []
    for row in records(one.iloc[::-1]):
        known = np.isfinite(row.lower_80) and np.isfinite(row.upper_80)
        ends = (row.lower_80, row.upper_80) if known else None
        span = t("refused") if ends is None else w.span(*ends, whole)
        middle = w.rounded(row.middle, whole)
        out.append(
            Row((w.month_short(row.month), middle, span, w.count(row.truth), _inside(row.truth, ends)))
        )
    caption = t(
        (
            "The last {number} forecasts made one month ahead, and what happened (published)"
            if kind == "published"
            else "The last {number} forecasts made one month ahead, and what happened (replayed)"
        ),
        number=w.count(len(out)),
    )
    return Table(caption, head, tuple(out), kind="dates")


# --------------------------------------------------------------------------- models


def model_rows(run: Run) -> list[tuple[str, str]]:
    """Return the rows of results in the order of the page: headline, models, baseline; never hindsight."""
    source = pd.concat([rows[["model", "knowledge"]] for rows in (run.folds, run.forecasts) if len(rows)])
    found = [
        (str(row.model), str(row.knowledge))
        for row in records(source.drop_duplicates())
        if row.knowledge != "hindsight"
    ]
    order = {str(m): i for i, m in enumerate(run.models["model"])} if len(run.models) else {}
    baseline = run.experiment.backtest.baseline

    def place(row: tuple[str, str]) -> tuple[int, int, str]:
        group = 0 if row[0] == run.headline else 2 if row[0] == baseline else 1
        return group, order.get(row[0], 999), row[1]

    return sorted(found, key=place)


def model_words(run: Run, model: str, knowledge: str) -> Cell:
    """Return a row's name with its one-line description."""
    rows = select(run.models, model=model) if len(run.models) else run.models
    setting = run.experiment.model.get(model)
    kind = str(rows["kind"].iloc[0]) if len(rows) else ""
    given = rows["description"].iloc[0] if len(rows) else ""
    told = labels.model_words(kind, setting.parameters if setting is not None else {})
    if not told and isinstance(given, str):
        told = codes.model_words(kind, given)
    spec = run.experiment.combination.get(model)
    if spec is not None:
        how = {"inverse_error": t("weighted by past errors"), "median": t("their middle")}.get(
            spec.method, spec.method
        )
        told = f"{w.joined([labels.model_name(m) for m in spec.members])}, {how}"
    if model == run.experiment.backtest.baseline:
        told = t("baseline")
    elif knowledge == "at_origin":
        told = (
            t("{told}, with the events known at the time", told=told)
            if told
            else t("with the events known at the time")
        )
    if model == run.headline:
        told = t("headline: {told}", told=told) if told else t("headline")
    return Cell(labels.row_name(model, knowledge, kind), told.rstrip("."))


def models_table(
    run: Run, series_id: str, scores: facts.ScoreBook, era: str | None, since_month: pd.Period
) -> Table:
    """Return the models beside the baseline on common folds; failures are rows."""
    head = [t("Skill, 1 month"), t("Skill, 6 months")]
    if era:
        since = facts.era_words(run, era)
        head += [t("Skill, 1 month, {era}", era=since), t("Skill, 6 months, {era}", era=since)]
    heads = [Head(t("Model")), Head(t("Forecasts made"), "n"), *(Head(words, "n") for words in head)]
    heads += [Head(t("Typical miss, 1 month"), "n"), Head(t("Notes"))]
    rows = [_model_row(run, series_id, scores, model, knowledge, era) for model, knowledge in model_rows(run)]
    lead = scores.get(run.headline, facts.headline_knowledge(run), 1, "wis")
    dates = "" if lead is None or not np.isfinite(lead.n_ok) else w.count(lead.n_ok)
    last = run.observations["month"].max()
    known = select(run.observations, series_id=series_id)["value"]
    foot = t(
        "Skill = 1 − score ÷ score of “same as last month”; above 0 is better. The score is the weighted"
        " interval score on the log scale, so that a month of {lowest} counts as much as one of {highest}."
        " Typical miss: half of the forecasts missed by less.",
        lowest=w.count(known.min()),
        highest=w.count(known.max()),
    )
    caption = t(
        (
            "Models compared on the same {dates} dates, replay of {first} to {last}"
            if dates
            else "Models compared replay of {first} to {last}"
        ),
        dates=dates,
        first=since_month.year,
        last=last.year,
    )
    return Table(caption, tuple(heads), tuple(rows), foot, "models")


def _model_row(
    run: Run, series_id: str, scores: facts.ScoreBook, model: str, knowledge: str, era: str | None
) -> Row:
    folds = facts.fold_count(run, model, knowledge, series_id)
    baseline = model == run.experiment.backtest.baseline
    scored = [("all", 1), ("all", 6), *((era, h) for h in (1, 6) if era)]
    skills = [scores.skill(model, knowledge, horizon, "wis", which) for which, horizon in scored]
    notes, no_score = [], t("not scored")
    if baseline:
        cells = ["0%"] * len(scored)
    elif any(skill is not None for skill in skills):
        cells = [no_score if skill is None else w.skill(skill) for skill in skills]
    else:
        cells = [no_score, *[""] * (len(scored) - 1)]
        row = scores.get(model, knowledge, 1, "wis")
        notes += [codes.score_words(row)] if row is not None and row.note else []
    miss = scores.get(model, knowledge, 1, "median_error")
    if miss is not None and np.isfinite(miss.value):
        cells.append(w.percent(float(np.expm1(miss.value))))
    else:
        cells.append("" if no_score in cells else no_score)
    if baseline:
        notes.append(t("skill is 0 by definition"))
    if folds.failed and folds.last_origin is not None:
        notes.insert(0, findings.failed_note(folds.failed, folds.last_origin, folds.last_failure))
    if folds.skipped:
        notes.append(t("{dates} with too few months", dates=w.plural(folds.skipped, "date")))
    if len(run.models):
        kept = select(run.models, model=model)["refit_every"]
        notes += [codes.told("refit", "every", {"origins": n}) for n in kept if n > 1]
    kind = "lead" if model == run.headline else "fail" if folds.failed and cells[0] == no_score else ""
    made = w.hits(folds.ok, folds.total)
    return Row((model_words(run, model, knowledge), made, *cells, "; ".join(dict.fromkeys(notes))), kind)


def fit_tables(run: Run, series_id: str) -> list[Table]:
    """Return what the models estimated on the date of the report,
    and the checks of their residuals, folded.
    """
    called = dict(zip(run.events["id"], run.events["name"], strict=True)) if len(run.events) else {}
    out = []
    rows = (
        select(run.coefficients, series_id=(series_id, "pooled"))
        if len(run.coefficients)
        else run.coefficients
    )
    if len(rows):
        heads = (
            Head(t("Term")),
            Head(t("Model"), "w"),
            Head(t("Estimate"), "n"),
            Head(t("Standard error"), "n"),
            Head(t("95% range"), "n"),
            Head(t("Kind")),
        )
        made = [
            Row(
                (
                    " · ".join(
                        called.get(part) or codes.term_words(part) for part in str(row.term).split(" + ")
                    ),
                    labels.model_name(str(row.model)),
                    _decimal(row.estimate),
                    _decimal(row.se),
                    (
                        t("{low} to {high}", low=_decimal(row.lower), high=_decimal(row.upper))
                        if np.isfinite(row.lower)
                        else t("none|of a range")
                    ),
                    codes.told("kind", row.kind),
                )
            )
            for row in records(rows)
        ]
        foot = t(
            "Effects of measures are on the scale of the model, mostly logs; plain = least squares or maximum"
            " likelihood, shrunken = drawn towards an expectation fixed before looking, nuisance = everything"
            " else. Each is an association."
        )
        if (rows["kind"].eq("plain") & (rows["se"] > LEANING)).any():
            foot += t(
                " Plain estimates with a standard error above 1 lean on each other: their measures began"
                " almost together, and none of them means anything alone."
            )
        out.append(Table(t("What the models estimated on this date"), heads, tuple(made), foot, folded=True))
    rows = (
        select(run.diagnostics, series_id=(series_id, "pooled")) if len(run.diagnostics) else run.diagnostics
    )
    if len(rows):
        told = (
            Head(t("Check")),
            Head(t("Model"), "w"),
            Head(t("Statistic"), "n"),
            Head("p", "n"),
            Head(t("Note")),
        )
        made = [
            Row(
                (
                    codes.told("check", row.check, row),
                    labels.model_name(str(row.model)),
                    _decimal(row.statistic),
                    small(row.p_value),
                    codes.told("checked", row.note, row) if row.note else "",
                )
            )
            for row in records(rows)
        ]
        out.append(Table(t("Checks of the residuals"), told, tuple(made), folded=True))
    return out


def _decimal(value: float) -> str:
    if not np.isfinite(value):
        return t("none|of a number")
    return f"{w.MINUS if value < 0 else ''}{w.decimal(abs(value), 1 if abs(value) >= 100 else 3)}"


def small(p: float) -> str:
    """Return a p value: three digits, or that it is smaller."""
    if not np.isfinite(p):
        return t("none|of a number")
    return t("below {p}", p=w.decimal(0.001, 3)) if p < 0.001 else w.decimal(p, 3)


# --------------------------------------------------------------------------- several series


def series_table(views: Sequence[View], total: str | None, means: Sequence[str] = ()) -> Table:
    """Return the next month of every series: latest count, forecast, ranges; means where they add up."""
    month = views[0].ahead["month"].iloc[0]
    head: tuple[Head, ...] = (
        Head(t("Series")),
        Head(t("Forecast, {month}", month=w.month_short(month)), "n"),
        Head(t("80% range"), "n"),
        Head(t("50% range"), "n"),
        Head(t("Latest count, {last}", last=w.month_short(views[0].last)), "n"),
        Head(t("A year before"), "n"),
    )
    head += (Head(t("Mean (adds up)"), "n"),) if means else ()
    rows = []
    for k, view in enumerate(views):
        row = view.numbers(1)
        mean = (means[k],) if means else ()
        if row is None:
            rows.append(
                Row(
                    (
                        view.name.label,
                        t("failed|of a forecast"),
                        "",
                        "",
                        w.count(view.counts.iloc[-1]),
                        "",
                        *mean,
                    )
                )
            )
            continue
        before = view.value(row.month - 12)
        cells = (
            view.name.label,
            w.rounded(row.middle, view.whole),
            range_cell(view, row, "80", 0.8),
            range_cell(view, row, "50", 0.5),
            w.count(view.counts.iloc[-1]),
            t("none|of a count") if before is None else w.count(before),
            *mean,
        )
        rows.append(Row(cells, "lead" if view.series_id == total else ""))
    foot = ""
    if total:
        foot = t("Middles and ranges are read series by series and do not add up.")
        foot += (
            t(" Means add up to one count: each is the mean of sample paths, every one of which adds up.")
            if means
            else ""
        )
    return Table(t("Every series, {month}", month=w.month_long(month)), head, tuple(rows), foot)
