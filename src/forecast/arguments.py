"""The public border: arguments of a type that a function does not take are refused before anything runs."""

from __future__ import annotations

import builtins
import collections.abc as abc
import functools
import inspect
import itertools
import numbers
import os
import sys
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, ParamSpec, TypeVar

from forecast.errors import ConfigError, shown

P = ParamSpec("P")
R = TypeVar("R")

#: What a value of a plain type must be, and how it is called.
_PLAIN: dict[object, tuple[type | tuple[type, ...], str]] = {
    str: (str, "a text"),
    int: (numbers.Integral, "a whole number"),
    float: (numbers.Real, "a number"),
    Path: ((str, os.PathLike), "a path"),
    types.NoneType: (types.NoneType, "None"),
}
#: The same of many.
_SEVERAL = {str: "texts", int: "whole numbers", float: "numbers"}
#: Where objects of our own come from.
_SOURCE = {
    "Observations": "Observations, of fc.load_observations",
    "Panel": "a Panel, such as obs.as_of('latest')",
    "PanelLike": "a Panel, such as obs.as_of('latest')",
    "EventCalendar": "an EventCalendar, of fc.load_events",
    "Design": "a Design, such as events.design(panel)",
    "Model": "a model, such as fc.make_model('arima')",
    "Experiment": "an Experiment, such as fc.load_experiment('quick')",
    "Regressor": "a regressor: an object with fit and predict, such as LinearRegression()",
    "Run": "a Run, of fc.run",
    **dict.fromkeys(("date", "Timestamp", "datetime64"), "a date"),
}


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Make a public function refuse arguments that its hints do not take.

    Raises
    ------
    ConfigError
        At a call, with one line for each argument: what is given and what is taken.

    Examples
    --------
    >>> @checked
    ... def double(number: int) -> int:
    ...     return 2 * number
    >>> double(2)
    4
    >>> double("2")
    Traceback (most recent call last):
    ...
    forecast.errors.ConfigError: double: number: str '2' is given; expected a whole number
    """
    parameters = inspect.signature(function).parameters
    placed = [name for name, one in parameters.items() if one.kind is not inspect.Parameter.KEYWORD_ONLY]
    listed = [name for name in placed if parameters[name].kind is inspect.Parameter.VAR_POSITIONAL]

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        hints = _hints(function)
        problems = []
        places = itertools.chain(placed, listed * len(args))
        for name, value in (*zip(places, args, strict=False), *kwargs.items()):
            hint = hints.get(name, Any)
            if not _fits(value, hint):
                problems.append(f"{function.__qualname__}: {name}: {_problem(value, hint)}")
        if problems:
            raise ConfigError("\n".join(problems))
        return function(*args, **kwargs)

    return call


class _Loaded(dict[str, Any]):
    """Names that are imported for type checkers only: what a loaded module of the package holds by them."""

    def __init__(self, known: dict[str, Any]) -> None:
        super().__init__()
        self.known = known
        self.absent = False

    def __missing__(self, name: str) -> Any:
        if name in self.known or hasattr(builtins, name):
            raise KeyError(name)
        for key, module in list(sys.modules.items()):
            if key.partition(".")[0] == "forecast" and name in vars(module):
                return vars(module)[name]
        self.absent = True
        return Any  # its module is not loaded, so no value can be of it


_HINTS: dict[Callable[..., object], dict[str, Any]] = {}


def _hints(function: Callable[..., object]) -> dict[str, Any]:
    """Return the hints of a function, kept once all their modules are loaded."""
    if function in _HINTS:
        return _HINTS[function]
    names = _Loaded(function.__globals__)
    hints = typing.get_type_hints(function, names.known, names)
    if not names.absent:
        _HINTS[function] = hints
    return hints


def _fits(value: object, hint: Any) -> bool:
    """Tell whether a value is of the type that a hint names; of words and numbers the function judges."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return True
    if origin is Annotated:
        return _fits(value, args[0])
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, one) for one in args)
    if origin is Literal:
        return type(value) in map(type, args)
    if hint in _PLAIN:
        return isinstance(value, _PLAIN[hint][0]) and (hint is types.NoneType or not isinstance(value, bool))
    if hint is bool:
        return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")  # numpy has one too
    if origin is type:
        return isinstance(value, type)
    if origin is abc.Callable:
        return callable(value)
    if isinstance(origin, type) and issubclass(origin, abc.Mapping):
        return isinstance(value, abc.Mapping)
    if isinstance(origin, type) and issubclass(origin, abc.Iterable):
        sized = origin is abc.Iterable or isinstance(value, abc.Sized)
        return sized and _is_list(value) and all(_fits(one, args[0]) for one in _items(value) if args)
    if getattr(hint, "_is_protocol", False):
        return not isinstance(value, type) and all(_has(value, name) for name in _members(hint))
    return isinstance(value, hint) if isinstance(hint, type) else True


def _has(value: object, name: str) -> bool:
    """Tell whether an object has a name, without making what a property or a lazy field would make."""
    missing = object()
    return inspect.getattr_static(value, name, missing) is not missing or hasattr(value, name)


def _is_list(value: object) -> bool:
    """Tell whether a value holds one thing after the other: no text, no mapping and no table."""
    return isinstance(value, abc.Iterable) and not (
        isinstance(value, (str, bytes, abc.Mapping, type)) or hasattr(value, "columns")
    )


def _items(value: Any) -> abc.Iterable[object]:
    """Return what a list holds, of an array as plain values; a generator is not used up."""
    if hasattr(value, "tolist"):
        return value.tolist()  # type: ignore[no-any-return]
    return value if isinstance(value, abc.Collection) else ()


def _members(protocol: type) -> list[str]:
    """Return the public names that an object of a protocol has."""
    names = (*vars(protocol), *inspect.get_annotations(protocol))
    return [name for name in names if not name.startswith("_")]


def _problem(value: object, hint: Any) -> str:
    """Say what is given and what is taken."""
    return f"{shown(value)} is given; expected {' or '.join(dict.fromkeys(map(_wanted, _parts(hint))))}"


def _parts(hint: Any) -> tuple[Any, ...]:
    """Return the alternatives of a hint."""
    if typing.get_origin(hint) is Annotated:
        return _parts(typing.get_args(hint)[0])
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return tuple(part for one in typing.get_args(hint) for part in _parts(one))
    return (hint,)


def _wanted(hint: Any) -> str:
    """Return what a hint takes, in words."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint in _PLAIN:
        return _PLAIN[hint][1]
    if hint is bool:
        return "True or False"
    if origin is Literal:
        return " or ".join(map(repr, args))
    if origin is type:
        return "a class"
    if origin is abc.Callable:
        return "a function"
    kind = origin or hint
    if isinstance(kind, type) and issubclass(kind, abc.Mapping):
        return "a mapping"
    if isinstance(origin, type) and issubclass(origin, abc.Iterable):
        return f"a list of {_SEVERAL[args[0]]}" if args and args[0] in _SEVERAL else "a list"
    name = getattr(kind, "__name__", "something else")
    return _SOURCE.get(name, f"{'an' if name[0] in 'AEIOU' else 'a'} {name}")
