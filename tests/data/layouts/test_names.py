"""What a word in a table is: digits, a month, a note."""

import pytest

from forecast.data.layouts import names


@pytest.mark.parametrize(("text", "digits"), [("12", True), ("1.250-", True), ("12a", False), ("abc", False)])
def test_digits_are_a_text_without_any_letter(text, digits):
    assert names.is_digits(text) is digits
