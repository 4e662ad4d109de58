"""Plain values, as YAML gives them, to dataclasses of settings and
back; every mistake with the nearest right word.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias, TypeVar

from forecast.config.bounds import RULES
from forecast.errors import ConfigError, counted, nearest

#: Values as YAML gives them, and a group of them by their names.
Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"
Group: TypeAlias = "dict[str, Plain]"
Value = TypeVar("Value")
Made = TypeVar("Made")

#: Choices of the first edition that were taken out -> what to use in their place.
GONE: Mapping[str, str] = {
    "method=ewma": "direct_mirrored",
    "method=adaptive": "direct_mirrored",
    "method=student_t": "direct_mirrored",
    "method=trimmed": "median",
    "method=bates_granger": "inverse_error",
    "method=stacking": "inverse_error",
    "method=ols": "shrinkage",
    "method=structural": "shrinkage",
    "method=variance": "shrinkage",
    "method=top_down": "bottom_up",
}


#: Whole numbers above it have no place among floating-point numbers.
_LARGEST = 10**300
_KINDS = {int: "a whole number", str: "a text", float: "a number", bool: "true or false"}


@functools.cache
def hints_of(settings: type) -> Mapping[str, object]:
    """Return the types of the keys of settings, with their bounds."""
    return typing.get_type_hints(settings, include_extras=True)


def convert(value: object, hint: object, path: str, problems: list[str]) -> object:
    """Return a plain value as its type hint wants it; what cannot be is added to the problems."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        before = len(problems)
        made = convert(value, args[0], path, problems)
        if len(problems) == before:
            wrong = [m.problem(made) for m in args[1:] if isinstance(m, RULES)]
            problems += [f"{path}: {text}" for text in wrong if text]
        return made
    if origin in (typing.Union, types.UnionType):
        return _one_of_types(value, args, path, problems)
    if origin is Literal:
        if value not in args:
            problems.append(
                f"{path}: {value!r} is not one of {', '.join(map(str, args))}.{_hint(value, args, path)}"
            )
        return value
    if origin is tuple:
        return _items(value, args, path, problems)
    if origin in (dict, Mapping) or hint in (dict, Mapping) or getattr(origin, "__name__", "") == "Mapping":
        if not isinstance(value, Mapping):
            problems.append(f"{path}: {value!r} is not a group of keys")
            return {}
        inner = args[1] if args else object
        problems += [f"{path}: {k!r} is no name" for k in value if not str(k).strip()]
        return {str(k): convert(v, inner, f"{path}.{k}", problems) for k, v in value.items()}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return made_of(hint, value, path, problems)
    return _cell(value, hint, path, problems)


def _one_of_types(value: object, args: tuple[object, ...], path: str, problems: list[str]) -> object:
    """Return a value whose hint is a union: nothing, one of some words, or a value of the other type."""
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
    return convert(value, rest[0], path, problems)


def _hint(value: object, words: tuple[object, ...], path: str) -> str:
    """Return which word was meant, or what stands in the place of one that was taken out."""
    gone = GONE.get(f"{path.rsplit('.', 1)[-1]}={value}", "")
    return f" It was taken out; use '{gone}'." if gone in words else nearest(str(value), map(str, words))


def _items(value: object, args: tuple[object, ...], path: str, problems: list[str]) -> tuple[object, ...]:
    """Return a list as a tuple, of any length or of one type for each place; one value is a list of one."""
    if value is not None and not isinstance(value, (str, int, float, list, tuple)):
        problems.append(f"{path}: {value!r} is not a list")
        return ()
    items = [value] if isinstance(value, (str, int, float)) else list(value or ())
    hints = [args[0]] * len(items) if len(args) == 2 and args[1] is Ellipsis else args
    if len(items) != len(hints):
        problems.append(f"{path}: {list(items)} has {counted(len(items), 'value')}; expected {len(hints)}")
        return ()
    return tuple(
        convert(v, a, f"{path}[{i}]", problems) for i, (v, a) in enumerate(zip(items, hints, strict=True))
    )


def _cell(value: object, hint: object, path: str, problems: list[str]) -> object:
    """Return a single number, text or truth value; one of another type stays as it is, and is a problem."""
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        if abs(value) <= _LARGEST:
            return float(value)
        problems.append(f"{path}: the number is too large")
    elif hint is float and isinstance(value, float) and not math.isfinite(value):
        problems.append(f"{path}: {value} is not a finite number")
    elif hint is int and isinstance(value, bool):
        problems.append(f"{path}: {value!r} is not a whole number")
    elif hint is str and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    elif hint is str and isinstance(value, float):
        problems.append(f"{path}: {value!r} is a number, and 1.10 would become 1.1; put the text in quotes")
    elif isinstance(hint, type) and hint in _KINDS and not isinstance(value, hint):
        problems.append(f"{path}: {value!r} is not {_KINDS[hint]}")
    return value


