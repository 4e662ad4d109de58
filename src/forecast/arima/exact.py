"""Series without an error: each value follows from the ones before, so there is nothing to estimate.

Maximum likelihood has no optimum there, since the innovation variance is zero. The fit says so and goes on as
the series does (as R's ``auto.arima``): by its constant, by a drift, or by last year's values plus a
constant.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from forecast.arima.forecasts import integrate
from forecast.arima.polynomials import Floats, Orders, difference, difference_polynomial
from forecast.arima.problem import FoldJob, Problem, arrays_of, build
from forecast.arima.result import ArimaFit
from forecast.errors import ForecastError

#: So many differences must agree before a series is called exact.
_AGREEING = 3
#: Differences this much smaller than the largest figure are rounding.
_ROUNDING = 8 * float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class Continued:
    """Answers of a fit without an error; a `Source`."""

    problem: Problem
    step: float

    def covariance(self) -> tuple[Floats, tuple[str, ...]]:
        """Zero: nothing was estimated."""
        n = len(self.problem.regressor_names)
        return np.zeros((n, n)), ()

    def residuals(self) -> Floats:
        """Zero for every row."""
        return np.zeros(len(self.problem.z))

    def moments(self, h: int, xreg: npt.ArrayLike | None, parameters: bool) -> tuple[Floats, Floats]:
        """Mean (h,) and standard error, which is zero."""
        mean, root = self.predict(h, xreg, parameters)
        return mean, root[:, 0]

    def predict(self, h: int, xreg: npt.ArrayLike | None, parameters: bool) -> tuple[Floats, Floats]:
        """Mean (h,) and a root (h, 1) of the covariance, which is zero."""
        orders = self.problem.orders
        past = self.problem.y[len(self.problem.y) - orders.lost :][None, :, None]
        steps = np.full((1, h, 1), self.step)
        return integrate(steps, past, -difference_polynomial(orders))[0, :, 0], np.zeros((h, 1))


def exact_fit(job: FoldJob, season: int, d: int | None, seasonal_d: int | None) -> ArimaFit | None:
    """Return the fit of a series that is constant, a line, or a repeated season; None for any other.

    Regressors have nothing to explain there and no coefficient.

    Examples
    --------
    >>> exact_fit(FoldJob([3.0, 5.0, 7.0, 9.0]), 12, None, None).forecast(2)[0].tolist()
    [11.0, 13.0]
    """
    job = replace(job, xreg=None, xreg_names=None, xreg_prior=None)
    try:
        y, _ = arrays_of(job)
    except ForecastError:
        return None
    known = np.flatnonzero(np.isfinite(y))
    trimmed = y[known[0] :]
    if not np.isfinite(trimmed).all():
        return None
    for order, seasonal in ((0, 0), (1, 0), (0, 1)) if season > 1 else ((0, 0), (1, 0)):
        if order != (order if d is None else d) or seasonal != (
            seasonal if seasonal_d is None else seasonal_d
        ):
            continue
        orders = Orders.of((0, order, 0), (0, seasonal, 0, season) if season > 1 else None)
        steps = difference(trimmed, orders)
        small = _ROUNDING * float(np.abs(trimmed).max())
        if len(steps) >= max(_AGREEING, seasonal * season) and np.ptp(steps) <= small:
            step = float(np.median(steps)) if np.abs(steps).max() > small else 0.0
            return _made(job, orders, step)
    return None


def _made(job: FoldJob, orders: Orders, step: float) -> ArimaFit:
    problem = build(job, orders, bool(step) or not orders.lost)
    constant = step / (orders.s if orders.D else 1)
    return ArimaFit(
        problem=problem,
        values=np.array([constant] if problem.keep_fixed else []),
        loglik=float("inf"),
        sigma2=0.0,
        engine="exact",
        source=Continued(problem, step),
        notes=(f"exact: {_rule(orders, step)}, without an error; the forecast goes on so, without a range",),
    )


def _rule(orders: Orders, step: float) -> str:
    if not orders.lost:
        return f"every value is {step:g}"
    plus = f" {'plus' if step > 0 else 'less'} {abs(step):g}" if step else ""
    return f"every value is the one {f'{orders.s} values ' if orders.D else ''}before{plus}"
