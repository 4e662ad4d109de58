"""The shape of the code: rooms, floors, circles, sizes, private imports, `Any` between rooms, near duplicates.

python benchmarks/house.py            of this checkout
python benchmarks/house.py FOLDER     of another checkout, to compare with
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "forecast"


def modules(source: Path) -> dict[str, Path]:
    """Dotted name of every module -> its file."""
    found = {}
    for path in sorted((source / PACKAGE).rglob("*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(tree: ast.Module, name: str, known: set[str]) -> set[str]:
    """Modules of the package that a module imports anywhere: in functions and for types too."""
    out: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            out |= {alias.name for alias in node.names if alias.name.split(".")[0] == PACKAGE}
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == PACKAGE:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                out.add(whole if whole in known else node.module)
        elif name == PACKAGE and isinstance(node, ast.Constant) and isinstance(node.value, str):
            # the lazy names of the package: NAME -> MODULE or MODULE:NAME
            target = node.value.partition(":")[0]
            out |= {target} & known
    return out - {name}


def room(module: str) -> str:
    """What a module belongs to, directly under the package."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of nodes that import each other in a circle (Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph.get(node, ()):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1:
                found.append(sorted(group))

    for node in graph:
        if node not in index:
            visit(node)
    return found


def floors(graph: dict[str, set[str]]) -> list[str]:
    """The longest chain of imports between rooms; circles are cut where they close."""
    best: dict[str, list[str]] = {}

    def chain(node: str, above: tuple[str, ...]) -> list[str]:
        if node in best:
            return best[node]
        below = [chain(other, (*above, node)) for other in graph.get(node, ()) if other not in (*above, node)]
        best[node] = [node, *max(below, key=len, default=[])]
        return best[node]

    return max((chain(node, ()) for node in graph), key=len)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function, its docstring apart."""
    first = node.body[0]
    docstring = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    told = (first.end_lineno or 0) - first.lineno + 1 if docstring else 0
    return (node.end_lineno or 0) - node.lineno + 1 - told


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Number of parameters, self apart."""
    names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return len([n for n in names if n not in ("self", "cls")])


def loose(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether a public function says `Any` in its signature."""
    hints = [a.annotation for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    names = {
        n.id
        for hint in [*hints, node.returns]
        if hint is not None
        for n in ast.walk(hint)
        if isinstance(n, ast.Name)
    }
    return "Any" in names and not node.name.startswith("_")


def near_duplicates(source: Path) -> str:
    """Pairs of places with four or more lines alike, by pylint; imports, docstrings and signatures apart."""
    words = ["--disable=all", "--enable=duplicate-code", "--min-similarity-lines=4", "--ignore-imports=y",
             "--ignore-docstrings=y", "--ignore-signatures=y", "--score=n", "--persistent=n"]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "pylint", *words, str(source / PACKAGE)],
        capture_output=True,
        text=True,
        check=False,
    )
    return "pylint missing" if "No module named" in done.stderr else str(done.stdout.count("R0801"))


def measure(root: Path, duplicates: bool = True) -> list[tuple[str, str]]:
    """What is printed, a line each; near duplicates take pylint the better part of a minute."""
    source = root / "src"
    files = modules(source)
    trees = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in files.items()}
    inner = {name: imported(tree, name, set(files)) for name, tree in trees.items()}
    rooms: dict[str, set[str]] = {}
    for name, others in inner.items():
        rooms.setdefault(room(name), set()).update(room(other) for other in others)
    rooms = {name: others - {name} for name, others in rooms.items()}
    longest = floors(rooms)
    texts = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
    lines = {name: text.count("\n") for name, text in texts.items()}
    every = [(name, node) for name, tree in trees.items() for node in functions(tree)]
    long_file = max(lines, key=lambda n: lines[n])
    name, node = max(every, key=lambda pair: length(pair[1]))
    private = [
        (here, other) for here, others in inner.items() for other in others
        if room(here) != room(other) and any(part.startswith("_") and part != "__main__" for part in other.split("."))
    ]  # fmt: skip
    other_text = [p for p in sorted((source / PACKAGE).rglob("*")) if p.suffix in (".j2", ".toml", ".yaml")]
    more = sum(p.read_text(encoding="utf-8").count("\n") for p in other_text)
    room_circles, module_circles = circles(rooms), circles(inner)
    return [
        ("rooms directly under the package", str(len(rooms))),
        ("floors (longest chain of imports between rooms)", f"{len(longest)}: {' > '.join(longest)}"),
        ("circles between rooms", f"{len(room_circles)} {'; '.join(', '.join(c) for c in room_circles)}"),
        ("circles between modules", f"{len(module_circles)} {'; '.join(', '.join(c) for c in module_circles)}"),
        ("modules that import the package itself", str(sum(PACKAGE in others for others in inner.values()))),
        ("Python files", str(len(files))),
        ("lines of Python", f"{sum(lines.values()):,}"),
        ("lines with .j2, .toml, .yaml", f"{sum(lines.values()) + more:,}"),
        ("characters of Python", f"{sum(map(len, texts.values())):,}"),
        ("longest file", f"{long_file} {lines[long_file]}"),
        ("files over 500 lines", str(sum(n > 500 for n in lines.values()))),
        ("longest function, docstring apart", f"{name}.{node.name} {length(node)}"),
        ("functions over 60 lines", str(sum(length(f) > 60 for _, f in every))),
        ("functions of 8 or more parameters", str(sum(parameters(f) >= 8 for _, f in every))),
        ("lines over 110 characters", str(sum(len(line) > 110 for text in texts.values() for line in text.splitlines()))),
        ("`# fmt: skip` and `fmt: off`", str(sum(text.count("# fmt: ") for text in texts.values()))),
        ("`noqa`, `type: ignore`, `cast(`", ", ".join(str(sum(t.count(w) for t in texts.values())) for w in ("# noqa", "type: ignore", "cast("))),
        ("private modules imported by another room", str(len(private))),
        ("public functions with `Any` in the signature", str(sum(loose(f) for _, f in every))),
        ("near duplicates of four lines (pylint)", near_duplicates(source) if duplicates else "not counted"),
    ]  # fmt: skip


def main() -> int:
    """Print the table of one checkout."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1]
    print("| measure | value |\n|---|---|")
    for what, value in measure(root):
        print(f"| {what} | {value.strip()} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
