"""Choose the orders of an ARIMA model: R's conventions over exact likelihoods.

``d`` and ``D`` come from `forecast.arima.stationarity`. The other orders are found by the stepwise moves of
Hyndman & Khandakar (2008) in the order of R's current ``auto.arima``, or from the full grid. A mean is tried
when d + D = 0, a drift when d + D = 1. A model with a root of its (multiplied out) polynomials within 1.01 of
the unit circle is rejected; when the walk is over, at the likeliest of its optima that passes this rule it
may still win. Unlike R, every model tried is fitted by exact maximum likelihood from several starts, so the
conditional sum of squares does not decide.

Many folds are searched in lockstep: each fold walks its own path, and in every round all folds that want
the same model are fitted together, later folds starting from the optima of earlier ones.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from forecast.arguments import checked
from forecast.arima.exact import exact_fit
from forecast.arima.fit import chains, check_engine, finish
from forecast.arima.kernel import Kernel, choose_kernel, work_of
from forecast.arima.labels import one_of_two
from forecast.arima.likelihood import WORST, Batch, Ints
from forecast.arima.optimise import TOLERANCE, Objective, Optima, distinct, minimise
from forecast.arima.paths import Candidate, Path, Seen, grid_path, stepwise_path
from forecast.arima.polynomials import Floats, Orders, inverse_roots, split
from forecast.arima.problem import FoldJob, Problem, prepare
from forecast.arima.result import ArimaFailure, ArimaFit
from forecast.arima.search import Folds, Starts, follow, full
from forecast.arima.solved import batch_of
from forecast.arima.stationarity import choose_differences
from forecast.errors import ConfigError, DataError, ForecastError, nearest

#: Roots within this modulus reject a model.
SMALLEST_ROOT = 1.01
CRITERIA = ("aicc", "aic", "bic")
#: A fold searches a model from the grid when no optimum of it is known among this many folds before.
REACH = 60
#: Models are compared at optima this close in log-likelihood; the chosen one is then searched to the end.
COMPARE_TOLERANCE = 1e-6
#: A model is searched again when one nested in it is likelier by more than this.
NESTED_SLACK = 1e-4
#: A second optimum is carried along when it lies this close below the best one.
CARRY_CLOSE = 0.5


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

    def solve_from(self, candidate: Candidate, places: list[int], starts: Floats, kernel: Kernel) -> None:
        """Search a candidate at places once more, from one start each, beside the optima known there."""
        known, at = self.optima[candidate[:4]], np.array(places, dtype=np.int64)
        length, own = self.folds.length[at], np.arange(len(places))
        ended = minimise(self.objective(candidate, kernel), self.group[at], length, own, starts)
        for i, place in enumerate(places):
            both = Optima.join([known[place], ended.take(np.array([i]))])
            known[place] = both.take(distinct(both))


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


def away_from_unit_circle(optima: Optima, objective: Objective, least: float) -> Ints:
    """Which optima pass the rule of roots and are at least as likely as asked."""
    coefficients = objective.unpack(optima.x)[0]
    roots = np.array([smallest_root(point, objective.batch.orders) for point in coefficients])
    return np.flatnonzero((roots >= SMALLEST_ROOT) & (optima.value < WORST) & (-optima.value >= least))


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
        self.seen: list[Seen] = [{} for _ in jobs]
        self.logliks: list[dict[Candidate, float]] = [{} for _ in jobs]
        self.settled: set[tuple[int, Candidate, Candidate]] = set()
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

    def round(self, wishes: dict[int, Candidate]) -> None:
        """Fit what the folds wish for, and again what came out below a model nested in it."""
        for (key, candidate), folds in self.by_model(wishes.items()).items():
            shelf = self.shelves[key]
            orders = shelf.orders(candidate)
            places = {self.place[(fold, *key)]: fold for fold in folds}
            fitting = [place for place in places if _long_enough(shelf.problems[place], orders)]
            found = shelf.solve(candidate, sorted(fitting), self.kernel, self.reach) if fitting else {}
            for place, fold in places.items():
                if place not in found:
                    self.seen[fold][candidate], self.logliks[fold][candidate] = float("inf"), float("nan")
            self.judge(shelf, candidate, {place: places[place] for place in found})
        while again := [(fold, below) for fold in wishes if (below := self.below_nested(fold)) is not None]:
            leaders = {(fold, below): best for fold, (below, best) in again}
            for (key, candidate), folds in self.by_model((fold, below) for fold, (below, _) in again).items():
                shelf = self.shelves[key]
                places = {self.place[(fold, *key)]: fold for fold in folds}
                starts = [self.start_of(fold, leaders[fold, candidate], candidate) for fold in folds]
                shelf.solve_from(candidate, list(places), np.stack(starts), self.kernel)
                self.judge(shelf, candidate, places)

    def by_model(
        self, wishes: Iterable[tuple[int, Candidate]]
    ) -> dict[tuple[tuple[int, int, bool], Candidate], list[int]]:
        """Folds that want the same model of the same shelf."""
        found: dict[tuple[tuple[int, int, bool], Candidate], list[int]] = {}
        for fold, candidate in wishes:
            found.setdefault(((*self.differences[fold], candidate.constant), candidate), []).append(fold)
        return found

    def judge(self, shelf: _Shelf, candidate: Candidate, places: dict[int, int]) -> None:
        """Write down criterion and likelihood of a model at the folds of these places."""
        if not places:
            return
        known, orders = shelf.optima[candidate[:4]], shelf.orders(candidate)
        points = np.stack([known[place].x[0] for place in places])
        coefficients = shelf.objective(candidate, self.kernel).unpack(points)[0]
        for (place, fold), point in zip(places.items(), coefficients, strict=True):
            self.seen[fold][candidate] = criterion(
                shelf.problems[place], orders, known[place], point, self.ic
            )
            self.logliks[fold][candidate] = -float(known[place].value[0])

    def below_nested(self, fold: int) -> tuple[Candidate, Candidate] | None:
        """Return a model that came out less likely than one nested in it,
        and the likeliest of those; None if none did.
        """
        logliks = self.logliks[fold]
        for candidate, value in logliks.items():
            nested = [c for c in logliks if candidate.holds(c) and logliks[c] > value + NESTED_SLACK]
            if (
                nested
                and (fold, candidate, best := max(nested, key=lambda c: logliks[c])) not in self.settled
            ):
                self.settled.add((fold, candidate, best))
                return candidate, best
        return None

    def admit(self, fold: int) -> None:
        """Judge rejected models at their likeliest optimum that passes, unless a nested model is likelier."""
        logliks = self.logliks[fold]
        for candidate in [c for c, value in self.seen[fold].items() if np.isinf(value)]:
            key = (*self.differences[fold], candidate.constant)
            shelf, place = self.shelves[key], self.place[(fold, *key)]
            known = shelf.optima.get(candidate[:4], {})
            if place in known:
                nested = [v for c, v in logliks.items() if candidate.holds(c) and np.isfinite(v)]
                least = max(nested, default=-np.inf)
                objective = shelf.objective(candidate, self.kernel)
                inside = away_from_unit_circle(known[place], objective, least - NESTED_SLACK)
                if len(inside):
                    known[place] = known[place].take(inside)
                    self.judge(shelf, candidate, {place: fold})

    def start_of(self, fold: int, nested: Candidate, candidate: Candidate) -> Floats:
        """The optimum of a nested model as a start: its missing terms are zero."""
        key = (*self.differences[fold], nested.constant)
        x = self.shelves[key].optima[nested[:4]][self.place[(fold, *key)]].x[0]
        blocks = np.split(x, np.cumsum([nested.p, nested.q, nested.P, nested.Q]))
        sizes = (candidate.p, candidate.q, candidate.P, candidate.Q)
        padded = [np.pad(b, (0, size - len(b))) for b, size in zip(blocks, sizes, strict=False)]
        return np.concatenate([*padded, blocks[-1]])

    def traced(self, fit: ArimaFit, fold: int) -> ArimaFit:
        """Return a fit with the models that its fold tried, in order."""
        d, seasonal_d = self.differences[fold]
        rows = [
            ((c.p, d, c.q), (c.P, seasonal_d, c.Q, self.season), c.constant, self.logliks[fold][c], value)
            for c, value in self.seen[fold].items()
        ]
        return fit.with_trace(("order", "seasonal_order", "constant", "loglik", self.ic), rows)


def _work(jobs: Sequence[FoldJob], season: int) -> float:
    """Work of a selection: about fifteen models, those of the first start among the larger ones."""
    rows = max((np.size(job.y) for job in jobs), default=0)
    shapes = [() if job.xreg is None else np.asarray(job.xreg).shape for job in jobs]
    columns = max((shape[-1] if len(shape) > 1 else 1 for shape in shapes), default=0)
    seasonal = (1, 0, 1, season) if season > 1 else None
    return 15.0 * work_of(Orders.of((2, 0, 2), seasonal), rows, columns + 1, len(jobs))


def _long_enough(problem: Problem, orders: Orders) -> bool:
    free = len(problem.free) + int(problem.keep_fixed)
    return len(problem.z) >= max(orders.state, 2) and problem.nobs > orders.n_arma + free + 2


@checked
def auto_arima(
    y: npt.ArrayLike,
    seasonal: int = 12,
    xreg: npt.ArrayLike | None = None,
    d: int | None = None,
    D: int | None = None,
    ic: str = "aicc",
    max_order: int = 5,
    stepwise: bool = True,
    xreg_prior: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    engine: str = "exact",
    *,
    exog: npt.ArrayLike | None = None,
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
    engine : {"exact", "numpy", "compiled"}
        As for `forecast.arima.arima`.
    exog : array (n, k) or DataFrame, optional
        Another name of `xreg`.

    Returns
    -------
    ArimaFit
        With `trace`, the table of the models tried; None for a series without an error (constant, a line, a
        repeated season), which goes on as it is and says so in `warnings`.

    Examples
    --------
    >>> y = np.cumsum(np.sin(np.arange(60.0) ** 2))
    >>> fit = auto_arima(y, seasonal=1, engine="numpy")
    >>> bool(fit.aicc <= fit.trace["aicc"].min() + 1e-9)
    True
    """
    job = FoldJob(y, one_of_two(xreg, exog), None, xreg_prior)
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
    check_engine(engine)
    if seasonal < 1 or max_order < 0:
        raise ConfigError(
            f"auto_arima: seasonal {seasonal}, max_order {max_order}; expected a season of at least 1 (none)"
            " and orders from 0 on"
        )
    run = _Selection(jobs, seasonal, ic, engine, starts)
    run.pending = {}
    results: list[ArimaFit | ArimaFailure | None] = [None] * len(jobs)
    for fold, job in enumerate(jobs):
        run.differences.append((0, 0))
        try:
            results[fold] = exact_fit(job, run.season, d, D) if job.xreg is None else None
            if results[fold] is None:
                run.differences[fold] = _prepare(run, fold, job, d, D)
        except (ForecastError, np.linalg.LinAlgError) as error:
            results[fold] = ArimaFailure(str(error))
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
    if sum(chosen) == 0 and constant is not None and not _long_enough(constant, orders):
        raise DataError(
            f"{constant.nobs} known months are too few to choose a model with a mean; give at least 4, or"
            " choose the orders with `arima`"
        )
    run.put(fold, plain, False)
    if constant is not None and constant.keep_fixed:
        run.put(fold, constant, True)
    return chosen


