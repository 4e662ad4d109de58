"""What many series cost: growth of time and memory with series, origins and months; statsforecast beside it.

``python benchmarks/scale.py`` prints Markdown. Each row is a process of its own. ``--pieces 5000`` adds a panel of so
many series, worked through in pieces of 50, as one machine of a cluster would.

A panel is half simulated ARIMA(0,1,1)(0,1,1), half years of the bundled sectors in another order. Each series has
forecasts of 12 months with 23 levels by ARIMA(0,1,1)(0,1,1), refitted at every origin, a random walk, and their
average by inverse errors; `fc.score` gives 19 measures on two scales for each model and horizon.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

import forecast as fc
from _arima_peers import venv_python
from forecast.config.settings import CombinationSpec
from forecast.postprocess.combination import combined
from forecast.tables.quantiles import QuantileTable

SERIES, ORIGINS, MONTHS, PIECE = 200, 60, 240, 50
STAGES = ("start", "load", "backtest", "combine", "score")

PEER = """
import json, sys, time
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import ARIMA, Naive
from utilsforecast import losses
from utilsforecast.evaluation import evaluate
table, windows = pd.read_csv(sys.argv[1], parse_dates=["ds"]), int(sys.argv[2])
def first(n):
    return table[table["unique_id"].isin(table["unique_id"].unique()[:n])]
found = {}
airline = ARIMA(order=(0, 1, 1), season_length=12, seasonal_order=(0, 1, 1))
for label, model, n in (("naive", Naive(), 50), ("arima", airline, 4)):
    run = StatsForecast(models=[model], freq="MS", n_jobs=1)
    run.cross_validation(df=first(1), h=12, n_windows=2, step_size=1, level=[80])  # compiles
    begin = time.process_time()
    made = run.cross_validation(df=first(n), h=12, n_windows=windows, step_size=1, refit=True, level=[50, 80, 95])
    found[label] = 1e3 * (time.process_time() - begin) / (windows * first(n)["unique_id"].nunique())
    if label == "naive":
        frame = made.reset_index() if "unique_id" not in made else made
        begin = time.process_time()
        evaluate(frame, metrics=[losses.mae, losses.mse, losses.rmse, losses.bias, losses.mape])
        evaluate(frame, metrics=[losses.coverage], level=[50, 80, 95])
        found["evaluate"] = 1e3 * (time.process_time() - begin) / first(n)["unique_id"].nunique()
print(json.dumps(found))
"""


def panel(count: int, months: int, seed: int = 7) -> pd.DataFrame:
    """Return counts of so many series, months down."""
    rng = np.random.default_rng(seed)
    obs = fc.load_observations()
    known = [obs.actuals(s).to_numpy(float) for s in obs.series_ids if s.endswith(".usbp")]
    changes = [np.diff(np.log(np.maximum(y, 1.0))) for y in known if len(y) >= 240]
    made = {}
    for i in range(count):
        if i % 2:
            step = changes[i % len(changes)]
            years = rng.integers(0, len(step) // 12, months // 12)
            y = np.cumsum(np.concatenate([step[12 * k : 12 * k + 12] for k in years]))
        else:
            error = rng.standard_normal(months + 13) * rng.uniform(0.03, 0.2)
            theta, season = rng.uniform(-0.8, 0.5), rng.uniform(-0.9, -0.2)
            w = error[13:] + theta * error[12:-1] + season * error[1:-12] + theta * season * error[:-13]
            y = 0.3 * np.cumsum(w.reshape(-1, 12).cumsum(axis=0).ravel())
        made[f"s{i:05d}"] = np.round(np.exp(np.clip(y - y.mean() + 9.0, 2.0, 17.0))).astype(np.int64)
    return pd.DataFrame(made, index=pd.period_range(end="2023-12", periods=months, freq="M"))


class Laps:
    """CPU seconds of stages, children counted, and the peak of memory."""

    def __init__(self) -> None:
        self.found: dict[str, float] = {}
        self._last = self._cpu()

    @staticmethod
    def _cpu() -> float:
        parts = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(part.ru_utime + part.ru_stime for part in parts)

    def lap(self, stage: str) -> None:
        """Add what was spent since the last lap to a stage."""
        now = self._cpu()
        self.found[stage] = self.found.get(stage, 0.0) + now - self._last
        self._last = now

    def told(self, began: float) -> str:
        """Return the stages, the wall time and the peak in MB as JSON."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return json.dumps({**self.found, "wall": time.perf_counter() - began, "peak": peak})


def measure(series: int, origins: int, months: int, pieces: bool) -> str:
    """Run one panel in this process, whole or in pieces."""
    began, laps = time.perf_counter(), Laps()
    figures = panel(series, months)
    rows = figures.rename_axis("month").melt(ignore_index=False, var_name="series_id").reset_index()
    laps.lap("start")
    obs = fc.load_observations(rows)
    days = [m.to_timestamp() + pd.Timedelta(days=32) for m in figures.index[-12 - origins : -12]]
    laps.lap("load")
    spec = CombinationSpec(members=("random_walk", "arima"))
    names = list(obs.series_ids)
    for begin in range(0, len(names), PIECE if pieces else len(names)):
        mine = names[begin : begin + PIECE] if pieces else names
        models = {"arima": fc.make_model("arima", events=False)}
        made = fc.backtest(models, obs, None, mine, days, 12).quantiles
        laps.lap("backtest")
        mixed, _ = combined(made, obs, "mix", spec)
        laps.lap("combine")
        fc.score(QuantileTable.concat([made, mixed]), obs)
        laps.lap("score")
    return laps.told(began)


def run(*words: object) -> dict[str, float]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--measure", *map(str, words)]
    one_thread = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=one_thread)
    return dict(json.loads(done.stdout))


