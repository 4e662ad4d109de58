"""What keys mean, from the settings' classes."""

import pytest

from forecast.config.reference import all_keys, explain
from forecast.errors import ConfigError


def test_a_key_tells_type_bounds_unit_default_and_an_example():
    (key,) = explain("intervals.half_life")
    assert (key.type, key.unit, key.default) == ("number between 1 and 1200 or null", "months", "48.0")
    assert "half their weight" not in key.meaning and "halve their weight" in key.meaning
    assert str(key).splitlines()[0] == "intervals.half_life" and "intervals.half_life=24" in str(key)


def test_a_name_of_ones_own_stands_for_any_and_a_group_for_its_keys():
    assert [k.path for k in explain("combination.mine.members")] == ["combination.NAME.members"]
    assert {k.path for k in explain("parallel")} == {
        f"parallel.{k}" for k in ("n_jobs", "backend", "address")
    }


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("backtest.horizon", "horizon"), ("half_life", "half_life"), ("intervals.metod", "intervals.method")],
)
def test_a_key_that_is_not_there_proposes_the_nearest_by_its_last_word_first(wrong, right):
    with pytest.raises(ConfigError, match=f"Did you mean '[a-zA-Z.]*{right}'"):
        explain(wrong)


def test_every_key_is_found_by_its_own_name():
    for key in all_keys():
        assert key in explain(key.path.replace("NAME", "x"))
