"""What a page says of the figures themselves: when they came out, what was revised, what is inside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from forecast.data.observations import Observations
from forecast.data.patterns import matches
from forecast.data.releases import first_figures, revisions
from forecast.events.calendar import EventCalendar

PART_COLUMNS: tuple[str, ...] = ("series_id", "part", "label", "month", "value", "whole", "share")
#: The breakdown of a series by where people were met: its parts are not one thing.
PLACE = "place"


def of_each(
    make: Callable[[Observations, str, pd.Timestamp], pd.DataFrame],
    obs: Observations,
    series: Sequence[str],
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """Return a table of each series, one below the other, the series named in the first column."""
    made = [make(obs, name, as_of) for name in series]
    for name, table in zip(series, made, strict=True):
        table.insert(0, "series_id", name)
    return pd.concat(made, ignore_index=True)


def first_released(obs: Observations, series: Sequence[str], as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the day on which each month of each series had its first figure, and whether it is on record."""
    return of_each(first_figures, obs, series, as_of)


def revised(obs: Observations, series: Sequence[str], as_of: pd.Timestamp) -> pd.DataFrame:
    """Return what became of the first figures of the last twelve months."""
    return of_each(revisions, obs, series, as_of)


def parts_by_place(obs: Observations, series: Sequence[str], as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the parts of each series by place in the months for which they are known.

    A series that is counted at the border and inland is no count of crossings: readers need the share.
    """
    rows = []
    table = obs.hierarchy
    for name in series:
        found = table[(table["parent"] == name) & (table["breakdown"] == PLACE)] if len(table) else table
        for children in found["children"] if len(found) else []:
            whole = obs.known(as_of, name).set_index("month")["value"]
            for part in str(children).split(";"):
                if part not in obs.series_ids or obs.first_released(part).min() > as_of:
                    continue
                label = str(obs.series.loc[part, "label"])
                for month, value in obs.known(as_of, part).set_index("month")["value"].items():
                    total = float(whole.get(month, float("nan")))
                    if total > 0:
                        rows.append((name, part, label, month, float(value), total, float(value) / total))
    return pd.DataFrame(rows, columns=list(PART_COLUMNS))


def events_touching(events: EventCalendar, series: Sequence[str]) -> pd.DataFrame:
    """Return the events that touch any of the series, by their start."""
    rows = pd.concat([events.touching(s) for s in series])
    return rows.drop_duplicates("id").sort_values(["effective_start", "id"]).reset_index(drop=True)


def events_afterwards(events: EventCalendar, series: Sequence[str], as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the measures of first priority, by rule, that nobody could use on a day and that began later."""
    table = events_touching(events, series)
    later = (table["usable_from"] > as_of) & (table["effective_start"] > as_of)
    return table[later & (table["priority"].astype(int) == 1)].reset_index(drop=True)


def breaks_of(obs: Observations, series: Sequence[str]) -> pd.DataFrame:
    """Return the changes of definition, scope or source of the series."""
    if obs.breaks.empty:
        return obs.breaks
    keep = [any(matches(str(pattern), s) for s in series) for pattern in obs.breaks["series_pattern"]]
    return obs.breaks[keep].reset_index(drop=True)


def afterwards(everything: Observations, obs: Observations, series: Sequence[str]) -> pd.DataFrame:
    """Return the figures that came later than those of `obs`, with what their release day rests on."""
    later = everything.known("latest", series)
    last = {s: obs.actuals(s).index[-1] for s in series}
    later = later[[m > last[s] for s, m in zip(later["series_id"], later["month"], strict=True)]]
    return later[["series_id", "month", "value", "released", "release_basis"]].reset_index(drop=True)


def leaks_of(obs: Observations, series: Sequence[str], as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the unofficial figures of the series that were public on a day."""
    known = obs.leaks["series_id"].isin(series) & (obs.leaks["released"] <= as_of)
    return obs.leaks[known].reset_index(drop=True)
