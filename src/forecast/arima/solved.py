"""Solved folds of one batch, and what they answer later: forecasts, covariances, residuals.

Nothing of it is computed before somebody asks; forecasts are then made for all folds of the batch at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from forecast.arima.forecasts import Operator, operator, shock_matrix
from forecast.arima.likelihood import Batch, Details, Ints, run
from forecast.arima.polynomials import Floats, Orders, to_partial
from forecast.arima.problem import Problem
from forecast.arima.result import ArimaFailure, ArimaFit


def batch_of(problems: Sequence[Problem]) -> tuple[Batch, Ints, list[Ints]]:
    """Put problems of one model side by side.

    A problem whose columns are the first rows of the next problem's shares that problem's group.

    Returns
    -------
    batch : Batch
        The columns, padded to one shape.
    group : array of int
        Group of each problem.
    columns : list of arrays
        Where the columns of each problem stand in the batch.
    """
    orders = problems[0].orders
    missing = max(p.n_missing for p in problems)
    shrunk = max(len(p.shrunk) for p in problems)
    free = max(p.z.shape[1] - 1 - p.n_missing - len(p.shrunk) for p in problems)
    size = missing + shrunk + free + 1
    columns = []
    for p in problems:
        n_free = p.z.shape[1] - 1 - p.n_missing - len(p.shrunk)
        spans = ((0, p.n_missing), (missing, len(p.shrunk)), (missing + shrunk, n_free), (size - 1, 1))
        columns.append(np.concatenate([np.arange(begin, begin + count) for begin, count in spans]))
    group, holders = _groups(problems)
    z = np.zeros((len(holders), max(len(problems[i].z) for i in holders), size))
    precision = np.ones((len(holders), shrunk))
    for g, i in enumerate(holders):
        z[g, : len(problems[i].z)][:, columns[i]] = problems[i].z
        precision[g, : len(problems[i].shrunk)] = problems[i].prior_sd ** -2.0
    return Batch(orders, z, missing, shrunk, precision), group, columns


def _groups(problems: Sequence[Problem]) -> tuple[Ints, list[int]]:
    """Group of each problem and the problem that holds each group's columns (the last of a run)."""
    holders: list[int] = []
    group = np.zeros(len(problems), dtype=np.int64)
    for i, problem in enumerate(problems):
        follows = i > 0 and _is_prefix(problems[i - 1], problem)
        if follows:
            holders[-1] = i
        else:
            holders.append(i)
        group[i] = len(holders) - 1
    return group, holders


def _is_prefix(earlier: Problem, later: Problem) -> bool:
    """Tell whether the columns of one problem are exactly the first rows of another's."""
    n = len(earlier.z)
    return (
        n <= len(later.z)
        and earlier.z.shape[1] == later.z.shape[1]
        and earlier.n_missing == later.n_missing
        and np.array_equal(earlier.shrunk, later.shrunk)
        and np.array_equal(earlier.prior_sd, later.prior_sd)
        and bool(np.array_equal(earlier.z, later.z[:n]))
    )


@dataclass(frozen=True, eq=False)
class Solved:
    """Estimates of all folds of one batch; first axis folds."""

    problems: Sequence[Problem]
    columns: Sequence[Ints]
    coefficients: Floats
    sigma2: Floats
    beta: Floats  #: (F, C - 1) of the batch's columns
    found: Details
    _operators: dict[int, Operator] = field(default_factory=dict)

    def operator(self, h: int) -> Operator:
        """Forecast operators of all folds, made once for each h."""
        if h not in self._operators:
            self._operators[h] = operator(
                self.problems[0].orders, self.coefficients, self.found, *self._tails(), h
            )
        return self._operators[h]

    def _tails(self) -> tuple[Floats, Floats]:
        orders, size = self.problems[0].orders, self.found.root.shape[1]
        z_tail = np.zeros((len(self.problems), orders.state, size))
        raw_tail = np.zeros((len(self.problems), orders.lost, size))
        for i, (problem, columns) in enumerate(zip(self.problems, self.columns, strict=True)):
            z_tail[i][:, columns] = problem.z[len(problem.z) - orders.state :]
            raw_tail[i][:, columns] = problem.raw[len(problem.raw) - orders.lost :]
        return z_tail, raw_tail


