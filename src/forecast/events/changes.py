"""Changes of a scenario as records: plain values in, checked values out, no calendar needed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forecast.config.settings import ScenarioSpec
from forecast.data.parse import whole_day
from forecast.errors import ConfigError, nearest
from forecast.events.shapes import DECAY, RAMP_MONTHS, SHAPES, to_day

#: The sd of a size given as one number: as good as exact, but a prior needs a width.
EXACT_SD = 1e-4
#: The change that is no event: an unofficial figure taken as right.
LEAK = "with_leak"
_EVENT_KEYS = ("event", "starts", "ends", "factor")
_NEW_KEYS = (
    "new",
    "starts",
    "ends",
    "factor",
    "shape",
    "size",
    "percent",
    "direction",
    "series",
    "decay",
    "ramp_months",
)


@dataclass(frozen=True)
class Change:
    """One change, checked: dates as days since 1970, None where not given."""

    event: str = ""
    new: str = ""
    starts: int | None = None
    ends: int | None = None
    factor: float = 1.0
    shape: str = ""
    mean: float | None = None
    sd: float = EXACT_SD
    like: str = ""
    mechanism: str = ""
    direction: str = ""
    series: str = "*"
    decay: float = DECAY
    ramp_months: int = RAMP_MONTHS


def parse_changes(scenario: ScenarioSpec | Sequence[Mapping[str, object]]) -> tuple[Change, ...]:
    """Return the changes of a scenario, checked as far as that goes without a calendar.

    Raises
    ------
    ConfigError
        With one line for each problem.

    Examples
    --------
    >>> parse_changes([{"event": "title42", "factor": 0.5}])[0].factor
    0.5
    """
    changes: Sequence[object] = scenario.changes if isinstance(scenario, ScenarioSpec) else tuple(scenario)
    problems: list[str] = []
    made = []
    for i, change in enumerate(changes):
        where = f"scenario change {i + 1}"
        if not isinstance(change, Mapping):
            problems.append(f"{where}: {change!r} is not a group of keys")
        elif ("event" in change) == ("new" in change):
            problems.append(f"{where}: name either an `event` of the calendar or a `new` one")
        else:
            made.append(_parse(change, where, problems))
    names = [c.new for c in made if c.new]
    problems += [
        f"scenario: two new events are called '{n}'" for n in sorted(set(names)) if names.count(n) > 1
    ]
    if problems:
        raise ConfigError("\n".join(problems))
    return tuple(made)


def is_leak(name: str, scenario: ScenarioSpec) -> bool:
    """Tell whether a scenario lets the press figure fill its month; that change stands alone."""
    asked = [bool(change.get(LEAK)) for change in scenario.changes if LEAK in change]
    if asked and (len(scenario.changes) > 1 or len(scenario.changes[0]) > 1):
        raise ConfigError(f"scenario.{name}: `{LEAK}` stands alone; put other changes into another scenario")
    return any(asked)


def _parse(change: Mapping[str, object], where: str, problems: list[str]) -> Change:
    kind = "event" if "event" in change else "new"
    known = _EVENT_KEYS if kind == "event" else _NEW_KEYS
    where = f"{where} ({change[kind]})"
    for key in change:
        if key not in known:
            hint = nearest(str(key), known) or f" Known are {', '.join(known)}."
            problems.append(f"{where}: there is no key '{key}'.{hint}")
    values: dict[str, Any] = {kind: str(change[kind])}
    for key in ("starts", "ends"):
        if change.get(key) is not None:
            values[key] = _date(change[key], f"{where}.{key}", problems)
    for key, low, high in (("factor", -math.inf, math.inf), ("decay", 0.0, 1.0), ("ramp_months", 0.5, 600.0)):
        if change.get(key) is not None:
            number = _number(change[key], f"{where}.{key}", problems)
            if number is not None and not low < number < high:
                problems.append(f"{where}.{key}: {change[key]!r} is not between {low:g} and {high:g}")
            elif number is not None:
                values[key] = int(number) if key == "ramp_months" else number
    if None not in (values.get("starts"), values.get("ends")) and values["ends"] < values["starts"]:
        problems.append(f"{where}: it ends on {change['ends']}, before it starts on {change['starts']}")
    if kind == "event":
        if not any(change.get(key) is not None for key in ("starts", "ends", "factor")):
            problems.append(f"{where}: nothing changes; give `starts`, `ends` or `factor`")
    else:
        _parse_new(change, where, values, problems)
    return Change(**{k: v for k, v in values.items() if v is not None})


def _parse_new(change: Mapping[str, object], where: str, values: dict[str, Any], problems: list[str]) -> None:
    if change.get("starts") is None:
        problems.append(f"{where}: `starts` is needed, a date YYYY-MM-DD")
    shape = str(change.get("shape", ""))
    shapes = [s for s in SHAPES if s != "none"]
    if shape and shape not in shapes:
        problems.append(
            f"{where}.shape: '{shape}' is not one of {', '.join(shapes)}.{nearest(shape, shapes)}"
        )
    values["shape"] = shape
    values["series"] = str(change.get("series", "*"))
    values["direction"] = str(change.get("direction", ""))
    size, percent = change.get("size"), change.get("percent")
    if (size is None) == (percent is None):
        problems.append(f"{where}: give one of `size` (on logs, a distribution, or like ...) and `percent`")
    elif percent is not None:
        number = _number(percent, f"{where}.percent", problems)
        if number is not None and number <= -100.0:
            problems.append(f"{where}.percent: {percent!r} is not above -100")
        elif number is not None:
            values["mean"] = math.log1p(number / 100.0)
    elif isinstance(size, Mapping):
        wrong = [str(k) for k in size if k not in ("mean", "sd")]
        if wrong or "mean" not in size or "sd" not in size:
            problems.append(
                f"{where}.size: a distribution has `mean` and `sd`, not {', '.join(map(str, size))}"
            )
            return
        values["mean"] = _number(size["mean"], f"{where}.size.mean", problems)
        sd = _number(size["sd"], f"{where}.size.sd", problems)
        if sd is not None and sd <= 0.0:
            problems.append(f"{where}.size.sd: {size['sd']!r} is not positive")
        values["sd"] = sd
    elif isinstance(size, str) and size.split()[:1] == ["like"] and len(size.split()) > 1:
        words = size.split()[1:]
        if words[0] == "mechanism" and len(words) > 1:
            values["mechanism"] = " ".join(words[1:])
        else:
            values["like"] = " ".join(words)
    else:
        values["mean"] = _number(size, f"{where}.size", problems)


def _date(value: object, where: str, problems: list[str]) -> int | None:
    try:
        return to_day(whole_day(value, where))
    except ConfigError as error:
        problems.append(str(error))
        return None


def _number(value: object, where: str, problems: list[str]) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        problems.append(f"{where}: {value!r} is not a number")
        return None
    return float(value)
