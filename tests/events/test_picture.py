"""The calendar as a picture."""

import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from forecast.errors import ConfigError
from forecast.events.calendar import load_events
from forecast.events.picture import timeline_picture
from forecast.files import printable


def test_every_event_in_force_is_drawn_the_same_bytes_twice(events, tmp_path):
    few = events.subset(["title42", "title42_end", "metering_2016", "raices_dc_circuit_2026"])
    path = timeline_picture(few, tmp_path / "a.svg", start="2019", end="2024")
    text = path.read_text()
    assert "- title42<" in text and "+ title42_end<" in text and "raices_dc_circuit_2026" not in text
    assert "2019-01 to 2024-12: 3" in text and "announced" in text and ">2023<" in text
    again = timeline_picture(few, tmp_path / "b.svg", start="2019", end="2024")
    assert again.read_bytes() == path.read_bytes()
    assert timeline_picture(few, tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_as_known_leaves_out_what_was_not_public(events, tmp_path):
    text = timeline_picture(
        events, tmp_path / "a.svg", as_of="2023-02-06", series="southwest.usbp", start="2020"
    ).read_text()
    assert "as known on 2023-02-06" in text and "title42<" in text and "title42_end" not in text


def test_wrong_endings_and_nothing_to_draw(events, tmp_path):
    with pytest.raises(ConfigError, match="ends in none of"):
        timeline_picture(events, tmp_path / "a.gif")
    with pytest.raises(ConfigError, match="no event to draw"):
        timeline_picture(events.subset(["title42"]), tmp_path / "a.svg", start="2001", end="2002")
    assert not (tmp_path / "a.svg").exists()


HOSTILE = "</text></svg><script>x</script>--> $\\frac{1}$ \x1b[2J\u202e&lt;"


def drawn(folder, name):
    """Return the picture of one event as text and as a tree."""
    file = folder / "events.csv"
    table = pd.DataFrame([{"id": name, "announced_date": "2020-01-01", "effective_start": "2020-02-01", "shape": "step", "series_ids": "*"}])  # fmt: skip
    table.to_csv(file, index=False)
    text = timeline_picture(load_events(file), folder / "a.svg", start="2019", end="2022").read_text()
    return text, ET.fromstring(text)


def test_an_id_of_data_is_a_text_of_the_picture_and_no_mark(tmp_path):
    (text, tree), (_, plain) = drawn(tmp_path, HOSTILE), drawn(tmp_path, "harmless")
    assert {(n.tag, *sorted(n.attrib)) for n in tree.iter()} == {
        (n.tag, *sorted(n.attrib)) for n in plain.iter()
    }
    assert printable(HOSTILE) in "".join(tree.itertext()) and "<!-- " not in text
