"""Plain values to settings and back."""

from dataclasses import dataclass
from typing import Any, Literal

import pytest

from forecast.config.convert import convert, from_plain, to_plain
from forecast.config.settings import ModelSpec
from forecast.errors import ConfigError


@pytest.mark.parametrize(
    ("value", "hint", "wanted"),
    [
        (3, float, 3.0),
        ("a", tuple[str, ...], ("a",)),
        (["a", "b"], tuple[str, str], ("a", "b")),
        (None, int | None, None),
        (7, str, "7"),
        ("rule", Literal["rule", "judged"] | None, "rule"),
        ({"x": 1}, dict[str, float], {"x": 1.0}),
    ],
)
def test_a_value_becomes_what_its_hint_says(value, hint, wanted):
    problems: list[str] = []
    found = convert(value, hint, "key", problems)
    assert found == wanted and type(found) is type(wanted) and not problems


@pytest.mark.parametrize(
    ("value", "hint", "said"),
    [
        ("x", int, "not a whole number"),
        (True, int, "not a whole number"),
        ("ruel", Literal["rule", "judged"], "'rule'"),
        (["a"], tuple[str, str], "expected 2"),
        (3, dict[str, float], "not a group of keys"),
        (1.1, str, "put the text in quotes"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(value, hint, said):
    problems: list[str] = []
    convert(value, hint, "some.key", problems)
    assert len(problems) == 1 and problems[0].startswith("some.key: ") and said in problems[0]


def test_parameters_of_a_model_stand_beside_its_kind_both_ways():
    plain = {"kind": "arima", "order": [0, 1, 1], "transform": "log"}
    made = from_plain(ModelSpec, plain)
    assert made == ModelSpec("arima", {"order": [0, 1, 1], "transform": "log"})
    assert to_plain(made) == plain and list(to_plain(made)) == list(plain)
    seldom = from_plain(ModelSpec, {**plain, "refit_every": 12})
    assert seldom.refit_every == 12 and list(to_plain(seldom)) == [*plain, "refit_every"]


def test_all_mistakes_are_told_at_once():
    @dataclass(frozen=True)
    class Two:
        first: int
        second: dict[str, Any]

    with pytest.raises(ConfigError) as error:
        from_plain(Two, {"frist": 1, "second": 2})
    assert str(error.value).count("\n") == 2 and "'first'" in str(error.value)