@dataclass(frozen=True, eq=False)
class ExactSource:
    """Answers of one fold of a solved batch."""

    solved: Solved
    lane: int

    @property
    def problem(self) -> Problem:
        """The fold's problem."""
        return self.solved.problems[self.lane]

    @property
    def beta(self) -> Floats:
        """Coefficients of the problem's columns."""
        return np.asarray(self.solved.beta[self.lane][self.solved.columns[self.lane][:-1]], dtype=float)

    def _mean(self, h: int, xreg: npt.ArrayLike | None) -> tuple[Floats, Floats]:
        """Mean (h,) and its derivatives (h, c - 1) by the coefficients of the columns."""
        made, lane = self.solved.operator(h), self.lane
        problem, columns = self.problem, self.solved.columns[self.lane]
        future = problem.future(h, xreg)
        jump = future - made.columns[lane][:, columns[:-1]]
        mean = made.columns[lane][:, -1] + jump @ self.beta + problem.centre[-1]
        if len(problem.shrunk):  # prior means were taken out of the series before the fit
            a = problem.n_missing
            mean = mean + future[:, a : a + len(problem.shrunk)] @ problem.prior_mean
        return mean, jump

    def moments(self, h: int, xreg: npt.ArrayLike | None, parameters: bool) -> tuple[Floats, Floats]:
        """Mean and standard error (h,) of the next h values."""
        if parameters:
            mean, root = self.predict(h, xreg, True)
            return mean, np.sqrt((root * root).sum(1))
        mean, jump = self._mean(h, xreg)
        made, lane, problem = self.solved.operator(h), self.lane, self.problem
        variance = np.cumsum(made.psi[lane] ** 2)
        start = made.start[lane]
        if start.shape[1]:
            variance += ((start @ self.solved.found.start_cov[lane]) * start).sum(1)
        integrated = problem.n_missing + len(problem.shrunk)
        if integrated:
            variance += (self._integrated(jump, integrated) ** 2).sum(1)
        return mean, np.sqrt(self.solved.sigma2[lane] * np.maximum(variance, 0.0))

    def _integrated(self, jump: Floats, count: int) -> Floats:
        """Root (h, count) of what integrated columns add, in units of sigma."""
        chosen = self.solved.columns[self.lane][:count]
        root = self.solved.found.root[self.lane][np.ix_(chosen, chosen)]
        return np.asarray(np.linalg.solve(root, jump[:, :count].T).T)

    def predict(self, h: int, xreg: npt.ArrayLike | None, parameters: bool) -> tuple[Floats, Floats]:
        """Mean (h,) and root (h, r) of the covariance of the next h values."""
        made, lane, problem = self.solved.operator(h), self.lane, self.problem
        mean, jump = self._mean(h, xreg)
        scale = float(np.sqrt(self.solved.sigma2[lane]))
        parts = [scale * shock_matrix(made.psi[lane])]
        if made.start.shape[2]:
            start_root = root_of(self.solved.found.start_cov[lane])
            parts.append(scale * (made.start[lane] @ start_root))
        integrated = problem.n_missing + len(problem.shrunk)
        if parameters:
            covariance = parameter_covariance(problem, *self._point())[0]
            parts.append(np.hstack([self._slopes(h), jump]) @ root_of(covariance))
        elif integrated:
            parts.append(scale * self._integrated(jump, integrated))
        return mean, np.hstack(parts)

    def _point(self) -> tuple[Floats, float]:
        return self.solved.coefficients[self.lane], float(self.solved.sigma2[self.lane])

    def _slopes(self, h: int) -> Floats:
        """Derivatives (h, n_arma) of the mean by the ARMA coefficients, regression coefficients held."""
        coefficients, sigma2 = self._point()
        problem, n = self.problem, len(coefficients)
        if not n:
            return np.empty((h, 0))
        step = _step(coefficients, problem)
        moved = np.vstack([coefficients + step * np.eye(n), coefficients - step * np.eye(n)])
        batch, _, columns = batch_of([problem])
        zero = np.zeros(2 * n, dtype=np.int64)
        prior = np.full(2 * n, sigma2) if batch.n_shrunk else None
        found = run(batch, zero, zero + len(problem.z), moved, prior).details()
        repeated = Solved([problem] * (2 * n), columns * (2 * n), moved, np.ones(2 * n), np.empty(0), found)
        made = repeated.operator(h).columns
        means = made[:, :, -1] - made[:, :, :-1] @ self.beta
        return np.asarray((means[:n] - means[n:]) / (2.0 * step)).T

    def residuals(self) -> Floats:
        """Smoothed innovations at the estimates, one for each differenced row."""
        return _innovations([self])[0]

    def covariance(self) -> tuple[Floats, tuple[str, ...]]:
        """Covariance of the public parameters from the observed information."""
        return self._public(*parameter_covariance(self.problem, *self._point()))

    def _public(self, inner: Floats, notes: tuple[str, ...]) -> tuple[Floats, tuple[str, ...]]:
        n = self.problem.orders.n_arma
        matrix, _ = self.problem.to_public()
        full = np.zeros((n + len(matrix), len(inner)))
        full[:n, :n] = np.eye(n)
        full[n:, n:] = matrix
        return full @ inner @ full.T, notes


