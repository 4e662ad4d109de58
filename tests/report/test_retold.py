"""Sentences of other rooms, told in the language of the page."""

import pytest

from forecast.report.catalogue import speaking
from forecast.report.retold import retold


def test_english_is_not_touched():
    for text in ("used", "from 11 May 2023: 11 active months with a figure", "anything"):
        assert retold(text) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("last 120 months", "últimos 120 meses"),
        ("words of a user's own source", "words of a user's own source"),
    ],
)
def test_a_sentence_is_known_by_its_template_and_its_dates_are_written_anew(text, told):
    with speaking("es"):
        assert retold(text) == told
