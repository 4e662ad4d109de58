"""Past errors by hand: what counts at an origin, on which scale, and quantiles of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.tables.known_errors import (
    effective_number,
    in_order,
    known_errors,
    mirrored_quantiles,
    weighted_quantiles,
    widen,
)
from forecast.tables.outcomes import outcomes
from forecast.tables.quantiles import series_arrays, to_wide
from tables_helpers import figures, forecasts, random_walk

NAN = np.nan


def known(values, power=0.0, transform="auto", horizon=2, moved=None):
    """The errors of a random walk on a series; `moved` changes the table before it is read."""
    obs = figures({"s": values})
    table = forecasts(obs, {"walk": random_walk}, horizon=horizon)
    wide = to_wide(table if moved is None else moved(table))
    return known_errors(series_arrays(wide)[0], wide.median, outcomes(obs, "s"), transform, power)


def test_an_error_counts_from_the_day_its_figure_is_public():
    made = known([10, 20, 40, 80])
    errors = made.errors(logs=False)
    np.testing.assert_array_equal(errors, [[10, 30], [20, 60], [40, NAN], [NAN, NAN]])
    # the origin is the day of the release: what came out that very day is known
    one = [[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0]]
    np.testing.assert_array_equal(made.usable(errors, 1), np.array(one, dtype=bool))
    np.testing.assert_array_equal(made.usable(errors, 2).sum(axis=1), [0, 0, 1, 2])


def test_an_origin_that_repeats_a_month_has_no_error_of_its_own():
    def twice(table):
        first = table[table["origin"] == table["origin"].min()]
        return pd.concat([first.assign(origin=first["origin"] + pd.Timedelta(days=3)), table])

    made = known([10, 20, 40, 80], moved=twice)
    assert made.repeated.tolist() == [False, True, False, False, False]
    assert np.isnan(made.errors(logs=False)[1]).all() and made.errors(logs=False)[0].tolist() == [10, 30]


def test_errors_on_logs_and_powers_go_back_to_the_figures():
    values = [10, 20, 40, 80]
    np.testing.assert_allclose(known(values).errors(logs=True)[0], np.log([2, 4]))
    made = known(values, power=0.5)
    np.testing.assert_allclose(made.errors(logs=True)[0], 2 * (np.sqrt([20, 40]) - np.sqrt(10)))
    for one in (known(values), made):
        scaled = one.scaled(one.centre, logs=True)
        np.testing.assert_allclose(one.unscaled(scaled, logs=True), one.centre)
        np.testing.assert_array_equal(one.scaled(one.centre, logs=False), one.centre)


def test_counts_have_a_floor_of_half_a_unit_which_is_zero_again():
    made = known([0, 4, 0, 2])
    assert made.counts.all() and made.logs.all() and made.floors.tolist() == [0.5] * 4
    logged = made.scaled(made.centre, logs=True)
    assert logged[0, 0] == np.log(0.5) and logged[1, 0] == np.log(4)
    back = made.unscaled(np.log([[0.5], [0.51], [0.4], [3.0]]), logs=True)
    np.testing.assert_allclose(back, [[0], [0.51], [0], [3]])
    # where an origin is not on logs its own figures stand, counts not below zero
    mixed = made.unscaled(np.array([[-3.0], [0.0], [2.0], [0.0]]), logs=np.array([False, True, False, True]))
    np.testing.assert_allclose(mixed, [[0], [1], [2], [1]])


def test_a_power_comes_to_an_end_at_the_floor():
    made = known([4, 9, 16, 25], power=0.5)
    np.testing.assert_allclose(
        made.unscaled(np.array([[-50.0], [2.0], [4.0], [0.0]]), logs=True), [[0], [4], [9], [1]]
    )


def test_figures_below_zero_are_neither_counts_nor_logs():
    made = known([1.5, -2.5, 3.5, 4.5])
    assert made.logs.tolist() == [True, False, False, False] and not made.counts.any()
    np.testing.assert_array_equal(made.unscaled(np.full((4, 1), -7.0), logs=False), np.full((4, 1), -7.0))
    plain = known([10, 20, 40, 80], transform="none")
    assert not plain.logs.any() and plain.counts.all() and plain.floors.tolist() == [0] * 4


def test_deviations_of_logs_are_carried_to_the_power():
    sd = np.full((4, 2), 0.1)
    np.testing.assert_array_equal(known([4, 9, 16, 25]).log_sd(sd), sd)
    np.testing.assert_allclose(known([4, 9, 16, 25], power=0.5).log_sd(sd)[:, 0], [0.2, 0.3, 0.4, 0.5])
    np.testing.assert_allclose(known([0, 9, 16, 25], power=0.5).log_sd(sd)[:2, 0], [0.1, 0.3])
    np.testing.assert_allclose(known([4.5, -9, 16, 25], power=0.5).log_sd(sd)[1:, 0], [0.1, 0.1, 0.1])


def test_old_errors_weigh_less():
    made = known([10, 20, 40, 80, 160])
    errors = made.errors(logs=True)
    # at the last origin the errors of one month ahead are of the four months up to its own
    np.testing.assert_array_equal(made.ages(1)[4], [3, 2, 1, 0, 0])
    np.testing.assert_allclose(made.weights(errors, 1, 1.0)[4], [1 / 8, 1 / 4, 1 / 2, 1, 0])
    np.testing.assert_allclose(made.weights(errors, 2, 2.0)[4], [1 / 2, 0.5**0.5, 1, 0, 0])
    np.testing.assert_array_equal(made.weights(errors, 1, None)[2], [1, 1, 0, 0, 0])


def test_quantiles_of_equal_weights_are_those_of_n_plus_1():
    values, levels = np.array([3.0, 1.0, 2.0]), np.array([0.1, 0.25, 0.5, 0.625, 0.75, 0.9])
    (made,) = weighted_quantiles(values, np.ones((1, 3)), levels)
    np.testing.assert_allclose(made, [1, 1, 2, 2.5, 3, 3])


def test_weights_of_zero_leave_out_and_no_weights_leave_nothing():
    weights = np.array([[0.0, 1, 1, 1], [0, 0, 0, 0], [0, 2, 2, 2]])
    made = weighted_quantiles(np.array([99.0, 1, 2, 3]), weights, np.array([0.25, 0.5, 0.75]))
    np.testing.assert_allclose(made, [[1, 2, 3], [NAN] * 3, [1, 2, 3]])
    # weights of 2 and 1: effective number 9/5, positions 2/3 and 1 of 9/14
    (uneven,) = weighted_quantiles(np.array([0.0, 1.0]), np.array([[2.0, 1.0]]), np.array([9 / 14 * 5 / 6]))
    assert uneven == pytest.approx(0.5)


def test_the_effective_number_is_that_of_kish():
    weights = np.array([[1.0, 1, 1, 1], [2, 1, 0, 0], [0, 0, 0, 0]])
    np.testing.assert_allclose(effective_number(weights), [4, 9 / 5, 0])


def test_mirrored_quantiles_are_symmetric():
    levels = np.array([0.1, 0.5, 0.9])
    (made,) = mirrored_quantiles(np.array([1.0, 2.0, 4.0]), np.ones((1, 3)), levels)
    assert made[1] == 0 and made[0] == -made[2]
    assert made[2] == pytest.approx(
        weighted_quantiles(np.array([1.0, 2, 4, -1, -2, -4]), np.ones((1, 6)), levels)[0, 2]
    )


def test_noise_widens_as_squares_around_the_median():
    from scipy.stats import norm

    levels = np.array([0.1, 0.5, 0.9])
    z = norm.ppf(0.9)
    made = widen(np.array([[1 - 3 * z, 1.0, 1 + 3 * z]]), np.array([4.0]), levels)
    np.testing.assert_allclose(made, [[1 - 5 * z, 1, 1 + 5 * z]])


def test_quantiles_are_put_in_order_from_the_median_outwards():
    levels = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
    given = np.array([[3.0, 6, 5, 4, 4.5], [1, 2, 3, 4, 5], [9, NAN, 5, NAN, 1], [NAN, 2, 1, 3, NAN]])
    wanted = [[3, 5, 5, 5, 5], [1, 2, 3, 4, 5], [5, NAN, 5, NAN, 5], [NAN, 1, 1, 3, NAN]]
    np.testing.assert_array_equal(in_order(given, levels), wanted)
    assert given[0, 1] == 6  # a copy


def test_where_most_figures_are_zero_less_than_one_is_none_from_that_day_on():
    made = known([0, 5, 0, 0, 6, 7, 8])  # more than half are 0 at the first, third, fourth and fifth origin
    assert made.record.mostly_zero(made.arrays.origins).tolist() == [
        True,
        False,
        True,
        True,
        True,
        False,
        False,
    ]
    middles = made.unscaled(np.log(np.full((7, 2), 0.7)), logs=True)
    np.testing.assert_allclose(middles[:, 0], [0, 0.7, 0, 0, 0, 0.7, 0.7])
    assert not made.record.mostly_zero(np.array([0])).any()  # nothing is known yet
    np.testing.assert_allclose(made.unscaled(np.log(np.full((7, 2), [0.5, 1.0])), logs=True), [[0, 1]] * 7)
    assert np.isnan(made.unscaled(np.full((7, 2), NAN), logs=True)).all()
