"""What was known on one date, as a rectangle of months and series.

A `Panel` is all that a model sees of the figures. It owns its frames and holds no reference to anything
that became public later.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from forecast.errors import ConfigError, nearest
from forecast.notebook import plot_panel, table_html


@dataclass(frozen=True, eq=False)
class Panel:
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

    values: pd.DataFrame
    released: pd.DataFrame
    as_of: pd.Timestamp
    rounding: pd.DataFrame
    counts: bool
    last_official: pd.Series
    leaks: pd.DataFrame = field(default_factory=lambda: empty_leaks())

    @property
    def series(self) -> tuple[str, ...]:
        """The series of the panel, in the order asked for."""
        return tuple(str(name) for name in self.values.columns)

    def _known(self, series_id: str) -> None:
        if series_id not in self.values.columns:
            raise ConfigError(f"the panel has no series '{series_id}'.{nearest(series_id, self.series)}")

    def y(self, series_id: str) -> pd.Series:
        """Return one series from its first to its last known month.

        Parameters
        ----------
        series_id : str
            A series of the panel.
        """
        self._known(series_id)
        column = self.values[series_id]
        known = np.flatnonzero(column.notna().to_numpy())
        if not len(known):
            return column.iloc[:0].copy()
        return column.iloc[known[0] : known[-1] + 1].copy()

    def of(self, series_id: str) -> Panel:
        """Return a panel of one series, from its own first to its own last known month."""
        self._known(series_id)
        known = np.flatnonzero(~np.isnan(self.values[series_id].to_numpy()))
        months = slice(int(known[0]), int(known[-1]) + 1) if len(known) else slice(0, 0)
        if self.series == (series_id,) and len(known) and months == slice(0, len(self.values)):
            return self
        return self._cut(months, [series_id])

    def window(self, months: int | None) -> Panel:
        """Return the panel's last `months` months; the panel itself when None.

        Raises
        ------
        ConfigError
            When `months` is not positive.
        """
        if months is None or months >= len(self.values):
            return self
        if months < 1:
            raise ConfigError(
                f"a window of {months} months is none; give a positive number of months or None"
            )
        return self._cut(slice(len(self.values) - months, None), list(self.series))

    def _cut(self, rows: slice, series: list[str]) -> Panel:
        months = self.values.index[rows]
        at = self.values.columns.get_indexer(pd.Index(series))
        names = self.values.columns[at]

        def cut(frame: pd.DataFrame) -> pd.DataFrame:
            return pd.DataFrame(frame.to_numpy()[rows][:, at].copy(), months, names)

        values = cut(self.values)
        leaks = self.leaks
        if len(leaks):
            leaks = leaks[leaks["series_id"].isin(series) & leaks["month"].isin(months)]
        return Panel(
            values=values,
            released=cut(self.released),
            as_of=self.as_of,
            rounding=cut(self.rounding),
            counts=are_counts(values.to_numpy()),
            last_official=self.last_official.iloc[at].copy(),
            leaks=leaks.reset_index(drop=True),
        )

    def __repr__(self) -> str:
        names = ", ".join(self.series[:3]) + (", ..." if len(self.series) > 3 else "")
        return f"<Panel as of {self.as_of:%Y-%m-%d}: {names}; {_span(self.values)}>"

    def _repr_html_(self) -> str:
        shown = self.values.iloc[-6:, :8]
        told = f"As of {self.as_of:%Y-%m-%d}: {len(self.series)} series, {_span(self.values)}"
        return table_html(f"{told}; the last {len(shown)} months", shown)

    plot = plot_panel


def _span(values: pd.DataFrame) -> str:
    if not len(values):
        return "no months"
    return f"{values.index[0]} to {values.index[-1]}, {len(values)} months"


def are_counts(values: np.ndarray) -> bool:
    """Tell whether all known values are whole and none is negative."""
    known = values[np.isfinite(values)]
    return bool(np.all((known >= 0) & (known == np.floor(known))))


def empty_leaks() -> pd.DataFrame:
    """Return the table of leaks of a panel without any."""
    return pd.DataFrame(
        {
            "series_id": pd.Series([], dtype=object),
            "month": pd.PeriodIndex([], freq="M"),
            "value": np.empty(0, dtype=float),
            "log_sd": np.empty(0, dtype=float),
        }
    )
