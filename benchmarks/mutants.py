"""Small mistakes put into the source one at a time: do the tests of the room notice?

    python benchmarks/mutants.py [--rooms data events] [--count 60] [--seed 1]   # what `make mutants` runs

Lines are drawn at random over all lines of a room that can be changed, then one change on each: another comparison, a
boundary, a sign, min for max, first for last, True for False, and for or, another constant, a keyword or a call left
out, nothing returned. The tests that run the line (found once with coverage, in the tests of the room and its oracle
tests) are run against a copy of the tree that holds the change. A change is killed if a test fails, ends the process or
takes too long. Results are kept in FOLDER/results.jsonl; what stands there is not tried again, but with `--again`,
which tries what survived.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

if TYPE_CHECKING:
    from coverage import Coverage

ROOT = Path(__file__).parents[1]
PACKAGE = Path("src/forecast")
ROOMS = ("data", "events", "arima", "backtesting", "postprocess", "scoring", "archive", "tables")
ORACLES = {
    "arima": ("test_arima_cases.py", "test_arima_properties.py", "test_auto_arima_r.py"),
    "scoring": ("test_scoring_examples.py", "test_scoring_reference.py", "test_scoring_models.py"),
    "postprocess": ("test_scoring_mintrace.py",),
}
#: Tests of compiled functions, run as Python: coverage sees their lines, and a change is not compiled for minutes.
PLAIN = {"arima": ("test_compiled_parts.py", "test_compiled.py")}
_NOT_PLAIN = "not lets_other_threads_run"  # it measures the time that compiled code leaves to others
#: Tests of a changed line are begun up to this many seconds, by the time that they took unchanged.
BUDGET = 60
#: The tests of a room, unchanged and under coverage, take at most so many seconds (on a machine that others use too).
MAPPED = 3600
#: A change that makes its tests this much slower, and by half a minute, is noticed.
SLOWER = 5
SWAPS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
NAMES = ("min max", "any all", "first last", "floor ceil", "left right", "head tail", "ffill bfill")
OTHER_NAME = {a: b for pair in map(str.split, NAMES) for a, b in (pair, pair[::-1])}
#: Imported before the first fork, so that no change pays for them.
PRELOADED = (
    *(
        "scipy.optimize",
        "scipy.stats",
        "statsmodels.api",
        "sklearn.linear_model",
        "sklearn.ensemble",
        "numba",
    ),
    *("matplotlib.pyplot", "hydra", "arch", "joblib", "hypothesis", "openpyxl", "pyarrow", "xdist", "jinja2"),
)


@dataclass(frozen=True)
class Mutant:
    """One change: the file below the package, the lines of its statement, and the text before and after."""

    room: str
    file: str
    line: int
    first: int
    last: int
    kind: str
    before: str
    after: str
    start: int
    end: int
    outcome: str = ""
    seconds: float = 0.0
    by: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line} [{self.kind}] {self.before!r} -> {self.after!r}"


# --------------------------------------------------------------------------- changes


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Return what a node can be changed to, each with its kind."""
    if isinstance(node, ast.Compare):
        for k, operator in enumerate(node.ops):
            for other in SWAPS[type(operator)]:
                yield "comparison", _with(node, "ops", [*node.ops[:k], other(), *node.ops[k + 1 :]])
    elif isinstance(node, ast.BinOp) and type(node.op) in SWAPS and not _text(node):
        yield "arithmetic", _with(node, "op", SWAPS[type(node.op)][0]())
    elif isinstance(node, ast.BoolOp):
        yield "and, or", _with(node, "op", SWAPS[type(node.op)][0]())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert | ast.USub):
        yield "sign", node.operand
    elif isinstance(node, ast.Constant):
        yield from (("constant", ast.Constant(other)) for other in _other_constants(node.value))
    elif isinstance(node, ast.Call):
        for k in range(len(node.keywords)):
            yield "keyword left out", _with(node, "keywords", [*node.keywords[:k], *node.keywords[k + 1 :]])
    elif isinstance(node, ast.Name) and node.id in OTHER_NAME and isinstance(node.ctx, ast.Load):
        yield "name", ast.Name(OTHER_NAME[node.id])
    elif isinstance(node, ast.Attribute) and node.attr in OTHER_NAME:
        yield "name", _with(node, "attr", OTHER_NAME[node.attr])
    elif isinstance(node, ast.Return) and node.value is not None and not _is(node.value, None):
        yield "nothing returned", ast.Return(ast.Constant(None))
    elif isinstance(node, ast.AugAssign) and type(node.op) in SWAPS:
        yield "arithmetic", _with(node, "op", SWAPS[type(node.op)][0]())
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "call left out", ast.Pass()


