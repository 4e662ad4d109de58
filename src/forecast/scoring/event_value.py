"""What knowing the events was worth: one model with no events, as known at the time, and with hindsight."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecast.config.settings import KNOWLEDGE
from forecast.errors import ConfigError, nearest
from forecast.scoring.inference import (
    Bootstrap,
    bootstrap_interval,
    enough_origins,
    skill_interval,
)
from forecast.scoring.registry import METRICS
from forecast.scoring.scores import fold_losses
from forecast.tables.common_folds import ALL, CommonFolds, common_folds
from forecast.tables.forecasts import Forecasts
from forecast.tables.quantiles import Floats, ordered_unique

if TYPE_CHECKING:
    from forecast.data.observations import Observations

KNOWLEDGE_COLUMNS: tuple[str, ...] = (
    "model",
    "series_id",
    "coding",
    "horizon",
    "metric",
    "none",
    "at_origin",
    "hindsight",
    "gain",
    "lower",
    "upper",
    "n",
    "gain_hindsight",
    "lower_hindsight",
    "upper_hindsight",
)
#: Name in the table -> (metric, scale).
MEASURES: dict[str, tuple[str, str]] = {
    "median_error": ("median_error", "log"),
    "mae": ("mae", "natural"),
    "wis": ("wis", "natural"),
    "log_mae": ("mae", "log"),
    "log_wis": ("wis", "log"),
}


def compare_knowledge(
    forecasts: pd.DataFrame | Forecasts,
    obs: Observations,
    coding: str = "rule",
    truth: str = "latest",
    as_of: str | dt.date | np.datetime64 | None = None,
    measures: Sequence[str] = tuple(MEASURES),
    bootstrap: Bootstrap | None = None,
) -> pd.DataFrame:
    """Score each model by what it knew of the events, on the folds that all its kinds of knowledge have.

    Parameters
    ----------
    forecasts : DataFrame
        Long forecast table that holds at least one model with more than one kind of knowledge.
    obs : Observations
        Figures.
    coding : str
        Written into the table.
    truth, as_of
        As in `score`.
    measures : sequence of str
        ``median_error`` (half the misses are larger, on logs), ``mae``, ``wis``, ``log_mae``, ``log_wis``.
    bootstrap : Bootstrap, optional
        Intervals by bootstrap; by cosines when None. The interval of a median error is by bootstrap always.

    Returns
    -------
    DataFrame
        `KNOWLEDGE_COLUMNS`: the score with each kind of knowledge (missing where not run), the gain of
        knowing what was known at the time over no events (a share of the latter, with its 90 % interval,
        missing with too few origins), the number of origins, and the gain of hindsight. Empty when no model
        has two kinds.

    Raises
    ------
    ConfigError
        For an unknown measure.

    Examples
    --------
    >>> import forecast as fc
    >>> obs, name = fc.load_observations(), "southwest.usbp"
    >>> origins = fc.monthly_origins("2020-01", "2023-06", obs, series=[name])
    >>> models = {"arima": fc.make_model("arima", order=(0, 1, 1))}
    >>> table = fc.backtest(models, obs, fc.load_events(), [name], origins[-9:], horizon=1,
    ...     knowledge=["none", "at_origin"]).forecasts
    >>> compare_knowledge(table, obs, measures=["mae"])[["horizon", "n"]].to_numpy().tolist()
    [[1, 9], ['all', 9]]
    """
    unknown = [x for x in measures if x not in MEASURES]
    if unknown:
        raise ConfigError(
            f"measures: '{unknown[0]}' is not one of {', '.join(MEASURES)}.{nearest(unknown[0], MEASURES)}"
        )
    wide = Forecasts.of(forecasts).quantiles
    plain = wide.take(wide.keys["scenario"].eq("").to_numpy())
    rows: list[dict[str, Any]] = []
    for model in ordered_unique(plain.keys["model"]):
        mine = plain.take(plain.keys["model"].eq(model).to_numpy())
        if mine.keys["knowledge"].nunique() < 2:
            continue
        for folds in common_folds(mine, obs, None, truth, as_of):
            head = {"model": model, "series_id": folds.series_id, "coding": coding}
            for measure in measures:
                rows += [{**head, "metric": measure, **cell} for cell in _cells(folds, measure, bootstrap)]
    return pd.DataFrame(rows, columns=list(KNOWLEDGE_COLUMNS))


def _cells(folds: CommonFolds, measure: str, bootstrap: Bootstrap | None) -> list[dict[str, Any]]:
    """One metric at each horizon, and over all of them at origins that have them all."""
    metric, scale = MEASURES[measure]
    none = np.full(len(folds.origins), np.nan)
    stacked = fold_losses(folds, METRICS[metric], scale, none).values
    losses = {name[1]: stacked[k] for k, name in enumerate(folds.names)}
    cells = []
    for j in [*range(stacked.shape[2]), None]:
        chosen = stacked if j is None else stacked[:, :, [j]]
        whole = np.asarray(np.isfinite(chosen).all(axis=(0, 2)), dtype=bool)
        if not whole.any():
            continue
        by_kind = dict(zip(losses, chosen[:, whole].mean(axis=2), strict=True))
        value = {kind: _together(by_kind[kind], metric) if kind in by_kind else np.nan for kind in KNOWLEDGE}
        horizon = stacked.shape[2] if j is None else j + 1
        gains = _gains(by_kind, metric, folds.spacing, horizon, bootstrap)
        cells.append(
            {
                "horizon": ALL if j is None else j + 1,
                **value,
                **dict(zip(("gain", "lower", "upper"), gains["at_origin"], strict=True)),
                "n": int(whole.sum()),
                **dict(zip(_HINDSIGHT, gains["hindsight"], strict=True)),
            }
        )
    return cells


def _together(losses: Floats, metric: str) -> Any:
    """Mean or median over origins (the last axis)."""
    return (np.median if metric == "median_error" else np.mean)(losses, axis=-1)


_HINDSIGHT = ("gain_hindsight", "lower_hindsight", "upper_hindsight")


def _gains(
    by_kind: dict[str, Floats], metric: str, spacing: float, horizon: int, bootstrap: Bootstrap | None
) -> dict[str, tuple[float, float, float]]:
    """Gain of each kind of knowledge over none, with its interval."""
    out = dict.fromkeys(("at_origin", "hindsight"), (float("nan"),) * 3)
    if "none" not in by_kind:
        return out
    without = by_kind["none"]
    for kind in out.keys() & by_kind.keys():
        with np.errstate(divide="ignore", invalid="ignore"):
            gain = 1.0 - _together(by_kind[kind], metric) / _together(without, metric)
        ends = np.full(2, np.nan)
        if enough_origins(len(without), horizon, spacing):
            if metric == "median_error":
                ends = bootstrap_interval(by_kind[kind], without, bootstrap or Bootstrap(), spacing, "median")
            else:
                ends = skill_interval(by_kind[kind], without, bootstrap, spacing)
        out[kind] = (float(gain), float(ends[0]), float(ends[1]))
    return out
