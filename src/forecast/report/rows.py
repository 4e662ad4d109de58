"""Rows of tables, read one by one: what each kind of them holds."""

from __future__ import annotations

import functools
import inspect
from collections import namedtuple
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Protocol, TypeVar

import pandas as pd

Kind = TypeVar("Kind")


class MonthRow(Protocol):
    """A month and its figure."""

    month: pd.Period
    value: float


class KnownRow(MonthRow, Protocol):
    """A figure, and the day on which it became public."""

    released: pd.Timestamp


class EarlyRow(KnownRow, Protocol):
    """An unofficial figure, and what came out."""

    kind: str
    official: float
    log_error: float


class ForecastRow(Protocol):
    """A month of a forecast, as `view.quantiles` lays it out; an end of a range that was refused is NaN."""

    month: pd.Period
    horizon: int
    middle: float
    lower_50: float
    upper_50: float
    lower_80: float
    upper_80: float
    lower_95: float
    upper_95: float


class OutcomeRow(ForecastRow, MonthRow, Protocol):
    """A month that was forecast, and what came out."""


class ReleasedRow(OutcomeRow, KnownRow, Protocol):
    """The same with the day on which it came out."""


class TruthRow(ForecastRow, Protocol):
    """A month of a past forecast, and its outcome."""

    truth: float


class CodeRow(Protocol):
    """A row of a table that holds a code and its values in columns."""

    @property
    def _fields(self) -> tuple[str, ...]: ...


class ComparisonRow(CodeRow, Protocol):
    """How a row of forecasts compares with the baseline, and what may be said of it."""

    skill: float
    lower: float
    upper: float
    p: float
    n: int
    five_best_share: float
    largest_share: float
    words: str
    objections: str
    eras_lost: str
    eras_counted: int


class ScoreRow(CodeRow, Protocol):
    """One score of a row of forecasts."""

    value: float
    skill: float
    n_ok: int
    note: str
    message: str


class NamedRow(Protocol):
    """A row of forecasts by its names."""

    model: str
    knowledge: str


class NamedScoreRow(ScoreRow, NamedRow, Protocol):
    """One score, and what it is of."""

    horizon: int | str
    metric: str
    era: str


class BasisRow(Protocol):
    """On what the ranges of a distance rest."""

    horizon: int
    method: str
    n_errors: float
    max_central: float
    note: str | float


class CoverageRow(Protocol):
    """How often a range held, and where the true share may lie."""

    covered: float
    lower: float
    upper: float
    n: int


class EffectRow(CodeRow, Protocol):
    """The effect of a measure or a group of them, with its range and what may be said of it."""

    event: str
    group: str
    estimate: float
    percent: float
    percent_lower: float
    percent_upper: float
    detectable_fall: float
    detectable_rise: float
    clear: bool
    words: str
    why_group: str
    group_values: str
    placebo_larger: int
    placebo_n: int
    first_active: str


class DistanceCoverageRow(CoverageRow, Protocol):
    """How often a range held at a distance."""

    horizon: int | str
    nominal: float
    n_independent: float


class DotRow(Protocol):
    """How often a range held, as the chart of coverage shows it."""

    horizon: int
    held: int
    n: float
    share: float
    low: float
    high: float


class RecentRow(Protocol):
    """How the forecasts of a distance did of late, and before."""

    horizon: int
    n: int
    held: int
    fair: bool
    before_n: float
    before_held: float
    skill: float
    better: bool


class SetRow(Protocol):
    """Whether a model is in the set of those that cannot be told apart."""

    included: bool
    p: float


class OtherRow(CodeRow, Protocol):
    """A forecast by others, beside ours and what came."""

    forecaster: str
    made: str
    first_month: pd.Period
    last_month: pd.Period
    low: float
    point: float
    high: float
    actual: float
    error: float
    ours: float
    ours_error: float
    source: str
    reason: str


class FateRow(CodeRow, Protocol):
    """What became of a measure in the models: a row of `estimability`."""

    event: str
    action: str
    why: str


class BreakRow(CodeRow, Protocol):
    """A day from which figures count something else."""

    month: str
    what_changed: str


class FoundRow(CodeRow, Protocol):
    """A break that the figures show."""

    month: pd.Period
    kind: str
    t: float


class DatedRow(Protocol):
    """A month, and the first and last that it may have been."""

    month: pd.Period
    lower: pd.Period
    upper: pd.Period


class VolatilityRow(DatedRow, Protocol):
    """A month from which surprises are larger or smaller."""

    before: float
    after: float
    ratio: float
    p: float
    decides_ranges: bool


class SeasonRow(Protocol):
    """The usual factor of a month of the year."""

    month_of_year: int
    factor: float
    lower: float
    upper: float


