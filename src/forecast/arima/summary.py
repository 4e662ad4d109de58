"""The summary of a fit as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from forecast.arima.result import ArimaFit


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
        line = f"{row.check:28} {row.statistic:10.2f}   p {row.p_value:.3f}   {row.note}"
        lines.append(line.rstrip())
    lines.append("small p: autocorrelation, tails that are not Gaussian, or a variance that changes are left")
    lines += [f"note: {note}" for note in fit.warnings]
    return "\n".join(lines)
