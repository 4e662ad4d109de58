"""An unofficial figure of a month as evidence beside its forecast.

The figure over the usual share of its days is a guess of the month; guess and forecast are averaged on logs,
each weighted by its precision. How far guesses are off is measured where enough of them have come true, and
a setting before. Both miss what the level does in the days that are not counted, so their errors are
correlated, and two such guesses say less than two independent ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd

from forecast.config.outlook import NowcastSpec
from forecast.postprocess.totals import RANGES
from forecast.tables.columns import ROW, Row
from forecast.tables.distributions import Distributions, distributions

if TYPE_CHECKING:
    from forecast.data.observations import Observations

Kind = Literal["leak", "month_to_date", "part_of_month"]
Basis = Literal["setting", "past_cases"]
#: Why a figure could not be weighed; empty where it was.
Reason = Literal["", "no_forecast", "no_logs", "not_positive", "surer_figure"]
#: What is told of an unofficial figure as it stands.
_FIGURE = (
    "month",
    "kind",
    "value",
    "released",
    "covers_from",
    "covers_to",
    "days",
    "days_in_month",
)
NOWCAST_COLUMNS: tuple[str, ...] = (
    *ROW,
    "origin",
    *_FIGURE,
    "share",
    "evidence",
    "evidence_sd",
    "sd_basis",
    "n_cases",
    "correlation",
    "forecast",
    "forecast_sd",
    "weight",
    *RANGES,
    "reason",
    "source",
)
#: Years whose season says which share of a month its days usually have.
SEASON_YEARS = 5
#: Normal score of the 90 % quantile.
Z_90 = 1.2815515655446004
#: Past errors of whole and of part months, over those that the settings give them.
Record = dict[str, list[float]]


class Figure(NamedTuple):
    """An unofficial figure of a month, a row of `unofficial_figures`, with its series, unit and source."""

    month: pd.Period
    kind: Kind
    value: float
    released: pd.Timestamp
    covers_from: pd.Timestamp
    covers_to: pd.Timestamp
    days: int
    days_in_month: int
    series_id: str
    rounding: float
    source: str


def _figures(table: pd.DataFrame) -> list[Figure]:
    """Return the rows of a table of unofficial figures."""
    columns = (table[name].tolist() for name in Figure._fields)
    return list(map(Figure._make, zip(*columns, strict=True)))


@dataclass(frozen=True)
class Evidence:
    """An unofficial figure of a month, and what it makes of the month.

    Attributes
    ----------
    row : Figure
    guess : float
        The figure over the usual share of its days.
    sd : float
        Error of the guess on logs.
    basis : str
        ``past_cases`` or ``setting``.
    cases : int
        Past figures of the kind that have come true.
    moves : float
        Spread of the usual moves from month to month, on logs.
    correlation : float
        Of its error with the move of the month from the last official one.
    """

    row: Figure
    share: float
    guess: float
    sd: float
    basis: Basis
    cases: int
    moves: float
    correlation: float


def unofficial_figures(obs: Observations, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return all unofficial figures public on a day, with their kind and the days that they cover."""
    rows = obs.unofficial
    rows = rows[rows["released"] <= as_of]
    months = pd.PeriodIndex(rows["month"])
    first, last = months.to_timestamp(how="start"), months.to_timestamp(how="end").normalize()
    covers = {
        name: pd.to_datetime(rows[name]).fillna(pd.Series(usual, rows.index)) if name in rows else usual
        for name, usual in (("covers_from", first), ("covers_to", last))
    }
    made = rows.assign(**covers, days_in_month=months.days_in_month)
    made["days"] = (made["covers_to"] - made["covers_from"]).dt.days + 1
    from_first = (made["covers_from"] == first).to_numpy()
    whole = (made["days"] == made["days_in_month"]).to_numpy()
    made["kind"] = np.where(whole, "leak", np.where(from_first, "month_to_date", "part_of_month"))
    return made


def usual_share(month: pd.Period, covers: tuple[pd.Timestamp, pd.Timestamp], known: pd.Series) -> float:
    """Return the share of a month that its days from one to another usually have.

    The daily rate runs straight, on logs, between the middles of the months, by the usual change from month
    to month; days of the week are not told apart, what they bring stands in the error.

    Parameters
    ----------
    month : Period
    covers : pair of Timestamp
        First and last day that is counted.
    known : Series
        Figures of the months before, by month.

    Examples
    --------
    >>> flat = pd.Series(100.0, pd.period_range("2018-01", "2023-12", freq="M"))
    >>> ends = pd.Timestamp("2024-04-01"), pd.Timestamp("2024-04-15")
    >>> 0.49 < usual_share(pd.Period("2024-04", "M"), ends, flat) < 0.51
    True
    """
    usual, days = _changes(month, known).groupby(level=0).mean(), month.days_in_month
    into, out = (float(usual.get(m.month, 0.0)) for m in (month, month + 1))
    middles = np.array([-(month - 1).days_in_month / 2, days / 2, days + (month + 1).days_in_month / 2])
    rate = np.exp(np.interp(np.arange(days) + 0.5, middles, [-into, 0.0, out]))
    first, last = (day.day for day in covers)
    return float(rate[first - 1 : last].sum() / rate.sum())


