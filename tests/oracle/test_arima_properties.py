"""Properties that hold for every series: scale, shift, order of regressors and lanes, batch and single."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.arima import FoldJob, arima, arima_folds

seeds = st.integers(0, 10_000)
models = st.sampled_from(
    [((0, 1, 1), None), ((1, 0, 0), None), ((0, 1, 1), (0, 1, 1, 4)), ((1, 0, 1), (1, 0, 0, 4))]
)


def data(seed, n=60, k=2):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, k))
    return np.cumsum(rng.standard_normal(n)) + x @ rng.standard_normal(k), x


@given(seeds, models, st.floats(-8, 8))
def test_scale(seed, model, power):
    y, x = data(seed)
    factor = 10.0**power
    one = arima(y, *model, xreg=x, engine="compiled")
    two = arima(y * factor, *model, xreg=x, engine="compiled")
    assert two.loglik + two.nobs * np.log(factor) == pytest.approx(one.loglik, abs=1e-6)


@given(seeds, models, st.floats(-1e4, 1e4))
def test_shift(seed, model, shift):
    """A constant is absorbed by the intercept or by the differences."""
    y, x = data(seed)
    one = arima(y, *model, xreg=x, engine="compiled")
    two = arima(y + shift, *model, xreg=x, engine="compiled")
    assert two.loglik == pytest.approx(one.loglik, abs=1e-5)
    np.testing.assert_allclose(two.forecast(3, x[:3])[0] - shift, one.forecast(3, x[:3])[0], atol=1e-3)


@given(seeds, models, st.permutations([0, 1, 2]))
def test_order_of_regressors(seed, model, order):
    y, x = data(seed, k=3)
    one = arima(y, *model, xreg=x, engine="compiled")
    two = arima(y, *model, xreg=x[:, order], engine="compiled")
    assert two.loglik == pytest.approx(one.loglik, abs=1e-6)


@given(seeds, models)
def test_linear_maps_of_regressors(seed, model):
    y, x = data(seed)
    one = arima(y, *model, xreg=x, engine="compiled")
    two = arima(y, *model, xreg=x @ np.array([[2.0, 1.0], [-1.0, 5.0]]), engine="compiled")
    assert two.loglik == pytest.approx(one.loglik, abs=1e-6)


@given(st.lists(seeds, min_size=2, max_size=5, unique=True), models, st.randoms(use_true_random=False))
def test_batch_and_single_in_any_order(several, model, random):
    jobs = [FoldJob(*data(seed)) for seed in several]
    random.shuffle(jobs)
    together = arima_folds(jobs, *model, starts="full", engine="compiled")
    for job, fit in zip(jobs, together, strict=True):
        assert fit.loglik == arima_folds([job], *model, starts="full", engine="compiled")[0].loglik


@given(seeds, models, st.integers(0, 59))
def test_a_missing_month_is_the_month_left_to_its_own_dummy(seed, model, month):
    y, x = data(seed)
    gap = y.copy()
    gap[month] = np.nan
    dummy = np.column_stack([x, np.arange(60) == month])
    one = arima(gap, *model, xreg=x, engine="compiled")
    two = arima(gap * 1.0, *model, xreg=dummy, engine="compiled")
    assert two.dropped == ("x3",) or month == 0
    assert one.loglik == pytest.approx(two.loglik, abs=1e-6)


@given(seeds, models)
def test_more_regressors_never_fit_worse(seed, model):
    y, x = data(seed)
    assert (
        arima(y, *model, xreg=x, engine="compiled").loglik
        >= arima(y, *model, xreg=x[:, :1], engine="compiled").loglik - 1e-6
    )
