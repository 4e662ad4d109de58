"""Batches and what solved folds answer: covariances, residuals, forecasts with priors and parameters."""

import numpy as np
import pytest

from forecast.arima import FoldJob, arima, arima_folds, solved
from forecast.arima.kernel import NUMPY
from forecast.arima.likelihood import evaluate
from forecast.arima.polynomials import Orders, difference
from forecast.arima.problem import prepare
from forecast.arima.solved import batch_of, parameter_covariance, prepare_covariances, prepare_residuals

RNG = np.random.default_rng(0)
N = 100
X = np.zeros((N, 3))
X[40:, 0], X[60, 1], X[:, 2] = 1.0, 1.0, RNG.standard_normal(N)
Y = np.cumsum(RNG.standard_normal(N)) + X @ [2.0, 3.0, 0.5]


def test_prefixes_share_one_group_and_others_do_not():
    orders = Orders.of((0, 1, 1))
    series = [Y[:80], Y[:90], Y, np.r_[Y[:50] + 1e-9, Y[50:]]]
    batch, group, columns = batch_of([prepare(FoldJob(y), orders) for y in series])
    np.testing.assert_array_equal(group, [0, 0, 0, 1])
    assert batch.z.shape == (2, N - 1, 1)
    assert [list(c) for c in columns] == [[0]] * 4


def test_columns_of_unequal_problems_stand_side_by_side():
    orders = Orders.of((0, 1, 1))
    gap = Y.copy()
    gap[30] = np.nan
    jobs = [FoldJob(Y, X), FoldJob(gap, X[:, :1], None, ([0.0], [1.0]))]
    problems = [prepare(job, orders) for job in jobs]
    batch, group, columns = batch_of(problems)
    assert (batch.n_missing, batch.n_shrunk, batch.z.shape[2]) == (1, 1, 6)
    for g, problem, column in zip(group, problems, columns, strict=True):
        np.testing.assert_array_equal(batch.z[g][:, column], problem.z)


def test_covariance_is_the_inverse_hessian_of_the_full_likelihood():
    """Against numerical second derivatives in all parameters, sigma2 concentrated."""
    fit = arima(Y, (1, 1, 0), None, X[:, [0, 2]], engine="numpy")
    z = difference(np.column_stack([X[:, [0, 2]], Y]), Orders.of((0, 1, 0)))

    def value(p):
        u = z[:, 2] - z[:, :2] @ p[1:]
        rss = u[0] ** 2 * (1 - p[0] ** 2) + ((u[1:] - p[0] * u[:-1]) ** 2).sum()
        return 0.5 * len(u) * np.log(rss / len(u)) - 0.5 * np.log(1 - p[0] ** 2)

    steps, p = 1e-4 * np.eye(3), fit.values
    hessian = np.array(
        [
            [
                (value(p + a + b) - value(p + a - b) - value(p - a + b) + value(p - a - b)) / 4e-8
                for b in steps
            ]
            for a in steps
        ]
    )
    np.testing.assert_allclose(fit.cov_params.to_numpy(), np.linalg.inv(hessian), rtol=1e-3, atol=1e-6)


def test_posterior_of_shrunken_regressors_is_that_of_the_dense_model():
    prior = (np.array([0.5, 0.5, 0.0]), np.array([0.7, 2.0, np.inf]))
    fit = arima(Y, (0, 1, 0), None, X, xreg_prior=prior, engine="numpy")
    z = difference(np.column_stack([X, Y]), Orders.of((0, 1, 0)))
    precision = np.diag([0.7**-2, 2.0**-2, 0.0])
    information = z[:, :3].T @ z[:, :3] / fit.sigma2 + precision
    mean = np.linalg.solve(information, z[:, :3].T @ z[:, 3] / fit.sigma2 + precision @ prior[0])
    np.testing.assert_allclose(fit.params, mean, atol=1e-9)
    # sigma2 maximises the marginal likelihood: its slope there is zero
    problem = prepare(FoldJob(Y, X, None, prior), Orders.of((0, 1, 0)))
    batch, group, _ = batch_of([problem])
    slope = evaluate(batch, group, np.array([N - 1]), np.empty((1, 0)), np.array([fit.sigma2]), True)[2]
    assert slope[0] == pytest.approx(0.0, abs=1e-3)


def test_a_finite_prior_without_active_months_stays_the_posterior():
    x = np.column_stack([X[:, 0], np.zeros(N)])
    fit = arima(Y, (0, 1, 1), None, x, xreg_prior=([0.0, 0.4], [np.inf, 0.3]), engine="numpy")
    assert fit.params["x2"] == pytest.approx(0.4, abs=1e-12)
    assert fit.bse["x2"] == pytest.approx(0.3, rel=1e-9)
    future = np.column_stack([np.ones(3), [0.0, 1.0, 1.0]])
    mean, se = fit.forecast(3, future)
    plain_mean, plain_se = arima(Y, (0, 1, 1), None, x[:, :1], engine="numpy").forecast(3, future[:, :1])
    np.testing.assert_allclose(mean - plain_mean, [0.0, 0.4, 0.4], atol=1e-2)
    np.testing.assert_allclose(se[1:] ** 2 - plain_se[1:] ** 2, 0.09, rtol=0.05)


