"""Where a round works, what comes of it, and what stands in its way before it begins."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

import pandas as pd

from forecast.archive.store import Archive, no_step
from forecast.config.bounds import is_pattern
from forecast.config.settings import Experiment
from forecast.data.parse import whole_day
from forecast.errors import ConfigError, ForecastError, need

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

    Codes: 0 done, 3 nothing new, 6 figures are stale, 7 another publisher holds the lock; those of the
    errors. `parts` holds what came of each of several experiments, by name.
    """

    code: int
    text: str
    folder: Path | None = None
    parts: Mapping[str, Outcome] = field(default_factory=dict)


@dataclass(frozen=True)
class LastRound:
    """What `status.json` tells of the last round: whose it was, the banner of late figures, and
    the one that was told to a hook; of a site of several, their names.
    """

    experiment: str = ""
    banner: str = ""
    told: str = ""
    experiments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Desk:
    """Where a round works: settings, archive, site, and who is told of its steps."""

    exp: Experiment
    today: pd.Timestamp
    command: str = ""
    on_step: Callable[[str], None] = no_step
    progress: bool = False
    release: bool = False
    archive: Archive = field(init=False)
    site: Path = field(init=False)

    def __post_init__(self) -> None:
        if patterns := [name for name in self.exp.target.series if is_pattern(name)]:
            raise ConfigError(
                f"target.series: {', '.join(patterns)}; what is published names its series, so that a file"
                " cannot add one"
            )
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

    @property
    def staged(self) -> Path:
        """Issues that wait for a person to release them, outside the public site."""
        return self.archive.path.with_name(f"{self.archive.path.name}.staged") / self.exp.name

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for copies and re-runs, for the holder of the
        lock; what a killed round left goes first.
        """
        folder = self.archive.path.with_name(f".{self.archive.path.name}.work")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def last_round(self) -> LastRound:
        """What the last round wrote into `status.json`."""
        return last_round(self.site)


def last_round(site: Path) -> LastRound:
    """Return what the last round wrote into the `status.json` of a site; nothing where there is none."""
    with contextlib.suppress(OSError, ValueError):
        found = json.loads((site / "status.json").read_text(encoding="utf-8"))
        if isinstance(found, dict):
            told = {name: str(found.get(name) or "") for name in ("experiment", "banner", "told")}
            return LastRound(**told, experiments=tuple(found.get("experiments") or ()))
    return LastRound()


class Call(TypedDict, total=False):
    """How publishing was called: the day, the command that pages print, who is told, and of which issue."""

    today: dt.date | str | None
    command: str
    on_step: Callable[[str], None]
    progress: bool
    release: bool


def desk_of(
    exp: Experiment,
    today: dt.date | str | None = None,
    command: str = "",
    on_step: Callable[[str], None] = no_step,
    progress: bool = False,
    release: bool = False,
) -> Desk:
    """Return where the rounds of an experiment work."""
    need(exp, Experiment, "publish", "an Experiment, of fc.load_experiment")
    day = whole_day(now().date() if today is None else today, "today")
    return Desk(exp, day, command, on_step, progress, release)


def now() -> dt.datetime:
    """Return the time: the one place where publishing reads the clock."""
    return dt.datetime.now(dt.UTC)


def stamp(desk: Desk) -> str:
    """Return the time of a round, never before that of an earlier one, whatever the clock says."""
    runs = desk.archive.runs()
    return max([now().strftime("%Y-%m-%dT%H:%M:%SZ"), *map(str, runs["written"])])


def answered(work: Callable[[], Outcome]) -> Outcome:
    """Turn errors that are meant for the reader into an outcome."""
    try:
        return work()
    except ForecastError as error:
        return Outcome(error.exit_code, str(error))
    except OSError as error:
        return Outcome(1, f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")


def refuse_damaged(archive: Archive) -> None:
    """Refuse an archive that is not as it was written, before anything of it is believed."""
    if archive.path.is_file():
        archive.check()


def own_site(desk: Desk) -> None:
    """Refuse the site of another experiment, and one of several."""
    last = desk.last_round()
    if last.experiments:
        names = ",".join(dict.fromkeys((*last.experiments, desk.exp.name)))
        raise ConfigError(
            f"publish.site: {desk.site} holds several experiments; publish them together, experiment={names},"
            f" or give another folder for '{desk.exp.name}'"
        )
    owner = last.experiment
    if owner not in ("", desk.exp.name):
        raise ConfigError(
            f"publish.site: {desk.site} is the site of '{owner}'; give another folder for '{desk.exp.name}'"
        )
