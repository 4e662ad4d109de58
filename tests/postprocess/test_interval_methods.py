"""How many past errors a range needs, and the growth of its width, by hand."""

import numpy as np
import pytest

from forecast.postprocess.interval_methods import needed_mirrored, needed_one_step, needed_signed

CENTRAL, HORIZONS = np.array([0.0, 0.5, 0.8, 0.95]), np.array([1.0, 2.0, 12.0])


def test_one_step_errors_serve_all_horizons():
    needed = needed_one_step(CENTRAL, HORIZONS)
    np.testing.assert_allclose(needed, np.tile([0.0, 1.0, 4.0, 19.0], (3, 1)))


def test_signed_errors_need_two_tails_and_more_with_the_horizon():
    needed = needed_signed(CENTRAL, HORIZONS)
    np.testing.assert_allclose(needed[0], [0.0, 3.0, 9.0, 39.0])
    assert needed[1, 3] == pytest.approx(59.0) and needed[2, 3] == pytest.approx(39.0 + 20.0 * 11)


def test_mirroring_halves_what_one_month_needs_not_the_growth():
    needed = needed_mirrored(CENTRAL, HORIZONS)
    np.testing.assert_allclose(needed[0], [0.0, 1.0, 4.0, 19.0])
    np.testing.assert_allclose(
        needed[1:] - needed[:1], needed_signed(CENTRAL, HORIZONS)[1:] - needed_signed(CENTRAL, HORIZONS)[:1]
    )
