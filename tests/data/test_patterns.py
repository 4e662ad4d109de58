"""Patterns of names of series."""

import pytest

from forecast.data.patterns import decide, matches, patterns


@pytest.mark.parametrize(
    ("text", "name", "touched"),
    [
        ("a*", "a.b.c", True),
        ("a?", "ab", True),
        ("a?", "abc", False),
        ("a*", "A", False),
        ("a*;!*.ofo*", "a.ofo.x", False),
        ("a*;!*.ofo*;a.ofo.yuma", "a.ofo.yuma", True),
        ("!*.ofo*;a*", "a.ofo.x", True),
        (" a ; b ", "b", True),
        ("a[1]", "a[1]", True),
        ("a[1]", "a1", False),
        ("", "a", False),
    ],
)
def test_the_last_pattern_that_matches_decides(text, name, touched):
    assert matches(text, name) is touched is decide(patterns(text), name)
