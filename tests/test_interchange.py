"""What goes out comes back, and every column that comes out is documented."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.errors import ConfigError, DataError
from forecast.interchange import schema
from forecast.report.write.files import COLUMNS

EXAMPLE = Path(__file__).parents[1] / "reports" / "example"


@pytest.fixture
def panel(small):
    return small.as_of("latest", ["a", "b"])


@pytest.fixture(scope="module")
def bt(small, events):
    origins = fc.monthly_origins("2022-01", "2022-04", small, series=["a"])
    return fc.backtest({"drift": fc.make_model("drift")}, small, events, ["a", "b"], origins, horizon=3)


# --------------------------------------------------------------------------- Nixtla


def test_figures_go_out_and_come_back(panel):
    frame = fc.to_nixtla(panel)
    assert list(frame.columns) == ["unique_id", "ds", "y"] and frame["ds"].dt.day.eq(1).all()
    again = fc.from_nixtla(frame).as_of("latest")
    pd.testing.assert_frame_equal(again.values, panel.values)


def test_observations_go_out_at_their_latest(obs):
    frame = fc.to_nixtla(obs)
    assert set(frame["unique_id"]) == set(obs.series_ids) and not frame["y"].isna().any()
    december = frame[(frame["unique_id"] == "southwest.usbp") & (frame["ds"] == "2023-12-01")]
    assert december["y"].tolist() == [249740]


def test_release_days_are_kept_and_other_columns_are_not():
    frame = pd.DataFrame(
        {
            "unique_id": "a",
            "ds": ["2024-01-31", "2024-02-29"],
            "y": [1.5, 2],
            "price": 1,
            "released": "2024-03-09",
        }
    )
    obs = fc.from_nixtla(frame)
    assert obs.as_of("2024-03-09").y("a").tolist() == [1.5, 2.0]
    assert [f.what for f in obs.findings if "price" in f.what]
    assert not [f for f in fc.from_nixtla(frame.drop(columns="price")).findings if f.check == "column"]
    with pytest.raises(ConfigError, match="nothing of 'a' was public"):
        obs.as_of("2024-03-08", ["a"])


def test_what_is_no_such_frame_is_refused():
    with pytest.raises(ConfigError, match="no column unique_id"):
        fc.from_nixtla(pd.DataFrame({"ds": [], "y": []}))
    with pytest.raises(DataError, match="2024-02 is missing"):
        fc.from_nixtla(pd.DataFrame({"unique_id": "a", "ds": ["2024-01-01", "2024-03-01"], "y": [1, 2]}))
    with pytest.raises(ConfigError, match="no column horizon, level"):
        fc.to_nixtla(pd.DataFrame({"series_id": [], "month": [], "value": []}))


def test_forecasts_have_a_column_for_each_model_and_range(bt):
    wide = fc.to_nixtla(bt.forecasts)
    assert {"drift", "random_walk", "drift-lo-80", "drift-hi-95"} <= set(wide.columns)
    assert len(wide) == 2 * 4 * 3
    row = wide[(wide["unique_id"] == "b") & (wide["cutoff"] == "2022-02-01") & (wide["ds"] == "2022-04-01")]
    mine = bt.forecasts.query("model == 'drift' and series_id == 'b' and horizon == 2")
    mine = mine[mine["month"] == "2022-04"].set_index("level")["value"]
    assert row["drift"].item() == mine[0.5] and row["drift-lo-80"].item() == mine[0.1]
    assert row["drift-hi-80"].item() == mine[0.9]


def test_a_single_forecast_needs_neither_model_nor_origin(panel):
    table = fc.make_model("drift").fit(panel, fc.Design.none(panel, 2)).forecast(2).table
    assert list(fc.to_nixtla(table).columns[:2]) == ["unique_id", "ds"]
    assert "forecast-hi-50" in fc.to_nixtla(table)


def test_what_a_row_knew_is_part_of_its_name_and_doubles_are_refused(bt):
    known = bt.forecasts.assign(knowledge="at_origin", scenario="x")
    both = fc.to_nixtla(pd.concat([bt.forecasts, known]))
    assert {"drift", "drift/at_origin/x"} <= set(both.columns)
    later = bt.forecasts.assign(origin=bt.forecasts["origin"] + pd.Timedelta(days=1))
    with pytest.raises(ConfigError, match="two forecasts of a for 2022-02"):
        fc.to_nixtla(pd.concat([bt.forecasts, later]))


# --------------------------------------------------------------------------- files


def test_parquet_holds_what_was_given(bt, tmp_path):
    pytest.importorskip("pyarrow")
    folder = fc.export(
        {"forecasts": bt.forecasts, "folds": bt.folds, "nothing": bt.folds[:0]}, tmp_path / "out"
    )
    assert sorted(p.name for p in folder.iterdir()) == ["folds.parquet", "forecasts.parquet", "schema.json"]
    again = pd.read_parquet(folder / "forecasts.parquet")
    assert again["month"].tolist() == bt.forecasts["month"].astype(str).tolist()
    np.testing.assert_array_equal(again["value"], bt.forecasts["value"])
    assert again["origin"].tolist() == bt.forecasts["origin"].tolist()


@pytest.mark.slow
def test_a_workbook_holds_the_headline_first_and_texts_stay_texts(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    words = ["model=random_walk", "backtest.start=2023-10", "combination=none", "report.headline=random_walk"]
    run = fc.run(fc.load_experiment("quick", *words))
    book = openpyxl.load_workbook(fc.export(run, tmp_path / "run.xlsx"))
    assert book.sheetnames[0] == "headline" and book.sheetnames[-1] == "columns"
    assert "backtest" not in book.sheetnames and "scores" in book.sheetnames
    head, first = list(book["headline"].values)[:2]
    assert first[:3] == ("southwest.usbp", "2024-04", 1)
    assert first[head.index("50%")] == pytest.approx(run.median().iloc[0, 0])
    told = {(row[0], row[1]) for row in book["columns"].values}
    assert {("scores", name) for name in run.scores.columns} <= told

    # neither means, which have no level, nor rows that know events stand in the way of the headline
    rows = run.forecasts.assign(value=0.0)
    more = replace(
        run,
        forecasts=pd.concat([run.forecasts, rows.assign(knowledge="at_origin"), rows.assign(level=np.nan)]),
    )
    again = openpyxl.load_workbook(fc.export(more, tmp_path / "more.xlsx"))
    assert list(again["headline"].values) == list(book["headline"].values)

    odd = fc.export({"odd": pd.DataFrame({"text": ["=1+1", "-2"]})}, tmp_path / "odd.xlsx")
    cell = openpyxl.load_workbook(odd)["odd"]["A2"]
    assert cell.value == "=1+1" and cell.data_type == "s"


@pytest.mark.parametrize("name", ["../evil", "/abs", "", "..", "a/../../evil", "CON", "a\nb"])
def test_the_name_of_a_table_never_leads_out_of_the_folder(tmp_path, name):
    table = pd.DataFrame({"a": [1]})
    with pytest.raises(ConfigError, match=r"export: table") as told:
        fc.export({"good": table, f"{name}/x" if name in ("", "..") else name: table}, tmp_path / "in")
    assert told.value.exit_code == 2
    assert not list(tmp_path.iterdir()), "every name is looked at before the first file is written"


def test_what_cannot_be_written_is_said(tmp_path, monkeypatch):
    with pytest.raises(ConfigError, match="no table with rows"):
        fc.export({"empty": pd.DataFrame({"a": []})}, tmp_path / "x")
    with pytest.raises(ConfigError, match="list is neither"):
        fc.export([1], tmp_path / "x")
    monkeypatch.setattr("forecast.interchange.SHEET_ROWS", 3)
    with pytest.raises(ConfigError, match="more rows than a sheet"):
        fc.export({"long": pd.DataFrame({"a": [1, 2, 3]})}, tmp_path / "x.xlsx")

    def missing(*args, **kwargs):
        raise ImportError("no engine")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", missing)
    with pytest.raises(ConfigError, match=r"border-forecast\[parquet\]"):
        fc.export({"a": pd.DataFrame({"a": [1]})}, tmp_path / "x")


# --------------------------------------------------------------------------- the schema


def documented(name):
    return {field["name"]: field for field in schema(name)["fields"]}


def test_every_column_of_every_file_is_documented():
    for name, columns in COLUMNS.items():
        missing = set(columns) - set(documented(name))
        assert not missing, f"src/forecast/schema.json, table {name}: describe {sorted(missing)}"


FORMS = {
    "number": r"-?(\d+\.?\d*|\d*\.\d+)(e[+-]?\d+)?",
    "integer": r"-?\d+",
    "yearmonth": r"\d{4}-\d{2}",
    "date": r"\d{4}-\d{2}-\d{2}",
    "boolean": "True|False",
    "string": r"(?s).*",
}


@pytest.mark.parametrize("path", sorted(EXAMPLE.glob("*.csv*")), ids=lambda p: p.name)
def test_the_committed_report_is_as_documented(path):
    table = pd.read_csv(path, dtype=str, keep_default_na=False, nrows=3000)
    fields = documented(path.name.split(".")[0])
    for column in table:
        assert column in fields, f"src/forecast/schema.json does not describe {column}"
        field, cells = fields[column], set(table[column]) - {""}
        limits = field.get("constraints", {})
        assert all(re.fullmatch(FORMS[field["type"]], cell) for cell in cells), (column, sorted(cells)[:5])
        assert cells <= set(limits.get("enum", cells)), (column, sorted(cells)[:5])
        if field["type"] in ("number", "integer"):
            numbers = [float(cell) for cell in cells]
            assert all(x >= limits.get("minimum", x) and x <= limits.get("maximum", x) for x in numbers), (
                column
            )


def test_the_schema_is_a_tabular_data_package():
    package = schema()
    assert package["profile"] == "tabular-data-package"
    names = [r["name"] for r in package["resources"]]
    assert len(names) == len(set(names))
    for resource in package["resources"]:
        fields = resource["schema"]["fields"]
        assert len({f["name"] for f in fields}) == len(fields)
        assert all(f["type"] in FORMS and f["description"].endswith((".", "...")) for f in fields)
    with pytest.raises(ConfigError, match="no table 'x'"):
        schema("x")


@pytest.mark.parametrize(
    ("column", "wrong"), [("level", "x"), ("month", "soon"), ("value", "many"), ("horizon", "a")]
)
def test_wrong_cells_of_a_forecast_are_told_before_they_go_to_nixtla(bt, column, wrong):
    broken = bt.forecasts.astype({column: object})
    broken.loc[broken.index[0], column] = wrong
    with pytest.raises(ConfigError, match=r"to_nixtla: .*; expected months"):
        fc.to_nixtla(broken)


def test_what_goes_to_nixtla_is_documented(panel, bt):
    assert list(fc.to_nixtla(panel).columns) == list(documented("nixtla"))
    assert list(fc.to_nixtla(bt.forecasts).columns)[:3] == list(documented("nixtla_forecasts"))


def test_a_text_that_looks_like_a_formula_keeps_its_quote_beside_it(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    texts = ["=1+1", "'=1+1", "@x", "+a", "plain", "-2", "=)"]
    odd = fc.export({"odd": pd.DataFrame({"text": texts, "value": range(-3, 4)})}, tmp_path / "odd.xlsx")
    sheet = openpyxl.load_workbook(odd)["odd"]
    assert [cell.value for cell in sheet["A"][1:]] == texts
    assert [bool(cell.quotePrefix) for cell in sheet["A"][1:]] == [True, True, True, True, False, False, True]
    assert {cell.data_type for cell in sheet["A"]} == {"s"} and {
        cell.data_type for cell in sheet["B"][1:]
    } == {"n"}


@pytest.mark.parametrize(
    ("tables", "told"), [({"x": 3}, "'x': int 3 is given"), ({"a/b:[c]": None}, "sheet")]
)
def test_what_is_no_table_or_no_name_of_a_sheet_is_refused(tmp_path, tables, told):
    frame = pd.DataFrame({"month": ["2024-01"], "value": [3.5]})
    given = {name: frame if table is None else table for name, table in tables.items()}
    with pytest.raises(ConfigError, match=f"export: .*{told}"):
        fc.export(given, tmp_path / "q.xlsx")
    assert not (tmp_path / "q.xlsx").exists()


@pytest.mark.parametrize(
    ("names", "file", "told"),
    [
        (["x" * 40 + "a", "x" * 40 + "b"], "w.xlsx", "agree in their first 31 characters"),
        (["A", "a"], "w.xlsx", "agree in their first 31 characters but for capitals"),
        (["A", "a"], "folder", "'A' and 'a' agree but for capitals"),
        ([1, "1"], "folder", "two tables are called '1'"),
        (["Columns", "changes"], "w.xlsx", "'columns' is the sheet that says"),
        (["history"], "w.xlsx", "no name of a sheet"),
        (["'a'"], "w.xlsx", "no name of a sheet"),
        (["a"], " ", "path: it is empty"),
    ],
)
def test_no_table_takes_the_place_of_another(tmp_path, monkeypatch, names, file, told):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=re.escape(told)):
        fc.export({name: pd.DataFrame({"x": [i]}) for i, name in enumerate(names)}, file)
    assert not list(tmp_path.iterdir())


def test_an_index_is_written_and_doubled_columns_are_refused(tmp_path):
    months = pd.period_range("2024-01", periods=2, freq="M")
    tables = {"a": pd.DataFrame({"x": [1, 2]}, index=months), "b": pd.DataFrame({0: [3]})}
    made = fc.export(tables, tmp_path / "t")
    assert pd.read_parquet(made / "a.parquet").to_dict("list") == {
        "index": ["2024-01", "2024-02"],
        "x": [1, 2],
    }
    assert list(pd.read_parquet(made / "b.parquet")) == ["0"]
    with pytest.raises(ConfigError, match="has the column 'x' twice"):
        fc.export({"a": pd.DataFrame([[1, 2]], columns=["x", "x"])}, tmp_path / "u")
