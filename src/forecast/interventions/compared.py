"""A series beside series that a measure did not touch: what it would have been by them.

Ridge regression on log levels (synthetic control without its constraints): the months before give the
weights, the months after a gap. How large a gap is ordinary is told by the donors themselves, each taken for
the series at many dates.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from forecast.data.panel import least_on_logs
from forecast.errors import ConfigError
from forecast.tables.quantiles import Bools, Floats, Ints, log_floor

if TYPE_CHECKING:
    from forecast.data.panel import Panel

#: Months before an event: the last 24 of them choose the penalty, the others fit for it.
TRIAL, AT_LEAST_BEFORE = 24, 36
#: Of a longer event only so many months are compared, and a shorter one is no effect that can be told.
MOST_AFTER, AT_LEAST_AFTER = 12, 3
#: Fewer placebos cannot give a p below 0.025; nine donors alone never one below 0.1.
ENOUGH_PLACEBOS, MOST_PLACEBOS = 39, 400
#: A donor whose own p at the event is below this moved with the measure and is left out.
MOVED = 0.1
SMALL_P = 0.05
#: Penalties that are tried, times the mean variance of the donors and the number of months.
PENALTIES: Floats = 10.0 ** np.arange(-4.0, 2.1, 0.5)
#: Donors that miss the trial months by more than this share of what the mean of the months before misses are
#: no likeness of the series.
LIKENESS = 0.9

Verdict = Literal["stands_out", "not_apart", "refused"]
Reason = Literal[
    "", "too_few_months_before", "too_few_months_after", "too_few_donors", "too_few_placebos", "no_likeness"
]
COMPARED_COLUMNS: tuple[str, ...] = (
    "series_id",
    "event",
    "first_active",
    "last_active",
    "months_before",
    "months_after",
    "estimate",
    "percent",
    "statistic",
    "p",
    "n_placebos",
    "larger",
    "penalty",
    "rmse_before",
    "donors",
    "dropped",
    "verdict",
    "reason",
)
GAP_COLUMNS: tuple[str, ...] = ("series_id", "event", "month", "actual", "expected", "gap", "part")
PLACEBO_COLUMNS: tuple[str, ...] = ("series_id", "month", "statistic", "estimate")


@dataclass(frozen=True, eq=False)
class Compared:
    """A series compared with its donors around an event.

    Attributes
    ----------
    values : mapping
        `COMPARED_COLUMNS`: the mean log gap of the months after (and in percent), the root mean squared gap
        after over that before, its rank among the placebos, the donors and those dropped with their p, and
        what may be said; ``reason`` says why it was refused.
    gaps : DataFrame
        `GAP_COLUMNS`: each month's figure, what the donors make of it, and the log gap.
    placebos : DataFrame
        `PLACEBO_COLUMNS`: the statistic of every donor at every date.
    """

    values: Mapping[str, Any]
    gaps: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(GAP_COLUMNS)))
    placebos: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PLACEBO_COLUMNS)))

    @property
    def table(self) -> pd.DataFrame:
        """The values as a table of one row."""
        return pd.DataFrame([self.values], columns=list(COMPARED_COLUMNS))


@dataclass(frozen=True)
class _Fit:
    """Gaps of one series around one date."""

    expected: Floats
    gaps: Floats
    before: int
    penalty: float
    alike: bool  #: the others say more of the trial months than the mean of the months before does

    @property
    def rmse_before(self) -> float:
        return float(np.sqrt(np.mean(self.gaps[: self.before] ** 2)))

    @property
    def statistic(self) -> float:
        after = float(np.sqrt(np.mean(self.gaps[self.before :] ** 2)))
        return after / self.rmse_before if self.rmse_before > 0 else float("nan")

    @property
    def estimate(self) -> float:
        return float(np.mean(self.gaps[self.before :]))


def compare_with_donors(
    values: pd.DataFrame, series_id: str, donors: Sequence[str], event: str, active: tuple[int, int]
) -> Compared:
    """Compare one series with its donors.

    Parameters
    ----------
    values : DataFrame
        Months x series, all of them known.
    series_id : str
        The series that the measure touched.
    donors : sequence of str
        Series that it did not touch.
    event : str
        Its name, for the table.
    active : pair of int
        Positions of its first and last active month.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> common = np.cumsum(rng.normal(0, 0.1, 90))[:, None]
    >>> logs = 8 + common + rng.normal(0, 0.05, (90, 8))
    >>> logs[78:, 0] -= 0.5
    >>> months = pd.period_range("2015-01", periods=90, freq="M")
    >>> figures = pd.DataFrame(np.exp(logs), months, ["touched", *"abcdefg"])
    >>> found = compare_with_donors(figures, "touched", list("abcdefg"), "law", (78, 89)).values
    >>> found["verdict"], -0.6 < found["estimate"] < -0.4
    ('stands_out', True)
    """
    start, last = active
    after = min(last - start + 1, MOST_AFTER)
    months = pd.PeriodIndex(values.index)
    head = {
        "series_id": series_id,
        "event": event,
        "first_active": months[start] if start < len(months) else pd.NaT,
        "last_active": months[start + after - 1] if after > 0 else pd.NaT,
        "months_before": start,
        "months_after": after,
    }
    if start < AT_LEAST_BEFORE or after < AT_LEAST_AFTER:
        short: Reason = "too_few_months_before" if start < AT_LEAST_BEFORE else "too_few_months_after"
        return _refused(head, short, donors)
    figures = values.to_numpy(float)
    least = np.array([least_on_logs(column) for column in figures.T])
    logs = pd.DataFrame(log_floor(figures, least), values.index, values.columns)
    kept, dropped, placebos = _untouched(logs[list(donors)], start, after)
    if len(kept) < 2:
        return _refused(head, "too_few_donors", kept, dropped)
    own = _fit(logs[series_id].to_numpy(), logs[kept].to_numpy(), start, after)
    if not own.alike:
        return _refused(head, "no_likeness", kept, dropped)
    n, larger, p = _rank(own.statistic, placebos["statistic"].to_numpy(float))
    if n < ENOUGH_PLACEBOS:
        return _refused(head, "too_few_placebos", kept, dropped)
    verdict: Verdict = "stands_out" if p < SMALL_P else "not_apart"
    told = {
        "estimate": own.estimate,
        "percent": 100.0 * float(np.expm1(own.estimate)),
        "statistic": own.statistic,
        "p": p,
        "n_placebos": n,
        "larger": larger,
        "penalty": own.penalty,
        "rmse_before": own.rmse_before,
        "verdict": verdict,
        "reason": "",
    }
    gaps = pd.DataFrame(
        {
            "series_id": series_id,
            "event": event,
            "month": logs.index[: start + after],
            "actual": values[series_id].to_numpy(float)[: start + after],
            "expected": np.exp(own.expected),
            "gap": own.gaps,
            "part": np.where(np.arange(start + after) < start, "before", "after"),
        }
    )
    return Compared(_whole(head | told | _named(kept, dropped)), gaps, placebos)


def compare_in_panel(
    panel: Panel,
    series_id: str,
    donors: Sequence[str],
    event: str,
    active: tuple[pd.Period, pd.Period],
    touched: Collection[str] = (),
) -> Compared:
    """Compare a series of a panel with donors of it, over the months that all of them have.

    Parameters
    ----------
    active : pair of Period
        First and last active month of the event.
    touched : collection of str
        Donors that the event touches by the calendar; they are left out and named.
    """
    unknown = [d for d in donors if d not in panel.series or d == series_id]
    if unknown or not donors:
        raise ConfigError(
            f"donors: {', '.join(unknown) or 'none'}; expected other series of the panel"
            f" ({', '.join(s for s in panel.series if s != series_id)})"
        )
    own = panel.values[series_id].dropna()
    start = active[0] - AT_LEAST_BEFORE
    needed = own.index[(own.index >= start) & (own.index <= active[1])]
    gaps = [d for d in donors if d not in touched and panel.values.loc[needed, d].isna().any()]
    used = [d for d in donors if d not in touched and d not in gaps]
    values = panel.values[[series_id, *used]].dropna()
    values = values[_unbroken(pd.PeriodIndex(values.index).asi8, active[0].ordinal)]
    first, last = (int(pd.PeriodIndex(values.index).asi8.searchsorted(m.ordinal)) for m in active)
    made = compare_with_donors(values, series_id, used, event, (first, min(last, len(values) - 1)))
    left_out = {**dict.fromkeys(touched, "touched"), **dict.fromkeys(gaps, "gaps")}
    named = ";".join(
        [*(f"{d}:{left_out[d]}" for d in donors if d in left_out), *made.values["dropped"].split(";")]
    )
    return replace(made, values={**made.values, "dropped": named.strip(";")})


def _unbroken(months: Ints, at: int) -> Bools:
    """Tell which months stand without a gap around one."""
    runs = np.cumsum(np.diff(months, prepend=months[:1] - 1) != 1)
    around = runs[np.clip(np.searchsorted(months, at), 0, len(months) - 1)] if len(months) else 0
    return np.asarray(runs == around, dtype=bool)


def _refused(
    head: dict[str, Any], reason: Reason, donors: Sequence[str], dropped: Mapping[str, float] | None = None
) -> Compared:
    return Compared(_whole(head | {"verdict": "refused", "reason": reason} | _named(donors, dropped or {})))


def _whole(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return every column, those without a value as missing; counts of nothing are zero."""
    missing = {name: 0 if name in ("n_placebos", "larger") else float("nan") for name in COMPARED_COLUMNS}
    return {name: values.get(name, missing[name]) for name in COMPARED_COLUMNS}


