"""Picking numbers out of a run's tables: rows, months, levels. Nothing is estimated here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecast.arima.exact import exact_fit
from forecast.arima.problem import FoldJob
from forecast.report import format as w
from forecast.report import labels
from forecast.report.catalogue import t
from forecast.report.rows import (
    BasisRow,
    DistanceCoverageRow,
    EventRow,
    ForecastRow,
    NamedScoreRow,
    ScoreRow,
    records,
)
from forecast.scoring.calibration import promise_bar
from forecast.tables import forecasts
from forecast.tables.forecasts import select

if TYPE_CHECKING:
    from forecast.experiment.run import Run

#: Central ranges that the page shows: name of the columns, nominal level, the two quantile levels.
RANGES: tuple[tuple[str, float, float, float], ...] = (
    ("50", 0.5, 0.25, 0.75),
    ("80", 0.8, 0.1, 0.9),
    ("95", 0.95, 0.025, 0.975),
)
SHOWN_HORIZONS = (1, 3, 6, 12)


def headline_knowledge(run: Run) -> str:
    """Return how much of the events the headline's row of a run knew."""
    return forecasts.headline_knowledge(run.forecasts if len(run.forecasts) else run.backtest, run.headline)


def quantiles(rows: pd.DataFrame) -> pd.DataFrame:
    """Return forecasts as one row a month: ``origin month horizon
    middle lower_50 upper_50 ...`` (NaN = refused).
    """
    if not len(rows):
        return pd.DataFrame(columns=["origin", "month", "horizon", "middle", *_columns()])
    wide = forecasts.wide(rows, "origin", "month", "horizon")
    out = pd.DataFrame(index=wide.index)
    out["middle"] = wide.get(0.5, np.nan)
    for name, _, low, high in RANGES:
        both = low in wide and high in wide
        out[f"lower_{name}"] = wide[low] if both else np.nan
        out[f"upper_{name}"] = wide[high] if both else np.nan
    return out.reset_index().sort_values(["origin", "horizon"], ignore_index=True)


def _columns() -> list[str]:
    return [f"{end}_{name}" for name, *_ in RANGES for end in ("lower", "upper")]


@dataclass(frozen=True)
class Basis:
    """What the ranges of one distance rest on."""

    errors: float
    highest: float
    method: str
    note: str = ""


#: A series with a larger share of zeros is nearly always zero.
_MOSTLY = 0.75


@dataclass(frozen=True)
class View:
    """One series of a run: its counts as known, the headline's forecast, and what it rests on."""

    series_id: str
    name: labels.SeriesName
    counts: pd.Series  #: Period -> value, as known
    released: pd.Series  #: Period -> day on which the month's first figure was public
    ahead: pd.DataFrame  #: one row a month, `quantiles`
    basis: dict[int, Basis]
    afterwards: pd.DataFrame  #: month, value, released; empty when nothing came later
    whole: bool

    @property
    def flat(self) -> bool:
        """Whether no range has a width."""
        return bool(len(self.ahead)) and bool((self.ahead["lower_80"] == self.ahead["upper_80"]).all())

    @property
    def exact(self) -> bool:
        """Whether the counts have been constant, a line or the same every year, whatever the ranges say."""
        return exact_fit(FoldJob(self.counts.to_numpy(float)), 12, None, None) is not None

    @property
    def zeros(self) -> tuple[int, int] | None:
        """How many counts of the last ten years were 0, of how many; None where it is not most of them."""
        counts = self.counts.dropna().iloc[-120:]
        zeros = int((counts == 0).sum())
        return (zeros, len(counts)) if zeros > _MOSTLY * len(counts) else None

    @property
    def last(self) -> pd.Period:
        """The last month with an official count."""
        return w.month(self.counts.index[-1])

    @property
    def missing(self) -> list[pd.Period]:
        """The months without a count between the first and the last."""
        return list(self.counts.index[self.counts.isna()])

    def value(self, month: pd.Period) -> float | None:
        """Return a count, or None where it is not known."""
        found = self.counts.get(month)
        return None if found is None or not np.isfinite(found) else float(found)

    def range(self, row: ForecastRow, name: str) -> tuple[float, float] | None:
        """Return a range of a row of `ahead`, or None where it was refused."""
        low, high = float(getattr(row, f"lower_{name}")), float(getattr(row, f"upper_{name}"))
        return (low, high) if np.isfinite(low) and np.isfinite(high) else None

    def numbers(self, horizon: int) -> ForecastRow | None:
        """Return the row of a distance, or None."""
        rows = self.ahead[self.ahead["horizon"] == horizon]
        return next(iter(records(rows, ForecastRow)), None)


