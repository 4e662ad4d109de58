"""A study answers each question from one regression; an event that is named stays in it."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.config.settings import SpecificationSpec
from forecast.errors import ConfigError
from forecast.events.design import Design
from forecast.interventions.effects import effects
from interventions_helpers import MODELS, calendar, noise, panel_of, study_of

N = 120
LAW = {"id": "law", "effective_start": "2006-03-01", "shape": "step"}
MINOR = {
    "id": "minor",
    "effective_start": "2003-06-01",
    "end_date": "2004-03-31",
    "shape": "step",
    "priority": 3,
}
MODEL = fc.make_model("arima", **MODELS["walk"])


def figures():
    return np.exp(9 + noise("walk", N, np.random.default_rng(3)) - 0.6 * (np.arange(N) >= 74))


@pytest.fixture
def study(tmp_path):
    return study_of(panel_of(figures()), calendar(tmp_path, LAW, MINOR), MODEL)


def test_effects_are_those_of_the_public_function(study):
    mine = study.effects(placebo=False)
    public = effects(study.panel, study.events, MODEL, coding="rule", placebo=False)
    pd.testing.assert_frame_equal(mine, public)
    assert set(mine["event"]) == {"law"}


def test_an_event_that_is_named_stays_whatever_its_rank(study):
    assert study.placebo("minor").event == "minor"
    assert set(study.counterfactual("minor", draws=20)["event"]) == {"minor"}
    assert set(study.counterfactual(draws=20)["event"]) == {"law"}
    assert [p.what for p in study.profiles("minor")] == ["decay", "lead"]
    few = SpecificationSpec(
        order=("given",), transform=("log",), window=(None,), shape=("own",), beside=("all",)
    )
    assert [c.event for c in study.robustness("law", "minor", choices=few)] == ["law", "minor"]


def test_columns_given_by_hand_can_be_studied_but_their_shape_stays():
    months = pd.period_range("2000-01", periods=N + 12, freq="M")
    step = pd.DataFrame({"law": (np.arange(N + 12) >= 74).astype(float)}, index=months)
    study = study_of(panel_of(figures()), Design.from_frames(step.iloc[:N], step.iloc[N:]), MODEL)
    assert study.placebo("law").n > 0
    for asked in (study.profiles, study.robustness):
        with pytest.raises(ConfigError, match="given by hand"):
            asked("law")
