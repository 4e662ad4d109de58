"""Scores of a forecast table: on common folds, by model, horizon and era, failures counted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.config.bounds import Text
from forecast.config.convert import check_arguments
from forecast.errors import ConfigError, nearest
from forecast.scoring import metrics as m
from forecast.tables.common_folds import ALL, REQUIRED, CommonFolds, Eras, common_folds, era_masks
from forecast.tables.forecasts import Forecasts
from forecast.tables.levels import range_levels
from forecast.tables.quantiles import Bools, Floats, Ints

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


#: The cells of a row, in the order of `SCORE_COLUMNS`.
Row = tuple[Any, ...]
BY: tuple[str, ...] = ("model", "horizon", "era", "series_id")
#: Counts below the first, and other figures below this share of their median, make percentages meaningless.
SMALLEST_FOR_PERCENT, SMALLEST_SHARE = 50.0, 0.01

#: A measure of points: outcomes, medians, scale of MASE -> one loss a fold.
PointLoss = Callable[[Floats, Floats, Floats], Floats]
#: A measure of quantiles: outcomes (n,), quantiles (n, L), levels (L,) -> one loss a fold.
QuantileLoss = Callable[[Floats, Floats, Floats], Floats]


class NotScored(ValueError):
    """A metric cannot be computed here; the message says why."""


@dataclass(frozen=True)
class Metric:
    """One measure: its losses, how they are put together, and on which scales it is made."""

    points: PointLoss | None = None
    quantiles: QuantileLoss | None = None
    together: str = "mean"  #: mean, median, or root (of the mean)
    skill: bool = True
    scales: tuple[str, ...] = ("natural", "log")
    own: bool = False  #: registered by the user: whatever goes wrong in it is a row with its reason


def _scaled(y: Floats, f: Floats, scale: Floats) -> Floats:
    if not np.isfinite(scale).all():
        raise NotScored("fewer than 13 months before an origin, or no change in a year")
    return m.absolute_error(y, f) / scale


def _percent(y: Floats, f: Floats, scale: Floats) -> Floats:
    counts = bool((y == np.round(y)).all())
    least = SMALLEST_FOR_PERCENT if counts else SMALLEST_SHARE * float(np.median(np.abs(y)))
    if np.abs(y).min() < least:
        raise NotScored(f"outcomes below {least:.3g} make percentages meaningless")
    return m.percentage_error(y, f)


def _range_loss(central: float) -> QuantileLoss:
    def loss(y: Floats, q: Floats, levels: Floats) -> Floats:
        lower, upper = _ends(q, levels, central)
        return m.interval_score(y, lower, upper, alpha=1.0 - central)

    return loss


def _coverage_loss(central: float) -> QuantileLoss:
    def loss(y: Floats, q: Floats, levels: Floats) -> Floats:
        return m.covered(y, *_ends(q, levels, central))

    return loss


def _ends(q: Floats, levels: Floats, central: float) -> tuple[Floats, Floats]:
    low, high = (int(np.argmin(np.abs(levels - level))) for level in range_levels(central))
    return q[:, low], q[:, high]


def _part(which: int) -> QuantileLoss:
    return lambda y, q, levels: m.wis_parts(y, q, levels)[which]


def _mean_pinball(y: Floats, q: Floats, levels: Floats) -> Floats:
    return np.asarray(m.pinball(y[:, None], q, levels).mean(axis=1), dtype=float)


NATURAL = ("natural",)
METRICS: dict[str, Metric] = {
    "mae": Metric(points=lambda y, f, s: m.absolute_error(y, f)),
    "median_error": Metric(points=lambda y, f, s: m.absolute_error(y, f), together="median"),
    "rmse": Metric(points=lambda y, f, s: m.squared_error(y, f), together="root"),
    "bias": Metric(points=lambda y, f, s: f - y, skill=False),
    "mase": Metric(points=_scaled, scales=NATURAL),
    "mape": Metric(points=_percent, scales=NATURAL),
    "median_ape": Metric(points=_percent, together="median", scales=NATURAL),
    "wis": Metric(quantiles=m.wis),
    "wis_spread": Metric(quantiles=_part(0), skill=False),
    "wis_overprediction": Metric(quantiles=_part(1), skill=False),
    "wis_underprediction": Metric(quantiles=_part(2), skill=False),
    "crps": Metric(quantiles=m.crps_from_quantiles),
    "pinball": Metric(quantiles=_mean_pinball),
    **{f"interval_score_{100 * c:.0f}": Metric(quantiles=_range_loss(c)) for c in REQUIRED},
    **{
        f"coverage_{100 * c:.0f}": Metric(quantiles=_coverage_loss(c), skill=False, scales=NATURAL)
        for c in REQUIRED
    },
}
#: What each built-in metric means, by its name or the beginning of it.
MEANINGS: dict[str, str] = {
    "mae": "mean absolute error of the median",
    "median_error": "median absolute error: half the errors are larger",
    "rmse": "root mean squared error of the median",
    "bias": "mean of forecast less outcome",
    "mase": "mean absolute error over that of the seasonal naive forecast in the months before",
    "mape": "mean absolute percentage error",
    "median_ape": "median absolute percentage error",
    "wis": "weighted interval score of all quantiles",
    "wis_spread": "the part of WIS that is the width of the ranges",
    "wis_overprediction": "the part of WIS that comes from outcomes below the ranges",
    "wis_underprediction": "the part of WIS that comes from outcomes above the ranges",
    "crps": "continuous ranked probability score, from the quantiles",
    "pinball": "mean quantile loss",
    **{f"interval_score_{100 * c:.0f}": f"interval score of the {100 * c:.0f} % range" for c in REQUIRED},
    **{f"coverage_{100 * c:.0f}": f"share of outcomes inside the {100 * c:.0f} % range" for c in REQUIRED},
}
_OWN: dict[str, Metric] = {}


@checked
def register_metric(
    name: str, fn: QuantileLoss, skill: bool = True, scales: Sequence[str] = ("natural",)
) -> None:
    """Add a metric of your own to every later `score`.

    Parameters
    ----------
    name : str
        A new name.
    fn : callable
        ``fn(y (n,), quantiles (n, L), levels (L,)) -> losses (n,)``; their mean is the score.
    skill : bool
        Whether lower is better, so that skill against the baseline means something.
    scales : sequence of {"natural", "log"}

    Examples
    --------
    >>> register_metric("width", lambda y, q, levels: q[:, -1] - q[:, 0], skill=False)
    """
    check_arguments(name=(name, Text))
    if not callable(fn):
        raise ConfigError(f"register_metric: '{name}' is {type(fn).__name__}, not a function")
    if name in METRICS:
        raise ConfigError(f"register_metric: '{name}' is built in; choose another name")
    unknown = [s for s in scales if s not in ("natural", "log")]
    if unknown:
        raise ConfigError(f"register_metric: scale '{unknown[0]}'; expected 'natural' or 'log'")
    _OWN[name] = Metric(quantiles=fn, skill=skill, scales=tuple(scales), own=True)


@checked
def score(
    forecasts: pd.DataFrame | Forecasts,
    obs: Observations,
    baseline: str = "random_walk",
    by: Sequence[str] = ("model", "horizon"),
    truth: str = "latest",
    eras: Eras | None = None,
    as_of: Any = None,
) -> pd.DataFrame:
    """Score every model of a forecast table on the folds that all of them have.

    Parameters
    ----------
    forecasts : DataFrame
        Long forecast table of many origins, baseline included.
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
    >>> table = fc.backtest(models, obs, fc.load_events(), [name], origins, horizon=3).forecasts
    >>> scores = score(table, obs).query("metric == 'mae' and scale == 'natural' and horizon == 1")
    >>> scores.set_index("model")["skill"].round(2).to_dict()
    {'random_walk': 0.0, 'seasonal_naive': -2.76}
    """
    wrong = [word for word in by if word not in BY]
    if wrong or "model" not in by:
        raise ConfigError(
            f"by: {', '.join(by)}; expected 'model' and any of {', '.join(BY[1:])}."
            f"{nearest(wrong[0], BY) if wrong else ''}"
        )
    rows: list[Row] = []
    for folds in common_folds(Forecasts.of(forecasts).quantiles, obs, baseline, truth, as_of):
        rows.extend(_score_series(folds, eras, "horizon" in by))
    table = pd.DataFrame(rows, columns=list(SCORE_COLUMNS))
    return table.astype({"n_ok": "int64", "n": "int64"}) if len(table) else table


@dataclass(frozen=True)
class Cell:
    """The losses of one model by one metric: origin x horizon, NaN where not scored; reasons by horizon."""

    losses: Floats
    reasons: tuple[str, ...]


def _score_series(folds: CommonFolds, eras: Eras | None, by_horizon: bool) -> list[Row]:
    masks = era_masks(folds, eras)
    rows: list[list[Row]] = [[] for _ in folds.names]
    mase = _mase_scales(folds)
    counts = {era: _Counts.of(folds, mask) for era, mask in masks.items()}
    for name, metric in {**METRICS, **_OWN}.items():
        for scale in metric.scales:
            cells = [fold_losses(folds, k, metric, scale, mase) for k in range(len(folds.names))]
            for era, count in counts.items():
                values = [_together(cell.losses, metric, count) for cell in cells]
                for k in range(len(values)):
                    head, what = (*folds.names[k], folds.series_id), (era, scale, name)
                    tails = _tails(k, cells[k], values[k], values[folds.base], metric, count, by_horizon)
                    rows[k].extend((*head, horizon, *what, *tail) for horizon, *tail in tails)
    # a baseline from outside the scenario is only there to be compared with
    return [
        row for name, mine in zip(folds.names, rows, strict=True) if name[2] == folds.scenario for row in mine
    ]


def _mase_scales(folds: CommonFolds) -> Floats:
    """Scale of MASE at each origin, from the months up to the last official one."""
    return np.array([m.mase_scale(folds.history[: max(n, 0)]) for n in folds.last - folds.start + 1])


def fold_losses(folds: CommonFolds, k: int, metric: Metric, scale: str, mase: Floats) -> Cell:
    """Losses of one model; a horizon that cannot be scored is NaN with its reason."""
    losses = np.full(folds.y.shape, np.nan)
    reasons = _obstacles(folds, k, metric, scale)
    used = (folds.common if metric.points else folds.ranged) & [not reason for reason in reasons]
    if not _at_once(losses, folds, k, used, metric, scale, mase):
        for j in np.flatnonzero(used.any(axis=0)):
            here = used & (np.arange(used.shape[1]) == j)
            try:
                _fill(losses, folds, k, here, metric, scale, mase)
            except NotScored as error:
                reasons[j] = str(error)
            except Exception as error:
                if not metric.own:
                    raise  # a fault of ours, not a result
                reasons[j] = f"{type(error).__name__}: {error}"
    unknown = (used & ~np.isfinite(losses)).any(axis=0)
    for j in np.flatnonzero(unknown & [not reason for reason in reasons]):
        losses[:, j] = np.nan
        reasons[j] = "the metric gave no number at some folds"
    return Cell(losses, tuple(reasons))


def _at_once(
    losses: Floats, folds: CommonFolds, k: int, used: Bools, metric: Metric, scale: str, mase: Floats
) -> bool:
    """Compute all horizons in one call; False where they have to be told apart."""
    if metric.own:
        return False  # a user's metric sees one horizon at a time
    try:
        _fill(losses, folds, k, used, metric, scale, mase)
    except NotScored:
        return False
    return True


def _fill(
    losses: Floats, folds: CommonFolds, k: int, cells: Bools, metric: Metric, scale: str, mase: Floats
) -> None:
    """Compute the losses of one model at some cells (origin, horizon)."""
    if not cells.any():
        return
    y = folds.scaled(folds.y, scale)
    if metric.points:
        t, j = np.nonzero(cells)
        medians = folds.scaled(folds.medians[k, t, j], scale)
        losses[t, j] = metric.points(y[t, j], medians, mase[t])
        return
    assert metric.quantiles is not None
    for group, levels in folds.shared_levels:
        t, j = np.nonzero(group & cells)
        if len(t):
            q = folds.scaled(folds.quantiles[k, t, j][:, levels], scale)
            losses[t, j] = metric.quantiles(y[t, j], q, folds.levels[levels])


def _obstacles(folds: CommonFolds, k: int, metric: Metric, scale: str) -> list[str]:
    """Why each horizon cannot be scored, or nothing."""
    due, common, ranged = (np.asarray(c.any(axis=0)) for c in (folds.due, folds.common, folds.ranged))
    reasons = []
    for j in range(len(due)):
        reason = ""
        if not due[j]:
            reason = "no outcome is known yet"
        elif not folds.takes_part[k, j]:
            reason = "the model has no forecast of this horizon"
        elif scale == "log" and not folds.logs:
            reason = "no logs: some figures are neither positive nor counts"
        elif not common[j]:
            reason = "the models have no fold in common"
        elif metric.quantiles and not ranged[j]:
            lacking = folds.without_ranges(j)
            who = ", ".join(lacking) or "the models"
            has = "has" if len(lacking) == 1 else "have"
            reason = f"{who} {has} no 50/80/95% ranges at horizon {j + 1} on common folds"
        reasons.append(reason)
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
    """Value at each horizon, and over all of them last."""
    kept = losses[count.mask]
    known = np.isfinite(kept)
    number = known.sum(axis=0)
    due = count.due[:-1] > 0
    if metric.together == "median":
        each = np.array(
            [np.median(x[has]) if has.any() else np.nan for x, has in zip(kept.T, known.T, strict=True)]
        )
    else:
        total = np.where(known, kept, 0.0).sum(axis=0)
        each = np.divide(total, number, out=np.full(len(number), np.nan), where=number > 0)
    if not due.any() or (np.isnan(each) & due).any():
        whole = float("nan")  # no mean skips a horizon silently
    else:
        whole = float(np.median(kept[known])) if metric.together == "median" else float(each[due].mean())
    out = np.append(each, whole)
    return np.sqrt(out) if metric.together == "root" else out


def _tails(
    k: int, cell: Cell, values: Floats, base: Floats, metric: Metric, count: _Counts, by_horizon: bool
) -> Iterator[Row]:
    """Horizon, value, skill, counts and note of one model, metric and era."""
    known = np.isfinite(cell.losses[count.mask])
    scored, due, own = (
        numbers.tolist() for numbers in (_with_sum(known.sum(axis=0)), count.due, count.own[k])
    )
    horizons = len(values) - 1
    for j in range(horizons + 1) if by_horizon else [horizons]:
        last = j == horizons
        n = count.rows if last else due[j]
        n_ok = int(known.any(axis=1).sum()) if last else scored[j]
        value = float(values[j])
        has = math.isfinite(value)
        note = Note() if has else _reason(cell, None if last else j, n)
        if has and scored[j] < due[j]:
            note = _missing(due[j], scored[j], own[j])
        skill = _skill(value, float(base[j]), metric)
        yield ALL if last else j + 1, value, skill, n_ok if has else 0, n, *note


def _reason(cell: Cell, here: int | None, n: int) -> Note:
    if n == 0:
        return Note("no_fold")
    if here is not None:
        reason = cell.reasons[here]
        return Note("failed", message=reason) if reason else Note("no_common_fold")
    reasons = [(j + 1, text) for j, text in enumerate(cell.reasons) if text]
    if not reasons:
        return Note("horizon_alone")
    texts = {text for _, text in reasons}
    return Note(
        "failed", message=texts.pop() if len(texts) == 1 else f"horizon {reasons[0][0]}: {reasons[0][1]}"
    )


def _missing(due: int, scored: int, own: int) -> Note:
    return Note("partly", due, scored, due - own, own - scored)


def _skill(value: float, base: float, metric: Metric) -> float:
    if not metric.skill or not math.isfinite(value) or not math.isfinite(base) or base == 0:
        return math.nan
    return 1.0 - value / base
