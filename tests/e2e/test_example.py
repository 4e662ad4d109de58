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


def test_columns_and_numbers_are_the_same_to_a_thousandth(made):
    """On another processor the search of `arima_72` ends in other optima at some folds: measured, values of the
    forecast move by up to 0.7 %, and with them less than one in a hundred of all numbers behind them (counts of bins, p values)."""
    different, numbers = {}, 0
    for file in sorted(EXAMPLE.glob("*.csv")):
        old, new = pd.read_csv(file), pd.read_csv(made / file.name)
        assert list(old.columns) == list(new.columns), file.name
        assert len(old) == len(new), f"make example: {file.name}"
        for column in old.columns:
            if pd.api.types.is_numeric_dtype(old[column]) and pd.api.types.is_numeric_dtype(new[column]):
                close = np.isclose(new[column], old[column], rtol=1e-3, atol=1e-3, equal_nan=True)
            elif column not in ("note", "words", "message"):
                close = (old[column].fillna("").astype(str) == new[column].fillna("").astype(str)).to_numpy()
            else:
                continue
            numbers += len(close)
            different[f"{file.name}: {column}"] = int((~close).sum())
    assert sum(different.values()) < 0.01 * numbers, {name: n for name, n in different.items() if n}
    for name in ("forecasts.csv", "effects.csv", "observations.csv"):
        old, new = pd.read_csv(EXAMPLE / name), pd.read_csv(made / name)
        for column in old.select_dtypes("number"):
            np.testing.assert_allclose(new[column], old[column], rtol=1e-2, atol=1e-3, err_msg=name)


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