def view(run: Run, series_id: str) -> View:
    """Return one series of a run, ready for the page."""
    known = select(run.observations, series_id=series_id).sort_values("month")
    known = known[known["status"] != "leak"] if "status" in known else known
    counts = pd.Series(known["value"].to_numpy(float), index=pd.PeriodIndex(known["month"], freq="M"))
    if len(counts):  # charts place a month by its row, so a month that is missing has one too
        counts = counts.reindex(pd.period_range(counts.index[0], counts.index[-1], freq="M"))
    # a revision comes much later than the first figure of its month
    firsts = select(run.first_released, series_id=series_id)
    firsts = firsts if len(firsts) else known
    days = pd.Series(
        pd.to_datetime(firsts["released"]).to_numpy(), index=pd.PeriodIndex(firsts["month"], freq="M")
    )
    rows = headline_rows(run.forecasts, run.headline, series_id)
    later = select(run.afterwards, series_id=series_id)
    known_series = series_id in run.series.index
    meta = dict(zip(run.series.columns, run.series.loc[series_id], strict=True)) if known_series else {}
    target = run.experiment.target
    meta["kind"] = target.kind if series_id == target.series[0] else None
    finite = counts.dropna()
    return View(
        series_id=series_id,
        name=labels.series_name(series_id, meta),
        counts=counts,
        released=days.sort_index(),
        ahead=quantiles(rows),
        basis=_basis(run, series_id),
        afterwards=later.sort_values("month") if len(later) else later,
        whole=bool((finite == finite.round()).all()),
    )


def narrowest_range(run: Run) -> float:
    """Return the width of the headline's first 80% range, by which the numbers of the page are rounded; NaN
    where it is refused.
    """
    seen = view(run, headline_series(run))
    row = seen.numbers(1)
    width = float("nan") if row is None else float(row.upper_80) - float(row.lower_80)
    return max(width, 10.0) if seen.whole else width  # counts have no decimals


def usual_wait(seen: View) -> int | None:
    """Return the usual number of days from a month's end to its figure, over the last twelve months."""
    recent = seen.released.iloc[-12:].dropna()
    if not len(recent):
        return None
    ends = pd.DatetimeIndex([month.end_time.normalize() for month in recent.index])
    return int(np.median((pd.DatetimeIndex(recent) - ends).days))


def headline_rows(table: pd.DataFrame, headline: str, series_id: str) -> pd.DataFrame:
    """Return the rows of the headline for a series."""
    return select(forecasts.headline(table, headline), series_id=series_id)


def _basis(run: Run, series_id: str) -> dict[int, Basis]:
    table = run.intervals
    if not len(table):
        return {}
    knowledge = headline_knowledge(run)
    spec = run.experiment.combination.get(run.headline)
    rows = select(table, model=run.headline, series_id=series_id, scenario="", knowledge=knowledge)
    if not len(rows) and spec is not None:
        # quantiles of members were averaged: the combination rests on the member with the fewest errors
        rows = select(table, model=tuple(spec.members), series_id=series_id, scenario="", knowledge="none")
    rows = rows[rows["origin"] == rows["origin"].max()].sort_values("n_errors")
    out: dict[int, Basis] = {}
    for row in records(rows, BasisRow):
        note = row.note if isinstance(row.note, str) else ""
        out.setdefault(
            int(row.horizon), Basis(float(row.n_errors), float(row.max_central), str(row.method), note)
        )
    return out


