"""Models of other libraries behind the same contract; each needs an extra of its own.

This is also the worked example of a model that comes from outside: one method, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from forecast.models.base import Array, SeriesData, SeriesFit, SeriesModel
from forecast.models.transform import Scale
from forecast.spec import DataError


@dataclass(frozen=True)
class StatsforecastArima(SeriesModel):
    """AutoARIMA of statsforecast, event columns as plain regressors (extra `statsforecast`)."""

    min_months: ClassVar[int] = 36
    transform: Scale = "log"
    window: int | None = None
    events: bool = True
    season: int = 12

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Choose the orders by AICc and fit; its search approximates the likelihood as R's does."""
        from statsforecast.models import AutoARIMA

        if np.isnan(data.y).any():
            raise DataError(f"{data.name}: statsforecast does not take missing months")
        past, future = data.past.to_numpy(dtype=float), data.future.to_numpy(dtype=float)
        kept = _independent(past) if self.events else []
        regress = bool(kept)
        fitted = AutoARIMA(season_length=self.season).fit(data.y, X=past[:, kept] if regress else None)

        def steps(h: int) -> tuple[Array, Array]:
            made = fitted.predict(h, X=future[:h, kept] if regress else None, level=[80])
            mean = np.asarray(made["mean"], dtype=float)
            return mean, (np.asarray(made["hi-80"], dtype=float) - mean) / 1.2815515655446004

        return SeriesFit(steps)


def _independent(columns: Array) -> list[int]:
    """Positions of columns that are no sum of a constant and earlier ones."""
    kept: list[int] = []
    base = np.ones((len(columns), 1))
    for j in range(columns.shape[1]):
        wider = np.column_stack([base, columns[:, j]])
        if np.linalg.matrix_rank(wider) == wider.shape[1]:
            base, kept = wider, [*kept, j]
    return kept
