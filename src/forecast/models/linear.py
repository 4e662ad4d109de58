"""Log counts on trend, month, lags and events by ordinary least squares with HAC errors (statsmodels)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast.errors import ConfigError, DataError, counted
from forecast.models.arima import residual_checks
from forecast.models.base import SeriesFit
from forecast.models.parameters import Lags, Terms, Window
from forecast.models.series import SeriesData, complete
from forecast.models.series_model import SeriesModel
from forecast.models.transform import Array, Scale

if TYPE_CHECKING:
    from statsmodels.regression.linear_model import RegressionResults

#: Kind and name of a column: an event may be called as the model's own columns are.
Column = tuple[str, str]


@dataclass(frozen=True)
class Linear(SeriesModel):
    """Linear regression on trend, month dummies, lags and events, told with HAC standard errors.

    Event columns are plain (not shrunken): this is the regression that an analyst would run first, shown so
    that its coefficients can be read and its forecasts scored.

    Parameters
    ----------
    lags : tuple of int
        Lags of the series on the model's scale; forecasts are iterated.
    trend, seasonal, events : bool
        Which other columns stand in the regression.
    hac_lags : int
        Lags of the Newey-West covariance.
    """

    min_months: ClassVar[int] = 48
    lags: Lags = (1, 2, 12)
    trend: bool = True
    seasonal: bool = True
    events: bool = True
    hac_lags: Terms = 12
    transform: Scale = "log"
    window: Window = None

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Fit one series.

        Raises
        ------
        DataError
            If fewer rows than columns remain.
        """
        n, lag = len(data.y), max(self.lags, default=0)
        complete(data, last=lag)
        columns = self._columns(data, np.arange(n), data.past)
        for k in self.lags:
            columns["nuisance", f"lag{k}"] = np.concatenate([np.full(k, np.nan), data.y[:-k]])
        names, values = list(columns), np.column_stack(list(columns.values()))
        rows = ~np.isnan(data.y) & ~np.isnan(values).any(axis=1) & (np.arange(n) >= lag)
        kept = _independent(values[rows])
        dropped = [name for j, (_, name) in enumerate(names) if j not in kept]
        names, x = [names[j] for j in kept], values[rows][:, kept]
        if len(x) <= len(names) + 5:
            raise DataError(
                f"{data.name}: {counted(len(x), 'row', 'are')} too few for {counted(len(names), 'column')}"
            )
        from statsmodels.regression.linear_model import OLS

        result = OLS(data.y[rows], x).fit()
        beta = dict(zip(names, map(float, result.params), strict=True))
        sigma = float(np.sqrt(result.mse_resid))
        notes = (f"left out, cannot be told apart: {', '.join(dropped)}",) if dropped else ()

        def steps(h: int) -> tuple[Array, Array]:
            if self.events and len(data.columns) and len(data.future) < h:
                raise ConfigError(
                    f"{data.name}: columns of {counted(len(data.future), 'month')} to come; asked for {h}"
                )
            future = self._columns(data, np.arange(n, n + h), data.future.iloc[:h])
            return self._iterate(data.y, beta, future, h), sigma * self._growth(beta, h)

        return SeriesFit(
            steps,
            lambda: self._coefficients(result, names),
            lambda: residual_checks(result.resid),
            notes,
        )

    def _columns(
        self, data: SeriesData, t: npt.NDArray[np.int64], events: pd.DataFrame
    ) -> dict[Column, Array]:
        out: dict[Column, Array] = {("nuisance", "intercept"): np.ones(len(t))}
        if self.trend:
            out["nuisance", "trend"] = t / 12.0
        if self.seasonal:
            month = (data.months[0].month - 1 + t) % 12 + 1
            for m in range(2, 13):
                out["nuisance", f"month_{m}"] = (month == m).astype(float)
        if self.events:
            for name in events.columns:
                out["plain", str(name)] = events[name].to_numpy(dtype=float)
        return out

    def _lag(self, beta: dict[Column, float], k: int) -> float:
        return beta.get(("nuisance", f"lag{k}"), 0.0)

    def _iterate(self, y: Array, beta: dict[Column, float], future: dict[Column, Array], h: int) -> Array:
        path = list(y)
        fixed = sum(
            (beta[name] * values for name, values in future.items() if name in beta), start=np.zeros(h)
        )
        for step in range(h):
            lagged = sum(self._lag(beta, k) * path[-k] for k in self.lags)
            path.append(float(fixed[step] + lagged))
        return np.asarray(path[-h:])

    def _growth(self, beta: dict[Column, float], h: int) -> Array:
        psi = np.zeros(h)
        psi[0] = 1.0
        for j in range(1, h):
            psi[j] = sum(self._lag(beta, k) * psi[j - k] for k in self.lags if k <= j)
        return np.sqrt(np.cumsum(psi**2))

    def _coefficients(self, result: RegressionResults, names: list[Column]) -> pd.DataFrame:
        hac = result.get_robustcov_results("HAC", maxlags=self.hac_lags, use_correction=True)
        low, high = np.asarray(hac.conf_int()).T
        kinds, terms = zip(*names, strict=True)
        return pd.DataFrame(
            {"term": terms, "estimate": hac.params, "se": hac.bse, "lower": low, "upper": high, "kind": kinds}
        )


def _independent(x: Array) -> list[int]:
    """Return the positions of the columns that add to the rank of those before them."""
    basis = np.empty((x.shape[0], 0))
    kept: list[int] = []
    for j in range(x.shape[1]):
        column = x[:, j]
        rest = column.copy()
        for _ in range(2):  # twice is enough for Gram-Schmidt
            rest -= basis @ (basis.T @ rest)
        norm, size = np.linalg.norm(rest), np.linalg.norm(column)
        if size > 0 and norm > 1e-8 * size:
            basis = np.column_stack([basis, rest / norm])
            kept.append(j)
    return kept
