"""No text with a space is compared anywhere in the package: rooms speak in codes."""

import ast
from pathlib import Path

import pytest

import forecast

SRC = Path(forecast.__file__).parent
METHODS = {
    "startswith",
    "endswith",
    "removeprefix",
    "removesuffix",
    "contains",
    "isin",
    "eq",
    "get",
    "match",
    "fullmatch",
    "search",
}
#: Modules that read what others wrote, beside data/layouts: official layouts, messages of Hydra and SQLite, notes of a user's file.
READERS = {
    "archive/schema.py",  # SQLite's messages
    "archive/track_record.py",  # notes of published.csv
    "config/compose.py",  # Hydra's messages
    "data/official.py",  # headers and words of official files
}
#: Names with a blank that are no sentence.
NAMES = {
    " + ",  # joins the ids of a column of several events
    " >",  # marks a column of numbers in a line of heads
    " *",  # marks a column that a calendar must have, in a question
    "[A-Za-z][\\w ./?-]*",  # a text that YAML needs no quotes for
    "std. err.",
    "80% held",  # heads of tables that are printed
}


def texts(node):
    """Texts with a space among a literal, or the members of one."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value] if " " in node.value.strip() or (" " in node.value and node.value.strip()) else []
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return [text for member in node.elts for text in texts(member)]
    if isinstance(node, ast.Dict):
        return [text for key in node.keys if key is not None for text in texts(key)]
    return []


def compared(tree):
    """Texts with a space that a module compares with something, or looks up."""
    for node in ast.walk(tree):
        parts = []
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in METHODS:
            parts = node.args[:1]
        elif isinstance(node, ast.Subscript) and getattr(node.value, "id", "") not in ("Literal", "Callable"):
            parts = [node.slice] if isinstance(node.ctx, ast.Load) else []
        elif isinstance(node, ast.MatchValue):
            parts = [node.value]
        yield from ((node.lineno, text) for part in parts for text in texts(part))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("a == 'x y'", ["x y"]),
        ("'x y' in a", ["x y"]),
        ("a in ('x', 'y z')", ["y z"]),
        ("a.startswith('x y')", ["x y"]),
        ("t['c'].str.contains('x y')", ["x y"]),
        ("a['x y']", ["x y"]),
        ("a['x y'] = 1", []),
        ("a == 'x' or a == ''", []),
        ("' '.join(a) == ' '", []),
    ],
)
def test_comparisons_are_found(source, found):
    assert [text for _, text in compared(ast.parse(source))] == found


def test_no_text_with_a_space_is_compared():
    wrong = []
    for path in sorted(SRC.rglob("*.py")):
        name = path.relative_to(SRC).as_posix()
        if name not in READERS and not name.startswith("data/layouts/"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            wrong += [f"{name}:{line}: {text!r}" for line, text in compared(tree) if text not in NAMES]
    assert wrong == []
