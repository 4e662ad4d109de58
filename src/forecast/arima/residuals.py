"""Tests of residuals: Ljung-Box, Jarque-Bera and ARCH LM (statsmodels')."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Check = Literal["fit", "residuals", "ljung_box", "autocorrelation", "jarque_bera", "arch_lm"]
#: What a note says: of which its values stand in the columns behind it.
CheckNote = Literal["", "bound", "moments", "too_few", "other_optimum", "text"]
CHECKS: tuple[Check, ...] = get_args(Check)
CHECK_NOTES: tuple[CheckNote, ...] = get_args(CheckNote)
CHECK_COLUMNS = ("check", "statistic", "p_value", "note", "lag", "value", "skewness", "kurtosis", "text")


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
        `CHECK_COLUMNS`; a test that needs more residuals is left out.
    """
    from statsmodels.stats.diagnostic import acorr_ljungbox, acorr_lm
    from statsmodels.stats.stattools import jarque_bera
    from statsmodels.tsa.stattools import acf

    e = np.asarray(residuals, dtype=float)
    e = e[np.isfinite(e)]
    n = len(e)
    rows: list[dict[str, object]] = []
    for lag in lags:
        if n_arma < lag < n / 2:
            test = acorr_ljungbox(e, lags=[lag], model_df=n_arma).iloc[0]
            found = {"statistic": test["lb_stat"], "p_value": test["lb_pvalue"]}
            rows.append({"check": "ljung_box", "lag": lag, **found})
    if autocorrelations:
        values, bound = acf(e, nlags=max(autocorrelations), fft=False), 1.96 / np.sqrt(n)
        told = {"note": "bound", "value": bound}
        rows += [
            {"check": "autocorrelation", "lag": lag, "statistic": values[lag], **told}
            for lag in autocorrelations
        ]
    if n >= 8:
        statistic, p_value, skew, kurtosis = jarque_bera(e)
        moments = {"note": "moments", "skewness": skew, "kurtosis": kurtosis}
        rows.append({"check": "jarque_bera", "statistic": statistic, "p_value": p_value, **moments})
    squared_lags = min(12, n // 5)
    if squared_lags >= 1 and n > 2 * squared_lags + 2:
        test = acorr_lm(e**2, nlags=squared_lags, result_object=True)
        rows.append({"check": "arch_lm", "statistic": test[0], "p_value": test[1]})
    return check_table(rows)


def check_table(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Return checks as a table of `CHECK_COLUMNS`; texts that are missing are empty, numbers NaN."""
    texts = ("check", "note", "text")
    table = pd.DataFrame([{**dict.fromkeys(texts, ""), **row} for row in rows], columns=list(CHECK_COLUMNS))
    return table.astype({name: float for name in CHECK_COLUMNS if name not in texts})
