"""Totals of years and the level of the months ahead, with ranges from joint paths."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.config.bounds import Bounds
from forecast.config.convert import check_arguments
from forecast.data.parse import whole_day
from forecast.postprocess.paths import PathMaker
from forecast.tables.columns import ROW
from forecast.tables.distributions import Distributions, distributions
from forecast.tables.levels import range_levels
from forecast.tables.quantiles import Floats, Ints, days, periods, stamps

if TYPE_CHECKING:
    from forecast.data.observations import Observations

PATHS, SEED = 1000, 20240507
#: A year of the fiscal or the calendar kind, or the months ahead: the mean of six, the sum of twelve.
Kind = Literal["fiscal_year", "calendar_year", "next_6", "next_12"]
KINDS: tuple[Kind, ...] = get_args(Kind)
#: Columns of a median and its central ranges, and the level of each.
RANGES: dict[str, float] = {
    "median": 0.5,
    **{
        f"{end}_{100 * central:.0f}": level
        for central in (0.5, 0.8, 0.95)
        for end, level in zip(("lower", "upper"), range_levels(central), strict=True)
    },
}
TOTAL_COLUMNS: tuple[str, ...] = (
    *ROW,
    "origin",
    "kind",
    "first_month",
    "last_month",
    "known_months",
    "ahead_months",
    "known",
    *RANGES,
    "before",
    "chance_below_before",
    "dependence",
    "n_past",
)


@dataclass(frozen=True)
class Stretch:
    """Months that are told as one figure; the last of them are forecast."""

    kind: Kind
    first: int
    last: int

    @property
    def months(self) -> Ints:
        """Ordinals of its months."""
        return np.arange(self.first, self.last + 1)

    @property
    def divisor(self) -> int:
        """What a sum is divided by: a level is a mean."""
        return len(self.months) if self.kind == "next_6" else 1


def stretches(last: int, ahead: int, fiscal_start: int | None = None) -> Iterator[Stretch]:
    """Return what can be told of the months after an ordinal: whole years, the next six and twelve months.

    Examples
    --------
    >>> march = pd.Period("2024-03", "M").ordinal
    >>> [(s.kind, str(pd.Period(ordinal=s.last, freq="M"))) for s in stretches(march, 12, fiscal_start=10)]
    [('fiscal_year', '2024-09'), ('calendar_year', '2024-12'), ('next_6', '2024-09'), ('next_12', '2025-03')]
    """
    years: dict[Kind, int] = {"calendar_year": 1}
    if fiscal_start is not None and fiscal_start != 1:
        years = {"fiscal_year": fiscal_start, **years}
    for kind, start in years.items():
        first = last + 1 - (last + 1 - (start - 1)) % 12  # ordinal 0 is a January
        while first + 11 <= last + ahead:
            yield Stretch(kind, first, first + 11)
            first += 12
    ahead_of: dict[Kind, int] = {"next_6": 6, "next_12": 12}
    for kind, length in ahead_of.items():
        if length <= ahead:
            yield Stretch(kind, last + 1, last + length)


@checked
def totals(
    forecasts: pd.DataFrame,
    obs: Observations,
    fiscal_start: int | None = None,
    origins: Iterable[object] | None = None,
    paths: int = PATHS,
    seed: int = SEED,
) -> pd.DataFrame:
    """Tell years and the months ahead as one figure each, with ranges from joint paths.

    Parameters
    ----------
    forecasts : DataFrame
        Long forecast table of many origins with ranges; the errors of earlier origins tie the months.
    obs : Observations
        Figures; at an origin only those public by then.
    fiscal_start : int, optional
        Month with which the fiscal year begins; without it no fiscal year is told.
    origins : dates, optional
        Where totals are wanted; everywhere when None.
    paths, seed : int
        Number of sample paths, and seed.

    Returns
    -------
    DataFrame
        `TOTAL_COLUMNS`, one row a forecast row, series, origin and stretch. A range that some month lacks is
        missing. Stretches with an unknown month before the forecast are left out.

    Examples
    --------
    >>> import forecast as fc
    >>> from forecast.postprocess.intervals import add_intervals
    >>> obs, name = fc.load_observations(), "southwest.usbp"
    >>> origins = fc.monthly_origins("2014-01", "2023-06", obs, series=[name])
    >>> table = add_intervals(fc.backtest({}, obs, fc.load_events(), [name], origins).forecasts, obs)[0]
    >>> year = totals(table, obs, fiscal_start=10, origins=origins[-1:]).iloc[0]
    >>> str(year["last_month"]), year["ahead_months"], year["dependence"]
    ('2023-09', 3, 'past_errors')
    """
    check_arguments(
        fiscal_start=(fiscal_start, Annotated[int, Bounds(1, 12)] | None),
        paths=(paths, Annotated[int, Bounds(2)]),
        seed=(seed, Annotated[int, Bounds(0)]),
    )
    wanted = None if origins is None else days([whole_day(one, "totals: origins") for one in origins])
    rows = [
        found
        for row in distributions(forecasts, obs)
        for found in _rows(row, fiscal_start, wanted, PathMaker(row, paths, seed))
    ]
    made = pd.DataFrame(rows, columns=list(TOTAL_COLUMNS))
    if len(made):
        made["origin"] = stamps(made["origin"].to_numpy(np.int64))
    for column in ("first_month", "last_month"):
        made[column] = periods(made[column].to_numpy(np.int64))
    return made


def _rows(
    row: Distributions, fiscal_start: int | None, wanted: Ints | None, maker: PathMaker
) -> Iterator[dict[str, Any]]:
    origins = row.origins if wanted is None else np.intersect1d(row.origins, wanted)
    for t in np.searchsorted(row.origins, origins).tolist():
        made = maker.at(t)
        if made is None:
            continue
        common = {**row.head, "origin": row.origins[t], "dependence": made.dependence, "n_past": made.n_past}
        last, sums = int(row.errors.arrays.last[t]), np.cumsum(made.values, axis=1)
        for stretch in stretches(last, sums.shape[1], fiscal_start):
            future = stretch.last - last
            known = row.sum_known(t, stretch.months[:-future])
            if np.isnan(known):
                continue
            before = row.sum_known(t, stretch.months - 12) / stretch.divisor
            whole = (known + sums[:, future - 1]) / stretch.divisor
            yield {
                **common,
                "kind": stretch.kind,
                "first_month": stretch.first,
                "last_month": stretch.last,
                "known_months": len(stretch.months) - future,
                "ahead_months": future,
                "known": known / stretch.divisor,
                **_ranges(whole, row.supported(t, future)),
                "before": before,
                "chance_below_before": share_below(whole, before),
            }


def _ranges(whole: Floats, supported: frozenset[float]) -> dict[str, float]:
    """Median and central ranges of a sum; a range that some month lacks is missing."""
    values = np.quantile(whole, list(RANGES.values())).tolist()
    told = zip(RANGES.items(), values, strict=True)
    return {name: value if level in supported else float("nan") for (name, level), value in told}


def share_below(values: Floats, threshold: float) -> float:
    """Share of paths below a figure; NaN where the figure is unknown."""
    return float(np.mean(values < threshold)) if np.isfinite(threshold) else float("nan")


def with_outcomes(past: pd.DataFrame, obs: Observations, as_of: str | dt.date | None = None) -> pd.DataFrame:
    """Put beside totals of past origins what they came to, as known on a day; missing while a month is
    open.
    """
    actual, kinds = np.full(len(past), np.nan), past["kind"].tolist()
    first, last = (pd.PeriodIndex(past[c]).asi8.tolist() for c in ("first_month", "last_month"))
    for series_id, rows in past.groupby("series_id", sort=False).indices.items():
        figures = obs.actuals(str(series_id), as_of=as_of).dropna()
        known = dict(zip(pd.PeriodIndex(figures.index).asi8.tolist(), figures.tolist(), strict=True))
        for i in rows:
            stretch = Stretch(kinds[i], first[i], last[i])
            months = stretch.months.tolist()
            if known.keys() >= set(months):
                actual[i] = sum(known[m] for m in months) / stretch.divisor
    return past.assign(actual=actual)
