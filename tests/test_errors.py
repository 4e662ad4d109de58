import re
from pathlib import Path

import pytest

from forecast import errors
from forecast.errors import ConfigError, DataError, Finding


def test_findings_say_where_and_what_to_do():
    finding = Finding("gap", "error", "a month is missing", "f.csv", 7, "a", "2020-03", "2020-03", "add it")
    assert str(finding) == "error: f.csv, row 7, a, 2020-03: a month is missing; expected 2020-03; add it"
    with pytest.raises(DataError, match="2 problems") as error:
        errors.raise_for_errors([finding, finding, Finding("note", "warning", "only told")])
    assert len(error.value.findings) == 2
    errors.raise_for_errors([Finding("note", "warning", "only told")])


def test_errors_carry_the_exit_codes_of_the_design():
    assert (ConfigError.exit_code, DataError.exit_code) == (2, 4)


def test_nearest_keeps_silent_when_nothing_is_near():
    assert errors.nearest("zzzz", ["arima"]) == ""
    assert "arima" in errors.nearest("arma", ["arima", "ridge"])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (errors.counted(0, "month"), "0 months"),
        (errors.counted(1, "month"), "1 month"),
        (errors.counted(1_200, "row"), "1,200 rows"),
        (errors.counted(2, "series"), "2 series"),
        (errors.counted(1, "month", "are"), "1 month is"),
        (errors.counted(2, "month", "are"), "2 months are"),
        (errors.counted(1, "row", "repeat"), "1 row repeats"),
        (errors.counted(12345, "row", "stand"), "12,345 rows stand"),
    ],
)
def test_a_number_has_its_noun_and_verb(said, expected):
    assert said == expected


#: Numbers that are never 1, by the words around them.
MANY = (
    "values ' if orders.D",
    "needs at least {needed} months",
    ":.0f} lags",
    "{done:,} of {total:,} chains",
    "of {len(figures)} months are zero",
    "}).columns} columns",
    "().columns} columns",
    "holds {len(found)} files",
    "the header has {len(header)} columns",
    'else f"{step} months"',
    "{HIGHEST:,} times",
    "dates, {skill}",
    "last {window} months",
    "these are {every} figures",
    "{due.basis} lags",
    "({problem}",  # the verb, "names"
    "names the path",
    "{days} (",
)


def test_no_message_says_1_months():
    """A number before a noun of many goes through `counted`, or is never 1."""
    nouns = (
        "months|rows|figures|days|origins|forecasts|times|dates|horizons|values|columns|files|cells|chains"
    )
    pattern = re.compile(r"\{[^{}]*\} (" + nouns + r"|folds|levels|models|names|lags|issues|differences)\b")
    wrong = [
        f"{path.name}:{number}: {line.strip()}"
        for path in sorted(Path(errors.__file__).parent.rglob("*.py"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line) and not any(words in line for words in MANY)
    ]
    assert wrong == []
