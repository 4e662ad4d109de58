import inspect
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.backtesting import folds as folds_module
from forecast.backtesting import runner
from forecast.config.settings import EventsSpec
from forecast.errors import ConfigError, DataError, ForecastWarning
from forecast.models.base import Forecast, SeriesFit
from forecast.models.baselines import Drift, RandomWalk
from forecast.tables.columns import FOLD_COLUMNS, FORECAST_COLUMNS


@pytest.fixture(scope="module")
def origins(small):
    return fc.monthly_origins("2021-01", "2022-12", small, ["a"])


@dataclass(frozen=True)
class Moody(Drift):
    """Fails at origins with an odd number of months."""

    def fit_series(self, data):
        if len(data.y) % 2:
            raise DataError(f"{data.name}: an odd number of months")
        return SeriesFit(super().fit_series(data).steps)


def test_tables_have_the_columns_of_the_design_and_the_baseline_stands_once(small, events, origins):
    models = {"drift": fc.make_model("drift"), "arima": fc.make_model("arima", seasonal_order=None)}
    bt = fc.backtest(models, small, events, ["a", "b"], origins[:3], horizon=4, levels=(0.1, 0.5, 0.9))
    assert list(bt.forecasts.columns) == list(FORECAST_COLUMNS) and list(bt.folds.columns) == [
        *FOLD_COLUMNS,
        "seconds",
    ]
    assert (bt.folds["seconds"] > 0).all()
    assert len(bt.forecasts) == 3 * 2 * 3 * 4 * 3
    assert bt.folds.groupby("model").size().to_dict() == {"random_walk": 6, "drift": 6, "arima": 6}
    assert set(bt.forecasts.loc[bt.forecasts["model"] == "arima", "knowledge"]) == {"at_origin"}
    assert set(bt.forecasts.loc[bt.forecasts["model"] == "drift", "knowledge"]) == {"none"}


def test_a_failed_fold_is_a_row_with_its_reason(small, events, origins):
    bt = fc.backtest({"moody": Moody()}, small, events, ["a"], origins[:4], horizon=2)
    folds = bt.folds[bt.folds["model"] == "moody"]
    assert (
        list(folds["status"]) == ["failed", "ok", "failed", "ok"]
        or list(folds["status"]) == ["ok", "failed"] * 2
    )
    failed = folds[folds["status"] == "failed"]
    assert failed["message"].str.contains("an odd number of months").all()
    assert set(bt.forecasts.loc[bt.forecasts["model"] == "moody", "origin"]) == set(
        folds.loc[folds["status"] == "ok", "origin"]
    )


def test_an_origin_before_the_figures_is_skipped_and_told(small, events):
    bt = fc.backtest({}, small, events, ["a"], ["2014-06-01", "2022-06-01"], horizon=2)
    assert list(bt.folds["status"]) == ["skipped", "ok"]
    assert "2015-02-20" in bt.folds["message"].iloc[0]


def test_wrong_words_are_refused(small, events, origins):
    with pytest.raises(ConfigError, match="no origin"):
        fc.backtest({}, small, events, ["a"], [])
    with pytest.raises(ConfigError, match="nosuch"):
        fc.backtest({}, small, events, ["nosuch"], origins)


def test_workers_change_nothing(small, events, origins):
    from joblib import parallel_config

    models = {"drift": fc.make_model("drift"), "ridge": fc.make_model("ridge", lags=3)}
    serial = fc.backtest(models, small, events, ["a", "b"], origins[-2:], horizon=2)
    with parallel_config(backend="threading", n_jobs=2):
        spread = fc.backtest(models, small, events, ["a", "b"], origins[-2:], horizon=2)
    pd.testing.assert_frame_equal(serial.forecasts, spread.forecasts, check_exact=True)
    pd.testing.assert_frame_equal(*(made.folds[list(FOLD_COLUMNS)] for made in (serial, spread)))


