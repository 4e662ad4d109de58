"""The one place that opens an address: limits on time and size, https unless http is allowed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from pathlib import PurePosixPath
from threading import Thread
from typing import IO, TypeVar
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from forecast.errors import ConfigError, DataError, Finding, ForecastError
from forecast.files import path_problem

_CHUNK = 1 << 18
_REDIRECTS = 5
#: Schemes whose answers anyone on the way can change.
_PLAIN = {"http", "ftp"}
_WEB = {"http", "https"}
#: A failure of the server or of the way to it is tried again so often, after so many seconds.
_TRIES, _PAUSE = 3, 0.5
#: What a server may say that a file of figures is; pages, pictures and packed files are none.
_TYPES = (
    "text/csv",
    "text/plain",
    "text/tab-separated-values",
    "application/csv",
    "application/octet-stream",
    "binary/octet-stream",
    "application/vnd.ms-excel",
    "application/vnd.apache.parquet",
)
#: First bytes of packed files and of pages, whatever the server says of them.
_FOREIGN = {
    b"PK\x03\x04": "a packed file (zip)",
    b"\x1f\x8b": "a packed file (gzip)",
    b"<": "a page, not a table",
}
T = TypeVar("T")


@dataclass(frozen=True)
class Limits:
    """What an answer may cost, and what to say where it costs more.

    Attributes
    ----------
    seconds, megabytes : float
        From the first name asked for to the last byte, and of all that comes.
    allow_http : bool
        Read plain http too, and follow redirects to it.
    allow_by : str
        How http is allowed, for the message.
    hint : str
        What to do where an address cannot be read.
    any_type : bool
        Take what is no table by its type or first bytes too, since a reader of one's own may know it.
    """

    seconds: float = 60.0
    megabytes: float = 100.0
    allow_http: bool = False
    allow_by: str = "data.allow_http=true, --allow-http or allow_http=True"
    hint: str = "download the file and give its path"
    any_type: bool = False

    @property
    def bytes(self) -> float:
        """Return the limit of size in bytes."""
        return self.megabytes * 1e6


def fetch(address: str, limits: Limits) -> bytes:
    """Return the content of the one file at an address.

    Raises
    ------
    ConfigError
        For an address that may not be read.
    DataError
        When it cannot be read, comes too late, is too large, is cut, or is a folder of several files.
    """
    found = fetch_files(address, limits)
    if len(found) > 1:
        raise _unreadable(address, f"the address holds {len(found)} files", "name one of them")
    return next(iter(found.values()))


def fetch_files(address: str, limits: Limits) -> dict[str, bytes]:
    """Return the file at an address, or every CSV file of a folder there, by name.

    Raises
    ------
    ConfigError, DataError
        As of `fetch`.
    """
    schemes = _schemes(address, limits)
    deadline = time.monotonic() + limits.seconds
    with _told(address, limits):
        if schemes & _WEB:
            return _in_time(lambda: {_name(address): _web(address, limits, deadline).content}, limits.seconds)
        return _in_time(lambda: _remote(address, limits, deadline), limits.seconds)


@dataclass(frozen=True)
class Answer:
    """What a server says when it is asked whether a file is there and new.

    Attributes
    ----------
    state : {"new", "same", "missing"}
        ``same``: as it was when `etag` or `modified` were told; ``missing``: there is no such file (404,
        410).
    content : bytes
        The file, where it is new.
    etag, modified : str
        What to tell the server next time.
    """

    state: str
    content: bytes = b""
    etag: str = ""
    modified: str = ""


def ask(address: str, limits: Limits, deadline: float, etag: str = "", modified: str = "") -> Answer:
    """Ask an address of the web for a file of figures, trying again until the deadline where the server
    fails.

    Parameters
    ----------
    address : str
    limits : Limits
    deadline : float
        On the clock of `time.monotonic`; several addresses may share one.
    etag, modified : str
        What the server said of the file that is there already.

    Raises
    ------
    ConfigError, DataError
        As of `fetch`; and for what is no file of figures by its type or its first bytes.
    """
    _schemes(address, limits)
    headers = {"If-None-Match": etag, "If-Modified-Since": modified}
    given = {name: value for name, value in headers.items() if value}
    with _told(address, limits):
        try:
            return _in_time(
                lambda: _asked(address, limits, deadline, given), max(deadline - time.monotonic(), 0.0)
            )
        except HTTPError as error:
            states = {304: "same", 404: "missing", 410: "missing"}
            if error.code not in states:
                raise
            return Answer(states[error.code], etag=etag, modified=modified)


def _asked(address: str, limits: Limits, deadline: float, headers: Mapping[str, str]) -> Answer:
    for left in reversed(range(_TRIES)):
        try:
            answer = _web(address, limits, deadline, headers)
            break
        except (OSError, HTTPException) as error:
            lasting = isinstance(error, (TimeoutError, _Refused))
            lasting |= isinstance(error, HTTPError) and error.code < 500 and error.code != 429
            if lasting or not left or time.monotonic() + _PAUSE > deadline:
                raise
            time.sleep(_PAUSE)
    if not limits.any_type:
        _refuse_foreign(answer)
    return Answer("new", answer.content, answer.etag, answer.modified)


def _refuse_foreign(answer: _Reply) -> None:
    """Refuse what is no table of figures by its type or its first bytes."""
    kind = answer.kind.partition(";")[0].strip().lower()
    if kind and kind not in _TYPES:
        raise _Refused(f"it came as {kind}, which is no table of figures")
    start = answer.content.lstrip(b"\xef\xbb\xbf \r\n\t")
    for mark, what in _FOREIGN.items():
        if start.startswith(mark):
            raise _Refused(f"it is {what}")


def _schemes(address: str, limits: Limits) -> set[str]:
    """Return the schemes of an address that may be read."""
    # fsspec chains addresses with "::", and the last of them is what is read
    schemes = {part.partition(":")[0] for part in address.lower().split("::")}
    if not limits.allow_http and schemes & _PLAIN:
        raise ConfigError(
            f"{one_line(address)}: is read without encryption, so anyone on the way can change the figures;"
            f" use https, or allow it with {limits.allow_by}"
        )
    if len(schemes) > 1 and schemes & _WEB:
        raise ConfigError(
            f"{one_line(address)}: an address of the web stands alone, since in a chain its redirects are not"
            " checked; give it without what stands before '::'"
        )
    return schemes


@contextlib.contextmanager
def _told(address: str, limits: Limits) -> Iterator[None]:
    """Say in words why an address could not be read."""
    try:
        yield
    except TimeoutError as error:
        what = f"the address did not come whole within {limits.seconds:g} seconds"
        raise _unreadable(address, what, limits.hint) from error
    except _TooLarge as error:
        what = (
            f"the address has {error.size / 1e6:,.1f} MB or more, over the limit of {limits.megabytes:g} MB"
        )
        raise _unreadable(address, what, limits.hint) from error
    except ForecastError:
        raise
    except (OSError, ValueError, ImportError, HTTPException) as error:
        reason = one_line(str(getattr(error, "reason", "") or error))
        raise _unreadable(address, f"the address could not be read ({reason})", limits.hint) from error


def one_line(text: str) -> str:
    r"""Return a text of a server on one line, without control characters and not endless.

    Examples
    --------
    >>> one_line("Not\x1b[2J\nFound")
    'Not [2J Found'
    """
    words = "".join(c if c.isprintable() else " " for c in text).split()
    return " ".join(words)[:300]


class _Refused(OSError):
    """The answer is not what was asked for, and will not be if it is asked for again."""


class _TooLarge(Exception):
    """More came, or was promised, than the limit allows."""

    def __init__(self, size: float) -> None:
        super().__init__(size)
        self.size = size


def _unreadable(address: str, what: str, hint: str) -> DataError:
    finding = Finding("address", "error", what, file=one_line(address), hint=hint)
    return DataError(f"1 problem:\n  {finding}", [finding])


def _name(address: str) -> str:
    name = PurePosixPath(urlsplit(address).path).name
    return "figures.csv" if path_problem(name) else name


def _in_time(work: Callable[[], T], seconds: float) -> T:
    """Wait for some work until its time is over, whatever holds
    it: a name, a handshake, a header or a body.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    # a daemon: what still hangs when the time is over holds neither the caller nor the end of the programme
    Thread(target=run, daemon=True).start()
    return future.result(seconds)


