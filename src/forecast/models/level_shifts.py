"""Level shifts that a series shows by itself, taken out before a model sees it.

A level that changed for good makes models of a moving level believe that it always moves: their ranges are
far too wide ever after. So the months before a shift are moved to the level after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forecast.arima.outliers import detect_outliers_folds
from forecast.arima.problem import FoldJob
from forecast.arima.result import ArimaFailure
from forecast.models.series import SeriesData
from forecast.models.transform import Array

#: Orders by which shifts are searched: the airline model.
ORDER, SEASONAL_ORDER = (0, 1, 1), (0, 1, 1, 12)
#: Smallest |t|. Above the usual value (3.8 for ten years), since a false shift makes ranges too narrow.
CRITICAL = 5.0
#: Months on either side of a shift without which it cannot be told from an outlier or a season.
EDGE = 12
#: Fewer known months are not searched.
FEWEST = 48
#: Position and size of the shifts of series that were searched: the models of a set ask for the same months.
_FOUND: dict[bytes, tuple[tuple[int, float], ...]] = {}
KEPT = 4096


def without_level_shifts(series: Sequence[SeriesData]) -> list[SeriesData]:
    """Return each series with the months before a shift moved to the level after it, and a note of it.

    Short series, and those that touch the floor of their scale (zeros on logs), are left alone: there a zero
    would be a shift.
    """
    searched = [np.isfinite(d.y).sum() >= FEWEST and not d.transform.floored for d in series]
    _search([data.y for data, search in zip(series, searched, strict=True) if search])
    return [_moved(data) if search else data for data, search in zip(series, searched, strict=True)]


def _moved(data: SeriesData) -> SeriesData:
    y, notes = data.y.copy(), list(data.notes)
    for position, size in _FOUND[data.y.tobytes()]:
        y[:position] += size
        by = f"{100 * np.expm1(size):+.0f}%" if data.transform.kind == "log" else f"{size:+.3g}"
        notes.append(f"level shift {data.months[position]} ({by}) taken out of the months before it")
    return replace(data, y=y, notes=tuple(notes))


def _search(values: Sequence[Array]) -> None:
    """Fill `_FOUND`, each series by itself: what is found does not depend on the others of the call."""
    if len(_FOUND) > KEPT:
        _FOUND.clear()
    new = {y.tobytes(): y for y in values if y.tobytes() not in _FOUND}
    found = detect_outliers_folds(
        [FoldJob(y) for y in new.values()], ORDER, SEASONAL_ORDER, ("LS",), CRITICAL, starts="full"
    )
    for (key, y), shifts in zip(new.items(), found, strict=True):
        kept = () if isinstance(shifts, ArimaFailure) else shifts
        inside = [o for o in kept if EDGE <= o.position <= len(y) - EDGE]
        # rounded, so that the kernel that was used cannot be told from the figures
        _FOUND[key] = tuple((o.position, round(o.size, 6)) for o in inside)
