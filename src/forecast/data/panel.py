"""What was known on one date, as a rectangle of months and series.

A `Panel` is all that a model sees of the figures. It owns its frames and holds no reference to anything
that became public later.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Protocol

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.config.bounds import Bounds
from forecast.config.convert import check_arguments
from forecast.data.lazy import Lazy, WithLazyFields
from forecast.data.parse import DayArray, FloatArray, IntArray, month_range, months_index
from forecast.errors import ConfigError, counted, nearest
from forecast.notebook import plot_panel, table_html


class PanelLike(Protocol):
    """What a design needs of a panel."""

    @property
    def values(self) -> pd.DataFrame:
        """Figures, months down and series across."""

    @property
    def as_of(self) -> pd.Timestamp:
        """The origin."""

    @property
    def last_official(self) -> pd.Series:
        """Last official month of each series."""


@dataclass(frozen=True, eq=False)
class Cells:
    """The figures of a panel as arrays that cannot be written, months down and series across.

    Attributes
    ----------
    series : tuple of str
    first : int
        Number of the first month.
    values, rounding : array
        NaN where nothing is known.
    released : array of datetime64[ns]
    lasts : array of int
        Number of the last official month of each series.
    """

    series: tuple[str, ...]
    first: int
    values: FloatArray
    rounding: FloatArray
    released: DayArray
    lasts: IntArray

    def __post_init__(self) -> None:
        for array in (self.values, self.rounding, self.released, self.lasts):
            array.flags.writeable = False

    def column(self, series_id: str) -> tuple[int, slice]:
        """Return the column of a series, and its rows from the first to the last known month."""
        at = self.series.index(series_id)
        return at, self._spans[at]

    @cached_property
    def _spans(self) -> list[slice]:
        known = ~np.isnan(self.values)
        months = [np.flatnonzero(column) for column in known.T]
        return [slice(int(at[0]), int(at[-1]) + 1) if len(at) else slice(0, 0) for at in months]

    @cached_property
    def counts(self) -> IntArray:
        """How many months of each series are known."""
        return np.asarray((~np.isnan(self.values)).sum(axis=0), dtype=np.int64)

    @cached_property
    def largest(self) -> FloatArray:
        """The largest absolute value of each series, 0 where none is known."""
        return np.asarray(np.nan_to_num(np.abs(self.values)).max(axis=0, initial=0.0), dtype=float)

    def last_official(self, series_id: str) -> int:
        """Return the number of the last official month of a series."""
        return int(self.lasts[self.series.index(series_id)])

    def cut(self, rows: slice, columns: list[int]) -> Cells:
        """Return some months of some series."""
        return Cells(
            series=tuple(self.series[at] for at in columns),
            first=self.first + (rows.start or 0),
            values=self.values[rows][:, columns],
            rounding=self.rounding[rows][:, columns],
            released=self.released[rows][:, columns],
            lasts=self.lasts[columns],
        )

    def frame(self, array: FloatArray | DayArray) -> pd.DataFrame:
        """Return one of the arrays with its months and series."""
        months = month_range(self.first, self.first + len(array) - 1, "month")
        return pd.DataFrame(array.copy(), months, self.names)

    @property
    def names(self) -> pd.Index:
        """The series as an index."""
        return pd.Index(list(self.series), name="series_id", dtype=object)


@dataclass(frozen=True, eq=False, kw_only=True)
class Panel(WithLazyFields):
    """Figures of one or many series as known on a date.

    Attributes
    ----------
    values : DataFrame
        Float, ``PeriodIndex[M]`` x series_id, from the first to the last known month of any of the series;
        NaN before a series begins and after it ends. A leak that was asked for fills its month.
    released : DataFrame
        The day on which each of these figures became public, of the same shape.
    as_of : Timestamp
        The date.
    rounding : DataFrame
        The rounding unit of each figure (1, 10, 1000), of the same shape.
    counts : bool
        True when all values are whole and none is negative.
    last_official : Series
        series_id -> the last month with an official figure.
    leaks : DataFrame
        ``series_id, month, value, log_sd`` of the leaks that fill a month; `log_sd` is the standard
        deviation of their error on logs.

    Examples
    --------
    >>> import forecast.data as data
    >>> panel = data.load_observations().as_of("2024-05-07", series=["southwest.usbp"])
    >>> str(panel.last_official["southwest.usbp"]), int(panel.y("southwest.usbp").iloc[-1])
    ('2024-03', 137480)
    """

    values: Lazy[pd.DataFrame] = Lazy()
    released: Lazy[pd.DataFrame] = Lazy()
    as_of: pd.Timestamp
    rounding: Lazy[pd.DataFrame] = Lazy()
    counts: bool
    last_official: Lazy[pd.Series] = Lazy()
    leaks: Lazy[pd.DataFrame] = Lazy(lambda: empty_leaks())

    @classmethod
    def of_cells(cls, cells: Cells, as_of: pd.Timestamp, leaks: pd.DataFrame | None = None) -> Panel:
        """Return the panel of some arrays; its frames are made when they are asked for."""
        panel = cls(
            values=lambda: cells.frame(cells.values),
            released=lambda: cells.frame(cells.released),
            as_of=as_of,
            rounding=lambda: cells.frame(cells.rounding),
            counts=are_counts(cells.values),
            last_official=lambda: pd.Series(months_index(cells.lasts), cells.names, name="last_official"),
            leaks=empty_leaks if leaks is None else leaks,
        )
        panel.__dict__["cells"] = cells
        return panel

    @cached_property
    def cells(self) -> Cells:
        """The figures as arrays."""
        values = self.values
        months = pd.PeriodIndex(values.index).asi8
        if (np.diff(months) != 1).any():
            raise ConfigError("the months of a panel follow one another, and these do not")
        return Cells(
            series=tuple(str(name) for name in values.columns),
            first=int(months[0]) if len(months) else 0,
            values=values.to_numpy(dtype=float, copy=True),
            rounding=self.rounding.to_numpy(dtype=float, copy=True),
            released=self.released.to_numpy(dtype="datetime64[ns]", copy=True),
            lasts=np.array([month.ordinal for month in self.last_official], dtype=np.int64),
        )

    @property
    def series(self) -> tuple[str, ...]:
        """The series of the panel, in the order asked for."""
        return self.cells.series

    def _known(self, series_id: str) -> None:
        if series_id not in self.series:
            raise ConfigError(f"the panel has no series '{series_id}'.{nearest(series_id, self.series)}")

    @checked
    def y(self, series_id: str) -> pd.Series:
        """Return one series from its first to its last known month.

        Parameters
        ----------
        series_id : str
            A series of the panel.
        """
        self._known(series_id)
        cells = self.cells
        at, rows = cells.column(series_id)
        months = month_range(cells.first + rows.start, cells.first + rows.stop - 1, "month")
        return pd.Series(cells.values[rows, at].copy(), months, name=series_id)

    @checked
    def known_months(self, series_id: str) -> int:
        """Return how many months of a series are known."""
        self._known(series_id)
        cells = self.cells
        return int(cells.counts[cells.series.index(series_id)])

    @checked
    def of(self, series_id: str) -> Panel:
        """Return a panel of one series, from its own first to its own last known month."""
        self._known(series_id)
        at, months = self.cells.column(series_id)
        if self.series == (series_id,) and months == slice(0, len(self.cells.values)) and months.stop:
            return self
        return self._cut(months, [at])

    @checked
    def window(self, months: int | None) -> Panel:
        """Return the panel's last `months` months; the panel itself when None.

        Raises
        ------
        ConfigError
            When `months` is not positive.
        """
        check_arguments(months=(months, Annotated[int, Bounds(1)] | None))
        total = len(self.cells.values)
        if months is None or months >= total:
            return self
        return self._cut(slice(total - months, None), list(range(len(self.series))))

    def _cut(self, rows: slice, columns: list[int]) -> Panel:
        cells = self.cells.cut(rows, columns)
        leaks = self.leaks
        if not len(leaks):
            return Panel.of_cells(cells, self.as_of)
        months = month_range(cells.first, cells.first + len(cells.values) - 1)
        leaks = leaks[leaks["series_id"].isin(cells.series) & leaks["month"].isin(months)]
        return Panel.of_cells(cells, self.as_of, leaks.reset_index(drop=True))

    def __repr__(self) -> str:
        names = ", ".join(self.series[:3]) + (", ..." if len(self.series) > 3 else "")
        return f"<Panel as of {self.as_of:%Y-%m-%d}: {names}; {_span(self.values)}>"

    def _repr_html_(self) -> str:
        shown = self.values.iloc[-6:, :8]
        told = f"As of {self.as_of:%Y-%m-%d}: {len(self.series)} series, {_span(self.values)}"
        return table_html(f"{told}; the last {counted(len(shown), 'month')}", shown)

    plot = plot_panel


def _span(values: pd.DataFrame) -> str:
    if not len(values):
        return "no months"
    return f"{values.index[0]} to {values.index[-1]}, {counted(len(values), 'month')}"


def are_counts(values: np.ndarray) -> bool:
    """Tell whether all known values are whole and none is negative."""
    known = values[np.isfinite(values)]
    return bool(np.all((known >= 0) & (known == np.floor(known))))


def least_on_logs(values: np.ndarray) -> float:
    """Return what zero stands for on logs: half a unit of counts, half the smallest of other figures.

    Examples
    --------
    >>> least_on_logs(np.array([3.0, 0.0])), least_on_logs(np.array([0.02, 0.04]))
    (0.5, 0.01)
    """
    positive = values[values > 0]
    return 0.5 if are_counts(values) or not len(positive) else 0.5 * float(positive.min())


def empty_leaks() -> pd.DataFrame:
    """Return the table of leaks of a panel without any."""
    return _NO_LEAKS.copy(deep=False)


_NO_LEAKS = pd.DataFrame(
    {
        "series_id": pd.Series([], dtype=object),
        "month": pd.PeriodIndex([], freq="M"),
        "value": np.empty(0, dtype=float),
        "log_sd": np.empty(0, dtype=float),
    }
)
