"""What knowing the events was worth: one model with no events, as known at the time, and with hindsight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecast.scoring._bootstrap import circular_picks
from forecast.scoring._ground import ALL, Ground, grounds
from forecast.scoring.comparison import BLOCK_MONTHS, CONFIDENCE, DRAWS, SEED
from forecast.scoring.scores import METRICS, fold_losses
from forecast.scoring.wide import Floats, ordered_unique
from forecast.spec import KNOWLEDGE, ConfigError, nearest

if TYPE_CHECKING:
    from forecast.data.observations import Observations

KNOWLEDGE_COLUMNS: tuple[str, ...] = (
    "model", "series_id", "coding", "horizon", "metric", "none", "at_origin", "hindsight", "gain", "lower",
    "upper", "n",
)  # fmt: skip
COMPARED: tuple[str, ...] = ("median_error", "mae", "wis")


def compare_knowledge(
    forecasts: pd.DataFrame,
    obs: Observations,
    coding: str = "rule",
    truth: str = "latest",
    as_of: Any = None,
    scale: str = "log",
    metrics: Sequence[str] = COMPARED,
    block: int = BLOCK_MONTHS,
    draws: int = DRAWS,
    seed: int = SEED,
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
    scale : {"log", "natural"}
        Scale of the errors.
    metrics : sequence of str
        Some of ``median_error``, ``mae``, ``wis``.
    block, draws, seed
        Months of a block, number of draws and seed of the circular block bootstrap.

    Returns
    -------
    DataFrame
        `KNOWLEDGE_COLUMNS`: the score with each kind of knowledge (missing where not run), the gain of
        knowing what was known at the time over no events (a share of the latter, with its 90 % bootstrap
        interval), and the number of origins. Empty when no model has two kinds.

    Raises
    ------
    ConfigError
        For an unknown metric.

    Examples
    --------
    >>> import forecast as fc
    >>> obs, name = fc.load_observations(), "southwest.usbp"
    >>> origins = fc.monthly_origins("2020-01", "2023-06", obs, series=[name])
    >>> models = {"arima": fc.make_model("arima", order=(0, 1, 1))}
    >>> table = fc.backtest(models, obs, fc.load_events(), [name], origins[-9:], horizon=1,
    ...     knowledge=["none", "at_origin"]).forecasts
    >>> compare_knowledge(table, obs, metrics=["mae"])[["horizon", "n"]].to_numpy().tolist()
    [[1, 9], ['all', 9]]
    """
    unknown = [x for x in metrics if x not in COMPARED]
    if unknown:
        raise ConfigError(
            f"metrics: '{unknown[0]}'; expected some of {', '.join(COMPARED)}.{nearest(unknown[0], COMPARED)}"
        )
    plain = forecasts[forecasts["scenario"].fillna("") == ""]
    rows: list[dict[str, Any]] = []
    for model in ordered_unique(plain["model"]):
        mine = plain[plain["model"] == model]
        if mine["knowledge"].nunique() < 2:
            continue
        for ground in grounds(mine, obs, None, truth, as_of):
            for metric in metrics:
                for cell in _cells(ground, metric, scale, (block, draws, seed)):
                    rows.append(
                        {
                            "model": model,
                            "series_id": ground.series_id,
                            "coding": coding,
                            "metric": metric,
                            **cell,
                        }
                    )
    return pd.DataFrame(rows, columns=list(KNOWLEDGE_COLUMNS))


def _cells(ground: Ground, metric: str, scale: str, bootstrap: tuple[int, int, int]) -> list[dict[str, Any]]:
    """One metric at each horizon, and over all of them at origins that have them all."""
    none = np.full(len(ground.origins), np.nan)
    shared = [ground.shared_levels(j) for j in range(ground.y.shape[1])]
    losses = {
        name[1]: fold_losses(ground, k, METRICS[metric], scale, none, shared).losses
        for k, name in enumerate(ground.names)
    }
    stacked = np.stack(list(losses.values()))
    cells = []
    for j in [*range(stacked.shape[2]), None]:
        chosen = stacked if j is None else stacked[:, :, [j]]
        whole = np.asarray(np.isfinite(chosen).all(axis=(0, 2)), dtype=bool)
        if not whole.any():
            continue
        by_kind = dict(zip(losses, chosen[:, whole].mean(axis=2), strict=True))
        value = {kind: _together(by_kind[kind], metric) if kind in by_kind else np.nan for kind in KNOWLEDGE}
        gain, lower, upper = _gain(by_kind, metric, ground.last[whole], bootstrap)
        cells.append(
            {
                "horizon": ALL if j is None else j + 1,
                **value,
                "gain": gain,
                "lower": lower,
                "upper": upper,
                "n": int(whole.sum()),
            }
        )
    return cells


def _together(losses: Floats, metric: str) -> Any:
    """Mean or median over origins (the last axis)."""
    return (np.median if metric == "median_error" else np.mean)(losses, axis=-1)


def _gain(
    by_kind: dict[str, Floats], metric: str, last: Any, bootstrap: tuple[int, int, int]
) -> tuple[float, float, float]:
    """Gain of at_origin over none, with its bootstrap interval."""
    if "none" not in by_kind or "at_origin" not in by_kind:
        return float("nan"), float("nan"), float("nan")
    before, after = by_kind["none"], by_kind["at_origin"]
    block, draws, seed = bootstrap
    spacing = float(np.median(np.diff(last))) if len(last) > 1 else 1.0
    picks = circular_picks(len(last), round(block / max(spacing, 1.0)), draws, seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = 1.0 - _together(after, metric) / _together(before, metric)
        drawn = 1.0 - _together(after[picks], metric) / _together(before[picks], metric)
    tail = (1.0 - CONFIDENCE) / 2.0
    drawn = drawn[np.isfinite(drawn)]
    lower, upper = np.quantile(drawn, [tail, 1.0 - tail]) if len(drawn) else (np.nan, np.nan)
    return float(gain), float(lower), float(upper)
