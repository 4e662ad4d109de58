"""Every notebook runs from its percent script, says what its committed form says, and uses the public face alone.

A line that ends in ``# tests: VALUE`` takes that value here: a shorter window, the same cells.
"""

import re
from pathlib import Path

import jupytext
import matplotlib.pyplot as plt
import nbformat
import pytest

from sampling import some_of

ROOT = Path(__file__).parents[1] / "notebooks"
SCRIPTS = sorted(ROOT.glob("[0-9]*.py"))


def test_there_are_notebooks_and_each_is_committed_executed():
    assert SCRIPTS
    for script in SCRIPTS:
        notebook = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
        source = jupytext.read(script, fmt="py:percent")
        assert [c.source for c in notebook.cells] == [c.source for c in source.cells], (
            f"make notebooks: {script.name}"
        )
        assert any(c.get("outputs") for c in notebook.cells)


@pytest.mark.parametrize("script", some_of(SCRIPTS, quick=SCRIPTS[:1]), ids=lambda p: p.stem)
def test_it_runs(script, monkeypatch):
    monkeypatch.chdir(ROOT)
    code = "\n\n".join(
        c.source for c in jupytext.read(script, fmt="py:percent").cells if c.cell_type == "code"
    )
    code = re.sub(r"^(\w+ = ).*?  # tests: (.*)$", r"\1\2", code, flags=re.MULTILINE)
    try:
        exec(compile(code, str(script), "exec"), {"__name__": "notebook"})
    finally:
        plt.close("all")


def test_the_ten_are_there_in_order():
    assert [script.name[:2] for script in SCRIPTS] == [f"{n:02}" for n in range(1, 11)]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_its_output_tells_nothing_of_the_machine(script):
    notebook = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    texts = [
        text
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for text in [output.get("text", ""), *output.get("data", {}).values()]
        if not str(text).startswith("iVBOR")
    ]
    assert not [t for t in texts if re.search(r" at 0x|/tmp/|/home/|site-packages|\.py:\d+", t)]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_it_uses_the_public_face_alone(script):
    text = script.read_text()
    assert not re.search(
        r"^\s*(from forecast\.(?!(?:arima|testing) import)|import forecast\.)", text, re.MULTILINE
    )
    assert not re.search(r"fc\._|\._[a-z]", text)
