"""Fields that may be given as a function: a backtest makes thousands of designs whose frames nobody reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")


class Lazy(Generic[T]):
    """A field of a dataclass: a value, or a function that is called when the field is first read.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Answer:
    ...     value: Lazy[int] = Lazy()
    >>> Answer(lambda: 42).value, Answer(7).value
    (42, 7)
    """

    def __init__(self, default: Callable[[], T] | None = None) -> None:
        self.default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self.name, self.place = name, f"_lazy_{name}"

    @overload
    def __get__(self, instance: None, owner: type) -> T: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> T:
        if instance is None:
            if self.default is None:
                raise AttributeError(self.name)  # so the field has no default
            return cast("T", self.default)
        held = instance.__dict__
        if callable(value := held[self.place]):
            value = held[self.place] = value()
        made: T = value
        return made

    def __set__(self, instance: object, value: T | Callable[[], T]) -> None:
        instance.__dict__[self.place] = value


class WithLazyFields:
    """Base of classes with lazy fields: what is copied or sent to another process holds the values."""

    def __getstate__(self: DataclassInstance) -> dict[str, Any]:
        for field in fields(self):
            getattr(self, field.name)
        return dict(self.__dict__)
