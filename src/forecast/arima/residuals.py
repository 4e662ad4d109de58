"""Tests of residuals: Ljung-Box, Jarque-Bera and ARCH LM (statsmodels')."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def residual_tests(
    residuals: NDArray[Any], lags: Sequence[int], n_arma: int = 0, autocorrelations: Sequence[int] = ()
) -> pd.DataFrame:
    """Test residuals for autocorrelation, normality and heteroscedasticity.

    Parameters
    ----------
    residuals : array (n,)
        One-step errors; NaN are left out.
    lags : sequence of int
        Lags of the Ljung-Box test; those of half the residuals and more are left out.
    n_arma : int
        ARMA parameters that were estimated; the Ljung-Box test has so many degrees of freedom less.
    autocorrelations : sequence of int
        Lags of which the autocorrelation itself is told too.

    Returns
    -------
    DataFrame
        Columns ``check, statistic, p_value, note``; a test that needs more residuals is left out.
    """
    from statsmodels.stats.diagnostic import acorr_ljungbox, acorr_lm
    from statsmodels.stats.stattools import jarque_bera
    from statsmodels.tsa.stattools import acf

    e = np.asarray(residuals, dtype=float)
    e = e[np.isfinite(e)]
    n, rows = len(e), []
    for lag in lags:
        if n_arma < lag < n / 2:
            test = acorr_ljungbox(e, lags=[lag], model_df=n_arma).iloc[0]
            rows.append((f"Ljung-Box, {lag} lags", test["lb_stat"], test["lb_pvalue"], ""))
    if autocorrelations:
        values, bound = acf(e, nlags=max(autocorrelations), fft=False), 1.96 / np.sqrt(n)
        rows += [
            (f"autocorrelation at lag {lag}", values[lag], np.nan, f"95 % bound {bound:.2f}")
            for lag in autocorrelations
        ]
    if n >= 8:
        statistic, p_value, skew, kurtosis = jarque_bera(e)
        note = f"skewness {skew:.2f}, kurtosis {kurtosis:.2f}"
        rows.append(("normality (Jarque-Bera)", statistic, p_value, note))
    squared_lags = min(12, n // 5)
    if squared_lags >= 1 and n > 2 * squared_lags + 2:
        test = acorr_lm(e**2, nlags=squared_lags, result_object=True)
        rows.append(("heteroscedasticity (ARCH LM)", test[0], test[1], ""))
    table = pd.DataFrame(rows, columns=["check", "statistic", "p_value", "note"])
    return table.astype({"statistic": float, "p_value": float})
