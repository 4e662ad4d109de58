"""Workbooks: sheets, merged cells, numbers and dates with one reading; damaged and foreign ones in words."""

import io
import zipfile

import pytest

from forecast.data import check_file, load_observations
from forecast.data.workbook import read_workbook
from forecast.errors import DataError
from layout_files import ods, xlsx

ROWS = [["Month", "n"], ["2020-01-01", "45.001"], ["2020-02-01", "46.002"]]


@pytest.mark.parametrize(("write", "suffix"), [(xlsx, "xlsx"), (ods, "ods")])
def test_numbers_of_a_sheet_are_never_thousands(write, suffix, tmp_path):
    path = tmp_path / f"own.{suffix}"
    path.write_bytes(write(ROWS))
    assert load_observations(path).actuals("own").tolist() == [45.001, 46.002]


def test_a_label_merged_downwards_counts_for_its_rows():
    grid = read_workbook("x", xlsx([["Region", "n"], ["North", "1"], ["", "2"]], ["A2:A3"]))["Figures"]
    assert [row[0] for row in grid.rows] == ["Region", "North", "North"]


@pytest.mark.parametrize("write", [xlsx, ods])
def test_a_cut_workbook_is_one_sentence(write, tmp_path):
    path = tmp_path / "own.xlsx"
    path.write_bytes(write(ROWS)[:-200])
    (finding,) = check_file(path)
    assert "cut or damaged" in finding.what and finding.hint


def test_other_archives_are_named(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "hello")
    with pytest.raises(DataError, match="no spreadsheet"):
        read_workbook("x.zip", out.getvalue())


def test_entities_are_not_read():
    out = io.BytesIO()
    text = '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", text)
    with pytest.raises(DataError, match="damaged"):
        read_workbook("x.ods", out.getvalue())