def usual_moves(month: pd.Period, known: pd.Series) -> float:
    """Return the spread of monthly changes, on logs, around those of their season; 0 if unknown."""
    changes = _changes(month, known)
    free = len(changes) - changes.index.nunique()
    around = changes - changes.groupby(level=0).transform("mean")
    return float(np.sqrt((around**2).sum() / free)) if free > 0 else 0.0


def _changes(month: pd.Period, known: pd.Series) -> pd.Series:
    """Changes of the daily rate from month to month in the last years, on logs, by month of the year."""
    recent = known[(known > 0) & (known.index < month)]
    index = pd.PeriodIndex(recent.index, freq="M")
    rate = pd.Series(np.log(recent.to_numpy(float) / index.days_in_month.to_numpy(float)), index)
    every = pd.period_range(month - 12 * SEASON_YEARS - 1, month - 1, freq="M")
    changes = rate.reindex(every).diff().dropna()
    return changes.set_axis(pd.PeriodIndex(changes.index).month)


def walk_errors(days: int, covered: tuple[int, int], horizon: int = 1) -> tuple[float, float]:
    """Return what a level that walks from day to day adds to the error of a part of a month.

    Parameters
    ----------
    days : int
        Days of the month.
    covered : pair of int
        First day that is counted, and the first after it that is not; from 0.
    horizon : int
        Months from the last official one.

    Returns
    -------
    variance, covariance : float
        Of its error, and with the move of the month from the last official one; the variance of that move is
        1.

    Examples
    --------
    >>> [round(x, 2) for x in walk_errors(30, (0, 10))], [round(x, 2) for x in walk_errors(30, (0, 30))]
    ([0.22, 0.28], [0.0, 0.0])
    """
    move, part = np.zeros((2, (horizon + 1) * days))
    move[:days], move[-days:] = -1 / days, 1 / days
    part[-days:] = 1 / days
    part[horizon * days + covered[0] : horizon * days + covered[1]] -= 1 / (covered[1] - covered[0])
    steps, own = (np.cumsum(weights[::-1]) for weights in (move, part))  # what a step does to all days after
    size = float(steps @ steps)
    return float(own @ own) / size, float(steps @ own) / size


def spread(row: Figure, moves: float, horizon: int, spec: NowcastSpec) -> tuple[float, float]:
    """Return the error of a figure on logs, and its correlation with the move of the month.

    By its kind, the days that it covers, and how much the level moves; as the settings say.
    """
    if row.kind == "leak":
        return spec.sd_whole, 0.0
    of, n, start = row.days_in_month, row.days, row.covers_from.day - 1
    variance, covariance = walk_errors(of, (start, start + n), horizon)
    error = float(np.sqrt(spec.sd_day**2 * (1.0 / n - 1.0 / of) + moves**2 * variance))
    return error, covariance * moves / error if error > 0 else 0.0


def evidence_of(
    figures: pd.DataFrame, obs: Observations, as_of: pd.Timestamp, spec: NowcastSpec, record: Record
) -> list[Evidence]:
    """Turn unofficial figures into guesses of their months, each with its error as known on a day."""
    made = []
    for row in _figures(figures):
        known = obs.actuals(row.series_id, as_of=as_of).dropna()
        share, moves = _share(row, known), usual_moves(row.month, known)
        ahead = row.month.ordinal - pd.PeriodIndex(known.index).asi8[-1]
        error, correlation = spread(row, moves, int(ahead), spec)
        past = record[_class(row.kind)]
        enough = len(past) >= spec.cases
        if enough:
            error *= float(np.sqrt(np.mean(np.square(past))))
        rounding = row.rounding / max(abs(row.value), 1.0)
        sd = float(np.sqrt(error**2 + rounding**2 / 12))
        basis: Basis = "past_cases" if enough else "setting"
        guess = row.value / share
        made.append(Evidence(row, share, guess, sd, basis, len(past), moves, correlation))
    return made


def _class(kind: str) -> str:
    """Figures of whole months have an error of their own; those of parts differ by the days covered."""
    return "whole" if kind == "leak" else "part"


def _share(row: Figure, known: pd.Series) -> float:
    if row.kind == "leak":
        return 1.0
    return usual_share(row.month, (row.covers_from, row.covers_to), known)


def past_errors(figures: pd.DataFrame, obs: Observations, as_of: pd.Timestamp, spec: NowcastSpec) -> Record:
    """Return the log errors of figures whose month is official, over the error that the settings give
    them.
    """
    found: Record = {"whole": [], "part": []}
    for row in _figures(figures[figures["series_id"].isin(obs.series_ids) & (figures["value"] > 0)]):
        known = obs.actuals(row.series_id, as_of=as_of).dropna()
        official = known.get(row.month, np.nan)
        if official > 0:
            error = np.log(row.value / _share(row, known) / official)
            own, _ = spread(row, usual_moves(row.month, known), 1, spec)
            found[_class(row.kind)].append(float(error / own))
    return found


