"""Scores of many series told by their spread: one row a series, and how the series lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.tables.forecasts import select

SUMMARY_COLUMNS = ("series_id", "skill", "coverage_80", "n")


def series_summary(scores: pd.DataFrame, model: str, knowledge: str) -> pd.DataFrame:
    """Return skill by the weighted interval score on logs and coverage of the 80 % range, a row a series.

    Parameters
    ----------
    scores : DataFrame
        Of `score`, with the mean over all horizons.
    model, knowledge : str
        The row that is told.
    """
    rows = select(scores, model=model, knowledge=knowledge, scenario="", era="all")
    rows = rows[rows["horizon"].astype(str) == "all"] if len(rows) else rows
    if not len(rows):
        return pd.DataFrame(columns=list(SUMMARY_COLUMNS))
    wis = select(rows, metric="wis", scale="log").set_index("series_id")
    held = select(rows, metric="coverage_80", scale="natural").set_index("series_id")
    made = pd.DataFrame({"skill": wis["skill"], "coverage_80": held["value"], "n": wis["n_ok"]})
    return made.rename_axis("series_id").reset_index()[list(SUMMARY_COLUMNS)]


@dataclass(frozen=True)
class Spread:
    """How a number lies over many series: the quartiles, and how many series have it."""

    low: float
    middle: float
    high: float
    n: int

    @classmethod
    def of(cls, values: pd.Series) -> Spread | None:
        """Return the spread of what is known, or None where nothing is."""
        known = values.to_numpy(dtype=float)
        known = known[np.isfinite(known)]
        if not len(known):
            return None
        low, middle, high = np.quantile(known, [0.25, 0.5, 0.75]).tolist()
        return cls(low, middle, high, len(known))


def in_classes(values: pd.Series, edges: Sequence[float]) -> list[int]:
    """Return how many values lie below the first edge, between each two, and from the last one on.

    Examples
    --------
    >>> import pandas as pd
    >>> in_classes(pd.Series([-1.0, 0.0, 0.5, 2.0, float("nan")]), [0.0, 1.0])
    [1, 2, 1]
    """
    known = values.to_numpy(dtype=float)
    known = known[np.isfinite(known)]
    places = np.searchsorted(np.asarray(edges), known, side="right")
    return [int(n) for n in np.bincount(places, minlength=len(edges) + 1)]
