"""Joint paths: exact margins, the rank order of past errors, and nothing from the future."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from forecast.postprocess.intervals import add_intervals
from forecast.postprocess.paths import (
    ENOUGH_PATHS,
    PathMaker,
    noise,
    random_walk,
    shuffled,
    spread_evenly,
)
from forecast.tables.distributions import distributions
from tables_helpers import figures, forecasts, walk
from tables_helpers import random_walk as last_value


def test_steps_come_in_pairs_of_opposite_sign():
    drawn = noise(6, 2, 3, seed=1)
    assert drawn.shape == (6, 2, 3)
    np.testing.assert_array_equal(drawn[:3], -drawn[3:])


def test_a_random_walk_has_unit_variance_and_its_correlations():
    scores = random_walk(noise(20_000, 4, seed=2))
    np.testing.assert_allclose(scores.std(axis=0), 1.0, atol=0.02)
    assert np.corrcoef(scores.T)[0, 3] == pytest.approx(0.5, abs=0.02)


def test_margins_are_exact():
    rng = np.random.default_rng(3)
    even = (np.arange(60) + 0.5) / 60
    for scores in (shuffled(rng.normal(size=(20, 3)), 60, seed=1), spread_evenly(rng.normal(size=(60, 3)))):
        np.testing.assert_allclose(np.sort(ndtr(scores), axis=0), np.tile(even[:, None], (1, 3)), atol=1e-9)


def test_paths_have_the_rank_order_of_the_past():
    rng = np.random.default_rng(4)
    first = rng.normal(size=(50, 1))
    past = np.hstack([first, -first, first + 0.1 * rng.normal(size=(50, 1))])
    correlation = np.corrcoef(shuffled(past, 1000, seed=1).T)
    assert correlation[0, 1] < -0.99 and correlation[0, 2] > 0.95
    assert len(shuffled(past, 120, seed=1)) == 150  # the next multiple of the past paths


@pytest.fixture(scope="module")
def row():
    obs = figures({"s": walk(120)})
    table, _ = add_intervals(forecasts(obs, {"rw": last_value}, horizon=4), obs)
    (made,) = distributions(table, obs)
    return made


def test_with_too_few_past_paths_months_walk_at_random(row):
    maker = PathMaker(row, 400, seed=1)
    made = {t: maker.at(t) for t in range(120)}
    assert made[0] is None  # no ranges yet
    for t, paths in made.items():
        if paths is not None:
            # the errors of origin u are complete when its fourth month is out
            assert paths.n_past == max(t - 3, 0)
            assert paths.dependence == ("past_errors" if paths.n_past >= ENOUGH_PATHS else "random_walk")
            assert len(paths.values) >= 400


def test_the_same_again(row):
    one, two = (PathMaker(row, 300, seed=5).at(100) for _ in range(2))
    assert one is not None and two is not None
    np.testing.assert_array_equal(one.values, two.values)


def test_later_figures_leave_no_trace(row):
    """Paths of an origin are the same when everything later is another."""
    values = walk(120)
    values[100:] = 7
    obs = figures({"s": values})
    (other,) = distributions(add_intervals(forecasts(obs, {"rw": last_value}, horizon=4), obs)[0], obs)
    one, two = (PathMaker(r, 300, seed=5).at(99) for r in (row, other))
    assert one is not None and two is not None
    np.testing.assert_array_equal(one.values, two.values)
