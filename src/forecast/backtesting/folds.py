"""Folds: what a model sees at an origin, and the chains of them that are the unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from forecast.config.settings import EventsSpec, Knowledge
from forecast.data.observations import Observations
from forecast.data.panel import Panel
from forecast.errors import DataError, ForecastError
from forecast.events.build import make_design
from forecast.events.calendar import EventCalendar, no_events
from forecast.events.design import Design
from forecast.models.base import Model


@dataclass(frozen=True, kw_only=True)
class FoldSettings:
    """What every fold of one backtest shares."""

    horizon: int = 12
    events: EventsSpec = field(default_factory=EventsSpec)
    window: int | None = None
    include_leaks: bool = False
    levels: tuple[float, ...] = (0.5,)


@dataclass(frozen=True)
class Chain:
    """Folds of one model and series (or of one pooled model), origins ascending."""

    name: str
    model: Model
    knowledge: Knowledge
    series: tuple[str, ...]
    refit_every: int = 1


@dataclass
class FoldSource:
    """Makes the panel and the design of an origin; panels are
    kept, since every model asks for the same ones.
    """

    obs: Observations
    events: EventCalendar
    settings: FoldSettings
    _panels: dict[tuple[pd.Timestamp, tuple[str, ...]], Panel | str] = field(default_factory=dict, repr=False)
    _designs: dict[tuple[pd.Timestamp, tuple[str, ...], str], Design] = field(
        default_factory=dict, repr=False
    )

    def panel(self, origin: pd.Timestamp, series: tuple[str, ...]) -> Panel | str:
        """Return the figures as known at the origin, or the reason why there are none."""
        key = (origin, series)
        if key not in self._panels:
            try:
                made: Panel | str = self.obs.known_on(origin, series, self.settings.include_leaks)
            except ForecastError as error:
                made = str(error)
            if isinstance(made, Panel) and self.settings.window is not None:
                made = made.window(self.settings.window)
            self._panels[key] = made
        return self._panels[key]

    def design(self, origin: pd.Timestamp, series: tuple[str, ...], knowledge: Knowledge) -> Design:
        """Return the event columns that the knowledge allows at the origin."""
        key = (origin, series, knowledge)
        if key not in self._designs:
            s = self.settings
            panel = self.panel(origin, series)
            if isinstance(panel, str):
                raise DataError(panel)
            self._designs[key] = (
                Design.none(panel, s.horizon)
                if knowledge == "none"
                else make_design(self.events, panel, s.events, s.horizon, knowledge)
            )
        return self._designs[key]

    def alone(self, chain: Chain) -> FoldSource:
        """Return a source of what one chain reads: it travels to a worker, however many series there are."""
        events = no_events() if chain.knowledge == "none" else self.events
        return FoldSource(self.obs.alone(chain.series, self.settings.include_leaks), events, self.settings)


def make_chains(
    models: dict[str, Model],
    series: Sequence[str],
    knowledge: Sequence[Knowledge],
    refit_every: dict[str, int] | None = None,
) -> list[Chain]:
    """Return the chains of a backtest in a fixed order: models as given, then knowledge, then series."""
    chains = []
    for name, model in models.items():
        words: list[Knowledge] = list(knowledge) if model.uses_events else ["none"]
        groups = [tuple(series)] if model.pooled else [(s,) for s in series]
        every = (refit_every or {}).get(name, 1)
        chains += [Chain(name, model, word, group, every) for word in words for group in groups]
    return chains
