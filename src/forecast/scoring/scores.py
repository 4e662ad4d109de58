"""Scores of a forecast table: on common folds, by model, horizon and era, failures counted."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.arguments import checked
from forecast.errors import ConfigError, nearest
from forecast.scoring import metrics as m
from forecast.scoring.registry import Metric, NotScored, every_metric
from forecast.tables.columns import words
from forecast.tables.common_folds import (
    ALL,
    CommonFolds,
    Eras,
    common_folds,
    era_masks,
)
from forecast.tables.forecasts import Forecasts, HasQuantiles
from forecast.tables.quantiles import Bools, Floats, Ints, QuantileTable

if TYPE_CHECKING:
    from forecast.data.observations import Observations

SCORE_COLUMNS: tuple[str, ...] = (
    "model",
    "knowledge",
    "scenario",
    "series_id",
    "horizon",
    "era",
    "scale",
    "metric",
    "value",
    "skill",
    "n_ok",
    "n",
    "note",
    "due",
    "scored",
    "missing",
    "not_common",
    "message",
)
NoteCode = Literal["", "no_fold", "no_common_fold", "horizon_alone", "partly", "failed"]
NOTES: tuple[NoteCode, ...] = get_args(NoteCode)


class Note(NamedTuple):
    """Why a score is missing, or on how many of the due forecasts it rests.

    Attributes
    ----------
    note : str
        The code; ``failed`` has a message.
    due, scored, missing, not_common : int
        Forecasts that were due, that were scored, that the model lacks, and that others lack or that have no
        ranges.
    message : str
        Why the metric could not be computed.
    """

    note: NoteCode = ""
    due: int = 0
    scored: int = 0
    missing: int = 0
    not_common: int = 0
    message: str = ""


BY: tuple[str, ...] = ("model", "horizon", "era", "series_id")


@checked
def score(
    forecasts: pd.DataFrame | QuantileTable | HasQuantiles,
    obs: Observations,
    baseline: str = "random_walk",
    by: Sequence[str] = ("model", "horizon"),
    truth: str = "latest",
    eras: Eras | None = None,
    as_of: str | dt.date | np.datetime64 | None = None,
) -> pd.DataFrame:
    """Score every model of a forecast table on the folds that all of them have.

    Parameters
    ----------
    forecasts : Backtest, DataFrame or QuantileTable
        Forecasts of many origins, baseline included: a backtest, its long table, or its arrays.
    obs : Observations
        Figures.
    baseline : str
        Model against which skill is taken; it must be there for every series.
    by : sequence of str
        ``model``, ``horizon`` and ``era``; without ``horizon`` only the mean over horizons is given.
    truth : {"latest", "first"}
        Latest or first official figures as the outcome.
    eras : mapping, optional
        Name -> (first month, last month) of the last official month at the origin, or a list of origins.
    as_of : date, optional
        Only figures public by then count.

    Returns
    -------
    DataFrame
        `SCORE_COLUMNS`. ``n`` = folds (origins) whose outcome is known, ``n_ok`` = those the value rests on.
        ``all`` horizons: mean over horizons of the mean over origins. Ranges of a fold are scored by the
        levels that all models have there. A metric that cannot be computed has no
        value and a note that says why.

    Raises
    ------
    ConfigError
        For a missing baseline, an unknown `by` or a malformed table.

    Examples
    --------
    >>> import forecast as fc
    >>> obs, name = fc.load_observations(), "southwest.usbp"
    >>> origins = fc.monthly_origins("2020-01", "2023-06", obs, series=[name])
    >>> models = {"seasonal_naive": fc.make_model("seasonal_naive")}
    >>> bt = fc.backtest(models, obs, fc.load_events(), [name], origins, horizon=3)
    >>> scores = score(bt, obs).query("metric == 'mae' and scale == 'natural' and horizon == 1")
    >>> scores.set_index("model")["skill"].round(2).to_dict()
    {'random_walk': 0.0, 'seasonal_naive': -2.76}
    """
    wrong = [word for word in by if word not in BY]
    if wrong or "model" not in by:
        raise ConfigError(
            f"by: {', '.join(by)}; expected 'model' and any of {', '.join(BY[1:])}."
            f"{nearest(wrong[0], BY) if wrong else ''}"
        )
    tables = [
        _score_series(folds, eras, "horizon" in by)
        for folds in common_folds(Forecasts.of(forecasts).quantiles, obs, baseline, truth, as_of)
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(SCORE_COLUMNS))


@dataclass(frozen=True)
class Losses:
    """Losses by one metric, model x origin x horizon, NaN where not scored; and why not, model x horizon."""

    values: Floats
    reasons: list[list[str]]


def _score_series(folds: CommonFolds, eras: Eras | None, by_horizon: bool) -> pd.DataFrame:
    mase = _mase_scales(folds)
    counts = {era: _Counts.of(folds, mask) for era, mask in era_masks(folds, eras).items()}
    # a baseline from outside the scenario is only there to be compared with
    mine = [k for k, name in enumerate(folds.names) if name[2] == folds.scenario]
    heads, parts = [], []
    for name, metric in every_metric().items():
        for scale in metric.scales:
            losses = fold_losses(folds, metric, scale, mase)
            for era, count in counts.items():
                heads.append((era, scale, name))
                parts.append(_cells(folds, losses, metric, count))
    first = 0 if by_horizon else -1  # all horizons stand last
    horizons = [*range(1, folds.y.shape[1] + 1), ALL][first:]
    shape = (len(mine), len(heads), len(horizons))
    model, head, horizon = (axis.ravel() for axis in np.indices(shape))
    named = [(*folds.names[k], folds.series_id) for k in mine]
    columns: dict[str, Any] = {
        **_texts(SCORE_COLUMNS[:4], named, model),
        "horizon": pd.Series(horizons, dtype=object).take(horizon).to_numpy(),
        **_texts(("era", "scale", "metric"), heads, head),
    }
    for column in SCORE_COLUMNS[8:]:
        stacked = np.stack([part[column][mine, first:] for part in parts], axis=1).ravel()
        columns[column] = stacked.tolist() if stacked.dtype == object else stacked
    return pd.DataFrame(columns)


def _texts(columns: Sequence[str], names: Sequence[tuple[str, ...]], codes: Ints) -> dict[str, Any]:
    """Return columns of texts from the tuples that hold them and the position of each row among these."""
    return {column: words([name[i] for name in names], codes) for i, column in enumerate(columns)}


def _mase_scales(folds: CommonFolds) -> Floats:
    """Scale of MASE at each origin, from the months up to the last official one."""
    return np.array([m.mase_scale(folds.history[: max(n, 0)]) for n in folds.last - folds.start + 1])


def fold_losses(folds: CommonFolds, metric: Metric, scale: str, mase: Floats) -> Losses:
    """Losses of every model; a horizon that cannot be scored is NaN with its reason."""
    values = np.full(folds.medians.shape, np.nan)
    reasons = _obstacles(folds, metric, scale)
    free = np.array([[not reason for reason in mine] for mine in reasons], dtype=bool)
    cells = folds.common if metric.points else folds.ranged
    for models in _alike(free, metric):
        failed = _fill(values, folds, models, cells & free[models[0]], metric, scale, mase)
        for k in models:
            for j, reason in failed.items():
                reasons[k][j] = reason
    unknown = (cells & free[:, None, :] & ~np.isfinite(values)).any(axis=1)
    for k, j in np.argwhere(unknown):
        if not reasons[k][j]:
            values[k, :, j] = np.nan
            reasons[k][j] = "the metric gave no number at some folds"
    return Losses(values, reasons)


def _alike(free: Bools, metric: Metric) -> list[Ints]:
    """Return the models that are scored in one call: those of the same horizons; a user's metric sees one."""
    if metric.own:
        return [np.array([k]) for k in range(len(free))]
    groups: dict[bytes, list[int]] = {}
    for k, mine in enumerate(free):
        groups.setdefault(mine.tobytes(), []).append(k)
    return [np.array(models) for models in groups.values()]


