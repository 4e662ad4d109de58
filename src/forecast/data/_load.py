"""From a path to `Observations`: which files are figures, which stand beside them, in which layout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from forecast.data import _tables
from forecast.data._files import RawTable, csv_files, is_address, read_table, unreadable
from forecast.data._tidy import Rows, join_rows, parse_tidy
from forecast.data.checks import check_rows, raise_for_errors, shorten
from forecast.data.observations import Observations
from forecast.spec import ConfigError, Finding, nearest


def sources_of(path: str | Path) -> tuple[list[str | Path], Path | None]:
    """Return the files of figures of a path, and the folder in which other tables may stand beside them."""
    if is_address(path):
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


def read_rows(
    path: str | Path,
    series_id: str | None = None,
    release_lag_days: int = 0,
    allow_gaps: bool = False,
    counts: bool = False,
    known_series: list[str] | None = None,
) -> tuple[Rows, Rows, list[Finding]]:
    """Read every figure of a path and check it.

    Returns
    -------
    rows, leaks : Rows
        Official figures, sorted; unofficial ones.
    findings : list of Finding
        Everything found, errors included.
    """
    files, folder = sources_of(path)
    findings: list[Finding] = []
    parts: list[Rows] = []
    for file in files:
        rows, found = parse_tidy(read_table(file), series_id, release_lag_days, counts)
        parts.append(rows)
        findings.extend(found)
    leaks = _beside(folder, "leaks")
    if leaks is not None and not any(f.severity == "error" for f in findings):
        rows, found = parse_tidy(leaks, series_id, release_lag_days, False)
        rows.status[:] = "leak"
        parts.append(rows)
        findings.extend(found)
    everything = join_rows(parts)
    leak = everything.status == "leak"
    official, found = check_rows(everything.take(~leak), allow_gaps, known_series)
    findings.extend(found)
    return official, everything.take(leak), findings


def load(
    path: str | Path,
    series_id: str | None = None,
    release_lag_days: int = 0,
    allow_gaps: bool = False,
    bundled: bool = False,
) -> Observations:
    """Read a path; see `forecast.data.load_observations`."""
    _, folder = sources_of(path)
    side: dict[str, pd.DataFrame] = {}
    findings: list[Finding] = []
    given = False
    for kind in _tables.SIDE_COLUMNS:
        raw = _beside(folder, kind)
        given |= kind == "series" and raw is not None
        side[kind], found = _tables.side_frame(kind, raw)
        findings.extend(found)
    listed = [str(name) for name in side["series"]["series_id"]] if given else None
    rows, leaks, found = read_rows(path, series_id, release_lag_days, allow_gaps, bundled, listed)
    findings.extend(found)
    raise_for_errors(shorten(findings))
    if not len(rows):
        raise unreadable(str(path), "no row holds a figure", "give one row for each month", "month,value")
    table = _tables.observations_frame(rows)
    leak_table = _sorted(_tables.observations_frame(leaks))
    series = _tables.series_frame(side.pop("series"), table, "encounters" if bundled else "count")
    obs = make_observations(table, leak_table, series, side, findings, bundled, allow_gaps)
    return obs if series_id is None else only(obs, series_id)


def make_observations(
    table: pd.DataFrame,
    leaks: pd.DataFrame,
    series: pd.DataFrame,
    side: Mapping[str, pd.DataFrame],
    findings: list[Finding],
    bundled: bool = False,
    allow_gaps: bool = False,
) -> Observations:
    """Return observations of checked tables, with their digest."""
    content = {"table": table, "leaks": leaks, "series": series.reset_index(), **side}
    return Observations(
        table=table, leaks=leaks, series=series, **side,
        findings=tuple(shorten(findings)), digest=_tables.digest_of(content),
        bundled=bundled, allow_gaps=allow_gaps,
    )  # fmt: skip


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values(["series_id", "month", "released"], kind="stable", ignore_index=True)


def only(obs: Observations, series_id: str) -> Observations:
    """Return the observations of one series."""
    if series_id not in obs.series_ids:
        raise ConfigError(
            f"there is no series '{series_id}' in these figures.{nearest(series_id, obs.series_ids)}"
        )
    table, leaks = (_tables.keep_series(t, [series_id]) for t in (obs.table, obs.leaks))
    side = {name: getattr(obs, name) for name in _tables.SIDE_COLUMNS if name != "series"}
    series = obs.series.loc[[series_id]]
    return make_observations(table, leaks, series, side, list(obs.findings), obs.bundled, obs.allow_gaps)
