"""Which mark stands before decimals is decided by the whole column, or not at all."""

import pytest

from forecast.data.layouts.numbers import Context, marks_of, number_text, plain_number, signs_of

PLAIN = Context()


def read(texts, context=PLAIN):
    marks = marks_of(texts, context)
    return marks.problem or [plain_number(t, marks) for t in texts]


@pytest.mark.parametrize(
    ("texts", "context", "numbers"),
    [
        (["1.234.567", "12.345"], PLAIN, ["1234567", "12345"]),
        (["12.345", "12.34", "7.1"], PLAIN, ["12.345", "12.34", "7.1"]),
        (["0.123", "12.345"], PLAIN, ["0.123", "12.345"]),
        (["12,345", "1,999"], Context(commas=True), ["12345", "1999"]),
        (["12,345", "1,999"], Context(dates="english"), ["12345", "1999"]),
        (["12.345", "1.999"], Context(dates="dotted"), ["12345", "1999"]),
        (["12.345", "1.999"], Context(dates="foreign"), ["12345", "1999"]),
        (["1.200,50", "3"], PLAIN, ["1200.50", "3"]),
        (["1,200.50", "3"], PLAIN, ["1200.50", "3"]),
        (["12.345"], Context(decimal=","), ["12345"]),
        (["12.345"], Context(decimal="."), ["12.345"]),
        (["12’345", "1 999", "1\u00a0999\u202f000"], PLAIN, ["12345", "1999", "1999000"]),
        (
            ["5(p)", "7*", "8 [1]", "9 r", "−3", "(4)", "$5", "6 €"],
            PLAIN,
            ["5", "7", "8", "9", "-3", "-4", "5", "6"],
        ),
        (["n.a.", ":", "—", "5"], PLAIN, ["", "", "", "5"]),
        (["5e", "5 000 0", "1,2,3", "x"], Context(commas=True), [None, None, None, None]),
    ],
)
def test_what_decides(texts, context, numbers):
    assert read(texts, context) == numbers


@pytest.mark.parametrize("texts", [["45.001", "46.112"], ["22,590", "12,500"], ["990", "995", "1.102"]])
def test_two_readings_are_both_told_with_the_option(texts):
    what, hint = read(texts)
    assert "can be read in two ways" in what and "for thousands" in what and "decimal" in what
    assert "--decimal ," in hint and "--decimal ." in hint


def test_one_cell_among_many_decides_nothing():
    what, _ = read(["12.345"] * 9 + ["12.34"])
    assert "two ways" in what
    assert read(["12.345"] * 9 + ["12.34"], Context(dates="dotted"))[-1] is None


def test_marks_that_contradict_each_other():
    what, _ = read(["1.234.567", "12.5"])
    assert "'1.234.567'" in what and "'12.5'" in what


@pytest.mark.parametrize(
    ("value", "text"), [(45.001, "45.0010"), (45.0, "45"), (12.5, "12.5"), (1e300, "1e+300")]
)
def test_numbers_of_sheets_have_one_reading(value, text):
    assert number_text(value) == text and float(text) == value


def test_signs_that_are_no_minus_in_front_are_told():
    assert (
        signs_of(["(4)", "5", "7(p)", "12-", "3 (1)"])
        == "brackets as a minus and a minus behind as one in front"
    )
    assert signs_of(["-4", "5(p)", "-"]) == ""
