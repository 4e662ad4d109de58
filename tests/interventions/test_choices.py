"""What a specification curve varies."""

import numpy as np
import pytest

import forecast as fc
from forecast.config.settings import SpecificationSpec
from forecast.interventions.choices import AIRLINE, beside_sets, ordered, shaped
from interventions_helpers import calendar, noise, panel_of, study_of

LAW = {"id": "law", "effective_start": "2010-03-01", "shape": "step"}
LATER = {"id": "later", "effective_start": "2011-06-01", "shape": "step"}
OLD = {"id": "old", "effective_start": "2003-06-01", "end_date": "2004-12-31", "shape": "step"}
GIVEN = fc.make_model("arima", order=(1, 1, 0), seasonal_order=None)


@pytest.fixture
def regression(tmp_path):
    y = np.exp(9 + noise("walk", 180, np.random.default_rng(3)))
    return study_of(panel_of(y), calendar(tmp_path, LAW, LATER, OLD), GIVEN).regression


def test_orders_are_the_given_ones_and_those_of_the_airline_model(regression):
    made, failed = ordered(regression, SpecificationSpec(order=("given", "airline")), GIVEN)
    assert failed == []
    assert made["given"].model.order == (1, 1, 0)
    assert (made["airline"].model.order, made["airline"].model.seasonal_order) == AIRLINE


def test_a_decay_is_tried_with_each_factor_and_a_step_once(regression):
    law = regression.group("law")
    chosen = SpecificationSpec(decay=(0.5, 0.9))
    assert [factor for factor, _ in shaped(regression, law, "decay", chosen)] == [0.5, 0.9]
    ((_, same),) = shaped(regression, law, "own", chosen)
    assert same is law
    ((_, step),) = shaped(regression, law, "step", chosen)
    assert step.columns == pytest.approx(law.columns)


def test_each_other_event_that_overlaps_is_left_out_in_turn(regression):
    sets = beside_sets(regression, regression.group("law"), SpecificationSpec())
    assert {name: [g.name for g in groups] for name, groups in sets.items()} == {
        "all": ["old", "later"],
        "without_later": ["old"],
        "none": [],
    }
