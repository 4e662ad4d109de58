"""Is one model better than another, and may one say so?

Beside each difference stand its interval and test by equal-weighted cosines, and the share of the gain that a
few origins carry. What may be said follows one rule.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.config.settings import ReportSpec
from forecast.errors import ConfigError, nearest
from forecast.scoring.inference import (
    Bootstrap,
    IntervalMethod,
    bootstrap_settings,
    cosine_test,
    enough_origins,
    skill_interval,
)
from forecast.scoring.registry import METRICS
from forecast.scoring.scores import fold_losses
from forecast.tables.common_folds import ALL, CommonFolds, Eras, common_folds, era_masks, is_time
from forecast.tables.forecasts import Forecasts
from forecast.tables.quantiles import Bools, Floats, QuantileTable, days, ordered_unique

if TYPE_CHECKING:
    from forecast.data.observations import Observations
    from forecast.events.calendar import EventCalendar

COMPARISON_COLUMNS: tuple[str, ...] = (
    "model",
    "against",
    "series_id",
    "horizon",
    "era",
    "metric",
    "skill",
    "lower",
    "upper",
    "dm",
    "p",
    "n",
    "largest_share",
    "words",
    "five_best_share",
    "objections",
    "eras_lost",
    "eras_counted",
)
VerdictCode = Literal[
    "better",
    "worse",
    "not_apart",
    "ahead_but",
    "too_few_origins",
    "not_contiguous",
    "not_compared",
    "ahead_in_era",
    "behind_in_era",
    "level_in_era",
]
Objection = Literal["few_eras", "other_sign", "one_origin"]
VERDICTS: tuple[VerdictCode, ...] = get_args(VerdictCode)
OBJECTIONS: tuple[Objection, ...] = get_args(Objection)
#: Name in the table -> (metric, scale).
COMPARED: dict[str, tuple[str, str]] = {
    "mae": ("mae", "natural"),
    "wis": ("wis", "natural"),
    "log_mae": ("mae", "log"),
    "log_wis": ("wis", "log"),
}
ERA_AT_LEAST = 18  #: origins of an era whose sign counts
TOO_LARGE_A_SHARE = 1.0 / 3.0


@dataclass(frozen=True)
class Row:
    """One comparison before a verdict."""

    skill: float
    lower: float
    upper: float
    dm: float
    p: float
    n: int
    largest: float
    five: float
    contiguous: bool = True


class Verdict(NamedTuple):
    """What may be said of two models.

    Attributes
    ----------
    words : str
        The code.
    objections : str
        What speaks against more than 'ahead', joined by ``;``.
    eras_lost : str
        The eras in which the gain has another sign, joined by ``;``.
    eras_counted : int
        Eras with enough origins.
    """

    words: VerdictCode
    objections: str = ""
    eras_lost: str = ""
    eras_counted: int = 0


@checked
def compare(
    forecasts: pd.DataFrame | Forecasts,
    obs: Observations,
    against: str = "random_walk",
    truth: str = "latest",
    eras: Eras | None = None,
    as_of: str | dt.date | np.datetime64 | None = None,
    metrics: Sequence[str] = tuple(COMPARED),
    knowledge: Sequence[str] = ("none", "at_origin"),
    interval: IntervalMethod = "cosines",
    block: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
) -> pd.DataFrame:
    """Compare every model with one of them, by horizon, era and metric, on common folds.

    Parameters
    ----------
    forecasts : DataFrame
        Long forecast table of many origins; scenarios are left out.
    obs : Observations
        Figures.
    against : str
        The model compared with, made without events.
    truth, eras, as_of : str, mapping, date
        As in `score`; the eras of the report when None, for a claim needs eras.
    metrics : sequence of str
        ``mae``, ``wis``, ``log_mae``, ``log_wis``.
    knowledge : sequence of str
        Which rows take part; a model has one row.
    interval : {"cosines", "bootstrap"}
        How `lower` and `upper` are made: equal-weighted cosines with Student's t, or the percentiles of a
        circular block bootstrap, which are too narrow (docs/accuracy.md).
    block, draws, seed : int, optional
        Of the bootstrap alone: months of a block (24), number of draws (2000), seed.

    Returns
    -------
    DataFrame
        `COMPARISON_COLUMNS`: skill with its 90 % interval; ``dm`` and ``p``, Student's t of the mean loss
        difference by cosines (negative: the model is better) and its p value; number of origins; share of
        the gain that the largest origin and the five largest carry (missing without a gain); and what may
        be said (a code, with what speaks against more). Each horizon counts its own origins, ``all`` those
        that have all horizons. Fewer than 24 origins, or than four times the horizon, and eras with a gap
        give no interval, test or claim.

    Raises
    ------
    ConfigError
        For an unknown metric or interval, a missing baseline, a model that stands there with two kinds of
        knowledge, or settings of the bootstrap without ``interval="bootstrap"``.

    Examples
    --------
    >>> import forecast as fc
    >>> obs, name = fc.load_observations(), "southwest.usbp"
    >>> origins = fc.monthly_origins("2020-01", "2023-06", obs, series=[name])
    >>> models = {"seasonal_naive": fc.make_model("seasonal_naive")}
    >>> table = fc.backtest(models, obs, fc.load_events(), [name], origins, horizon=3).forecasts
    >>> found = compare(table, obs, metrics=["mae"]).query("horizon == 1 and era == 'all'")
    >>> found["words"].item()
    'worse'
    """
    unknown = [x for x in metrics if x not in COMPARED]
    if unknown:
        raise ConfigError(
            f"metrics: '{unknown[0]}'; expected some of {', '.join(COMPARED)}.{nearest(unknown[0], COMPARED)}"
        )
    bootstrap = bootstrap_settings(interval, block, draws, seed)
    plain = plain_rows(forecasts, knowledge)
    eras = ReportSpec().eras if eras is None else eras
    rows = []
    for folds in common_folds(plain, obs, against, truth, as_of):
        for metric in metrics:
            rows.extend(_compare_series(folds, metric, eras, bootstrap))
    order = {name: i for i, name in enumerate(ordered_unique(plain.keys["model"]))}
    rows.sort(key=lambda row: order[row["model"]])
    return pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))


def plain_rows(forecasts: pd.DataFrame | Forecasts, knowledge: Sequence[str]) -> QuantileTable:
    """Return the forecasts of no scenario, each model with one kind of knowledge."""
    wide = Forecasts.of(forecasts).quantiles
    plain = wide.keys["knowledge"].isin(list(knowledge)) & (wide.keys["scenario"] == "")
    table = wide.take(plain.to_numpy())
    pairs = table.keys[["model", "knowledge"]].drop_duplicates()
    twice = pairs.loc[pairs["model"].duplicated(), "model"].tolist()
    if twice:
        raise ConfigError(
            f"knowledge: {', '.join(dict.fromkeys(twice))} stands there with two kinds of knowledge; "
            "choose one, for example knowledge=('none', 'at_origin')"
        )
    return table


def all_losses(folds: CommonFolds, metric: str) -> list[Floats]:
    """Losses of every model, origin x horizon."""
    name, scale = COMPARED[metric]
    none = np.full(len(folds.origins), np.nan)
    return list(fold_losses(folds, METRICS[name], scale, none).values)


def _compare_series(
    folds: CommonFolds, metric: str, eras: Eras, bootstrap: Bootstrap | None
) -> list[dict[str, Any]]:
    losses = all_losses(folds, metric)
    base = losses[folds.base]
    found: list[dict[tuple[Any, str], Row]] = [{} for _ in folds.names]
    for era, mask in era_masks(folds, eras).items():
        sample = _Sample(folds.spacing, _contiguous(mask, base), bootstrap)
        for k, loss in enumerate(losses):
            if k != folds.base:
                cells = _cells(loss[mask], base[mask], sample)
                found[k].update({(horizon, era): row for horizon, row in cells.items()})
    against = folds.names[folds.base][0]
    rows = []
    for (model, *_), mine in zip(folds.names, found, strict=True):
        for (horizon, era), row in mine.items():
            signs = {
                e: mine[(horizon, e)] for e, span in eras.items() if is_time(span) and (horizon, e) in mine
            }
            rows.append(
                {
                    "model": model,
                    "against": against,
                    "series_id": folds.series_id,
                    "horizon": horizon,
                    "era": era,
                    "metric": metric,
                    **_cells_of_table(row),
                    **verdict_of(row, signs if era == ALL else None)._asdict(),
                }
            )
    return rows


@dataclass(frozen=True)
class _Sample:
    """Origins of one era: months between them, whether they follow each other, and how intervals are made."""

    spacing: float
    contiguous: bool
    bootstrap: Bootstrap | None


def _contiguous(mask: Bools, base: Floats) -> bool:
    """Return whether no scored origin outside the era lies between two of its own."""
    scored = np.flatnonzero(np.isfinite(base).any(axis=1))
    inside = np.flatnonzero(mask[scored])
    return len(inside) == 0 or int(inside[-1] - inside[0]) + 1 == len(inside)


def _cells_of_table(row: Row) -> dict[str, float | int]:
    return {
        "skill": row.skill,
        "lower": row.lower,
        "upper": row.upper,
        "dm": row.dm,
        "p": row.p,
        "n": row.n,
        "largest_share": row.largest,
        "five_best_share": row.five,
    }


def _cells(loss: Floats, base: Floats, sample: _Sample) -> dict[Any, Row]:
    """Comparisons of one model and era: each horizon at its own origins, and all at those that have all."""
    horizons = np.flatnonzero(np.isfinite(base).any(axis=0))
    own = horizons[np.isfinite(loss[:, horizons]).any(axis=0)]
    cells: dict[Any, Row] = {int(j) + 1: _row(loss[:, [j]], base[:, [j]], int(j) + 1, sample) for j in own}
    if len(own) and len(own) == len(horizons):
        cells[ALL] = _row(loss[:, own], base[:, own], int(own[-1]) + 1, sample)
    return {horizon: row for horizon, row in cells.items() if row.n}


def _row(loss: Floats, base: Floats, horizon: int, sample: _Sample) -> Row:
    """One comparison, of the mean loss over some horizons at the origins that have them all."""
    whole = np.isfinite(loss).all(axis=1) & np.isfinite(base).all(axis=1)
    mine, other = loss[whole].mean(axis=1), base[whole].mean(axis=1)
    n = len(mine)
    dm = p = lower = upper = float("nan")
    if sample.contiguous and enough_origins(n, horizon, sample.spacing):
        dm, p = cosine_test(mine, other)
        lower, upper = map(float, skill_interval(mine, other, sample.bootstrap, sample.spacing))
    gains = np.sort(other - mine)[::-1]
    total = float(gains.sum())
    return Row(
        skill=1.0 - float(mine.mean()) / float(other.mean()) if n and other.mean() else float("nan"),
        lower=lower,
        upper=upper,
        dm=dm,
        p=p,
        n=n,
        largest=float(gains[0]) / total if total > 0 else float("nan"),
        five=float(gains[:5].sum()) / total if total > 0 else float("nan"),
        contiguous=sample.contiguous,
    )


def verdict_of(row: Row, eras: Mapping[str, Row] | None) -> Verdict:
    """Return what may be said of a comparison, by one rule.

    'Better' needs a lower bound above 0, the same sign in all but one of the eras with at least 18
    origins (two such eras at least), and no origin that carries a third of the gain.

    Parameters
    ----------
    row : Row
        The comparison.
    eras : mapping of str to Row, or None
        The same comparison in each era; None for a row of one era, about which no claim is made.
    """
    if not np.isfinite(row.skill):
        return Verdict("not_compared")
    if not row.contiguous:
        return Verdict("not_contiguous")
    if eras is None:
        behind: VerdictCode = "behind_in_era" if row.skill < 0 else "level_in_era"
        return Verdict("ahead_in_era" if row.skill > 0 else behind)
    if not np.isfinite(row.lower):
        return Verdict("too_few_origins")
    if row.upper < 0:
        return Verdict("worse")
    if row.lower <= 0:
        return Verdict("not_apart")
    return _objections(row, eras)


def _objections(row: Row, eras: Mapping[str, Row]) -> Verdict:
    """Return 'better', or 'ahead' with what speaks against it."""
    counted = {name: r for name, r in eras.items() if r.n >= ERA_AT_LEAST and np.isfinite(r.skill)}
    lost = [name for name, r in counted.items() if r.skill <= 0]
    objections: list[Objection] = []
    if len(counted) < 2:
        objections.append("few_eras")
    elif len(lost) > 1:
        objections.append("other_sign")
    if row.largest >= TOO_LARGE_A_SHARE:
        objections.append("one_origin")
    if not objections:
        return Verdict("better")
    eras_lost = ";".join(lost) if "other_sign" in objections else ""
    return Verdict("ahead_but", ";".join(objections), eras_lost, len(counted))


def calm_and_break(
    origins: Sequence[dt.date],
    events: EventCalendar,
    series_id: str,
    ahead: int = 183,
    notice: int = 31,
) -> dict[str, list[pd.Timestamp]]:
    """Divide origins into those before a break and calm ones, to be used as eras.

    A break origin is one within half a year before the announcement of a priority-1 event (by rule) that
    touches the series and started at most a month after it was announced. Known only afterwards.

    Parameters
    ----------
    origins : sequence of dates
    events : EventCalendar
    series_id : str
    ahead, notice : int
        Days to the announcement, and from it to the start.
    """
    table = events.touching(series_id)
    short = (table["effective_start"] - table["announced_date"]).dt.days <= notice
    table = table[(table["priority"].astype(int) == 1) & short]
    announced = days(table["announced_date"].to_numpy())[None, :]
    unique = pd.DatetimeIndex(pd.to_datetime(list(origins))).unique().sort_values()
    day = days(unique)[:, None]
    breaks = np.asarray(((announced > day) & (announced <= day + ahead)).any(axis=1), dtype=bool)
    return {
        "calm": [o for o, b in zip(unique, breaks, strict=True) if not b],
        "break": [o for o, b in zip(unique, breaks, strict=True) if b],
    }
