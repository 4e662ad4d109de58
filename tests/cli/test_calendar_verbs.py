"""`forecast events`: one calendar given in either form, questions, overlaps, honest words."""

import io
import json

import pytest

from forecast.cli.main import main

ROW = ["id=law", "announced_date=2020-01-01", "effective_start=2020-02-01", "shape=step"]


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def run(*words, answers=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(answers))
        code = main(["events", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_row_by_cells_or_by_flags(call, tmp_path):
    assert call("add", "e.csv", *ROW, "source_title=Gazette") == (0, "e.csv: one event more\n", "")
    code, out, _ = call(
        "add",
        "e.csv",
        "--id",
        "ban",
        "--announced-date",
        "2021-01-01",
        "--effective-start",
        "2021-02-01",
        "--shape",
        "pulse",
    )
    assert code == 0 and "names no source" in out
    lines = (tmp_path / "e.csv").read_text().splitlines()
    assert (
        lines[0].split(",")[0] == "id"
        and lines[1].startswith("law,")
        and lines[2].startswith("ban,2021-01-01")
    )
    assert [p.name for p in tmp_path.iterdir()] == ["e.csv"]


def test_questions_are_asked_until_the_answer_is_right(call, tmp_path):
    answers = [
        "",
        "law",
        "The law",
        "2020-13-01",
        "2020-01-01",
        "2020-02-01",
        "2019-01-01",
        "",
        "stepp",
        "step",
        "-",
        "1",
        "*",
        "Gazette",
        "",
    ]
    code, out, _ = call("add", "e.csv", answers="\n".join(answers) + "\n")
    assert code == 0
    for told in ("has no id", "'2020-13-01'", "ends before it starts", "Did you mean 'step'?"):
        assert out.count(told) == 1
    head, row = (line.split(",") for line in (tmp_path / "e.csv").read_text().splitlines())
    made = dict(zip(head, row, strict=True))
    assert (
        made["id"] == "law"
        and made["sign"] == "-"
        and made["source_title"] == "Gazette"
        and "end_date" not in made
    )
    before = (tmp_path / "e.csv").read_bytes()
    code, out, err = call("add", "e.csv", answers="law\nother\n")
    assert code == 2 and "stands in row 2 already" in out and "nothing was added" in err
    assert (tmp_path / "e.csv").read_bytes() == before


def test_only_columns_of_the_file_are_asked_for_and_a_wrong_file_at_once(call, tmp_path):
    (tmp_path / "e.csv").write_text("id,announced_date,effective_start,shape\n")
    code, out, _ = call("add", "e.csv", answers="law\n2020-01-01\n2020-02-01\nstep\n")
    assert code == 0 and "sign" not in out
    (tmp_path / "bad.csv").write_text("id,announced_date,effective_start,shape\na,2020-01-01,2020,step\n")
    code, out, err = call("add", "bad.csv", answers="law\n")
    assert code == 4 and "2020'" in err and "short name" not in out


def test_a_calendar_is_given_in_either_form(call):
    call("add", "e.csv", *ROW)
    for verb in (["check"], ["show"]):
        assert call(*verb, "e.csv") == call(*verb, "--file", "e.csv")
    assert (
        call("detect", "southwest.usbp", "e.csv")[:2]
        == call("detect", "southwest.usbp", "--file", "e.csv")[:2]
    )
    code, _, err = call("check", "e.csv", "--file", "e.csv")
    assert code == 2 and "give the calendar once" in err
    assert call("add", "e.csv", "nothing")[0] == 2


def test_check_says_which_rows_lack_a_source_or_an_announcement(call, tmp_path):
    head = "id,announced_date,effective_start,shape,source_title\n"
    (tmp_path / "e.csv").write_text(
        head + "a,,2020-01-01,step,Gazette\nb,2020-01-01,2020-01-01,step,\nc,,2020-01-01,step,\n"
    )
    code, out, _ = call("check", "e.csv")
    assert (
        code == 4 and "without a source: row 3, 4" in out and "without an announcement date: row 2, 4" in out
    )
    (tmp_path / "typo.csv").write_text(
        "id,anounced_date,effective_start,shape\na,2020-01-01,2020-01-01,step\n"
    )
    code, out, _ = call("check", "typo.csv")
    assert "rename 'anounced_date' to 'announced_date'" in out and "without a source" not in out
    assert "without a source: none" in call("check")[1]


@pytest.mark.parametrize("words", [("--picture", "t.svg"), ("--picture=t.svg",)])
def test_the_option_that_is_gone_names_what_to_use(call, tmp_path, words):
    code, out, err = call("show", "--series", "southwest.usbp", *words)
    assert code == 2 and not out and "was taken out; `forecast events show > FILE`" in err
    assert not (tmp_path / "t.svg").exists()


def test_overlap_names_pairs(call):
    code, out, _ = call("overlap", "southwest.usbp", "--from", "2015", "--to", "2024-03")
    assert code == 0 and "clp_rule" in out.splitlines()[2] and "cannot be told apart" in out
    found = json.loads(call("overlap", "southwest.usbp", "--from", "2015", "--to", "2024-03", "--json")[1])
    assert found["overlaps"][0]["other"] == "title42_end"
    assert "no event" in call("overlap", "nothing.at.all")[2] or call("overlap", "nothing.at.all")[0] == 2


@pytest.mark.slow
def test_detect_claims_no_more_than_a_match(call):
    code, out, _ = call("detect", "southwest.usbp", "--as-of", "2024-05-07")
    assert code == 0 and "as known on 2024-05-07" in out and "2025" not in out
    assert "explained by covid19_shock" in out and "unexplained, worth a look" in out
    assert "of 100 months taken\nat random would be explained so: a match says little" in out
    found = json.loads(call("detect", "southwest.usbp", "--as-of", "2024-05-07", "--json")[1])
    assert {"month", "by_chance", "expected"} <= set(found["breaks"][0])
