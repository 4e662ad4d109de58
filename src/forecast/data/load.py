"""From a path to `Observations`: which files are figures, which stand beside them, in which layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import pandas as pd

from forecast.arguments import checked
from forecast.config.settings import ColumnsSpec, LayoutSpec, own_path
from forecast.data import frames
from forecast.data import snapshots as _snapshots
from forecast.data.beside import break_findings, published_findings
from forecast.data.checks import check_rows, raise_for_errors, shorten
from forecast.data.figures import Frame, ReadAs, read_figures
from forecast.data.observations import BUNDLED, Observations
from forecast.data.official import OfficialFile, almost_official, layout_of, read_official
from forecast.data.part_months import no_parts, split_leaks
from forecast.data.read import RawTable, csv_files, read_table, unreadable
from forecast.data.sums import sum_findings
from forecast.data.tidy import Rows, is_calendar, join_rows, parse_tidy
from forecast.errors import ConfigError, Finding, nearest
from forecast.files import is_address


@dataclass(frozen=True)
class Reading:
    """All that a path holds, read and checked.

    Attributes
    ----------
    rows, leaks : Rows
        Official figures, sorted; unofficial ones.
    official : tuple of OfficialFile
        The files in an official layout.
    side : dict
        The tables beside the figures.
    listed : bool
        True when the folder names its series in `series.csv`.
    findings : list of Finding
        Everything found, errors included.
    understood : tuple of str
        How each file was read, in words, where it was not in the form of this package.
    part_months : DataFrame
        Unofficial figures of part of a month.
    """

    rows: Rows
    leaks: Rows
    official: tuple[OfficialFile, ...]
    side: dict[str, pd.DataFrame]
    listed: bool
    findings: list[Finding]
    understood: tuple[str, ...] = ()
    part_months: pd.DataFrame = field(default_factory=no_parts)


def files_of(path: str | Path | Frame) -> tuple[list[str | Path | Frame], Path | None]:
    """Return the files of figures of a path, and the folder in which other tables may stand beside them."""
    if isinstance(path, (pd.DataFrame, pd.Series)) or is_address(path):
        return [path], None
    place = Path(path).expanduser()
    if place.is_dir():
        own = place / "observations.csv"
        return ([own], place) if own.is_file() else (list(csv_files(place)), place)
    return [place], place.parent if place.name == "observations.csv" else None


def _beside(folder: Path | None, name: str) -> RawTable | None:
    if folder is None or not (folder / f"{name}.csv").is_file():
        return None
    return read_table(folder / f"{name}.csv")


def release_day(file: str | Path, days: Mapping[str, int]) -> int | None:
    """Return the day stated for a file, by ``released.csv`` or else by its name."""
    name = Path(str(file)).name
    return days.get(name, _snapshots.day_in_name(name))


def read_path(
    path: str | Path | Frame,
    series_id: str | None = None,
    release_lag_days: int = 0,
    allow_gaps: bool = False,
    counts: bool = False,
    read_as: ReadAs | None = None,
) -> Reading:
    """Read every figure of a path and check it.

    Parameters
    ----------
    path, series_id, release_lag_days, allow_gaps
        As in `forecast.data.load_observations`.
    counts : bool
        True when every value must be a non-negative whole number.
    read_as : ReadAs, optional
        What the user says about columns, layout and addresses.
    """
    files, folder = files_of(path)
    side, listed, findings = _side_tables(folder)
    parts: list[Rows] = []
    raws = [read_figures(file, read_as) for file in files]
    if len(raws) > 1:
        raws = [raw for raw in raws if not is_calendar(raw)]
    # Of several files each is a series of its own, and `series_id` says which one is wanted.
    name = series_id if len(raws) == 1 else None
    official, found = read_officials([raw for raw in raws if layout_of(raw.columns)])
    findings.extend(found)
    for raw in raws:
        if layout_of(raw.columns) is None:
            rows, found = parse_tidy(raw, name, release_lag_days, counts)
            parts.append(rows)
            findings.extend(nearly_official(raw) or found)
    if official:
        rows, found = _history_of(official, folder, release_lag_days)
        parts.append(rows)
        findings.extend(found)
    leaks = _beside(folder, "leaks")
    part_months = no_parts()
    if leaks is not None:
        whole, part_months, found = split_leaks(leaks)
        findings.extend(found)
        if len(whole) or not len(leaks):  # otherwise all of it tells parts of months
            rows, found = parse_tidy(whole, series_id, release_lag_days, False)
            rows.status[:] = "leak"
            parts.append(rows)
            findings.extend(found)
    everything = join_rows(parts) if parts else parse_nothing()
    leak = everything.status == "leak"
    known = [str(name) for name in side["series"]["series_id"]] if listed else None
    rows, found = check_rows(everything.take(~leak), allow_gaps, known)
    return Reading(
        rows,
        everything.take(leak),
        tuple(official),
        side,
        listed,
        shorten([*findings, *found, *_names_beside(folder, rows, side["hierarchy"])]),
        tuple(raw.understood for raw in raws if raw.understood),
        part_months,
    )


def parse_nothing() -> Rows:
    """Return no rows at all."""
    return _snapshots.rows_of([], ())


def _side_tables(folder: Path | None) -> tuple[dict[str, pd.DataFrame], bool, list[Finding]]:
    side: dict[str, pd.DataFrame] = {}
    findings: list[Finding] = []
    listed = False
    for kind in frames.SIDE_COLUMNS:
        raw = _beside(folder, kind)
        listed |= kind == "series" and raw is not None
        side[kind], found = frames.side_frame(kind, raw)
        findings.extend(found)
    return side, listed, findings


def _names_beside(folder: Path | None, rows: Rows, hierarchy: pd.DataFrame) -> list[Finding]:
    """Return what is wrong with the tables beside the figures that name series."""
    found = sum_findings(rows, hierarchy, _beside(folder, "hierarchy"))
    known = set(rows.series_id.astype(str))
    if (breaks := _beside(folder, "breaks")) is not None:
        found += break_findings(breaks, known)
    if (published := _beside(folder, "published")) is not None:
        found += frames.side_frame("published", published)[1] + published_findings(published, known)
    return found


def nearly_official(raw: RawTable) -> list[Finding]:
    """Return the one finding of a header that is almost official; the tidy reader's would mislead there."""
    what = almost_official(raw.columns)
    if not what:
        return []
    hint = "give the file as published"
    return [Finding("header", "error", what, file=raw.name, row=1, expected="all its columns", hint=hint)]


