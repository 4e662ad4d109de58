"""Quantile levels and the central ranges that they bound."""

import numpy as np
import pytest

from forecast.tables.levels import central_pairs, range_levels


def test_pairs_stand_widest_first_and_a_level_without_its_other_end_has_none():
    assert central_pairs([0.025, 0.1, 0.3, 0.5, 0.9, 0.975]) == [(0, 5, 0.05), (1, 4, 0.2)]
    assert central_pairs([0.5]) == [] and central_pairs([0.1, 0.5]) == []


def test_positions_are_those_of_the_levels_as_given():
    assert central_pairs([0.9, 0.5, 0.1]) == [(2, 0, 0.2)]


def test_a_level_that_arithmetic_made_is_the_one_that_was_meant():
    assert central_pairs(np.array([1 - 0.9, 0.5, 0.3 * 3])) == [(0, 2, 0.2)]


def test_the_list_is_the_callers_own():
    central_pairs([0.1, 0.9]).clear()
    assert central_pairs([0.1, 0.9]) == [(0, 1, 0.2)]


@pytest.mark.parametrize(
    ("central", "ends"), [(0.5, (0.25, 0.75)), (0.8, (0.1, 0.9)), (0.95, (0.025, 0.975)), (0.9, (0.05, 0.95))]
)
def test_a_central_range_leaves_half_of_the_rest_at_each_end(central, ends):
    assert range_levels(central) == ends
