"""Branch coverage of every room, after `make coverage` has run the tests.

    python benchmarks/covered.py   # what `make coverage` runs at its end

Lines and branches are counted together, in this process and in those that tests start; nothing is left out by a mark
or a list of files, but what only type checkers read. Code 1 where a room is below 95 %.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).parents[1]
PACKAGE = "src/forecast/"
LEAST = 95.0


def rooms(files: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Return one row a room, and one for all, of the files of a report of coverage."""
    counts = pd.DataFrame(
        [
            {
                "room": Path(name.rpartition(PACKAGE)[2]).parts[0].removesuffix(".py"),
                "counted": file["summary"]["num_statements"] + file["summary"]["num_branches"],
                "run": file["summary"]["covered_lines"] + file["summary"]["covered_branches"],
            }
            for name, file in files.items()
        ]
    )
    made = counts.groupby("room").sum()
    made.loc["all"] = made.sum()
    return made.assign(percent=(100.0 * made["run"] / made["counted"].clip(lower=1)).round(1))


def main() -> int:
    """Print the table and the files with most that is not run."""
    words = [sys.executable, "-m", "coverage", "json", "--quiet", "-o", "-"]
    report = json.loads(subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    found = rooms(report["files"])
    print(found.to_string())
    missed = {name: f["summary"]["missing_lines"] for name, f in report["files"].items()}
    for name, lines in sorted(missed.items(), key=lambda item: -item[1])[:10]:
        print(f"{name.rpartition(PACKAGE)[2]}: {lines} lines are not run")
    return int((found["percent"] < LEAST).any())


if __name__ == "__main__":
    sys.exit(main())
