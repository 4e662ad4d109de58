"""Several runs on one page: their scores, their fans on one scale, and what differs in their configuration."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecast.report import names
from forecast.report import wording as w
from forecast.report._rows import pick
from forecast.report.catalogue import speaking, t
from forecast.report.companions import read_csv, reading
from forecast.report.content import Cell, Chart, Head, Page, Row, Section, Table
from forecast.report.studio import Studio
from forecast.spec import DataError

FILES = ("report.json", "observations.csv", "scores.csv", "experiment.yaml")
_OF_SCORES = ("model", "knowledge", "series_id", "horizon", "era", "scale", "metric", "skill")


@dataclass(frozen=True)
class Kept:
    """A run as its folder keeps it."""

    label: str
    language: str
    as_of: str  #: in words
    model: str
    series: str
    counts: pd.Series  #: Period -> value of the headline's series
    ahead: pd.DataFrame  #: ``month middle lower_80 upper_80``
    scores: pd.DataFrame
    settings: Mapping[str, str]  #: dotted key -> value

    def skill(self, model: str, horizon: str) -> float | None:
        """Return the skill on logs over all dates against the run's own baseline, or None."""
        rows = pick(self.scores, model=model, horizon=horizon, series_id=self.series, era="all", scale="log", metric="wis")  # fmt: skip
        rows = rows[rows["knowledge"] != "hindsight"].dropna(subset=["skill"])
        return float(rows["skill"].iloc[0]) if len(rows) else None


def read_run(folder: Path) -> Kept:
    """Return a run from its folder.

    Raises
    ------
    DataError
        If a file of it is missing or damaged.
    """
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise DataError(f"{folder}: holds no run ({w.joined(missing)} missing)")
    with reading(folder):
        return _read(folder)


def _read(folder: Path) -> Kept:
    import yaml

    told = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    numbers = told["numbers"]
    plain = yaml.safe_load((folder / "experiment.yaml").read_text(encoding="utf-8"))
    known = pick(read_csv(folder / "observations.csv"), series_id=numbers["series"])
    ahead = pd.DataFrame(numbers["forecast"], columns=["month", "middle", "lower_80", "upper_80"])
    return Kept(
        label=" ".join(plain.get("overrides") or [plain["name"]]),
        language=plain.get("report", {}).get("language", "en"),
        as_of=told["as_of"],
        model=numbers["model"],
        series=numbers["series"],
        counts=pd.Series(known["value"].to_numpy(float), index=pd.PeriodIndex(known["month"], freq="M")),
        ahead=ahead.assign(month=pd.PeriodIndex(ahead["month"].astype(str), freq="M")).astype({"middle": float, "lower_80": float, "upper_80": float}),
        scores=read_csv(folder / "scores.csv")[list(_OF_SCORES)],
        settings=_flat(plain),
    )  # fmt: skip


def _flat(value: Any, key: str = "") -> dict[str, str]:
    if isinstance(value, Mapping) and value:
        return {k: v for name, part in value.items() for k, v in _flat(part, f"{key}.{name}".strip(".")).items()}  # fmt: skip
    if isinstance(value, list):
        return {key: ", ".join(map(str, value)) or "none"}
    return {key: "none" if value is None or value == {} else str(value)}


def compare_html(folders: Sequence[Path]) -> str:
    """Return the page of several run folders, in the language of the first: one file that asks for nothing."""
    from forecast.report.page import render

    runs = [read_run(folder) for folder in folders]
    labels = [run.label for run in runs]
    if len(set(labels)) < len(labels):  # the same words twice: the folders tell them apart
        labels = [f"{label} ({folder.parent.name}/{folder.name})" for label, folder in zip(labels, folders, strict=True)]  # fmt: skip
    studio = Studio(png=False)
    with speaking(runs[0].language):
        return render(compare_page(runs, labels, studio), studio, ())


def compare_page(runs: Sequence[Kept], labels: Sequence[str], studio: Studio) -> Page:
    """Return the content of the page; its charts are drawn in `studio`."""
    number = w.capital(w.word_plural(len(runs), "run"))
    days = list(dict.fromkeys(run.as_of for run in runs))
    sections = (
        Section("scores", t('Which run scores best?'), t("Scores"), _find(runs, labels), (_scores(runs, labels), _models(runs, labels))),
        Section("fans", t('What does each forecast?'), t("Forecasts"), "", (_fans(runs, labels, studio), _next(runs, labels))),
        Section("settings", t('What differs in the configuration?'), t("Configuration"), "", (_settings(runs, labels),)),
    )  # fmt: skip
    h1 = t("{runs} side by side{span}", runs=number, span=_span(runs))
    return Page(
        name=t("Runs side by side"), issue=number, as_of=w.joined(days), status=t('Each run is scored on its own dates; {runs} in all', runs=number.lower()),
        late=False, h1=h1, standfirst=t('Scores of two runs may be set against each other only where they rest on the same dates and series.'),
        description=h1, facts=(), lead=None, sections=sections, cite="", footer=t('Made from the run folders; nothing is computed anew.'),
    )  # fmt: skip


