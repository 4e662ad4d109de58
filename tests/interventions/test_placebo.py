"""Placebo in time: which months are ordinary, what is compared, and the counts that follow."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.arima import arima
from forecast.interventions.placebo import MONTHS_BEFORE, ordinary_months
from forecast.interventions.regression import PLACEBO
from interventions_helpers import MODELS, calendar, noise, panel_of, study_of

N = 160
WALK = MODELS["walk"]
LAW = {"id": "law", "effective_start": "2010-03-11", "end_date": "2010-08-20", "shape": "step"}


def figures(seed=0, size=0.0):
    y = noise("walk", N, np.random.default_rng(seed))
    y[122:128] += size
    return np.exp(9 + y)


def test_ordinary_months_are_more_than_three_from_every_start_of_first_rank(tmp_path):
    events = calendar(
        tmp_path,
        LAW,
        {"id": "early", "effective_start": "2005-01-31", "shape": "step", "priority": 1},
        {"id": "minor", "effective_start": "2007-01-31", "shape": "step", "priority": 2},
    )
    regression = study_of(panel_of(figures()), events, model=fc.make_model("arima", **WALK)).regression
    places = ordinary_months(regression, regression.group("law"))
    gone = set(range(160)) - set(places.tolist())
    assert gone == {*range(57, 64), *range(119, 126)}  # January 2005 and March 2010, three months around each


def test_the_event_itself_counts_whatever_its_rank(tmp_path):
    events = calendar(tmp_path, {**LAW, "priority": 3})
    regression = study_of(
        panel_of(figures()), events, model=fc.make_model("arima", **WALK), always=("law",)
    ).regression
    assert set(range(119, 126)).isdisjoint(ordinary_months(regression, regression.group("law")).tolist())


def test_each_placebo_is_the_same_dummy_in_a_sample_that_ends_with_it(tmp_path):
    y, events = figures(), calendar(tmp_path, LAW)
    result = study_of(panel_of(y), events, fc.make_model("arima", **WALK)).placebo("law")
    profile = np.array([21 / 31, 1, 1, 1, 1, 20 / 31])
    row = result.table.iloc[17]
    place = (row["month"] - pd.Period("2000-01", "M")).n
    column = np.zeros(place + 6)
    column[place:] = profile
    fit = arima(np.log(y[: place + 6]), (0, 1, 1), xreg=column)
    assert row["estimate"] == pytest.approx(fit.params["x1"], abs=1e-4)
    near = fit.residuals[max(place - 36, 0) :]
    known = int(np.isfinite(near).sum())
    se = fit.bse["x1"] * np.sqrt(np.nansum(near**2) / (known - 1) / np.nanmean(fit.residuals**2))
    assert row["t"] == pytest.approx(fit.params["x1"] / se, rel=1e-3)
    assert (result.table["month"].min() - pd.Period("2000-01", "M")).n == MONTHS_BEFORE
    assert (result.table["month"].max() - pd.Period("2000-01", "M")).n == N - 6


def test_the_event_is_compared_on_the_same_terms(tmp_path):
    y = figures(size=-0.5)
    result = study_of(panel_of(y), calendar(tmp_path, LAW), fc.make_model("arima", **WALK)).placebo("law")
    column = np.zeros(128)
    column[122:] = [21 / 31, 1, 1, 1, 1, 20 / 31]
    assert result.estimate == pytest.approx(
        arima(np.log(y[:128]), (0, 1, 1), xreg=column).params["x1"], abs=1e-4
    )
    later = y.copy()
    later[128:] *= 5.0
    again = study_of(panel_of(later), calendar(tmp_path, LAW), fc.make_model("arima", **WALK)).placebo("law")
    assert again.estimate == pytest.approx(result.estimate, abs=1e-4)


def test_p_counts_estimates_at_least_as_large_either_way(tmp_path):
    result = study_of(
        panel_of(figures(4, -0.12)), calendar(tmp_path, LAW), fc.make_model("arima", **WALK)
    ).placebo("law")
    large = np.abs(result.table["t"]) >= abs(result.t)
    assert result.table["as_large"].tolist() == large.tolist()
    assert (result.larger, result.n) == (int(large.sum()), len(result.table))
    assert result.p == pytest.approx((1 + large.sum()) / (1 + len(large)))
    recent = result.table["month"] > pd.Period("2013-04", "M") - 120
    assert result.table["recent"].tolist() == recent.tolist()
    assert result.p_recent == pytest.approx((1 + large[recent].sum()) / (1 + recent.sum()))
    se = result.estimate / result.t
    assert result.lower == pytest.approx(se * np.quantile(result.table["t"], 0.05))


def test_a_large_effect_stands_out_and_none_does_not(tmp_path):
    events, model = calendar(tmp_path, LAW), fc.make_model("arima", **WALK)
    assert study_of(panel_of(figures(1, -0.8)), events, model).placebo("law").larger == 0
    assert study_of(panel_of(figures(1, 0.0)), events, model).placebo("law").p > 0.05


def test_fewer_than_twenty_are_too_few(tmp_path):
    long = {"id": "law", "effective_start": "2004-01-01", "shape": "step"}
    result = study_of(panel_of(figures()), calendar(tmp_path, long), fc.make_model("arima", **WALK)).placebo(
        "law"
    )
    assert result.n < 20
    assert np.isnan(result.p)
    assert np.isnan(result.lower)


def test_other_events_stay_in_the_model(tmp_path):
    y = figures(2)
    y[70:] *= np.exp(1.0)
    alone, both = calendar(tmp_path, LAW), None
    first = study_of(panel_of(y), alone, fc.make_model("arima", **WALK)).placebo("law")
    both = calendar(tmp_path, LAW, {"id": "shift", "effective_start": "2005-11-01", "shape": "step"})
    second = study_of(panel_of(y), both, fc.make_model("arima", **WALK)).placebo("law")
    assert second.table["estimate"].std() < 0.7 * first.table["estimate"].std()


def test_a_group_of_several_columns_moves_as_one(tmp_path):
    events = calendar(
        tmp_path,
        {**LAW, "bundle": "b"},
        {
            "id": "news",
            "effective_start": "2010-04-20",
            "end_date": "2010-05-20",
            "shape": "pulse",
            "bundle": "b",
        },
    )
    regression = study_of(panel_of(figures()), events, model=fc.make_model("arima", **WALK)).regression
    group = regression.group("news")
    assert group.columns.shape[1] == 2
    moved = group.moved(50, 6)
    assert moved.name == PLACEBO
    np.testing.assert_array_equal(moved.columns[50:56], group.columns[122:128])
    assert moved.columns[:50].sum() == moved.columns[56:].sum() == 0
    np.testing.assert_allclose(moved.combine, group.combine)


@pytest.mark.proof
def test_p_is_uniform_without_an_effect(tmp_path):
    """500 simulated series without any effect: p values are uniform, as far as discreteness allows."""
    events, model = calendar(tmp_path, LAW), fc.make_model("arima", order=(0, 1, 1), seasonal_order=None)
    values = []
    for seed in range(500):
        y = np.exp(9 + noise("walk", N, np.random.default_rng(90_000 + seed)))
        values.append(study_of(panel_of(y), events, model).placebo("law").p)
    below = np.array([[np.mean(np.array(values) <= level)] for level in (0.05, 0.1, 0.25, 0.5, 0.75, 0.9)])
    expected = np.array([0.05, 0.1, 0.25, 0.5, 0.75, 0.9])
    band = 3.3 * np.sqrt(expected * (1 - expected) / 500)
    assert (np.abs(below[:, 0] - expected) < band).all(), below[:, 0]
