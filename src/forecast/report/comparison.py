"""Several runs side by side: their skill, their forecasts, and what differs in their configuration."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from forecast.errors import DataError
from forecast.report import format as w
from forecast.report import labels as names
from forecast.report.blocks import Cell, Head, Page, Row, Section, Table
from forecast.report.catalogue import speaking, t
from forecast.report.figures.renderer import Studio
from forecast.report.write.files import read_csv, reading
from forecast.report.write.markdown import markdown
from forecast.tables.forecasts import select

_OF_SCORES = ("model", "knowledge", "series_id", "horizon", "era", "scale", "metric", "skill")
FILES = ("report.json", "scores.csv", "experiment.yaml")


@dataclass(frozen=True)
class RunFolder:
    """A run as its folder keeps it."""

    label: str
    language: str
    as_of: str  #: in words
    model: str
    series: str
    ahead: Sequence[Mapping[str, Any]]  #: ``middle lower_80 upper_80`` of each month
    scores: pd.DataFrame
    settings: Mapping[str, str]  #: dotted key -> value
    dates: frozenset[str] = frozenset()  #: on which forecasts were made that can be scored

    def skill(self, model: str, horizon: str) -> str:
        """Return the skill on logs over all dates against the run's own baseline, in words."""
        found = self.skill_number(model, horizon)
        return t("not scored") if found is None else w.skill(found)

    def skill_number(self, model: str, horizon: str) -> float | None:
        """Return the same as a number, None where it was not scored."""
        rows = select(self.scores, model=model, horizon=horizon, series_id=self.series, era="all")
        rows = select(rows, scale="log", metric="wis")
        rows = rows[rows["knowledge"] != "hindsight"].dropna(subset=["skill"])
        return float(rows["skill"].iloc[0]) if len(rows) else None

    def forecast(self, horizon: int) -> str:
        """Return the middle of a month ahead and its 80% range, in words."""
        if horizon > len(self.ahead):
            return t("none|cell")
        row = self.ahead[horizon - 1]
        span = t("refused") if row["lower_80"] is None else w.span(row["lower_80"], row["upper_80"])
        return f"{w.rounded(row['middle'])} ({span})"


