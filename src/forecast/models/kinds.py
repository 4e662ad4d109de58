"""The kinds of models that the package brings: where each stands, and what it is in one line.

Nothing heavy is imported here, so that `forecast list` answers at once.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import NamedTuple


class Kind(NamedTuple):
    """A kind: module and name of its class, and the first line of the class's docstring."""

    module: str
    name: str
    text: str


BUILTIN = {
    "random_walk": Kind(
        "forecast.models.baselines",
        "RandomWalk",
        "Every month ahead equals the last known one.",
    ),
    "drift": Kind(
        "forecast.models.baselines",
        "Drift",
        "The last value moved on by the average change of the window.",
    ),
    "seasonal_naive": Kind(
        "forecast.models.baselines",
        "SeasonalNaive",
        "Each month ahead equals the same month a year before.",
    ),
    "linear": Kind(
        "forecast.models.linear",
        "Linear",
        "Linear regression on trend, month dummies, lags and events, told with HAC standard errors.",
    ),
    "arima": Kind(
        "forecast.models.arima",
        "Arima",
        "Regression with seasonal ARIMA errors by exact maximum likelihood; event columns drawn "
        "to their prior.",
    ),
    "ridge": Kind(
        "forecast.models.regression",
        "Ridge",
        "Ridge regression of the change to each horizon on recent changes, month and events.",
    ),
    "elastic_net": Kind(
        "forecast.models.learners",
        "ElasticNet",
        "Elastic net on the change to each horizon; penalty chosen inside the fold on its last years.",
    ),
    "gradient_boosting": Kind(
        "forecast.models.learners",
        "GradientBoosting",
        "Gradient boosted trees on the change to each horizon (scikit-learn's histogram booster).",
    ),
    "seasonal_profile": Kind(
        "forecast.models.profile",
        "SeasonalProfile",
        "The last figure moved by a discounted, clipped profile of monthly changes.",
    ),
    "mean_reversion": Kind(
        "forecast.models.profile",
        "MeanReversion",
        "The last figure, drawn slowly back to the mean of a long window.",
    ),
    "ets": Kind(
        "forecast.models.ets",
        "Ets",
        "Exponential smoothing by maximum likelihood, its form chosen by AICc.",
    ),
    "theta": Kind(
        "forecast.models.theta",
        "Theta",
        "The Theta method, deseasonalised where a test finds a season.",
    ),
    "counts": Kind(
        "forecast.models.counts",
        "Counts",
        "Counts as a negative binomial around a smoothed level, with a season where a test finds one.",
    ),
    "structural": Kind(
        "forecast.models.structural",
        "Structural",
        "A moving level with a slowly changing season, by maximum likelihood (statsmodels).",
    ),
}


@cache
def installed() -> dict[str, EntryPoint]:
    """Return the models that installed packages bring; a built-in name cannot be taken."""
    return {point.name: point for point in entry_points(group="forecast.models") if point.name not in BUILTIN}
