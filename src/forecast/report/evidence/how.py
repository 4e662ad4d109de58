"""How the report was made, what it was made from, and every file of it."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from forecast.report import codes, labels, recent, view
from forecast.report import format as w
from forecast.report.blocks import Command, Download, Section, Table, notes, table
from forecast.report.catalogue import shipped
from forecast.report.evidence.models import verdict
from forecast.report.prose import prose
from forecast.report.rows import EarlyRow, ModelRow, records
from forecast.report.sections.about import breaks
from forecast.report.sections.report import Report
from forecast.report.write.files import COLUMNS
from forecast.tables.forecasts import select

TEXT = "proof_how"
#: Every file beside the page, in the order of the list; its words are macros `file_NAME`.
FILES = [f"{name}.csv.gz" if name == "backtest" else f"{name}.csv" for name in COLUMNS]
FILES += ["report.json", "report.md", "experiment.yaml", "manifest.json"]


def figures_section(r: Report) -> Section:
    """Return what is on record of the figures: releases, breaks, early figures, the calendar."""
    text, run = prose(TEXT), r.run
    announced = pd.to_datetime(run.events["announced_date"]).max() if len(run.events) else None
    known = select(run.observations, series_id=r.view.series_id)
    backfilled = int((known["value_basis"] == "backfilled").sum()) if "value_basis" in known else 0
    told = notes(
        text.vintage(run.as_of, backfilled, len(known)),
        r.words("figures").dated(recent.dated(run, r.view.series_id)),
        text.breaks(breaks(r)),
        text.events(len(run.events), announced),
    )
    made = early_table(r)
    return Section(
        "about", text.figures(), text.figures(), "", (told, *((made,) if made is not None else ()))
    )


def early_table(r: Report) -> Table | None:
    """Return leaks and first statements beside what became official."""
    text, made = prose(TEXT), r.run.early
    rows = [
        (
            w.month_short(row.month),
            text.early_kind(row.kind),
            w.day_short(row.released),
            w.count(row.value),
            w.count(row.official) if row.official == row.official else text.not_yet(),
            text.off_by(row.log_error),
        )
        for row in records(select(made, series_id=r.view.series_id), EarlyRow)
    ]
    return table(text.early_caption(), text.early_head(), rows) if rows else None


class Counts(NamedTuple):
    """Why the counts of dates on the page differ."""

    made: int
    scored: int
    known: list[tuple[int, int]]  #: distance, and on how many dates its outcome is known
    compared: int


def how_section(r: Report, hashes: dict[str, str]) -> Section:
    """Return "How was this made, and how can it be repeated?"."""
    text, run = prose(TEXT), r.run
    spec, combination = run.experiment.intervals, run.experiment.combination.get(run.headline)
    members = [labels.model_name(m) for m in combination.members] if combination is not None else []
    row = next(iter(records(select(run.models, model=run.headline), ModelRow)), None)
    about = codes.model_words(row.kind, row.description).rstrip(".") if row is not None else ""
    engines = {
        s.parameters.get("engine", "exact") for s in run.experiment.model.values() if s.kind == "arima"
    }
    own = view.own_ranges(run)
    method = "power" if spec.method == "square_root" and spec.exponent != 0.5 else spec.method
    rule = (
        "" if own or method == "model" else codes.told("ranges", method, {"exponent": f"{spec.exponent:g}"})
    )
    needs = [] if own else [(view.need(run, level, 1), level) for level in (0.8, 0.95, 0.98)]
    told = notes(
        text.paragraph(
            labels.model_name(run.headline),
            members,
            combination.method if combination is not None else "",
            about,
        ),
        text.ranges(r.view.counts.index[0], rule, sorted(engines), len(members)),
        text.looking(int(r.replay["origin"].nunique()) if len(r.replay) else 0),
        text.dates(counts(r)) if len(r.replay) else "",
        text.refusals(needs),
        text.chosen(r.bundled),
        _residuals(r),
    )
    rows = table(text.hashes_caption(), text.hashes_head(), hashes.items())
    question = text.question()
    return Section(
        "how", question, question, shipped(run.experiment.question), (told, Command(r.command), rows)
    )


def counts(r: Report) -> Counts:
    """Return how many dates the headline was made on, scored on, and compared on."""
    made = view.headline_rows(r.run.backtest, r.run.headline, r.view.series_id)["origin"].nunique()
    known = r.replay.dropna(subset=["truth"]).groupby("horizon")["origin"].nunique()
    found = verdict(r.run, r.view.series_id, r.run.headline, 1)
    return Counts(
        int(made),
        int(r.replay["origin"].nunique()),
        [(h, int(known[h])) for h in view.SHOWN_HORIZONS if h in known.index],
        0 if found is None else int(found.n),
    )


def _residuals(r: Report) -> str:
    made = r.run.diagnostics
    if not len(made) or "p_value" not in made:
        return ""
    rows = select(made, series_id=r.view.series_id)
    low = rows[pd.to_numeric(rows["p_value"], errors="coerce") < 0.05]
    names = sorted({labels.model_name(str(model)) for model in low["model"]})
    return prose(TEXT).residuals(len(rows), len(low), names) if len(rows) else ""


def files_section(r: Report, empty: set[str]) -> Section:
    """Return every file; tables that are empty in this run are said to be so, and stand last."""
    text = prose(TEXT)
    files = tuple(
        Download(path, text.file(path), text.empty() if path in empty else text.holds(path))
        for path in sorted(FILES, key=lambda path: path in empty)
    )
    return Section("get", text.files(), text.files(), "", (files,))
