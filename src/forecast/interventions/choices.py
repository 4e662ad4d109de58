"""What a specification curve varies: orders, shapes and the events beside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.errors import ForecastError
from forecast.interventions.profiles import reshape
from forecast.interventions.regression import Group, Regression, settle_order

if TYPE_CHECKING:
    from forecast.config.settings import SpecificationSpec
    from forecast.models.arima import Arima

AIRLINE = ((0, 1, 1), (0, 1, 1))


def ordered(
    regression: Regression, chosen: SpecificationSpec, given: Arima
) -> tuple[dict[str, Regression], list[dict[str, str]]]:
    """Return the regression with each of the orders; ``auto`` is chosen once for each scale and window."""
    same = (given.order, given.seasonal_order, given.mean) == (*AIRLINE, None)
    made: dict[str, Regression] = {}
    failed: list[dict[str, str]] = []
    for word in chosen.order:
        if word == "airline" and same and "given" in chosen.order:
            continue
        orders: Any = {"auto": "auto", "airline": AIRLINE[0]}.get(word, given.order)
        seasonal, mean = (AIRLINE[1], None) if word == "airline" else (given.seasonal_order, given.mean)
        one = replace(
            regression, model=replace(regression.model, order=orders, seasonal_order=seasonal, mean=mean)
        )
        try:
            made[word] = replace(one, model=settle_order(one))
        except ForecastError as error:
            failed.append({"order": word, "note": str(error)})
    return made, failed


def shaped(
    regression: Regression, group: Group, shape: str, chosen: SpecificationSpec
) -> list[tuple[float, Group]]:
    """Return a group in another shape, a decay once for each factor, each with its factor."""
    if shape == "own":
        return [(np.nan, group)]
    if shape == "decay":
        return [(d, reshape(regression, group, "decay", decay=d)) for d in chosen.decay]
    return [(np.nan, reshape(regression, group, shape, ramp_months=chosen.ramp_months))]


def beside_sets(regression: Regression, group: Group, chosen: SpecificationSpec) -> dict[str, list[Group]]:
    """Return the sets of other events: all, all without each one that overlaps, none."""
    others = [g for g in regression.groups if g is not group]
    made: dict[str, list[Group]] = {}
    if "all" in chosen.beside:
        made["all"] = others
    if "each" in chosen.beside:
        mine = set(group.active.tolist())
        for other in others:
            if mine & set(other.active.tolist()):
                made[f"without_{other.name}"] = [g for g in others if g is not other]
    if "none" in chosen.beside and (others or not made):  # without others "none" is "all"
        made["none"] = []
    return made or {"all": others}
