"""How fast an effect fades, and how early it showed: profiles of the likelihood over shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd

from forecast.arima import ArimaFailure
from forecast.arima.solved import prepare_covariances
from forecast.errors import ConfigError
from forecast.events.shapes import FAR, build_up, pulse_end, to_day, weights
from forecast.interventions.regression import Floats, Group, Regression, effect_of
from forecast.tables.columns import Row

#: Factors a month that are tried; 1 is a step, and 0.05 is gone within a month.
DECAY_GRID: tuple[float, ...] = (
    0.05,
    0.1,
    0.2,
    0.3,
    0.4,
    0.5,
    0.55,
    0.6,
    0.65,
    0.7,
    0.75,
    0.8,
    0.84,
    0.88,
    0.91,
    0.94,
    0.96,
    0.98,
    0.99,
    1.0,
)
#: Half the 80 and 95 % points of chi-squared with one degree of freedom: falls in log-likelihood inside a
#: range.
FALLS = {0.8: 0.8211872, 0.95: 1.9207294}
PROFILE_COLUMNS: tuple[str, ...] = (
    "series_id",
    "event",
    "value",
    "half_life",
    "loglik",
    "fall",
    "estimate",
    "se",
    "percent",
    "inside_80",
    "inside_95",
    "note",
)
#: One row a profile.
FADING_COLUMNS: tuple[str, ...] = (
    "series_id",
    "event",
    "what",
    "best",
    "lower_80",
    "upper_80",
    "lower_95",
    "upper_95",
    "words",
    "half_life",
    "most",
)
#: What a profile says: of a decay, and of months of anticipation.
FadingCode = Literal["unknown", "lasting", "decay", "decay_or_step", "not_before", "lead"]
FADING_CODES: tuple[FadingCode, ...] = get_args(FadingCode)


@dataclass(frozen=True, eq=False)
class Profile:
    """A likelihood profile over one number of a shape.

    Attributes
    ----------
    series_id, event : str
    what : str
        ``decay`` (factor a month) or ``lead`` (months of anticipation).
    table : DataFrame
        `PROFILE_COLUMNS`, one row a value tried.
    best : float
        The value with the largest likelihood.
    ranges : mapping
        Level -> (lower, upper): values whose log-likelihood falls by less than half a chi-squared point.
    words : str
        What the profile says: a code.
    most : int
        Months of anticipation that were tried; 0 for a decay.
    """

    series_id: str
    event: str
    what: str
    table: pd.DataFrame
    best: float
    ranges: dict[float, tuple[float, float]]
    words: FadingCode
    most: int = 0

    def row(self) -> Row:
        """Return the profile in one row, `FADING_COLUMNS`."""
        ends = {
            f"{end}_{100 * level:.0f}": pair[k]
            for level, pair in self.ranges.items()
            for k, end in enumerate(("lower", "upper"))
        }
        return {
            "series_id": self.series_id,
            "event": self.event,
            "what": self.what,
            "best": self.best,
            **ends,
            "words": self.words,
            "half_life": (
                np.log(0.5) / np.log(self.best) if self.what == "decay" and self.best < 1 else np.nan
            ),
            "most": self.most,
        }


def decay_profile(
    regression: Regression, group: Group, grid: Sequence[float] = DECAY_GRID, refine: bool = True
) -> Profile:
    """Profile the likelihood over the factor by which an effect fades a month.

    Parameters
    ----------
    regression, group : Regression, Group
        The event or group of events; all of it takes the shape that is tried.
    grid : sequence of float
        Factors between 0 and 1; 1 is a step.
    refine : bool
        Try finer steps around the best value and the ends of the ranges.

    Returns
    -------
    Profile
        With 80 and 95 % ranges; an end at the edge of the grid is open, and the words say so.
    """
    wrong = [d for d in grid if not 0.0 < d <= 1.0]
    if wrong or len(grid) < 2:
        raise ConfigError(f"grid: {list(grid)} does not hold factors between 0 and 1, at least two of them")
    values = sorted(set(map(float, grid)))

    def run() -> tuple[pd.DataFrame, dict[float, tuple[float, float]]]:
        return _profile(
            regression, group, values, [reshape(regression, group, "decay", decay=d) for d in values]
        )

    table, ranges = run()
    if refine:
        values = sorted(
            {*values, *_finer(values, [_best(table), *(end for r in ranges.values() for end in r)])}
        )
        table, ranges = run()
    table["half_life"] = [np.log(0.5) / np.log(d) if d < 1.0 else np.inf for d in values]
    best = _best(table)
    code = _decay_code(best, ranges[0.95], values)
    return Profile(regression.series_id, group.name, "decay", table, best, ranges, code)


def lead_profile(regression: Regression, group: Group, most: int = 3) -> Profile:
    """Profile the likelihood over up to `most` months of anticipation, never before the event was usable."""
    if most < 1:
        raise ConfigError(f"most: {most} is not a positive number of months")
    shaped = [reshape(regression, group, None, lead=k) for k in range(most + 1)]
    table, ranges = _profile(regression, group, list(map(float, range(most + 1))), shaped)
    same = [k for k in range(1, most + 1) if np.array_equal(shaped[k].columns, shaped[k - 1].columns)]
    table.loc[table["value"].isin(same), "note"] = "not_sooner"
    code: FadingCode = "lead" if len(same) < most else "not_before"
    return Profile(regression.series_id, group.name, "lead", table, _best(table), ranges, code, most)


def reshape(
    regression: Regression,
    group: Group,
    shape: str | None,
    decay: float = 0.5,
    ramp_months: int = 12,
    lead: int = 0,
) -> Group:
    """Return a group with another shape of all its events, in one column: active when any of them is.

    Parameters
    ----------
    shape : str or None
        One of the shapes of a calendar; None leaves each event its own.
    decay, ramp_months : float, int
        Numbers of the shape; a decay by the factor 1 is a step.
    lead : int
        Months of anticipation, never before the event was usable.
    """
    if regression.calendar is None:
        raise ConfigError(
            f"{group.name}: a column given by hand has no dates, so its shape cannot be changed"
        )
    calendar = regression.calendar
    if lead:
        for event in group.members:
            calendar = calendar.replace(event, lead_months=lead)
    arrays, coding = calendar.arrays, regression.design.coding
    rows = np.array([arrays.place[m] for m in group.members], dtype=np.int64)
    origin, hindsight = to_day(regression.design.as_of), regression.design.knowledge == "hindsight"
    start, end = arrays.windows(rows, origin, hindsight, coding)
    ordinals = np.asarray(regression.months.astype("int64"))
    if shape is None:
        made = arrays.weights(rows, start, end, coding, ordinals)
    else:
        if shape != "pulse":
            known = hindsight | (arrays.end_usable[rows] <= origin)
            end = np.where(known, arrays.end[rows], FAR)
        else:
            end = pulse_end(start, end, origin)
        pair = (1, 1.0) if shape == "decay" and decay >= 1.0 else build_up(shape, decay, ramp_months)
        months, factor = np.full(len(rows), pair[0]), np.full(len(rows), float(pair[1]))
        made = weights(start, end, months, factor, ordinals)
    column = made.max(axis=0)[:, None]
    prior = group.prior.mean(axis=0, keepdims=True)
    return replace(group, columns=column, ahead=np.zeros((len(group.ahead), 1)), prior=prior)


def _profile(
    regression: Regression, group: Group, values: Sequence[float], shaped: Sequence[Group]
) -> tuple[pd.DataFrame, dict[float, tuple[float, float]]]:
    """Fit every shape with the other events beside, and find the ranges."""
    others = [g for g in regression.groups if g is not group]
    fits = regression.fit([regression.job([*others, g]) for g in shaped], "modes")
    prepare_covariances(fits)
    rows = []
    for value, one, fit in zip(values, shaped, fits, strict=True):
        estimate, se, note = effect_of(fit, one)
        loglik = float("nan") if isinstance(fit, ArimaFailure) else fit.loglik
        rows.append(
            {
                "series_id": regression.series_id,
                "event": group.name,
                "value": value,
                "half_life": np.nan,
                "loglik": loglik,
                "estimate": estimate,
                "se": se,
                "percent": regression.percent(estimate, one),
                "note": note,
            }
        )
    table = pd.DataFrame(rows, columns=list(PROFILE_COLUMNS))
    if not np.isfinite(table["loglik"]).any():
        raise ConfigError(
            f"{regression.series_id}, {group.name}: no shape could be fitted ({rows[0]['note']})"
        )
    table["fall"] = table["loglik"].max() - table["loglik"]
    ranges = {}
    for level, fall in FALLS.items():
        table[f"inside_{100 * level:.0f}"] = table["fall"] <= fall
        ranges[level] = _range(
            table["value"].to_numpy(dtype=float), table["fall"].to_numpy(dtype=float), fall
        )
    return table, ranges


def _range(values: Floats, falls: Floats, fall: float) -> tuple[float, float]:
    """Outermost values at which the fall crosses; the edge of the grid where it does not.

    The root of the fall is interpolated: a likelihood that is a parabola has straight roots.
    """
    known = np.isfinite(falls)
    values, falls, fall = values[known], np.sqrt(falls[known]), float(np.sqrt(fall))
    inside = np.flatnonzero(falls <= fall)
    first, last = int(inside[0]), int(inside[-1])
    low, high = float(values[first]), float(values[last])
    if first > 0:
        low = float(np.interp(fall, [falls[first], falls[first - 1]], [values[first], values[first - 1]]))
    if last < len(values) - 1:
        high = float(np.interp(fall, [falls[last], falls[last + 1]], [values[last], values[last + 1]]))
    return low, high


def _finer(values: Sequence[float], at: Sequence[float]) -> list[float]:
    """Return four more values in each gap of the grid next to the places that matter."""
    grid = np.array(values)
    made: list[float] = []
    for place in at:
        i = int(np.clip(np.searchsorted(grid, place), 1, len(grid) - 1))
        around = [i - 1, i] if place < grid[i] else [i - 1, i, min(i + 1, len(grid) - 1)]
        for j in around[1:]:
            made += np.linspace(grid[j - 1], grid[j], 6)[1:-1].round(4).tolist()
    return made


def _best(table: pd.DataFrame) -> float:
    return float(table["value"].iloc[int(np.nanargmax(table["loglik"].to_numpy(dtype=float)))])


def _decay_code(best: float, ends: tuple[float, float], values: Sequence[float]) -> FadingCode:
    low, high = ends
    open_low, open_high = low <= values[0], high >= values[-1]
    if open_low and open_high:
        return "unknown"
    if best == 1.0:
        return "lasting"
    return "decay_or_step" if open_high else "decay"
