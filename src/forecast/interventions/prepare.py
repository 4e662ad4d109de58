"""From a panel and a calendar to a `Regression`: one series
beside the groups of events that can be asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from forecast.config.settings import EventsSpec, Knowledge
from forecast.errors import ConfigError
from forecast.events.build import make_design
from forecast.events.calendar import EventCalendar, warn_untouched
from forecast.events.design import Design
from forecast.interventions.groups import make_groups
from forecast.interventions.regression import TOO_ALIKE, Regression, check_model, settle_order
from forecast.models.arima import Arima
from forecast.models.series import series_data

if TYPE_CHECKING:
    from forecast.data.panel import Panel

#: Effects are told by shapes and priorities that were coded afterwards, unless asked otherwise.
JUDGED = EventsSpec(coding="judged")


@dataclass(frozen=True, eq=False)
class Setup:
    """What a regression is made of.

    Attributes
    ----------
    panel : Panel
        Figures as known on a date.
    events : EventCalendar or Design
        The calendar, read as of the panel's date; or a design made by hand.
    model : str or Arima
        ``"arima"`` (the airline model on logs), or a model made by `make_model`.
    spec : EventsSpec
        How the calendar is read: coding, limit of columns, priority. An event never seen brings nothing.
    series_id : str, optional
        Default: the only series of the panel.
    knowledge : {"at_origin", "hindsight"}
        What is taken as known of the events.
    beside : Design, optional
        Regressors to stand beside the events, made by `Design.from_frames`.
    bound : float
        Columns with a larger correlation, differenced as the model differences the figures, are one group.
    always : tuple of str
        Ids of events that stay whatever their priority and the limit.
    """

    panel: Panel
    events: EventCalendar | Design
    model: str | Arima = "arima"
    spec: EventsSpec = JUDGED
    series_id: str | None = None
    knowledge: Knowledge = "at_origin"
    beside: Design | None = None
    bound: float = TOO_ALIKE
    always: tuple[str, ...] = ()

    @property
    def series(self) -> str:
        """Id of the series."""
        if self.series_id is not None:
            self.panel.of(self.series_id)
            return self.series_id
        known = self.panel.series
        if len(known) != 1:
            raise ConfigError(f"the panel has {len(known)} series ({', '.join(known[:5])}); give series_id")
        return known[0]

    @property
    def design(self) -> Design:
        """Columns of the events, and the regressors beside them."""
        made = self.events
        if isinstance(made, EventCalendar):
            warn_untouched(made, self.panel.series)
            spec = replace(self.spec, unseen="ignore")
            made = make_design(
                made, self.panel.of(self.series), spec, knowledge=self.knowledge, always=self.always
            )
        return made if self.beside is None else made.beside(self.beside)

    @cached_property
    def regression(self) -> Regression:
        """The series beside its groups of events, its orders settled."""
        name, model = check_model(self.model)
        data = series_data(self.panel, self.design, self.series, model.transform, model.window)
        columns = [c for c in data.columns if c not in data.design.given] or list(data.columns)
        others = data.past[[c for c in data.columns if c not in columns]]
        calendar = self.events if isinstance(self.events, EventCalendar) else None
        made = Regression(
            self.series, model, name, data.months, data.y, data.transform, (), others, data.design, calendar
        )
        if model.order != "auto":
            return replace(made, groups=make_groups(made, data, columns, self.bound))
        # Columns are told apart as the airline model differences them while the orders are yet to be chosen.
        trial = replace(made, model=replace(model, order=(0, 1, 1), seasonal_order=(0, 1, 1)))
        made = replace(made, groups=make_groups(trial, data, columns, self.bound))
        made = replace(made, model=settle_order(made))
        return replace(made, groups=make_groups(made, data, columns, self.bound))
