"""The committed report of guatemala_2024 is what the command makes today."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from processes import run_command

#: One run serves all tests of this file, so they stay on one worker.

EXAMPLE = Path(__file__).parents[2] / "reports" / "example"
LEFT_OUT = {"backtest.csv.gz", "manifest.json"}


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    where = tmp_path_factory.mktemp("example")
    done = run_command("experiment=guatemala_2024", "report.png=false", "-q", cwd=where)
    assert done.returncode == 0, done.stderr
    (page,) = where.glob("reports/guatemala_2024/*/index.html")
    return page.parent


def names(folder):
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()} - LEFT_OUT


def test_the_files_are_the_same(made):
    assert names(made) == names(EXAMPLE), "make example"
    assert not list(EXAMPLE.rglob("*.png")) and not (EXAMPLE / "backtest.csv.gz").exists()


#: On another processor the search of `arima_72` ends in other optima at some folds: measured, values of the forecast
#: move by up to 0.7 %, and with them less than one in a hundred of the numbers behind them (counts of bins, p values).
MOVED = {"arima_72", "border", "border_events"}
BEHIND = {
    *("brier.csv", "chances.csv", "confidence_set.csv", "knowledge.csv", "others.csv", "pit.csv"),
    *("reliability.csv", "scenarios.csv", "totals.csv", "totals_calibration.csv", "totals_past.csv"),
    *("track_record.csv", "weights.csv"),
}


def unlike(old, new):
    """Cells of two tables of the same columns that differ by more than a thousandth, words by anything."""
    found = pd.DataFrame(False, index=old.index, columns=old.columns)
    for column in old.columns.difference(["note", "words", "message"]):
        pair = old[column], new[column]
        if all(map(pd.api.types.is_numeric_dtype, pair)):
            found[column] = ~np.isclose(*reversed(pair), rtol=1e-3, atol=1e-3, equal_nan=True)
        else:
            first, second = (one.fillna("").astype(str) for one in pair)
            found[column] = first != second
    return found


def test_columns_and_numbers_are_the_same_to_a_thousandth(made):
    moved = numbers = 0
    for file in sorted(EXAMPLE.glob("*.csv")):
        old, new = pd.read_csv(file), pd.read_csv(made / file.name)
        assert list(old.columns) == list(new.columns), file.name
        assert len(old) == len(new), f"make example: {file.name}"
        found = unlike(old, new)
        moved, numbers = moved + int(found.to_numpy().sum()), numbers + found.size
        if file.name in BEHIND:
            continue
        still = ~old["model"].isin(MOVED) if "model" in old else slice(None)
        assert not found.loc[still].to_numpy().any(), f"make example: {file.name}"
        for column in old.select_dtypes("number") if file.name == "forecasts.csv" else ():
            np.testing.assert_allclose(new[column], old[column], rtol=1e-2, err_msg=file.name)
    assert moved < 0.01 * numbers


def sentences(folder):
    page = json.loads((folder / "report.json").read_text())
    return [page["h1"], page["standfirst"], *(s["find"] for s in page["index"]["sections"])]


def test_sentences_are_the_same(made):
    assert sentences(made) == sentences(EXAMPLE)


def test_the_question_is_answered_with_the_figures_of_the_article():
    page = (EXAMPLE / "index.html").read_text()
    for figure in ("249,785", "137,480", "7 May 2024", "129,000"):
        assert figure in page
    h1 = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL).group(1)
    assert (
        "September 2024" in h1 and "April" in json.loads((EXAMPLE / "report.json").read_text())["standfirst"]
    )
