"""The model confidence set: who belongs to it, and what its settings may be."""

from __future__ import annotations

import pandas as pd
import pytest

from forecast.errors import ConfigError
from forecast.postprocess.intervals import add_intervals
from forecast.scoring.confidence_set import model_confidence_set
from tables_helpers import drift, figures, forecasts, random_walk, walk


@pytest.fixture(scope="module")
def obs():
    return figures({"s": walk(150)})


@pytest.fixture(scope="module")
def table(obs):
    models = {"random_walk": random_walk, "drift": drift, "worse": lambda y, h: y[-1] * 1.3}
    return add_intervals(forecasts(obs, models, warm_up=14, horizon=3), obs)[0]


def test_set_of_models_that_cannot_be_told_apart(obs, table):
    pytest.importorskip("arch")
    found = model_confidence_set(table, obs, "mae", horizon=1).set_index("model")
    assert not found.loc["worse", "included"] and found["included"].sum() >= 1
    again = model_confidence_set(table, obs, "mae", horizon=1).set_index("model")
    assert again["p"].tolist() == found["p"].tolist()
    with pytest.raises(ConfigError, match="Did you mean 'mae'"):
        model_confidence_set(table, obs, "mea")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"horizon": 99}, "horizon: 99; expected a number between 1 and"),
        ({"horizon": 0}, "horizon"),
        ({"size": 2}, "size: 2"),
    ],
)
def test_settings_of_the_confidence_set_have_bounds(obs, table, settings, told):
    with pytest.raises(ConfigError, match=told):
        model_confidence_set(table, obs, **settings)


def test_models_with_the_same_losses_stand_together_in_the_confidence_set(obs, table):
    twin = table[table["model"] == "drift"].assign(model="twin")
    alone = model_confidence_set(table, obs, "mae", 1).set_index("model")
    found = model_confidence_set(pd.concat([table, twin]), obs, "mae", 1).set_index("model")
    assert found.loc["twin"].equals(found.loc["drift"])
    pd.testing.assert_frame_equal(found.drop(index="twin"), alone)
    same = pd.concat([table[table["model"] == "drift"], twin])
    assert model_confidence_set(same, obs, "mae", 1)["p"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"horizon": 99}, "horizon: 99; expected a number between 1 and"),
        ({"horizon": 0}, "horizon: 0"),
        ({"size": 2}, "size: 2.0; expected"),
        ({"size": 0}, "size: 0"),
    ],
)
def test_a_confidence_set_of_no_horizon_or_size_is_refused(obs, table, given, said):
    with pytest.raises(ConfigError, match=said):
        model_confidence_set(table, obs, **given)
