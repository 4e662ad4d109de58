"""Top of the page: headline, facts, first chart; and what every section is made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypedDict

import numpy as np
import pandas as pd

from forecast.report import corrections, labels
from forecast.report import format as w
from forecast.report import view as facts
from forecast.report.blocks import Banner, Chart, Fact, Toggle
from forecast.report.catalogue import t
from forecast.report.figures import style as f
from forecast.report.figures.renderer import Studio
from forecast.report.rows import ForecastRow, records
from forecast.report.sections import sentences, tables
from forecast.report.view import Held, View
from forecast.tables.forecasts import at_level, select

if TYPE_CHECKING:
    from forecast.experiment.run import Run

ROLES = ("m-rw", "m-arima", "m-ev", "m-ridge")


@dataclass(frozen=True)
class Report:
    """What every section needs: the run, the series it is about, its replay, its drawings."""

    run: Run
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
        return sentences.sources_line(self.view.name.publisher, self.run.as_of)

    @property
    def first(self) -> int:
        """The distance of the headline: the first month whose figure is not overdue."""
        return len(late_months(self.run, self.view)) + 1

    @property
    def shown(self) -> pd.DataFrame:
        """The months of the forecast that the first chart shows: until the 80% range is eight-fold."""
        return shown_months(self.view)


def shown_months(view: View) -> pd.DataFrame:
    """Return the months that the first chart shows: as far as
    upper/lower 80% end is at most 8, at least three.
    """
    table = view.ahead
    ratio = (table["upper_80"] / table["lower_80"].where(table["lower_80"] > 0)).to_numpy(float)
    if not np.isfinite(ratio).any():
        return table[table["horizon"] <= 6]
    wide = np.flatnonzero((ratio > 8) & np.isfinite(ratio))
    stop = int(wide[0]) if len(wide) else len(table)
    return table.iloc[: max(min(3, len(table)), stop)]


def report_name(view: View) -> str:
    """Return the name of the report in the masthead."""
    title = view.name.title
    return labels.source_words(title) if title else t("Forecast report: {label}", label=view.name.label)


def late_months(run: Run, view: View) -> list[pd.Period]:
    """Return the months whose figures were expected by the report's date and are not in."""
    days = run.experiment.data.expected_by
    if days is None:
        return []
    out, month = [], view.last + 1
    while month.end_time.normalize() + pd.Timedelta(days=days) < pd.Timestamp(run.as_of):
        out.append(month)
        month += 1
    return out


def next_expected(view: View, as_of: pd.Timestamp) -> pd.Timestamp | None:
    """Return about when the next figure comes: its month's end and the usual wait of the last twelve."""
    wait = facts.usual_wait(view)
    if wait is None:
        return None
    day = (view.last + 1).end_time.normalize() + pd.Timedelta(days=wait)
    return max(day, pd.Timestamp(as_of) + pd.Timedelta(days=1))


class Masthead(TypedDict):
    """What stands above the headline."""

    name: str
    issue: str
    as_of: str
    status: str
    late: bool
    banners: tuple[Banner, ...]


class Headline(TypedDict):
    """The headline, the sentences below it, and the numbers that they are made of."""

    h1: str
    standfirst: str
    description: str
    numbers: dict[str, str | float | tuple[float, float] | None]


def masthead(r: Report) -> Masthead:
    """Return name, issue, status line and banners."""
    run, view = r.run, r.view
    late = late_months(run, view)
    banners = []
    if late:
        head, text = sentences.late_banner(view.last, late)
        banners.append(Banner(t("Late data"), head, text))
    corrected = corrections.banner(run, view, r.first)
    banners += [corrected] if corrected is not None else []
    failed = select(run.folds, model=run.headline, series_id=view.series_id, origin=run.as_of)
    failed = failed[failed["status"] == "failed"] if len(failed) else failed
    if not len(view.ahead):
        why = f" {failed['message'].iloc[-1]!s}." if len(failed) else ""
        banners.append(
            Banner(
                t("No forecast"),
                t("There is no forecast in this report."),
                t(
                    "The headline “{headline}” gave none.{why} What failed is listed in “Do the models beat a"
                    " simple guess?”.",
                    headline=labels.model_name(run.headline),
                    why=why,
                ),
            )
        )
    return {
        "name": report_name(view),
        "issue": t("{month} issue", month=w.month_long(pd.Period(pd.Timestamp(run.as_of), "M"))),
        "as_of": w.day_long(run.as_of),
        "status": sentences.status(view.last, next_expected(view, run.as_of), late),
        "late": bool(late),
        "banners": tuple(banners),
    }