def test_an_interrupted_backtest_goes_on(small, events, origins, tmp_path, monkeypatch):
    models = {"one": fc.make_model("drift"), "two": fc.make_model("drift", window=24)}
    whole = fc.backtest(models, small, events, ["a"], origins[-2:], horizon=2)
    run_chain, seen = runner.run_chain, []

    def stops(chain, *rest):
        if chain.name == "two" and "two" not in seen:
            seen.append("two")
            raise KeyboardInterrupt
        seen.append(chain.name)
        return run_chain(chain, *rest)

    monkeypatch.setattr(runner, "run_chain", stops)
    with pytest.raises(KeyboardInterrupt):
        fc.backtest(models, small, events, ["a"], origins[-2:], horizon=2, cache=tmp_path)
    done = fc.backtest(models, small, events, ["a"], origins[-2:], horizon=2, cache=tmp_path)
    assert seen == ["random_walk", "one", "two", "two"]
    pd.testing.assert_frame_equal(whole.forecasts, done.forecasts, check_exact=True)


def test_a_damaged_kept_chain_is_run_again(small, events, origins, tmp_path):
    first = fc.backtest({}, small, events, ["a"], origins[-1:], horizon=2, cache=tmp_path)
    (held,) = tmp_path.rglob("*.npz")
    held.write_bytes(held.read_bytes()[:100])
    again = fc.backtest({}, small, events, ["a"], origins[-1:], horizon=2, cache=tmp_path)
    pd.testing.assert_frame_equal(first.forecasts, again.forecasts, check_exact=True)


def test_parameters_are_kept_between_refits(small, events, origins):
    models = {"ridge": fc.make_model("ridge", lags=3)}
    every = fc.backtest(models, small, events, ["a"], origins[-4:], horizon=2, refit_every={"ridge": 2})
    always = fc.backtest(models, small, events, ["a"], origins[-4:], horizon=2)

    def pick(bt):
        rows = bt.forecasts[(bt.forecasts["model"] == "ridge") & (bt.forecasts["level"] == 0.5)]
        return rows.set_index(["origin", "knowledge", "month"])["value"]

    same = pick(every) == pick(always)
    by_origin = same.groupby(level=0).all()
    assert by_origin.tolist() == [True, False, True, False]


def test_models_series_and_calendar_may_be_given_in_short(small, origins):
    drift = fc.make_model("drift")
    whole = fc.backtest({"drift": drift}, small, fc.no_events(), ["a"], origins[:2], horizon=2)
    for models in (["drift"], [drift], "drift", drift):
        short = fc.backtest(models, small, series="a", origins=origins[:2], horizon=2)
        pd.testing.assert_frame_equal(short.forecasts, whole.forecasts)
    with pytest.raises(ConfigError, match=r"the figures have .* series; name one, series="):
        fc.backtest("drift", small, origins=origins[:2])
    with pytest.raises(ConfigError, match="no origin; name days"):
        fc.backtest("drift", small, series="a")
    with pytest.raises(ConfigError, match="no series is called aa"):
        fc.backtest("drift", small, series="aa", origins=origins[:2])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"horizon": 0}, "horizon: 0; expected a number between 1 and 1200"),
        ({"horizon": 99999}, "horizon: 99999"),
        ({"knowledge": "nope"}, r"knowledge\[0\]: 'nope' is not one of none, at_origin, hindsight"),
        ({"knowledge": ("none", "none")}, "names 'none' twice"),
        ({"levels": (10, 50, 90)}, r"levels\[0\]: 10.0"),
        ({"window": -5}, "window: -5"),
        ({"refit_every": {"drift": 0}}, r"refit_every\.drift: 0"),
        ({"refit_every": 3}, "refit_every: int 3 is given; expected a mapping"),
        ({"refit_every": {"drfit": 2}}, "no model is called drfit. Did you mean 'drift'"),
        ({"coding": "nope"}, "coding: 'nope'"),
        ({"max_columns": -1}, "max_columns: -1"),
        ({"series": ["a", "a"]}, "series: .*names 'a' twice"),
    ],
    ids=str,
)
def test_an_argument_that_means_nothing_is_refused_by_its_name(small, events, origins, given, said):
    asked = {"series": ["a"], "origins": origins[:1], "horizon": 1, **given}
    with pytest.raises(ConfigError, match=said):
        fc.backtest({"drift": fc.make_model("drift")}, small, events, **asked)


