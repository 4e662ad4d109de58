"""Tables as the archive keeps them."""

import datetime as dt

import pandas as pd

from forecast.archive.rows import _cells


def test_cells_are_plain_values():
    mixed = pd.Series([pd.Timestamp("2024-05-07"), dt.date(2024, 5, 8), None, 3, "text"], dtype=object)
    table = pd.DataFrame({"mixed": mixed, "number": [1.5, float("nan"), float("inf"), 2, 3]})
    assert _cells(table, ["mixed", "number"]) == [
        ("2024-05-07", 1.5),
        ("2024-05-08", None),
        ("", None),
        (3, 2.0),
        ("text", 3.0),
    ]
