"""Automatic orders: R's results on its own examples, R's rules, folds."""

import inspect
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.arima import ArimaFailure, FoldJob, arima, auto_arima, auto_arima_folds
from forecast.arima.kernel import NUMPY
from forecast.arima.optimise import Objective, Optima
from forecast.arima.polynomials import Orders
from forecast.arima.problem import prepare
from forecast.arima.select import away_from_unit_circle, smallest_root
from forecast.arima.solved import batch_of
from forecast.errors import ConfigError, DataError

SERIES = Path(__file__).parents[1] / "oracle" / "data" / "arima_series"
AIR = np.log(pd.read_csv(SERIES / "airpassengers_log.csv")["y"].to_numpy(float))


def read(name):
    return pd.read_csv(SERIES / f"{name}.csv")["y"].to_numpy(float)


def test_air_passengers_get_the_airline_model():
    fit = auto_arima(AIR)
    assert (fit.order, fit.seasonal_order) == ((0, 1, 1), (0, 1, 1, 12))
    assert fit.aicc == pytest.approx(fit.trace["aicc"].min())
    assert fit.loglik == pytest.approx(arima(AIR, (0, 1, 1), (0, 1, 1, 12)).loglik, abs=1e-6)


@pytest.mark.parametrize(("name", "order"), [("lh_ar1", (1, 0, 0)), ("nile_011", (1, 1, 1))])
def test_orders_published_for_r(name, order):
    """What auto.arima of R chooses for lh and Nile."""
    assert auto_arima(read(name), seasonal=1, engine="numpy").order == order


def test_exact_likelihoods_may_find_a_better_model_than_r():
    """R stops at (1,1,1) for WWWusage; the walk over exact likelihoods goes on to a smaller AICc."""
    y = read("wwwusage_310")
    assert auto_arima(y, seasonal=1, engine="numpy").aicc < arima(y, (1, 1, 1), engine="numpy").aicc


def test_a_drift_is_tried_when_differenced_once():
    y = 0.5 * np.arange(120.0) + np.cumsum(np.random.default_rng(0).standard_normal(120))
    fit = auto_arima(y, seasonal=1, d=1, engine="numpy")
    assert "drift" in fit.params
    assert set(fit.trace["constant"]) == {True, False}
    twice = auto_arima(y, seasonal=1, d=2, engine="numpy")
    assert not twice.trace["constant"].any()


def test_the_full_grid_is_at_least_as_good():
    y = read("lh_ar1")
    grid = auto_arima(y, seasonal=1, stepwise=False, max_order=4, engine="numpy")
    step = auto_arima(y, seasonal=1, engine="numpy")
    assert len(grid.trace) > len(step.trace)
    assert (grid.trace["order"].map(sum) <= 4 + grid.order[1]).all()
    assert grid.aicc <= step.aicc + 1e-6


@pytest.mark.parametrize("ic", ["aic", "bic"])
def test_other_criteria(ic):
    fit = auto_arima(read("lh_ar1"), seasonal=1, ic=ic, engine="numpy")
    best = fit.trace[ic].min()  # compared at 1e-6, then searched to the end
    assert best - 1e-5 < getattr(fit, ic) <= best + 1e-9


def test_models_near_the_unit_circle_are_rejected():
    orders = Orders.of((1, 0, 0), (0, 0, 1, 12))
    assert smallest_root(np.array([0.5, 0.2]), orders) > 1.01
    assert smallest_root(np.array([0.995, 0.2]), orders) < 1.01
    # R judges the multiplied-out polynomial: a seasonal root counts with its twelfth root
    assert smallest_root(np.array([0.5, -0.95]), orders) < 1.01
    assert smallest_root(np.array([]), Orders.of((0, 1, 0))) == float("inf")


def test_optima_away_from_the_unit_circle():
    orders = Orders.of((0, 1, 1))
    objective = Objective(batch_of([prepare(FoldJob(AIR), orders)])[0], NUMPY.evaluate)
    x = np.arcsin([[1.0], [0.5], [-0.999], [0.2]])  # coefficients of a moving average
    optima = Optima(x, np.array([-9.0, -8.0, -7.0, -6.0]), np.ones((4, 1, 1)), np.ones(4, dtype=bool))
    assert away_from_unit_circle(optima, objective, -np.inf).tolist() == [1, 3]
    # a nested model of log-likelihood 7.5 leaves no room for one of 6
    assert away_from_unit_circle(optima, objective, 7.5).tolist() == [1]
    assert not len(away_from_unit_circle(optima, objective, 8.5))


