"""Every key of the settings with every value that means nothing: refused by name, or named here as meaningful."""

import dataclasses

import pytest

from forecast.config.convert import from_plain
from forecast.config.reference import all_keys
from forecast.config.settings import Experiment
from forecast.errors import ConfigError
from forecast.experiment.load import to_experiment
from forecast.models.registry import list_models, make_model, model_class

VALUES = {
    "true": True,
    "negative": -1,
    "zero": 0,
    "huge": 10**400,
    "large": 10**9,
    "nan": float("nan"),
    "inf": float("inf"),
    "real": 1.5,
    "null": None,
    "empty": "",
    "blank": " ",
    "control": "a\0b",
    "long": "x" * 5000,
    "word": "nope",
    "empty list": [],
    "doubled": ["nope", "nope"],
    "nested": [[["nope"]]],
    "group": {"nope": 1},
}
#: A text may be any word, and a whole number is its digits.
TEXT = {"negative", "zero", "huge", "large", "word"}
#: What means something, by type ...
BY_TYPE = {
    "text not empty": TEXT,
    "text not empty or null": TEXT | {"null"},
    "text not blank": TEXT | {"empty"},
    "list of text not empty": TEXT | {"empty list", "null", "doubled"},
    "true or false": {"true"},
}
#: ... and by key.
BY_KEY = {
    "name": TEXT - {"huge"},
    "seed": {"zero", "large"},
    "horizon": set(),
    "data.release_lag_days": {"zero"},
    "data.expected_by": {"zero"},
    "target.series": TEXT,
    "target.total": {"null"},
    "events.max_columns": {"zero"},
    "events.donors": TEXT | {"empty list", "null"},
    "specification.placebo.dates": {"zero"},
    "model.NAME.kind": set(),
    "combination.NAME.half_life": {"real"},
    "combination.NAME.cap": {"real"},
    "intervals.half_life": {"real"},
    "intervals.exponent": {"zero", "real"},
    "intervals.scale": {"zero"},
    "intervals.adapt": {"zero"},
    "outlook.levels": {"negative", "zero", "large", "real", "empty list", "null"},
    "nowcast.sd_whole": {"real"},
    "nowcast.sd_day": {"real"},
    "backtest.baseline": set(),
    "backtest.origins": {"empty list", "null"},
    "report.headline": set(),
    "report.language": set(),
    "parallel.n_jobs": {"negative"},
    "publish.fetch": {"empty list", "null"},
    "publish.accept": {"empty list", "null"},
    "publish.url": {"empty"},
    "publish.team": {"zero", "large", "word"},
    "publish.wait_seconds": {"zero", "real"},
    "publish.timeout_seconds": {"real"},
    "publish.max_megabytes": {"real"},
    "publish.hook_seconds": {"real"},
}
CHANGE = {"new": "x", "starts": "2024-06-05", "shape": "step", "percent": -10}
#: Written by the command, never by hand.
KEYS = [key for key in all_keys() if key.path != "overrides"]


def _with(path, value):
    """Return a small experiment in which one key has a value."""
    plain = {
        "model": {"m": {"kind": "drift"}},
        "combination": {"c": {"members": ["m"]}},
        "scenario": {"s": {"changes": [CHANGE]}},
        "report": {"headline": "m"},
    }
    *groups, name = path.split(".")
    inner = plain
    for group in groups:
        inner = inner.setdefault(group, {})
    inner[name] = value
    return plain


def _named(path):
    for group in ("model", "combination", "scenario"):
        path = path.replace(f"{group}.NAME", f"{group}.{group[0]}")
    return path


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_a_value_means_something_or_is_refused_by_its_key(key):
    path = _named(key.path)
    meaningful = BY_KEY.get(key.path, BY_TYPE.get(key.type, set()))
    if key.type.endswith("or null"):
        meaningful = meaningful | {"null"}
    for what, value in VALUES.items():
        if what in meaningful:
            to_experiment(_with(path, value))
            continue
        with pytest.raises(ConfigError) as error:
            to_experiment(_with(path, value))
        assert any(path in line for line in str(error.value).splitlines()), (what, str(error.value))


