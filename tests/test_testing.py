"""`check_model` passes a sound model and names the clause that each unsound one breaks."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

import forecast as fc
from forecast.models.base import FoldFailure
from forecast.models.baselines import Drift
from forecast.testing import CLAUSES, check_model, figures

SEEN: dict = {}


@dataclass(frozen=True)
class Sound(fc.SeriesModel):
    """The last figure, with or without a push from every event column."""

    transform: str = "log"
    window: int | None = None
    events: bool = False

    def fit_series(self, data):
        push = 0.1 * float(data.future.to_numpy().sum(axis=1).max(initial=0.0)) if self.events else 0.0
        flat = len(data.past.columns) and np.ptp(data.past.to_numpy()) == 0
        centre = data.y[-1] + (0.0 if flat else push)
        return fc.SeriesFit(lambda h: (np.full(h, centre), 0.1 * np.sqrt(np.arange(1.0, h + 1))))


@dataclass(frozen=True)
class Late(Sound):
    """Begins a month late."""

    def fit(self, panel, design):
        return Shifted(super().fit(panel, design), lambda t: t.assign(month=t["month"] + 1))


@dataclass(frozen=True)
class Falling(Sound):
    """Quantiles the wrong way round."""

    def fit(self, panel, design):
        return Shifted(super().fit(panel, design), lambda t: t.assign(value=1e6 - t["value"]))


@dataclass(frozen=True)
class Restless(Sound):
    """Another number every time."""

    def fit(self, panel, design):
        SEEN["n"] = SEEN.get("n", 0) + 1
        return Shifted(super().fit(panel, design), lambda t, n=SEEN["n"]: t.assign(value=t["value"] + n))


@dataclass(frozen=True)
class Rude(Sound):
    """Writes into the panel."""

    def fit(self, panel, design):
        fitted = super().fit(panel, design)
        panel.values.iloc[0, 0] += 1
        return fitted


@dataclass(frozen=True)
class Brittle(Sound):
    """Cannot bear a constant column."""

    def fit_series(self, data):
        if len(data.past.columns) and np.ptp(data.past.to_numpy()) == 0:
            raise ValueError("singular")
        return super().fit_series(data)


@dataclass(frozen=True)
class Secretive(Sound):
    """Uses events and does not say so."""

    events: bool = True
    uses_events = False


@dataclass(frozen=True)
class Eager(Sound):
    """Fits two months."""

    min_months = 1


@dataclass(frozen=True)
class Mute(Sound):
    """Fails without telling why."""

    def fit_many(self, jobs):
        return [FoldFailure("no")] * len(jobs)


@dataclass(frozen=True)
class Backward(Sound):
    """Folds in reverse order."""

    def fit_many(self, jobs):
        return super().fit_many(jobs)[::-1]


@dataclass(frozen=True)
class Peeking(Sound):
    """Remembers later origins."""

    def fit_series(self, data):
        best = max(SEEN.get(data.name, data), data, key=lambda d: d.months[-1])
        SEEN[data.name] = best
        return super().fit_series(best)


@dataclass(frozen=True)
class Shifted:
    fitted: object
    change: object

    def forecast(self, horizon, levels=fc.LEVELS):
        made = self.fitted.forecast(horizon, levels)
        return replace(made, table=self.change(made.table))


@pytest.mark.parametrize("model", [Sound(), Sound(events=True), Drift()], ids=str)
def test_a_sound_model_passes(model):
    check_model(model)


@pytest.mark.parametrize(
    ("cls", "clause"),
    [
        (Late, "forecasts_every_month"),
        (Falling, "quantiles_increase"),
        (Restless, "repeats_itself"),
        (Rude, "leaves_inputs_alone"),
        (Brittle, "survives_constant_column"),
        (Secretive, "tells_of_events"),
        (Eager, "refuses_too_few_months"),
        (Mute, "refuses_too_few_months"),
        (Mute, "keeps_the_order_of_folds"),
        (Backward, "keeps_the_order_of_folds"),
        (Peeking, "cannot_look_ahead"),
    ],
)
def test_each_clause_catches_the_model_that_breaks_it(cls, clause):
    SEEN.clear()
    with pytest.raises(Exception, match=r".+"):
        {c.__name__: c for c in CLAUSES}[clause](cls())


def test_what_is_broken_is_told_at_once_by_name():
    SEEN.clear()
    with pytest.raises(AssertionError, match="Mute breaks its contract") as error:
        check_model(Mute())
    assert "refuses_too_few_months" in str(error.value) and "keeps_the_order_of_folds" in str(error.value)


def test_a_model_that_is_not_frozen_is_told():
    @dataclass
    class Loose:
        """Loose."""

    with pytest.raises(AssertionError, match="not a frozen dataclass"):
        CLAUSES[0](Loose())


def test_the_figures_are_simulated_the_same_each_time():
    figures.cache_clear()
    first = figures().table["value"].tolist()
    figures.cache_clear()
    assert figures().table["value"].tolist() == first
