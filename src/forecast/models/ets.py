"""Exponential smoothing whose form is chosen, series by series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from forecast.models.base import SeriesFit, Steps
from forecast.models.parameters import Window
from forecast.models.series import SeriesData, complete
from forecast.models.series_model import SeriesModel
from forecast.models.smoothing import ADDITIVE, RELATIVE, Form, Smoothing, smooth
from forecast.models.transform import Array, Scale

Choice = Literal["auto", "yes", "no"]


@dataclass(frozen=True)
class Ets(SeriesModel):
    """Exponential smoothing by maximum likelihood, its form chosen by AICc.

    Parameters
    ----------
    trend, damped, seasonal : {"auto", "yes", "no"}
        ``auto`` tries forms with and without; `damped` is about forms with a trend.
    errors : {"auto", "additive"}
        ``additive`` takes additive forms on the model's scale only. ``auto`` also tries those on the figures
        as they are, with additive and with multiplicative errors and seasons, where all figures are positive;
        every AICc is then that of the figures as they are (for logs: with the Jacobian).
    breaks : {"none", "adjust"}
        ``adjust`` takes clear level shifts out of the months before them (`models.level_shifts`).
    """

    min_months: ClassVar[int] = 36
    trend: Choice = "auto"
    damped: Choice = "auto"
    seasonal: Choice = "auto"
    errors: Literal["auto", "additive"] = "auto"
    transform: Scale = "log"
    window: Window = None
    breaks: Literal["none", "adjust"] = "none"

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Fit every admitted form and keep the one with the lowest AICc."""
        y = complete(data)
        best = self.likeliest(y, ADDITIVE)
        if best is None:
            raise ArithmeticError("no form of exponential smoothing has a finite likelihood")
        if (
            self.errors == "additive"
            or self.transform == "box-cox"
            or not data.transform.inverse(y).min() > 0
        ):
            return SeriesFit(best.steps)
        on_logs = self.transform == "log"
        figures = np.exp(y) if on_logs else y
        forms = (*ADDITIVE, *RELATIVE) if on_logs else RELATIVE
        jacobian = 2.0 * float(np.sum(y)) if on_logs else 0.0
        other = self.likeliest(figures, forms, best.aicc + jacobian)
        if other is None:
            return SeriesFit(best.steps)
        return SeriesFit(_logs(other, float(figures.min())) if on_logs else other.steps)

    def likeliest(self, y: Array, forms: Sequence[Form], limit: float = np.inf) -> Smoothing | None:
        """Return the admitted form with the lowest AICc below a limit; one that will not reach it is left."""
        best = None
        for form in forms:
            fit = smooth(y, form, limit) if self.admits(form) else None
            if fit is not None and fit.aicc < limit:
                best, limit = fit, fit.aicc
        return best

    def admits(self, form: Form) -> bool:
        """Tell whether the choices of trend, damping and season leave a form in."""
        asked = [(self.trend, form.trend != "none"), (self.seasonal, form.season != "none")]
        if form.trend != "none":
            asked.append((self.damped, form.trend == "damped"))
        return all(choice == "auto" or (choice == "yes") == has for choice, has in asked)


def _logs(fit: Smoothing, smallest: float) -> Steps:
    """Carry the months ahead of a form of the figures to logs:
    the same centre, the same relative variance.
    """

    def steps(h: int) -> tuple[Array, Array]:
        centre, sd = fit.steps(h)
        centre = np.maximum(centre, 0.01 * smallest)  # a trend may pass zero
        return np.log(centre), np.sqrt(np.log1p((sd / centre) ** 2))

    return steps
