"""Which folds may influence which: full none, modes and warm only earlier ones of the same chain."""

import numpy as np
import pytest

from forecast.arima.kernel import NUMPY
from forecast.arima.optimise import Objective
from forecast.arima.polynomials import Orders
from forecast.arima.problem import FoldJob, prepare
from forecast.arima.search import Folds, search
from forecast.arima.solved import batch_of

Y = np.cumsum(np.random.default_rng(5).standard_normal(90))
LENGTHS = list(range(60, 90))


def optima(series, starts, chain=None, order=(1, 1, 1)):
    problems = [prepare(FoldJob(y), Orders.of(order)) for y in series]
    batch, group, _ = batch_of(problems)
    length = np.array([len(p.z) for p in problems])
    chain = np.zeros(len(series), dtype=np.int64) if chain is None else np.array(chain)
    return search(Objective(batch, NUMPY.evaluate), Folds(group, length, chain), starts)


@pytest.mark.parametrize("starts", ["warm", "modes", "full"])
def test_later_folds_have_no_influence(starts):
    series = [Y[:n] for n in LENGTHS]
    noise = np.random.default_rng(6).standard_normal(90)
    other = series[:20] + [np.r_[Y[:75], noise[: n - 75]] for n in LENGTHS[20:]]
    for first, second in zip(optima(series, starts)[:20], optima(other, starts)[:20], strict=True):
        assert first.value[0] == pytest.approx(second.value[0], abs=1e-9)


def test_full_does_not_depend_on_other_folds():
    together = optima([Y[:n] for n in LENGTHS[::6]], "full")
    for n, found in zip(LENGTHS[::6], together, strict=True):
        assert found.value[0] == pytest.approx(optima([Y[:n]], "full")[0].value[0], abs=1e-7)


def test_modes_is_never_far_from_full():
    series = [Y[:n] for n in LENGTHS]
    gaps = [
        m.value[0] - f.value[0] for m, f in zip(optima(series, "modes"), optima(series, "full"), strict=True)
    ]
    assert max(gaps) < 0.3
    assert np.median(gaps) < 1e-6


def test_chains_do_not_mix():
    other = np.cumsum(np.random.default_rng(7).standard_normal(90))
    series = [Y[:n] for n in LENGTHS[:5]] + [other[:n] for n in LENGTHS[:5]]
    found = optima(series, "warm", [0] * 5 + [1] * 5)
    alone = optima(series[5:], "warm")
    for first, second in zip(found[5:], alone, strict=True):
        assert first.value[0] == pytest.approx(second.value[0], abs=1e-9)
    np.testing.assert_array_equal(
        Folds(np.zeros(4), np.zeros(4), np.array([0, 0, 1, 1])).position(), [0, 1, 0, 1]
    )


def test_values_are_sorted_best_first():
    for found in optima([Y], "full", order=(2, 1, 2)):
        assert (np.diff(found.value) >= 0).all()