def root_of(covariance: Floats) -> Floats:
    """Return a root of a covariance matrix, which may be singular."""
    values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.T))
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def _step(coefficients: Floats, problem: Problem) -> float:
    """Step of numerical differences that stays away from non-stationary points."""
    partial = to_partial(coefficients[None], problem.orders)[0][problem.orders.is_ar]
    return min(1e-5, 0.05 * float(np.min(1.0 - np.abs(partial), initial=1.0)))


def _innovations(sources: Sequence[ExactSource]) -> list[Floats]:
    """Smoothed innovations of problems of one model, all with shrunk columns or none."""
    problems = [source.problem for source in sources]
    batch, group, columns = batch_of(problems)
    points = [source._point() for source in sources]
    prior = np.array([sigma2 for _, sigma2 in points]) if batch.n_shrunk else None
    length = np.array([len(problem.z) for problem in problems])
    done = run(batch, group, length, np.array([c for c, _ in points]), prior)
    mix = np.zeros((len(sources), batch.z.shape[2], 1))
    for lane, (source, own) in enumerate(zip(sources, columns, strict=True)):
        mix[lane, own, 0] = np.append(-source.beta, 1.0)
    smooth = done.smoothed(mix)[0]
    return [np.asarray(smooth[:n, lane, 0], dtype=float) for lane, n in enumerate(length)]


def _same_model(
    fits: Sequence[ArimaFit | ArimaFailure], answer: str
) -> list[list[tuple[ArimaFit, ExactSource]]]:
    """Fits of solved batches that lack an answer, with their sources, those of one model together."""
    made: dict[tuple[Orders, bool], list[tuple[ArimaFit, ExactSource]]] = {}
    for fit in fits:
        if isinstance(fit, ArimaFit) and isinstance(fit.source, ExactSource) and answer not in vars(fit):
            problem = fit.source.problem
            made.setdefault((problem.orders, len(problem.shrunk) > 0), []).append((fit, fit.source))
    return list(made.values())


def prepare_residuals(fits: Sequence[ArimaFit | ArimaFailure]) -> None:
    """Compute the innovations of many fits together: far quicker than each when it is first asked for."""
    for same in _same_model(fits, "innovations"):
        for (fit, _), found in zip(same, _innovations([source for _, source in same]), strict=True):
            vars(fit)["innovations"] = fit.by_row(found)  # where cached_property would put it


