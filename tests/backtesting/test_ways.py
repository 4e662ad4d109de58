"""Which figures a model can reach, what garbage is put behind them, and that all is put back."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.backtesting.ways import blinded, garbage_figures, held, hidden_values, hindsight_notes
from forecast.models.baselines import RandomWalk

DAY = pd.Timestamp("2020-03-10")


@dataclass(frozen=True)
class Holds(RandomWalk):
    """A model that holds something."""

    thing: object = None
    other: object = None


@pytest.fixture
def figures():
    """Six months of one series; those of January to June become public on the tenth of the next month."""
    table = pd.DataFrame(
        {
            "series_id": "a",
            "month": pd.period_range("2020-01", periods=6, freq="M").astype(str),
            "value": [1100, 1200, 1300, 1100, 1500, 1600],
            "released": pd.date_range("2020-02-10", periods=6, freq=pd.DateOffset(months=1)),
        }
    )
    return fc.load_observations(table)


def test_figures_of_later_are_garbage_and_those_of_the_day_itself_are_not(figures):
    made = garbage_figures(figures, DAY, np.random.default_rng(0)).table["value"].tolist()
    assert made[:2] == [1100, 1200]
    assert all(new != old for new, old in zip(made[2:], [1300, 1100, 1500, 1600], strict=True))
    assert all(value >= 1 and value == int(value) for value in made)


def test_a_hidden_value_is_one_that_no_public_figure_has_or_its_log(figures):
    hidden = [1300.0, 1500.0, 1600.0]
    assert hidden_values(figures, DAY).tolist() == [*hidden, *np.log(hidden)]
    assert hidden_values(figures, pd.Timestamp("2030-01-01")).tolist() == []


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        (1300, ["thing is 1300, a figure that was not public on 2020-03-10"]),
        ([1.0, 1500.0], ["thing is 1500, a figure that was not public on 2020-03-10"]),
        (1200, []),
        ("2020-03", []),
        ("2020-04", ["thing is 2020-04, after 2020-03-10"]),
        ("2020-03-10", []),
        (pd.Timestamp("2020-03-11"), ["thing is 2020-03-11, after 2020-03-10"]),
        (pd.Period("2020-04", "M"), ["thing is 2020-04, after 2020-03-10"]),
        ("version 2020-04", []),
        (float(np.log(1300)), []),  # small numbers may be equal by chance
    ],
    ids=str,
)
def test_a_setting_that_could_not_be_known_is_told(figures, thing, said):
    assert hindsight_notes(Holds(thing=thing), figures, DAY) == said


def test_what_a_model_holds_is_found_once_and_eight_deep():
    frame, array = pd.DataFrame({"x": [1.0]}), np.ones(3)
    loop = [frame, array]
    loop.append(loop)
    assert [id(x) for x in held(Holds(loop, (frame, {"y": array}))) if not isinstance(x, dict)].count(
        id(frame)
    ) == 1
    deep = array
    for _ in range(7):
        deep = [deep]
    assert any(thing is array for thing in held(Holds(deep)))
    assert not any(thing is array for thing in held(Holds([deep])))


def methods_of(array):
    class Own:
        @staticmethod
        def fixed(x=array):
            return x

        @property
        def figures(self):
            return array

        def method(self):
            return [array for _ in "x"]

    return Own()


@pytest.mark.parametrize("way", ["fixed", "figures", "method"])
def test_defaults_properties_and_methods_lead_to_figures(way):
    array = np.ones(3)
    own = type("Other", (), {way: vars(type(methods_of(array)))[way], "__module__": "mine"})()
    assert any(thing is array for thing in held(Holds(own)))


def test_what_is_held_is_garbage_while_it_is_blinded_and_as_before_after_it(figures):
    month = figures.table["month"]
    things = {
        "frame": pd.DataFrame({"x": [1200.0, 1300.0], "word": ["a", "b"]}),
        "array": np.array([1100, 1500, 7]),
        "fixed": np.array([1300.0]),
        "numbers": {"a": 1300, "b": 1200, "c": True, "d": np.log(1600.0)},
        "series": pd.Series([1200.0, 1600.0], index=month[:2]),
        "obs": fc.load_observations(figures.table[["series_id", "month", "value", "released"]]),
    }
    things["fixed"].flags.writeable = False
    before = {name: str(thing if name != "obs" else thing.table) for name, thing in things.items()}
    garbage = garbage_figures(figures, DAY, np.random.default_rng(0)), fc.no_events()
    with blinded(Holds(things), figures, fc.no_events(), garbage, DAY):
        assert things["frame"]["x"][0] == 1200.0 and things["frame"]["x"][1] != 1300.0
        assert things["frame"]["word"].tolist() == ["a", "b"]
        assert things["array"][1] != 1500 and things["array"][[0, 2]].tolist() == [1100, 7]
        assert things["array"].dtype.kind == "i" and things["fixed"].tolist() == [1300.0]
        assert things["numbers"]["a"] != 1300 and isinstance(things["numbers"]["a"], int)
        assert things["numbers"]["b"] == 1200 and things["numbers"]["c"] is True
        assert things["numbers"]["d"] != np.log(1600.0)
        assert things["series"].iloc[0] == 1200.0 and things["series"].iloc[1] != 1600.0
        assert things["obs"].table["value"][2] != 1300 and things["obs"].table["value"][1] == 1200
        assert figures.table["value"][2] == garbage[0].table["value"][2] != 1300
    assert before == {name: str(thing if name != "obs" else thing.table) for name, thing in things.items()}
    assert figures.table["value"].tolist() == [1100, 1200, 1300, 1100, 1500, 1600]
