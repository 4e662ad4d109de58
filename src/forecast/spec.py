"""What an experiment is: frozen dataclasses of plain values, validated where they are made.

Every room below the command imports this one and nothing else is shared by all of them: the quantile
levels, the errors with their exit codes, and the tree of settings that a configuration file becomes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

VERSION = "0.1.0"

#: The 23 quantile levels of the forecast hubs.
LEVELS: tuple[float, ...] = (0.01, 0.025, *(round(0.05 * i, 2) for i in range(1, 20)), 0.975, 0.99)

Knowledge = Literal["none", "at_origin", "hindsight"]
Coding = Literal["rule", "judged"]
Truth = Literal["latest", "first"]
KNOWLEDGE: tuple[str, ...] = ("none", "at_origin", "hindsight")

#: Columns that every forecast table has, in this order.
FORECAST_COLUMNS: tuple[str, ...] = (
    "model", "series_id", "origin", "month", "horizon", "knowledge", "scenario", "level", "value",
)  # fmt: skip
FOLD_COLUMNS: tuple[str, ...] = (
    "model", "knowledge", "scenario", "series_id", "origin", "status", "n_months", "events_used", "message",
)  # fmt: skip


class ForecastWarning(UserWarning):
    """Something a careful reader should know; never raised by other packages."""


class ForecastError(Exception):
    """Base of the errors that this package raises on purpose.

    Attributes
    ----------
    exit_code : int
        The code with which the command leaves when this error reaches it.
    """

    exit_code = 1


class ConfigError(ForecastError, ValueError):
    """Wrong words: an unknown key, experiment, series, model or value."""

    exit_code = 2


class DataError(ForecastError, ValueError):
    """Wrong content of a file of figures or events.

    Parameters
    ----------
    message : str
        What is wrong, all problems at once, a line each.
    findings : sequence of Finding, optional
        The same problems as records.
    """

    exit_code = 4

    def __init__(self, message: str, findings: Iterable[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class FitError(ForecastError):
    """The headline cannot be made, since every fold of a model failed."""

    exit_code = 5


class LookAheadError(ForecastError):
    """A forecast changed when something that was not public at its origin changed."""

    def __init__(self, model: str, series: str, origin: str, month: str, how: str = "") -> None:
        self.model, self.series, self.origin, self.month = model, series, origin, month
        super().__init__(
            f"{model} looks ahead: {series}, origin {origin}, forecast of {month} changed"
            + (f" when {how}" if how else "")
        )


@dataclass(frozen=True)
class Finding:
    """One result of a check: what, where, what was expected, what to do.

    Attributes
    ----------
    check : str
        Short name of the check, for example ``gap``.
    severity : {"error", "warning"}
        Errors stop the reading of a file, warnings are told.
    what : str
        What was found, in one sentence.
    file, row, series, month : str or int, optional
        Where it was found; ``row`` counts lines of the file from 1, header included.
    expected : str
        What was expected there.
    hint : str
        What to do.
    """

    check: str
    severity: Literal["error", "warning"]
    what: str
    file: str = ""
    row: int | None = None
    series: str = ""
    month: str = ""
    expected: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = ", ".join(
            text
            for text in (
                self.file,
                f"row {self.row}" if self.row is not None else "",
                self.series,
                self.month,
            )
            if text
        )
        parts = [f"{self.severity}: {place + ': ' if place else ''}{self.what}"]
        if self.expected:
            parts.append(f"expected {self.expected}")
        if self.hint:
            parts.append(self.hint)
        return "; ".join(parts)


def raise_for_errors(findings: Iterable[Finding]) -> None:
    """Raise one `DataError` that names every finding of severity ``error``; return if there is none."""
    errors = [f for f in findings if f.severity == "error"]
    if errors:
        count = f"{len(errors)} problem{'s' if len(errors) > 1 else ''}"
        raise DataError("\n".join([count + ":", *(f"  {f}" for f in errors)]), errors)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``" Did you mean X?"`` for the nearest known word, or an empty string.

    Examples
    --------
    >>> nearest("arma", ["arima", "ridge"])
    " Did you mean 'arima'?"
    """
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" Did you mean '{close[0]}'?" if close else ""


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
    return Path(__file__).parent / "data" / "bundled" / "examples" / path.removeprefix(EXAMPLE)


# --------------------------------------------------------------------------- settings


