"""Tables beside the figures that name series: what is told, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from forecast.data import check_file
from forecast.data.beside import read_published
from forecast.errors import DataError

HEAD = (
    "forecaster,made,first_month,last_month,series_id,low,point,high,actual,actual_basis,basis,source,note\n"
)
ROW = 'Paper,2019-01-05,2019-02,2019-03,a,1100,1200,1300,,,stated,"the paper, p. 3",\n'


@pytest.fixture
def folder(tmp_path):
    rows = [
        f"{s},{m},{100 + i}"
        for s in ("a", "b")
        for i, m in enumerate(pd.period_range("2018-01", periods=24, freq="M"))
    ]
    (tmp_path / "observations.csv").write_text("\n".join(["series_id,month,value", *rows, ""]))
    return tmp_path


def told(folder):
    return [str(f) for f in check_file(folder)]


def test_forecasts_by_others_are_read_with_their_types(folder):
    (folder / "published.csv").write_text(HEAD + ROW + "NA,2019,2019-02,2019-02,007,,1e3,,,,,,\n")
    made = read_published(folder / "published.csv")
    assert made["first_month"].tolist() == [pd.Period("2019-02", "M")] * 2
    assert made["point"].tolist() == [1200, 1000] and np.isnan(made["low"][1]) and made["high"][0] == 1300
    assert made[["forecaster", "made", "series_id", "note"]].iloc[1].tolist() == ["NA", "2019", "007", ""]
    assert made["source"][0] == "the paper, p. 3"
    pd.testing.assert_frame_equal(made, read_published("x", (folder / "published.csv").read_bytes()))


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("2019-01-05", "soon", "row 2.*made is 'soon'.*a day, month or year"),
        ("2019-01-05", "2019-13", "row 2.*made is '2019-13'"),
        ("2019-02,", "2019-14,", "row 2.*first_month is '2019-14'"),
        ("2019-03", "2019-01", "row 2.*last_month 2019-01 is before first_month 2019-02"),
        ("1200", "many", "row 2.*point is 'many'"),
        ("1200", "inf", "row 2.*point is 'inf'"),
        ("1100", "1250", "row 2.*low, point and high are 1250, 1200 and 1300"),
        ("Paper", "", "row 2.*no forecaster"),
        ("series_id", "series", "no column 'series_id'"),
    ],
)
def test_what_is_wrong_in_them_is_named_by_row(folder, before, after, words):
    (folder / "published.csv").write_text((HEAD + ROW).replace(before, after, 1))
    with pytest.raises(DataError, match=words):
        read_published(folder / "published.csv")
    assert any("error" in line or "published.csv" in line for line in told(folder))


def test_a_range_without_a_point_and_one_side_alone_are_right(folder):
    for figures in ("1100,,1300", ",1200,", "1100,1200,"):
        (folder / "published.csv").write_text(HEAD + ROW.replace("1100,1200,1300", figures))
        assert len(read_published(folder / "published.csv")) == 1


def test_names_that_no_series_has_are_told(folder):
    (folder / "published.csv").write_text(HEAD + ROW + ROW.replace(",a,", ",aa,"))
    (folder / "breaks.csv").write_text(
        "series_pattern,month,kind,what_changed,source\na,2018-03,d,x,y\nb*;!a,2018-03,d,x,y\n"
        "south*,2018-03,d,x,y\n!a,2018-03,d,x,y\n"
    )
    lines = told(folder)
    for file, row, name in (("published.csv", 3, "aa"), ("breaks.csv", 4, "south*"), ("breaks.csv", 5, "!a")):
        assert (
            sum(file in x and f"row {row}" in x and f"no series is called '{name}'" in x for x in lines) == 1
        )
    assert len(lines) == 3, lines