class EventRow(Protocol):
    """A row of the calendar."""

    id: str
    effective_start: pd.Timestamp
    priority: int


class ResponseRow(Protocol):
    """With and without an event: the sum of its months."""

    happened: float
    without: float
    without_lower_80: float
    without_upper_80: float
    difference_lower_80: float
    difference_upper_80: float
    note: str


class LagRow(Protocol):
    """The effect of an event so many months from its start."""

    lag: int
    month: pd.Period
    estimate: float
    lower_80: float
    upper_80: float
    lower_95: float
    upper_95: float


class FadingRow(CodeRow, Protocol):
    """How the effect of an event fades, or when it was anticipated."""

    event: str
    what: str


class ComparedRow(Protocol):
    """The effect of an event by comparison with other series."""

    event: str
    months_before: int
    months_after: int
    percent: float
    p: float
    n_placebos: int
    verdict: str
    reason: str
    dropped: str


class CoefficientRow(Protocol):
    """A coefficient of a model."""

    model: str
    term: str
    kind: str
    estimate: float
    se: float
    lower: float
    upper: float


class CheckRow(CodeRow, Protocol):
    """A test of a model's residuals."""

    model: str
    check: str
    statistic: float
    p_value: float
    note: str


class ModelRow(Protocol):
    """A model of a run in words."""

    kind: str
    description: str


class StepRow(CodeRow, Protocol):
    """A step from the last issue's forecast to this one's."""

    forecast: float
    change: float


class ScenarioNoteRow(CodeRow, Protocol):
    """What a scenario takes as its size."""

    scenario: str


class CaseRow(Protocol):
    """A quantile of a forecast of a case."""

    knowledge: str
    level: float
    value: float


class GainRow(Protocol):
    """What knowing the events was worth at a distance."""

    n: int
    gain: float
    lower: float
    upper: float


class TypicalRow(Protocol):
    """The typical miss at a distance without events, with those known, and in hindsight."""

    horizon: int | str
    n: int
    none: float
    at_origin: float
    hindsight: float


class KnowledgeRow(GainRow, Protocol):
    """What knowing the events was worth by one coding, then and in hindsight."""

    coding: str
    horizon: int | str
    gain_hindsight: float
    lower_hindsight: float
    upper_hindsight: float


class PartRow(Protocol):
    """The share of a part in its total."""

    month: pd.Period
    share: float


class TotalRow(Protocol):
    """Months that are told as one figure."""

    kind: str
    first_month: pd.Period
    last_month: pd.Period
    known_months: int
    known: float
    median: float
    lower_80: float
    upper_80: float
    lower_95: float
    upper_95: float
    before: float
    chance_below_before: float
    dependence: str
    n_past: int


class TotalCoverageRow(CoverageRow, Protocol):
    """How often ranges of totals held."""

    kind: str
    ahead_months: int | str
    nominal: float
    n_independent: float
    verdict: str


class ChanceRow(Protocol):
    """The chance of an event ahead, and how often it came true."""

    horizon: int
    event: str
    threshold: float
    told: float


class SaidRow(Protocol):
    """Chances of one size, and how often they came true."""

    event: str
    horizon: int | str
    said: float
    happened: float
    n: int
    n_independent: float
    verdict: str


class ChanceScoreRow(Protocol):
    """The score of the chances of an event."""

    event: str
    horizon: int | str
    n: int
    base_rate: float
    brier: float
    skill: float


class UnofficialRow(MonthRow, Protocol):
    """An unofficial figure weighed against its forecast."""

    kind: str
    evidence: float
    evidence_sd: float
    forecast: float
    weight: float
    median: float
    lower_80: float
    upper_80: float
    sd_basis: str
    n_cases: int
    reason: str


def records(table: pd.DataFrame, kind: Callable[..., Kind]) -> list[Kind]:
    """Return the rows of a table as named tuples of a kind; a column that it lacks is an error."""
    columns = tuple(map(str, table.columns))
    if len(table) and (missing := _columns(kind).difference(columns)):
        raise LookupError(f"a table has no column {', '.join(sorted(missing))}; it has {', '.join(columns)}")
    # all cells at once: pandas' own loop asks text columns for one value at a time
    return list(map(_maker(columns, kind), table.to_numpy(dtype=object).tolist()))


@functools.cache
def _columns(kind: Callable[..., object]) -> frozenset[str]:
    """Return the columns that rows of a kind have."""
    parts = kind.__mro__ if isinstance(kind, type) else ()
    return frozenset(name for part in parts for name in inspect.get_annotations(part))


@functools.cache
def _maker(columns: tuple[str, ...], _kind: Callable[..., Kind]) -> Callable[[Iterable[object]], Kind]:
    make: Callable[[Iterable[object]], Kind] = attrgetter("_make")(namedtuple("Row", columns, rename=True))
    return make