def _fill(
    values: Floats, folds: CommonFolds, models: Ints, used: Bools, metric: Metric, scale: str, mase: Floats
) -> dict[int, str]:
    """Compute the losses of some models at some cells (origin, horizon); return the horizons that failed."""
    if not metric.own:  # a user's metric sees one horizon at a time
        try:
            _fill_cells(values, folds, models, used, metric, scale, mase)
            return {}
        except NotScored:
            pass
    failed = {}
    for j in np.flatnonzero(used.any(axis=0)).tolist():
        here = used & (np.arange(used.shape[1]) == j)
        try:
            _fill_cells(values, folds, models, here, metric, scale, mase)
        except NotScored as error:
            failed[j] = str(error)
        except Exception as error:
            if not metric.own:
                raise  # a fault of ours, not a result
            failed[j] = f"{type(error).__name__}: {error}"
    return failed


def _fill_cells(
    values: Floats, folds: CommonFolds, models: Ints, cells: Bools, metric: Metric, scale: str, mase: Floats
) -> None:
    if not cells.any():
        return
    if metric.points:
        t, j = np.nonzero(cells)
        medians = folds.scaled(folds.medians[models][:, t, j], scale)
        values[models[:, None], t, j] = metric.points(folds.scaled(folds.y[t, j], scale), medians, mase[t])
        return
    assert metric.quantiles is not None
    for part in folds.ranged_parts(scale):
        here = cells[part.t, part.j]
        if here.any():
            q = part.of(models, here)
            found = metric.quantiles(part.y[here], q[0] if metric.own else q, part.levels)
            values[models[:, None], part.t[here], part.j[here]] = found


