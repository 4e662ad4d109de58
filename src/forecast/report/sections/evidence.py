"""Tables that say how far the forecasts can be trusted: claims,
eras, events laid over, sums, forecasts by others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecast.report import codes, labels
from forecast.report import format as w
from forecast.report import view as facts
from forecast.report.blocks import Cell, Head, Paragraph, Row, Table
from forecast.report.catalogue import mark, t
from forecast.report.rows import ComparisonRow, CoverageRow, records
from forecast.report.sections import tables
from forecast.report.view import View
from forecast.tables.forecasts import select

if TYPE_CHECKING:
    from forecast.experiment.run import Run

METRIC = "log_wis"  #: the measure of skill on the page
CALM, BREAK = "calm", "break"


def verdict(
    run: Run, series_id: str, model: str, horizon: int | str, era: str = "all"
) -> ComparisonRow | None:
    """Return the comparison of a row with the baseline, or None where there is none."""
    rows = select(run.comparison, model=model, series_id=series_id, metric=METRIC, era=era)
    if not len(rows):
        return None
    rows = rows[rows["horizon"].astype(str) == str(horizon)]
    found = next(iter(records(rows)), None)
    return found if found is not None and np.isfinite(found.skill) else None


def era_names(run: Run) -> dict[str, str]:
    """Return the eras of the report by the names of the page."""
    return {era: facts.era_words(run, era) for era in run.experiment.report.eras}


def _comparisons(run: Run) -> int:
    """Comparisons with an interval that the run made over all dates."""
    table = run.comparison
    return int(((table["era"] == "all") & table["lower"].notna()).sum()) if len(table) else 0


def between(lower: float, upper: float) -> str:
    """Return an interval of skill, or that there is none."""
    return (
        t("{low} to {high}", low=w.skill(lower), high=w.skill(upper))
        if np.isfinite(lower) and np.isfinite(upper)
        else t("none|of a range")
    )


def claims_table(run: Run, series_id: str) -> Table | None:
    """Return whether the headline's gain over the baseline is more
    than chance, by the one rule of all words.
    """
    baseline = run.experiment.backtest.baseline
    every = [(h, verdict(run, series_id, run.headline, h)) for h in (*facts.SHOWN_HORIZONS, "all")]
    found = [(h, v) for h, v in every if v is not None]
    if not found:
        return None
    divided = any(verdict(run, series_id, run.headline, h, BREAK) is not None for h, _ in found)
    head = [
        Head(t("Months ahead")),
        Head(t("Skill"), "n"),
        Head(t("90% range"), "n"),
        Head("p", "n"),
    ]
    head += [Head(t("Calm dates"), "n"), Head(t("Dates before a break"), "n")] if divided else []
    head += [Head(t("Five best dates carry"), "n"), Head(t("What may be said"))]
    rows, names = [], era_names(run)
    name, other = labels.model_name(run.headline), labels.model_name(baseline)
    for horizon, v in found:
        cells = [
            t("all|of distances") if horizon == "all" else str(horizon),
            w.skill(v.skill),
            between(v.lower, v.upper),
        ]
        cells.append(tables.small(v.p))
        cells += [_part(run, series_id, horizon, era) for era in (CALM, BREAK)] if divided else []
        share = v.five_best_share
        cells.append(
            t("no gain") if not np.isfinite(share) else t("more than all") if share > 1 else w.percent(share)
        )
        rows.append(Row((*cells, w.capital(codes.verdict_words(v, other, names)))))
    foot = t(
        "90% range and p: Student’s t of the mean difference, which allows for dates that overlap; from at"
        " least 24 dates and four times the distance. “Better” is said only if the whole range lies above 0,"
        " the gain has the same sign in all but one of the eras with at least 18 dates, and no single date"
        " carries a third of it. Such comparisons in this report: {n}; of models that are equally good about"
        " one in twenty has a range above 0.",
        n=w.count(_comparisons(run)),
    )
    if divided:
        foot += t(
            " Before a break: a measure of first priority by rule was announced within the next six months"
            " and began at most a month later; known only afterwards."
        )
    return Table(
        t("Is it more than chance? “{name}” against “{other}”", name=name, other=other),
        tuple(head),
        tuple(rows),
        foot,
        "models",
    )


def _part(run: Run, series_id: str, horizon: int | str, era: str) -> str:
    v = verdict(run, series_id, run.headline, horizon, era)
    return t("none|of a number") if v is None else f"{w.skill(v.skill)} ({w.count(v.n)})"


def alike_table(run: Run, series_id: str) -> Table | None:
    """Return the models that cannot be told apart from the best."""
    table = select(run.confidence_set, series_id=series_id)
    if not len(table):
        return None
    kept = {str(h): rows for h, rows in table.groupby(table["horizon"].astype(str))}
    heads = {"1": t("One month ahead"), "all": t("All distances")}
    shown = [h for h in heads if h in kept]
    rows = []
    for model, knowledge in tables.model_rows(run):
        if model not in set(table["model"]):
            continue
        cells = []
        for h in shown:
            found = records(kept[h][kept[h]["model"] == model])
            if not found:
                cells.append(t("none|of a number"))
                continue
            cells.append(f"{t('yes') if found[0].included else t('no')} (p {tables.small(found[0].p)})")
        rows.append(Row((labels.row_name(model, knowledge), *cells), "lead" if model == run.headline else ""))
    told = {"1": mark("{dates} one month ahead"), "all": mark("{dates} over all distances")}
    dates = w.joined([t(told[h], dates=w.count(kept[h]["n"].iloc[0])) for h in shown])
    foot = t(
        "Yes: the model stands in a set that holds the best one 9 times in 10 (model confidence set of"
        " Hansen, Lunde and Nason); those in it cannot be told apart. On dates that all models share:"
        " {dates}.",
        dates=dates,
    )
    head = (Head(t("Model")), *(Head(heads[h], "n") for h in shown))
    return Table(t("Models that cannot be told apart"), head, tuple(rows), foot)


# --------------------------------------------------------------------------- with and without events


def in_era(run: Run, era: str) -> str:
    """Return an era as a sentence has it: ``since 2020``, ``from 2014 to 2019``."""
    words = facts.era_words(run, era)
    return words if facts.era_is_open(run, era) else t("from {years}", years=words)


def pair_with_events(run: Run) -> tuple[str, str] | None:
    """Return the headline's combination and the same with events laid over it, or None."""
    for name, spec in run.experiment.combination.items():
        if spec.with_events and run.headline in (name, spec.with_events):
            return name, spec.with_events
    return None


