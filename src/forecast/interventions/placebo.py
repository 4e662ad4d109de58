"""Placebo in time: the same dummy at ordinary months, in which nothing of first rank began.

A test by the calm months of the series itself. It assumes that the months of an event would have been like
them, and calm years flatter every event; so the last ten years are told alone as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.config.settings import Coding
from forecast.interventions.prepare import make_study
from forecast.interventions.study import PLACEBO, Floats, Group, Study, point_of

if TYPE_CHECKING:
    from forecast.data.panel import Panel
    from forecast.events.calendar import EventCalendar
    from forecast.events.design import Design
    from forecast.models.arima import Arima

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
    estimate : float
        The event's own estimate from the months up to its last active one, with which the others are compared.
    table : DataFrame
        ``month, estimate, as_large, recent``: one row for each ordinary month.
    n, larger, p : int, int, float
        Ordinary months, those with an estimate at least as large, and (1 + larger) / (1 + n); NaN when there are
        fewer than 20.
    n_recent, larger_recent, p_recent : int, int, float
        The same for the last ten years of the figures.
    lower, upper : float
        Nine in ten ordinary months lie between them; NaN when there are fewer than 20.
    skipped : int
        Ordinary months at which the model could not be fitted or the dummy had no part of its own.
    """

    series_id: str
    event: str
    estimate: float
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


def placebo(
    panel: Panel,
    events: EventCalendar | Design,
    event: str,
    series_id: str | None = None,
    model: str | Arima = "arima",
    coding: Coding = "judged",
    months_apart: int = MONTHS_APART,
    max_columns: int = 10,
    priority: int = 1,
    beside: Design | None = None,
) -> Placebo:
    """Put the dummy of an event at every ordinary month and compare.

    Ordinary months are more than `months_apart` from the start of a priority-1 event of the series (by the same
    coding). Each placebo has the weights of the event's active months, one after the other, and the sample ends
    with the last of them; the other events stay in the model.

    Parameters
    ----------
    panel, events, series_id, model, coding, max_columns, priority, beside
        As in `make_study`.
    event : str
        An event, or a member of a group of them.
    months_apart : int

    Returns
    -------
    Placebo

    Examples
    --------
    >>> import forecast as fc
    >>> panel = fc.load_observations().as_of("2024-05-07", ["southwest.usbp"])
    >>> result = placebo(panel, fc.load_events(), "mexico_enforcement_2024", max_columns=4)
    >>> result.n >= 20, 0 < result.p <= 1
    (True, True)
    """
    study = make_study(
        panel,
        events,
        series_id,
        model,
        coding,
        max_columns=max_columns,
        priority=priority,
        beside=beside,
        always=_wanted(events, event),
    )
    return placebo_of(study, study.group(event), months_apart)


def _wanted(events: EventCalendar | Design, event: str) -> list[str]:
    table = getattr(events, "table", None)
    return [event] if table is not None and event in set(table["id"]) else []


def placebo_of(study: Study, group: Group, months_apart: int = MONTHS_APART) -> Placebo:
    """Run the placebos of one group of a study."""
    at = group.active
    length, stop = int(at[-1] - at[0]) + 1, int(at[-1]) + 1
    others = [g for g in study.groups if g is not group]
    own = _estimates(study, [replace(group, name=PLACEBO)], [others], [stop])[0]
    places = ordinary_months(study, group, months_apart)
    places = places[(places >= MONTHS_BEFORE) & (places + length <= len(study.y))]
    dummies = [group.moved(place, length) for place in places.tolist()]
    stops = (places + length).tolist()
    # The event itself stays in the model where its months lie before the end of the sample.
    beside = [[g for g in study.groups if (np.abs(g.columns[:s]) > 0).any()] for s in stops]
    values = _estimates(study, dummies, beside, stops)
    return _result(study, group, own, places, values)


def _estimates(
    study: Study, dummies: Sequence[Group], beside: Sequence[Sequence[Group]], stops: Sequence[int]
) -> Floats:
    """Plain estimates of each dummy, NaN where the fit failed or the dummy was dropped."""
    jobs = [study.job([*b, d], stop=s) for d, b, s in zip(dummies, beside, stops, strict=True)]
    # "modes" finds what "full" finds here, at the price of "warm", which misses optima of the likelihood.
    fits = study.fit(jobs, "full" if len(jobs) < 3 else "modes")
    # The moved columns give the same mean over the same number of months.
    return np.array([point_of(fit, dummy) for fit, dummy in zip(fits, dummies, strict=True)])


def ordinary_months(study: Study, group: Group, months_apart: int = MONTHS_APART) -> Ints:
    """Return the positions of the months more than `months_apart` from every start that counts."""
    starts = set(_starts(study)) | {int(group.active[0])}
    at = np.arange(len(study.y), dtype=np.int64)
    far = np.ones(len(at), dtype=bool)
    for start in starts:
        far &= np.abs(at - start) > months_apart
    return at[far & np.isfinite(study.y)]


def _starts(study: Study) -> list[int]:
    """Positions of the starts of priority-1 events known at the panel's date."""
    first = int(study.months[0].ordinal)
    if study.calendar is None:
        return [int(g.active[0]) for g in study.groups]
    known = study.calendar.known(study.design.as_of).touching(study.series_id)
    prefix = "judged_" if study.design.coding == "judged" else ""
    rows = known[(known[f"{prefix}priority"].astype(int) == 1) & known["effective_start"].notna()]
    return [pd.Period(day, "M").ordinal - first for day in rows["effective_start"]]


def _result(study: Study, group: Group, own: float, places: Ints, values: Floats) -> Placebo:
    done = np.isfinite(values)
    places, kept = places[done], values[done]
    large = np.abs(kept) >= abs(own)
    recent = places >= len(study.y) - 12 * RECENT_YEARS
    n, larger, p = _share(large, own)
    n_recent, larger_recent, p_recent = _share(large[recent], own)
    enough = n >= AT_LEAST
    lower, upper = np.quantile(kept, BAND) if enough else (np.nan, np.nan)
    table = pd.DataFrame(
        {"month": study.months[places], "estimate": kept, "as_large": large, "recent": recent}
    )
    return Placebo(
        study.series_id,
        group.name,
        own,
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