def needed(level: float, method: str = "square_root", horizon: int = 1) -> int:
    """Return how many past misses a central range needs, by the rule of its method.

    Examples
    --------
    >>> needed(0.8), needed(0.95)
    (4, 19)
    """
    from forecast.postprocess.intervals import METHODS

    rule = METHODS.get(method)
    if rule is None:
        return round(level / (1 - level))
    # the rules take all horizons from the first on
    table = rule.needed(np.array([level]), np.arange(1.0, horizon + 1))
    return int(np.ceil(float(table[horizon - 1, 0]) - 1e-9))


def need(run: Run, level: float, horizon: int) -> int:
    """Return `needed` by the rule of a run's own method."""
    return needed(level, str(run.experiment.intervals.method), horizon)


def headline_series(run: Run) -> str:
    """Return the series that the page is about: the total where there is one, else the first."""
    total = run.experiment.target.total
    if total and total in run.series.index:
        return str(total)
    wanted = [s for s in run.experiment.target.series if s in run.series.index]
    return str(wanted[0] if wanted else run.series.index[0])


def other_series(run: Run, main: str) -> list[str]:
    """Return the series beside the one that the page is about, in the order of the experiment."""
    return [str(s) for s in run.series.index if s != main]


# --------------------------------------------------------------------------- replay


def shown_backtest(table: pd.DataFrame, series_id: str) -> pd.DataFrame:
    """Return what the page reads of a backtest: one series, the levels
    of `RANGES`; a twentieth of it with many series.
    """
    wanted = (0.5, *(level for _, _, *both in RANGES for level in both))
    found = [level for level in table["level"].unique() if np.isclose(float(level), wanted).any()]
    return select(table[table["level"].isin(found)], series_id=series_id)


def replayed(run: Run, series_id: str) -> pd.DataFrame:
    """Return the headline's replayed forecasts with what was
    counted: ``origin month horizon middle ... truth``.
    """
    table = quantiles(headline_rows(run.backtest, run.headline, series_id))
    if not len(table):
        return table.assign(truth=pd.Series(dtype=float))
    table = table[table["origin"] < run.as_of]
    known = select(run.observations, series_id=series_id)
    truth = pd.Series(known["value"].to_numpy(float), index=pd.PeriodIndex(known["month"], freq="M"))
    start = run.experiment.backtest.score_from
    out = table.assign(truth=table["month"].map(truth))
    if start:
        # earlier origins only feed widths and weights; an origin is named by the month before its first
        # target
        newest = out.groupby("origin")["month"].transform("min") - 1
        out = out[newest >= pd.Period(start, "M")]
    kept: pd.DataFrame = out.reset_index(drop=True)
    return kept


def inside(table: pd.DataFrame, name: str = "80") -> pd.Series:
    """Return whether what was counted fell inside a range, for rows that have both."""
    rows = table.dropna(subset=["truth", f"lower_{name}", f"upper_{name}"])
    return (rows["truth"] >= rows[f"lower_{name}"]) & (rows["truth"] <= rows[f"upper_{name}"])


def track_record(replay: pd.DataFrame, series_id: str) -> pd.DataFrame:
    """Return the forecasts of `replayed` with their outcomes, in the columns of the track record."""
    table = replay.dropna(subset=["truth"])
    out = table.assign(kind="replayed", series_id=series_id)
    for name in ("50", "80"):
        known = out[f"lower_{name}"].notna() & out[f"upper_{name}"].notna()
        held = (out["truth"] >= out[f"lower_{name}"]) & (out["truth"] <= out[f"upper_{name}"])
        out[f"inside_{name}"] = held.map({True: "yes", False: "no"}).where(known, "refused")
    out["error"] = out["middle"] - out["truth"]
    front = ["kind", "series_id", "origin", "month", "horizon"]
    levels = ["lower_95", "lower_80", "lower_50", "middle", "upper_50", "upper_80", "upper_95"]
    return out[[*front, *levels, "truth", "inside_50", "inside_80", "error"]].reset_index(drop=True)


# --------------------------------------------------------------------------- calibration and scores


