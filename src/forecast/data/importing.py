"""New files into a folder of figures: rows are added, none is changed or lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from forecast.data import frames, load
from forecast.data import snapshots as _snapshots
from forecast.data.checks import check_rows, raise_for_errors, shorten
from forecast.data.corrected import CORRECTED, Vintage, correction_day
from forecast.data.csv_text import observations_csv, series_csv
from forecast.data.figures import ReadAs, read_figures
from forecast.data.folder import bring_up_to_date
from forecast.data.official import layout_of, read_official
from forecast.data.parse import OBSERVATION_COLUMNS, BoolArray, day_text, month_end, month_text, parse_day
from forecast.data.read import RawTable, csv_files, decode, parse_table
from forecast.data.tidy import Rows, join_rows, parse_tidy
from forecast.errors import ConfigError, DataError, Finding, counted
from forecast.files import write_file


@dataclass(frozen=True)
class ImportSummary:
    """What an import did.

    Attributes
    ----------
    folder : str
        The folder.
    added : int
        Rows that are new.
    already : int
        Figures that were there already.
    findings : tuple of Finding
        Warnings.
    lines : tuple of str
        The files read and the result, a line each.
    """

    folder: str
    added: int
    already: int
    findings: tuple[Finding, ...]
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([*self.lines, *map(str, self.findings)])


def import_files(
    paths: str | Path | Sequence[str | Path],
    into: str | Path,
    series_id: str | None = None,
    released: str | None = None,
    release_lag_days: int = 0,
    allow_gaps: bool = False,
    read_as: ReadAs | None = None,
) -> ImportSummary:
    """Read files of figures, official or tidy, and add what is new to a folder.

    The folder's `observations.csv` and `series.csv` are written aside and then renamed. Rows that are there
    stay as they are; a second import of the same files changes nothing.

    Parameters
    ----------
    paths : path or sequence of paths
        Files, or folders of files. A file without a column `released` states all its figures as of one day:
        see `released`.
    into : str or Path
        The folder; made when missing.
    series_id : str, optional
        Name of the series of a tidy file without a column of that name.
    released : str, optional
        The day (YYYY-MM-DD) on which these files became public. Without it, ``released.csv`` beside a file
        (and for an official file the day in its name) decides. A file for which no day is known counts from
        each month's end + `release_lag_days` (official files: from the update of their data month).
    release_lag_days, allow_gaps
        As in `forecast.data.load_observations`.
    read_as : ReadAs, optional
        What the files themselves leave open: columns, layout, addresses of plain http.

    Raises
    ------
    DataError
        With every problem found; nothing is written then.
    """
    days = _Days(_stated(released), release_lag_days)
    raws = [(file, read_figures(file, read_as)) for file in _files_of(paths)]
    folder = Path(into).expanduser()
    made = _import(raws, folder, days, series_id, allow_gaps)
    return replace(made, lines=(*made.lines, *bring_up_to_date(folder)))


def import_fetched(
    tables: Sequence[RawTable],
    into: str | Path,
    fetched: str,
    release_lag_days: int = 0,
    allow_gaps: bool = False,
    first: bool = False,
    series_id: str | None = None,
) -> ImportSummary:
    """Add files that were fetched on a day to a folder: what states no day of its own is public from that
    day.

    Parameters
    ----------
    tables : sequence of RawTable
        The files, as `forecast.data.figures.read_figures` reads them.
    into, release_lag_days, allow_gaps, series_id
        As in `import_files`.
    fetched : str
        The day (YYYY-MM-DD).
    first : bool
        True for the first fetch into the folder: older months, which nobody here saw come out, then count
        from their own month's end + lag, marked ``assumed``.

    Raises
    ------
    DataError
        As of `import_files`.
    """
    days = _Days(None, release_lag_days, _stated(fetched), first)
    return _import([(raw.name, raw) for raw in tables], Path(into), days, series_id, allow_gaps)


@dataclass(frozen=True)
class _Days:
    """What decides the release days of rows that state none.

    Attributes
    ----------
    stated : int or None
        The day of every file, as the caller states it.
    lag : int
        Days after a month's end at which a month without a day came out.
    fetched : int or None
        The day on which the files were fetched.
    first : bool
        False: no month came out before that day, since it was looked for before.
    """

    stated: int | None
    lag: int
    fetched: int | None = None
    first: bool = True

    @property
    def today(self) -> int:
        """The day on which a correction without a day of its own is seen."""
        given = _first_of(self.stated, self.fetched)
        return _stated(dt.datetime.now(dt.UTC).date().isoformat()) or 0 if given is None else given

    def seen(self, snapshot: _snapshots.Snapshot) -> _snapshots.Snapshot:
        """Return a vintage whose months came out with it, where earlier ones were looked for."""
        day = snapshot.day
        return snapshot if self.first else replace(snapshot, own_day=lambda _: day)


def _import(
    raws: Sequence[tuple[str | Path, RawTable]],
    folder: Path,
    days: _Days,
    series_id: str | None,
    allow_gaps: bool,
) -> ImportSummary:
    """Add files that were read to a folder."""
    present = _present(folder)
    before, findings = _existing(folder, present)
    rows, told, found, already = _new_rows(raws, before, series_id, days)
    findings.extend(found)
    raise_for_errors(shorten(findings))
    everything = join_rows([before, rows])
    leak = everything.status == "leak"
    official, found = check_rows(everything.take(~leak), allow_gaps)
    findings = shorten([*findings, *found])
    raise_for_errors(findings)
    added = len(rows)
    if added:
        _write(folder, present, join_rows([official, everything.take(leak)]))
    size = f"{counted(added, 'row')} added, {counted(already, 'figure', 'were')} there already"
    lines = (
        *told,
        f"{folder}: {size}"
        if added
        else f"{folder}: nothing new; {counted(already, 'figure', 'are')} there already",
    )
    return ImportSummary(str(folder), added, already, tuple(findings), lines)


def _stated(released: str | None) -> int | None:
    if released is None:
        return None
    day = parse_day(released)
    if day is None:
        raise ConfigError(f"released: '{released}' is not a date (YYYY-MM-DD)")
    return day


def _files_of(paths: str | Path | Sequence[str | Path]) -> list[str | Path]:
    single = [paths] if isinstance(paths, (str, Path)) else list(paths)
    if not single:
        raise ConfigError("name at least one file to import")
    files: list[str | Path] = []
    for path in single:
        place = Path(path).expanduser()
        files.extend(csv_files(place) if place.is_dir() else [path])
    return list(dict.fromkeys(files))


# --------------------------------------------------------------------------- what is there


def _present(folder: Path) -> bytes | None:
    path = folder / "observations.csv"
    if folder.exists() and not folder.is_dir():
        raise _refuse(str(folder), "this is a file", "a folder", "name a folder after --into")
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refuse(
            str(path), f"cannot be read ({error.strerror})", "a file", "check its permissions"
        ) from error


def _refuse(file: str, what: str, expected: str, hint: str) -> DataError:
    finding = Finding("import", "error", what, file=file, expected=expected, hint=hint)
    return DataError(f"1 problem:\n  {finding}", [finding])


def _existing(folder: Path, present: bytes | None) -> tuple[Rows, list[Finding]]:
    """Return the rows of the folder, and refuse to go on where writing them again would lose something."""
    if present is None:
        return load.parse_nothing(), []
    name = str(folder / "observations.csv")
    raw = parse_table(name, *decode(name, present))
    rows, findings = parse_tidy(raw)
    raise_for_errors(shorten(findings))
    extra = [column for column in raw.columns if column not in OBSERVATION_COLUMNS]
    if extra or len(rows) != len(raw):
        what = f"the columns {', '.join(extra)} are unknown" if extra else "some rows hold no figure"
        raise _refuse(
            name, what, "a table that can be kept as it is", "an import would lose them: move them away"
        )
    return rows, []


# --------------------------------------------------------------------------- what is new


def _new_rows(
    raws: Sequence[tuple[str | Path, RawTable]],
    before: Rows,
    series_id: str | None,
    days: _Days,
) -> tuple[Rows, list[str], list[Finding], int]:
    """Return the rows to add, a line for each file, and how many figures are there already."""
    findings: list[Finding] = []
    lines: list[str] = []
    explicit: list[Rows] = []
    snapshots: list[_snapshots.Snapshot] = []
    for file, raw in raws:
        listed, found = _snapshots.sidecar(Path(str(file)).parent)
        findings.extend(found)
        if layout_of(raw.columns) is not None:
            day = _first_of(days.stated, load.release_day(file, listed), days.fetched)
            snapshot, line = _official(raw, day, days.lag, findings)
        else:
            day = _first_of(days.stated, listed.get(Path(str(file)).name), days.fetched)
            rows, found = parse_tidy(raw, series_id, days.lag)
            findings.extend(load.nearly_official(raw) or found)
            named = series_id is not None or "series_id" in raw.columns
            findings.extend([] if named else _unnamed(rows, before))
            snapshot, line = None, f"{file}: {raw.understood or counted(len(rows), 'figure')}"
            if "released" in raw.columns or day is None:
                explicit.append(rows)
                if "assumed" in rows.release_basis:
                    after = counted(days.lag, "day")
                    line += f", public {after} after each month's end where no day is given (assumed)"
            else:
                snapshot = _tidy_snapshot(rows, day, days.lag, findings)
                line += f", released {day_text(day)}"
        lines.append(line)
        if snapshot is not None:
            snapshots.append(days.seen(snapshot))
    if days.fetched is not None and snapshots:
        # files that were fetched together are one vintage: the history ends with the newest month of all
        newest = max(snapshot.newest for snapshot in snapshots)
        snapshots = [replace(snapshot, newest=newest) for snapshot in snapshots]
    fresh, already = _fresh([before, *explicit], days, findings)
    official, found = _snapshots.merge(snapshots, _history(join_rows([before, fresh])))
    findings.extend(found)
    sized = sum(int(np.isfinite(values).sum()) for s in snapshots for _, values in s.figures.values())
    added = join_rows([fresh, _snapshots.rows_of(official, tuple(s.name for s in snapshots))])
    return added, lines, findings, already + sized - len(official)


def _unnamed(rows: Rows, before: Rows) -> list[Finding]:
    """Return an error for a file that names no series, where its own name is none of the folder's."""
    held, name = sorted(set(before.series_id.tolist())), Path(rows.files[0]).stem if rows.files else ""
    if not held or name in held:
        return []
    return [
        Finding(
            "series",
            "error",
            "names no series, and its own name is none of those in the folder",
            file=rows.files[0],
            expected=", ".join(held[:5]) + (" ..." if len(held) > 5 else ""),
            hint=f"say which it is: --series-id {held[0]}, or --series-id {name} for one more",
        )
    ]