def nowcast(
    forecasts: pd.DataFrame,
    obs: Observations,
    as_of: pd.Timestamp,
    spec: NowcastSpec = NowcastSpec(),  # noqa: B008 - frozen
) -> pd.DataFrame:
    """Weigh every unofficial figure of a month that is forecast against its forecast.

    Parameters
    ----------
    forecasts : DataFrame
        The forecast of one row made at `as_of`, with ranges.
    obs : Observations
        Figures public at `as_of`; unofficial ones that came later are left out.
    as_of : Timestamp
    spec : NowcastSpec
        Errors of unofficial figures before enough have come true.

    Returns
    -------
    DataFrame
        `NOWCAST_COLUMNS`, one row a figure. Of several figures of a month the surest is weighed; the others
        are told with the reason ``surer_figure``. It feeds no other table.

    Examples
    --------
    >>> import forecast as fc
    >>> obs, name, day = fc.load_observations(), "southwest.usbp", pd.Timestamp("2024-05-07")
    >>> origins = [*fc.monthly_origins("2020-01", "2024-02", obs, series=[name]), day]
    >>> from forecast.postprocess.intervals import add_intervals
    >>> table = add_intervals(fc.backtest({}, obs, fc.load_events(), [name], origins).forecasts, obs)[0]
    >>> row = nowcast(table[table["origin"] == day], obs, day).iloc[0]
    >>> round(row["median"], -3), row["sd_basis"]
    (129000.0, 'setting')
    """
    figures = unofficial_figures(obs, as_of)
    record = past_errors(figures, obs, as_of, spec)
    rows = []
    for row in distributions(forecasts[forecasts["origin"] == as_of], obs):
        later = pd.PeriodIndex(figures["month"]).asi8 > row.errors.arrays.last[-1]
        ahead = figures[later & (figures["series_id"] == row.name[3]).to_numpy()]
        rows += list(_weighed(row, evidence_of(ahead, obs, as_of, spec, record), as_of))
    made = pd.DataFrame(rows, columns=list(NOWCAST_COLUMNS))
    return made.sort_values(["series_id", "month", "released"], kind="stable", ignore_index=True)


def _weighed(row: Distributions, told: list[Evidence], as_of: pd.Timestamp) -> Iterator[Row]:
    surest = {e.row.month: e for e in sorted(told, key=lambda e: (-e.sd, e.row.released))}
    for evidence in told:
        horizon = evidence.row.month.ordinal - int(row.errors.arrays.last[-1])
        reason: Reason = "surer_figure" if surest[evidence.row.month] is not evidence else ""
        values: dict[str, float] = {}
        if horizon > row.quantiles.shape[1] or not row.given[-1, horizon - 1]:
            reason = "no_forecast"
        elif not row.errors.logs[-1]:
            reason = "no_logs"
        elif not evidence.guess > 0:
            reason = "not_positive"
        else:
            values = _combined(row, horizon, evidence, weighed=not reason)
        yield {
            **row.head,
            "origin": as_of,
            **{key: getattr(evidence.row, key) for key in _COPIED},
            "share": evidence.share,
            "evidence": evidence.guess,
            "evidence_sd": evidence.sd,
            "sd_basis": evidence.basis,
            "n_cases": evidence.cases,
            "correlation": evidence.correlation,
            **values,
            "reason": reason,
        }


_COPIED = (*_FIGURE, "source")


def _combined(row: Distributions, horizon: int, evidence: Evidence, weighed: bool) -> dict[str, float]:
    """Forecast and evidence as one distribution: the shape of the forecast, moved and narrowed."""
    quantiles = row.quantiles[-1, horizon - 1]
    at = dict(zip(np.round(row.levels, 9).tolist(), quantiles.tolist(), strict=True))
    middle = at[0.5]
    sd = (at[0.9] - at[0.1]) / (2 * Z_90)
    weight, left = weigh(sd, evidence) if weighed else (0.0, 1.0)
    centre, narrower = middle + weight * (np.log(evidence.guess) - middle), np.sqrt(left)
    ranges = {
        name: float(np.exp(centre + narrower * (at.get(level, np.nan) - middle)))
        for name, level in RANGES.items()
    }
    return {"forecast": float(np.exp(middle)), "forecast_sd": float(sd), "weight": float(weight), **ranges}


def weigh(sd: float, evidence: Evidence) -> tuple[float, float]:
    """Return the weight of evidence beside a forecast with this error, and the share of variance left.

    The best mean of two correlated guesses (Bates and Granger 1969).
    """
    own, other = sd**2, evidence.sd**2
    shared = evidence.correlation * evidence.sd * min(evidence.moves, sd)
    weight = float(np.clip((own - shared) / (own + other - 2 * shared), 0.0, 1.0))
    left = (1 - weight) ** 2 * own + weight**2 * other + 2 * weight * (1 - weight) * shared
    return weight, left / own