def _limited(chunks: Iterator[bytes], limits: Limits, deadline: float) -> bytes:
    """Join chunks until there are too many of them or their time is over."""
    parts, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > limits.bytes:
            raise _TooLarge(size)
        if time.monotonic() > deadline:
            raise TimeoutError
        parts.append(chunk)
    return b"".join(parts)


# --------------------------------------------------------------------------- the web


class _Redirects(request.HTTPRedirectHandler):
    """Follow a few redirects, each only to an address that might have been given itself."""

    max_redirections = _REDIRECTS

    def __init__(self, limits: Limits) -> None:
        self.schemes = _WEB if limits.allow_http else {"https"}

    def redirect_request(
        self, req: request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> request.Request | None:
        if urlsplit(newurl).scheme.lower() not in self.schemes:
            fp.close()
            raise _Refused(f"it leads on to {newurl}, which is not {' or '.join(sorted(self.schemes))}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener(limits: Limits) -> request.OpenerDirector:
    """Return an opener that knows no scheme but those of the web."""
    opener = request.OpenerDirector()
    handlers = (
        request.ProxyHandler(),
        request.UnknownHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
        _Redirects(limits),
    )
    for handler in handlers:
        opener.add_handler(handler)
    return opener


@dataclass(frozen=True)
class _Reply:
    """The content of an address of the web, and what its server says of it."""

    content: bytes
    kind: str
    etag: str
    modified: str


def _web(address: str, limits: Limits, deadline: float, headers: Mapping[str, str] | None = None) -> _Reply:
    sent = {"User-Agent": "border-forecast", **(headers or {})}
    asked = request.Request(address, headers=sent)  # noqa: S310 - http and https only
    try:
        with _opener(limits).open(asked, timeout=max(deadline - time.monotonic(), 1e-3)) as answer:
            promised = answer.length
            if promised is not None and promised > limits.bytes:
                raise _TooLarge(promised)
            content = _limited(iter(lambda: answer.read1(_CHUNK), b""), limits, deadline)
            kind, etag, modified = (
                answer.headers.get(name) or "" for name in ("Content-Type", "ETag", "Last-Modified")
            )
    except URLError as error:
        if isinstance(error, HTTPError):
            error.close()
        if isinstance(error.reason, TimeoutError):
            raise error.reason from error
        raise
    if promised is not None and len(content) != promised:
        raise OSError(f"it broke off after {len(content):,} of {promised:,} bytes")
    return _Reply(content, one_line(kind), one_line(etag), one_line(modified))


# --------------------------------------------------------------------------- all other addresses


def _remote(address: str, limits: Limits, deadline: float) -> dict[str, bytes]:
    try:
        import fsspec  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        raise ConfigError(
            f"{one_line(address)}: an address that begins with {one_line(urlsplit(address).scheme)}:// needs"
            " the extra 'remote': pip install 'border-forecast[remote]'"
        ) from None
    system, place = fsspec.core.url_to_fs(address)
    folder = system.isdir(place)
    names = (
        sorted(p for p in system.ls(place, detail=False) if str(p).endswith(".csv")) if folder else [place]
    )
    if not names:
        raise OSError("it holds no CSV file")
    found = {}
    for name in names:
        with system.open(name, "rb") as file:
            found[PurePosixPath(str(name)).name] = _limited(_chunks(file), limits, deadline)
    return found


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
