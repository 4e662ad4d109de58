"""What a fit gives back: `ArimaFit`, the same for both engines."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast.arima.labels import labels_ahead
from forecast.arima.polynomials import Floats, inverse_roots, split
from forecast.arima.problem import Problem
from forecast.errors import ConfigError
from forecast.notebook import arima_html, plot_arima

#: Names and rows of the table of models tried: the table itself is made when somebody asks.
#: Order, seasonal order, whether with a constant, log-likelihood, criterion.
TriedModel = tuple[tuple[int, int, int], tuple[int, int, int, int], bool, float, float]
Tried = tuple[Sequence[str], Sequence[TriedModel]]


class Source(Protocol):
    """What an engine knows beyond the estimates; asked only when somebody asks."""

    def covariance(self) -> tuple[Floats, tuple[str, ...]]:
        """Covariance of all parameters in the order of their names, and warnings met on the way."""

    def residuals(self) -> Floats:
        """Innovations of the differenced series, one for each of its rows."""

    def moments(self, h: int, xreg: npt.ArrayLike | None, parameters: bool) -> tuple[Floats, Floats]:
        """Mean and standard error (h,) of the next h values."""

    def predict(self, h: int, xreg: npt.ArrayLike | None, parameters: bool) -> tuple[Floats, Floats]:
        """Mean (h,) and a root (h, r) of the covariance of the next h values."""


class ArimaForecast(NamedTuple):
    """Mean and standard error of the values ahead: Series where the index of the series says their months.

    Examples
    --------
    >>> import pandas as pd
    >>> from forecast.arima import arima
    >>> y = pd.Series([3.0, 4, 3.5, 5, 4.5, 5.5, 6, 5], pd.period_range("2024-01", periods=8, freq="M"))
    >>> arima(y, order=(0, 1, 0)).forecast(2).to_frame().round(1).loc["2024-09"].tolist()
    [5.0, 0.9, 3.8, 6.2]
    """

    mean: Floats | pd.Series
    se: Floats | pd.Series

    def to_frame(self, coverage: float = 0.8) -> pd.DataFrame:
        """Return the columns mean, se, lower and upper: the central range of that share."""
        from scipy.special import ndtri

        if not 0 < coverage < 1:
            raise ConfigError(f"to_frame: {coverage:g} is no share between 0 and 1, such as 0.8")
        z = float(ndtri((1 + coverage) / 2))
        made = pd.DataFrame({"mean": self.mean, "se": self.se})
        return made.assign(lower=made["mean"] - z * made["se"], upper=made["mean"] + z * made["se"])


#: Names of the tests of residuals in a printed summary.
CHECK_NAMES = {"ljung_box": "Ljung-Box", "jarque_bera": "Jarque-Bera", "arch_lm": "ARCH LM"}


@dataclass(frozen=True)
class ArimaFailure:
    """A fold that could not be fitted, and why."""

    message: str


@dataclass(frozen=True, eq=False, repr=False)
class ArimaFit:
    """A fitted regression with ARIMA errors.

    Attributes
    ----------
    order, seasonal_order : tuple
        (p, d, q) and (P, D, Q, s).
    loglik : float
        Exact Gaussian log-likelihood of the differenced series: the exact diffuse log-likelihood plus
        (d + s D) / 2 x log(2 pi).
    sigma2 : float
        Innovation variance by maximum likelihood.
    nobs : int
        n - missing - d - s D.
    dropped : tuple of str
        Regressors without information of their own, left out by the rank test.
    warnings : tuple of str
        What a careful reader should know.
    trace : DataFrame or None
        Models tried by `auto_arima`.
    engine : str
        The engine that made it.
    optimum_gap : float
        How far the next optimum lies below this one in log-likelihood; NaN where no other was found.

    Examples
    --------
    >>> from forecast.arima import arima
    >>> fit = arima([3.0, 4.0, 3.5, 5.0, 4.5, 5.5, 6.0, 5.0], order=(0, 1, 0))
    >>> fit.order, fit.nobs, round(fit.sigma2, 3)
    ((0, 1, 0), 7, 0.857)
    """

    problem: Problem
    values: Floats
    loglik: float
    sigma2: float
    engine: str
    source: Source
    notes: tuple[str, ...] = ()
    optimum_gap: float = float("nan")
    tried: Tried | None = None

    @property
    def order(self) -> tuple[int, int, int]:
        """(p, d, q)."""
        return self.problem.orders.order

    @property
    def seasonal_order(self) -> tuple[int, int, int, int]:
        """(P, D, Q, s)."""
        return self.problem.orders.seasonal_order

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters: ar, ma, sar, sma, intercept or drift, regressors.

        A regressor that is called like one of the others has ``xreg.`` before its name.
        """
        return self.problem.orders.names + self.problem.regressor_names

    def place(self, column: str) -> int | None:
        """Return the position of a column of xreg among the parameters; None if it was dropped."""
        return self.problem.place(column)

    @property
    def dropped(self) -> tuple[str, ...]:
        """Regressors left out by the rank test."""
        return self.problem.dropped

    @property
    def nobs(self) -> int:
        """Observations that count."""
        return self.problem.nobs

    @property
    def n_parameters(self) -> int:
        """Parameters that the criteria count: ARMA, profiled regression coefficients, sigma2."""
        return len(self.values) - len(self.problem.shrunk) + 1

    @property
    def free(self) -> int:
        """Degrees of freedom that are left: observations less estimated parameters, the variance apart."""
        return max(self.nobs - self.n_parameters + 1, 1)

    @property
    def sd_factor(self) -> float:
        """Root of nobs / free: standard errors of likelihood, which divides by all, are too small by it."""
        return math.sqrt(self.nobs / self.free)

    @property
    def params(self) -> pd.Series:
        """Estimates by name; posterior means for shrunken regressors."""
        return pd.Series(self.values, index=list(self.names), dtype=float)

    @cached_property
    def _covariance(self) -> tuple[Floats, tuple[str, ...]]:
        return self.source.covariance()

    @property
    def cov_params(self) -> pd.DataFrame:
        """Covariance of the parameters from the observed information."""
        return pd.DataFrame(self._covariance[0], index=list(self.names), columns=list(self.names))

    @property
    def bse(self) -> pd.Series:
        """Standard errors from the observed information."""
        variances = np.diag(self._covariance[0])
        return pd.Series(np.sqrt(np.maximum(variances, 0.0)), index=list(self.names), dtype=float)

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What a careful reader should know about this fit."""
        dropped = (
            (f"dropped, no information of their own: {', '.join(self.dropped)}",) if self.dropped else ()
        )
        gap = self.optimum_gap
        near = (
            (f"another optimum lies only {gap:.2f} below this one in log-likelihood",) if gap == gap else ()
        )
        return (
            dropped + self.notes + near + tuple(root_notes(self.problem, self.values)) + self._covariance[1]
        )

    @property
    def aic(self) -> float:
        """-2 loglik + 2 k. Not comparable across priors."""
        return -2.0 * self.loglik + 2.0 * self.n_parameters

    @property
    def aicc(self) -> float:
        """AIC with the small-sample correction; inf when there are too few observations for it."""
        k, rest = self.n_parameters, self.nobs - self.n_parameters - 1
        return self.aic + 2.0 * k * (k + 1) / rest if rest > 0 else float("inf")

    @property
    def bic(self) -> float:
        """-2 loglik + k log(nobs)."""
        return -2.0 * self.loglik + self.n_parameters * float(np.log(self.nobs))

    @cached_property
    def innovations(self) -> Floats:
        """Innovations, one for each row of y: NaN in missing months and in those used up by differencing."""
        return self.by_row(self.source.residuals())

    @property
    def residuals(self) -> Floats | pd.Series:
        """The innovations, with the index of y where it has one."""
        index = self.problem.index
        return self.innovations if index is None else pd.Series(self.innovations, index, name="residual")

    def by_row(self, innovations: Floats) -> Floats:
        """Return innovations of the differenced rows as residuals, one for each row of y."""
        problem = self.problem
        out = np.full(problem.lead + len(problem.y), np.nan)
        out[problem.lead + problem.orders.lost :] = innovations
        out[problem.lead + problem.missing] = np.nan
        return out

    def forecast(
        self, h: int, xreg: npt.ArrayLike | None = None, parameter_uncertainty: bool = False
    ) -> ArimaForecast:
        """Forecast the next h values.

        Parameters
        ----------
        h : int
            Number of values.
        xreg : array (h, k) or DataFrame, optional
            Future regressors: all columns of the fit, in the same order.
        parameter_uncertainty : bool, default False
            Add the uncertainty of the estimated parameters (first order). Shrunken regressors always carry
            their posterior covariance.

        Returns
        -------
        mean, se : arrays (h,) or Series
            Exact finite-sample mean and standard error at the estimated parameters; Series where y has an
            index of time. `ArimaForecast.to_frame` makes a table with a range of it.

        Examples
        --------
        >>> from forecast.arima import arima
        >>> fit = arima([3.0, 4.0, 3.5, 5.0, 4.5, 5.5, 6.0, 5.0], order=(0, 1, 0))
        >>> fit.forecast(2)[0]
        array([5., 5.])
        """
        mean, se = self.moments(h, xreg, parameter_uncertainty)
        ahead = labels_ahead(self.problem.index, len(mean))
        if ahead is None:
            return ArimaForecast(mean, se)
        return ArimaForecast(pd.Series(mean, ahead, name="mean"), pd.Series(se, ahead, name="se"))

    def moments(
        self, h: int, xreg: npt.ArrayLike | None = None, parameter_uncertainty: bool = False
    ) -> tuple[Floats, Floats]:
        """Return mean and standard error of the next h values as arrays; see `forecast`."""
        return self.source.moments(_steps(h), xreg, parameter_uncertainty)

    def simulate(
        self,
        h: int,
        n: int,
        rng: np.random.Generator,
        xreg: npt.ArrayLike | None = None,
        parameter_uncertainty: bool = False,
    ) -> Floats:
        """Draw n sample paths (n, h) of the next h values; `parameter_uncertainty` as in `forecast`."""
        mean, root = self.source.predict(_steps(h), xreg, parameter_uncertainty)
        draws: Floats = mean + rng.standard_normal((n, root.shape[1])) @ root.T
        return draws

    def diagnostics(self) -> pd.DataFrame:
        """Tests of the residuals (statsmodels'): Ljung-Box, Jarque-Bera, ARCH; one row a test."""
        from forecast.arima.residuals import residual_tests

        season, n_arma = self.seasonal_order[3], self.problem.orders.n_arma
        n = int(np.isfinite(self.innovations).sum())
        lags = {2 * season if season > 1 else min(10, n // 5), n_arma + max(3, season)}
        return residual_tests(self.innovations, sorted(lags), n_arma)

    def summary(self) -> str:
        """The fit as a text table: estimates, standard errors, z, p, intervals, criteria, tests, warnings."""
        return summary_text(self)

    _repr_html_ = arima_html
    plot = plot_arima

    @cached_property
    def trace(self) -> pd.DataFrame | None:
        """Models tried by `auto_arima`, in order; None for a model that was given."""
        return None if self.tried is None else pd.DataFrame(self.tried[1], columns=list(self.tried[0]))

    def with_trace(self, columns: Sequence[str], rows: Sequence[TriedModel]) -> ArimaFit:
        """Return the same fit with the models that were tried on the way to it."""
        return dataclasses.replace(self, tried=(columns, rows))

    def __repr__(self) -> str:
        season = f"({', '.join(map(str, self.seasonal_order[:3]))})[{self.seasonal_order[3]}]"
        model = f"ARIMA({', '.join(map(str, self.order))})" + (season if self.seasonal_order[3] > 1 else "")
        return f"<{model}, {self.nobs} observations, loglik {self.loglik:.3f}, engine {self.engine}>"


def _steps(h: int) -> int:
    if not isinstance(h, (int, np.integer)) or h < 1:
        raise ConfigError(f"h must be a whole number of at least 1, not {h}")
    return int(h)


def root_notes(problem: Problem, values: Floats) -> list[str]:
    """Say which roots lie on or near the unit circle and which factors nearly cancel."""
    orders, notes = problem.orders, []
    ar, ma, sar, sma = split(values[: orders.n_arma], orders)
    for auto, moving, word in ((ar, ma, "ordinary"), (sar, sma, "seasonal")):
        auto_roots, moving_roots = inverse_roots(auto, True), inverse_roots(moving, False)
        if len(auto_roots) and np.abs(auto_roots).max() > 0.99:
            notes.append(f"{word} autoregressive root near the unit circle: another difference may be needed")
        if len(moving_roots) and np.abs(moving_roots).max() > 0.999:
            notes.append(f"{word} moving average root on the unit circle: the series may be over-differenced")
        gaps = np.abs(auto_roots[:, None] - moving_roots[None, :])
        if gaps.size and gaps.min() < 0.1:
            notes.append(
                f"{word} autoregressive and moving average factors nearly cancel: "
                "estimates and standard errors of both are fragile, smaller orders may fit as well"
            )
    return notes


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
    for row in fit.diagnostics().to_dict("records"):
        name = CHECK_NAMES.get(row["check"], row["check"])
        name += f", {row['lag']:.0f} lags" if np.isfinite(row["lag"]) else ""
        moments = "skewness {skewness:.2f}, kurtosis {kurtosis:.2f}".format_map(row)
        line = f"{name:28} {row['statistic']:10.2f}   p {row['p_value']:.3f}   "
        line += moments if row["note"] == "moments" else ""
        lines.append(line.rstrip())
    lines.append("small p: autocorrelation, tails that are not Gaussian, or a variance that changes are left")
    lines += [f"note: {note}" for note in fit.warnings]
    return "\n".join(lines)
