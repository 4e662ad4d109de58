"""The metrics that `score` knows: the built-in ones, and those that users add."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forecast.arguments import checked
from forecast.config.bounds import Text
from forecast.config.convert import check_arguments
from forecast.errors import ConfigError
from forecast.scoring import metrics as m
from forecast.tables.common_folds import (
    REQUIRED,
)
from forecast.tables.levels import range_levels
from forecast.tables.quantiles import Floats

if TYPE_CHECKING:
    pass


#: Counts below the first, and other figures below this share of their median, make percentages meaningless.
SMALLEST_FOR_PERCENT, SMALLEST_SHARE = 50.0, 0.01


#: A measure of points: outcomes (n,), medians (model, n), scale of MASE (n,) -> a loss for each median.
PointLoss = Callable[[Floats, Floats, Floats], Floats]


#: A measure of quantiles: outcomes (n,), quantiles (n, L), levels (L,) -> one loss a fold; a built-in one
#: takes those of all models at once, (model, n, L).
QuantileLoss = Callable[[Floats, Floats, Floats], Floats]


class NotScored(ValueError):
    """A metric cannot be computed here; the message says why."""


@dataclass(frozen=True)
class Metric:
    """One measure: its losses, how they are put together, and on which scales it is made."""

    points: PointLoss | None = None
    quantiles: QuantileLoss | None = None
    together: str = "mean"  #: mean, median, or root (of the mean)
    skill: bool = True
    scales: tuple[str, ...] = ("natural", "log")
    own: bool = False  #: registered by the user: whatever goes wrong in it is a row with its reason


def _scaled(y: Floats, f: Floats, scale: Floats) -> Floats:
    if not np.isfinite(scale).all():
        raise NotScored("fewer than 13 months before an origin, or no change in a year")
    return m.absolute_error(y, f) / scale


def _percent(y: Floats, f: Floats, scale: Floats) -> Floats:
    counts = bool((y == np.round(y)).all())
    least = SMALLEST_FOR_PERCENT if counts else SMALLEST_SHARE * float(np.median(np.abs(y)))
    if np.abs(y).min() < least:
        raise NotScored(f"outcomes below {least:.3g} make percentages meaningless")
    return m.percentage_error(y, f)


def _range_loss(central: float) -> QuantileLoss:
    def loss(y: Floats, q: Floats, levels: Floats) -> Floats:
        lower, upper = _ends(q, levels, central)
        return m.interval_score(y, lower, upper, alpha=1.0 - central)

    return loss


def _coverage_loss(central: float) -> QuantileLoss:
    def loss(y: Floats, q: Floats, levels: Floats) -> Floats:
        return m.covered(y, *_ends(q, levels, central))

    return loss


def _ends(q: Floats, levels: Floats, central: float) -> tuple[Floats, Floats]:
    low, high = (int(np.argmin(np.abs(levels - level))) for level in range_levels(central))
    return q[..., low], q[..., high]


def _part(which: int) -> QuantileLoss:
    return lambda y, q, levels: m.wis_parts(y, q, levels)[which]


def _mean_pinball(y: Floats, q: Floats, levels: Floats) -> Floats:
    return np.asarray(m.pinball(y[:, None], q, levels).mean(axis=-1), dtype=float)


NATURAL = ("natural",)


METRICS: dict[str, Metric] = {
    "mae": Metric(points=lambda y, f, s: m.absolute_error(y, f)),
    "median_error": Metric(points=lambda y, f, s: m.absolute_error(y, f), together="median"),
    "rmse": Metric(points=lambda y, f, s: m.squared_error(y, f), together="root"),
    "bias": Metric(points=lambda y, f, s: f - y, skill=False),
    "mase": Metric(points=_scaled, scales=NATURAL),
    "mape": Metric(points=_percent, scales=NATURAL),
    "median_ape": Metric(points=_percent, together="median", scales=NATURAL),
    "wis": Metric(quantiles=m.wis),
    "wis_spread": Metric(quantiles=_part(0), skill=False),
    "wis_overprediction": Metric(quantiles=_part(1), skill=False),
    "wis_underprediction": Metric(quantiles=_part(2), skill=False),
    "crps": Metric(quantiles=m.crps_from_quantiles),
    "pinball": Metric(quantiles=_mean_pinball),
    **{f"interval_score_{100 * c:.0f}": Metric(quantiles=_range_loss(c)) for c in REQUIRED},
    **{
        f"coverage_{100 * c:.0f}": Metric(quantiles=_coverage_loss(c), skill=False, scales=NATURAL)
        for c in REQUIRED
    },
}


#: What each built-in metric means, by its name or the beginning of it.
MEANINGS: dict[str, str] = {
    "mae": "mean absolute error of the median",
    "median_error": "median absolute error: half the errors are larger",
    "rmse": "root mean squared error of the median",
    "bias": "mean of forecast less outcome",
    "mase": "mean absolute error over that of the seasonal naive forecast in the months before",
    "mape": "mean absolute percentage error",
    "median_ape": "median absolute percentage error",
    "wis": "weighted interval score of all quantiles",
    "wis_spread": "the part of WIS that is the width of the ranges",
    "wis_overprediction": "the part of WIS that comes from outcomes below the ranges",
    "wis_underprediction": "the part of WIS that comes from outcomes above the ranges",
    "crps": "continuous ranked probability score, from the quantiles",
    "pinball": "mean quantile loss",
    **{f"interval_score_{100 * c:.0f}": f"interval score of the {100 * c:.0f} % range" for c in REQUIRED},
    **{f"coverage_{100 * c:.0f}": f"share of outcomes inside the {100 * c:.0f} % range" for c in REQUIRED},
}


_OWN: dict[str, Metric] = {}


@checked
def register_metric(
    name: str, fn: QuantileLoss, skill: bool = True, scales: Sequence[str] = ("natural",)
) -> None:
    """Add a metric of your own to every later `score`.

    Parameters
    ----------
    name : str
        A new name.
    fn : callable
        ``fn(y (n,), quantiles (n, L), levels (L,)) -> losses (n,)``; their mean is the score.
    skill : bool
        Whether lower is better, so that skill against the baseline means something.
    scales : sequence of {"natural", "log"}

    Examples
    --------
    >>> register_metric("width", lambda y, q, levels: q[:, -1] - q[:, 0], skill=False)
    """
    check_arguments(name=(name, Text))
    if not callable(fn):
        raise ConfigError(f"register_metric: '{name}' is {type(fn).__name__}, not a function")
    if name in METRICS:
        raise ConfigError(f"register_metric: '{name}' is built in; choose another name")
    unknown = [s for s in scales if s not in ("natural", "log")]
    if unknown:
        raise ConfigError(f"register_metric: scale '{unknown[0]}'; expected 'natural' or 'log'")
    _OWN[name] = Metric(quantiles=fn, skill=skill, scales=tuple(scales), own=True)


def every_metric() -> dict[str, Metric]:
    """Return the metrics by name, those of users last."""
    return {**METRICS, **_OWN}
