"""What can go wrong, in words: the errors with their exit codes, and the findings of a check."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal


class ForecastWarning(UserWarning):
    """Something a careful reader should know; never raised by other packages.

    Examples
    --------
    >>> import warnings
    >>> import forecast as fc
    >>> warnings.simplefilter("error", fc.ForecastWarning)  # in a script that must not go on
    """


class ForecastError(Exception):
    """Base of the errors that this package raises on purpose.

    Attributes
    ----------
    exit_code : int
        The code with which the command leaves when this error reaches it.

    Examples
    --------
    >>> import forecast as fc
    >>> try:
    ...     fc.make_model("arma")
    ... except fc.ForecastError as error:
    ...     print(error.exit_code)
    2
    """

    exit_code = 1


class ConfigError(ForecastError, ValueError):
    """Wrong words: an unknown key, experiment, series, model or value.

    Examples
    --------
    >>> import forecast as fc
    >>> try:
    ...     fc.load_experiment("quick", "horizn=6")
    ... except fc.ConfigError as error:
    ...     print(error)
    horizn: there is no such key. Did you mean 'horizon'?
    """

    exit_code = 2


class DataError(ForecastError, ValueError):
    """Wrong content of a file of figures or events.

    Parameters
    ----------
    message : str
        What is wrong, all problems at once, a line each.
    findings : sequence of Finding, optional
        The same problems as records.

    Examples
    --------
    >>> import pandas as pd
    >>> import forecast as fc
    >>> try:
    ...     fc.load_observations(pd.DataFrame({"month": ["2024-01"], "value": ["many"]}))
    ... except fc.DataError as error:
    ...     print(error.findings[0].what)
    'many' is not a number
    """

    exit_code = 4

    def __init__(self, message: str, findings: Iterable[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


@contextlib.contextmanager
def named(places: Mapping[str, str]) -> Iterator[None]:
    """Name in an error the file or address of the user in place of the copy that was read.

    Parameters
    ----------
    places : mapping
        Path of the copy -> what the user knows it by.
    """

    def own(text: str) -> str:
        for copy in sorted(places, key=len, reverse=True):
            text = text.replace(copy, places[copy])
        return text

    try:
        yield
    except DataError as error:
        findings = [
            replace(f, file=own(f.file) if f.file else f.file, what=own(f.what), hint=own(f.hint))
            for f in error.findings
        ]
        raise DataError(own(str(error)), findings) from error


class FitError(ForecastError):
    """The headline cannot be made, since every fold of a model failed."""

    exit_code = 5


class LookAheadError(ForecastError):
    """A forecast changed when something that was not public at its origin changed.

    Parameters
    ----------
    model, series, origin, month : str
        Which forecast changed.
    how : str
        What had been changed.

    Examples
    --------
    >>> import forecast as fc
    >>> print(fc.LookAheadError("mine", "a", "2024-05-07", "2024-04"))
    mine looks ahead: a, origin 2024-05-07, forecast of 2024-04 changed
    """

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


def counted(number: int, noun: str, verb: str = "") -> str:
    """Return a number with its noun, and with the verb that fits.

    Examples
    --------
    >>> counted(1, "month"), counted(2500, "row"), counted(1, "month", "are")
    ('1 month', '2,500 rows', '1 month is')
    """
    one = number == 1
    words = [
        f"{number:,}",
        noun if one or noun == "series" else f"{noun}s",
        _VERBS[verb] if one and verb else verb,
    ]
    return " ".join(word for word in words if word)


#: Verbs of many, and of one.
_VERBS = {
    "are": "is",
    "have": "has",
    "were": "was",
    "stand": "stands",
    "differ": "differs",
    "repeat": "repeats",
}


def need(value: object, kinds: type | tuple[type, ...], what: str, wanted: str) -> None:
    """Raise a `ConfigError` that says what is taken, unless a value is of one of the kinds.

    Examples
    --------
    >>> need(3, str, "series", "the name of a series")
    Traceback (most recent call last):
    ...
    forecast.errors.ConfigError: series: int 3 is given; expected the name of a series
    """
    if not isinstance(value, kinds):
        raise ConfigError(f"{what}: {shown(value)} is given; expected {wanted}")


def shown(value: object) -> str:
    """Return a value of the wrong type in words: its type, and itself where it is short.

    Examples
    --------
    >>> shown(3), shown([3]), shown(int)
    ('int 3', 'list', 'the class int')
    """
    if isinstance(value, type):
        return f"the class {value.__name__}"
    return f"{type(value).__name__}{f' {value!r}' if isinstance(value, (str, int, float)) else ''}"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``" Did you mean X?"`` for the nearest known word, or an empty string.

    Examples
    --------
    >>> nearest("arma", ["arima", "ridge"])
    " Did you mean 'arima'?"
    """
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" Did you mean '{close[0]}'?" if close else ""


def nearest_key(key: str, known: Iterable[str]) -> str:
    """Return ``" Did you mean X?"`` for a dotted key: one with the same last word first, else the nearest.

    Examples
    --------
    >>> nearest_key("backtest.horizon", ["backtest.origins", "horizon"])
    " Did you mean 'horizon'?"
    """
    keys = list(known)
    last = [other for other in keys if other.rpartition(".")[2] == key.rpartition(".")[2]]
    if last:
        return f" Did you mean '{min(last, key=len)}'?"
    return nearest(key, keys) or nearest(key.rpartition(".")[2], {k.rpartition(".")[2]: k for k in keys})
