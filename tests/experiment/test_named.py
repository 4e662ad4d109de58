"""Names of series, `all` and patterns."""

from dataclasses import replace

import pytest

from forecast.config.settings import Experiment, TargetSpec
from forecast.errors import ConfigError
from forecast.experiment.load import load_experiment
from forecast.experiment.named import MANY, is_many, told_closely, with_names

HELD = ["AZ1", "AZ2", "CA1", "TX*"]


def of(*words, total=None):
    return Experiment(name="mine", target=TargetSpec(series=words, total=total))


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("all",), ("AZ1", "AZ2", "CA1", "TX*")),
        (("AZ*",), ("AZ1", "AZ2")),
        (("CA1", "?Z*"), ("CA1", "AZ1", "AZ2")),
        (("AZ2", "AZ*"), ("AZ2", "AZ1")),
        (("TX*",), ("TX*",)),
    ],
)
def test_patterns_become_names_once_each(words, named):
    assert with_names(of(*words), HELD).target.series == named


def test_what_is_not_there_is_told_at_once():
    with pytest.raises(ConfigError) as error:
        with_names(of("AZ3", "NM*"), HELD)
    assert "no 'AZ3' in the figures" in str(error.value) and "like 'NM*'" in str(error.value)
    with pytest.raises(ConfigError, match=r"target\.total: 'CA1' is not among"):
        with_names(of("AZ*", total="CA1"), HELD)


def test_the_command_takes_a_word_for_all():
    assert load_experiment("quick", "target.series=all").target.series == ("all",)
    assert load_experiment("quick", "target.series='AZ*'").target.series == ("AZ*",)


def test_of_many_the_first_is_told_closely():
    few, many = of(*HELD[:3]), of(*(f"s{i}" for i in range(MANY + 1)))
    assert not is_many(few) and told_closely(few) == few.target.series
    assert is_many(many) and told_closely(many) == ("s0",)
    assert not is_many(replace(many, target=replace(many.target, series=many.target.series[1:])))
