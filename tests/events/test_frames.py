"""Calendars given as tables in memory."""

import datetime as dt

import pandas as pd
import pytest

import forecast as fc
from forecast.events.frames import calendar_texts

OWN = {
    "id": "fee",
    "announced_date": "2021-01-10",
    "effective_start": "2021-03-01",
    "shape": "step",
    "sign": "-",
    "priority": 1,
}


def test_a_table_in_memory_is_the_calendar_of_its_file(tmp_path):
    rows = [OWN, {**OWN, "id": "fair", "shape": "pulse", "end_date": "2021-03-20", "priority": 2}]
    frame = pd.DataFrame(rows)
    frame.to_csv(tmp_path / "events.csv", index=False)
    from_file = fc.load_events(tmp_path / "events.csv").table
    pd.testing.assert_frame_equal(fc.load_events(frame).table, from_file)
    pd.testing.assert_frame_equal(fc.load_events(rows).table, from_file)
    # days as days, whatever the index
    days = frame.assign(announced_date=dt.date(2021, 1, 10), effective_start=pd.Timestamp("2021-03-01"))
    pd.testing.assert_frame_equal(fc.load_events(days.set_index("id", drop=False)).table, from_file)


def test_holidays_of_prophet_are_pulses_of_one_bundle():
    frame = pd.DataFrame(
        {
            "holiday": ["fair", "fair", "easter"],
            "ds": pd.to_datetime(["2023-05-05", "2024-05-03", "2024-03-31"]),
            "lower_window": [0, 0, -2],
            "upper_window": [2, 2, 1],
            "prior_scale": 10.0,
        }
    )
    table = fc.load_events(frame).table.set_index("id")
    assert table.index.tolist() == ["fair 2023-05-05", "fair 2024-05-03", "easter 2024-03-31"]
    assert table["bundle"].tolist() == ["fair", "fair", "easter"] and set(table["shape"]) == {"pulse"}
    easter = table.loc["easter 2024-03-31"]
    assert (str(easter["effective_start"].date()), str(easter["end_date"].date())) == (
        "2024-03-29",
        "2024-04-01",
    )
    known = fc.load_events(frame.assign(announced_date="2022-12-01")).table
    assert (known["usable_from"] == pd.Timestamp("2022-12-01")).all()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{**OWN, "effective_start": pd.Timestamp("2021-03-01 06:00")}], "2021-03-01 06:00:00"),
        ([{"holiday": "x", "ds": "soon"}], "ds is 'soon'"),
        ([{"holiday": "x", "ds": "05/06/2019"}], "row 1: ds is '05/06/2019'"),
        ([{"holiday": "x", "ds": 2020}], "ds is '2020'"),
        ([{"holiday": "x", "ds": pd.Timestamp("2020-01-01 06:00")}], "without a time of day"),
        ([{"holiday": "x", "ds": pd.Timestamp("2020-01-01", tz="UTC")}], "without a time of day"),
        ([{"holiday": "x", "ds": "9999-01-01"}], "ds is '9999-01-01'"),
        ([{"holiday": "x", "ds": "2020-01-01", "upper_window": "a"}], "upper_window is 'a'"),
        ([{"holiday": "x", "ds": "2020-01-01", "lower_window": -0.5}], "lower_window is '-0.5'"),
        ([{"id": "a"}], "the column 'shape' is missing"),
        ([OWN, OWN], "row 2"),
        (pd.DataFrame([[1, 2]], columns=["id", "id"]), "the column 'id' stands there twice"),
        ([{**OWN, "id": "a\nb"}], "row 1"),
    ],
)
def test_what_is_wrong_is_told_by_row(rows, said):
    with pytest.raises(fc.DataError, match=said.replace("(", r"\(")):
        fc.load_events(rows)


def test_no_events_is_a_calendar_that_changes_nothing(obs, usbp):
    panel = obs.as_of("2024-05-07", [usbp])
    assert fc.no_events().design(panel, 3).columns == () or len(fc.no_events().design(panel, 3).columns) == 0
    assert len(fc.load_events([]).table) == 0


def test_a_list_of_patterns_is_read_as_a_file_has_them():
    texts, _ = calendar_texts([{"id": "e", "series_ids": ["s", "t*"], "priority": 1.0}])
    assert texts.loc[1, "series_ids"] == "s;t*" and texts.loc[1, "priority"] == "1"
