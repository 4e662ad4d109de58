"""Files beside the page."""

import gzip
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecast.report.write import files as c
from report_fixture import make_run, state


def test_csv_is_plain_and_exact():
    table = pd.DataFrame(
        {
            "month": pd.PeriodIndex(["2024-04", "2024-05"], freq="M"),
            "origin": pd.to_datetime(["2024-05-07", None]),
            "value": [8870.0, 1 / 3],
            "n": [1, 2],
            "text": ['a "b", c', None],
            "ok": [True, False],
        }
    )
    assert c.csv_bytes(table, "x").decode() == (
        'month,origin,value,n,text,ok\n2024-04,2024-05-07,8870,1,"a ""b"", c",True\n2024-05,,0.3333333333,2,,False\n'
    )


def test_infinities_and_gaps_are_empty():
    table = pd.DataFrame(
        {"a": [np.inf, np.nan, -np.inf], "b": pd.Series(["x", np.nan, pd.NaT], dtype=object)}
    )
    assert c.csv_bytes(table, "x") == b"a,b\n,x\n,\n,\n"


def test_empty_tables_keep_their_header():
    assert c.csv_bytes(None, "changes") == b"step,forecast,change,why,month,number,text\n"
    assert c.csv_bytes(pd.DataFrame(), "changes") == b"step,forecast,change,why,month,number,text\n"
    assert c.csv_bytes(pd.DataFrame(columns=["a", "b"]), "changes") == b"a,b\n"


def test_csv_reads_back_as_it_was():
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"x": np.exp(rng.normal(0, 12, 500)), "g": rng.choice(["a", "b,c", 'd"e'], 500)})
    import io

    back = pd.read_csv(io.BytesIO(c.csv_bytes(table, "x")))
    assert np.allclose(back["x"], table["x"], rtol=1e-9) and (back["g"] == table["g"]).all()


def test_gzip_has_neither_time_nor_name():
    data = c.gz_bytes(b"abc" * 100)
    assert data == c.gz_bytes(b"abc" * 100) and gzip.decompress(data) == b"abc" * 100
    assert data[3] == 0 and data[4:8] == b"\0\0\0\0"


def test_settings_are_written_without_parallel():
    import yaml

    text = c.experiment_yaml(state("plain").experiment)
    plain = yaml.safe_load(text)
    assert "parallel" not in plain and plain["report"]["headline"] == "short"
    assert "allow_http" not in plain["data"], "it decides no number"
    exp = state("plain").experiment
    allowed = replace(exp, data=replace(exp.data, allow_http=True))
    assert (
        yaml.safe_load(c.experiment_yaml(allowed))["data"]["allow_http"] is True
    )  # a rerun reads the address again
    assert plain["combination"]["short"]["members"] == ["random_walk", "arima"]


def test_json_has_no_nan():
    value = {
        "a": float("nan"),
        "b": np.float64(1.5),
        "c": np.int64(3),
        "d": pd.Period("2024-04", "M"),
        "e": (pd.Timestamp("2024-05-07"), None),
        "f": np.bool_(True),
    }
    assert json.loads(c.json_bytes(value)) == {
        "a": None,
        "b": 1.5,
        "c": 3,
        "d": "2024-04",
        "e": ["2024-05-07", None],
        "f": True,
    }


@pytest.mark.parametrize("name", ["python", "numpy", "pandas", "matplotlib"])
def test_versions(name):
    assert c.versions()[name][0].isdigit()


def test_short_hash():
    assert c.short_hash("abc") == "ba7816bf8f01" and c.short_hash(b"abc", 4) == "ba78"


def test_long_forecasts_are_written_as_any_other_table():
    table = make_run(start="2025-01").backtest
    assert c.forecasts_bytes(table) == c.csv_bytes(table, "backtest", 7)
    holes = table.assign(value=table["value"].where(table.index > 3))
    assert c.forecasts_bytes(holes) == c.csv_bytes(holes, "backtest", 7)
    assert c.forecasts_bytes(table.iloc[:0]) == c.csv_bytes(table.iloc[:0], "backtest", 7)


def test_forecasts_are_written_in_pieces_without_a_seam():
    months = pd.period_range("2000-01", periods=400, freq="M")
    levels = [0.1, 0.5, 0.9]
    table = pd.DataFrame(
        [
            (name, month, level)
            for name in (*"abcdefghi", "100% of last year")
            for month in months
            for level in levels
        ],
        columns=["model", "month", "level"],
    ).assign(value=lambda t: np.arange(len(t)) / 7)
    table = table.drop(index=[4, 5])  # one forecast with fewer levels
    assert len(table) > 10_000
    assert c.forecasts_bytes(table) == c.csv_bytes(table, "backtest", 7)


EVIL = ["=cmd|' /C calc'!A0", "'=1+1", "@x", "-2+3,4", "plain", "-5", "-", "NA", "007"]


def test_no_text_of_a_table_is_run_by_a_spreadsheet_and_all_are_read_back(tmp_path):
    table = pd.DataFrame({"series_id": EVIL, "value": np.arange(len(EVIL)) - 4.5, "note": EVIL[::-1]})
    file = tmp_path / "observations.csv"
    file.write_bytes(c.csv_bytes(table, "x"))
    lines = file.read_text().splitlines()
    assert lines[1].startswith("'=cmd") and lines[2].startswith("''=1") and ",-4.5," in lines[1]
    assert lines[4].startswith('"\'-2+3,4"') and lines[6].startswith("-5,") and lines[7].startswith("-,")
    pd.testing.assert_frame_equal(c.read_csv(file), table)


def test_long_forecasts_have_safe_cells_too():
    table = state("plain").backtest.assign(series_id="=cmd()")
    assert b",'=cmd()," in c.forecasts_bytes(table)
    assert c.forecasts_bytes(table) == c.csv_bytes(table, "backtest", 7)
