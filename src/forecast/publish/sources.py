"""The source of a round: copied once, whole and unchanged, before anything is read from it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from forecast.config.settings import Experiment, allows_http, own_path
from forecast.config.surroundings import PublishSpec
from forecast.data.fetch import Limits, fetch_files
from forecast.data.observations import BUNDLED
from forecast.errors import DataError
from forecast.files import inside, is_address, write_file

#: Side tables that are read from the bundle.
_EVENT_FILES = ("events.csv", "event_rules.csv")


@dataclass(frozen=True)
class Source:
    """A copy of the figures and the calendar.

    Attributes
    ----------
    files : mapping
        ``data/NAME`` and ``events/NAME`` -> bytes; goes into the archive.
    experiment : Experiment
        The same settings, its paths leading to the copies (to the bundle where the bundle is meant).
    places : mapping
        Path of a copy -> what the user knows it by, for messages.
    """

    files: Mapping[str, bytes]
    experiment: Experiment
    places: Mapping[str, str] = field(default_factory=dict)


def take(exp: Experiment, folder: Path) -> Source:
    """Copy what an experiment reads into a folder and return it.

    Raises
    ------
    DataError
        When a file changes while it is read, is too large, does not come in time, or is not there.
    ConfigError
        For an address that may not be read.
    """
    spec = replace(exp.publish, allow_http=allows_http(exp))
    figures, events = (None if p is None else str(own_path(p)) for p in (exp.data.path, exp.events.path))
    files = {f"data/{name}": data for name, data in _read(figures, spec).items()}
    files |= {f"events/{name}": data for name, data in _read(events, spec, events=True).items()}
    if figures is None and events is None:
        return Source(files, exp)
    copied = laid_out(exp, files, folder)
    data = exp.data if figures is None else copied.data
    calendar = exp.events if events is None else copied.events
    pairs = ((data.path, figures), (calendar.path, events))
    places = {str(copy): given for copy, given in pairs if given is not None}
    return Source(files, replace(exp, data=data, events=calendar), places)


def laid_out(exp: Experiment, files: Mapping[str, bytes], folder: Path) -> Experiment:
    """Write source files into a folder and return the experiment that reads them there."""
    for name, data in files.items():
        write_file(inside(folder, name, "source file"), data)
    figures = sorted(name for name in files if name.startswith("data/"))
    place = folder / figures[0] if len(figures) == 1 else folder / "data"
    calendar = sorted(
        name for name in files if name.startswith("events/") and not name.endswith("event_rules.csv")
    )
    return replace(
        exp,
        data=replace(exp.data, path=str(place)),
        events=replace(exp.events, path=str(folder / calendar[0]) if calendar else exp.events.path),
    )


# --------------------------------------------------------------------------- reading


def _read(path: str | None, spec: PublishSpec, events: bool = False) -> dict[str, bytes]:
    if path is None:
        names = (
            list(_EVENT_FILES)
            if events
            else [p.name for p in sorted(BUNDLED.glob("*.csv")) if p.name not in _EVENT_FILES]
        )
        return {name: (BUNDLED / name).read_bytes() for name in names}
    if is_address(path):
        return _read_address(path, spec)
    place = Path(path).expanduser()
    if not place.exists():
        key = "events.path" if events else "data.path"
        raise DataError(f"{key}: {place}: there is no such file or folder; nothing was changed")
    if place.is_dir():
        wanted = sorted(p for p in place.glob("*.csv") if (p.name in _EVENT_FILES) == events)
        if not wanted:
            raise DataError(f"{place}: holds no CSV file; nothing was changed")
        return {p.name: read_unchanged(p, spec) for p in wanted}
    rules = [place.with_name(_EVENT_FILES[1])] if events else []
    return {p.name: read_unchanged(p, spec) for p in (place, *rules) if p == place or p.is_file()}


def read_unchanged(path: Path, spec: PublishSpec, tries: int = 3) -> bytes:
    """Return the bytes of a file that did not change while it was read.

    Raises
    ------
    DataError
        When it keeps changing, is too large or cannot be read.
    """
    limit = spec.max_megabytes * 1e6
    try:
        for attempt in range(tries):
            before = path.stat()
            if before.st_size > limit:
                raise DataError(
                    f"{path}: has {before.st_size / 1e6:,.1f} MB, more than publish.max_megabytes ="
                    f" {spec.max_megabytes:g}; nothing was changed"
                )
            data = path.read_bytes()
            after = path.stat()
            same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
            if same and len(data) == after.st_size:
                return data
            time.sleep(0.2 * (attempt + 1))
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}); nothing was changed") from error
    raise DataError(
        f"{path}: changes while it is read, someone is writing it; nothing was changed. Publish again later"
    )


def _read_address(address: str, spec: PublishSpec) -> dict[str, bytes]:
    if urlsplit(address).scheme.lower() == "file":
        return _read(urlsplit(address).path, spec)
    return fetch_files(
        address,
        Limits(
            seconds=spec.timeout_seconds,
            megabytes=spec.max_megabytes,
            allow_http=spec.allow_http,
            allow_by="publish.allow_http=true",
            hint=(
                "nothing was changed; publish again later, or see publish.timeout_seconds and"
                " publish.max_megabytes"
            ),
        ),
    )