def _first_of(*days: int | None) -> int | None:
    return next((day for day in days if day is not None), None)


def _official(
    raw: RawTable, day: int | None, lag: int, findings: list[Finding]
) -> tuple[_snapshots.Snapshot | None, str]:
    file, found = read_official(raw)
    findings.extend(found)
    if file is None:
        return None, raw.name
    snapshot, found = _snapshots.official_snapshot(file, day, lag)
    findings.extend(found)
    counted = (
        "" if snapshot is None else f", released {day_text(snapshot.day)}" + ("" if day else " (assumed)")
    )
    span = f"{month_text(file.first_month)} to {month_text(file.data_month)}"
    return (
        snapshot,
        f"{raw.name}: official layout '{file.layout}', {len(file.figures)} series, {span}{counted}",
    )


def _tidy_snapshot(rows: Rows, day: int, lag: int, findings: list[Finding]) -> _snapshots.Snapshot | None:
    """Return a tidy file without release days as one vintage."""
    rows, found = check_rows(rows, allow_gaps=True)
    findings.extend(f for f in found if f.check != "gap")  # gaps are judged with what is there already
    if not len(rows) or any(f.severity == "error" for f in found):
        return None
    newest = int(rows.month.max())
    end = int(month_end(np.array(newest)))
    if day < end:
        findings.append(
            Finding(
                "released",
                "error",
                f"released {day_text(day)}, before its last month ended",
                file=rows.files[0],
                month=month_text(newest),
                expected=f"{day_text(end)} or later",
                hint="correct the day",
            )
        )
        return None
    figures = {}
    for name in dict.fromkeys(rows.series_id.tolist()):
        at = np.flatnonzero(rows.series_id == name)
        first = int(rows.month[at[0]])
        values = np.full(int(rows.month[at[-1]]) - first + 1, np.nan)
        values[rows.month[at] - first] = rows.value[at]
        figures[str(name)] = (first, values)

    def own_day(month: int) -> int:
        return int(month_end(np.array(month))) + lag

    return _snapshots.Snapshot(rows.files[0], figures, day, True, own_day, -1, newest)