def row(name: str, found: dict[str, float]) -> str:
    """Return one row of the table."""
    cells = [f"{found[stage]:.2f}" for stage in STAGES]
    return (
        f"| {name} | {' | '.join(cells)} | {sum(found[s] for s in STAGES):.1f} | {found['wall']:.1f}"
        f" | {found['peak']:,.0f} |"
    )


def exponent(small: dict[str, float], large: dict[str, float], ratio: float) -> str:
    """Return by which power the time of backtest, average and scores grows; what is loaded once left out."""
    work = [sum(found[s] for s in ("backtest", "combine", "score")) for found in (small, large)]
    return f"{math.log(work[1] / work[0]) / math.log(ratio):.2f}"


def peers(figures: pd.DataFrame) -> dict[str, float]:
    """Return ms a fold of statsforecast and ms a series of utilsforecast; empty where they are not to be had."""
    python = venv_python()
    if python is None:
        return {}
    table = np.log(figures.clip(lower=1)).rename_axis("month").reset_index()
    table = table.melt("month", var_name="unique_id", value_name="y")
    table["ds"] = pd.PeriodIndex(table["month"]).to_timestamp()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "panel.csv"
        table[["unique_id", "ds", "y"]].to_csv(path, index=False)
        words = [str(python), "-c", PEER, str(path), str(ORIGINS)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"statsforecast: skipped ({(done.stderr.strip().splitlines() or ['failed'])[-1][:120]})\n")
        return {}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def statsmodels_fold(figures: pd.DataFrame, count: int = 6) -> float:
    """Return ms a fold of statsmodels' SARIMAX with its defaults, forecast included."""
    import warnings

    from statsmodels.tsa.statespace.sarimax import SARIMAX

    warnings.simplefilter("ignore")
    spent = []
    for name in figures.columns[:count]:
        y = np.log(figures[name].to_numpy(float)[:-12])
        began = time.process_time()
        SARIMAX(y, order=(0, 1, 1), seasonal_order=(0, 1, 1, 12)).fit(disp=False).get_forecast(12).conf_int()
        spent.append(time.process_time() - began)
    return 1e3 * float(np.mean(spent))


def fold(models: dict[str, object], figures: pd.DataFrame) -> float:
    """Return ms that `fc.backtest` takes for a fold of one model, with panels, quantiles and tables."""
    obs = fc.load_observations(figures)
    days = [m.to_timestamp() + pd.Timedelta(days=32) for m in figures.index[-12 - ORIGINS : -12]]
    best = math.inf
    for _ in range(4):  # the first loads the compiled kernel
        began = time.process_time()
        fc.backtest(models, obs, None, list(obs.series_ids), days, 12)
        best = min(best, time.process_time() - began)
    return 1e3 * best / (len(days) * len(obs.series_ids))


def main() -> None:
    """Print growth, and the cost of a fold beside the peers'."""
    load = os.getloadavg()[0]
    print(
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, load {load:.1f}\n"
    )
    whole = run(SERIES, ORIGINS, MONTHS, 0)
    smaller = {
        "50 series": ((50, ORIGINS, MONTHS), SERIES / 50),
        "15 origins": ((SERIES, ORIGINS // 4, MONTHS), 4.0),
        "120 months": ((SERIES, ORIGINS, MONTHS // 2), 2.0),
    }
    print(f"| CPU seconds | {' | '.join(STAGES)} | all | wall | peak MB |\n|---|{'---:|' * 8}")
    print(row(f"{SERIES} series x {ORIGINS} origins, {MONTHS} months", whole))
    print(row(f"the same in pieces of {PIECE} series", run(SERIES, ORIGINS, MONTHS, 1)))
    powers = []
    for name, (size, ratio) in smaller.items():
        found = run(*size, 0)
        print(row(name, found))
        powers.append(f"{name.split()[1]} {exponent(found, whole, ratio)}")
    print(f"\nPower with which the time grows: {', '.join(powers)}.\n")
    few = panel(20, MONTHS)
    rival = peers(panel(50, MONTHS))
    ours = fold({"random_walk": fc.make_model("random_walk")}, few)
    both = fold({"arima": fc.make_model("arima", events=False)}, few)
    slow = statsmodels_fold(few)
    print(
        "| ms a fold, 12 months ahead with ranges | random walk | ARIMA(0,1,1)(0,1,1) | times ours |\n|---|---:|---:|---:|"
    )
    print(f"| fc.backtest | {ours:.2f} | {both - ours:.2f} | 1 |")
    if rival:
        times = rival["arima"] / (both - ours)
        print(
            f"| statsforecast, cross_validation(refit=True) | {rival['naive']:.2f} | {rival['arima']:.1f} | {times:.0f} |"
        )
    print(f"| statsmodels, SARIMAX by its defaults | | {slow:.0f} | {slow / (both - ours):.0f} |")
    if rival:
        print(
            f"\nScores of one series and model: utilsforecast {rival['evaluate']:.0f} ms (six measures), fc.score"
            f" {1e3 * whole['score'] / SERIES / 3:.0f} ms (19 measures on two scales, by horizon, with skill)."
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", nargs=4, type=int, metavar=("SERIES", "ORIGINS", "MONTHS", "PIECES"))
    parser.add_argument("--pieces", type=int, metavar="SERIES")
    given = parser.parse_args()
    if given.measure:
        print(measure(*given.measure[:3], bool(given.measure[3])))
    elif given.pieces:
        print(f"| CPU seconds | {' | '.join(STAGES)} | all | wall | peak MB |\n|---|{'---:|' * 8}")
        print(row(f"{given.pieces} series x {ORIGINS} origins", run(given.pieces, ORIGINS, MONTHS, 1)))
    else:
        main()
