"""Workbooks: sheets, merged cells, numbers and dates with one reading; damaged and foreign ones in words."""

import io
import re
import zipfile

import pandas as pd
import pytest

from forecast.data import check_file, load_observations
from forecast.data.workbook import read_workbook
from forecast.errors import DataError
from layout_files import ods, xlsx

openpyxl = pytest.importorskip("openpyxl")

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


def book(folder, rows, merged=(), percents=()):
    """Write a workbook as Excel does."""
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for cells in merged:
        made.active.merge_cells(cells)
    for cell in percents:
        made.active[cell].number_format = "0.0%"
    made.save(folder / "own.xlsx")
    return folder / "own.xlsx"


def months(count=12):
    return [
        month.to_timestamp().to_pydatetime() for month in pd.period_range("2020-01", periods=count, freq="M")
    ]


def test_a_figure_merged_over_months_is_refused_and_a_year_is_a_label(tmp_path):
    quarters = [[month, 300.0 + i if i % 3 == 0 else None] for i, month in enumerate(months())]
    merged = [f"B{row}:B{row + 2}" for row in range(2, 14, 3)]
    findings = check_file(book(tmp_path, [["month", "value"], *quarters], merged))
    assert [(f.check, f.row) for f in findings] == [("merged", row) for row in (2, 5, 8, 11)]
    assert "300 stands in merged cells" in findings[0].what
    across = [["series", *[f"{month:%Y-%m}" for month in months()]], ["a", *[300.0 + i for i in range(12)]]]
    (finding,) = check_file(book(tmp_path, across, ["K2:M2"]))
    assert (finding.check, finding.severity, finding.row) == ("merged", "error", 2)
    labelled = [[2020 if i == 0 else None, i + 1, 2020.0 + i] for i in range(12)]
    path = book(tmp_path, [["year", "month", "value"], *labelled], ["A2:A13"])
    assert load_observations(path).actuals("own").tolist() == [2020.0 + i for i in range(12)]


def test_merged_cells_of_an_open_document_are_read_the_same():
    def sheet(head, cell):
        rows = [
            f"<r><c><p>{head}</p></c><c><p>n</p></c></r>",
            f"<r>{cell}<c><p>1</p></c></r>",
            "<r><d/><c><p>2</p></c></r>",
        ]
        text = "".join(rows)
        for short, name in (
            ("r", "table:table-row"),
            ("c", "table:table-cell"),
            ("p", "text:p"),
            ("d", "table:covered-table-cell"),
        ):
            text = re.sub(rf"(</?){short}\b", rf"\1{name}", text)
        spaces = " ".join(
            f'xmlns:{x}="urn:oasis:names:tc:opendocument:xmlns:{x}:1.0"' for x in ("office", "table", "text")
        )
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(
                "content.xml", f'<x {spaces}><table:table table:name="S">{text}</table:table></x>'
            )
        return read_workbook("x.ods", out.getvalue())["S"]

    made = sheet("Region", '<c table:number-rows-spanned="2"><p>North</p></c>')
    assert [row[0] for row in made.rows] == ["Region", "North", "North"] and made.merged == ()
    made = sheet(
        "Rate", '<c table:number-rows-spanned="2" office:value-type="percentage" office:value="0.5"/>'
    )
    assert (
        made.merged == ((2, 3, 0.5),)
        and made.percents == {(2, 0.5)}
        and made.plains == {(2, 1.0), (3, 0.5), (3, 2.0)}
    )


def test_the_last_moment_of_a_month_is_never_the_next_month(tmp_path):
    # 2020-01-31 23:59:59.999999 as a serial number, which is rounded to the day after when it is read
    ends = [[43862 + sum((31, 29, 31)[:i]) - 1e-11, 10 + i] for i in range(3)]
    path = book(tmp_path, [["month", "value"], *ends])
    made = openpyxl.load_workbook(path)
    for row in range(2, 5):
        made.active[f"A{row}"].number_format = "yyyy-mm-dd hh:mm"
    made.save(path)
    findings = check_file(path)
    assert {f.check for f in findings} == {"month"} and "2020-01-31T23:59:59.999999" in findings[0].what


def test_percent_in_a_part_of_a_series_is_refused(tmp_path):
    rows = [["month", "a", "b"], *[[month, 0.01 * (i + 1), 5.0 + i] for i, month in enumerate(months())]]
    whole = book(tmp_path, rows, percents=[f"B{row}" for row in range(2, 14)])
    assert load_observations(whole).actuals("a").tolist() == [0.01 * (i + 1) for i in range(12)]
    assert not [f for f in check_file(whole) if f.severity == "error"]
    part = book(tmp_path, rows, percents=[f"B{row}" for row in range(2, 8)])
    (finding,) = [f for f in check_file(part) if f.severity == "error"]
    assert finding.check == "percent" and "(row 2)" in finding.what and "(row 8)" in finding.what
