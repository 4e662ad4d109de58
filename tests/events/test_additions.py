"""One more event at the end of a calendar file."""

import pytest

from forecast.errors import DataError
from forecast.events.additions import add_event, check_event
from forecast.events.calendar import load_events


def test_add_appends_one_checked_row(tmp_path):
    file = tmp_path / "mine.csv"
    first = {"id": "x", "announced_date": "2020-01-01", "effective_start": "2020-02-01", "shape": "step"}
    assert [f.check for f in add_event(file, first)] == ["source"]
    file.write_text(file.read_text().rstrip("\n"))
    add_event(file, {**first, "id": "y"})
    assert load_events(file).table["id"].tolist() == ["x", "y"]
    before = file.read_text()
    with pytest.raises(DataError, match="row 4: the id 'x' stands in row 2"):
        add_event(file, first)
    with pytest.raises(DataError, match="no column 'sign'"):
        add_event(file, {**first, "id": "z", "sign": "+"})
    assert file.read_text() == before


def test_add_replaces_the_file_as_a_whole_or_not_at_all(tmp_path, monkeypatch):
    file = tmp_path / "mine.csv"
    first = {"id": "x", "announced_date": "2020-01-01", "effective_start": "2020-02-01", "shape": "step"}
    file.write_bytes(b"\xef\xbb\xbfid,announced_date,effective_start,shape\r\n")
    file.chmod(0o640)
    findings, row = check_event(file, first)
    assert [f.severity for f in findings] == ["warning"] and row.iloc[0].tolist()[0] == "x"
    add_event(file, first)
    assert file.stat().st_mode & 0o777 == 0o640 and file.read_bytes().startswith(b"\xef\xbb\xbfid")
    before = file.read_bytes()

    def full(self, target):
        raise OSError("no space left")

    monkeypatch.setattr(type(file), "replace", full)
    with pytest.raises(OSError, match="no space left"):
        add_event(file, {**first, "id": "y"})
    assert file.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["mine.csv"]


def test_cells_that_a_spreadsheet_would_run_are_written_with_a_quote_and_read_back(tmp_path):
    file = tmp_path / "mine.csv"
    cells = {"id": "=x()", "announced_date": "2020-01-01", "effective_start": "2020-02-01", "shape": "step"}
    for number, sign in enumerate(("-", "+", "-/+", "-1")):
        add_event(file, {**cells, "id": f"=x({number})", "name": "@name", "sign": sign, "notes": "'=note"})
    assert "'=x(0),'@name," in file.read_text() and "''=note" in file.read_text()
    table = load_events(file).table
    assert table["id"].tolist() == ["=x(0)", "=x(1)", "=x(2)", "=x(3)"]
    assert set(table["name"]) == {"@name"} and set(table["notes"]) == {"'=note"}
    assert [line.count("'-") for line in file.read_text().splitlines()] == [0] * 5  # signs stay as they are


def test_the_row_of_a_file_that_is_made_is_the_second(tmp_path):
    cells = {"id": "a b", "announced_date": "2020-01-01", "effective_start": "soon", "shape": "step"}
    findings, _ = check_event(tmp_path / "new.csv", cells)
    assert {f.row for f in findings} == {2}