def test_forecasts_with_priors_are_those_of_the_dense_gaussian():
    prior = (np.array([0.5, 0.5, 0.1]), np.array([0.7, 2.0, 0.4]))
    fit = arima(Y, (0, 1, 0), None, X, xreg_prior=prior, engine="numpy")
    future = np.array([[1.0, 0.0, 0.3], [1.0, 1.0, -0.2]])
    mean, se = fit.forecast(2, future)
    # y_T+h = y_T + (x_T+h - x_T) b + sum of shocks, b from its posterior
    covariance = fit.cov_params.iloc[:3, :3].to_numpy()
    jump = future - X[-1]
    np.testing.assert_allclose(mean, Y[-1] + jump @ fit.params.to_numpy(), atol=1e-9)
    z = difference(X, Orders.of((0, 1, 0)))
    posterior = np.linalg.inv(z.T @ z / fit.sigma2 + np.diag(prior[1] ** -2.0))
    expected = fit.sigma2 * np.array([1.0, 2.0]) + np.einsum("hi,ij,hj->h", jump, posterior, jump)
    np.testing.assert_allclose(se**2, expected, rtol=1e-8)
    assert (np.diag(covariance) >= np.diag(posterior) - 1e-12).all()


def test_parameter_uncertainty_widens_and_equals_the_delta_method():
    fit = arima(Y, (1, 0, 0), engine="numpy")
    _, narrow = fit.forecast(5)
    mean, wide = fit.forecast(5, parameter_uncertainty=True)
    assert (wide > narrow).all()
    ar, level = fit.values
    steps = np.arange(1, 6)
    slopes = np.column_stack([steps * ar ** (steps - 1) * (Y[-1] - level), 1 - ar**steps])
    extra = np.einsum("hi,ij,hj->h", slopes, fit.cov_params.to_numpy(), slopes)
    np.testing.assert_allclose(wide**2 - narrow**2, extra, rtol=1e-4)
    np.testing.assert_allclose(mean, level + ar**steps * (Y[-1] - level), atol=1e-9)


@pytest.mark.parametrize("prior", [None, (np.zeros(2), np.array([0.3, 1.0]))])
def test_covariances_made_together_are_those_of_each(prior):
    """Fits with other columns and lengths in one batch; one that was asked before is left as it is."""
    jobs = [
        FoldJob(Y[:n], X[:n, list(columns)], None, prior)
        for n, columns in ((100, (0, 1)), (90, (0, 2)), (100, (1, 2)))
    ]
    together, alone = (
        arima_folds(jobs, (1, 0, 1), mean=False, starts="full", engine="numpy") for _ in range(2)
    )
    asked = together[1].cov_params
    prepare_covariances([*together, arima(Y, (0, 1, 1), engine="numpy")])
    for one, other in zip(together, alone, strict=True):
        assert "_covariance" in one.__dict__
        np.testing.assert_allclose(one.cov_params, other.cov_params, rtol=1e-6, atol=1e-10)
    assert together[1].cov_params.equals(asked)


def test_residuals_are_innovations():
    fit = arima(Y, (0, 1, 0), engine="numpy")
    assert np.isnan(fit.residuals[0])
    np.testing.assert_allclose(fit.residuals[1:], np.diff(Y), atol=1e-12)
    assert np.mean(fit.residuals[1:] ** 2) == pytest.approx(fit.sigma2)


def test_forecasts_of_one_fold_do_not_need_the_others():
    jobs = [FoldJob(Y[:n], X[:n]) for n in (80, 90, 100)]
    fits = arima_folds(jobs, (0, 1, 1), starts="full", engine="numpy")
    for job, fit in zip(jobs, fits, strict=True):
        alone = arima(job.y, (0, 1, 1), None, job.xreg, engine="numpy")
        np.testing.assert_allclose(fit.forecast(4, X[:4])[0], alone.forecast(4, X[:4])[0], atol=1e-4)


def test_flat_likelihoods_are_told():
    y = np.random.default_rng(12).standard_normal(200)
    fit = arima(y, (1, 0, 1), mean=False, engine="numpy")
    told = " ".join(fit.warnings)
    assert "cancel" in told or "flat" in told
    covariance, _ = parameter_covariance(fit.problem, fit.values, fit.sigma2)
    assert np.isfinite(covariance).all()
    assert NUMPY.name == "numpy"


def test_residuals_of_many_are_those_of_each(monkeypatch):
    gap = Y.copy()
    gap[30] = np.nan
    jobs = [FoldJob(Y[:80], X[:80]), FoldJob(gap, X[:, :1], ("a",)), FoldJob(Y)]
    many, each = (arima_folds(jobs, (0, 1, 1), (1, 0, 0, 12)) for _ in range(2))
    expected = [alone.residuals for alone in each]
    prepare_residuals(many)
    monkeypatch.setattr(solved, "_innovations", None)  # nothing is left to be computed
    for fit, residuals in zip(many, expected, strict=True):
        np.testing.assert_allclose(fit.residuals, residuals, atol=1e-12)
