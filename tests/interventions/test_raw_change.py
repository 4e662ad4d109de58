"""What the counts did as an event began, worked out by hand."""

import numpy as np
import pytest

import forecast as fc
from forecast.interventions.raw_change import group_change, raw_change
from interventions_helpers import MODELS, calendar, panel_of, study_of


def test_three_months_against_the_three_before_and_the_same_months_of_earlier_years():
    values = np.full(72, 100.0)
    values[60:63] = 150, 160, 170
    values[48:51] = 110.0  # a year before: +10 %
    values[36:39] = 130.0  # two years before: +30 %; the other two years: none
    found = raw_change(values, 60, 60)
    assert found.change == pytest.approx(60.0) and found.months == 3
    assert (found.usual, found.years) == (pytest.approx(5.0), 4)


def test_with_fewer_months_both_sides_are_told_of_what_is_there():
    values = np.full(20, 100.0)
    values[18:] = 50.0
    found = raw_change(values, 18, 18)
    assert (found.change, found.months, found.years) == (-50.0, 2, 1)
    assert np.isnan(raw_change(values, 2, 2).change)  # no three months before
    assert np.isnan(raw_change(values, 20, 20).change)  # none after
    values[17] = np.nan
    assert np.isnan(raw_change(values, 18, 18).change)


@pytest.mark.parametrize(("day", "change"), [("2010-03-24", 80.0), ("2010-03-25", 100.0)])
def test_the_month_of_a_late_start_is_on_neither_side(tmp_path, day, change):
    values = 1000.0 + np.random.default_rng(3).normal(0, 0.01, 180)
    values[122:] = 2000.0 + np.random.default_rng(4).normal(0, 0.01, 58)  # from March 2010 on
    values[122] = 1400.0
    event = {"id": "law", "effective_start": day, "shape": "step"}
    study = study_of(panel_of(values), calendar(tmp_path, event), fc.make_model("arima", **MODELS["white"]))
    (group,) = study.regression.groups
    assert group_change(study.regression, group).change == pytest.approx(change, abs=0.01)