@dataclass(frozen=True)
class Held:
    """How often a range held at one distance, and where chance would put that share."""

    horizon: int
    nominal: float
    held: float
    n: float
    low: float
    high: float
    independent: float  #: months that are worth as much as independent ones

    @property
    def share(self) -> float:
        """Share of months inside the range."""
        return self.held / self.n

    @property
    def fair(self) -> bool:
        """Whether the share lies where nine of ten such shares would, if the promise held."""
        return self.low <= self.share <= self.high


def coverage(run: Run, series_id: str, horizons: Sequence[int] = SHOWN_HORIZONS) -> list[Held]:
    """Return how often the headline's ranges held, over the whole replay."""
    table = run.calibration
    if not len(table):
        return []
    rows = select(
        table, model=run.headline, knowledge=headline_knowledge(run), series_id=series_id, era="all"
    )
    out = []
    for row in records(rows, DistanceCoverageRow):
        if not str(row.horizon).isdigit() or int(row.horizon) not in horizons or not row.n > 0:
            continue
        held = float(row.covered) * float(row.n)
        n, independent = float(row.n), float(row.n_independent)
        low, high = promise_bar(float(row.nominal), independent)
        out.append(Held(int(row.horizon), float(row.nominal), round(held), n, low, high, independent))
    return sorted(out, key=lambda h: (h.horizon, h.nominal))


def held_at(found: Sequence[Held], horizon: int, nominal: float) -> Held | None:
    """Return one entry of `coverage`, or None."""
    return next((h for h in found if h.horizon == horizon and abs(h.nominal - nominal) < 1e-9), None)


@dataclass(frozen=True)
class ScoreBook:
    """Scores on logs of one series, looked up by row, distance, metric and era."""

    rows: Mapping[tuple[str, str, str, str, str], ScoreRow]
    eras: tuple[str, ...]  #: eras in which the headline was scored on twelve dates or more, in order

    def get(
        self, model: str, knowledge: str, horizon: int | str, metric: str, era: str = "all"
    ) -> ScoreRow | None:
        """Return one row of the scores, or None."""
        return self.rows.get((model, knowledge, str(horizon), metric, era))

    def skill(
        self, model: str, knowledge: str, horizon: int, metric: str = "wis", era: str = "all"
    ) -> float | None:
        """Return a skill, or None where it was not scored."""
        row = self.get(model, knowledge, horizon, metric, era)
        return None if row is None or not np.isfinite(float(row.skill)) else float(row.skill)


METRICS = ("wis", "mae", "median_error")


def score_book(run: Run, series_id: str) -> ScoreBook:
    """Return the scores that the page prints."""
    table = run.scores
    if not len(table):
        return ScoreBook({}, ())
    table = select(table, series_id=series_id, scale="log", scenario="", metric=METRICS)
    rows = {(r.model, r.knowledge, str(r.horizon), r.metric, r.era): r for r in records(table, NamedScoreRow)}
    book = ScoreBook(rows, ())
    knowledge = headline_knowledge(run)
    found = []
    for era in run.experiment.report.eras:
        row = book.get(run.headline, knowledge, 1, "wis", era)
        if row is not None and np.isfinite(float(row.skill)) and row.n_ok >= 12:
            found.append(era)
    return ScoreBook(rows, tuple(found))


def own_ranges(run: Run) -> bool:
    """Return whether the headline's ranges are by the models alone, not from past errors."""
    spec = run.experiment.combination.get(run.headline)
    return run.experiment.intervals.method == "model" if spec is None else spec.ranges == "model"


def era_words(run: Run, era: str) -> str:
    """Return how an era is spoken of: ``since 2020`` or ``2014 to 2019``."""
    first, last = run.experiment.report.eras[era]
    if era_is_open(run, era):
        return t("since {year}", year=first[:4] if first[5:] == "01" else w.month_long(first))
    return t("{first} to {last}", first=first[:4], last=last[:4])


def era_is_open(run: Run, era: str) -> bool:
    """Return whether an era still runs on the date of the report."""
    last = run.experiment.report.eras[era][1]
    return bool(last[:4] >= "2100" or pd.Period(last, "M") >= pd.Period(run.as_of, "M"))