def top(r: Report) -> Headline:
    """Return headline, standfirst and description."""
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
        told = w.month_abbreviation(month)
        out.append(
            Fact(
                (
                    t("Replayed forecast for {month}", month=told)
                    if kind == "replayed"
                    else t("Last issue’s forecast for {month}", month=told)
                ),
                w.rounded(earlier.middle, view.whole),
                sentences.earlier_forecast(last, ranges, view.whole),
            )
        )
    held = facts.held_at(r.held, 1, 0.8)
    if held is not None:
        since = r.replay.loc[r.replay["horizon"] == 1, "month"].min()
        out.append(Fact(t("80% ranges that held"), w.percent(held.share), sentences.held_words(held, since)))
    return tuple(out)


def _earlier(r: Report) -> tuple[ForecastRow | None, str]:
    """Return the forecast of the latest month made one month before:
    published where there is one, else replayed.
    """
    record = published(r.run, r.view)
    found = facts.last_forecast_for(record, r.view.last) if len(record) else None
    if found is not None:
        return found, "published"
    return facts.last_forecast_for(r.replay, r.view.last), "replayed"


def published(run: Run, view: View) -> pd.DataFrame:
    """Return the published forecasts of the track record in the
    columns of the replay; empty when there are none.
    """
    if not len(run.track_record):
        return pd.DataFrame()
    rows = select(run.track_record, kind="published", series_id=view.series_id)
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
        rows = select(
            run.forecasts, model=model, knowledge=knowledge, scenario="", series_id=r.view.series_id
        )
        rows = at_level(rows[rows["month"].isin(months["month"])], 0.5)
        if len(rows) == len(months):
            wanted.append((model, knowledge, rows.set_index("month")["value"].sort_index()))
    baseline = run.experiment.backtest.baseline
    # of each colour the ARIMA models go first: they are what readers ask for
    arima = set(select(run.models, kind="arima")["model"]) if len(run.models) else set()
    wanted.sort(key=lambda row: (row[0] != baseline, row[0] not in arima))
    free = {"base": ["m-rw"], "events": ["m-ev"], "plain": ["m-arima", "m-ridge"]}
    out = []
    for model, knowledge, line in wanted:
        group = "base" if model == baseline else "events" if knowledge == "at_origin" else "plain"
        if free[group]:
            role = free[group].pop(0)
            out.append((f"mod-{role.removeprefix('m-')}", labels.row_name(model, knowledge), role, line))
    return sorted(out, key=lambda row: ROLES.index(row[2]))


def first_chart(r: Report) -> Chart | None:
    """Return chart 1, or None where there is no forecast."""
    view, ahead = r.view, r.shown
    if not len(ahead):
        return None
    from forecast.report.figures.forecast import forecast_chart

    counts = view.counts[view.counts.index >= facts.first_chart_start(r.run, view)].dropna()
    lines = other_lines(r, ahead)
    others = pd.DataFrame(
        [
            {"toggle": toggle, "role": role, "month": m, "value": v}
            for toggle, _, role, line in lines
            for m, v in line.items()
        ]
    )
    later = view.afterwards if len(view.afterwards) else None
    table = pd.DataFrame({"month": counts.index, "value": counts.to_numpy()})
    draw = partial(
        forecast_chart,
        table,
        ahead,
        others,
        later,
        published=t("Published by {day}", day=w.day_long(r.run.as_of)),
        whole=view.whole,
    )
    first, final = (
        view.range(row, "80") for row in (next(iter(records(ahead))), next(iter(records(ahead.iloc[-1:]))))
    )
    ratios = [None if ends is None or ends[0] <= 0 else ends[1] / ends[0] for ends in (first, final)]
    end = ahead["month"].iloc[-1]
    basis = view.basis.get(1)
    rests = (
        sentences.range_words(basis.method, basis.errors, r.run.experiment.intervals.exponent)
        if basis
        else ""
    )
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
        "{measure}{unit}. {first} to {last}",
        measure=view.name.measure,
        unit=", " + unit if unit else "",
        first=w.month_long(counts.index[0]),
        last=w.month_long(end),
    )
    middles = float(ahead["middle"].min()), float(ahead["middle"].max())
    return r.studio.chart(
        draw,
        Chart(
            "forecast",
            title=sentences.forecast_title(
                view.last,
                float(counts.iloc[-1]),
                end,
                ahead["middle"].tolist(),
                ratios[0],
                ratios[1],
                view.whole,
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
            table=tables.chart_table(
                view, counts, ahead, [(toggle, name, line) for toggle, name, _, line in lines], later
            ),
            start=len(counts),
            toggles=tuple(Toggle(toggle, name, role, _dash(role)) for toggle, name, role, _ in lines),
            toggle_words=t("Add a model’s middle line:"),
        ),
    )


def _dash(role: str) -> str:
    return " ".join(f"{1.3 * part:g}" for part in f.DASHES[role])
