import numpy as np
import pytest

import forecast as fc
from forecast.config.settings import EventsSpec
from forecast.errors import ConfigError
from forecast.interventions.prepare import Setup
from interventions_helpers import calendar, panel_of

LAW = {"id": "law", "effective_start": "2005-01-01", "shape": "step"}
MINOR = {"id": "minor", "effective_start": "2006-06-01", "shape": "step", "priority": 3}


def figures(n=120):
    return np.exp(9 + np.cumsum(np.random.default_rng(3).normal(0, 0.05, n)))


def test_the_settings_of_the_calendar_are_taken_whole(tmp_path):
    events = calendar(tmp_path, LAW, MINOR)

    def names(spec, **more):
        return [g.name for g in Setup(panel_of(figures()), events, spec=spec, **more).regression.groups]

    assert names(EventsSpec()) == ["law"]
    assert names(EventsSpec(priority=3)) == ["law", "minor"]
    assert names(EventsSpec(), always=("minor",)) == ["law", "minor"]
    assert names(EventsSpec(max_columns=0)) == []


def test_orders_are_settled_before_anything_is_asked(tmp_path):
    model = fc.make_model("arima", order="auto", max_order=2)
    made = Setup(panel_of(figures()), calendar(tmp_path, LAW), model, EventsSpec()).regression
    assert made.model.order != "auto" and made.model_name == "arima"


def test_one_of_several_series_is_named(tmp_path):
    panel = panel_of({"a": figures(), "b": figures()})
    assert Setup(panel, calendar(tmp_path, LAW), series_id="b").regression.series_id == "b"
    with pytest.raises(ConfigError, match="give series_id"):
        _ = Setup(panel, calendar(tmp_path, LAW)).series
