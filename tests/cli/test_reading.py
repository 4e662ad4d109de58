"""The options that say how a file is read, in every verb that reads one."""

from __future__ import annotations

import pandas as pd
import pytest

from forecast.cli.main import main

MONTHS = pd.period_range("2018-01", periods=72, freq="M")


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = "".join(
        f"{r},{s},{m},{k}.{(37 * i) % 900 + 100},{m + 1}-20\n"
        for r, k in (("north", 12), ("south", 45))
        for s in ("men", "women")
        for i, m in enumerate(MONTHS)
    )
    (tmp_path / "open.csv").write_text("region,sex,when,n,public\n" + rows)
    return tmp_path


def said(capsys, *words) -> tuple[int, str]:
    code = main([str(w) for w in words])
    out = capsys.readouterr()
    return code, out.out + out.err


def test_a_file_that_is_open_says_which_options_decide(file, capsys):
    code, out = said(capsys, "data", "check", "open.csv")
    assert code == 4 and "--series 'region,sex'" in out
    code, out = said(capsys, "data", "check", "open.csv", "--series", "region,sex")
    assert code == 4 and "--decimal" in out and "12100" in out
    code, out = said(capsys, "data", "check", "open.csv", "--series", "region,sex", "--decimal", ",")
    assert code == 0
    assert "read 'n' as the value, 'region' and 'sex' as the series, 'public' as the release day" in out
    assert "dots as thousands; 4 series, 72 months" in out


def test_an_import_writes_the_tidy_file(file, capsys):
    words = ("data", "import", "open.csv", "--into", "own", "--series", "region,sex", "--decimal", ",")
    code, out = said(capsys, *words, "--released", "public")
    assert code == 0 and "288 rows added" in out
    table = pd.read_csv("own/observations.csv")
    assert set(table["series_id"]) == {f"{r}.{s}" for r in ("north", "south") for s in ("men", "women")}
    assert table["value"].iloc[0] == 12_100 and table["released"].iloc[0] == "2018-02-20"


def test_a_column_that_is_not_there_is_named(file, capsys):
    code, out = said(capsys, "data", "check", "open.csv", "--value", "m")
    assert code == 2 and "'m' is no column" in out


def test_new_takes_the_options_and_writes_them(file, capsys):
    (file / "visits 2024.csv").write_text(
        "Date;Visits;Fee\n"
        + "".join(
            f"{m.strftime('%d.%m.%Y')};{i % 7 + 90};{i % 5}\n" for i, m in enumerate(MONTHS.to_timestamp())
        )
    )
    code, out = said(capsys, "new", "visits 2024.csv", "--value", "Visits")
    assert code == 0 and "conf/experiment/visits_2024.yaml is written" in out
    text = (file / "conf/experiment/visits_2024.yaml").read_text()
    assert "value: Visits" in text and "expected_by: 35" in text
