import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.models.profile import seasonal_profile


def test_the_profile_is_the_centred_mean_change_of_each_month():
    season = np.tile(np.array([0.3, -0.1, 0.2, 0, 0, -0.4, 0, 0.1, 0, 0, -0.1, 0.0]), 12)
    y = 5 + np.cumsum(np.concatenate([[0.0], season]))
    profile, sd = seasonal_profile(y, first_month=1, half_life=3.0, clip=1e9)
    np.testing.assert_allclose(profile[[1, 2, 3]], [0.3, -0.1, 0.2], atol=1e-12)
    assert abs(profile.sum()) < 1e-12 and sd < 1e-12


def test_old_changes_weigh_less():
    n = 241
    change = np.zeros(n - 1)
    change[::12] = np.linspace(0.0, 1.0, 20)
    fast, _ = seasonal_profile(np.concatenate([[0], np.cumsum(change)]), 1, 1.0, 1e9)
    slow, _ = seasonal_profile(np.concatenate([[0], np.cumsum(change)]), 1, 50.0, 1e9)
    assert fast[1] > slow[1] > 0


def test_a_break_is_clipped_out_of_the_profile_but_stays_in_the_level():
    rng = np.random.default_rng(0)
    change = rng.normal(0, 0.05, 120)
    change[60] = -3.0
    y = np.concatenate([[9.0], 9 + np.cumsum(change)])
    profile, _ = seasonal_profile(y, 1, 3.0, 3.0)
    assert np.abs(profile).max() < 0.1


def test_mean_reversion_leaves_rho_of_the_distance_each_month(small):
    panel = small.as_of("latest", ["a"])
    forecast = np.log(
        fc.make_model("mean_reversion", months=60, rho=0.9)
        .fit(panel, fc.Design.none(panel, 3))
        .forecast(3)
        .median["a"]
    )
    y = np.log(panel.y("a"))
    mean = y.iloc[-60:].mean()
    np.testing.assert_allclose(forecast, mean + (y.iloc[-1] - mean) * 0.9 ** np.arange(1, 4))


def test_the_profile_forecast_starts_from_the_last_figure(obs, usbp):
    panel = obs.as_of("2024-05-07", [usbp])
    forecast = (
        fc.make_model("seasonal_profile").fit(panel, fc.Design.none(panel, 12)).forecast(12).median[usbp]
    )
    assert forecast.index[0] == pd.Period("2024-04", "M")
    # the profile sums to zero over a year
    assert forecast.iloc[11] == pytest.approx(137480, rel=1e-9)
