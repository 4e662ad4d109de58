"""All models compared, with their tests, weights, estimates and residuals."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.report import codes, labels, view
from forecast.report import format as w
from forecast.report.blocks import Block, Cell, Chart, Row, Section, Table, table
from forecast.report.fold_count import FoldCount, fold_count
from forecast.report.prose import prose
from forecast.report.rows import (
    CheckRow,
    CoefficientRow,
    ComparisonRow,
    NamedRow,
    SetRow,
    records,
)
from forecast.report.sections.report import Report
from forecast.tables.forecasts import select

if TYPE_CHECKING:
    from forecast.experiment.run import Run

TEXT = "proof_models"
METRIC = "log_wis"  #: the measure of skill on the page
CALM, BREAK = "calm", "break"
SHOWN = (1, 6)  #: months ahead in the table of models


def models_section(r: Report) -> Section:
    """Return "Do the models beat a simple guess?"."""
    text, blocks = prose(TEXT), list[Block]()
    if len(r.run.backtest):
        more = (models_table(r), claims_table(r), alike_table(r), weights_chart(r))
        blocks += [block for block in more if block is not None]
    blocks += fit_tables(r)
    return Section("models", text.question(), text.question(), "", tuple(blocks))


def verdict(
    run: Run, series_id: str, model: str, horizon: int | str, era: str = "all"
) -> ComparisonRow | None:
    """Return the comparison of a row with the baseline, or None where there is none."""
    rows = select(run.comparison, model=model, series_id=series_id, metric=METRIC, era=era)
    if not len(rows):
        return None
    rows = rows[rows["horizon"].astype(str) == str(horizon)]
    found = next(iter(records(rows, ComparisonRow)), None)
    return found if found is not None and np.isfinite(found.skill) else None


def between(lower: float, upper: float) -> str:
    """Return an interval of skill, or that there is none."""
    return prose(TEXT).between(lower, upper)


def era_names(r: Report) -> dict[str, str]:
    """Return the eras of the report by the names of the page."""
    return {era: view.era_words(r.run, era) for era in r.run.experiment.report.eras}


# --------------------------------------------------------------------------- all models


def model_rows(r: Report) -> list[tuple[str, str]]:
    """Return the rows of results: headline, models, baseline; never hindsight."""
    run = r.run
    source = pd.concat([rows[["model", "knowledge"]] for rows in (run.folds, run.forecasts) if len(rows)])
    found = [(str(row.model), str(row.knowledge)) for row in records(source.drop_duplicates(), NamedRow)]
    order = {str(m): i for i, m in enumerate(run.models["model"])} if len(run.models) else {}

    def place(row: tuple[str, str]) -> tuple[int, int, str]:
        group = 0 if row[0] == run.headline else 2 if row[0] == run.experiment.backtest.baseline else 1
        return group, order.get(row[0], 999), row[1]

    return sorted((row for row in found if row[1] != "hindsight"), key=place)


def models_table(r: Report) -> Table:
    """Return the models beside the baseline on common folds; failures are rows."""
    text, run, found = prose(TEXT), r.run, r.scores.eras
    era = found[-1] if len(found) > 1 else None
    since = view.era_words(run, era) if era else ""
    rows = [_model_row(r, model, knowledge, era) for model, knowledge in model_rows(r)]
    lead = r.scores.get(run.headline, view.headline_knowledge(run), 1, "wis")
    dates = 0 if lead is None or not np.isfinite(lead.n_ok) else int(lead.n_ok)
    first = r.replay["month"].min() if len(r.replay) else r.view.last
    known = r.view.counts.dropna()
    foot = text.models_foot(float(known.min()), float(known.max()))
    if behind := _behind(r, era):
        foot += " " + text.models_behind(labels.model_name(run.headline), since, behind)
    caption = text.models_caption(dates, first.year, r.view.last.year)
    return table(caption, text.models_head(since), rows, foot, "models")


def _behind(r: Report, era: str | None) -> list[int]:
    """Return the distances at which the headline does worse than the baseline in the newest era."""
    if era is None:
        return []
    known = view.headline_knowledge(r.run)
    skills = {h: r.scores.skill(r.run.headline, known, h, "wis", era) for h in SHOWN}
    return [h for h, skill in skills.items() if skill is not None and skill < 0]


def _model_row(r: Report, model: str, knowledge: str, era: str | None) -> Row:
    text, run = prose(TEXT), r.run
    folds = fold_count(run, model, knowledge, r.view.series_id)
    baseline = model == run.experiment.backtest.baseline
    scored = [("all", 1), ("all", 6), *((era, h) for h in SHOWN if era)]
    skills = [r.scores.skill(model, knowledge, horizon, "wis", which) for which, horizon in scored]
    told = ["0%" if baseline else text.not_scored() if skill is None else w.skill(skill) for skill in skills]
    miss = r.scores.get(model, knowledge, 1, "median_error")
    scored_miss = miss is not None and np.isfinite(miss.value)
    told.append(
        w.percent(float(np.expm1(miss.value))) if miss is not None and scored_miss else text.not_scored()
    )
    notes = _notes(r, model, knowledge, folds, all(skill is None for skill in skills) and not baseline)
    failed = folds.failed and all(skill is None for skill in skills)
    kind = "lead" if model == run.headline else "fail" if failed else ""
    return Row(
        (model_words(r, model, knowledge), w.hits(folds.ok, folds.total), *told, "; ".join(notes)), kind
    )


def _notes(r: Report, model: str, knowledge: str, folds: FoldCount, unscored: bool) -> list[str]:
    text, out = prose(TEXT), list[str]()
    if folds.failed and folds.last_origin is not None:
        out.append(text.failed(folds.failed, folds.last_origin, folds.last_failure.strip().rstrip(".")))
    row = r.scores.get(model, knowledge, 1, "wis")
    if unscored and row is not None and row.note:
        out.append(codes.score_words(row))
    if model == r.run.experiment.backtest.baseline:
        out.append(text.baseline_note())
    if folds.skipped:
        out.append(text.skipped(folds.skipped))
    if len(r.run.models):
        kept = select(r.run.models, model=model)["refit_every"]
        out += [codes.told("refit", "every", {"origins": n}) for n in kept if n > 1]
    return list(dict.fromkeys(out))


def model_words(r: Report, model: str, knowledge: str) -> Cell:
    """Return a row's name with its one-line description."""
    text, run = prose(TEXT), r.run
    rows = select(run.models, model=model)
    kind = str(rows["kind"].iloc[0]) if len(rows) else ""
    given = rows["description"].iloc[0] if len(rows) else ""
    setting = run.experiment.model.get(model)
    told = labels.model_words(kind, setting.parameters if setting is not None else {})
    if not told and isinstance(given, str):
        told = codes.model_words(kind, given).rstrip(".")
    spec = run.experiment.combination.get(model)
    if spec is not None:
        told = text.combined([labels.model_name(m) for m in spec.members], spec.method)
    role = (
        "headline"
        if model == run.headline
        else "baseline"
        if model == run.experiment.backtest.baseline
        else ""
    )
    return Cell(labels.row_name(model, knowledge, kind), text.about(role, told, knowledge == "at_origin"))


