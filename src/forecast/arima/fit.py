"""Fit one regression with ARIMA errors, or many folds of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from forecast.arguments import checked
from forecast.arima.kernel import Kernel, choose_kernel, work_of
from forecast.arima.labels import one_of_two
from forecast.arima.likelihood import WORST, Ints
from forecast.arima.optimise import Objective, Optima
from forecast.arima.polynomials import Floats, Orders
from forecast.arima.problem import NO_VARIATION, FoldJob, Problem, prepare
from forecast.arima.reference import fit_reference
from forecast.arima.result import ArimaFailure, ArimaFit
from forecast.arima.search import Folds, Starts, search
from forecast.arima.solved import ExactSource, Solved, batch_of
from forecast.errors import ConfigError, DataError, ForecastError, nearest

ENGINES = ("exact", "numpy", "compiled", "statsmodels")


@checked
def arima(
    y: npt.ArrayLike,
    order: Sequence[int],
    seasonal_order: Sequence[int] | None = None,
    xreg: npt.ArrayLike | None = None,
    mean: bool | None = None,
    xreg_prior: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    engine: str = "exact",
    *,
    exog: npt.ArrayLike | None = None,
) -> ArimaFit:
    """Fit a regression with seasonal ARIMA errors by exact maximum likelihood.

    Parameters
    ----------
    y : array (n,)
        The series; NaN marks missing months, which are handled exactly.
    order : (p, d, q)
        Orders of the ordinary part.
    seasonal_order : (P, D, Q, s), optional
        Orders of the seasonal part and the length of the season.
    xreg : array (n, k) or DataFrame, optional
        Regressors. Columns without information of their own are dropped and named in `ArimaFit.dropped`.
    mean : bool, optional
        None: an intercept when d + D = 0, none otherwise. True with d + D = 1: a drift.
    xreg_prior : (mean (k,), sd (k,)), optional
        Prior of each regressor in the units of y: finite sd is integrated out, sd = inf is profiled.
    engine : {"exact", "numpy", "compiled", "statsmodels"}
        "exact" chooses its kernel by the amount of work, see `forecast.arima.kernel`; "statsmodels" is the
        reference.
    exog : array (n, k) or DataFrame, optional
        Another name of `xreg`.

    Returns
    -------
    ArimaFit
        Estimates, criteria, forecasts.

    Raises
    ------
    ConfigError
        For arguments that do not fit together.
    DataError
        For series that are too short or constant.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.sin(np.arange(60) / 3.0) + np.arange(60) % 4 / 10.0
    >>> fit = arima(y, order=(1, 0, 0))
    >>> list(fit.params.index)
    ['ar1', 'intercept']
    """
    orders = Orders.of(order, seasonal_order)
    check_engine(engine)
    problem = prepare(FoldJob(y, one_of_two(xreg, exog), None, xreg_prior), orders, mean)
    fit = _fit_all([problem], "full", engine, np.zeros(1, dtype=np.int64))[0]
    if isinstance(fit, ArimaFailure):
        raise DataError(fit.message)
    return fit


def arima_folds(
    jobs: Sequence[FoldJob],
    order: Sequence[int],
    seasonal_order: Sequence[int] | None = None,
    mean: bool | None = None,
    starts: Starts = "modes",
    engine: str = "exact",
) -> list[ArimaFit | ArimaFailure]:
    """Fit the same model to many folds, of one series or of several.

    Parameters
    ----------
    jobs : sequence of FoldJob
        In the order of their origins, series after series. A job that neither begins nor overlaps like the
        one before it starts a new chain.
    order, seasonal_order, mean, engine
        As for `arima`. The work that "exact" goes by is that of all jobs together.
    starts : {"modes", "warm", "full"}
        How starting points are found, see `forecast.arima.search`. With "full" a fold does not depend on
        the other folds at all.

    Returns
    -------
    list of ArimaFit or ArimaFailure
        In the order of the jobs; one bad fold never stops the others.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.cumsum(np.sin(np.arange(80.0)))
    >>> fits = arima_folds([FoldJob(y[:n]) for n in (60, 70, 80)], (0, 1, 1), engine="numpy")
    >>> [fit.nobs for fit in fits]
    [59, 69, 79]
    """
    orders = Orders.of(order, seasonal_order)
    check_engine(engine)
    results: list[ArimaFit | ArimaFailure] = [ArimaFailure("not fitted")] * len(jobs)
    problems, places = [], []
    for i, job in enumerate(jobs):
        try:
            problems.append(prepare(job, orders, mean))
            places.append(i)
        except ForecastError as error:
            results[i] = ArimaFailure(str(error))
    for i, fit in zip(places, _fit_all(problems, starts, engine, chains(problems)), strict=True):
        results[i] = fit
    return results


def check_engine(engine: str) -> None:
    """Refuse an engine that there is not."""
    if engine not in ENGINES:
        raise ConfigError(
            f"engine must be one of {', '.join(ENGINES)}, not {engine!r}.{nearest(engine, ENGINES)}"
        )


def chains(problems: Sequence[Problem]) -> Ints:
    """Chain of each problem: a new one starts with a block, and
    where a series does not continue the one before.
    """
    chain = np.zeros(len(problems), dtype=np.int64)
    for i in range(1, len(problems)):
        before, after = problems[i - 1], problems[i]
        new = before.block != after.block or not _continues(before.y, after.y)
        chain[i] = chain[i - 1] + int(new)
    return chain


def _continues(before: Floats, after: Floats) -> bool:
    """Tell whether half of the values are the same, from the start on or moved by the added months."""
    n = min(len(before), len(after))
    if np.count_nonzero(before[:n] == after[:n]) * 2 >= n:
        return True
    for moved in range(1, min(13, n)):
        if np.count_nonzero(before[moved:n] == after[: n - moved]) * 2 >= n - moved:
            return True
    return False


def _fit_all(
    problems: Sequence[Problem], starts: Starts, engine: str, chain: Ints
) -> list[ArimaFit | ArimaFailure]:
    """Fit problems of one model: those with a prior and those without."""
    fits: list[ArimaFit | ArimaFailure] = [ArimaFailure("not fitted")] * len(problems)
    for prior in (False, True):
        members = [i for i, problem in enumerate(problems) if bool(len(problem.shrunk)) == prior]
        mine = [problems[i] for i in members]
        if engine == "statsmodels":
            made = [_reference(problem) for problem in mine]
        else:
            made = _fit_safely(mine, starts, engine, chain[members]) if mine else []
        for i, fit in zip(members, made, strict=True):
            fits[i] = fit
    return fits


def _reference(problem: Problem) -> ArimaFit | ArimaFailure:
    try:
        return fit_reference(problem)
    except (ForecastError, np.linalg.LinAlgError, ValueError) as error:
        return ArimaFailure(str(error))


def _fit_safely(
    problems: Sequence[Problem], starts: Starts, engine: str, chain: Ints
) -> list[ArimaFit | ArimaFailure]:
    """Fit together; if linear algebra breaks down, one by one, so that only the culprit fails."""
    try:
        return _fit_exact(problems, starts, engine, chain)
    except (np.linalg.LinAlgError, ValueError) as error:
        if len(problems) == 1:
            return [ArimaFailure(f"{problems[0].orders} could not be fitted: {error}")]
    alone = (_fit_safely([p], "full", engine, chain[i : i + 1]) for i, p in enumerate(problems))
    return [fit for fits in alone for fit in fits]


def _fit_exact(
    problems: Sequence[Problem], starts: Starts, engine: str, chain: Ints
) -> list[ArimaFit | ArimaFailure]:
    batch, group, columns = batch_of(problems)
    length = np.array([len(p.z) for p in problems], dtype=np.int64)
    rows, size = batch.z.shape[1:]
    kernel = choose_kernel(engine, work_of(batch.orders, rows, size, len(problems)))
    objective = Objective(batch, kernel.evaluate)
    found = search(objective, Folds(group, length, chain), starts)
    return finish(problems, columns, objective, group, found, kernel)


def finish(
    problems: Sequence[Problem],
    columns: Sequence[Ints],
    objective: Objective,
    group: Ints,
    found: Sequence[Optima],
    kernel: Kernel,
) -> list[ArimaFit | ArimaFailure]:
    """Turn the optima of problems into fits."""
    batch = objective.batch
    length = np.array([len(p.z) for p in problems], dtype=np.int64)
    x = np.stack([optima.x[0] for optima in found])
    coefficients, _, sigma2 = objective.unpack(x)
    details, beta = kernel.details(batch, group, length, coefficients, sigma2)
    variance = sigma2 if sigma2 is not None else details.rss / np.array([p.nobs for p in problems])
    solved = Solved(problems, columns, coefficients, variance, beta, details)
    name = f"exact ({kernel.name})"
    return [_result(solved, i, optima, name) for i, optima in enumerate(found)]


def _result(solved: Solved, lane: int, optima: Optima, engine: str) -> ArimaFit | ArimaFailure:
    problem = solved.problems[lane]
    value = float(optima.value[0])
    if value >= WORST or not np.isfinite(solved.beta[lane]).all():
        return ArimaFailure(f"the likelihood of {problem.orders} could not be computed at any starting point")
    # Sums of squares are resolved to about 1e-15 of the series' own: less is rounding, not a residual.
    last = problem.z[:, -1]
    resolved = 1e-13 * float(last @ last) / len(last)
    if solved.sigma2[lane] <= max(problem.rounding**2, resolved):
        return ArimaFailure(NO_VARIATION.format(d=problem.orders.d, D=problem.orders.D))
    matrix, shift = problem.to_public()
    regression = matrix @ solved.beta[lane][solved.columns[lane][:-1]] + shift
    notes = [] if optima.converged[0] else ["the search ended before its tolerance was reached"]
    near = float("nan")
    if len(optima.value) > 1 and (gap := float(optima.value[1:].min()) - value) < 0.5:
        near = gap
    return ArimaFit(
        problem=problem,
        values=np.concatenate([solved.coefficients[lane], regression]),
        loglik=-value,
        sigma2=float(solved.sigma2[lane]),
        engine=engine,
        source=ExactSource(solved, lane),
        notes=tuple(notes),
        optimum_gap=near,
    )
