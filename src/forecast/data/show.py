"""One series for a terminal: its last months as known on a date, and a line of bars."""

from __future__ import annotations

import datetime as dt
import shutil
import textwrap

import numpy as np
import pandas as pd

from forecast.data.observations import Observations
from forecast.data.releases import next_release
from forecast.errors import ConfigError

_BARS = "▁▂▃▄▅▆▇█"
#: Terminal columns below which the change on the year is left out.
_NARROW = 58


def sparkline(values: np.ndarray) -> str:
    """Return values as a line of bars from the lowest to the highest; unknown ones are blank.

    Examples
    --------
    >>> import numpy as np
    >>> sparkline(np.array([1.0, 2.0, np.nan, 8.0]))
    '▁▂ █'
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return " " * len(values)
    low, span = float(known.min()), float(known.max() - known.min())
    steps = np.zeros(len(values)) if span == 0 else (values - low) / span * (len(_BARS) - 1)
    return "".join(" " if np.isnan(v) else _BARS[round(s)] for v, s in zip(values, steps, strict=True))


def show_series(
    obs: Observations,
    series_id: str,
    as_of: str | dt.date | pd.Timestamp = "latest",
    months: int = 24,
    width: int | None = None,
) -> str:
    """Return a table of a series' last months as known on a date, and a line of bars.

    Parameters
    ----------
    obs : Observations
        The figures.
    series_id : str
        A series.
    as_of : str, date or Timestamp
        The date; ``latest`` is the newest release.
    months : int
        How many months the table has.
    width : int, optional
        Columns of the terminal; found when None.
    """
    if months < 1:
        raise ConfigError(f"months: {months} is not a positive number of months")
    columns = shutil.get_terminal_size((80, 24)).columns if width is None else width
    panel = obs.as_of(as_of, series_id)
    known = obs.known(as_of, series_id).set_index("month")
    y = panel.y(series_id)
    name = str(obs.series.loc[series_id, "name"])
    lines = textwrap.wrap(series_id if name == series_id else f"{series_id}: {name}", max(columns, 20))
    known_on = f"as known on {panel.as_of:%Y-%m-%d}; last month {y.index[-1]}"
    lines.extend(textwrap.wrap(known_on + _expected(obs, series_id, as_of), max(columns, 20)))
    lines.append("")
    lines.extend(_table(known, y, months, columns >= _NARROW))
    lines.extend(_unofficial(obs, series_id, panel.as_of, y.index[-1], columns >= _NARROW))
    shown = y.iloc[-max(columns - 2, 8) :]
    lines.extend(["", sparkline(shown.to_numpy()), *textwrap.wrap(_legend(shown), max(columns, 20))])
    return "\n".join(line.rstrip() for line in lines)


def _expected(obs: Observations, series_id: str, as_of: str | dt.date | pd.Timestamp) -> str:
    try:
        due = next_release(obs, series_id, as_of)
    except ConfigError:  # only flash statements so far
        return ""
    if obs.day_of(as_of) > due.latest:
        return f"; {due.month} was expected by {due.latest:%Y-%m-%d} ({due.basis} lags)"
    days = f"{due.earliest:%Y-%m-%d}" + (f" to {due.latest:%Y-%m-%d}" if due.latest > due.earliest else "")
    return f"; {due.month} expected {days} ({due.basis} lags)"


def _table(known: pd.DataFrame, y: pd.Series, months: int, wide: bool) -> list[str]:
    on_year = y / y.reindex(y.index - 12).to_numpy() - 1
    lines = [
        f"{'month':<7} {'value':>12}" + (f" {'on the year':>12}" if wide else "") + "  released    status"
    ]
    for month in y.index[-months:]:
        if month not in known.index:
            lines.append(f"{month!s:<7} {'-':>12}")
            continue
        row = known.loc[month]
        change = on_year[month]
        percent = "" if not np.isfinite(change) else f"{change:+.0%}"
        basis = "" if row["release_basis"] == "day" else f" ({row['release_basis']})"
        lines.append(
            f"{month!s:<7} {amount(y[month]):>12}"
            + (f" {percent:>12}" if wide else "")
            + f"  {row['released']:%Y-%m-%d}  {row['status']}{basis if wide else ''}"
        )
    return lines


def _unofficial(
    obs: Observations, series_id: str, day: pd.Timestamp, last: pd.Period, wide: bool
) -> list[str]:
    leaks = obs.leaks
    leaks = leaks[(leaks["series_id"] == series_id) & (leaks["released"] <= day) & (leaks["month"] > last)]
    told = "; left out unless asked for" if wide else ""
    return [
        f"{month!s:<7} {amount(float(value)):>12}  unofficial, {released:%Y-%m-%d}{told}"
        for month, value, released in zip(leaks["month"], leaks["value"], leaks["released"], strict=True)
    ]


def _legend(shown: pd.Series) -> str:
    values = shown.to_numpy(dtype=float)
    low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
    return (
        f"{shown.index[0]} to {shown.index[-1]}; lowest {amount(values[low])} ({shown.index[low]}),"
        f" highest {amount(values[high])} ({shown.index[high]})"
    )


def amount(value: float) -> str:
    """Return a figure in plain words: whole and large ones without decimals, others to four digits.

    Examples
    --------
    >>> amount(137480), amount(12345.6), amount(0.068812)
    ('137,480', '12,346', '0.06881')
    """
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:,.4g}"
