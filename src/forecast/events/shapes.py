"""Shapes of events: one rational filter of a 0/1 window of days, read by month.

Let ``s_t`` be the share of the days of month *t* that lie on or after the first day of an event, and ``p_t``
the share that lies in its window (first to last day, both included). Every shape is the same filter,

    r_t = F(B) s_t,    F(B) = (1 - B^m) / (m (1 - d B)),    x_t = r_t p_t / s_t   (0 where s_t = 0),

with two numbers: ``m`` months over which the effect builds up, and ``d``, what is left of it a month later.

========  ====  =====  ==============================================================
shape     m     d      a window that opens on the first of a month gives
========  ====  =====  ==============================================================
pulse     1     1      1, 1, ... to the end, by its days; no known end: to the origin, >= 31 days
step      1     1      1, 1, ... to the end; without a known end for good
ramp      12    1      1/12, 2/12, ..., 1, 1, ...
decay     1     0.79   1, 0.79, 0.63, 0.5, ... (half-life of 3 months)
========  ====  =====  ==============================================================

All values lie between 0 and 1. A month in which the event began counts by its days, and what it lacks is made
up a month later: nothing of the effect is lost between two months.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.errors import ConfigError, nearest

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: The shapes that a calendar may name; ``none`` marks context that never becomes a column.
SHAPES: tuple[str, ...] = ("pulse", "step", "ramp", "decay", "none")
#: Default factor a month of a decay: a half-life of three months.
DECAY = 0.5 ** (1 / 3)
#: Default months of a ramp.
RAMP_MONTHS = 12
#: A pulse whose end is not known yet lasts at least so many days.
PULSE_DAYS = 31
#: Stands for "no such day" in arrays of days since 1970.
FAR = 10**9


def to_day(date: dt.date | str | None) -> int:
    """Return a date as days since 1970-01-01, `FAR` if it is missing."""
    if pd.isna(date):
        return FAR
    stamp = pd.Timestamp(date)
    return dt.date(stamp.year, stamp.month, stamp.day).toordinal() - 719163


def month_edges(ordinals: Ints) -> tuple[Ints, Ints]:
    """Return the first day and the number of days of months given as months since 1970-01."""
    first = ordinals.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    after = (ordinals + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return first, after - first


def build_up(shape: str, decay: float = DECAY, ramp_months: int = RAMP_MONTHS) -> tuple[int, float]:
    """Return the two numbers ``(m, d)`` of the filter that makes a shape.

    Parameters
    ----------
    shape : str
        One of `SHAPES`.
    decay : float
        Factor a month of a decay, between 0 and 1.
    ramp_months : int
        Months of a ramp, 1 or more.

    Examples
    --------
    >>> build_up("ramp", ramp_months=6)
    (6, 1.0)
    """
    if shape not in SHAPES:
        raise ConfigError(f"'{shape}' is not a shape ({', '.join(SHAPES)}).{nearest(shape, SHAPES)}")
    if not 0.0 < decay < 1.0:
        raise ConfigError(f"decay: {decay} is not a factor between 0 and 1")
    if ramp_months < 1:
        raise ConfigError(f"ramp_months: {ramp_months} is not a positive number of months")
    return (ramp_months if shape == "ramp" else 1), (float(decay) if shape == "decay" else 1.0)


def unit_response(months: int, factor: float, length: int) -> Floats:
    """Return what the filter makes of a window that opens on the first of month 0, for months 0, 1, ...

    This is ``(d^k + ... + d^(k-n+1)) / m`` with ``n = min(k + 1, m)`` terms, in closed form.
    """
    k = np.arange(length)
    terms = np.minimum(k + 1, months)
    if factor == 1.0:
        return np.asarray(terms / months, dtype=float)
    value: Floats = factor ** (k - terms + 1) * (1.0 - factor**terms) / ((1.0 - factor) * months)
    return value


def weights(start: Ints, end: Ints, months: Ints, factor: Floats, ordinals: Ints) -> Floats:
    """Return the weight of every event in every month, events down and months across.

    Parameters
    ----------
    start, end : int arrays
        First and last day of each event (days since 1970, both included); `FAR` = never.
    months, factor : arrays
        ``m`` and ``d`` of each event, see `build_up`.
    ordinals : int array
        Months since 1970-01, one after the other.
    """
    first, days = month_edges(ordinals)
    after = first + days
    begun = np.clip((after - start[:, None]) / days, 0.0, 1.0)
    inside = np.minimum(after, end[:, None] + 1) - np.maximum(first, start[:, None])
    inside = np.clip(inside / days, 0.0, 1.0)
    real = np.where(start < FAR, start, 0)
    own = real.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    own_first, own_days = month_edges(own)
    share = (own_first + own_days - real) / own_days
    age = ordinals - own[:, None]
    # One month of slack in front: month k of an event that began in mid-month needs month k - 1 as well.
    length = max(int(age.max(initial=0)), 0) + 2
    table: dict[tuple[int, float], Floats] = {}
    place = np.clip(age, -1, None) + 1
    response = np.empty_like(begun)
    for i, key in enumerate(zip(months.tolist(), factor.tolist(), strict=True)):
        if key not in table:
            table[key] = np.concatenate([[0.0], unit_response(*key, length)])
        unit = table[key]
        now = unit[place[i]]
        response[i] = share[i] * now + (1.0 - share[i]) * unit[np.maximum(place[i] - 1, 0)]
    kept = np.divide(inside, begun, out=np.zeros_like(inside), where=begun > 0.0)
    return np.asarray(np.clip(response * kept, 0.0, 1.0), dtype=float)


def pulse_end(start: Ints, end: Ints, origin: int) -> Ints:
    """Return the last day of pulses as read on a day: that day where no end is known, at least 31 days."""
    lasting = np.maximum(start + PULSE_DAYS - 1, origin)
    return np.asarray(np.where(end >= FAR, lasting, end), dtype=np.int64)


def response(
    shape: str,
    start: dt.date | str | None,
    months: pd.PeriodIndex,
    end: dt.date | str | None = None,
    decay: float = DECAY,
    ramp_months: int = RAMP_MONTHS,
) -> pd.Series:
    """Return the weight of one event in each of some months.

    Parameters
    ----------
    shape : {"pulse", "step", "ramp", "decay"}
        How the effect behaves in time.
    start, end : date
        First and last day, both included; without an end it lasts (of a pulse: 31 days).
    months : PeriodIndex
        Months, one after the other.
    decay, ramp_months : float, int
        Factor a month of a decay, months of a ramp.

    Returns
    -------
    Series
        Between 0 and 1, index ``months``.

    Examples
    --------
    >>> months = pd.period_range("2023-03", "2023-06", freq="M")
    >>> (response("step", "2020-03-21", months, end="2023-05-11") * 31).round(6).tolist()
    [31.0, 31.0, 11.0, 0.0]
    """
    m, d = build_up(shape, decay, ramp_months)
    first, last = np.array([to_day(start)]), np.array([to_day(end)])
    if shape == "pulse":
        last = pulse_end(first, last, int(first[0]))
    values = weights(first, last, np.array([m]), np.array([d]), np.asarray(months.astype("int64")))[0]
    return pd.Series(values if shape != "none" else 0.0 * values, index=months, name=shape)
