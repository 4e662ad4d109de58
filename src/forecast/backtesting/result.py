"""What a backtest returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from forecast.arguments import checked
from forecast.data.panel import Panel
from forecast.errors import counted
from forecast.notebook import backtest_html, plot_backtest, some
from forecast.tables.quantiles import QuantileTable, to_long

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Backtest:
    """Result of a backtest.

    Attributes
    ----------
    quantiles : QuantileTable
        The forecasts as arrays, one row a forecast and one column a level.
    folds : DataFrame
        Columns ``model, knowledge, scenario, series_id, origin, status, n_months, events_used, message,
        seconds``; the last is the fold's share of the time that its chain took, 0 where it was kept.
    estimability : DataFrame
        What became of every event at every origin, for each knowledge that was used.
    forecasts : DataFrame
        The same as a long table, made when asked for, with ten times the memory: columns ``model, series_id,
        origin, month, horizon, knowledge, scenario, level, value``.

    Examples
    --------
    >>> import forecast as fc
    >>> obs, name = fc.load_observations(), "southwest.usbp"
    >>> origins = fc.monthly_origins("2024-03", "2024-03", obs, series=[name])
    >>> bt = fc.backtest({}, obs, fc.load_events(), [name], origins, horizon=1)
    >>> bt.folds[["model", "status", "n_months"]].values.tolist()
    [['random_walk', 'ok', 294]]
    """

    quantiles: QuantileTable
    folds: pd.DataFrame
    estimability: pd.DataFrame = field(default_factory=pd.DataFrame)

    @cached_property
    def forecasts(self) -> pd.DataFrame:
        """The forecasts as a long table, a row a level."""
        return to_long(self.quantiles)

    def __repr__(self) -> str:
        """Tell models, series, origins and what failed."""
        models, series = (some(self.folds[name].unique()) for name in ("model", "series_id"))
        origins = self.folds["origin"]
        failed = int((self.folds["status"] == "failed").sum())
        return (
            f"<Backtest: {models}; {series}; {counted(origins.nunique(), 'origin')},"
            f" {origins.min():%Y-%m-%d} to"
            f" {origins.max():%Y-%m-%d}; {counted(len(self.folds), 'fold')}, {failed} failed>"
        )

    def _repr_html_(self) -> str:
        return backtest_html(repr(self)[1:-1], self.folds)

    @checked
    def plot(
        self,
        history: Panel | pd.Series | None = None,
        series_id: str | None = None,
        model: str | None = None,
        horizon: int = 1,
        ax: Axes | None = None,
    ) -> Axes:
        """Draw what was forecast of each month so many months ahead, over the figures that came.

        Parameters
        ----------
        history : Panel or Series, optional
            Figures, drawn as a line.
        series_id, model : str, optional
            Which series and which model; unless named the first, the random walk last of all.
        horizon : int
            Months ahead.
        ax : matplotlib Axes, optional
            Where to draw; a new figure without it.

        Returns
        -------
        matplotlib Axes

        Raises
        ------
        ConfigError
            For a series, model or horizon that the backtest does not have.
        """
        return plot_backtest(self.forecasts, history, series_id, model, horizon, ax)