def read_officials(raws: Sequence[RawTable]) -> tuple[list[OfficialFile], list[Finding]]:
    """Read the files that are in an official layout."""
    files, findings = [], []
    for raw in raws:
        file, found = read_official(raw)
        findings.extend(found)
        if file is not None:
            files.append(file)
    return files, findings


def _history_of(
    official: Sequence[OfficialFile], folder: Path | None, release_lag_days: int
) -> tuple[Rows, list[Finding]]:
    place = folder or Path(official[0].name).parent
    days, findings = _snapshots.sidecar(place)
    snapshots = []
    for file in official:
        snapshot, found = _snapshots.official_snapshot(file, release_day(file.name, days), release_lag_days)
        findings.extend(found)
        if snapshot is not None:
            snapshots.append(snapshot)
    added, found = _snapshots.merge(snapshots)
    return _snapshots.rows_of(added, tuple(file.name for file in official)), [*findings, *found]


def bundled_series(names: Sequence[str]) -> pd.DataFrame:
    """Return the bundled rows of series.csv for these series."""
    return frames.keep_series(_bundled_series(), names)


@cache
def _bundled_series() -> pd.DataFrame:
    return frames.side_frame("series", read_table(BUNDLED / "series.csv"))[0]


def load(
    path: str | Path | Frame,
    series_id: str | None = None,
    release_lag_days: int = 0,
    allow_gaps: bool = False,
    bundled: bool = False,
    read_as: ReadAs | None = None,
) -> Observations:
    """Read a path; see `forecast.data.load_observations`."""
    reading = read_path(path, series_id, release_lag_days, allow_gaps, bundled, read_as)
    raise_for_errors(reading.findings)
    if not len(reading.rows):
        name = "table" if isinstance(path, (pd.DataFrame, pd.Series)) else str(path)
        raise unreadable(name, "no row holds a figure", "give one row for each month", "month,value")
    table = frames.observations_frame(reading.rows)
    leaks = frames.observations_frame(reading.leaks)
    leaks = leaks.sort_values(["series_id", "month", "released"], kind="stable", ignore_index=True)
    side = dict(reading.side)
    given = side.pop("series")
    if reading.official and not reading.listed:
        given = bundled_series([name for file in reading.official for name in file.figures])
    series = frames.series_frame(given, table, "encounters" if bundled else "count", side["sources"])
    obs = make_observations(table, leaks, series, side, reading.findings, bundled, allow_gaps)
    obs = replace(with_part_months(obs, reading.part_months), understood=reading.understood)
    return obs if series_id is None else only(obs, series_id)


