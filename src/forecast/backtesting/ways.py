"""Ways by which a model may reach figures that its panel does not hold, and garbage behind each of them.

While `blinded` runs, figures that were not public are garbage in every `Observations`, frame, array and
mapping that the model holds (in its fields, its closures and the globals of its methods), in the bundled
figures, and in whatever it loads or reads with `load_observations` and ``pandas.read_csv``. What it keeps in
a tuple, a text or a file that it opens by itself is not seen.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from types import CellType, CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, TypeAlias, TypeVar
from unittest import mock

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast.data import load
from forecast.data.observations import Observations, replace_rows
from forecast.events.calendar import EventCalendar
from forecast.models.base import Model

if TYPE_CHECKING:
    from pandas.io.parsers import TextFileReader

Array: TypeAlias = npt.NDArray[np.generic]
#: What may hold figures.
Figures: TypeAlias = Observations | pd.DataFrame | pd.Series | Array | dict[object, object]
Key = TypeVar("Key")
#: Objects are looked into so deep.
_DEPTH = 8
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")
#: Smaller settings may equal a figure by chance.
_TELLING = 1000.0


def garbage_figures(obs: Observations, day: pd.Timestamp, rng: np.random.Generator) -> Observations:
    """Return the figures with every one that was not public on a day replaced by a random count."""
    table = obs.table.copy()
    later = (table["released"] > day).to_numpy()
    values = table["value"].to_numpy(dtype=float).copy()
    values[later] = np.floor(
        values[later] * rng.uniform(0.1, 10.0, later.sum()) + rng.integers(1, 5000, later.sum())
    )
    return replace_rows(obs, table.assign(value=values))


def hidden_values(obs: Observations, day: pd.Timestamp) -> npt.NDArray[np.float64]:
    """Return the figures that were not public on a day and equal none that was, and their logs."""
    values, later = obs.table["value"].to_numpy(dtype=float), (obs.table["released"] > day).to_numpy()
    hidden = np.setdiff1d(values[later], values[~later])
    return np.concatenate([hidden, np.log(hidden[hidden > 0.0])])


def hindsight_notes(model: Model, obs: Observations, day: pd.Timestamp) -> list[str]:
    """Return what of a model's settings could not have been known on a day: later dates, hidden figures."""
    hidden, found = hidden_values(obs, day), []
    for name, value in _leaves(vars(model)):
        if isinstance(value, (int, float)) and abs(value) >= _TELLING and value in hidden:
            found.append(f"{name} is {value:g}, a figure that was not public on {day.date()}")
        when = value if isinstance(value, str) and _DATE.fullmatch(value) else None
        if isinstance(value, (dt.date, pd.Period, np.datetime64)):
            when = str(value)[:10]
        if when is not None and when > str(day.date())[: len(when)]:
            found.append(f"{name} is {when}, after {day.date()}")
    return found


