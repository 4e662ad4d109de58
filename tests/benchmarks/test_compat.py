"""Compat: the pins of the lowest versions are those that pyproject.toml names."""

import importlib.util
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def module():
    spec = importlib.util.spec_from_file_location("compat", ROOT / "benchmarks" / "compat.py")
    made = importlib.util.module_from_spec(spec)
    sys.modules["compat"] = made
    spec.loader.exec_module(made)
    return made


def test_every_dependency_is_pinned_at_its_lowest(module):
    table = {
        "dependencies": ["a>=1.2,<3", 'b>=0.5; python_version < "3.14"', 'b>=0.9; python_version >= "3.14"'],
        "optional-dependencies": {name: [f"{name}[x]>=7"] for name in module.TESTED},
    }
    pins = module.lowest(table)
    assert pins == sorted(
        ["a==1.2", 'b==0.5; python_version < "3.14"', 'b==0.9; python_version >= "3.14"']
        + [f"{name}==7" for name in module.TESTED]
    )


def test_all_of_this_package_have_a_lower_bound(module):
    assert len(module.lowest(module.project())) >= 20


def test_the_line_that_counts_is_told(module, tmp_path):
    place = module.Place.__new__(module.Place)
    place.folder = tmp_path
    (tmp_path / "x.log").write_text("FAILED a\n== 3 failed, 10 passed in 5 s ==\nwarning\n")
    assert place.last("x") == "3 failed, 10 passed in 5 s"
    (tmp_path / "y.log").write_text("no such package\n\n")
    assert place.last("y") == "no such package"


def test_the_workflow_tries_every_python_and_every_bound_that_is_named(module):
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "compat.yml").read_text())["jobs"]
    named = [c.rpartition(" ")[2] for c in module.project()["classifiers"] if " :: 3." in c]
    assert jobs["python"]["strategy"]["matrix"]["python"] == [*named, "3.14"]
    assert jobs["bounds"]["strategy"]["matrix"]["what"] == ["lowest", "newest", "wheel", "sdist"]
