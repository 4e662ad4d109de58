"""How long the parts of a run take: reading, panels, designs, ranges, scores, one look at `forecast --help`.

python benchmarks/parts.py prints one Markdown table, CPU seconds of one thread, medians of several calls.
python benchmarks/parts.py guatemala_2024 runs that experiment once and prints what writing its page costs.
"""

from __future__ import annotations

import datetime as dt
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import forecast as fc
from forecast.postprocess.intervals import add_intervals

SERIES = ["southwest.usbp"]


def cpu(call: Callable[[], object], times: int) -> float:
    """Median CPU seconds of a call, after one that is not counted."""
    call()
    taken = []
    for _ in range(times):
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def page_parts(name: str) -> dict[str, float]:
    """CPU seconds of writing the page of an experiment, whole and by parts; the run itself is not counted."""
    from forecast.report.build import report_files
    from forecast.report.write import files as companions

    run = fc.run(fc.load_experiment(name))
    start = time.process_time()
    files = report_files(run)
    first = time.process_time() - start
    whole, bare = cpu(lambda: report_files(run), 3), cpu(lambda: report_files(run, png=False), 3)
    replayed = cpu(lambda: companions.gz_bytes(companions.forecasts_bytes(run.backtest)), 3)
    size = len(files["index.html"]) / 1e6
    return {
        f"page of {name}, {size:.2f} MB, the first in a process (matplotlib is read)": first,
        "the same again": whole,
        "of that, charts as PNG": whole - bare,
        f"of that, backtest.csv.gz, {len(run.backtest):,} rows": replayed,
        "of that, the rest: sentences, tables, charts as SVG": bare - replayed,
    }


def show(rows: dict[str, float]) -> None:
    """Print parts as a Markdown table."""
    print(f"# Parts of a run, {dt.date.today()}, {platform.machine()}, Python {platform.python_version()}\n")
    print("| part | CPU ms |\n|---|---:|")
    for name, seconds in rows.items():
        print(f"| {name} | {1000 * seconds:,.1f} |")


def main() -> None:
    if sys.argv[1:]:
        show(page_parts(sys.argv[1]))
        return
    obs, events = fc.load_observations(), fc.load_events()
    panel = obs.as_of("2024-05-07", SERIES)
    origins = fc.monthly_origins("2004-01", "2024-03", obs, series=SERIES)
    models = {f"drift_{k}": fc.make_model("drift", window=24 + k) for k in range(11)}
    table = fc.backtest(models, obs, events, SERIES, origins, levels=(0.5,)).forecasts
    ranged, _ = add_intervals(table, obs)
    rows = {
        "load_observations, bundled, kept in memory": cpu(fc.load_observations, 20),
        "as_of, one series": cpu(lambda: obs.as_of("2024-05-07", SERIES), 50),
        "design, one series, whole calendar": cpu(lambda: events.design(panel), 50),
        f"add_intervals, {len(origins)} origins x 12 models x 12 months": cpu(
            lambda: add_intervals(table, obs), 3
        ),
        "score, the same": cpu(lambda: fc.score(ranged, obs), 3),
    }
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "forecast", "--help"], check=True, capture_output=True)
    show({**rows, "`forecast --help`, wall": time.perf_counter() - start})


if __name__ == "__main__":
    main()