# --------------------------------------------------------------------------- tests


def claims_table(r: Report) -> Table | None:
    """Return whether the headline's gain over the baseline is more than chance."""
    text, run, series_id = prose(TEXT), r.run, r.view.series_id
    every = [(h, verdict(run, series_id, run.headline, h)) for h in (*view.SHOWN_HORIZONS, "all")]
    found = [(h, v) for h, v in every if v is not None]
    if not found:
        return None
    divided = any(verdict(run, series_id, run.headline, h, BREAK) is not None for h, _ in found)
    name, other = labels.model_name(run.headline), labels.model_name(run.experiment.backtest.baseline)
    rows = []
    for horizon, v in found:
        cells = [text.distance(horizon), w.skill(v.skill), between(v.lower, v.upper), small(v.p)]
        if divided:
            cells += [_part(r, horizon, CALM), _part(r, horizon, BREAK)]
        cells += [text.carried(v.five_best_share), w.capital(codes.verdict_words(v, other, era_names(r)))]
        rows.append(Row(tuple(cells)))
    made = run.comparison
    number = int(((made["era"] == "all") & made["lower"].notna()).sum()) if len(made) else 0
    foot = text.claims_foot(number, divided)
    return table(text.claims_caption(name, other), text.claims_head(divided), rows, foot, "models")


def _part(r: Report, horizon: int | str, era: str) -> str:
    v = verdict(r.run, r.view.series_id, r.run.headline, horizon, era)
    return prose(TEXT).nothing() if v is None else f"{w.skill(v.skill)} ({w.count(v.n)})"


