"""The table of verdicts: codes, and columns of one type each."""

import pandas as pd

from forecast.events.estimability import (
    ACTIONS,
    DETAILS,
    ESTIMABILITY_COLUMNS,
    WHYS,
    Verdict,
    estimability_frame,
)
from forecast.events.notes import NOTES, SIZE_SOURCES

ORIGIN = pd.Timestamp("2024-05-07")


def test_codes_are_short_words():
    for code in (*ACTIONS, *WHYS, *DETAILS, *NOTES, *SIZE_SOURCES):
        assert not code or (len(code) <= 24 and code.replace("_", "").isalpha() and code == code.lower())


def test_what_is_not_known_is_missing_and_types_hold():
    begins = 19_000  # 8 January 2022
    known = Verdict(first_active=624, active_months=3, action="used", why="active", begins=begins)
    table = estimability_frame(
        [("s", "law", known), ("s", "talk", Verdict(why="context", end_known=False))], ORIGIN
    )
    assert (table["origin"] == ORIGIN).all() and list(table.columns[:3]) == ["series_id", "origin", "event"]
    assert tuple(table.columns) == ESTIMABILITY_COLUMNS
    assert table["first_active"].tolist() == [pd.Period("2022-01", freq="M"), pd.NaT]
    assert table["begins"].tolist() == [pd.Timestamp("2022-01-08"), pd.NaT]
    assert table["active_months"].tolist() == [3, 0] and table["end_known"].tolist() == [True, False]
    assert table["action"].tolist() == ["used", "no_active_month"]


def test_no_events_keep_the_columns():
    empty = estimability_frame([], ORIGIN)
    assert tuple(empty.columns) == ESTIMABILITY_COLUMNS and empty.empty
    assert empty["begins"].dtype.kind == "M"
