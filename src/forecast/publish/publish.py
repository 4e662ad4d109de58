"""The monthly round: new figures? run, compare, write aside, archive, put in place, rebuild the site.

Safe to run at any time and any number of times, on a machine that may be switched off in the middle. The
archive is written in one transaction before the report's folder gets its name: a round that was cut off
before it leaves nothing, after it is finished by the next call.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path

from forecast.archive.store import no_step
from forecast.arguments import checked
from forecast.config.settings import Experiment
from forecast.errors import ConfigError, named
from forecast.experiment.pipeline import workers
from forecast.publish import folders
from forecast.publish.addresses import check_patterns
from forecast.publish.desk import Desk, Outcome, answered, desk_of, own_site, refuse_damaged
from forecast.publish.finish import finish, with_hook
from forecast.publish.issue import look, recovered, round_of
from forecast.publish.lock import locked
from forecast.publish.reading import fetch_checked, read_source
from forecast.publish.release import Maker
from forecast.publish.replays import Months, replay


@checked
def publish_report(
    experiment: Experiment,
    *,
    dry_run: bool = False,
    force: bool = False,
    as_of: str | None = None,
    today: dt.date | str | None = None,
    command: str = "",
    on_step: Callable[[str], None] = no_step,
    progress: bool = False,
    release: bool = False,
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
    release : bool
        Publish the issue that `publish.hold` staged, and no other: nothing is fetched.

    Returns
    -------
    Outcome
        The code, what to say, and the report's folder if there is one.

    Examples
    --------
    >>> import forecast as fc
    >>> fc.publish_report(fc.load_experiment("monthly"), dry_run=True).code  # writes nothing
    0
    """
    desk = desk_of(experiment, today, command, on_step, progress, release)
    if dry_run:
        return answered(lambda: _dry_run(desk, force, as_of))
    told = desk.last_round().told
    outcome = answered(lambda: _round(desk, force, as_of))
    return with_hook(desk, outcome, told)


def fetch(*experiments: Experiment, dry_run: bool = False, today: dt.date | str | None = None) -> Outcome:
    """Fetch new figures into their folder, once for all experiments, and do no more.

    Returns
    -------
    Outcome
        Code 0 where figures are new, 3 where none is, 4 where an address or file was refused.
    """
    desks = [desk_of(exp, today) for exp in experiments]
    desk = desks[0]
    nowhere = ConfigError("publish.fetch names no address, so nothing is fetched; publish=official has some")

    def looked(scratch: Path) -> Outcome:
        read = fetch_checked(desks, scratch)
        if read is None:
            raise nowhere
        made = not read.target.is_dir()
        if not dry_run:
            read.put(desk.archive)
        code = 0 if read.added or read.merged or made else 3
        note = f"\n{read.target}: {'nothing was written' if dry_run else 'is up to date'}"
        return Outcome(code, "\n".join(read.lines) + note)

    def work() -> Outcome:
        if not desk.exp.publish.fetch:
            raise nowhere
        check_patterns(desk.exp.publish.fetch)
        refuse_damaged(desk.archive)
        if dry_run:
            with tempfile.TemporaryDirectory(prefix="forecast-fetch-") as scratch:
                return looked(Path(scratch))
        with locked(desk.lock, desk.exp.publish.wait_seconds), desk.scratch() as folder:
            return looked(folder)

    return answered(work)


def _round(desk: Desk, force: bool, as_of: str | None) -> Outcome:
    check_patterns(desk.exp.publish.fetch)
    desk.on_step("lock")
    held = locked(desk.lock, desk.exp.publish.wait_seconds)
    with held, folders.told(desk.site), desk.scratch() as scratch:
        return round_of(desk, force, as_of, scratch)


def _dry_run(desk: Desk, force: bool, as_of: str | None) -> Outcome:
    check_patterns(desk.exp.publish.fetch)
    with tempfile.TemporaryDirectory(prefix="forecast-look-") as scratch:
        return look(desk, force, as_of, Path(scratch))


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
        read = read_source(desk, Path(scratch), False, None)
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
        notes = recovered(desk, scratch)
        read = read_source(desk, scratch, False, None)
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
