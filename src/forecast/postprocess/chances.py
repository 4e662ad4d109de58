"""Chances of what readers ask: more than a year before, or than now; fewer than a level; a record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.config.convert import check_arguments
from forecast.tables.columns import ROW
from forecast.tables.distributions import Distributions, distributions
from forecast.tables.quantiles import Floats, Ints, periods, stamps

if TYPE_CHECKING:
    from forecast.data.observations import Observations

Event = Literal["more_than_year_before", "more_than_last", "fewer_than", "record"]
EVENTS: tuple[Event, ...] = get_args(Event)
CHANCE_COLUMNS: tuple[str, ...] = (
    *ROW,
    "origin",
    "month",
    "horizon",
    "event",
    "threshold",
    "threshold_month",
    "chance",
)
#: Round numbers of one decade.
ROUND: tuple[float, ...] = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def round_below(value: float) -> float:
    """Return the round number next below a positive one: 1, 1.5, 2, 3, 4, 5, 6 or 8 times a power of ten.

    Examples
    --------
    >>> round_below(137_480), round_below(8_000), round_below(0)
    (100000.0, 6000.0, nan)
    """
    if not value > 0:
        return float("nan")
    decade = 10.0 ** np.floor(np.log10(value))
    return float(max(r * d for d in (decade / 10, decade) for r in ROUND if r * d < value * (1 - 1e-12)))


@checked
def chances(
    forecasts: pd.DataFrame,
    obs: Observations,
    levels: Sequence[float] = (),
    since: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Read chances from the distributions of a forecast table, at every origin.

    Parameters
    ----------
    forecasts : DataFrame
        Long forecast table with ranges.
    obs : Observations
        Figures; at an origin only those public by then.
    levels : sequence of float
        Levels of ``fewer_than``; the round number next below the last official figure when empty.
    since : Timestamp, optional
        First origin that is wanted.

    Returns
    -------
    DataFrame
        `CHANCE_COLUMNS`, one row a forecast and event. A forecast without an 80 % range has no chance, an
        event without a figure to compare with neither: they have no row.

    Examples
    --------
    >>> import forecast as fc
    >>> from forecast.postprocess.intervals import add_intervals
    >>> obs, name = fc.load_observations(), "southwest.usbp"
    >>> origins = fc.monthly_origins("2020-01", "2023-06", obs, series=[name])
    >>> table = add_intervals(fc.backtest({}, obs, fc.load_events(), [name], origins).forecasts, obs)[0]
    >>> now = chances(table, obs, since=origins[-1]).query("horizon == 1").set_index("event")
    >>> now["threshold"].drop("record").astype(int).to_dict()
    {'more_than_year_before': 181834, 'more_than_last': 99545, 'fewer_than': 80000}
    """
    check_arguments(levels=(tuple(levels), tuple[float, ...]))
    parts = [part for row in distributions(forecasts, obs) for part in _of_row(row, levels)]
    if not parts:
        return pd.DataFrame(columns=list(CHANCE_COLUMNS))
    table = pd.concat(parts, ignore_index=True)
    if since is not None:
        table = table[table["origin"] >= since]
    order = {event: i for i, event in enumerate(EVENTS)}
    table = table.sort_values(
        ["origin", "horizon", "event"],
        key=lambda column: column.map(order) if column.name == "event" else column,
        kind="stable",
    )
    return table.reset_index(drop=True)[list(CHANCE_COLUMNS)]


def _of_row(row: Distributions, levels: Sequence[float]) -> Iterator[pd.DataFrame]:
    for event, threshold, month in _thresholds(row, levels):
        every = row.chance_below(threshold) if event == "fewer_than" else row.chance_above(threshold)
        t, h = np.nonzero(np.isfinite(every))
        yield pd.DataFrame(
            {
                **row.head,
                "origin": stamps(row.origins[t]),
                "month": periods(row.months[t, h]),
                "horizon": h + 1,
                "event": event,
                "threshold": threshold[t, h],
                "threshold_month": periods(month[t, h]),
                "chance": every[t, h],
            }
        )


def _thresholds(row: Distributions, levels: Sequence[float]) -> Iterator[tuple[Event, Floats, Ints]]:
    """Figures that each forecast is compared with, and their months (the missing one where they have
    none).
    """
    missing, every = np.full(row.months.shape, NAT), (1, row.months.shape[1])
    year_before, newest = row.months - 12, row.errors.arrays.last[:, None]
    yield "more_than_year_before", row.known_at(year_before), year_before
    last = row.known_at(newest)
    yield "more_than_last", np.tile(last, every), np.tile(newest, every)
    if levels:
        for level in levels:
            yield "fewer_than", np.full(row.months.shape, float(level)), missing
    else:
        below = np.array([[round_below(value)] for value in last[:, 0]])
        yield "fewer_than", np.tile(below, every), missing
    figures = np.where(np.isfinite(row.known), row.known, -np.inf)
    at = figures.argmax(axis=1)[:, None]
    highest = np.take_along_axis(figures, at, axis=1)
    yield (
        "record",
        np.tile(np.where(np.isfinite(highest), highest, np.nan), every),
        np.tile(at + row.start, every),
    )


#: Ordinal of a month that is missing.
NAT = int(np.iinfo(np.int64).min)
