"""The package at the lowest and newest versions of what it needs, on every Python at hand, from wheel and sdist.

    python benchmarks/compat.py [--only lowest newest 3.13 wheel sdist] [--tests tests/data ...]  # what `make compat` runs

`lowest` and `newest` install the package with its extras into an environment of their own, in a folder without git
whose path has a space, and run the tests there (`lowest`: every dependency at the version that pyproject.toml names as
the lowest; tools of development stay those of constraints.txt). A version of Python does the same with
constraints.txt. `wheel`
and `sdist` install what is built into bare environments, alone and with each extra alone, then import the package
and list its experiments. Code 1 where anything fails; what it printed is in FOLDER.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
#: Extras that users install; the others are tools.
EXTRAS = ("cluster", "sweeps", "pdf", "remote", "parquet", "excel", "notebooks")
_PIP = ("-m", "pip", "install", "--quiet")
LEFT_OUT = (".git", ".venv", ".*_cache", "__pycache__", "site-docs", ".forecast-cache")


@dataclass(frozen=True)
class Outcome:
    """One environment: what was asked, what came of it and how long it took."""

    what: str
    python: str
    outcome: str
    seconds: float
    ok: bool


def project() -> dict:
    """Return the table `project` of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def lowest(table: dict) -> list[str]:
    """Return a pin at its lowest version for each dependency, of the package and of the extras for users."""
    words = [*table["dependencies"], *(w for name in EXTRAS for w in table["optional-dependencies"][name])]
    pins = {}
    for requirement in map(Requirement, words):
        (version,) = [s.version for s in requirement.specifier if s.operator == ">="]
        marker = f"; {requirement.marker}" if requirement.marker else ""
        pins[f"{requirement.name}{marker}"] = f"{requirement.name}=={version}{marker}"
    return sorted(pins.values())


def pythons() -> dict[str, str]:
    """Return the interpreters at hand, by version: on the path, and those that pyenv keeps."""
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = {}
    for minor in range(11, 15):
        name = f"python3.{minor}"
        for place in (*sorted(map(str, kept.glob(f"3.{minor}.*/bin/{name}"))), shutil.which(name) or ""):
            if place and not subprocess.run([place, "-c", "import venv"], capture_output=True).returncode:
                found.setdefault(f"3.{minor}", place)
    return found


class Place:
    """A folder with a copy of the tree and one environment after another; each writes its own log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "a place"
        self.tree = self.folder / "tree"
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.tree, ignore_errors=True)
        shutil.copytree(ROOT, self.tree, ignore=shutil.ignore_patterns(*LEFT_OUT))

    def call(self, log: str, *words: str | Path, **more: str) -> int:
        """Run a command in the tree, its words into a log; return its code."""
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | more
        with (self.folder / f"{log}.log").open("a") as out:
            return subprocess.run(
                [*map(str, words)], cwd=self.tree, stdout=out, stderr=out, env=environment
            ).returncode

    def environment(self, name: str, python: str, *wanted: str | Path) -> Path | None:
        """Make an environment with what is wanted; return its folder of commands, None where that fails."""
        made = self.folder / f"venv {name}"
        shutil.rmtree(made, ignore_errors=True)
        failed = self.call(name, python, "-m", "venv", made) or self.call(
            name, made / "bin" / "python", *_PIP, *wanted
        )
        return None if failed else made / "bin"

    def last(self, log: str) -> str:
        """Return the last line of a log that says something."""
        lines = (self.folder / f"{log}.log").read_text(errors="replace").splitlines()
        counted = [line for line in lines if re.search(r"\d+ (passed|failed|error)", line)]
        return (counted or [line for line in lines if line.strip()] or ["nothing"])[-1].strip(" =")[:110]


def suite(place: Place, what: str, python: str, tests: Sequence[str]) -> Outcome:
    """Run the tests with the lowest or newest of all dependencies."""
    start = time.monotonic()
    table = project()
    pins = lowest(table) if what == "lowest" else []
    pinned = () if what == "newest" else ("-c", "constraints.txt")
    commands = place.environment(what, python, *pinned, "-e", f".[dev,{','.join(EXTRAS)}]")
    code = 1
    # some tools of development want newer ones than the package itself: pip says so, and they are not run
    if commands is not None and not (pins and place.call(what, commands / "python", *_PIP, *pins)):
        place.call(what, commands / "python", "-m", "pip", "freeze")
        code = place.call(what, commands / "python", "-m", "pytest", "-n", "2", "--tb=short", "-rfE", *tests)
    return Outcome(what, Path(python).name, place.last(what), time.monotonic() - start, code == 0)


def bare(place: Place, kind: str, python: str) -> list[Outcome]:
    """Install a wheel or sdist alone and with each extra alone; import the package, list its experiments."""
    built = place.folder / kind
    shutil.rmtree(built, ignore_errors=True)
    builder = place.environment("build", python, "build")
    if builder is None or place.call("build", builder / "python", "-m", "build", f"--{kind}", "-o", built):
        return [Outcome(kind, Path(python).name, place.last("build"), 0.0, False)]
    (file,) = built.iterdir()
    made = []
    for extra in ("", *EXTRAS):
        start = time.monotonic()
        name = f"{kind} {extra}".strip()
        commands = place.environment(name, python, f"{file}[{extra}]" if extra else file)
        ok = (
            commands is not None
            and not place.call(
                name, commands / "python", "-c", "import forecast; forecast.load_observations()"
            )
            and not place.call(name, commands / "forecast", "list")
        )
        outcome = "imported, experiments listed" if ok else place.last(name)
        made.append(Outcome(name, Path(python).name, outcome, time.monotonic() - start, ok))
        shutil.rmtree(place.folder / f"venv {name}", ignore_errors=True)
    return made


def main() -> int:
    """Try what was asked and print the table."""
    found = pythons()
    known = ("wheel", "sdist", "lowest", "newest", *found)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", default=known, choices=known)
    parser.add_argument("--tests", nargs="+", default=[], help="tests instead of all")
    parser.add_argument("--folder", type=Path, help="where environments and logs stay")
    words = parser.parse_args()
    oldest = next(iter(found.values()))
    place = Place(words.folder or Path(tempfile.mkdtemp(prefix="forecast-compat-")))
    rows: list[Outcome] = []
    for what in words.only:
        if what in ("wheel", "sdist"):
            rows += bare(place, what, oldest)
        else:
            rows.append(suite(place, what, found.get(what, oldest), words.tests))
        print(f"{rows[-1].what}: {rows[-1].outcome}", flush=True)
    table = pd.DataFrame(rows).assign(seconds=lambda t: t["seconds"].round())
    print(table.to_string(index=False))
    print(f"logs: {place.folder}")
    return int(not table["ok"].all())


if __name__ == "__main__":
    sys.exit(main())
