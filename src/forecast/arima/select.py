"""Choose the orders of an ARIMA model: R's conventions over exact likelihoods.

``d`` and ``D`` come from `forecast.arima.stationarity`. The other orders are found by the stepwise moves of
Hyndman & Khandakar (2008) in the order of R's current ``auto.arima``, or from the full grid. A mean is tried when
d + D = 0, a drift when d + D = 1. A model with a root of its (multiplied out) polynomials within 1.01 of the
unit circle is rejected. Unlike R, every model tried is fitted by exact maximum likelihood from several starts:
neither the conditional sum of squares nor local optima decide.

Many folds are searched in lockstep: each fold walks its own path, and in every round all folds that want
the same model are fitted together, later folds starting from the optima of earlier ones.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from forecast.arima.fit import chains, finish
from forecast.arima.kernel import Kernel, choose_kernel, work_of
from forecast.arima.likelihood import WORST, Batch, Ints
from forecast.arima.optimise import TOLERANCE, Objective, Optima
from forecast.arima.polynomials import Floats, Orders, difference, inverse_roots, split
from forecast.arima.problem import FoldJob, Problem, prepare
from forecast.arima.result import ArimaFailure, ArimaFit
from forecast.arima.search import Folds, Starts, follow, full
from forecast.arima.solved import batch_of
from forecast.arima.stationarity import ordinary_differences, seasonal_differences
from forecast.errors import ConfigError, DataError, ForecastError, nearest

MAX_P, MAX_Q, MAX_SEASONAL = 5, 5, 2
#: Roots within this modulus reject a model.
SMALLEST_ROOT = 1.01
CRITERIA = ("aicc", "aic", "bic")
#: A fold searches a model from the grid when no optimum of it is known among this many folds before.
REACH = 60
#: Models are compared at optima this close in log-likelihood; the chosen one is then searched to the end.
COMPARE_TOLERANCE = 1e-6
#: A second optimum is carried along when it lies this close below the best one.
CARRY_CLOSE = 0.5


class Candidate(NamedTuple):
    """Orders of one model and whether it has a constant (mean or drift)."""

    p: int
    q: int
    P: int
    Q: int
    constant: bool


Path = Generator[Candidate, float, Candidate]
#: Moves in the order of R: seasonal, ordinary, each alone and in pairs.
MOVES = (
    (0, 0, -1, 0),
    (0, 0, 0, -1),
    (0, 0, 1, 0),
    (0, 0, 0, 1),
    (0, 0, -1, -1),
    (0, 0, -1, 1),
    (0, 0, 1, -1),
    (0, 0, 1, 1),
    (-1, 0, 0, 0),
    (0, -1, 0, 0),
    (1, 0, 0, 0),
    (0, 1, 0, 0),
    (-1, -1, 0, 0),
    (-1, 1, 0, 0),
    (1, -1, 0, 0),
    (1, 1, 0, 0),
)


def _allowed(c: Candidate, seasonal: bool) -> bool:
    top = MAX_SEASONAL if seasonal else 0
    return 0 <= c.p <= MAX_P and 0 <= c.q <= MAX_Q and 0 <= c.P <= top and 0 <= c.Q <= top


def stepwise_path(seasonal: bool, constant: bool) -> Path:
    """Walk of one fold: yields models, is sent their criterion, returns the best."""
    season = int(seasonal)
    starts = [
        Candidate(2, 2, season, season, constant),
        Candidate(0, 0, 0, 0, constant),
        Candidate(1, 0, season, 0, constant),
        Candidate(0, 1, 0, season, constant),
    ]
    if constant:
        starts.append(Candidate(0, 0, 0, 0, False))
    seen: dict[Candidate, float] = {}
    for start in starts:
        seen[start] = yield start
    best = min(seen, key=lambda c: seen[c])
    improved = True
    while improved:
        improved = False
        for move in _neighbours(best, seasonal, constant):
            if move not in seen:
                seen[move] = yield move
                if seen[move] < seen[best]:
                    best, improved = move, True
                    break
    return best


def _neighbours(best: Candidate, seasonal: bool, constant: bool) -> list[Candidate]:
    moved = [Candidate(best.p + a, best.q + b, best.P + c, best.Q + d, best.constant) for a, b, c, d in MOVES]
    if constant:
        moved.append(best._replace(constant=not best.constant))
    return [c for c in moved if _allowed(c, seasonal)]


def grid_path(seasonal: bool, constant: bool, max_order: int) -> Path:
    """All models with p + q + P + Q up to `max_order`."""
    top = MAX_SEASONAL if seasonal else 0
    seen: dict[Candidate, float] = {}
    spans = itertools.product(range(MAX_P + 1), range(MAX_Q + 1), range(top + 1), range(top + 1))
    for p, q, seasonal_p, seasonal_q in spans:
        if p + q + seasonal_p + seasonal_q <= max_order:
            for with_constant in {constant, False}:
                candidate = Candidate(p, q, seasonal_p, seasonal_q, with_constant)
                seen[candidate] = yield candidate
    return min(seen, key=lambda c: seen[c])


@dataclass(eq=False)
class _Shelf:
    """Folds with the same differences and the same constant: their columns and the optima found so far."""

    problems: list[Problem]
    fold: list[int]
    batch: Batch
    group: Ints
    columns: list[Ints]
    chain: Ints
    optima: dict[tuple[int, int, int, int], dict[int, Optima]] = field(default_factory=dict)

    def orders(self, candidate: Candidate) -> Orders:
        """Orders of a candidate on this shelf."""
        base = self.problems[0].orders
        p, q, seasonal_p, seasonal_q, _ = candidate
        return dataclasses.replace(base, p=p, q=q, P=seasonal_p, Q=seasonal_q)

    def objective(
        self, candidate: Candidate, kernel: Kernel, tolerance: float = COMPARE_TOLERANCE
    ) -> Objective:
        """Likelihood of a candidate for all folds of the shelf."""
        batch = dataclasses.replace(self.batch, orders=self.orders(candidate))
        return Objective(batch, kernel.evaluate, tolerance)

    @property
    def folds(self) -> Folds:
        """Folds of the shelf as a search wants them."""
        return Folds(self.group, np.array([len(p.z) for p in self.problems], dtype=np.int64), self.chain)

    def solve(self, candidate: Candidate, wanted: list[int], kernel: Kernel, reach: int) -> dict[int, Optima]:
        """Optima of a candidate at places of the shelf, ascending; known ones serve as starts."""
        known = self.optima.setdefault(candidate[:4], {})
        folds = self.folds
        objective = self.objective(candidate, kernel)
        fresh, led, leaders = [], [], []
        last = -1
        for place in wanted:
            before = [k for k in (*known, last) if 0 <= k < place and self.chain[k] == self.chain[place]]
            near = max(before, default=-REACH - 1)
            if place - near <= reach:
                led.append(place)
                leaders.append(near)
            else:
                fresh.append(place)
                last = place
        first = np.array(fresh, dtype=np.int64)
        known.update(zip(fresh, full(objective, folds, first), strict=True))
        later, origin = np.array(led, dtype=np.int64), np.array(leaders, dtype=np.int64)
        led_optima = follow(objective, folds, later, origin, known, 2, CARRY_CLOSE)
        known.update(zip(led, led_optima, strict=True))
        return {place: known[place] for place in wanted}


def criterion(problem: Problem, orders: Orders, optima: Optima, coefficients: Floats, ic: str) -> float:
    """Value of the criterion; inf for models that are rejected."""
    value = float(optima.value[0])
    if value >= WORST or smallest_root(coefficients, orders) < SMALLEST_ROOT:
        return float("inf")
    k = orders.n_arma + len(problem.free) + int(problem.keep_fixed) + 1
    n = problem.nobs
    if ic == "bic":
        return 2.0 * value + k * float(np.log(n))
    small = 2.0 * k * (k + 1) / (n - k - 1) if n - k - 1 > 0 else float("inf")
    return 2.0 * value + 2.0 * k + (small if ic == "aicc" else 0.0)


def smallest_root(coefficients: Floats, orders: Orders) -> float:
    """Smallest modulus of the roots of the multiplied-out polynomials; inf when there are none."""
    largest = 0.0
    for block, seasonal, ar in zip(split(coefficients, orders), (0, 0, 1, 1), (1, 0, 1, 0), strict=True):
        if len(block):
            own = abs(block[0]) if len(block) == 1 else np.abs(inverse_roots(block, bool(ar))).max()
            largest = max(largest, float(own) ** (1.0 / orders.s if seasonal else 1.0))
    return 1.0 / largest if largest > 0.0 else float("inf")


class _Selection:
    """All folds on their way: shelves of columns, paths, what each fold has tried."""

    def __init__(self, jobs: Sequence[FoldJob], season: int, ic: str, engine: str, starts: Starts) -> None:
        self.jobs, self.season, self.ic = jobs, season, ic
        self.kernel = choose_kernel(engine, _work(jobs, season))
        self.reach = 0 if starts == "full" else REACH
        self.tried: list[list[tuple[Candidate, float, float]]] = [[] for _ in jobs]
        self.differences: list[tuple[int, int]] = []
        self.shelves: dict[tuple[int, int, bool], _Shelf] = {}
        self.place: dict[tuple[int, int, int, bool], int] = {}

    def orders(self, d: int, seasonal_d: int) -> Orders:
        """Orders with differences only."""
        return Orders.of((0, d, 0), (0, seasonal_d, 0, self.season) if self.season > 1 else None)

    def put(self, fold: int, problem: Problem, constant: bool) -> None:
        """Remember a prepared problem; shelves are closed by `close`."""
        d, seasonal_d = problem.orders.d, problem.orders.D
        key = (d, seasonal_d, constant)
        self.pending.setdefault(key, []).append((fold, problem))

    pending: dict[tuple[int, int, bool], list[tuple[int, Problem]]]

    def close(self) -> None:
        """Lay the columns of each shelf out."""
        for key, entries in self.pending.items():
            problems = [problem for _, problem in entries]
            batch, group, columns = batch_of(problems)
            folds = [fold for fold, _ in entries]
            self.shelves[key] = _Shelf(problems, folds, batch, group, columns, chains(problems))
            for place, fold in enumerate(folds):
                self.place[(fold, *key)] = place

    def round(self, wishes: dict[int, Candidate]) -> dict[int, float]:
        """Fit what the folds wish for; returns the criterion of each."""
        values: dict[int, float] = {}
        by_model: dict[tuple[tuple[int, int, bool], Candidate], list[int]] = {}
        for fold, candidate in wishes.items():
            key = (*self.differences[fold], candidate.constant)
            by_model.setdefault((key, candidate), []).append(fold)
        for (key, candidate), folds in by_model.items():
            shelf = self.shelves[key]
            orders = shelf.orders(candidate)
            places = {self.place[(fold, *key)]: fold for fold in folds}
            fitting = [place for place in places if _long_enough(shelf.problems[place], orders)]
            found = shelf.solve(candidate, sorted(fitting), self.kernel, self.reach) if fitting else {}
            at = {place: i for i, place in enumerate(found)}
            if found:
                points = np.stack([optima.x[0] for optima in found.values()])
                coefficients = shelf.objective(candidate, self.kernel).unpack(points)[0]
            for place, fold in places.items():
                value, loglik = float("inf"), float("nan")
                if place in found:
                    optima = found[place]
                    point = coefficients[at[place]]
                    value = criterion(shelf.problems[place], orders, optima, point, self.ic)
                    loglik = -float(optima.value[0])
                values[fold] = value
                self.tried[fold].append((candidate, value, loglik))
        return values

    def traced(self, fit: ArimaFit, fold: int) -> ArimaFit:
        """Return a fit with the models that its fold tried, in order."""
        d, seasonal_d = self.differences[fold]
        rows = [
            ((c.p, d, c.q), (c.P, seasonal_d, c.Q, self.season), c.constant, loglik, value)
            for c, value, loglik in self.tried[fold]
        ]
        return fit.with_trace(("order", "seasonal_order", "constant", "loglik", self.ic), rows)


def _work(jobs: Sequence[FoldJob], season: int) -> float:
    """Work of a selection: about fifteen models, those of the first start among the larger ones."""
    rows = max((len(job.y) for job in jobs), default=0)
    columns = max((np.shape(job.xreg)[-1] if np.ndim(job.xreg) > 1 else 1 for job in jobs), default=0)
    seasonal = (1, 0, 1, season) if season > 1 else None
    return 15.0 * work_of(Orders.of((2, 0, 2), seasonal), rows, columns + 1, len(jobs))


def _long_enough(problem: Problem, orders: Orders) -> bool:
    free = len(problem.free) + int(problem.keep_fixed)
    return len(problem.z) >= max(orders.state, 2) and problem.nobs > orders.n_arma + free + 2


def _explained(job: FoldJob) -> Floats:
    """The series less its regression on xreg, as R does before its tests; missing months interpolated."""
    y = np.asarray(job.y, dtype=float)
    known = np.flatnonzero(np.isfinite(y))
    y = np.asarray(np.interp(np.arange(known[0], known[-1] + 1), known, y[known]), dtype=float)
    if job.xreg is None or not np.size(job.xreg):
        return y
    xreg = np.asarray(job.xreg, dtype=float).reshape(len(np.asarray(job.y)), -1)[known[0] : known[-1] + 1]
    columns = np.column_stack([np.ones(len(y)), xreg])
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


def auto_arima(
    y: Any,
    seasonal: int = 12,
    xreg: Any = None,
    d: int | None = None,
    D: int | None = None,
    ic: str = "aicc",
    max_order: int = 5,
    stepwise: bool = True,
    xreg_prior: tuple[Any, Any] | None = None,
    engine: str = "exact",
) -> ArimaFit:
    """Choose the orders of a regression with seasonal ARIMA errors, and fit it.

    Parameters
    ----------
    y : array (n,)
        May hold NaN, as for `forecast.arima.arima`.
    seasonal : int, default 12
        Length of the season; 1 for none.
    xreg : array (n, k) or DataFrame, optional
        Regressors.
    d, D : int, optional
        Differences; chosen by R's tests when not given.
    ic : {"aicc", "aic", "bic"}
        Criterion.
    max_order : int, default 5
        Largest p + q + P + Q of the full grid (``stepwise=False`` only, as in R).
    stepwise : bool, default True
        Hyndman-Khandakar moves; False tries the full grid.
    xreg_prior : tuple of arrays, optional
        As for `forecast.arima.arima`; the criterion is not comparable across priors.
    engine : {"exact", "statsmodels"}
        As for `forecast.arima.arima`.

    Returns
    -------
    ArimaFit
        With `trace`, the table of the models tried.

    Examples
    --------
    >>> y = np.cumsum(np.sin(np.arange(60.0) ** 2))
    >>> fit = auto_arima(y, seasonal=1, engine="numpy")
    >>> bool(fit.aicc <= fit.trace["aicc"].min() + 1e-9)
    True
    """
    job = FoldJob(y, xreg, None, xreg_prior)
    fit = auto_arima_folds([job], seasonal, d, D, ic, max_order, stepwise, engine=engine)[0]
    if isinstance(fit, ArimaFailure):
        raise DataError(fit.message)
    return fit


def auto_arima_folds(
    jobs: Sequence[FoldJob],
    seasonal: int = 12,
    d: int | None = None,
    D: int | None = None,
    ic: str = "aicc",
    max_order: int = 5,
    stepwise: bool = True,
    every: int = 1,
    starts: Starts = "modes",
    engine: str = "exact",
) -> list[ArimaFit | ArimaFailure]:
    """Choose the orders at every fold (or at every k-th of them) and fit; see `auto_arima`.

    Parameters
    ----------
    jobs : sequence of FoldJob
        In the order of their origins, series after series.
    every : int, default 1
        Orders are chosen at every k-th fold of the sequence and kept until the next choice.
    starts : {"modes", "warm", "full"}
        With "full" every model of every fold is searched from the grid; otherwise later folds start from the
        optima of earlier ones.
    seasonal, d, D, ic, max_order, stepwise, engine
        As for `auto_arima`; the work that "exact" goes by is that of all jobs together.

    Examples
    --------
    >>> y = np.cumsum(np.sin(np.arange(60.0) ** 2))
    >>> fits = auto_arima_folds([FoldJob(y[:n]) for n in (58, 59, 60)], seasonal=1, engine="numpy")
    >>> [len(fit.trace) > 0 for fit in fits]
    [True, True, True]
    """
    if ic not in CRITERIA:
        raise ConfigError(f"ic must be one of {', '.join(CRITERIA)}, not {ic!r}.{nearest(ic, CRITERIA)}")
    if engine == "statsmodels":
        raise ConfigError("auto_arima has no engine 'statsmodels'; use 'exact', 'numpy' or 'compiled'")
    run = _Selection(jobs, max(int(seasonal), 1), ic, engine, starts)
    run.pending = {}
    results: list[ArimaFit | ArimaFailure | None] = [None] * len(jobs)
    for fold, job in enumerate(jobs):
        try:
            run.differences.append(_prepare(run, fold, job, d, D))
        except (ForecastError, IndexError, np.linalg.LinAlgError) as error:
            run.differences.append((0, 0))
            results[fold] = ArimaFailure(str(error) or "the series has no known month")
    run.close()
    chosen = _walk(run, results, max_order, stepwise, every)
    _finish(run, results, chosen)
    return [r if r is not None else ArimaFailure("no model could be fitted") for r in results]


def _prepare(
    run: _Selection, fold: int, job: FoldJob, d: int | None, seasonal_d: int | None
) -> tuple[int, int]:
    """Choose the differences of a fold and put its problems (with and without constant) on shelves."""
    chosen = choose_differences(job, run.season, d, seasonal_d)
    orders = run.orders(*chosen)
    plain = prepare(job, orders, False)
    constant = prepare(job, orders, True) if sum(chosen) < 2 else None
    run.put(fold, plain, False)
    if constant is not None and constant.keep_fixed:
        run.put(fold, constant, True)
    return chosen


def _walk(
    run: _Selection, results: Sequence[object], max_order: int, stepwise: bool, every: int
) -> dict[int, Candidate]:
    """Let all folds walk together; returns the model that each has chosen."""
    alive = [fold for fold in range(len(run.jobs)) if results[fold] is None]
    seasonal, paths, wishes = run.season > 1, {}, {}
    for fold in alive[::every]:
        constant = (fold, *run.differences[fold], True) in run.place
        paths[fold] = (
            stepwise_path(seasonal, constant) if stepwise else grid_path(seasonal, constant, max_order)
        )
        wishes[fold] = next(paths[fold])
    chosen: dict[int, Candidate] = {}
    while wishes:
        values = run.round(wishes)
        following = {}
        for fold, value in values.items():
            try:
                following[fold] = paths[fold].send(value)
            except StopIteration as stop:
                chosen[fold] = stop.value
        wishes = dict(sorted(following.items()))
    kept = {}
    for i, fold in enumerate(alive):
        source = alive[i - i % every]
        choice, same = chosen[source], run.differences[fold] == run.differences[source]
        possible = same and (fold, *run.differences[fold], choice.constant) in run.place
        kept[fold] = choice if possible else choice._replace(constant=False)
    missing = {fold: choice for fold, choice in kept.items() if fold not in chosen}
    if missing:
        run.round(missing)
    return kept


def _finish(
    run: _Selection, results: list[ArimaFit | ArimaFailure | None], chosen: dict[int, Candidate]
) -> None:
    """Make the fits of the chosen models, those of one model together."""
    by_model: dict[tuple[tuple[int, int, bool], Candidate], list[int]] = {}
    for fold, candidate in chosen.items():
        by_model.setdefault(((*run.differences[fold], candidate.constant), candidate), []).append(fold)
    for (key, candidate), folds in by_model.items():
        shelf = run.shelves[key]
        orders, places = shelf.orders(candidate), [run.place[(fold, *key)] for fold in folds]
        known = shelf.optima.get(candidate[:4], {})
        pairs = [(fold, place) for fold, place in zip(folds, places, strict=True) if place in known]
        if not pairs:
            continue
        places = [place for _, place in pairs]
        problems = [dataclasses.replace(shelf.problems[place], orders=orders) for place in places]
        objective = shelf.objective(candidate, run.kernel, TOLERANCE)
        at = np.array(places, dtype=np.int64)
        made = finish(
            problems,
            [shelf.columns[place] for place in places],
            objective,
            shelf.group[places],
            follow(objective, shelf.folds, at, at, known, 2, CARRY_CLOSE),
            run.kernel,
        )
        for (fold, _), fit in zip(pairs, made, strict=True):
            results[fold] = run.traced(fit, fold) if isinstance(fit, ArimaFit) else fit
