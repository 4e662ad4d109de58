"""From a user's arrays to the columns of one regression with ARIMA errors.

A `Problem` holds the differenced columns in the order in which the likelihood wants them:
missing months (one dummy each, integrated out), shrunken regressors (finite prior sd, integrated out), free
regressors (intercept or drift first, profiled), and the series itself. It also remembers how to undo what
was done for numerical reasons: leading missing months trimmed, columns centred beside an intercept,
columns without information dropped by a rank test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from numpy.typing import NDArray

from forecast.arima.labels import future_rows, numbers, rows_of, time_index
from forecast.arima.polynomials import Floats, Orders, difference
from forecast.errors import ConfigError, DataError, counted

Ints = NDArray[np.int64]
#: A column is dropped when less than this share of its sum of squares is left after the columns before it.
RANK_TOLERANCE = 1e-11
NO_VARIATION = (
    "the series is constant (or fully explained by its regressors) after {d} ordinary and {D} seasonal "
    "differences: no ARIMA model can be fitted to it"
)


@dataclass(frozen=True)
class FoldJob:
    """One fold: a series up to its origin with its regressors.

    Of a Series and a DataFrame the rows are matched by index, and future regressors by column and month.

    Attributes
    ----------
    y : array (n,)
        May hold NaN for missing months.
    xreg : array (n, k), optional
        Regressors of the same rows.
    xreg_names : sequence of str, optional
        Their names; ``x1..`` when not given.
    xreg_prior : (array (k,), array (k,)), optional
        Prior means and standard deviations in the units of y; sd = inf means plain maximum likelihood.
    block : int
        Folds of different blocks never start from each other's optima.
    index : Index, optional
        Labels of the rows, by which future regressors are matched.
    """

    y: npt.ArrayLike
    xreg: npt.ArrayLike | None = None
    xreg_names: Sequence[str] | None = None
    xreg_prior: tuple[npt.ArrayLike, npt.ArrayLike] | None = None
    block: int = 0
    index: pd.Index | None = None

    def __post_init__(self) -> None:
        """Match regressors by index and take the names of their columns, where they have any."""
        index = time_index(self.y) if self.index is None else self.index
        xreg = rows_of(self.xreg, index)
        object.__setattr__(self, "index", index)
        object.__setattr__(self, "xreg", xreg)
        if self.xreg_names is None and isinstance(xreg, pd.DataFrame):
            object.__setattr__(self, "xreg_names", [str(column) for column in xreg.columns])


@dataclass(frozen=True, eq=False)
class Problem:
    """One regression with ARIMA errors, ready for the likelihood (see the module's text)."""

    orders: Orders
    y: Floats  #: trimmed series, NaN where missing
    xreg: Floats  #: trimmed user columns (n, k), all of them
    xreg_names: tuple[str, ...]
    fixed: str  #: "intercept", "drift" or ""
    missing: Ints  #: rows of the trimmed series
    lead: int  #: leading missing months that were trimmed
    shrunk: Ints  #: user columns with a finite prior sd
    free: Ints  #: user columns that are profiled and were kept
    keep_fixed: bool  #: False when the rank test dropped the intercept or drift
    prior_mean: Floats  #: of the shrunken columns
    prior_sd: Floats
    centre: Floats  #: subtracted from (user columns..., y) beside an intercept
    dropped: tuple[str, ...]
    raw: Floats  #: (n, c) undifferenced columns [missing | shrunk | free | y - shrunk @ prior mean]
    z: Floats  #: (n - lost, c) the same, differenced
    block: int = 0  #: that of the job
    named: bool = False  #: the names of the columns are the user's
    index: pd.Index | None = None  #: labels of the rows that were given, the trimmed ones too

    @property
    def n_missing(self) -> int:
        """Number of missing months inside the trimmed series."""
        return len(self.missing)

    @property
    def nobs(self) -> int:
        """Observations that count: n - missing - d - s D."""
        return len(self.z) - self.n_missing

    @cached_property
    def rounding(self) -> float:
        """Size below which a difference of the series is rounding, not information."""
        largest = max(float(np.abs(self.raw[:, -1]).max()), abs(float(self.centre[-1])))
        return 1e-13 * max(largest, 1e-300)

    @cached_property
    def kept(self) -> Ints:
        """User columns that were kept, in their order."""
        return np.sort(np.concatenate([self.shrunk, self.free]))

    @cached_property
    def regressor_names(self) -> tuple[str, ...]:
        """Names in the public order: intercept or drift, then the user's columns that were kept.

        A column that is called like a parameter of the model is told apart: ``xreg.ar1``.
        """
        own = (*self.orders.names, *((self.fixed,) if self.keep_fixed else ()))
        columns = (self.xreg_names[j] for j in self.kept)
        return own[len(self.orders.names) :] + tuple(f"xreg.{c}" if c in own else c for c in columns)

    def place(self, column: str) -> int | None:
        """Position of the coefficient of a user's column among all parameters; None if it was dropped."""
        found = [i for i, j in enumerate(self.kept) if self.xreg_names[j] == column]
        return len(self.orders.names) + int(self.keep_fixed) + found[0] if found else None

    @cached_property
    def positions(self) -> Ints:
        """Position in the columns of `z` of each of `regressor_names`."""
        start, first_free = self.n_missing, self.n_missing + len(self.shrunk)
        place = np.arange(start, self.raw.shape[1] - 1)
        if not len(self.shrunk):
            return place
        user = np.delete(place, len(self.shrunk)) if self.keep_fixed else place
        user = user[np.argsort(np.concatenate([self.shrunk, self.free]))]
        return np.concatenate([[first_free], user]) if self.keep_fixed else user

    def future(self, h: int, xreg: npt.ArrayLike | None) -> Floats:
        """Values (h, c - 1) of the columns of `raw` in the h months after the last one."""
        columns = np.zeros((h, self.raw.shape[1] - 1))
        start = self.n_missing
        k = len(self.xreg_names)
        if k:
            values = future_rows(xreg, h, self.xreg_names, self.named, self.index) - self.centre[:-1]
            columns[:, columns.shape[1] - len(self.free) :] = values[:, self.free]
            if len(self.shrunk):
                columns[:, start : start + len(self.shrunk)] = values[:, self.shrunk]
        elif xreg is not None and np.size(xreg):
            raise ConfigError(
                f"xreg of the future has {counted(np.shape(xreg)[-1], 'column')}, but the fit has none"
            )
        if self.keep_fixed:
            n = len(self.y) + self.lead
            columns[:, start + len(self.shrunk)] = (
                1.0 if self.fixed == "intercept" else np.arange(n + 1, n + h + 1)
            )
        return columns

    def to_public(self) -> tuple[Floats, Floats]:
        """Matrix and shift that turn the coefficients of `z` into those named by `regressor_names`."""
        positions = self.positions
        matrix = np.zeros((len(positions), self.raw.shape[1] - 1))
        matrix[np.arange(len(positions)), positions] = 1.0
        shift = np.zeros(len(positions))
        if len(self.shrunk):
            prior = np.zeros(len(self.xreg_names))
            prior[self.shrunk] = self.prior_mean
            shift[int(self.keep_fixed) :] = prior[self.kept]
        if self.fixed == "intercept" and self.keep_fixed:
            matrix[0, positions[1:]] -= self.centre[self.kept]
            shift[0] = self.centre[-1] - self.centre[self.kept] @ shift[1:]
        return matrix, shift


def _arrays_of(job: FoldJob) -> tuple[Floats, Floats, tuple[str, ...], list[str]]:
    """Arrays of a job, the names of its columns, and every problem found in them."""
    problems = []
    y = numbers(job.y, "y")
    if y.ndim != 1:
        problems.append(f"y must be one-dimensional, not of shape {y.shape}")
        y = y.reshape(-1)
    if np.isinf(y).any():
        problems.append("y has infinite values")
    names = job.xreg_names
    xreg = np.empty((len(y), 0)) if job.xreg is None else numbers(job.xreg, "xreg")
    xreg = xreg.reshape(-1, 1) if xreg.ndim < 2 else xreg
    if len(xreg) != len(y):
        problems.append(f"xreg has {counted(len(xreg), 'row')}, y has {len(y)}")
    names = tuple(f"x{j + 1}" for j in range(xreg.shape[1])) if names is None else tuple(names)
    if len(names) != xreg.shape[1]:
        problems.append(
            f"{counted(len(names), 'name', 'are')} given for {counted(xreg.shape[1], 'column')} of xreg"
        )
    elif not np.isfinite(xreg).all():
        bad = [name for name, column in zip(names, xreg.T, strict=True) if not np.isfinite(column).all()]
        problems.append(f"xreg has missing or infinite values in {', '.join(bad)}")
    if len(set(names)) < len(names):
        problems.append("names of xreg must differ from each other")
    return y, xreg, names, problems


def arrays_of(job: FoldJob) -> tuple[Floats, Floats]:
    """Return the series and the regressors (n, k) of a job.

    Raises
    ------
    ConfigError
        For arguments that do not fit together (all of them are named at once).
    DataError
        For a series without a figure.
    """
    y, xreg, _, problems = _arrays_of(job)
    if problems:
        raise ConfigError("\n".join(problems))
    if not np.isfinite(y).any():
        raise DataError("the series has no known month")
    return y, xreg


def _checked_prior(job: FoldJob, k: int, problems: list[str]) -> tuple[Floats, Floats]:
    """Prior means and standard deviations of all k columns; infinite sd where none is given."""
    if job.xreg_prior is None:
        return np.zeros(k), np.full(k, np.inf)
    parts = [numbers(part, "xreg_prior").reshape(-1) for part in job.xreg_prior]
    if len(parts) != 2:
        problems.append(
            f"xreg_prior has {counted(len(parts), 'part')}; expected two: means and standard deviations"
        )
        return np.zeros(k), np.full(k, np.inf)
    mean, sd = parts
    if mean.shape != (k,) or sd.shape != (k,):
        problems.append(f"xreg_prior must be (mean, sd) of length {k} each, not {mean.shape} and {sd.shape}")
        return np.zeros(k), np.full(k, np.inf)
    if not np.isfinite(mean).all() or not (sd > 0).all():
        problems.append("xreg_prior needs finite means and positive standard deviations (inf = no prior)")
    return mean, sd


def _fixed_column(orders: Orders, mean: bool | None, problems: list[str]) -> str:
    differences = orders.d + orders.D
    if mean is None:
        return "intercept" if differences == 0 else ""
    if mean and differences > 1:
        problems.append(
            f"mean=True with d + D = {differences} would be a trend of degree {differences}; use None"
        )
    return ("intercept" if differences == 0 else "drift") if mean else ""


def rank_test(z: Floats, n_before: int) -> NDArray[np.bool_]:
    """Tell which columns of `z` from `n_before` on add information to the columns before them.

    The pivots of the Cholesky factor of Z'Z are compared with the column's own sum of squares.
    """
    keep = np.ones(z.shape[1], dtype=bool)
    if not z.shape[1]:
        return keep
    gram = z.T @ z
    own = gram.diagonal()
    try:
        pivots = np.linalg.cholesky(gram).diagonal()
        if (pivots * pivots > 10.0 * RANK_TOLERANCE * own).all():
            return keep[n_before:]
    except np.linalg.LinAlgError:
        pass  # dependent columns: found one by one below
    z = z / np.sqrt(np.where(own == 0.0, 1.0, own))
    gram = z.T @ z
    for j in range(z.shape[1]):
        pivot = gram[j, j]
        if j >= n_before and pivot <= RANK_TOLERANCE:
            keep[j] = False
        elif pivot > RANK_TOLERANCE:
            gram[j + 1 :, j + 1 :] -= np.outer(gram[j + 1 :, j], gram[j, j + 1 :]) / pivot
    return keep[n_before:]


def prepare(job: FoldJob, orders: Orders, mean: bool | None = None) -> Problem:
    """Check a job and build its `Problem`.

    Raises
    ------
    ConfigError
        For arguments that do not fit together (all of them are named at once).
    DataError
        For a series that is too short, or constant after differencing.
    """
    problem = build(job, orders, mean)
    _check_information(problem)
    return problem


def build(job: FoldJob, orders: Orders, mean: bool | None) -> Problem:
    """Return the `Problem` of a job, whether or not its series has an error."""
    y, xreg, names, problems = _arrays_of(job)
    prior_mean, prior_sd = _checked_prior(job, xreg.shape[1], problems)
    fixed = _fixed_column(orders, mean, problems)
    if problems:
        raise ConfigError("\n".join(problems))
    known = np.isfinite(y)
    lead = int(known.argmax()) if known.any() else len(y)
    y, xreg, known = y[lead:], xreg[lead:], known[lead:]
    _check_length(y, orders, int(np.count_nonzero(known)))
    missing, has_prior = np.flatnonzero(~known), np.isfinite(prior_sd)
    shrunk, wished = np.flatnonzero(has_prior), np.flatnonzero(~has_prior)
    target = y if not len(missing) else np.interp(np.arange(len(y)), np.flatnonzero(known), y[known])
    centre = np.zeros(xreg.shape[1] + 1)
    if fixed == "intercept":
        # The first row, not the mean: it is the same at every fold, so that folds can share filter passes.
        centre = np.append(xreg[0], target[0])
    raw = _columns(xreg - centre[:-1], target - centre[-1], missing, shrunk, wished, prior_mean)
    n_integrated, n_fixed = len(missing) + len(shrunk), int(bool(fixed))
    if fixed:
        column = np.ones(len(y)) if fixed == "intercept" else np.arange(lead + 1.0, lead + len(y) + 1.0)
        raw = np.insert(raw, n_integrated, column, axis=1)
    z = difference(raw, orders)
    keep = _informative(z, len(missing), len(shrunk))
    dropped: tuple[str, ...] = ()
    if not keep.all():
        kept = np.concatenate([np.ones(n_integrated, dtype=bool), keep, [True]])
        raw, z = raw[:, kept], z[:, kept]
        wished_names = [fixed] * n_fixed + [names[w] for w in wished]
        dropped = tuple(name for name, stays in zip(wished_names, keep, strict=True) if not stays)
    return Problem(
        orders=orders,
        y=y,
        xreg=xreg,
        xreg_names=names,
        fixed=fixed,
        missing=missing,
        lead=lead,
        shrunk=shrunk,
        free=wished[keep[n_fixed:]],
        keep_fixed=bool(fixed) and bool(keep[0]),
        prior_mean=prior_mean[shrunk],
        prior_sd=prior_sd[shrunk],
        centre=centre,
        dropped=dropped,
        raw=raw,
        z=np.ascontiguousarray(z),
        block=job.block,
        named=job.xreg_names is not None,
        index=job.index,
    )


def _columns(
    xreg: Floats, target: Floats, missing: Ints, shrunk: Ints, wished: Ints, prior_mean: Floats
) -> Floats:
    """Columns [missing | shrunk | free | series less the prior means of the shrunken] of a regression."""
    a, b = len(missing), len(missing) + len(shrunk)
    raw = np.zeros((len(target), b + len(wished) + 1))
    if a:
        raw[missing, np.arange(a)] = 1.0
    if len(shrunk):
        raw[:, a:b], raw[:, b:-1] = xreg[:, shrunk], xreg[:, wished]
        target = target - xreg[:, shrunk] @ prior_mean[shrunk]
    else:
        raw[:, b:-1] = xreg
    raw[:, -1] = target
    return raw


def _informative(z: Floats, n_missing: int, n_shrunk: int) -> NDArray[np.bool_]:
    """Rank test of the free columns; shrunken ones stay whatever the others hold, so they take no part."""
    if n_shrunk:
        z = np.delete(z, np.s_[n_missing : n_missing + n_shrunk], axis=1)
    return rank_test(z[:, :-1], n_missing)


def _check_length(y: Floats, orders: Orders, n_known: int) -> None:
    needed = orders.lost + max(orders.state, orders.n_arma + 2, 2)
    if len(y) < needed or n_known < orders.lost + orders.n_arma + 2:
        raise DataError(
            f"{orders} needs at least {needed} months from the first known one to the last "
            f"and {orders.lost + orders.n_arma + 2} known ones; the series has {len(y)} and {n_known}: "
            "use a longer series or smaller orders"
        )


def _check_information(problem: Problem) -> None:
    n_free = len(problem.free) + int(problem.keep_fixed)
    if problem.nobs <= problem.orders.n_arma + n_free + 1:
        raise DataError(
            f"{problem.nobs} observations are left for {problem.orders.n_arma + n_free + 1} parameters: "
            "use a longer series, fewer regressors or smaller orders"
        )
    if np.abs(problem.z[:, -1]).max(initial=0.0) <= problem.rounding:
        raise DataError(NO_VARIATION.format(d=problem.orders.d, D=problem.orders.D))
