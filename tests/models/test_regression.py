import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.models.regression import features, training_rows
from forecast.models.series import series_data


@pytest.fixture
def panel(small):
    return small.as_of("latest", ["a", "b"])


def test_rows_for_training_are_the_features_of_forecasting(panel):
    data = series_data(panel, fc.Design.none(panel, 6), "a", "log", None)
    for h in (1, 5):
        x, _, target = training_rows(data, h, 4, events=True)
        for row, t in ((0, 12), (7, 19)):
            np.testing.assert_allclose(x[row], features(data.y, data.months, t, h, 4))
            assert target[row] == data.y[t + h] - data.y[t]


def test_an_update_keeps_the_weights_and_takes_the_new_figures(small):
    early, late = (small.as_of(day, ["a"]) for day in ("2021-06-30", "2021-12-31"))
    model = fc.make_model("ridge", lags=3)
    fitted = model.fit(early, fc.Design.none(early, 3))
    moved = fitted.update(late, fc.Design.none(late, 3))
    assert moved.horizons is fitted.horizons
    assert moved.forecast(3).table["month"].min() == late.last_official["a"] + 1


def test_effects_are_shrunken_towards_the_prior(panel):
    months = panel.values.index
    ahead = pd.period_range(months[-1] + 1, periods=3, freq="M")
    past = pd.DataFrame({"e": (months >= months[-10]).astype(float)}, index=months)
    future = pd.DataFrame({"e": 1.0}, index=ahead)

    def effect(sd):
        prior = pd.DataFrame({"mean": [0.4], "sd": [sd]}, index=["e"])
        design = fc.Design.from_frames(past, future, prior=prior)
        table = fc.make_model("ridge").fit(panel, design).coefficients()
        return float(table["estimate"].iloc[0])

    assert abs(effect(1e-4) - 0.4) < 0.01
    assert abs(effect(0.02) - 0.4) < abs(effect(10.0) - 0.4)


def test_more_months_than_were_fitted_are_refused(panel):
    fitted = fc.make_model("ridge").fit(panel, fc.Design.none(panel, 3))
    with pytest.raises(fc.DataError, match="3 horizons"):
        fitted.forecast(4)