def from_plain(cls: type[Made], values: object, path: str = "") -> Made:
    """Make a dataclass of this module from plain values, naming every unknown key with the nearest known one.

    Parameters
    ----------
    cls : type
        A dataclass of settings; one with the field `parameters` (`ModelSpec`) takes every key that is no
        field as a parameter.
    values : mapping
        Plain values, as YAML gives them.
    path : str
        Where these values stand, for messages.

    Raises
    ------
    ConfigError
        With one line for each problem.
    """
    problems: list[str] = []
    made = made_of(cls, values, path, problems)
    if made is None or problems:
        raise ConfigError("\n".join(problems))
    return made


def made_of(cls: type[Made], values: object, path: str, problems: list[str]) -> Made | None:
    """Return settings made of plain values, None where they cannot be; `problems` learns why."""
    before = len(problems)
    fields = _fields(cls)
    if not isinstance(values, Mapping):
        problems.append(f"{path or cls.__name__}: {values!r} is not a group of keys")
        return None
    values = dict(values)
    if "parameters" in fields and "parameters" not in values:
        own = {k: values.pop(k) for k in fields if k in values}
        values = {**own, "parameters": values}
    kind: type = cls
    hints = hints_of(kind)
    made: dict[str, object] = {}
    for key, value in values.items():
        where = f"{path}.{key}" if path else str(key)
        if key not in fields:
            problems.append(f"{where}: there is no such key.{nearest(str(key), fields)}")
            continue
        made[key] = convert(value, hints[key], where, problems)
    missing = [
        name
        for name, f in fields.items()
        if name not in made and f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    problems += [f"{path + '.' if path else ''}{name}: this key is needed" for name in missing]
    if len(problems) > before:
        return None
    try:
        return cls(**made)
    except ConfigError as error:
        problems += str(error).splitlines()
        return None


def group(values: Mapping[str, Value], key: str) -> dict[str, Value]:
    """Return a group of keys inside another one; empty where there is none."""
    inner = values.get(key)
    return inner if isinstance(inner, dict) else {}


def texts(values: Mapping[str, Plain], key: str) -> list[str]:
    """Return a list of texts inside a group of keys; empty where there is none.

    Raises
    ------
    ConfigError
        Where something else stands there.
    """
    inner = values.get(key) or []
    if not isinstance(inner, list):
        raise ConfigError(f"{key}: {inner!r} is not a list of texts")
    found = [one for one in inner if isinstance(one, str)]
    if len(found) < len(inner):
        raise ConfigError(f"{key}: {inner!r} is not a list of texts")
    return found


def check_arguments(**given: tuple[object, object]) -> None:
    """Refuse arguments that a setting of their type would refuse; each is a value and its type.

    Raises
    ------
    ConfigError
        With one line for each argument.

    Examples
    --------
    >>> from forecast.config.bounds import Horizon
    >>> check_arguments(horizon=(3, Horizon))
    """
    problems: list[str] = []
    for name, (value, hint) in given.items():
        plain = value.tolist() if hasattr(value, "tolist") else value  # numbers and arrays of numpy
        convert(plain, hint, name, problems)
    if problems:
        raise ConfigError("\n".join(problems))


def problems_of(settings: object, path: str = "") -> list[str]:
    """Return what is wrong with the values of settings that were made in Python, nested ones included."""
    problems: list[str] = []
    kind: type = type(settings)
    for key, hint in hints_of(kind).items():
        where, value = f"{path}.{key}" if path else key, getattr(settings, key)
        if dataclasses.is_dataclass(value):
            problems += problems_of(value, where)
        elif isinstance(value, Mapping) and any(map(dataclasses.is_dataclass, value.values())):
            for name, one in value.items():
                problems += problems_of(one, f"{where}.{name}")
        else:
            convert(value, hint, where, problems)
    return problems


def _fields(made: object) -> dict[str, dataclasses.Field[object]]:
    """Return the fields of a dataclass by name."""
    if not dataclasses.is_dataclass(made):
        raise TypeError(f"{made!r} is no dataclass")
    return {f.name: f for f in dataclasses.fields(made)}


def to_plain(settings: object) -> dict[str, object]:
    """Return nested dataclasses as dictionaries and lists of plain values, ready for YAML or JSON."""
    fields = _fields(settings)
    plain = {name: _plain(getattr(settings, name)) for name in fields}
    own = plain.pop("parameters", None)
    if not isinstance(own, dict):
        return plain
    # A model's parameters stand beside its kind; of its other keys only what was changed is written.
    changed = {k: v for k, v in plain.items() if v != fields[k].default}
    return {"kind": changed.pop("kind"), **own, **changed}


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return to_plain(value)
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, (list, tuple)) else value