def _with(node: ast.AST, field: str, value: object) -> ast.AST:
    return type(node)(**{**dict(ast.iter_fields(node)), field: value})


def _text(node: ast.BinOp) -> bool:
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in (node.left, node.right)
    )


def _is(node: ast.AST, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _other_constants(value: object) -> Iterator[object]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield {0: 1, 1: 0}.get(value, value + 1)
    elif isinstance(value, float):
        yield 2 * value or 1.0
    elif isinstance(value, str) and value in OTHER_NAME:
        yield OTHER_NAME[value]


def mutants(room: str, file: str, source: str) -> list[Mutant]:
    """Return every change of a file, but of annotations, docstrings and what only type checkers read."""
    begins = np.cumsum([0, *(len(line.encode()) for line in source.splitlines(keepends=True))])
    data = source.encode()
    found = []

    def visit(node: ast.AST, statement: tuple[int, int]) -> None:
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            statement = (node.lineno, max(body[0].lineno - 1, node.lineno) if body else node.end_lineno)
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                return
        for kind, other in changes(node):
            start, end = (
                int(begins[line - 1]) + column
                for line, column in ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))
            )
            text = ast.unparse(ast.fix_missing_locations(other))
            after = text if isinstance(node, ast.stmt | ast.Constant) else f"({text})"
            before = data[start:end].decode()
            found.append(Mutant(room, file, node.lineno, *statement, kind, before, after, start, end))
        if isinstance(node, ast.JoinedStr):  # words of messages
            return
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "decorator_list"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    visit(child, statement)

    visit(ast.parse(source), (1, 1))
    return found


def drawn(room: str, count: int, seed: int, tree: Path = ROOT) -> list[Mutant]:
    """Draw lines over all files of a room, and one change on each."""
    by_line: dict[tuple[str, int], list[Mutant]] = {}
    for path in sorted((tree / PACKAGE / room).rglob("*.py")):
        file = path.relative_to(tree / PACKAGE).as_posix()
        for mutant in mutants(room, file, path.read_text()):
            by_line.setdefault((file, mutant.line), []).append(mutant)
    rng = np.random.default_rng([seed, ROOMS.index(room)])
    lines = sorted(by_line)
    chosen = rng.choice(len(lines), min(count, len(lines)), replace=False)
    return [by_line[lines[at]][rng.integers(len(by_line[lines[at]]))] for at in chosen]


# --------------------------------------------------------------------------- tests


class Recorder:
    """A plug-in of pytest that notes which lines each test runs, and how long it takes.

    What a fixture of a whole module or session runs counts for every test that asks for it.
    """

    def __init__(self, cover: Coverage) -> None:
        self.cover, self.stack = cover, [""]
        self.fixtures: dict[str, list[str]] = {}
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def _within(self, context: str) -> Iterator[None]:
        self.stack.append(context)
        self.cover.switch_context(context)
        yield
        self.stack.pop()
        self.cover.switch_context(self.stack[-1])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        start = time.monotonic()
        self.fixtures[item.nodeid] = [f"fixture {name}" for name in item.fixturenames]
        with self._within(item.nodeid):
            result = yield
        self.seconds[item.nodeid] = time.monotonic() - start
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        shared = fixturedef.scope != "function"
        with self._within(f"fixture {fixturedef.argname}") if shared else contextlib.nullcontext():
            return (yield)

    def lines(self) -> dict[str, dict[str, list[str]]]:
        """Return the tests of each line of each file; those of a line that an import runs are all."""
        data = self.cover.get_data()
        users: dict[str, list[str]] = {}
        for test, names in self.fixtures.items():
            for name in (test, *names):
                users.setdefault(name, []).append(test)
        found = {}
        for path in data.measured_files():
            by_line = data.contexts_by_lineno(path)
            found[Path(path).as_posix().rpartition("src/forecast/")[2]] = {
                str(line): sorted(
                    {t for c in contexts for t in (users.get(c, []) if c else list(self.seconds))}
                )
                for line, contexts in by_line.items()
            }
        return found


