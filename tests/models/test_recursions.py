"""The compiled recursions are the loops as they are written."""

import numpy as np
import pytest

from forecast.models import recursions as r


@pytest.mark.parametrize("name", ["errors_of", "theta_parts"])
def test_the_plain_and_the_compiled_recursion_agree(name):
    compiled = getattr(r, name)
    plain = getattr(compiled, "py_func", compiled)
    y = 10.0 + np.random.default_rng(3).normal(size=30)
    if name == "theta_parts":
        for a, b in zip(plain(y, 0.3), compiled(y, 0.3), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-12)
        return
    x, free = np.concatenate([[0.3, 0.1, 0.2, 0.9, 10, 0.01], np.full(12, 1.1)]), np.arange(18)
    for relative, season in ((False, 1), (True, 0), (True, 2)):
        made = []
        for function in (plain, compiled):
            errors, slopes = np.zeros(30), np.zeros((30, 18))
            made.append((*function(y, x, free, relative, season, errors, slopes), errors, slopes))
        for a, b in zip(*made, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-9)


def test_a_symmetric_system_is_solved():
    half = np.random.default_rng(1).normal(size=(6, 6))
    matrix, right = half @ half.T + np.eye(6), np.arange(6.0)
    np.testing.assert_allclose(r.solve(matrix.copy(), right.copy()), np.linalg.solve(matrix, right))


def test_the_line_of_theta_is_the_least_squares_line_so_far():
    y = np.random.default_rng(2).normal(size=20).cumsum()
    _, states = r.theta_parts(y, 0.4)
    slope, intercept = np.polyfit(np.arange(1, 21), y, 1)
    assert states[2] == pytest.approx(slope) and states[3] == pytest.approx(intercept)
