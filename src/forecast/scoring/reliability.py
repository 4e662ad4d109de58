"""What chances came to: reliability by class, the Brier score with its parts, and the histogram of PIT
values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from forecast.scoring.calibration import promise_bar
from forecast.scoring.metrics import coverage_interval
from forecast.tables.common_folds import ALL
from forecast.tables.distributions import distributions
from forecast.tables.forecasts import Forecasts
from forecast.tables.quantiles import Bools, Floats

if TYPE_CHECKING:
    from forecast.data.observations import Observations

#: Ends of the classes of said chances.
CLASSES: tuple[float, ...] = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
BINS = 10
#: A class speaks against its chances only with so many independent outcomes, and at this confidence.
AT_LEAST, CONFIDENCE = 10, 0.9
Verdict = Literal["as_said", "rejected", "too_few"]

#: What names one kind of chance.
_KIND = ("model", "knowledge", "series_id", "event", "horizon")
CAME_TO: tuple[str, ...] = (
    "lower_class",
    "upper_class",
    "n",
    "n_independent",
    "said",
    "happened",
    "lower",
    "upper",
    "verdict",
)
RELIABILITY_COLUMNS: tuple[str, ...] = (*_KIND, *CAME_TO)
BRIER_COLUMNS: tuple[str, ...] = (
    *_KIND,
    "n",
    "base_rate",
    "brier",
    "reliability",
    "resolution",
    "uncertainty",
    "within",
    "skill",
)
PIT_COLUMNS: tuple[str, ...] = (
    "model",
    "knowledge",
    "series_id",
    "horizon",
    "lower_bin",
    "upper_bin",
    "n",
    "share",
    "lower",
    "upper",
)


def chance_outcomes(
    chances: pd.DataFrame, obs: Observations, as_of: str | dt.date | None = None
) -> pd.DataFrame:
    """Put beside chances of past origins whether it happened (1 or 0), as known on a day; open months go.

    Parameters
    ----------
    chances : DataFrame
        Chances of the months ahead, with their ``threshold``.
    """
    parts = []
    for series_id, rows in chances.groupby("series_id", sort=False):
        actual = obs.actuals(str(series_id), as_of=as_of).dropna()
        came = actual.reindex(pd.PeriodIndex(rows["month"])).to_numpy(float)
        threshold = rows["threshold"].to_numpy(float)
        happened = np.where(rows["event"] == "fewer_than", came < threshold, came > threshold)
        made = rows.assign(happened=np.where(np.isfinite(came), happened, np.nan), overlap=rows["horizon"])
        parts.append(made[np.isfinite(came)])
    empty = chances.iloc[:0].assign(happened=0.0, overlap=0)
    return pd.concat(parts).assign(horizon=lambda x: x["horizon"].astype(str)) if parts else empty


def total_outcomes(past: pd.DataFrame) -> pd.DataFrame:
    """Return the chances that past totals would be below those of a year before, and whether they were."""
    rows = past[past["actual"].notna() & past["chance_below_before"].notna()]
    length = rows["known_months"] + rows["ahead_months"]
    return rows.assign(
        event=rows["kind"] + "_below",
        horizon=ALL,
        chance=rows["chance_below_before"],
        happened=(rows["actual"] < rows["before"]).astype(float),
        overlap=length,
    )


def reliability(said: pd.DataFrame) -> pd.DataFrame:
    """Compare said chances with frequencies, class by class.

    Parameters
    ----------
    said : DataFrame
        ``model, knowledge, series_id, event, horizon, origin, chance, happened, overlap``: from
        `chance_outcomes` or `total_outcomes`; `overlap` is how many months of outcomes neighbours share.

    Returns
    -------
    DataFrame
        `RELIABILITY_COLUMNS`. ``lower`` and ``upper`` are the Clopper-Pearson 90 % range of the frequency on
        independent outcomes; a class whose mean chance lies outside is ``rejected``, with fewer than ten
        independent outcomes it is ``too_few``.

    Examples
    --------
    >>> days = pd.date_range("2000-01-15", periods=100, freq="31D")
    >>> said = pd.DataFrame({"model": "m", "knowledge": "none", "series_id": "s", "event": "record",
    ...     "horizon": "1", "origin": days, "chance": 0.95, "happened": [1.0, 0.0] * 50, "overlap": 1})
    >>> reliability(said)[["upper_class", "n", "happened", "verdict"]].values.tolist()
    [[1.0, 100, 0.5, 'rejected']]
    """
    rows = []
    for head, kind in _kinds(said):
        place = _class_of(kind.chance)
        rows += [{**head, **_came_to(kind, place == k, int(k))} for k in np.unique(place)]
    return pd.DataFrame(rows, columns=list(RELIABILITY_COLUMNS))


@dataclass(frozen=True)
class _Said:
    """Chances of one kind, whether it happened, and how many outcomes count for one."""

    chance: Floats
    happened: Floats
    overlap: float


def _kinds(said: pd.DataFrame) -> Iterator[tuple[dict[str, Any], _Said]]:
    chance, happened, overlap = (said[c].to_numpy(float) for c in ("chance", "happened", "overlap"))
    months = pd.PeriodIndex(said["origin"], freq="M").asi8
    names = said[list(_KIND)].reset_index(drop=True)
    for name, group in names.groupby(list(_KIND), sort=False):
        at = group.index.to_numpy()
        origins = np.unique(months[at])
        spacing = max(1.0, float(np.median(np.diff(origins)))) if len(origins) > 1 else 1.0
        shared = max(1.0, float(overlap[at].max()) / spacing)
        yield dict(zip(_KIND, name, strict=True)), _Said(chance[at], happened[at], shared)


def _class_of(chance: Floats) -> Floats:
    return np.clip(np.searchsorted(CLASSES, chance, side="right") - 1, 0, len(CLASSES) - 2)


def _came_to(kind: _Said, here: Bools, k: int) -> dict[str, Any]:
    said, happened, n = float(kind.chance[here].mean()), float(kind.happened[here].mean()), int(here.sum())
    independent = n / kind.overlap
    lower, upper = coverage_interval(happened, independent, CONFIDENCE)
    verdict: Verdict = "too_few"
    if independent >= AT_LEAST:
        verdict = "as_said" if lower <= said <= upper else "rejected"
    values = (CLASSES[k], CLASSES[k + 1], n, independent, said, happened, lower, upper, verdict)
    return dict(zip(CAME_TO, values, strict=True))


def brier(said: pd.DataFrame) -> pd.DataFrame:
    """Return the Brier score of each kind of chance, with its parts by the classes of `reliability`.

    Returns
    -------
    DataFrame
        `BRIER_COLUMNS`: brier = reliability - resolution + uncertainty + within, the last being what chances
        of one class differ among themselves; skill = 1 - brier / uncertainty.
    """
    rows = []
    for head, kind in _kinds(said):
        chance, happened = kind.chance, kind.happened
        place, rate = _class_of(chance), float(happened.mean())
        score = float(np.mean((chance - happened) ** 2))
        bad = good = 0.0
        for k in np.unique(place):
            here = place == k
            share, frequency = here.mean(), happened[here].mean()
            bad += share * (chance[here].mean() - frequency) ** 2
            good += share * (frequency - rate) ** 2
        unsure = rate * (1.0 - rate)
        within = score - (bad - good + unsure)
        skill = 1.0 - score / unsure if unsure > 0 else float("nan")
        values = (len(chance), rate, score, bad, good, unsure, within, skill)
        rows.append(head | dict(zip(BRIER_COLUMNS[len(_KIND) :], values, strict=True)))
    return pd.DataFrame(rows, columns=list(BRIER_COLUMNS))


def pit(
    forecasts: pd.DataFrame | Forecasts, obs: Observations, as_of: str | dt.date | None = None
) -> pd.DataFrame:
    """Return where outcomes fell in their distributions: the probability integral transform in ten bins.

    Parameters
    ----------
    forecasts : DataFrame
        Long forecast table of many origins, with ranges.
    obs : Observations
        Figures.
    as_of : date, optional
        Only figures public by then count.

    Returns
    -------
    DataFrame
        `PIT_COLUMNS`, ten rows a forecast row, series and horizon; nine in ten bins lie between ``lower`` and
        ``upper`` where chances are what they say.
    """
    from scipy.special import ndtr

    rows = []
    for row in distributions(forecasts, obs):
        model, knowledge, scenario, series_id = row.name
        if scenario:
            continue
        actual = obs.actuals(series_id, as_of=as_of).dropna()
        months = pd.PeriodIndex(actual.index).asi8
        came = pd.Series(actual.to_numpy(float), index=months).reindex(row.months.ravel()).to_numpy(float)
        values = ndtr(row.score_at(came.reshape(row.months.shape)))
        values[row.errors.repeated] = np.nan
        head = {"model": model, "knowledge": knowledge, "series_id": series_id}
        spacing = max(1.0, float(np.median(np.diff(row.errors.arrays.last)))) if len(values) > 1 else 1.0
        for j in range(values.shape[1]):
            known = np.isfinite(values[:, j])
            rows += [
                {**head, "horizon": j + 1, **tail} for tail in _bins(values[:, j], known, j + 1, spacing)
            ]
    return pd.DataFrame(rows, columns=list(PIT_COLUMNS))


def _bins(values: Floats, known: Bools, horizon: int, spacing: float) -> Iterator[dict[str, Any]]:
    n = int(known.sum())
    if not n:
        return
    counts, ends = np.histogram(values[known], bins=BINS, range=(0.0, 1.0))
    low, high = promise_bar(1.0 / BINS, n / max(1.0, horizon / spacing))
    for k, count in enumerate(counts.tolist()):
        values_of = (round(float(ends[k]), 9), round(float(ends[k + 1]), 9), count, count / n, low, high)
        yield dict(zip(PIT_COLUMNS[4:], values_of, strict=True))


def with_reliability(chances: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Put beside each chance what such chances came to, and what a sentence may say of it.

    Parameters
    ----------
    chances : DataFrame
        Chances of the newest origin.
    table : DataFrame
        From `reliability`.

    Returns
    -------
    DataFrame
        With `CAME_TO` and ``told``: the frequency of the class where it is rejected, else the chance.
    """
    place = _class_of(chances["chance"].to_numpy(float))
    keyed = chances.assign(
        horizon=chances["horizon"].astype(str), lower_class=[CLASSES[k] for k in place.tolist()]
    )
    numbers = {name: float for name in CAME_TO if name != "verdict"}  # a table without rows has no types
    made = keyed.astype({"lower_class": float}).merge(
        table.astype(numbers), how="left", on=[*_KIND, "lower_class"]
    )
    made["upper_class"] = [CLASSES[k + 1] for k in place.tolist()]
    made["horizon"] = chances["horizon"].to_numpy()
    made = (
        made.astype({"verdict": object})
        .fillna({"n": 0, "n_independent": 0.0, "verdict": "too_few"})
        .astype({"n": "int64"})
    )
    rejected = made["verdict"] == "rejected"
    return made.assign(told=made["happened"].where(rejected, made["chance"]))[
        [*chances.columns, *CAME_TO, "told"]
    ]
