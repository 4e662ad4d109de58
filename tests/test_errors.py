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
