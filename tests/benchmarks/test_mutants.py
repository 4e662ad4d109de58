"""Mutants: which changes are made, where they stand, and that they are drawn by their seed."""

import ast
import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = '''"""1 < 2 in a docstring."""

def f(a: int = 0, *, key: bool = True) -> int:
    """No change here: 3 + 4."""
    if a < 1 and not key:
        return min(a, 1, key=g)
    é = "ü" + f"{a + 1}"
    call(a)
    return a - 1
'''


@pytest.fixture(scope="module")
def module():
    spec = importlib.util.spec_from_file_location("mutants", ROOT / "benchmarks" / "mutants.py")
    made = importlib.util.module_from_spec(spec)
    sys.modules["mutants"] = made
    spec.loader.exec_module(made)
    return made


def test_every_change_is_one_that_python_reads_and_stands_where_it_says(module):
    made = module.mutants("room", "room/f.py", SOURCE)
    data = SOURCE.encode()
    for mutant in made:
        changed = data[: mutant.start] + mutant.after.encode() + data[mutant.end :]
        assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(data)), mutant
        assert data[mutant.start : mutant.end].decode() == mutant.before
        assert mutant.first <= mutant.line <= mutant.last
    told = {(m.line, m.before, m.after) for m in made}
    assert {
        (3, "0", "1"),
        (3, "True", "False"),
        (5, "a < 1", "(a <= 1)"),
        (5, "a < 1", "(a >= 1)"),
        (5, "a < 1 and not key", "(a < 1 or not key)"),
        (5, "not key", "(key)"),
        (6, "min", "(max)"),
        (6, "min(a, 1, key=g)", "(min(a, 1))"),
        (6, "return min(a, 1, key=g)", "return None"),
        (8, "call(a)", "pass"),
        (9, "a - 1", "(a + 1)"),
    } <= told
    assert {m.line for m in made} == {3, 5, 6, 8, 9}  # no docstring, no annotation, no words of a message


def test_lines_are_drawn_by_the_seed_one_change_each(module):
    one, same, other = (module.drawn("tables", 20, seed) for seed in (1, 1, 2))
    assert one == same != other and len({(m.file, m.line) for m in one}) == 20
    assert len({m.file for m in one}) > 2


def test_the_tests_of_a_statement_are_those_of_its_module_first_and_the_quick_before_the_slow(module):
    (mutant,) = [m for m in module.mutants("room", "room/f.py", SOURCE) if m.after == "(max)"]
    lines = {"6": ["t/test_g.py::a", "t/test_f.py::slow", "t/test_f.py::b"], "5": ["t/test_f.py::no"]}
    seconds = {"t/test_g.py::a": 0.1, "t/test_f.py::slow": 70, "t/test_f.py::b": 0.2, "t/test_f.py::no": 1}
    known = {"lines": {"room/f.py": lines}, "seconds": seconds}
    assert module.chosen_tests(mutant, known) == ["t/test_f.py::b", "t/test_f.py::slow"]
    assert module.chosen_tests(mutant, {"lines": {}, "seconds": {}}) == []