def prepare_covariances(fits: Sequence[ArimaFit | ArimaFailure]) -> None:
    """Compute the covariances of many fits together: far quicker than each when it is first asked for."""
    for same in _same_model(fits, "_covariance"):
        sources = [source for _, source in same]
        points = [source._point() for source in sources]
        found = parameter_covariances(
            [s.problem for s in sources], np.array([c for c, _ in points]), np.array([v for _, v in points])
        )
        for (fit, source), one in zip(same, found, strict=True):
            vars(fit)["_covariance"] = source._public(*one)  # where cached_property would put it


def parameter_covariance(
    problem: Problem, coefficients: Floats, sigma2: float
) -> tuple[Floats, tuple[str, ...]]:
    """Covariance of (ARMA coefficients, coefficients of the problem's columns), observed information."""
    return parameter_covariances([problem], coefficients[None], np.array([sigma2]))[0]


def parameter_covariances(
    problems: Sequence[Problem], coefficients: Floats, sigma2: Floats
) -> list[tuple[Floats, tuple[str, ...]]]:
    """Covariances of problems of one model, all with shrunk columns or none.

    The Hessian of the concentrated likelihood comes from differences of the analytic gradient; regression
    coefficients add their own covariance given the ARMA coefficients (block inversion).
    """
    batch, group, columns = batch_of(problems)
    n, shrunk = coefficients.shape[1], batch.n_shrunk > 0
    size = n + int(shrunk)
    each = 2 * size + 1
    points = np.column_stack([coefficients, np.log(sigma2)]) if shrunk else coefficients
    steps = [_step(at, problem) for at, problem in zip(coefficients, problems, strict=True)]
    moves = np.vstack([np.zeros((1, size)), np.eye(size), -np.eye(size)])
    lanes = np.vstack([at + step * moves for at, step in zip(points, steps, strict=True)])
    length = np.array([len(problem.z) for problem in problems])
    done = run(
        batch, group.repeat(each), length.repeat(each), lanes[:, :n], np.exp(lanes[:, n]) if shrunk else None
    )
    slopes, sigma_slope = done.gradient()
    gradient = np.column_stack([slopes, sigma_slope]) if shrunk else slopes
    beta = done.details_coefficients()
    made = []
    for i, (problem, step) in enumerate(zip(problems, steps, strict=True)):
        first, mine = i * each, columns[i][:-1]
        up, down = slice(first + 1, first + 1 + size), slice(first + 1 + size, first + each)
        hessian = (gradient[up] - gradient[down]) / (2.0 * step)
        moving = (beta[up][:, mine] - beta[down][:, mine]).T / (2.0 * step)
        outer, notes = _inverse(0.5 * (hessian + hessian.T), problem)
        inverse = np.linalg.inv(done.root[first][np.ix_(mine, mine)])
        kept = done.kept[first, mine]
        own = sigma2[i] * (inverse.T @ inverse) * np.outer(kept, kept)
        k = len(mine)
        covariance = np.empty((n + k, n + k))
        covariance[:n, :n] = outer[:n, :n]
        covariance[:n, n:] = (outer @ moving.T)[:n]
        covariance[n:, :n] = covariance[:n, n:].T
        covariance[n:, n:] = own + moving @ outer @ moving.T
        made.append((covariance, notes))
    return made


def _inverse(information: Floats, problem: Problem) -> tuple[Floats, tuple[str, ...]]:
    """Inverse of the observed information; flat or curved-down directions are floored and named."""
    if not len(information):
        return information, ()
    scale = np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-8))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    notes = []
    if values[0] < 1e-3:
        names = (*problem.orders.names, "sigma2")
        largest = np.argsort(-np.abs(vectors[:, 0]))[:2]
        words = " and ".join(names[i] for i in sorted(largest))
        notes.append(f"the likelihood is flat along {words}: their standard errors are not reliable")
    values = np.maximum(values, 1e-8)
    inverse = (vectors / values) @ vectors.T / np.outer(scale, scale)
    return inverse, tuple(notes)
