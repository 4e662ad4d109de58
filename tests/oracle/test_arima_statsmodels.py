"""The exact engine against statsmodels at given parameters, and its optimum against statsmodels' best."""

import warnings

import numpy as np
import pytest
from statsmodels.tsa.statespace.sarimax import SARIMAX

from forecast.arima import FoldJob, arima, arima_folds
from forecast.arima.kernel import NUMPY, compiled_kernel
from forecast.arima.polynomials import Orders, from_partial, split
from forecast.arima.problem import prepare
from forecast.arima.solved import Solved, batch_of

LOG_2PI = np.log(2 * np.pi)
MODELS = [
    ((1, 1, 1), (0, 1, 1, 12)),
    ((0, 1, 1), (0, 1, 1, 12)),
    ((2, 1, 2), (1, 1, 1, 12)),
    ((2, 0, 1), (1, 1, 0, 12)),
    ((3, 1, 0), (2, 0, 2, 12)),
    ((0, 0, 0), (1, 0, 0, 12)),
    ((1, 0, 0), None),
    ((0, 1, 3), (0, 1, 2, 12)),
    ((5, 1, 2), None),
    ((3, 0, 3), (2, 1, 2, 4)),
]
KERNELS = {"numpy": NUMPY, "compiled": compiled_kernel()[0]}
KERNEL_NAMES = list(KERNELS)


def simulated(n=100, k=2, seed=0):
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.standard_normal(n)), rng.standard_normal((n, k))


def sarimax_params(orders, coefficients, beta):
    """Parameters in statsmodels' order: regression, ar, ma, seasonal ar, seasonal ma."""
    return np.r_[beta, np.concatenate(split(coefficients, orders))]


@pytest.mark.parametrize("kernel", KERNEL_NAMES)
def test_loglik_at_200_random_points(kernel):
    """Twenty points of ten models, partial autocorrelations up to .95 and, every fifth, up to .999."""
    worst = 0.0
    for order, seasonal in MODELS:
        orders = Orders.of(order, seasonal)
        y, x = simulated(seed=orders.n_arma)
        problem = prepare(FoldJob(y, x), orders, mean=False)
        batch, _, _ = batch_of([problem])
        rng = np.random.default_rng(orders.state)
        radius = np.where(np.arange(20) % 5 == 4, 0.999, 0.95)[:, None]
        theta = from_partial(rng.uniform(-1, 1, (20, orders.n_arma)) * radius, orders)[0]
        zero = np.zeros(20, dtype=np.int64)
        length = zero + len(problem.z)
        value = KERNELS[kernel].evaluate(batch, zero, length, theta, None, False)[0]
        beta = KERNELS[kernel].details(batch, zero, length, theta, None)[1]
        model = SARIMAX(
            y,
            x,
            order=order,
            seasonal_order=seasonal or (0, 0, 0, 0),
            simple_differencing=True,
            concentrate_scale=True,
        )
        model.ssm.tolerance = 0
        for i in range(20):
            reference = model.loglike(sarimax_params(orders, theta[i], beta[i]))
            worst = max(worst, abs(reference + value[i]))
    assert worst < 1e-7


MANY_GAPS = [t for t in range(26, 150) if t % 4 or 60 < t < 90]


@pytest.mark.parametrize("gaps", [[40], [20, 21, 50, 70], [5, 30], [0, 60, 99], MANY_GAPS])
@pytest.mark.parametrize(("order", "seasonal"), [((1, 1, 1), (0, 1, 1, 12)), ((0, 1, 1), (1, 1, 0, 12))])
def test_gaps_equal_the_exact_diffuse_kalman_filter(order, seasonal, gaps):
    y, x = simulated(160 if gaps is MANY_GAPS else 100, seed=5)
    y[gaps] = np.nan
    orders = Orders.of(order, seasonal)
    problem = prepare(FoldJob(y, x), orders)
    batch, zero, columns = batch_of([problem])
    theta = from_partial(np.full((1, orders.n_arma), 0.4), orders)[0]
    length = np.array([len(problem.z)])
    for kernel in KERNELS.values():
        value = kernel.evaluate(batch, zero, length, theta, None, False)[0][0]
        found, beta = kernel.details(batch, zero, length, theta, None)
        sigma2 = found.rss[0] / problem.nobs
        public = beta[0][columns[0][:-1]][problem.n_missing :]
        model = SARIMAX(y, x, order=order, seasonal_order=seasonal, use_exact_diffuse=True)
        model.ssm.tolerance = 0
        reference = model.loglike(np.r_[sarimax_params(orders, theta[0], public), sigma2])
        assert -value == pytest.approx(reference + 0.5 * orders.lost * LOG_2PI, abs=1e-7)
        # Forecasts carry the uncertainty of the missing months.
        solved = Solved([problem], columns, theta, np.array([sigma2]), beta, found)
        source = ExactSourceOf(solved)
        future = np.random.default_rng(1).standard_normal((12, 2))
        mean, root = source.predict(12, future, False)
        smoothed = model.smooth(np.r_[sarimax_params(orders, theta[0], public), sigma2])
        forecast = smoothed.get_forecast(12, exog=future)
        # months missing at the end are part of the sample for both
        np.testing.assert_allclose(mean, forecast.predicted_mean, atol=1e-8)
        np.testing.assert_allclose(np.sqrt((root**2).sum(1)), forecast.se_mean, rtol=1e-8)


