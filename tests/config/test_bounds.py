"""Ends of settings: what is taken, what is refused, on every way in."""

import pytest

from forecast.config.bounds import Bounds, Distinct, Written
from forecast.config.convert import from_plain
from forecast.config.settings import CombinationSpec, Experiment, IntervalsSpec
from forecast.errors import ConfigError


def test_ends_are_allowed_and_what_lies_beyond_is_not():
    assert Bounds(1, 60).problem(1) == "" == Bounds(1, 60).problem(60)
    assert Bounds(1, 60).problem(61) == "61; expected a number between 1 and 60"
    assert Bounds(above=0).problem(0) == "0; expected a number above 0"
    assert Bounds(-1, 8, without=(0,)).problem(0) == "0; expected a number between -1 and 8, not 0"
    assert str(Bounds(0, 2**32 - 1)) == "between 0 and 4294967295"
    assert Bounds(1).problem("a") == ""  # the type says what is wrong


def test_lists_name_each_once():
    assert Distinct(1).problem(("a", "b")) == ""
    assert "twice" in Distinct().problem(("a", "a")) and "at least 2" in Distinct(2).problem(("a",))
    assert Distinct().problem("aa") == ""


def test_texts_are_not_empty():
    assert Written().problem("x") == "" != Written().problem("")


WRONG = {
    "seed": [-1, 10**23],
    "horizon": [0, 61],
    "data.release_lag_days": [-5, 99999999],
    "data.expected_by": [-1],
    "events.max_columns": [-1, 999999],
    "backtest.knowledge": [[], ["none", "none"]],
    "backtest.step": [0, 1000],
    "backtest.window": [23],
    "backtest.origins": [["2024-01-26T00:00:00+02:00"], ["2024-01-26", "2024-01-26"]],
    "intervals.half_life": [float("inf"), float("nan"), 1e-300, 0],
    "intervals.short_horizons": [0, 20],
    "intervals.exponent": [-0.1, 2.5],
    "reconciliation.paths": [0],
    "outlook.paths": [5],
    "outlook.levels": [[1.0, 1.0]],
    "nowcast.sd_day": [0],
    "nowcast.cases": [1],
    "events.donors": [["a", "a"]],
    "parallel.n_jobs": [0, -7],
    "parallel.backend": ["nope"],
    "report.level_break": ["x"],
    "report.folder": ["", " "],
    "name": [""],
    "target.series": [[], ["a", "a"]],
    "publish.timeout_seconds": [0, float("inf")],
}


@pytest.mark.parametrize(("key", "value"), [(k, v) for k, values in WRONG.items() for v in values], ids=str)
def test_what_means_nothing_is_refused_by_name(key, value):
    *groups, name = key.split(".")
    plain = {name: value}
    for group in reversed(groups):
        plain = {group: plain}
    with pytest.raises(ConfigError, match=key.replace(".", r"\.")):
        from_plain(Experiment, plain)


def test_all_are_told_at_once_and_also_of_settings_made_in_python():
    with pytest.raises(ConfigError) as error:
        Experiment(
            name="x",
            horizon=99,
            intervals=IntervalsSpec(half_life=-1.0),
            combination={"c": CombinationSpec(("random_walk",), cap=float("nan"))},
        )
    told = str(error.value)
    assert "horizon: 99" in told and "intervals.half_life: -1.0" in told
    assert "combination.c.cap: nan is not a finite number" in told
