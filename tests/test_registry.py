from dataclasses import dataclass

import pytest

import forecast as fc
from forecast.models.baselines import Drift
from forecast.models.registry import describe, make_models, parameters_of
from forecast.spec import ConfigError, ModelSpec


def test_the_registry_is_closed():
    assert {"random_walk", "drift", "seasonal_naive", "linear", "arima", "ridge"} <= set(fc.list_models())
    with pytest.raises(ConfigError, match="'arima'"):
        fc.make_model("arma")


def test_all_wrong_parameters_are_named_at_once():
    specs = {"a": ModelSpec("arima", {"ordr": [0, 1, 1]}), "b": ModelSpec("ridge", {"lags": "six"})}
    with pytest.raises(ConfigError) as error:
        make_models(specs)
    assert "model.a" in str(error.value) and "'order'" in str(error.value) and "model.b" in str(error.value)


def test_lists_of_a_file_become_tuples():
    assert fc.make_model("arima", order=[2, 0, 1], seasonal_order=None).order == (2, 0, 1)
    assert fc.make_model("arima", order="auto").order == "auto"
    with pytest.raises(ConfigError, match="auto"):
        fc.make_model("arima", order="atuo")


def test_a_model_of_ones_own_can_be_registered_once():
    @dataclass(frozen=True)
    class Mine(Drift):
        """Mine."""

    fc.register_model("mine_in_test_registry", Mine)
    assert fc.make_model("mine_in_test_registry", window=24).window == 24
    with pytest.raises(ConfigError, match="registered already"):
        fc.register_model("arima", Mine)


def test_what_is_no_model_is_refused():
    class NotFrozen:
        pass

    with pytest.raises(ConfigError, match="frozen dataclass"):
        fc.register_model("x", NotFrozen)


def test_a_kind_can_be_described():
    assert describe("random_walk").startswith("Every month ahead")
    assert "order" in parameters_of("arima")
