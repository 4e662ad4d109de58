"""Profiles of decay and anticipation."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.arima import arima
from forecast.errors import ConfigError
from forecast.events.shapes import response as shape_response
from forecast.interventions.profiles import decay_profile, lead_profile
from interventions_helpers import MODELS, calendar, noise, panel_of, study_of

N = 180
MONTHS = pd.period_range("2000-01", periods=N, freq="M")
LAW = {"id": "law", "effective_start": "2010-03-01", "shape": "decay"}
MODEL = fc.make_model("arima", **MODELS["white"])


def figures(shape, size=-0.8, seed=5, **more):
    weight = shape_response(shape, more.pop("start", "2010-03-01"), MONTHS, **more).to_numpy()
    return np.exp(9 + noise("white", N, np.random.default_rng(seed)) + size * weight)


def test_the_planted_factor_is_found_and_lies_in_its_range(tmp_path):
    profile = study_of(panel_of(figures("decay", decay=0.8)), calendar(tmp_path, LAW), MODEL).profiles("law")[
        0
    ]
    low, high = profile.ranges[0.95]
    assert low < 0.8 < high
    assert high - low < 0.2
    assert 0.7 < profile.best < 0.9
    assert profile.words == "decay"


def test_the_range_is_where_the_likelihood_falls_by_half_a_chi_squared_point(tmp_path):
    y = figures("decay", decay=0.8)
    profile = study_of(panel_of(y), calendar(tmp_path, LAW), MODEL).profiles("law")[0]
    top = profile.table["loglik"].max()
    for end in profile.ranges[0.95]:
        weight = shape_response("decay", "2010-03-01", MONTHS, decay=end).to_numpy()
        fall = top - arima(np.log(y), (0, 0, 0), xreg=weight).loglik
        assert fall == pytest.approx(1.92, abs=0.1)


def test_a_step_is_a_factor_of_one(tmp_path):
    y = figures("step")
    profile = study_of(panel_of(y), calendar(tmp_path, LAW), MODEL).profiles("law")[0]
    assert profile.best == 1.0
    assert profile.words == "lasting"
    last = profile.table.iloc[-1]
    weight = shape_response("step", "2010-03-01", MONTHS).to_numpy()
    assert last["loglik"] == pytest.approx(arima(np.log(y), (0, 0, 0), xreg=weight).loglik, abs=1e-6)


def test_nothing_to_tell_is_said(tmp_path):
    short = figures("decay", decay=0.8, size=-0.02)[:124]
    profile = study_of(panel_of(short), calendar(tmp_path, LAW), MODEL).profiles("law")[0]
    assert profile.words == "unknown"


def test_anticipation_is_found_but_never_before_the_event_was_usable(tmp_path):
    y = figures("step", start="2010-01-01")
    known = calendar(tmp_path, {**LAW, "shape": "step", "usable_from": "2009-06-01"})
    profile = study_of(panel_of(y), known, MODEL).profiles("law")[1]
    assert profile.best == 2.0
    late = calendar(tmp_path, {**LAW, "shape": "step", "usable_from": "2010-02-01"})
    profile = study_of(panel_of(y), late, MODEL).profiles("law")[1]
    assert profile.best == 1.0
    assert (profile.table["note"] == "not_sooner").tolist() == [False, False, True, True]
    never = calendar(tmp_path, {**LAW, "shape": "step", "usable_from": "2010-03-01"})
    assert study_of(panel_of(y), never, MODEL).profiles("law")[1].words == "not_before"


def test_wrong_words(tmp_path):
    study = study_of(panel_of(figures("step")), calendar(tmp_path, LAW), MODEL)
    regression = study.regression
    with pytest.raises(ConfigError, match="factors between 0 and 1"):
        decay_profile(regression, regression.group("law"), grid=(0.5, 1.2))
    with pytest.raises(ConfigError, match="'lav' is no effect"):
        study.profiles("lav")
    with pytest.raises(ConfigError, match="most: 0"):
        lead_profile(regression, regression.group("law"), most=0)
