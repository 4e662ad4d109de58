"""The closed list of models: configuration names a kind, never a callable.

An installed package adds its own by an entry point of the group ``forecast.models`` (``kind =
"module:Class"``); it is loaded when its kind is first asked for, and held to the same rules as any registered
class.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint
from typing import cast

from forecast.arguments import checked
from forecast.config.convert import from_plain
from forecast.config.settings import ModelSpec
from forecast.errors import ConfigError, nearest, need
from forecast.models.base import Model
from forecast.models.kinds import BUILTIN, installed

_REGISTRY: dict[str, type[Model]] = {}
_DERIVE = "derive a frozen dataclass from fc.SeriesModel"


@checked
def register_model(name: str, cls: type[Model]) -> None:
    """Add a model to the registry.

    Parameters
    ----------
    name : str
        The kind by which configuration names it.
    cls : type
        A frozen dataclass with the methods of `forecast.models.base.Model`.

    Raises
    ------
    ConfigError
        If the name is taken by another class, or the class is not a frozen dataclass with `fit` and
        `fit_many`.

    Examples
    --------
    >>> import forecast as fc
    >>> from forecast.models.baselines import Drift
    >>> fc.register_model("my_drift", Drift)
    >>> "my_drift" in fc.list_models()
    True
    """
    _check_class(name, cls)
    taken = name in BUILTIN or _REGISTRY.get(name, cls).__qualname__ != cls.__qualname__
    if taken:
        raise ConfigError(f"model '{name}' is registered already; choose another name")
    _REGISTRY[name] = cls


def _check_class(name: str, cls: type[Model]) -> None:
    parameters = getattr(cls, "__dataclass_params__", None)
    if parameters is None or not parameters.frozen:
        raise ConfigError(f"model '{name}': {cls.__name__} is not a frozen dataclass; {_DERIVE}")
    missing = [m for m in ("fit", "fit_many", "uses_events", "pooled", "min_months") if not hasattr(cls, m)]
    if missing:
        raise ConfigError(f"model '{name}': {cls.__name__} lacks {', '.join(missing)}; {_DERIVE}")


def list_models() -> list[str]:
    """Return the kinds of models that configuration may name, sorted.

    Returns
    -------
    list of str
        Built-in ones, registered ones, and those of installed packages.

    Examples
    --------
    >>> import forecast as fc
    >>> {"arima", "random_walk"} <= set(fc.list_models())
    True
    """
    return sorted({*BUILTIN, *_REGISTRY, *installed()})


def model_class(kind: str) -> type[Model]:
    """Return the class of a kind.

    Raises
    ------
    ConfigError
        If there is no such kind; the nearest one is named.
    """
    if kind in _REGISTRY:
        return _REGISTRY[kind]
    if kind not in BUILTIN and kind in installed():
        return _load(installed()[kind])
    if kind not in BUILTIN:
        known = list_models()
        raise ConfigError(
            f"model kind: there is no '{kind}' ({', '.join(known)}).{nearest(kind, known)}"
            " A model of your own is known after --plugin FILE.py"
        )
    own = BUILTIN[kind]
    return cast("type[Model]", getattr(importlib.import_module(own.module), own.name))


def _load(point: EntryPoint) -> type[Model]:
    try:
        cls = point.load()
    except Exception as error:
        where = f"{point.value}{f' of {point.dist.name}' if point.dist else ''}"
        raise ConfigError(f"model kind '{point.name}': {where} cannot be loaded: {error}") from error
    _check_class(point.name, cls)
    _REGISTRY[point.name] = cls
    return cast("type[Model]", cls)


@checked
def make_model(kind: str, **parameters: object) -> Model:
    """Return a model of the registry with the given parameters.

    Parameters
    ----------
    kind : str
        One of `list_models()`.
    **parameters
        Fields of that model; lists are taken as tuples.

    Returns
    -------
    Model
        A frozen dataclass with `fit`.

    Raises
    ------
    ConfigError
        For an unknown kind, an unknown parameter or a value of the wrong type, all at once.

    Examples
    --------
    >>> import forecast as fc
    >>> fc.make_model("seasonal_naive", period=12)
    SeasonalNaive(transform='log', window=None, period=12)
    """
    return from_plain(model_class(kind), parameters, path=kind)


def make_models(specs: Mapping[str, ModelSpec]) -> dict[str, Model]:
    """Make every model of an experiment, naming all problems at once."""
    made: dict[str, Model] = {}
    problems: list[str] = []
    for name, spec in specs.items():
        where = f"model.{name}.kind"
        try:
            model_class(spec.kind)
            where = f"model.{name}"
            made[name] = make_model(spec.kind, **spec.parameters)
        except ConfigError as error:
            problems.extend(f"{where}: {line}" for line in str(error).splitlines())
    if problems:
        raise ConfigError("\n".join(problems))
    return made


def need_model(model: object, what: str) -> None:
    """Refuse what is no model; a class is none before it is called."""
    if isinstance(model, type) or not isinstance(model, Model):
        need(model, (), what, "a model, such as fc.make_model('arima')")


def named_models(models: Mapping[str, Model] | Sequence[Model | str] | Model | str) -> dict[str, Model]:
    """Return models by name: as given, or under the kinds by which the registry knows them.

    Raises
    ------
    ConfigError
        For what is no model, and for two models of one name.

    Examples
    --------
    >>> list(named_models(["drift", make_model("seasonal_naive", period=6)]))
    ['drift', 'seasonal_naive']
    """
    if isinstance(models, Mapping):
        for name, model in models.items():
            need_model(model, f"models: {name}")
        return dict(models)
    several = list(models) if isinstance(models, Sequence) and not isinstance(models, str) else [models]
    named: dict[str, Model] = {}
    for given in several:
        model = make_model(given) if isinstance(given, str) else given
        need_model(model, "models")
        name = given if isinstance(given, str) else _kind_of(model)
        if name in named:
            raise ConfigError(f"models: two are called '{name}'; give a dict of names and models")
        named[name] = model
    return named


def _kind_of(model: Model) -> str:
    """Return the kind under which a model's class is registered, or the name of the class."""
    own = type(model)
    home = (own.__module__, own.__qualname__)
    known = {(there.module, there.name): kind for kind, there in BUILTIN.items()}
    known |= {(cls.__module__, cls.__qualname__): kind for kind, cls in _REGISTRY.items()}
    return known.get(home, own.__name__)


def describe(kind: str) -> str:
    """Return the first line of a model's docstring."""
    if kind in BUILTIN:
        return BUILTIN[kind].text
    return (model_class(kind).__doc__ or kind).strip().splitlines()[0]
