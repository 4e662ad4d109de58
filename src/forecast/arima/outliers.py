"""Find additive outliers, level shifts and temporary changes: Chen & Liu (1993) with joint re-estimation.

One round: (1) fit the model with the outliers found so far as regressors, by exact maximum likelihood;
(2) at these ARMA parameters, regress the innovations on the filtered effect of every kind at every position and
take the largest t (against a robust standard deviation), again and again until none exceeds the critical
value; (3) fit all of them jointly and drop the weakest as long as its t from the joint fit is below the critical
value. Rounds end when nothing changes.

The critical value grows with the length of the series, as the largest of n values does; the table is the one
that X-13ARIMA-SEATS publishes (4.0 near n = 250).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecast.arima.fit import arima
from forecast.arima.polynomials import Floats, Orders, difference, expand
from forecast.arima.result import ArimaFit
from forecast.spec import ConfigError, DataError, nearest

KINDS = ("AO", "LS", "TC")
#: Monthly decay of a temporary change.
DECAY = 0.7
MAX_ROUNDS = 10
_LENGTHS = (12, 24, 36, 48, 72, 96, 120, 144, 168, 192, 216, 240, 264, 288, 312, 336, 360)
_VALUES = (
    3.16, 3.42, 3.55, 3.63, 3.73, 3.80, 3.85, 3.89, 3.92, 3.95, 3.97, 3.99, 4.01, 4.03, 4.04, 4.05, 4.07,
)  # fmt: skip


@dataclass(frozen=True)
class Outlier:
    """One outlier.

    Attributes
    ----------
    position : int
        Row of y, from 0 on.
    kind : {"AO", "LS", "TC"}
        Additive outlier (one value), level shift (from there on), temporary change (decays by 0.7 a step).
    size, se, t : float
        Estimated size, its standard error and their ratio, from the joint fit.
    """

    position: int
    kind: str
    size: float
    se: float
    t: float


def critical_value(n: int) -> float:
    """Critical |t| for a series of n values.

    Examples
    --------
    >>> round(critical_value(288), 2)
    4.03
    """
    return float(np.interp(np.log(max(n, 1)), np.log(_LENGTHS), _VALUES))


def effect(kind: str, position: int, n: int) -> Floats:
    """Column (n,) of an outlier of size one.

    Examples
    --------
    >>> effect("LS", 2, 5)
    array([0., 0., 1., 1., 1.])
    """
    step = np.arange(n) - position
    if kind == "AO":
        return np.asarray(step == 0, dtype=float)
    if kind == "LS":
        return np.asarray(step >= 0, dtype=float)
    return np.asarray(np.where(step >= 0, DECAY ** np.maximum(step, 0), 0.0), dtype=float)


def detect_outliers(
    y: Any,
    order: Sequence[int] = (0, 1, 1),
    seasonal_order: Sequence[int] | None = None,
    xreg: Any = None,
    kinds: Sequence[str] = KINDS,
    critical: float | None = None,
    mean: bool | None = None,
    max_outliers: int | None = None,
    engine: str = "exact",
) -> tuple[Outlier, ...]:
    """Find the outliers of a series.

    Parameters
    ----------
    y, order, seasonal_order, xreg, mean, engine
        As for `forecast.arima.arima`.
    kinds : sequence of {"AO", "LS", "TC"}
        Kinds that are searched.
    critical : float, optional
        Smallest |t|; by the length of the series when not given, see `critical_value`.
    max_outliers : int, optional
        Stop at so many; a tenth of the series when not given.

    Returns
    -------
    tuple of Outlier
        By position; empty when there is none.

    Examples
    --------
    >>> y = np.sin(np.arange(60.0) ** 2)
    >>> y[30] += 8.0
    >>> [(o.position, o.kind) for o in detect_outliers(y, (0, 0, 0), kinds=("AO",))]
    [(30, 'AO')]
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        hint = nearest(unknown[0], KINDS) if unknown else ""
        raise ConfigError(f"kinds must be some of {', '.join(KINDS)}, not {tuple(kinds)}.{hint}")
    values = np.asarray(y, dtype=float)
    limit = critical_value(int(np.isfinite(values).sum())) if critical is None else float(critical)
    room = max(len(values) // 10, 1) if max_outliers is None else int(max_outliers)
    base = (
        np.empty((len(values), 0)) if xreg is None else np.asarray(xreg, dtype=float).reshape(len(values), -1)
    )
    search = _Search(values, Orders.of(order, seasonal_order), base, tuple(kinds), limit, room, mean, engine)
    return search.run()


@dataclass(frozen=True, eq=False)
class _Search:
    y: Floats
    orders: Orders
    xreg: Floats
    kinds: tuple[str, ...]
    critical: float
    room: int
    mean: bool | None
    engine: str

    def run(self) -> tuple[Outlier, ...]:
        """Rounds of adding and dropping until nothing changes."""
        places = [place for place in self._places() if np.isfinite(self.y[place[0]])]
        found: list[tuple[int, str]] = []
        seen: set[frozenset[tuple[int, str]]] = set()
        fit = self._fit(found)
        for _ in range(MAX_ROUNDS):
            wider = self._prune(found + self._add(fit, places, found))
            if set(wider) == set(found) or frozenset(wider) in seen:
                break
            seen.add(frozenset(wider))
            found, fit = wider, self._fit(wider)
        return self._outliers(found, fit)

    def _places(self) -> list[tuple[int, str]]:
        """Positions and kinds that can be told apart: at the end of the series all kinds are the same."""
        n, places = len(self.y), []
        for kind in self.kinds:
            first, last = (0, n) if kind == "AO" else (2, n - 1)
            last = n if kind == self.kinds[0] else last
            places += [(t, kind) for t in range(first, last)]
        return places

    def _name(self, place: tuple[int, str]) -> str:
        return f"{place[1]}@{place[0]}"

    def _fit(self, found: Sequence[tuple[int, str]]) -> ArimaFit:
        import pandas as pd

        columns = {f"x{j + 1}": self.xreg[:, j] for j in range(self.xreg.shape[1])}
        columns |= {self._name(place): effect(place[1], place[0], len(self.y)) for place in found}
        frame = pd.DataFrame(columns) if columns else None
        return arima(
            self.y, self.orders.order, self.orders.seasonal_order, frame, self.mean, None, self.engine
        )  # fmt: skip

    def _add(
        self, fit: ArimaFit, places: list[tuple[int, str]], found: Sequence[tuple[int, str]]
    ) -> list[tuple[int, str]]:
        """Largest t again and again, at fixed ARMA parameters, effects removed from the innovations."""
        from scipy.signal import lfilter

        phi, theta = expand(fit.values[None, : self.orders.n_arma], self.orders)
        ar = np.r_[1.0, -phi[0, 1:]]
        n, lost = len(self.y), self.orders.lost
        columns = np.stack([effect(kind, t, n) for t, kind in places], axis=1)
        filtered = lfilter(ar, [1.0], difference(columns, self.orders), axis=0)
        filtered = lfilter([1.0], theta[0], filtered, axis=0)
        innovations = fit.residuals[lost:]
        known = np.isfinite(innovations)
        filtered, rest = filtered[known], innovations[known].copy()
        squares = (filtered * filtered).sum(0)
        usable = squares > 1e-8 * squares.max()
        added: list[tuple[int, str]] = []
        while len(found) + len(added) < self.room:
            sd = 1.4826 * float(np.median(np.abs(rest - np.median(rest))))
            size = np.where(usable, filtered.T @ rest / np.where(usable, squares, 1.0), 0.0)
            t = np.abs(size) * np.sqrt(squares) / sd if sd > 0.0 else np.zeros(len(size))
            for place in (*found, *added):
                if place in places:
                    t[places.index(place)] = 0.0
            best = int(np.argmax(t))
            if t[best] < self.critical:
                break
            added.append(places[best])
            rest -= size[best] * filtered[:, best]
        return added

    def _prune(self, found: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """Joint fits, the weakest dropped until all reach the critical value."""
        found = list(found)
        while found:
            try:
                fit = self._fit(found)
            except DataError:
                # too many columns for the series: the one added last goes first
                found.pop()
                continue
            t = fit.params.abs() / fit.bse
            strength = [float(t.get(self._name(place), 0.0)) for place in found]
            weakest = int(np.argmin(strength))
            if strength[weakest] >= self.critical:
                break
            found.pop(weakest)
        return found

    def _outliers(self, found: Sequence[tuple[int, str]], fit: ArimaFit) -> tuple[Outlier, ...]:
        params, errors = fit.params, fit.bse
        result = []
        for place in sorted(found):
            name = self._name(place)
            size, se = float(params[name]), float(errors[name])
            result.append(Outlier(place[0], place[1], size, se, size / se))
        return tuple(result)
