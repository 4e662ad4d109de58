"""The specification curve at other dates: how often choices agree on as much where nothing began.

Choices that share all their months agree by construction, so their number says little. What counts is the
share of them whose 95 % range leaves out zero, at the event and at dates evenly spaced over the ordinary
months.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast.arima.solved import prepare_covariances, prepare_residuals
from forecast.config.settings import SpecificationSpec
from forecast.errors import ForecastError
from forecast.interventions.choices import ordered, shaped
from forecast.interventions.placebo import MONTHS_BEFORE, ordinary_months
from forecast.interventions.prepare import Setup
from forecast.interventions.regression import Group, Regression, check_model, effect_of, half_width

Floats = NDArray[np.float64]
LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class PlaceboCurve:
    """How much the choices show at the event and elsewhere.

    Attributes
    ----------
    share : float
        Share of the choices whose 95 % range leaves out zero, at the event.
    size : float
        Median of the |t| of the choices, at the event.
    shares, sizes : array (n,)
        The same at each other date.
    """

    share: float
    size: float
    shares: Floats
    sizes: Floats

    @property
    def n(self) -> int:
        """Other dates."""
        return len(self.shares)

    @property
    def matched(self) -> int:
        """Other dates at which a larger share leaves out zero, or the same share with at least as large a
        |t|.

        All of them where no choice shows anything at the event.
        """
        if self.share == 0.0:
            return self.n
        larger, same = self.shares > self.share + 1e-9, np.abs(self.shares - self.share) <= 1e-9
        return int((larger | same & (self.sizes >= self.size)).sum())


def placebo_curve(asked: Setup, name: str, chosen: SpecificationSpec) -> PlaceboCurve | None:
    """Try the choices of `specification.placebo` at the event and
    at other dates; None where none can be tried.
    """
    few = chosen.placebo
    if not few.dates:
        return None
    _, given = check_model(asked.model)
    found: list[tuple[Floats, Floats]] = []
    for transform in few.transform:
        try:
            scaled = replace(asked, model=replace(given, transform=transform)).regression
            made, _ = ordered(scaled, replace(chosen, order=few.order), given)
            for one in made.values():
                found.append(_estimates(one, one.group(name), chosen))
        except ForecastError:
            continue
    if not found:
        return None
    clear, t = (np.vstack(parts) for parts in zip(*found, strict=True))
    shares, sizes = clear.mean(axis=0), np.median(t, axis=0)
    return PlaceboCurve(float(shares[0]), float(sizes[0]), shares[1:], sizes[1:])


def _estimates(regression: Regression, group: Group, chosen: SpecificationSpec) -> tuple[Floats, Floats]:
    """Return whether the 95 % range leaves out zero, and |t|
    (choices, dates): the event first, then the others.
    """
    at, few = group.active, chosen.placebo
    length = int(at[-1] - at[0]) + 1
    places = ordinary_months(regression, group)
    places = places[(places >= MONTHS_BEFORE) & (places + length <= len(regression.y))]
    if len(places) > few.dates:
        places = places[np.linspace(0, len(places) - 1, few.dates).round().astype(int)]
    # The sample ends with the dummy, at the event as elsewhere; there the event itself stays in the model.
    stops = [int(at[-1]) + 1, *(places + length).tolist()]
    there = [[g for g in regression.groups if (np.abs(g.columns[:stop]) > 0).any()] for stop in stops]
    there[0] = [g for g in there[0] if g is not group]
    dummies, jobs = [], []
    for shape, beside in itertools.product(few.shape, few.beside):
        ((_, one),) = shaped(regression, group, shape, chosen)
        moved = [one, *(one.moved(place, length) for place in places.tolist())]
        dummies += moved
        for dummy, stop, others in zip(moved, stops, there, strict=True):
            jobs.append(regression.job([*others, dummy] if beside == "all" else [dummy], stop=stop))
    fits = regression.fit(jobs, "modes")
    prepare_covariances(fits)
    prepare_residuals(fits)
    size, se = np.array([effect_of(fit, one)[:2] for fit, one in zip(fits, dummies, strict=True)]).T
    pairs = zip(fits, se.tolist(), dummies, strict=True)
    half = np.array([half_width(fit, error, LEVEL, one) for fit, error, one in pairs])
    # Where a choice could not be fitted it shows nothing.
    t = np.nan_to_num(np.abs(size) / np.where(se > 0.0, se, np.nan))
    clear, dates = (np.abs(size) > half).astype(float), 1 + len(places)
    return clear.reshape(-1, dates), t.reshape(-1, dates)