def _history(rows: Rows) -> _snapshots.History:
    history: _snapshots.History = {}
    official = np.flatnonzero(rows.status != "leak")
    for i in official[np.argsort(rows.released[official], kind="stable")]:
        key = (str(rows.series_id[i]), int(rows.month[i]))
        history.setdefault(key, []).append((int(rows.released[i]), float(rows.value[i]), str(rows.source[i])))
    return history


def _fresh(parts: list[Rows], days: _Days, findings: list[Finding]) -> tuple[Rows, int]:
    """Return the rows that the first part does not hold, and how many it does.

    Another value under the key of a row that is held is a correction, from the day it is seen; under the key
    of another new row it is an error.
    """
    everything = join_rows(parts)
    held: dict[tuple[str, int, int, bool], int] = {}
    figures: set[tuple[str, int, float, bool]] = set()
    new: BoolArray = np.zeros(len(everything), dtype=bool)
    already = 0
    for i in range(len(everything)):
        key = (
            str(everything.series_id[i]),
            int(everything.month[i]),
            int(everything.released[i]),
            everything.status[i] == "leak",
        )
        figure = (key[0], key[1], float(everything.value[i]), key[3])
        if i < len(parts[0]):
            figures.add(figure)
        elif key not in held and everything.release_basis[i] == "assumed" and figure in figures:
            already += 1  # its day is on record, and an assumed one may be earlier
            continue
        if key not in held:
            held[key] = i
            new[i] = i >= len(parts[0])
            continue
        if i < len(parts[0]):
            continue
        other = held[key]
        if everything.value[i] == everything.value[other]:
            already += 1
        elif other >= len(parts[0]):
            findings.append(_changed(everything, i, other, "error"))
        elif _corrects(everything, i, parts[0], days.today):
            new[i] = True
        else:
            already += 1
            findings.append(_changed(everything, i, other, "warning"))
    return everything.take(new), already


