"""From medians to forecasts: ranges, combinations, events laid
over them, and parts that add up to their sum.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from forecast.backtesting.folds import FoldSettings, FoldSource
from forecast.config.settings import LEVELS, CombinationSpec, Experiment
from forecast.data.observations import Observations
from forecast.errors import ConfigError
from forecast.events.calendar import EventCalendar
from forecast.experiment.named import pair_with_events
from forecast.postprocess.adaptive import widen_after_misses
from forecast.postprocess.combination import combine
from forecast.postprocess.event_adjustment import adjust_for_events
from forecast.postprocess.intervals import add_intervals, own_intervals
from forecast.postprocess.reconciliation import children_of, reconcile
from forecast.tables.quantiles import as_counted


def postprocess(
    exp: Experiment,
    forecasts: pd.DataFrame,
    obs: Observations,
    as_of: pd.Timestamp,
    since: pd.Timestamp | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Give every row its ranges and add the combinations; each origin sees only errors that had matured by
    it.

    Parameters
    ----------
    since : Timestamp, optional
        Of earlier origins only the medians are returned, all that later ones need of them.

    Returns
    -------
    forecasts, basis, weights : DataFrame
    """
    extra = _leak_noise(exp, obs, as_of)
    ranged, basis = add_intervals(forecasts, obs, exp.intervals, LEVELS, extra)
    adapt = exp.intervals.adapt > 0
    if since is not None and not adapt:  # which needs all ranges as they were made
        ranged = ranged[(ranged["origin"] >= since) | (ranged["level"] == 0.5)]
    tables, bases, weights = [ranged], [basis], []
    present = set(ranged["model"].unique())
    for name, spec in exp.combination.items():
        if not set(spec.members) <= present:
            continue  # a member without any forecast: its folds say why
        combined, used = combine(_members(spec, ranged, forecasts), obs, name, spec, exp.intervals, extra)
        if spec.average == "points":
            combined, basis = add_intervals(combined, obs, exp.intervals, LEVELS, extra)
            bases.append(basis)
        elif spec.ranges == "model":
            combined, basis = own_intervals(combined)
            bases.append(basis)
        tables.append(combined)
        weights.append(used)
    frames = [w for w in weights if len(w)]
    made = pd.concat(tables, ignore_index=True)
    if adapt:
        made = widen_after_misses(made, obs, exp.intervals)
    # what was added up on another scale ends beside its figure: 499.9999999999998 is not below 500
    made["value"] = as_counted(made["value"].to_numpy(float))
    return (
        made,
        pd.concat(bases, ignore_index=True),
        pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(),
    )