@dataclass(frozen=True)
class DataSpec:
    """Where the figures come from."""

    path: str | None = None  #: folder, file or URL; null = the bundled figures
    release_lag_days: int = 0  #: days after a month's end at which a file without `released` became public
    include_leaks: bool = False  #: let unofficial figures fill their month
    allow_gaps: bool = False  #: a month missing inside a series is a warning, not an error
    expected_by: int | None = None  #: days after a month's end by which its figure is expected


@dataclass(frozen=True)
class TargetSpec:
    """Which series are forecast."""

    series: tuple[str, ...] = ("southwest.usbp",)  #: series_id, one or many
    total: str | None = None  #: the series that the others add up to, if any


@dataclass(frozen=True)
class EventsSpec:
    """Which calendar is used, and how it is read."""

    path: str | None = None  #: a user's calendar; null = the bundled one
    coding: Coding = "rule"  #: rule (blind rules) or judged (coded afterwards)
    max_columns: int = 10  #: at most so many event columns in a design
    priority: int = 1  #: events up to this priority are candidates
    unseen: Literal["prior", "ignore", "analogue"] = (
        "prior"  #: what an event brings that was never active yet
    )
    effects: Coding | None = "judged"  #: coding of the effects that the page tells; null = none are estimated


@dataclass(frozen=True)
class ModelSpec:
    """One row of the models: a registry kind and its parameters."""

    kind: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    refit_every: int = 1  #: refit at every k-th origin of the backtest; between them parameters are kept


@dataclass(frozen=True)
class CombinationSpec:
    """One combination of models that were fitted without events."""

    members: tuple[str, ...]
    method: str = "inverse_error"
    half_life: float = 24.0  #: months; discount of past squared errors
    cap: float = 1.0  #: errors are capped at this many log units
    average: Literal["quantiles", "points"] = "quantiles"
    with_events: str | None = None  #: name of a second row with shrunken event effects laid over this one


@dataclass(frozen=True)
class IntervalsSpec:
    """How ranges are made from past errors."""

    method: str = "square_root"
    short_horizons: int = 3  #: errors of horizons 1..k feed the square-root rule
    half_life: float | None = 48.0  #: months; discount of past errors; null = none
    exponent: float = 0.5  #: growth of the width with the horizon


@dataclass(frozen=True)
class BacktestSpec:
    """Which origins are forecast again."""

    start: str | None = "2006-01"  #: first month of data that was new at an origin
    end: str | None = None  #: last such month; null = the newest at as_of
    step: int = 1  #: every k-th month of data
    window: int | None = None  #: months of a rolling window; null = expanding
    knowledge: tuple[Knowledge, ...] = ("at_origin",)  #: of models that use events
    baseline: str = "random_walk"
    origins: tuple[str, ...] = ()  #: explicit dates in place of start, end and step
    score_from: str | None = None  #: first origin that is scored; earlier ones only feed weights and widths
    starts: Literal["warm", "modes", "full"] = "modes"  #: optimisation of ARIMA along folds


@dataclass(frozen=True)
class ScenarioSpec:
    """One 'what if': changes to the calendar, given as plain values."""

    changes: tuple[Mapping[str, Any], ...] = ()
    label: str = ""


@dataclass(frozen=True)
class ReportSpec:
    """What the page shows."""

    headline: str = "random_walk"  #: the row that is the headline
    folder: str = "reports"
    eras: Mapping[str, tuple[str, str]] = field(
        default_factory=lambda: {
            "2006-13": ("2006-01", "2013-12"),
            "2014-19": ("2014-01", "2019-12"),
            "2020-24": ("2020-01", "2024-12"),
            "2025-": ("2025-01", "9999-12"),
        }
    )
    cases: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict
    )  #: name -> origin, label: named beforehand
    png: bool = True  #: write figures as PNG too
    level_break: str | None = None  #: first month of the first chart; null = found from the calendar