def events_table(run: Run, view: View) -> Table | None:
    """Return the forecast with and without the event adjustment, and the skill of both."""
    pair = pair_with_events(run)
    if pair is None:
        return None
    made = [facts.quantiles(facts.headline_rows(run.forecasts, m, view.series_id)) for m in pair]
    if not all(len(m) for m in made):
        return None
    plain, moved = (m.set_index("month") for m in made)
    head = (
        Head(t("Month")),
        Head(t("Without events"), "n"),
        Head(t("80% range"), "n"),
        Head(t("With events"), "n"),
        Head(t("80% range"), "n"),
    )
    rows = []
    for month in plain.index[plain["horizon"].isin((1, 2, 3, 4, 5, 6, 9, 12))]:
        cells: list[str] = []
        for one in (plain, moved):
            row = one.loc[month] if month in one.index else None
            cells += (
                [t("none|of a forecast"), t("none|of a range")]
                if row is None
                else [w.rounded(row["middle"], view.whole), _span(row, view.whole)]
            )
        rows.append(Row((w.month_short(month), *cells)))
    for horizon, words in ((1, t("Skill, 1 month")), ("all", t("Skill, all distances"))):
        found = [v for m in pair if (v := verdict(run, view.series_id, m, horizon)) is not None]
        if len(found) == len(pair):
            cells = [text for v in found for text in (w.skill(v.skill), between(v.lower, v.upper))]
            rows.append(Row((words, *cells), "far"))
    same, alike = (
        bool(np.allclose(plain[c], moved[c].reindex(plain.index), rtol=5e-4, equal_nan=True))
        for c in ("middle", "upper_80")
    )
    if same and alike:
        foot = t("No event known on this date moves the forecast: both are the same now.")
    elif same:
        foot = t(
            "Events known on this date leave the middle where it is and widen the ranges: which way they act"
            " is not known."
        )
    else:
        foot = t(
            "The adjustment moves the middle by what events known on this date are thought to change in the"
            " months ahead."
        )
    foot += t(
        " Sizes are drawn towards an expectation fixed beforehand, events and signs are coded by rule. The"
        " headline is the forecast without events."
        if run.headline == pair[0]
        else (
            " Sizes are drawn towards an expectation fixed beforehand, events and signs are coded by rule."
            " The headline is the forecast with events."
        )
    )
    foot += _gain(run, view.series_id)
    if any(row.kind for row in rows):
        foot += t(" Skill as in “Do the models beat a simple guess?”, with its 90% range.")
    caption = t("The same forecast with the events known at the time laid over it")
    return Table(caption, head, tuple(rows), foot, "dates")


def _span(row: Any, whole: bool) -> str:
    low, high = float(row["lower_80"]), float(row["upper_80"])
    return w.span(low, high, whole) if np.isfinite(low) and np.isfinite(high) else t("refused")


