"""Figures with the day on which each became public, and the panel that was known on a date.

Tables are append-only: a revision is one more row with its own release day. As of a date the last row
released on or before it counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.config.settings import Truth
from forecast.data import frames as _tables
from forecast.data.cells import without_controls
from forecast.data.panel import Cells, Panel, empty_leaks
from forecast.data.parse import BoolArray, FloatArray, IntArray, days_stamps, months_index, whole_day
from forecast.data.part_months import COVERS, no_parts
from forecast.errors import ConfigError, Finding, counted, nearest

#: Folder of the figures that come with the package.
BUNDLED = Path(__file__).parent / "bundled"

#: Columns of the official rows that panels are made of; the others tell where a figure comes from.
#: How many files `repr` tells of.
_MOST_FILES = 3
_FIGURES = ["series_id", "month", "value", "released", "rounding"]
#: A leak's error on logs before leaks have a record: 2 %, as if seen in four leaks.
LEAK_SD, LEAK_WEIGHT = 0.02, 4


@dataclass(frozen=True)
class Vintages:
    """The official rows of one series as arrays, by month and, within it, by release day.

    Attributes
    ----------
    month, day : array
        Months and release days, as numbers since 1970.
    value, rounding : array
        Figures and their rounding units.
    """

    month: IntArray
    day: IntArray
    value: FloatArray
    rounding: FloatArray


@dataclass(frozen=True)
class _RowIndex:
    """The official rows as arrays, so that a date is looked up without touching a frame."""

    bounds: dict[str, tuple[int, int]]
    month: IntArray
    day: IntArray
    value: FloatArray
    rounding: FloatArray

    def known(self, series_id: str, day: int) -> IntArray:
        """Return the positions of the rows that count on a day, one a month."""
        start, stop = self.bounds[series_id]
        public = start + np.flatnonzero(self.day[start:stop] <= day)
        # Sorted by month and release day, so the last public row of a month is the one before a new month.
        last = np.ones(len(public), dtype=bool)
        last[:-1] = np.diff(self.month[public]) != 0
        return np.asarray(public[last], dtype=np.int64)


def _row_index(table: pd.DataFrame) -> _RowIndex:
    names = table["series_id"].to_numpy(dtype=object)
    starts = (
        np.flatnonzero(np.concatenate(([True], names[1:] != names[:-1]))) if len(names) else np.empty(0, int)
    )
    stops = np.append(starts[1:], len(names))[: len(starts)]
    bounds = {str(names[a]): (int(a), int(b)) for a, b in zip(starts, stops, strict=True)}
    index = _RowIndex(
        bounds=bounds,
        month=_tables.month_numbers(table["month"]),
        day=_tables.day_numbers(table["released"]),
        value=table["value"].to_numpy(dtype=np.float64, copy=True),
        rounding=table["rounding"].to_numpy(dtype=np.float64, copy=True),
    )
    for array in (index.month, index.day, index.value, index.rounding):
        array.flags.writeable = False
    same = names[1:] == names[:-1]
    steps = np.diff(index.month), np.diff(index.day)
    back = same & ((steps[0] < 0) | ((steps[0] == 0) & (steps[1] <= 0)))
    if len(bounds) != len(starts) or back.any():
        # A date is looked up on the strength of this order; a quiet mistake here would be a look-ahead.
        raise ValueError("the table is not sorted by series_id, month, released, each once; use replace_rows")
    return index


@dataclass(frozen=True, eq=False)
class Observations:
    """All figures ever published that are at hand, and what is known about their series.

    Attributes
    ----------
    table : DataFrame
        ``series_id, month, value, released, release_basis, status, value_basis, rounding, source``;
        `month` is ``Period[M]``, `released` a day; sorted by series, month and release day. Official rows
        only.
    leaks : DataFrame
        Unofficial figures of the press, the same columns, status ``leak``.
    series : DataFrame
        One row a series, index series_id: label, name, region, component ...
    hierarchy, breaks, releases, sources : DataFrame
        As the bundled README describes them; empty where a folder has none.
    findings : tuple of Finding
        Warnings kept from the checks.
    digest : str
        SHA-256 of the content that counts.
    bundled : bool
        True for the figures that come with the package.
    allow_gaps : bool
        True when a month may be missing inside a series.
    part_months : DataFrame
        Unofficial figures of part of a month: ``series_id, month, value, released, rounding, source,
        covers_from, covers_to``; they fill no month, a nowcast reads them.
    understood : tuple of str
        How each file was read, in words, where it was not in the form of this package: what was taken for
        what, and what was left out.

    Examples
    --------
    >>> import forecast.data as data
    >>> obs = data.load_observations()
    >>> int(obs.as_of("2024-05-07", ["southwest.usbp"]).y("southwest.usbp").loc["2023-12"])
    249785
    >>> int(obs.actuals("southwest.usbp").loc["2023-12"])
    249740
    """

    table: pd.DataFrame
    leaks: pd.DataFrame
    series: pd.DataFrame
    hierarchy: pd.DataFrame
    breaks: pd.DataFrame
    releases: pd.DataFrame
    sources: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    digest: str = ""
    bundled: bool = False
    allow_gaps: bool = False
    part_months: pd.DataFrame = field(default_factory=no_parts)
    understood: tuple[str, ...] = ()
    _index: _RowIndex = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", _row_index(self.table))

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the arrays: they are made anew from the rows."""
        return {name: value for name, value in vars(self).items() if name != "_index"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.__post_init__()

    @property
    def unofficial(self) -> pd.DataFrame:
        """All rows of ``leaks.csv``: whole months, and those that tell which days they cover."""
        whole = self.leaks.assign(**{name: pd.Series(pd.NaT, index=self.leaks.index) for name in COVERS})
        return (
            pd.concat([whole, self.part_months], ignore_index=True) if len(self.part_months) else self.leaks
        )

    @property
    def series_ids(self) -> tuple[str, ...]:
        """The series that have official figures."""
        return tuple(self._index.bounds)

    @checked
    def rows(self, series: Sequence[str]) -> pd.DataFrame:
        """Return the official rows of some series, as they stand in the table; none of an unknown one.

        Parameters
        ----------
        series : sequence of str
        """
        spans = sorted(
            self._index.bounds[name] for name in dict.fromkeys(series) if name in self._index.bounds
        )
        return self.table.iloc[np.concatenate([np.arange(*span) for span in spans]) if spans else []]

    def vintages(self, series_id: str) -> Vintages:
        """Return the official rows of one series as arrays; none of an unknown one."""
        index, span = self._index, slice(*self._index.bounds.get(series_id, (0, 0)))
        return Vintages(index.month[span], index.day[span], index.value[span], index.rounding[span])

    # ----------------------------------------------------------------------- dates and names

    def newest_release(self) -> pd.Timestamp:
        """Return the newest day on which an official figure became public."""
        return self._newest

    @cached_property
    def _newest(self) -> pd.Timestamp:
        return pd.Timestamp(self.table["released"].max())

    @checked
    def day_of(self, date: str | dt.date | np.datetime64) -> pd.Timestamp:
        """Return a date as a day; ``latest`` is the newest release.

        Raises
        ------
        ConfigError
            When the date cannot be read.
        """
        if isinstance(date, str) and date == "latest":
            return self.newest_release()
        return whole_day(date, "as_of", " nor 'latest'")

    def _names(self, series: str | Sequence[str] | None) -> tuple[str, ...]:
        if series is None:
            return self.series_ids
        names = (series,) if isinstance(series, str) else tuple(series)
        if not names:
            raise ConfigError("series: an empty list is given; expected the name of a series, or names")
        unknown = [name for name in names if name not in self._index.bounds]
        if unknown:
            raise ConfigError(
                "\n".join(f"there is no series '{n}'.{nearest(n, self.series_ids)}" for n in unknown)
            )
        return tuple(dict.fromkeys(names))

    # ----------------------------------------------------------------------- as known on a date

    @checked
    def as_of(
        self,
        date: str | dt.date | np.datetime64,
        series: str | Sequence[str] | None = None,
        include_leaks: bool = False,
    ) -> Panel:
        """Return what was known on a date.

        Parameters
        ----------
        date : str, date or Timestamp
            The date; ``latest`` is the newest release.
        series : str or sequence of str, optional
            The series wanted; all that were public when None.
        include_leaks : bool
            True lets an unofficial figure fill the month after the last official one, as if exact.

        Raises
        ------
        ConfigError
            When a series is unknown, or nothing of it was public yet.
        """
        return self.known_on(self.day_of(date), series, include_leaks)

    def known_on(
        self, day: pd.Timestamp, series: str | Sequence[str] | None = None, include_leaks: bool = False
    ) -> Panel:
        """Return what was known on a day, its arguments being checked: a backtest asks very often."""
        number = _tables.day_number(day)
        known = {name: self._index.known(name, number) for name in self._names(series)}
        absent = [name for name, rows in known.items() if not len(rows)]
        if absent and (series is not None or len(absent) == len(known)):
            raise ConfigError(
                "\n".join(
                    f"nothing of '{name}' was public on {day:%Y-%m-%d}; its first figure came out on"
                    f" {self._first_day(name):%Y-%m-%d}"
                    for name in absent
                )
            )
        known = {name: rows for name, rows in known.items() if len(rows)}
        return self._panel(known, self._usable_leaks(known, day) if include_leaks else None, day)

    def _first_day(self, name: str) -> pd.Timestamp:
        start, stop = self._index.bounds[name]
        return pd.Timestamp(days_stamps(self._index.day[start:stop].min()[None])[0])

    def _panel(self, known: dict[str, IntArray], leaks: pd.DataFrame | None, day: pd.Timestamp) -> Panel:
        index = self._index
        lasts = {name: int(index.month[rows[-1]]) for name, rows in known.items()}
        leak_months = np.empty(0, np.int64) if leaks is None else _tables.month_numbers(leaks["month"])
        first = min(int(index.month[rows[0]]) for rows in known.values())
        last = max([*lasts.values(), *leak_months.tolist()])
        shape = (last - first + 1, len(known))
        values, rounding = np.full(shape, np.nan), np.full(shape, np.nan)
        released = np.full(shape, np.datetime64("NaT", "ns"))
        for column, rows in enumerate(known.values()):
            at = index.month[rows] - first
            values[at, column] = index.value[rows]
            rounding[at, column] = index.rounding[rows]
            released[at, column] = days_stamps(index.day[rows])
        names = tuple(known)
        for k, month in enumerate(leak_months):
            assert leaks is not None
            cell = (month - first, names.index(leaks["series_id"].iloc[k]))
            values[cell] = leaks["value"].iloc[k]
            rounding[cell] = leaks["rounding"].iloc[k]
            released[cell] = leaks["released"].iloc[k].to_datetime64()
        cells = Cells(names, first, values, rounding, released, np.array(list(lasts.values())))
        if leaks is None or not len(leaks):
            return Panel.of_cells(cells, day)
        kept = leaks[["series_id", "month", "value", "log_sd"]].reset_index(drop=True)
        return Panel.of_cells(cells, day, kept)

    def _usable_leaks(self, known: dict[str, IntArray], day: pd.Timestamp) -> pd.DataFrame:
        """Return the leaks public on a day that fill the month after the last known one."""
        rows = self.leaks
        rows = rows[(rows["released"] <= day) & rows["series_id"].isin(list(known))]
        rows = rows.sort_values(["series_id", "month", "released"], kind="stable")
        rows = rows.drop_duplicates(["series_id", "month"], keep="last")
        reached = {name: int(self._index.month[at[-1]]) for name, at in known.items()}
        kept = []
        for position, (name, month) in enumerate(
            zip(rows["series_id"], _tables.month_numbers(rows["month"]), strict=True)
        ):
            if month == reached[name] + 1 or (month > reached[name] and self.allow_gaps):
                reached[name] = int(month)
                kept.append(position)
        rows = rows.iloc[kept]
        return rows.assign(log_sd=self._leak_sd(rows, day)) if len(rows) else empty_leaks()

    def _leak_sd(self, rows: pd.DataFrame, day: pd.Timestamp) -> FloatArray:
        """Return the error sd of leaks on logs: their rounding, and the record of leaks as known that day."""
        number = _tables.day_number(day)
        errors = []
        seen = self.leaks[self.leaks["released"] <= day]
        months = _tables.month_numbers(seen["month"])
        for name, month, value in zip(seen["series_id"], months, seen["value"], strict=True):
            if name not in self._index.bounds:
                continue
            at = self._index.known(str(name), number)
            truth = self._index.value[at[self._index.month[at] == month]]
            if len(truth) and truth[0] > 0 and value > 0:
                errors.append(np.log(value / truth[0]))
        record = (LEAK_WEIGHT * LEAK_SD**2 + float(np.sum(np.square(errors)))) / (LEAK_WEIGHT + len(errors))
        rounding = rows["rounding"].to_numpy(float) / np.maximum(np.abs(rows["value"].to_numpy(float)), 1.0)
        return np.asarray(np.sqrt(rounding**2 / 12 + record), dtype=np.float64)

    @checked
    def known(
        self, date: str | dt.date | pd.Timestamp, series: str | Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Return the rows that count on a date, one a series and month.

        Parameters
        ----------
        date, series
            As in `as_of`.
        """
        number = _tables.day_number(self.day_of(date))
        rows = [self._index.known(name, number) for name in self._names(series)]
        return self.table.iloc[np.concatenate(rows) if rows else []].reset_index(drop=True)

    @checked
    def alone(self, series: Sequence[str], leaks: bool = False) -> Observations:
        """Return only what panels of some series are made of, for work that goes to another process.

        Parameters
        ----------
        series : sequence of str
            The series.
        leaks : bool
            True keeps unofficial figures, and the series whose record tells their error.
        """
        named = self._names([*series, *(self.leaks["series_id"].unique() if leaks else ())])
        bounds = sorted(self._index.bounds[name] for name in named)
        rows = np.concatenate([np.arange(start, stop) for start, stop in bounds])
        return Observations(
            table=self.table[_FIGURES].take(rows).reset_index(drop=True),
            leaks=self.leaks if leaks else self.leaks.head(0),
            series=self.series.loc[list(named)],
            hierarchy=self.hierarchy.head(0),
            breaks=self.breaks.head(0),
            releases=self.releases.head(0),
            sources=self.sources.head(0),
            allow_gaps=self.allow_gaps,
        )

    @checked
    def first_released(self, series_id: str) -> pd.Series:
        """Return, for each month, the day on which its first official figure became public."""
        at = self._firsts(series_id)
        return pd.Series(
            days_stamps(self._index.day[at]), months_index(self._index.month[at], "month"), name=series_id
        )

    @checked
    def actuals(
        self,
        series_id: str,
        truth: Truth = "latest",
        as_of: str | dt.date | np.datetime64 | None = None,
    ) -> pd.Series:
        """Return the figures that forecasts are judged by.

        Parameters
        ----------
        series_id : str
            A series.
        truth : {"latest", "first"}
            The last figure of each month, or the first official one.
        as_of : str, date or Timestamp, optional
            Only what was public on this date; everything when None.
        """
        (name,) = self._names(series_id)
        number = _tables.day_number(self.day_of("latest" if as_of is None else as_of))
        if truth == "latest":
            at = self._index.known(name, number)
        elif truth == "first":
            at = self._firsts(name)
            at = at[self._index.day[at] <= number]
        else:
            raise ConfigError(
                f"truth: '{truth}' is not one of latest, first.{nearest(truth, ('latest', 'first'))}"
            )
        return pd.Series(self._index.value[at], months_index(self._index.month[at], "month"), name=series_id)

    def _firsts(self, series_id: str) -> IntArray:
        (name,) = self._names(series_id)
        start, stop = self._index.bounds[name]
        month = self._index.month[start:stop]
        new: BoolArray = np.ones(stop - start, dtype=bool)
        new[1:] = np.diff(month) != 0
        return np.asarray(start + np.flatnonzero(new), dtype=np.int64)

    def __repr__(self) -> str:
        rows = counted(len(self.table), "row")
        lines = [f"<Observations: {len(self.series_ids)} series, {rows}, {self._span()}>"]
        return "\n".join([*lines, *map(without_controls, self.understood[:_MOST_FILES])])

    def _span(self) -> str:
        month = self._index.month
        if not len(month):
            return "no months"
        ends = months_index(np.array([month.min(), month.max()]))
        return f"{ends[0]} to {ends[1]}, published to {self.newest_release():%Y-%m-%d}"

    def _repr_html_(self) -> str:
        size = f"{len(self.series_ids)} series, {counted(len(self.table), 'row')}"
        return f"<p><b>Observations</b>: {size}, {self._span()}</p>"


def replace_rows(obs: Observations, table: pd.DataFrame, findings: Iterable[Finding] = ()) -> Observations:
    """Return the same observations with another table of official rows (its order is restored).

    Parameters
    ----------
    obs : Observations
        The observations.
    table : DataFrame
        Columns of `Observations.table`.
    findings : iterable of Finding
        Added to those that `obs` keeps.
    """
    from dataclasses import replace

    ordered = table.sort_values(["series_id", "month", "released"], kind="stable", ignore_index=True)
    return replace(obs, table=ordered, findings=(*obs.findings, *findings))
