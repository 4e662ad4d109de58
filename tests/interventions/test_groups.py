import numpy as np
import pytest

from forecast.interventions.regression import Group
from interventions_helpers import calendar, panel_of, study_of


def groups_of(tmp_path, *rows):
    y = np.exp(9 + np.cumsum(np.random.default_rng(5).normal(0, 0.05, 120)))
    rows = [{"shape": "step", **row} for row in rows]
    return study_of(panel_of(y), calendar(tmp_path, *rows)).regression.groups


def test_events_years_apart_stay_two_in_the_order_of_their_months(tmp_path):
    late, early = (
        {"id": "late", "effective_start": "2007-01-01"},
        {"id": "early", "effective_start": "2004-01-01"},
    )
    assert [g.label for g in groups_of(tmp_path, late, early)] == ["early", "late"]


def test_nearly_the_same_months_are_one_column_with_a_reason(tmp_path):
    a, b = {"id": "a", "effective_start": "2005-01-02"}, {"id": "b", "effective_start": "2005-01-01"}
    (both,) = groups_of(tmp_path, a, b)
    assert set(both.members) == {"a", "b"} and both.why and both.columns.shape[1] == 1


def test_one_bundle_is_one_group(tmp_path):
    a = {"id": "a", "effective_start": "2004-01-01", "bundle": "x"}
    b = {"id": "b", "effective_start": "2006-06-01", "bundle": "x"}
    assert len(groups_of(tmp_path, a, b)) == 1


def test_weights_of_one_column_and_of_several():
    columns = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 0.5]])
    two = Group("g", ("a", "b"), columns, columns[:0], np.zeros((2, 2)))
    assert two.terms == ("g (1)", "g (2)") and two.active.tolist() == [1, 2]
    assert two.combine == pytest.approx([1.0, 0.25]) and two.reach.tolist() == [0.0, 1.0, 1.0]
    one = Group("g", ("a",), columns[:, 1:], columns[:0, 1:], np.zeros((1, 2)))
    assert one.combine.tolist() == [1.0] and one.reach.tolist() == [0.0, 0.0, 0.5]


def test_a_placebo_has_the_months_of_the_event_elsewhere():
    columns = np.array([[0.0], [0.0], [0.4], [1.0], [1.0]])
    moved = Group("g", ("a",), columns, columns[:0], np.zeros((1, 2))).moved(0, 2)
    assert moved.columns.ravel().tolist() == [0.4, 1.0, 0.0, 0.0, 0.0]
