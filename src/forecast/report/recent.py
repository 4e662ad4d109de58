"""Facts of a run that a page tells first, each by one small function; None or empty where a run has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import pandas as pd

from forecast.interventions.foresight import worth_of
from forecast.report import labels
from forecast.report.rows import (
    ChanceRow,
    EventRow,
    GainRow,
    PartRow,
    RecentRow,
    TotalRow,
    VolatilityRow,
    records,
)
from forecast.tables import forecasts
from forecast.tables.forecasts import select

if TYPE_CHECKING:
    from forecast.experiment.run import Run

Ends = tuple[float, float]


#: A share of fewer dates says nothing: twelve of a promised 80% lie anywhere between 58% and 100%.
FEWEST = 12


Promise = Literal["kept", "less", "more"]
#: Share of outcomes that the range of the page should hold, and how far off is about as much.
PROMISED, NEAR_PROMISE = 0.8, 0.05


class Distance(NamedTuple):
    """How the headline did at one distance in the last ten years, and before a major measure began."""

    horizon: int
    n: int
    held: int
    share: float
    fair: bool
    skill: float
    better: bool
    before_n: int
    before_held: int

    @property
    def promise(self) -> Promise:
        """Whether the range held about as often as promised: within five points of it."""
        gap = self.share - PROMISED
        return "kept" if abs(gap) <= NEAR_PROMISE + 1e-9 else "less" if gap < 0 else "more"


def distances(run: Run, series_id: str) -> list[Distance]:
    """Return how the headline did in the last ten years, one entry a distance."""
    table = run.recent
    rows = select(table, series_id=series_id)
    out = []
    for row in records(rows, RecentRow):
        n, held = int(row.n), int(row.held)
        before = (int(row.before_n), int(row.before_held)) if pd.notna(row.before_n) else (0, 0)
        out.append(
            Distance(
                int(row.horizon),
                n,
                held,
                held / max(n, 1),
                bool(row.fair),
                float(row.skill),
                bool(row.better),
                *before,
            )
        )
    return sorted(out)


def worst(found: list[Distance]) -> Distance | None:
    """Return the distance shown at which the range held least often, of those with enough dates."""
    shown = [one for one in found if one.horizon in (1, 3, 6, 12) and one.n >= FEWEST]
    return min(shown, key=lambda one: (one.share, -one.horizon)) if shown else None


class NoBetter(NamedTuple):
    """The distances at which the headline was no better than the last count.

    `spans`: First and last distance of each run of them; `always`: Whether these are all that were scored;
    `beyond`: Whether the last of them is the farthest that was.
    """

    distances: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    always: bool
    beyond: bool


def no_better(run: Run, series_id: str) -> NoBetter | None:
    """Return the distances at which the headline was no better than the last count, or None."""
    scored = [one for one in distances(run, series_id) if one.skill == one.skill]
    poor = [one.horizon for one in scored if not one.better]
    if not poor:
        return None
    spans: list[tuple[int, int]] = []
    for horizon in poor:
        if spans and spans[-1][1] == horizon - 1:
            spans[-1] = spans[-1][0], horizon
        else:
            spans.append((horizon, horizon))
    return NoBetter(tuple(poor), tuple(spans), len(poor) == len(scored), not scored[-1].better)


def since(run: Run, series_id: str) -> int | None:
    """Return the year of the first date of the last ten years."""
    table = run.recent
    rows = select(table, series_id=series_id)
    return int(pd.Timestamp(rows["first"].min()).year) if len(rows) else None


def _headline(run: Run, name: str, series_id: str) -> pd.DataFrame:
    """Return the headline's rows of a table that has rows of every model."""
    table = getattr(run, name)
    return select(forecasts.headline(table, run.headline), series_id=series_id) if len(table) else table


class Total(NamedTuple):
    """A stretch of months by joint paths: middle, 80% range, the stretch before, chance of less."""

    first: pd.Period
    last: pd.Period
    middle: float
    ends: Ends | None
    before: float | None
    below: float | None


def total(run: Run, series_id: str, kind: str) -> Total | None:
    """Return the first total of a kind, `fiscal_year`, or the level of the `next_6` months."""
    rows = _headline(run, "totals", series_id)
    rows = select(rows, kind=kind).sort_values("first_month") if len(rows) else rows
    row = next(iter(records(rows, TotalRow)), None)
    if row is None:
        return None
    low, high = float(row.lower_80), float(row.upper_80)
    return Total(
        row.first_month,
        row.last_month,
        float(row.median),
        (low, high) if low == low and high == high else None,
        float(row.before) if row.before == row.before else None,
        float(row.chance_below_before) if row.chance_below_before == row.chance_below_before else None,
    )


class Chance(NamedTuple):
    """A chance: of which event, against which count of which month, and whether it may be said as it is."""

    threshold: float
    chance: float
    code: str  #: ``under_5`` or ``over_95`` where the count lies outside the 95% range


