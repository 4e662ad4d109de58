"""Arguments of a type that a function does not take."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

import numpy as np
import pandas as pd
import pytest

from forecast.arguments import checked
from forecast.errors import ConfigError


class Draws(Protocol):
    size: int

    def draw(self) -> float: ...


class Dice:
    size = 6

    def draw(self) -> float:
        return 4.0


@checked
def asked(
    text: str | None = None,
    number: int = 1,
    share: Annotated[float, "above 0"] = 0.5,
    loud: bool = False,
    names: Sequence[str] = (),
    days: Sequence[Any] = (),
    options: Mapping[str, int] | None = None,
    work: Callable[[int], int] | None = None,
    path: Path | None = None,
    kind: type = int,
    word: Literal["a", "b"] = "a",
    table: pd.DataFrame | None = None,
    source: Draws | None = None,
    *rest: str,
    last: int = 0,
) -> str:
    return "taken"


TAKEN = [
    {"text": "x"},
    {"text": None},
    {"number": np.int64(3)},
    {"share": 1},
    {"share": np.float32(0.5)},
    {"loud": np.bool_(True)},
    {"names": pd.Index(["a"])},
    {"names": {"a"}},
    {"names": np.array(["a"])},
    {"days": pd.date_range("2020-01-01", periods=2)},
    {"options": {}},
    {"work": len},
    {"path": "here"},
    {"kind": str},
    {"word": "c"},
    {"table": pd.DataFrame()},
    {"source": Dice()},
]
REFUSED = [
    ({"text": 3}, "asked: text: int 3 is given; expected a text or None"),
    ({"number": 1.5}, "number: float 1.5 is given; expected a whole number"),
    ({"number": True}, "number: bool True is given; expected a whole number"),
    ({"share": "a"}, "share: str 'a' is given; expected a number"),
    ({"loud": 1}, "loud: int 1 is given; expected True or False"),
    ({"names": "abc"}, "names: str 'abc' is given; expected a list of texts"),
    ({"names": ["a", 3]}, "names: list is given; expected a list of texts"),
    ({"names": np.array([1.0])}, "names: ndarray is given; expected a list of texts"),
    ({"names": (x for x in "ab")}, "names: generator is given"),
    ({"days": "2020-01-01"}, "days: str '2020-01-01' is given; expected a list"),
    ({"days": pd.DataFrame({"a": [1]})}, "days: DataFrame is given; expected a list"),
    ({"options": [1]}, "options: list is given; expected a mapping or None"),
    ({"work": 3}, "work: int 3 is given; expected a function or None"),
    ({"path": 3}, "path: int 3 is given; expected a path or None"),
    ({"kind": 3}, "kind: int 3 is given; expected a type"),
    ({"word": 3}, "word: int 3 is given; expected 'a' or 'b'"),
    ({"table": {}}, "table: dict is given; expected a DataFrame or None"),
    ({"source": Dice}, "source: the class Dice is given; expected a Draws or None"),
    ({"source": 3}, "source: int 3 is given; expected a Draws or None"),
    ({"last": "x"}, "last: str 'x' is given; expected a whole number"),
]


@pytest.mark.parametrize("given", TAKEN)
def test_what_fits_is_taken(given):
    assert asked(**given) == "taken"


@pytest.mark.parametrize(("given", "told"), REFUSED, ids=[told[:40] for _, told in REFUSED])
def test_what_does_not_fit_is_told_with_what_is_taken(given, told):
    with pytest.raises(ConfigError) as caught:
        asked(**given)
    assert told in str(caught.value)


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(ConfigError) as caught:
        asked(3, 1.5, loud="no")
    assert [line.split(": ")[1] for line in str(caught.value).splitlines()] == ["text", "number", "loud"]


def test_arguments_one_behind_the_other_are_each_of_the_type_of_all():
    before = (None, 1, 0.5, False, (), (), None, None, None, int, "a", None, None)
    assert asked(*before, "x", "y", last=2) == "taken"
    with pytest.raises(ConfigError, match="asked: rest: int 3 is given; expected a text"):
        asked(*before, "x", 3)
