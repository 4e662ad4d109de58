"""Line breaks and other control characters: an error in ids, a space in other texts, each told with its row."""

import pandas as pd
import pytest

import forecast as fc
from forecast.data.cells import checked_texts, without_controls
from forecast.data.examine import check_file
from forecast.errors import DataError
from forecast.events.calendar import check_calendar

CONTROLS = ["\n", "\r", "\t", "\x00", "\x1b[2J", "\x7f", "\x85", "\u2028", "\u202e", "\u2066"]


@pytest.mark.parametrize("mark", CONTROLS)
def test_a_control_character_is_an_error_in_ids_and_a_space_elsewhere(mark):
    texts, findings = checked_texts([f"a{mark}b", "c", f"a{mark}b"], [2, 3, 4], "id", "f.csv", is_id=True)
    assert texts[0] == f"a{mark}b" and [(f.severity, f.row) for f in findings] == [("error", 2)]
    texts, findings = checked_texts(["c", f"a{mark}b"], [2, 3], "name", "f.csv", is_id=False)
    assert not any(mark in text for text in texts)
    assert texts[0] == "c" and [(f.severity, f.row) for f in findings] == [("warning", 3)]


@pytest.mark.parametrize("text", ["plain", "été – 2024", " 中 ", "a\u00a0b", "\u200fعربي"])
def test_other_characters_of_any_script_stay(text):
    assert without_controls(text) == text
    assert checked_texts([text], [2], "id", "f.csv", is_id=True) == ([text], [])


@pytest.fixture
def folder(tmp_path):
    def write(**tables):
        months = pd.period_range("2015-01", periods=30, freq="M").astype(str)
        frame = pd.DataFrame({"series_id": "a", "month": months, "value": range(30), "source": "x"})
        frame.to_csv(tmp_path / "observations.csv", index=False)
        for name, table in tables.items():
            pd.DataFrame([table]).to_csv(tmp_path / f"{name}.csv", index=False)
        return tmp_path

    return write


def test_ids_of_every_table_of_figures_are_held_to_the_rule(folder):
    side = {
        "series": ({"series_id": "a\nb"}, {"series_id": "a", "name": "A\nb", "note": "n\x1b[1mo"}),
        "hierarchy": (
            {"parent": "a\nb", "breakdown": "x", "children": "a"},
            {"parent": "t", "breakdown": "x", "children": "a", "note": "x\ny"},
        ),
        "sources": ({"source": "x\ny"}, {"source": "x", "publisher": "P\nq"}),
        "breaks": (
            {"series_pattern": "a\n*", "month": "2015-02"},
            {"series_pattern": "a", "month": "2015-02", "what_changed": "x\ny", "source": "s\nt"},
        ),
    }
    for name, (wrong, cleaned) in side.items():
        with pytest.raises(DataError, match="line break") as caught:
            fc.load_observations(folder(**{name: wrong}))
        assert caught.value.exit_code == 4
        fc.load_observations(folder(**{name: cleaned}))
        (folder() / f"{name}.csv").unlink()
    obs = fc.load_observations(folder(series=side["series"][1]))
    assert obs.series.loc["a", "name"] == "A b" and obs.series.loc["a", "note"] == "n [1mo"


def test_a_file_whose_name_would_name_a_series_is_held_to_it(tmp_path):
    file = tmp_path / "a\x1b[2J.csv"
    file.write_text("month,value\n2020-01,1\n2020-02,2\n")
    assert [f.check for f in check_file(file) if f.severity == "error"] == ["control"]


@pytest.mark.parametrize("column", ["id", "series_ids", "bundle", "unseen_like", "collinear_with"])
def test_ids_of_a_calendar_are_held_to_the_rule(tmp_path, column):
    event = {"id": "fee", "announced_date": "2019-01-10", "effective_start": "2019-03-01", "shape": "step"}
    pd.DataFrame([{**event, column: "a\nb"}]).to_csv(tmp_path / "e.csv", index=False)
    with pytest.raises(DataError, match=f"{column}: the id"):
        fc.load_events(tmp_path / "e.csv")


def test_titles_of_a_calendar_are_read_with_a_space_and_an_odd_address_is_told(tmp_path):
    event = {"id": "fee", "announced_date": "2019-01-10", "effective_start": "2019-03-01", "shape": "step"}
    event |= {"name": "The\r\nfee", "notes": "two\nlines", "source_url": "javascript:alert(1)"}
    pd.DataFrame([event]).to_csv(tmp_path / "e.csv", index=False)
    events = fc.load_events(tmp_path / "e.csv")
    assert events.table.loc[0, "name"] == "The fee" and events.table.loc[0, "notes"] == "two lines"
    told = [f.what for f in check_calendar(tmp_path / "e.csv")]
    assert any("javascript:alert(1)' is not an address" in what for what in told)
