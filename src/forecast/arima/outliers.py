"""Find additive outliers, level shifts and temporary changes: Chen & Liu (1993) with joint re-estimation.

One round: (1) fit the model with the outliers found so far as regressors, by exact maximum likelihood;
(2) at these ARMA parameters, regress the innovations on the filtered effect of every kind at every position
and take the largest t, again and again until none exceeds four fifths of the critical value: the parameters
were fitted with the break inside, which hides part of it; (3) fit all of them jointly and drop the weakest as
long as its t from the joint fit is below the critical value. Rounds end when nothing changes.

Every t is held against the surprises near its month, `volatility.NEAR` months on either side (a robust
standard deviation in (2)): one standard deviation for all years would find breaks in restless years and miss
them in calm ones.

The critical value grows with the length of the series, as the largest of n values does; the table is the one
that X-13ARIMA-SEATS publishes (4.0 near n = 250).
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecast.arima.filters import filter_ar, filter_ma
from forecast.arima.fit import arima_folds
from forecast.arima.kernel import choose_kernel, work_of
from forecast.arima.polynomials import Floats, Orders, difference, split
from forecast.arima.problem import FoldJob
from forecast.arima.result import ArimaFailure, ArimaFit
from forecast.arima.search import Starts
from forecast.arima.solved import prepare_covariances
from forecast.arima.volatility import ENOUGH, NEAR, sure_ratio
from forecast.errors import ConfigError, DataError, nearest

KINDS = ("AO", "LS", "TC")
#: Monthly decay of a temporary change.
DECAY = 0.7
MAX_ROUNDS = 10
#: Share of the critical value at which a break becomes a candidate for the joint fit.
CANDIDATE = 0.8
#: Fits of a typical search, by which its amount of work is judged.
TYPICAL_FITS = 10
_LENGTHS = (12, 24, 36, 48, 72, 96, 120, 144, 168, 192, 216, 240, 264, 288, 312, 336, 360)
_VALUES = (
    3.16,
    3.42,
    3.55,
    3.63,
    3.73,
    3.80,
    3.85,
    3.89,
    3.92,
    3.95,
    3.97,
    3.99,
    4.01,
    4.03,
    4.04,
    4.05,
    4.07,
)


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


def widen(job: FoldJob, places: Sequence[Place], names: Sequence[str] | None = None) -> FoldJob:
    """Return a job with a column of plain maximum likelihood for each place, behind the job's own columns."""
    if not places:
        return job
    n, own = np.size(job.y), _own_columns(job)
    columns = [effect(kind, t, n)[:, None] for t, kind in places]
    mean, sd = job.xreg_prior or (np.zeros(own.shape[1]), np.full(own.shape[1], np.inf))
    k = len(places)
    own_names = job.xreg_names or [f"x{j + 1}" for j in range(own.shape[1])]
    return FoldJob(
        job.y,
        np.hstack([own, *columns]),
        (*own_names, *(names or map(_name, places))),
        (np.r_[mean, np.zeros(k)], np.r_[sd, np.full(k, np.inf)]),
        job.block,
    )


