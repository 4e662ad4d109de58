"""What an experiment is: frozen dataclasses of plain values, validated where they are made.

Every room below the command imports this one and nothing else is shared by all of them: the quantile
levels, the errors with their exit codes, and the tree of settings that a configuration file becomes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from forecast.config.bounds import (
    Ascending,
    Bounds,
    Columns,
    Dated,
    Days,
    Distinct,
    HalfLife,
    Month,
    Months,
    Note,
    Priority,
    Text,
    is_day,
    is_pattern,
)
from forecast.config.convert import problems_of
from forecast.config.outlook import NowcastSpec, OutlookSpec, ReconciliationSpec
from forecast.config.surroundings import ParallelSpec, PublishSpec
from forecast.errors import ConfigError, counted, nearest
from forecast.files import path_problem

VERSION = "0.1.0"

#: The 23 quantile levels of the forecast hubs.
LEVELS: tuple[float, ...] = (0.01, 0.025, *(round(0.05 * i, 2) for i in range(1, 20)), 0.975, 0.99)

Knowledge = Literal["none", "at_origin", "hindsight"]
KnownWords = Annotated[tuple[Knowledge, ...], Distinct(1)]
Coding = Literal["rule", "judged"]
Truth = Literal["latest", "first"]
Unseen = Literal["prior", "ignore", "analogue"]
SpecShape = Literal["own", "step", "decay", "ramp", "pulse"]
KNOWLEDGE: tuple[str, ...] = ("none", "at_origin", "hindsight")
#: One file for each language of the page beside English, read by `forecast.report.catalogue`.
LANGUAGES = Path(__file__).parents[1] / "report" / "languages"

#: A path that begins with this word names a file that comes with the package.
EXAMPLE = "example:"


def own_path(path: str | Path) -> str | Path:
    """Return a path as given; ``example:NAME`` stands for a file that comes with the package.

    Examples
    --------
    >>> Path(own_path("example:road_casualties.csv")).is_file()
    True
    """
    if not isinstance(path, str) or not path.startswith(EXAMPLE):
        return path
    return Path(__file__).parents[1] / "data" / "bundled" / "examples" / path.removeprefix(EXAMPLE)


# --------------------------------------------------------------------------- settings


# Above each key: `#: meaning | unit | example`; the unit is empty where there is none. The reference of the
# configuration is made of these lines, and a test tries every example.


@dataclass(frozen=True)
class ColumnsSpec:
    """Which column of a file holds what; null = found by what the columns hold."""

    #: Name of the column of months. | | Date
    month: Text | None = None
    #: Name of the column of figures. | | Applications
    value: Text | None = None
    #: Name of the column that names the series; several joined, with commas between them. | | region,sex
    series: Text | None = None
    #: Name of the column of release days. | | published
    released: Text | None = None


@dataclass(frozen=True)
class LayoutSpec:
    """How a file is to be read where it could be read in two ways; null = decided by the whole file."""

    #: The mark before decimals; the other one stands between thousands. | | ","
    decimal: Literal[".", ","] | None = None
    #: Month with which the fiscal year begins: for labels of fiscal years, and for their totals. | month | 7
    fiscal_start: Annotated[int, Bounds(1, 12)] | None = None
    #: Sheet of a workbook. | | Data
    sheet: Text | None = None
    #: Daily and weekly figures become months: added up or averaged, weeks split by days. | | sum
    by_month: Literal["sum", "mean"] | None = None
    #: What the date of a weekly figure does with its week; null = by its head, else by its weekday. | | ends
    week: Literal["starts", "ends"] | None = None


@dataclass(frozen=True)
class DataSpec:
    """Where the figures come from."""

    #: Folder, file or address of the figures; null = the bundled ones. | | example:road_casualties.csv
    path: Text | None = None
    #: Days after a month's end at which a figure without `released` became public. | days | 15
    release_lag_days: Days = 0
    #: Let unofficial figures fill their month. | | true
    include_leaks: bool = False
    #: A month missing inside a series is a warning, not an error. | | true
    allow_gaps: bool = False
    #: Days after a month's end by which its figure is expected; later `publish` calls it late. | days | 25
    expected_by: Days | None = None
    #: Read an address of plain http:// too; `publish` has a key of its own. | | true
    allow_http: bool = False
    columns: ColumnsSpec = field(default_factory=ColumnsSpec)
    layout: LayoutSpec = field(default_factory=LayoutSpec)


@dataclass(frozen=True)
class TargetSpec:
    """Which series are forecast."""

    #: One series or many, as `forecast list --series` names them; `all`, or patterns such as 'AZ*', take
    #: those that the figures hold. | | [southwest.usbp,southwest.ofo]
    series: Annotated[tuple[Text, ...], Distinct(1)] = ("southwest.usbp",)
    #: The series that the others add up to, if any. | | southwest.usbp
    total: Text | None = None
    #: What the page calls the first series; empty = as the figures name it. | | Asylum applications
    label: Note = ""
    #: In what its figures are; empty = as the figures say. | | thousand euros
    unit: Note = ""
    #: What they are: things counted, a share, an amount of money, an index; null = not said. | | count
    kind: Literal["count", "rate", "money", "index"] | None = None


@dataclass(frozen=True)
class EventsSpec:
    """Which calendar is used, and how it is read."""

    #: A calendar of your own; null = the bundled one. | | example:road_events.csv
    path: Text | None = None
    #: Signs and shapes by blind rules (rule) or coded afterwards (judged). | | judged
    coding: Coding = "rule"
    #: At most so many event columns in a design. | columns | 6
    max_columns: Columns = 10
    #: Events up to this priority are candidates; 1 is the most important. | | 2
    priority: Priority = 1
    #: What an event brings that was never active yet: its prior, nothing, or what its analogue did. | |
    #: ignore
    unseen: Unseen = "prior"
    #: Coding of the effects that the page tells; null = none are estimated. | | rule
    effects: Coding | None = "judged"
    #: Series that the measures did not touch: effects are compared with them too. | | [northern.usbp]
    donors: Annotated[tuple[Text, ...], Distinct()] = ()


@dataclass(frozen=True)
class PlaceboChoices:
    """The few choices that are tried at other dates too, the same ones at the event: at most twelve."""

    #: Other dates, evenly spaced over the ordinary months; 0 = none. | dates | 0
    dates: Annotated[int, Bounds(0, 1200)] = 39
    #: Orders of the ARIMA errors. | | [given,airline]
    order: Annotated[tuple[Literal["given", "airline", "auto"], ...], Distinct(1)] = ("given",)
    #: Scales of the figures. | | [log]
    transform: Annotated[tuple[Literal["log", "none", "box-cox"], ...], Distinct(1)] = ("log", "none")
    #: Shapes of the event. | | [step,ramp]
    shape: Annotated[tuple[Literal["own", "step", "ramp"], ...], Distinct(1)] = ("own",)
    #: Events beside it. | | [all]
    beside: Annotated[tuple[Literal["all", "none"], ...], Distinct(1)] = ("all", "none")

    def __post_init__(self) -> None:
        problems = problems_of(self, "specification.placebo")
        number = len(self.order) * len(self.transform) * len(self.shape) * len(self.beside)
        if not problems and number > 12:
            problems.append(f"specification.placebo: {number} choices; give at most 12")
        if problems:
            raise ConfigError("\n".join(problems))


@dataclass(frozen=True)
class SpecificationSpec:
    """Choices under which an effect is estimated again: plain values, fixed before anything is run."""

    #: Effects that get a curve: those that stand out (else the largest), all, none. | | all
    effects: Literal["clear", "all", "none"] = "none"
    #: Orders of the ARIMA errors: those given, the airline model, chosen anew. | | [given,airline]
    order: Annotated[tuple[Literal["given", "airline", "auto"], ...], Distinct(1)] = (
        "given",
        "airline",
        "auto",
    )
    #: Scales of the figures. | | [log]
    transform: Annotated[tuple[Literal["log", "none", "box-cox"], ...], Distinct(1)] = ("log", "none")
    #: Lengths of the sample; null = all. | months | [null,96]
    window: Annotated[tuple[Annotated[int, Bounds(48, 1200)] | None, ...], Distinct(1)] = (None, 120)
    #: Shapes of the event. | | [own,decay]
    shape: Annotated[tuple[SpecShape, ...], Distinct(1)] = ("step", "decay", "ramp")
    #: Events beside it: all, all but one that overlaps (each in turn), none. | | [all,none]
    beside: Annotated[tuple[Literal["all", "each", "none"], ...], Distinct(1)] = ("all", "each", "none")
    #: Factors of a decay, of which the likeliest is taken. | a month | [0.5,0.9]
    decay: Annotated[tuple[Annotated[float, Bounds(0.01, 0.99)], ...], Distinct(1)] = (0.5, 0.7, 0.85, 0.95)
    #: Length of a ramp. | months | 6
    ramp_months: Annotated[int, Bounds(1, 120)] = 12
    placebo: PlaceboChoices = field(default_factory=PlaceboChoices)

    def __post_init__(self) -> None:
        problems = problems_of(self, "specification")
        if problems:
            raise ConfigError("\n".join(problems))


@dataclass(frozen=True)
class ModelSpec:
    """One row of the models: a kind of the registry and its parameters; its name is the key."""

    #: A kind that `forecast list` names; all other keys beside it are parameters of that kind. | | arima
    kind: Text
    parameters: Mapping[str, object] = field(default_factory=dict)
    #: Refit at every k-th origin of the backtest; between them parameters are kept. | origins | 12
    refit_every: Months = 1


@dataclass(frozen=True)
class CombinationSpec:
    """One combination of models that were fitted without events; its name is the key."""

    #: Names of models of this experiment. | | [random_walk,drift]
    members: Annotated[tuple[Text, ...], Distinct(1)]
    #: How weights are made; median orders the members at each forecast. | | median
    method: Literal["inverse_error", "mean", "median"] = "inverse_error"
    #: Discount of past squared errors: so many months halve their weight. | months | 36
    half_life: HalfLife = 24.0
    #: Errors are capped at this size. | log units | 0.5
    cap: Annotated[float, Bounds(above=0, high=100)] = 1.0
    #: Average quantile by quantile, or only the medians, or mix the members' distributions. | | pool
    average: Literal["quantiles", "points", "pool"] = "quantiles"
    #: Ranges of the members that are averaged: from their past errors (`intervals`), or the models' own. | |
    #: model
    ranges: Literal["errors", "model"] = "errors"
    #: Name of a second row: this combination with shrunken event effects laid over it. | | short_with_events
    with_events: Text | None = None


@dataclass(frozen=True)
class IntervalsSpec:
    """How ranges are made from past errors."""

    #: Rule by which past errors become ranges; model = the model's own, unchecked. | | direct
    method: Literal["square_root", "direct", "direct_mirrored", "model"] = "square_root"
    #: Errors of horizons 1..k feed the square-root rule. | months | 1
    short_horizons: Annotated[int, Bounds(1, 60)] = 3
    #: Discount of past errors: so many months halve their weight; null = none. | months | 24
    half_life: HalfLife | None = 48.0
    #: Growth of the width with the horizon: 0.5 is the square root. | power | 0.6
    exponent: Annotated[float, Bounds(0, 2)] = 0.5
    #: Scale on which widths and averages are made, where logs are allowed: figures to this power; 0 = logs. |
    #: power | 0.1
    scale: Annotated[float, Bounds(0, 1)] = 0.0
    #: Rate at which misses widen the ranges that come after; they never get narrower by it. 0 = not at all. |
    #: rate | 0.03
    adapt: Annotated[float, Bounds(0, 1)] = 0.0


@dataclass(frozen=True)
class BacktestSpec:
    """Which origins are forecast again."""

    #: First month of data that was new at an origin. | month | 2012-01
    start: Month | None = "2006-01"
    #: Last such month; null = the newest at `as_of`. | month | 2023-12
    end: Month | None = None
    #: Every k-th month of data. | months | 3
    step: Annotated[int, Bounds(1, 120)] = 1
    #: Length of a rolling window; null = all months before the origin. | months | 72
    window: Annotated[int, Bounds(24, 1200)] | None = None
    #: What models with events know: none, at_origin, hindsight; one or many. | | [at_origin,hindsight]
    knowledge: KnownWords = ("at_origin",)
    #: The row against which skill is measured. | | drift
    baseline: Text = "random_walk"
    #: Dates of origins, in place of start, end and step. | dates | [2024-01-26,2024-02-13]
    origins: Annotated[tuple[Annotated[str, Dated("day")], ...], Distinct()] = ()
    #: First month that is scored; earlier ones only feed weights and widths. | month | 2016-01
    score_from: Month | None = None
    #: Search for ARIMA parameters along folds: from the last fold, from its optima, or from everywhere. | |
    #: full
    starts: Literal["warm", "modes", "full"] = "modes"


@dataclass(frozen=True)
class ScenarioSpec:
    """One 'what if': changes to the calendar, given as plain values; its name is the key."""

    #: Changes of the calendar, each a group of keys. | | [{new: order, starts: "2024-06-05", shape: step,
    #: size: like mechanism asylum rule, direction: restricts}]
    changes: tuple[Mapping[str, object], ...] = ()
    #: How the page names it. | | Claims are closed in June 2024
    label: Note = ""


@dataclass(frozen=True)
class ReportSpec:
    """What the page shows."""

    #: The row that is the headline: a model or a combination, named beforehand. | | arima
    headline: Text = "random_walk"
    #: Where run folders go. | | /tmp/reports
    folder: Text = "reports"
    #: Name -> first and last month: spans that are scored alone. | months | {calm: [2014-01, 2019-12]}
    eras: Mapping[str, Annotated[tuple[Month, Month], Ascending()]] = field(
        default_factory=lambda: {
            "2006-13": ("2006-01", "2013-12"),
            "2014-19": ("2014-01", "2019-12"),
            "2020-24": ("2020-01", "2024-12"),
            "2025-": ("2025-01", "9999-12"),
        }
    )
    #: Name -> origin and label: past moments that the page tells, named beforehand. | | {ban: {origin:
    #: 2024-06-04, label: The order of June 2024}}
    cases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: Write figures as PNG too. | | false
    png: bool = True
    #: Write report.pdf too; needs the extra `pdf`. | | true
    pdf: bool = False
    #: Write evidence.pdf too, where report.pdf is written. | | true
    evidence_pdf: bool = False
    #: One page only: headline, answers, first chart and table. | | true
    brief: bool = False
    #: Language of the page: en, es. | | es
    language: str = "en"
    #: First month of the first chart; null = found from the calendar. | month | 2019-01
    level_break: Month | None = None
    #: Who publishes the page: in its masthead, its citation and its metadata. | | Example Newsroom
    publisher: Text = "The border-forecast developers (no agency)"
    #: Address or mail address for questions; empty = the page says that none is given. | | data@example.org
    contact: Note = ""
    #: Licence of text and charts of the page. | | CC BY-SA 4.0
    licence: Text = "CC BY 4.0"


@dataclass(frozen=True)
class Experiment:
    """One experiment, whole: everything that decides a result, and nothing else.

    `name` and `question` come from the experiment's file, `overrides` from the command; `parallel` decides
    only how the work is spread and never enters a result.

    Examples
    --------
    >>> import forecast as fc
    >>> fc.Experiment(name="mine", horizon=6).target.series
    ('southwest.usbp',)
    """

    #: Name of the experiment and of its folder. | | mine
    name: str = "custom"
    #: What it answers, printed on the page and by `forecast list`. | | What comes next for us?
    question: Note = ""
    #: Only what was public on that day counts; latest = the newest release in the data. | date | 2024-05-07
    as_of: Annotated[str, Dated("day", word="latest")] = "latest"
    #: Seed of everything that draws random numbers. | | 1
    seed: Annotated[int, Bounds(0, 2**32 - 1)] = 20240507
    #: How far ahead, after the last official month; 1 to 60. | months | 6
    horizon: Annotated[int, Bounds(1, 60)] = 12
    data: DataSpec = field(default_factory=DataSpec)
    target: TargetSpec = field(default_factory=TargetSpec)
    events: EventsSpec = field(default_factory=EventsSpec)
    specification: SpecificationSpec = field(default_factory=SpecificationSpec)
    model: Mapping[str, ModelSpec] = field(default_factory=dict)
    combination: Mapping[str, CombinationSpec] = field(default_factory=dict)
    intervals: IntervalsSpec = field(default_factory=IntervalsSpec)
    reconciliation: ReconciliationSpec = field(default_factory=ReconciliationSpec)
    outlook: OutlookSpec = field(default_factory=OutlookSpec)
    nowcast: NowcastSpec = field(default_factory=NowcastSpec)
    backtest: BacktestSpec = field(default_factory=BacktestSpec)
    scenario: Mapping[str, ScenarioSpec] = field(default_factory=dict)
    report: ReportSpec = field(default_factory=ReportSpec)
    parallel: ParallelSpec = field(default_factory=ParallelSpec)
    publish: PublishSpec = field(default_factory=PublishSpec)
    #: The words that changed the file; written by the command, never by hand. | |
    overrides: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        problems = problems_of(self) or [text for check in _CHECKS for text in check(self)]
        if problems:
            raise ConfigError("\n".join(problems))

    def __repr__(self) -> str:
        """Tell in a few lines what it asks, of what, by which models."""
        b = self.backtest
        lines = {
            "question": self.question,
            "as of": self.as_of,
            "figures": self.data.path or "bundled",
            "series": ", ".join(self.target.series),
            "models": ", ".join(self.model),
            "combinations": ", ".join(self.combination),
            "headline": self.report.headline,
            "replayed": counted(len(b.origins), "date")
            if b.origins
            else f"from {b.start}, scored from {b.score_from}",
            "ahead": counted(self.horizon, "month"),
        }
        told = [f"  {name}: {text[:90]}" for name, text in lines.items() if text]
        return "\n".join([f"<Experiment {self.name}", *told]) + ">"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self)[1:-1])}</pre>"


def _name(exp: Experiment) -> Iterable[str]:
    problem = "it holds a separator" if re.search(r"[/\\]", exp.name) else path_problem(exp.name)
    problem = problem or ("it is too long" if len(exp.name.encode()) > _LONGEST_NAME else "")
    if problem:
        yield f"name: {exp.name!r} names the folder of reports and cannot ({problem}); take one plain word"


def _dates(exp: Experiment) -> Iterable[str]:
    for key in ("start", "score_from"):
        first, last = getattr(exp.backtest, key), exp.backtest.end
        if first is not None and last is not None and first > last:
            yield f"backtest.{key}: {first!r} comes after backtest.end ({last!r})"
    for name, case in exp.report.cases.items():
        if {*case} != {"origin", "label"} or not is_day(case["origin"]):
            yield f"report.cases.{name}: {dict(case)}; expected origin (YYYY-MM-DD) and label"
    if exp.intervals.short_horizons > max(exp.horizon, IntervalsSpec.short_horizons):
        yield (
            f"intervals.short_horizons: {exp.intervals.short_horizons} are more than horizon ({exp.horizon});"
            " expected at most as many"
        )


def _series(exp: Experiment) -> Iterable[str]:
    total, series = exp.target.total, exp.target.series
    if total is not None and total not in series and not any(map(is_pattern, series)):
        yield (
            f"target.total: {total!r} is not among target.series ({', '.join(series)}); name the sum there"
            f" too, or set target.total=null.{nearest(total, series)}"
        )
    if (own := total or series[0]) in exp.events.donors:
        yield f"events.donors: {own!r} is the series whose effects are estimated; name others"
    columns = [name for name in vars(exp.data.columns).values() if name is not None]
    if problem := Distinct().problem(columns):
        yield f"data.columns: {problem}; each column is one thing"


def _rows(exp: Experiment) -> Iterable[str]:
    adjusted = [c.with_events for c in exp.combination.values() if c.with_events]
    names = {*exp.model, *exp.combination, *adjusted, exp.backtest.baseline}
    if problem := Distinct().problem(adjusted):
        yield f"combination.*.with_events: {problem}"
    for name in sorted({*adjusted} & {*exp.model, *exp.combination}):
        yield f"combination: the row with_events '{name}' has the name of another row"
    for name, combination in exp.combination.items():
        if name in exp.model:
            yield f"combination.{name}: a model has the same name"
        for member in combination.members:
            if member not in exp.model and member != exp.backtest.baseline:
                yield (
                    f"combination.{name}.members: no model is called '{member}'.{nearest(member, exp.model)}"
                )
    if exp.report.headline not in names:
        yield (
            f"report.headline: '{exp.report.headline}' is neither a model nor a combination of this"
            f" experiment ({', '.join(sorted(names))}).{nearest(exp.report.headline, names)}"
        )


def _language(exp: Experiment) -> Iterable[str]:
    languages = ["en", *sorted(path.stem for path in LANGUAGES.glob("*.toml"))]
    if exp.report.language not in languages:
        yield (
            f"report.language: there is no language '{exp.report.language}'; known are"
            f" {', '.join(languages)}.{nearest(exp.report.language, languages)}"
        )


#: What settings must be together; looked at where each is right by itself.
_CHECKS = (_name, _dates, _series, _rows, _language)
_LONGEST_NAME = 150


def allows_http(exp: Experiment) -> bool:
    """Tell whether plain http may be read: one rule for `run` and `publish`, where either key allows it."""
    return exp.data.allow_http or exp.publish.allow_http
