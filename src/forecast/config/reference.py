"""What every key of the configuration means: read from the settings' classes, where it stands once."""

from __future__ import annotations

import ast
import dataclasses
import re
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from forecast.config import outlook, settings, surroundings
from forecast.config.convert import hints_of
from forecast.errors import ConfigError, nearest_key


@dataclass(frozen=True)
class Key:
    """One key of the configuration.

    Attributes
    ----------
    path : str
        Its name, with the groups before it; NAME stands for a name of the user's choice.
    type : str
        What it takes, with the bounds of numbers.
    unit, default, meaning, example : str
        As its line in the settings says; the unit is empty where there is none.
    """

    path: str
    type: str
    unit: str
    default: str
    meaning: str
    example: str

    def __str__(self) -> str:
        lines = {
            "meaning": self.meaning,
            "takes": self.type + (f", in {self.unit}" if self.unit else ""),
            "default": self.default,
            "example": f"{self.path}={self.example}" if self.example else "",
        }
        return "\n".join([self.path, *(f"  {name + ':':<9} {text}" for name, text in lines.items() if text)])


def all_keys() -> list[Key]:
    """Return every key that an experiment may have, in the order of the settings' classes."""
    told: dict[tuple[str, str], str] = {}
    for module in (settings, outlook, surroundings):
        told |= notes(Path(str(module.__file__)).read_text(encoding="utf-8"))
    return list(_keys(settings.Experiment, "", told))


def explain(path: str) -> list[Key]:
    """Return the key of that name, or all keys of a group.

    Examples
    --------
    >>> [key.type for key in explain("horizon")]
    ['whole number between 1 and 60']
    >>> [key.path for key in explain("model.arima.refit_every")]
    ['model.NAME.refit_every']

    Raises
    ------
    ConfigError
        For a key that does not exist, with the nearest.
    """
    known = all_keys()
    wanted = path.split("=")[0].strip()
    found = [key for key in known if _pattern(key.path).fullmatch(wanted)]
    found = found or [key for key in known if key.path.startswith(f"{wanted}.")]
    if not found:
        hint = nearest_key(wanted, [key.path for key in known])
        raise ConfigError(f"{wanted}: there is no such key.{hint} `forecast list keys` names all")
    return found


def is_key(path: str) -> bool:
    """Tell whether settings have a key of that name."""
    return any(_pattern(key.path).fullmatch(path) for key in all_keys())


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.escape(path).replace("NAME", r"[^.]+"))


def notes(source: str) -> dict[tuple[str, str], str]:
    """Return the text of the `#:` lines above every field, by class and field."""
    lines = source.splitlines()
    found = {}
    for cls in ast.parse(source).body:
        if not isinstance(cls, ast.ClassDef):
            continue
        for node in cls.body:
            if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
                continue
            above: list[str] = []
            at = node.lineno - 2
            while lines[at].strip().startswith("#:"):
                above.insert(0, lines[at].strip().removeprefix("#:").strip())
                at -= 1
            found[cls.name, node.target.id] = " ".join(above)
    return found


def _keys(cls: type, prefix: str, told: Mapping[tuple[str, str], str]) -> Iterator[Key]:
    hints = hints_of(cls)
    for field in dataclasses.fields(cls):
        hint, path = hints[field.name], f"{prefix}{field.name}"
        inner = typing.get_args(hint)[1] if str(hint).startswith("collections.abc.Mapping") else None
        if isinstance(hint, type) and dataclasses.is_dataclass(hint):
            yield from _keys(hint, f"{path}.", told)
        elif isinstance(inner, type) and dataclasses.is_dataclass(inner):
            yield from _keys(inner, f"{path}.NAME.", told)
        elif (cls.__name__, field.name) != ("ModelSpec", "parameters"):
            parts = re.split(r"\s*\|\s*", told[cls.__name__, field.name], maxsplit=2)
            meaning, unit, example = [*parts, "", ""][:3]
            yield Key(path, type_words(hint), unit, _default(field), meaning, example)


def type_words(hint: object) -> str:
    """Return what a type takes in plain words."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is type(None):
        return "null"
    if origin is Annotated:
        return " ".join([type_words(args[0]), *map(str, args[1:])])
    if origin is Literal:
        return " or ".join(map(str, args))
    if origin is tuple:
        return f"list of {type_words(args[0])}" if args[1] is Ellipsis else "pair"
    if origin is not None and "Mapping" in str(origin):
        return "group of keys"
    if args:
        return " or ".join(map(type_words, args))
    words: dict[object, str] = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    return words[hint]


def _default(field: dataclasses.Field[object]) -> str:
    if field.default is not dataclasses.MISSING:
        value = field.default
    elif field.default_factory is not dataclasses.MISSING:
        value = field.default_factory()
    else:
        return "needed"
    if value is None or isinstance(value, (bool, tuple, list)):
        return yaml_text(value)
    if isinstance(value, dict):
        return "; ".join(f"{k}: {' to '.join(v)}" for k, v in value.items()) or "none"
    return str(value) or "empty"


def yaml_text(value: object) -> str:
    """Return a plain value as YAML writes it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"[{', '.join(map(yaml_text, value))}]" if isinstance(value, (tuple, list)) else str(value)
