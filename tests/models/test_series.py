import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.errors import ConfigError, DataError
from forecast.models.series import complete, series_data

NAME = "southwest.usbp"


@pytest.fixture
def panel(obs):
    return obs.as_of("2024-05-07", [NAME])


def test_one_series_on_the_models_scale_and_its_last_months(panel):
    data = series_data(panel, fc.Design.none(panel, 3), NAME, "log", 24)
    assert str(data.months[-1]) == "2024-03" and len(data.y) == 24
    assert data.y[-1] == pytest.approx(np.log(137480))
    assert data.columns == () and data.notes == () and len(data.future) == 3


def test_priors_are_stated_on_logs_and_do_not_hold_elsewhere(panel, events):
    design = events.design(panel, horizon=3)
    logs, plain = (series_data(panel, design, NAME, scale, None).prior for scale in ("log", "none"))
    assert np.isfinite(logs["sd"]).all() and np.isinf(plain["sd"]).all()
    assert list(logs.index) == list(plain.index)


def test_a_hole_is_named(panel):
    data = series_data(panel, fc.Design.none(panel, 3), NAME, "log", 24)
    data.y[-3] = np.nan
    with pytest.raises(DataError, match=r"1 month is missing \(2024-01\); this model needs all"):
        complete(data)
    assert len(complete(data, last=2)) == 24


def test_columns_given_by_hand_must_have_every_month(panel):
    months = pd.period_range("2020-01", "2024-03", freq="M")
    past = pd.DataFrame({"tide": 1.0}, index=months)
    future = pd.DataFrame({"tide": 1.0}, index=pd.period_range("2024-05", periods=2, freq="M"))
    with pytest.raises(ConfigError, match="lack"):
        series_data(panel, fc.Design.from_frames(past, future), NAME, "log", None)
    with pytest.raises(ConfigError, match="must have every month from 2024-04 on"):
        series_data(panel, fc.Design.from_frames(past, future), NAME, "log", 24)
