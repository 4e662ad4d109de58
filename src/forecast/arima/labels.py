"""Labels of what a user gives: regressors belong to a series by their index and to a fit by their name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast.arima.polynomials import Floats
from forecast.errors import ConfigError

Labelled = (pd.Series, pd.DataFrame)
_TIME = (pd.PeriodIndex, pd.DatetimeIndex)


def numbers(given: npt.ArrayLike, what: str) -> Floats:
    """Return what was given as numbers; what an array masks is missing.

    Raises
    ------
    ConfigError
        For texts and other things that are none.
    """
    try:
        if isinstance(given, np.ma.MaskedArray):
            return np.asarray(np.ma.filled(given.astype(float), np.nan))
        made = np.asarray(given)
        if made.dtype.kind in "mM":
            raise ConfigError(f"{what}: {made.dtype} is given; expected numbers, NaN where one is missing")
        return np.asarray(made, dtype=float)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{what}: {error}; expected numbers, NaN where one is missing") from error


def one_of_two(xreg: npt.ArrayLike | None, exog: npt.ArrayLike | None) -> npt.ArrayLike | None:
    """Return the regressors, under whichever of their two names they are given."""
    if xreg is not None and exog is not None:
        raise ConfigError("arima: xreg and exog are two names of the same regressors; give one")
    return exog if xreg is None else xreg


def time_index(y: npt.ArrayLike) -> pd.Index | None:
    """Return the index of a series that has one, None for plain numbers.

    Raises
    ------
    ConfigError
        For an index of time that is not in order, or that leaves months out.
    """
    index = _index(y)
    if not isinstance(index, _TIME):
        return index
    back = np.flatnonzero(np.diff(index.astype("int64").to_numpy()) <= 0)
    if len(back):
        raise ConfigError(
            f"y: {index[back[0] + 1]} stands after {index[back[0]]}; sort the series by time, each once"
        )
    months = _months(index)
    if months is not None and len(months):
        missing = pd.period_range(months[0], months[-1], freq=months.freq).difference(months)
        if len(missing):
            raise ConfigError(
                f"y: {_some(missing)} missing from its index; give NaN where there is no figure"
            )
    return index


def _months(index: pd.PeriodIndex | pd.DatetimeIndex) -> pd.PeriodIndex | None:
    """Return periods as they are, and stamps that are all first or all last days of months as months."""
    if isinstance(index, pd.PeriodIndex):
        return index
    if index.tz is None and len(index) > 1 and (index.is_month_start.all() or index.is_month_end.all()):
        return index.to_period("M")
    return None


def rows_of(xreg: npt.ArrayLike | None, index: pd.Index | None) -> npt.ArrayLike | None:
    """Return regressors in the order of the rows of y.

    Raises
    ------
    ConfigError
        Naming the rows that one of the two lacks.
    """
    own = _index(xreg)
    if own is None or index is None or own.equals(index):
        return xreg
    return _matched(xreg, own, index, "xreg")


def future_rows(
    xreg: npt.ArrayLike | None, h: int, names: Sequence[str], named: bool, index: pd.Index | None
) -> Floats:
    """Return the regressors (h, k) of the h months after a fit, by name and month where they say them.

    Parameters
    ----------
    xreg : array (h, k), Series or DataFrame
        As the user gave it.
    h : int
        Months ahead.
    names : sequence of str
        Columns of the fit.
    named : bool
        Whether the user gave those names.
    index : Index, optional
        That of the series fitted.

    Raises
    ------
    ConfigError
        Where names, months or shape do not fit.
    """
    k = len(names)
    if xreg is None:
        raise ConfigError(f"the fit has {k} regressors: forecast needs xreg of shape ({h}, {k})")
    if named and isinstance(xreg, pd.DataFrame):
        xreg = _columns(xreg, names)
    own, ahead = _index(xreg), labels_ahead(index, h)
    if ahead is not None and isinstance(own, type(ahead)) and not own.equals(ahead):
        xreg = _matched(xreg, own, ahead, "xreg of the future")
    values = numbers(xreg, "xreg of the future")
    values = values.reshape(-1, 1) if values.ndim == 1 and k == 1 else values
    if values.shape != (h, k):
        raise ConfigError(f"xreg of the future has shape {values.shape}, expected ({h}, {k})")
    if not np.isfinite(values).all():
        raise ConfigError("xreg of the future has missing or infinite values")
    return values


def _index(given: npt.ArrayLike | None) -> pd.Index | None:
    """Return the labels of rows; a counter from 0 is none."""
    if not isinstance(given, Labelled):
        return None
    index = given.index
    return None if isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1 else index


def _matched(given: npt.ArrayLike | None, own: pd.Index, wanted: pd.Index, what: str) -> npt.ArrayLike:
    """Return rows by their labels."""
    if not isinstance(given, Labelled):
        raise TypeError(f"{what} has no index")
    problems = [f"{own[own.duplicated()][0]} stands twice"] if own.has_duplicates else []
    problems += [f"{_some(wanted.difference(own))} missing"] if len(wanted.difference(own)) else []
    problems += [f"{_some(own.difference(wanted))} not expected"] if len(own.difference(wanted)) else []
    if problems:
        span = f"{wanted[0]} to {wanted[-1]}" if len(wanted) else "no rows"
        raise ConfigError(f"{what}: its index does not fit ({'; '.join(problems)}); expected {span}")
    return given.reindex(wanted)


def _columns(xreg: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return the columns of the fit, in its order."""
    given = [str(column) for column in xreg.columns]
    problems = [f"no column '{name}'" for name in names if name not in given]
    problems += [f"'{name}' was not in the fit" for name in given if name not in names]
    problems += [f"'{name}' stands twice" for name in dict.fromkeys(given) if given.count(name) > 1]
    if problems:
        raise ConfigError(f"xreg of the future: {'; '.join(problems)}; expected {', '.join(names)}")
    return xreg.set_axis(given, axis=1)[list(names)]


def labels_ahead(index: pd.Index | None, h: int) -> pd.Index | None:
    """Return the h labels after those of a series, where its index tells them."""
    if isinstance(index, pd.PeriodIndex) and len(index):
        return pd.period_range(index[-1] + 1, periods=h, freq=index.freq)
    if isinstance(index, pd.DatetimeIndex) and len(index) > 2:
        step = index.freq or pd.infer_freq(index)
        return None if step is None else pd.date_range(index[-1], periods=h + 1, freq=step)[1:]
    return None


def _some(labels: pd.Index) -> str:
    """Return labels as text, the first four of many."""
    shown = ", ".join(str(label) for label in labels[:4])
    more = f" and {len(labels) - 4} more" if len(labels) > 4 else ""
    return f"{shown}{more} {'is' if len(labels) == 1 else 'are'}"
