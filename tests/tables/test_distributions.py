"""One distribution for ranges, chances and paths: it hits the printed quantiles, and back."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from forecast.postprocess.intervals import add_intervals
from forecast.tables.distributions import distributions, score_of, values_at
from tables_helpers import figures, forecasts, random_walk, walk

AT = ndtri(np.array([0.1, 0.5, 0.9]))
VALUES = np.array([2.0, 3.0, 5.0])


def test_it_hits_its_quantiles_and_goes_back():
    np.testing.assert_allclose(values_at(AT, AT, VALUES), VALUES)
    scores = np.linspace(-4.0, 4.0, 41)
    values = values_at(scores, AT, VALUES)
    assert (np.diff(values) > 0).all()
    np.testing.assert_allclose([score_of(v, AT, VALUES) for v in values], scores, atol=1e-12)


def test_a_tail_runs_through_the_median_and_the_end():
    slope = (VALUES[2] - VALUES[1]) / (AT[2] - AT[1])
    assert values_at(np.array([3.0]), AT, VALUES)[0] == pytest.approx(VALUES[2] + slope * (3.0 - AT[2]))


def test_an_end_without_tail_is_never_passed():
    flat = np.array([3.0, 3.0, 5.0])
    assert score_of(2.9, AT, flat) == -np.inf
    assert values_at(np.array([-5.0]), AT, flat)[0] == 3.0


def test_of_counts_the_same_at_several_levels_less_and_more_leave_room_between():
    at, counts = ndtri(np.array([0.1, 0.3, 0.5, 0.7, 0.9])), np.array([2.0, 2.0, 3.0, 3.0, 5.0])
    less, more = (ndtr(score_of(3.0, at, counts, below)) for below in (True, False))
    assert (less, more) == (pytest.approx(0.5), pytest.approx(0.7))  # 3 itself: 20 of 100
    assert score_of(4.0, at, counts) == score_of(4.0, at, counts, below=True)
    flat = np.zeros(5)
    assert (score_of(0.0, at, flat, below=True), score_of(0.0, at, flat)) == (-np.inf, np.inf)


@pytest.fixture(scope="module")
def row():
    obs = figures({"s": walk(140)})
    table, _ = add_intervals(forecasts(obs, {"rw": random_walk}, horizon=6), obs)
    (made,) = distributions(table, obs)
    return made


def test_chances_agree_with_the_printed_quantiles(row):
    for level in (0.1, 0.5, 0.9):
        at = int(np.argmin(np.abs(row.levels - level)))
        chance = row.chance_above(np.exp(row.quantiles[:, :, at]))
        np.testing.assert_allclose(chance[row.given], 1 - level, atol=1e-9)
    assert np.isnan(row.chance_above(np.full(row.months.shape, 100.0))[~row.given]).all()


def test_without_an_80_percent_range_nothing_is_given():
    """A table of medians, or one whose levels are all narrower: no level stands in for another."""
    obs = figures({"s": walk(80)})
    medians = forecasts(obs, {"rw": random_walk}, horizon=2)
    wide, _ = add_intervals(medians, obs)
    for table in (medians, wide[wide["level"].between(0.2, 0.8)]):
        (made,) = distributions(table, obs)
        assert not made.given.any() and np.isnan(made.chance_above(np.full(made.months.shape, 9.0))).all()


def test_draws_have_the_printed_quantiles(row):
    scores = np.repeat(ndtri((np.arange(2000) + 0.5) / 2000)[:, None], 6, axis=1)
    drawn = row.draw(139, scores)
    printed = np.exp(row.quantiles[139])
    for k in np.flatnonzero((row.levels > 0.04) & (row.levels < 0.96)):
        np.testing.assert_allclose(np.quantile(drawn, row.levels[k], axis=0), printed[:, k], rtol=2e-3)


def test_figures_are_those_known_at_the_origin(row):
    months = row.errors.arrays.last[:, None] + np.array([0, 1])
    found = row.known_at(months)
    assert np.isfinite(found[:, 0]).all() and np.isnan(found[:, 1]).all()
    last = int(row.errors.arrays.last[50])
    assert row.sum_known(50, np.arange(last - 2, last + 1)) == row.known_at(months - 2)[50, 0] + np.sum(
        row.known_at(months - 1)[50]
    )
    assert np.isnan(row.sum_known(50, np.array([last + 1]))) and row.sum_known(50, np.array([], int)) == 0


def test_a_level_is_supported_where_every_month_has_it(row):
    t = int(np.flatnonzero(np.isnan(row.quantiles).any(axis=(1, 2)) & row.given.all(axis=1))[0])
    has = np.isfinite(row.quantiles[t]).all(axis=0)
    assert row.supported(t, 6) == frozenset(np.round(row.levels[has], 9).tolist()) and not has.all()


def test_zeros_stay_zero_and_scores_of_them_are_finite():
    obs = figures({"s": np.array([3, 0, 2, 1, 0, 4] * 10)})
    table, _ = add_intervals(forecasts(obs, {"rw": random_walk}, horizon=3), obs)
    (made,) = distributions(table, obs)
    drawn = made.draw(59, np.repeat(ndtri((np.arange(200) + 0.5) / 200)[:, None], 3, axis=1))
    assert (drawn >= 0).all() and (drawn == 0).any()
    chance = made.chance_above(np.full(made.months.shape, 2.0))[59]
    assert ((chance > 0) & (chance < 1)).all()
    assert ndtr(0.0) == 0.5
