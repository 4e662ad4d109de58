"""The calendar: reading, checks, what is known on a day, which series are touched."""

import re
from pathlib import Path

import pandas as pd
import pytest

from forecast.data.patterns import matches
from forecast.errors import ConfigError, DataError, ForecastWarning
from forecast.events.calendar import (
    check_calendar,
    load_events,
    no_events,
    warn_untouched,
)
from forecast.events.reading import LABELS
from forecast.events.shapes import DECAY
from forecast.interventions.study import Study

DATA = Path(__file__).parents[1] / "fixtures"


def test_the_bundled_calendar_is_clean_and_whole(events):
    assert len(events.table) == 118
    assert len(events.rules) > 30
    assert [f for f in check_calendar() if f.severity == "error"] == []
    assert events.table["announced_date"].notna().all()
    # the notes of the calendar say: usable later than announced in about 20 rows
    assert (events.table["usable_from"] > events.table["announced_date"]).sum() == 21


def test_defaults_of_a_users_file():
    table = load_events(DATA / "events_small.csv").table.set_index("id")
    row = table.loc["tariff"]
    assert row["usable_from"] == pd.Timestamp("2020-02-10")
    assert pd.isna(row["end_date"]) and pd.isna(row["end_usable_from"])
    assert (row["series_ids"], row["sign"], row["priority"], row["ramp_months"]) == ("*", "0", 1, 12)
    assert row["decay"] == pytest.approx(DECAY)
    assert (row["judged_shape"], row["judged_priority"], row["sign_at_ports"]) == ("step", 1, "0")


def test_every_problem_of_a_file_is_told_at_once_with_its_row():
    with pytest.raises(DataError) as caught:
        load_events(DATA / "events_broken.csv")
    told = {(f.row, f.check) for f in caught.value.findings}
    assert told == {
        (2, "date"),
        (3, "id"),
        (3, "order"),
        (3, "shape"),
        (3, "sign"),
        (3, "priority"),
        (4, "order"),
        (4, "number"),
        (5, "id"),
        (5, "date"),
        (6, "id"),
        (6, "number"),
        (7, "cells"),
        (8, "date"),
    }
    text = str(caught.value)
    assert "Did you mean 'step'?" in text
    assert "announced_date of 'a' is '2020-02-30'" in text
    assert "'b' is usable before it was announced" in text
    assert caught.value.exit_code == 4


def test_a_missing_column_is_named_with_its_nearest(tmp_path):
    file = tmp_path / "e.csv"
    file.write_text("id,announced,effective_start,shape\nx,2020-01-01,2020-01-01,step\n")
    with pytest.raises(
        DataError, match=r"'announced_date' is missing.*rename 'announced' to 'announced_date'"
    ):
        load_events(file)


def test_no_file_an_empty_file_and_one_without_rows(tmp_path):
    with pytest.raises(DataError, match="there is no such file"):
        load_events(tmp_path / "none.csv")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(DataError, match="the file is empty"):
        load_events(tmp_path / "empty.csv")
    (tmp_path / "rows.csv").write_text("id,announced_date,effective_start,shape\n")
    assert [f.check for f in load_events(tmp_path / "rows.csv").findings] == ["rows"]


def test_byte_order_mark_crlf_quotes_and_blank_lines_are_fine(tmp_path):
    file = tmp_path / "events.csv"
    file.write_bytes(
        b'\xef\xbb\xbfid,announced_date,effective_start,shape,notes\r\n\r\na,2020-01-01,2020-02-01,step,"x, y\r\nz"\r\n'
        b"b,2020-01-02,2020-02-01,stepp,\r\n"
    )
    with pytest.raises(DataError, match="row 5: shape of 'b'"):
        load_events(tmp_path)


def test_an_unknown_column_of_words_is_a_warning(tmp_path):
    file = tmp_path / "e.csv"
    file.write_text("id,announced_date,effective_start,shape,note\nx,2020-01-01,2020-01-01,step,\n")
    (finding,) = load_events(file).findings
    assert finding.severity == "warning" and "notes" in finding.hint


