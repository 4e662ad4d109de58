"""Placebo in time: the same dummy at ordinary months, in which nothing of first rank began.

A test by the ordinary months of the series itself. Each estimate is divided by its own standard error, that
of the surprises near its months: so calm years and restless ones can be compared. The last ten years are told
alone as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.arima.solved import prepare_covariances, prepare_residuals
from forecast.interventions.regression import PLACEBO, Floats, Group, Regression, effect_of

Ints = NDArray[np.int64]

#: An ordinary month is more than so many months from the start of an event of first rank.
MONTHS_APART = 3
#: Months before the first placebo date.
MONTHS_BEFORE = 36
#: Fewer ordinary months than this are too few for a share.
AT_LEAST = 20
RECENT_YEARS = 10
#: The band that nine in ten ordinary months fill.
BAND = (0.05, 0.95)


@dataclass(frozen=True, eq=False)
class Placebo:
    """Result of a placebo run.

    Attributes
    ----------
    series_id, event : str
    estimate, t : float
        The event's own estimate from the months up to its last active one, and the same over its standard
        error, with which the others are compared.
    table : DataFrame
        ``month, estimate, t, as_large, recent``: one row for each ordinary month.
    n, larger, p : int, int, float
        Ordinary months, those with a t at least as large, and (1 + larger) / (1 + n); NaN when there are
        fewer than 20.
    n_recent, larger_recent, p_recent : int, int, float
        The same for the last ten years of the figures.
    lower, upper : float
        Nine in ten ordinary months lie between them, were their years as restless as those of the event; NaN
        when there are fewer than 20.
    skipped : int
        Ordinary months at which the model could not be fitted or the dummy had no part of its own.
    """

    series_id: str
    event: str
    estimate: float
    t: float
    table: pd.DataFrame
    n: int
    larger: int
    p: float
    n_recent: int
    larger_recent: int
    p_recent: float
    lower: float
    upper: float
    skipped: int


def placebo_of(regression: Regression, group: Group, months_apart: int = MONTHS_APART) -> Placebo:
    """Run the placebos of one group of a regression."""
    at = group.active
    length, stop = int(at[-1] - at[0]) + 1, int(at[-1]) + 1
    others = [g for g in regression.groups if g is not group]
    (own,) = _estimates(regression, [replace(group, name=PLACEBO)], [others], [stop])
    places = ordinary_months(regression, group, months_apart)
    places = places[(places >= MONTHS_BEFORE) & (places + length <= len(regression.y))]
    dummies = [group.moved(place, length) for place in places.tolist()]
    stops = (places + length).tolist()
    # The event itself stays in the model where its months lie before the end of the sample.
    beside = [[g for g in regression.groups if (np.abs(g.columns[:s]) > 0).any()] for s in stops]
    values = _estimates(regression, dummies, beside, stops)
    return _result(regression, group, own, places, values)


def _estimates(
    regression: Regression, dummies: Sequence[Group], beside: Sequence[Sequence[Group]], stops: Sequence[int]
) -> Floats:
    """Plain estimates of each dummy and their t (dummies, 2); NaN
    where the fit failed or the dummy was dropped.
    """
    jobs = [regression.job([*b, d], stop=s) for d, b, s in zip(dummies, beside, stops, strict=True)]
    # "modes" finds what "full" finds here, at the price of "warm", which misses optima of the likelihood.
    fits = regression.fit(jobs, "full" if len(jobs) < 3 else "modes")
    prepare_covariances(fits)
    prepare_residuals(fits)
    # The moved columns give the same mean over the same number of months.
    found = [effect_of(fit, dummy)[:2] for fit, dummy in zip(fits, dummies, strict=True)]
    estimate, se = np.array(found, dtype=float).reshape(len(found), 2).T
    return np.column_stack([estimate, estimate / np.where(se > 0.0, se, np.nan)])


def ordinary_months(regression: Regression, group: Group, months_apart: int = MONTHS_APART) -> Ints:
    """Return the positions of the months more than `months_apart` from every start that counts."""
    starts = set(_starts(regression)) | {int(group.active[0])}
    at = np.arange(len(regression.y), dtype=np.int64)
    far = np.ones(len(at), dtype=bool)
    for start in starts:
        far &= np.abs(at - start) > months_apart
    return at[far & np.isfinite(regression.y)]


def _starts(regression: Regression) -> list[int]:
    """Positions of the starts of priority-1 events known at the panel's date."""
    first = int(regression.months[0].ordinal)
    if regression.calendar is None:
        return [int(g.active[0]) for g in regression.groups]
    known = regression.calendar.known(regression.design.as_of).touching(regression.series_id)
    prefix = "judged_" if regression.design.coding == "judged" else ""
    rows = known[(known[f"{prefix}priority"].astype(int) == 1) & known["effective_start"].notna()]
    return [pd.Period(day, "M").ordinal - first for day in rows["effective_start"]]


def _result(regression: Regression, group: Group, own: Floats, places: Ints, values: Floats) -> Placebo:
    estimate, own_t = (float(x) for x in own)
    done = np.isfinite(values).all(axis=1)
    places, kept = places[done], values[done]
    large = np.abs(kept[:, 1]) >= abs(own_t)
    recent = places >= len(regression.y) - 12 * RECENT_YEARS
    n, larger, p = _share(large, own_t)
    n_recent, larger_recent, p_recent = _share(large[recent], own_t)
    enough = n >= AT_LEAST and own_t != 0.0
    lower, upper = np.quantile(kept[:, 1], BAND) * (estimate / own_t) if enough else (np.nan, np.nan)
    table = pd.DataFrame(
        {
            "month": regression.months[places],
            "estimate": kept[:, 0],
            "t": kept[:, 1],
            "as_large": large,
            "recent": recent,
        }
    )
    return Placebo(
        regression.series_id,
        group.name,
        estimate,
        own_t,
        table,
        n,
        larger,
        p,
        n_recent,
        larger_recent,
        p_recent,
        float(lower),
        float(upper),
        int((~done).sum()),
    )


def _share(large: NDArray[np.bool_], own: float) -> tuple[int, int, float]:
    n, larger = len(large), int(large.sum())
    enough = n >= AT_LEAST and np.isfinite(own)
    return n, larger, (1 + larger) / (1 + n) if enough else float("nan")
