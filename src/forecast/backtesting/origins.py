"""Origins: the days on which a month of data was first public."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.config.bounds import is_month
from forecast.data.observations import Observations
from forecast.data.parse import whole_day
from forecast.errors import ConfigError, nearest


@checked
def monthly_origins(
    start: str | pd.Period | None,
    end: str | pd.Period | None,
    obs: Observations,
    series: str | Sequence[str],
    step: int = 1,
    as_of: str | pd.Timestamp | None = None,
) -> list[pd.Timestamp]:
    """Return the days on which each month of data was first public.

    Parameters
    ----------
    start, end : str, Period or None
        Months of data (``YYYY-MM``), ends included; ``None`` for the first or the newest one.
    obs : Observations
        Figures with their release days.
    series : str or sequence of str
        With many series, an origin is the day on which the last of them had its figure.
    step : int
        Every k-th month of data, counted from the last one back.
    as_of : date, optional
        Leave out origins after this day.

    Returns
    -------
    list of Timestamp
        Ascending, without repetition (two months published on one day are one origin).

    Raises
    ------
    ConfigError
        If a month is not a month or the range is empty.

    Examples
    --------
    >>> import forecast as fc
    >>> obs = fc.load_observations()
    >>> [str(d.date()) for d in fc.monthly_origins("2024-02", "2024-03", obs, series=["southwest.usbp"])]
    ['2024-03-22', '2024-04-12']
    """
    names = [series] if isinstance(series, str) else list(series)
    if not names:
        raise ConfigError("series: an empty list is given; expected one series or more")
    if not isinstance(step, (int, np.integer)) or step < 1:
        raise ConfigError(f"origins: step {step}; expected 1 for every month, 2 for every other, and so on")
    start, end = (str(word) if isinstance(word, pd.Period) else word for word in (start, end))
    for word in (start, end):
        if word is not None and not (isinstance(word, str) and is_month(word)):
            raise ConfigError(f"origins: '{word}' is not a month of data (YYYY-MM)")
    for name in names:
        if name not in obs.series.index:
            raise ConfigError(f"series: there is no '{name}'.{nearest(name, obs.series.index)}")
    days = pd.concat({name: obs.first_released(name) for name in names}, axis=1).dropna()
    released = days.max(axis=1)
    if start is not None:
        released = released[released.index >= pd.Period(start, "M")]
    if end is not None:
        released = released[released.index <= pd.Period(end, "M")]
    if as_of is not None:
        released = released[released <= obs.day_of(as_of)]
    if released.empty:
        raise ConfigError(
            f"origins: no month of {', '.join(names)} from {start or 'the first'} to {end or 'the last'}"
            f"{f' was public by {obs.day_of(as_of).date()}' if as_of is not None else ' is on record'}"
        )
    chosen = released.iloc[::-1].iloc[::step]
    return sorted({pd.Timestamp(day) for day in chosen})


def explicit_origins(dates: Sequence[str], as_of: pd.Timestamp) -> list[pd.Timestamp]:
    """Return listed dates as origins, ascending, none after `as_of`.

    Raises
    ------
    ConfigError
        If a date cannot be read or lies after `as_of`.
    """
    out, problems = [], []
    for text in dates:
        try:
            day = whole_day(text, "backtest.origins")
        except ConfigError as error:
            problems.append(str(error))
            continue
        if day > as_of:
            problems.append(f"backtest.origins: {text} lies after as_of {as_of.date()}")
        out.append(day)
    if problems:
        raise ConfigError("\n".join(problems))
    return sorted(set(out))
