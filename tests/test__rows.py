"""Rows of tables."""

import pandas as pd

from forecast.report._rows import pick, records

TABLE = pd.DataFrame({"model": ["a", "b", "c"], "n": [1, 2, 3]})


def test_pick_takes_values_tuples_and_ignores_absent_columns():
    assert pick(TABLE, model="b")["n"].tolist() == [2]
    assert pick(TABLE, model=("a", "c"), colour="red")["n"].tolist() == [1, 3]
    assert len(pick(TABLE, model="z")) == 0


def test_records_are_named_tuples_in_order():
    assert [(row.model, row.n) for row in records(TABLE)] == [("a", 1), ("b", 2), ("c", 3)]
