"""Columns that cannot be separated as a set, by hand."""

import numpy as np
import pytest

from forecast.events.collinear import (
    CONDITION,
    airline_differences,
    dependent_sets,
    one_effect,
)


def pair(r):
    """Two columns of unit length with correlation r: singular values sqrt(1 + r) and sqrt(1 - r)."""
    return np.array([[1.0, r], [0.0, np.sqrt(1.0 - r * r)], [0.0, 0.0]])


def test_a_pair_is_a_set_just_above_thirty_and_not_just_below():
    r = (CONDITION**2 - 1) / (CONDITION**2 + 1)
    assert dependent_sets(pair(r - 1e-4)) == []
    ((places, index),) = dependent_sets(pair(r + 1e-4))
    assert places == (0, 1) and index == pytest.approx(np.sqrt((2 + 1e-4 + r - 1) / (1 - r - 1e-4)))
    # whatever their units
    assert dependent_sets(pair(r + 1e-4) * [3.0, 0.01])[0][1] == pytest.approx(index)
    assert dependent_sets(pair(-r - 1e-4))[0][0] == (0, 1)


def test_a_sum_of_two_is_found_though_no_pair_is_alike():
    a, b, c, d = np.eye(6)[:4]
    rest = 0.01 * np.eye(6)[4]
    columns = np.array([a, d, b, a + b + rest]).T
    ((places, index),) = dependent_sets(columns)
    assert places == (0, 2, 3)
    # a, b and their scaled sum: eigenvalues 2, 1 and, to first order, rest^2 / 4
    assert index == pytest.approx(np.sqrt(2 / (0.01**2 / 4)), rel=0.01)
    assert dependent_sets(np.array([a, b, c, a + b + 0.5 * d]).T) == []


def test_two_dependencies_without_a_common_column_are_two_sets():
    a, b, c, d = np.eye(4)
    columns = np.array([a, c, b, a + b, d, c - d]).T
    assert [places for places, _ in dependent_sets(columns)] == [(0, 2, 3), (1, 4, 5)]


def test_columns_without_change_and_more_columns_than_months():
    a, b = np.eye(2)
    assert dependent_sets(np.array([a, 0 * a, b]).T) == []
    assert dependent_sets(np.zeros((0, 3))) == []
    assert [places for places, _ in dependent_sets(np.array([a, b, a + b]).T)] == [(0, 1, 2)]


def test_differences_are_those_of_the_airline_model():
    step = np.zeros((20, 1))
    step[3:] = 1.0
    made = airline_differences(step)
    assert made.shape == (7, 1)
    # month 13 is the first; (1 - B)(1 - B^12) of a step in month 3 is 1 there and -1 a year later
    assert made[:, 0].tolist() == [0, 0, -1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("signs", "starts", "may"),
    [
        ([-1, -1], [5, 6], True),
        ([-1, 0], [5, 5], True),
        ([-1, 1], [5, 5], False),
        ([-1, -1, -1], [5, 6, 7], False),
    ],
)
def test_one_effect_needs_one_direction_and_one_start(signs, starts, may):
    assert one_effect(signs, starts) is may