def _walk(
    run: _Selection, results: Sequence[object], max_order: int, stepwise: bool, every: int
) -> dict[int, Candidate]:
    """Let all folds walk together; returns the model that each has chosen."""
    alive = [fold for fold in range(len(run.jobs)) if results[fold] is None]
    seasonal = run.season > 1
    paths: dict[int, Path] = {}
    for fold in alive[::every]:
        constant, seen = (fold, *run.differences[fold], True) in run.place, run.seen[fold]
        paths[fold] = (
            stepwise_path(seasonal, constant, seen)
            if stepwise
            else grid_path(seasonal, constant, max_order, seen)
        )
    chosen: dict[int, Candidate] = {}
    wishes = {fold: next(path) for fold, path in paths.items()}
    while wishes:
        run.round(wishes)
        following = {}
        for fold in wishes:
            try:
                following[fold] = next(paths[fold])
            except StopIteration as stop:
                chosen[fold] = stop.value
        wishes = dict(sorted(following.items()))
    for fold, choice in chosen.items():
        run.admit(fold)
        best = min(seen := run.seen[fold], key=seen.__getitem__)
        chosen[fold] = best if seen[best] < seen[choice] else choice
    kept = {}
    for i, fold in enumerate(alive):
        source = alive[i - i % every]
        choice, same = chosen[source], run.differences[fold] == run.differences[source]
        possible = same and (fold, *run.differences[fold], choice.constant) in run.place
        kept[fold] = choice if possible else choice._replace(constant=False)
    missing = {fold: choice for fold, choice in kept.items() if fold not in chosen}
    if missing:
        run.round(missing)
        for fold in missing:
            run.admit(fold)
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
