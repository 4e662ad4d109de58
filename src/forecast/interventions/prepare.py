"""From a panel and a calendar to a `Study`: one series beside the groups of events that can be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from forecast.config.settings import Coding, Knowledge
from forecast.errors import ConfigError
from forecast.events.calendar import EventCalendar
from forecast.events.design import Design
from forecast.interventions.groups import make_groups
from forecast.interventions.study import TOO_ALIKE, Study, check_model, settle_order
from forecast.models.arima import Arima
from forecast.models.base import series_data

if TYPE_CHECKING:
    from forecast.data.panel import Panel


def make_study(
    panel: Panel,
    events: EventCalendar | Design,
    series_id: str | None = None,
    model: str | Arima = "arima",
    coding: Coding = "judged",
    knowledge: Knowledge = "at_origin",
    max_columns: int = 10,
    priority: int = 1,
    beside: Design | None = None,
    bound: float = TOO_ALIKE,
    horizon: int = 12,
    always: Sequence[str] = (),
) -> Study:
    """Put one series beside its events.

    Parameters
    ----------
    panel : Panel
        Figures as known on a date.
    events : EventCalendar or Design
        The calendar, read as of the panel's date; or a design made by hand.
    series_id : str, optional
        Default: the only series of the panel.
    model : str or Arima
        ``"arima"`` (the airline model on logs), or a model made by `make_model`.
    coding, knowledge, max_columns, priority, horizon, always
        As in `EventCalendar.design`.
    beside : Design, optional
        Regressors to stand beside the events, made by `Design.from_frames`.
    bound : float
        Columns with a larger correlation, differenced as the model differences the figures, are one group.
    """
    name, chosen = check_model(model)
    series = _one_series(panel, series_id)
    calendar = events if isinstance(events, EventCalendar) else None
    design = (
        events
        if isinstance(events, Design)
        else events.design(
            panel.of(series),
            horizon=horizon,
            knowledge=knowledge,
            coding=coding,
            max_columns=max_columns,
            priority=priority,
            unseen="ignore",
            always=list(always),
        )
    )
    if beside is not None:
        design = design.beside(beside)
    data = series_data(panel, design, series, chosen.transform, chosen.window)
    event_columns = [c for c in data.past.columns if c not in data.design.given] or list(data.past.columns)
    others = data.past[[c for c in data.past.columns if c not in event_columns]]
    study = Study(
        series, chosen, name, data.months, data.y, data.transform, (), others, data.design, calendar
    )
    # Columns are told apart as the airline model differences them where the orders are yet to be chosen.
    trial = replace(study, model=replace(chosen, order=(0, 1, 1), seasonal_order=(0, 1, 1)))
    first = make_groups(trial if chosen.order == "auto" else study, data, event_columns, bound)
    study = replace(study, groups=first)
    if chosen.order != "auto":
        return study
    study = replace(study, model=settle_order(study))
    return replace(study, groups=make_groups(study, data, event_columns, bound))


def _one_series(panel: Panel, series_id: str | None) -> str:
    if series_id is not None:
        panel.of(series_id)
        return series_id
    if len(panel.series) != 1:
        raise ConfigError(
            f"the panel has {len(panel.series)} series ({', '.join(panel.series[:5])}); give series_id"
        )
    return panel.series[0]