def child(
    tree: Path,
    words: Sequence[str],
    seconds: float,
    log: Path,
    covered: Path | None = None,
    plain: bool = False,
) -> int:
    """Run pytest in a fork whose package is that of a tree; return its code, -1 where its time was over.

    With `plain` numba compiles nothing.
    """
    pid = os.fork()
    if not pid:
        if plain:
            numba = importlib.import_module("numba")
            os.environ["NUMBA_DISABLE_JIT"], numba.config.DISABLE_JIT = "1", 1
        os.setsid()
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.chdir(tree)
        sys.path.insert(0, str(tree / "src"))
        os.environ["PYTHONPATH"] = str(tree / "src")
        options = ["-n", "0", "-p", "no:randomly", "-p", "no:cacheprovider", f"--basetemp={tree.parent}/tmp"]
        if covered is None:
            os._exit(int(pytest.main([*options, "-x", "-q", "--no-header", "--tb=line", *words])))
        from coverage import Coverage

        cover = Coverage(data_file=None, source=[str(tree / "src")])
        recorder = Recorder(cover)
        cover.start()
        code = pytest.main([*options, *words], plugins=[recorder])
        cover.stop()
        covered.write_text(json.dumps({"lines": recorder.lines(), "seconds": recorder.seconds}))
        os._exit(int(code))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return -1


def tests_of(room: str, folder: Path, tree: Path) -> dict[str, dict]:
    """Return the tests of each line of a room and their seconds, measured once."""
    kept = folder / f"tests-{room}.json"
    if not kept.exists():
        chosen = [f"tests/{room}", *(f"tests/oracle/{name}" for name in ORACLES.get(room, ()))]
        code = child(tree, chosen, MAPPED, folder / f"tests-{room}.log", kept)
        if code or not kept.exists():
            kept.unlink(missing_ok=True)
            raise SystemExit(f"{room}: the tests do not pass unchanged (see {folder}/tests-{room}.log)")
        if room in PLAIN:
            _add_plain(room, folder, tree, kept)
    return json.loads(kept.read_text())


def _add_plain(room: str, folder: Path, tree: Path, kept: Path) -> None:
    """Add the tests of compiled functions, which coverage sees where numba compiles nothing."""
    found, log = kept.with_suffix(".plain"), folder / f"tests-{room}-plain.log"
    words = [*(f"tests/{room}/{name}" for name in PLAIN[room]), "-k", _NOT_PLAIN]
    if child(tree, words, MAPPED, log, found, plain=True):
        raise SystemExit(f"{room}: the tests do not pass without a compiler (see {log})")
    known, plain = json.loads(kept.read_text()), json.loads(found.read_text())
    lines = {file: of for file, of in plain["lines"].items() if _is_compiled(tree / PACKAGE / file)}
    seconds = plain["seconds"] | known["seconds"]
    kept.write_text(json.dumps({"lines": known["lines"] | lines, "seconds": seconds}))


def _is_compiled(path: Path) -> bool:
    """Tell whether the functions of a file are compiled by numba."""
    return "@jit\n" in path.read_text()