def test_without_words_a_backtest_has_the_settings_of_an_experiment():
    given = {name: p.default for name, p in inspect.signature(fc.backtest).parameters.items()}
    spec = EventsSpec()
    for name in ("coding", "max_columns", "priority", "unseen"):
        assert given[name] == getattr(spec, name)
    assert given["window"] is None and given["include_leaks"] is False and given["levels"] == fc.LEVELS


def test_how_events_become_columns_reaches_every_fold(small, events, origins, monkeypatch):
    seen, real = [], folds_module.make_design

    def noted(calendar, panel, spec, horizon, knowledge):
        seen.append((spec, horizon, knowledge))
        return real(calendar, panel, spec, horizon, knowledge)

    monkeypatch.setattr(folds_module, "make_design", noted)
    asked = {"coding": "judged", "max_columns": 3, "priority": 2, "unseen": "ignore"}
    fc.backtest("linear", small, events, "a", origins[:1], horizon=2, knowledge="hindsight", **asked)
    assert seen == [(EventsSpec(**asked), 2, "hindsight")]


def test_a_forecast_of_a_year_is_the_default(small, origins):
    assert fc.backtest("drift", small, None, "a", origins[:1]).forecasts["horizon"].max() == 12


def test_what_is_no_calendar_is_refused(small, origins):
    with pytest.raises(ConfigError, match=r"backtest: events: .*EventCalendar, of fc\.load_events or None"):
        fc.backtest("drift", small, "events.csv", "a", origins[:1])


def _none(h):
    return None


def _zero_division(h):
    raise ZeroDivisionError("no way on")


#: What a model says of the months ahead, and what is said of it.
STEPS = {
    "no number": (lambda h: (np.full(h, np.nan), np.ones(h)), "the forecast is not finite"),
    "no width": (lambda h: (np.ones(h), np.full(h, np.nan)), "the forecast is not finite"),
    "complex": (lambda h: (np.full(h, 1j), np.ones(h)), "the forecast is not finite"),
    "turned round": (lambda h: (np.ones(h), -np.ones(h)), "the quantiles of the forecast of a cross"),
    "too few": (lambda h: (np.ones(h - 1), np.ones(h - 1)), "the forecast of a has 1 month; expected 2"),
    "too many": (lambda h: (np.ones(h + 3), np.ones(h + 3)), "the forecast of a has 5 months; expected 2"),
    "nothing": (_none, "DataError: a: steps(h) gave NoneType; expected two arrays"),
    "texts": (lambda h: ("a", "b"), "DataError: a: steps(h) gave tuple; expected two arrays"),
    "of two lengths": (
        lambda h: (np.ones(h), np.ones(h + 1)),
        "DataError: a: steps(h) gave 2 centres and 3 standard",
    ),
    "raises": (_zero_division, "ZeroDivisionError: no way on"),
}


@dataclass(frozen=True)
class Breaks(RandomWalk):
    """Fits, and then has no forecast."""

    way: str = "no number"

    def fit_series(self, data):
        return SeriesFit(STEPS[self.way][0])


@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
@pytest.mark.parametrize("way", STEPS)
def test_a_forecast_that_is_none_is_a_failed_fold_with_its_reason(small, origins, way):
    levels = (0.9, 0.1, 0.5)  # in any order
    bt = fc.backtest({"breaks": Breaks(way=way)}, small, None, "a", origins[:2], horizon=2, levels=levels)
    folds = bt.folds[bt.folds["model"] == "breaks"]
    assert folds["status"].tolist() == ["failed"] * 2
    assert folds["message"].str.startswith(STEPS[way][1]).all(), folds["message"].tolist()
    assert set(bt.forecasts["model"]) == {"random_walk"}


@dataclass(frozen=True)
class Odd(RandomWalk):
    """Fits to something else than the contract says."""

    made: object = None

    def fit_series(self, data):
        return self.made


