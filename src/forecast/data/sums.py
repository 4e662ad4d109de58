"""Sums: months in which the figure of a series is not what its parts add up to, beyond rounding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast.data.parse import month_text, parse_month
from forecast.data.read import RawTable
from forecast.data.tidy import Rows
from forecast.errors import Finding, nearest

#: Figures are compared to so many decimals.
_DECIMALS = 9


def newest(
    series_id: npt.ArrayLike, month: npt.ArrayLike, value: npt.ArrayLike, unit: npt.ArrayLike
) -> pd.DataFrame:
    """Return the last row of each series and month, rows being in the order of their release."""
    table = pd.DataFrame({"series_id": series_id, "month": month, "value": value, "unit": unit})
    return table.drop_duplicates(["series_id", "month"], keep="last")


def contradictions(
    table: pd.DataFrame, parent: str, children: Sequence[str], stated: Mapping[str, object] | None = None
) -> pd.DataFrame:
    """Return the months in which a series and its parts contradict each other.

    Parameters
    ----------
    table : DataFrame
        ``series_id, month, value, unit``, one row a series and month; `unit` is what figures are rounded to.
    parent : str
        The sum.
    children : sequence of str
        Its parts.
    stated : mapping, optional
        A row of ``hierarchy.csv``: its ``first_month`` and ``last_month``, and ``max_abs_gap``, a difference
        that is known of.

    Returns
    -------
    DataFrame
        ``value, parts``, index month; only months in which all are known.

    Examples
    --------
    >>> table = newest(["t", "a", "b"], [0, 0, 0], [273.0, 143.0, 100.0], [1, 1, 1])
    >>> contradictions(table, "t", ["a", "b"]).to_numpy().tolist()
    [[273.0, 243.0]]
    """
    mine = table[table["series_id"].isin([parent, *children])]
    values = mine.pivot(index="month", columns="series_id", values="value").reindex(
        columns=[parent, *children]
    )
    units = mine.pivot(index="month", columns="series_id", values="unit").reindex(columns=[parent, *children])
    known = values.notna().all(axis=1) & _within(values.index, stated or {})
    values, units = values[known], units[known]
    parts = values[list(children)].sum(axis=1)
    slack = _halves(values, units).sum(axis=1) + _gap(stated or {}) + 1e-9 * values.abs().sum(axis=1)
    wrong = (values[parent] - parts).abs() > slack
    return pd.DataFrame({"value": values[parent][wrong], "parts": parts[wrong]})


def _halves(values: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Return by how much each figure may be off: half of what it is rounded to; whole counts are exact."""
    numbers = values.to_numpy(dtype=float)
    rounded = [np.abs(numbers - np.round(numbers, d)).max(initial=0.0) < 1e-12 for d in range(_DECIMALS)]
    decimals = rounded.index(True) if True in rounded else _DECIMALS
    plain = 0.5 * 10.0**-decimals if decimals else 0.0
    return units.where(units > 1.0, 2.0 * plain) / 2.0


def sum_findings(rows: Rows, hierarchy: pd.DataFrame, raw: RawTable | None) -> list[Finding]:
    """Return what is wrong with a hierarchy: names, circles, months whose sum is not that of its parts."""
    if raw is None or not len(hierarchy) or len(hierarchy) != len(raw) or not len(rows):
        return []
    known = set(rows.series_id.astype(str))
    table = newest(rows.series_id.astype(str), rows.month, rows.value, rows.rounding)
    records = [{str(key): value for key, value in row.items()} for row in hierarchy.to_dict("records")]
    below = {str(row["parent"]): _children(row) for row in records}
    found = []
    for at, row in enumerate(records):
        parent, children = str(row["parent"]), _children(row)
        for name in sorted({parent, *children} - known):
            hint = nearest(name, known).strip() or "add its figures, or take the row out"
            what = f"no series is called '{name}'"
            found.append(
                replace(raw.finding("hierarchy", what, at, "names of series", hint), severity="warning")
            )
        if len({*children}) < len(children) or _leads_to(parent, parent, below):
            what = f"'{parent}' is a part of itself, or has a part twice"
            found.append(
                raw.finding("hierarchy", what, at, "each part once, below one sum", "correct the row")
            )
        elif {parent, *children} <= known:
            found += _wrong_sums(rows, table, row)
    return found


def _children(row: Mapping[str, object]) -> list[str]:
    return [part.strip() for part in str(row["children"]).split(";")]


def _leads_to(name: str, wanted: str, below: Mapping[str, Sequence[str]], depth: int = 0) -> bool:
    """Tell whether a series is among the parts of another, or of its parts."""
    parts = below.get(name, ())
    return wanted in parts or (
        depth < len(below) and any(_leads_to(p, wanted, below, depth + 1) for p in parts)
    )


def _wrong_sums(rows: Rows, table: pd.DataFrame, row: Mapping[str, object]) -> list[Finding]:
    parent, children, found = str(row["parent"]), _children(row), []
    for month, one in contradictions(table, parent, children, row).iterrows():
        what = f"the figure is {one['value']:,.10g}, and its parts add up to {one['parts']:,.10g}"
        hint = f"correct one of {', '.join(children[:6])}, or state the difference as max_abs_gap"
        at = int(np.flatnonzero((rows.series_id == parent) & (rows.month == month))[-1])
        expected = f"the sum of its parts ({row['breakdown']}) of {month_text(int(str(month)))}"
        found.append(rows.finding("sum", "warning", what, at, expected, hint))
    return found


def _gap(stated: Mapping[str, object]) -> float:
    gap = pd.to_numeric(pd.Series([stated.get("max_abs_gap", 0)]), errors="coerce").iloc[0]
    return float(gap) if gap == gap else 0.0


def _within(months: pd.Index, stated: Mapping[str, object]) -> npt.NDArray[np.bool_]:
    """Tell which months lie between the first and the last that a hierarchy holds for."""
    first, last = (parse_month(str(stated.get(key, ""))) for key in ("first_month", "last_month"))
    inside = np.ones(len(months), dtype=bool) if first is None else months >= first
    return np.asarray(inside if last is None else inside & (months <= last))
