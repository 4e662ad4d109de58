"""What knowing of events was worth: the same forecasts without
events, with those known, and with hindsight.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from forecast.config.settings import EventsSpec, Knowledge
from forecast.errors import ConfigError
from forecast.events.build import make_design
from forecast.events.calendar import EventCalendar
from forecast.events.design import Design
from forecast.postprocess.event_adjustment import adjust_for_events
from forecast.scoring.event_value import KNOWLEDGE_COLUMNS, MEASURES, compare_knowledge

if TYPE_CHECKING:
    from forecast.data.observations import Observations
    from forecast.data.panel import Panel

WORTH_COLUMNS: tuple[str, ...] = (*KNOWLEDGE_COLUMNS, "words")
#: Whether knowing the events made misses smaller.
Worth = Literal["smaller", "larger", "not_apart", "too_few_origins", "not_compared"]
CASE_COLUMNS: tuple[str, ...] = (
    "case",
    "label",
    "model",
    "series_id",
    "origin",
    "month",
    "horizon",
    "knowledge",
    "level",
    "value",
    "actual",
)


@dataclass(frozen=True)
class Case:
    """One origin that the page shows, named before it is run."""

    origin: str
    label: str = ""


# --------------------------------------------------------------------------- the table


def knowledge_table(
    forecasts: pd.DataFrame | Mapping[str, pd.DataFrame],
    obs: Observations,
    measures: Sequence[str] = tuple(MEASURES),
    truth: str = "latest",
    as_of: dt.date | str | None = None,
) -> pd.DataFrame:
    """Compare forecasts without events, with events as known at each origin, and with hindsight.

    Parameters
    ----------
    forecasts : DataFrame or mapping of str to DataFrame
        Long forecast tables of many origins, by coding (``rule``, ``judged``); one table is taken as
        ``rule``. Each model with events stands there as ``none`` and as ``at_origin`` or ``hindsight``;
        others are left out.
    obs : Observations
        Figures.
    measures : sequence of str
        ``median_error`` (half the misses are larger, on logs), ``mae``, ``wis``, ``log_mae``, ``log_wis``.
    truth, as_of
        As in `score`.

    Returns
    -------
    DataFrame
        `WORTH_COLUMNS`: losses on folds that all states of knowledge have; gain = 1 - at_origin / none with
        its 90 % interval, the same for hindsight, the number of origins, and what may be said (a code).

    Raises
    ------
    ConfigError
        For an unknown measure, or when no model stands there with and without events.
    """
    tables = forecasts if isinstance(forecasts, Mapping) else {"rule": forecasts}
    parts = []
    for coding, table in tables.items():
        mine = _with_and_without(table)
        if len(mine):
            parts.append(compare_knowledge(mine, obs, coding, truth, as_of, measures))
    if not parts:
        raise ConfigError(
            "knowledge: no model stands in the table both without events (knowledge none) and with them; "
            "run the backtest with knowledge=[none, at_origin, hindsight]"
        )
    made = pd.concat(parts, ignore_index=True)
    made["words"] = [
        worth_of(*row) for row in made[["gain", "lower", "upper"]].itertuples(index=False, name=None)
    ]
    return made[list(WORTH_COLUMNS)]


def worth_of(gain: float, lower: float, upper: float) -> Worth:
    """Return whether misses are smaller with events as known, by the interval of the gain.

    Examples
    --------
    >>> worth_of(0.03, 0.01, 0.04), worth_of(0.02, -0.01, 0.05)
    ('smaller', 'not_apart')
    """
    if not np.isfinite(gain):
        return "not_compared"
    if not np.isfinite(lower):
        return "too_few_origins"
    if lower <= 0.0 <= upper:
        return "not_apart"
    return "smaller" if gain >= 0 else "larger"


def _with_and_without(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of models that stand there both without events and with them."""
    plain = table[table["scenario"].fillna("") == ""]
    kinds = plain[["model", "knowledge"]].drop_duplicates().groupby("model", sort=False)["knowledge"].agg(set)
    both = [m for m, have in kinds.items() if "none" in have and len(have) > 1]
    return plain[plain["model"].isin(both)]


