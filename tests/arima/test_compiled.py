"""The compiled kernel against the numpy kernel."""

import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from forecast.arima import compiled, likelihood
from forecast.arima.polynomials import Orders, from_partial
from forecast.arima.problem import FoldJob, prepare
from forecast.arima.solved import batch_of

MODELS = [
    ((1, 1, 1), (0, 1, 1, 12)),
    ((0, 1, 0), None),
    ((2, 1, 2), (1, 1, 1, 12)),
    ((3, 0, 1), (2, 0, 2, 4)),
    ((0, 0, 0), (1, 0, 0, 4)),
    ((12, 0, 0), None),
]


def lanes(order, seasonal, gaps, prior, count=6, k=10):
    rng = np.random.default_rng(0)
    y, x = np.cumsum(rng.standard_normal(120)), rng.standard_normal((120, k))
    y[gaps] = np.nan
    orders = Orders.of(order, seasonal)
    problem = prepare(FoldJob(y, x, None, prior), orders, mean=False)
    batch, _, _ = batch_of([problem])
    theta = from_partial(rng.uniform(-0.97, 0.97, (count, orders.n_arma)), orders)[0]
    zero = np.zeros(count, dtype=np.int64)
    length = len(problem.z) - np.arange(count, dtype=np.int64) % 20
    sigma2 = np.full(count, 0.8) if prior else None
    return batch, zero, length, theta, sigma2


@pytest.mark.parametrize("prior", [None, (np.full(10, 0.1), np.r_[1.0, np.inf, np.full(8, 0.3)])])
@pytest.mark.parametrize("gaps", [[], [5, 40, 41, 118]])
@pytest.mark.parametrize(("order", "seasonal"), MODELS)
def test_kernels_agree_to_1e_9(order, seasonal, gaps, prior):
    args = lanes(order, seasonal, gaps, prior)
    ours, reference = compiled.evaluate(*args, True), likelihood.evaluate(*args, True)
    np.testing.assert_allclose(ours[0], reference[0], rtol=1e-9)
    scale = max(np.abs(reference[1]).max(initial=0.0), 1.0)
    np.testing.assert_allclose(ours[1], reference[1], atol=1e-9 * scale)
    np.testing.assert_allclose(ours[2], reference[2], atol=1e-8)
    (found, beta), (expected, expected_beta) = compiled.details(*args), likelihood.details(*args)
    np.testing.assert_allclose(beta, expected_beta, atol=1e-9)
    for name in ("root", "start", "start_cov", "tail", "pi_tail"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), atol=1e-9, err_msg=name)


def test_gradient_at_zero_coefficients():
    """A coefficient that happens to be zero still has a slope."""
    batch, zero, length, theta, _ = lanes((2, 1, 1), (1, 0, 1, 4), [], None)
    theta[:, [0, 2, 3]] = 0.0
    ours = compiled.evaluate(batch, zero, length, theta, None, True)[1]
    np.testing.assert_allclose(
        ours, likelihood.evaluate(batch, zero, length, theta, None, True)[1], atol=1e-7
    )
    assert (np.abs(ours[:, 0]) > 1e-3).all()


def test_lanes_in_any_order_are_equal_to_the_bit():
    batch, zero, length, theta, _ = lanes((1, 1, 1), (0, 1, 1, 12), [30], None, count=40)
    value, slope, _ = compiled.evaluate(batch, zero, length, theta, None, True)
    order = np.random.default_rng(1).permutation(40)
    again, slope_again, _ = compiled.evaluate(batch, zero, length[order], theta[order], None, True)
    assert (again == value[order]).all()
    assert (slope_again == slope[order]).all()
    alone = compiled.evaluate(batch, zero[:1], length[3:4], theta[3:4], None, True)
    assert alone[0][0] == value[3]


def test_padded_columns_do_not_change_a_bit():
    batch, zero, length, theta, _ = lanes((1, 1, 1), (0, 1, 1, 12), [], None, k=3)
    wide = np.concatenate([batch.z[:, :, :3], np.zeros((1, batch.z.shape[1], 9)), batch.z[:, :, 3:]], axis=2)
    padded = likelihood.Batch(batch.orders, wide, 0, 0, np.empty((1, 0)))
    one, two = (
        compiled.details(batch, zero, length, theta, None),
        compiled.details(padded, zero, length, theta, None),
    )
    assert (one[1] == two[1][:, :3]).all()
    assert (one[0].rss == two[0].rss).all()


def test_the_kernel_lets_other_threads_run():
    args = lanes((2, 1, 2), (1, 1, 1, 12), [], None, count=1500)
    compiled.evaluate(*args, True)
    ticks, stop = [], threading.Event()

    def tick():
        while not stop.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    begin = time.perf_counter()
    compiled.evaluate(*args, True)
    end = time.perf_counter()
    stop.set()
    thread.join()
    inside = sum(begin < t < end for t in ticks)
    assert inside >= 3


def test_wrong_lengths_are_refused():
    batch, zero, length, theta, _ = lanes((1, 1, 1), (0, 1, 1, 12), [], None)
    for wrong in (length * 0, length + 1000):
        with pytest.raises(ValueError, match="lengths"):
            compiled.evaluate(batch, zero, wrong, theta, None, True)


def seconds_of_first_call(cache):
    code = (
        "import time; from forecast.arima.kernel import warm_up; t = time.process_time();"
        "assert warm_up() == 'compiled kernel ready'; print(time.process_time() - t)"
    )
    env = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    return float(done.stdout)


@pytest.mark.proof
def test_compilation_is_short_and_kept(tmp_path):
    """With a cache directory given, the compiled code is kept there, not beside the package."""
    assert seconds_of_first_call(tmp_path) < 40.0
    assert list(tmp_path.rglob("*.nbi"))
    assert seconds_of_first_call(tmp_path) < 2.0