def _corrects(rows: Rows, i: int, before: Rows, today: int) -> bool:
    """Whether a row corrects a month that is held; it then counts from today."""
    same = (before.series_id == rows.series_id[i]) & (before.month == rows.month[i])
    same &= (before.status == "leak") == (rows.status[i] == "leak")
    known = [
        Vintage(day_text(int(before.released[k])), float(before.value[k]), str(before.value_basis[k]))
        for k in np.flatnonzero(same)
    ]
    day = correction_day(float(rows.value[i]), day_text(int(rows.released[i])), known, day_text(today))
    if day is None:
        return False
    rows.released[i], rows.release_basis[i], rows.value_basis[i] = today, "day", CORRECTED
    return True


def _changed(rows: Rows, here: int, there: int, severity: Literal["error", "warning"]) -> Finding:
    what = (
        f"{rows.value[here]:,.10g} here, {rows.value[there]:,.10g} in {rows.place(there)[0]}, both released"
        f" {day_text(int(rows.released[here]))}"
    )
    hint = "a revision needs its own day: a column released, or --released YYYY-MM-DD for the whole file"
    return rows.finding("append", severity, what, here, "rows that are there stay as they are", hint)


# --------------------------------------------------------------------------- writing


def _write(folder: Path, present: bytes | None, rows: Rows) -> None:
    order = np.lexsort((rows.status == "leak", rows.released, rows.month, rows.series_id.astype(str)))
    rows = rows.take(order)
    table = frames.observations_frame(rows)
    official = table[table["status"] != "leak"]
    series = series_csv(folder, official)
    observations = observations_csv(table)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if _present(folder) != present:
            raise _refuse(
                str(folder), "another import changed the folder meanwhile", "one at a time", "run it again"
            )
        # series.csv first: a series listed there without figures does no harm, the reverse is an error.
        for name, content in (("series.csv", series), ("observations.csv", observations)):
            write_file(folder / name, content)
    except OSError as error:
        raise _refuse(
            str(folder),
            f"the folder cannot be written ({error.strerror})",
            "a folder of your own",
            "name another one after --into",
        ) from error


__all__ = ["ImportSummary", "import_fetched", "import_files"]
