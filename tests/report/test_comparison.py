"""Several runs on one page."""

import json
import re
import shutil
from dataclasses import replace

import pandas as pd
import pytest

from forecast.errors import DataError
from forecast.report import comparison
from forecast.report import format as w
from forecast.report.write.folder import put_in_place
from report_fixture import files
from words_helpers import forbidden_words


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    base = tmp_path_factory.mktemp("runs")
    for name in ("plain", "as_of_2024"):
        put_in_place(files(name), base / name)
    return [base / "plain", base / "as_of_2024"]


def test_page_holds_scores_forecasts_and_what_differs(folders):
    source = comparison.compare_html(folders)
    told = [json.loads((f / "report.json").read_text()) for f in folders]
    for one in told:
        middle = one["numbers"]["forecast"][0]["middle"]
        assert w.rounded(middle) in source and one["as_of"] in source
    assert f"fixture ({folders[0]})" in source  # the same words twice: the folders tell them apart
    rows = re.findall(r'<th role="rowheader" scope="row">([a-z_.]+)</th>', source)
    assert "as_of" in rows and "seed" not in rows
    assert '<svg class="chart' not in source and "http" not in source.replace("http-equiv", "")
    assert "Content-Security-Policy" in source and "download" not in source


def test_markdown_holds_the_tables_of_the_page(folders):
    page = comparison.compare_page(dict(zip("ab", map(comparison.read_run, folders), strict=True)))
    text = comparison.compare_markdown(folders)
    tables = [block for section in page.sections for block in section.blocks]
    assert len(tables) == 3 and all(f"**{table.caption}**" in text for table in tables)
    assert page.h1 == "Two runs side by side" and text.startswith(f"# {page.h1}")
    assert tables[0].rows[0].cells[-1] in text


def test_same_runs_unscored_runs_and_refused_ranges_are_told(folders):
    a = comparison.read_run(folders[0])
    refused = [{**a.ahead[0], "lower_80": None, "upper_80": None}]
    other = replace(a, scores=a.scores.iloc[:0], ahead=refused)
    page = comparison.compare_page({"a": a, "b": other})
    assert page.sections[1].blocks[0].foot == "The settings of these runs are the same."
    first, second = page.sections[0].blocks[0].rows
    assert first.cells[3:6] == tuple(a.skill(a.model, h) for h in ("1", "12", "all"))
    assert second.cells[3:6] == ("not scored",) * 3
    assert second.cells[-2].endswith(" (refused)") and second.cells[-1] == "none"
    tables = [block for section in page.sections for block in section.blocks]
    told = [page.title, page.h1, page.standfirst, *(section.find for section in page.sections)]
    told += [words for table in tables for words in (table.caption, table.foot)]
    told += [str(cell) for table in tables for row in table.rows for cell in row.cells]
    for sentence in told:
        assert forbidden_words(sentence) == []


def test_a_mean_over_other_distances_says_which(folders):
    a = comparison.read_run(folders[0])
    scores = a.scores.assign(horizon=a.scores["horizon"].astype(str).replace("12", "all"))
    a, b = replace(a, scores=scores), replace(a, scores=scores, ahead=a.ahead[:6])
    assert a.skill_number(a.model, "all") is not None
    first, second = comparison.compare_page({"a": a, "b": b}).sections[0].blocks[0].rows
    assert first.cells[5].endswith("(1 to 12)") and second.cells[5].endswith("(1 to 6)")
    assert "(1 to" not in comparison.compare_page({"a": a, "c": a}).sections[0].blocks[0].rows[0].cells[5]


def test_a_best_run_is_named_on_common_dates_only(folders):
    """W22: a page named a winner although its runs cannot be set against each other."""
    a = replace(comparison.read_run(folders[0]), dates=frozenset({"2023-01-20", "2023-02-20"}))
    skills = (
        a.scores["metric"].eq("wis") & a.scores["scale"].eq("log") & a.scores["horizon"].astype(str).eq("1")
    )
    better = replace(a, scores=a.scores.assign(skill=a.scores["skill"].where(~skills, 0.9)))
    said = comparison.best_run({"a": a, "b": better})
    assert said == "One month ahead “b” has the highest skill on the same 2 dates, +90%."
    none = "These runs do not rest on the same dates and series, so none of them is called the best."
    assert comparison.best_run({"a": a, "b": replace(better, dates=frozenset({"2023-01-20"}))}) == none
    assert comparison.best_run({"a": a, "b": replace(better, series="other")}) == none
    assert (
        comparison.best_run({"a": replace(a, dates=frozenset()), "b": replace(a, dates=frozenset())}) == none
    )
    assert comparison.best_run({"a": a, "b": a}) == "One month ahead no run has the highest skill alone."


def test_two_models_of_one_name_are_told_apart(folders):
    a = comparison.read_run(folders[0])
    short = a.scores[a.scores["model"] == a.scores["model"].iloc[0]]
    twins = pd.concat([short.assign(model="short"), short.assign(model="border")])
    page = comparison.compare_page({"a": replace(a, scores=twins)})
    names = [row.cells[0].text for row in page.sections[0].blocks[1].rows]
    assert names == ["Weighted combination (short)", "Weighted combination (border)"]


def test_a_folder_without_a_run_is_an_error(tmp_path):
    with pytest.raises(DataError, match=r"holds no run \(report.json, scores.csv and experiment.yaml"):
        comparison.compare_html([tmp_path])


def test_page_speaks_the_language_of_the_first_run(folders, tmp_path):
    plain = (folders[0] / "experiment.yaml").read_text(encoding="utf-8")
    first = tmp_path / "first"
    shutil.copytree(folders[0], first)
    (first / "experiment.yaml").write_text(plain.replace("language: en", "language: es"), encoding="utf-8")
    source = comparison.compare_html([first, folders[1]])
    assert '<html lang="es">' in source and "¿Qué puntuación tienen las ejecuciones?" in source
    assert "How do the runs score?" in comparison.compare_html([folders[1], first])


@pytest.mark.parametrize("name", ["report.json", "scores.csv", "experiment.yaml"])
@pytest.mark.parametrize(
    "damage", [b"", b"\xff\xfe\x00", b"[1]", b"null", b"{", b"a,b\n1,2\n", b"overrides: [5]\n"]
)
def test_a_damaged_run_folder_is_told_and_no_traceback(folders, tmp_path, name, damage):
    run = tmp_path / "damaged"
    shutil.copytree(folders[0], run)
    (run / name).write_bytes(damage)
    with pytest.raises(DataError, match="damaged"):
        comparison.compare_html([run, folders[1]])
