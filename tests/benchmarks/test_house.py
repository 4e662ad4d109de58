"""The shape of the code: floors, circles, private imports; `benchmarks/house.py` prints the whole table."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def house():
    spec = importlib.util.spec_from_file_location("house", ROOT / "benchmarks" / "house.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def measured(house):
    return dict(house.measure(ROOT, duplicates=False))


def test_the_house_has_at_most_13_floors_and_no_circle(measured):
    assert int(measured["floors (longest chain of imports between rooms)"].split(":")[0]) <= 13
    assert measured["circles between rooms"].strip() == "0"
    assert measured["circles between modules"].strip() == "0"


@pytest.mark.parametrize(
    "what",
    [
        "modules that import the package itself",
        "private modules imported by another room",
        "`# fmt: skip` and `fmt: off`",
        "files over 500 lines",
        "functions over 60 lines",
        "lines over 110 characters",
        "public functions with `Any` in the signature",
    ],
)
def test_what_the_house_does_without(measured, what):
    assert measured[what] == "0"


def test_only_public_functions_have_8_parameters_or_more(measured):
    """Those of `forecast.__all__`, of `forecast.arima`, and documented methods; all others take fewer."""
    assert int(measured["functions of 8 or more parameters"]) <= 15


def test_what_is_switched_off_for_a_line_does_not_grow(measured):
    limits = (24, 7, 49)
    found = map(int, measured["`noqa`, `type: ignore`, `cast(`"].split(", "))
    assert all(n <= limit for n, limit in zip(found, limits, strict=True))


def test_a_circle_a_long_chain_and_a_private_import_would_be_seen(house, tmp_path):
    package = tmp_path / "src" / "forecast"
    for name, text in {
        "__init__.py": "",
        "a.py": "def f():\n    from forecast import b\n",
        "b.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from forecast.a import f\nx = 1  # fmt: skip\n",
        "c/__init__.py": "",
        "c/_own.py": "",
        "d.py": "import forecast\nfrom forecast.c._own import x\n",
        "e.py": "def f(a, b: Any, c, d, e, f, g, h):\n" + "    pass\n" * 61 + "# x" * 40 + "\n" * 500,
    }.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
    found = dict(house.measure(tmp_path, duplicates=False))
    assert found["circles between rooms"].startswith("1 a, b") and found[
        "circles between modules"
    ].startswith("1 ")
    assert found["private modules imported by another room"] == "1"
    assert found["modules that import the package itself"] == "1"
    assert found["`# fmt: skip` and `fmt: off`"] == "1"
    for what in ("files over 500 lines", "functions over 60 lines", "lines over 110 characters"):
        assert found[what] == "1"
    assert found["functions of 8 or more parameters"] == "1"
    assert found["public functions with `Any` in the signature"] == "1"