def with_part_months(obs: Observations, part_months: pd.DataFrame) -> Observations:
    """Return the observations with figures of part of a month; their digest changes where there are any."""
    if not len(part_months):
        return obs
    content = frames.digest_of({"part_months": part_months})
    return replace(obs, part_months=part_months, digest=f"{obs.digest[:32]}{content[:32]}")


def make_observations(
    table: pd.DataFrame,
    leaks: pd.DataFrame,
    series: pd.DataFrame,
    side: Mapping[str, pd.DataFrame],
    findings: Sequence[Finding],
    bundled: bool = False,
    allow_gaps: bool = False,
) -> Observations:
    """Return observations of checked tables, with their digest."""
    content = {"table": table, "leaks": leaks, "series": series.reset_index(), **side}
    return Observations(
        table=table,
        leaks=leaks,
        series=series,
        **side,
        findings=tuple(findings),
        digest=frames.digest_of(content),
        bundled=bundled,
        allow_gaps=allow_gaps,
        understood=(),
    )


def only(obs: Observations, series_id: str) -> Observations:
    """Return the observations of one series."""
    if series_id not in obs.series_ids:
        names = obs.series_ids
        raise ConfigError(f"there is no series '{series_id}' in these figures.{nearest(series_id, names)}")
    table, leaks = (frames.keep_series(t, [series_id]) for t in (obs.table, obs.leaks))
    side = {name: getattr(obs, name) for name in frames.SIDE_COLUMNS if name != "series"}
    series = obs.series.loc[[series_id]]
    made = make_observations(table, leaks, series, side, obs.findings, obs.bundled, obs.allow_gaps)
    made = replace(made, understood=obs.understood)
    return with_part_months(made, frames.keep_series(obs.part_months, [series_id]))


@checked
def load_observations(
    path: str | Path | Frame | None = None,
    series_id: str | None = None,
    release_lag_days: int = 0,
    allow_gaps: bool = False,
    allow_http: bool = False,
    columns: Mapping[str, str] | ColumnsSpec | None = None,
    layout: Mapping[str, object] | LayoutSpec | None = None,
) -> Observations:
    """Read figures: those that come with the package, or a file, folder or address of one's own.

    Parameters
    ----------
    path : str, Path, DataFrame or Series, optional
        A file (CSV or a workbook) with months and figures in any usual layout, a CSV in one of CBP's
        layouts, a folder of either, an address; or a table in memory: tidy, indexed by month, or with a
        column for each series. Parquet with the extra `parquet`, other files by `register_reader`. A
        folder with `observations.csv` is read in the bundle's form, with `series.csv`, `leaks.csv` and the
        other tables beside it where they exist. None = the bundled figures.
    series_id : str, optional
        Name of the series of a file without a column `series_id`; otherwise the one series to keep.
    release_lag_days : int
        Days after the month's end at which a figure without `released` became public (basis ``assumed``).
    allow_gaps : bool
        True makes a month missing inside a series a warning.
    allow_http : bool
        True reads an address of plain http too. An address has 60 seconds and 100 MB.
    columns : mapping, optional
        Names of the columns that hold ``month``, ``value``, ``series`` (several with commas between) and
        ``released``; those not named are found by what they hold.
    layout : mapping, optional
        What a file leaves open: ``decimal`` ("." or ","), ``fiscal_start`` (month), ``sheet``, ``by_month``
        ("sum" or "mean", for daily and weekly figures), ``week`` ("starts" or "ends": what its date does).

    Returns
    -------
    Observations
        Every figure with its release day, checked.

    Raises
    ------
    DataError
        With every problem found.

    Notes
    -----
    A file in an official layout is one vintage; `forecast.data.official` says on which day it counts.

    Examples
    --------
    >>> len(load_observations().series_ids)
    77
    >>> own = pd.DataFrame({"month": ["2024-01", "2024-02"], "value": [10, 12]})
    >>> load_observations(own, series_id="mine", release_lag_days=15).as_of("2024-02-20").y("mine").tolist()
    [10.0]
    """
    if path is None:
        return _copied(bundle()) if series_id is None else only(_copied(bundle()), series_id)
    place = path if isinstance(path, (pd.DataFrame, pd.Series)) else own_path(path)
    read_as = ReadAs.of(columns, layout, allow_http)
    return load(place, series_id, release_lag_days, allow_gaps, read_as=read_as)


def _copied(obs: Observations) -> Observations:
    """Return observations whose frames may be changed without changing these."""
    tables = {name: getattr(obs, name).copy() for name in ("table", "leaks", *frames.SIDE_COLUMNS)}
    return replace(obs, **tables)


@cache
def bundle() -> Observations:
    """Return the bundled figures, read once; nobody changes them."""
    return load(BUNDLED, None, 0, False, bundled=True)
