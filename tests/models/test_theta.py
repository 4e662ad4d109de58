from pathlib import Path

import numpy as np
import pandas as pd

from forecast.models import recursions
from forecast.models.series import SeriesData
from forecast.models.smoothing import additive_season, season_variance
from forecast.models.theta import Theta

SERIES = Path(__file__).parents[1] / "oracle" / "data" / "arima_series"


def data_of(y):
    """One series on its scale, without events."""
    months = pd.period_range("2000-01", periods=len(y), freq="M")
    nothing = pd.DataFrame(index=months)
    frames = dict.fromkeys(("past", "future", "prior"), nothing)
    return SeriesData(name="nile", months=months, y=y, transform=None, columns=(), design=None, **frames)


def test_theta_is_that_of_r():
    """R 4.2.2, forecast 8.20: thetaf(ts(Nile), h = 6), and the season of decompose(log(AirPassengers))."""
    nile = pd.read_csv(SERIES / "nile_011.csv")["y"].to_numpy(float)
    centre, _ = Theta(theta=2.0, deseasonalize=False).fit_series(data_of(nile)).steps(6)
    expected = [799.8119962, 798.4548435, 797.0976908, 795.7405381, 794.3833854, 793.0262326]
    np.testing.assert_allclose(centre, expected, atol=0.05)  # R searches less closely
    passengers = pd.read_csv(SERIES / "airpassengers_log.csv")["y"].to_numpy(float)
    season = [
        -0.085815019,
        -0.114412848,
        0.018113355,
        -0.013045611,
        -0.008966106,
        0.115392997,
        0.210816435,
        0.204512399,
        0.064836351,
        -0.075271265,
        -0.215845612,
        -0.100315075,
    ]
    np.testing.assert_allclose(
        additive_season(np.log(passengers) if passengers.max() > 50 else passengers), season, atol=1e-8
    )


def waves():
    t = np.arange(120)
    return 100 + 0.5 * t + 10 * np.sin(t / 9) + 5 * np.cos(t**2)


def test_the_dynamic_form_is_that_of_statsforecast():
    """statsforecast 2.1.1, DynamicOptimizedTheta(season_length=1): its forecasts at its own parameters.

    Ours are searched further: its sum of squared errors, from the third month on, is not below ours.
    """
    y, alpha, weight, level = waves(), 0.5149419291472268, 1 - 1 / 1.8341809978287393, 83.5155043433937
    parts, states = recursions.theta_parts(y, alpha)
    states[0] += level * (1 - alpha) ** 120
    path = recursions.theta_path(states, 120, 6, alpha, weight)
    expected = [165.87032471, 166.0647269, 166.26076605, 166.45832316, 166.65728575, 166.85754755]
    np.testing.assert_allclose(path, expected, rtol=1e-7)
    theirs = float(np.sum((parts[2:] @ [1.0, -level, -weight]) ** 2))
    fine = np.linspace(0.1, 0.99, 2000)
    assert recursions.theta_fit(y, fine)[1] <= theirs
    model = Theta(deseasonalize=False).fit_series(data_of(y))
    best = recursions.theta_fit(y, fine)[0]
    parts, states = recursions.theta_parts(y, best[0])
    states[0] += best[2] * (1 - best[0]) ** 120
    np.testing.assert_allclose(
        model.steps(6)[0], recursions.theta_path(states, 120, 6, best[0], best[1]), rtol=1e-4
    )


def test_the_spread_of_the_dynamic_form_is_that_of_simulated_paths():
    y, (h, draws) = waves(), (6, 4000)
    (alpha, weight, level), _ = recursions.theta_fit(y, np.array([0.4]))
    growth = recursions.theta_spread(120, h, alpha, weight)
    _, states = recursions.theta_parts(y, alpha)
    states[0] += level * (1 - alpha) ** 120
    rng, paths = np.random.default_rng(1), np.empty((draws, h))
    for i in range(draws):
        now = states.copy()
        for k in range(h):
            paths[i, k] = now[0] + weight * recursions.theta_line(now, 120 + k, alpha) + rng.normal()
            recursions.theta_month(now, 120 + k, paths[i, k], alpha)
    np.testing.assert_allclose(paths.var(axis=0), growth, rtol=0.08)


def test_a_season_that_is_known_from_a_few_years_makes_ranges_wider():
    rng = np.random.default_rng(6)
    y = np.sin(2 * np.pi * np.arange(96) / 12) + rng.normal(0, 0.3, 96)
    season = additive_season(y)
    model = Theta(theta=2.0)
    (_, sd), (_, rest) = (
        model.fit_series(data_of(values)).steps(12) for values in (y, y - season[np.arange(96) % 12])
    )
    expected = 96 / 85 * rest**2 + season_variance(y, season)[np.arange(96, 108) % 12]
    np.testing.assert_allclose(sd**2, expected, rtol=1e-6)