@dataclass(frozen=True)
class PublishSpec:
    """Where the monthly round keeps its things, and how patient it is; never part of a result."""

    archive: str = "archive.sqlite"  #: the archive, one file for any number of experiments
    site: str = "site"  #: folder of the public site, one experiment each
    url: str = ""  #: address under which the site is served; empty = links stay relative
    hub: str | None = None  #: folder of a forecast hub to which published forecasts are added
    team: str = "forecast"  #: team in the names of hub files
    wait_seconds: float = 600.0  #: how long a second publisher waits for the lock
    timeout_seconds: float = 60.0  #: of reading an address, whole
    max_megabytes: float = 100.0  #: of one source file
    allow_http: bool = False  #: read plain http:// too
    backup: bool = True  #: keep a checked copy of the archive beside it after every round
    on_success: tuple[str, ...] = ()  #: words of a command; no shell
    on_failure: tuple[str, ...] = ()  #: words of a command; no shell
    hook_seconds: float = 300.0  #: a hook that takes longer is ended


@dataclass(frozen=True)
class ParallelSpec:
    """How the work is spread; never part of a result."""

    n_jobs: int = 1
    backend: str = "loky"
    address: str | None = None  #: dask scheduler


@dataclass(frozen=True)
class Experiment:
    """One experiment, whole: everything that decides a result, and nothing else.

    `name` and `question` come from the experiment's file, `overrides` from the command; `parallel` decides
    only how the work is spread and never enters a result.
    """

    name: str = "custom"
    question: str = ""
    as_of: str = "latest"
    seed: int = 20240507
    horizon: int = 12
    data: DataSpec = field(default_factory=DataSpec)
    target: TargetSpec = field(default_factory=TargetSpec)
    events: EventsSpec = field(default_factory=EventsSpec)
    model: Mapping[str, ModelSpec] = field(default_factory=dict)
    combination: Mapping[str, CombinationSpec] = field(default_factory=dict)
    intervals: IntervalsSpec = field(default_factory=IntervalsSpec)
    backtest: BacktestSpec = field(default_factory=BacktestSpec)
    scenario: Mapping[str, ScenarioSpec] = field(default_factory=dict)
    report: ReportSpec = field(default_factory=ReportSpec)
    parallel: ParallelSpec = field(default_factory=ParallelSpec)
    publish: PublishSpec = field(default_factory=PublishSpec)
    overrides: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise ConfigError("\n".join(problems))


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def is_month(text: str) -> bool:
    """Tell whether a text is a month as files write it, ``YYYY-MM``."""
    return len(text) == 7 and _is_date(f"{text}-01")


def _problems(exp: Experiment) -> Iterable[str]:
    if exp.as_of != "latest" and not _is_date(exp.as_of):
        yield f"as_of: '{exp.as_of}' is neither a date (YYYY-MM-DD) nor 'latest'"
    if not 1 <= exp.horizon <= 60:
        yield f"horizon: {exp.horizon} is not between 1 and 60 months"
    if not exp.target.series:
        yield "target.series: name at least one series"
    for key in ("start", "end", "score_from"):
        value = getattr(exp.backtest, key)
        if value is not None and not is_month(value):
            yield f"backtest.{key}: '{value}' is not a month (YYYY-MM)"
    for word in exp.backtest.knowledge:
        if word not in KNOWLEDGE:
            yield f"backtest.knowledge: '{word}' is not one of {', '.join(KNOWLEDGE)}.{nearest(word, KNOWLEDGE)}"
    if exp.backtest.step < 1:
        yield f"backtest.step: {exp.backtest.step} is not a positive number of months"
    if exp.backtest.window is not None and exp.backtest.window < 24:
        yield f"backtest.window: {exp.backtest.window} months are too few, at least 24 are needed"
    if exp.events.max_columns < 0:
        yield f"events.max_columns: {exp.events.max_columns} is negative"
    adjusted = {c.with_events for c in exp.combination.values() if c.with_events}
    names = {*exp.model, *exp.combination, *adjusted, exp.backtest.baseline}
    for name in sorted(adjusted & {*exp.model, *exp.combination}):
        yield f"combination: the row with_events '{name}' has the name of another row"
    for name, combination in exp.combination.items():
        if name in exp.model:
            yield f"combination.{name}: a model has the same name"
        for member in combination.members:
            if member not in exp.model and member != exp.backtest.baseline:
                yield f"combination.{name}.members: no model is called '{member}'.{nearest(member, exp.model)}"
    if exp.report.headline not in names:
        yield (
            f"report.headline: '{exp.report.headline}' is neither a model nor a combination of this experiment"
            f" ({', '.join(sorted(names))}).{nearest(exp.report.headline, names)}"
        )


# --------------------------------------------------------------------------- plain values <-> dataclasses


