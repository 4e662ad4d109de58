"""New figures come in by themselves: fetched aside, read and
checked whole, then added to a folder of figures.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import pandas as pd

from forecast.archive.store import Archive
from forecast.config.settings import Experiment, allows_http, own_path
from forecast.config.surroundings import PublishSpec
from forecast.data.fetch import Answer, Limits, ask
from forecast.data.figures import ReadAs, has_readers, read_content, read_figures
from forecast.data.folder import bring_up_to_date, bundled_tables
from forecast.data.importing import import_fetched
from forecast.data.load import load_observations
from forecast.data.official import layout_of, read_official
from forecast.data.read import SIDE_TABLES, RawTable
from forecast.data.tidy import parse_tidy
from forecast.errors import ConfigError, DataError, ForecastError, counted, named
from forecast.files import digest, inside, is_address, path_problem, write_file
from forecast.publish.addresses import addresses, check_patterns, is_file, names_month, states_month
from forecast.publish.sources import read_unchanged

#: What was fetched, beside the figures that came of it.
RECEIPTS = "fetched.json"
#: So many months back a file is looked for where none was fetched yet.
_MONTHS_BACK = 14


@dataclass(frozen=True)
class Receipt:
    """A file that was fetched: what its server said of it, its hash, and the month that its address names."""

    pattern: str
    digest: str
    fetched: str
    layout: str = ""
    month: str = ""
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True)
class NewFile:
    """A file that is new: its address, its bytes, the table that its copy holds, and its receipt."""

    address: str
    content: bytes
    raw: RawTable
    receipt: Receipt


@dataclass(frozen=True)
class Fetched:
    """What a round of fetching found; nothing of it is in place yet.

    Attributes
    ----------
    folder : Path
        A copy of the folder of figures with the new ones in it.
    target : Path
        The folder itself.
    files : sequence of NewFile
        The files that were new.
    added : int
        Rows that were new.
    lines : tuple of str
        What to say.
    merged : bool
        Whether a newer package brought rows of the tables beside the figures.
    """

    folder: Path
    target: Path
    files: Sequence[NewFile] = ()
    added: int = 0
    lines: tuple[str, ...] = ()
    merged: bool = False

    def put(self, archive: Archive) -> None:
        """Keep the source files in the archive, then put the new tables into the folder."""
        if not self.files and not self.merged and self.target.is_dir():
            return
        archive.keep(file.content for file in self.files)
        made = sorted(p for p in self.folder.iterdir() if p.is_file())
        # the figures come after the list of series, and the receipts last: what has one is in the folder
        for path in sorted(made, key=lambda p: (p.name == RECEIPTS, p.name == "observations.csv", p.name)):
            write_file(self.target / path.name, path.read_bytes())


def folder_of_figures(exp: Experiment) -> Path:
    """Return the folder into which fetched figures go: `data.path`, or `publish.figures` where that is null.

    Raises
    ------
    ConfigError
        If `data.path` is an address or a file, or null for series that are not those of the package.
    """
    if exp.data.path is None:
        if not _continues(exp):
            raise ConfigError(
                f"publish.fetch: {', '.join(exp.target.series)}: not all are series of the package, whose"
                f" figures {exp.publish.figures} would continue; give data.path=FOLDER for figures of"
                " your own"
            )
        return Path(exp.publish.figures).expanduser()
    place = Path(str(own_path(exp.data.path))).expanduser()
    if is_address(exp.data.path) or place.is_file():
        raise ConfigError(
            f"data.path: {exp.data.path} is no folder, and publish.fetch adds figures to one; give a folder,"
            " or leave data.path out"
        )
    return place


def reading_folder(exp: Experiment) -> Experiment:
    """Return the experiment that reads what was fetched so far."""
    if not exp.publish.fetch:
        return exp
    return replace(exp, data=replace(exp.data, path=str(folder_of_figures(exp))))


def fetch_figures(exp: Experiment, today: pd.Timestamp, scratch: Path) -> Fetched:
    """Fetch what is new at the addresses of `publish.fetch` and add it to a copy of the folder of figures.

    Parameters
    ----------
    exp : Experiment
    today : Timestamp
        The day from which figures without one of their own are public.
    scratch : Path
        A folder of one's own.

    Raises
    ------
    ConfigError, DataError
        For an address or a file that is refused; nothing was changed then.
    """
    check_patterns(exp.publish.fetch)
    target = folder_of_figures(exp)
    copy = scratch / "figures"
    copy.mkdir(parents=True)
    for path in sorted(target.glob("*.csv")) if target.is_dir() else []:
        shutil.copyfile(path, copy / path.name)
    receipts = read_receipts(target)
    fetching = _Fetching(exp, Archive(Path(exp.publish.archive)), today, scratch / "new", receipts)
    found = fetching.all_new()
    if not target.is_dir() and (exp.data.path is None or any(f.receipt.layout for f in found)):
        for name, data in bundled_tables().items():
            write_file(copy / name, data)
    with named({str(copy): str(target)}):
        merged = [line.replace(str(copy), str(target)) for line in bring_up_to_date(copy)]
    added, lines = _import(exp, found, copy, receipts, today)
    if found:
        kept = {**receipts, **{file.address: file.receipt for file in found}}
        text = json.dumps({a: asdict(r) for a, r in sorted(kept.items())}, indent=1, sort_keys=True)
        write_file(copy / RECEIPTS, text + "\n")
    if not any(copy.iterdir()):
        raise DataError(
            f"publish.fetch: no file was found at {', '.join(exp.publish.fetch)}, and there are no figures"
            f" yet in {target}; nothing was changed. Look at the addresses, or put a first file there"
        )
    told = tuple(merged + lines) or ("fetched: nothing new",)
    return Fetched(copy, target, found, added, told, bool(merged))


def read_receipts(folder: Path) -> dict[str, Receipt]:
    """Return what was fetched into a folder so far, by address.

    Raises
    ------
    DataError
        If the file cannot be read.
    """
    file = folder / RECEIPTS
    if not file.is_file():
        return {}
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
        return {str(a): Receipt(**{k: str(v) for k, v in told.items()}) for a, told in plain.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise DataError(
            f"{file}: cannot be read ({error}); remove it, and every file is fetched once more. Nothing was"
            " changed"
        ) from error


def _continues(exp: Experiment) -> bool:
    """Whether the series are those of the package, so that a new folder begins with its figures."""
    return set(exp.target.series) <= set(load_observations().series_ids)


@dataclass(frozen=True)
class _Fetching:
    """One look at all addresses, within one limit of time."""

    exp: Experiment
    archive: Archive
    today: pd.Timestamp
    folder: Path
    receipts: Mapping[str, Receipt]
    started: float = field(default_factory=time.monotonic)

    @property
    def spec(self) -> PublishSpec:
        return self.exp.publish

    @property
    def read_as(self) -> ReadAs:
        """What the user says of the files, the new and the old alike."""
        return ReadAs.of(self.exp.data.columns, self.exp.data.layout)

    def all_new(self) -> list[NewFile]:
        """Return every file that is new; of official files of one layout the newest only."""
        found = [file for pattern in self.spec.fetch for file in self._of_pattern(pattern)]
        found = list({file.address: file for file in found}.values())
        for file in found:
            self._refuse_cut(file)
        newest: dict[str, str] = {}
        for receipt in [*self.receipts.values(), *(file.receipt for file in found)]:
            newest[receipt.layout] = max(newest.get(receipt.layout, ""), receipt.month)
        return [
            file
            for file in found
            if not (file.receipt.layout and "" < file.receipt.month < newest[file.receipt.layout])
        ]

    def _of_pattern(self, pattern: str) -> Iterator[NewFile]:
        if not names_month(pattern):
            if "*" in pattern and not _place(pattern).parent.is_dir():
                raise DataError(
                    f"{pattern}: there is no folder {_place(pattern).parent}; nothing was changed"
                )
            for address in _listed(pattern):
                yield from self._look(pattern, address, "")[1]
            return
        last = pd.Period(self.today, "M") - 1
        wanted, found = int(last.ordinal), []
        for back in range(self._months_back(pattern, last)):
            if last.ordinal - back > wanted:
                continue
            there, new = self._at_month(pattern, last - back)
            found += new
            if there:
                # a file of one month leaves the months before it to their own files
                wanted = min((_first_month(file.raw) for file in new), default=0) - 1
        yield from reversed(found)  # as they came out

    def _at_month(self, pattern: str, month: pd.Period) -> tuple[bool, list[NewFile]]:
        """Whether a file of a month is at one of its addresses, and the file where it is new."""
        for address in addresses(pattern, month):
            looked = [self._look(pattern, one, str(month)) for one in _listed(address)]
            if any(there for there, _ in looked):
                return True, [file for _, found in looked for file in found]
        return False, []

    def _months_back(self, pattern: str, last: pd.Period) -> int:
        """How far back a file is looked for: to the newest that was
        fetched, or to the newest of the package.
        """
        fetched = [r.month for r in self.receipts.values() if r.pattern == pattern and r.month]
        if fetched:
            return _months_to(pd.Period(max(fetched), "M"), last)
        if not self.receipts and _continues(self.exp):
            obs = load_observations()
            known = min(obs.as_of("latest", s).last_official[s] for s in self.exp.target.series)
            return min(_months_to(known, last), _MONTHS_BACK)
        return _MONTHS_BACK

    def _look(self, pattern: str, address: str, month: str) -> tuple[bool, list[NewFile]]:
        """Whether a file is at an address, and the file where it is new."""
        before = self.receipts.get(address)
        answer = self._ask(address, before)
        if answer.state != "new" or (before is not None and digest(answer.content) == before.digest):
            return answer.state != "missing", []
        path = self._copied(address, answer.content)
        with named({str(path): address}):
            raw = read_figures(path, self.read_as)
            layout = layout_of(raw.columns) or ""
            if states_month(pattern):
                _refuse_other_month(raw, month)
        day = str(self.today.date())
        if layout and before is not None and before.fetched == day:
            raise DataError(
                f"{address}: is another file than the one that was fetched earlier on {day}; one day has one"
                " count of a month. Nothing was changed; tomorrow it is read as a revision"
            )
        receipt = Receipt(pattern, digest(answer.content), day, layout, month, answer.etag, answer.modified)
        return True, [NewFile(address, answer.content, raw, receipt)]

    def _ask(self, address: str, before: Receipt | None) -> Answer:
        if is_file(address):
            place = _place(address)
            return Answer("new", read_unchanged(place, self.spec)) if place.is_file() else Answer("missing")
        limits = Limits(
            seconds=self.spec.timeout_seconds,
            megabytes=self.spec.max_megabytes,
            allow_http=allows_http(self.exp),
            allow_by="publish.allow_http=true",
            hint=(
                "nothing was changed; it is tried again with the next round. See publish.timeout_seconds and"
                " publish.max_megabytes"
            ),
            any_type=has_readers(),
        )
        known = ("", "") if before is None else (before.etag, before.modified)
        return ask(address, limits, self.started + self.spec.timeout_seconds, *known)

    def _copied(self, address: str, content: bytes) -> Path:
        """Write a file into a folder of its own, under its own name,
        with the release days beside it if there are.
        """
        name = PurePosixPath(unquote(urlsplit(address).path)).name
        place = self.folder / digest(address.encode())[:16]
        path = inside(place, "figures.csv" if path_problem(name) else name, "publish.fetch")
        write_file(path, content)
        if is_file(address):
            days = _place(address).with_name("released.csv")
            if days.is_file():
                write_file(place / days.name, read_unchanged(days, self.spec))
        return path

    def _refuse_cut(self, file: NewFile) -> None:
        """Refuse a tidy file that lost rows which it had when it was fetched last."""
        before = self.receipts.get(file.address)
        old = None if before is None or before.layout else self.archive.kept(before.digest)
        if before is None or old is None:
            return
        try:
            had = _keys(read_content(file.raw.name, old, self.read_as))
        except ForecastError:
            return  # what the user says of the files has changed with them: there is nothing to compare
        has = _keys(file.raw)
        gone = sorted(key for key in had - has if has and key[1] >= min(month for _, month in has))
        if gone:
            name, month = gone[0]
            raise DataError(
                f"{file.address}: lacks {counted(len(gone), 'figure')} that it had on {before.fetched}, the"
                f" first: {name} {pd.Period(ordinal=month, freq='M')}. It may be cut short or still being"
                " written; nothing was changed"
            )


def _months_to(first: pd.Period, last: pd.Period) -> int:
    """Return how many months there are from one to another, both counted, at the least one."""
    return max(int(last.ordinal) - int(first.ordinal) + 1, 1)


def _place(address: str) -> Path:
    """Return the path of an address of this machine."""
    return Path(unquote(urlsplit(address).path))


def _listed(address: str) -> list[str]:
    """Return an address, or those of the files that a glob finds."""
    if "*" not in address:
        return [address]
    place = _place(address)
    there = place.parent.iterdir() if place.parent.is_dir() else ()
    files = sorted(p for p in there if fnmatch(p.name, place.name) and p.is_file())
    return [f.as_uri() for f in files if f.name not in SIDE_TABLES and not f.name.startswith(".")]


def _refuse_other_month(raw: RawTable, month: str) -> None:
    """Refuse a file that ends with another month than its address says."""
    if layout_of(raw.columns):
        official, _ = read_official(raw)
        last = None if official is None else official.data_month
    else:
        rows, _ = parse_tidy(raw)
        last = int(rows.month.max()) if len(rows) else None
    if last is not None and str(pd.Period(ordinal=last, freq="M")) != month:
        raise DataError(
            f"{raw.name}: ends with {pd.Period(ordinal=last, freq='M')}, and its address says {month}; it may"
            " be cut short. Nothing was changed"
        )


def _first_month(raw: RawTable) -> int:
    """Return the first month of a tidy table; 0 for an official one, which holds its years whole."""
    if layout_of(raw.columns):
        return 0
    rows, _ = parse_tidy(raw)
    return int(rows.month.min()) if len(rows) else 0


def _keys(raw: RawTable) -> set[tuple[str, int]]:
    """Return the series and months of a tidy table."""
    rows, _ = parse_tidy(raw)
    return set(zip(map(str, rows.series_id), rows.month.tolist(), strict=True))


def _import(
    exp: Experiment,
    found: Sequence[NewFile],
    copy: Path,
    receipts: Mapping[str, Receipt],
    today: pd.Timestamp,
) -> tuple[int, list[str]]:
    """Add files to a folder, those of addresses that were never fetched from apart; say what they brought."""
    known = {receipt.pattern for receipt in receipts.values()}
    added, lines = 0, []
    for pattern in dict.fromkeys(file.receipt.pattern for file in found):
        files = [file for file in found if file.receipt.pattern == pattern]
        one = exp.target.series[0] if states_month(pattern) and len(exp.target.series) == 1 else None
        places = {file.raw.name: file.address for file in files}
        with named({**places, str(copy): str(folder_of_figures(exp))}):
            made = import_fetched(
                [file.raw for file in files],
                copy,
                str(today.date()),
                exp.data.release_lag_days,
                exp.data.allow_gaps,
                first=pattern not in known,
                series_id=one,
            )
        added += made.added
        lines.append(f"fetched: {', '.join(places.values())}: {counted(made.added, 'figure', 'are')} new")
    return added, lines