def test_folds_choose_like_single_series():
    jobs = [FoldJob(AIR[:n]) for n in range(132, 145, 4)]
    fits = auto_arima_folds(jobs, starts="full")
    for job, fit in zip(jobs, fits, strict=True):
        alone = auto_arima(job.y)
        assert (fit.order, fit.seasonal_order) == (alone.order, alone.seasonal_order)
        assert fit.aicc == pytest.approx(alone.aicc, abs=1e-6)
        assert (fit.nobs, len(fit.trace)) == (alone.nobs, len(alone.trace))


def test_later_folds_have_no_influence():
    jobs = [FoldJob(AIR[:n]) for n in range(120, 145, 2)]
    few, many = auto_arima_folds(jobs[:5]), auto_arima_folds(jobs)
    for first, second in zip(few, many, strict=False):
        assert first.loglik == pytest.approx(second.loglik, abs=1e-7)
        assert first.order == second.order


def test_orders_can_be_kept_for_some_folds():
    jobs = [FoldJob(AIR[:n]) for n in range(130, 140)]
    fits = auto_arima_folds(jobs, every=5)
    for block in (fits[:5], fits[5:]):
        assert len({(fit.order, fit.seasonal_order) for fit in block}) == 1
        assert len(block[0].trace) > len(block[1].trace)
    assert [fit.nobs for fit in fits] == [n - 13 for n in range(130, 140)]


def test_bad_folds_are_failures():
    fits = auto_arima_folds(
        [FoldJob(np.full(60, 2.0)), FoldJob(AIR), FoldJob(np.full(60, np.nan)), FoldJob(AIR[:1])]
    )
    assert [isinstance(fit, ArimaFailure) for fit in fits] == [False, False, True, True]
    assert all(fit.message for fit in fits if isinstance(fit, ArimaFailure))
    assert fits[0].warnings[0].startswith("exact: every value is 2")
    with pytest.raises(DataError, match="no known month"):
        auto_arima(np.full(60, np.nan))


def test_missing_months_and_priors_pass_through():
    y = AIR.copy()
    y[[30, 90]] = np.nan
    x = np.random.default_rng(0).standard_normal((144, 1))
    fit = auto_arima(y, xreg=x, xreg_prior=([0.0], [0.05]), d=1, D=1)
    assert fit.nobs == 144 - 13 - 2
    assert fit.problem.shrunk.size == 1


@pytest.mark.parametrize(("changes", "word"), [({"ic": "aci"}, "aicc"), ({"engine": "statsmodels"}, "exact")])
def test_wrong_words(changes, word):
    with pytest.raises(ConfigError, match=word):
        auto_arima(AIR, **changes)


def test_many_series_are_searched_like_one():
    alone, many = (inspect.signature(f).parameters for f in (auto_arima, auto_arima_folds))
    shared = [name for name in alone if name in many]
    assert {name: alone[name].default for name in shared} == {name: many[name].default for name in shared}
    assert "max_order" in shared and "stepwise" in shared


@pytest.mark.parametrize("given", [{"seasonal": 0}, {"seasonal": -5}, {"max_order": -1, "stepwise": False}])
def test_a_season_and_orders_that_mean_nothing_are_refused(given):
    with pytest.raises(ConfigError, match="expected a season of at least 1"):
        auto_arima(np.arange(40.0), **given)


def test_a_fold_that_cannot_have_the_constant_of_another_takes_its_orders_without_it(rng):
    once = 0.5 * np.arange(120.0) + np.cumsum(rng.standard_normal(120))
    twice = np.cumsum(np.cumsum(rng.standard_normal(120)))
    first, second = auto_arima_folds([FoldJob(once), FoldJob(twice)], seasonal=1, every=2, engine="numpy")
    assert "drift" in first.params and first.order[1] == 1
    assert "drift" not in second.params and second.order == (first.order[0], 2, first.order[2])
