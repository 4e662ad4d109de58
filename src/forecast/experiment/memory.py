"""The memory that an experiment will need, from its sizes, and what of it is free."""

from __future__ import annotations

from pathlib import Path

from forecast.config.settings import LEVELS, Experiment
from forecast.experiment.pipeline import Inputs

#: What the package and its libraries take before any work, in this process and in each worker.
_BASE = 230 << 20
_WORKER = 200 << 20
#: One row of the table of forecasts, with the copies that ranges, sums and scores make of it (measured by
#: `docs/reliability.md`, which tells how).
_ROW = 900
_TABLE = Path("/proc/meminfo")


def needed(exp: Experiment, x: Inputs) -> int:
    """Return about how many bytes a run needs: its rows of forecasts, and what every process takes."""
    rows = len(exp.target.series) * (len(x.origins) + 1) * exp.horizon * len(LEVELS)
    shown = len(x.models) * len(exp.backtest.knowledge) + len(exp.combination) * 2
    cores = exp.parallel.n_jobs if exp.parallel.n_jobs > 0 else len(x.models)
    processes = 0 if exp.parallel.backend == "threading" or cores == 1 else cores
    return _BASE + processes * _WORKER + rows * shown * _ROW


def available() -> int | None:
    """Return how many bytes are free for new work; None where the system does not tell."""
    try:
        lines = _TABLE.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return None
    found = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return int(found[0]) << 10 if found else None


def shortage(exp: Experiment, x: Inputs) -> str:
    """Return a line that says so when a run needs more than half of what is free; else nothing."""
    need, free = needed(exp, x), available()
    if free is None or need <= free / 2:
        return ""
    return (
        f"this run will need about {need / 2**30:,.1f} GB of memory, and {free / 2**30:,.1f} GB are free;"
        " a later backtest.start, fewer series, models or levels, or a shorter horizon need less"
    )
