"""The reference engine: statsmodels' SARIMAX, with its two traps handled.

1. With d > 0 or D > 0 the default start of SARIMAX gives the differenced states a variance of 1e6 in
   absolute units, an informative prior for series of thousands. Here y is divided by the size of its
   differences and the exact diffuse start is used.
2. The default standard errors (outer product of gradients) are wrong for event terms. Here the Hessian of
   the log-likelihood is differentiated numerically.
"""

from __future__ import annotations

import warnings as python_warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from forecast.arima.polynomials import Floats
from forecast.arima.problem import Problem
from forecast.arima.result import ArimaFit
from forecast.arima.solved import root_of
from forecast.errors import ConfigError


@dataclass(frozen=True, eq=False)
class ReferenceSource:
    """Answers of a fitted SARIMAX of the scaled, centred columns (`scale` undoes the division of y)."""

    problem: Problem
    results: Any
    scale: float
    n_regressors: int

    def covariance(self) -> tuple[Floats, tuple[str, ...]]:
        """Covariance from a numerical Hessian of the exact log-likelihood."""
        from statsmodels.tools.numdiff import approx_hess3

        k, a = self.n_regressors, self.problem.orders.n_arma
        params = np.asarray(self.results.params, dtype=float)
        hessian = approx_hess3(
            params, self.results.model.loglike, epsilon=1e-4 * np.maximum(np.abs(params), 0.1)
        )
        covariance = np.linalg.pinv(-hessian)[: k + a, : k + a]
        order = np.r_[k : k + a, :k]
        units = np.r_[np.ones(a), np.full(k, self.scale)]
        inner = covariance[np.ix_(order, order)] * np.outer(units, units)
        matrix, _ = self.problem.to_public()
        full = np.zeros((a + len(matrix), a + k))
        full[:a, :a] = np.eye(a)
        full[a:, a:] = matrix[:, self.problem.n_missing :]
        return full @ inner @ full.T, ()

    def residuals(self) -> Floats:
        """One-step errors of the Kalman filter."""
        errors = np.asarray(self.results.filter_results.forecasts_error[0], dtype=float) * self.scale
        return errors[self.problem.orders.lost :]

    def moments(self, h: int, xreg: npt.ArrayLike | None, parameters: bool) -> tuple[Floats, Floats]:
        """Mean and standard error of the next h values."""
        mean, root = self.predict(h, xreg, parameters)
        return mean, np.sqrt((root * root).sum(1))

    def predict(self, h: int, xreg: npt.ArrayLike | None, parameters: bool) -> tuple[Floats, Floats]:
        """Mean and root of the covariance, from the last predicted state."""
        future = self.problem.future(h, xreg)[:, self.problem.n_missing :]
        forecast = self.results.get_forecast(h, exog=future if future.shape[1] else None)
        filtered, ssm = self.results.filter_results, self.results.model.ssm
        transition, design, selection = ssm["transition"], ssm["design"][0], ssm["selection"]
        state = root_of(filtered.predicted_state_cov[:, :, -1])
        noise = selection @ root_of(np.atleast_2d(ssm["state_cov"]))
        parts, rows = [state], []
        for _ in range(h):
            rows.append(np.hstack([design @ part for part in parts]))
            parts = [transition @ part for part in parts] + [noise]
        root = np.zeros((h, rows[-1].size))
        for i, row in enumerate(rows):
            root[i, : row.size] = row
        if parameters:
            raise ConfigError(
                "engine='statsmodels' has no parameter uncertainty in forecasts; use engine='exact'"
            )
        mean = np.asarray(forecast.predicted_mean, dtype=float) * self.scale + self.problem.centre[-1]
        return mean, root * self.scale


def fit_reference(problem: Problem) -> ArimaFit:
    """Fit by SARIMAX with exact diffuse start, scaled data and up to 500 iterations."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    if len(problem.shrunk):
        raise ConfigError("engine='statsmodels' knows no xreg_prior; use engine='exact' or sd = inf")
    orders, a = problem.orders, problem.n_missing
    columns = problem.raw[:, a:-1]
    scale = float(np.std(problem.z[:, -1])) or 1.0
    target = (problem.y - problem.centre[-1]) / scale
    with python_warnings.catch_warnings():
        # SARIMAX warns of its own start values and of iterations; both are judged by the result below.
        python_warnings.simplefilter("ignore")
        model = SARIMAX(
            target,
            exog=columns if columns.shape[1] else None,
            order=orders.order,
            seasonal_order=orders.seasonal_order,
            use_exact_diffuse=orders.lost > 0,
        )
        fitted = model.fit(disp=False, maxiter=500, cov_type="none")
        fitted = model.fit(fitted.params, disp=False, maxiter=500, cov_type="none")
    k = columns.shape[1]
    params = np.asarray(fitted.params, dtype=float)
    matrix, shift = problem.to_public()
    beta = np.r_[np.zeros(a), params[:k] * scale]
    values = np.r_[params[k : k + orders.n_arma], matrix @ beta + shift]
    converged = bool(fitted.mle_retvals.get("converged", True))
    loglik = float(fitted.llf) + 0.5 * orders.lost * np.log(2 * np.pi) - problem.nobs * np.log(scale)
    return ArimaFit(
        problem=problem,
        values=values,
        loglik=float(loglik),
        sigma2=float(params[-1]) * scale**2,
        engine="statsmodels",
        source=ReferenceSource(problem, fitted, scale, k),
        notes=() if converged else ("the optimiser of statsmodels did not converge",),
    )
