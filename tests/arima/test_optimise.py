"""The lockstep optimiser on likelihoods whose optimum is known or can be searched by brute force."""

from types import SimpleNamespace

import numpy as np
import pytest

from forecast.arima.kernel import NUMPY
from forecast.arima.optimise import (
    HOPE,
    Objective,
    Optima,
    _Points,
    choose_starts,
    distinct,
    grid,
    minimise,
    n_starts,
    positive,
)
from forecast.arima.optimise import _Search as Search
from forecast.arima.polynomials import Orders
from forecast.arima.problem import FoldJob, prepare
from forecast.arima.solved import batch_of


def objective_of(y, order, seasonal=None):
    problem = prepare(FoldJob(y), Orders.of(order, seasonal), mean=False)
    batch, group, _ = batch_of([problem])
    return Objective(batch, NUMPY.evaluate), group, np.array([len(problem.z)])


def ma_series(theta, n=200, seed=0):
    e = np.random.default_rng(seed).standard_normal(n + 1)
    return e[1:] + theta * e[:-1]


def solve(objective, group, length, starts):
    lanes = np.zeros(len(starts), dtype=np.int64)
    return minimise(objective, group[lanes], length[lanes], np.arange(len(starts)), np.array(starts))


def test_the_optimum_is_that_of_a_fine_grid():
    objective, group, length = objective_of(ma_series(0.6), (0, 0, 1))
    fine = np.linspace(-1.5, 1.5, 2001)[:, None]
    zero = np.zeros(len(fine), dtype=np.int64)
    values = objective.value(group[zero], length[zero], fine)
    found = solve(objective, group, length, [[0.0]])
    assert found.converged.all()
    assert found.value[0] <= values.min() + 1e-9
    assert found.x[0, 0] == pytest.approx(fine[np.argmin(values), 0], abs=2e-3)


def test_over_differencing_reaches_the_unit_root():
    y = np.cumsum(np.diff(np.random.default_rng(1).standard_normal(300)))
    objective, group, length = objective_of(y, (0, 1, 1))
    found = solve(objective, group, length, [[0.3]])
    at_the_root = objective.value(group, length, np.array([[np.pi / 2]]))
    coefficient = objective.unpack(found.x)[0][0, 0]
    assert coefficient == pytest.approx(-1.0, abs=1e-5)
    assert found.value[0] == pytest.approx(at_the_root[0], abs=1e-7)
    assert found.converged.all()


def test_the_unit_root_is_not_taken_for_the_optimum_before_it():
    """Its slope is zero by symmetry; here the likelihood has a higher maximum at -0.996."""
    y = np.cumsum(np.diff(np.random.default_rng(2).standard_normal(300)))
    objective, group, length = objective_of(y, (0, 1, 1))
    fine = np.linspace(1.3, np.pi / 2, 2001)[:, None]
    zero = np.zeros(len(fine), dtype=np.int64)
    values = objective.value(group[zero], length[zero], fine)
    found = solve(objective, group, length, [[0.3]])
    assert found.value[0] <= values.min() + 1e-7
    assert found.value[0] < values[-1] - 0.005
    assert np.abs(found.x).max() <= np.pi / 2  # told as the root before the circle, not its mirror image


def test_a_lane_does_not_depend_on_other_families():
    objective, group, length = objective_of(ma_series(0.4), (1, 0, 2))
    starts = [[0.2, 0.1, 0.1], [-0.8, 0.5, 0.3], [1.2, 1.1, 0.0]]
    together = solve(objective, group, length, starts)
    for i, start in enumerate(starts):
        alone = solve(objective, group, length, [start])
        assert together.value[i] == pytest.approx(alone.value[0], abs=1e-9)


def test_gradient_in_angles_equals_differences():
    objective, group, length = objective_of(ma_series(0.4), (2, 0, 1), (1, 0, 1, 4))
    x = np.array([[0.5, -0.4, 1.2, 0.3, -0.6]])
    slope = objective.value_gradient(group, length, x)[1][0]
    for j in range(5):
        moved = 1e-6 * np.eye(5)[j]
        up, down = objective.value(group, length, x + moved), objective.value(group, length, x - moved)
        assert slope[j] == pytest.approx((up - down)[0] / 2e-6, rel=1e-5, abs=1e-5)


