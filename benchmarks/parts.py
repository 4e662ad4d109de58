"""Stages of the shipped experiments: CPU seconds of each and of the page, and the peak of memory.

Each is measured in a process of its own that reads nothing an earlier run kept; "again" is the whole command once
more, which puts the kept report in place. ``python benchmarks/parts.py quick guatemala_2024`` names some of them;
without words all are measured.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile

from forecast.config.compose import list_group

MEASURE = """
import json, resource, sys, time
from types import SimpleNamespace

import matplotlib
matplotlib.use("Agg")
import forecast as fc
from forecast.experiment import run as experiment
from forecast.report.build import report_files

exp = fc.load_experiment(sys.argv[1])
parts = {"start": time.process_time()}

experiment.time = SimpleNamespace(perf_counter=time.process_time)  # its laps count CPU seconds then
made = fc.run(exp)
parts |= made.durations
before = time.process_time()
report_files(made)
parts["page and files"] = time.process_time() - before
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"parts": parts, "sum": time.process_time(), "peak": peak}))
"""


def measured(name: str) -> dict[str, object]:
    """Return the stages of one experiment."""
    done = subprocess.run([sys.executable, "-c", MEASURE, name], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def again(name: str) -> tuple[float, float]:
    """Return CPU seconds of the command the first and the second time, in a folder of its own."""
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):
            before = os.times()
            words = [sys.executable, "-m", "forecast", f"experiment={name}", "-q"]
            subprocess.run(words, cwd=folder, capture_output=True, check=True)
            after = os.times()
            seconds.append(
                after.children_user + after.children_system - before.children_user - before.children_system
            )
    return seconds[0], seconds[1]


def main(names: list[str]) -> None:
    """Print a table of the experiments, a row for each stage."""
    load = os.getloadavg()[0]
    print(
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, load {load:.1f}\n"
    )
    found = {name: measured(name) for name in names}
    twice = {name: again(name) for name in names}
    stages = list(dict.fromkeys(stage for one in found.values() for stage in one["parts"]))
    print(f"| CPU seconds | {' | '.join(names)} |\n|---|{'---:|' * len(names)}")
    rows = {stage: [one["parts"].get(stage, 0.0) for one in found.values()] for stage in stages}
    rows["one process, all"] = [one["sum"] for one in found.values()]
    rows["the command"] = [first for first, _ in twice.values()]
    rows["the command again"] = [second for _, second in twice.values()]
    for stage, values in rows.items():
        print(f"| {stage} | {' | '.join(f'{value:.2f}' for value in values)} |")
    print(f"| peak memory, MB | {' | '.join(format(one['peak'], ',.0f') for one in found.values())} |")


if __name__ == "__main__":
    main(sys.argv[1:] or sorted(list_group("experiment")))
