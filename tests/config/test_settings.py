import pytest

from forecast.config import settings
from forecast.config.convert import from_plain, to_plain
from forecast.config.settings import Experiment, ModelSpec
from forecast.errors import ConfigError


def test_levels_are_those_of_the_hubs():
    assert len(settings.LEVELS) == 23
    assert settings.LEVELS[0] == 0.01 and settings.LEVELS[11] == 0.5 and settings.LEVELS[-1] == 0.99
    assert list(settings.LEVELS) == sorted(settings.LEVELS)


def test_every_unknown_key_is_named_with_the_nearest_at_once():
    with pytest.raises(ConfigError) as error:
        from_plain(Experiment, {"as_off": 1, "backtest": {"stp": 1, "starts": "warmm"}})
    text = str(error.value)
    assert "as_off" in text and "'as_of'" in text
    assert "backtest.stp" in text and "'step'" in text
    assert "'warm'" in text


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"as_of": "May 2024"}, "as_of"),
        ({"horizon": 0}, "horizon"),
        ({"horizon": "abc"}, "horizon"),
        ({"horizon": True}, "horizon"),
        ({"backtest": {"start": "2024"}}, "backtest.start"),
        ({"backtest": {"knowledge": ["none", "hindsigth"]}}, "hindsight"),
        ({"backtest": {"window": 5}}, "backtest.window"),
        ({"report": {"headline": "arma"}}, "report.headline"),
        ({"combination": {"c": {"members": ["arma"]}}}, "combination.c.members"),
        ({"target": {"series": []}}, "target.series"),
        ({"events": {"coding": "rules"}}, "events.coding"),
    ],
)
def test_wrong_values_are_refused_by_name(values, word):
    with pytest.raises(ConfigError, match=word):
        from_plain(Experiment, values)


def test_a_round_trip_through_plain_values_changes_nothing():
    exp = from_plain(
        Experiment,
        {
            "model": {"m": {"kind": "arima", "order": [0, 1, 1], "refit_every": 2}},
            "report": {"headline": "m"},
        },
    )
    assert exp.model["m"] == ModelSpec("arima", {"order": [0, 1, 1]}, 2)
    assert from_plain(Experiment, to_plain(exp)) == exp


def test_a_lone_word_is_a_list_of_one():
    exp = from_plain(Experiment, {"target": {"series": "a"}})
    assert exp.target.series == ("a",)
