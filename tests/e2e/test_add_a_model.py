"""The one file of the how-to, thirty lines, adds a model with events, backtest and report by --plugin."""

import re
from pathlib import Path

import pandas as pd

from forecast.cli.main import main

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-model.md"


def test_the_file_of_the_page_runs_by_plugin(tmp_path, monkeypatch):
    page = PAGE.read_text()
    code = re.search(r"^```python\n(# shrunk\.py\n.*?)^```", page, re.MULTILINE | re.DOTALL).group(1)
    assert sum(bool(line.strip()) for line in code.splitlines()) <= 30
    (told,) = re.findall(r"--plugin shrunk\.py '(\+model\.shrunk=.*?)'", page)

    monkeypatch.chdir(tmp_path)
    Path("shrunk.py").write_text(code.replace('"shrunk", Shrunk', '"shrunk_of_page", Shrunk'))
    words = [
        "experiment=quick",
        "model=[random_walk]",
        "combination=none",
        "report.headline=random_walk",
        "horizon=3",
        "backtest.start=2023-12",
        "backtest.knowledge=[at_origin]",
        "report.folder=out",
        told.replace("kind: shrunk", "kind: shrunk_of_page"),
    ]
    assert main([*words, "--plugin", "shrunk.py", "-q"]) == 0

    (folder,) = (path.parent for path in Path("out").rglob("index.html"))
    folds = pd.read_csv(folder / "folds.csv")
    mine = folds[folds["model"] == "shrunk"]
    assert len(mine) >= 4 and (mine["status"] == "ok").all() and mine["events_used"].notna().all()
    scores = pd.read_csv(folder / "scores.csv")
    assert {"random_walk", "shrunk"} <= set(scores["model"])
    assert "shrunk" in (folder / "evidence.html").read_text()