def _members(spec: CombinationSpec, ranged: pd.DataFrame, forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return the members of a combination, with the ranges that it averages."""
    table = ranged if (spec.average, spec.ranges) == ("quantiles", "errors") else forecasts
    return table[table["model"].isin(spec.members) & (table["knowledge"] == "none")]


def _own_ranges(exp: Experiment) -> bool:
    """Tell whether any row needs the quantiles that the models give themselves."""
    combined = any(spec.ranges == "model" for spec in exp.combination.values())
    return combined or exp.intervals.method == "model"


def fold_settings(exp: Experiment) -> FoldSettings:
    """Return what every fold of an experiment shares."""
    return FoldSettings(
        horizon=exp.horizon,
        # where the calendar stands and how effects are told decides no fold: it stays out of its hash
        events=replace(exp.events, path=None, effects=None, donors=()),
        window=exp.backtest.window,
        include_leaks=exp.data.include_leaks,
        levels=LEVELS if _own_ranges(exp) else (0.5,),
    )


def lay_events(
    exp: Experiment,
    ranges: pd.DataFrame,
    obs: Observations,
    calendar: EventCalendar,
    source: FoldSource | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lay shrunken event effects once over each combination that asks for it, from what was known at each
    origin.

    Parameters
    ----------
    source : FoldSource, optional
        Panels and designs that the backtest made already.

    Returns
    -------
    forecasts, sizes : DataFrame
        The adjusted rows, and the sizes behind them at every origin.
    """
    wanted = {name: c.with_events for name, c in exp.combination.items() if c.with_events}
    source = source or FoldSource(obs, calendar, fold_settings(exp))
    series = tuple(exp.target.series)
    tables, sizes, designs, last = [], [], {}, {}
    for name, label in wanted.items():
        table = ranges[ranges["model"] == name]
        for origin in map(pd.Timestamp, table["origin"].unique()):
            if origin not in designs:
                designs[origin] = source.design(origin, series, "at_origin")
                panel: Any = source.panel(origin, series)
                if len(panel.leaks):
                    last[origin] = panel.values.index[-1]
        if len(table):
            moved, size = adjust_for_events(table, obs, designs, name=label, last_known=last)
            tables.append(moved)
            sizes.append(size)
    if not tables:
        return ranges.iloc[:0], pd.DataFrame()
    return pd.concat(tables, ignore_index=True), pd.concat(sizes, ignore_index=True)


def _leak_noise(exp: Experiment, obs: Observations, as_of: pd.Timestamp) -> pd.DataFrame | None:
    """Return the error of leaks that fill a month at `as_of`, to be added to all widths of that origin."""
    if not exp.data.include_leaks:
        return None
    leaks = obs.as_of(as_of, list(exp.target.series), include_leaks=True).leaks
    if leaks.empty:
        return None
    last = leaks.sort_values("month").groupby("series_id")["log_sd"].last()
    return pd.DataFrame({"series_id": last.index, "origin": as_of, "sd": last.to_numpy()})


# --------------------------------------------------------------------------- parts that add up


@dataclass(frozen=True)
class Sums:
    """The headline made to add up.

    Attributes
    ----------
    forecasts : DataFrame
        All rows; those of the headline add up, and have rows without a level: means.
    apart : DataFrame
        The headline's rows before, for the test of what adding up was worth.
    basis : DataFrame
        What each origin rests on, and why it was left out where it was.
    """

    forecasts: pd.DataFrame
    apart: pd.DataFrame
    basis: pd.DataFrame


def add_up(exp: Experiment, ranges: pd.DataFrame, obs: Observations, since: pd.Timestamp) -> Sums:
    """Make the headline (and the same with events) add up, as `reconciliation.method` says.

    Origins before `since` are left as they are; one with too few errors has no headline, and `basis` says so.
    """
    spec = exp.reconciliation
    if spec.method == "none":
        return Sums(ranges, ranges.iloc[:0], pd.DataFrame())
    tree = parts_of(exp, obs)
    pair = pair_with_events(exp)
    beside = pair if pair is not None and pair[0] == exp.report.headline else ()
    mine = ranges["model"].isin({exp.report.headline, *beside})
    made, basis = reconcile(ranges[mine], obs, tree, spec.method, spec.paths, exp.seed, since=since)
    before = mine & (ranges["origin"] < since)
    whole = pd.concat([ranges[~mine], ranges[before], made], ignore_index=True)
    return Sums(whole, ranges[mine & ~before], basis)


def parts_of(exp: Experiment, obs: Observations) -> dict[str, tuple[str, ...]]:
    """Return the sum of an experiment and its parts: one level of the hierarchy, or the user's own series.

    Raises
    ------
    ConfigError
        When `target.total` is not given, or its parts are not all among the series.
    """
    total, series = exp.target.total, set(exp.target.series)
    if total is None or total not in series:
        raise ConfigError("reconciliation: name the sum of the series as target.total, among target.series")
    rows = obs.hierarchy[obs.hierarchy["parent"] == total] if len(obs.hierarchy) else obs.hierarchy
    if rows.empty:
        return {total: tuple(s for s in exp.target.series if s != total)}
    for breakdown in rows["breakdown"]:
        tree = (
            children_of(obs, total, str(breakdown)) if list(rows["breakdown"]).count(breakdown) == 1 else {}
        )
        if tree and set(tree[total]) == series - {total}:
            return tree
    raise ConfigError(
        f"reconciliation: the series beside {total} are no whole breakdown of it; expected all of one of"
        f" {', '.join(map(str, rows['breakdown']))} (hierarchy.csv)"
    )