@pytest.mark.parametrize(
    ("column", "cell", "guess"),
    [
        ("end", "2020-05-31", "end_date"),
        ("usable", "2020-02-01", "usable_from"),
        ("until", "2020-05-31", "Is it one of"),
        ("series_id", "other*", "series_ids"),
    ],
)
def test_an_unknown_column_that_may_mean_something_is_refused(tmp_path, column, cell, guess):
    """Its event would never end, be known too early, or touch every series."""
    file = tmp_path / "e.csv"
    file.write_text(
        f"id,announced_date,effective_start,shape,{column}\na,2020-01-10,2020-03-01,step,{cell}\n"
    )
    with pytest.raises(DataError, match=rf"the column '{column}' is not known.*{guess}.*take it out"):
        load_events(file)


def test_check_tells_of_missing_sources_and_patterns_that_match_nothing(tmp_path):
    file = tmp_path / "e.csv"
    file.write_text(
        "id,announced_date,effective_start,shape,series_ids,source_url\n"
        "x,2020-01-01,2020-01-01,step,southwest.usbp;southwst.ofo,\n"
        "y,2020-01-01,2020-01-01,step,,https://example.org\n"
    )
    found = [(f.row, f.check, f.severity) for f in check_calendar(file)]
    assert found == [(2, "source", "warning"), (2, "pattern", "warning"), (3, "pattern", "warning")]
    assert "southwest.ofo" in next(f.hint for f in check_calendar(file) if "southwst" in f.what)
    assert [f.check for f in check_calendar(file, series=["southwst.ofo", "southwest.usbp"])] == [
        "source",
        "pattern",
    ]


def test_patterns_cross_dots_mind_case_and_take_back():
    text = "southwest.usbp*;southwest.citizenship_*;!southwest*citizenship_mexico"
    assert matches(text, "southwest.usbp.rio_grande_valley")
    assert matches(text, "southwest.citizenship_cuba")
    assert not matches(text, "southwest.citizenship_mexico")
    assert not matches(text, "southwest.usbp.citizenship_mexico")
    assert not matches(text, "Southwest.usbp")
    assert not matches("", "southwest.usbp")


def test_known_drops_rows_not_usable_and_blanks_ends_not_usable(events):
    before = events.known("2020-03-19").table
    on = events.known("2020-03-20").table.set_index("id")
    assert "title42" not in set(before["id"]) and "title42" in on.index
    assert pd.isna(on.loc["title42", "end_date"])
    # the end of Title 42 was announced for 11 May 2023; a careful person could use that from 7 February
    assert pd.isna(events.known("2023-02-06").table.set_index("id").loc["title42", "end_date"])
    later = events.known("2023-02-07").table.set_index("id").loc["title42"]
    assert later["end_date"] == pd.Timestamp("2023-05-11")
    # announced in December 2023 but vague until 13 February 2024
    assert "mexico_enforcement_2024" not in set(events.known("2024-02-12").table["id"])
    assert "mexico_enforcement_2024" in set(events.known("2024-02-13").table["id"])


def test_touching_follows_the_scope(events):
    ports = set(events.touching("southwest.ofo")["id"])
    sector = set(events.touching("southwest.usbp.tucson")["id"])
    assert {"metering_2016", "cbp_one_end", "title42"} <= ports
    assert "metering_2016" not in sector and "operation_streamline" in sector


def test_without_replace_and_digest(events):
    assert len(events.without(["title42"]).table) == 117
    moved = events.replace("title42", usable_from="2020-03-25")
    assert moved.digest != events.digest and events.replace("title42").digest == events.digest
    assert load_events().digest == events.digest
    with pytest.raises(ConfigError, match="Did you mean 'title42'"):
        events.without(["title24"])
    with pytest.raises(ConfigError, match="no such column"):
        events.replace("title42", ends="2020-01-01")


def test_every_bundled_event_has_a_plain_name_in_both_languages(events):
    """No nickname, no bundle, no acronym that a reader of a newspaper would have to look up."""
    table = events.table
    for column, longest in LABELS.items():
        texts = table[column]
        assert texts.ne("").all() and texts.str.len().max() <= longest and texts.is_unique, column
    assert table["label"].ne(table["name"]).sum() > 90 and table["label_es"].ne(table["label"]).all()
    nicknames = (
        r"\b(CHNV|CLP|MPP|TPS|PACR|HARP|INM|SMO|IFR|MOU|OBBBA|RAICES|OTM|CDC|Trump effect|halts, then)\b"
    )
    words = " ".join(table["label"]) + " ".join(table["short_label"])
    assert not re.findall(nicknames, words), re.findall(nicknames, words)