def test_no_coefficients_is_one_evaluation():
    objective, group, length = objective_of(ma_series(0.0), (0, 1, 0))
    found = minimise(objective, group, length, group, np.empty((1, 0)))
    assert np.isfinite(found.value[0])


def test_grid_holds_the_cancelling_corners():
    mixed = grid(Orders.of((1, 0, 1)))
    assert (np.abs(mixed) < 1.0).all()
    assert (mixed.max(1) > 0.99).any()
    assert len(np.unique(mixed, axis=0)) == len(mixed)
    assert n_starts(Orders.of((1, 0, 1))) > n_starts(Orders.of((0, 1, 1)))


def test_starts_are_good_and_apart():
    points = np.array([[0.0], [0.05], [0.9], [-0.9], [0.1]])
    chosen = choose_starts(points, np.array([3.0, 1.0, 2.0, 5.0, 1.5]), 4)
    assert chosen[0] == 1
    assert set(chosen) >= {1, 4, 2, 3}
    assert 0 not in chosen


def test_distinct_optima_are_sorted_and_not_repeated():
    x = np.array([[0.5], [0.5001], [-0.5], [1.0]])
    optima = Optima(x, np.array([2.0, 2.0, 1.0, 50.0]), np.ones((4, 1, 1)), np.ones(4, dtype=bool))
    np.testing.assert_array_equal(distinct(optima), [2, 0])


def test_positive_turns_negative_curvature_round():
    made = positive(np.array([[[1.0, 0.0], [0.0, -2.0]], [[np.nan, 0.0], [0.0, 1.0]]]), np.array([10, 10]))
    assert (np.linalg.eigvalsh(made) > 0).all()
    np.testing.assert_allclose(made[0], np.diag([1.0, 2.0]))


def test_lanes_without_hope_of_being_the_best_of_their_family_stop():
    """Six lanes of one family and one of another: the best, its twin, one far behind, one that may come."""
    search = SimpleNamespace(
        family=np.array([0, 0, 0, 0, 0, 1]),
        f=np.array([1.0, 1.005, 30.0, 30.0, 1.005, 99.0]),
        x=np.array([[0.0], [0.01], [1.0], [1.0], [0.5], [0.0]]),
        promise=np.array([0.0, 0.0, 1.0, 29.1 / HOPE, 0.0, 0.0]),
    )
    # the twin stands beside the best; what lies 29 behind goes on only where it may still fall by so much
    assert Search._review(search, np.arange(6)).tolist() == [0, 3, 4, 5]


def test_distinct_optima_are_measured_against_the_best():
    made = Optima(
        x=np.array([[0.0], [1.0], [2.0], [0.0]]),
        value=np.array([6.5, 3.0, 0.0, 0.0]),
        hessian=np.ones((4, 1, 1)),
        converged=np.ones(4, bool),
    )
    assert distinct(made).tolist() == [2, 1] and distinct(made, limit=7.0).tolist() == [2, 1, 0]
    assert distinct(made, limit=2.0).tolist() == [2] and distinct(made, limit=7.0, count=1).tolist() == [2]


def test_a_direction_is_that_of_newton_and_downhill():
    objective = SimpleNamespace(bounds=np.full(2, 10.0), mirrored=np.zeros(2, dtype=bool), tolerance=1e-9)
    one, slope, curvature = (
        np.zeros(1, dtype=np.int64),
        np.array([1.0, -2.0]),
        np.array([[2.0, 0.5], [0.5, 1.0]]),
    )
    at = _Points(np.zeros((1, 2)), np.zeros(1), slope[None], curvature[None])
    search = Search(objective, one, one, one, at)
    assert search._aim(one).tolist() == [0]
    np.testing.assert_allclose(search.direction[0], -np.linalg.solve(curvature, slope), rtol=1e-8)


def test_optima_far_from_the_best_are_left_out():
    value, x = np.array([3.0, 0.0, 6.5]), np.array([[0.0], [1.0], [2.0]])
    optima = Optima(x, value, np.empty((3, 1, 1)), np.ones(3, dtype=bool))
    assert distinct(optima, limit=4.0).tolist() == [1, 0] and distinct(optima, limit=7.0).tolist() == [
        1,
        0,
        2,
    ]