def read_run(folder: Path) -> RunFolder:
    """Return a run from its folder; one that lacks a file or is damaged is a `DataError`."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise DataError(f"{folder}: holds no run ({w.joined(missing)} missing)")
    with reading(folder):
        return _read(folder)


def _read(folder: Path) -> RunFolder:
    import yaml

    told = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    plain = yaml.safe_load((folder / "experiment.yaml").read_text(encoding="utf-8"))
    return RunFolder(
        label=" ".join(plain.get("overrides") or [plain["name"]]),
        language=plain.get("report", {}).get("language", "en"),
        as_of=told["as_of"] if "as_of" in told else told["index"]["masthead"][1],
        model=told["numbers"]["model"],
        series=told["numbers"]["series"],
        ahead=told["numbers"]["forecast"],
        scores=read_csv(folder / "scores.csv")[list(_OF_SCORES)],
        settings=_flat(plain),
        dates=_dates(folder / "folds.csv", told["numbers"]["series"]),
    )


def _dates(path: Path, series: str) -> frozenset[str]:
    """Return the origins of a run; none where its folder does not tell."""
    if not path.is_file():
        return frozenset()
    folds = pd.read_csv(path, dtype=str, keep_default_na=False)
    return frozenset(folds.loc[(folds["series_id"] == series) & (folds["status"] == "ok"), "origin"])


def _flat(value: Any, key: str = "") -> dict[str, str]:
    if isinstance(value, Mapping) and value:
        parts = [_flat(part, f"{key}.{name}".strip(".")) for name, part in value.items()]
        return {k: v for part in parts for k, v in part.items()}
    if isinstance(value, list):
        return {key: ", ".join(map(str, value)) or "none"}
    return {key: "none" if value is None or value == {} else str(value)}


def compare_html(folders: Sequence[Path]) -> str:
    """Return the page of several run folders, in the language of the first: one file, no requests."""
    from forecast.report.build import render

    return _written(folders, lambda page: render(page, Studio(png=False), ()))


def compare_markdown(folders: Sequence[Path]) -> str:
    """Return the same as Markdown."""
    return _written(folders, markdown)


def _written(folders: Sequence[Path], write: Callable[[Page], str]) -> str:
    runs = [read_run(folder) for folder in folders]
    labels = [run.label for run in runs]
    if len(set(labels)) < len(labels):  # the same words twice: the folders tell them apart
        labels = [f"{run.label} ({folder})" for run, folder in zip(runs, folders, strict=True)]
    with speaking(runs[0].language):
        return write(compare_page(dict(zip(labels, runs, strict=True))))


def compare_page(runs: Mapping[str, RunFolder]) -> Page:
    """Return the content of the page: runs by their label."""
    number = w.word_plural(len(runs), "run")
    h1 = t("{runs} side by side", runs=w.capital(number))
    scores = Section(
        "scores", t("How do the runs score?"), t("Scores"), best_run(runs), (_headlines(runs), _models(runs))
    )
    question, nav = t("What differs in the configuration?"), t("Configuration")
    return Page(
        title=t("Runs side by side"),
        issue=w.capital(number),
        masthead=(
            t("Runs side by side"),
            w.joined(list(dict.fromkeys(run.as_of for run in runs.values()))),
            t("Each run is scored on its own dates; {runs} in all", runs=number),
        ),
        h1=h1,
        standfirst=t(
            "Scores of two runs may be set against each other only where they rest on the same dates"
            " and series."
        ),
        description=h1,
        sections=(scores, Section("settings", question, nav, "", (_settings(runs),))),
        footer=t("Made from the run folders; nothing is computed anew."),
    )


def best_run(runs: Mapping[str, RunFolder]) -> str:
    """Return what may be said of the best run one month ahead, its name only on common dates."""
    first = next(iter(runs.values()))
    rests_on = {(run.series, run.dates, run.settings.get("backtest.score_from")) for run in runs.values()}
    if len(rests_on) > 1 or not first.dates:
        return t("These runs do not rest on the same dates and series, so none of them is called the best.")
    scored = {label: run.skill_number(run.model, "1") for label, run in runs.items()}
    told = {label: round(skill, 3) for label, skill in scored.items() if skill is not None}
    best = [label for label, skill in told.items() if skill == max(told.values())]
    if len(best) != 1 or len(told) < len(runs):
        return t("One month ahead no run has the highest skill alone.")
    return t(
        "One month ahead “{run}” has the highest skill on the same {number} dates, {skill}.",
        run=best[0],
        number=w.count(len(first.dates)),
        skill=w.skill(told[best[0]]),
    )


def _headlines(runs: Mapping[str, RunFolder]) -> Table:
    distances = {"1": w.plural(1, "month"), "12": w.plural(12, "month"), "all": t("all distances")}
    head = [Head(t("Run")), Head(t("Headline"), "w"), Head(t("Figures as known on"), "w")]
    head += [Head(t("Skill, {distance}", distance=distance), "n") for distance in distances.values()]
    head += [Head(t("{months} ahead", months=w.plural(h, "month")), "n") for h in (1, 12)]
    uneven = len({len(run.ahead) for run in runs.values()}) > 1
    rows = []
    for label, run in runs.items():
        skills, ahead = [run.skill(run.model, h) for h in distances], map(run.forecast, (1, 12))
        if uneven and run.skill_number(run.model, "all") is not None:  # means over other distances
            skills[-1] = t("{skill} (1 to {months})", skill=skills[-1], months=len(run.ahead))
        rows.append(Row((label, names.model_name(run.model), run.as_of, *skills, *ahead)))
    foot = t(
        "Skill = 1 − score ÷ score of the run’s own baseline; above 0 is better."
        " The score is the weighted interval score on the log scale."
    )
    return Table(t("The headline of each run"), tuple(head), tuple(rows), foot)


def _models(runs: Mapping[str, RunFolder]) -> Table:
    models = list(dict.fromkeys(str(model) for run in runs.values() for model in run.scores["model"]))
    called = [names.model_name(model) for model in models]
    rows = tuple(
        Row(
            (
                Cell(name if called.count(name) == 1 else f"{name} ({model})", model),
                *(run.skill(model, "1") for run in runs.values()),
            )
        )
        for model, name in zip(models, called, strict=True)
    )
    head = (Head(t("Model")), *(Head(label, "n") for label in runs))
    return Table(t("Skill of every model, one month ahead"), head, rows)


def _settings(runs: Mapping[str, RunFolder]) -> Table:
    keys = list(dict.fromkeys(key for run in runs.values() for key in run.settings if key != "overrides"))
    values = {key: [run.settings.get(key, t("not set")) for run in runs.values()] for key in keys}
    rows = tuple(Row((key, *said)) for key, said in values.items() if len(set(said)) > 1)
    head = (Head(t("Key")), *(Head(label) for label in runs))
    foot = "" if rows else t("The settings of these runs are the same.")
    return Table(t("Settings that are not the same in all"), head, rows, foot)
