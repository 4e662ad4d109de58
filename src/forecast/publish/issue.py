"""The issue of a round: made where there is a reason, staged where a person is to look, or only told."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd

from forecast.archive.store import digest_of
from forecast.data.observations import Observations
from forecast.errors import ForecastError, named
from forecast.experiment.pipeline import read_inputs, workers
from forecast.publish import folders
from forecast.publish.content import staleness
from forecast.publish.desk import Desk, Outcome, own_site, refuse_damaged, stamp
from forecast.publish.finish import finish
from forecast.publish.reading import Read, decision, fetch_checked, read_source
from forecast.publish.recovery import recover, unfinished
from forecast.publish.release import Maker, existing_revision
from forecast.publish.replays import missed_days, replay
from forecast.publish.rounds import News, settings_digest
from forecast.report.codes import late_sentence


def round_of(desk: Desk, force: bool, as_of: str | None, scratch: Path, read: Read | None = None) -> Outcome:
    """Make one round, for the holder of the lock.

    Parameters
    ----------
    read : Read, optional
        Its figures, where they were read already, together with those of others.
    """
    desk.on_step("recover")
    own_site(desk)
    refuse_damaged(desk.archive)
    notes = recovered(desk, scratch)
    desk.on_step("read")
    if read is None:
        read = _read(desk, scratch, force)
        if read.fetched is not None:
            read.fetched.put(desk.archive)
    notes += read.fetched_lines
    desk.archive.create()
    with named(read.source.places):
        made, more = _issue(desk, read, force, as_of, scratch)
        notes += more + finish(desk, read.source, read.obs, made)
    return replace(made, text="\n".join([*notes, made.text]))


def _read(desk: Desk, scratch: Path, force: bool) -> Read:
    """Read the figures of a round, new ones too; what was staged is released without them."""
    fetched = None if desk.release else fetch_checked([desk], scratch / "fetched")
    return read_source(desk, scratch, force, fetched)


def recovered(desk: Desk, scratch: Path) -> list[str]:
    """Finish what an interrupted round left, and say so."""
    there = desk.archive.path.is_file()
    return recover(desk.archive, desk.exp, desk.site, scratch, desk.on_step) if there else []


def _issue(
    desk: Desk, read: Read, force: bool, as_of: str | None, scratch: Path
) -> tuple[Outcome, list[str]]:
    """Make the issue of a round if there is a reason, and the
    missed ones before it; return what to say besides.
    """
    desk.on_step("decide")
    found, day, kind = decision(desk, read.obs, as_of)
    if refused := _unreleased(desk, kind, day):
        return refused, []
    if not (found.any or force or as_of is not None):
        return _nothing(desk, read.obs, f"nothing new: {found}; the last report is of {day.date()}"), []
    notes = []
    if kind == "published" and as_of is None:
        notes = [
            *_ahead_of_clock(desk, day),
            *_catch_up(desk, read, day, scratch),
            *_came_together(desk, read, found),
        ]
    return _make(desk, read, found, day, kind, scratch), notes


def _ahead_of_clock(desk: Desk, day: pd.Timestamp) -> list[str]:
    """Return what to say of an issue whose newest figure counts from a day that is still to come."""
    if desk.today >= day:
        return []
    counts = "stated in the file or assumed by data.release_lag_days"
    return [
        f"the clock says {desk.today.date()}, before {day.date()}, from which the newest figure counts"
        f" ({counts})"
    ]


def _nothing(desk: Desk, obs: Observations, text: str) -> Outcome:
    late = staleness(desk.exp, obs, desk.today)
    return Outcome(6, f"{text}\n{late_sentence(late)}") if late else Outcome(3, text)


def _make(desk: Desk, read: Read, found: News, day: pd.Timestamp, kind: str, scratch: Path) -> Outcome:
    """Run, compare, write aside, archive, put in place."""
    maker = Maker(
        desk.archive, desk.exp, read.source, read.obs, kind, desk.command, desk.on_step, desk.progress
    )
    held = _is_held(desk, kind)
    revision, last_result = existing_revision(desk.archive, desk.exp, kind, day)
    path = _path(kind, day, revision)
    staged = desk.staged / Path(path).name
    if held and staged.is_dir():
        return _waits(staged)
    with workers(desk.exp):
        result = maker.run(day, desk.cache)
        if last_result == (digest_of(result.forecasts), settings_digest(desk.exp)):
            same = "the same in every number as what is published; nothing was added"
            return Outcome(0, f"made again as of {day.date()}: {same}")
        entry = maker.entry(result, revision, stamp(desk), scratch, desk.cache)
        aside = scratch / "staged" if held else folders.aside(desk.site, path)
        entry = maker.written(entry, result, aside, path)
    title = str(entry.report["title"]) if entry.report else ""
    if held:
        folders.put(aside, staged)
        where = (
            f"{staged / 'index.html'}\nnothing is published yet; `forecast publish --release` publishes it"
        )
        return Outcome(0, f"staged as of {day.date()}: {found}\n{title}\n{where}", staged)
    if desk.release and _differ(aside, staged):
        folders.clear(desk.site, set())
        shutil.rmtree(staged)
        return Outcome(4, f"{staged}: the figures have changed since it was staged. {_STAGES_ANEW}")
    desk.archive.record(entry, desk.on_step)
    desk.on_step("place")
    folders.put(aside, folders.folder_of(desk.site, path))
    shutil.rmtree(staged, ignore_errors=True)
    return Outcome(
        0, f"{kind} as of {day.date()}: {found}\n{title}\n{desk.site / path / 'index.html'}", desk.site / path
    )


#: What a person does when nothing can be released as it was looked at.
_STAGES_ANEW = "Nothing was published; `forecast publish` stages the issue as it is now"


def _is_held(desk: Desk, kind: str) -> bool:
    """Tell whether an issue is staged for a person to look at."""
    return desk.exp.publish.hold and kind == "published" and not desk.release


def _unreleased(desk: Desk, kind: str, day: pd.Timestamp) -> Outcome | None:
    """Return why the issue of a day is not released: none waits, or another one does."""
    if not desk.release:
        return None
    waiting = sorted(p.name for p in desk.staged.glob("*")) if desk.staged.is_dir() else []
    revision, _ = existing_revision(desk.archive, desk.exp, kind, day)
    if kind == "published" and Path(_path(kind, day, revision)).name in waiting:
        return None
    if not waiting:
        return Outcome(3, f"{desk.staged}: no issue waits to be released")
    return Outcome(
        4,
        f"{desk.staged}: {', '.join(waiting)} waits, and the newest figures are of {day.date()}."
        f" {_STAGES_ANEW}",
    )


def _differ(made: Path, staged: Path) -> bool:
    """Tell whether the forecasts of a report are other than those that were looked at."""
    seen = staged / "forecasts.csv"
    return not seen.is_file() or (made / "forecasts.csv").read_bytes() != seen.read_bytes()


def _waits(staged: Path) -> Outcome:
    return Outcome(3, f"{staged}: waits for a person; `forecast publish --release` publishes it")


def _path(kind: str, day: pd.Timestamp, revision: int) -> str:
    folder = "reports" if kind == "published" else "replayed"
    return f"{folder}/{day.date()}{f'-r{revision}' if revision > 1 else ''}"


def _came_together(desk: Desk, read: Read, found: News) -> list[str]:
    """Tell the new months that have no issue of their own, since a later one came out on the same day."""
    older: set[str] = set()
    for name in desk.exp.target.series:
        out = read.obs.first_released(name)
        new = out[out.index.isin(pd.PeriodIndex(found.months, freq="M"))].sort_index()
        older |= {str(month) for month in new.index[new.duplicated(keep="last")]}
    if not older:
        return []
    return [
        f"no issue of its own: {', '.join(sorted(older))}, which came out on the same day as a later month"
    ]


def _catch_up(desk: Desk, read: Read, day: pd.Timestamp, scratch: Path) -> list[str]:
    """Replay the issues that were missed since the last one, each as
    of its day; one that cannot be made is told.
    """
    days = missed_days(desk, read.obs, day)
    if not days or desk.exp.publish.catch_up == "skip":
        return [f"skipped: the issue of {d.date()}, which was missed" for d in days]
    maker = Maker(desk.archive, desk.exp, read.source, read.obs, "replayed", "", desk.on_step, desk.progress)
    notes = []
    with workers(desk.exp):
        for missed in days:
            desk.on_step(f"catch up: {missed.date()}")
            try:
                replay(desk, maker, missed, True, scratch)
                notes.append(f"replayed: the issue of {missed.date()}, which was missed")
            except ForecastError as error:
                notes.append(f"missed: the issue of {missed.date()} cannot be replayed ({error})")
    return notes


def look(desk: Desk, force: bool, as_of: str | None, scratch: Path, read: Read | None = None) -> Outcome:
    """Say what the round would say, writing nothing outside a temporary folder."""
    refuse_damaged(desk.archive)
    own_site(desk)
    if read is None:
        read = _read(desk, scratch, force)
    lines = unfinished(desk.archive, desk.exp, desk.site)
    outcome = _looked(desk, read, force, as_of)
    return replace(outcome, text="\n".join([*lines, outcome.text]))


def _looked(desk: Desk, read: Read, force: bool, as_of: str | None) -> Outcome:
    found, day, kind = decision(desk, read.obs, as_of)
    if refused := _unreleased(desk, kind, day):
        return refused
    if not (found.any or force or as_of is not None):
        return _nothing(desk, read.obs, f"nothing would be published: {found}")
    with named(read.source.places):
        read_inputs(replace(read.source.experiment, as_of=str(day.date())))
    revision, _ = existing_revision(desk.archive, desk.exp, kind, day)
    path = desk.site / _path(kind, day, revision)
    held = _is_held(desk, kind)
    if held and (desk.staged / path.name).is_dir():
        return _waits(desk.staged / path.name)
    what = (
        f"would {'stage, for a person to release,' if held else 'publish'} as of {day.date()} ({kind}):"
        f" {found}"
    )
    if revision > 1:
        what += "; nothing if every number is the same as in the report of that day"
    if path.exists():
        raise ForecastError(f"{path}: stands there already, and the archive does not know it; move it aside")
    folder = desk.staged / path.name if held else path
    before = []
    if kind == "published" and as_of is None:
        would = "skip" if desk.exp.publish.catch_up == "skip" else "replay first"
        missed = missed_days(desk, read.obs, day)
        before = [f"would {would}: the missed issue of {d.date()}" for d in missed]
        before += _came_together(desk, read, found)
    return Outcome(
        0, "\n".join([*read.fetched_lines, *before, what, f"folder: {folder}", "nothing was written"])
    )
