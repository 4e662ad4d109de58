"""The monthly round: new figures? run, compare, write aside, archive, put in place, rebuild the site.

Safe to run at any time and any number of times, on a machine that may be switched off in the middle. The archive
is written in one transaction before the report's folder gets its name: a round that was cut off before it leaves
nothing, after it is finished by the next call.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from forecast.archive.store import Archive, digest_of, no_step
from forecast.backtesting import fold_cache
from forecast.config.settings import Experiment, is_month
from forecast.data.observations import Observations
from forecast.errors import ConfigError, DataError, ForecastError
from forecast.experiment.pipeline import figures_of, workers
from forecast.files import inside, write_file
from forecast.publish import folders
from forecast.publish.content import by_others, site_content, staleness, status_of
from forecast.publish.hooks import run_hook
from forecast.publish.lock import locked
from forecast.publish.recovery import recover
from forecast.publish.release import Maker, existing_revision, remade
from forecast.publish.rounds import News, news, refuse_shrinking, settings_digest
from forecast.publish.sources import Source, take
from forecast.report.codes import Late, late_sentence

#: Every named step of a round, in order; `on_step` is told of each before it begins.
STEPS: tuple[str, ...] = (
    "lock",
    "recover",
    "read",
    "check",
    "decide",
    "run",
    "score",
    "compare",
    "write",
    "archive: begin",
    "archive: rows",
    "archive: commit",
    "place",
    "site",
    "backup",
    "done",
)


@dataclass(frozen=True)
class Outcome:
    """What came of a call: the exit code, what to say, and the report's folder if there is one.

    Codes: 0 done, 3 nothing new, 6 figures are stale, 7 another publisher holds the lock; those of the errors.
    """

    code: int
    text: str
    folder: Path | None = None


@dataclass(frozen=True)
class _Desk:
    """Where a round works: settings, archive, site, and who is told of its steps."""

    exp: Experiment
    today: pd.Timestamp
    command: str = ""
    on_step: Callable[[str], None] = no_step
    progress: bool = False
    archive: Archive = field(init=False)
    site: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "archive", Archive(Path(self.exp.publish.archive)))
        object.__setattr__(self, "site", Path(self.exp.publish.site))

    @property
    def lock(self) -> Path:
        """One publisher at a time for each archive."""
        return self.archive.path.with_name(f"{self.archive.path.name}.lock")

    @property
    def cache(self) -> Path:
        """Folds of earlier rounds, by the hash of what decided them; may be removed at any time."""
        return self.archive.path.with_name(f".{self.archive.path.name}.folds")

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for copies and re-runs, for the holder of the lock; what a killed round left goes first."""
        folder = self.archive.path.with_name(f".{self.archive.path.name}.work")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


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
        With `publish` saying where archive and site are.
    dry_run : bool
        Say what would be done; write nothing.
    force : bool
        Publish although nothing is new, and accept a source from which figures have gone.
    as_of : str, optional
        Figures and events as known on this day. A day after which a figure of the target came out makes a
        ``replayed`` report; it never counts as published.
    today : date, optional
        The day; read from the clock when None. Decides only whether figures are late.
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
    desk = _desk(experiment, today, command, on_step, progress)
    if dry_run:
        return _answered(lambda: _dry_run(desk, force, as_of))
    outcome = _answered(lambda: _round(desk, force, as_of))
    return _with_hook(desk, outcome)