@pytest.mark.parametrize("made", [None, (1.0, 1.0)], ids=str)
def test_a_fit_that_is_none_of_the_contract_fails_and_ends_no_other_model(small, origins, made):
    bt = fc.backtest({"odd": Odd(made=made)}, small, None, "a", origins[:2], horizon=1)
    assert bt.folds["status"].tolist() == ["ok"] * 2 + ["failed"] * 2
    assert "fit_series gave" in bt.folds["message"].iloc[-1]


@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
@pytest.mark.parametrize("way", [way for way in STEPS if way != "raises"])
def test_a_forecast_that_is_none_is_no_forecast_of_a_single_fit_either(small, way):
    fitted = Breaks(way=way).fit(small.as_of("latest", "a"))
    with pytest.raises(DataError, match=re.escape(STEPS[way][1].removeprefix("DataError: "))):
        fitted.forecast(2)


@pytest.mark.parametrize("made", [{"steps": 5}, {"steps": lambda h: None, "notes": "a note"}])
def test_what_is_told_of_a_fit_has_its_type(made):
    with pytest.raises(ConfigError, match=r"is given; expected a (function|tuple of texts)"):
        SeriesFit(**made)


class Tabled:
    """A fitted model that has a table only."""

    def __init__(self, fitted):
        self.fitted = fitted

    def forecast(self, horizon, levels=fc.LEVELS):
        made = self.fitted.forecast(horizon, levels)
        return Forecast(made.table.sample(frac=1.0, random_state=1), ("a note",))


@dataclass(frozen=True)
class Tables(RandomWalk):
    """The random walk, told by a table whose rows stand in any order."""

    def fit_many(self, jobs):
        return [Tabled(fitted) for fitted in super().fit_many(jobs)]


def test_a_model_that_gives_a_table_only_is_read_from_it(small, origins):
    bt = fc.backtest({"tables": Tables()}, small, None, "a", origins[:2], horizon=3, levels=(0.1, 0.5, 0.9))
    rows = {name: part.drop(columns="model") for name, part in bt.forecasts.groupby("model")}
    pd.testing.assert_frame_equal(
        rows["tables"].reset_index(drop=True), rows["random_walk"].reset_index(drop=True)
    )
    assert bt.folds.loc[bt.folds["model"] == "tables", "message"].tolist() == ["a note"] * 2


@dataclass(frozen=True)
class Chainless(RandomWalk):
    """Breaks off before any fold is fitted."""

    def fit_many(self, jobs):
        raise DataError("nothing fits")


def test_a_chain_that_breaks_off_is_a_failed_fold_for_every_origin(small, origins):
    bt = fc.backtest({"c": Chainless()}, small, None, "a", origins[:3], horizon=1)
    folds = bt.folds[bt.folds["model"] == "c"]
    assert folds["message"].tolist() == ["DataError: nothing fits"] * 3


def test_origins_are_taken_once_in_order_whatever_their_unit(small, origins):
    days = [origins[3].as_unit("s"), origins[1], origins[3]]
    bt = fc.backtest("drift", small, None, "a", days, horizon=1)
    assert bt.forecasts["origin"].dtype == np.dtype("datetime64[ns]")
    assert bt.forecasts.loc[bt.forecasts["model"] == "drift", "origin"].unique().tolist() == [
        origins[1],
        origins[3],
    ]
    plain = fc.backtest("drift", small, None, "a", [origins[1], origins[3]], horizon=1)
    pd.testing.assert_frame_equal(bt.forecasts, plain.forecasts)


def test_models_that_cannot_keep_their_parameters_refit(small, origins):
    every = fc.backtest({"t": Tables()}, small, None, "a", origins[:3], horizon=1, refit_every={"t": 2})
    always = fc.backtest({"t": Tables()}, small, None, "a", origins[:3], horizon=1)
    pd.testing.assert_frame_equal(every.forecasts, always.forecasts)


def test_a_backtest_says_what_it_holds(small, origins):
    bt = fc.backtest({"breaks": Breaks()}, small, None, "a", origins[:2], horizon=1)
    assert repr(bt) == (
        f"<Backtest: random_walk, breaks; a; 2 origins, {origins[0]:%Y-%m-%d} to {origins[1]:%Y-%m-%d};"
        " 4 folds, 2 failed>"
    )


