"""What the monthly round costs: folds with and without those of last month, one round, a backfill and its archive.

python benchmarks/publishing.py [2016-01..2026-08] prints Markdown, CPU seconds of one thread. It also checks that
a backtest that takes folds is the same to the byte, that the steps of what changed add up in every round, and that
a report is made again from the archive; it ends with an error where one of these fails.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import forecast as fc
from forecast.archive.store import Archive
from forecast.experiment.pipeline import make_folds, read_inputs
from forecast.publish.publish import backfill, publish_report
from forecast.publish.upkeep import rerun

TODAY = "2026-11-24"


def cpu(call: Callable[[], Any]) -> tuple[Any, float]:
    """Result and CPU seconds of a call."""
    start = time.process_time()
    made = call()
    return made, time.process_time() - start


def folds(exp: fc.Experiment, cache: Path) -> dict[str, float]:
    """CPU seconds of the backtest of the newest month, without and with the folds of the month before."""
    newest = read_inputs(replace(exp, as_of="latest"))
    before = read_inputs(replace(exp, as_of=str(newest.origins[-2].date())))
    make_folds(exp, before, cache)
    plain, without = cpu(lambda: make_folds(exp, newest))
    taken, with_folds = cpu(lambda: make_folds(exp, newest, cache))
    _, again = cpu(lambda: make_folds(exp, newest, cache))
    if plain.forecasts.to_csv() != taken.forecasts.to_csv() or plain.folds.to_csv() != taken.folds.to_csv():
        raise SystemExit("a backtest that takes folds is another one")
    return {
        "backtest, all folds made": without,
        "the same, last month's folds taken": with_folds,
        "nothing new": again,
    }


def one_round(exp: fc.Experiment, folder: Path) -> dict[str, float]:
    """CPU seconds of two rounds in a row, of a call that finds nothing new, and of making the last again."""
    exp = at(exp, folder)
    days = read_inputs(replace(exp, as_of="latest")).origins
    _, first = cpu(lambda: publish_report(exp, as_of=str(days[-2].date()), today=TODAY))
    outcome, second = cpu(lambda: publish_report(exp, today=TODAY))
    _, quiet = cpu(lambda: publish_report(exp, today=TODAY))
    again, remade = cpu(lambda: rerun(exp, outcome.folder or ""))
    if outcome.code or again.code:
        raise SystemExit(f"{outcome.text}\n{again.text}")
    return {
        "first round": first,
        "next round": second,
        "a call that finds nothing new": quiet,
        "forecast rerun": remade,
    }


def past(exp: fc.Experiment, span: str, folder: Path) -> list[str]:
    """Rows of a backfill: rounds, seconds and size of the archive, a quarter at a time."""
    exp, lines, count = at(exp, folder), [], [0]
    archive = Archive(Path(exp.publish.archive))

    def step(name: str) -> None:
        count[0] += name.startswith("round")
        if name.startswith("round") and count[0] % 32 == 1 and count[0] > 1:
            lines.append(row(count[0] - 1))

    start = time.process_time()

    def row(n: int) -> str:
        size = sum(p.stat().st_size for p in folder.glob("a.sqlite*") if p.suffix != ".lock")
        return f"| {n} | {time.process_time() - start:,.0f} | {size / 1e6:,.1f} | {size / 1e6 / n:.3f} |"

    done = backfill(exp, span, today=TODAY, on_step=step)
    if done.code:
        raise SystemExit(done.text)
    runs = archive.runs(exp.name)
    for number in runs["id"].iloc[1:]:
        table = archive.changes(int(number))
        if not table["change"].iloc[1:-1].sum() == table["change"].iloc[-1]:
            raise SystemExit(f"the steps of round {number} do not add up")
    return [
        *lines,
        row(len(runs)),
        "",
        f"Steps of what changed add up in all {len(runs) - 1} pairs; {archive.check()}",
    ]


def at(exp: fc.Experiment, folder: Path) -> fc.Experiment:
    folder.mkdir()
    spec = replace(exp.publish, archive=str(folder / "a.sqlite"), site=str(folder / "site"), backup=False)
    return replace(exp, publish=spec)


def main() -> None:
    exp = fc.load_experiment("monthly")
    print(f"# The monthly round, {dt.date.today()}, {platform.machine()}, {os.cpu_count()} cores\n")
    with tempfile.TemporaryDirectory() as scratch:
        print("| what | CPU s |\n|---|---:|")
        for table in (folds(exp, Path(scratch) / "folds"), one_round(exp, Path(scratch) / "rounds")):
            for name, seconds in table.items():
                print(f"| {name} | {seconds:.1f} |", flush=True)
        span = sys.argv[1] if len(sys.argv) > 1 else "2016-01..2026-08"
        lines = past(exp, span, Path(scratch) / "past")
    print(f"\nBackfill {span}\n\n| rounds | CPU s | archive MB | MB a round |\n|---:|---:|---:|---:|")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
