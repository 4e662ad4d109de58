import sys
from dataclasses import dataclass

import pytest

import forecast as fc
from forecast.config.settings import ModelSpec
from forecast.errors import ConfigError
from forecast.models import kinds, registry
from forecast.models.baselines import Drift
from forecast.models.registry import describe, make_models, named_models


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


# --------------------------------------------------------------------------- models of installed packages

PACKAGE = '''
from dataclasses import dataclass
import numpy as np
import forecast as fc

@dataclass(frozen=True)
class Flat(fc.SeriesModel):
    """Flat."""
    transform: str = "log"
    window: int | None = None
    def fit_series(self, data):
        return fc.SeriesFit(lambda h: (np.full(h, data.y[-1]), np.ones(h)))
'''


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package on the path, with its metadata, as pip leaves it there."""
    (tmp_path / "flat_model_of_a_package.py").write_text(PACKAGE)
    info = tmp_path / "flat_models-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: flat-models\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[forecast.models]\nflat = flat_model_of_a_package:Flat\narima = flat_model_of_a_package:Flat\n"
        "gone = flat_model_of_a_package:Gone\nno_model = pathlib:Path\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry, "_REGISTRY", dict(registry._REGISTRY))
    kinds.installed.cache_clear()
    yield
    kinds.installed.cache_clear()
    sys.modules.pop("flat_model_of_a_package", None)


def test_a_package_brings_a_model_that_is_loaded_when_asked_for(installed, small):
    assert "flat" in fc.list_models() and "flat_model_of_a_package" not in sys.modules
    model = fc.make_model("flat", window=24)
    panel = small.as_of("latest", ["a"])
    median = model.fit(panel, fc.Design.none(panel, 3)).forecast(3).median
    assert model.window == 24 and median["a"].tolist() == pytest.approx([panel.y("a").iloc[-1]] * 3)


def test_a_package_cannot_take_a_built_in_name_nor_bring_what_is_no_model(installed):
    assert type(fc.make_model("arima")).__name__ == "Arima"
    with pytest.raises(
        ConfigError, match=r"'gone': flat_model_of_a_package:Gone of flat-models cannot be loaded"
    ):
        fc.make_model("gone")
    with pytest.raises(ConfigError, match=r"no_model.*not a frozen dataclass"):
        fc.make_model("no_model")


@pytest.mark.parametrize(
    ("kind", "parameters", "told"),
    [
        ("arima", {"order": [-1, 0, 0]}, r"order\[0\]: -1; expected a number between 0 and 24"),
        ("arima", {"window": -3}, "window: -3"),
        ("seasonal_naive", {"period": 100000}, "period: 100000"),
        ("linear", {"lags": [0]}, r"lags\[0\]: 0"),
        ("theta", {"theta": float("nan")}, "theta: nan is not a finite number"),
        ("seasonal_profile", {"half_life": 0}, "half_life: 0.0; expected a number above 0"),
    ],
)
def test_what_no_model_can_do_is_refused_when_it_is_made(kind, parameters, told):
    with pytest.raises(ConfigError, match=told):
        fc.make_model(kind, **parameters)


def test_models_are_named_by_their_kinds():
    drift = fc.make_model("drift")
    assert named_models(drift) == named_models(["drift"]) == named_models("drift") == {"drift": drift}
    assert named_models({"mine": drift}) == {"mine": drift}
    with pytest.raises(ConfigError, match="two are called 'drift'"):
        named_models([drift, "drift"])
    with pytest.raises(ConfigError, match="models: int 3 is given; expected a model"):
        named_models([3])
    with pytest.raises(ConfigError, match="there is no 'drfit'"):
        named_models("drfit")


def test_a_class_that_lacks_parts_is_told_what_to_derive_from():
    @dataclass(frozen=True)
    class Bare:
        pass

    with pytest.raises(
        ConfigError, match=r"lacks fit, fit_many.*derive a frozen dataclass from fc\.SeriesModel"
    ):
        fc.register_model("bare", Bare)