def chosen_tests(mutant: Mutant, known: dict[str, dict]) -> list[str]:
    """Return the tests that run a statement: those of its own module first, the quick before the slow."""
    lines, seconds = known["lines"].get(mutant.file, {}), known["seconds"]
    tests = {t for line in range(mutant.first, mutant.last + 1) for t in lines.get(str(line), [])}
    own = f"test_{Path(mutant.file).stem}.py"
    ordered = sorted(tests, key=lambda t: (own not in t, seconds[t]))
    took = np.array([seconds[t] for t in ordered])
    return [t for t, before in zip(ordered, took.cumsum() - took, strict=True) if before < BUDGET]


def tried(mutant: Mutant, known: dict[str, dict], tree: Path, folder: Path) -> Mutant:
    """Put a change into the tree, run its tests, take it out again."""
    tests = chosen_tests(mutant, known)
    if not tests:
        return replace(mutant, outcome="survived", by="no test runs this line")
    path = tree / PACKAGE / mutant.file
    before, times = path.read_bytes(), path.stat()
    changed = before[: mutant.start] + mutant.after.encode() + before[mutant.end :]
    start = time.monotonic()
    plain = _is_compiled(path)
    try:
        path.write_bytes(changed)
        usual = sum(known["seconds"][t] for t in tests)
        log = folder / "last.log"
        code = child(tree, tests, SLOWER * usual + 30, log, plain=plain)
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    words = log.read_text(errors="replace").splitlines()
    by = next((line for line in words if line.startswith(("FAILED", "ERROR", "E  "))), f"code {code}")
    outcome = {0: "survived", -1: "killed (time)"}.get(code, "killed")
    return replace(
        mutant,
        outcome=outcome,
        seconds=time.monotonic() - start,
        by=by[:200] if code else f"{len(tests)} tests",
    )


@contextlib.contextmanager
def copied() -> Iterator[Path]:
    """Return a copy of the tree, without what it made."""
    with tempfile.TemporaryDirectory(prefix="forecast-mutants-") as folder:
        tree = Path(folder) / "tree"
        left_out = shutil.ignore_patterns(
            ".git", ".venv", "site-docs", ".*_cache", "notebooks", ".forecast-cache"
        )
        shutil.copytree(ROOT, tree, ignore=left_out)
        yield tree


# --------------------------------------------------------------------------- the command


def table(results: Sequence[Mutant]) -> pd.DataFrame:
    """Return one row a room: how many changes were tried and killed."""
    frame = pd.DataFrame([asdict(m) for m in results])
    rows = frame.assign(killed=frame["outcome"].str.startswith("killed")).groupby("room", sort=False)[
        "killed"
    ]
    made = rows.agg(tried="size", killed="sum")
    return made.assign(share=(100 * made["killed"] / made["tried"]).round(1))


def main() -> int:
    """Try the changes and print the table and the survivors; code 1 below 85 % in a room."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rooms", nargs="+", default=ROOMS, choices=ROOMS)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=ROOT / ".mutants_cache", help="what is kept")
    parser.add_argument("--again", action="store_true", help="try what survived once more")
    words = parser.parse_args()
    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    words.folder.mkdir(parents=True, exist_ok=True)
    kept = words.folder / f"results-{words.seed}.jsonl"
    lines = kept.read_text().splitlines() if kept.exists() else []
    done = {(m.file, m.line, m.before, m.after): m for m in (Mutant(**json.loads(line)) for line in lines)}
    results = []
    with copied() as tree:
        for room in words.rooms:
            known = tests_of(room, words.folder, tree)
            for mutant in drawn(room, words.count, words.seed, tree):
                key = (mutant.file, mutant.line, mutant.before, mutant.after)
                made = done.get(key)
                if made is None or (words.again and made.outcome == "survived"):
                    made = tried(mutant, known, tree, words.folder)
                    with kept.open("a") as file:
                        file.write(json.dumps(asdict(made)) + "\n")
                    print(f"{made.outcome:9} {made.seconds:5.1f} s  {made}", flush=True)
                results.append(made)
    for made in results:
        if made.outcome == "survived":
            print(f"survived: {made} ({made.by})")
    shown = table(results)
    print(shown.to_string())
    return int((shown["share"] < 85).any())


if __name__ == "__main__":
    sys.exit(main())