def chances(run: Run, series_id: str) -> dict[int, dict[str, Chance]]:
    """Return the chances of each month, by its distance and what they are of."""
    out: dict[int, dict[str, Chance]] = {}
    for row in records(_headline(run, "chances", series_id), ChanceRow):
        if row.told == row.told:
            told = float(row.told)
            out.setdefault(int(row.horizon), {})[str(row.event)] = Chance(
                float(row.threshold), told, limit_of(told)
            )
    return out


def limit_of(chance: float) -> str:
    """Return whether a chance is told by a limit alone: ``under_5``, ``over_95`` or nothing."""
    return "under_5" if chance < 0.05 else "over_95" if chance > 0.95 else ""


class Change(NamedTuple):
    """When monthly surprises changed, the range of that date, and how many times as large they are."""

    month: pd.Period
    lower: pd.Period
    upper: pd.Period
    times: float
    larger: bool


def breaks(run: Run, series_id: str) -> pd.DataFrame:
    """Return what is known of changes of the surprises of a series; empty where nobody looked."""
    table = run.volatility_breaks
    return select(table, series_id=series_id)


def change(found: pd.DataFrame) -> Change | None:
    """Return the newest of some changes, or None."""
    if not len(found):
        return None
    row, ratio = records(found, VolatilityRow)[-1], float(found["ratio"].iloc[-1])
    return Change(row.month, row.lower, row.upper, max(ratio, 1 / ratio), ratio > 1)


def surprises(run: Run, series_id: str) -> Change | None:
    """Return the change of the surprises that decides how wide ranges are, or None."""
    found = breaks(run, series_id)
    return change(found[found["decides_ranges"].astype(bool)]) if len(found) else None


class Worth(NamedTuple):
    """What knowing the events was worth: the change of the mean miss, its interval, what may be said."""

    horizon: int
    gain: float
    lower: float
    upper: float
    n: int
    code: str


def worth(run: Run, series_id: str) -> Worth | None:
    """Return what knowing the events was worth six months ahead, in the coding of the run."""
    coding = run.experiment.events.coding
    if not len(run.knowledge):
        return None
    rows = select(run.knowledge, model=run.headline, series_id=series_id, metric="mae", coding=coding)
    row = next(iter(records(rows[rows["horizon"].astype(str) == "6"], GainRow)), None)
    if row is None or row.lower != row.lower:
        return None
    gain, lower, upper = float(row.gain), float(row.lower), float(row.upper)
    return Worth(6, gain, lower, upper, int(row.n), worth_of(gain, lower, upper))


def level(run: Run, series_id: str) -> tuple[float, Ends | None] | None:
    """Return the mean of the next six months with its own 80% range, from joint paths; None without them."""
    found = total(run, series_id, "next_6")
    return None if found is None else (found.middle, found.ends)


class Began(NamedTuple):
    """A measure that began after the date of the report: its name, its day, and that day as it is told."""

    name: str
    day: pd.Timestamp
    when: str


def began_afterwards(run: Run) -> list[Began]:
    """Return the major measures that began after the date of the report."""
    table = run.events_afterwards
    called, rows = labels.Measures(table), records(table, EventRow)
    return [Began(called.names([row.id]), row.effective_start, called.days([row.id])) for row in rows]


#: End of the id of a part that holds arrests inside the country.
INTERIOR = "at_large"


class Part(NamedTuple):
    """A published part inside the definition of the count: its share at first and lately."""

    first: pd.Period
    first_share: float
    month: pd.Period
    share: float


def part(run: Run, series_id: str) -> Part | None:
    """Return the part of a count that its definition would not lead a reader to expect."""
    table = run.parts
    rows = select(table, series_id=series_id).sort_values("month") if len(table) else table
    rows = rows[rows["part"].astype(str).str.endswith(INTERIOR)] if len(rows) else rows
    if not len(rows):
        return None
    first, last = records(rows, PartRow)[0], records(rows, PartRow)[-1]
    return Part(first.month, float(first.share), last.month, float(last.share))


class Revisions(NamedTuple):
    """Of the last twelve months: how many are open, were revised, and have a first figure that is known.

    `fiscal`: Whether the figures have fiscal years, with which they close.
    """

    open: int
    revised: int
    known: int
    fiscal: bool


def revisions(run: Run, series_id: str) -> Revisions | None:
    """Return what may be revised, by vintage and fiscal year."""
    table = run.revisions
    rows = select(table, series_id=series_id)
    if not len(rows):
        return None
    still, revised, known = (
        int(rows[name].astype(bool).sum()) for name in ("open", "revised", "first_known")
    )
    return Revisions(still, revised, known, run.experiment.data.layout.fiscal_start is not None)


class Dated(NamedTuple):
    """Of how many months the day of a release is on record."""

    n: int
    months: int


def dated(run: Run, series_id: str) -> Dated | None:
    """Return for how many months a release is dated by its day."""
    table = run.first_released
    rows = select(table, series_id=series_id) if len(table) and "dated" in table else pd.DataFrame()
    return Dated(int(rows["dated"].astype(bool).sum()), len(rows)) if len(rows) else None
