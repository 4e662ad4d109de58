"""The look-ahead check, and four planted leaks that it must catch."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.backtesting import folds
from forecast.backtesting.lookahead import default_postprocess, garbage_events, garbage_figures
from forecast.errors import LookAheadError
from forecast.events.build import make_design
from forecast.models.base import SeriesFit, loop_fits
from forecast.models.baselines import Drift, RandomWalk


@pytest.fixture(scope="module")
def setting(obs, events, usbp):
    return obs, events, [usbp], fc.monthly_origins("2022-09", "2023-08", obs, [usbp])


def check(model, setting, **more):
    obs, events, series, origins = setting
    fc.check_no_lookahead(model, obs, events, series=series, origins=origins, horizon=4, **more)


def test_an_honest_model_passes(setting):
    check(fc.make_model("drift"), setting)


@dataclass(frozen=True)
class Remembers(Drift):
    """Centres on the mean of the last levels that all folds saw: state between folds."""

    seen: list = field(default_factory=list)

    def fit_series(self, data):
        self.seen.append(float(data.y[-1]))
        top = float(np.mean(self.seen))
        return SeriesFit(lambda h: (np.full(h, top), np.ones(h)))


def test_state_kept_between_folds_is_caught(setting):
    with pytest.raises(LookAheadError):
        check(Remembers(), setting)


@dataclass(frozen=True)
class Pools(RandomWalk):
    """Centres every fold on the mean of all folds of the chain: trains on later folds."""

    def fit_many(self, jobs):
        mean = float(np.mean([np.log(p.values.to_numpy()[-1, 0]) for p, _ in jobs]))
        fits = loop_fits(self, jobs)
        for fit in fits:
            for name in fit.fits:
                fit.fits[name] = SeriesFit(lambda h: (np.full(h, mean), np.ones(h)))
        return fits


def test_training_on_later_folds_is_caught(setting):
    with pytest.raises(LookAheadError):
        check(Pools(), setting)


def later_errors(forecasts, obs):
    """A postprocess that corrects forecasts by errors which had not matured."""
    table = default_postprocess(forecasts, obs)
    truth = obs.actuals("southwest.usbp")
    actual = table["month"].map(truth).fillna(table["value"])
    return table.assign(value=0.9 * table["value"] + 0.1 * actual)


def test_a_later_figure_in_the_postprocess_is_caught(setting):
    with pytest.raises(LookAheadError, match="postprocess"):
        check(fc.make_model("drift"), setting, postprocess=later_errors)


def test_an_event_before_it_was_usable_is_caught(setting, monkeypatch):
    def leaky(calendar, panel, spec, horizon, knowledge):
        return make_design(calendar, panel, spec, horizon, "hindsight")

    monkeypatch.setattr(folds, "make_design", leaky)
    with pytest.raises(LookAheadError):
        check(_Early(), setting)


def test_events_used_when_they_were_usable_pass(setting):
    check(_Early(), setting)


@dataclass(frozen=True)
class _Early(RandomWalk):
    """Moves with the sum of its event columns."""

    events: bool = True

    def fit_series(self, data):
        last, move = (
            float(data.y[-1]),
            0.05 * float(data.future.to_numpy().sum() + data.past.to_numpy().sum()),
        )
        return SeriesFit(lambda h: (np.full(h, last + move), np.ones(h)))


def test_with_the_honest_calendar_the_same_model_passes(setting):
    check(_Early(), setting)


def test_garbage_touches_only_what_was_not_public(obs, events):
    rng = np.random.default_rng(0)
    day = pd.Timestamp("2023-05-11")
    blind = garbage_figures(obs, day, rng)
    public = obs.table["released"] <= day
    assert (blind.table["value"][public] == obs.table["value"][public]).all()
    assert (blind.table["value"][~public] != obs.table["value"][~public]).mean() > 0.9
    garbled = garbage_events(events, day, rng).table
    usable = events.table["usable_from"] <= day
    pd.testing.assert_series_equal(
        garbled["effective_start"][usable], events.table["effective_start"][usable], check_dtype=False
    )
    assert (garbled["usable_from"][~usable] > day).all()
    assert (garbled["effective_start"][~usable] != events.table["effective_start"][~usable]).all()
