"""The Theta method, series by series: the standard one and its dynamic optimised form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from forecast.config.bounds import Bounds
from forecast.models.base import SeriesFit, Steps
from forecast.models.parameters import Window
from forecast.models.series import SeriesData, complete
from forecast.models.series_model import SeriesModel
from forecast.models.smoothing import Form, additive_season, is_seasonal, season_variance, smooth
from forecast.models.transform import Array, Scale

#: Between these the smoothing parameter of the dynamic form is searched.
ALPHAS = (0.1, 0.99)


@dataclass(frozen=True)
class Theta(SeriesModel):
    """The Theta method, deseasonalised where a test finds a season.

    Parameters
    ----------
    theta : float, optional
        Weight of the curvature; 2 is the standard method. By default it is fitted, with a line through the
        months so far in the place of one through all: the dynamic optimised method of Fiorucci and others
        (2016).
    deseasonalize : bool
        Take an additive season out first, if a test of the autocorrelation at twelve months rejects none at
        10 %.
    breaks : {"none", "adjust"}
        ``adjust`` takes clear level shifts out of the months before them (`models.level_shifts`).
    """

    min_months: ClassVar[int] = 36
    theta: Annotated[float, Bounds(1, 100)] | None = None
    deseasonalize: bool = True
    transform: Scale = "log"
    window: Window = None
    breaks: Literal["none", "adjust"] = "none"

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Fit one series without its season, and add the season to the months ahead."""
        y = complete(data)
        n, seasonal = len(y), self.deseasonalize and is_seasonal(y)
        season = additive_season(y) if seasonal else np.zeros(12)
        rest = y - season[np.arange(n) % 12]
        inner = _dynamic(rest) if self.theta is None else _standard(rest, self.theta)
        # the season has taken eleven degrees of freedom, and is itself known from a few years only
        wider = np.sqrt(n / (n - 11.0)) if seasonal else 1.0
        doubt = season_variance(y, season) if seasonal else np.zeros(12)

        def steps(h: int) -> tuple[Array, Array]:
            (centre, sd), month = inner(h), (n + np.arange(h)) % 12
            return centre + season[month], np.sqrt((wider * sd) ** 2 + doubt[month])

        return SeriesFit(steps)


def _standard(y: Array, theta: float) -> Steps:
    """Simple smoothing and a part of the slope of the whole."""
    fit = smooth(y, Form(False, "none", "none"))
    if fit is None:
        raise ArithmeticError("simple smoothing has no finite sum of squares")
    slope = (theta - 1.0) / theta * float(np.polyfit(np.arange(len(y)), y, 1)[0])

    def steps(h: int) -> tuple[Array, Array]:
        centre, sd = fit.steps(h)
        moved = np.arange(h) + (1.0 - (1.0 - fit.alpha) ** len(y)) / fit.alpha
        return centre + slope * moved, sd

    return steps


def _dynamic(y: Array) -> Steps:
    """The line's weight and the first level by least squares at each alpha, alpha by search."""
    from forecast.models import recursions as r

    alphas = np.linspace(*ALPHAS, 45)
    width = alphas[1] - alphas[0]
    for _ in range(3):  # each finer than the one before
        (alpha, weight, level), squares = r.theta_fit(y, alphas)
        alphas = np.clip(np.linspace(alpha - width, alpha + width, 21), *ALPHAS)
        width /= 10.0
    n = len(y)
    _, states = r.theta_parts(y, alpha)
    states[0] += level * (1.0 - alpha) ** n
    sigma2 = squares / (n - 5)  # three parameters; two months have no error

    def steps(h: int) -> tuple[Array, Array]:
        centre = r.theta_path(states.copy(), n, h, alpha, weight)
        return centre, np.sqrt(sigma2 * r.theta_spread(n, h, alpha, weight))

    return steps