def _obstacles(folds: CommonFolds, metric: Metric, scale: str) -> list[list[str]]:
    """Why each horizon of each model cannot be scored, or nothing."""
    due, common, ranged = (np.asarray(c.any(axis=0)) for c in (folds.due, folds.common, folds.ranged))
    fine = folds.takes_part & due & common
    if metric.quantiles:
        fine &= ranged
    if scale == "log" and not folds.logs:
        fine[:] = False
    reasons = [[""] * len(due) for _ in fine]
    for k, j in np.argwhere(~fine).tolist():
        if not due[j]:
            reason = "no outcome is known yet"
        elif not folds.takes_part[k, j]:
            reason = "the model has no forecast of this horizon"
        elif scale == "log" and not folds.logs:
            reason = "no logs: some figures are neither positive nor counts"
        elif not common[j]:
            reason = "the models have no fold in common"
        else:
            lacking = folds.without_ranges(j)
            who = ", ".join(lacking) or "the models"
            has = "has" if len(lacking) == 1 else "have"
            reason = f"{who} {has} no 50/80/95% ranges at horizon {j + 1} on common folds"
        reasons[k][j] = reason
    return reasons


@dataclass(frozen=True)
class _Counts:
    """How many folds of an era are due, by horizon and (last)
    over all, and how many of them each model has.
    """

    mask: Bools
    due: Ints
    rows: int  #: origins with anything due
    own: Ints

    @classmethod
    def of(cls, folds: CommonFolds, mask: Bools) -> _Counts:
        due = folds.due & mask[:, None]
        own = (np.isfinite(folds.medians) & due).sum(axis=1)
        return cls(mask, _with_sum(due.sum(axis=0)), int(due.any(axis=1).sum()), _with_sum(own))


def _with_sum(numbers: Ints) -> Ints:
    return np.concatenate([numbers, numbers.sum(axis=-1, keepdims=True)], axis=-1)


def _together(losses: Floats, metric: Metric, count: _Counts) -> Floats:
    """Value of each model at each horizon, and over all of them last."""
    kept = losses[:, count.mask]
    known = np.isfinite(kept)
    number, due = known.sum(axis=1), count.due[:-1] > 0
    median = metric.together == "median"
    if median:
        each = np.array([[_median(x) for x in by_origin.T] for by_origin in kept]).reshape(number.shape)
    else:
        total = np.where(known, kept, 0.0).sum(axis=1)
        each = np.divide(total, number, out=np.full(number.shape, np.nan), where=number > 0)
    whole = np.full(len(kept), np.nan)
    for k in np.flatnonzero(due.any() & ~(np.isnan(each) & due).any(axis=1)):  # none skips a horizon silently
        whole[k] = _median(kept[k]) if median else each[k, due].mean()
    out = np.column_stack([each, whole])
    return np.sqrt(out) if metric.together == "root" else out


def _median(values: Floats) -> float:
    """The median of what is known, NaN where nothing is."""
    known = np.sort(values[np.isfinite(values)])  # np.median takes ten times as long for so few
    middle = len(known) // 2
    if not len(known):
        return math.nan
    return float(known[middle] if len(known) % 2 else 0.5 * (known[middle - 1] + known[middle]))


#: The columns of a score from the value on, each an array model x horizon, all horizons last.
Cells = dict[str, NDArray[Any]]


def _cells(folds: CommonFolds, losses: Losses, metric: Metric, count: _Counts) -> Cells:
    """What the rows of one metric and era say."""
    values = _together(losses.values, metric, count)
    known = np.isfinite(losses.values[:, count.mask])
    scored, has = _with_sum(known.sum(axis=1)), np.isfinite(values)
    n_ok = scored.copy()
    n_ok[:, -1] = known.any(axis=2).sum(axis=1)
    n = np.append(count.due[:-1], count.rows)
    made: Cells = {
        "value": values,
        "skill": _skill(values, values[folds.base], metric),
        "n_ok": np.where(has, n_ok, 0),
        "n": np.broadcast_to(n, values.shape),
    }
    for column, empty in zip(Note._fields, Note(), strict=True):
        made[column] = np.full(values.shape, empty, dtype=object if isinstance(empty, str) else np.int64)
    for k, j in np.argwhere(~has | (scored < count.due)).tolist():
        if has[k, j]:
            told = _missing(count.due[j], scored[k, j], count.own[k, j])
        else:
            told = _reason(losses.reasons[k], None if j == len(n) - 1 else j, n[j])
        for column, cell in zip(Note._fields, told, strict=True):
            made[column][k, j] = cell
    return made


def _reason(reasons: Sequence[str], here: int | None, n: int) -> Note:
    if n == 0:
        return Note("no_fold")
    if here is not None:
        return Note("failed", message=reasons[here]) if reasons[here] else Note("no_common_fold")
    told = [(j + 1, text) for j, text in enumerate(reasons) if text]
    if not told:
        return Note("horizon_alone")
    texts = {text for _, text in told}
    return Note("failed", message=texts.pop() if len(texts) == 1 else f"horizon {told[0][0]}: {told[0][1]}")


def _missing(due: int, scored: int, own: int) -> Note:
    return Note("partly", due, scored, due - own, own - scored)


def _skill(values: Floats, base: Floats, metric: Metric) -> Floats:
    usable = np.isfinite(values) & np.isfinite(base) & (base != 0) & metric.skill
    return np.asarray(1.0 - np.divide(values, base, out=np.full(values.shape, np.nan), where=usable))
