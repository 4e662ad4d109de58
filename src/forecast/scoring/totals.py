"""Coverage of totals: did the ranges of past years hold what they promised?"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from forecast.scoring.calibration import HELD, coverage_row, promise_bar
from forecast.scoring.metrics import covered
from forecast.tables.common_folds import ALL

_KIND = ("model", "knowledge", "series_id", "kind")
TOTAL_CALIBRATION_COLUMNS: tuple[str, ...] = (
    *_KIND,
    "ahead_months",
    "nominal",
    *HELD,
    "verdict",
)
NOMINALS: tuple[float, ...] = (0.5, 0.8, 0.95)
#: Fewer separate stretches say nothing about a promise.
AT_LEAST = 5
Verdict = Literal["as_promised", "too_narrow", "too_wide", "too_few"]


def calibrate_totals(past: pd.DataFrame) -> pd.DataFrame:
    """Share of past totals inside their ranges, by kind and by how many months were still to come.

    Parameters
    ----------
    past : DataFrame
        Totals of past origins and their column ``actual``.

    Returns
    -------
    DataFrame
        `TOTAL_CALIBRATION_COLUMNS`. ``n`` origins stand for ``n_independent`` separate stretches of months:
        years do not overlap, the next six months of neighbouring origins do. ``lower`` and ``upper`` are the
        Clopper-Pearson 95 % range on those; ``verdict`` compares with where nine in ten results fall if the
        range keeps its promise.

    Examples
    --------
    >>> year = {"model": "m", "knowledge": "none", "series_id": "s", "kind": "calendar_year"}
    >>> year["ahead_months"] = 12
    >>> months = {"first_month": pd.Period("2020-01", "M"), "last_month": pd.Period("2020-12", "M")}
    >>> ends = {f"{end}_{p}": v for p in (50, 80, 95) for end, v in (("lower", 1), ("upper", 3))}
    >>> past = pd.DataFrame([{**year, **months, **ends, "actual": 2.0}])
    >>> calibrate_totals(past)["verdict"].unique().tolist()
    ['too_few']
    """
    rows = []
    for name, group in past[past["actual"].notna()].groupby(list(_KIND), sort=False):
        parts = {str(ahead): part for ahead, part in group.groupby("ahead_months")}
        for ahead, part in (parts | ({ALL: group} if len(parts) > 1 else {})).items():
            head = dict(zip((*_KIND, "ahead_months"), (*name, ahead), strict=True))
            rows += [_row(head, part, nominal) for nominal in NOMINALS]
    return pd.DataFrame([row for row in rows if row["n"]], columns=list(TOTAL_CALIBRATION_COLUMNS))


def _row(head: dict[str, Any], group: pd.DataFrame, nominal: float) -> dict[str, Any]:
    ends = (group[f"{end}_{100 * nominal:.0f}"].to_numpy(float) for end in ("lower", "upper"))
    hits = covered(group["actual"].to_numpy(float), *ends)
    known = np.isfinite(hits)
    n = int(known.sum())
    share = float(np.mean(hits[known])) if n else float("nan")
    independent = separate(group[known])
    verdict = _verdict(share, nominal, independent)
    return {**head, "nominal": nominal, **coverage_row(share, n, independent), "verdict": verdict}


def separate(group: pd.DataFrame) -> float:
    """How many stretches fit into the months that a group of them spans; no more than there are."""
    if not len(group):
        return 0.0
    first, last = (pd.PeriodIndex(group[c]).asi8 for c in ("first_month", "last_month"))
    length = int((last - first).max()) + 1
    return float(min(len(group), (last.max() - first.min() + 1) / length))


def _verdict(share: float, nominal: float, independent: float) -> Verdict:
    if independent < AT_LEAST:
        return "too_few"
    low, high = promise_bar(nominal, independent)
    return "as_promised" if low <= share <= high else "too_narrow" if share < low else "too_wide"
