"""Tests of residuals: Ljung-Box, Jarque-Bera and ARCH LM, held to statsmodels' values by the tests.

They are written out here, since statsmodels and scipy.stats take half a second to import.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Check = Literal["fit", "residuals", "ljung_box", "autocorrelation", "jarque_bera", "arch_lm"]
#: What a note says: of which its values stand in the columns behind it.
CheckNote = Literal["", "bound", "moments", "too_few", "other_optimum", "text"]
CHECKS: tuple[Check, ...] = get_args(Check)
CHECK_NOTES: tuple[CheckNote, ...] = get_args(CheckNote)
CHECK_COLUMNS = ("check", "statistic", "p_value", "note", "lag", "value", "skewness", "kurtosis", "text")


def residual_tests(
    residuals: Floats, lags: Sequence[int], n_arma: int = 0, autocorrelations: Sequence[int] = ()
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
    e = np.asarray(residuals, dtype=float)
    e = e[np.isfinite(e)]
    if len(e) and np.ptp(e) == 0.0:
        return check_table(
            [{"check": "residuals", "note": "text", "text": "all residuals are the same: no test"}]
        )
    n = len(e)
    rows: list[dict[str, object]] = []
    for lag in lags:
        if n_arma < lag < n / 2:
            statistic, p_value = _ljung_box(e, lag, n_arma)
            rows.append({"check": "ljung_box", "lag": lag, "statistic": statistic, "p_value": p_value})
    if autocorrelations:
        values, bound = _autocorrelations(e), 1.96 / np.sqrt(n)
        told = {"note": "bound", "value": bound}
        rows += [
            {"check": "autocorrelation", "lag": lag, "statistic": values[lag], **told}
            for lag in autocorrelations
        ]
    if n >= 8:
        statistic, p_value, skew, kurtosis = _jarque_bera(e)
        moments = {"note": "moments", "skewness": skew, "kurtosis": kurtosis}
        rows.append({"check": "jarque_bera", "statistic": statistic, "p_value": p_value, **moments})
    squared_lags = min(12, n // 5)
    if squared_lags >= 1 and n > 2 * squared_lags + 2:
        statistic, p_value = _lagrange_multiplier(e**2, squared_lags)
        rows.append({"check": "arch_lm", "statistic": statistic, "p_value": p_value})
    return check_table(rows)


def _autocorrelations(e: Floats) -> Floats:
    """Return the autocorrelations at lags 0, 1, ..."""
    centred = e - e.mean()
    products = np.correlate(centred, centred, "full")[len(e) - 1 :]
    return np.asarray(products / products[0])


def _ljung_box(e: Floats, lag: int, n_arma: int) -> tuple[float, float]:
    """Return statistic and p-value of no autocorrelation up to a lag."""
    n, lags = len(e), np.arange(1, lag + 1)
    statistic = n * (n + 2) * np.sum(_autocorrelations(e)[1 : lag + 1] ** 2 / (n - lags))
    return float(statistic), _upper_tail(lag - n_arma, statistic)


def _jarque_bera(e: Floats) -> tuple[float, float, float, float]:
    """Return statistic and p-value of normality, skewness and kurtosis."""
    centred = e - e.mean()
    variance = np.mean(centred**2)
    skewness = float(np.mean(centred**3) / variance**1.5)
    kurtosis = float(np.mean(centred**4) / variance**2)
    statistic = len(e) / 6.0 * (skewness**2 + (kurtosis - 3.0) ** 2 / 4.0)
    return statistic, _upper_tail(2, statistic), skewness, kurtosis


def _lagrange_multiplier(x: Floats, lags: int) -> tuple[float, float]:
    """Return statistic and p-value of no regression of values on their own lags."""
    n = len(x) - lags
    columns = [np.ones(n), *(x[lags - k : len(x) - k] for k in range(1, lags + 1))]
    y, regressors = x[lags:], np.column_stack(columns)
    left = y - regressors @ np.linalg.lstsq(regressors, y, rcond=None)[0]
    statistic = n * (1.0 - left @ left / np.sum((y - y.mean()) ** 2))
    return float(statistic), _upper_tail(lags, statistic)


def _upper_tail(degrees: int, statistic: float) -> float:
    """Return the probability of a larger value of a chi-squared distribution."""
    from scipy.special import chdtrc

    return float(chdtrc(degrees, statistic))


def check_table(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Return checks as a table of `CHECK_COLUMNS`; texts that are missing are empty, numbers NaN."""
    texts = ("check", "note", "text")
    table = pd.DataFrame([{**dict.fromkeys(texts, ""), **row} for row in rows], columns=list(CHECK_COLUMNS))
    return table.astype({name: float for name in CHECK_COLUMNS if name not in texts})
