"""Every notebook runs from its percent script, says what its committed form says, and uses the public face alone."""

import re
from pathlib import Path

import jupytext
import nbformat
import pytest

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


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_it_runs(script, monkeypatch):
    monkeypatch.chdir(ROOT)
    code = "\n\n".join(
        c.source for c in jupytext.read(script, fmt="py:percent").cells if c.cell_type == "code"
    )
    exec(compile(code, str(script), "exec"), {"__name__": "notebook"})


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_it_uses_the_public_face_alone(script):
    text = script.read_text()
    assert not re.search(r"^\s*(from forecast\.(?!arima import)|import forecast\.)", text, re.MULTILINE)
    assert not re.search(r"fc\._|\._[a-z]", text)
