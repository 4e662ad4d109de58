import numpy as np
import pandas as pd

import forecast as fc


def median(kind, panel, horizon=14, **parameters):
    return (
        fc.make_model(kind, **parameters).fit(panel, fc.Design.none(panel, horizon)).forecast(horizon).median
    )


def test_the_random_walk_repeats_the_last_figure(small):
    panel = small.as_of("latest", ["a"])
    assert np.allclose(median("random_walk", panel)["a"], panel.y("a").iloc[-1])


def test_the_seasonal_naive_repeats_the_last_year(small):
    panel = small.as_of("latest", ["a"])
    forecast, y = median("seasonal_naive", panel)["a"], panel.y("a")
    np.testing.assert_allclose(forecast.iloc[:12], y.iloc[-12:])
    np.testing.assert_allclose(forecast.iloc[12:], y.iloc[-12:-10])


def test_drift_goes_on_at_the_average_rate(small):
    panel = small.as_of("latest", ["a"])
    y = np.log(panel.y("a"))
    slope = (y.iloc[-1] - y.iloc[0]) / (len(y) - 1)
    np.testing.assert_allclose(np.log(median("drift", panel)["a"]), y.iloc[-1] + slope * np.arange(1, 15))
    windowed = np.log(median("drift", panel, window=13)["a"].iloc[0])
    np.testing.assert_allclose(windowed, y.iloc[-1] + (y.iloc[-1] - y.iloc[-13]) / 12)


def test_the_own_spread_of_the_random_walk_is_that_of_changes(small):
    panel = small.as_of("latest", ["a"])
    table = (
        fc.make_model("random_walk")
        .fit(panel, fc.Design.none(panel, 4))
        .forecast(4, levels=(0.5, 0.975))
        .table
    )
    wide = np.log(table.pivot(index="horizon", columns="level", values="value"))
    sd = (wide[0.975] - wide[0.5]) / 1.959964
    change = np.diff(np.log(panel.y("a")))
    np.testing.assert_allclose(sd, np.sqrt(np.mean(change**2)) * np.sqrt(np.arange(1, 5)), rtol=1e-6)


def test_a_leak_fills_its_month_and_horizons_still_count_from_the_official_one(obs, usbp):
    panel = obs.as_of("2024-05-07", [usbp], include_leaks=True)
    table = fc.make_model("random_walk").fit(panel, fc.Design.none(panel, 3)).forecast(3).table
    first = table[(table["horizon"] == 1) & (table["level"] == 0.5)].iloc[0]
    assert first["month"] == pd.Period("2024-04", "M") and round(first["value"]) == 129000
    assert np.allclose(table.loc[table["level"] == 0.5, "value"], 129000)
    width = table[table["level"] == 0.975].set_index("horizon")["value"]
    assert width[1] < 1.2 * 129000 < width[2]
