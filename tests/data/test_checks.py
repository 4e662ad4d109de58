"""Every problem of a file at once, each with its place, and wrong files in one clear sentence."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from forecast.data import check_file, examine_file, load_observations
from forecast.data.checks import shorten
from forecast.data.observations import BUNDLED
from forecast.errors import DataError, Finding, raise_for_errors


def write(folder: Path, text: str | bytes, name: str = "own.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def only(findings: list[Finding], check: str) -> Finding:
    (finding,) = [f for f in findings if f.check == check]
    return finding


def test_a_good_file_has_no_findings(tmp_path):
    assert check_file(write(tmp_path, "month,value\n2024-01,1\n2024-02,2\n")) == []
    assert check_file(BUNDLED) == []


def test_all_problems_are_found_at_once(tmp_path):
    text = (
        "series_id,month,value,released,status,rounding\n"
        "a,2024-01,10,2024-02-10,final,1\n"
        "a,2024-99,11,2024-03-10,final,1\n"  # 3
        "a,2024-02,eleven,2024-03-10,final,1\n"  # 4
        "a,2024-03,12,2024-03-30,final,1\n"  # 5: before the month's end
        "a,2024-04,13,April,final,1\n"  # 6
        "a,2024-05,14,2024-06-10,finall,1\n"  # 7
        "a,2024-06,15,2024-07-10,final,0\n"  # 8
        ",2024-07,16,2024-08-10,final,1\n"  # 9
        "b,2024-01,5,2024-02-10\n"  # 10
        "a,2024-08,17,2024-09-10,final,1\n"
        "a,2024-08,18,2024-09-10,final,1\n"  # 12
    )
    findings = check_file(write(tmp_path, text))
    assert {(f.check, f.row) for f in findings if f.row and f.check != "gap"} == {
        ("month", 3),
        ("value", 4),
        ("released", 5),
        ("released", 6),
        ("status", 7),
        ("rounding", 8),
        ("series_id", 9),
        ("width", 10),
        ("twice", 12),
    }
    assert all(f.severity == "error" and f.file.endswith("own.csv") and f.what for f in findings)
    status = only(findings, "status")
    assert "provisional" in status.expected
    assert status.hint == "Did you mean 'final'?"
    early = next(f for f in findings if f.row == 5)
    assert early.month == "2024-03"
    assert "2024-03-31 or later" in early.expected
    with pytest.raises(DataError) as error:
        load_observations(tmp_path / "own.csv")
    assert all(str(f) in str(error.value) for f in findings)


def test_a_month_twice(tmp_path):
    same = check_file(write(tmp_path, "month,value\n2024-01,10\n2024-01,10\n2024-02,3\n"))
    assert (same[0].check, same[0].severity, same[0].row) == ("twice", "error", 3)
    with pytest.raises(DataError, match="the month stands twice: 10 here, 10 in row 2"):
        load_observations(tmp_path / "own.csv")
    other = check_file(write(tmp_path, "month,value\n2024-01,10\n2024-02,3\n2024-01,11\n"))
    finding = only(other, "twice")
    assert finding.severity == "error"
    assert finding.month == "2024-01"
    assert finding.what == "the month stands twice: 11 here, 10 in row 2"


def test_parts_of_a_month_are_never_dropped_as_doubles(tmp_path):
    """Equal numbers of two parts (an unknown column parts them) were counted once without a word."""
    rows = "".join(f"a,2024-{m:02d},{sex},{100 + m}\n" for m in range(1, 7) for sex in ("women", "men"))
    findings = check_file(write(tmp_path, f"series_id,month,sex,value\n{rows}"))
    assert [f.check for f in findings if f.severity == "error"] == ["twice"] * 6
    assert any("sex" in f.what for f in findings) and "parts of the month" in findings[-1].hint


def test_a_month_twice_in_two_files_names_both(tmp_path):
    write(tmp_path, "series_id,month,value\nx,2024-01,10\n", "one.csv")
    write(tmp_path, "series_id,month,value\nx,2024-01,12\n", "two.csv")
    finding = only(check_file(tmp_path), "twice")
    assert finding.file.endswith("two.csv")
    assert "one.csv" in finding.what


def test_gaps(tmp_path):
    path = write(tmp_path, "month,value\n2024-01,10\n2024-03,3\n2024-07,3\n")
    findings = check_file(path)
    assert [(f.check, f.severity, f.row, f.month) for f in findings] == [
        ("gap", "error", 3, "2024-02"),
        ("gap", "error", 4, "2024-04"),
    ]
    assert [f.what for f in findings] == ["2024-02 is missing", "2024-04 to 2024-06 are missing"]
    assert "allow_gaps" in findings[0].hint
    assert {f.severity for f in check_file(path, allow_gaps=True)} == {"warning"}


def test_a_month_published_after_its_successor_is_told_and_taken_as_it_was_released(tmp_path):
    """Nothing can be added to such a history."""
    path = write(tmp_path, "month,value,released\n2024-01,10,2024-04-10\n2024-02,3,2024-03-10\n")
    obs = load_observations(path)
    assert obs.as_of("2024-03-15").values.iloc[:, 0].tolist() == [3.0]
    assert obs.as_of("2024-04-15").values.iloc[:, 0].tolist() == [10.0, 3.0]
    finding = only(check_file(path), "gap")
    assert finding.severity == "warning"
    assert "2024-04-10, after the following month (2024-03-10)" in finding.what
    assert finding.month == "2024-01"


def test_negative_and_broken_values_warn_once_a_series(tmp_path):
    text = "series_id,month,value\na,2024-01,-1\na,2024-02,-2\na,2024-03,2.5\nb,2024-01,1\n"
    findings = check_file(write(tmp_path, text))
    assert [(f.check, f.severity, f.row) for f in findings] == [
        ("negative", "warning", 2),
        ("whole", "warning", 4),
    ]
    assert "and 1 more" in findings[0].what


def test_a_cell_that_says_missing_is_left_out(tmp_path):
    path = write(tmp_path, "month,value\n2024-01,1\n2024-02,2\n2024-03,NA\n2024-04,\n")
    assert [(f.severity, f.row, f.month) for f in check_file(path)] == [
        ("warning", 4, "2024-03"),
        ("warning", 5, "2024-04"),
    ]
    assert load_observations(path).actuals("own").tolist() == [1, 2]
    inside = write(tmp_path, "month,value\n2024-01,1\n2024-02,\n2024-03,3\n")
    assert {(f.check, f.severity) for f in check_file(inside)} == {("value", "warning"), ("gap", "error")}


@pytest.mark.parametrize(
    ("cell", "good"),
    [
        ("2024-01", True),
        ("2024-1", True),
        ("2024/01", True),
        ("2024M01", True),
        ("2024-01-01", True),
        ("2024-01-31", True),
        ("2024-01-01 00:00:00", True),
        ("Jan 2024", True),
        ("January 2024", True),
        ("2024-01-15", False),
        ("01/2024", True),
        ("01/02/2024", False),
        ("2024", False),
        ("24-01", False),
        ("2024-00", False),
        ("Foo 2024", False),
        ("", False),
    ],
)
def test_months(tmp_path, cell, good):
    findings = check_file(write(tmp_path, f"month,value\n{cell},1\n"))
    assert (findings == []) is good
    if not good:
        assert findings[0].row == 2
        assert repr(cell) in findings[0].what


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("53424", 53424),
        ('"53,424"', 53424),
        ("53424.0", 53424),
        ("5.3e4", 53000),
        ("53\u202f424", 53424),
        (" 7 ", 7),
        ('"1,234,567"', 1234567),
        ("-3", -3),
        ('"53,42"', None),
        ("1_000", None),
        ("inf", None),
        ("12 %", None),
        ("1.2.3", None),
        ("0x10", None),
        ("1e999", None),
    ],
)
def test_values(tmp_path, cell, value):
    path = write(tmp_path, f"month,value\n2024-01,{cell}\n")
    if value is None:
        assert only(check_file(path), "value").severity == "error"
    else:
        assert load_observations(path).actuals("own").tolist() == [value]


def test_unknown_columns(tmp_path):
    harmless = check_file(write(tmp_path, ",month,value,comment\n1,2024-01,1,x\n"))
    assert [(f.check, f.severity) for f in harmless] == [("column", "warning")]
    assert "comment" in harmless[0].what
    # Passed over, a column of release days would let figures count as known too early.
    for name in ("relased", "realtime_start", "version"):
        text = f"month,value,{name}\n2024-01,1,2024-03-01\n2024-02,2,2024-04-01\n"
        assert check_file(write(tmp_path, text)) == []
        assert str(load_observations(tmp_path / "own.csv").table["released"].iloc[0].date()) == "2024-03-01"
    unsure = check_file(write(tmp_path, "month,value,updated\n2024-01,1,2024-03-01\n2024-02,2,2024-03-01\n"))
    assert "--released 'updated'" in only(unsure, "column").hint and only(unsure, "column").row == 1
    for header in ("date,encounter_count", "month,valeu"):
        path = write(tmp_path, f"{header}\n2024-06-01,83536\n")
        assert check_file(path) == [] and load_observations(path).actuals("own").tolist() == [83536]
        assert f"'{header.split(',')[1]}' as the value" in examine_file(path).summary
    assert only(check_file(write(tmp_path, "month,value,value\n2024-01,1,1\n")), "header").severity == "error"


def test_names_that_can_be_mistaken_are_told(tmp_path):
    months = [f"{y}-{m:02d}" for y in (2020, 2021) for m in range(1, 13)]
    north = "".join(f"north,{m},5\n" for m in months)
    for other, told in (
        ("North,2022-01,5\n", True),
        ("nroth,2022-01,5\n", True),
        ("east,2022-01,5\n", False),
    ):
        found = check_file(write(tmp_path, f"series_id,month,value\n{north}{other}"))
        assert [(f.check, f.severity) for f in found] == ([("series_id", "warning")] if told else [])


def test_zeros_at_the_end_are_told(tmp_path):
    months = [f"{y}-{m:02d}" for y in (2020, 2021, 2022) for m in range(1, 13)]
    for zeros, told in ((0, 0), (1, 1), (3, 1)):
        rows = "".join(f"{m},{0 if i >= 36 - zeros else 5}\n" for i, m in enumerate(months))
        found = [f for f in check_file(write(tmp_path, f"month,value\n{rows}")) if f.check == "zeros"]
        assert (
            [(f.severity, f.month) for f in found] == [("warning", months[36 - zeros])][:told]
            if zeros
            else not found
        )
    often = "".join(f"{m},{i % 2}\n" for i, m in enumerate(reversed(months)))
    assert not [f for f in check_file(write(tmp_path, f"month,value\n{often}")) if f.check == "zeros"]


def test_a_calendar_of_events_is_told_apart(tmp_path):
    calendar = "id,announced_date,effective_start,shape\na,2024-01-01,2024-01-01,step\n"
    finding = only(check_file(write(tmp_path, calendar, "mine.csv")), "header")
    assert "calendar of events" in finding.what
    assert "forecast events check" in finding.hint
    write(tmp_path, "month,value\n2024-01,1\n")
    assert load_observations(tmp_path).series_ids == ("own",)


def test_an_unlisted_series(tmp_path):
    write(tmp_path, "series_id,month,value\nnorth,2024-01,1\nsuoth,2024-01,1\n", "observations.csv")
    write(tmp_path, "series_id,label\nnorth,N\nsouth,S\n", "series.csv")
    finding = only(check_file(tmp_path), "series_id")
    assert (finding.series, finding.row, finding.severity) == ("suoth", 3, "error")
    assert finding.hint == "Did you mean 'south'?"


def test_counts_in_the_bundles_table_are_errors():
    from forecast.data.read import parse_table
    from forecast.data.tidy import parse_tidy

    raw = parse_table("x.csv", "month,value\n2024-01,-1\n2024-02,1.5\n2024-03,-7\n")
    _, findings = parse_tidy(raw, counts=True)
    assert [(f.check, f.severity, f.row) for f in findings] == [
        ("negative", "error", 2),
        ("negative", "error", 4),
        ("whole", "error", 3),
    ]


# --------------------------------------------------------------------------- wrong files


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"PK\x03\x04rest of a workbook", "spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old spreadsheet"),
        (b"%PDF-1.7 ...", "PDF"),
        (gzip.compress(b"month,value\n2024-01,1\n", mtime=0), "gzip"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b'{"month": 1}', "JSON"),
        (b"version https://git-lfs.github.com/spec/v1\n", "pointer"),
        (bytes(range(256)), "binary"),
        (b"month,value\x00\x00\n", "binary"),
    ],
)
def test_a_file_that_is_no_table_gives_one_sentence(tmp_path, content, words):
    path = write(tmp_path, content)
    findings = check_file(path)
    assert len(findings) == 1
    assert words in findings[0].what
    assert findings[0].hint
    with pytest.raises(DataError, match=words) as error:
        load_observations(path)
    assert error.value.findings == tuple(findings)


def test_missing_files_and_folders(tmp_path):
    assert "no such file" in only(check_file(tmp_path / "none.csv"), "file").what
    assert "no CSV file" in only(check_file(tmp_path), "file").what
    write(tmp_path, "id\n", "events.csv")
    assert "only events.csv" in only(check_file(tmp_path), "file").what


def test_permission_is_named(tmp_path, monkeypatch):
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path, "month,value\n2024-01,1\n")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "may not be read" in only(check_file(path), "file").what


def test_a_header_alone_and_an_unclosed_quote(tmp_path):
    assert "no rows" in only(check_file(write(tmp_path, "month,value\n")), "rows").what
    findings = check_file(write(tmp_path, 'month,value\n2024-01,"1\n2024-02,2\n'))
    assert findings
    assert all(f.severity == "error" for f in findings)


def test_other_encodings(tmp_path):
    text = "series_id,month,value\nM\u00e9xico,2024-01,1\n"
    assert load_observations(write(tmp_path, text.encode("utf-16"))).series_ids == ("M\u00e9xico",)
    path = write(tmp_path, text.encode("cp1252"))
    assert load_observations(path).series_ids == ("M\u00e9xico",)
    assert "Windows-1252" in only(check_file(path), "encoding").what


# --------------------------------------------------------------------------- reports


def test_many_findings_of_a_kind_are_counted(tmp_path):
    rows = "".join(f"2024-{m:02d}-{m + 9},1\n" for m in range(1, 13)) * 10
    findings = check_file(write(tmp_path, "month,value\n" + rows))
    assert len(findings) == 21
    assert findings[-1].what == "100 more of this kind (month)"
    assert shorten([Finding("a", "error", "x")] * 3, told=2)[-1].severity == "error"


def test_the_report_says_what_a_file_holds(tmp_path):
    text = "month,value,released\n2024-01,1,2024-02-10\n2024-01,2,2024-03-10\n2024-02,2,2024-03-10\n2024-02,2,2024-03-10\n"
    report = examine_file(write(tmp_path, text))
    assert not report.ok and [f.check for f in report.findings] == ["twice"]
    text = "".join(text.splitlines(keepends=True)[:-1])
    report = examine_file(write(tmp_path, text))
    assert report.ok and not report.findings
    shown = report.summary
    assert "1 series: own" in shown
    assert "2024-01 to 2024-02, 2 figures, 1 revision" in shown
    assert "released 2024-02-10 to 2024-03-10; days: 3 day" in shown
    assert not examine_file(tmp_path / "none.csv").ok


def test_raise_for_errors_passes_warnings():
    raise_for_errors([Finding("a", "warning", "x")])
    with pytest.raises(DataError, match="1 problem:"):
        raise_for_errors([Finding("a", "warning", "x"), Finding("b", "error", "y")])


def test_a_figure_of_more_than_fifteen_digits_is_an_error(tmp_path):
    rows = "".join(f"2024-{m:02d},{'1e300' if m == 6 else 100 + m}\n" for m in range(1, 13))
    found = only(check_file(write(tmp_path, "month,value\n" + rows)), "large")
    assert (found.severity, found.row) == ("error", 7) and "larger units" in found.hint


@pytest.mark.parametrize(("zeros", "told"), [(0, False), (1, True), (3, True)])
def test_months_to_come_that_hold_0_are_told(tmp_path, zeros, told):
    values = [100 + m for m in range(20)] + [0] * zeros
    text = "".join(f"{2022 + m // 12}-{m % 12 + 1:02d},{v}\n" for m, v in enumerate(values))
    found = [f for f in check_file(write(tmp_path, "month,value\n" + text)) if f.check == "zeros"]
    assert bool(found) is told


@pytest.mark.parametrize(("filled", "told"), [(11, False), (12, True)])
def test_a_year_of_figures_before_zeros_is_enough_to_tell_them(tmp_path, filled, told):
    months = pd.period_range("2020-01", periods=filled + 1, freq="M")
    rows = "".join(f"{m},{100 + i if i < filled else 0}\n" for i, m in enumerate(months))
    found = [f.check for f in check_file(write(tmp_path, f"month,value\n{rows}"))]
    assert found == (["zeros"] if told else [])


def test_figures_have_at_most_fifteen_digits(tmp_path):
    for value, right in (("999999999999999", True), ("1200000000000000", False)):
        findings = check_file(write(tmp_path, f"month,value\n2024-01,{value}\n2024-02,5\n"))
        assert ([f.check for f in findings] == []) is right, value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("El Paso", "El\u00a0Paso"),
        ("El Paso", "El  Paso"),
        ("Per\u00fa", "Peru\u0301"),
        ("a", "a\u200b"),
        ("x", "X"),
    ],
)
def test_names_that_look_the_same_are_told(one, other):
    rows = [
        {"series_id": name, "month": f"2024-0{m}", "value": m} for name in (one, other) for m in (1, 2, 3)
    ]
    (finding,) = load_observations(pd.DataFrame(rows)).findings
    assert (finding.check, finding.severity) == (
        "series_id",
        "warning",
    ) and "named nearly like" in finding.what
