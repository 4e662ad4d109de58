"""Execute the percent scripts of this folder and write them as notebooks, without machine-dependent output."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient


def execute(script: Path) -> nbformat.NotebookNode:
    """Return the notebook of a percent script, executed; raises on the first cell that fails."""
    notebook = jupytext.read(script, fmt="py:percent")
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(script.parent)}}
    ).execute()
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell.metadata.clear()
        for output in cell.get("outputs", []):
            output.get("metadata", {}).clear()
            # the name of a figure object carries its address or size only
            if "image/png" in output.get("data", {}):
                output["data"].pop("text/plain", None)
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    )
    return notebook


def main() -> None:
    """Execute all scripts, or those that are named."""
    here = Path(__file__).parent
    for script in [Path(a) for a in sys.argv[1:]] or sorted(here.glob("[0-9]*.py")):
        print(f"notebook: {script.name}")
        nbformat.write(execute(script), script.with_suffix(".ipynb"))


if __name__ == "__main__":
    main()
