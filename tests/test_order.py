"""Tests run in random order: none may draw from a generator that others have drawn from."""

import ast
from pathlib import Path


def shared_generators(source: str) -> set[str]:
    """Names of a module's generators that its functions draw from."""
    tree = ast.parse(source)
    made = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        if ast.unparse(node.value.func).endswith("default_rng")
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    drawn = {
        node.id
        for part in tree.body
        if isinstance(part, ast.FunctionDef | ast.ClassDef)
        for node in ast.walk(part)
        if isinstance(node, ast.Name)
    }
    return made & drawn


def test_no_generator_of_random_numbers_is_shared():
    planted = "RNG = np.random.default_rng(0)\ndef test_x():\n    assert RNG.random() < 1\n"
    assert shared_generators(planted) == {"RNG"}
    assert not shared_generators(
        "Y = np.random.default_rng(0).random(9)\ndef test_x():\n    assert Y.all()\n"
    )
    files = sorted(Path(__file__).parent.rglob("*.py"))
    found = [f"{file}: {name}" for file in files for name in shared_generators(file.read_text("utf-8"))]
    assert not found, "take the fixture `rng`, or make a generator inside the test"