def test_no_other_kind_of_model_is_the_baseline_under_its_name(small, origins):
    with pytest.raises(
        ConfigError, match="'random_walk', the baseline, is the name of another kind than Drift"
    ):
        fc.backtest({"random_walk": Drift()}, small, None, "a", origins[:1], horizon=1)
    own = {"mine": Drift(), "random_walk": fc.make_model("random_walk", window=24)}
    bt = fc.backtest(own, small, None, "a", origins[:1], horizon=1, baseline="mine")
    assert set(bt.forecasts["model"]) == {"mine", "random_walk"}
    bt = fc.backtest(own, small, None, "a", origins[:1], horizon=1)
    assert set(bt.forecasts["model"]) == {"mine", "random_walk"}


def test_a_calendar_that_touches_none_of_the_series_is_told_where_a_model_uses_events(small):
    row = {"id": "wall", "announced_date": "2019-01-01", "effective_start": "2019-02-01", "shape": "step"}
    events = fc.load_events([{**row, "series_ids": "aa*"}])
    days = ["2022-03-20"]
    fc.backtest("drift", small, events, "a", days, horizon=1)
    with pytest.warns(ForecastWarning, match="1 of 1 event touches none of a: 'wall'"):
        fc.backtest("ridge", small, events, "a", days, horizon=1)
    both = fc.load_events([{**row, "series_ids": "*"}, {**row, "id": "fence", "series_ids": "aa*"}])
    with pytest.warns(ForecastWarning, match="1 of 2 events touches none of a, b: 'fence'"):
        fc.backtest("ridge", small, both, ["a", "b"], days, horizon=1)


@dataclass(frozen=True)
class Broken(RandomWalk):
    """Its spread is no number at origins with an odd number of months."""

    def fit_series(self, data):
        fit = super().fit_series(data)
        return SeriesFit(lambda h: (fit.steps(h)[0], np.full(h, np.nan))) if len(data.y) % 2 else fit


@pytest.mark.parametrize("transform", ["log", "none", "box-cox"])
def test_folds_carried_back_together_are_those_of_each(small, events, origins, transform):
    levels = (0.9, 0.1, 0.5)
    models = {"drift": Drift(transform=transform)}
    bt = fc.backtest(models, small, events, ["a", "b"], origins[:4], horizon=3, levels=levels)
    for origin in origins[:4]:
        panel = small.as_of(origin, ["a"])
        alone = Drift(transform=transform).fit(panel).forecast(3, levels).table
        mine = bt.forecasts.query("model == 'drift' and series_id == 'a' and origin == @origin")
        both = mine.merge(alone, on=["series_id", "month", "horizon", "level"])
        assert len(both) == 9 and (both["value_x"] == both["value_y"]).all()


def test_a_fold_that_is_no_number_fails_alone(small, events, origins):
    bt = fc.backtest(
        {"broken": Broken()}, small, events, ["a"], origins[:6], horizon=3, levels=(0.1, 0.5, 0.9)
    )
    mine = bt.folds[bt.folds["model"] == "broken"]
    assert mine["status"].tolist() == ["failed" if n % 2 else "ok" for n in mine["n_months"]]
    assert {"ok", "failed"} == set(mine["status"])
    assert (mine.loc[mine["status"] == "failed", "message"] == "the forecast is not finite").all()
    good = mine.loc[mine["status"] == "ok", "origin"]
    assert set(bt.forecasts.query("model == 'broken'")["origin"]) == set(good)


def test_arrays_and_long_table_say_the_same(small, events, origins):
    bt = fc.backtest({"drift": fc.make_model("drift")}, small, events, ["a", "b"], origins[:3], horizon=2)
    pd.testing.assert_frame_equal(fc.score(bt, small), fc.score(bt.forecasts, small))
    pd.testing.assert_frame_equal(fc.score(bt.quantiles, small), fc.score(bt.forecasts, small))
    pd.testing.assert_frame_equal(fc.accuracy(bt, small), fc.accuracy(bt.forecasts, small))
