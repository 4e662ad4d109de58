"""What a scenario or an analogue stands on."""

import re
from dataclasses import FrozenInstanceError, asdict

import pytest

from forecast.events.notes import NOTES, SIZE_SOURCES, Note


def test_a_note_tells_what_it_is_given_and_nothing_more():
    told = asdict(Note("given", event="closure", percent=-50.0, source="given"))
    assert {key: value for key, value in told.items() if value == value and value not in ("", None)} == {
        "note": "given", "event": "closure", "percent": -50.0, "source": "given"
    }  # fmt: skip
    assert {key for key, value in told.items() if value != value} == {"factor", "low", "high", "value"}


def test_codes_are_short_words_each_once():
    for codes in (NOTES, SIZE_SOURCES):
        assert len(set(codes)) == len(codes)
        assert all(re.fullmatch(r"[a-z_]{0,24}", code) for code in codes)


def test_a_note_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Note("leak").event = "other"
