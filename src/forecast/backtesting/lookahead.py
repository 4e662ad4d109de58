"""A proof by trial that nothing unknown at an origin enters a forecast.

The backtest is run two ways on one model object: as it is; and fold by fold in reverse order with everything
that was not public at the origin (figures, events, ends of events) replaced by garbage, also where the model
holds, loads or reads figures by itself (`forecast.backtesting.ways`). Forecasts must be equal to the last
bit, ranges and combinations included.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Annotated

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.backtesting.chains import run_chain
from forecast.backtesting.folds import FoldSettings, FoldSource, make_chains
from forecast.backtesting.origins import monthly_origins
from forecast.backtesting.ways import blinded, garbage_figures, hindsight_notes
from forecast.config.bounds import Bounds, Horizon
from forecast.config.convert import check_arguments
from forecast.config.settings import CombinationSpec, IntervalsSpec, Knowledge
from forecast.data.observations import Observations
from forecast.data.panel import Panel
from forecast.data.parse import whole_day
from forecast.errors import ForecastWarning, LookAheadError
from forecast.events.calendar import EventCalendar, replace_events
from forecast.events.design import Design
from forecast.models.base import Model
from forecast.models.registry import make_model
from forecast.models.series_model import set_starts
from forecast.tables.forecasts import at_level

#: A step after the backtest: forecast table of many origins and figures -> forecast table.
Postprocess = Callable[[pd.DataFrame, Observations], pd.DataFrame]


def default_postprocess(forecasts: pd.DataFrame, obs: Observations) -> pd.DataFrame:
    """Put the default ranges around every row and combine the rows that were made without events."""
    from forecast.postprocess.combination import combine
    from forecast.postprocess.intervals import add_intervals

    ranged, _ = add_intervals(forecasts, obs, IntervalsSpec())
    plain = ranged[ranged["knowledge"] == "none"]
    names = tuple(sorted(plain["model"].unique()))
    if len(names) < 2:
        return ranged
    combined, _ = combine(plain, obs, "combined", CombinationSpec(members=names))
    return pd.concat([ranged, combined], ignore_index=True)


@checked
def check_no_lookahead(
    model: Model,
    obs: Observations,
    events: EventCalendar,
    series: str | Sequence[str] | None = None,
    origins: Sequence[object] | None = None,
    horizon: int = 6,
    postprocess: Postprocess = default_postprocess,
    seed: int = 0,
) -> None:
    """Raise an error if a forecast depends on anything that was not public at its origin.

    Parameters
    ----------
    model : Model
        One model object; it is used for all runs, so that state kept between folds shows.
    obs, events : Observations, EventCalendar
        Figures and calendar.
    series : str or sequence of str, optional
        Default: the first series of the figures.
    origins : sequence of dates, optional
        Default: nine months of data drawn at random, and the two before each of the last three.
    horizon : int
        Months ahead that are compared.
    postprocess : callable, optional
        The step after the backtest that is checked with it.
    seed : int
        Of the origins drawn and of the garbage.

    Raises
    ------
    LookAheadError
        Naming the model, the series, the origin and the first month that changed.

    Warns
    -----
    ForecastWarning
        Where a setting of the model names a date after the first origin, or is a figure that was not public
        then.

    Examples
    --------
    >>> import forecast as fc
    >>> obs, events = fc.load_observations(), fc.load_events()
    >>> days, name = ["2019-06-10", "2024-05-07"], "southwest.usbp"
    >>> fc.check_no_lookahead(fc.make_model("drift"), obs, events, series=[name], origins=days, horizon=2)
    """
    check_arguments(horizon=(horizon, Horizon), seed=(seed, Annotated[int, Bounds(0)]))
    rng = np.random.default_rng(seed)
    names = (series,) if isinstance(series, str) else tuple(() if series is None else series)
    names = names or obs.series_ids[:1]
    days = [whole_day(o, "origins") for o in (() if origins is None else origins)] or _drawn(obs, names, rng)
    if notes := hindsight_notes(model, obs, min(days)):
        warnings.warn(f"settings may hold hindsight: {'; '.join(notes)}", ForecastWarning, stacklevel=2)
    models = {"model": set_starts(model, "full"), "baseline": make_model("random_walk")}
    settings = FoldSettings(horizon=horizon, levels=(0.1, 0.5, 0.9))
    plain = _folds(models, names, FoldSource(obs, events, settings), days)

    blind_sources = {d: (garbage_figures(obs, d, rng), garbage_events(events, d, rng)) for d in days}
    alone = []
    for day in reversed(days):
        with blinded(model, obs, events, blind_sources[day], day):
            alone.append(_folds(models, names, FoldSource(*blind_sources[day], settings), [day]))
    try:
        _same(plain, pd.concat(alone), "all that the model holds, loads or reads by itself was replaced")
    except LookAheadError:  # which of the ways was it?
        blind = _folds(models, names, _BlindSource(obs, events, settings, blind_sources), days)
        _same(plain, blind, "figures and events that were not public were replaced")
        single = [_folds(models, names, FoldSource(obs, events, settings), [d]) for d in reversed(days)]
        _same(plain, pd.concat(single), "folds were made one by one in reverse order")
        raise

    medians = at_level(plain, 0.5)
    whole = postprocess(medians, obs)
    for day in days:
        hidden = medians.assign(
            value=np.where(
                medians["origin"] > day,
                medians["value"] * rng.uniform(0.2, 5.0, len(medians)),
                medians["value"],
            )
        )
        seen = postprocess(hidden, blind_sources[day][0])
        _same(
            whole[whole["origin"] == day],
            seen[seen["origin"] == day],
            "later figures and forecasts were replaced in the postprocess",
        )


class _BlindSource(FoldSource):
    """A source that shows, at each origin, garbage in place of everything that was not public then."""

    def __init__(
        self,
        obs: Observations,
        events: EventCalendar,
        settings: FoldSettings,
        blind: dict[pd.Timestamp, tuple[Observations, EventCalendar]],
    ) -> None:
        super().__init__(obs, events, settings)
        self._at = {day: FoldSource(o, e, settings) for day, (o, e) in blind.items()}

    def panel(self, origin: pd.Timestamp, series: tuple[str, ...]) -> Panel | str:
        return self._at[origin].panel(origin, series)

    def design(self, origin: pd.Timestamp, series: tuple[str, ...], knowledge: Knowledge) -> Design:
        return self._at[origin].design(origin, series, knowledge)


def garbage_events(events: EventCalendar, day: pd.Timestamp, rng: np.random.Generator) -> EventCalendar:
    """Return the calendar with everything that could not be used on
    a day moved, turned round or ended otherwise.
    """
    table = events.table.copy()
    later = (table["usable_from"] > day).to_numpy()
    open_end = ((table["end_usable_from"] > day) & table["end_date"].notna()).to_numpy()
    shift = pd.to_timedelta(rng.integers(1, 200, len(table)), unit="D")
    for column in ("announced_date", "usable_from"):
        moved = (
            np.maximum(table[column].to_numpy(), np.datetime64(day + pd.Timedelta(days=1))) + shift.to_numpy()
        )
        table[column] = np.where(later, moved, table[column].to_numpy())
    table["effective_start"] = np.where(
        later, (table["effective_start"] + shift).to_numpy(), table["effective_start"].to_numpy()
    )
    table["end_date"] = np.where(
        open_end, (table["end_date"] + 2 * shift).to_numpy(), table["end_date"].to_numpy()
    )
    table["end_usable_from"] = np.where(
        open_end, (table["end_usable_from"] + shift).to_numpy(), table["end_usable_from"].to_numpy()
    )
    swap = {"+": "-", "-": "+", "0": "+"}
    table["sign"] = [
        swap.get(s, "-") if hidden else s for s, hidden in zip(table["sign"], later, strict=True)
    ]
    return replace_events(events, table)


def _drawn(obs: Observations, names: Sequence[str], rng: np.random.Generator) -> list[pd.Timestamp]:
    days = monthly_origins(None, None, obs, names)
    usable = days[min(60, len(days) // 2) :]
    picks = np.sort(rng.choice(len(usable), min(9, len(usable)), replace=False))
    near = {i - k for i in picks[-3:] for k in (1, 2) if i - k >= 0}
    return [usable[i] for i in sorted({*picks.tolist(), *near})]


def _folds(
    models: dict[str, Model], names: Sequence[str], source: FoldSource, days: Sequence[pd.Timestamp]
) -> pd.DataFrame:
    chains = make_chains(models, names, ["at_origin"])
    return pd.concat(
        [run_chain(chain, source, sorted(days)).forecasts for chain in chains], ignore_index=True
    )


def _same(a: pd.DataFrame, b: pd.DataFrame, how: str) -> None:
    keys = ["model", "knowledge", "series_id", "origin", "month", "level"]
    left, right = a.set_index(keys)["value"].sort_index(), b.set_index(keys)["value"].sort_index()
    if not left.index.equals(right.index):
        odd = left.index.symmetric_difference(right.index)[0]
        raise LookAheadError(odd[0], odd[2], str(pd.Timestamp(odd[3]).date()), str(odd[4]), how)
    differs = left.to_numpy() != right.to_numpy()
    if differs.any():
        first = left.index[int(np.argmax(differs))]
        raise LookAheadError(first[0], first[2], str(pd.Timestamp(first[3]).date()), str(first[4]), how)
