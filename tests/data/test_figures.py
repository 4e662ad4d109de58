"""Figures that are not CSV: a table in memory, Parquet, and readers of one's own."""

import json

import pandas as pd
import pytest

import forecast as fc
from forecast.data import figures as _files
from forecast.errors import ConfigError, DataError

MONTHS = pd.period_range("2020-01", periods=3, freq="M")


@pytest.fixture(autouse=True)
def no_readers(monkeypatch):
    monkeypatch.setattr(_files, "_READERS", {})


@pytest.mark.parametrize(
    "months",
    [MONTHS, MONTHS.astype(str), MONTHS.to_timestamp(), MONTHS.to_timestamp(how="end").normalize()],
    ids=["periods", "texts", "first days", "last days"],
)
def test_a_table_in_memory_is_read_like_a_file(months):
    obs = fc.load_observations(pd.DataFrame({"month": months, "value": [1.5, 2.0, 3.25]}), series_id="mine")
    assert obs.series_ids == ("mine",)
    y = obs.as_of("latest").y("mine")
    assert list(y) == [1.5, 2.0, 3.25] and list(y.index) == list(MONTHS)


def test_a_wrong_cell_of_a_table_is_named_by_its_row():
    with pytest.raises(DataError, match="table, row 3: 'many'"):
        fc.load_observations(pd.DataFrame({"month": MONTHS, "value": ["1", "many", "3"]}))


def test_a_reader_is_asked_for_its_files_only(tmp_path):
    def read(name, content):
        return pd.DataFrame(json.loads(content)) if name.endswith(".json") else None

    fc.register_reader("json", read)
    (tmp_path / "mine.json").write_text(json.dumps({"month": ["2020-01", "2020-02"], "value": [4, 5]}))
    (tmp_path / "plain.csv").write_text("month,value\n2020-01,7\n")
    assert list(fc.load_observations(tmp_path / "mine.json").as_of("latest").y("mine")) == [4, 5]
    assert list(fc.load_observations(tmp_path / "plain.csv").as_of("latest").y("plain")) == [7]


def test_the_newest_reader_goes_first_and_a_name_may_be_taken_again(tmp_path):
    (tmp_path / "x.csv").write_text("month,value\n2020-01,7\n")

    def giving(value):
        return lambda name, content: pd.DataFrame({"month": ["2020-01"], "value": [value]})

    for name, value in (("a", 1), ("b", 2), ("b", 3)):
        fc.register_reader(name, giving(value))
    assert list(fc.load_observations(tmp_path / "x.csv").as_of("latest").y("x")) == [3]


def test_a_reader_that_fails_is_named(tmp_path):
    fc.register_reader("broken", lambda name, content: 1 / 0)
    (tmp_path / "x.csv").write_text("month,value\n2020-01,7\n")
    with pytest.raises(DataError, match="reader 'broken' failed: ZeroDivisionError"):
        fc.load_observations(tmp_path / "x.csv")
    with pytest.raises(ConfigError, match="NoneType is given; expected a function"):
        fc.register_reader("none", None)


def test_parquet_is_read_where_pyarrow_is_there(tmp_path):
    pytest.importorskip("pyarrow")
    file = tmp_path / "mine.parquet"
    pd.DataFrame({"month": MONTHS.to_timestamp(), "value": [1.0, 2.0, 3.0]}).to_parquet(file)
    assert list(fc.load_observations(file).as_of("latest").y("mine")) == [1, 2, 3]


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    def missing(*args, **kwargs):
        raise ImportError("no engine")

    monkeypatch.setattr(pd, "read_parquet", missing)
    (tmp_path / "x.parquet").write_bytes(b"PAR1....PAR1")
    with pytest.raises(DataError, match=r"border-forecast\[parquet\]"):
        fc.load_observations(tmp_path / "x.parquet")


def test_a_series_and_a_wide_frame_are_read_by_their_index():
    series = pd.Series([1, 2, 3], index=MONTHS, name="x")
    assert fc.load_observations(series).actuals("x").tolist() == [1, 2, 3]
    assert fc.load_observations(series.rename(None), series_id="y").series_ids == ("y",)
    wide = pd.DataFrame({"a": [1, 2, 3], "b": [4, 5, 6]}, index=MONTHS.to_timestamp())
    obs = fc.load_observations(wide)
    assert obs.series_ids == ("a", "b") and obs.actuals("b").tolist() == [4, 5, 6]
    assert fc.load_observations(wide[["a"]]).actuals("a").tolist() == [1, 2, 3]


