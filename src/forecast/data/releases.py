"""When figures come out: lags seen so far, the next day to look for, and whether a figure is late.

Everything is judged as known on a date. A statement before the monthly update (status ``flash``) is not an
update, so its lag is left out.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.data import frames
from forecast.data.observations import Observations
from forecast.data.parse import days_stamps, month_end
from forecast.errors import ConfigError

#: Fewer lags with evidence than this, and assumed ones are used as well.
_FEWEST = 3


@dataclass(frozen=True)
class NextRelease:
    """When the next figure of a series is to be expected, from the lags of its last releases.

    Attributes
    ----------
    series_id : str
        The series.
    month : Period
        The first month without an official figure.
    earliest, usual, latest : Timestamp
        The month's end plus the shortest, median and longest of these lags.
    n : int
        How many lags that rests on.
    basis : {"observed", "assumed"}
        ``assumed`` when fewer than three release days have evidence.
    """

    series_id: str
    month: pd.Period
    earliest: pd.Timestamp
    usual: pd.Timestamp
    latest: pd.Timestamp
    n: int
    basis: str


def release_lags(
    obs: Observations, series_id: str, date: str | dt.date | pd.Timestamp = "latest"
) -> pd.DataFrame:
    """Return how long after its end each month's first update came out.

    Parameters
    ----------
    obs : Observations
        The figures.
    series_id : str
        A series.
    date : str, date or Timestamp
        Only releases up to this date.

    Returns
    -------
    DataFrame
        ``month, released, basis, lag_days``, one row a month, flash statements left out.

    Examples
    --------
    >>> from forecast.data import load_observations
    >>> lags = release_lags(load_observations(), "southwest.usbp").set_index("month")
    >>> int(lags.loc["2023-12", "lag_days"])
    26
    """
    if series_id not in obs.series_ids:
        obs.as_of(date, series_id)  # raises, with the nearest name
    table = obs.table
    table = table[(table["series_id"] == series_id) & (table["status"] != "flash")]
    table = table[table["released"] <= obs.day_of(date)].drop_duplicates("month")
    lag = frames.day_numbers(table["released"]) - month_end(frames.month_numbers(table["month"]))
    return pd.DataFrame(
        {
            "month": table["month"].array,
            "released": table["released"].to_numpy(),
            "basis": table["release_basis"].to_numpy(dtype=object),
            "lag_days": lag,
        }
    )


def first_figures(
    obs: Observations, series_id: str, date: str | dt.date | pd.Timestamp = "latest"
) -> pd.DataFrame:
    """Return the day of each month's first figure, its basis, and whether any release has a day on record.

    Columns ``month, released, basis, dated``: a revision replaces the row of a figure, not the day on which
    its month was first published.

    Examples
    --------
    >>> from forecast.data import load_observations
    >>> found = first_figures(load_observations(), "southwest.usbp", "2024-05-07")
    >>> int(found["dated"].sum()), len(found)
    (53, 294)
    """
    rows = _public(obs, series_id, date)
    first = rows.drop_duplicates("month")
    dated = rows.loc[rows["release_basis"] == "day", "month"].unique()
    return pd.DataFrame(
        {
            "month": first["month"].array,
            "released": first["released"].to_numpy(),
            "basis": first["release_basis"].to_numpy(dtype=object),
            "dated": first["month"].isin(dated).to_numpy(),
        }
    )


def revisions(
    obs: Observations, series_id: str, date: str | dt.date | pd.Timestamp = "latest", months: int = 12
) -> pd.DataFrame:
    """Return what became of the first figures of the last months, as known on a date.

    Returns
    -------
    DataFrame
        ``month, first, latest, first_known, revised, open, flash``. ``first_known`` is false where the oldest
        figure on record is from a later document: then nobody can say whether it was revised. ``open``: its
        fiscal year had not closed, so it may be revised; false where releases do not say which year they
        close. ``flash``: known from a first statement only.

    Examples
    --------
    >>> from forecast.data import load_observations
    >>> found = revisions(load_observations(), "southwest.usbp", "2024-05-07")
    >>> int(found["open"].sum()), int((found["open"] & ~found["revised"] & found["first_known"]).sum())
    (6, 5)
    """
    rows = _public(obs, series_id, date)
    recent = rows[rows["month"] > rows["month"].max() - months] if len(rows) else rows
    closed = _closed_to(obs, date)
    first, last = recent.drop_duplicates("month"), recent.drop_duplicates("month", keep="last")
    known = (first["value_basis"] != "backfilled").to_numpy()
    changed = first["value"].to_numpy() != last["value"].to_numpy()
    return pd.DataFrame(
        {
            "month": first["month"].array,
            "first": first["value"].to_numpy(float),
            "latest": last["value"].to_numpy(float),
            "first_known": known,
            "revised": changed,
            "open": (first["month"] > closed).to_numpy(),
            "flash": (last["status"] == "flash").to_numpy(),
        }
    )


def _public(obs: Observations, series_id: str, date: str | dt.date | pd.Timestamp) -> pd.DataFrame:
    """Return the rows of a series that were public on a date, by month and day."""
    if series_id not in obs.series_ids:
        obs.as_of(date, series_id)  # raises, with the nearest name
    table = obs.table[obs.table["series_id"] == series_id]
    return table[table["released"] <= obs.day_of(date)]


def _closed_to(obs: Observations, date: str | dt.date | pd.Timestamp) -> pd.Period:
    """Return the last month whose fiscal year had closed by a date; a far month where none is recorded."""
    table = obs.releases
    if "closes_fiscal_year" not in table:
        return pd.Period("9999-12", "M")
    closes = pd.to_numeric(table["closes_fiscal_year"], errors="coerce").notna()
    closing = table[closes & (table["released"] <= obs.day_of(date))]
    months = pd.PeriodIndex(closing["month"], freq="M")
    return pd.Period(months.max(), "M") if len(months) else pd.Period("9999-12", "M")


def next_release(
    obs: Observations, series_id: str, date: str | dt.date | pd.Timestamp, months: int = 12
) -> NextRelease:
    """Return when the next figure of a series is to be expected, as seen on a date.

    Parameters
    ----------
    obs : Observations
        The figures.
    series_id : str
        A series.
    date : str, date or Timestamp
        The date; ``latest`` is the newest release.
    months : int
        So many of the latest months feed the range.

    Examples
    --------
    >>> from forecast.data import load_observations
    >>> due = next_release(load_observations(), "southwest.usbp", "2024-05-07")
    >>> str(due.month), f"{due.earliest:%d %b}", f"{due.latest:%d %b}"
    ('2024-04', '12 May', '26 May')
    """
    last = obs.as_of(date, series_id).last_official[series_id]
    lags = release_lags(obs, series_id, date).tail(months)
    seen = lags[lags["basis"] != "assumed"]
    basis = "observed" if len(seen) >= _FEWEST else "assumed"
    days = (seen if basis == "observed" else lags)["lag_days"].to_numpy()
    if not len(days):
        raise ConfigError(f"'{series_id}' has no monthly update up to {date}, so none can be expected")
    month = last + 1
    end = int(month_end(np.array([month.ordinal]))[0])
    marks = [days.min(), int(np.ceil(np.median(days))), days.max()]
    earliest, usual, latest = (pd.Timestamp(days_stamps(np.array([end + d]))[0]) for d in marks)
    return NextRelease(series_id, month, earliest, usual, latest, len(days), basis)


def is_late(
    obs: Observations,
    series_id: str,
    today: str | dt.date | pd.Timestamp,
    expected_by: int | None = None,
) -> bool:
    """Tell whether the next figure of a series is overdue on a day.

    Parameters
    ----------
    obs : Observations
        The figures.
    series_id : str
        A series.
    today : str, date or Timestamp
        The day. Only the command's `publish` reads a clock.
    expected_by : int, optional
        Days after the month's end by which a figure is expected; None = the longest lag of the last 12
        months.

    Examples
    --------
    >>> from forecast.data import load_observations
    >>> obs = load_observations()
    >>> is_late(obs, "southwest.usbp", "2026-10-15"), is_late(obs, "southwest.usbp", "2026-12-24")
    (False, True)
    """
    day = obs.day_of(today)
    due = next_release(obs, series_id, day)
    if expected_by is None:
        return bool(day > due.latest)
    end = int(month_end(np.array([due.month.ordinal]))[0])
    return bool(frames.day_number(day) > end + expected_by)
