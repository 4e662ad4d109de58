"""How large the surprises were near some months, beside those of all: standard errors under changing
volatility.

Maximum likelihood takes one variance for all months. Where months grew more restless, what is said of a late
month is too sure by the ratio of the two standard deviations.
"""

from __future__ import annotations

import numpy as np

from forecast.arima.polynomials import Floats
from forecast.arima.result import ArimaFit

#: Months on either side whose surprises count as near.
NEAR = 36
#: Fewer residuals than this do not tell a variance of their own.
ENOUGH = 24
#: A column that varies by less than this near some months takes no degree of freedom there.
VARIES = 0.01


def local_ratio(residuals: Floats, first: int, last: int) -> float:
    """Return the root mean square of the residuals near the rows first..last over that of all; 1 where few
    are known.

    Examples
    --------
    >>> calm = np.tile([1.0, -1.0], 60)
    >>> restless = np.r_[calm, 3 * calm]
    >>> round(local_ratio(restless, 200, 211), 3), round(local_ratio(restless, 60, 60), 3)
    (1.342, 0.447)
    """
    near = residuals[max(first - NEAR, 0) : last + NEAR + 1]
    near, every = near[np.isfinite(near)], residuals[np.isfinite(residuals)]
    whole = float(np.mean(every**2)) if len(every) else 0.0
    if len(near) < ENOUGH or whole <= 0.0:
        return 1.0
    return float(np.sqrt(np.mean(near**2) / whole))


def student_near(fit: ArimaFit, first: int, last: int) -> tuple[float, float]:
    """Return the sd of the surprises near the rows first..last over that of all, and the degrees of freedom
    of its Student t.

    Each column that varies there takes one degree. Where few surprises are near, it is 1 with those of all.
    """
    begin, end = max(first - NEAR, 0), last + NEAR + 1
    n = int(np.isfinite(fit.innovations[begin:end]).sum())
    if n < ENOUGH:
        return 1.0, float(fit.free)
    problem = fit.problem
    rows = problem.raw[max(begin - problem.lead, 0) : max(end - problem.lead, 0), problem.n_missing : -1]
    used = int((np.ptp(rows, axis=0) > VARIES).sum()) if len(rows) else 0
    free = max(n - used, 1)
    return local_ratio(fit.innovations, first, last) * float(np.sqrt(n / free)), float(free)


def sure_ratio(residuals: Floats, first: int, last: int) -> float:
    """Return `local_ratio` where it differs from one by more than chance brings in four of five cases, else
    one.

    A search asks at hundreds of months, so the chance in their ratios alone would find breaks.
    """
    near = residuals[max(first - NEAR, 0) : last + NEAR + 1]
    ratio, n = local_ratio(residuals, first, last), max(int(np.isfinite(near).sum()), 1)
    return ratio if ratio > 0.0 and abs(np.log(ratio)) > 1.2816 / np.sqrt(2.0 * n) else 1.0


def local_covariance(covariance: Floats, ratio: Floats, prior_sd: Floats) -> Floats:
    """Return the covariance (k, k) of regression coefficients when the surprises near each are `ratio` times
    the mean.

    What the figures tell of a coefficient is worth less where months are restless; its prior, sd = inf for
    none, stays.

    Examples
    --------
    >>> plain = np.array([[0.04, -0.01], [-0.01, 0.09]])
    >>> twice, free = np.array([2.0, 2.0]), np.array([np.inf, np.inf])
    >>> bool(np.allclose(local_covariance(plain, twice, free), 4 * plain))
    True
    >>> local_covariance(np.array([[0.08]]), np.array([2.0]), np.array([0.4])).round(3)  # 1 / (5/.64)
    array([[0.128]])
    """
    prior = np.diag(prior_sd**-2.0)
    told = (np.linalg.inv(covariance) - prior) / np.outer(ratio, ratio)
    return np.asarray(np.linalg.inv(told + prior), dtype=float)
