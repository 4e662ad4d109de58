"""Frames with the right columns and types, from rows of texts; and the digest of their content."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from forecast.data.cells import checked_texts
from forecast.data.parse import (
    OBSERVATION_COLUMNS,
    IntArray,
    days_stamps,
    months_index,
    parse_cells,
    parse_day,
    parse_month,
)
from forecast.data.read import RawTable
from forecast.data.tidy import Rows
from forecast.errors import Finding, nearest

SERIES_COLUMNS: tuple[str, ...] = (
    "series_id",
    "label",
    "name",
    "region",
    "component",
    "area",
    "demographic",
    "citizenship",
    "parent",
    "breakdown",
    "unit",
    "rounding",
    "exact_from",
    "first_month",
    "last_month",
    "n_months",
    "publisher",
    "title",
    "note",
)
#: Columns of the tables that may stand beside `observations.csv`.
SIDE_COLUMNS: dict[str, tuple[str, ...]] = {
    "series": SERIES_COLUMNS,
    "hierarchy": (
        "parent",
        "breakdown",
        "children",
        "first_month",
        "last_month",
        "months",
        "months_exact",
        "max_abs_gap",
        "note",
    ),
    "breaks": ("series_pattern", "month", "kind", "what_changed", "what_changed_es", "source"),
    "releases": (
        "month",
        "released",
        "basis",
        "evidence",
        "lag_days",
        "flash_released",
        "flash_evidence",
        "closes_fiscal_year",
    ),
    "sources": ("source", "publisher", "document", "published", "rounding"),
}
#: Columns of forecasts by others, which are no part of the figures.
PUBLISHED_COLUMNS: tuple[str, ...] = (
    "forecaster",
    "made",
    "first_month",
    "last_month",
    "series_id",
    "low",
    "point",
    "high",
    "actual",
    "actual_basis",
    "basis",
    "source",
    "note",
)
_KEYS: dict[str, tuple[str, ...]] = {
    "series": ("series_id",),
    "hierarchy": ("parent", "breakdown", "children"),
    "breaks": ("series_pattern", "month"),
    "releases": ("month", "released"),
    "sources": ("source",),
    "published": ("forecaster", "made", "first_month", "last_month", "series_id"),
}
#: Columns whose texts name something; in `breaks` and `published` the source is a sentence.
_IDS = frozenset({"series_id", "parent", "breakdown", "children", "series_pattern", "source"})
_MONTHS = frozenset({"month", "first_month", "last_month", "exact_from"})
_DAYS = frozenset({"released", "flash_released"})
_NUMBERS = frozenset({"low", "point", "high", "actual"})
_WHOLE = frozenset({"rounding", "n_months", "months", "months_exact", "max_abs_gap", "lag_days"})
_NAT = np.iinfo(np.int64).min


def month_numbers(months: pd.Series | pd.PeriodIndex) -> IntArray:
    """Return months as numbers since January 1970."""
    return np.array(pd.PeriodIndex(months).asi8, dtype=np.int64)


def day_numbers(days: pd.Series) -> IntArray:
    """Return days as numbers since 1 January 1970."""
    return days.to_numpy(dtype="datetime64[D]").astype(np.int64)


def day_number(day: pd.Timestamp) -> int:
    """Return one day as a number since 1 January 1970."""
    return int(np.datetime64(day, "D").astype(np.int64))


def observations_frame(rows: Rows) -> pd.DataFrame:
    """Return checked rows as a table of observations; whole values as integers."""
    value = rows.value
    whole = bool(np.all(value == np.floor(value))) and bool(np.all(np.abs(value) < 2**53))
    return pd.DataFrame(
        {
            "series_id": pd.Series(rows.series_id, dtype=object),
            "month": months_index(rows.month),
            "value": value.astype(np.int64) if whole else value,
            "released": days_stamps(rows.released),
            "release_basis": pd.Series(rows.release_basis, dtype=object),
            "status": pd.Series(rows.status, dtype=object),
            "value_basis": pd.Series(rows.value_basis, dtype=object),
            "rounding": rows.rounding,
            "source": pd.Series(rows.source, dtype=object),
        },
        columns=list(OBSERVATION_COLUMNS),
    )


def _typed(column: str, cells: np.ndarray) -> object:
    stripped = np.array([text.strip() for text in cells], dtype=object)
    if column in _MONTHS:
        numbers, bad = parse_cells(stripped, parse_month, np.int64)
        return months_index(np.where(bad, _NAT, numbers))
    if column in _DAYS:
        days, bad = parse_cells(stripped, parse_day, np.int64)
        stamps = days_stamps(days)
        stamps[bad] = np.datetime64("NaT", "ns")
        return stamps
    if column in _WHOLE:
        whole = pd.to_numeric(pd.Series(stripped, dtype=object), errors="coerce").fillna(0)
        return whole.to_numpy(dtype=np.int64)
    if column in _NUMBERS:
        return pd.to_numeric(pd.Series(stripped, dtype=object), errors="coerce").astype(float)
    return pd.Series(stripped, dtype=object)


def side_frame(kind: str, raw: RawTable | None) -> tuple[pd.DataFrame, list[Finding]]:
    """Return a table that stands beside the figures, typed; an empty one when there is no file.

    Parameters
    ----------
    kind : str
        A key of `SIDE_COLUMNS`, or ``published``.
    raw : RawTable or None
        The file.
    """
    columns = PUBLISHED_COLUMNS if kind == "published" else SIDE_COLUMNS[kind]
    if raw is None:
        return _no_rows(columns).copy(), []
    findings = list(raw.findings)
    for column in _KEYS[kind]:
        if column not in raw.cells:
            hint = nearest(column, raw.columns).strip()
            findings.append(
                raw.finding("header", f"there is no column '{column}'", None, ",".join(columns), hint)
            )
    cells = {column: np.full(len(raw), "", dtype=object) for column in columns}
    for column in cells.keys() & raw.cells.keys():
        is_id = column in _IDS and not (kind in ("breaks", "published") and column == "source")
        cells[column][:], found = checked_texts(raw.cells[column], raw.rows, column, raw.name, is_id)
        findings.extend(found)
    frame = pd.DataFrame({column: _typed(column, texts) for column, texts in cells.items()})
    for column in [c for c in columns if c in raw.cells]:
        texts = pd.Series(cells[column], dtype=object).str.strip()
        number = column in _WHOLE | _NUMBERS
        read = (
            pd.to_numeric(texts, errors="coerce").replace([np.inf, -np.inf], np.nan)
            if number
            else frame[column]
        )
        expected = "a month (YYYY-MM)" if column in _MONTHS else "a number" if number else "YYYY-MM-DD"
        for i in np.flatnonzero(read.isna() & (texts != "")):
            what, hint = f"{column} is '{texts[i]}'", "correct the cell, or leave it empty"
            findings.append(raw.finding(column, what, i, expected, hint))
    return frame, findings


@functools.cache
def _no_rows(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({column: _typed(column, np.empty(0, dtype=object)) for column in columns})


def series_frame(
    given: pd.DataFrame, table: pd.DataFrame, unit: str, sources: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return one row for each series that has figures, index series_id, what is not given filled in.

    Parameters
    ----------
    given : DataFrame
        Rows of `series.csv`; may be empty.
    table : DataFrame
        The observations.
    unit : str
        Unit of a series that names none.
    sources : DataFrame, optional
        Rows of `sources.csv`: who publishes the figures of a series that names no publisher.
    """
    names = table["series_id"].to_numpy(dtype=object)
    distinct = list(dict.fromkeys(str(n) for n in names))
    frame = given.set_index("series_id")
    frame = frame[~frame.index.duplicated()].reindex(pd.Index(distinct, name="series_id", dtype=object))
    numbers = month_numbers(table["month"])
    codes = pd.factorize(names)[0]
    at = [np.flatnonzero(codes == k) for k in range(len(distinct))]
    texts = [c for c in SERIES_COLUMNS[1:] if c not in _MONTHS and c not in _WHOLE]
    frame[texts] = frame[texts].fillna("").astype(object)
    own = pd.Series(distinct, index=frame.index, dtype=object)
    frame["label"] = frame["label"].where(frame["label"] != "", own)
    frame["name"] = frame["name"].where(frame["name"] != "", frame["label"])
    frame["unit"] = frame["unit"].where(frame["unit"] != "", unit)
    if sources is not None and len(sources):
        frame["publisher"] = frame["publisher"].where(frame["publisher"] != "", _publishers(table, sources))
    frame["first_month"] = months_index(np.array([numbers[p].min() for p in at], dtype=np.int64))
    frame["last_month"] = months_index(np.array([numbers[p].max() for p in at], dtype=np.int64))
    frame["n_months"] = [len(np.unique(numbers[p])) for p in at]
    rounding = table["rounding"].to_numpy()
    frame["rounding"] = [int(rounding[p].max()) for p in at]
    frame["exact_from"] = frame["exact_from"].fillna(frame["first_month"].where(frame["rounding"] == 1))
    return frame