def _named(donors: Sequence[str], dropped: Mapping[str, float]) -> dict[str, str]:
    left_out = ";".join(f"{name}:{p:.3f}" for name, p in dropped.items())
    return {"donors": ";".join(donors), "dropped": left_out}


def _fit(y: Floats, x: Floats, start: int, after: int) -> _Fit:
    """Ridge with intercept on the months before, its penalty chosen by the last of them."""
    trial = start - TRIAL
    errors = [
        float(np.mean((y[trial:start] - predicted[trial:]) ** 2))
        for predicted in _ridge(y[:trial], x[:trial], x[:start], PENALTIES)
    ]
    alike = min(errors) <= LIKENESS * float(np.mean((y[trial:start] - y[:trial].mean()) ** 2))
    penalty = float(PENALTIES[int(np.argmin(errors))])
    (expected,) = _ridge(y[:start], x[:start], x[: start + after], [penalty])
    return _Fit(expected, y[: start + after] - expected, start, penalty, alike)


def _ridge(y: Floats, x: Floats, at: Floats, penalties: Sequence[float] | Floats) -> Iterator[Floats]:
    """Predictions at rows of donors, one for each penalty; the scale of the donors does not matter."""
    centre, middle = x.mean(axis=0), float(y.mean())
    u, s, v = np.linalg.svd(x - centre, full_matrices=False)
    projected = u.T @ (y - middle)
    size = float(np.sum(s**2)) / x.shape[1]
    for penalty in penalties:
        weights = v.T @ (s * projected / (s**2 + penalty * size))
        yield middle + (at - centre) @ weights


