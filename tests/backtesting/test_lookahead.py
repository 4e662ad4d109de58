"""The look-ahead check, and four planted leaks that it must catch."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.backtesting import folds, lookahead
from forecast.backtesting.lookahead import default_postprocess, garbage_events
from forecast.backtesting.ways import garbage_figures, hidden_values
from forecast.data.observations import BUNDLED
from forecast.errors import LookAheadError
from forecast.events.build import make_design
from forecast.models.base import SeriesFit
from forecast.models.baselines import Drift, RandomWalk
from forecast.models.series_model import loop_fits


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


def later_medians(forecasts, obs):
    """A postprocess that draws each forecast to the mean of all that were made, the later ones included."""
    return forecasts.assign(value=0.5 * (forecasts["value"] + forecasts["value"].mean()))


def test_a_later_forecast_in_the_postprocess_is_caught(setting):
    with pytest.raises(LookAheadError, match="later figures and forecasts were replaced in the postprocess"):
        check(fc.make_model("drift"), setting, postprocess=later_medians)


def some_rows(forecasts, obs):
    """A postprocess that leaves out forecasts by what all of them are, the later ones included."""
    return forecasts[forecasts["value"] > forecasts["value"].median()]


def test_rows_left_out_by_later_forecasts_are_caught(setting):
    with pytest.raises(LookAheadError, match="postprocess"):
        check(fc.make_model("drift"), setting, postprocess=some_rows)


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
            0.005 * float(data.future.to_numpy().sum() + data.past.to_numpy().sum()),
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
    assert (garbled["effective_start"][~usable] > events.table["effective_start"][~usable]).all()
    assert (garbled["announced_date"][~usable] > day).all()
    assert (garbled["sign"][~usable] != events.table["sign"][~usable]).all()
    assert (garbled["sign"][usable] == events.table["sign"][usable]).all()
    ends = events.table["end_date"].notna() & (events.table["end_usable_from"] > day)
    for column in ("end_date", "end_usable_from"):
        assert (garbled[column][ends] > events.table[column][ends]).all()
        pd.testing.assert_series_equal(garbled[column][~ends], events.table[column][~ends], check_dtype=False)


HELD = {}


@dataclass(frozen=True)
class _Cheats(RandomWalk):
    """Forecasts what its own way to the figures says of the first month ahead."""

    way: object = None

    def fit_series(self, data):
        found = self.way(data.months[-1] + 1)
        last = float(data.y[-1]) if found is None else float(np.log(found))
        return SeriesFit(lambda h: (np.full(h, last), np.ones(h)))


def _of_obs(obs):
    return lambda month: obs.actuals("southwest.usbp").get(month)


def _of_frame(obs):
    frame = obs.actuals("southwest.usbp").rename("count").to_frame()
    return lambda month: frame["count"].get(month)


def _of_array(obs):
    series = obs.actuals("southwest.usbp")
    values, first = series.to_numpy(copy=True), series.index[0]
    return lambda month: values[(month - first).n] if (month - first).n < len(values) else None


def _of_mapping(obs):
    numbers = obs.actuals("southwest.usbp").to_dict()
    return lambda month: numbers.get(month)


def _of_bundle(_):
    return lambda month: fc.load_observations().actuals("southwest.usbp").get(month)


def _of_global(obs):
    HELD["frame"] = obs.actuals("southwest.usbp").rename("count").to_frame()
    return lambda month: HELD["frame"]["count"].get(month)


def _of_file(_):
    def way(month):
        table = pd.read_csv(BUNDLED / "observations.csv")
        rows = table[(table["series_id"] == "southwest.usbp") & (table["month"] == str(month))]
        return rows["value"].iloc[-1] if len(rows) else None

    return way


@pytest.mark.parametrize(
    "way",
    [_of_obs, _of_frame, _of_array, _of_mapping, _of_bundle, _of_global, _of_file],
    ids=lambda w: w.__name__,
)
def test_garbage_stands_behind_every_way_to_figures(setting, way):
    obs, events, series, origins = setting
    before = obs.table.copy()
    with pytest.raises(LookAheadError, match="holds, loads or reads by itself"):
        fc.check_no_lookahead(
            _Cheats(way=way(obs)), obs, events, series=series, origins=origins[-2:], horizon=2
        )
    pd.testing.assert_frame_equal(obs.table, before)
    pd.testing.assert_frame_equal(fc.load_observations().table, before)


def test_a_model_that_holds_figures_and_looks_at_old_ones_passes(setting):
    obs, *_ = setting
    months = obs.actuals("southwest.usbp")
    check(_Cheats(way=lambda month: months.get(month - 24)), (*setting[:3], setting[3][-2:]))


@dataclass(frozen=True)
class _Set(RandomWalk):
    since: str = ""
    level: float = 0.0


def test_hindsight_in_settings_is_told(setting):
    obs, *_ = setting
    later = hidden_values(obs, setting[3][-2])
    hidden = float(later[later > 1000.0][0])
    with pytest.warns(
        fc.ForecastWarning,
        match=r"since is 2025-01, after .*; level is [\d.e+]+, a figure that was not public",
    ):
        check(_Set(since="2025-01", level=hidden), (*setting[:3], setting[3][-2:]))


def test_origins_are_drawn_at_random(obs, usbp):
    drawn = [lookahead._drawn(obs, [usbp], np.random.default_rng(seed)) for seed in (0, 1)]
    assert drawn[0] != drawn[1] and all(9 <= len(days) <= 15 for days in drawn)


class First:
    """A generator that draws the first ones."""

    def choice(self, size, count, replace):
        assert not replace
        return np.arange(count)


def test_the_first_five_years_are_left_to_the_models(obs, usbp, small):
    days = fc.monthly_origins(None, None, obs, [usbp])
    assert lookahead._drawn(obs, [usbp], First()) == days[60:69]
    few = fc.monthly_origins(None, None, small, ["a"])
    assert lookahead._drawn(small, ["a"], First()) == few[48:57]
