"""The monthly round: new figures? run, compare, write aside, archive, put in place, rebuild the site.

Safe to run at any time and any number of times, on a machine that may be switched off in the middle. The
archive is written in one transaction before the report's folder gets its name: a round that was cut off
before it leaves nothing, after it is finished by the next call.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from forecast.archive.store import digest_of, no_step
from forecast.config.settings import Experiment
from forecast.data.observations import Observations
from forecast.errors import ConfigError, ForecastError, named
from forecast.experiment.pipeline import figures_of, read_inputs, workers
from forecast.publish import folders
from forecast.publish.addresses import check_patterns
from forecast.publish.content import staleness
from forecast.publish.desk import Desk, Outcome, answered, desk_of, own_site, refuse_damaged, stamp
from forecast.publish.fetching import Fetched, fetch_figures, reading_folder
from forecast.publish.finish import finish, with_hook
from forecast.publish.holding import refuse_surprises
from forecast.publish.lock import locked
from forecast.publish.recovery import recover
from forecast.publish.release import Maker, existing_revision
from forecast.publish.replays import Months, missed_days, replay
from forecast.publish.rounds import News, news, refuse_shrinking, settings_digest
from forecast.publish.sources import Source, take
from forecast.publish.vintages import reread, rewritten, with_first_counts
from forecast.report.codes import late_sentence


@dataclass(frozen=True)
class _Read:
    """The figures of a round: where they are from, and what they are."""

    source: Source
    obs: Observations
    fetched: Fetched | None


def publish(
    experiment: Experiment,
    *,
    dry_run: bool = False,
    force: bool = False,
    as_of: str | None = None,
    today: dt.date | str | None = None,
    command: str = "",
    on_step: Callable[[str], None] = no_step,
    progress: bool = False,
) -> Outcome:
    """Publish one more report, or say why not.

    Parameters
    ----------
    experiment : Experiment
        With `publish` saying where archive and site are, and where new figures come from.
    dry_run : bool
        Say what would be done; write nothing.
    force : bool
        Publish although nothing is new, and accept a source from which figures have gone.
    as_of : str, optional
        Figures and events as known on this day. A day after which a figure of the target came out makes a
        ``replayed`` report; it never counts as published.
    today : date, optional
        The day; read from the clock when None. Decides whether figures are late, and from when a fetched
        figure without a day of its own is public.
    command : str
        The command that the page prints.
    on_step : callable
        Told the name of each step before it begins.
    progress : bool
        Show a progress bar on a terminal.

    Returns
    -------
    Outcome
        The code, what to say, and the report's folder if there is one.

    Examples
    --------
    >>> import forecast as fc
    >>> fc.publish_report(fc.load_experiment("monthly"), dry_run=True).code  # says what would be done, writes nothing
    0
    """
    desk = desk_of(experiment, today, command, on_step, progress)
    if dry_run:
        return answered(lambda: _dry_run(desk, force, as_of))
    last = desk.last_round()
    told = last.banner if last.code == "6" else ""
    outcome = answered(lambda: _round(desk, force, as_of))
    return with_hook(desk, outcome, told)


def fetch(experiment: Experiment, *, dry_run: bool = False, today: dt.date | str | None = None) -> Outcome:
    """Fetch new figures into their folder and do no more.

    Returns
    -------
    Outcome
        Code 0 where figures are new, 3 where none is, 4 where an address or file was refused.
    """
    desk = desk_of(experiment, today)

    def looked(scratch: Path) -> Outcome:
        read = _fetched(desk, scratch)
        made = not read.target.is_dir()
        if not dry_run:
            read.put(desk.archive)
        code = 0 if read.added or read.merged or made else 3
        note = f"\n{read.target}: {'nothing was written' if dry_run else 'is up to date'}"
        return Outcome(code, "\n".join(read.lines) + note)

    def work() -> Outcome:
        if not desk.exp.publish.fetch:
            raise ConfigError(
                "publish.fetch names no address, so nothing is fetched; publish=official has some"
            )
        check_patterns(desk.exp.publish.fetch)
        refuse_damaged(desk.archive)
        if dry_run:
            with tempfile.TemporaryDirectory(prefix="forecast-fetch-") as scratch:
                return looked(Path(scratch))
        with locked(desk.lock, desk.exp.publish.wait_seconds), desk.scratch() as folder:
            return looked(folder)

    return answered(work)


# --------------------------------------------------------------------------- a round


def _round(desk: Desk, force: bool, as_of: str | None) -> Outcome:
    spec = desk.exp.publish
    check_patterns(spec.fetch)
    desk.on_step("lock")
    with locked(desk.lock, spec.wait_seconds), folders.told(desk.site), desk.scratch() as scratch:
        desk.on_step("recover")
        own_site(desk)
        refuse_damaged(desk.archive)
        notes = _recovered(desk, scratch)
        desk.on_step("read")
        read = _figures(desk, scratch, force)
        if read.fetched is not None:
            read.fetched.put(desk.archive)
            notes += read.fetched.lines if read.fetched.added or read.fetched.merged else ()
        desk.archive.create()
        with named(read.source.places):
            made, more = _issue(desk, read, force, as_of, scratch)
            notes += more + finish(desk, read.source, read.obs, made)
        return replace(made, text="\n".join([*notes, made.text]))


def _recovered(desk: Desk, scratch: Path) -> list[str]:
    there = desk.archive.path.is_file()
    return recover(desk.archive, desk.exp, desk.site, scratch, desk.on_step) if there else []


def _issue(
    desk: Desk, read: _Read, force: bool, as_of: str | None, scratch: Path
) -> tuple[Outcome, list[str]]:
    """Make the issue of a round if there is a reason, and the
    missed ones before it; return what to say besides.
    """
    desk.on_step("decide")
    found, day, kind = _decision(desk, read.obs, as_of)
    if not (found.any or force or as_of is not None):
        return _nothing(desk, read.obs, f"nothing new: {found}; the last report is of {day.date()}"), []
    notes = _catch_up(desk, read, day, scratch) if kind == "published" and as_of is None else []
    return _make(desk, read, found, day, kind, scratch), notes


def _nothing(desk: Desk, obs: Observations, text: str) -> Outcome:
    late = staleness(desk.exp, obs, desk.today)
    return Outcome(6, f"{text}\n{late_sentence(late)}") if late else Outcome(3, text)


def _make(desk: Desk, read: _Read, found: News, day: pd.Timestamp, kind: str, scratch: Path) -> Outcome:
    """Run, compare, write aside, archive, put in place."""
    maker = Maker(
        desk.archive, desk.exp, read.source, read.obs, kind, desk.command, desk.on_step, desk.progress
    )
    held = desk.exp.publish.hold and kind == "published"
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
    desk.archive.record(entry, desk.on_step)
    desk.on_step("place")
    folders.put(aside, folders.folder_of(desk.site, path))
    shutil.rmtree(staged, ignore_errors=True)
    return Outcome(
        0, f"{kind} as of {day.date()}: {found}\n{title}\n{desk.site / path / 'index.html'}", desk.site / path
    )


def _waits(staged: Path) -> Outcome:
    return Outcome(3, f"{staged}: waits for a person; `forecast publish --release` publishes it")


def _path(kind: str, day: pd.Timestamp, revision: int) -> str:
    folder = "reports" if kind == "published" else "replayed"
    return f"{folder}/{day.date()}{f'-r{revision}' if revision > 1 else ''}"


def _catch_up(desk: Desk, read: _Read, day: pd.Timestamp, scratch: Path) -> list[str]:
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


def _dry_run(desk: Desk, force: bool, as_of: str | None) -> Outcome:
    """Say what the round would say, writing nothing outside a temporary folder."""
    refuse_damaged(desk.archive)
    own_site(desk)
    with tempfile.TemporaryDirectory(prefix="forecast-look-") as scratch:
        read = _figures(desk, Path(scratch), force)
        lines = read.fetched.lines if read.fetched is not None and read.fetched.added else ()
        found, day, kind = _decision(desk, read.obs, as_of)
        if not (found.any or force or as_of is not None):
            return _nothing(desk, read.obs, f"nothing would be published: {found}")
        with named(read.source.places):
            read_inputs(replace(read.source.experiment, as_of=str(day.date())))
        revision, _ = existing_revision(desk.archive, desk.exp, kind, day)
        missed = missed_days(desk, read.obs, day) if kind == "published" and as_of is None else []
    path = desk.site / _path(kind, day, revision)
    held = desk.exp.publish.hold and kind == "published"
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
    before = [f"would replay first: the missed issue of {d.date()}" for d in missed]
    return Outcome(0, "\n".join([*lines, *before, what, f"folder: {folder}", "nothing was written"]))


# --------------------------------------------------------------------------- past months


def backfill(
    experiment: Experiment,
    span: str,
    *,
    pages: bool = False,
    dry_run: bool = False,
    today: dt.date | str | None = None,
    on_step: Callable[[str], None] = no_step,
    progress: bool = False,
) -> Outcome:
    """Make the rounds of past months from what was public on their days, as ``replayed``.

    Parameters
    ----------
    experiment : Experiment
    span : str
        Months of data, ``2023-01..2026-08``.
    pages : bool
        Write a page for each round too; otherwise they stand in the archive and in the record only.
    dry_run : bool
        Say which rounds would be made; write nothing.
    today, on_step, progress
        As in `publish`.

    Notes
    -----
    Folds are made once, for the last day; every earlier day takes its part of them. A backfill that was
    interrupted goes on where it stopped.
    """
    desk = desk_of(experiment, today, "", on_step, progress)
    return answered(lambda: (_backfill_dry_run if dry_run else _backfill)(desk, Months.of(span), pages))


def _backfill_dry_run(desk: Desk, months: Months, pages: bool) -> Outcome:
    refuse_damaged(desk.archive)
    own_site(desk)
    with tempfile.TemporaryDirectory(prefix="forecast-look-") as scratch:
        read = _figures(desk, Path(scratch), False, fetching=False)
        days, todo = months.days(desk, read.obs)
    what = f"{len(todo)} rounds would be replayed, {len(days) - len(todo)} are there already"
    page = f", a page each in {desk.site / 'replayed'}" if pages and todo else ""
    return Outcome(0, f"{what}{page}\nnothing was written")


def _backfill(desk: Desk, months: Months, pages: bool) -> Outcome:
    desk.on_step("lock")
    with locked(desk.lock, desk.exp.publish.wait_seconds), folders.told(desk.site), desk.scratch() as scratch:
        desk.on_step("recover")
        own_site(desk)
        refuse_damaged(desk.archive)
        notes = _recovered(desk, scratch)
        read = _figures(desk, scratch, False, fetching=False)
        desk.archive.create()
        days, todo = months.days(desk, read.obs)
        maker = Maker(
            desk.archive, desk.exp, read.source, read.obs, "replayed", "", desk.on_step, desk.progress
        )
        with workers(desk.exp), named(read.source.places):
            if todo:
                # the last day's chains hold the folds of every day before it
                desk.on_step("folds")
                maker.forecast(todo[-1], desk.cache)
            for day in todo:
                desk.on_step(f"round: {day.date()}")
                replay(desk, maker, day, pages, scratch)
        text = f"{len(todo)} rounds replayed, {len(days) - len(todo)} were there already"
        notes += finish(desk, read.source, read.obs, Outcome(0, text))
        return Outcome(0, "\n".join([*notes, text]))


# --------------------------------------------------------------------------- figures


def _figures(desk: Desk, scratch: Path, force: bool, fetching: bool = True) -> _Read:
    """Fetch and copy the source, and read the copy: every count under its day as it was seen first."""
    fetched = None
    exp = reading_folder(desk.exp)
    if desk.exp.publish.fetch and fetching:
        fetched = _fetched(desk, scratch / "fetched")
        exp = replace(exp, data=replace(exp.data, path=str(fetched.folder)))
    source = take(exp, scratch / "source")
    if fetched is not None:
        places = {
            copy: str(fetched.target) for copy in (str(source.experiment.data.path), str(fetched.folder))
        }
        source = replace(source, places={**source.places, **places})
    desk.on_step("check")
    series = list(desk.exp.target.series)
    with named(source.places):
        obs = figures_of(source.experiment)
        first = with_first_counts(obs, desk.archive, series, desk.today)
        if first is not obs:
            source = rewritten(source, first, scratch / "first counts")
            obs = reread(source)
    if not force:
        refuse_shrinking(obs, desk.archive, series)
    return _Read(source, obs, fetched)


def _fetched(desk: Desk, scratch: Path) -> Fetched:
    """Fetch what is new, and hold what a person should look at first."""
    made = fetch_figures(desk.exp, desk.today, scratch)
    copy = replace(desk.exp, data=replace(desk.exp.data, path=str(made.folder)))
    with named({str(made.folder): str(made.target)}):
        after = figures_of(copy)
        before = figures_of(reading_folder(desk.exp)) if made.target.is_dir() else None
    refuse_surprises(desk.archive, desk.exp, before, after)
    return made


def _decision(desk: Desk, obs: Observations, as_of: str | None) -> tuple[News, pd.Timestamp, str]:
    """What is new, the day of the report, and whether it counts as published."""
    series = list(desk.exp.target.series)
    asked = as_of if as_of is not None else desk.exp.as_of
    own = obs.table[obs.table["series_id"].isin(series)]["released"]
    day = pd.Timestamp(own.max()) if asked == "latest" else obs.day_of(asked)
    kind = "published" if not (own > day).any() else "replayed"
    runs = desk.archive.runs(desk.exp.name, kind) if desk.archive.path.is_file() else pd.DataFrame()
    last = None if runs.empty else runs.iloc[-1]
    return news(obs, series, day, last), day, kind