def adjusted_rows(
    forecasts: pd.DataFrame,
    obs: Observations,
    events: EventCalendar,
    spec: EventsSpec | None = None,
    knowledge: Sequence[Knowledge] = ("at_origin", "hindsight"),
    include_leaks: bool = False,
    panels: Mapping[pd.Timestamp, Panel] | None = None,
) -> pd.DataFrame:
    """Return rows made without events, and the same with events laid over them once.

    Parameters
    ----------
    forecasts : DataFrame
        Long forecast table with ranges, knowledge ``none`` throughout: a combination, the headline.
    obs, events
        Figures and calendar; each origin sees only what was public by then, but for hindsight.
    spec : EventsSpec, optional
        How the calendar is read; by its defaults when None.
    knowledge : sequence of {"at_origin", "hindsight"}
    include_leaks : bool
        Whether the forecasts were made with leaks.
    panels : mapping, optional
        Figures as known at each origin, where they were made already (one series).

    Returns
    -------
    DataFrame
        Knowledge ``none``, then each of the others.
    """
    base = forecasts[(forecasts["knowledge"] == "none") & (forecasts["scenario"].fillna("") == "")]
    parts = [base]
    for series_id, rows in base.groupby("series_id", sort=False):
        known = panels or {
            origin: obs.as_of(origin, [str(series_id)], include_leaks=include_leaks)
            for origin in rows["origin"].unique()
        }
        for word in knowledge:
            designs = {
                origin: make_design(events, panel, spec or EventsSpec(), int(rows["horizon"].max()), word)
                for origin, panel in known.items()
            }
            parts.append(_adjusted(rows, obs, designs))
    return pd.concat(parts, ignore_index=True)


def _adjusted(rows: pd.DataFrame, obs: Observations, designs: Mapping[pd.Timestamp, Design]) -> pd.DataFrame:
    made, _ = adjust_for_events(rows, obs, designs)
    return made


# --------------------------------------------------------------------------- cases


def case_forecasts(
    forecasts: pd.DataFrame,
    obs: Observations,
    cases: Mapping[str, Case | Mapping[str, str]],
    models: Sequence[str] | None = None,
    truth: str = "latest",
) -> pd.DataFrame:
    """Return the forecasts of the origins that were named beforehand, beside what happened.

    Parameters
    ----------
    forecasts : DataFrame
        Long forecast table that holds these origins, in every state of knowledge to be shown.
    obs : Observations
        All figures, later ones included: they stand in ``actual`` and feed nothing.
    cases : mapping
        Name -> `Case`, or a mapping with ``origin`` and ``label``.
    models : sequence of str, optional
        Default: all of the table.

    Returns
    -------
    DataFrame
        `CASE_COLUMNS`.

    Raises
    ------
    ConfigError
        For an origin that the table does not hold; the nearest one is named.
    """
    named = {k: c if isinstance(c, Case) else Case(**c) for k, c in cases.items()}
    table = forecasts[forecasts["scenario"].fillna("") == ""]
    table = table if models is None else table[table["model"].isin(list(models))]
    days = pd.DatetimeIndex(sorted(pd.to_datetime(table["origin"].unique())))
    problems, parts = [], []
    for name, case in named.items():
        day = pd.Timestamp(case.origin)
        if day not in days:
            near = days[int(np.argmin(np.abs(days - day)))] if len(days) else None
            hint = f"; the nearest is {near:%Y-%m-%d}" if near is not None else ""
            problems.append(f"cases.{name}: no forecast was made on {day:%Y-%m-%d}{hint}")
            continue
        rows = table[table["origin"] == day]
        parts.append(rows.assign(case=name, label=case.label or name))
    if problems:
        raise ConfigError("\n".join(problems))
    if not parts:
        return pd.DataFrame(columns=list(CASE_COLUMNS))
    made = pd.concat(parts, ignore_index=True)
    for series_id in made["series_id"].unique():
        actual = obs.actuals(str(series_id), truth="first" if truth == "first" else "latest")
        mine = made["series_id"] == series_id
        made.loc[mine, "actual"] = made.loc[mine, "month"].map(actual).astype(float)
    return made[list(CASE_COLUMNS)]