def test_labels_of_a_users_file_default_to_its_names(tmp_path):
    path = tmp_path / "events.csv"
    head = "id,name,announced_date,effective_start,shape,label_es\n"
    law = "law,Law on ferries,2021-01-01,2021-02-01,step,Ley de ferris\n"
    path.write_text(f"{head}fare_rise,,2020-01-01,2020-02-01,step,\n{law}")
    table = load_events(path).table.set_index("id")
    assert table.loc["fare_rise", list(LABELS)].tolist() == ["Fare rise"] * 4
    assert table.loc["law", list(LABELS)].tolist() == [*["Law on ferries", "Ley de ferris"] * 2]


def test_a_label_that_is_too_long_is_a_warning_and_no_label_moves_the_digest(tmp_path):
    path = tmp_path / "events.csv"
    head = "id,announced_date,effective_start,shape,label\n"
    path.write_text(head + f"law,2021-01-01,2021-02-01,step,{'long ' * 13}end\n")
    (found,) = [f for f in check_calendar(path, ["v"]) if f.check == "label"]
    assert found.row == 2 and "68 characters" in found.what and found.expected == "at most 60"
    before = load_events(path)
    path.write_text(head + "law,2021-01-01,2021-02-01,step,Short\n")
    assert load_events(path).digest == before.digest


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_cells_may_stand_between_other_marks_than_commas(tmp_path, mark):
    rows = ["id,name,announced_date,effective_start,shape", "a,Wall,2020-01-10,2020-03-01,step"]
    path = tmp_path / "events.csv"
    path.write_text("\ufeff\n" + "\n".join(row.replace(",", mark) for row in rows) + "\n")
    table = load_events(path).table
    assert table[["id", "name", "shape"]].to_numpy().tolist() == [["a", "Wall", "step"]]


@pytest.mark.parametrize(
    ("cells", "told"),
    [("2020-03-05,,pulse", True), ("2020-03-05,2020-03-07,pulse", False), ("2020-03-05,,step", False)],
)
def test_a_pulse_without_its_last_day_is_told_with_the_way_out(tmp_path, cells, told):
    path = tmp_path / "events.csv"
    path.write_text(f"id,announced_date,effective_start,end_date,shape\na,2020-01-10,{cells}\n")
    found = [f for f in load_events(path).findings if "pulse without end_date" in f.what]
    assert bool(found) is told and all(f.severity == "warning" and "last day" in f.hint for f in found)


def test_a_calendar_tells_how_many_events_and_from_when_to_when(events):
    assert repr(load_events(DATA / "events_small.csv")).startswith("<EventCalendar: ")
    one = events.without(set(events.table["id"]) - {"title42"})
    assert repr(one) == "<EventCalendar: 1 event, 2020-03 to 2020-03>"
    two = events.without(set(events.table["id"]) - {"title42", "title42_end"})
    assert repr(two) == "<EventCalendar: 2 events, 2020-03 to 2023-05>"


@pytest.mark.parametrize(
    ("column", "hint"), [("end_date", "leave it empty"), ("effective_start", "the year")]
)
@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1749-12-31", "2201-01-01"])
def test_a_day_that_no_table_reaches_is_refused_with_the_way_out(column, hint, day):
    row = {"id": "e", "announced_date": "2014-01-10", "effective_start": "2014-03-01", "shape": "step"}
    with pytest.raises(DataError, match=f"{column} of 'e' is {day}, out of reach.*1750 to 2200.*{hint}"):
        load_events([{**row, column: day}])


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"effective_start": "05/06/2019"}, "expected a date YYYY-MM-DD"),
        ({"effective_start": 2020}, "is '2020'"),
        ({"effective_start": pd.Timestamp("2020-03-01 12:00")}, "12:00"),
        ({"effective_start": None}, "has no effective_start"),
        ({"end_date": "2018-01-01"}, "ends before it starts"),
        ({"shape": "stepp"}, "Did you mean 'step'"),
        ({"sign": 7}, "sign"),
        ({"priority": 9}, "expected 1, 2 or 3"),
        ({"decay": 5}, "decay"),
        ({"id": "covid19_shock"}, "stands in row"),
    ],
)
def test_replaced_cells_are_checked_as_a_file_is(events, cells, words):
    with pytest.raises(DataError, match=re.escape(words)):
        events.replace("title42", **cells)


