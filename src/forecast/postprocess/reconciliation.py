"""Forecasts of a total and its parts that add up.

Paths are drawn from the ranges of every node, tied across nodes by the correlations of known errors and
across horizons as a random walk is; each path is reconciled, and ranges are read from the paths of a node.
Quantiles therefore do not add up, means do. It is done for coherence, not for accuracy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecast.data.parse import month_text
from forecast.data.sums import contradictions, newest
from forecast.errors import ConfigError, DataError, counted, nearest
from forecast.postprocess.mint import METHODS, reconcile_values, shrunken_covariance, summing_matrix
from forecast.postprocess.paths import noise, random_walk
from forecast.tables.columns import FORECAST_COLUMNS
from forecast.tables.distributions import values_at
from forecast.tables.known_errors import KnownErrors, known_errors
from forecast.tables.outcomes import outcomes
from forecast.tables.quantiles import (
    Floats,
    Ints,
    QuantileTable,
    SeriesArrays,
    check_table,
    days,
    ordered_unique,
    periods,
    series_arrays,
    stamps,
    to_long,
    to_wide,
)

if TYPE_CHECKING:
    from forecast.data.observations import Observations

BASIS_COLUMNS: tuple[str, ...] = (
    "model",
    "knowledge",
    "scenario",
    "origin",
    "method",
    "n_errors",
    "shrinkage",
    "months",
    "note",
)
PATHS, SEED = 1000, 20240507
AT_LEAST = 24  #: known errors common to all nodes before anything is reconciled


@dataclass(frozen=True)
class Tree:
    """Nodes from the top down, the matrix that adds the bottom up, and the states of one model's nodes."""

    nodes: tuple[str, ...]
    summing: Floats
    states: tuple[KnownErrors, ...]
    quantiles: tuple[Floats, ...]
    levels: Floats


def children_of(obs: Observations, parent: str, breakdown: str | None = None) -> dict[str, tuple[str, ...]]:
    """One level of a hierarchy from the table of the observations.

    Examples
    --------
    >>> import forecast.data as data
    >>> obs = data.load_observations()
    >>> children_of(obs, "southwest", "component")
    {'southwest': ('southwest.ofo', 'southwest.usbp')}
    """
    rows = obs.hierarchy[obs.hierarchy["parent"] == parent]
    kinds = rows["breakdown"].tolist()
    chosen = rows if breakdown is None else rows[rows["breakdown"] == breakdown]
    if len(chosen) != 1:
        raise ConfigError(
            f"hierarchy: '{parent}' is divided by {', '.join(kinds) or 'nothing'}; "
            f"expected one of them as the breakdown, not {breakdown!r}."
            f"{nearest(breakdown or '', kinds)}"
        )
    return {parent: tuple(str(chosen["children"].iloc[0]).split(";"))}


