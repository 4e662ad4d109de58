import numpy as np
import pytest

import forecast as fc
from forecast.errors import ConfigError
from forecast.interventions.regression import check_model, effect_of, half_width, settle_order
from interventions_helpers import calendar, panel_of, study_of


def regression_of(tmp_path, **words):
    rng = np.random.default_rng(3)
    y = np.exp(9 + np.cumsum(rng.normal(0, 0.05, 120)) + 0.5 * (np.arange(120) >= 60))
    events = calendar(tmp_path, {"id": "law", "effective_start": "2005-01-01", "shape": "step"})
    return study_of(panel_of(y), events, **words).regression


def test_a_planted_step_is_the_effect_of_its_group(tmp_path):
    regression = regression_of(tmp_path)
    group = regression.group("law")
    (fit,) = regression.fit([regression.job([group])])
    effect, se, note = effect_of(fit, group)
    assert abs(effect - 0.5) < 3 * se and note == ""
    assert regression.percent(np.log(2.0), group) == pytest.approx(100.0)
    assert half_width(fit, se, 0.95) > 1.96 * se > half_width(fit, se, 0.8)


def test_a_job_stops_where_it_is_told_and_carries_the_prior(tmp_path):
    regression = regression_of(tmp_path)
    job = regression.job(regression.groups, shrink=True, stop=80)
    assert len(job.y) == len(job.xreg) == 80 and job.xreg_names == ("law",)
    assert np.isfinite(job.xreg_prior[1]).all()


def test_auto_is_settled_before_anything_is_fitted(tmp_path):
    regression = regression_of(tmp_path, model=fc.make_model("arima", order="auto"))
    assert regression.model.order != "auto" and settle_order(regression) is regression.model


def test_words_that_name_nothing_are_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"Did you mean 'law'\?"):
        regression_of(tmp_path).group("lav")
    with pytest.raises(ConfigError, match="regression with ARIMA errors"):
        check_model("drift")
    two = panel_of({"a": np.ones(60), "b": np.ones(60)})
    with pytest.raises(ConfigError, match="give series_id"):
        _ = study_of(two, fc.load_events()).regression
