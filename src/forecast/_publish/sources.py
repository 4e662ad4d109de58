"""The source of a round: copied once, whole and unchanged, before anything is read from it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from forecast.data.observations import BUNDLED
from forecast.spec import ConfigError, DataError, Experiment, PublishSpec, own_path

#: Side tables that are read from the bundle.
_EVENT_FILES = ("events.csv", "event_rules.csv")
_CHUNK = 1 << 18


@dataclass(frozen=True)
class Source:
    """A copy of the figures and the calendar.

    Attributes
    ----------
    files : mapping
        ``data/NAME`` and ``events/NAME`` -> bytes; goes into the archive.
    experiment : Experiment
        The same settings, its paths leading to the copies (to the bundle where the bundle is meant).
    """

    files: Mapping[str, bytes]
    experiment: Experiment


def take(exp: Experiment, folder: Path) -> Source:
    """Copy what an experiment reads into a folder and return it.

    Raises
    ------
    DataError
        When a file changes while it is read, is too large, does not come in time, or is not there.
    ConfigError
        For an address that may not be read.
    """
    spec = exp.publish
    figures, events = (None if p is None else str(own_path(p)) for p in (exp.data.path, exp.events.path))
    files = {f"data/{name}": data for name, data in _read(figures, spec).items()}
    files |= {f"events/{name}": data for name, data in _read(events, spec, events=True).items()}
    if figures is None and events is None:
        return Source(files, exp)
    copied = laid_out(exp, files, folder)
    data = exp.data if figures is None else copied.data
    calendar = exp.events if events is None else copied.events
    return Source(files, replace(exp, data=data, events=calendar))


def laid_out(exp: Experiment, files: Mapping[str, bytes], folder: Path) -> Experiment:
    """Write source files into a folder and return the experiment that reads them there."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
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
    if "://" in path:
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
                raise _too_large(str(path), before.st_size, spec)
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


def _too_large(name: str, size: float, spec: PublishSpec) -> DataError:
    return DataError(
        f"{name}: has {size / 1e6:,.1f} MB, more than publish.max_megabytes = {spec.max_megabytes:g}; nothing was changed"
    )


def _read_address(address: str, spec: PublishSpec) -> dict[str, bytes]:
    scheme = urlsplit(address).scheme.lower()
    if scheme == "file":
        return _read(urlsplit(address).path, spec)
    # fsspec chains addresses with "::", and the last of them is what is fetched
    if not spec.allow_http and {"http", "ftp"} & {
        part.partition(":")[0] for part in address.lower().split("::")
    }:
        raise ConfigError(
            f"data.path: {address} is read without encryption, so anyone on the way can change the figures;"
            " use https, or allow it with publish.allow_http=true"
        )
    name = PurePosixPath(urlsplit(address).path).name or "figures.csv"
    if scheme in ("http", "https"):
        return {name: b"".join(_limited(_web(address, spec), address, spec))}
    return _remote(address, spec)


def _limited(chunks: Iterator[bytes], name: str, spec: PublishSpec) -> Iterator[bytes]:
    """Pass chunks on until there are too many of them or they took too long."""
    deadline, size = time.monotonic() + spec.timeout_seconds, 0
    for chunk in chunks:
        size += len(chunk)
        if size > spec.max_megabytes * 1e6:
            raise _too_large(name, size, spec)
        if time.monotonic() > deadline:
            raise DataError(
                f"{name}: did not come whole within publish.timeout_seconds = {spec.timeout_seconds:g}; nothing was changed"
            )
        yield chunk


def _web(address: str, spec: PublishSpec) -> Iterator[bytes]:
    from http.client import HTTPException
    from urllib.error import URLError
    from urllib.request import HTTPRedirectHandler, Request, build_opener

    class SameSafety(HTTPRedirectHandler):
        """Follow a redirection, but never from an encrypted address to a plain one."""

        def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
            if urlsplit(newurl).scheme != "https" and not spec.allow_http:
                raise URLError(f"it leads on to {newurl}, which is not https")
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    request = Request(address, headers={"User-Agent": "border-forecast"})  # noqa: S310 - http and https only
    try:
        with build_opener(SameSafety).open(request, timeout=spec.timeout_seconds) as answer:
            promised, came = answer.headers.get("Content-Length"), 0
            while chunk := answer.read(_CHUNK):
                came += len(chunk)
                yield chunk
            if promised is not None and came != int(promised):
                raise OSError(f"it broke off after {came:,} of {int(promised):,} bytes")
    except (URLError, HTTPException, OSError) as error:
        reason = getattr(error, "reason", error)
        raise DataError(
            f"{address}: could not be read ({reason}); nothing was changed. If data.path is right, publish again later"
        ) from error


def _remote(address: str, spec: PublishSpec) -> dict[str, bytes]:
    try:
        import fsspec  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        scheme = urlsplit(address).scheme
        raise ConfigError(
            f"data.path: an address that begins with {scheme}:// needs the extra 'remote':"
            " pip install 'border-forecast[remote]'"
        ) from None
    try:
        system, place = fsspec.core.url_to_fs(address)
        names = (
            sorted(p for p in system.ls(place, detail=False) if str(p).endswith(".csv"))
            if system.isdir(place)
            else [place]
        )
        if not names:
            raise DataError(f"{address}: holds no CSV file; nothing was changed")
        out = {}
        for name in names:
            with system.open(name, "rb") as file:
                out[PurePosixPath(str(name)).name] = b"".join(_limited(_chunks(file), address, spec))
        return out
    except (OSError, ValueError, ImportError) as error:
        raise DataError(
            f"{address}: could not be read ({error}); nothing was changed. data.path takes a folder, a file, or an"
            " address of https://, file:// or what is installed for fsspec"
        ) from error


def _chunks(file: Any) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