# --------------------------------------------------------------------------- events


def display_events(run: Run) -> pd.DataFrame:
    """Return the events a reader expects on a chart, one a month or bundle, named by all that began with it:
    ``month label ids size priority started``.
    """
    table = run.events
    columns = ["month", "label", "ids", "size", "priority", "started"]
    if not len(table):
        return pd.DataFrame(columns=columns)
    shown = table["judged_priority"] if "judged_priority" in table else table["priority"]
    rows = table[(shown == 1) & table["effective_start"].notna()].sort_values(["effective_start", "priority"])
    bundle = rows["bundle"].fillna("") if "bundle" in rows else pd.Series("", index=rows.index)
    out: dict[str, dict[str, Any]] = {}
    for row, group in zip(records(rows, EventRow), bundle, strict=True):
        month, priority = pd.Period(row.effective_start, "M"), int(row.priority)
        key = group or next((k for k, v in out.items() if v["month"] == month), str(row.id))
        begun = {"month": month, "ids": [], "priority": priority, "started": row.effective_start}
        entry = out.setdefault(key, begun)
        entry["ids"].append(str(row.id))
        if priority < entry["priority"]:
            entry |= {"priority": priority, "started": row.effective_start} | (
                {"month": month} if group else {}
            )
        named = re.match(r"\d{4}-\d{2}\b", group)
        if named:  # a bundle stands in the month in which it took hold
            entry["month"] = pd.Period(named[0], "M")
    called = labels.Measures(table)
    made = [
        {**one, "size": len(one["ids"]), "label": called.names(one["ids"], short=True)}
        for one in out.values()
    ]
    return pd.DataFrame(made, columns=columns).sort_values("month", ignore_index=True)


def flags(run: Run, first: pd.Period, last: pd.Period, limit: int = 6) -> pd.DataFrame:
    """Return at most six events of a window: by priority by rule, groups before single ones.

    Of one priority those go first that are farthest from the ones chosen, so that the whole window is told.
    """
    found = display_events(run)
    found = found[(found["month"] >= first) & (found["month"] <= last)].reset_index(drop=True)
    chosen: list[int] = []
    for rank in sorted(
        {(int(p), int(size < 2)) for p, size in zip(found["priority"], found["size"], strict=True)}
    ):
        rest = [i for i in found.index if (found["priority"][i], int(found["size"][i] < 2)) == rank]
        while rest and len(chosen) < limit:
            best = max(rest, key=lambda i: (_distance(found["month"], i, chosen), i))
            chosen.append(best)
            rest.remove(best)
    return found.loc[sorted(chosen)].sort_values("month", ignore_index=True)


def _distance(months: pd.Series, i: int, chosen: Sequence[int]) -> int:
    return min((abs((months[i] - months[j]).n) for j in chosen), default=0)


def first_chart_start(run: Run, seen: View) -> pd.Period:
    """Return the first month of the first chart: after the last break of level that is a year or more back.

    The setting ``report.level_break`` decides where it is given. Otherwise the first whole month after the
    latest event of first (judged) priority that began at least twelve months before the last count, but not
    more than five years back; without one, two years before the last count.
    """
    first = w.month(seen.counts.index[0])
    if run.experiment.report.level_break:
        return max(first, pd.Period(run.experiment.report.level_break, "M"))
    latest = seen.last - 11
    begun = [
        pd.Period(day, "M") + (1 if day.day > 1 else 0)
        for day in display_events(run)["started"]
        if pd.notna(day)
    ]
    begun = [month for month in begun if seen.last - 59 <= month <= latest]
    start: pd.Period = max(begun) if begun else seen.last - 24
    return max(first, start)


def new_event_months(run: Run) -> set[pd.Period]:
    """Return the months in which an event of priority 1 (by rule) took effect."""
    if not len(run.events):
        return set()
    rows = run.events[(run.events["priority"] == 1) & run.events["effective_start"].notna()]
    return {pd.Period(day, "M") for day in rows["effective_start"]}
