"""Scores of a forecast table: on common folds, by model, horizon and era, failures counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

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


BY: tuple[str, ...] = ("model", "horizon", "era", "series_id")
SMALLEST_FOR_PERCENT = 50.0  #: outcomes below this make percentages meaningless

#: Folds with the levels that all models have there.
Groups = list[tuple[Ints, Ints]]
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
    if np.abs(y).min() < SMALLEST_FOR_PERCENT:
        raise NotScored(f"outcomes below {SMALLEST_FOR_PERCENT:g} make percentages meaningless")
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
    if name in METRICS:
        raise ConfigError(f"register_metric: '{name}' is built in; choose another name")
    unknown = [s for s in scales if s not in ("natural", "log")]
    if unknown:
        raise ConfigError(f"register_metric: scale '{unknown[0]}'; expected 'natural' or 'log'")
    _OWN[name] = Metric(quantiles=fn, skill=skill, scales=tuple(scales), own=True)


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
        ``all`` horizons: mean over horizons of the mean over origins. A metric that cannot be computed has no
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
    rows: list[dict[str, Any]] = []
    for folds in common_folds(Forecasts.of(forecasts).quantiles, obs, baseline, truth, as_of):
        rows.extend(_score_series(folds, eras, "horizon" in by))
    table = pd.DataFrame(rows, columns=list(SCORE_COLUMNS))
    return table.astype({"n_ok": "int64", "n": "int64"}) if len(table) else table


@dataclass(frozen=True)
class Cell:
    """The losses of one model by one metric: origin x horizon, NaN where not scored; reasons by horizon."""

    losses: Floats
    reasons: tuple[str, ...]


def _score_series(folds: CommonFolds, eras: Eras | None, by_horizon: bool) -> list[dict[str, Any]]:
    masks = era_masks(folds, eras)
    rows: list[dict[str, Any]] = []
    mase = _mase_scales(folds)
    shared = [folds.shared_levels(j) for j in range(folds.y.shape[1])]
    counts = {era: _Counts.of(folds, mask) for era, mask in masks.items()}
    for name, metric in {**METRICS, **_OWN}.items():
        for scale in metric.scales:
            cells = [fold_losses(folds, k, metric, scale, mase, shared) for k in range(len(folds.names))]
            for era, count in counts.items():
                values = [_together(cell.losses, metric, count) for cell in cells]
                for k in range(len(values)):
                    head = {**folds.label(k), "era": era, "scale": scale, "metric": name}
                    rows.extend(
                        {**head, **tail}
                        for tail in _tails(
                            k, cells[k], values[k], values[folds.base], metric, count, by_horizon
                        )
                    )
    order = {n: i for i, n in enumerate(folds.names)}
    rows.sort(key=lambda r: order[(r["model"], r["knowledge"], r["scenario"])])
    return [row for row in rows if folds.scenario == row["scenario"]]


def _mase_scales(folds: CommonFolds) -> Floats:
    """Scale of MASE at each origin, from the months up to the last official one."""
    return np.array([m.mase_scale(folds.history[: max(n, 0)]) for n in folds.last - folds.start + 1])


def fold_losses(
    folds: CommonFolds, k: int, metric: Metric, scale: str, mase: Floats, shared: Sequence[Groups]
) -> Cell:
    """Losses of one model; a horizon that cannot be scored is NaN with its reason."""
    losses = np.full(folds.y.shape, np.nan)
    reasons = []
    y = folds.scaled(folds.y, scale)
    used = folds.common if metric.points else folds.ranged
    for j in range(folds.y.shape[1]):
        at = np.flatnonzero(used[:, j])
        reason = _obstacle(folds, k, j, metric, scale, shared[j])
        if not reason and len(at):
            try:
                losses[:, j] = _loss(folds, k, j, metric, scale, mase, shared[j], y[:, j])
            except NotScored as error:
                reason = str(error)
            except Exception as error:
                if not metric.own:
                    raise  # a fault of ours, not a result
                reason = f"{type(error).__name__}: {error}"
        if not reason and len(at) and not np.isfinite(losses[at, j]).all():
            losses[at, j] = np.nan
            reason = "the metric gave no number at some folds"
        reasons.append(reason)
    return Cell(losses, tuple(reasons))


def _loss(
    folds: CommonFolds, k: int, j: int, metric: Metric, scale: str, mase: Floats, shared: Groups, y: Floats
) -> Floats:
    losses = np.full(len(y), np.nan)
    if metric.points:
        at = np.flatnonzero(folds.common[:, j])
        losses[at] = metric.points(y[at], folds.scaled(folds.medians[k, at, j], scale), mase[at])
        return losses
    assert metric.quantiles is not None
    for at, levels in shared:
        q = folds.scaled(folds.quantiles[k, at, j][:, levels], scale)
        losses[at] = metric.quantiles(y[at], q, folds.levels[levels])
    return losses


def _obstacle(folds: CommonFolds, k: int, j: int, metric: Metric, scale: str, shared: Groups) -> str:
    """Why a horizon cannot be scored, or nothing."""
    if not folds.due[:, j].any():
        return "no outcome is known yet"
    if not folds.takes_part[k, j]:
        return "the model has no forecast of this horizon"
    if scale == "log" and not folds.logs:
        return "no logs: some figures are neither positive nor counts"
    if not folds.common[:, j].any():
        return "the models have no fold in common"
    if metric.quantiles and not len(shared):
        lacking = folds.without_ranges(j)
        who = (
            f"{', '.join(lacking)} has" if len(lacking) == 1 else f"{', '.join(lacking) or 'the models'} have"
        )
        return f"{who} no 50/80/95% ranges at horizon {j + 1} on common folds"
    return ""


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
) -> list[dict[str, Any]]:
    """Horizon, value, skill, counts and note of one model, metric and era."""
    known = np.isfinite(cell.losses[count.mask])
    scored = _with_sum(known.sum(axis=0))
    horizons = len(values) - 1
    tails = []
    for j in range(horizons + 1) if by_horizon else [horizons]:
        last = j == horizons
        n = count.rows if last else int(count.due[j])
        n_ok = int(known.any(axis=1).sum()) if last else int(scored[j])
        value = float(values[j])
        note = Note() if np.isfinite(value) else _reason(cell, None if last else j, n)
        if np.isfinite(value) and scored[j] < count.due[j]:
            note = _missing(int(count.due[j]), int(scored[j]), int(count.own[k, j]))
        tails.append(
            {
                "horizon": ALL if last else j + 1,
                "value": value,
                "skill": _skill(value, float(base[j]), metric),
                "n_ok": n_ok if np.isfinite(value) else 0,
                "n": n,
                **note._asdict(),
            }
        )
    return tails


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
    if not metric.skill or not np.isfinite(value) or not np.isfinite(base) or base == 0:
        return float("nan")
    return 1.0 - value / base