def alike_table(r: Report) -> Table | None:
    """Return the models that cannot be told apart from the best."""
    text, run = prose(TEXT), r.run
    made = select(run.confidence_set, series_id=r.view.series_id)
    if not len(made):
        return None
    kept = {str(h): rows for h, rows in made.groupby(made["horizon"].astype(str))}
    shown = [h for h in ("1", "all") if h in kept]
    rows = []
    for model, knowledge in model_rows(r):
        if model in set(made["model"]):
            found = [records(kept[h][kept[h]["model"] == model], SetRow) for h in shown]
            cells = [
                text.in_set(one[0].included, small(one[0].p)) if one else text.nothing() for one in found
            ]
            lead = "lead" if model == run.headline else ""
            rows.append(Row((labels.row_name(model, knowledge), *cells), lead))
    head = " | ".join([text.model(), *(f"{text.distance_head(h)} >" for h in shown)])
    dates = [int(kept[h]["n"].iloc[0]) for h in shown]
    return table(text.alike_caption(), head, rows, text.alike_foot(dates))


def small(p: float) -> str:
    """Return a p value: three digits, or that it is smaller."""
    return prose(TEXT).p_value(p)


# --------------------------------------------------------------------------- weights, estimates, residuals


def weights_chart(r: Report) -> Chart | None:
    """Return the picture of the members' weights one month ahead, or None without a weighted combination."""
    from forecast.report.figures.weights import weights_chart as draw_weights

    spec = r.run.experiment.combination.items()
    pair = next(
        (n for n, s in spec if s.with_events and r.run.headline in (n, s.with_events)), r.run.headline
    )
    rows = r.run.weights
    rows = select(rows, combination=pair, series_id=r.view.series_id, horizon=1)
    rows = rows.dropna(subset=["weight"]) if len(rows) else rows
    if not len(rows) or rows["origin"].nunique() < 6:
        return None
    wide = rows.pivot_table(index="origin", columns="member", values="weight", aggfunc="first")
    wide = wide[list(dict.fromkeys(rows["member"]))].fillna(0.0)
    wide = wide.set_axis(pd.DatetimeIndex(wide.index).to_period("M")).groupby(level=0).last()
    wide = wide.reindex(pd.period_range(wide.index[0], wide.index[-1], freq="M")).ffill()
    called = {str(m): labels.model_name(str(m)) for m in wide.columns}
    text, now = prose(TEXT), wide.iloc[-1].round(6)
    shares = [(called[m], float(now[m])) for m in called]
    return r.studio.chart(
        partial(draw_weights, wide, called),
        Chart(
            "weights",
            title=text.weights_title(max(shares, key=lambda one: one[1]), len(shares)),
            subtitle=text.weights_subtitle(wide.index[0], wide.index[-1]),
            note=text.weights_note(),
            label=text.weights_label(shares),
            csv="weights.csv",
        ),
    )


def fit_tables(r: Report) -> list[Table]:
    """Return what the models estimated, and the checks of their residuals, folded."""
    return [one for one in (_estimates(r), _residuals(r)) if one is not None]


def printable(estimate: float, se: float) -> bool:
    """Return whether an estimate of a measure on logs means anything: no more than sevenfold, and known."""
    return bool(abs(estimate) <= 2 and not se > 1)


def _estimates(r: Report) -> Table | None:
    text, run = prose(TEXT), r.run
    made = run.coefficients
    made = select(made, series_id=(r.view.series_id, "pooled"))
    called = r.measures.called()
    rows, hidden = [], 0
    for row in records(made, CoefficientRow):
        if row.kind != "nuisance" and not printable(row.estimate, row.se):
            hidden += 1
            continue
        term = " · ".join(called.get(part) or codes.term_words(part) for part in str(row.term).split(" + "))
        numbers = (text.number(row.estimate), text.number(row.se), text.pair(row.lower, row.upper))
        rows.append((term, labels.model_name(str(row.model)), *numbers, codes.told("kind", row.kind)))
    if not rows:
        return None
    return table(
        text.estimates_caption(), text.estimates_head(), rows, text.estimates_foot(hidden), folded=True
    )


def _residuals(r: Report) -> Table | None:
    text, made = prose(TEXT), r.run.diagnostics
    made = select(made, series_id=(r.view.series_id, "pooled"))
    rows = [
        (
            codes.told("check", row.check, row),
            labels.model_name(str(row.model)),
            text.number(row.statistic),
            small(row.p_value),
            codes.told("checked", row.note, row) if row.note else "",
        )
        for row in records(made, CheckRow)
    ]
    return table(text.residuals_caption(), text.residuals_head(), rows, folded=True) if rows else None