def _span(runs: Sequence[Kept]) -> str:
    """Return where the next month's middles lie, where all runs forecast the same month of the same series."""
    ahead = [run.ahead for run in runs]
    if len({run.series for run in runs}) > 1 or not all(map(len, ahead)) or len({table["month"][0] for table in ahead}) > 1:  # fmt: skip
        return ""
    low, high = (w.rounded(float(end(table["middle"][0] for table in ahead))) for end in (min, max))
    month = w.month_long(ahead[0]["month"][0])
    if low == high:
        return t(": the middle for {month} is {low}", month=month, low=low)
    return t(": the middle for {month} goes from {low} to {high}", month=month, low=low, high=high)


def _find(runs: Sequence[Kept], labels: Sequence[str]) -> str:
    found = {label: skill for label, run in zip(labels, runs, strict=True) if (skill := run.skill(run.model, "1")) is not None}  # fmt: skip
    if not found:
        return t("No headline of these runs has a score.")
    best = max(found, key=lambda label: found[label])
    return t(
        "One month ahead the headline of “{best}” has the highest skill, {skill}, over the whole replay of its own run.",
        best=best,
        skill=w.skill(found[best]),
    )


def _skill(value: float | None) -> str:
    return t("not scored") if value is None else w.skill(value)


def _scores(runs: Sequence[Kept], labels: Sequence[str]) -> Table:
    horizons = ("1", "3", "6", "12", "all")
    head = (Head(t('Run')), Head(t('Headline'), "w"), *(Head(t('Skill, {distance}', distance=t('all distances') if h == 'all' else w.plural(int(h), 'month')), "n") for h in horizons), Head(t('Figures as known on'), "w"))  # fmt: skip
    rows = [
        Row((label, names.model_name(run.model), *(_skill(run.skill(run.model, h)) for h in horizons), run.as_of))
        for label, run in zip(labels, runs, strict=True)
    ]  # fmt: skip
    foot = t(
        "Skill = 1 − score ÷ score of the run’s own baseline; above 0 is better. The score is the weighted interval score on the log scale."
    )
    return Table(t("The headline of each run"), head, tuple(rows), foot)


def _models(runs: Sequence[Kept], labels: Sequence[str]) -> Table:
    models = list(dict.fromkeys(str(m) for run in runs for m in run.scores["model"]))
    rows = [
        Row((Cell(names.model_name(model), model), *(_skill(run.skill(model, "1")) for run in runs)))
        for model in models
    ]
    return Table(t('Skill of every model, one month ahead'), (Head(t('Model')), *(Head(label, "n") for label in labels)), tuple(rows))  # fmt: skip


def _fans(runs: Sequence[Kept], labels: Sequence[str], studio: Studio) -> Chart:
    from forecast.report.figure_series import series_chart

    panels = [(w.shortened(label, 38), run.counts.iloc[-36:], run.ahead) for label, run in zip(labels, runs, strict=True)]  # fmt: skip
    shared = len({run.series for run in runs}) == 1

    def draw(**how: Any) -> Any:
        return series_chart(panels, shared=shared, **how)

    number = w.word_plural(len(runs), "run")
    return studio.chart(
        "fans", draw, title=t('The forecasts of {runs}, one scale', runs=number) if shared else t('The forecasts of {runs}, each on its own scale', runs=number),
        subtitle=t('Counts of the last three years and the forecast with its 80% range; all panels have one scale') if shared else t('Counts of the last three years and the forecast with its 80% range; every panel has its own scale'), note=t('Blue: the middle of the headline’s forecast and its 80% range.'),
        label=t('{charts}, one for each run.', charts=w.capital(w.word_plural(len(runs), 'small line chart'))), csv="",
    )  # fmt: skip


def _next(runs: Sequence[Kept], labels: Sequence[str]) -> Table:
    rows = []
    for label, run in zip(labels, runs, strict=True):
        cells = [label]
        for position in (0, 2, 5, 11):
            if position >= len(run.ahead):
                cells.append(t("none|cell"))
                continue
            row = run.ahead.iloc[position]
            known = np.isfinite(row["lower_80"])
            span = w.span(row["lower_80"], row["upper_80"]) if known else t("refused")
            cells.append(f"{w.rounded(row['middle'])} ({span})")
        rows.append(Row(tuple(cells)))
    head = (
        Head(t("Run")),
        *(Head(t("{months} ahead", months=w.plural(h, "month")), "n") for h in (1, 3, 6, 12)),
    )
    return Table(t("Middle of the forecast and its 80% range"), head, tuple(rows))


def _settings(runs: Sequence[Kept], labels: Sequence[str]) -> Table:
    keys = list(dict.fromkeys(key for run in runs for key in run.settings if key != "overrides"))
    rows = []
    for key in keys:
        values = tuple(run.settings.get(key, t("not set")) for run in runs)
        if len(set(values)) > 1:
            rows.append(Row((key, *values)))
    foot = "" if rows else t("The settings of these runs are the same.")
    return Table(t('Settings that are not the same in all'), (Head(t('Key')), *(Head(label) for label in labels)), tuple(rows), foot)  # fmt: skip