def test_numbers_of_a_frame_are_never_thousands():
    table = pd.DataFrame({"month": MONTHS, "value": [45.001, 46.002, 47.003]})
    assert fc.load_observations(table).actuals("table").tolist() == [45.001, 46.002, 47.003]


def test_a_column_that_stands_twice_in_a_frame_is_told():
    table = pd.DataFrame([["2020-01", 1, 2]], columns=["month", "value", "value"])
    with pytest.raises(DataError, match="'value' stands twice"):
        fc.load_observations(table)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"released": "pub"}, "released: 'pub' is no column"),
        ({"series": "Region"}, "series: 'Region' is no column"),
        ({"month": "value", "value": "month"}, "'1' is not a month"),
        ({"month": "month", "value": "month"}, "'2020-01' is not a number"),
    ],
)
def test_what_is_said_of_columns_counts_for_a_table_in_our_own_columns_too(columns, said):
    table = pd.DataFrame({"month": MONTHS.astype(str), "value": [1, 2, 3]})
    with pytest.raises((ConfigError, DataError), match=said):
        fc.load_observations(table, columns=columns)
    named = fc.load_observations(table, columns={"month": "month", "value": "value"})
    assert named.actuals("table").tolist() == [1, 2, 3]


def test_columns_and_layout_are_checked():
    table = pd.DataFrame({"month": MONTHS, "a": [1, 2, 3]})
    with pytest.raises(ConfigError, match="'b' is no column"):
        fc.load_observations(table, columns={"value": "b"})
    with pytest.raises(ConfigError, match="vlaue"):
        fc.load_observations(table, columns={"vlaue": "a"})
    with pytest.raises(ConfigError, match="decimal"):
        fc.load_observations(table, layout={"decimal": ";"})
    with pytest.raises(ConfigError, match="fiscal_start"):
        fc.load_observations(table, layout={"fiscal_start": 13})


def test_stamps_with_a_time_of_day_or_a_zone_are_refused():
    for stamps in (
        MONTHS.to_timestamp() + pd.Timedelta("8h"),
        MONTHS.to_timestamp().tz_localize("Asia/Tokyo"),
    ):
        with pytest.raises(DataError):
            fc.load_observations(pd.DataFrame({"when": stamps, "n": [1, 2, 3]}))


def test_numbers_of_rows_are_no_months():
    table = pd.DataFrame({"month": MONTHS.astype(str), "value": [1, 2, 3]})
    for index in (range(3), range(1, 4), [5, 6, 9], [2020, 2021, 2022]):
        read = fc.load_observations(table.set_axis(pd.Index(index)))
        assert read.actuals("table").tolist() == [1, 2, 3], index


def test_the_index_of_a_series_or_frame_names_series_and_months_or_is_told():
    months = pd.period_range("2020-01", periods=3, freq="M")
    one = pd.Series([1.0, 2.0, 3.0], months)
    both = pd.concat({"a": one, "b": one + 10}, names=["series_id", "month"])
    for given in (both, both.rename("value"), both.rename("x"), both.to_frame("value")):
        obs = fc.load_observations(given)
        assert obs.series_ids == ("a", "b") and obs.actuals("b").tolist() == [11.0, 12.0, 13.0]
    twice = pd.DataFrame({"month": months.astype(str), "value": [1, 2, 3]}, index=months.rename("month"))
    for given in (twice, one.rename_axis("value"), both.rename_axis(["month", "month"])):
        with pytest.raises(DataError, match="stands twice, the index counted"):
            fc.load_observations(given)


def test_an_index_without_a_name_is_that_of_the_months():
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [4, 5, 6]}, index=MONTHS)
    assert list(_files._with_columns(frame)) == ["month", "a", "b"]
    assert list(_files._with_columns(frame.rename_axis("when"))) == ["when", "a", "b"]


@pytest.mark.parametrize(
    ("months", "values", "tidy"),
    [
        (["2024-01", "2024-02"], ["1", "2.5"], True),
        (["2024-01", "Feb 2024"], ["1", "2"], False),
        (["2024-01", "2024-02"], ["1", "2,5"], False),
    ],
)
def test_a_table_is_our_own_where_every_cell_is(months, values, tidy):
    frame = pd.DataFrame({"month": months, "value": values})
    assert _files.is_tidy(_files.frame_table("table", frame)) is tidy


def test_an_address_without_encryption_is_never_allowed_unasked():
    assert not _files.ReadAs.of().allow_http and _files.ReadAs.of(allow_http=True).allow_http
