"""Making one issue: the run, its place in the record, what changed, the page aside; and making it again."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from forecast.archive.rows import Entry, ReportEntry
from forecast.archive.store import Archive
from forecast.archive.track_record import matured
from forecast.config.settings import Experiment
from forecast.data.observations import Observations
from forecast.errors import ForecastError
from forecast.experiment.pipeline import figures_of
from forecast.experiment.run import Run, run
from forecast.files import sync_folder
from forecast.publish import folders
from forecast.publish.corrections import Which, correction_of, only_corrected
from forecast.publish.forecast_only import Forecasts, forecast_only
from forecast.publish.reruns import LastIssue, Workplace, what_changed
from forecast.publish.rounds import as_issue, entry_of, record_of, settings_digest, settings_from
from forecast.publish.sources import Source, laid_out
from forecast.report.build import write_report
from forecast.report.write.files import versions
from forecast.tables import forecasts


@dataclass(frozen=True)
class Maker:
    """What every issue of one call has in common."""

    archive: Archive
    exp: Experiment
    source: Source
    obs: Observations
    kind: str
    command: str
    on_step: Callable[[str], None]
    progress: bool

    def run(self, day: pd.Timestamp, cache: Path | None) -> Run:
        """Run the experiment as of a day, reading the copies of the source."""
        self.on_step("run")
        return run(self._as_of(day), progress=self.progress, cache=cache)

    def forecast(self, day: pd.Timestamp, cache: Path | None) -> Forecasts:
        """Make the forecasts of a day and no more."""
        self.on_step("run")
        return forecast_only(self._as_of(day), cache, self.progress)

    def _as_of(self, day: pd.Timestamp) -> Experiment:
        return replace(self.source.experiment, as_of=str(day.date()))

    def entry(
        self, result: Run | Forecasts, revision: int, written: str, scratch: Path, cache: Path | None
    ) -> Entry:
        """Return the round for the archive: what matured, what changed; the report is added by `written`."""
        exp = replace(self.exp, as_of=str(result.as_of.date()))
        self.on_step("score")
        scored = self._matured(result.as_of)
        self.on_step("compare")
        changed = self._changes(result, scratch, cache)
        entry = entry_of(result, exp, self.obs, self.kind, written, versions())
        return replace(entry, revision=revision, inputs=self.source.files, matured=scored, changes=changed)

    def written(self, entry: Entry, result: Run, aside: Path, path: str) -> Entry:
        """Write the page aside, through to the disk, and return the round with its report."""
        self.on_step("write")
        exp = replace(self.exp, as_of=entry.as_of)
        record = record_of(self.archive, exp, self.obs, result.as_of)
        command = self.command or f"forecast experiment={exp.name} as_of={entry.as_of}"
        shutil.rmtree(aside, ignore_errors=True)
        aside.parent.mkdir(parents=True, exist_ok=True)
        which = Which(entry.experiment, entry.kind, entry.as_of)
        alone = only_corrected(self.obs, list(exp.target.series), self.archive, which)
        corrects = correction_of(self.archive, which, entry.written, entry.result, alone=alone)
        issue = as_issue(result, exp, record, entry.changes, corrects)
        write_report(issue, aside, command=command, png=exp.report.png)
        sync_folder(aside)
        told = json.loads((aside / "report.json").read_text(encoding="utf-8"))
        report: ReportEntry = {
            "path": path,
            "title": str(told["h1"]),
            "summary": str(told["standfirst"]),
            "command": command,
            "png": exp.report.png,
            "digest": folders.folder_digest(aside),
        }
        return replace(entry, report=report)

    def _matured(self, day: pd.Timestamp) -> pd.DataFrame:
        """Earlier forecasts whose truth is new or another one since they were scored last."""
        replayed, first = self.kind == "replayed", day - pd.DateOffset(months=20 + self.exp.horizon)
        since = str(first.date()) if replayed else ""
        record = record_of(self.archive, self.exp, self.obs, day, since=since)
        if replayed and len(record):
            # months older than the longest horizon and a year of revisions are scored when all is replayed
            record = record[record["month"] > pd.Period(day, "M") - 16]
        if record.empty:
            return pd.DataFrame()
        rows = matured(record, str(day.date()))
        if rows.empty:
            return rows
        key = ["run", "model", "knowledge", "scenario", "series_id", "month", "truth_kind", "truth"]
        known = self.archive.query(
            "SELECT m.run, n.model, n.knowledge, n.scenario, n.series_id, m.month, m.truth_kind, m.truth FROM"
            " matured m JOIN names n ON n.id = m.name WHERE m.run >= ?",
            [int(rows["run"].min())],
        )
        rows = rows.assign(month=rows["month"].astype(str))
        seen = set(known[key].itertuples(index=False, name=None))
        return rows[[k not in seen for k in rows[key].itertuples(index=False, name=None)]]

    def _changes(self, result: Run | Forecasts, scratch: Path, cache: Path | None) -> pd.DataFrame:
        last = self._last_issue(result.as_of)
        if last is None:
            return pd.DataFrame()
        folder = Path(tempfile.mkdtemp(prefix="compare-", dir=scratch))
        try:
            source = replace(self.source.experiment, as_of=str(result.as_of.date()))
            workplace = Workplace(folder, cache, self.on_step)
            return what_changed(last, result, source, settings_digest(self.exp), self.obs, workplace)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _last_issue(self, day: pd.Timestamp) -> LastIssue | None:
        runs = self.archive.runs(self.exp.name, self.kind)
        runs = runs[runs["as_of"] <= str(day.date())]
        if runs.empty:
            return None
        row = runs.iloc[-1]
        exp = settings_from(row["config"])
        table = self.archive.forecasts([int(row["id"])], str(row["headline"]))
        same = self.kind == "replayed" and json.loads(row["software"]) == versions()
        return LastIssue(
            experiment=exp,
            as_of=pd.Timestamp(row["as_of"]),
            middle=forecasts.median(forecasts.headline(table, str(row["headline"]))),
            last_months={s: pd.Period(m, "M") for s, m in json.loads(row["last_month"]).items()},
            files=self.archive.inputs(int(row["id"])),
            known=str(row["known"]),
            settings=str(row["config_digest"]),
            same_software=same,
        )


def existing_revision(
    archive: Archive, exp: Experiment, kind: str, day: pd.Timestamp
) -> tuple[int, tuple[str, str]]:
    """Return the number that a report of this day gets, and result and settings of the one before it."""
    if not archive.path.is_file():
        return 1, ("", "")
    runs = archive.runs(exp.name, kind)
    runs = runs[runs["as_of"] == str(day.date())]
    if runs.empty:
        return 1, ("", "")
    last = runs.iloc[-1]
    return int(last["revision"]) + 1, (str(last["result"]), str(last["config_digest"]))


def remade(archive: Archive, row: pd.Series, scratch: Path) -> Path:
    """Make a report again from the archive alone and return its folder.

    Parameters
    ----------
    archive : Archive
    row : Series
        A row of `Archive.runs` with a report.
    scratch : Path
        A folder of one's own.
    """
    exp = settings_from(row["config"])
    here = laid_out(exp, archive.inputs(int(row["id"])), scratch / "source")
    obs = figures_of(here)
    result = run(here)
    record = record_of(archive, exp, obs, result.as_of, before=int(row["id"]))
    changed = archive.changes(int(row["id"]))
    which = Which(*(str(row[key]) for key in Which._fields))
    alone = only_corrected(obs, list(exp.target.series), archive, which)
    corrects = correction_of(
        archive, which, str(row["written"]), str(row["result"]), before=int(row["id"]), alone=alone
    )
    issue = as_issue(result, exp, record, changed, corrects)
    target = scratch / "report"
    try:
        write_report(issue, target, command=str(row["command"]), png=bool(row["png"]))
    except ForecastError:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return target