def _publishers(table: pd.DataFrame, sources: pd.DataFrame) -> pd.Series:
    """Return who publishes the figures of each series, as their sources tell."""
    told = dict(zip(sources["source"], sources["publisher"], strict=True))
    named = table["source"].map(told).fillna("")
    return named.groupby(table["series_id"]).agg(lambda who: ", ".join(w for w in dict.fromkeys(who) if w))


def digest_of(frames: Mapping[str, pd.DataFrame]) -> str:
    """Return the SHA-256 of the content of frames: names, columns and cells, however a file wrote them."""
    total = hashlib.sha256()
    for name, frame in frames.items():
        total.update(f"\x1d{name}".encode())
        for column in frame.columns:
            total.update(f"\x1e{column}\x1f".encode())
            total.update(_content(frame[column]))
    return total.hexdigest()


def _content(column: pd.Series) -> bytes:
    if isinstance(column.dtype, pd.PeriodDtype):
        return month_numbers(column).astype("<i8").tobytes()
    if column.dtype.kind == "M":
        return day_numbers(column).astype("<i8").tobytes()
    if column.dtype.kind in "iuf":
        return column.to_numpy(dtype="<f8").tobytes()
    return "\x1f".join(map(str, column.tolist())).encode()


def keep_series(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return the rows of these series."""
    return frame[frame["series_id"].isin(list(names))].reset_index(drop=True)