def reconcile(
    forecasts: pd.DataFrame,
    obs: Observations,
    children: Mapping[str, Sequence[str]],
    method: str = "shrinkage",
    paths: int = PATHS,
    seed: int = SEED,
    name: str | None = None,
    since: pd.Timestamp | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the forecasts of a hierarchy add up.

    Parameters
    ----------
    forecasts : DataFrame
        Long forecast table with ranges, all nodes of each model in it, at many origins.
    obs : Observations
        Figures; only first releases public at an origin are used there.
    children : mapping of str to sequence of str
        Parent -> its parts, one top; `children_of` reads one from the observations.
    method : str
        ``bottom_up``, or ``shrinkage``: least squares weighted by the shrunken covariance of known log errors
        times the forecasts (MinT).
    paths, seed : int
        Number of sample paths and seed.
    name : str, optional
        Model name of the result; the model's own when None.
    since : Timestamp, optional
        First origin that is reconciled; earlier ones only give their errors.

    Returns
    -------
    forecasts : DataFrame
        Quantiles of every node at the levels that all of them have, and rows without a level: means, which
        add up. Months that some node does not forecast (one is a month ahead of the others) are left out.
    basis : DataFrame
        For each model and origin: errors, rate of shrinkage, months reconciled, and why not where not.

    Raises
    ------
    ConfigError
        For an unknown method, a hierarchy that is no tree, a node without forecasts, or series without logs.
    DataError
        Where the figures contradict the hierarchy beyond rounding, with months and amounts.

    Examples
    --------
    >>> import forecast as fc
    >>> obs = fc.load_observations()
    >>> tree = children_of(obs, "southwest", "component")
    >>> series = ["southwest", *tree["southwest"]]
    >>> origins = fc.monthly_origins("2020-01", "2023-06", obs, series=series)
    >>> table = fc.backtest({}, obs, fc.load_events(), series, origins, horizon=2).forecasts
    >>> made, basis = reconcile(table, obs, tree, paths=200)
    >>> newest = made[(made["origin"] == origins[-1]) & made["level"].isna() & (made["horizon"] == 1)]
    >>> mean = newest.set_index("series_id")["value"]
    >>> bool(abs(mean["southwest"] - mean["southwest.usbp"] - mean["southwest.ofo"]) < 1e-6)
    True
    """
    check_table(forecasts)
    if method not in METHODS:
        raise ConfigError(
            f"reconciliation: there is no method '{method}'; expected one of {', '.join(METHODS)}."
            f"{nearest(method, METHODS)}"
        )
    nodes, _, summing = summing_matrix(children)
    wide = to_wide(forecasts[forecasts["series_id"].isin(nodes)])
    wide = wide.take(np.isfinite(wide.median))
    found = series_arrays(wide)
    made, basis = [], []
    for label in ordered_unique(b.name[:3] for b in found):
        mine = {b.name[3]: b for b in found if b.name[:3] == label}
        tree = _tree(wide, mine, obs, nodes, summing, label[0])
        tables, rows = _reconcile_model(tree, method, paths, seed, since)
        head = dict(zip(("model", "knowledge", "scenario"), (name or label[0], *label[1:]), strict=True))
        made += [t.assign(**head) for t in tables]
        basis += [{**head, **row} for row in rows]
    _check_sums(obs, children)
    table = pd.concat(made, ignore_index=True)[list(FORECAST_COLUMNS)] if made else forecasts.iloc[:0].copy()
    return table, pd.DataFrame(basis, columns=list(BASIS_COLUMNS))


def _check_sums(obs: Observations, children: Mapping[str, Sequence[str]]) -> None:
    """Refuse a hierarchy that the figures contradict beyond rounding: forecasts would add up to no truth."""
    rows = obs.table.sort_values("released", kind="stable")
    months = pd.PeriodIndex(rows["month"]).asi8
    table = newest(
        rows["series_id"].astype(str).to_numpy(),
        months,
        rows["value"].to_numpy(),
        rows["rounding"].to_numpy(),
    )
    told = []
    for parent, parts in children.items():
        stated = [
            {str(key): value for key, value in row.items()}
            for row in obs.hierarchy.to_dict("records")
            if row["parent"] == parent and {*str(row["children"]).split(";")} == {*parts}
        ]
        found = contradictions(table, parent, list(parts), next(iter(stated), None))
        lines = [
            f"{month_text(int(str(month)))}: {one['value']:,.10g}, not {one['parts']:,.10g}"
            for month, one in found.iterrows()
        ]
        if lines:
            more = f" and {counted(len(lines) - 6, 'month')} more" if len(lines) > 6 else ""
            told.append(f"  {parent} is not the sum of {', '.join(parts)}: {'; '.join(lines[:6])}{more}")
    if told:
        hint = "correct the figures, state the difference in hierarchy.csv (max_abs_gap), or do not reconcile"
        raise DataError("\n".join(["reconciliation: the figures contradict the sums", *told, hint]))


def _tree(
    wide: QuantileTable,
    mine: Mapping[str, SeriesArrays],
    obs: Observations,
    nodes: Sequence[str],
    summing: Floats,
    model: str,
) -> Tree:
    missing = [n for n in nodes if n not in mine]
    if missing:
        raise ConfigError(
            f"reconciliation: '{model}' has no forecasts of {', '.join(missing)}; expected every node of the "
            f"hierarchy ({', '.join(nodes)})"
        )
    states = tuple(known_errors(mine[n], wide.median, outcomes(obs, n)) for n in nodes)
    no_logs = [n for n, s in zip(nodes, states, strict=True) if not s.logs.all()]
    if no_logs:
        raise ConfigError(
            f"reconciliation works on log errors; {', '.join(no_logs)} have figures that are not counts"
        )
    return Tree(tuple(nodes), summing, states, tuple(mine[n].matrix(wide.values) for n in nodes), wide.levels)


def _reconcile_model(
    tree: Tree, method: str, paths: int, seed: int, since: pd.Timestamp | None
) -> tuple[list[pd.DataFrame], list[dict[str, Any]]]:
    """Reconcile one model at every origin that all nodes share."""
    origins = sorted(set.intersection(*(set(s.arrays.origins.tolist()) for s in tree.states)))
    errors, usable = _one_step(tree, origins)
    longest = max(s.arrays.horizons for s in tree.states)
    steps = noise(paths, len(tree.nodes), longest, seed=seed)
    tables, rows = [], []
    first = 0 if since is None else int(np.searchsorted(origins, days([since])[0]))
    for i, origin in list(enumerate(origins))[first:]:
        past = errors[usable[i]]
        at = [int(np.searchsorted(s.arrays.origins, origin)) for s in tree.states]
        months = _shared_months(tree, at)
        stamp = pd.Timestamp(origin, unit="D").as_unit("ns")
        row = {"origin": stamp, "method": method, "n_errors": len(past), "months": len(months)}
        if len(past) < AT_LEAST or not len(months):
            few = f"{len(past)} matured errors, {AT_LEAST} needed (an earlier backtest.start gives more)"
            why = few if len(months) else "no month in common"
            rows.append({**row, "months": 0, "shrinkage": np.nan, "note": f"not reconciled: {why}"})
            continue
        covariance, rate = shrunken_covariance(past)
        centres, levels = _at_months(tree, at, months)
        draws = _draw(levels, tree.levels, covariance, steps[:, :, : len(months)])
        whole = _add_up(draws, tree.summing, method, covariance, centres)
        tables.append(_read(tree, whole, levels, at, months, origin))
        rows.append({**row, "shrinkage": rate, "note": "quantiles are read node by node and do not add up"})
    return tables, rows


def _one_step(tree: Tree, origins: Sequence[int]) -> tuple[Floats, np.ndarray]:
    """Log errors of one month ahead (month, node), and which of them were public at each origin."""
    by_month: list[dict[int, tuple[float, int]]] = []
    for state in tree.states:
        error = state.errors(True)[:, 0]
        month, released = state.arrays.months[:, 0], state.released[:, 0]
        known = np.isfinite(error)
        by_month.append(
            {
                int(m): (float(e), int(r))
                for m, e, r in zip(month[known], error[known], released[known], strict=True)
            }
        )
    months = sorted(set.intersection(*(set(x) for x in by_month)))
    errors = np.array([[x[m][0] for x in by_month] for m in months]).reshape(len(months), len(tree.nodes))
    public = np.array([max(x[m][1] for x in by_month) for m in months], dtype=np.int64)
    return errors, public[None, :] <= np.asarray(origins, dtype=np.int64)[:, None]


def _shared_months(tree: Tree, at: Sequence[int]) -> Ints:
    """Ordinals of the months that every node forecasts at an origin, without a gap."""
    sets = []
    for state, t in zip(tree.states, at, strict=True):
        has = np.isfinite(state.centre[t])
        sets.append(set(state.arrays.months[t, has].tolist()))
    months = sorted(set.intersection(*sets))
    return np.array(months, dtype=np.int64)


def _at_months(tree: Tree, at: Sequence[int], months: Ints) -> tuple[Floats, Floats]:
    """Medians (node, month) and log quantiles (node, month, level) of one origin."""
    centres, logs = [], []
    for state, values, t in zip(tree.states, tree.quantiles, at, strict=True):
        j = months - state.arrays.last[t] - 1
        centres.append(np.maximum(state.centre[t, j], state.floors[t]))
        logs.append(state.scaled(values, True)[t, j])
    return np.array(centres), np.array(logs)


def _draw(logs: Floats, levels: Floats, covariance: Floats, increments: Floats) -> Floats:
    """Paths (path, node, month) whose quantiles are those given.

    Gaussian paths that walk at random, correlated across nodes, are put through the quantile function of each
    node and month.
    """
    from scipy.special import ndtri

    sd = np.sqrt(np.diag(covariance))
    root = np.linalg.cholesky(covariance / np.outer(sd, sd))
    steps = np.einsum("ij,pjh->pih", root, increments)
    scores = random_walk(steps)
    z = ndtri(levels)
    draws = np.empty(scores.shape)
    for i in range(logs.shape[0]):
        for h in range(logs.shape[1]):
            known = np.isfinite(logs[i, h])
            draws[:, i, h] = values_at(scores[:, i, h], z[known], logs[i, h, known])
    return np.exp(draws)


def _add_up(draws: Floats, summing: Floats, method: str, covariance: Floats, centres: Floats) -> Floats:
    """Reconcile each month's paths with W = diag(forecast) S diag(forecast)."""
    out = np.empty(draws.shape)
    for h in range(draws.shape[2]):
        weights = None if method == "bottom_up" else covariance * np.outer(centres[:, h], centres[:, h])
        out[:, :, h] = reconcile_values(draws[:, :, h], summing, weights, positive=True)
    return out


def _never_narrower(values: Floats, levels: Floats) -> Floats:
    """Keep ranges from narrowing with the month, on logs: what is known does not grow with the distance.

    The ranges that go in do not narrow either; a few hundred paths in a tail blur that.
    """
    median = values[int(np.argmin(np.abs(levels - 0.5)))]
    if not (values > 0).all():
        return values
    deviation = np.log(values / median)
    wider = np.where(
        (levels > 0.5)[:, None, None],
        np.maximum.accumulate(deviation, axis=2),
        np.minimum.accumulate(deviation, axis=2),
    )
    return np.asarray(median * np.exp(wider), dtype=float)


def _read(
    tree: Tree, paths: Floats, logs: Floats, at: Sequence[int], months: Ints, origin: int
) -> pd.DataFrame:
    """Quantiles and means of each node, at the levels that every node has there."""
    shared = np.asarray(np.isfinite(logs).all(axis=0), dtype=bool)  # month x level
    values = _never_narrower(np.quantile(paths, tree.levels, axis=0), tree.levels)  # level x node x month
    values = np.where(shared.T[:, None, :], values, np.nan)
    nodes, horizons = len(tree.nodes), len(months)
    last = np.array([s.arrays.last[t] for s, t in zip(tree.states, at, strict=True)])
    keys = pd.DataFrame(
        {
            "model": "",
            "knowledge": "",
            "scenario": "",
            "series_id": np.repeat(np.array(tree.nodes, dtype=object), horizons),
            "origin": stamps(np.full(nodes * horizons, origin, dtype=np.int64)),
            "horizon": (months[None, :] - last[:, None]).ravel(),
            "month": periods(np.tile(months, nodes)),
        }
    )
    flat = values.transpose(1, 2, 0).reshape(nodes * horizons, len(tree.levels))
    table = to_long(QuantileTable(keys, tree.levels, flat))
    means = keys.assign(level=np.nan, value=paths.mean(axis=0).ravel())
    return pd.concat([table, means[table.columns]], ignore_index=True)