def backfill(
    experiment: Experiment,
    span: str,
    *,
    pages: bool = False,
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
    today, on_step, progress
        As in `publish`.

    Notes
    -----
    Folds are made once, for the last day; every earlier day takes its part of them. A backfill that was
    interrupted goes on where it stopped.
    """
    desk = _desk(experiment, today, "", on_step, progress)
    return _answered(lambda: _backfill(desk, span, pages))


# --------------------------------------------------------------------------- the archive's verbs


def track_record(experiment: Experiment) -> Outcome:
    """Return the record of an experiment in words and numbers, published and replayed apart."""
    from forecast.publish.record import record_text

    def told() -> Outcome:
        _refuse_damaged(Archive(Path(experiment.publish.archive)))
        return Outcome(0, record_text(experiment, _now()))

    return _answered(told)


def record_table(experiment: Experiment) -> pd.DataFrame:
    """Return the record of an experiment as a table, a row for each forecast of a month."""
    from forecast.publish.record import record_table as table

    _refuse_damaged(Archive(Path(experiment.publish.archive)))
    return table(experiment, _now())[1]


def archive_check(path: str | Path, experiment: Experiment | None = None) -> Outcome:
    """Check an archive whole, and the site of an experiment against it; code 4 where something was changed."""

    def checked() -> Outcome:
        archive = Archive(Path(path))
        text = archive.check()
        if experiment is None:
            return Outcome(0, f"{text}\npublished reports: not compared, since no experiment was named")
        lines, same = folders.compare_published(archive.runs(experiment.name), Path(experiment.publish.site))
        return Outcome(0 if same else DataError.exit_code, "\n".join([text, *lines]))

    return _answered(checked)


def archive_backup(path: str | Path, target: str | Path) -> Outcome:
    """Copy an archive to a file or into a folder, and check the copy."""
    return _answered(lambda: Outcome(0, Archive(Path(path)).backup(target)))


def archive_export(path: str | Path, folder: str | Path) -> Outcome:
    """Write an archive as CSV files into a new folder."""
    return _answered(lambda: Outcome(0, Archive(Path(path)).export(Path(folder))))


def archive_vacuum(path: str | Path) -> Outcome:
    """Rewrite an archive without gaps."""
    return _answered(lambda: Outcome(0, Archive(Path(path)).vacuum()))


def rerun(experiment: Experiment, folder: str | Path) -> Outcome:
    """Make a published report again from the archive and say what differs.

    Returns
    -------
    Outcome
        Code 0 when every byte but the manifest's is the same, 1 when not.
    """
    desk = _desk(experiment, None, "", no_step, False)

    def again() -> Outcome:
        _refuse_damaged(desk.archive)
        rows = desk.archive.runs(desk.exp.name)
        target = Path(folder)
        rows = rows[[str(p) != "None" and target.as_posix().endswith(str(p)) for p in rows["path"]]]
        if rows.empty:
            raise ConfigError(f"{folder}: is no report of '{desk.exp.name}' in {desk.archive.path}")
        with tempfile.TemporaryDirectory(prefix="forecast-again-") as scratch:
            made = remade(desk.archive, rows.iloc[-1], Path(scratch))
            lines = folders.differences(target, made)
            same = folders.folder_digest(made) == rows["digest"].iloc[-1]
        if not lines:
            return Outcome(0, f"{target}: made again from the archive, every byte the same but the manifest")
        note = (
            "the new ones are as the archive remembers them: the folder was changed"
            if same
            else "compare the versions in manifest.json"
        )
        return Outcome(1, "\n".join([*lines, f"{len(lines)} differences; {note}"]))

    return _answered(again)


# --------------------------------------------------------------------------- a round


def _round(desk: _Desk, force: bool, as_of: str | None) -> Outcome:
    spec = desk.exp.publish
    desk.on_step("lock")
    with locked(desk.lock, spec.wait_seconds), folders.told(desk.site), desk.scratch() as scratch:
        desk.on_step("recover")
        _own_site(desk)
        _refuse_damaged(desk.archive)
        desk.archive.create()
        notes = recover(desk.archive, desk.exp, desk.site, scratch, desk.on_step)
        desk.on_step("read")
        source = take(desk.exp, scratch / "source")
        desk.on_step("check")
        obs = _figures(source, desk, force)
        desk.on_step("decide")
        found, day, kind = _decision(desk, obs, as_of)
        late = staleness(desk.exp, obs, desk.today)
        if not (found.any or force or as_of is not None):
            text = f"nothing new: {found}; the last report is of {day.date()}"
            outcome = Outcome(6, f"{text}\n{late_sentence(late)}") if late else Outcome(3, text)
        else:
            outcome = _make(desk, source, obs, found, day, kind, scratch)
        notes += _finish(desk, source, obs, late, outcome)
        return replace(outcome, text="\n".join([*notes, outcome.text]))


def _make(
    desk: _Desk, source: Source, obs: Observations, found: News, day: pd.Timestamp, kind: str, scratch: Path
) -> Outcome:
    """Run, compare, write aside, archive, put in place."""
    maker = Maker(desk.archive, desk.exp, source, obs, kind, desk.command, desk.on_step, desk.progress)
    with workers(desk.exp):
        result = maker.run(day, desk.cache)
        revision, last_result = existing_revision(desk.archive, desk.exp, kind, day)
        if last_result == (digest_of(result.forecasts), settings_digest(desk.exp)):
            return Outcome(
                0,
                f"made again as of {day.date()}: the same in every number as what is published; nothing was added",
            )
        path = f"{'reports' if kind == 'published' else 'replayed'}/{day.date()}{f'-r{revision}' if revision > 1 else ''}"
        entry = maker.entry(result, revision, _stamp(desk), scratch, desk.cache)
        aside = folders.aside(desk.site, path)
        entry = maker.written(entry, result, aside, path)
    desk.archive.record(entry, desk.on_step)
    desk.on_step("place")
    folders.put(aside, folders.folder_of(desk.site, path))
    title = str(entry.report["title"]) if entry.report else ""
    return Outcome(
        0, f"{kind} as of {day.date()}: {found}\n{title}\n{desk.site / path / 'index.html'}", desk.site / path
    )


def _finish(desk: _Desk, source: Source, obs: Observations, late: Late | None, outcome: Outcome) -> list[str]:
    """Rebuild the site from the archive, keep a copy of it, forget kept folds; return what went wrong on the way."""
    from forecast.report.site import site_files

    desk.on_step("site")
    checked = _now().strftime("%Y-%m-%dT%H:%M:%SZ")
    message = outcome.text.splitlines()[0] if outcome.text else ""
    status = status_of(desk.exp, obs, desk.today, late, outcome.code, message, checked)
    content = site_content(
        desk.archive, desk.exp, obs, desk.site, late, status, by_others(desk.exp, dict(source.files))
    )
    for name, data in site_files(content).items():
        write_file(inside(desk.site, name, "site file"), data)
    _hub(desk, obs)
    desk.on_step("backup")
    notes = []
    if desk.exp.publish.backup:
        try:
            desk.archive.backup(desk.archive.path.with_name(f"{desk.archive.path.name}.backup"))
        except ForecastError as error:
            # the report is out and archived: a copy that could not be made is told and no more
            notes.append(f"no backup was made: {error}")
    fold_cache.forget_others(desk.cache)
    desk.on_step("done")
    return notes


def _hub(desk: _Desk, obs: Observations) -> None:
    """Add what was published to a forecast hub, if one is kept."""
    if desk.exp.publish.hub is None:
        return
    from forecast.archive.hub import write_hub

    runs = desk.archive.runs(desk.exp.name, "published")
    if len(runs):
        forecasts = desk.archive.forecasts([int(i) for i in runs["id"]])
        # a hub takes one file a model and day: what was said first
        keep = runs.drop_duplicates("as_of", keep="first")["id"]
        write_hub(
            forecasts[forecasts["run"].isin(keep)], obs, Path(desk.exp.publish.hub), desk.exp.publish.team
        )


def _dry_run(desk: _Desk, force: bool, as_of: str | None) -> Outcome:
    _refuse_damaged(desk.archive)
    with tempfile.TemporaryDirectory(prefix="forecast-look-") as scratch:
        source = take(desk.exp, Path(scratch))
        obs = _figures(source, desk, force)
        found, day, kind = _decision(desk, obs, as_of)
        late = staleness(desk.exp, obs, desk.today)
    if not (found.any or force or as_of is not None):
        text = f"nothing would be published: {found}"
        return Outcome(6, f"{text}\n{late_sentence(late)}") if late else Outcome(3, text)
    folder = "reports" if kind == "published" else "replayed"
    return Outcome(
        0,
        f"would publish as of {day.date()} ({kind}): {found}\nfolder: {desk.site / folder / str(day.date())}\nnothing was written",
    )


# --------------------------------------------------------------------------- parts


def _desk(
    exp: Experiment, today: dt.date | str | None, command: str, on_step: Callable[[str], None], progress: bool
) -> _Desk:
    day = pd.Timestamp(_now().date() if today is None else today).tz_localize(None).normalize()
    return _Desk(exp, day, command, on_step, progress)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _stamp(desk: _Desk) -> str:
    """The time of a round, never before that of an earlier one, whatever the clock says."""
    now = _now().strftime("%Y-%m-%dT%H:%M:%SZ")
    runs = desk.archive.runs()
    return max([now, *map(str, runs["written"])])


def _answered(work: Callable[[], Outcome]) -> Outcome:
    """Turn errors that are meant for the reader into an outcome."""
    try:
        return work()
    except ForecastError as error:
        return Outcome(error.exit_code, str(error))
    except OSError as error:
        return Outcome(1, f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")


def _with_hook(desk: _Desk, outcome: Outcome) -> Outcome:
    spec = desk.exp.publish
    words = spec.on_success if outcome.code == 0 else spec.on_failure if outcome.code not in (3, 7) else ()
    facts: Mapping[str, str] = {
        "code": str(outcome.code),
        "experiment": desk.exp.name,
        "folder": str(outcome.folder or ""),
        "site": str(desk.site),
        "text": outcome.text,
    }
    said = run_hook(words, facts, spec.hook_seconds)
    return replace(outcome, text=f"{outcome.text}\n{said}") if said else outcome


def _refuse_damaged(archive: Archive) -> None:
    """Refuse an archive that is not as it was written, before anything of it is believed."""
    if archive.path.is_file():
        archive.check()


def _own_site(desk: _Desk) -> None:
    """Refuse the site of another experiment."""
    import json

    file = desk.site / "status.json"
    owner = None
    with contextlib.suppress(OSError, ValueError):
        owner = json.loads(file.read_text(encoding="utf-8")).get("experiment")
    if owner not in (None, desk.exp.name):
        raise ConfigError(
            f"publish.site: {desk.site} is the site of '{owner}'; give another folder for '{desk.exp.name}'"
        )


def _figures(source: Source, desk: _Desk, force: bool) -> Observations:
    obs = figures_of(source.experiment)
    if not force:
        refuse_shrinking(obs, desk.archive, list(desk.exp.target.series))
    return obs


def _decision(desk: _Desk, obs: Observations, as_of: str | None) -> tuple[News, pd.Timestamp, str]:
    """What is new, the day of the report, and whether it counts as published."""
    series = list(desk.exp.target.series)
    asked = as_of if as_of is not None else desk.exp.as_of
    own = obs.table[obs.table["series_id"].isin(series)]["released"]
    day = pd.Timestamp(own.max()) if asked == "latest" else obs.day_of(asked)
    kind = "published" if not (own > day).any() else "replayed"
    runs = desk.archive.runs(desk.exp.name, kind) if desk.archive.path.is_file() else pd.DataFrame()
    last = None if runs.empty else runs.iloc[-1]
    return news(obs, series, day, last), day, kind


# --------------------------------------------------------------------------- past months


def _backfill(desk: _Desk, span: str, pages: bool) -> Outcome:
    from forecast.backtesting.origins import monthly_origins

    start, _, end = span.partition("..")
    if not (is_month(start) and is_month(end) and start <= end):
        raise ConfigError(f"--backfill: '{span}' is not a span of months such as 2023-01..2026-08")
    desk.on_step("lock")
    with locked(desk.lock, desk.exp.publish.wait_seconds), folders.told(desk.site), desk.scratch() as scratch:
        desk.on_step("recover")
        _own_site(desk)
        _refuse_damaged(desk.archive)
        desk.archive.create()
        notes = recover(desk.archive, desk.exp, desk.site, scratch, desk.on_step)
        source = take(desk.exp, scratch / "source")
        obs = _figures(source, desk, False)
        days = monthly_origins(start, end, obs, list(desk.exp.target.series))
        done = desk.archive.runs(desk.exp.name, "replayed")
        mine = done[done["config_digest"] == settings_digest(desk.exp)]
        todo = [d for d in days if str(d.date()) not in set(mine["as_of"])]
        maker = Maker(desk.archive, desk.exp, source, obs, "replayed", "", desk.on_step, desk.progress)
        with workers(desk.exp):
            if todo:
                # the last day's chains hold the folds of every day before it
                desk.on_step("folds")
                maker.forecast(todo[-1], desk.cache)
            for day in todo:
                desk.on_step(f"round: {day.date()}")
                _replay(desk, maker, day, pages, scratch)
        text = f"{len(todo)} rounds replayed, {len(days) - len(todo)} were there already"
        outcome = Outcome(0, text)
        notes += _finish(desk, source, obs, staleness(desk.exp, obs, desk.today), outcome)
        return replace(outcome, text="\n".join([*notes, text]))


def _replay(desk: _Desk, maker: Maker, day: pd.Timestamp, pages: bool, scratch: Path) -> None:
    revision, _ = existing_revision(desk.archive, desk.exp, "replayed", day)
    path = f"replayed/{day.date()}{f'-r{revision}' if revision > 1 else ''}"
    stamp = _stamp(desk)
    if pages:
        result = maker.run(day, desk.cache)
        entry = maker.entry(result, revision, stamp, scratch, desk.cache)
        entry = maker.written(entry, result, folders.aside(desk.site, path), path)
    else:
        entry = maker.entry(maker.forecast(day, desk.cache), revision, stamp, scratch, desk.cache)
    desk.archive.record(entry, desk.on_step)
    if pages:
        desk.on_step("place")
        folders.put(folders.aside(desk.site, path), folders.folder_of(desk.site, path))


__all__ = [
    "STEPS",
    "DataError",
    "Outcome",
    "archive_backup",
    "archive_check",
    "archive_export",
    "archive_vacuum",
    "backfill",
    "publish",
    "rerun",
    "track_record",
]
