"""The calendar as a picture."""

import pytest

from forecast.events.picture import timeline_picture
from forecast.spec import ConfigError


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
