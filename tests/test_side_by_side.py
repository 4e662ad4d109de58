"""Several runs on one page."""

import json
import re
import shutil
from dataclasses import replace

import pytest

from forecast.report import content, side_by_side
from forecast.report import wording as w
from forecast.report.page import _put_in_place
from forecast.report.studio import Studio
from forecast.spec import DataError
from report_fixture import files


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    base = tmp_path_factory.mktemp("runs")
    for name in ("plain", "as_of_2024"):
        _put_in_place(files(name), base / name)
    return [base / "plain", base / "as_of_2024"]


def test_page_holds_scores_fans_and_what_differs(folders):
    source = side_by_side.compare_html(folders)
    told = [json.loads((f / "report.json").read_text()) for f in folders]
    for one in told:
        middle = one["numbers"]["forecast"][0]["middle"]
        assert w.rounded(middle) in source and one["as_of"] in source
    assert "fixture (" in source  # the same words twice: the folders tell them apart
    rows = re.findall(r'<th scope="row">([a-z_.]+)</th>', source)
    assert "as_of" in rows and "seed" not in rows
    assert source.count('<svg class="chart') == 2 and "http" not in source.replace("http-equiv", "")
    assert "Content-Security-Policy" in source and "download" not in source


def test_headline_tells_the_span_only_for_the_same_month(folders):
    a, b = (side_by_side.read_run(f) for f in folders)
    page = side_by_side.compare_page([a, b], ["a", "b"], Studio(png=False))
    assert page.h1 == "Two runs side by side"
    higher = replace(a, ahead=a.ahead.assign(middle=a.ahead["middle"] * 2))
    low, high = w.rounded(a.ahead["middle"][0]), w.rounded(2 * a.ahead["middle"][0])
    page = side_by_side.compare_page([a, higher], ["a", "b"], Studio(png=False))
    assert page.h1 == f"Two runs side by side: the middle for September 2026 goes from {low} to {high}"
    page = side_by_side.compare_page([a, a], ["a", "b"], Studio(png=False))
    assert page.h1.endswith(f"is {low}")
    assert page.sections[-1].blocks[0].foot == "The settings of these runs are the same."
    for sentence in content.sentences(page):
        assert w.forbidden_words(sentence) == []


def test_best_run_is_the_one_with_the_highest_skill(folders):
    a = side_by_side.read_run(folders[0])
    worse = replace(a, scores=a.scores.assign(skill=a.scores["skill"] - 0.5))
    page = side_by_side.compare_page([worse, a], ["worse", "better"], Studio(png=False))
    assert "“better” has the highest skill" in page.sections[0].find
    unscored = replace(a, scores=a.scores.iloc[:0])
    page = side_by_side.compare_page([unscored, unscored], ["a", "b"], Studio(png=False))
    assert page.sections[0].find == "No headline of these runs has a score."
    assert page.sections[0].blocks[0].rows[0].cells[2] == "not scored"


def test_a_folder_without_a_run_is_an_error(tmp_path):
    with pytest.raises(
        DataError, match=r"holds no run \(report.json, observations.csv, scores.csv and experiment.yaml"
    ):
        side_by_side.compare_html([tmp_path])


def test_page_speaks_the_language_of_the_first_run(folders, tmp_path):
    plain = (folders[0] / "experiment.yaml").read_text(encoding="utf-8")
    first = tmp_path / "first"
    shutil.copytree(folders[0], first)
    (first / "experiment.yaml").write_text(plain.replace("language: en", "language: es"), encoding="utf-8")
    source = side_by_side.compare_html([first, folders[1]])
    assert '<html lang="es">' in source and "¿Qué ejecución puntúa mejor?" in source
    assert "Which run scores best?" in side_by_side.compare_html([folders[1], first])


@pytest.mark.parametrize("name", ["report.json", "observations.csv", "scores.csv", "experiment.yaml"])
@pytest.mark.parametrize(
    "damage", [b"", b"\xff\xfe\x00", b"[1]", b"null", b"{", b"a,b\n1,2\n", b"overrides: [5]\n"]
)
def test_a_damaged_run_folder_is_told_and_no_traceback(folders, tmp_path, name, damage):
    run = tmp_path / "damaged"
    shutil.copytree(folders[0], run)
    (run / name).write_bytes(damage)
    with pytest.raises(DataError, match="damaged"):
        side_by_side.compare_html([run, folders[1]])
