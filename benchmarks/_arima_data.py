"""Series of the ARIMA benchmark: one like border encounters, AirPassengers, and a panel of 200."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

SERIES = Path(__file__).parents[1] / "tests" / "oracle" / "data" / "arima_series"
HORIZON, FOLDS = 12, 60


def event_columns(n, early, seed):
    """Six columns: two steps, two pulses, one window, one continuous."""
    rng = np.random.default_rng(seed)
    x, t = np.zeros((n, 6)), np.arange(n)
    at = np.sort(rng.choice(np.arange(16, early - 4), 5, replace=False))
    x[at[0] :, 0], x[at[1], 1], x[at[2] : at[2] + 5, 2], x[at[3], 3], x[at[4] :, 4] = 1, 1, 1, 1, 1
    x[:, 5] = np.cos(2 * np.pi * t * 0.348 * 30.44 / 10) + 0.3 * rng.standard_normal(n)
    return x


def simulated(n, phi, theta, seasonal_theta, sd, rng):
    """ARIMA(1,1,1)(0,1,1)12 by its recursion."""
    total = n + 120
    e, w = rng.standard_normal(total) * sd, np.zeros(total)
    for t in range(13, total):
        w[t] = phi * w[t - 1] + e[t] + theta * e[t - 1]
        w[t] += seasonal_theta * e[t - 12] + theta * seasonal_theta * e[t - 13]
    y = w[120:].copy()
    for t in range(12, n):
        y[t] += y[t - 12]
    return np.cumsum(y)


def border(n=300, seed=1):
    """A log series of 300 months with six event columns, and the first length of its folds."""
    rng, t = np.random.default_rng(seed), np.arange(n)
    x = event_columns(n, 200, seed)
    season = 0.25 * np.sin(2 * np.pi * t / 12 + 0.3) + 0.1 * np.cos(4 * np.pi * t / 12)
    effects = np.array([-0.45, 0.8, -0.3, -0.6, 0.35, 0.02])
    return 10.5 + season + simulated(n, 0.45, -0.2, -0.65, 0.08, rng) + x @ effects, x, 229


def air():
    """Logarithm of AirPassengers with six columns that have nothing to do with it."""
    y = np.log(pd.read_csv(SERIES / "airpassengers_log.csv")["y"].to_numpy(float))
    return y, event_columns(len(y), 60, 3), 73


def panel(count=200, n=300, seed=7):
    """Many series of the same model with other parameters."""
    rng, out = np.random.default_rng(seed), []
    for i in range(count):
        x = event_columns(n, 200, 100 + i)
        phi, theta = rng.uniform(-0.3, 0.8), rng.uniform(-0.8, 0.5)
        theta = phi * 0.5 if abs(phi + theta) < 0.15 else theta
        y = simulated(n, phi, theta, rng.uniform(-0.9, -0.2), rng.uniform(0.03, 0.2), rng)
        out.append((rng.uniform(5, 12) + y + x @ (rng.standard_normal(6) * 0.3), x, 229))
    return out


SETS = {"border": border, "air": air}
#: Other draws of the series like border encounters: where an optimum lies below ours must not rest on one.
SEEDS = {f"border, seed {seed}": partial(border, seed=seed) for seed in (11, 12)}
