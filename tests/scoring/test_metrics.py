"""Measures of error at values that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.config.settings import LEVELS
from forecast.scoring import metrics as m
from forecast.tables.levels import central_pairs, range_levels


def test_errors():
    assert m.absolute_error([1, 5], [3, 3]).tolist() == [2, 2]
    assert m.squared_error([1, 5], [3, 2]).tolist() == [4, 9]
    assert m.percentage_error([50, 0], [60, 1]).tolist() == [20, np.inf]


def test_wis_of_the_median_alone_is_the_absolute_error():
    assert m.wis([3.0], [[5.0]], [0.5]).tolist() == [2.0]


def test_parts_of_wis_add_up_and_lie_on_the_right_side():
    q = np.sort(np.random.default_rng(0).normal(0, 1, len(LEVELS)))
    y = np.array([-4.0, q[11], 4.0])
    spread, over, under = m.wis_parts(y, np.tile(q, (3, 1)), LEVELS)
    assert (spread + over + under).tolist() == pytest.approx(m.wis(y, np.tile(q, (3, 1)), LEVELS).tolist())
    assert over[0] > 0 and under[0] == 0  # outcome below: the forecast was too high
    assert over[2] == 0 and under[2] > 0
    assert over[1] == under[1] == 0 and spread[1] > 0


def test_wis_refuses_levels_that_are_not_pairs():
    with pytest.raises(ValueError, match="central pairs"):
        m.wis([1.0], [[1.0, 2.0]], [0.5, 0.9])


def test_crps_of_a_point_forecast_is_the_absolute_error():
    levels = np.array([0.1, 0.5, 0.9])
    assert m.crps_from_quantiles([3.0], [[5.0, 5.0, 5.0]], levels).tolist() == pytest.approx([2.0])


def test_covered_counts_the_ends_and_keeps_missing_ranges_missing():
    assert m.covered([1.0, 2.0, 0.5], [1.0, 1.0, 1.0], [2.0, 2.0, 2.0]).tolist() == [1, 1, 0]
    assert np.isnan(m.covered([1.0], [np.nan], [2.0])).all()
    assert m.coverage([1.0, 9.0, 3.0], [0, 0, np.nan], [2, 2, 4]) == 0.5
    assert np.isnan(m.coverage([1.0], [np.nan], [2.0]))


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (10, 10), (7, 10), (99, 127)])
def test_coverage_interval_is_clopper_pearson(hits, n):
    from scipy import stats

    exact = stats.binomtest(hits, n).proportion_ci(method="exact")
    assert m.coverage_interval(hits / n, n) == pytest.approx((exact.low, exact.high))


def test_coverage_interval_of_nothing_is_missing():
    assert np.isnan(m.coverage_interval(0.5, 0)).all()


def test_mase_scale_is_missing_when_it_cannot_be():
    assert np.isnan(m.mase_scale(np.arange(12.0)))
    assert np.isnan(m.mase_scale(np.ones(40)))
    assert m.mase_scale(np.arange(24.0)) == 12


def test_central_pairs_leave_single_levels_out():
    assert central_pairs([0.025, 0.1, 0.5, 0.975]) == [(0, 3, 0.05)]
    assert range_levels(0.95) == (0.025, 0.975)


def test_the_sample_score_is_unbiased_where_asked():
    # E|X - 0| is 2; half of E|X - X'| is 2/4 over all pairs, and 2/2 over pairs of two draws
    assert m.crps_from_sample(0.0, [1.0, 3.0]).item() == 1.5
    assert m.crps_from_sample(0.0, [1.0, 3.0], fair=True).item() == 1.0


def test_mase_scale_leaves_out_what_is_missing():
    assert m.mase_scale([1.0, np.nan, 3.0, 4.0, 6.0], season=1) == 1.5
    assert np.isnan(m.mase_scale([1.0, np.nan, 3.0, np.nan], season=1))