def _gain(run: Run, series_id: str) -> str:
    """Say what the events were worth over all distances, from the table on knowing."""
    table = select(run.knowledge, series_id=series_id, metric=METRIC, coding=run.experiment.events.coding)
    rows = records(table[table["horizon"].astype(str) == "all"]) if len(table) else []
    if not rows or not np.isfinite([rows[0].gain, rows[0].lower]).all():
        return ""
    row = rows[0]
    told = t(
        (
            " Over all distances the score with events was {size} better than without (90% range {range})"
            if row.gain >= 0
            else " Over all distances the score with events was {size} worse than without (90% range {range})"
        ),
        size=w.percent(abs(row.gain)),
        range=between(row.lower, row.upper),
    )
    return f"{told}{t(', which cannot be told apart from nothing') if row.lower <= 0 <= row.upper else ''}."


# --------------------------------------------------------------------------- coverage by era


def eras_table(run: Run, series_id: str) -> Table | None:
    """Return how often the 80% range held in each era, on calm dates and before breaks."""
    table = select(
        run.calibration, model=run.headline, knowledge=facts.headline_knowledge(run), series_id=series_id
    )
    table = table[np.isclose(table["nominal"].astype(float), 0.8) & (table["n"] > 0)] if len(table) else table
    if not len(table):
        return None
    told = {CALM: t("calm dates"), BREAK: t("dates before a break")}
    # an era with a name of its own keeps it; one named by its years is told by them
    own = {
        era: era if not era[:1].isdigit() else facts.era_words(run, era) for era in run.experiment.report.eras
    }
    named = own | told
    distances = [h for h in (1, 6, 12) if (table["horizon"].astype(str) == str(h)).any()]
    rows = []
    for era, words in named.items():
        cells = []
        for h in distances:
            found = records(table[(table["era"] == era) & (table["horizon"].astype(str) == str(h))])
            cells.append(held_cell(found[0]) if found else "")
        if any(cells):
            cells = [cell or t("none|of a number") for cell in cells]
            rows.append(Row((w.capital(words), *cells)))
    if len(rows) < 2:
        return None
    ends = table[table["era"].isin(list(named)) & table["lower"].notna()].groupby("horizon")
    apart = bool((ends["lower"].max() > ends["upper"].min()).any())
    foot = t(
        "In brackets: where the true share may lie (95% range), given that neighbouring forecasts overlap."
        " Where two of them do not overlap, the ranges kept their promise in one and not in the other. An era"
        " holds the dates on which forecasts were made."
        if apart
        else (
            "In brackets: where the true share may lie (95% range), given that neighbouring forecasts"
            " overlap. They all overlap: these dates are too few to tell one era from another. An era holds"
            " the dates on which forecasts were made."
        )
    )
    head = (Head(t("Forecasts made")), *(Head(w.ahead(h), "n") for h in distances))
    return Table(t("How often the 80% range held, by era"), head, tuple(rows), foot)


def held_cell(row: CoverageRow) -> str:
    """Return a coverage with its uncertainty: ``71 of 84, 85% (75% to 92%)``."""
    text = f"{w.hits(round(row.covered * row.n), row.n)}, {w.percent(row.covered)}"
    return (
        t("{share} ({low} to {high})", share=text, low=w.percent(row.lower), high=w.percent(row.upper))
        if np.isfinite(row.lower)
        else text
    )


def held_so_far(record: pd.DataFrame) -> str:
    """Say how often the 80% ranges of published forecasts held one month ahead, and how little that is."""
    from forecast.scoring.metrics import coverage_interval

    rows = record[record["horizon"] == record["horizon"].min()].dropna(
        subset=["truth", "lower_80", "upper_80"]
    )
    if not len(rows):
        return ""
    hit = int(facts.inside(rows).sum())
    low, high = coverage_interval(hit / len(rows), float(len(rows)), 0.9)
    ahead = w.ahead(int(rows["horizon"].iloc[0]))
    return t(
        "So far the 80% range of published forecasts held in {hits} months {ahead}: with so many, the true"
        " share may lie anywhere from {low} to {high} (90% range).",
        hits=w.hits(hit, len(rows)),
        ahead=ahead,
        low=w.percent(low),
        high=w.percent(high),
    )


# --------------------------------------------------------------------------- sums


