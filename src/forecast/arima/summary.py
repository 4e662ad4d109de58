"""Texts and tests about a fit: the summary table and the tests of its residuals."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from forecast.arima.result import ArimaFit


def residual_tests(fit: ArimaFit) -> pd.DataFrame:
    """Ljung-Box, Jarque-Bera and ARCH tests of the residuals; columns check, statistic, p_value, note."""
    from statsmodels.stats.diagnostic import acorr_ljungbox, het_arch
    from statsmodels.stats.stattools import jarque_bera

    residuals = fit.residuals[np.isfinite(fit.residuals)]
    season, n, n_arma = fit.seasonal_order[3], len(residuals), fit.problem.orders.n_arma
    wished = {2 * season if season > 1 else min(10, n // 5), n_arma + max(3, season)}
    rows = []
    for lags in sorted(lag for lag in wished if n_arma < lag < n // 2):
        test = acorr_ljungbox(residuals, lags=[lags], model_df=n_arma)
        statistic, p_value = float(test["lb_stat"].iloc[0]), float(test["lb_pvalue"].iloc[0])
        rows.append((f"Ljung-Box, {lags} lags", statistic, p_value, "small p: autocorrelation is left"))
    if n >= 8:
        statistic, p_value = (float(v) for v in jarque_bera(residuals)[:2])
        rows.append(("Jarque-Bera", statistic, p_value, "small p: tails are not Gaussian"))
    lags = min(12, n // 5)
    if lags >= 1 and n > 2 * lags + 2:
        with warnings.catch_warnings():
            # statsmodels 0.15 announces another return type of a function that it calls itself
            warnings.simplefilter("ignore", FutureWarning)
            statistic, p_value = (float(v) for v in het_arch(residuals, nlags=lags)[:2])
        rows.append((f"ARCH, {lags} lags", statistic, p_value, "small p: the variance changes over time"))
    return pd.DataFrame(rows, columns=["check", "statistic", "p_value", "note"])


def summary_text(fit: ArimaFit) -> str:
    """Lay a fit out as econometricians expect it."""
    from scipy.special import ndtr

    errors = fit.bse.to_numpy()
    z = np.divide(fit.values, errors, out=np.full(len(errors), np.inf), where=errors > 0)
    width = max([len(name) for name in fit.names] + [9])
    lines = [
        f"{fit.problem.orders}{' with regressors' if len(fit.values) > fit.problem.orders.n_arma else ''}"
        f", exact maximum likelihood, engine {fit.engine}",
        f"observations {fit.nobs}   log-likelihood {fit.loglik:.3f}   sigma2 {fit.sigma2:.6g}",
        f"AIC {fit.aic:.3f}   AICc {fit.aicc:.3f}   BIC {fit.bic:.3f}",
        "",
        f"{'':{width}} {'estimate':>12} {'std.err.':>12} {'z':>8} {'P>|z|':>7} {'[0.025':>12} {'0.975]':>12}",
    ]
    shrunken = {fit.problem.xreg_names[j] for j in fit.problem.shrunk}
    for name, value, error, ratio in zip(fit.names, fit.values, errors, z, strict=True):
        p_value = 2.0 * float(ndtr(-abs(ratio)))
        mark = "  shrunken" if name in shrunken else ""
        lines.append(
            f"{name:{width}} {value:12.6g} {error:12.6g} {ratio:8.2f} {p_value:7.3f} "
            f"{value - 1.959964 * error:12.6g} {value + 1.959964 * error:12.6g}{mark}"
        )
    lines.append("")
    for row in fit.diagnostics().itertuples(index=False):
        lines.append(f"{row.check:20} {row.statistic:10.2f}   p {row.p_value:.3f}   ({row.note})")
    lines += [f"note: {note}" for note in fit.warnings]
    return "\n".join(lines)
