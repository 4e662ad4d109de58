"""What a file holds, and all that is wrong with it."""

from forecast.data.examine import examine_file


def test_a_good_file_is_summed_up(tmp_path):
    file = tmp_path / "f.csv"
    file.write_text("month,value,released\n2024-01,5,2024-02-10\n2024-02,6,2024-03-10\n")
    report = examine_file(file)
    assert report.ok and report.path == str(file)
    assert "2024-01" in report.summary and "2024-02" in report.summary


def test_everything_wrong_is_told_at_once(tmp_path):
    file = tmp_path / "f.csv"
    file.write_text("month,value,released\n2024-01,x,2024-02-10\n2024-02,6,never\n")
    report = examine_file(file)
    assert not report.ok and {2, 3} <= {f.row for f in report.findings}


def test_a_warning_is_no_error(tmp_path):
    file = tmp_path / "f.csv"
    file.write_text("month,value\n2024-01,5\n2024-03,6\n")
    assert not examine_file(file).ok
    allowed = examine_file(file, allow_gaps=True)
    assert allowed.ok and allowed.findings