def sums_words(run: Run, total: str) -> Paragraph | None:
    """Say that the parts were made to add up, and what that was worth."""
    table = run.reconciliation
    method = run.experiment.reconciliation.method
    if method == "none":
        return None
    text = t(
        "The forecasts of the parts and of the sum are made to add up: sample paths of all series are moved"
        " as little as their past errors allow ({method}). Means add up to one count; middles and ranges are"
        " read series by series and do not. This is for coherence, not for a better score",
        method=t(METHOD_WORDS[method]),
    )
    chosen = select(table, series_id=total, metric=METRIC, era="all")
    rows = records(chosen[chosen["horizon"].astype(str) == "all"]) if len(chosen) else []
    if not rows or not np.isfinite(rows[0].skill):
        return Paragraph(t("{text}; there are too few dates to test it.", text=text))
    row = rows[0]
    told = t(
        (
            ": over all distances and {dates} dates the score of the sum became better by {size}%"
            if row.skill >= 0
            else ": over all distances and {dates} dates the score of the sum became worse by {size}%"
        ),
        dates=w.count(row.n),
        size=w.decimal(100 * abs(row.skill), 1),
    )
    if np.isfinite(row.lower):
        told += t(
            " (90% range {low}% to {high}%, p {p})",
            low=w.signed(100 * row.lower, 1),
            high=w.signed(100 * row.upper, 1),
            p=tables.small(row.p),
        )
        told += t(", which cannot be told apart from nothing") if row.lower <= 0 <= row.upper else ""
    return Paragraph(f"{text}{told}.")


METHOD_WORDS = {
    "bottom_up": mark("bottom up: the parts stay, the sum is theirs"),
    "shrinkage": mark("least squares weighted by the shrunken covariance of past errors, known as MinT"),
}


def means_column(run: Run, views: Sequence[View], horizon: int = 1) -> list[str]:
    """Return the mean of each series that was made to add up, to one count; empty where none were."""
    rows = run.forecasts
    rows = rows[rows["level"].isna() & (rows["model"] == run.headline) & (rows["horizon"] == horizon)]
    found = dict(zip(rows["series_id"], rows["value"], strict=True))
    return (
        [
            w.count(round(found[v.series_id])) if v.series_id in found else t("none|of a forecast")
            for v in views
        ]
        if found
        else []
    )


# --------------------------------------------------------------------------- others


def others_table(run: Run, series_id: str) -> Table | None:
    """Return forecasts by others of the same series beside ours."""
    table = select(run.others, series_id=series_id)
    table = table[table["reason"] != "no_forecast"] if len(table) else table
    if not len(table):
        return None
    head = (
        Head(t("Forecast of")),
        Head(t("Made"), "n"),
        Head(t("For"), "n"),
        Head(t("Theirs"), "n"),
        Head(t("Counted"), "n"),
        Head(t("Off by"), "n"),
        Head(t("Ours"), "n"),
        Head(t("Off by"), "n"),
    )
    rows = []
    lacking = t("none|of a forecast")
    for row in records(table):
        theirs = w.count(row.point) if np.isfinite(row.point) else _low_high(row)
        scored = np.isfinite(row.error)
        ours = np.isfinite(row.ours)
        rows.append(
            Row(
                (
                    Cell(
                        w.capital(str(row.forecaster)),
                        f"{row.source}. {w.capital(codes.told('other', row.reason, row))}".rstrip(". "),
                    ),
                    str(row.made),
                    _months(row.first_month, row.last_month),
                    theirs,
                    w.count(row.actual) if np.isfinite(row.actual) else t("not yet known"),
                    w.change(row.point, row.actual) if scored else t("not scored"),
                    w.rounded(row.ours) if ours else lacking,
                    w.change(row.ours, row.actual) if ours and np.isfinite(row.ours_error) else lacking,
                )
            )
        )
    foot = t(
        (
            "{selection} Ours: the last published or replayed forecast of that month made no later than"
            " theirs, of single months only; where theirs is dated by a month or a year alone, the last day"
            " of it counts, which favours ours."
            if (table["ours_kind"] == "published").any()
            else (
                "{selection} Ours: the last replayed forecast of that month made no later than theirs, of"
                " single months only; where theirs is dated by a month or a year alone, the last day of it"
                " counts, which favours ours."
            )
        ),
        selection=codes.selection(),
    )
    return Table(t("Forecasts by others, beside ours"), head, tuple(rows), foot)


def _months(first: pd.Period, last: pd.Period) -> str:
    """Return one month, or the first and last of several, the year named once where it is one."""
    one, two = w.month(first), w.month(last)
    if one == two:
        return w.month_short(one)
    start = w.month_abbreviation(one) if one.year == two.year else w.month_short(one)
    return t("{first} to {last}", first=start, last=w.month_short(two))


def _low_high(row: Any) -> str:
    ends = [w.count(v) for v in (row.low, row.high) if np.isfinite(v)]
    if len(ends) == 2:
        return t("{low} to {high}", low=ends[0], high=ends[1])
    return ends[0] if ends else t("none|of a forecast")