def detect_outliers(
    y: npt.ArrayLike,
    order: Sequence[int] = (0, 1, 1),
    seasonal_order: Sequence[int] | None = None,
    xreg: npt.ArrayLike | None = None,
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
    job = FoldJob(y, xreg)
    (found,) = detect_outliers_folds(
        [job], order, seasonal_order, kinds, critical, mean, max_outliers, "full", engine
    )
    if isinstance(found, ArimaFailure):
        raise DataError(found.message)
    return found


def detect_outliers_folds(
    jobs: Sequence[FoldJob],
    order: Sequence[int] = (0, 1, 1),
    seasonal_order: Sequence[int] | None = None,
    kinds: Sequence[str] = KINDS,
    critical: float | None = None,
    mean: bool | None = None,
    max_outliers: int | None = None,
    starts: Starts = "modes",
    engine: str = "exact",
) -> list[tuple[Outlier, ...] | ArimaFailure]:
    """Find the outliers that each fold shows by itself; see `detect_outliers`.

    Every fold walks its own rounds; the fits that all folds want next are made together, with `starts` as in
    `arima_folds`. Columns with a prior are shrunken during the search too.

    Examples
    --------
    >>> y = np.sin(np.arange(60.0) ** 2)
    >>> y[30] += 8.0
    >>> folds = detect_outliers_folds([FoldJob(y[:30]), FoldJob(y)], (0, 0, 0), kinds=("AO",))
    >>> [[(o.position, o.kind) for o in found] for found in folds]
    [[], [(30, 'AO')]]
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        hint = nearest(unknown[0], KINDS) if unknown else ""
        raise ConfigError(f"kinds must be some of {', '.join(KINDS)}, not {tuple(kinds)}.{hint}")
    orders = Orders.of(order, seasonal_order)
    if engine == "exact" and jobs:
        rows, columns = max(np.size(job.y) for job in jobs), max(_own_columns(job).shape[1] for job in jobs)
        engine = choose_kernel(engine, TYPICAL_FITS * work_of(orders, rows, columns + 3, len(jobs))).name
    results: list[tuple[Outlier, ...] | ArimaFailure] = [()] * len(jobs)
    paths: dict[int, Path] = {}
    wishes: dict[int, list[Place]] = {}
    for i, job in enumerate(jobs):
        paths[i] = _Search(job, orders, tuple(kinds), critical, max_outliers).path()
        wishes[i] = next(paths[i])
    while wishes:
        wider = [widen(jobs[i], places) for i, places in wishes.items()]
        fits = arima_folds(wider, order, seasonal_order, mean, starts, engine)
        prepare_covariances([fit for fit, places in zip(fits, wishes.values(), strict=True) if places])
        following = {}
        for i, fit in zip(wishes, fits, strict=True):
            try:
                following[i] = paths[i].send(fit)
            except StopIteration as stop:
                results[i] = stop.value
        wishes = following
    return results


Place = tuple[int, str]
Path = Generator[list[Place], ArimaFit | ArimaFailure, tuple[Outlier, ...] | ArimaFailure]


def _name(place: Place) -> str:
    return f"{place[1]}@{place[0]}"


def _own_columns(job: FoldJob) -> Floats:
    n = np.size(job.y)
    return np.empty((n, 0)) if job.xreg is None else np.asarray(job.xreg, dtype=float).reshape(n, -1)


@dataclass(frozen=True, eq=False)
class _Search:
    """The search of one fold: yields the places it wants fitted, is sent the fit."""

    job: FoldJob
    orders: Orders
    kinds: tuple[str, ...]
    wished_critical: float | None
    max_outliers: int | None

    @property
    def y(self) -> Floats:
        return np.asarray(self.job.y, dtype=float)

    @property
    def critical(self) -> float:
        """Smallest |t|."""
        known = int(np.isfinite(self.y).sum())
        return critical_value(known) if self.wished_critical is None else float(self.wished_critical)

    def path(self) -> Path:
        """Rounds of adding and dropping until nothing changes."""
        found: list[Place] = []
        seen: set[frozenset[Place]] = set()
        fit = yield found
        if isinstance(fit, ArimaFailure):
            return fit
        base, effects = fit, self._effects()
        for _ in range(MAX_ROUNDS):
            wider, wider_fit = yield from self._prune(found + self._add(fit, effects, found))
            if set(wider) == set(found) or frozenset(wider) in seen:
                break
            seen.add(frozenset(wider))
            found, fit = wider, wider_fit or base
        return self._outliers(found, fit)

    def _effects(self) -> tuple[list[Place], Floats]:
        """Places of known months and kinds that can be told apart, and their differenced effects.

        At the end of the series all kinds are the same.
        """
        y = self.y
        n, places = len(y), []
        for kind in self.kinds:
            first, last = (0, n) if kind == "AO" else (2, n - 1)
            last = n if kind == self.kinds[0] else last
            places += [(t, kind) for t in range(first, last) if np.isfinite(y[t])]
        columns = np.stack([effect(kind, t, n) for t, kind in places], axis=1)
        return places, difference(columns, self.orders)

    def _add(self, fit: ArimaFit, effects: tuple[list[Place], Floats], found: Sequence[Place]) -> list[Place]:
        """Largest t again and again, at fixed ARMA parameters, effects removed from the innovations."""
        places, columns = effects
        filtered = self._filtered(fit, columns)
        at = np.array([t for t, _ in places]) - self.orders.lost
        innovations = fit.innovations[self.orders.lost :]
        known = np.isfinite(innovations)
        filtered, rest = filtered[known], innovations[known].copy()
        row = np.clip(np.searchsorted(np.flatnonzero(known), at), 0, len(rest) - 1)
        squares = (filtered * filtered).sum(0)
        usable = squares > 1e-8 * squares.max()
        room = max(np.size(self.job.y) // 10, 1) if self.max_outliers is None else int(self.max_outliers)
        added: list[Place] = []
        while len(found) + len(added) < room:
            sd = robust_sd(rest)[row]
            size = np.where(usable, filtered.T @ rest / np.where(usable, squares, 1.0), 0.0)
            t = np.where(sd > 0.0, np.abs(size) * np.sqrt(squares) / np.where(sd > 0.0, sd, 1.0), 0.0)
            for place in (*found, *added):
                if place in places:
                    t[places.index(place)] = 0.0
            best = int(np.argmax(t))
            if t[best] < CANDIDATE * self.critical:
                break
            added.append(places[best])
            rest -= size[best] * filtered[:, best]
        return added

    def _filtered(self, fit: ArimaFit, columns: Floats) -> Floats:
        """Return what each effect leaves in the innovations; the
        columns stay as they are for the next round.
        """
        ar, ma, sar, sma = split(fit.values[None, : self.orders.n_arma], self.orders)
        filtered = np.array(filter_ar(columns[:, None, :], ar, sar, self.orders.s))
        filter_ma(filtered, ma, sma, self.orders.s)
        return np.asarray(filtered[:, 0, :], dtype=float)

    def _prune(
        self, found: list[Place]
    ) -> Generator[list[Place], ArimaFit | ArimaFailure, tuple[list[Place], ArimaFit | None]]:
        """Joint fits, the weakest dropped until all reach the critical value."""
        found = list(found)
        while found:
            fit = yield found
            if isinstance(fit, ArimaFailure):
                # too many columns for the series: the one added last goes first
                found.pop()
                continue
            errors = _local_errors(fit, found)
            strength = [
                abs(float(fit.params.get(_name(place), 0.0))) / se
                for place, se in zip(found, errors, strict=True)
            ]
            weakest = int(np.argmin(strength))
            if strength[weakest] >= self.critical:
                return found, fit
            found.pop(weakest)
        return found, None

    def _outliers(self, found: Sequence[Place], fit: ArimaFit) -> tuple[Outlier, ...]:
        result = []
        for place, se in zip(sorted(found), _local_errors(fit, sorted(found)), strict=True):
            size = float(fit.params[_name(place)])
            result.append(Outlier(place[0], place[1], size, se, size / se))
        return tuple(result)


def _local_errors(fit: ArimaFit, places: Sequence[Place]) -> list[float]:
    """Return standard errors at the volatility near each place;
    inf where a column was left out of the fit.
    """
    errors, residuals = fit.bse, fit.innovations
    return [float(errors.get(_name(p), np.inf)) * sure_ratio(residuals, p[0], p[0]) for p in places]


def robust_sd(values: Floats) -> Floats:
    """Return 1.4826 times the median absolute deviation of the values near each, or of all where that is
    smaller.

    Generous, since it only names candidates: a break in calm years is not lost beside restless ones.

    Examples
    --------
    >>> wave = np.tile([-1.0, 0.0, 1.0], 50)
    >>> float(robust_sd(np.r_[wave, 2 * wave])[0].round(2))
    1.48
    """
    padded = np.pad(values, NEAR, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * NEAR + 1)
    middle = np.nanmedian(windows, axis=1)
    sd = np.nanmedian(np.abs(windows - middle[:, None]), axis=1)
    few = np.isfinite(windows).sum(axis=1) < ENOUGH
    whole = np.median(np.abs(values - np.median(values)))
    return np.asarray(1.4826 * np.where(few, whole, np.minimum(sd, whole)), dtype=float)