def test_replaced_cells_have_the_types_of_a_calendar_and_an_end_takes_its_usable_day_along(events):
    made = events.replace("title42", effective_start=pd.Timestamp("2020-03-25"), sign=-1, end_date=None)
    row = made.table.set_index("id").loc["title42"]
    assert (row["effective_start"], row["sign"]) == (pd.Timestamp("2020-03-25"), "-1")
    assert pd.isna(row["end_date"]) and pd.isna(row["end_usable_from"])
    assert made.table.dtypes.equals(events.table.dtypes)
    others = made.table["id"] != "title42"
    pd.testing.assert_frame_equal(made.table[others], events.table[others])
    with pytest.raises(ConfigError) as caught:
        events.replace("title42", starts="2020-01-01", shpae="step")
    assert "starts:" in str(caught.value) and "Did you mean 'shape'" in str(caught.value)


def test_a_calendar_that_touches_none_of_the_series_is_told(obs, events):
    panel = obs.as_of("2024-05-07", ["southwest.usbp"])
    row = {"id": "wall", "announced_date": "2019-01-01", "effective_start": "2019-02-01", "shape": "step"}
    elsewhere = load_events([{**row, "series_ids": "southwset*"}])
    with pytest.warns(
        ForecastWarning, match=r"1 of 1 event touches none of southwest.usbp: 'wall' .*set\*\)"
    ):
        assert elsewhere.design(panel).columns == ()
    with pytest.warns(ForecastWarning, match="touches none"):
        assert Study(panel, elsewhere).design.columns == ()
    assert elsewhere.design(panel, knowledge="none").columns == ()
    assert load_events([row]).design(panel).columns == ("wall",)
    both = load_events([{**row, "series_ids": "*"}, {**row, "id": "fence", "series_ids": "southwset*"}])
    assert both.design(panel).columns == ("wall",)  # a panel may hold one series of many


def test_each_lost_event_is_named_at_most_five(events):
    row = {"announced_date": "2019-01-01", "effective_start": "2019-02-01", "shape": "step"}
    lost = [{**row, "id": f"e{k}", "series_ids": "" if k == 1 else "b*"} for k in range(7)]
    calendar = load_events([{**row, "id": "wall", "series_ids": "a"}, *lost])
    with pytest.warns(ForecastWarning) as told:
        warn_untouched(calendar, ["a", "c"], each=True)
    words = str(told.pop().message)
    assert words.startswith(
        "events: 7 of 8 events touch none of a, c: 'e0' (series_ids: b*), 'e1' (series_ids: blank), 'e2'"
    )
    assert "'e4'" in words and "'e5'" not in words and " and 2 more; name the series there" in words
    warn_untouched(calendar, ["a", "b", ""], each=False)
    warn_untouched(events, ["nothing"], each=True)  # the bundled calendar is for all bundled series
    warn_untouched(no_events(), ["a"], each=True)


def test_a_picture_shows_one_event_at_least(events):
    with pytest.raises(ConfigError, match="last: 0; expected a number at least 1"):
        events.plot(last=0)


def test_a_column_that_is_there_is_never_meant_by_another():
    row = {"id": "a", "announced_date": "2020-01-01", "effective_start": "2020-02-01", "shape": "step"}
    with pytest.raises(DataError, match="effective_end") as caught:
        load_events(pd.DataFrame([{**row, "effective_end": "2021-01-01"}]))
    said = str(caught.value)
    assert "end_date" in said and "effective_start" not in said.replace("effective_end", "")
    with pytest.raises(DataError, match="Did you mean 'end_date'"):
        load_events(pd.DataFrame([{**row, "end": "2021-01-01"}]))
