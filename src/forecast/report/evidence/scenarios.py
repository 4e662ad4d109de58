"""Every month of every scenario, and what each takes as its size."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from forecast.report import codes, view
from forecast.report import format as w
from forecast.report.blocks import Block, Chart, Note, Section, Table, table
from forecast.report.figures import style as f
from forecast.report.prose import prose
from forecast.report.rows import ForecastRow, ScenarioNoteRow, records
from forecast.report.sections.next import scenario_words
from forecast.report.sections.report import NEAR, Report
from forecast.tables.forecasts import select

TEXT = "proof_scenarios"


def scenarios_section(r: Report) -> Section | None:
    """Return "What if policy changes?", or None where no scenario is configured."""
    rows = r.shown(r.run.scenarios)
    if not len(rows) or not len(r.view.ahead):
        return None
    model = str(rows["model"].iloc[0])
    base = base_path(r, model)
    paths = {str(name): view.quantiles(part) for name, part in rows.groupby("scenario", sort=False) if name}
    if not paths or not len(base):
        return None
    text = prose(TEXT)
    blocks: list[Block] = [scenario_chart(r, base, paths), scenario_table(r, base, paths)]
    sizes = _sizes(r, model)
    notes = tuple(Note(f"{scenario_words(r, name)}.", sizes[name]) for name in paths if name in sizes)
    blocks += [notes] if notes else []
    return Section("scenarios", text.question(), text.question(), "", tuple(blocks))


def base_path(r: Report, model: str) -> pd.DataFrame:
    """Return the forecast with nothing new of the model that the scenarios were made with, six months."""
    rows = select(r.run.forecasts, model=model, series_id=r.view.series_id, scenario="")
    known = set(rows["knowledge"])
    made = view.quantiles(rows[rows["knowledge"] == ("at_origin" if "at_origin" in known else "none")])
    return made[made["horizon"] <= NEAR].reset_index(drop=True)


def scenario_chart(r: Report, base: pd.DataFrame, paths: dict[str, pd.DataFrame]) -> Chart:
    """Return one year of counts, the forecast with nothing new, and each scenario from where it parts."""
    from forecast.report.figures.scenarios import scenarios_chart

    text, seen = prose(TEXT), r.view
    counts = seen.counts.iloc[-13:]
    frame = pd.DataFrame({"month": counts.index, "value": counts.to_numpy()})
    parts = []
    for name, path in paths.items():
        both = path.merge(base[["month", "middle"]], on="month", suffixes=("", "_base"))
        moved = both[~np.isclose(both["middle"], both["middle_base"], rtol=1e-4) & both["middle"].notna()]
        if len(moved):
            start = both["month"] >= moved["month"].iloc[0]
            parts.append(both[start].assign(scenario=name, label=scenario_words(r, name)))
    columns = ["scenario", "label", "month", "middle"]
    drawn = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    ends = [(str(n), float(rows["middle"].iloc[-1])) for n, rows in drawn.groupby("scenario", sort=False)]
    told = [(scenario_words(r, name), r.number(value)) for name, value in ends]
    unit = f.unit_words(float(base["upper_80"].max()), seen.name.unit_words)
    return r.studio.chart(
        partial(scenarios_chart, frame, base, drawn, whole=seen.whole),
        Chart(
            "scenarios",
            title=text.title(),
            subtitle=w.capital(text.subtitle(seen.name.measure, unit, seen.last)),
            note=text.note(),
            label=text.label(base["month"].iloc[-1], r.number(float(base["middle"].iloc[-1])), told),
            csv="scenarios.csv",
        ),
    )


def scenario_table(r: Report, base: pd.DataFrame, paths: dict[str, pd.DataFrame]) -> Table:
    """Return every month of every scenario with its range; of a joint effect the range alone."""
    text, out = prose(TEXT), []
    for row in records(base, ForecastRow):
        cells = [w.month_short(row.month), text.cell(_middle(r, row), _ends(r, row))]
        for path in paths.values():
            found = records(path[path["month"] == row.month], ForecastRow)
            cells.append(text.cell(_middle(r, found[0]), _ends(r, found[0])) if found else text.nothing())
        out.append(tuple(cells))
    head = " | ".join(
        [text.month(), f"{text.nothing_new()} >", *(f"{scenario_words(r, name)} >" for name in paths)]
    )
    return table(text.caption(), head, out, text.foot(), "dates")


def _middle(r: Report, row: ForecastRow) -> str:
    return w.rounded(row.middle, r.view.whole) if np.isfinite(row.middle) else ""


def _ends(r: Report, row: ForecastRow) -> str:
    ends = r.view.range(row, "80")
    return "" if ends is None else w.span(*ends, r.view.whole)


def _sizes(r: Report, model: str) -> dict[str, str]:
    """Return what each scenario takes as its size, from the notes of the run; events by their names."""
    run = r.run
    if not len(run.scenario_notes):
        return {}
    rows = select(run.scenario_notes, series_id=r.view.series_id, model=model, status="ok")
    called = r.measures.called()
    told: dict[str, list[str]] = {}
    for row in records(rows, ScenarioNoteRow):
        told.setdefault(str(row.scenario), []).append(codes.note_words(row, called))
    return {name: w.capital(" ".join(sentences)) for name, sentences in told.items()}