def ExactSourceOf(solved):
    from forecast.arima.solved import ExactSource

    return ExactSource(solved, 0)


@pytest.mark.parametrize(("order", "seasonal"), MODELS)
def test_forecasts_equal_exact_diffuse(order, seasonal):
    y, x = simulated(seed=2)
    orders = Orders.of(order, seasonal)
    problem = prepare(FoldJob(y, x), orders, mean=False)
    batch, zero, columns = batch_of([problem])
    r = np.random.default_rng(orders.n_arma).uniform(-0.9, 0.9, (1, orders.n_arma))
    theta, length = from_partial(r, orders)[0], np.array([len(problem.z)])
    future = np.random.default_rng(1).standard_normal((24, 2))
    for kernel in KERNELS.values():
        found, beta = kernel.details(batch, zero, length, theta, None)
        sigma2 = found.rss[0] / problem.nobs
        source = ExactSourceOf(Solved([problem], columns, theta, np.array([sigma2]), beta, found))
        mean, root = source.predict(24, future, False)
        model = SARIMAX(
            y, x, order=order, seasonal_order=seasonal or (0, 0, 0, 0), use_exact_diffuse=orders.lost > 0
        )
        model.ssm.tolerance = 0
        smoothed = model.smooth(np.r_[sarimax_params(orders, theta[0], beta[0]), sigma2])
        forecast = smoothed.get_forecast(24, exog=future)
        np.testing.assert_allclose(mean, forecast.predicted_mean, atol=1e-7)
        np.testing.assert_allclose(np.sqrt((root**2).sum(1)), forecast.se_mean, rtol=1e-8)


def near_common_factor(rng, n=150):
    phi = rng.uniform(0.5, 0.98)
    theta = -phi + rng.uniform(-0.1, 0.1)
    e = rng.standard_normal(n + 100)
    w = np.zeros(n + 100)
    for t in range(1, n + 100):
        w[t] = phi * w[t - 1] + e[t] + theta * e[t - 1]
    return w[100:]


@pytest.mark.proof
def test_optimum_is_never_below_the_best_of_three_starts():
    rng = np.random.default_rng(11)
    series = [near_common_factor(rng) for _ in range(50)]
    short = []
    for i, y in enumerate(series):
        ours = arima(y, (1, 0, 1), mean=False)
        model = SARIMAX(y, order=(1, 0, 1), concentrate_scale=True)
        best = -np.inf
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for start in (None, [0.9, -0.5], [0.2, 0.2]):
                fit = model.fit(start, disp=False, maxiter=500, cov_type="none")
                best = max(best, fit.llf)
        short.append((best - ours.loglik, i))
    assert max(short)[0] < 1e-4, max(short)


def test_folds_equal_single_fits():
    y, x = simulated(130, seed=8)
    jobs = [FoldJob(y[:n], x[:n]) for n in range(100, 131, 5)]
    folds = arima_folds(jobs, (1, 1, 1), (0, 1, 1, 12), starts="full", engine="numpy")
    for fold, job in zip(folds, jobs, strict=True):
        alone = arima(job.y, (1, 1, 1), (0, 1, 1, 12), job.xreg, engine="numpy")
        assert fold.loglik == pytest.approx(alone.loglik, abs=1e-7)