def test_each_list_above_names_a_key():
    assert set(BY_KEY) <= {key.path for key in KEYS} and set(BY_TYPE) <= {key.type for key in KEYS}


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ({"target": {"total": "nope"}}, r"target\.total: 'nope' is not among target\.series"),
        ({"events": {"donors": ["southwest.usbp"]}}, r"events\.donors: 'southwest\.usbp' is the series"),
        ({"data": {"columns": {"month": "x", "value": "x"}}}, r"data\.columns: .*names 'x' twice"),
        ({"scenario": {"s": {"changes": []}}}, r"scenario\.s\.changes: nothing changes"),
        ({"scenario": {"s": {"changes": [{**CHANGE, "shpae": "step"}]}}}, r"scenario\.s: .*'shpae'"),
        ({"scenario": {"s": {"changes": [{"with_leak": True}, CHANGE]}}}, r"^scenario\.s: `with_leak` stands alone"),
        ({"backtest": {"baseline": "drfit"}}, r"backtest\.baseline: 'drfit' .*Did you mean 'drift'"),
        ({"publish": {"url": "https://example.org/?a=1"}}, r"publish\.url: .*without \? and #"),
        ({"model": {" ": {"kind": "drift"}}}, r"model: ' ' is no name"),
        ({"as_of": "1700-01-01"}, r"as_of: '1700-01-01' is before 1750"),
        ({"report": {"headline": "a_e", "eras": {}}, "combination": {
            name: {"members": ["random_walk"], "with_events": "a_e"} for name in ("a", "b")}}, "names 'a_e' twice"),
    ],
    ids=str,
)  # fmt: skip
def test_what_contradicts_itself_is_refused(plain, said):
    with pytest.raises(ConfigError, match=said):
        to_experiment(plain)


def test_problems_of_values_groups_and_models_are_told_at_once():
    plain = {"horizon": 99, "model": {"m": {"kind": "arima", "order": [-1, 0, 0]}, "n": {"kind": "nope"}},
             "specification": {"placebo": {"order": ["given", "airline", "auto"], "transform": ["log", "none", "box-cox"],
                                           "beside": ["all", "none"]}}}  # fmt: skip
    with pytest.raises(ConfigError) as error:
        to_experiment(plain)
    told = str(error.value)
    assert all(
        x in told for x in ("horizon: 99", "model.m: ", "model.n.kind: ", "specification.placebo: 18 choices")
    )


def test_a_group_is_no_list():
    with pytest.raises(ConfigError, match=r"target\.series: \{'a': 1\} is not a list"):
        from_plain(Experiment, {"target": {"series": {"a": 1}}})


#: What parameters of models may be, by their name.
PARAMETERS = {
    **{key: {"true"} for key in ("events", "shrink", "trend", "seasonal", "deseasonalize")},
    **{key: {"null"} for key in ("window", "starts", "seasonal_order")},
    **{key: {"zero"} for key in ("max_order", "hac_lags", "mixes", "rho")},
    **{key: {"large", "real"} for key in ("penalties", "half_life", "clip")},
    "mean": {"true", "null"},
    "theta": {"real", "null"},
    "linear.lags": {"null", "empty list"},
    "ets.trend": set(),
    "ets.seasonal": set(),
}


@pytest.mark.parametrize("kind", list_models())
def test_a_parameter_of_a_model_means_something_or_is_refused_by_its_name(kind):
    for field in dataclasses.fields(model_class(kind)):
        name = f"{kind}.{field.name}"
        for what, value in VALUES.items():
            if what in PARAMETERS.get(name, PARAMETERS.get(field.name, set())):
                make_model(kind, **{field.name: value})
                continue
            with pytest.raises(ConfigError, match=f"{name}"):
                make_model(kind, **{field.name: value})
