"""Scales on which models work: logs, Box-Cox, or the figures as they are.

Logs of counts have a floor of half the rounding unit; other series with values <= 0 are refused, by month.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast.errors import DataError
from forecast.tables.quantiles import BELOW_ONE, as_counted

Scale = Literal["log", "none", "box-cox"]
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Transform:
    """One monotone scale and its inverse.

    Attributes
    ----------
    kind : {"log", "none", "box-cox"}
    lam : float
        Box-Cox parameter; unused by the others.
    counts : bool
        Whether the inverse is cut at 0.
    floored : tuple of str
        Months that were raised to the floor before the logarithm was taken.
    zero : float
        Where months were raised to a floor: counts up to it are zero again; where most months were, all
        counts below one unit.
    """

    kind: Scale
    lam: float = 1.0
    counts: bool = True
    floored: tuple[str, ...] = ()
    zero: float = 0.0

    @property
    def on_logs(self) -> bool:
        """Whether the scale is that of logs."""
        return self.kind == "log" or (self.kind == "box-cox" and self.lam == 0.0)

    @property
    def zero_up_to(self) -> float:
        """Up to which value the inverse is 0; minus infinity where it never is."""
        return self.zero * (1.0 + 1e-9) if self.counts else -math.inf

    def forward(self, values: Array, floor: Array | float = 0.5) -> Array:
        """Return values on the model's scale; counts below `floor` are raised to it."""
        if self.kind == "none":
            return np.asarray(values, dtype=float)
        safe = np.where(np.isnan(values), np.nan, np.maximum(values, floor if self.counts else 0.0))
        if self.on_logs:
            return np.log(safe)
        return (safe**self.lam - 1.0) / self.lam

    def inverse(self, values: Array) -> Array:
        """Return values on the scale of the figures."""
        if self.kind == "none":
            out = np.asarray(values, dtype=float)
        elif self.on_logs:
            out = as_counted(np.exp(values))
        else:
            out = np.maximum(self.lam * values + 1.0, 0.0) ** (1.0 / self.lam)
        return np.where(out <= self.zero_up_to, 0.0, out)  # NaN stays


def make_transform(
    kind: Scale, y: pd.Series, rounding: pd.Series, counts: bool, name: str
) -> tuple[Transform, Array]:
    """Choose the scale for one series and return it with the series on that scale; see `transform_of`."""
    values, units = y.to_numpy(dtype=float), rounding.to_numpy(dtype=float)
    return transform_of(kind, values, units, lambda: pd.PeriodIndex(y.index), counts, name)


def transform_of(
    kind: Scale, values: Array, rounding: Array, months: Callable[[], pd.PeriodIndex], counts: bool, name: str
) -> tuple[Transform, Array]:
    """Choose the scale for one series and return it with the series on that scale.

    Parameters
    ----------
    kind : {"log", "none", "box-cox"}
    values : array
        Figures by month; NaN where unknown.
    rounding : array
        Rounding unit of each figure.
    months : callable
        Returns their months, for messages.
    counts : bool
        Whether the figures are counts (then zeros are raised to half the rounding unit).
    name : str
        The series, for messages.

    Raises
    ------
    DataError
        If a series that is no count has values <= 0 and the scale needs positive ones.
    """
    floor = np.nan_to_num(rounding, nan=1.0) / 2.0
    if kind == "none":
        return Transform("none", counts=counts), values
    low = [str(m) for m in months()[values <= 0]] if not counts and (values <= 0).any() else []
    if low:
        raise DataError(
            f"{name}: transform '{kind}' needs values above 0, but there are {len(low)} at or below it "
            f"({', '.join(low[:6])}{', ...' if len(low) > 6 else ''}); use transform: none"
        )
    floored = tuple(str(m) for m in months()[values < floor]) if (values < floor).any() else ()
    mostly = 2 * len(floored) > int(np.isfinite(values).sum())
    zero = float(floor[-1]) * (BELOW_ONE if mostly else 1.0) if counts and floored else 0.0
    if kind == "log":
        made = Transform("log", counts=counts, floored=floored, zero=zero)
    else:
        from scipy.stats import boxcox_normmax

        safe = np.maximum(values, floor) if counts else values
        lam = float(boxcox_normmax(safe[~np.isnan(safe)], brack=(-1.0, 2.0), method="mle"))
        lam = float(np.clip(lam, -1.0, 2.0))
        made = Transform("box-cox", lam=lam, counts=counts, floored=floored, zero=zero)
    return made, made.forward(values, floor)
