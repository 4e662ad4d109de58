"""Events that can be told apart, and those that only have one joint effect."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.events.collinear import dependent_sets, one_effect
from forecast.events.design import PRIOR_SD
from forecast.events.shapes import FAR
from forecast.interventions.regression import ACTIVE, TOO_ALIKE, Floats, Group, GroupReason, Regression

if TYPE_CHECKING:
    from forecast.models.series import SeriesData


def make_groups(
    regression: Regression, data: SeriesData, columns: Sequence[str], bound: float = TOO_ALIKE
) -> tuple[Group, ...]:
    """Return the groups of a series, in the order in which they became active.

    Columns without an active month are left out: nothing can be said of them.
    """
    known = np.isfinite(regression.y)
    weights = data.past[list(columns)].to_numpy(dtype=float)[known]
    active = (np.abs(weights) > ACTIVE).any(axis=0) & (np.ptp(weights, axis=0) > 1e-9)
    seen = [c for c, is_active in zip(columns, active, strict=True) if is_active]
    singles, inseparable = _set_apart(regression, _singles(regression, data, seen))
    parts = _merge_alike(regression, singles, bound)
    parts = _merge_dependent(regression, parts, bound)
    parts = [_no_effect_in_common(regression, g) for g in _bundled(regression, parts)] + inseparable
    return tuple(sorted(parts, key=lambda g: (int(g.active[0]), g.name)))


def _singles(regression: Regression, data: SeriesData, columns: list[str]) -> list[Group]:
    """Return each column as a group of its own."""
    past, ahead = (frame[columns].to_numpy(dtype=float) for frame in (data.past, data.future))
    prior = data.prior.loc[columns, ["mean", "sd"]].to_numpy(dtype=float)
    made = []
    for i, column in enumerate(columns):
        ids = data.design.members.get(column) or (column,)
        why = (GroupReason("one_column"),) if len(ids) > 1 else ()
        members = _by_start(regression, ids)
        made.append(Group(members[0], members, past[:, [i]], ahead[:, [i]], prior[[i]], why))
    return made


def _by_start(regression: Regression, ids: Sequence[str]) -> tuple[str, ...]:
    """Return ids without repetition, the earliest start first; those of no calendar as they came."""
    once = list(dict.fromkeys(ids))
    if regression.calendar is None:
        return tuple(once)
    known = regression.calendar.arrays
    return tuple(sorted(once, key=lambda i: known.start[known.place[i]] if i in known.place else FAR))


def _set_apart(regression: Regression, parts: list[Group]) -> tuple[list[Group], list[Group]]:
    """Set columns apart that cannot be separated and may not be one effect, each such set as a group of its
    own.

    A set inside one bundle stays: its joint effect is what a bundle asks for.
    """
    if len(parts) < 2:
        return parts, []
    apart: list[Group] = []
    gone: set[int] = set()
    for places, index in dependent_sets(difference(regression, np.column_stack([g.columns for g in parts]))):
        mine = [parts[i] for i in places]
        signs = [float(np.sign(mean)) for g in mine for mean in g.prior[:, 0]]
        bundled = set.intersection(*(_bundles(regression, g) for g in mine))
        if bundled or one_effect(signs, [int(g.active[0]) for g in mine]):
            continue
        why = GroupReason("not_separable", f"{index:.0f}")
        apart.append(_beside(regression, mine, why))
        gone.update(places)
    return [g for i, g in enumerate(parts) if i not in gone], apart


def _merge_alike(regression: Regression, parts: list[Group], bound: float) -> list[Group]:
    """Join columns that are nearly the same, or opposite, in the months with figures, until none are."""
    parts = list(parts)
    while len(parts) > 1:
        z = difference(regression, np.column_stack([g.columns for g in parts]))
        length = np.sqrt((z * z).sum(axis=0))
        unit = z / np.where(length > 0.0, length, 1.0)
        alike = np.abs(np.tril(unit.T @ unit, -1))
        i, j = (int(x) for x in np.unravel_index(int(alike.argmax()), alike.shape))
        if alike[i, j] <= bound:
            break
        why = GroupReason("same_months", f"{alike[i, j]:.2f}")
        merged = _merge(regression, [parts[i], parts[j]], why)
        parts = [g for k, g in enumerate(parts) if k not in (i, j)] + [merged]
    return parts


def _merge_dependent(regression: Regression, parts: list[Group], bound: float) -> list[Group]:
    """Join columns of which one is nearly a sum of others: with
    those of its bundle first, else with all of them.
    """
    parts = list(parts)
    while len(parts) > 1:
        j, own, share = _least_own(regression, parts)
        if own > 1.0 - bound * bound:
            break
        found = [i for i, s in enumerate(share) if s > 0.1 * max(share)]
        mine = [i for i in found if _bundles(regression, parts[i]) & _bundles(regression, parts[j])]
        found = mine or [i for i, s in enumerate(share) if s > 0.5 * max(share)]
        if not found or max(share) < 1e-6:
            break  # the regressors beside the events explain it: the fit drops it and says so
        why = GroupReason("sum", f"{100 * max(own, 0.0):.0f}")
        merged = _merge(regression, [parts[i] for i in sorted((j, *found))], why)
        parts = [g for i, g in enumerate(parts) if i not in (j, *found)] + [merged]
    return parts


def _least_own(regression: Regression, parts: Sequence[Group]) -> tuple[int, float, list[float]]:
    """Return the column with the least part of its own, that
    part, and the share of each other column in it.
    """
    k = regression.beside.shape[1]
    z = difference(
        regression, np.column_stack([regression.beside.to_numpy(dtype=float), *(g.columns for g in parts)])
    )
    best: tuple[int, float, list[float]] = (0, 1.0, [0.0] * len(parts))
    for j in range(len(parts)):
        target, others = z[:, k + j], np.delete(z, k + j, axis=1)
        size, *_ = np.linalg.lstsq(others, target, rcond=None)
        rest, whole = target - others @ size, float(target @ target)
        own = float(rest @ rest) / whole if whole > 1e-12 else 0.0
        if own < best[1]:
            weight = np.abs(size[k:]) * np.sqrt((others[:, k:] ** 2).sum(axis=0))
            best = (j, own, [*weight[:j].tolist(), 0.0, *weight[j:].tolist()])
    return best


def _bundles(regression: Regression, group: Group) -> set[str]:
    if regression.calendar is None:
        return set()
    known = regression.calendar.arrays
    return {known.bundle[known.place[m]] for m in group.members if m in known.place} - {""}


def _bundled(regression: Regression, parts: list[Group]) -> list[Group]:
    """Put the columns of one bundle side by side: one group with one joint effect."""
    out: list[Group] = []
    for part in parts:
        mine = _bundles(regression, part)
        for other in [g for g in out if mine & _bundles(regression, g)]:
            out.remove(other)
            shared = ", ".join(sorted(mine & _bundles(regression, other)))
            part = _beside(regression, [other, part], GroupReason("bundle", shared))
        out.append(part)
    return out


def _no_effect_in_common(regression: Regression, group: Group) -> Group:
    """Say of members of opposite expected signs, or that began more
    than a month apart, that they have no single effect.
    """
    calendar = regression.calendar
    if calendar is None or len(group.members) < 2:
        return group
    expected = calendar.arrays.signs(regression.series_id, regression.design.coding)
    signs = [float(expected[calendar.arrays.place[m]]) for m in group.members if m in calendar.arrays.place]
    months = [day.year * 12 + day.month for day in group.starts(calendar) if pd.notna(day)]
    why: list[GroupReason] = []
    if signs and not one_effect(signs, [0]):
        why.append(GroupReason("opposite_signs"))
    if months and not one_effect([0.0], months):
        why.append(GroupReason("far_apart", str(max(months) - min(months))))
    return replace(group, why=(*group.why, *why))


def difference(regression: Regression, columns: Floats) -> Floats:
    """Return columns differenced as the model differences the
    figures; the mean taken out where it has one.
    """
    (_, d, _), (_, seasonal, _, s) = regression.order
    out = columns
    for _ in range(d):
        out = out[1:] - out[:-1]
    for _ in range(seasonal):
        out = out[s:] - out[:-s]
    mean = regression.model.mean if regression.model.mean is not None else d + seasonal == 0
    return np.asarray(out - out.mean(axis=0) if mean else out, dtype=float)


def _reasons(parts: Sequence[Group], why: GroupReason) -> tuple[GroupReason, ...]:
    return tuple(dict.fromkeys((why, *(reason for g in parts for reason in g.why))))


def _members(regression: Regression, parts: Sequence[Group]) -> tuple[str, ...]:
    return _by_start(regression, [m for g in parts for m in g.members])


def _merge(regression: Regression, parts: Sequence[Group], why: GroupReason) -> Group:
    """Return one column for several: active when any of them is."""
    prior = np.vstack([g.prior for g in parts])
    sd = PRIOR_SD if np.isfinite(prior[:, 1]).all() else math.inf
    members = _members(regression, parts)
    return Group(
        members[0],
        members,
        np.maximum.reduce([g.columns for g in parts]),
        np.maximum.reduce([g.ahead for g in parts]),
        np.array([[float(prior[:, 0].mean()), sd]]),
        _reasons(parts, why),
    )


def _beside(regression: Regression, parts: Sequence[Group], why: GroupReason) -> Group:
    """Return one group of several columns."""
    members = _members(regression, parts)
    return Group(
        members[0],
        members,
        np.column_stack([g.columns for g in parts]),
        np.column_stack([g.ahead for g in parts]),
        np.vstack([g.prior for g in parts]),
        _reasons(parts, why),
    )
