"""A backtest of plain frames: a group of series in, its past forecasts out.

What goes in and what comes out are plain columns, each series is taken by itself, and the function can be
sent to other processes: so pandas, Fugue, Spark, Dask and Ray can apply it to the groups of a large table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast.arguments import checked
from forecast.backtesting.origins import monthly_origins
from forecast.backtesting.runner import backtest
from forecast.config.bounds import Bounds, Distinct, Horizon, Months
from forecast.config.convert import check_arguments
from forecast.config.settings import Knowledge
from forecast.data.observations import Observations
from forecast.errors import ConfigError
from forecast.events.calendar import EventCalendar
from forecast.interchange import from_nixtla, nixtla_columns, to_nixtla
from forecast.models.base import Model
from forecast.models.registry import make_model, named_models

_BASELINE = "random_walk"
_OURS = {"series_id": "unique_id", "month": "ds", "value": "y"}
_Ranges = Annotated[tuple[Annotated[float, Bounds(1, 99.98)], ...], Distinct()]


@checked
def backtest_frame(
    frame: pd.DataFrame,
    models: Mapping[str, Model] | Sequence[Model | str] | Model | str = (),
    horizon: int = 12,
    origins: int = 12,
    step: int = 1,
    level: Sequence[float] = (80, 95),
    events: EventCalendar | None = None,
) -> pd.DataFrame:
    """Return past forecasts of every series of a frame beside what came, in Nixtla's columns.

    Parameters
    ----------
    frame : DataFrame
        Columns ``unique_id, ds, y`` (or ours, ``series_id, month, value``), a row for each month of each
        series; with a column ``released`` each origin sees what was public then.
    models : mapping, or models, or names of models
        As of `backtest`; the random walk is added, once, if it is not among them.
    horizon : int
        Months ahead of the last known one.
    origins : int
        How many origins a series has at most: the newest ones whose whole horizon is known.
    step : int
        Months between two origins.
    level : sequence of float
        Central ranges in percent.
    events : EventCalendar, optional
        What models that use events may know at each origin; without it they use none.

    Returns
    -------
    DataFrame
        Columns ``unique_id, ds, cutoff, y``, then for each model its median ``MODEL`` and ``MODEL-lo-80``,
        ``MODEL-hi-80`` for every range. `ds`, `cutoff` (the last known month) and `unique_id` as they came
        in; a forecast that failed is NaN. Series in the order of the frame.

    Raises
    ------
    ConfigError
        For wrong arguments, missing columns, and a model that needs all series at once.
    DataError
        With every problem of the figures.

    Notes
    -----
    Each series is forecast by itself, so the rows of a series are the same whatever else the frame holds, and
    scores by series of the parts of a large table are those of the whole. A frame without rows gives the
    columns, as a schema for engines that ask for one.

    Examples
    --------
    >>> import forecast as fc
    >>> frame = fc.to_nixtla(fc.load_observations("example:road_casualties.csv"))
    >>> past = fc.backtest_frame(frame, "drift", horizon=3, origins=2, level=[80])
    >>> past.columns[:7].tolist()
    ['unique_id', 'ds', 'cutoff', 'y', 'random_walk', 'random_walk-lo-80', 'random_walk-hi-80']
    >>> len(past), past["drift"].round().astype(int).tolist()[:2]
    (6, [1282, 1280])
    """
    check_arguments(
        horizon=(horizon, Horizon), origins=(origins, Months), step=(step, Months), level=(level, _Ranges)
    )
    every = _alone(models)
    levels = _levels(level)
    columns = ["unique_id", "ds", "cutoff", "y", *nixtla_columns(every, levels)]
    frame = frame if "unique_id" in frame else frame.rename(columns=_OURS)
    if missing := [column for column in ("unique_id", "ds", "y") if column not in frame]:
        raise ConfigError(f"backtest_frame: the frame has no column {', '.join(missing)}")
    given = _Given.of(frame)
    if not len(frame):
        return given.empty(columns)
    obs = from_nixtla(frame)
    made = []
    for days, names in _same_origins(obs, horizon, origins, step).items():
        knowledge: Knowledge = "none" if events is None else "at_origin"
        bt = backtest(every, obs, events, names, days, horizon, knowledge, levels=levels)
        # one call knows one thing of events, so a model's name says enough
        made.append(to_nixtla(bt.forecasts.assign(knowledge="none")))
    if not made:
        return given.empty(columns)
    return given.beside(pd.concat(made, ignore_index=True)).reindex(columns=columns)


def _alone(models: Mapping[str, Model] | Sequence[Model | str] | Model | str) -> dict[str, Model]:
    """Return models by name, the baseline among them, in the order of a backtest's tables.

    Raises
    ------
    ConfigError
        For a model that is fitted to all series at once: its forecasts would depend on the grouping.
    """
    named = named_models(models)
    if pooled := [name for name, model in named.items() if model.pooled]:
        raise ConfigError(
            f"backtest_frame: {', '.join(pooled)} is fitted to all series at once, and here each series"
            " stands alone; take fc.backtest"
        )
    return named if _BASELINE in named else {_BASELINE: make_model(_BASELINE), **named}


def _levels(ranges: Sequence[float]) -> tuple[float, ...]:
    """Return the quantile levels of central ranges in percent, the median among them, ascending."""
    tails = [round((1 - percent / 100) / 2, 6) for percent in ranges]
    return tuple(sorted({0.5, *tails, *(round(1 - tail, 6) for tail in tails)}))


def _same_origins(
    obs: Observations, horizon: int, origins: int, step: int
) -> dict[tuple[pd.Timestamp, ...], list[str]]:
    """Return the series by their origins: those of one panel mostly have the same."""
    found: dict[tuple[pd.Timestamp, ...], list[str]] = {}
    for name in obs.series_ids:
        months = pd.PeriodIndex(obs.first_released(name).index)
        end = months[-1] - horizon
        if months[0] <= end:
            days = monthly_origins(None, end, obs, [name], step)[-origins:]
            found.setdefault(tuple(days), []).append(name)
    return found


@dataclass(frozen=True)
class _Given:
    """What a frame calls its series and months, and its figures.

    `ids` are its series by the names that they have here, `kind` their type; `rows` has the newest figure of
    each series and month, with the day that stands for the month.
    """

    ids: Mapping[str, object]
    kind: np.dtype | pd.api.extensions.ExtensionDtype
    rows: pd.DataFrame

    @classmethod
    def of(cls, frame: pd.DataFrame) -> _Given:
        """Return what a frame holds.

        Raises
        ------
        ConfigError
            For two series whose names differ in spaces around them, which nobody would see.
        """
        each = frame["unique_id"].unique()
        ids = {str(one).strip(): one for one in each}
        if len(ids) < len(each):
            raise ConfigError("backtest_frame: two series have the same unique_id but for spaces around it")
        days = frame["ds"].dt.to_timestamp() if isinstance(frame["ds"].dtype, pd.PeriodDtype) else frame["ds"]
        rows = pd.DataFrame(
            {
                "unique_id": frame["unique_id"].astype(str).str.strip(),
                "ds": pd.to_datetime(days),
                "y": frame["y"].astype(float),
                "released": pd.to_datetime(frame["released"]) if "released" in frame else 0,
            }
        )
        rows["month"] = rows["ds"].dt.to_period("M").dt.to_timestamp()
        newest = rows.sort_values("released", kind="stable").drop_duplicates(
            ["unique_id", "month"], keep="last"
        )
        return cls(ids, frame["unique_id"].dtype, newest)

    def empty(self, columns: Sequence[str]) -> pd.DataFrame:
        """Return the columns of a result without rows."""
        made = pd.DataFrame({name: pd.Series(dtype=float) for name in columns})
        day = self.rows["ds"].dtype
        return made.astype({"unique_id": self.kind, "ds": day, "cutoff": day})

    def beside(self, forecasts: pd.DataFrame) -> pd.DataFrame:
        """Return forecasts with the figures and days of the frame, series in its order."""
        known = pd.MultiIndex.from_frame(self.rows[["unique_id", "month"]])

        def place(column: str) -> npt.NDArray[np.intp]:
            return known.get_indexer(pd.MultiIndex.from_frame(forecasts[["unique_id", column]]))

        days, month, cutoff = self.rows["ds"].array, place("ds"), place("cutoff")
        made = forecasts.assign(ds=days[month], cutoff=days[cutoff], y=self.rows["y"].to_numpy()[month])
        order = {name: at for at, name in enumerate(self.ids)}
        made = made.iloc[np.lexsort((made["ds"], made["cutoff"], made["unique_id"].map(order)))]
        ids = pd.Series(made["unique_id"].map(self.ids).to_numpy(), made.index, dtype=self.kind)
        return made.assign(unique_id=ids).reset_index(drop=True)
