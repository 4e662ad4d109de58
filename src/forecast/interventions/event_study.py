"""Leads and lags of an event: one estimate for each month before and after its start."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from forecast.interventions.regression import NOT_TOLD, Group, Regression, effect_of, half_width
from forecast.models.base import plausible

#: Months before and after the start that are told.
LEADS, LAGS = 6, 12
LEAD_LAG_COLUMNS: tuple[str, ...] = (
    "series_id",
    "event",
    "month",
    "lag",
    "estimate",
    "se",
    "lower_80",
    "upper_80",
    "lower_95",
    "upper_95",
    "message",
)


def leads_and_lags(
    regression: Regression, group: Group, leads: int = LEADS, lags: int = LAGS
) -> pd.DataFrame:
    """Return the coefficients of one dummy a month around the start of a group: `LEAD_LAG_COLUMNS`.

    The month before the start is the one that all others are compared with, the sample ends with the last
    lag, and events that began earlier stay in the model; what began in these months cannot be told from
    them. Leads away from zero say that something moved before the event; then what came after is no evidence
    of it.
    """
    start = int(group.active[0])
    stop = min(start + lags + 1, len(regression.y))
    places = [
        k for k in range(max(start - leads, 0), stop) if k != start - 1 and np.isfinite(regression.y[k])
    ]
    dummies = [_dummy(group, k, k - start) for k in places]
    earlier = [g for g in regression.groups if g is not group and g.active[0] < start - leads]
    (fit,) = regression.fit([regression.job([*earlier, *dummies], stop=stop)])
    rows = []
    for k, dummy in zip(places, dummies, strict=True):
        estimate, se, message = effect_of(fit, dummy)
        if regression.scale.kind == "log" and not message and not plausible(estimate, se):
            estimate, se, message = np.nan, np.nan, NOT_TOLD
        ends: dict[str, float] = {}
        for level in (0.8, 0.95):
            half = half_width(fit, se, level, dummy)
            ends |= {f"lower_{100 * level:.0f}": estimate - half, f"upper_{100 * level:.0f}": estimate + half}
        head = {"series_id": regression.series_id, "event": group.name, "month": regression.months[k]}
        rows.append({**head, "lag": k - start, "estimate": estimate, "se": se, **ends, "message": message})
    return pd.DataFrame(rows, columns=list(LEAD_LAG_COLUMNS))


def _dummy(group: Group, place: int, lag: int) -> Group:
    column = np.zeros((len(group.columns), 1))
    column[place] = 1.0
    free = np.array([[0.0, np.inf]])
    return replace(
        group, name=f"lag {lag}", columns=column, ahead=np.zeros((len(group.ahead), 1)), prior=free, why=()
    )