def _leaves(values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        for item in value if isinstance(value, (list, tuple, set)) else [value]:
            yield name, item


@contextlib.contextmanager
def blinded(
    model: Model,
    obs: Observations,
    events: EventCalendar,
    unknown: tuple[Observations, EventCalendar],
    day: pd.Timestamp,
) -> Iterator[None]:
    """Put garbage behind every way to what was not public on a day; `unknown` holds it."""
    rng, hidden = np.random.default_rng(0), hidden_values(obs, day)
    loaded: Callable[..., Observations] = load.load
    read: Callable[..., pd.DataFrame | TextFileReader] = pd.read_csv

    def loads(*words: object, **named: object) -> Observations:
        return garbage_figures(loaded(*words, **named), day, rng)

    def reads(*words: object, **named: object) -> pd.DataFrame | TextFileReader:
        made = read(*words, **named)
        if isinstance(made, pd.DataFrame):
            _garble_frame(made, hidden, rng)
        return made

    bundle = load.bundle()
    with contextlib.ExitStack() as stack:
        for whole, garbled in (
            (obs, unknown[0]),
            (events, unknown[1]),
            (bundle, garbage_figures(bundle, day, rng)),
        ):
            stack.enter_context(mock.patch.dict(vars(whole), vars(garbled), clear=True))
        for thing in held(model):
            if isinstance(thing, Observations) and thing is not obs and thing is not bundle:
                stack.enter_context(
                    mock.patch.dict(vars(thing), vars(garbage_figures(thing, day, rng)), clear=True)
                )
            elif isinstance(thing, dict):
                stack.enter_context(mock.patch.dict(thing, _garbled_items(thing, hidden, rng)))
            elif isinstance(thing, (pd.DataFrame, pd.Series, np.ndarray)):
                stack.callback(_garble(thing, hidden, rng))
        stack.enter_context(mock.patch.object(load, "load", loads))
        stack.enter_context(mock.patch.object(pd, "read_csv", reads))
        yield


def held(model: object) -> list[Figures]:
    """Return the figures, frames, arrays and mappings that an object can reach, each once."""
    found: list[Figures] = []
    seen: set[int] = set()
    waiting: list[tuple[object, int]] = [(model, 0)]
    while waiting:
        thing, depth = waiting.pop()
        if id(thing) in seen or depth > _DEPTH:
            continue
        seen.add(id(thing))
        if isinstance(thing, (Observations, pd.DataFrame, pd.Series, np.ndarray)):
            found.append(thing)
            continue
        if isinstance(thing, dict):
            found.append(thing)
        waiting += [(part, depth + 1) for part in _parts(thing)]
    return found


def _parts(thing: object) -> list[object]:
    """Return what an object leads to: members of its own, never those of this package or of libraries."""
    if isinstance(thing, dict):
        return list(thing.values())
    if isinstance(thing, (list, tuple, set, frozenset)):
        return list(thing)
    if isinstance(thing, MethodType):
        return [thing.__func__, thing.__self__]
    if isinstance(thing, (staticmethod, classmethod)):
        return [thing.__func__]
    if isinstance(thing, property):
        return [thing.fget]
    if not _own(thing):
        return []
    if isinstance(thing, FunctionType):
        names = [n for code in _codes(thing.__code__) for n in code.co_names]
        cells = [cell.cell_contents for cell in thing.__closure__ or () if _filled(cell)]
        return [*cells, *(thing.__globals__[n] for n in names if n in thing.__globals__), thing.__defaults__]
    if isinstance(thing, type):
        return [*vars(thing).values(), *thing.__bases__]
    return [type(thing), *(vars(thing).values() if hasattr(thing, "__dict__") else ())]


def _own(thing: object) -> bool:
    """Tell whether something is the user's: neither a module nor of this package nor of a library."""
    home = thing if isinstance(thing, (type, FunctionType)) else type(thing)
    name = str(getattr(home, "__module__", "builtins"))
    if isinstance(home, type) and issubclass(home, type(re)):
        return False
    return name.split(".")[0] not in _LIBRARIES or (
        name.startswith("forecast.") and not isinstance(thing, (type, FunctionType))
    )


_LIBRARIES = ("builtins", "forecast", "numpy", "pandas", "scipy", "sklearn", "statsmodels", "abc", "typing")


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _filled(cell: CellType) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _garbled(values: Array, hidden: npt.NDArray[np.float64], rng: np.random.Generator) -> Array:
    """Return numbers of which every hidden one is another number; the same array where none is."""
    if values.dtype.kind not in "iuf" or not values.size:
        return values
    wrong = np.isin(values, hidden)
    if not wrong.any():
        return values
    garbage = np.floor(
        np.abs(values) * rng.uniform(1.5, 9.0, values.shape) + rng.integers(1, 50, values.shape)
    )
    return np.where(wrong, garbage, values).astype(values.dtype)


def _garbled_items(
    items: Mapping[Key, object], hidden: npt.NDArray[np.float64], rng: np.random.Generator
) -> dict[Key, object]:
    numbers = {k: v for k, v in items.items() if isinstance(v, (int, float)) and not isinstance(v, bool)}
    garbled = _garbled(np.array(list(numbers.values()), dtype=float), hidden, rng)
    return {
        k: type(v)(new) for (k, v), new in zip(numbers.items(), garbled.tolist(), strict=True) if v != new
    }


def _garble_frame(
    frame: pd.DataFrame, hidden: npt.NDArray[np.float64], rng: np.random.Generator
) -> list[tuple[int, pd.Series]]:
    """Put garbage in the place of hidden numbers of a frame; return the columns as they were."""
    before = []
    for i in range(frame.shape[1]):
        column = frame.iloc[:, i]
        values = column.to_numpy()
        made = _garbled(values, hidden, rng)
        if made is not values:
            before.append((i, column.copy()))
            frame.isetitem(i, made)
    return before


def _garble(
    thing: pd.DataFrame | pd.Series | Array, hidden: npt.NDArray[np.float64], rng: np.random.Generator
) -> Callable[[], None]:
    """Put garbage in the place of hidden numbers of what a model holds; return what undoes it."""
    if isinstance(thing, pd.DataFrame):
        columns = _garble_frame(thing, hidden, rng)

        def put_back() -> None:
            for i, column in columns:
                thing.isetitem(i, column.to_numpy())

        return put_back
    values = thing.to_numpy() if isinstance(thing, pd.Series) else thing
    made, before = _garbled(values, hidden, rng), values.copy()
    target = thing.iloc if isinstance(thing, pd.Series) else thing
    if made is values or (isinstance(thing, np.ndarray) and not thing.flags.writeable):
        return lambda: None
    target[:] = made

    def undo() -> None:
        target[:] = before

    return undo