def _dates(months: int, after: int, donors: int) -> Ints:
    """Positions of placebo dates: as many as there is room for, evenly spaced, no more than needed."""
    room = np.arange(AT_LEAST_BEFORE, months - after + 1)
    most = max(MOST_PLACEBOS // max(donors, 1), 1)
    return room[:: max(1, -(-len(room) // most))]


def _placebos(logs: pd.DataFrame, dates: Ints, after: int) -> pd.DataFrame:
    """Each donor taken for the series, at each date, beside the others."""
    rows = []
    x = logs.to_numpy()
    for j, name in enumerate(logs.columns):
        others = np.delete(x, j, axis=1)
        for date in dates.tolist():
            fit = _fit(x[:, j], others, date, after)
            rows.append((name, logs.index[date], fit.statistic, fit.estimate))
    return pd.DataFrame(rows, columns=list(PLACEBO_COLUMNS))


def _untouched(
    logs: pd.DataFrame, start: int, after: int
) -> tuple[list[str], dict[str, float], pd.DataFrame]:
    """Return donors that did not move at the event, those that did with their p, and placebos of the rest.

    One that moved is in the fits of all others, so they are left out one by one, the plainest first.
    """
    names, moved, placebos = [str(name) for name in logs.columns], dict[str, float](), pd.DataFrame()
    while len(names) > 1:
        x = logs[names].to_numpy()
        placebos = _placebos(logs[names], _dates(len(logs), after, len(names)), after)
        own = [_fit(x[:, j], np.delete(x, j, axis=1), start, after).statistic for j in range(len(names))]
        plainest = int(np.argmax(np.nan_to_num(own, nan=-1.0)))
        p = _rank(own[plainest], placebos["statistic"].to_numpy(float))[2]
        if p >= MOVED:
            break
        moved[names.pop(plainest)] = p
    return names, moved, placebos


def _rank(statistic: float, placebos: Floats) -> tuple[int, int, float]:
    """Number of placebos, those at least as large, and p."""
    known = placebos[np.isfinite(placebos)]
    n, larger = len(known), int((known >= statistic).sum())
    return n, larger, (1 + larger) / (1 + n)
