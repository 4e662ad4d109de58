"""Which models cannot be told apart from the best: the model confidence set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.config.bounds import Bounds
from forecast.config.convert import check_arguments
from forecast.errors import ConfigError, nearest
from forecast.scoring.comparison import COMPARED, ERA_AT_LEAST, all_losses, plain_rows
from forecast.scoring.inference import CONFIDENCE, Bootstrap
from forecast.tables.common_folds import ALL, CommonFolds, common_folds
from forecast.tables.forecasts import Forecasts
from forecast.tables.quantiles import Floats

if TYPE_CHECKING:
    from forecast.data.observations import Observations


@checked
def model_confidence_set(
    forecasts: pd.DataFrame | Forecasts,
    obs: Observations,
    metric: str = "mae",
    horizon: int | str = ALL,
    truth: str = "latest",
    as_of: str | dt.date | np.datetime64 | None = None,
    knowledge: Sequence[str] = ("none", "at_origin"),
    size: float = 1.0 - CONFIDENCE,
    bootstrap: Bootstrap | None = None,
) -> pd.DataFrame:
    """Find the models not told apart from the best: Hansen's model confidence set (package `arch`).

    Parameters
    ----------
    forecasts : DataFrame
        As in `compare`.
    obs : Observations
        As in `compare`.
    metric : str
        ``mae``, ``wis``, ``log_mae`` or ``log_wis``.
    horizon : int or "all"
        One horizon, or the mean over all at origins that have them all.
    truth : str
        As in `score`.
    as_of : date, optional
        As in `score`.
    knowledge : sequence of str
        Which rows take part; a model has one row.
    size : float
        The set holds the best model with probability 1 - size.
    bootstrap : Bootstrap, optional
        Months of a block (24), draws (2000) and seed.

    Returns
    -------
    DataFrame
        ``series_id, metric, horizon, model, p, included, n``.

    Raises
    ------
    ConfigError
        When the metric is unknown.

    Examples
    --------
    >>> import forecast as fc
    >>> obs, name = fc.load_observations(), "southwest.usbp"
    >>> origins = fc.monthly_origins("2020-01", "2023-06", obs, series=[name])
    >>> models = {"seasonal_naive": fc.make_model("seasonal_naive")}
    >>> table = fc.backtest(models, obs, fc.load_events(), [name], origins, horizon=3).forecasts
    >>> found = fc.model_confidence_set(table, obs, horizon=1)
    >>> found.loc[found["included"], "model"].tolist()
    ['random_walk']
    """
    if metric not in COMPARED:
        raise ConfigError(
            f"metric: '{metric}'; expected one of {', '.join(COMPARED)}.{nearest(metric, COMPARED)}"
        )
    plain = plain_rows(forecasts, knowledge)
    most = int(plain.keys["horizon"].max()) if len(plain.keys) else 1
    if horizon != ALL:
        check_arguments(horizon=(horizon, Annotated[int, Bounds(1, most)]))
    check_arguments(size=(size, Annotated[float, Bounds(above=0, high=0.5)]))
    rows = []
    for folds in common_folds(plain, obs, None, truth, as_of):
        names, losses = _origins_of_all(folds, metric, horizon)
        if len(names) < 2 or len(losses) < 2 * ERA_AT_LEAST:
            continue
        p, included = _test(losses, size, bootstrap or Bootstrap(), folds.spacing)
        told = {"series_id": folds.series_id, "metric": metric, "horizon": horizon}
        rows += [
            {**told, "model": name, "p": p_of_model, "included": kept, "n": len(losses)}
            for name, p_of_model, kept in zip(names, p, included, strict=True)
        ]
    return pd.DataFrame(rows, columns=["series_id", "metric", "horizon", "model", "p", "included", "n"])


def _origins_of_all(folds: CommonFolds, metric: str, horizon: int | str) -> tuple[list[str], Floats]:
    """Models that have forecasts, and their losses (origin x model) at the origins that all of them have."""
    stacked = np.stack(all_losses(folds, metric))
    chosen = stacked if horizon == ALL else stacked[:, :, [int(horizon) - 1]]
    part = np.asarray(np.isfinite(chosen).any(axis=(1, 2)), dtype=bool)
    whole = np.isfinite(chosen[part]).all(axis=(0, 2))
    names = [name[0] for name, has in zip(folds.names, part, strict=True) if has]
    return names, chosen[part][:, whole].mean(axis=2).T


def _test(
    losses: Floats, size: float, bootstrap: Bootstrap, spacing: float
) -> tuple[list[float], list[bool]]:
    """Value p of each model, and whether the set holds it."""
    from arch.bootstrap import MCS  # takes a second

    # models with the same losses but for rounding, as those that were always right, stand together
    rounded = np.round(losses / (losses.max() or 1.0), 12)
    distinct, place = np.unique(rounded, axis=1, return_inverse=True)
    p, included = np.ones(1), {0}
    if distinct.shape[1] > 1:
        block = min(bootstrap.origins_a_block(spacing), len(losses) // 2)
        test = MCS(
            pd.DataFrame(distinct), size, bootstrap.draws, block, bootstrap="circular", seed=bootstrap.seed
        )
        test.compute()
        p, included = test.pvalues["Pvalue"].sort_index().to_numpy(), {*test.included}
    places = place.ravel().tolist()
    return [float(p[at]) for at in places], [at in included for at in places]
