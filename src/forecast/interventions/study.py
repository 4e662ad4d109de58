"""One series beside its events, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import pandas as pd

from forecast.arguments import checked
from forecast.config.bounds import Bounds
from forecast.config.convert import check_arguments
from forecast.config.settings import SpecificationSpec
from forecast.events.calendar import EventCalendar
from forecast.interventions.compared import Compared, compare_in_panel
from forecast.interventions.counterfactual import DRAWS, RESPONSE_COLUMNS, SEED, response_rows
from forecast.interventions.effects import effect_table
from forecast.interventions.event_study import LAGS, LEADS, leads_and_lags
from forecast.interventions.placebo import MONTHS_APART, Placebo, placebo_of
from forecast.interventions.prepare import Setup
from forecast.interventions.profiles import Profile, decay_profile, lead_profile
from forecast.interventions.regression import Regression
from forecast.interventions.robustness import Curve, specification_curves
from forecast.interventions.volatility import season_table, surprises, volatility_breaks, volatility_table


@dataclass(frozen=True, eq=False)
class Study(Setup):
    """One series beside its events: what each seemed to do, and how sure one can be.

    An event that is asked for by name stays in the design whatever its priority and the limit of columns; a
    member names its group.

    Attributes
    ----------
    panel, events, model, spec, series_id, knowledge, beside, bound, always
        As in `Setup`: figures as known on a date, the calendar or a design, a regression with ARIMA errors,
        how the calendar is read, which series of the panel, what is known of events, other regressors, the
        correlation above which events are one group, and events that stay in any case.

    Examples
    --------
    >>> import forecast as fc
    >>> from forecast.config.settings import EventsSpec
    >>> panel = fc.load_observations().as_of("2024-05-07", ["southwest.usbp"])
    >>> study = Study(panel, fc.load_events(), spec=EventsSpec(coding="judged", max_columns=4))
    >>> result = study.placebo("title42_end")
    >>> result.n >= 20, 0 < result.p <= 1
    (True, True)
    >>> table = study.counterfactual("title42_end", draws=200)
    >>> sorted(set(table["basis"])), int((table["part"] == "total").sum())
    (['forecast before', 'same months'], 2)
    """

    @checked
    def effects(self, placebo: bool = True) -> pd.DataFrame:
        """Return what came with each event: the table of `forecast.effects`."""
        return effect_table([self.regression], placebo=placebo)

    @checked
    def placebo(self, event: str, months_apart: int = MONTHS_APART) -> Placebo:
        """Put the dummy of an event at every ordinary month and compare.

        Ordinary months are more than `months_apart` from the start of a priority-1 event of the series (by
        the same coding). Each placebo has the weights of the event's active months, one after the other, and
        the sample ends with the last of them; the other events stay in the model.
        """
        asked = self._asking(event)
        return placebo_of(asked, asked.group(event), months_apart)

    @checked
    def robustness(self, *events: str, choices: SpecificationSpec | None = None) -> list[Curve]:
        """Estimate the effect of each event under every combination of choices: one curve an event."""
        return specification_curves(self, events, choices)

    @checked
    def counterfactual(self, event: str | None = None, draws: int = DRAWS, seed: int = SEED) -> pd.DataFrame:
        """Tell an effect (of every event, when none is named) by month and in total, with and without the
        event.

        Two answers stand beside each other. ``same months``: the figures with the estimated effect taken out;
        the ups and downs of the months stay, and the fan holds only the doubt about the effect. ``forecast
        before``: a forecast from the month before the event, by simulation; its fan holds the ordinary
        changes of such months too, and nothing that began later is in it; of a longer event only the first 12
        months.

        Returns
        -------
        DataFrame
            `RESPONSE_COLUMNS`: one row an active month (``part`` = month) and one for their sum (total); what
            happened, what it would have been (median, 80 and 95 %), the difference, and the percent that the
            shape implies for the month.
        """
        check_arguments(draws=(draws, Annotated[int, Bounds(2)]), seed=(seed, Annotated[int, Bounds(0)]))
        asked = self.regression if event is None else self._asking(event)
        groups = asked.groups if event is None else (asked.group(event),)
        rows = [row for group in groups for row in response_rows(asked, group, draws, seed)]
        return pd.DataFrame(rows, columns=list(RESPONSE_COLUMNS))

    @checked
    def compared(self, event: str, donors: Sequence[str]) -> Compared:
        """Compare the series with others that the event did not touch: what it would have been by them.

        Ridge regression on log levels, its penalty chosen by the last 24 months before; the statistic is the
        root mean squared gap of the months after (12 at most) over that of the months before, its p the rank
        among the donors taken for the series at many dates. Donors that the calendar says are touched, that
        have no figures of these months, or whose own p at the event is below 0.1 are left out and named.

        Parameters
        ----------
        event : str
            Id of the event.
        donors : sequence of str
            Series of the panel.

        Returns
        -------
        Compared
            ``table`` (one row, with the reason where the data do not bear it), ``gaps``, ``placebos``.

        Raises
        ------
        ConfigError
            For a donor that is not in the panel, or an event that cannot be asked for.
        """
        asked = self._asking(event)
        group = asked.group(event)
        active = asked.months[group.active[0]], asked.months[group.active[-1]]
        touched: set[str] = set()
        if isinstance(self.events, EventCalendar):
            touched = {d for d in donors if set(group.members) & set(self.events.touching(d)["id"])}
        return compare_in_panel(self.panel, self.series, donors, group.name, active, touched)

    @checked
    def profiles(self, event: str) -> tuple[Profile, Profile]:
        """Return how fast the effect of an event fades, and how many months before it showed."""
        asked = self._asking(event)
        group = asked.group(event)
        return decay_profile(asked, group), lead_profile(asked, group)

    @checked
    def leads_and_lags(self, event: str, leads: int = LEADS, lags: int = LAGS) -> pd.DataFrame:
        """Return one estimate for each month before and after the start of an event: `LEAD_LAG_COLUMNS`."""
        check_arguments(
            leads=(leads, Annotated[int, Bounds(0, 120)]), lags=(lags, Annotated[int, Bounds(0, 120)])
        )
        asked = self._asking(event)
        return leads_and_lags(asked, asked.group(event), leads, lags)

    def volatility(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the monthly surprises of the series with their rolling spread, and when that changed.

        Returns
        -------
        surprises, breaks : DataFrame
            `VOLATILITY_COLUMNS` and `VOLATILITY_BREAK_COLUMNS`: dates with 90 % intervals, the spread before
            and after; ``decides_ranges`` where the newest break makes ranges half as wide again, or narrower
            so.
        """
        found = surprises(self.regression)
        return volatility_table(found), volatility_breaks(found)

    def season(self) -> pd.DataFrame:
        """Return the season of each five years, on logs, with its amplitude: `SEASON_COLUMNS`."""
        return season_table(self.panel.y(self.series))

    def _asking(self, event: str) -> Regression:
        """Return the regression in which this event stays; with columns given by hand there is no other."""
        if not isinstance(self.events, EventCalendar) or event not in self.events.arrays.place:
            return self.regression
        return replace(self, always=(*self.always, event)).regression
