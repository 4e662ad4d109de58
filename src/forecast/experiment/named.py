"""The series of an experiment, in place of patterns those that the figures hold, and the row with events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from forecast.config.bounds import is_pattern
from forecast.config.settings import Experiment
from forecast.errors import ConfigError, nearest

#: Of more series than so many the report is a summary.
MANY = 20


def is_many(exp: Experiment) -> bool:
    """Tell whether the report of an experiment, its series named, is a summary of many."""
    return len(exp.target.series) > MANY


def told_closely(exp: Experiment) -> tuple[str, ...]:
    """Return the series of which everything is told: all of a few, of many the first."""
    return exp.target.series[:1] if is_many(exp) else exp.target.series


def pair_with_events(exp: Experiment) -> tuple[str, str] | None:
    """Return the headline's row without events and the same row with them, or None.

    A combination names its row with events; of a model it is the model of the same kind and parameters that
    takes events.
    """
    pairs = [(name, spec.with_events) for name, spec in exp.combination.items() if spec.with_events]
    for name, spec in exp.model.items():
        if not spec.parameters.get("events", False):
            same = replace(spec, parameters={**spec.parameters, "events": True})
            pairs += [(name, other) for other, found in exp.model.items() if found == same]
    return next((pair for pair in pairs if exp.report.headline in pair), None)


def with_names(exp: Experiment, held: Sequence[str]) -> Experiment:
    """Return an experiment whose series are names of the figures, in their order where a pattern stood.

    Raises
    ------
    ConfigError
        For names that are not there, and patterns that match none, all at once.
    """
    found: dict[str, None] = {}
    problems: list[str] = []
    known = set(held)
    for word in exp.target.series:
        if word in known:
            found[word] = None
        elif is_pattern(word) and (names := matching(word, held)):
            found |= dict.fromkeys(names)
        else:
            problems.append(f"target.series: {_missing(word, held)}")
    problems += [f"events.donors: {_missing(name, held)}" for name in exp.events.donors if name not in known]
    if exp.target.total is not None and exp.target.total not in found and not problems:
        problems.append(
            f"target.total: {exp.target.total!r} is not among target.series; name it there too, or set"
            " target.total=null"
        )
    if problems:
        raise ConfigError("\n".join(problems))
    return replace(exp, target=replace(exp.target, series=tuple(found)))


def matching(pattern: str, held: Sequence[str]) -> list[str]:
    """Return the names that a pattern stands for.

    Examples
    --------
    >>> matching("AZ*", ["AZ1", "CA1"]), matching("all", ["AZ1", "CA1"])
    (['AZ1'], ['AZ1', 'CA1'])
    """
    return [name for name in held if pattern == "all" or fnmatchcase(name, pattern)]


def _missing(name: str, held: Sequence[str]) -> str:
    few = f" The figures hold: {', '.join(held)}." if len(held) <= 12 else ""
    if is_pattern(name):
        return f"no series of the figures is called like '{name}'.{few}"
    return f"there is no '{name}' in the figures.{nearest(name, held)}{few}"
