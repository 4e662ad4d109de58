"""Rows of tables."""

from typing import Protocol

import pandas as pd
import pytest

from forecast.errors import ConfigError
from forecast.report.rows import records
from forecast.tables.forecasts import select

TABLE = pd.DataFrame({"model": ["a", "b", "c"], "n": [1, 2, 3]})


class Named(Protocol):
    model: str


class Counted(Named, Protocol):
    n: int


def test_pick_takes_values_and_tuples_and_refuses_a_column_that_does_not_exist():
    assert select(TABLE, model="b")["n"].tolist() == [2]
    assert select(TABLE, model=("a", "c"))["n"].tolist() == [1, 3]
    with pytest.raises(ConfigError, match="no column 'colour'"):
        select(TABLE, model=("a", "c"), colour="red")
    assert len(select(TABLE, model="z")) == 0


def test_records_are_named_tuples_in_order():
    assert [(row.model, row.n) for row in records(TABLE, Counted)] == [("a", 1), ("b", 2), ("c", 3)]


def test_records_of_all_kinds_of_columns_are_those_of_pandas():
    table = pd.DataFrame(
        {
            "month": pd.period_range("2024-01", periods=3, freq="M"),
            "origin": pd.to_datetime(["2024-01-07", None, "2024-03-07"]),
            "words": pd.Series(["a", None, "c"], dtype="str"),
            "value": [1.5, float("nan"), 3.0],
            "two words": [True, False, True],
        }
    )
    assert repr([tuple(row) for row in records(table, object)]) == repr(
        [tuple(row) for row in table.itertuples(index=False)]
    )
    assert records(table, object)[0]._4 is True
    assert records(table.iloc[:0], object) == []


def test_a_column_that_rows_of_a_kind_have_must_be_there():
    bare = TABLE.drop(columns="n")
    assert records(bare, Named)[0].model == "a"
    with pytest.raises(LookupError, match=r"^a table has no column n; it has model$"):
        records(bare, Counted)
    # a table without a row may be without columns too
    assert records(pd.DataFrame(), Counted) == []
