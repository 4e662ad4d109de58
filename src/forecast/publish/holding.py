"""Figures that a person should look at before they are published."""

from __future__ import annotations

import math

import pandas as pd

from forecast.archive.store import Archive
from forecast.config.settings import Experiment
from forecast.data.observations import Observations
from forecast.data.show import amount
from forecast.errors import DataError
from forecast.tables import forecasts

#: A month that is revised by more is looked at by a person.
MOST_REVISED = 0.10
#: From the outermost levels of a forecast, 98 %, to 99 %: the ratio of the normal distribution's quantiles.
_TO_99 = 2.5758 / 2.3263
_OUTER = (0.01, 0.5, 0.99)


def refuse_surprises(
    archive: Archive, exp: Experiment, before: Observations | None, after: Observations
) -> None:
    """Refuse fetched figures that are far from what was to be expected, until a person accepts their months.

    Parameters
    ----------
    archive : Archive
        With the last published forecast.
    exp : Experiment
        `publish.accept` names the months that were looked at.
    before, after : Observations
        The figures without and with what was fetched; before is None for the first.

    Raises
    ------
    DataError
        With every such figure, and how to accept it.
    """
    accepted = set(exp.publish.accept)
    found: list[tuple[str, str]] = []
    for name in exp.target.series:
        known = (
            pd.Series(dtype=float)
            if before is None or name not in before.series_ids
            else before.actuals(name)
        )
        now = after.actuals(name) if name in after.series_ids else pd.Series(dtype=float)
        for month in now.index:
            old, new = known.get(month), float(now[month])
            if old is not None and abs(new - old) > MOST_REVISED * abs(old):
                share = f" ({100 * (new / old - 1):+.0f}%)" if old else ""
                found.append(
                    (str(month), f"{name} {month}: revised from {amount(old)} to {amount(new)}{share}")
                )
        fresh = now.index.difference(known.index)
        if len(known):
            found += _outside(archive, exp, name, now.loc[fresh])
    found = [(month, words) for month, words in found if month not in accepted]
    if found:
        months = " ".join(f"--accept {month}" for month in sorted({month for month, _ in found}))
        lines = "\n".join(f"  {words}" for _, words in found)
        raise DataError(
            f"{len(found)} fetched figures are held, since a person should look at them; nothing was"
            f" changed:\n{lines}\nIf they are right, publish again with {months}"
        )


def _outside(archive: Archive, exp: Experiment, name: str, fresh: pd.Series) -> list[tuple[str, str]]:
    """Return the new figures that lie outside the 99 % range of the last published forecast."""
    runs = archive.runs(exp.name, "published") if archive.path.is_file() else pd.DataFrame()
    if runs.empty:
        return []
    last = runs.iloc[-1]
    table = archive.forecasts([int(last["id"])], str(last["headline"]))
    rows = forecasts.headline(table, str(last["headline"]))
    wide = forecasts.wide(rows[rows["series_id"] == name], "month")
    found = []
    for month, value in fresh.items():
        if month not in wide.index:
            continue
        low, middle, high = wide.reindex(columns=list(_OUTER)).loc[[month]].to_numpy(float)[0]
        least = 0.0 if low >= 0.0 else -math.inf
        low, high = max(middle - _TO_99 * (middle - low), least), middle + _TO_99 * (high - middle)
        if value < low or value > high:
            words = (
                f"{name} {month}: {amount(value)} is outside the 99% range of the forecast of {last['as_of']}"
            )
            found.append((str(month), f"{words}, {amount(low)} to {amount(high)}"))
    return found