def _convert(value: Any, hint: Any, path: str, problems: list[str]) -> Any:
    origin = typing.get_origin(hint)
    args = typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in args:
            return None
        rest = [a for a in args if a is not type(None)]
        words = [w for a in rest if typing.get_origin(a) is Literal for w in typing.get_args(a)]
        if isinstance(value, str) and value in words:
            return value
        rest = [a for a in rest if typing.get_origin(a) is not Literal] or rest
        if isinstance(value, str) and words and not any(a is str for a in rest):
            problems.append(
                f"{path}: {value!r} is neither a list nor one of {', '.join(words)}.{nearest(value, words)}"
            )
            return value
        return _convert(value, rest[0], path, problems)
    if origin is Literal:
        if value not in args:
            problems.append(
                f"{path}: {value!r} is not one of {', '.join(map(str, args))}.{nearest(str(value), map(str, args))}"
            )
        return value
    if origin is tuple:
        items = [value] if isinstance(value, (str, int, float)) else list(value or ())
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(_convert(v, args[0], f"{path}[{i}]", problems) for i, v in enumerate(items))
        if len(items) != len(args):
            problems.append(f"{path}: {list(items)} has {len(items)} values, {len(args)} are needed")
            return ()
        return tuple(
            _convert(v, a, f"{path}[{i}]", problems) for i, (v, a) in enumerate(zip(items, args, strict=True))
        )
    if origin in (dict, Mapping) or hint in (dict, Mapping) or getattr(origin, "__name__", "") == "Mapping":
        if not isinstance(value, Mapping):
            problems.append(f"{path}: {value!r} is not a group of keys")
            return {}
        inner = args[1] if args else Any
        return {str(k): _convert(v, inner, f"{path}.{k}", problems) for k, v in value.items()}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return from_plain(hint, value, path, problems)
    if hint is Any:
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint in (int, str, float, bool):
        if hint is int and isinstance(value, bool):
            problems.append(f"{path}: {value!r} is not a whole number")
        elif hint is str and isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        elif not isinstance(value, hint):
            names = {int: "a whole number", str: "a text", float: "a number", bool: "true or false"}
            problems.append(f"{path}: {value!r} is not {names[hint]}")
    return value


def from_plain(cls: Any, values: Any, path: str = "", problems: list[str] | None = None) -> Any:
    """Make a dataclass of this module from plain values, naming every unknown key with the nearest known one.

    Parameters
    ----------
    cls : type
        A dataclass of this module; `ModelSpec` takes every key but ``kind`` and ``refit_every`` as a parameter.
    values : mapping
        Plain values, as YAML gives them.
    path : str
        Where these values stand, for messages.
    problems : list of str, optional
        Collects the problems of a nested call; the outermost call raises them all at once.

    Raises
    ------
    ConfigError
        With one line for each problem.
    """
    outermost = problems is None
    found: list[str] = [] if problems is None else problems
    if not isinstance(values, Mapping):
        found.append(f"{path or cls.__name__}: {values!r} is not a group of keys")
        if outermost:
            raise ConfigError("\n".join(found))
        return None
    values = dict(values)
    if cls is ModelSpec and "parameters" not in values:
        own = {k: values.pop(k) for k in ("kind", "refit_every") if k in values}
        values = {**own, "parameters": values}
    hints = typing.get_type_hints(cls)
    fields = {f.name: f for f in dataclasses.fields(cls)}
    made: dict[str, Any] = {}
    for key, value in values.items():
        where = f"{path}.{key}" if path else str(key)
        if key not in fields:
            found.append(f"{where}: there is no such key.{nearest(str(key), fields)}")
            continue
        made[key] = _convert(value, hints[key], where, found)
    missing = [
        name
        for name, f in fields.items()
        if name not in made and f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    found.extend(f"{path + '.' if path else ''}{name}: this key is needed" for name in missing)
    if found:
        if outermost:
            raise ConfigError("\n".join(found))
        return None
    return cls(**made)


def to_plain(value: Any) -> Any:
    """Return nested dataclasses as dictionaries and lists of plain values, ready for YAML or JSON."""
    if isinstance(value, ModelSpec):
        plain = {"kind": value.kind, **{k: to_plain(v) for k, v in value.parameters.items()}}
        return plain if value.refit_every == 1 else {**plain, "refit_every": value.refit_every}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): to_plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(v) for v in value]
    return value
