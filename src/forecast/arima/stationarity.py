"""How many differences a series needs: R's current defaults (forecast 8.x, ``nsdiffs`` and ``ndiffs``).

Seasonal: one seasonal difference when the strength of the season in an STL decomposition exceeds 0.64 (Wang,
Smith & Hyndman 2006). Ordinary: differences until the KPSS test of level stationarity (Kwiatkowski et al.
1992) with ``trunc(3 sqrt(n) / 13)`` lags does not reject at 5 %, at most two.
"""

from __future__ import annotations

import numpy as np

from forecast.arima.polynomials import Floats, Orders, difference
from forecast.arima.problem import FoldJob, arrays_of

#: 5 % critical value of the KPSS statistic for a level.
KPSS_CRITICAL = 0.463
SEASONAL_STRENGTH = 0.64


def kpss_statistic(y: Floats) -> float:
    """KPSS statistic of level stationarity with Bartlett weights.

    Examples
    --------
    >>> bool(kpss_statistic(np.arange(100.0)) > KPSS_CRITICAL)
    True
    """
    n = len(y)
    lags = int(3.0 * np.sqrt(n) / 13.0)
    e = y - y.mean()
    variance = e @ e / n
    for lag in range(1, lags + 1):
        variance += 2.0 * (1.0 - lag / (lags + 1.0)) * (e[lag:] @ e[:-lag]) / n
    sums = np.cumsum(e)
    return float(sums @ sums / (n * n * variance)) if variance > 0.0 else 0.0


def seasonal_strength(y: Floats, season: int) -> float:
    """Share of the variance of the detrended series that its season explains, 0 to 1.

    Examples
    --------
    >>> y = np.tile([1.0, 5.0, 2.0, 9.0], 12) + np.sin(np.arange(48.0) ** 2)
    >>> bool(seasonal_strength(y, 4) > 0.8)
    True
    """
    from statsmodels.tsa.seasonal import STL

    window = int(np.ceil(1.5 * season / (1.0 - 1.5 / 11.0)))
    trend = window + (window + 1) % 2
    low_pass = season + 1 + season % 2
    parts = STL(
        y,
        period=season,
        seasonal=11,
        trend=trend,
        low_pass=low_pass,
        seasonal_deg=0,
        seasonal_jump=2,
        trend_jump=int(np.ceil(trend / 10)),
        low_pass_jump=int(np.ceil(low_pass / 10)),
    ).fit(inner_iter=2, outer_iter=0)
    rest, whole = np.var(parts.resid), np.var(parts.resid + parts.seasonal)
    return float(np.clip(1.0 - rest / whole, 0.0, 1.0)) if whole > 0.0 else 0.0


def seasonal_differences(y: Floats, season: int) -> int:
    """Number of seasonal differences, 0 or 1."""
    if season < 2 or len(y) <= 2 * season or np.ptp(y) == 0.0:
        return 0
    return int(seasonal_strength(y, season) > SEASONAL_STRENGTH)


def ordinary_differences(y: Floats, largest: int = 2) -> int:
    """Number of ordinary differences, 0 to `largest`.

    Examples
    --------
    >>> ordinary_differences(np.cumsum(np.sin(np.arange(200.0) ** 2) + 0.5))
    1
    """
    count = 0
    while count < largest and len(y) > 10 and np.ptp(y) > 0.0 and kpss_statistic(y) > KPSS_CRITICAL:
        y = np.diff(y)
        count += 1
    return count


def _explained(job: FoldJob) -> Floats:
    """The series less its regression on xreg, as R does before its tests; missing months interpolated."""
    y, xreg = arrays_of(job)
    known = np.flatnonzero(np.isfinite(y))
    y = np.asarray(np.interp(np.arange(known[0], known[-1] + 1), known, y[known]), dtype=float)
    if not xreg.size:
        return y
    columns = np.column_stack([np.ones(len(y)), xreg[known[0] : known[-1] + 1]])
    return np.asarray(y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0], dtype=float)


def choose_differences(job: FoldJob, season: int, d: int | None, seasonal_d: int | None) -> tuple[int, int]:
    """Differences d and D of a job: those given, or those of R's tests."""
    rest = _explained(job) if d is None or seasonal_d is None else np.empty(0)
    if seasonal_d is None:
        seasonal_d = seasonal_differences(rest, season)
    if d is None:
        seasonal = Orders.of((0, 0, 0), (0, seasonal_d, 0, season) if season > 1 else None)
        d = ordinary_differences(difference(rest, seasonal))
    return d, seasonal_d
