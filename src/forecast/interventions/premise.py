"""Did the premise of a scenario come true? Only then is its forecast scored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecast.config.settings import ScenarioSpec
from forecast.events.scenario import parse_changes
from forecast.events.shapes import FAR

if TYPE_CHECKING:
    from forecast.data.observations import Observations
    from forecast.events.calendar import EventCalendar

PREMISE_COLUMNS: tuple[str, ...] = ("scenario", "state", "why")
#: A leak came true if the official figure is so near (logs).
NEAR = 0.01


def premises(
    scenarios: Mapping[str, ScenarioSpec],
    events: EventCalendar,
    as_of: Any,
    made_on: Any,
    obs: Observations | None = None,
    series_id: str | None = None,
) -> pd.DataFrame:
    """Tell of each scenario whether what it assumed has happened, by the calendar and figures of a later day.

    Parameters
    ----------
    scenarios : mapping of str to ScenarioSpec
        As they were run.
    events : EventCalendar
        Read as of `as_of`.
    as_of, made_on : date
        The day on which it is asked, and that on which the forecast was made.
    obs, series_id : Observations, str, optional
        Figures and the series, for a scenario with a leak.

    Returns
    -------
    DataFrame
        ``scenario, state, why``; state is ``true``, ``false``, ``open`` (its day has not come) or ``cannot be told``: no
        calendar says whether a measure was half as strong, and a hypothetical one came true only where the calendar has
        an event of its name.

    Examples
    --------
    >>> from forecast.events.calendar import load_events
    >>> ends = ScenarioSpec(changes=({"event": "title42", "ends": "2023-05-11"},))
    >>> premises({"ends": ends}, load_events(), "2023-06-30", "2023-02-10")["state"].tolist()
    ['true']
    """
    day, known = pd.Timestamp(as_of), events.known(as_of)
    rows = []
    for name, spec in scenarios.items():
        if any("with_leak" in change for change in spec.changes):
            found = [_leak(obs, series_id, day, pd.Timestamp(made_on))]
        else:
            found = [_change(change, known, day) for change in parse_changes(spec.changes)]
        states = [state for state, _ in found]
        order = ("false", "cannot be told", "open", "true")
        rows.append((name, min(states, key=order.index), "; ".join(why for _, why in found)))
    return pd.DataFrame(rows, columns=list(PREMISE_COLUMNS))


def _change(change: Any, known: EventCalendar, day: pd.Timestamp) -> tuple[str, str]:
    name = change.event or change.new
    if change.factor != 1.0:
        return "cannot be told", f"no calendar says how strong {name} is"
    rows = known.table[known.table["id"] == name]
    for wanted, column, words in (
        (change.starts, "effective_start", "start"),
        (change.ends, "end_date", "end"),
    ):
        if wanted is None or wanted >= FAR:
            continue
        date = pd.Timestamp(wanted, unit="D")
        actual = rows[column].iloc[0] if len(rows) else pd.NaT
        if pd.notna(actual) and pd.Period(actual, "M") == pd.Period(date, "M"):
            continue
        if pd.Period(date, "M") >= pd.Period(day, "M"):
            return "open", f"the month of its {words}, {date:%Y-%m}, is not over"
        if not len(rows):
            return "cannot be told", f"the calendar has no event called {name}"
        return "false", f"{name} did not {words} in {date:%Y-%m}"
    return "true", f"{name}: as assumed"


def _leak(
    obs: Observations | None, series_id: str | None, day: pd.Timestamp, made_on: pd.Timestamp
) -> tuple[str, str]:
    if obs is None or series_id is None:
        return "cannot be told", "no figures were given"
    leaks = obs.as_of(made_on, [series_id], include_leaks=True).leaks
    official = dict(obs.actuals(series_id, as_of=day).items())
    for month, value in zip(leaks["month"].tolist(), leaks["value"].tolist(), strict=True):
        if month not in official:
            return "open", f"the figure of {month} is not out"
        if abs(float(np.log(official[month] / value))) > NEAR:
            return "false", f"{month}: {official[month]:,.0f} against {value:,.0f}"
    return (
        ("true", "the official figures are as leaked")
        if len(leaks)
        else ("cannot be told", "there was no leak")
    )


def scored_scenarios(record: pd.DataFrame) -> pd.DataFrame:
    """Return a track record of scenarios that came true, each called by model and scenario: ``model | scenario``.

    Parameters
    ----------
    record : DataFrame
        Of `forecast.archive.track_record.track_record`, without scenarios whose premise did not come true.

    Returns
    -------
    DataFrame
        Ready for `summarise`, which leaves out rows that name a scenario.
    """
    label = record["model"] + record["scenario"].map(lambda name: f" | {name}" if name else "")
    return record.assign(model=label, scenario="").reset_index(drop=True)
